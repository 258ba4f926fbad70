"""Write errata.csv and examined.csv anew: `python -m guantian.data.checks RAW_FOLDER CONFIG`."""

import sys
from pathlib import Path

import yaml

from guantian.data.checks.common import Tables
from guantian.data.checks.judgement import write_lists
from guantian.data.package import read_package
from guantian.data.read import read_tables


def tables_to_check(folder: Path) -> Tables:
    """Read the raw tables with keys but the year as text, and every figure as a float."""
    package = read_package(folder / "datapackage.json")
    tables = read_tables(package)
    for name, table in tables.items():
        keys = package.tables[name].key
        types = {c: "str" if c in keys else "float64" for c in table.select_dtypes("int")}
        tables[name] = table.astype({c: kind for c, kind in types.items() if c != "year"})
    return tables


if __name__ == "__main__":
    raw, config = Path(sys.argv[1]), Path(sys.argv[2])
    focus = yaml.safe_load(config.read_text(encoding="utf-8"))["checks"]["focus"]
    write_lists(tables_to_check(raw), raw, focus)
