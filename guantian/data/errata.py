"""Read and apply the list of corrections.

A correction is a row of ``errata.csv``: table, key, column, the value at source, the
value used (empty: missing), the reason, the evidence, and the check that found it. It is
applied only where the raw cell still holds the value at source.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from guantian.data.checks.common import ERRATA as COLUMNS
from guantian.data.checks.common import KEYS, key_text

#: A value at source is printed in at most ten significant digits.
PRINTED = 1e-9


def read_errata(path: str | Path) -> pd.DataFrame:
    """Read the list of corrections.

    Parameters
    ----------
    path : str or Path
        ``errata.csv``, UTF-8, with the columns :data:`COLUMNS`.

    Returns
    -------
    DataFrame
        All columns as text, empty text where nothing is given.

    Raises
    ------
    ValueError
        One sentence that names file, row, column and value.
    """
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise ValueError(f"{path.name}: the file is missing") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name}: byte {error.start} is not UTF-8") from None
    rows = list(csv.reader(io.StringIO(text)))
    if not rows or rows[0] != COLUMNS:
        found = ", ".join(rows[0]) if rows else "nothing"
        raise ValueError(f"{path.name}: row 1 should be {', '.join(COLUMNS)}, is {found}")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(COLUMNS):
            raise ValueError(
                f"{path.name}: row {number} has {len(row)} fields, {len(COLUMNS)} were expected"
            )
    errata = pd.DataFrame(rows[1:], columns=COLUMNS)
    for column in (
        "table",
        "key",
        "column",
        "source_value",
        "reason",
        "evidence",
        "found_by",
    ):
        empty = errata.index[errata[column].str.strip() == ""]
        if len(empty):
            raise ValueError(f"{path.name}: row {empty[0] + 2}, column {column} is empty")
    errata.attrs["file"] = path.name
    return errata


def apply_errata(
    tables: Mapping[str, pd.DataFrame], errata: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return the tables with every correction made; the given tables are left as they are.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Raw tables by name.
    errata : DataFrame
        As :func:`read_errata` returns.

    Raises
    ------
    ValueError
        Where a table, key or column is not there, where the raw cell no longer holds the
        value at source, or where a cell has two corrections. The sentence names file,
        row, column and value.
    """
    name = errata.attrs.get("file", "errata.csv")
    twice = errata.duplicated(["table", "key", "column"])
    if twice.any():
        row = errata.loc[twice.idxmax()]
        raise ValueError(
            f"{name}: row {twice.idxmax() + 2}, {row['table']}, {row['key']}, column "
            f"{row['column']}: {row['source_value']} is corrected twice"
        )
    out = dict(tables)
    for table, part in errata.groupby("table", sort=False):
        if table not in tables or table not in KEYS:
            raise ValueError(
                f"{name}: row {part.index[0] + 2}, column table: there is no table {table}"
            )
        out[table] = _corrected(name, str(table), tables[table], part)
    return out


def _corrected(name: str, table: str, frame: pd.DataFrame, part: pd.DataFrame) -> pd.DataFrame:
    """Return one table with its corrections made."""
    keys = list(KEYS[table])
    place = {key: at for at, key in enumerate(key_text(table, frame))}
    at_all = np.array([place.get(key, -1) for key in part["key"]])
    if (at_all < 0).any():
        row = part.index[int(np.argmin(at_all))]
        raise ValueError(
            f"{name}: row {row + 2}, column key: {table} has no row {part.loc[row, 'key']}"
        )
    part = part.assign(at=at_all)
    corrected = frame.copy()
    for column, rows in part.groupby("column", sort=False):
        if column not in frame.columns or column in keys:
            raise ValueError(
                f"{name}: row {rows.index[0] + 2}, column column: {table} has no figure {column}"
            )
        at = rows["at"].to_numpy()
        seen = frame[column].iloc[at]
        numeric = pd.api.types.is_numeric_dtype(frame[column])
        stated = _numbers(name, table, rows, "source_value") if numeric else rows["source_value"]
        if numeric:
            held = seen.to_numpy(dtype=float)
            given = np.asarray(stated, dtype=float)
            same = np.abs(held - given) <= PRINTED * np.maximum(1.0, np.abs(given))
        else:
            same = seen.astype(str).to_numpy() == rows["source_value"].to_numpy()
        if not same.all():
            first = int(np.argmin(same))
            row = rows.iloc[first]
            raise ValueError(
                f"{name}: row {rows.index[first] + 2}, {table}, {row['key']}, column {column}: the "
                f"value at source is {seen.iloc[first]}, the erratum states {row['source_value']}"
            )
        used = (
            _numbers(name, table, rows, "used_value")
            if numeric
            else (rows["used_value"].where(rows["used_value"] != "", None))
        )
        if numeric and not pd.api.types.is_float_dtype(corrected[column]):
            corrected[column] = corrected[column].astype(float)
        values = corrected[column].to_numpy(copy=True)
        values[at] = np.asarray(used)
        corrected[column] = pd.Series(values, index=corrected.index)
    return corrected


def _numbers(name: str, table: str, rows: pd.DataFrame, column: str) -> np.ndarray:
    """Return a column of figures, NaN where empty."""
    text = rows[column].str.strip()
    value = pd.to_numeric(text.where(text != ""), errors="coerce")
    bad = rows.index[(text != "") & ~np.isfinite(value)]
    if len(bad):
        raise ValueError(
            f"{name}: row {bad[0] + 2}, {table}, {rows.loc[bad[0], 'key']}, column {column}: "
            f"{rows.loc[bad[0], column]} is not a number"
        )
    return value.to_numpy(dtype=float)
