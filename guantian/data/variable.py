"""A variable of the panel: what the codebook says of it, and what it is made from."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """A column of the panel.

    Attributes
    ----------
    name, title, unit
        As in the codebook.
    source
        ``table.column`` of the corrected tables, or where else the figures come from.
    formula
        Empty for a copied column; otherwise an expression of variables declared before it.
    inputs
        What a value is made from: ``table.column`` of corrected tables, or variables declared
        before. Empty where ``source`` or ``formula`` says it already.
    window
        Of which years: ``year`` (the value's own), ``chain`` (the value next to it on the side of
        the base year, and the growth between the two), ``run`` (the value of the year before, and
        this year's inputs).
    before
        Variables that are needed of the year before as well.
    first_known
        Whether only the first of the inputs that is known is used.
    base
        Of a chain: the variable whose value in the base year it starts from. Breaks of that
        variable's levels do not touch the chain.
    """

    name: str
    title: str
    unit: str
    source: str = ""
    formula: str = ""
    inputs: tuple[str, ...] = ()
    window: str = "year"
    before: tuple[str, ...] = ()
    first_known: bool = False
    base: str = ""

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Tables and columns that it is made from at first hand."""
        named = self.inputs or tuple(re.findall(r"\b\w+\.\w+\b", self.source))
        pairs = [name.split(".") for name in named if "." in name]
        return [(table, column) for table, column in pairs if column != "csv"]

    @property
    def variables(self) -> list[str]:
        """Variables that it is made from at first hand."""
        if self.formula:
            return list(dict.fromkeys(re.findall(r"\b[a-z]\w+\b", self.formula)))
        return [name for name in self.inputs if "." not in name]
