"""What may explain flows between two cities: each a symmetric square on the grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from regiometrics.gravity.grid import Array, FlowGrid
from regiometrics.weights.pairs import pair_matrix

DISTANCE_CENTRE = 5.0  # log km (about 150 km): the square of log distance is taken about it


def with_regressors(
    grid: FlowGrid,
    pairs: pd.DataFrame,
    provinces: Mapping[str, str],
    zone: Collection[str],
    approved: Iterable[Collection[str]],
    trains: pd.DataFrame,
    structures: Mapping[str, pd.DataFrame],
    income: pd.Series,
) -> FlowGrid:
    """Return the grid with all regressors.

    Parameters
    ----------
    grid
        Of flows.
    pairs
        ``code_a``, ``code_b``, ``distance_km``, ``adjacent``, ``same_province``.
    provinces
        City to province.
    zone
        Codes of the zone under study.
    approved
        Codes of each approved zone; the zone's own may be among them.
    trains
        ``origin_code``, ``destination_code``, ``trains_per_day``: what is not there has none.
    structures
        Name of a regressor to employment shares, cities by sectors.
    income
        Output per head by city.
    """
    codes = grid.codes
    distance = np.log(pair_matrix(pairs, "distance_km", codes))
    same = pair_matrix(pairs, "same_province", codes)
    own = together([zone], codes)
    values: dict[str, Array] = {
        "log_distance": distance,
        "log_distance_squared": (distance - DISTANCE_CENTRE) ** 2,
        "adjacent": pair_matrix(pairs, "adjacent", codes),
        "same_province": same,
        "own_zone": own,
        "same_zone": together(approved, codes),
        "fast_trains": trains_a_day(trains, codes),
        "income_gap": gap(np.log(income.reindex(codes).to_numpy(dtype="float64"))),
    }
    province = np.array([provinces[code] for code in codes])
    for name, code in province_terms(province).items():
        values[name] = same * np.outer(province == code, province == code)
    for name, shares in structures.items():
        values[name] = standardised(similarity(shares.reindex(codes)), grid.off_diagonal)
    return replace(grid, regressors=values)


def province_terms(provinces: Iterable[str]) -> dict[str, str]:
    """Name the terms of single provinces, those with two cities or more.

    Parameters
    ----------
    provinces
        Province of each city.

    Returns
    -------
    dict
        Name of the regressor to the code of the province, in the order of codes.

    Examples
    --------
    >>> province_terms(["61", "61", "62"])
    {'same_province_61': '61'}
    """
    cities = Counter(map(str, provinces))
    return {f"same_province_{code}": code for code in sorted(cities) if cities[code] > 1}


def together(groups: Iterable[Collection[str]], codes: Sequence[str]) -> Array:
    """Return 1 where both cities belong to one group, shape (n, n)."""
    both = np.zeros((len(codes), len(codes)))
    for group in groups:
        member = np.isin(codes, list(group)).astype("float64")
        both = np.maximum(both, np.outer(member, member))
    return both


def similarity(shares: pd.DataFrame) -> Array:
    """Return the share of employment that two cities have in common, 1 - sum |a - b| / 2.

    One less half of Krugman's (1991) index; missing where a city has no data.
    """
    values = shares.to_numpy(dtype="float64")
    values = values / values.sum(axis=1, keepdims=True)
    n = len(values)
    distance = np.zeros((n, n))
    for sector in values.T:
        distance += np.abs(sector[:, None] - sector)
    return 1 - distance / 2


def standardised(values: Array, mask) -> Array:
    """Return values in standard deviations over the pairs of the mask, mean zero."""
    known = values[mask & np.isfinite(values)]
    return (values - known.mean()) / known.std()


def gap(values: Array) -> Array:
    """Return absolute differences between cities, shape (n, n)."""
    return np.abs(values[:, None] - values)


def trains_a_day(trains: pd.DataFrame, codes: Sequence[str]) -> Array:
    """Return the log of one plus fast trains a day, the mean of both directions."""
    wide = trains.pivot(index="origin_code", columns="destination_code", values="trains_per_day")
    a_day = wide.reindex(index=codes, columns=codes).fillna(0).to_numpy(dtype="float64")
    return np.log1p((a_day + a_day.T) / 2)
