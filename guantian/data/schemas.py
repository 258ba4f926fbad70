"""Pandera schemas made from ``datapackage.json``: wide for raw tables, narrow for corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import pandas as pd

from guantian.data.package import DataPackage, Field, Table
from guantian.errors import DataError

if TYPE_CHECKING:
    import pandera.pandas as pa

Stage = Literal["raw", "corrected"]


def schema_of(table: Table, stage: Stage) -> pa.DataFrameSchema:
    """Build the schema of a table.

    Parameters
    ----------
    table
        Its description.
    stage
        ``"raw"`` takes the wide ranges (faults at source pass), ``"corrected"`` the narrow ones.
    """
    import pandera.pandas as pa  # a second of imports: only where tables are checked

    columns = {field.name: _column(field, table, stage) for field in table.fields}
    return pa.DataFrameSchema(columns, unique=list(table.key) or None, strict=True)


def check_table(
    frame: pd.DataFrame, table: Table, stage: Stage, lines: Sequence[int] | None = None
) -> None:
    """Check a frame against its description.

    Parameters
    ----------
    frame
        The table, with a default index.
    table
        Its description.
    stage
        Which ranges hold.
    lines
        Line number in the file of each row, to be named in the message; without it the row's key
        is named alone.

    Raises
    ------
    DataError
        One sentence on the first offence, with the number of further ones.
    """
    import pandera.errors

    try:
        schema_of(table, stage).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        raise DataError(_sentence(errors.failure_cases, frame, table, stage, lines)) from None


def check_references(
    tables: Mapping[str, pd.DataFrame], package: DataPackage, stage: Stage
) -> None:
    """Check every foreign key of the tables.

    Parameters
    ----------
    tables
        By name; a key into a table that is not among them is not checked.
    package
        Their description.
    stage
        ``"raw"`` checks the keys that the files as printed obey, ``"corrected"`` all of them.

    Raises
    ------
    DataError
        For the first entry without a counterpart.
    """
    for name, frame in tables.items():
        for reference in package.tables[name].references:
            if reference.table not in tables or (stage, reference.stage) == ("raw", "corrected"):
                continue
            entries = frame[reference.column]
            known = set(tables[reference.table][reference.field])
            wrong = (entries.notna() & ~entries.isin(known)).to_numpy()
            if wrong.any():
                row = int(wrong.argmax())
                place = package.tables[name].path if stage == "raw" else f"{name} (corrected)"
                raise DataError(
                    f"{place}, row {row + 2}, column {reference.column!r}: {entries.iloc[row]} is "
                    f"not in the column {reference.field!r} of {reference.table}; a code that has "
                    "a row there was expected."
                )


def _column(field: Field, table: Table, stage: Stage) -> pa.Column:
    import pandera.pandas as pa

    checks = []
    low, high = field.raw_range if stage == "raw" else field.corrected_range
    if low is not None:
        checks.append(pa.Check.ge(low))
    if high is not None:
        checks.append(pa.Check.le(high))
    if field.pattern:
        checks.append(pa.Check.str_matches(rf"(?:{field.pattern})\Z"))
    # An erratum may empty a cell that every raw row must have; a key is never empty.
    required = field.name in table.key or (field.required and stage == "raw")
    return pa.Column(checks=checks, nullable=not required)


def _sentence(
    cases: pd.DataFrame,
    frame: pd.DataFrame,
    table: Table,
    stage: Stage,
    lines: Sequence[int] | None,
) -> str:
    cases = cases.assign(index=pd.to_numeric(cases["index"], errors="coerce"))
    cases = cases.sort_values(["index", "column"], na_position="last", kind="stable")
    first = cases.iloc[0]
    row = int(first["index"])
    place = f"{table.path}, row {lines[row]}" if lines is not None else f"{table.name} ({stage})"
    key = ", ".join(f"{name} {frame.at[row, name]}" for name in table.key)
    more = len(set(cases["index"].dropna())) - 1
    tail = f" {more} further row{'s' if more > 1 else ''} offend likewise." if more else ""
    if first["check"] == "multiple_fields_uniqueness":
        return f"{place}: the key ({key}) appears more than once; keys must be unique.{tail}"
    field = table.field(str(first["column"]))
    value = frame.at[row, field.name]
    wanted = _expectation(field, stage, str(first["check"]))
    return f"{place}, column {field.name!r} ({key}): {value!s} found where {wanted}.{tail}"


def _expectation(field: Field, stage: Stage, check: str) -> str:
    if "not_nullable" in check:
        return "a value is required"
    if "str_matches" in check:
        return f"text of the form {field.pattern} was expected"
    low, high = field.raw_range if stage == "raw" else field.corrected_range
    unit = f" {field.unit}" if field.unit else ""
    if low is not None and high is not None:
        return f"a value from {low:g} to {high:g}{unit} was expected"
    limit, value = ("least", low) if low is not None else ("most", high)
    return f"a value of at {limit} {value:g}{unit} was expected"
