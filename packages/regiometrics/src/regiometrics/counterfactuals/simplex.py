"""Weights that are not negative and sum to one: least squares over the simplex, many at a time."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from regiometrics._arguments import numbers, real
from regiometrics.errors import EstimationError

MAX_STEPS = 60
NNLS_STEPS = 50  # for each donor
NIL = 1e-9  # a ridge below this share of a donor's mean square is taken as none


def simplex_weights(
    donors: np.ndarray,
    targets: np.ndarray,
    allowed: np.ndarray | None = None,
    ridge: float | np.ndarray = 0.0,
    intercept: bool = False,
) -> np.ndarray:
    """Solve min_w ||X w - y||² + ridge ||w||² over the simplex, for many targets at once.

    Parameters
    ----------
    donors
        X, shape (rows, donors): shared by all problems.
    targets
        One y a problem, shape (problems, rows).
    allowed
        Donors that a problem may use, boolean, shape (problems, donors); None for all.
    ridge
        A number, or one a problem, shape (problems,).
    intercept
        Whether a constant is free: columns and target are centred.

    Returns
    -------
    ndarray, shape (problems, donors)
        Weights; zero where not allowed.

    Raises
    ------
    ValueError
        If shapes do not fit or a problem has no donor.

    Notes
    -----
    With weights that sum to one, Xw - y = (X - y 1')w = Mw. A problem with a ridge is solved by a
    primal-dual active-set step in the few rows: on a support S, u = M_S w and a multiplier m with
    w = (m - M_S'u) / ridge solve rows + 1 linear equations; S becomes the donors with positive w
    until it stays. What does not settle, and every problem whose ridge is nil beside the donors
    (`NIL`, where it would be lost to rounding), goes to non-negative least squares: the point of a
    convex hull nearest to zero is x / sum(x), where x minimises ||Mx||² + (1'x - 1)² over x >= 0
    (Wolfe 1976; Lawson and Hanson 1974, chapter 23).

    Examples
    --------
    >>> simplex_weights(np.eye(2), np.array([[0.5, 0.25]])).round(3).tolist()
    [[0.625, 0.375]]
    """
    donors = numbers("donors", donors, (None, None))
    targets = np.atleast_2d(numbers("targets", targets))
    rows, n = donors.shape
    if targets.ndim != 2 or targets.shape[1] != rows:
        raise ValueError(
            f"targets has shape {targets.shape}; expected (problems, {rows}), as donors has "
            f"{rows} rows."
        )
    allowed = np.ones((len(targets), n), bool) if allowed is None else np.asarray(allowed, bool)
    if allowed.shape != (len(targets), n) or not allowed.any(axis=1).all():
        raise ValueError(
            f"allowed has shape {allowed.shape}; expected {(len(targets), n)} with a donor a row."
        )
    if intercept:
        donors = donors - donors.mean(axis=0)
        targets = targets - targets.mean(axis=1, keepdims=True)
    if rows > n:  # the same problems in as many rows as donors
        basis, donors = np.linalg.qr(donors)
        targets = targets @ basis
    ridge = numbers("ridge", ridge)
    if ridge.shape not in ((), (len(targets),)) or (ridge < 0).any():
        raise ValueError(
            f"ridge has shape {ridge.shape} and a minimum of {ridge.min():g}; expected one number "
            f"or {len(targets)}, none below zero."
        )
    ridge = np.broadcast_to(ridge, len(targets))
    ridge = np.where(ridge > NIL * np.square(donors).sum() / n, ridge, 0.0)
    weights = np.full((len(targets), n), np.nan)
    strong = np.flatnonzero(ridge)
    if len(strong):
        weights[strong] = _active_set(donors, targets[strong], allowed[strong], ridge[strong])
    for row in np.flatnonzero(np.isnan(weights[:, 0])):
        weights[row] = _nearest_point(
            donors[:, allowed[row]] - targets[row][:, None], ridge[row], allowed[row]
        )
    return weights


def one_problem(donors: np.ndarray, target: np.ndarray, ridge: float) -> np.ndarray:
    """Return the weights of a single problem with all donors, as :func:`simplex_weights` does.

    Where the ridge is nil nothing is checked: callers with thousands of small problems that share
    no donors would spend most of their time on it.
    """
    n = donors.shape[1]
    if ridge > NIL * float(np.add.reduce(donors * donors, axis=None)) / n:
        return simplex_weights(donors, target[None], ridge=ridge)[0]
    every = np.ones(n, dtype=bool)
    return _nearest_point(donors[:, every] - target[:, None], 0.0, every)


def _active_set(donors, targets, allowed, ridge) -> np.ndarray:
    """Rows that settle, solved; the others missing."""
    problems, rows = targets.shape
    # M = X - y 1': its cross-products over a support follow from those of X, one product of
    # matrices for all problems. Both are taken about the donors' mean, so that no digits are lost.
    centre = donors.mean(axis=1)
    X, y_all = donors - centre[:, None], targets - centre
    outer = (X[:, None, :] * X[None, :, :]).reshape(rows * rows, -1).T
    support = allowed.copy()
    weights = np.full(allowed.shape, np.nan)
    open_ = np.arange(problems)
    for _ in range(MAX_STEPS):
        inside, y = support[open_].astype(float), y_all[open_]
        count = inside.sum(axis=1)
        sums = inside @ X.T
        cross = (inside @ outer).reshape(-1, rows, rows)
        mixed = sums[:, :, None] * y[:, None, :]
        cross += count[:, None, None] * y[:, :, None] * y[:, None, :]
        cross -= mixed + mixed.transpose(0, 2, 1)
        sums = sums - count[:, None] * y
        system = np.empty((len(open_), rows + 1, rows + 1))
        scale = ridge[open_][:, None]
        system[:, :rows, :rows] = cross / scale[:, :, None]
        system[:, :rows, :rows] += np.eye(rows)
        system[:, :rows, rows] = -sums / scale
        system[:, rows, :rows] = -sums / scale
        system[:, rows, rows] = count / scale[:, 0]
        right = np.zeros((len(open_), rows + 1, 1))
        right[:, rows] = 1.0
        try:
            solution = np.linalg.solve(system, right)[:, :, 0]
        except np.linalg.LinAlgError:  # a ridge that is lost beside some of the donors
            break
        u = solution[:, :rows]
        values = solution[:, rows:] - (u @ X - (u * y).sum(axis=1, keepdims=True))
        values /= scale
        after = allowed[open_] & (values > 0)
        settled = (after == support[open_]).all(axis=1)
        found = np.where(after[settled], values[settled], 0.0)
        weights[open_[settled]] = found / found.sum(axis=1, keepdims=True)
        support[open_] = after
        open_ = open_[~settled & after.any(axis=1)]
        if not len(open_):
            break
    return weights


def _nearest_point(gaps: np.ndarray, ridge: float, allowed: np.ndarray) -> np.ndarray:
    rows, n = gaps.shape
    # Sums in place of means, here as where it is called: thousands of small problems.
    square = float(np.add.reduce(gaps * gaps, axis=None)) / gaps.size
    size = max(square**0.5, float(ridge) ** 0.5, 1e-300)
    below = n if ridge > 0 else 0
    stacked = np.ones((rows + below + 1, n))
    np.divide(gaps, size, out=stacked[:rows])
    if below:
        stacked[rows:-1] = np.sqrt(ridge) / size * np.eye(n)
    right = np.zeros(len(stacked))
    right[-1] = 1.0
    try:
        raw, _ = nnls(stacked, right, maxiter=NNLS_STEPS * n)
    except RuntimeError as error:
        raise EstimationError(
            f"The weights of {n} donors did not settle ({error}); expected donors whose values "
            "differ by more than rounding: leave out copies."
        ) from None
    weights = np.zeros(len(allowed))
    weights[allowed] = raw / raw.sum()
    return weights


def optimality_gap(donors, target, weights, ridge: float = 0.0) -> float:
    """Return by how much the objective could still fall along an edge, relative to its size.

    The Frank–Wolfe gap g'w - min_j g_j over donors, g the gradient: zero at the optimum, and an
    upper bound of the distance of the objective from it.
    """
    donors = numbers("donors", donors, (None, None))
    target = numbers("target", target, (len(donors),))
    weights = numbers("weights", weights, (donors.shape[1],))
    ridge = real("ridge", ridge, 0.0)
    gaps = donors - target[:, None]
    gradient = gaps.T @ (gaps @ weights) + ridge * weights
    scale = max(float(np.abs(gradient).max()), 1e-300)
    return float((gradient @ weights - gradient.min()) / scale)
