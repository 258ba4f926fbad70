"""Read raw tables strictly: what is not exactly as described stops with one sentence."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from guantian.data.package import DataPackage, Field, Table
from guantian.data.schemas import check_references, check_table
from guantian.errors import DataError
from guantian.side_files import UNPRINTED, check_sum, decode, read_bytes


def read_table(table: Table, *, verify: bool = True) -> pd.DataFrame:
    """Read one raw table as described.

    Parameters
    ----------
    table
        Its description.
    verify
        Whether the file must also have the described sha256 (tests of damaged files turn it off
        to see that the other checks hold by themselves).

    Returns
    -------
    DataFrame
        Columns as described, in file order: codes and texts as ``str``, years and required
        integers as ``int64``, all other numbers as ``float64`` (missing = NaN).

    Raises
    ------
    DataError
        For a missing file, a wrong encoding, a missing, extra or misplaced column, a truncated or
        overlong line, text in a number, a value out of range, a missing key, a duplicate key, or
        (last) a file that is not the one described.
    """
    content = read_bytes(table.path)
    rows, lines = _parse(decode(content, table.path), table)
    frame = pd.DataFrame(rows, columns=table.columns, dtype="str")
    frame = frame.mask(frame == "")
    for field in table.fields:
        frame[field.name] = _convert(frame[field.name], field, table.path, lines)
    check_table(frame, table, stage="raw", lines=lines)
    if verify:
        check_sum(content, table.sha256, table.path)
    return frame


def read_tables(package: DataPackage) -> dict[str, pd.DataFrame]:
    """Read every table of the package, by name, and check the foreign keys (see `read_table`)."""
    tables = {name: read_table(table) for name, table in package.tables.items()}
    check_references(tables, package, stage="raw")
    return tables


def read_checked(package: DataPackage, folder: str | Path) -> dict[str, pd.DataFrame]:
    """Read tables that `read_tables` read and checked before, from the folder that keeps them.

    Parameters
    ----------
    package
        The description of the raw tables.
    folder
        Holds ``name.parquet`` for every table.
    """
    return {name: pd.read_parquet(Path(folder) / f"{name}.parquet") for name in package.tables}


def _parse(text: str, table: Table) -> tuple[list[list[str]], list[int]]:
    """Split the text into rows; also return each row's line number in the file."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, lines, expected = [], [], len(table.fields)
    try:
        _check_header(next(reader, []), table)
        for row in reader:
            if len(row) != expected:
                raise DataError(
                    f"{table.path}, row {reader.line_num}: {len(row)} cells where "
                    f"{expected} were expected (first cell: {row[0] if row else ''!r})."
                )
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error as error:
        raise DataError(
            f"{table.path}, row {reader.line_num}: {error}; comma-separated cells were expected."
        ) from None
    if not rows:
        raise DataError(f"{table.path} has no rows below its header.")
    return rows, lines


def _check_header(header: list[str], table: Table) -> None:
    missing = [name for name in table.columns if name not in header]
    extra = [name for name in header if name not in table.columns]
    if missing or extra:
        said = [f"column {name!r} is missing" for name in missing]
        said += [f"column {name!r} is not described" for name in extra]
        raise DataError(f"{table.path}, row 1: {'; '.join(said)}.")
    if header != table.columns:
        raise DataError(
            f"{table.path}, row 1: the columns are in the order {header}; "
            f"{table.columns} was expected."
        )


def _convert(values: pd.Series, field: Field, path: Path, lines: list[int]) -> pd.Series:
    if field.type == "string":
        filled = values.fillna("")
        bad = (filled != filled.str.strip()) | filled.str.contains(UNPRINTED)
        if bad.any():
            row = int(bad.to_numpy().argmax())
            raise DataError(
                f"{path}, row {lines[row]}, column {field.name!r}: {values.iloc[row]!r} has blanks "
                "at its ends or a character that is not printed; text without them was expected."
            )
        return values
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    whole = field.type in ("integer", "year")
    bad = values.notna() & (numbers.isna() | numbers.abs().eq(float("inf")))
    if whole:
        bad |= numbers.notna() & ((numbers % 1 != 0) | (numbers.abs() > 2**53))
    if bad.any():
        row = int(bad.to_numpy().argmax())
        kind = "a whole number" if whole else "a number"
        raise DataError(
            f"{path}, row {lines[row]}, column {field.name!r}: {values.iloc[row]!r} found where "
            f"{kind} ({field.unit}) was expected."
        )
    return numbers.astype("int64") if whole and not numbers.isna().any() else numbers
