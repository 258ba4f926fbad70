"""Statistics of many groups of cities at once, and the zone's rank among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from guantian.results import placebo_columns
from regiometrics.inference import inference_row
from regiometrics.placebo.ranks import placebo_rank

Array = np.ndarray


def positions(codes: Sequence[str], groups) -> Array:
    """Return each member's position among the codes, -1 where it has none; shape as groups."""
    groups = np.asarray(groups, dtype=object)
    index = pd.Index(
        np.asarray(codes, dtype=object)
    )  # the same type as the groups: ten times faster
    return index.get_indexer(groups.ravel()).reshape(groups.shape)


def pair_means(matrix: Array, groups: Array) -> Array:
    """Average a matrix of pairs over the pairs within each group.

    Parameters
    ----------
    matrix : shape (n, n)
        Symmetric.
    groups : int array, shape (draws, size)
        Positions as of :func:`positions`.

    Returns
    -------
    ndarray, shape (draws,)
        Missing where a member or a pair is.
    """
    first, second = np.triu_indices(groups.shape[1], k=1)
    cells = groups[:, first] * len(matrix) + groups[:, second]  # faster than two indices
    means = np.take(matrix, cells).mean(axis=1)
    return np.where((groups < 0).any(axis=1), np.nan, means)


def member_means(values: Array, groups: Array) -> Array:
    """Average a vector over each group's members; missing where one is."""
    return np.where((groups < 0).any(axis=1), np.nan, values[groups].mean(axis=1))


def slopes(values: Array, years: Sequence[float], known: float) -> tuple[Array, Array]:
    """Fit a line over time to each cell.

    Parameters
    ----------
    values : shape (T, ...)
        Years first; may be missing.
    years : length T
    known
        Share of the years that must be known, of which two always.

    Returns
    -------
    means, slopes : shape (...)
        Of the years known; the slope is a year. Missing where too few are known.
    """
    there = ~np.isnan(values)
    count = there.sum(axis=0)
    time = np.asarray(years, float).reshape((-1,) + (1,) * (values.ndim - 1)) * there
    filled = np.where(there, values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = filled.sum(axis=0) / count
        centred = (time - time.sum(axis=0) / count) * there
        slope = (centred * filled).sum(axis=0) / (centred**2).sum(axis=0)
    enough = count >= max(2, int(np.ceil(known * len(values) - 1e-9)))
    return np.where(enough, mean, np.nan), np.where(enough, slope, np.nan)


def jackknife_of_pairs(matrix: Array, group: Array, confidence: float) -> dict:
    """Average over a group's pairs, with an interval from leaving out one member at a time.

    Parameters
    ----------
    matrix : shape (n, n)
    group : int array, shape (size,)
        At least four members.
    confidence
        Of the interval, by t with size - 1 degrees of freedom.

    Returns
    -------
    dict
        Columns of `guantian.results`; empty where the mean is missing.

    Notes
    -----
    Pairs that share a city are dependent; leaving out cities, not pairs, allows for it (Arvesen
    1969, on U-statistics). The interval says how much the mean depends on single members.
    """
    size = len(group)
    whole = pair_means(matrix, group[None, :])[0]
    if np.isnan(whole) or size < 4:
        return {}
    left = np.array([pair_means(matrix, np.delete(group, i)[None, :])[0] for i in range(size)])
    error = float(np.sqrt((size - 1) / size * ((left - left.mean()) ** 2).sum()))
    return inference_row(whole, error, confidence, size - 1) | {
        "n_units": size,
        "n_obs": size * (size - 1) // 2,
        "cov_type": "jackknife by city",
    }


def ranked(statistic: float, placebos: Array, members: Array, confidence: float) -> dict:
    """Return the zone's rank among placebo zones in the columns of results; or a note why not.

    Parameters
    ----------
    statistic
        The zone's.
    placebos : shape (draws,)
        Missing ones are left out; too few for the interval (39 at 95%) give a note alone.
    members : shape (draws, size)
        Codes or positions of the placebo zones' members, to count disjoint ones.
    confidence
        Of the interval.
    """
    if np.isnan(statistic):
        return {"estimator": "placebo zones", "note": "a value of a member is missing"}
    known = int((~np.isnan(placebos)).sum())
    if known < _needed(confidence):
        note = f"only {known} placebo zones have values"
        return {"estimator": "placebo zones", "n_draws": known, "note": note}
    rank = placebo_rank(statistic, placebos, members)
    return placebo_columns(rank, placebos, confidence) | {"n_units": members.shape[1]}


def _needed(confidence: float) -> float:
    """Placebo statistics below which no rank could lie outside the interval: 39 at 95%."""
    return 2 / (1 - confidence) - 1 - 1e-9


def band_rows(own: float, placebos: Array, confidence: float) -> list[dict]:
    """Return the zone's value and the placebo quantiles as rows of series.

    The sample ``zone`` has the term ``value``, the sample ``placebo`` the terms ``low``, ``median``
    and ``high`` of the placebo zones that are known (``n_draws``); they are missing where too few.
    """
    known = placebos[~np.isnan(placebos)]
    tail = 50 * (1 - confidence)
    enough = len(known) >= _needed(confidence)
    band = np.percentile(known, [tail, 50, 100 - tail]) if enough else np.full(3, np.nan)
    ends = zip(("low", "median", "high"), band.tolist(), strict=True)
    others = {"sample": "placebo", "n_draws": len(known)}
    return [
        {"sample": "zone", "term": "value", "value": own},
        *(others | {"term": term, "value": value} for term, value in ends),
    ]


@dataclass(frozen=True)
class Ranking:
    """The zone and its placebo zones.

    Attributes
    ----------
    zone
        Codes of the members.
    members : shape (draws, size)
        Codes of the placebo zones.
    confidence
        Of the intervals.
    """

    zone: Sequence[str]
    members: Array
    confidence: float
    _found: dict = field(default_factory=dict, repr=False, compare=False)

    def of_cities(self, values: pd.Series) -> dict:
        """Rank the mean over the zone's cities; values by code."""
        return self._row(lambda groups: member_means(values.to_numpy(float), groups), values.index)

    def of_pairs(self, matrix: Array, codes: Sequence[str]) -> dict:
        """Rank the mean over the zone's pairs; a symmetric matrix by code."""
        return self._row(lambda groups: pair_means(matrix, groups), codes)

    def of_groups(self, statistic, codes: Sequence[str]) -> dict:
        """Rank any statistic of groups; it takes positions among the codes, one row per group."""
        return self._row(statistic, codes)

    def band(self, values: pd.Series) -> list[dict]:
        """Return the zone's mean and the placebo quantiles as rows of series; values by code."""
        vector = values.to_numpy(float)
        own, groups = self._positions(values.index)
        placebos = member_means(vector, groups)
        return band_rows(member_means(vector, own)[0], placebos, self.confidence)

    def _row(self, statistic, codes: Sequence[str]) -> dict:
        own, groups = self._positions(codes)
        row = ranked(statistic(own)[0], statistic(groups), groups, self.confidence)
        return row | {"placebo_set": "main"}

    def _positions(self, codes: Sequence[str]) -> tuple[Array, Array]:
        """Positions of the zone's members and of the placebo zones', found once for one order."""
        key = tuple(codes)
        if key not in self._found:
            self._found[key] = positions(key, [sorted(self.zone)]), positions(key, self.members)
        return self._found[key]
