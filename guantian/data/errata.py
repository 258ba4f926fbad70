"""Corrections to raw tables, cell by cell, each with its reason and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from guantian.data.errors import DataError

COLUMNS = [
    "table",
    "key",
    "column",
    "source_value",
    "used_value",
    "reason",
    "evidence",
    "found_by",
]
PRINTED_PRECISION = 1e-6  # source values are compared at the digits that the tables print


def read_errata(path: str | Path) -> pd.DataFrame:
    """Read the errata.

    Parameters
    ----------
    path
        CSV with the columns `COLUMNS`; ``key`` reads ``city_code=610400;year=2013``; an empty
        ``used_value`` sets the cell to missing.

    Returns
    -------
    DataFrame
        All text, in file order.

    Raises
    ------
    DataError
        For other columns, an empty reason or evidence, or a cell corrected twice.
    """
    path = Path(path)
    try:
        errata = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise DataError(f"{path} is missing; it must list the corrections.") from None
    if list(errata.columns) != COLUMNS:
        raise DataError(f"{path}, row 1: the columns are {list(errata.columns)}, not {COLUMNS}.")
    for column in ("table", "key", "column", "reason", "evidence", "found_by"):
        empty = errata[column].str.strip() == ""
        if empty.any():
            raise DataError(
                f"{path}, row {empty.idxmax() + 2}, column {column!r}: empty; text was expected."
            )
    twice = errata.duplicated(["table", "key", "column"])
    if twice.any():
        row = errata.loc[twice.idxmax()]
        raise DataError(
            f"{path}, row {twice.idxmax() + 2}: {row['table']}, {row['key']}, {row['column']} is "
            "corrected twice; one correction a cell was expected."
        )
    return errata


def apply_errata(
    tables: Mapping[str, pd.DataFrame], errata: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Apply corrections to raw tables.

    Parameters
    ----------
    tables
        Raw tables by name.
    errata
        As `read_errata` gives them.

    Returns
    -------
    dict of DataFrame
        Copies with the corrected cells; the given tables are left as they are.

    Raises
    ------
    DataError
        Where a table, column or key is not in the figures, or the value at source is not the one
        that the erratum corrects.
    """
    corrected = {name: table.copy() for name, table in tables.items()}
    for name, rows in errata.groupby("table", sort=False):
        if name not in corrected:
            raise DataError(f"errata.csv, row {rows.index[0] + 2}: there is no table {name!r}.")
        table = corrected[name]
        positions = _positions(table, rows)
        for (number, erratum), position in zip(rows.iterrows(), positions, strict=True):
            _apply_one(table, erratum, position, number + 2)
    return corrected


def _positions(table: pd.DataFrame, rows: pd.DataFrame) -> list[int]:
    """Row of the table that each erratum's key names."""
    found = []
    lookups: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}
    for number, key in rows["key"].items():
        pairs = [part.partition("=") for part in key.split(";")]
        columns = tuple(name for name, _, _ in pairs)
        if columns not in lookups:
            unknown = [column for column in columns if column not in table]
            if unknown:
                raise DataError(f"errata.csv, row {number + 2}: no column {unknown[0]!r} in {key}.")
            keys = table[list(columns)].astype("str").itertuples(index=False, name=None)
            lookups[columns] = {values: position for position, values in enumerate(keys)}
        position = lookups[columns].get(tuple(value for _, _, value in pairs))
        if position is None:
            raise DataError(
                f"errata.csv, row {number + 2}: the table {rows.at[number, 'table']} has no row "
                f"with {key}."
            )
        found.append(position)
    return found


def _apply_one(table: pd.DataFrame, erratum: pd.Series, position: int, row: int) -> None:
    column = erratum["column"]
    if column not in table:
        raise DataError(f"errata.csv, row {row}: the table {erratum['table']} has no {column!r}.")
    present = table[column].iat[position]
    if not _same(present, erratum["source_value"]):
        raise DataError(
            f"errata.csv, row {row}: {erratum['table']}, {erratum['key']}, column {column!r} holds "
            f"{present} at source; the erratum corrects {erratum['source_value'] or 'a gap'}."
        )
    place = (table.index[position], column)
    used = erratum["used_value"]
    if pd.api.types.is_numeric_dtype(table[column]):
        if used == "":
            table[column] = table[column].astype("float64")
        table.loc[place] = float(used) if used else float("nan")
    else:
        table.loc[place] = used or pd.NA


def _same(present: object, said: str) -> bool:
    if pd.isna(present):
        return said == ""
    if isinstance(present, str):
        return present == said
    try:
        expected = float(said)
    except ValueError:
        return False
    return abs(float(present) - expected) <= PRINTED_PRECISION * max(1.0, abs(expected))
