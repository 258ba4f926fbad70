"""Tables of the study brought to what the estimators of this chapter take."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import pandas as pd

from guantian.chapters.linkage.estimate.regressors import with_regressors
from regiometrics.gravity.grid import FlowGrid, flow_grid

TABLES = ("flows", "pairs", "names", "trains", "structure", "panel")
FLOW_YEAR = 2021  # the flows are of its first half
STRUCTURES = {"similarity_2016": ("units", 2016), "similarity_2020": ("census", 2020)}


def gravity_grid(
    tables: Mapping[str, pd.DataFrame],
    zone: Collection[str],
    approved: Iterable[Collection[str]],
    income_year: int,
) -> tuple[FlowGrid, dict[str, str]]:
    """Build the grid of flows with all regressors, and each city's province.

    Parameters
    ----------
    tables
        ``flows``, ``pairs``, ``names``, ``trains``, ``structure``, ``panel``.
    zone
        Codes of the zone.
    approved
        Codes of each approved zone.
    income_year
        Of the output per resident whose gap enters.
    """
    pairs = tables["pairs"]
    grid = flow_grid(tables["flows"], set(pairs["code_a"]) | set(pairs["code_b"]))
    provinces = tables["names"].set_index("city_code")["province_code"].to_dict()
    years = tables["panel"].index.unique("year")
    if income_year not in years:
        raise ValueError(
            f"linkage.income_year is {income_year}; expected a year of the panel, "
            f"{years.min()} to {years.max()}."
        )
    income = tables["panel"].xs(income_year, level="year")["gdp_per_resident_yuan"]
    grid = with_regressors(
        grid,
        pairs,
        provinces,
        zone,
        approved,
        tables["trains"],
        {name: shares(tables["structure"], *key) for name, key in STRUCTURES.items()},
        income.where(income > 0).astype("float64"),
    )
    return grid, provinces


def shares(structure: pd.DataFrame, source: str, year: int) -> pd.DataFrame:
    """Employment shares, cities by sectors, of cities with all sectors."""
    chosen = structure[
        (structure["source"] == source)
        & (structure["level"] == "sector")
        & (structure["year"] == year)
        & (structure["complete"] == 1)
    ]
    wide = chosen.pivot(index="code", columns="sector", values="share_pct").astype("float64")
    return wide.replace([np.inf, -np.inf], np.nan).dropna()


def with_hours(pairs: pd.DataFrame, times: pd.DataFrame, year: int) -> pd.DataFrame:
    """Join modelled hours by rail and road in a year; missing where a pair has none."""
    chosen = times[times["year"] == year]
    hours = chosen.set_index(["code_a", "code_b"])[["rail_hours_modelled", "road_hours_modelled"]]
    joined = pairs.join(hours, on=["code_a", "code_b"])
    return joined.rename(
        columns={"rail_hours_modelled": "rail_hours", "road_hours_modelled": "road_hours"}
    )
