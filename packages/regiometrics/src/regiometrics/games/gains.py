"""What a coalition of cities gains, net of what it costs: a game whose core can be empty.

Members internalise the spillovers that run between them over observed links; the centre may draw
growth from members around it; coordination costs grow with members and with provinces crossed;
links into one place congest. The first term alone would be nearly additive in pairs where
spillovers are small, and a Shapley value of half of each city's pair sums: accounting. With
feedback between links, and costs that are shared, stability is an open question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regiometrics._arguments import numbers


@dataclass(frozen=True)
class GainParameters:
    """Parameters of the gains, each an estimate or a point of a sensitivity grid.

    Attributes
    ----------
    rho : float
        Spillover of growth over row-standardised links (estimate).
    backwash : float
        Growth, in points, that a member loses for each point that the centre grows, if it is linked
        to nothing else (estimate; negative: spillover).
    coordination : float
        Cost of the first pair, as a share of the mean gross gain of a pair in the group of all
        (grid).
    returns : float
        Power with which the cost grows in members minus one: one is linear, two quadratic (grid).
    province : float
        Cost of each further province, in units of the first pair's (grid).
    congestion : float
        Share of the gain that is lost where all of a coalition's links end in one city (grid).

    Examples
    --------
    >>> links, output = np.ones((3, 3)) - np.eye(3), np.array([9.0, 5.0, 3.0])
    >>> cities = Cities(("a", "b", "c"), output, 0.08, links, np.array([1, 1, 2]), 0)
    >>> values = coalition_values(cities, GainParameters(0.2, 0.1, 0.1, 1.5, 0.5, 0.1))
    >>> len(values), float(values[0])
    (8, 0.0)
    """

    rho: float
    backwash: float
    coordination: float
    returns: float
    province: float
    congestion: float


@dataclass(frozen=True)
class Cities:
    """What is known of the players.

    Attributes
    ----------
    codes : tuple of str
        The codes of the cities, in the order of the other attributes.
    output : ndarray, shape (n,)
        The output of each city, all in one unit of money.
    growth : float
        Mean annual growth, a share: a spillover multiplies growth.
    links : ndarray, shape (n, n)
        Flows, symmetric, zero diagonal.
    provinces : ndarray, shape (n,)
        The province of each city.
    core : int
        Position of the centre.

    Examples
    --------
    >>> links, output = np.ones((3, 3)) - np.eye(3), np.array([9.0, 5.0, 3.0])
    >>> cities = Cities(("a", "b", "c"), output, 0.08, links, np.array([1, 1, 2]), 0)
    >>> cities.codes[cities.core]
    'a'
    """

    codes: tuple[str, ...]
    output: np.ndarray
    growth: float
    links: np.ndarray
    provinces: np.ndarray
    core: int

    def __post_init__(self) -> None:
        n = len(self.codes)
        if self.links.shape != (n, n) or not np.allclose(self.links, self.links.T):
            raise ValueError(
                f"The links have shape {self.links.shape}; expected {(n, n)} and symmetric."
            )
        if not 0 <= self.core < n:
            raise ValueError(f"The core's position is {self.core}; expected 0 to {n - 1}.")
        if not (np.diag(self.links) == 0).all() or (self.links < 0).any():
            raise ValueError("Links are not negative and a city has none to itself.")


def read_cities(
    panel: pd.DataFrame,
    flows: pd.DataFrame,
    codes: Sequence[str],
    core: str,
    growth_years: tuple[int, int],
    level_year: int,
) -> Cities:
    """Gather what is known of the players.

    Parameters
    ----------
    panel
        Index (city_code, year).
    flows
        Columns ``origin_code``, ``destination_code``, ``flow_index``; pairs not listed are zero.
    codes
        The codes of the cities that play.
    core
        Code of the centre.
    growth_years
        First and last year of growth, which is the mean over players and years.
    level_year
        The year whose output is used.

    Raises
    ------
    ValueError
        If the years hold no growth.
    """
    own = panel.loc[list(codes)]
    first, last = growth_years
    growth = own.loc[pd.IndexSlice[:, first:last], "gdp_growth_pct"].mean()
    if pd.isna(growth):
        raise ValueError(f"No city has growth between {first} and {last}; expected some.")
    square = flows.pivot(index="origin_code", columns="destination_code", values="flow_index")
    square = square.reindex(index=codes, columns=codes).fillna(0).to_numpy(float)
    now = own.xs(level_year, level="year")
    return Cities(
        tuple(codes),
        now["gdp_100m_yuan"].to_numpy(float),
        growth / 100,
        (square + square.T) * (1 - np.eye(len(codes))),
        now["province_code"].to_numpy(),
        list(codes).index(core),
    )


def coalition_values(cities: Cities, parameters: GainParameters) -> np.ndarray:
    """Value of every coalition, in per cent of the group's output a year.

    Parameters
    ----------
    cities, parameters
        Players and parameters.

    Returns
    -------
    ndarray, shape (2^n,)
        By bit mask; a city alone is worth zero.

    Raises
    ------
    ValueError
        If rho is not below one in modulus.

    Notes
    -----
    With W the links over each city's sum of links and W_S its part inside S, members' growth is
    multiplied by (I - rho W_S)^(-1) 1. The gross gain of S is
    sum_i y_i g [(I - rho W_S)^(-1) 1 - 1]_i, which the congestion of its busiest city reduces.
    """
    if not isinstance(cities, Cities) or not isinstance(parameters, GainParameters):
        raise ValueError(
            f"cities is of type {type(cities).__name__} and parameters of type "
            f"{type(parameters).__name__}; expected Cities and GainParameters."
        )
    if not abs(parameters.rho) < 1:
        raise ValueError(f"rho is {parameters.rho}; expected between -1 and 1.")
    n = len(cities.codes)
    member = ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(float)
    share = cities.output / cities.output.sum()
    W = cities.links / np.maximum(cities.links.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    inside = member[:, :, None] * W[None] * member[:, None, :]
    ones = np.ones((2**n, n, 1))
    multiplier = np.linalg.solve(np.eye(n)[None] - parameters.rho * inside, ones)[:, :, 0]
    gross = 100 * cities.growth * ((multiplier - 1) * member * share).sum(axis=1)
    gross = gross * (1 - parameters.congestion * _concentration(cities.links, member))
    with_core = member[:, cities.core]
    exposed = member * share * W[:, cities.core]
    drawn = 100 * cities.growth * parameters.backwash * with_core * exposed.sum(axis=1)
    return gross - drawn - _coordination(cities, parameters, member, gross[-1])


def _concentration(links: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Share of a coalition's links that end in its busiest member beyond an even share."""
    strength = np.einsum("sj,ij,si->sj", member, links, member)
    size = member.sum(axis=1)
    total = strength.sum(axis=1)
    # In a pair both ends are equally busy: the share runs from 1/size to one half.
    busiest = strength.max(axis=1) / np.where(total > 0, total, 1)
    even = 1 / np.maximum(size, 1)
    excess = (busiest - even) / np.maximum(0.5 - even, 1e-9)
    return np.where((size > 2) & (total > 0), np.clip(excess, 0, 1), 0.0)


def _coordination(
    cities: Cities, parameters: GainParameters, member: np.ndarray, gain: float
) -> np.ndarray:
    n = len(cities.codes)
    unit = parameters.coordination * abs(gain) / (n * (n - 1) / 2)
    names = np.unique(cities.provinces)
    crossed = np.stack(
        [member[:, cities.provinces == name].max(axis=1) for name in names], axis=1
    ).sum(axis=1)
    size = member.sum(axis=1)
    cost = np.maximum(size - 1, 0) ** parameters.returns
    return unit * (cost + parameters.province * np.maximum(crossed - 1, 0))


def solution_shares(allocation: pd.Series) -> pd.Series:
    """An allocation as shares of what is allotted; missing where nothing is."""
    if not isinstance(allocation, pd.Series):
        raise ValueError(
            f"allocation is of type {type(allocation).__name__}; expected a Series by player."
        )
    found = numbers("allocation", allocation, (None,))
    if allocation.index.has_duplicates:
        twice = allocation.index[allocation.index.duplicated()][0]
        raise ValueError(f"Player {twice} has more than one share; expected one.")
    allocation = pd.Series(found, allocation.index, name=allocation.name)
    total = allocation.sum()
    return allocation / total if abs(total) > 1e-12 else allocation * np.nan
