"""Statistics of many groups of cities at once, and the zone's rank among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from guantian.geography.ranks import placebo_rank, rank_row

Array = np.ndarray


def positions(codes: Sequence[str], groups) -> Array:
    """Return where each member stands among the codes, -1 where it does not; shape as groups."""
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
    means = matrix[groups[:, first], groups[:, second]].mean(axis=1)
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
        Columns of `guantian.estimates`; empty where the mean is missing.

    Notes
    -----
    Pairs that share a city are dependent; leaving out cities, not pairs, allows for it (Arvesen
    1969, on U-statistics). The interval says how much the mean hangs on single members.
    """
    size = len(group)
    whole = pair_means(matrix, group[None, :])[0]
    if np.isnan(whole) or size < 4:
        return {}
    left = np.array([pair_means(matrix, np.delete(group, i)[None, :])[0] for i in range(size)])
    error = float(np.sqrt((size - 1) / size * ((left - left.mean()) ** 2).sum()))
    return t_row(whole, error, size - 1, confidence) | {
        "n_units": size,
        "n_obs": size * (size - 1) // 2,
        "cov_type": "jackknife by city",
    }


def t_row(estimate: float, error: float, df: float, confidence: float) -> dict:
    """Return estimate, error, t, p-value and interval in the columns of `guantian.estimates`."""
    reach = stats.t.ppf(0.5 + confidence / 2, df) * error
    t = estimate / error if error > 0 else np.nan
    return {
        "estimate": float(estimate),
        "std_error": float(error),
        "statistic": float(t),
        "p_value": float(2 * stats.t.sf(abs(t), df)),
        "conf_low": float(estimate - reach),
        "conf_high": float(estimate + reach),
    }


def ranked(statistic: float, placebos: Array, members: Array, confidence: float) -> dict:
    """Return the zone's rank among placebo zones as a tidy row; a note where there is none.

    Parameters
    ----------
    statistic
        The zone's.
    placebos : shape (draws,)
        Missing ones are left out.
    members : shape (draws, size)
        Codes of the placebo zones, to count disjoint ones.
    confidence
        Of the interval.
    """
    if np.isnan(statistic) or np.isnan(placebos).all():
        return {"estimator": "placebo zones", "note": "a figure of a member is missing"}
    rank = placebo_rank(statistic, placebos, members)
    return rank_row(rank, placebos, confidence) | {"n_units": members.shape[1]}


def quantiles(placebos: Array, confidence: float) -> dict:
    """Give the ends and the middle of the placebo statistics that are known, and their number."""
    known = placebos[~np.isnan(placebos)]
    tail = 50 * (1 - confidence)
    band = np.percentile(known, [tail, 50, 100 - tail]) if len(known) else np.full(3, np.nan)
    return dict(zip(("low", "median", "high"), band.tolist(), strict=True)) | {"draws": len(known)}


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

    def of_cities(self, values: pd.Series) -> dict:
        """Rank the mean over the zone's cities; values by code."""
        return self._row(lambda groups: member_means(values.to_numpy(float), groups), values.index)

    def of_pairs(self, matrix: Array, codes: Sequence[str]) -> dict:
        """Rank the mean over the zone's pairs; a symmetric matrix by code."""
        return self._row(lambda groups: pair_means(matrix, groups), codes)

    def of_groups(self, statistic, codes: Sequence[str]) -> dict:
        """Rank any statistic of groups; it takes positions among the codes, a row a group."""
        return self._row(statistic, codes)

    def band(self, values: pd.Series) -> dict:
        """Give the zone's mean (``zone``), placebo quantiles (``low``, ``median``, ``high``).

        With ``draws``, the placebo zones whose members are all known; missing where there are none.
        """
        vector = values.to_numpy(float)
        own = member_means(vector, positions(values.index, [sorted(self.zone)]))[0]
        return {"zone": own} | quantiles(
            member_means(vector, positions(values.index, self.members)), self.confidence
        )

    def _row(self, statistic, codes: Sequence[str]) -> dict:
        own = statistic(positions(codes, [sorted(self.zone)]))[0]
        placebos = statistic(positions(codes, self.members))
        return ranked(own, placebos, self.members, self.confidence)
