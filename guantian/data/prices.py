"""Prices: provincial indices brought to cities, and the deflator that a city's accounts imply.

No deflator of a city's GDP is published. The consumer prices of its province replace it: they
leave out investment goods, exports and what a mine or a refinery sells. Retail prices are of goods
alone and are not used here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.data.growth import chain
from guantian.errors import DataError


@dataclass(frozen=True)
class DeflatorSpec:
    """When an implied deflator is far from consumer prices, and when it is impossible.

    Attributes
    ----------
    far, impossible
        Distance of the logs of two indices (previous year = 100) beyond which it is called so.
    """

    far: float
    impossible: float

    def __post_init__(self) -> None:
        if not 0 < self.far < self.impossible:
            raise DataError(
                f"Deflators are far from {self.far:g} and impossible from {self.impossible:g}; the "
                "second was expected to be greater."
            )


def consumer_prices(table: pd.DataFrame, provinces: pd.Series, base: int) -> pd.DataFrame:
    """Bring the consumer prices of provinces to their cities.

    Parameters
    ----------
    table
        ``province_code``, ``year``, ``cpi_previous_year_100``.
    provinces
        Province of each city, indexed by ``city_code``.
    base
        Year in which the level is 1.

    Returns
    -------
    DataFrame
        Index (city_code, year): ``cpi_previous_year_100`` and ``cpi_level``, the chained index.
    """
    changes = table.pivot(index="year", columns="province_code", values="cpi_previous_year_100")
    changes = changes.reindex(range(changes.index.min(), changes.index.max() + 1))
    levels = chain(changes - 100, base)
    by_city = {"cpi_previous_year_100": changes, "cpi_level": levels}
    return pd.DataFrame({name: to_cities(wide, provinces) for name, wide in by_city.items()})


def investment_prices(table: pd.DataFrame, provinces: pd.Series, base: int) -> pd.Series:
    """Bring the investment prices of provinces to their cities, with base year = 1.

    Parameters
    ----------
    table
        ``province_code``, ``year``, ``investment_price_1952_1``.
    provinces
        Province of each city, indexed by ``city_code``.
    base
        Year in which the index is 1.

    Raises
    ------
    DataError
        Where the table has no value of the base year.
    """
    wide = table.pivot(index="year", columns="province_code", values="investment_price_1952_1")
    if base not in wide.index:
        raise DataError(f"province_investment has no price of the base year {base}.")
    return to_cities(wide / wide.loc[base], provinces)


def to_cities(wide: pd.DataFrame, provinces: pd.Series) -> pd.Series:
    """Give every city its province's series; index (city_code, year).

    Parameters
    ----------
    wide : DataFrame, shape (T, provinces)
        Years in rows.
    provinces
        Province of each city, indexed by ``city_code``; one that ``wide`` lacks is missing.
    """
    by_city = wide.reindex(columns=provinces.to_numpy())
    by_city.columns = pd.Index(provinces.index, name="city_code")
    return by_city.rename_axis(index="year").unstack()


def implied_deflator(nominal: pd.Series, growth: pd.Series) -> pd.Series:
    """Divide nominal by real growth: the price index that the accounts imply.

    Parameters
    ----------
    nominal
        Level at current prices; index (city_code, year).
    growth
        Real growth over the year before, per cent; same index.

    Returns
    -------
    Series
        Previous year = 100; missing where the year before has no level.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([["610100"], [2000, 2001]], names=["city_code", "year"])
    >>> nominal = pd.Series([100.0, 115.5], index=index)
    >>> implied_deflator(nominal, pd.Series([9.0, 10.0], index=index)).round(4).tolist()
    [nan, 105.0]
    """
    levels = nominal.unstack("city_code").sort_index()
    levels = levels.reindex(range(levels.index.min(), levels.index.max() + 1)).rename_axis("year")
    ratio = (levels / levels.shift()).unstack()
    return (100 * ratio / (1 + growth.reindex(ratio.index) / 100)).reindex(nominal.index)


def judge_deflator(implied: pd.Series, consumer: pd.Series, spec: DeflatorSpec) -> pd.Series:
    """Call each implied deflator near, far or impossible against consumer prices.

    Parameters
    ----------
    implied, consumer
        Previous year = 100; one index.
    spec
        The distances.
    """
    distance = np.log(implied / consumer).abs()
    judged = np.select(
        [distance > spec.impossible, distance > spec.far], ["impossible", "far"], default="near"
    )
    return pd.Series(judged, index=implied.index, dtype="str").where(distance.notna())


def impossible_deflators(panel: pd.DataFrame) -> pd.DataFrame:
    """List the cells of the panel whose implied deflator is impossible, with what implies it."""
    columns = ["name_en", "in_zone", "gdp_100m_yuan", "gdp_before_100m_yuan", "gdp_growth_pct"]
    columns += ["implied_deflator_previous_year_100", "cpi_previous_year_100"]
    # From the identity: the year before may lie outside the panel's years.
    step = (1 + panel["gdp_growth_pct"] / 100) * panel["implied_deflator_previous_year_100"] / 100
    before = panel["gdp_100m_yuan"] / step
    chosen = panel["implied_deflator_judgement"] == "impossible"
    return panel.assign(gdp_before_100m_yuan=before).loc[chosen, columns].reset_index()
