"""The units and years of a row of results."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

#: Names of samples, and the flag of the panel that holds their members.
FLAGS = {
    "zone": "in_zone",
    "region": "in_region",
    "sphere": "in_region",
    "nation": "in_nation",
    "china": "in_nation",
    "city": "in_zone",
}
CODE = re.compile(r"[1-9][0-9]{5}")


def sample_of(
    row: Mapping[str, Any], panel: pd.DataFrame, zones: str | Path
) -> tuple[str, tuple[str, ...]]:
    """Return in words whose values a row of results is made from, and their codes.

    A row about one city or a pair is made from those; another from its sample: by a flag of the
    panel, or the members of a zone's file. A row without a sample is of the whole panel.

    Parameters
    ----------
    row
        Its columns that are not empty.
    panel
        Index (city_code, year), with the flags.
    zones
        The folder of the zones' files.
    """
    about = [row[name] for name in ("unit", "partner") if CODE.fullmatch(str(row.get(name, "")))]
    codes = panel.index.get_level_values("city_code")
    if about and set(about) <= set(codes):
        return "the row’s own " + ("pair" if len(about) > 1 else "city"), tuple(about)
    name = str(row.get("sample", ""))
    file = Path(zones) / f"{name}.yaml"
    if name not in FLAGS and file.exists():
        members = yaml.safe_load(file.read_text(encoding="utf-8"))["members"]
        return f"members of {name}", tuple(sorted({str(m["code"]) for m in members}))
    flag = FLAGS.get(name, "in_nation")
    said = name if name in FLAGS else f"{name}, of the nation’s cities" if name else "all cities"
    return said, tuple(sorted(set(codes[panel[flag].eq(1)])))


def years_of(
    row: Mapping[str, Any], panel: pd.DataFrame, specs: pd.DataFrame | None
) -> tuple[int, int]:
    """Return the first and last year of a row: its own, its specification's, or the panel's."""
    years = panel.index.get_level_values("year")
    first, last = int(years.min()), int(years.max())
    if specs is not None and {"first", "last"} <= set(specs):
        names = [row.get(name) for name in ("outcome", "variant", "variable")]
        own = specs[specs[specs.columns[0]].isin([name for name in names if name])]
        if len(own):
            first, last = int(own["first"].astype(int).min()), int(own["last"].astype(int).max())
    if "first_year" in row:
        first = int(row["first_year"])
    if "last_year" in row:
        last = int(row["last_year"])
    if "year" in row and "first_year" not in row:
        first = last = int(row["year"])
    return (first, last) if first <= last else (last, first)
