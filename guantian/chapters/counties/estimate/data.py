"""Output of counties at constant prices and territory, and what else the chapter reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class CountyData:
    """Counties and their output.

    Attributes
    ----------
    output : DataFrame
        Units in rows, years in columns: log real output, 10k yuan of the base year; short gaps
        are filled on the straight line between the years around them.
    per_head : DataFrame
        The same minus the log of the unit's population, its median over the years.
    population : DataFrame
        Log population as printed, gaps inside filled likewise.
    units : DataFrame
        Index unit_code: `city`, `province` (codes), `in_plan`, `in_zone`, `in_region` (0 or 1).
    """

    output: pd.DataFrame
    per_head: pd.DataFrame
    population: pd.DataFrame
    units: pd.DataFrame


def province_deflator(panel: pd.DataFrame) -> pd.DataFrame:
    """Chain the log deflator of each province from those that its prefectures' accounts imply.

    Parameters
    ----------
    panel
        Index (city_code, year); `gdp_100m_yuan`, `real_gdp_100m_yuan`, `province_code`.

    Returns
    -------
    DataFrame
        Province codes in rows, years in columns, zero in the first year. A step is the median over
        the province's prefectures; where it has none, the median over all.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([["110000"], [2001, 2002]], names=["city_code", "year"])
    >>> frame = pd.DataFrame({"gdp_100m_yuan": [1, 2.2], "real_gdp_100m_yuan": [1, 2.0]}, index)
    >>> round(float(province_deflator(frame.assign(province_code="110000")).iloc[0, 1]), 4)
    0.0953
    """
    ratio = panel["gdp_100m_yuan"] / panel["real_gdp_100m_yuan"]
    steps = np.log(ratio.astype("float64")).unstack("year").diff(axis=1)
    provinces = panel["province_code"].groupby(level="city_code").first()
    found = steps.groupby(provinces.reindex(steps.index)).median()
    return found.fillna(steps.median()).fillna(0.0).cumsum(axis=1)


def make_counties(counties: pd.DataFrame, panel: pd.DataFrame, bridge: int) -> CountyData:
    """Bring county output to constant prices, and divide it by a population that does not change.

    Parameters
    ----------
    counties
        The county panel: index (unit_code, year).
    panel
        The panel of prefectures, which gives deflators and samples.
    bridge
        Longest gap in output that is filled.

    Notes
    -----
    The printed population changes from registered to resident persons and back, by up to a third
    in a year. Dispersion and growth per head therefore use each county's median population:
    they change with output alone. `population` keeps what is printed, for the comparison.
    """
    flags = panel[["in_region", "in_nation"]].groupby(level="city_code").first()
    units = counties.groupby(level="unit_code")[["city_code", "in_zone", "in_plan"]].first()
    units = units.rename(columns={"city_code": "city"})
    units = units[units["city"].isin(flags.index[flags["in_nation"] == 1])]
    units["province"] = units["city"].str[:2] + "0000"
    units["in_region"] = units["city"].map(flags["in_region"])
    years = (
        counties["gdp_10k_yuan"]
        .dropna()
        .index.unique("year")
        .intersection(panel.index.unique("year"))
    )
    years = sorted(years)
    nominal = _logs(counties["gdp_10k_yuan"], units.index, years)
    deflator = province_deflator(panel).reindex(index=units["province"], columns=years)
    output = _bridged(nominal - deflator.set_axis(units.index).to_numpy(), bridge)
    population = _logs(counties["population_10k"], units.index, years)
    per_head = output.sub(population.median(axis=1), axis=0)
    return CountyData(output, per_head, _bridged(population, bridge), units)


def _logs(values: pd.Series, units: pd.Index, years: list[int]) -> pd.DataFrame:
    wide = values.astype("float64").unstack("year").reindex(index=units, columns=years)
    return np.log(wide.where(wide > 0))


def _bridged(logs: pd.DataFrame, limit: int) -> pd.DataFrame:
    """Fill gaps of at most `limit` years between known years; longer ones stay whole."""
    if limit == 0:
        return logs
    gap = logs.isna().to_numpy()
    run = _counted(gap) + _counted(gap[:, ::-1])[:, ::-1] - 1
    return logs.interpolate(axis=1, limit_area="inside").mask(gap & (run > limit))


def _counted(gap: np.ndarray) -> np.ndarray:
    """Count, at each place, the gaps in a row that end there."""
    count = np.zeros(gap.shape, int)
    count[:, 0] = gap[:, 0]
    for place in range(1, gap.shape[1]):
        count[:, place] = np.where(gap[:, place], count[:, place - 1] + 1, 0)
    return count


def known_years(values: pd.DataFrame, years: Mapping[str, int]) -> tuple[int, int] | None:
    """Return the first and last year of a period that a table holds; None where less than two.

    Parameters
    ----------
    values
        Years in columns.
    years
        ``first`` and ``last`` of the period.
    """
    held = [year for year in values.columns if years["first"] <= year <= years["last"]]
    return (held[0], held[-1]) if len(held) > 1 else None


def complete(values: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Return the units with a value in every year of a period, and these years."""
    window = values.loc[:, first:last]
    return window[window.notna().all(axis=1)]


def sample_of(units: pd.DataFrame, sample: str) -> pd.Index:
    """Return the units of a sample: china, region, or zone (the counties that the plan names)."""
    flags: Mapping[str, str] = {"region": "in_region", "zone": "in_plan"}
    return units.index if sample == "china" else units.index[units[flags[sample]] == 1]
