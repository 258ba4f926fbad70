"""Matrix completion with unit and year effects: what the treated cells would have been."""

from __future__ import annotations

import warnings

import numpy as np

from regiometrics._arguments import flags, numbers, real, whole
from regiometrics.counterfactuals.synthetic import checked_design
from regiometrics.errors import EstimationError

STEPS = 500
TOLERANCE = 1e-7  # of the completed cells, relative to the outcome's spread


def complete_matrix(outcomes: np.ndarray, seen: np.ndarray, penalty: float) -> np.ndarray:
    """Fit unit effects, year effects and a low-rank part to the cells seen; return all cells.

    Parameters
    ----------
    outcomes : ndarray, shape (units, periods)
        Values of cells that are not seen are not used and may be missing.
    seen : ndarray of bool, same shape
        Every unit and period is seen somewhere.
    penalty : float
        The weight of the nuclear norm: what is subtracted from every singular value, zero or more.

    Returns
    -------
    ndarray, shape (units, periods)

    Raises
    ------
    ValueError
        If shapes do not fit, a cell that is seen is missing, or the penalty is negative.
    EstimationError
        If a unit or period is never seen.

    Notes
    -----
    min over L, a, d of ||P_seen(Y - L - a 1' - 1 d')||² / 2 + penalty ||L||_* (Athey, Bayati,
    Doudchenko, Imbens and Khosravi 2021), by soft-impute (Mazumder, Hastie and Tibshirani 2010):
    cells not seen are filled with the fit, effects are means, singular values are shrunk. A
    warning says where the cells still move after 500 steps.
    """
    fitted, settled = _completed(outcomes, seen, penalty)
    if not settled:
        _warn_unsettled(1, 1)
    return fitted


def _completed(outcomes, seen, penalty: float) -> tuple[np.ndarray, bool]:
    """Complete the matrix, and say whether the iteration settled."""
    outcomes = numbers("outcomes", outcomes, (None, None), missing=True, infinite=True)
    seen = flags("seen", seen, outcomes.shape)
    penalty = real("penalty", penalty, 0.0)
    if not (seen.any(axis=0).all() and seen.any(axis=1).all()):
        raise EstimationError("A unit or a period is never seen; expected one cell of each.")
    if not np.isfinite(outcomes[seen]).all():
        unit, period = np.argwhere(seen & ~np.isfinite(outcomes))[0]
        raise EstimationError(
            f"outcomes hold {outcomes[unit, period]} for unit {unit} in period {period}, which is "
            "seen; expected a finite number."
        )
    fitted = np.full(outcomes.shape, outcomes[seen].mean())
    spread = outcomes[seen].std()
    for _ in range(STEPS):
        filled = np.where(seen, outcomes, fitted)
        effects = filled.mean(axis=1, keepdims=True) + filled.mean(axis=0) - filled.mean()
        after = effects + _shrunk(filled - effects, penalty)
        moved = np.abs(after - fitted)[~seen].max(initial=0.0)
        fitted = after
        if moved <= TOLERANCE * spread:
            return fitted, True
    return fitted, False


def completed_effects(
    outcomes: np.ndarray,
    treated: np.ndarray,
    donors: np.ndarray,
    before: int,
    penalty: float,
) -> np.ndarray:
    """Return each group's mean effect by matrix completion; the group enters as its mean.

    Parameters
    ----------
    outcomes, treated, donors, before
        The panel and its groups, as in
        :func:`regiometrics.counterfactuals.synthetic.counterfactuals`.
    penalty : float
        The weight of the nuclear norm, as in :func:`complete_matrix`.

    Returns
    -------
    ndarray, shape (groups,)

    Raises
    ------
    ValueError
        As :func:`regiometrics.counterfactuals.synthetic.counterfactuals`.
    """
    outcomes, treated, donors = checked_design(outcomes, treated, donors, before)
    shares = treated / treated.sum(axis=1, keepdims=True)
    unsettled = 0
    effects = np.empty(len(treated))
    for row, (share, others) in enumerate(zip(shares, donors, strict=True)):
        matrix = np.vstack([share @ outcomes, outcomes[others]])
        seen = np.ones(matrix.shape, bool)
        seen[0, before:] = False
        fitted, settled = _completed(matrix, seen, penalty)
        unsettled += not settled
        effects[row] = (matrix[0] - fitted[0])[before:].mean()
    if unsettled:
        _warn_unsettled(unsettled, len(shares))
    return effects


def choose_penalty(
    outcomes: np.ndarray, before: int, penalties: np.ndarray, folds: int, seed: int
) -> float:
    """Return the penalty that best predicts donors' late periods, donors held out by folds.

    Parameters
    ----------
    outcomes : ndarray, shape (units, periods)
        The outcomes of donors, without missing values.
    before : int
        Periods before the treatment.
    penalties : ndarray
        The candidates, zero or more.
    folds : int
        The number of folds, from two to the number of units.
    seed : int
        The seed that draws the folds.

    Returns
    -------
    float
        A warning is given where it is the smallest or largest of several penalties.

    Raises
    ------
    ValueError
        If a value is missing or a number is out of range.
    """
    outcomes = numbers("outcomes", outcomes, (None, None), least=(2, 2))
    penalties = numbers("penalties", penalties, (None,))
    before = whole("before", before, 1, outcomes.shape[1] - 1)
    folds = whole("folds", folds, 2, len(outcomes))
    seed = whole("seed", seed, 0)
    order = np.random.default_rng(seed).permutation(len(outcomes))
    errors = np.zeros(len(penalties))
    for part in np.array_split(order, folds):
        seen = np.ones(outcomes.shape, bool)
        seen[part, before:] = False
        for number, penalty in enumerate(penalties):
            fitted = _completed(outcomes, seen, penalty)[0]
            errors[number] += np.square((outcomes - fitted)[~seen]).sum()
    best = float(penalties[errors.argmin()])
    if len(penalties) > 1 and best in (penalties.min(), penalties.max()):
        warnings.warn(
            f"The penalty {best:g} is at the edge of the {len(penalties)} that were tried; "
            "another beyond it may predict better.",
            stacklevel=2,
        )
    return best


def _warn_unsettled(count: int, of: int) -> None:
    warnings.warn(
        f"The matrix completion of {count} of {of} groups did not settle in {STEPS} steps; its "
        "cells still move.",
        stacklevel=3,
    )


def _shrunk(matrix: np.ndarray, penalty: float) -> np.ndarray:
    """Take the penalty off every singular value, by way of the small Gram matrix."""
    try:
        with np.errstate(over="ignore"):
            values, vectors = np.linalg.eigh(matrix.T @ matrix)
    except np.linalg.LinAlgError:
        raise EstimationError(
            f"The outcomes are as large as {np.abs(matrix).max():.1g}, so that their squares are "
            "no numbers; expected outcomes in a larger unit."
        ) from None
    size = np.sqrt(np.maximum(values, 0))
    kept = np.where(size > penalty, 1 - penalty / np.maximum(size, 1e-300), 0.0)
    return (matrix @ vectors * kept) @ vectors.T
