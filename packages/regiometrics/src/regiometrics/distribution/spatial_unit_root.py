"""Tests for spatial unit roots: whether a variable wanders over space like a random walk over time.

Müller and Watson (2024, *Econometrica* 92, 1661-1695). Regressions of one spatial random walk on
another are spurious, whatever their standard errors: variables with a spatial unit root should be
differenced over space, or their trends taken out, before they are regressed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from regiometrics._arguments import numbers, whole
from regiometrics._labels import in_order
from regiometrics.errors import EstimationError

Array = np.ndarray
WEIGHTED_AVERAGES = 15  # low-frequency weighted averages that the tests use, the authors' choice
CORRELATION = 0.03  # mean correlation of two places that still counts as weak dependence
DRAWS, SEED = 9_999, 0  # of the statistics' distributions
SIZE, POWER = 0.05, 0.5  # the alternative is that at which the test has this power


@dataclass(frozen=True)
class SpatialUnitRootResult:
    """A test of the persistence of a variable over space.

    Attributes
    ----------
    statistic, p_value : float
        Large values reject the null.
    null : str
        "spatial unit root" or "weak dependence".
    alternative : float
        The parameter of the alternative against which the test is best: the rate at which
        correlation decays with distance, or the weight of the random walk.
    n_units, n_averages : int
        The numbers of units and of weighted averages.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> places = rng.uniform(size=(40, 2))
    >>> distances = np.hypot(*(places[:, None] - places).transpose(2, 0, 1))
    >>> found = spatial_unit_root_test(rng.normal(size=40), distances)
    >>> found.null, found.n_averages, bool(found.p_value < 0.05)
    ('spatial unit root', 15, False)
    """

    statistic: float
    p_value: float
    null: str
    alternative: float
    n_units: int
    n_averages: int


def spatial_unit_root_test(
    values: Array, distances: Array, averages: int = WEIGHTED_AVERAGES
) -> SpatialUnitRootResult:
    """Test the null of a spatial unit root.

    Parameters
    ----------
    values : ndarray, shape (n,)
        A value per place, complete.
    distances : ndarray, shape (n, n)
        Between places, in any unit; symmetric, positive between two places.
    averages : int, default 15
        Weighted averages of low frequency, fewer than places.

    Returns
    -------
    SpatialUnitRootResult
        A small p-value speaks against a unit root.

    Raises
    ------
    ValueError
        If shapes do not fit, a value is missing or the distances are none.
    EstimationError
        If all values are equal, or distances are not those of places in a plane.

    Notes
    -----
    The test LFUR. Under the null the demeaned variable has the covariance of Lévy and Brown's
    motion, minus half the demeaned distances; under the alternative exp(-c distance). The ratio of
    the two quadratic forms in the averages is compared with its simulated null distribution; c is
    that at which the test has a power of one half.
    """
    z, R, walk, distances = _averages(values, distances, averages)
    null = _cov(R, walk)

    def test_of(c: float) -> tuple[Array, Array]:
        other = _cov(R, np.exp(-c * distances))
        return np.linalg.inv(null), np.linalg.inv(other)

    return _run(z, null, test_of, lambda c: _cov(R, np.exp(-c * distances)), distances, R, "root")


def spatial_stationarity_test(
    values: Array, distances: Array, averages: int = WEIGHTED_AVERAGES
) -> SpatialUnitRootResult:
    """Test the null of weak dependence over space against a spatial unit root.

    Parameters
    ----------
    values, distances, averages
        The data and options, as of :func:`spatial_unit_root_test`.

    Returns
    -------
    SpatialUnitRootResult
        A small p-value speaks for a unit root.

    Raises
    ------
    ValueError
        As :func:`spatial_unit_root_test`.

    Notes
    -----
    The test LFST. Under the null correlation decays as exp(-c distance), with c so that the mean
    correlation of two places is 0.03; under the alternative a spatial random walk is added, with
    the weight at which the test has a power of one half.
    """
    z, R, walk, distances = _averages(values, distances, averages)
    upper = np.triu_indices(len(distances), 1)

    def excess(log_c: float) -> float:
        return float(np.exp(-np.exp(log_c) * distances[upper]).mean() - CORRELATION)

    scale = np.median(distances[upper])
    ends = np.log(1e-4 / scale), np.log(1e4 / scale)
    if not excess(ends[0]) > 0 > excess(ends[1]):
        raise EstimationError(
            f"No decay of correlation gives {CORRELATION:g} on average over these places; expected "
            f"fewer than {CORRELATION:.0%} of pairs so near to each other beside the rest."
        )
    c = np.exp(optimize.brentq(excess, *ends))
    null = _cov(R, np.exp(-c * distances))
    step = _cov(R, walk)
    step = step * np.trace(null) / np.trace(step)

    def test_of(g: float) -> tuple[Array, Array]:
        return np.linalg.inv(null), np.linalg.inv(null + g * step)

    return _run(z, null, test_of, lambda g: null + g * step, distances, R, "weak")


def _averages(values, distances, averages) -> tuple[Array, Array, Array, Array]:
    """Weighted averages of the demeaned values, their weights, and the random walk's covariance."""
    if isinstance(values, pd.Series) and isinstance(distances, pd.DataFrame):
        distances = in_order("distances", distances, values.index)
    values = numbers("values", values, (None,), least=(5,))
    n = len(values)
    distances = numbers("distances", distances, (n, n))
    averages = whole("averages", averages, 3, n - 2)
    if not np.allclose(distances, distances.T) or np.diag(distances).any():
        raise ValueError("distances is not symmetric with a zero diagonal; expected distances.")
    apart = distances[~np.eye(n, dtype=bool)]
    if not apart.min() > 0:
        raise ValueError("Two places are at the same point; expected positive distances.")
    if np.ptp(values) <= 1e-12 * np.abs(values).max():
        raise EstimationError("All values are equal; expected variation.")
    centred = distances - distances.mean(axis=0)
    walk = -(centred - centred.mean(axis=1, keepdims=True)) / 2
    roots, vectors = np.linalg.eigh((walk + walk.T) / 2)
    if roots[-averages] <= 1e-10 * roots[-1]:
        raise EstimationError(
            f"The distances span fewer than {averages} averages; expected distances between "
            "places in a plane, or fewer averages."
        )
    R = vectors[:, -averages:]
    return R.T @ (values - values.mean()), R, walk, distances


def _cov(R: Array, cov: Array) -> Array:
    """Covariance of the averages, scaled to a trace of one: the tests do not depend on scale."""
    n = len(cov)
    centred = cov - cov.mean(axis=0)
    found = R.T @ (centred - centred.mean(axis=1, keepdims=True)) @ R * n
    return found / np.trace(found)


def _run(z, null, test_of, cov_of, distances, R, kind) -> SpatialUnitRootResult:
    """Choose the alternative of power one half, then compare the statistic with the null's."""
    drawn = np.random.default_rng(SEED).standard_normal((DRAWS, len(z)))
    under_null = drawn @ np.linalg.cholesky(null).T
    scale = np.median(distances[np.triu_indices(len(distances), 1)]) if kind == "root" else 1.0

    def statistics(sample: Array, pair: tuple[Array, Array]) -> Array:
        top, bottom = (np.einsum("...i,ij,...j->...", sample, form, sample) for form in pair)
        return top / bottom

    def power(log_a: float) -> float:
        a = np.exp(log_a) / scale
        pair = test_of(a)
        limit = np.quantile(statistics(under_null, pair), 1 - SIZE)
        other = drawn @ np.linalg.cholesky(cov_of(a)).T
        return float((statistics(other, pair) > limit).mean() - POWER)

    grid = np.linspace(np.log(1e-2), np.log(1e4), 15)
    found = [power(log_a) for log_a in grid]
    above = np.flatnonzero(np.array(found) > 0)
    if not len(above) or above[0] == 0:
        raise EstimationError(
            f"No alternative has a power of one half with {len(z)} averages; expected more places."
        )
    log_a = optimize.brentq(power, grid[above[0] - 1], grid[above[0]], xtol=0.02)
    a = float(np.exp(log_a) / scale)
    pair = test_of(a)
    statistic = float(statistics(z, pair))
    reference = statistics(under_null, pair)
    return SpatialUnitRootResult(
        statistic=statistic,
        p_value=float((1 + (reference >= statistic).sum()) / (1 + DRAWS)),
        null="spatial unit root" if kind == "root" else "weak dependence",
        alternative=a,
        n_units=len(distances),
        n_averages=len(z),
    )
