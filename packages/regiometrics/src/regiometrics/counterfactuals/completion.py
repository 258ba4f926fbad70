"""Matrix completion with unit and year effects: what the treated cells would have been."""

from __future__ import annotations

import numpy as np

STEPS = 500
TOLERANCE = 1e-7  # of the completed cells, relative to the outcome's spread


def complete_matrix(outcomes: np.ndarray, seen: np.ndarray, penalty: float) -> np.ndarray:
    """Fit unit effects, year effects and a low-rank part to the cells seen; return all cells.

    Parameters
    ----------
    outcomes
        Shape (units, periods); cells not seen are not looked at.
    seen
        Boolean, same shape; every unit and period is seen somewhere.
    penalty
        Of the nuclear norm: what is taken off every singular value.

    Raises
    ------
    ValueError
        If a unit or period is never seen, or the penalty is negative.

    Notes
    -----
    min over L, a, d of ||P_seen(Y - L - a 1' - 1 d')||² / 2 + penalty ||L||_* (Athey, Bayati,
    Doudchenko, Imbens and Khosravi 2021), by soft-impute (Mazumder, Hastie and Tibshirani 2010):
    cells not seen are filled with the fit, effects are means, singular values are shrunk.
    """
    seen = np.asarray(seen, bool)
    if not (seen.any(axis=0).all() and seen.any(axis=1).all()):
        raise ValueError("A unit or a period is never seen; expected one cell of each.")
    if penalty < 0:
        raise ValueError(f"penalty is {penalty}; expected zero or more.")
    fitted = np.full(outcomes.shape, outcomes[seen].mean())
    spread = outcomes[seen].std()
    for _ in range(STEPS):
        filled = np.where(seen, outcomes, fitted)
        effects = filled.mean(axis=1, keepdims=True) + filled.mean(axis=0) - filled.mean()
        after = effects + _shrunk(filled - effects, penalty)
        moved = np.abs(after - fitted)[~seen].max(initial=0.0)
        fitted = after
        if moved <= TOLERANCE * spread:
            break
    return fitted


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
        As of `regiometrics.counterfactuals.synthetic.counterfactuals`.
    penalty
        As of `complete_matrix`.
    """
    effects = np.empty(len(treated))
    for row, (members, others) in enumerate(zip(treated, donors, strict=True)):
        matrix = np.vstack([outcomes[members].mean(axis=0), outcomes[others]])
        seen = np.ones(matrix.shape, bool)
        seen[0, before:] = False
        gap = matrix[0] - complete_matrix(matrix, seen, penalty)[0]
        effects[row] = gap[before:].mean()
    return effects


def choose_penalty(
    outcomes: np.ndarray, before: int, penalties: np.ndarray, folds: int, seed: int
) -> float:
    """Return the penalty that best foretells donors' late periods, donors held out by folds."""
    order = np.random.default_rng(seed).permutation(len(outcomes))
    errors = np.zeros(len(penalties))
    for part in np.array_split(order, folds):
        seen = np.ones(outcomes.shape, bool)
        seen[part, before:] = False
        for number, penalty in enumerate(penalties):
            fitted = complete_matrix(outcomes, seen, penalty)
            errors[number] += np.square((outcomes - fitted)[~seen]).sum()
    return float(penalties[errors.argmin()])


def _shrunk(matrix: np.ndarray, penalty: float) -> np.ndarray:
    """Take the penalty off every singular value, by way of the small Gram matrix."""
    values, vectors = np.linalg.eigh(matrix.T @ matrix)
    size = np.sqrt(np.maximum(values, 0))
    kept = np.where(size > penalty, 1 - penalty / np.maximum(size, 1e-300), 0.0)
    return (matrix @ vectors * kept) @ vectors.T
