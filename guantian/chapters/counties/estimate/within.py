"""Effects taken out of many columns at a time, and slopes with clustered errors."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from scipy import sparse

from regiometrics.panel.covariance import small_sample_factor

SWEEPS = 60  # of alternating projections; each halves what is left, or better
SETTLED = 1e-14  # of the largest value: what a sweep changes less is rounding


def within(
    values: np.ndarray, groups: Collection[np.ndarray], weights: np.ndarray | None = None
) -> np.ndarray:
    """Take effects of several groupings out of columns, by alternating projections.

    Parameters
    ----------
    values
        Shape (observations, columns).
    groups
        Labels of each grouping, each of shape (observations,).
    weights
        Of observations in the groups' means, above zero; None for equal ones.

    Returns
    -------
    ndarray, shape of `values`

    Examples
    --------
    >>> within(np.array([[1.0], [2.0], [3.0], [4.0]]), [np.array([0, 0, 1, 1])]).ravel().tolist()
    [-0.5, 0.5, -0.5, 0.5]
    """
    averages = []
    each = np.ones(len(values)) if weights is None else weights
    for labels in groups:
        codes = np.unique(labels, return_inverse=True)[1]
        member = sparse.csr_array((each, (codes, np.arange(len(codes)))))
        averages.append((codes, sparse.diags_array(1 / member.sum(axis=1)) @ member))
    least = SETTLED * np.abs(values).max(initial=0)
    for _ in range(SWEEPS):
        before = values
        for codes, average in averages:
            values = values - (average @ values)[codes]
        if np.abs(values - before).max(initial=0) <= least:
            break
    return values


def clustered_t(
    y: np.ndarray, x: np.ndarray, clusters: np.ndarray, n_effects: int
) -> tuple[np.ndarray, np.ndarray]:
    """Regress an outcome on each of several regressors alone; return slopes and errors.

    Parameters
    ----------
    y
        Shape (observations,), effects taken out.
    x
        Shape (observations, regressors), effects taken out.
    clusters
        Labels, shape (observations,).
    n_effects
        Effects that were taken out and are not nested in the clusters.

    Returns
    -------
    slopes, std_errors : ndarray, shape (regressors,)
        Errors clustered, with the usual small-sample factor.
    """
    codes, names = pd.factorize(clusters)
    scale = (x**2).sum(axis=0)
    slopes = x.T @ y / scale
    scores = x * (y[:, None] - x * slopes)
    member = sparse.csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))))
    factor = small_sample_factor(len(y), 1 + n_effects, len(names))
    return slopes, np.sqrt(factor * ((member @ scores) ** 2).sum(axis=0)) / scale
