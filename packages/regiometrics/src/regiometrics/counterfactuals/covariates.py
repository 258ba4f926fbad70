"""Covariates taken out of an outcome before a counterfactual is made."""

from __future__ import annotations

import numpy as np

from regiometrics._arguments import flags, numbers
from regiometrics.errors import EstimationError

Array = np.ndarray


def without_covariates(outcomes: Array, covariates: Array, untreated: Array) -> Array:
    """Take covariates out of an outcome, their slopes estimated on untreated cells.

    Parameters
    ----------
    outcomes : ndarray, shape (units, periods)
        The outcomes without missing values.
    covariates : ndarray, shape (units, periods, k)
        The covariates without missing values.
    untreated : ndarray of bool, shape (units, periods)
        Cells without treatment.

    Returns
    -------
    ndarray, shape (units, periods)
        Outcomes minus covariates times slopes, for any estimator of this package.

    Raises
    ------
    ValueError
        If shapes do not fit or a value is missing.
    EstimationError
        If a unit or period has no untreated cell, or covariates do not vary beside the effects.

    Notes
    -----
    The slopes are those of the two-way regression on untreated cells (Kranz 2022; "projected" in
    Stata's sdid, Clarke, Pailañir, Athey and Imbens 2024, *Stata Journal* 24). The effect's error
    does not count their uncertainty.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(6, 5, 1))
    >>> y = rng.normal(size=(6, 1)) + rng.normal(size=5) + 2 * x[..., 0]
    >>> rest = without_covariates(y, x, np.ones((6, 5), bool))
    >>> bool(np.allclose(rest, y - 2 * x[..., 0]))
    True
    """
    outcomes = numbers("outcomes", outcomes, (None, None))
    covariates = numbers("covariates", covariates, (*outcomes.shape, None))
    untreated = flags("untreated", untreated, outcomes.shape)
    if not (untreated.any(axis=0).all() and untreated.any(axis=1).any()):
        raise EstimationError("A period has no untreated cell; expected some in each.")
    units, periods = np.nonzero(untreated)
    n, T = outcomes.shape
    dummies = np.zeros((len(units), n + T))
    dummies[np.arange(len(units)), units] = 1.0
    dummies[np.arange(len(units)), n + periods] = 1.0
    # Least squares on effects alone leaves what the covariates are regressed with.
    columns = np.column_stack([outcomes[untreated], covariates[untreated]])
    rest = columns - dummies @ np.linalg.lstsq(dummies, columns, rcond=None)[0]
    X = rest[:, 1:]
    size = np.linalg.norm(columns[:, 1:] - columns[:, 1:].mean(axis=0), axis=0)
    if np.linalg.matrix_rank(X / np.where(size > 0, size, 1.0), tol=1e-8) < X.shape[1]:
        raise EstimationError(
            "The covariates do not vary beside unit and period effects, or are collinear."
        )
    slopes = np.linalg.lstsq(X, rest[:, 0], rcond=None)[0]
    return outcomes - covariates @ slopes
