"""Breaks in the figures behind a variable: what the list of breaks says of its columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

import pandas as pd


class Break(NamedTuple):
    """A year from which figures are not of one kind with those before.

    Attributes
    ----------
    year
        The first of the new kind.
    cities
        Codes of the members it touches.
    reason
        As the list gives it.
    cuts
        Whether what is measured changed its instrument: no line may run across.
    """

    year: int
    cities: tuple[str, ...]
    reason: str
    cuts: bool


def known_breaks(
    variable: str, codebook: pd.DataFrame, breaks: pd.DataFrame, years: Mapping[str, pd.Index]
) -> list[Break]:
    """Return the breaks of a variable within its figures, by year.

    Parameters
    ----------
    variable
        Name in the panel.
    codebook
        Index variable; ``source`` (``table.column`` where it is copied) and ``formula``.
    breaks
        ``table``, ``unit`` (a code, or its beginning and a star), ``column``, ``year``, ``kind``,
        ``reason``.
    years
        Code of a member to the years of its figures.
    """
    found = {}
    for place, column in enumerate(_columns(variable, codebook)):
        rows = breaks[breaks["table"] + "." + breaks["column"] == column]
        for row in rows.itertuples():
            touched = [
                code
                for code, known in years.items()
                if fnmatchcase(code, row.unit)
                and len(known)
                and known.min() < row.year <= known.max()
            ]
            if touched:
                # The first column of a formula is what is measured; the others divide it.
                cuts = row.kind == "sensor" and place == 0
                same = found.get((row.year, row.reason))
                cities = tuple(sorted({*touched, *(same.cities if same else ())}))
                found[row.year, row.reason] = Break(
                    int(row.year), cities, row.reason, cuts or bool(same and same.cuts)
                )
    return sorted(found.values())


def _columns(variable: str, codebook: pd.DataFrame) -> list[str]:
    """Return the raw columns behind a variable, in the order of its formula."""
    row = codebook.loc[variable]
    if not isinstance(row["formula"], str) or not row["formula"]:
        return [row["source"]]
    names = [name for name in re.findall(r"[a-z]\w*", row["formula"]) if name in codebook.index]
    return [column for name in dict.fromkeys(names) for column in _columns(name, codebook)]
