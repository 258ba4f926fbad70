"""Lists beside the raw tables (corrections, codes, breaks, events), read as strictly as the tables.

`datapackage.json` describes each under ``sideFiles``: columns with the form of their entries, key,
the tables in which a code must occur, number of rows and checksum. A list cut in half, edited or
damaged stops with one sentence; a list of a folder without a description (of a test, or of
one's own) is read by its form alone.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd

from guantian.errors import DataError

#: Characters that no text of a table has; a line may end within one, but not within a list's.
UNPRINTED = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ufffd]")
PACKAGE = "datapackage.json"


def read_side(path: str | Path, *, verify: bool = True) -> pd.DataFrame:
    """Read a list as text, checked against its description.

    Parameters
    ----------
    path
        A CSV file; its description is in the ``datapackage.json`` beside it.
    verify
        Whether the file must have the described number of rows and checksum.

    Returns
    -------
    DataFrame
        All text, in file order; empty cells are empty texts.

    Raises
    ------
    DataError
        Where the file cannot be read, is not UTF-8 or no table, has other columns than described,
        an entry of another form, a key twice, an unknown code, or is not the file described.
    """
    path = Path(path)
    content = read_bytes(path)
    header, rows = parse(decode(content, path), path)
    frame = pd.DataFrame(rows, columns=header, dtype="str")
    described = describe(path)
    if described is not None:
        _check_entries(frame, described, path)
        _check_key(frame, described, path)
        _check_references(frame, described, path)
        if verify and len(frame) != described["rows"]:
            raise DataError(
                f"{path} has {len(frame)} rows; datapackage.json describes {described['rows']}: "
                "put the file back, or run `make checksums` if the change is meant."
            )
    if verify:
        check_content(content, path)
    return frame


def read_bytes(path: Path) -> bytes:
    """Return a file's content, or say in one sentence why it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(
            f"{path} is missing; the study reads it: put it back (`git checkout {path}`)."
        ) from None
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); a file was expected.") from None


def decode(content: bytes, path: Path) -> str:
    """Return the content as text: UTF-8, ended by a line's end."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{path}, row {line}: byte 0x{content[error.start]:02x} is not UTF-8; "
            "the file must be encoded in UTF-8."
        ) from None
    if not text.endswith("\n"):
        line = text.count("\n") + 1
        raise DataError(f"{path}, row {line}: the file ends in the middle of a line.")
    return text


def parse(text: str, path: Path) -> tuple[list[str], list[list[str]]]:
    """Split the text into header and rows of as many cells."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        rows = list(reader)
    except csv.Error as error:
        raise DataError(
            f"{path}, row {reader.line_num}: {error}; comma-separated cells were expected."
        ) from None
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise DataError(
                f"{path}, row {number}: {len(row)} cells where {len(header)} were expected "
                f"(first cell: {row[0] if row else ''!r})."
            )
        for name, cell in zip(header, row, strict=True):
            if cell != cell.strip() or "\n" in cell or UNPRINTED.search(cell):
                raise DataError(
                    f"{path}, row {number}, column {name!r}: {cell!r} has blanks at its ends or "
                    "a character that is not printed; text without them was expected."
                )
    return header, rows


def describe(path: Path) -> dict[str, Any] | None:
    """Return the description of a list; None where none stands beside it."""
    package = path.parent / PACKAGE
    if not package.exists():
        return None
    try:
        held = json.loads(read_bytes(package).decode("utf-8"))
    except ValueError as error:
        raise DataError(f"{package}: {error}; JSON in UTF-8 was expected.") from None
    for entry in held.get("sideFiles", ()):
        if entry["path"] == path.name:
            return entry
    return None


def check_content(content: bytes, path: Path) -> None:
    """Check a file, list or boundaries, against the checksum that ``datapackage.json`` gives."""
    package = path.parent / PACKAGE
    if not package.exists():
        return
    held = json.loads(package.read_text(encoding="utf-8"))
    for entry in (*held["resources"], *held.get("sideFiles", ())):
        if entry["path"] == path.name:
            check_sum(content, entry["hash"].removeprefix("sha256:"), path)


def check_sum(content: bytes, sha256: str, path: Path) -> None:
    """Check content against its checksum."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DataError(
            f"{path} is not the file that datapackage.json describes (its sha256 differs); "
            "if the change is meant, run `make checksums` and say why in the commit."
        )


def _check_entries(frame: pd.DataFrame, described: dict[str, Any], path: Path) -> None:
    names = [field["name"] for field in described["fields"]]
    if list(frame.columns) != names:
        raise DataError(f"{path}, row 1: the columns are {list(frame.columns)}, not {names}.")
    for field in described["fields"]:
        column = frame[field["name"]]
        wrong = ~column.str.fullmatch(field["pattern"])
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise DataError(
                f"{path}, row {row + 2}, column {field['name']!r}: {column.iloc[row]!r}; "
                f"{field['form']} was expected."
            )


def _check_key(frame: pd.DataFrame, described: dict[str, Any], path: Path) -> None:
    key = described["primaryKey"]
    twice = frame.duplicated(key)
    if twice.any():
        row = int(twice.to_numpy().argmax())
        said = ", ".join(f"{name} {frame[name].iloc[row]}" for name in key)
        raise DataError(f"{path}, row {row + 2}: {said} occurs twice; keys must be unique.")


def _check_references(frame: pd.DataFrame, described: dict[str, Any], path: Path) -> None:
    """Every code of six digits must occur in one of the columns that the description names."""
    for reference in described["references"]:
        codes = frame[reference["column"]].str.findall(r"\b[0-9]{6}\b")
        unknown = {code for found in codes for code in found}
        for table, column in reference["in"]:
            if unknown:  # the next table is read only for what the ones before do not hold
                source = path.with_name(f"{table}.csv")
                header, rows = parse(decode(read_bytes(source), source), source)
                place = header.index(column)
                unknown -= {row[place] for row in rows}
        for row, found in enumerate(codes, start=2):
            for code in unknown.intersection(found):
                named = " or ".join(table for table, _ in reference["in"])
                raise DataError(
                    f"{path}, row {row}, column {reference['column']!r}: {code} is not in "
                    f"{named}; a code that has a row there was expected."
                )
