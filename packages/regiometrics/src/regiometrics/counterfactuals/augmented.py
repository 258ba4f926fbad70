"""Ridge augmentation of synthetic control: the misfit before the treatment taken out by regression.

Ben-Michael, Feller and Rothstein (2021, *JASA* 116, equation 6 and section 5.3).
"""

from __future__ import annotations

import warnings

import numpy as np

from regiometrics.counterfactuals.simplex import simplex_weights

Array = np.ndarray
STEPS = 20  # of the grid of penalties
SMALLEST = 1e-8  # of the grid, relative to the largest
DEGENERATE = 1e-12  # donors whose deviations are below this share of their level are equal


def ridge_correction(
    early: Array, series: Array, donors: Array, weights: Array, small: Array
) -> tuple[Array, Array]:
    """Return what ridge regression adds to the weights of synthetic control, and its penalty.

    Parameters
    ----------
    early : ndarray, shape (units, periods before)
        Outcomes before the treatment.
    series : ndarray, shape (groups, periods before)
        The treated groups.
    donors : ndarray of bool, shape (groups, units)
        Which units are donors of each group.
    weights : ndarray, shape (groups, units)
        The weights of synthetic control.
    small : ndarray, shape (groups,)
        The ridge with which synthetic control is solved where a period is left out.

    Returns
    -------
    added : ndarray, shape (groups, units)
        Rows sum to zero. All zeros where donors do not differ from each other before the
        treatment (one donor, equal donors), because then there is nothing to regress on.
    penalties : ndarray, shape (groups,)
        The penalty that was taken; missing where there was none to choose.

    Notes
    -----
    The penalty is the largest whose error of prediction, leaving out one period before the
    treatment at a time, lies within one standard error of the smallest error, in a grid from the
    largest squared singular value of the donors' deviations down to 1e-8 of it in 20 steps, both
    as in the authors' R package augsynth 0.2.0. (The package never leaves out the last period
    before the treatment; here all are left out in turn.) Where the smallest penalty of the grid is
    taken, a warning says so: a better one may lie beyond it.
    """
    before = early.shape[1]
    added, chosen = np.zeros_like(weights), np.full(len(series), np.nan)
    cases = [_centred(early[rows], path) for rows, path in zip(donors, series, strict=True)]
    open_ = [row for row, (x0, _) in enumerate(cases) if not _degenerate(x0, early[donors[row]])]
    if not open_:
        return added, chosen
    errors = np.zeros((len(series), STEPS + 1, before))
    grids = {row: _penalties(cases[row][0]) for row in open_}
    for held in range(before):
        kept = np.delete(np.arange(before), held)
        base = simplex_weights(
            early[:, kept].T, series[open_][:, kept], donors[open_], small[open_]
        )
        for row, start in zip(open_, base, strict=True):
            (x0, x1), inside = cases[row], donors[row]
            full = start[inside] + _ridge(x0[:, kept], x1[kept], start[inside], grids[row])
            errors[row, :, held] = np.square(x1[held] - full @ x0[:, held])
    edge = 0
    for row in open_:
        place = _one_standard_error(errors[row])
        edge += place == STEPS
        chosen[row] = grids[row][place]
        x0, x1 = cases[row]
        inside = donors[row]
        added[row, inside] = _ridge(x0, x1, weights[row, inside], chosen[[row]])[0]
    if edge:
        warnings.warn(
            f"The ridge penalty of {edge} of {len(series)} groups is the smallest of its grid; "
            "a smaller one may predict better.",
            stacklevel=3,
        )
    return added, chosen


def _one_standard_error(errors: Array) -> int:
    """Place of the largest penalty within one standard error of the best; penalties descend."""
    mean = errors.mean(axis=1)
    best = int(mean.argmin())
    slack = errors[best].std(ddof=1) / np.sqrt(errors.shape[1])
    return int(np.flatnonzero(mean <= mean[best] + slack)[0])


def _penalties(x0: Array) -> Array:
    largest = np.linalg.norm(x0, 2) ** 2
    return largest * SMALLEST ** (np.arange(STEPS + 1) / STEPS)


def _degenerate(x0: Array, early: Array) -> bool:
    return bool(np.abs(x0).max() <= DEGENERATE * max(np.abs(early).max(), 1e-300))


def _centred(early: Array, series: Array) -> tuple[Array, Array]:
    centre = early.mean(axis=0)
    return early - centre, series - centre


def _ridge(x0: Array, x1: Array, weights: Array, penalties: Array) -> Array:
    """The correction of the weights under each penalty, shape (penalties, donors)."""
    values, vectors = np.linalg.eigh(x0.T @ x0)
    misfit = vectors.T @ (x1 - x0.T @ weights)
    return (misfit / (np.maximum(values, 0) + penalties[:, None])) @ (x0 @ vectors).T
