"""Markov chains that look at the neighbours: conditioned on their income, or moving with them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from regiometrics import _laws as laws
from regiometrics._arguments import numbers, whole
from regiometrics._checks import finite_panel
from regiometrics._labels import in_order
from regiometrics.distribution.markov import (
    HomogeneityResult,
    MarkovChain,
    classify,
    homogeneity_test,
    markov_chain,
    quantile_cutoffs,
)
from regiometrics.errors import EstimationError

QUADRANTS = ["HH", "LH", "LL", "HL"]  # own value, neighbours' mean: high or low


@dataclass(frozen=True)
class SpatialMarkovResult:
    """Chains by the class of the neighbours' mean at the start of each move.

    Attributes
    ----------
    chain : MarkovChain
        All moves, whatever the neighbours.
    by_lag : dict
        Class of the neighbours' mean, 1 to m -> chain.
    homogeneity : HomogeneityResult
        Test that neighbours make no difference.
    cutoffs, lag_cutoffs
        Inner cut-offs of the classes.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> levels = np.exp(9 + rng.normal(size=8) + rng.normal(0.05, 0.03, (12, 8)).cumsum(axis=0))
    >>> panel = pd.DataFrame(levels, range(2000, 2012), list("abcdefgh"))
    >>> ring = (np.roll(np.eye(8), 1, axis=1) + np.roll(np.eye(8), -1, axis=1)) / 2
    >>> found = spatial_markov(panel, ring, classes=3)
    >>> list(found.by_lag), len(found.cutoffs), found.homogeneity.n_chains
    ([1, 2, 3], 2, 3)
    """

    chain: MarkovChain
    by_lag: dict[int, MarkovChain]
    homogeneity: HomogeneityResult
    cutoffs: np.ndarray
    lag_cutoffs: np.ndarray


@dataclass(frozen=True)
class QuadrantResult:
    """Moves between the quadrants of Moran's scatter plot.

    Attributes
    ----------
    chain : MarkovChain
        The chain of the four states `QUADRANTS`.
    expected : DataFrame
        Counts if units and their neighbours moved independently.
    chi2, df, pvalue
        Pearson's test of that independence.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> levels = np.exp(9 + rng.normal(size=8) + rng.normal(0.05, 0.03, (12, 8)).cumsum(axis=0))
    >>> panel = pd.DataFrame(levels, range(2000, 2012), list("abcdefgh"))
    >>> ring = (np.roll(np.eye(8), 1, axis=1) + np.roll(np.eye(8), -1, axis=1)) / 2
    >>> found = quadrant_markov(panel, ring)
    >>> found.df, found.chain.counts.to_numpy().sum().item()
    (8, 88)
    """

    chain: MarkovChain
    expected: pd.DataFrame
    chi2: float
    df: int
    pvalue: float


def spatial_markov(
    values: pd.DataFrame, weights: Any, classes: int = 5, lag_classes: int | None = None
) -> SpatialMarkovResult:
    """Estimate transitions by the income of the neighbours.

    Parameters
    ----------
    values : DataFrame, shape (T, n)
        Relative values (:func:`regiometrics.distribution.relative`), consecutive periods in rows.
    weights : Weights, sparse or dense array, shape (n, n)
        Rows that add up to one, in the order of the columns.
    classes, lag_classes
        Pooled quantile classes of the values and of the neighbours' means (the same number where
        not given).

    Returns
    -------
    SpatialMarkovResult

    Raises
    ------
    ValueError
        Where the weights do not fit the units or a unit has no neighbour.

    Notes
    -----
    Rey (2001). Classes are fixed over time; the neighbours' class is that of the move's start.
    """
    classes = whole("classes", classes, 2)
    lag_classes = classes if lag_classes is None else whole("lag_classes", lag_classes, 2)
    values = finite_panel(values)
    _refuse_equal(values)
    lags = spatial_lag(values, weights)
    states, near = classify(values, classes), classify(lags, lag_classes)
    labels = range(1, classes + 1)
    start, end, group = (
        frame.to_numpy().ravel() for frame in (states.iloc[:-1], states.iloc[1:], near.iloc[:-1])
    )
    warnings.warn(
        "Moves are taken as independent in time: where values are persistent, the test that "
        "neighbours make no difference rejects in 8 to 14% of samples for a nominal 5%. The rank "
        "of neighbour_rank holds its level.",
        stacklevel=2,
    )
    by_lag = {}
    for lag_class in range(1, lag_classes + 1):
        inside = group == lag_class
        # Every move is a panel of its own: one unit, two periods.
        moves = pd.DataFrame(np.vstack([start[inside], end[inside]]))
        by_lag[lag_class] = markov_chain(moves, labels)
    return SpatialMarkovResult(
        chain=markov_chain(states, labels),
        by_lag=by_lag,
        homogeneity=homogeneity_test(by_lag),
        cutoffs=quantile_cutoffs(values, classes),
        lag_cutoffs=quantile_cutoffs(lags, lag_classes),
    )


def neighbour_rank(
    values: pd.DataFrame,
    weights: Any,
    classes: int = 5,
    lag_classes: int | None = None,
    draws: int = 999,
    seed: int = 0,
) -> float:
    """Rank of the test that neighbours make no difference among random maps.

    Parameters
    ----------
    values, weights, classes, lag_classes
        The panel, its weights and the numbers of classes, as for :func:`spatial_markov`.
    draws, seed
        Random permutations of the units over the map, by ``numpy.random.default_rng(seed)``.

    Returns
    -------
    float
        ``(1 + maps with a likelihood ratio as large) / (1 + draws)``. Units keep their histories,
        so moves need not be independent in time, as the chi-squared p-value has it.
    """
    classes = whole("classes", classes, 2)
    lag_classes = classes if lag_classes is None else whole("lag_classes", lag_classes, 2)
    draws, seed = whole("draws", draws), whole("seed", seed, 0)
    values = finite_panel(values)
    _refuse_equal(values)
    states = classify(values, classes).to_numpy() - 1
    moves = (states[:-1] * classes + states[1:]).ravel()
    matrix = checked_weights(values, weights)
    x = values.to_numpy(dtype="float64")
    rng = np.random.default_rng(seed)

    def likelihood_ratio(order: np.ndarray) -> float:
        # The unit at each place is order[place]; its neighbours' mean goes back to the unit.
        lags = np.empty_like(x)
        lags[:, order] = (matrix @ x[:, order].T).T
        cutoffs = np.quantile(lags, np.arange(1, lag_classes) / lag_classes)
        near = np.searchsorted(cutoffs, lags[:-1], side="left").ravel()
        size = classes**2
        table = np.bincount(near * size + moves, minlength=lag_classes * size)
        table = table.reshape(lag_classes, classes, classes).astype("float64")
        total = table.sum(axis=0)
        left = np.maximum(total.sum(axis=1, keepdims=True), 1)
        expected = total / left * table.sum(axis=2, keepdims=True)
        seen = table > 0
        return 2 * float((table[seen] * np.log(table[seen] / expected[seen])).sum())

    places = np.arange(x.shape[1])
    observed = likelihood_ratio(places) * (1 - 1e-12)
    reached = sum(likelihood_ratio(rng.permutation(places)) >= observed for _ in range(draws))
    return (1 + reached) / (1 + draws)


def quadrant_markov(values: pd.DataFrame, weights: Any) -> QuadrantResult:
    """Estimate moves between quadrants of Moran's scatter plot, and test co-movement.

    Parameters
    ----------
    values : DataFrame, shape (T, n)
        Consecutive periods in rows, units in columns.
    weights
        The weights of the units, as for :func:`spatial_markov`.

    Returns
    -------
    QuadrantResult

    Notes
    -----
    Rey (2001). Every unit counts, whether its local Moran is significant or not. High is above the
    period's mean, for units and for neighbours. Under independence the probabilities are the
    product of those of the two chains of high and low: twelve free probabilities are given by
    four, which leaves 8 degrees of freedom. giddy's test of the same name takes 9, and its expected
    counts exchange years and units (its chi-squared is not one of co-movement). Neighbours'
    means share units, so that the test rejects too often: at a nominal 5 per cent, 9 for unlinked
    noise and 15 for unlinked autoregressions of 0.8, on a ring.
    """
    values = finite_panel(values)
    _refuse_equal(values)
    mean = values.mean(axis=1)
    own_low = values.le(mean, axis=0)
    lag_low = spatial_lag(values, weights).le(mean, axis=0)
    codes = np.select(
        [~own_low & ~lag_low, own_low & ~lag_low, own_low & lag_low], [0, 1, 2], default=3
    )
    states = pd.DataFrame(
        np.array(QUADRANTS, dtype=object)[codes], index=values.index, columns=values.columns
    )
    chain = markov_chain(states, QUADRANTS)
    expected = independent_moves(chain.counts, own_low, lag_low)
    possible = expected.to_numpy() > 0
    distance = (chain.counts - expected).to_numpy()[possible] ** 2 / expected.to_numpy()[possible]
    chi2, df = float(distance.sum()), 4 * 3 - 2 * 2
    warnings.warn(
        "Neighbours' means share units, so that the test of co-movement rejects too often: on a "
        "ring at a nominal 5% in 9% of samples of noise, 15% of persistent series, and half of "
        "those with seven units.",
        stacklevel=2,
    )
    return QuadrantResult(
        chain=chain,
        expected=expected,
        chi2=chi2,
        df=df,
        pvalue=float(laws.chi2.sf(chi2, df)),
    )


def independent_moves(
    counts: pd.DataFrame, own_low: pd.DataFrame, lag_low: pd.DataFrame
) -> pd.DataFrame:
    """Count the moves between `QUADRANTS` that two independent chains of high and low give.

    Parameters
    ----------
    counts : DataFrame, shape (4, 4)
        Moves seen; their sums by row are kept.
    own_low, lag_low : DataFrame of bool, shape (T, n)
        Whether units, and their neighbours, are low.

    Returns
    -------
    DataFrame, shape (4, 4)
    """
    own, lag = (
        markov_chain(low, [False, True]).probabilities.fillna(0).to_numpy()
        for low in (own_low, lag_low)
    )
    sides = [(int(name[0] == "L"), int(name[1] == "L")) for name in QUADRANTS]
    joint = np.array([[own[a, c] * lag[b, d] for c, d in sides] for a, b in sides])
    expected = counts.sum(axis=1).to_numpy()[:, None] * joint
    return pd.DataFrame(expected, index=counts.index, columns=counts.columns)


def spatial_lag(values: pd.DataFrame, weights: Any) -> pd.DataFrame:
    """Weighted mean of each unit's neighbours, of the shape of ``values``; checked."""
    values = finite_panel(values)
    lags = (checked_weights(values, weights) @ values.to_numpy(dtype="float64").T).T
    return pd.DataFrame(lags, index=values.index, columns=values.columns)


def checked_weights(values: pd.DataFrame, weights: Any) -> sparse.csr_array:
    """Read the weights of a panel's units, in the order of its columns.

    Parameters
    ----------
    values : DataFrame, shape (T, n)
        The panel, periods in rows and units in columns.
    weights : Weights, DataFrame, sparse or dense array, shape (n, n)
        A DataFrame is put into the order of the columns by its labels.

    Raises
    ------
    ValueError
        If labels or shapes do not fit, a row does not sum to one, or a weight is negative or on
        the diagonal.
    """
    ids = None if isinstance(weights, np.ndarray) else getattr(weights, "ids", None)
    if ids is not None and list(ids) != list(values.columns):
        raise ValueError("The weights' ids are not the panel's units in the same order.")
    matrix = _matrix(in_order("weights", weights, values.columns))
    n = values.shape[1]
    if matrix.shape != (n, n):
        raise ValueError(f"The weights are {matrix.shape[0]} by {matrix.shape[1]}, not {n} by {n}.")
    if matrix.diagonal().any():
        unit = int(np.flatnonzero(matrix.diagonal())[0])
        raise ValueError(
            f"Unit {values.columns[unit]} has a weight for itself; expected a zero diagonal."
        )
    sums = matrix.sum(axis=1)
    if not np.allclose(sums, 1):
        unit = int(np.argmax(~np.isclose(sums, 1)))
        raise ValueError(
            f"The weights of unit {values.columns[unit]} add up to {sums[unit]:g} where 1 was "
            "expected: a unit without neighbours has no spatial lag."
        )
    if (matrix.data < 0).any():
        raise ValueError(f"A weight is {matrix.data.min():g}; expected none below zero.")
    return matrix


def _refuse_equal(values: pd.DataFrame) -> None:
    """Refuse values that are all equal: there is no class and no quadrant to move to."""
    x = values.to_numpy(dtype="float64")
    if np.ptp(x) <= 1e-12 * np.abs(x).max():
        raise EstimationError("All values are equal; expected variation between units.")


def _matrix(weights: Any) -> sparse.csr_array:
    """Read weights as a sparse matrix of floats."""
    matrix = getattr(weights, "matrix", weights)
    if not sparse.issparse(matrix):
        return sparse.csr_array(numbers("weights", matrix, (None, None)))
    matrix = sparse.csr_array(matrix)
    numbers("weights", np.append(matrix.data, 0.0))
    return matrix
