"""Market segmentation from relative prices (Parsley and Wei 1996, 2001)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from regiometrics._arguments import numbers, positions, whole
from regiometrics.convergence.trends import trend_and_error

Array = np.ndarray
DIGIT = 0.1  # of the printed index, previous year = 100


def adjacent_provinces(pairs: pd.DataFrame, provinces: Collection[str]) -> pd.DataFrame:
    """List the pairs of provinces that share a border, from pairs of cities that do.

    Parameters
    ----------
    pairs
        ``code_a``, ``code_b``, ``same_province``, ``adjacent``.
    provinces
        Codes (six digits) that count.

    Returns
    -------
    DataFrame
        ``province_a`` before ``province_b``, sorted, each once.

    Notes
    -----
    The first two digits of a GB/T 2260 code are the province's.
    """
    _columns(pairs, "pairs", ("code_a", "code_b", "same_province", "adjacent"))
    border = pairs[(pairs["adjacent"] == 1) & (pairs["same_province"] == 0)]
    ends = np.sort(
        np.column_stack([border[name].str[:2] + "0000" for name in ("code_a", "code_b")]), axis=1
    )
    ends = ends[np.isin(ends, list(provinces)).all(axis=1) & (ends[:, 0] != ends[:, 1])]
    table = pd.DataFrame(ends, columns=["province_a", "province_b"])
    return table.drop_duplicates().sort_values(["province_a", "province_b"], ignore_index=True)


def price_changes(prices: pd.DataFrame, provinces: Sequence[str]) -> tuple[Array, list, list]:
    """Bring price indices (previous year = 100) into an array of years, provinces and goods.

    Raises
    ------
    ValueError
        Naming year, province and good where a price is missing or not positive.
    """
    _columns(prices, "prices", ("year", "province_code", "category", "rpi_previous_year_100"))
    wide = prices.pivot(
        index="year", columns=["province_code", "category"], values="rpi_previous_year_100"
    )
    goods = sorted(prices["category"].unique())
    wide = wide.reindex(columns=pd.MultiIndex.from_product([provinces, goods])).sort_index()
    bad = ~(wide > 0).to_numpy()
    if bad.any():
        row, column = np.argwhere(bad)[0]
        province, good = wide.columns[column]
        raise ValueError(
            f"The price index of {good} in province {province} is {wide.iat[row, column]} in "
            f"{wide.index[row]}; a positive number was expected."
        )
    return wide.to_numpy().reshape(len(wide), len(provinces), len(goods)), list(wide.index), goods


def relative_price_variance(indices: Array, first: Array, second: Array) -> Array:
    """Variance over goods of relative prices' absolute changes, net of each good's mean.

    Parameters
    ----------
    indices : shape (..., T, provinces, goods)
        Price indices, previous year = 100.
    first, second : int arrays, shape (pairs,)
        Provinces of each pair.

    Returns
    -------
    ndarray, shape (..., T, pairs)
        With q the absolute value of Δ ln(P_i / P_j), minus its mean over pairs of the same good
        and year (which takes out what makes a good's price vary everywhere), the variance of q
        over goods, divisor goods - 1.

    Notes
    -----
    Parsley and Wei (2001), section 3, as used for China's provinces by Gui et al. (2006).
    """
    indices = numbers("indices", indices)
    if indices.ndim < 2 or indices.shape[-1] < 2 or not (indices > 0).all():
        raise ValueError(
            f"indices has shape {indices.shape} and a minimum of {indices.min():g}; expected "
            "positive "
            "numbers of at least two goods."
        )
    first, second = (
        _positions(name, value, indices.shape[-2])
        for name, value in (("first", first), ("second", second))
    )
    changes = np.log(indices / 100)
    gaps = np.abs(changes[..., first, :] - changes[..., second, :])
    net = gaps - gaps.mean(axis=-2, keepdims=True)
    return net.var(axis=-1, ddof=1)


def trend(series: Array, years: Sequence[float], lags: int) -> tuple[float, float]:
    """Fit a line to a series; return its slope per year and its standard error.

    Parameters
    ----------
    series : ndarray, shape (T,)
        Complete, four or more.
    years : sequence of float, length T
        The years of the series.
    lags : int
        The number of lags of the Bartlett kernel.

    Returns
    -------
    slope, error : float
        Newey and West's error, calibrated so that t of T - 2 degrees of freedom holds
        (:func:`regiometrics.convergence.trends.newey_west_trend`).

    Raises
    ------
    ValueError
        If a value is missing, lengths differ or years are equal.
    """
    series = numbers("series", series, (None,), least=(4,))
    years, lags = numbers("years", years, (len(series),)), whole("lags", lags, 0, len(series) - 1)
    if np.ptp(years) == 0:
        raise ValueError(f"The years are all {years[0]:g}; expected them to differ.")
    slope, error, _, _ = trend_and_error(series, years, lags)
    return slope, error


def rounded(indices: Array) -> Array:
    """Print price indices to one decimal."""
    indices = numbers("indices", indices)
    return np.round(indices / DIGIT) * DIGIT


def within_rounding(indices: Array, draws: int, seed: int) -> Array:
    """Draw price indices that could underlie printed ones: uniform within half a digit.

    Parameters
    ----------
    indices : shape (T, provinces, goods)
        Price indices as they are printed, to one decimal.
    draws, seed : int
        The number of draws and the seed of the generator.

    Returns
    -------
    ndarray, shape (draws, T, provinces, goods)
    """
    indices = numbers("indices", indices)
    draws, seed = whole("draws", draws), whole("seed", seed, 0)
    noise = np.random.default_rng(seed).uniform(-DIGIT / 2, DIGIT / 2, (draws, *indices.shape))
    return indices + noise


def variance_of_rounding(
    provinces: int, goods: int, first: Array, second: Array, draws: int, seed: int
) -> Array:
    """Variance that rounding alone makes where all prices move equally, per draw and pair.

    Parameters
    ----------
    provinces, goods
        The numbers of provinces and of goods.
    first, second : int arrays, shape (pairs,)
        The positions of the two provinces of each pair.
    draws, seed
        The number of draws and the seed of the generator.

    Returns
    -------
    ndarray, shape (draws, pairs)
    """
    provinces, goods = whole("provinces", provinces, 2), whole("goods", goods, 2)
    equal = np.full((1, provinces, goods), 100.0)
    drawn = within_rounding(equal, draws, seed)
    return relative_price_variance(drawn, first, second)[:, 0]


def _columns(table: pd.DataFrame, name: str, columns: Sequence[str]) -> None:
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"{name} is of type {type(table).__name__}; expected a DataFrame.")
    absent = [column for column in columns if column not in table.columns]
    if absent:
        raise ValueError(f"{name} has no column {absent[0]!r}; expected {', '.join(columns)}.")


def _positions(name: str, value: Array, n: int) -> Array:
    value = positions(name, value, (None,))
    if value.min() < 0 or value.max() >= n:
        raise ValueError(
            f"{name} runs from {value.min()} to {value.max()}; expected positions below {n}."
        )
    return value
