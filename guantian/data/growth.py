"""Real growth: percentages checked, and growth chained into real levels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from guantian.errors import DataError

# A city never grew by 70% a year in real terms and never lost 70% of its output in one; an index
# (last year = 100) is always above. What leaves this range is no percentage of growth.
PERCENTAGE_RANGE = (-70.0, 70.0)
HEADLINE = "gdp_growth_pct"
#: Variables of the panel with real growth as it was published at different times.
VINTAGES = (HEADLINE, "gdp_growth_first_published_pct", "gdp_growth_retrospective_pct")
#: Real output chained by the growth of each vintage.
OUTPUTS = {
    HEADLINE: "real_gdp_100m_yuan",
    "gdp_growth_first_published_pct": "real_gdp_first_published_100m_yuan",
    "gdp_growth_retrospective_pct": "real_gdp_retrospective_100m_yuan",
}


def check_percent(reported: pd.Series) -> pd.Series:
    """Return growth as given, where every value can be a percentage.

    Parameters
    ----------
    reported
        Growth over the year before, per cent, any index.

    Raises
    ------
    DataError
        For a value that is no percentage (an index, or nothing known).

    Examples
    --------
    >>> check_percent(pd.Series([8.5, np.nan, -2.0])).tolist()
    [8.5, nan, -2.0]
    """
    low, high = PERCENTAGE_RANGE
    outside = reported.notna() & ~reported.between(low, high)
    if outside.any():
        first = reported.index[outside.to_numpy()][:1].to_frame(index=False).iloc[0]
        key = ", ".join(f"{name} {value}" for name, value in first.items())
        raise DataError(
            f"{reported.name or 'growth'} of {key} is {reported[outside].iloc[0]:g}, and a "
            f"percentage from {low:g} to {high:g} was expected; data/raw/errata.csv must say what "
            "it is."
        )
    return reported


def vintages(panel: pd.DataFrame) -> dict[str, pd.Series]:
    """Real growth over the year before in every vintage, per cent, by the panel's variable.

    Parameters
    ----------
    panel
        Index (city_code, year), with `VINTAGES`.

    Returns
    -------
    dict of Series
        The headline is the yearbooks' growth: of one source, for 2000 to 2021, with the source's
        own revision for Shaanxi, which is lower than what was first published. First-published
        growth is known for 2003 to 2014 alone; in its other years and gaps the headline is used,
        as in the panel's chained output. The retrospective compilation is complete for the cities
        that it has.

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples([("610100", 2002), ("610100", 2003)])
    >>> frame = pd.DataFrame({name: [8.0, 9.0] for name in VINTAGES}, index=index)
    >>> frame[VINTAGES[1]] = [np.nan, 12.0]
    >>> vintages(frame)[VINTAGES[1]].tolist()
    [8.0, 12.0]
    """
    found = {name: panel[name] for name in VINTAGES}
    return found | {VINTAGES[1]: panel[VINTAGES[1]].fillna(panel[HEADLINE])}


def chain(percent: pd.DataFrame, base: int) -> pd.DataFrame:
    """Chain growth rates into an index with base year = 1.

    Parameters
    ----------
    percent : DataFrame, shape (T, n)
        Growth over the year before, per cent; years in rows, units in columns.
    base
        The year in which every index is 1.

    Returns
    -------
    DataFrame, shape (T, n)
        Missing beyond the first gap on either side of the base year: a gap is never bridged.

    Raises
    ------
    DataError
        Where the base year is not among the rows or a year is skipped.

    Examples
    --------
    >>> rates = pd.DataFrame({"a": [np.nan, 10.0, 20.0]}, index=[2000, 2001, 2002])
    >>> chain(rates, base=2001)["a"].round(4).tolist()
    [0.9091, 1.0, 1.2]
    """
    percent = percent.sort_index()
    years = percent.index
    if base not in years:
        raise DataError(
            f"The base year {base} is not among the years {years.min()} to {years.max()}."
        )
    if not np.array_equal(np.diff(years), np.ones(len(years) - 1)):
        raise DataError("Growth cannot be chained over skipped years.")
    steps = np.log1p(percent / 100)
    after = steps.loc[base:].copy()
    after.loc[base] = 0.0
    # Going back, the level of a year is the next year's less the growth of that next year.
    before = -steps.loc[:base].iloc[::-1].shift(1)
    before.iloc[0] = 0.0
    back = before.apply(_running_sum).iloc[:0:-1]
    return np.exp(pd.concat([back, after.apply(_running_sum)]))


def _running_sum(column: pd.Series) -> pd.Series:
    """Cumulative sum that stays missing after the first gap."""
    return pd.Series(np.cumsum(column.to_numpy()), index=column.index)
