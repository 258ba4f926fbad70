"""Eigenvalues of spatial weights."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from regiometrics.errors import WeightsError

#: Up to here all eigenvalues are computed, beyond it those at the ends only.
DENSE_LIMIT = 2000


def eigenvalues(matrix: sparse.csr_array) -> np.ndarray:
    """Return all eigenvalues of a small matrix, and the ends of the spectrum of a large one.

    Real where rows can be scaled to make the matrix symmetric, in general complex.
    """
    n = matrix.shape[0]
    if n == 0:
        return np.empty(0)
    symmetric = _symmetrised(matrix)
    if n <= DENSE_LIMIT:
        if symmetric is not None:
            return np.linalg.eigvalsh(symmetric.toarray())
        return np.linalg.eigvals(matrix.toarray())
    from scipy.sparse.linalg import ArpackError, eigs, eigsh

    start = np.ones(n)  # a fixed start: the same digits each time
    try:
        if symmetric is not None:
            return eigsh(symmetric, k=2, which="BE", v0=start, return_eigenvectors=False)
        ends = [eigs(matrix, 1, which=w, v0=start, return_eigenvectors=False) for w in ("LR", "SR")]
    except ArpackError as error:
        raise WeightsError(
            f"The ends of the spectrum of {n} × {n} weights were not found ({error}); expected "
            f"weights of at most {DENSE_LIMIT} units, all of whose eigenvalues are computed."
        ) from None
    return np.concatenate(ends)


def _symmetrised(matrix: sparse.csr_array) -> sparse.csr_array | None:
    """Return a symmetric matrix with the same eigenvalues, where scaling rows can give one.

    W = D S with S symmetric and D diagonal has the eigenvalues of D^(1/2) S D^(1/2) (Ord 1975,
    Journal of the American Statistical Association 70). Row-standardised contiguity is of this
    kind; k nearest neighbours are not.
    """
    pattern = matrix != 0
    if (pattern != pattern.T).nnz:
        return None
    scale = _row_scale(matrix)
    inner = sparse.diags_array(1 / scale) @ matrix
    gap = abs(inner - inner.T)
    if gap.nnz and gap.max() > 1e-12 * abs(inner).max():
        return None
    root = sparse.diags_array(np.sqrt(scale))
    return sparse.csr_array(root @ inner @ root)


def _row_scale(matrix: sparse.csr_array) -> np.ndarray:
    """Find d with w_ij / d_i = w_ji / d_j along a spanning forest of the links."""
    n = matrix.shape[0]
    scale = np.ones(n)
    transposed = sparse.csr_array(matrix.T)
    seen = np.zeros(n, bool)
    for root in range(n):
        if seen[root]:
            continue
        order, parent = csgraph.breadth_first_order(matrix, root, directed=False)
        seen[order] = True
        for unit in order[1:]:
            above = parent[unit]
            scale[unit] = scale[above] * matrix[unit, above] / transposed[unit, above]
    return scale
