"""Breaks of the figures: years from which a column means something else than before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from guantian.data.variables import Variable
from guantian.errors import DataError
from guantian.side_files import read_side

COLUMNS = ["id", "table", "unit", "column", "year", "kind", "reason", "evidence"]
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
        CSV with the columns `COLUMNS`. ``id`` is unique and stays with its break; ``unit`` is a
        code, the beginning of codes and ``*``, or ``*`` for all; ``column`` is a column of the
        table, or ``*``; ``year`` is the first year (or month, as 202010) after the break.

    Raises
    ------
    DataError
        For other columns, an id, unit or year of another form, an id that occurs twice, a kind not
        in `KINDS`, or no reason or evidence.
    """
    path = Path(path)
    breaks = read_side(path)
    if list(breaks.columns) != COLUMNS:
        raise DataError(f"{path.name}: the columns are {list(breaks.columns)}, not {COLUMNS}.")
    forms = {
        "id": "B[0-9]{3,}",
        "unit": r"[0-9]{6}|[0-9]{0,5}\*",
        "year": r"[0-9]{4}|[0-9]{6}",
        "kind": "|".join(KINDS),
        "reason": ".+",
        "evidence": ".+",
    }
    for column, form in forms.items():
        wrong = ~breaks[column].str.fullmatch(form)
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise DataError(
                f"{path.name}, row {row + 2}, column {column!r}: {breaks[column].iloc[row]!r} "
                f"found where text of the form {form} was expected."
            )
    twice = breaks["id"].duplicated()
    if twice.any():
        row = int(twice.to_numpy().argmax())
        raise DataError(
            f"{path.name}, row {row + 2}, column 'id': {breaks['id'].iloc[row]} occurs twice; an "
            "id of its own was expected for each break."
        )
    return breaks.astype({"year": "int64"})


def breaks_of_variables(breaks: pd.DataFrame, variables: Sequence[Variable]) -> pd.DataFrame:
    """Carry breaks from columns of tables to variables of the panel.

    A variable has the breaks of the columns that it is made from, at first hand or through other
    variables: of what it declares as inputs, or else of the columns that its source names.

    Parameters
    ----------
    breaks
        As `read_breaks` returns them.
    variables
        Each after those that it is made from.

    Returns
    -------
    DataFrame
        A row for each variable and break: ``variable``, ``id``, ``unit``, ``year``, ``kind``.
    """
    wanted = ["id", "unit", "year", "kind"]
    found: dict[str, pd.DataFrame] = {}
    for variable in variables:
        parts = []
        for table, column in variable.columns:
            own = (breaks["table"] == table) & breaks["column"].isin(["*", column])
            parts.append(breaks.loc[own, wanted])
        parts += [found[name] for name in variable.variables if name in found]
        found[variable.name] = pd.concat(parts).drop_duplicates() if parts else breaks[wanted][:0]
    rows = [frame.assign(variable=name) for name, frame in found.items()]
    return pd.concat(rows, ignore_index=True)[["variable", *wanted]]


def covers(unit: str, code: str) -> bool:
    """Tell whether a break's unit (a code, or the beginning of codes and ``*``) has a code in it.

    Examples
    --------
    >>> covers("61*", "610100"), covers("610400", "610100"), covers("*", "610100")
    (True, False, True)
    """
    return code.startswith(unit[:-1]) if unit.endswith("*") else code == unit


def said_of(breaks: pd.DataFrame, variable: str, code: str) -> str:
    """Say the breaks of a variable in a city, as ``"2005 denominator; 2020 census"``."""
    rows = breaks[breaks["variable"] == variable]
    here = rows["unit"].map(lambda unit: covers(unit, code)).astype(bool)
    rows = rows[here].drop_duplicates(["year", "kind"]).sort_values(["year", "kind"])
    return "; ".join(f"{row.year} {row.kind}" for row in rows.itertuples())


def flag_breaks(
    index: pd.MultiIndex, breaks: pd.DataFrame, variables: Sequence[Variable], chosen: Mapping
) -> pd.DataFrame:
    """Mark the years in which a break of a variable starts.

    Parameters
    ----------
    index
        Levels city_code and year.
    breaks
        As `read_breaks` returns them.
    variables
        Each after those that it is made from.
    chosen
        Name of each flag and the variable whose breaks it marks.

    Returns
    -------
    DataFrame
        Index as given; a column of zeros and ones for each flag.
    """
    carried = breaks_of_variables(breaks, variables)
    codes = index.get_level_values("city_code").unique()
    flags = pd.DataFrame(0, index=index, columns=list(chosen), dtype="int64")
    for flag, variable in chosen.items():
        rows = carried[carried["variable"] == variable]
        cells = [
            (code, row.year)
            for row in rows.itertuples()
            for code in codes
            if covers(row.unit, code)
        ]
        flags[flag] = index.isin(cells).astype("int64")
    return flags
