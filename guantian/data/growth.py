"""Real growth: indices told from percentages, and growth chained into real levels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from guantian.data.errors import DataError

# A city never grew by 70% a year in real terms, and never shrank below 70% of the year before: the
# two forms in which growth is printed cannot be confused between these marks.
LARGEST_PERCENTAGE = 70.0
INDEX_RANGE = (70.0, 170.0)


def growth_in_percent(reported: pd.Series) -> pd.DataFrame:
    """Tell percentages from indices (last year = 100).

    Parameters
    ----------
    reported
        Growth as printed, any index.

    Returns
    -------
    DataFrame
        ``percent`` (float) and ``form`` (``"percent"``, ``"index"`` or missing).

    Raises
    ------
    DataError
        For a value that is neither (above the range of an index): an erratum must say what it is.
    """
    is_index = reported.between(*INDEX_RANGE, inclusive="right")
    neither = reported.gt(INDEX_RANGE[1]) | reported.le(-100)
    if neither.any():
        first = reported.index[neither.to_numpy()][:1].to_frame(index=False).iloc[0]
        key = ", ".join(f"{name} {value}" for name, value in first.items())
        raise DataError(
            f"Reported growth of {key} is {reported[neither].iloc[0]:g}: neither a percentage "
            f"(up to {LARGEST_PERCENTAGE:g}) nor an index (up to {INDEX_RANGE[1]:g}); "
            "data/raw/errata.csv must correct it."
        )
    form = pd.Series(np.where(is_index, "index", "percent"), index=reported.index, dtype="str")
    return pd.DataFrame(
        {
            "percent": reported.where(~is_index, reported - 100),
            "form": form.where(reported.notna()),
        }
    )


def chain(percent: pd.DataFrame, base: int) -> pd.DataFrame:
    """Chain growth rates into an index with base year = 1.

    Parameters
    ----------
    percent : DataFrame, shape (T, n)
        Real growth over the year before, per cent; years in rows, units in columns.
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
