"""Separation of Poisson regressions: flows of zero that some combination of regressors foretells.

Where a combination z = x b + a_i + d_j is zero for every pair with a flow and positive for some
pairs without one (and negative for none), the likelihood rises without end along it: there is no
finite estimate. The pairs with z > 0 add nothing to the other estimates and are left out, and so
are the regressors that then do not vary apart from the effects (Correia, Guimarães and Zylkin
2021, arXiv:1903.01633, "Verifying the existence of maximum likelihood estimates for generalized
linear models"; Santos Silva and Tenreyro 2010, *Economics Letters* 107).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse
from scipy.sparse import csgraph

from regiometrics.errors import EstimationError
from regiometrics.gravity.grid import Array, TwoWayEffects, bases

TOLERANCE = 1e-8  # of a combination, relative to the regressors' spread


def separated(flow: Array, X: Array, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Find the pairs without flow that regressors and effects separate from the others.

    Parameters
    ----------
    flow : ndarray, shape (n, n)
        The flows, zero or positive.
    X : ndarray, shape (k, n, n)
        The regressors of each pair.
    mask : ndarray of bool, shape (n, n)
        Pairs that count; every origin and destination has a flow among them.

    Returns
    -------
    ndarray of bool, shape (n, n)

    Notes
    -----
    The combinations that are zero on all pairs with a flow are found exactly: shifts of the
    effects between parts of the network of flows that no flow joins, and combinations of
    regressors that the effects explain on all flows. Of these a linear program finds the one that
    is positive on most pairs. It finds the same pairs as the iterative rectifier of the authors,
    whose weighted regressions are run on all pairs.
    """
    moved = mask & (flow > 0)
    empty = mask & ~moved
    none = np.zeros_like(mask)
    if not empty.any():
        return none
    n = len(flow)
    parts, labels = csgraph.connected_components(_bipartite(moved), directed=False)
    directions = _explained(X, moved)
    if parts == 1 and not len(directions):
        return none
    rows, columns = np.nonzero(empty)
    from_, to = labels[rows], labels[n + columns]
    combos = directions[:, rows, columns].T
    # Equal rows are one constraint; shifts of the effects are differences of two parts.
    table = np.column_stack([from_, to, combos])
    unique, place = np.unique(table, axis=0, return_inverse=True)
    count = np.bincount(place.ravel(), minlength=len(unique)).astype(float)
    m, q = len(unique), len(directions)
    at = np.arange(m)
    shift = sparse.coo_array(
        (
            np.concatenate([np.ones(m), -np.ones(m)]),
            (np.concatenate([at, at]), unique[:, :2].T.astype(int).ravel()),
        ),
        shape=(m, parts),
    )
    z = sparse.hstack([shift, sparse.coo_array(unique[:, 2:].reshape(m, q))], format="csr")
    # max sum of t over 0 <= t <= 1, t <= z, z >= 0.
    found = optimize.linprog(
        np.concatenate([np.zeros(parts + q), -count]),
        A_ub=sparse.vstack(
            [
                sparse.hstack([-z, sparse.eye_array(m)]),
                sparse.hstack([-z, sparse.csr_array((m, m))]),
            ],
            format="csr",
        ),
        b_ub=np.zeros(2 * m),
        bounds=[(None, None)] * (parts + q) + [(0, 1)] * m,
        method="highs",
    )
    if not found.success:
        raise EstimationError(f"The search for separated pairs failed: {found.message}")
    positive = found.x[parts + q :] > 0.5
    none[rows, columns] = positive[place.ravel()]
    return none


def independent(X: Array, mask: Array) -> Array:
    """Say which regressors vary apart from both effects and the regressors before, shape (k,).

    Parameters
    ----------
    X : ndarray, shape (k, n, n)
        The regressors of each pair.
    mask : ndarray of bool, shape (n, n)
        Pairs that count; every origin and destination has one.
    """
    effects = TwoWayEffects(mask.astype(float), bases(mask))
    good, kept = np.zeros(len(X), bool), np.zeros((0, int(mask.sum())))
    for place, x in enumerate(X):
        left = effects.residual(x)[mask]
        for _ in range(2):  # once more, for what rounding left
            left = left - (kept @ left) @ kept
        size = np.linalg.norm(left)
        good[place] = size > 1e-5 * np.linalg.norm(x[mask])
        if good[place]:
            kept = np.vstack([kept, left / size])
    return good


def _explained(X: Array, moved: NDArray[np.bool_]) -> Array:
    """Combinations of regressors less effects that are zero on all flows, shape (q, n, n)."""
    weights = moved.astype(float)
    effects = TwoWayEffects(weights, bases(moved))
    scale = np.array([max(np.abs(x[moved]).max(initial=0.0), 1e-300) for x in X])
    # A regressor that is zero on all flows has no scale there.
    whole = np.array([max(np.abs(x).max(), 1e-300) for x in X])
    scale = np.where(scale > TOLERANCE * whole, scale, whole)
    flat = np.array([effects.residual(x / size) for x, size in zip(X, scale, strict=True)])
    inside = flat[:, moved]
    values, vectors = np.linalg.eigh(inside @ inside.T / moved.sum())
    null = vectors[:, values <= TOLERANCE**2 * 100].T
    combos = np.tensordot(null, flat, axes=1)
    # Rounding must not make two equal constraints differ, nor a zero a sign.
    size = np.abs(combos).max(initial=1e-300, axis=(1, 2), keepdims=True)
    return np.round(combos / size, 7) if len(combos) else combos


def _bipartite(moved: NDArray[np.bool_]) -> sparse.coo_array:
    n = len(moved)
    origins, destinations = np.nonzero(moved)
    return sparse.coo_array(
        (np.ones(len(origins)), (origins, destinations + n)), shape=(2 * n, 2 * n)
    )
