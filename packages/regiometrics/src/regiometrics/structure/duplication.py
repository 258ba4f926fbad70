"""Duplicated construction: investment that moves together, land that outgrows people, capital."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from regiometrics._arguments import frame, numbers, one_of, positions, whole
from regiometrics.errors import EstimationError

Array = np.ndarray


def growth_net_of_years(levels: pd.DataFrame) -> pd.DataFrame:
    """Log growth over the year before, minus the mean over all units of that year.

    Parameters
    ----------
    levels : DataFrame, shape (T, n)
        Consecutive years in rows; what is not positive counts as missing.
    """
    levels = frame("levels", levels, missing=True)
    if not pd.api.types.is_integer_dtype(levels.index.dtype):
        raise ValueError(f"The years are of type {levels.index.dtype}; expected whole numbers.")
    levels = levels.reindex(range(levels.index.min(), levels.index.max() + 1))
    logs = np.log(levels.where(levels > 0))
    growth = logs.diff().iloc[1:]
    return growth.sub(growth.mean(axis=1), axis=0)


def co_movement(growth: pd.DataFrame, method: str, least: int) -> Array:
    """Correlate the growth of each pair of units over the years known for both.

    Parameters
    ----------
    growth : DataFrame, shape (T, n)
        Growth rates, periods in rows and places in columns.
    method
        "pearson" or "spearman"; the latter uses ranks, so that single outlying years weigh less.
    least
        Years that must be known for both.

    Returns
    -------
    ndarray, shape (n, n)
        Missing for pairs with fewer years.
    """
    growth = frame("growth", growth, missing=True)
    one_of("method", method, ("pearson", "spearman"))
    least = whole("least", least, 2)
    return growth.corr(method=method, min_periods=least).to_numpy()


def outgrowth(land: pd.DataFrame, other: pd.DataFrame, first: int, last: int) -> pd.Series:
    """Mean annual log growth of land minus that of another quantity between two years.

    Parameters
    ----------
    land, other : DataFrame, shape (T, n)
        Positive where known; years in rows.
    first, last
        The two years to compare.

    Returns
    -------
    Series by unit
        Above 0 where land per unit of the other grew; missing where one of the four is.
    """
    land, other = frame("land", land, missing=True), frame("other", other, missing=True)
    first, last = whole("first", first), whole("last", last)
    if last <= first:
        raise ValueError(f"first is {first} and last {last}; expected a later last year.")
    ratio = np.log(land.where(land > 0)) - np.log(other.where(other > 0))
    years = ratio.reindex([first, last])
    return (years.loc[last] - years.loc[first]) / (last - first)


def benchmarked(
    investment: pd.DataFrame, gdp: pd.DataFrame, provinces: pd.Series, formation: pd.DataFrame
) -> pd.DataFrame:
    """Investment over GDP, scaled so that each province's cities add up to its accounts.

    Parameters
    ----------
    investment, gdp : DataFrame, shape (T, n)
        Values as cities report them, in current prices.
    provinces
        Province of each city.
    formation : DataFrame, shape (T, provinces)
        Fixed capital formation over GDP in the provinces' accounts.

    Returns
    -------
    DataFrame, shape (T, n)
        Reported ratios times the province's formation over GDP, over the ratio that its cities
        report together: what differs between a province's cities is kept, the province's own
        reporting is not. Missing where the accounts are.
    """
    investment = frame("investment", investment, missing=True)
    gdp, formation = frame("gdp", gdp, missing=True), frame("formation", formation, missing=True)
    if not isinstance(provinces, pd.Series) or provinces.index.has_duplicates:
        raise ValueError("provinces is no Series with each city once; expected city -> province.")
    both = investment.notna() & gdp.notna()
    owner = provinces.reindex(investment.columns)
    sums = [table.where(both).T.groupby(owner).sum().T for table in (investment, gdp)]
    together = (sums[0] / sums[1].where(sums[1] > 0)).reindex(columns=owner)
    accounts = formation.reindex(index=investment.index, columns=owner)
    factor = pd.DataFrame(
        accounts.to_numpy() / together.where(together > 0).to_numpy(),
        investment.index,
        investment.columns,
    )
    return investment / gdp * factor


def capital_output(
    investment: pd.DataFrame, output: pd.DataFrame, last: int, window: int
) -> pd.Series:
    """Incremental capital-output ratio: real investment over the gain in real output.

    Parameters
    ----------
    investment, output : DataFrame, shape (T, n)
        Values at constant prices.
    last, window
        Investment of the ``window`` years up to the year before ``last``, over the gain of output
        from ``last - window`` to ``last``.

    Returns
    -------
    Series by unit
        Missing where output did not grow or a value is missing.
    """
    investment = frame("investment", investment, missing=True)
    output = frame("output", output, missing=True)
    last, window = whole("last", last), whole("window", window)
    spent = investment.reindex(range(last - window, last)).sum(axis=0, min_count=window)
    gain = output.reindex([last - window, last]).diff().iloc[-1]
    return spent / gain.where(gain > 0)


def dispersion(values: Array, groups: Array) -> Array:
    """Standard deviation of logs over each group's members, divisor size - 1.

    Parameters
    ----------
    values : shape (n,)
        Positive where known.
    groups : int array, shape (draws, size)
        Positions, -1 for a member without a place.

    Returns
    -------
    ndarray, shape (draws,)
        Missing where a member is.
    """
    values = numbers("values", values, (None,), missing=True)
    groups = positions("groups", groups, (None, None), least=(1, 2))
    if groups.min() < -1 or groups.max() >= len(values):
        raise ValueError(
            f"groups runs from {groups.min()} to {groups.max()}; expected positions from 0 to "
            f"{len(values) - 1}, or -1."
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(np.where(values > 0, values, np.nan))
    dispersion = logs[groups].std(axis=1, ddof=1)
    return np.where((groups < 0).any(axis=1), np.nan, dispersion)


def wide(table: pd.DataFrame, column: str, codes: Sequence[str] | None = None) -> pd.DataFrame:
    """Years in rows, cities in columns: one column of a long table with city_code and year."""
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"table is of type {type(table).__name__}; expected a DataFrame.")
    absent = [name for name in ("city_code", "year", column) if name not in table.columns]
    if absent:
        raise ValueError(f"The table has no column {absent[0]!r}; expected one.")
    twice = table.duplicated(["city_code", "year"])
    if twice.any():
        row = table[twice].iloc[0]
        raise ValueError(
            f"City {row['city_code']} has more than one row in {row['year']}; expected one."
        )
    values = table.pivot(index="year", columns="city_code", values=column).sort_index()
    return values if codes is None else values.reindex(columns=codes)


def common_years(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Cut tables of years and units to what all of them have."""
    if not isinstance(frames, Mapping) or not frames:
        raise ValueError("frames holds no table; expected a mapping of names to tables.")
    frames = {name: frame(name, table, missing=True) for name, table in frames.items()}
    years = sorted(set.intersection(*(set(table.index) for table in frames.values())))
    units = sorted(set.intersection(*(set(table.columns) for table in frames.values())))
    if not years or not units:
        raise EstimationError("The tables have no year or no unit in common; expected some.")
    return {name: table.loc[years, units] for name, table in frames.items()}
