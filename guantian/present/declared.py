"""Tables and numbers declared as data, in the YAML beside a chapter's module.

A *cell* says in a few words how a value is printed::

    fixed 2            the estimate with two decimals
    fixed 1 x100       ... times 100; `fixed 1 exp` its exponential, and so on for `TRANSFORMS`
    fixed 2 of mde     another column of the results
    share 1            a share in percent
    bounds 2           the interval
    effect 2           the estimate and its interval
    p                  the p-value
    count of n_obs     a whole number; of units where no column is named
    label sample       the label of a key; `label sample short` the short one
    words sides        which of three `words` the interval calls for: below, across or above zero
    words cases of variant    what `words` has for a key
    words verdict      of two `words` the first where the p-value is significant

``else`` and a text say what is printed where results have no such row, or no value:
``fixed 2 else not estimated``. A chapter may add formats of its own by name. In selections a value
that begins with ``$`` is one that the chapter gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from guantian.present.format import (
    MISSING,
    Format,
    as_text,
    bounds,
    count,
    estimate_with_interval,
    fixed,
    labelled,
    p_format,
    placed,
    rank,
    ranked,
    with_error,
    with_p,
    year,
)
from guantian.present.numbers import TRANSFORMS, Number
from guantian.present.tables import Column, TableSpec
from regiometrics.inference import SIGNIFICANT

INTERVAL = ("conf_low", "conf_high")
#: Formats with decimals and a scale: how they are made, and the columns that they print.
MEASURED = {
    "fixed": (fixed, ("estimate",)),
    "bounds": (bounds, INTERVAL),
    "effect": (estimate_with_interval, ("estimate", *INTERVAL)),
    "value_p": (with_p, ("estimate", "p_value")),
    "value_error": (with_error, ("estimate", "std_error")),
}
PLAIN = {
    "p": (p_format, ("p_value",)),
    "count": (count, ("n_units",)),
    "rank": (rank, ("rank", "n_draws", "rank_from")),
    "ranked": (ranked, ("rank", "n_draws", "rank_from", "n_disjoint")),
    "year": (year, ("year",)),
    "text": (as_text, ("note",)),
    "aligned": (lambda: replace(as_text(), align="right"), ("note",)),
}


class DeclarationError(ValueError):
    """A declared table or number that is not as it must be; the message names file and place."""


@dataclass(frozen=True)
class Cell:
    """A cell as declared: columns, format, what is printed for a missing row, a transform."""

    columns: tuple[str, ...]
    format: Format
    missing: str | None
    transform: str

    @property
    def source(self) -> str | tuple[str, ...]:
        """The column, or the columns where there are several."""
        return self.columns if len(self.columns) > 1 else self.columns[0]


class Cells:
    """Reads cells, with the words and the formats of one file.

    Parameters
    ----------
    words
        Name to what a key is called; to three texts for an interval below, across and above zero,
        or a reference that is the fourth; or to two, for a p-value that is significant or not.
    formats
        Name to a format of the chapter's own.

    Examples
    --------
    >>> cells = Cells({"sides": ["below", "around", "above"]})
    >>> cell = cells("bounds 1 x100 else not estimated")
    >>> cell.columns, cell.format(0.01, 0.02), cell.missing
    (('conf_low', 'conf_high'), '[1.0, 2.0]', 'not estimated')
    >>> cells("words sides").format(0.5, 1.0)
    'above'
    """

    def __init__(self, words: Mapping, formats: Mapping[str, Format] | None = None) -> None:
        self.words, self.formats = words, formats or {}

    def __call__(self, text: str) -> Cell:
        """Read a cell."""
        said, otherwise, missing = text.partition(" else ")
        said, _, columns = said.partition(" of ")
        name, *arguments = said.split()
        transform = next((each for each in arguments if each in TRANSFORMS), "")
        form, own = self._format(name, [each for each in arguments if each != transform])
        named = tuple(re.split(r",\s*", columns)) if columns else own
        return Cell(named, form, missing.strip('"') if otherwise else None, transform)

    def _format(self, name: str, arguments: list[str]) -> tuple[Format, tuple[str, ...]]:
        if name in self.formats:
            return self.formats[name], ("estimate",)
        if name == "label":
            return labelled(*arguments), (arguments[0],)
        if name == "words":
            words = self.words[arguments[0]]
            if isinstance(words, Mapping):
                return Format(words.__getitem__, "left"), ("term",)
            if len(words) == 2:
                significant, other = words
                form = Format(lambda p: significant if p < SIGNIFICANT else other, "left")
                return form, ("p_value",)
            below, across, above, reference = [*words, 0][:4]
            return placed(reference, (below, across, above)), INTERVAL
        if name in PLAIN:
            make, columns = PLAIN[name]
            return make(), columns
        scale = [float(each[1:]) for each in arguments if each.startswith("x")]
        decimals = [int(each) for each in arguments if not each.startswith("x")] or [0]
        if name == "share":
            return fixed(*decimals, 100), ("estimate",)
        if name not in MEASURED:
            raise DeclarationError(
                f"There is no cell {name!r}; there are "
                f"{', '.join((*MEASURED, *PLAIN, 'share', 'label', 'words', *self.formats))}."
            )
        make, columns = MEASURED[name]
        return make(*decimals, *scale), columns


def read_tables(
    module: str, formats: Mapping[str, Format] | None = None, **given: Any
) -> dict[str, TableSpec]:
    """Read the declarations of tables.

    Parameters
    ----------
    module
        File of a module, ``tables.py`` for ``tables.yaml``, which has of each table by its name the
        ``columns`` (header to a cell, or to a cell and what selects its row) and what else
        `TableSpec` has.
    formats
        Formats of the chapter's own.
    **given
        Values of the names with ``$``.

    Raises
    ------
    DeclarationError
        If a table has a field or a cell that there is not; the message names file and table.
    """
    path = Path(module).with_suffix(".yaml")
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    cells = Cells(content.pop("words", {}), formats)
    return {name: _placed(path, name, _table, name, how, cells, given)
            for name, how in content.items()}  # fmt: skip


def read_numbers(
    module: str, formats: Mapping[str, Format] | None = None, **given: Any
) -> tuple[Number, ...]:
    """Read the declarations of numbers.

    Parameters
    ----------
    module
        File of a module, ``numbers.py`` for ``numbers.yaml``, which has a list of families,
        ``numbers``. A family has a ``key``, the ``select`` of its rows and the ``numbers`` in it:
        the last part of a key to a cell, or to a cell and what else selects the row. A part that
        begins with ``_``, or is empty, is added to the word before it; without a ``key`` it is all.
        Columns in the key's braces run through the values that ``select`` gives them, and
        ``{each}`` through the selections that ``each`` names. ``table`` is that of `Number`.
    formats
        Formats of the chapter's own.
    **given
        Values of the names with ``$``.

    Raises
    ------
    DeclarationError
        If a family has a field or a cell that there is not; the message names file and key.
    """
    path = Path(module).with_suffix(".yaml")
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    cells = Cells(content.get("words", {}), formats)
    return tuple(
        number
        for how in content["numbers"]
        for number in _placed(path, how.get("key", "a number"), _family, how, cells, given)
    )


def _placed(path, name, make, *arguments):
    """Make what is declared; a wrong declaration is said with its file and name."""
    try:
        made = make(*arguments)
        return made if isinstance(made, TableSpec) else list(made)
    except (KeyError, TypeError, ValueError) as error:
        raise DeclarationError(f"{path}: {name} is declared wrongly: {error}") from error


def _given(value: Any, given: Mapping[str, Any]) -> Any:
    """Put given values where names with ``$`` are, and a tuple for a list."""
    if isinstance(value, Mapping):
        return {name: _given(each, given) for name, each in value.items()}
    if isinstance(value, list):
        return tuple(_given(each, given) for each in value)
    return given[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def _parts(value: Any) -> tuple[str, dict[str, Any]]:
    """Return a cell and what selects its row."""
    cell, where = value if isinstance(value, list) else (value, {})
    return cell, where


def _changed(form: Format, transform: str) -> Format:
    """Return a format that changes the values before it prints them."""
    if not transform:
        return form
    change = TRANSFORMS[transform]
    return replace(
        form, print=lambda *values: form(*(v if pd.isna(v) else change(v) for v in values))
    )


def _table(name: str, how: Mapping, cells: Cells, given: Mapping) -> TableSpec:
    columns = []
    for header, value in how["columns"].items():
        text, where = _parts(value)
        cell = cells(text)
        form = _changed(cell.format, cell.transform)
        columns.append(Column(cell.source, str(header), form, _given(where, given), cell.missing))
    others = {key: _given(value, given) for key, value in how.items() if key != "columns"}
    return TableSpec(name, tuple(columns), **others)


def _family(how: Mapping, cells: Cells, given: Mapping) -> Iterator[Number]:
    if unknown := set(how) - {"key", "select", "each", "numbers", "table"}:
        raise ValueError(f"a family of numbers has no field {min(unknown)!r}")
    select, each = _given(how.get("select", {}), given), _given(how.get("each", {}), given)
    key = how.get("key", "")
    running = [name for name in re.findall(r"{(\w+)}", key) if name != "each"]
    choices = product(*(select[name] for name in running))
    for values, (name, own) in product(choices, each.items() or [("", {})]):
        chosen = dict(zip(running, values, strict=True))
        prefix = key.format(**chosen, each=name)
        for last, value in how["numbers"].items():
            text, where = _parts(value)
            cell = cells(text)
            yield Number(
                prefix + last
                if last.startswith("_") or not last
                else f"{prefix}.{last}".strip("."),
                {**select, **chosen, **own, **_given(where, given)},
                cell.source,
                cell.format,
                how.get("table", "estimates"),
                cell.transform,
                MISSING if cell.missing is None else cell.missing,
            )
