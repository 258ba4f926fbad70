"""Kinds of faults, and of honest oddities, that are planted in the tables added later."""

from __future__ import annotations

from collections.abc import MutableMapping

import numpy as np
import pandas as pd

from .common import key_text
from .faults import Cells, Fault, Oddity, copied_year, interior, scaled

COUNTIES, RETROSPECTIVE = "county_panel", "city_growth_and_sectors"
SECTOR_TABLE = (
    "gdp_of_sector_table_100m_yuan",
    "primary_100m_yuan",
    "secondary_100m_yuan",
    "tertiary_100m_yuan",
)


def _sector_rows_exchanged(
    frame: pd.DataFrame, table: str, column: str, rng: np.random.Generator, number: int
) -> Cells:
    """Exchange two cities' rows of the table of sectors; their own output stays where it is."""
    names = list(SECTOR_TABLE)
    inner = frame.loc[interior(frame, "city_code", column)]
    inner = inner[inner[[*names, "gdp_100m_yuan"]].notna().all(axis=1)]
    out: Cells = []
    for k in rng.permutation(len(inner)):
        if len(out) >= number:
            break
        row = inner.iloc[k]
        near = inner[
            (inner["year"] == row["year"])
            & (inner["city_code"].str[:2] == row["city_code"][:2])
            & (inner["city_code"] > row["city_code"])
        ].sort_values("city_code")
        if near.empty or abs(np.log(near[column].iloc[0] / row[column])) < 0.4:
            continue
        pair = [inner.index[k], near.index[0]]
        frame.loc[pair, names] = frame.loc[pair[::-1], names].to_numpy()
        out += [(key, name) for key in key_text(table, frame.loc[pair]) for name in names]
    return out


def _placeholder(
    frame: pd.DataFrame, table: str, column: str, rng: np.random.Generator, number: int
) -> Cells:
    rows = rng.permutation(interior(frame, "city_code", column))[:number]
    frame.loc[rows, column] = rng.choice([1.0, 2.0, 2.5], size=len(rows))
    return [(key, column) for key in key_text(table, frame.loc[rows])]


def _rate_of_the_province(
    frame: pd.DataFrame, table: str, column: str, rng: np.random.Generator, number: int
) -> Cells:
    """Print the median city's rate for seven in ten cities of a province and year."""
    province = frame["city_code"].str[:2]
    out: Cells = []
    blocks = frame[frame[column].notna()].groupby([province, "year"]).size()
    for code, year in rng.permutation(blocks[blocks >= 8].index.to_numpy()):
        if len(out) >= number:
            break
        rows = frame.index[(province == code) & (frame["year"] == year) & frame[column].notna()]
        rate = float(frame.loc[rows, column].median().round(1))
        rows = rng.choice(rows, size=int(0.7 * len(rows)), replace=False)
        # A city that has that rate is none of the faults, and is to be left.
        rows = rows[~np.isclose(frame.loc[rows, column], rate)]
        frame.loc[rows, column] = rate
        out += [(key, column) for key in key_text(table, frame.loc[rows])]
    return out


LATER_FAULTS: tuple[Fault, ...] = (
    Fault(
        "unit of 100 million in a county",
        ((COUNTIES, "gdp_10k_yuan"), (COUNTIES, "secondary_10k_yuan")),
        scaled(1e-4),
    ),
    Fault(
        "later tables: a factor of three",
        (
            (COUNTIES, "gdp_10k_yuan"),
            (COUNTIES, "population_10k"),
            ("city_road_area", "road_area_m2_per_head"),
        ),
        scaled(3.0),
    ),
    Fault("counties: a copied year", ((COUNTIES, "gdp_10k_yuan"),), copied_year),
    Fault("rows of sectors exchanged", ((RETROSPECTIVE, SECTOR_TABLE[0]),), _sector_rows_exchanged),
    Fault(
        "a placeholder for a target",
        (("city_growth_targets_2008_2022", "growth_target_pct"),),
        _placeholder,
    ),
    Fault(
        "the province's rate in cities",
        ((RETROSPECTIVE, "gdp_index_previous_year_100"),),
        _rate_of_the_province,
    ),
)


def _another_count(frames: MutableMapping[str, pd.DataFrame], rng: np.random.Generator) -> int:
    """Let counties be counted otherwise for three years: residents for the registered."""
    frame = frames[COUNTIES].copy()
    touched = 0
    for code in rng.choice(frame["county_code"].unique(), size=20, replace=False):
        year = int(rng.integers(2004, 2015))
        rows = frame.index[(frame["county_code"] == code) & frame["year"].between(year, year + 2)]
        frame.loc[rows, "population_10k"] *= float(rng.choice([0.75, 1.35]))
        touched += int(frame.loc[rows, "population_10k"].notna().sum())
    frames[COUNTIES] = frame
    return touched


def _drought(frames: MutableMapping[str, pd.DataFrame], rng: np.random.Generator) -> int:
    """Let the harvest fail for a year in all counties of a city."""
    frame = frames[COUNTIES].copy()
    size = frame.groupby("city_code")["county_code"].nunique()
    touched = 0
    for code in rng.choice(size.index[size >= 6], size=8, replace=False):
        year = int(rng.integers(2004, 2015))
        rows = frame.index[(frame["city_code"] == code) & (frame["year"] == year)]
        factor = rng.uniform(0.5, 0.7, size=len(rows))
        frame.loc[rows, "primary_10k_yuan"] *= factor
        frame.loc[rows, "gdp_10k_yuan"] -= (frame.loc[rows, "primary_10k_yuan"] / factor) * (
            1 - factor
        )
        touched += int(frame.loc[rows, "primary_10k_yuan"].notna().sum())
    frames[COUNTIES] = frame
    return touched


def _issuer(frames: MutableMapping[str, pd.DataFrame], rng: np.random.Generator) -> int:
    """Let an issuer of debt come for two years and leave."""
    frame = frames["city_lgfv_debt"].copy()
    column = "lgfv_interest_bearing_debt_100m_yuan"
    touched = 0
    for code in rng.choice(frame["region_code"].unique(), size=12, replace=False):
        year = int(rng.integers(2011, 2019))
        rows = frame.index[(frame["region_code"] == code) & frame["year"].between(year, year + 1)]
        frame.loc[rows, column] *= 2.5
        touched += int(frame.loc[rows, column].notna().sum())
    frames["city_lgfv_debt"] = frame
    return touched


LATER_ODDITIES: tuple[Oddity, ...] = (
    Oddity("counties counted otherwise", _another_count),
    Oddity("a drought in a city's counties", _drought),
    Oddity("an issuer that comes and goes", _issuer),
)
