"""What the checks look at: the raw tables, and the acts on record."""

from __future__ import annotations

from pathlib import Path

from guantian.data.acts import read_acts
from guantian.data.package import read_package
from guantian.data.read import read_checked, read_tables

from .common import UNSCANNED, Tables


def tables_to_check(folder: str | Path, checked: str | Path | None = None) -> Tables:
    """Read the raw tables to scan: codes as text, years as integers, data as floats.

    Where they were read before, ``checked`` is the folder that keeps them.

    Beside them stand ``acts``, by which travel times are checked. Tables that are `UNSCANNED` are
    left out; one that the checks do not know at all is kept, for them to refuse.
    """
    folder = Path(folder)
    package = read_package(folder / "datapackage.json")
    tables = read_tables(package) if checked is None else read_checked(package, checked)
    tables = {name: table for name, table in tables.items() if name not in UNSCANNED}
    for name, table in tables.items():
        keys = package.tables[name].key
        types = {c: "str" if c in keys else "float64" for c in table.select_dtypes("int")}
        tables[name] = table.astype({c: kind for c, kind in types.items() if c != "year"})
    return {**tables, "acts": read_acts(folder / "acts.csv")}
