"""How far figures of one thing agree: identities and sources compared with each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

KEY = ["city_code", "year"]


@dataclass(frozen=True)
class Comparison:
    """Two figures of one thing.

    Attributes
    ----------
    name
        A short name.
    what
        Which figure over (or less) which, and what agreement would mean.
    tolerance
        Distance from agreement that still counts as agreement.
    gap
        By unit and year: the ratio less one, or the difference in points.
    unit
        ``"per cent"`` (of the ratio) or ``"points"``.
    """

    name: str
    what: str
    tolerance: float
    gap: pd.Series
    unit: str


def comparisons(tables: Mapping[str, pd.DataFrame]) -> Iterator[Comparison]:
    """Hold the corrected tables against each other.

    Parameters
    ----------
    tables
        Corrected tables by name.

    Yields
    ------
    Comparison
    """
    accounts = tables["city_accounts"].set_index(KEY)
    people = tables["city_population_labour"].set_index(KEY)
    resident = tables["city_resident_population"].set_index(KEY)
    gdp = accounts["gdp_100m_yuan"]
    sectors = accounts[["primary_10k_yuan", "secondary_10k_yuan", "tertiary_10k_yuan"]]
    yield _ratio(
        "Sectors and GDP",
        "value added of three sectors over GDP",
        0.01,
        sectors.sum(axis=1, skipna=False) / 1e4,
        gdp,
    )
    yield _closest(accounts, people, resident)
    yield _ratio(
        "Two populations",
        "registered over resident population",
        0.05,
        people["registered_population_10k"],
        resident["resident_population_10k"],
    )
    yield _ratio(
        "Wages",
        "wage bill over staff times average wage",
        0.02,
        people["staff_wage_bill_10k_yuan"],
        people["staff_average_10k"] * people["staff_average_wage_yuan"],
    )
    yield _ratio(
        "Density",
        "density times land over registered population",
        0.05,
        people["density_per_km2"] * resident["land_area_km2"] / 1e4,
        people["registered_population_10k"],
    )
    achieved = tables["city_growth_targets"].set_index(KEY)["growth_actual_pct"]
    gap = (accounts["gdp_growth_reported"] - achieved).dropna()
    yield Comparison(
        "Two sources of growth",
        "growth in the yearbook less growth in the targets' source",
        0.1,
        gap,
        "points",
    )
    yield _cities_and_provinces(tables)


def agreement(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Summarise every comparison by year.

    Returns
    -------
    DataFrame
        One row per comparison and year: ``comparison``, ``what``, ``unit``, ``tolerance``,
        ``year``, ``cells``, ``median``, ``low`` and ``high`` (5th and 95th percentile of the gap)
        and ``agree`` (share of cells within the tolerance).
    """
    frames = []
    for comparison in comparisons(tables):
        scale = 100.0 if comparison.unit == "per cent" else 1.0
        by_year = comparison.gap.groupby(level="year")
        frame = pd.DataFrame(
            {
                "cells": by_year.size(),
                "median": scale * by_year.median(),
                "low": scale * by_year.quantile(0.05),
                "high": scale * by_year.quantile(0.95),
                "agree": by_year.agg(
                    lambda gap, within=comparison.tolerance: float((gap.abs() <= within).mean())
                ),
            }
        ).reset_index()
        frame.insert(0, "comparison", comparison.name)
        frame.insert(1, "what", comparison.what)
        frame.insert(2, "unit", comparison.unit)
        frame.insert(3, "tolerance", scale * comparison.tolerance)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def lights_and_output(panel: pd.DataFrame) -> pd.DataFrame:
    """Correlate log night lights with log GDP across cities, by year, zone and nation.

    Returns
    -------
    DataFrame
        ``sample``, ``year``, ``cities``, ``correlation`` and ``elasticity`` (slope of log lights on
        log GDP, least squares).
    """
    rows = []
    columns = ["night_lights_sum", "gdp_100m_yuan"]
    for sample in ("zone", "nation"):
        chosen = panel.loc[panel[f"in_{sample}"] == 1, columns]
        chosen = np.log(chosen.where(chosen > 0)).dropna()
        for year, logs in chosen.groupby(level="year"):
            covariance = np.cov(logs.to_numpy().T)
            rows.append(
                {
                    "sample": sample,
                    "year": year,
                    "cities": len(logs),
                    "correlation": covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]),
                    "elasticity": covariance[0, 1] / covariance[1, 1],
                }
            )
    return pd.DataFrame(rows)


def _ratio(name: str, what: str, tolerance: float, over: pd.Series, under: pd.Series) -> Comparison:
    gap = (over / under - 1).replace([np.inf, -np.inf], np.nan).dropna()
    return Comparison(name, what, tolerance, gap, "per cent")


def _closest(accounts: pd.DataFrame, people: pd.DataFrame, resident: pd.DataFrame) -> Comparison:
    """GDP per head times the nearer of the two populations, over GDP."""
    both = pd.concat(
        [people["registered_population_10k"], resident["resident_population_10k"]], axis=1
    )
    product = both.mul(accounts["gdp_per_capita_yuan"], axis=0).div(1e4)
    gaps = product.div(accounts["gdp_100m_yuan"], axis=0) - 1
    nearer = gaps.abs().dropna(how="all").idxmin(axis=1)
    gap = pd.Series(
        gaps.to_numpy()[
            gaps.index.get_indexer(nearer.index), gaps.columns.get_indexer(nearer.to_numpy())
        ],
        index=nearer.index,
    )
    return Comparison(
        "GDP per head",
        "GDP per head times the nearer population, over GDP",
        0.02,
        gap.replace([np.inf, -np.inf], np.nan).dropna(),
        "per cent",
    )


def _cities_and_provinces(tables: Mapping[str, pd.DataFrame]) -> Comparison:
    """Cities' GDP summed over the GDP of their province, where every city has a figure."""
    names = tables["city_names"].set_index("city_code")["province_code"]
    cities = tables["city_accounts"].assign(
        province_code=tables["city_accounts"]["city_code"].map(names)
    )
    grouped = cities.groupby(["province_code", "year"])["gdp_100m_yuan"]
    total, count = grouped.sum(), grouped.count()
    most = count.groupby(level="province_code").transform("max")
    province = tables["province_accounts"].set_index(["province_code", "year"])["gdp_100m_yuan"]
    return _ratio(
        "Cities and provinces",
        "GDP of all cities over GDP of their province",
        0.05,
        total[count == most],
        province,
    )
