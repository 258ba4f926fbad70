"""Breaks of the figures: years from which a column means something else than before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from guantian.data.errors import DataError
from guantian.data.variables import Variable

COLUMNS = ["table", "unit", "column", "year", "kind", "reason"]
KINDS = (
    "boundary",
    "census",
    "coverage",
    "definition",
    "denominator",
    "direction",
    "event",
    "scope",
    "sensor",
    "source",
    "vintage",
)


def read_breaks(path: str | Path) -> pd.DataFrame:
    """Read the list of breaks.

    Parameters
    ----------
    path
        CSV with the columns `COLUMNS`. ``unit`` is a code, the beginning of codes and ``*``, or
        ``*`` for all; ``column`` is a column of the table, or ``*``; ``year`` is the first year
        (or month, as 202010) after the break.

    Raises
    ------
    DataError
        For other columns, a unit or year of another form, a kind not in `KINDS`, or no reason.
    """
    path = Path(path)
    breaks = pd.read_csv(path, dtype=str, keep_default_na=False)
    if list(breaks.columns) != COLUMNS:
        raise DataError(f"{path.name}: the columns are {list(breaks.columns)}, not {COLUMNS}.")
    forms = {
        "unit": r"[0-9]{6}|[0-9]{0,5}\*",
        "year": r"[0-9]{4}|[0-9]{6}",
        "kind": "|".join(KINDS),
        "reason": ".+",
    }
    for column, form in forms.items():
        wrong = ~breaks[column].str.fullmatch(form)
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise DataError(
                f"{path.name}, row {row + 2}, column {column!r}: {breaks[column].iloc[row]!r} "
                f"stands where text of the form {form} was expected."
            )
    return breaks.astype({"year": "int64"})


def breaks_of_variables(breaks: pd.DataFrame, variables: Sequence[Variable]) -> pd.DataFrame:
    """Carry breaks from columns of tables to variables of the panel.

    A variable has the breaks of the columns that its source names and, where it is made by a
    formula, those of the variables in it.

    Parameters
    ----------
    breaks
        As `read_breaks` returns them.
    variables
        Each after those that its formula names.

    Returns
    -------
    DataFrame
        A row a variable and break: ``variable``, ``unit``, ``year``, ``kind``.
    """
    found: dict[str, pd.DataFrame] = {}
    for variable in variables:
        parts = [found[name] for name in re.findall(r"\w+", variable.formula) if name in found]
        for table, column in re.findall(r"\b(\w+)\.(\w+)\b", variable.source):
            own = (breaks["table"] == table) & breaks["column"].isin(["*", column])
            parts.append(breaks.loc[own, ["unit", "year", "kind"]])
        found[variable.name] = pd.concat(parts).drop_duplicates() if parts else breaks.iloc[:0]
    rows = [frame.assign(variable=name) for name, frame in found.items()]
    return pd.concat(rows, ignore_index=True)[["variable", "unit", "year", "kind"]]


def said_of(breaks: pd.DataFrame, variable: str, code: str) -> str:
    """Say the breaks of a variable in a city, as ``"2005 denominator; 2020 census"``."""
    rows = breaks[breaks["variable"] == variable]
    # A code is its own beginning: what stands before the star names one city or many.
    here = rows["unit"].map(lambda unit: code.startswith(unit.removesuffix("*"))).astype(bool)
    rows = rows[here].drop_duplicates(["year", "kind"]).sort_values(["year", "kind"])
    return "; ".join(f"{row.year} {row.kind}" for row in rows.itertuples())
