"""Corrections to raw tables, cell by cell, each with its reason and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from guantian.errors import DataError
from guantian.side_files import read_side

COLUMNS = [
    "table",
    "key",
    "column",
    "source_value",
    "used_value",
    "rule",
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
    errata = read_side(path)
    if list(errata.columns) != COLUMNS:
        raise DataError(f"{path}, row 1: the columns are {list(errata.columns)}, not {COLUMNS}.")
    for column in ("table", "key", "column", "rule", "reason", "evidence", "found_by"):
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
    tables: Mapping[str, pd.DataFrame], errata: pd.DataFrame, file: str = "errata.csv"
) -> dict[str, pd.DataFrame]:
    """Apply corrections to raw tables.

    Parameters
    ----------
    tables
        Raw tables by name.
    errata
        As `read_errata` gives them.
    file
        Name of the file that they were read from, for the messages.

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
        if name not in tables:
            raise DataError(f"{file}, row {rows.index[0] + 2}: there is no table {name!r}.")
        table = corrected[name]
        rows = rows.assign(position=row_positions(table, rows, file))
        twice = rows.duplicated(["column", "position"])
        if twice.any():
            row = rows.loc[twice.idxmax()]
            raise DataError(
                f"{file}, row {row.name + 2}: {name}, {row['key']}, {row['column']} is "
                "corrected twice; one correction a cell was expected."
            )
        for column, cells in rows.groupby("column", sort=False):
            _correct_column(table, str(column), cells, file)
    return corrected


def key_columns(keys: pd.Series) -> pd.DataFrame:
    """Return the parts of errata's keys as columns; a part that a key lacks is missing.

    Examples
    --------
    >>> key_columns(pd.Series(["city_code=610400;year=2013", "province_code=610000"]))
      city_code  year province_code
    0    610400  2013           NaN
    1       NaN   NaN        610000
    """
    return pd.DataFrame([_parts(key) for key in keys], index=keys.index)


def _parts(key: str) -> dict[str, str]:
    return {name: value for name, _, value in (part.partition("=") for part in key.split(";"))}


def row_positions(table: pd.DataFrame, rows: pd.DataFrame, file: str) -> list[int]:
    """Return the position of the row of the table that each erratum's key names.

    Parameters
    ----------
    table
        The raw table.
    rows
        Errata of that table, indexed by their place in the file.
    file
        Its name, for the messages.
    """
    found = []
    lookups: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}
    for number, key in rows["key"].items():
        parts = _parts(key)
        columns = tuple(parts)
        if columns not in lookups:
            lookups[columns] = _lookup(table, columns, f"{file}, row {number + 2}: {key}")
        position = lookups[columns].get(tuple(parts.values()))
        if position is None:
            raise DataError(
                f"{file}, row {number + 2}: the table {rows.at[number, 'table']} has no row "
                f"with {key}."
            )
        found.append(position)
    return found


def _lookup(
    table: pd.DataFrame, columns: tuple[str, ...], where: str
) -> dict[tuple[str, ...], int]:
    unknown = [column for column in columns if column not in table]
    if unknown:
        raise DataError(f"{where}: there is no column {unknown[0]!r}.")
    keys = table[list(columns)].astype("str").itertuples(index=False, name=None)
    lookup = {values: position for position, values in enumerate(keys)}
    if len(lookup) < len(table):
        raise DataError(f"{where} may name several rows; the whole key was expected.")
    return lookup


def _correct_column(table: pd.DataFrame, column: str, cells: pd.DataFrame, file: str) -> None:
    """Write the corrections of one column into the table, where the source values match."""
    if column not in table:
        first = cells.iloc[0]
        raise DataError(
            f"{file}, row {cells.index[0] + 2}: the table {first['table']} has no {column!r}."
        )
    at = cells["position"].to_numpy()
    present = table[column].iloc[at]
    if pd.api.types.is_numeric_dtype(table[column]):
        said, used = (_numbers(cells, name, file) for name in ("source_value", "used_value"))
        held = present.to_numpy(dtype="float64")
        gap = np.abs(held - said) <= PRINTED_PRECISION * np.maximum(1.0, np.abs(said))
        same = gap | (np.isnan(held) & np.isnan(said))
        values = table[column].to_numpy(dtype="float64", copy=True)
    else:
        said, used = cells["source_value"], cells["used_value"].replace("", None).to_numpy()
        same = present.fillna("").to_numpy() == said.to_numpy()
        values = table[column].to_numpy(dtype="object", copy=True)
    if not same.all():
        row = cells.iloc[int(np.argmin(same))]
        raise DataError(
            f"{file}, row {row.name + 2}: {row['table']}, {row['key']}, column {column!r} "
            f"holds {table[column].iat[row['position']]} at source; the erratum corrects "
            f"{row['source_value'] or 'a gap'}."
        )
    values[at] = used
    corrected = pd.Series(values, index=table.index)
    if table[column].dtype.kind in "iu":
        _check_whole(cells, used, column, file)
        corrected = corrected if corrected.isna().any() else corrected.astype("int64")
    elif not pd.api.types.is_numeric_dtype(table[column]):
        corrected = corrected.astype("str")
    table[column] = corrected


def _check_whole(cells: pd.DataFrame, used: np.ndarray, column: str, file: str) -> None:
    broken = np.isfinite(used) & (used % 1 != 0)
    if broken.any():
        row = cells.iloc[int(np.argmax(broken))]
        raise DataError(
            f"{file}, row {row.name + 2}, column 'used_value': {row['used_value']} found "
            f"where a whole number was expected ({row['table']}, {row['key']}, {column})."
        )


def _numbers(cells: pd.DataFrame, name: str, file: str) -> np.ndarray:
    """Numbers of a column of the errata, missing where empty."""
    text = cells[name].str.strip()
    numbers = pd.to_numeric(text.where(text != ""), errors="coerce").astype("float64")
    bad = (text != "") & ~np.isfinite(numbers)
    if bad.any():
        row = cells.loc[bad.idxmax()]
        raise DataError(
            f"{file}, row {row.name + 2}, column {name!r} ({row['table']}, {row['key']}): "
            f"{row[name]!r} found where a number was expected."
        )
    return numbers.to_numpy()
