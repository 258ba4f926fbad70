"""Weights matrices: spectrum and admissible interval.

A spatial parameter r is admissible where I - rW is non-singular on an interval that holds zero:
(1/omega_min, 1/omega_max) with omega the extreme real eigenvalues of W (LeSage and Pace 2009,
section 4.3). Rows that sum to one make omega_max one; omega_min is -1 only where the graph is
bipartite.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.sparse import csgraph
from scipy.sparse.linalg import ArpackError, ArpackNoConvergence, eigs, eigsh

from regiometrics.spatial.errors import WeightsError

# Dense eigenvalues, inverses and traces of sparse weights are used up to this number of units.
DENSE_LIMIT = 2000
# Weights that fill more than this share of their matrix are dense: BLAS beats sparse algebra.
_DENSE_SHARE = 0.1
# Up to this number of units dense weights have all their eigenvalues (200 MB, n³ operations).
DENSE_WEIGHTS_LIMIT = 6000
# Up to this number all eigenvalues cost less than a handful of sparse factors.
EIGENVALUE_LIMIT = 400
_ROW_SUM_TOLERANCE = 1e-10
_ARNOLDI = 12
# Powers of W are formed while they have fewer non-zeros a row than this.
_POWER_NEIGHBOURS = 60
_MOST_POWERS = 8
# ... and than this in all, about 300 MB, or than this many a row: millions of units fit memory.
_POWER_ENTRIES, _FEW_NEIGHBOURS = 25_000_000, 15


@dataclass(frozen=True, eq=False)
class SpatialWeights:
    """A checked weights matrix with what its spectrum says.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array, shape (n, n)
        Row i holds the weights of unit i's neighbours.
    units : pandas.Index, length n
        The labels of the units.
    """

    matrix: sp.csr_array
    units: pd.Index

    @property
    def n(self) -> int:
        """Number of units."""
        return self.matrix.shape[0]

    @property
    def is_dense(self) -> bool:
        """Whether so many weights are not zero that dense algebra is the faster."""
        return self.matrix.nnz > _DENSE_SHARE * self.n**2 and self.n > 1

    @cached_property
    def dense(self) -> np.ndarray:
        """The matrix as an array, shape (n, n); for dense weights only."""
        return self.matrix.toarray()

    @property
    def all_eigenvalues_at_hand(self) -> bool:
        """Whether all eigenvalues cost little beside what else is computed."""
        if self.is_dense:
            return self.n <= DENSE_WEIGHTS_LIMIT
        return self.n <= EIGENVALUE_LIMIT

    @property
    def islands(self) -> np.ndarray:
        """Places of the units without neighbours, shape (m,)."""
        return np.flatnonzero(np.diff(self.matrix.indptr) == 0)

    @property
    def standardisation(self) -> str:
        """How the rows are scaled, in words for a summary."""
        c = self.row_sum
        if c is not None:
            return "rows sum to one" if c == 1 else f"rows sum to {c:g}"
        sums = np.delete(self.row_sums, self.islands)
        if len(self.islands) and np.allclose(sums, 1, rtol=_ROW_SUM_TOLERANCE):
            return f"rows sum to one, {len(self.islands)} without neighbours"
        return f"rows sum to {sums.min():.4g} to {sums.max():.4g}: not row-standardised"

    @cached_property
    def row_sums(self) -> np.ndarray:
        """Sums of the rows, shape (n,)."""
        return self.matrix @ np.ones(self.n)

    @cached_property
    def row_sum(self) -> float | None:
        """The sum c that all rows share (W 1 = c 1), or None where they differ."""
        c = float(self.row_sums.mean())
        close = np.abs(self.row_sums - c).max() <= _ROW_SUM_TOLERANCE * abs(c)
        # Rounding of sums is taken off: ones stay ones.
        return float(f"{c:.12g}") if close else None

    @cached_property
    def scaling(self) -> np.ndarray | None:
        """Positive d with diag(d) W symmetric, or None where there is none.

        W is then similar to a symmetric matrix, its eigenvalues are real. Row-standardised
        weights of a symmetric relation are of this kind (Ord 1975). Along a spanning tree
        d_j / d_i = w_ij / w_ji; the remaining edges are then checked.
        """
        W = self.matrix
        transpose = W.T.tocsr()
        transpose.sort_indices()
        # Neither stores zeros, so that the patterns are those of the indices.
        if not (
            np.array_equal(W.indptr, transpose.indptr)
            and np.array_equal(W.indices, transpose.indices)
        ):
            return None
        d = self._shared_weights
        if d is not None:
            return d
        step = sp.csr_array((np.log(W.data / transpose.data), W.indices, W.indptr), shape=W.shape)
        parent = self.forest[0]
        log_d = _along_forest(parent, np.asarray(step[parent, np.arange(self.n)]).ravel())
        d, rows = np.exp(log_d), np.repeat(np.arange(self.n), np.diff(W.indptr))
        # Each edge against its own size: others may be larger by orders of magnitude.
        there, back = d[rows] * W.data, d[W.indices] * transpose.data
        return d if np.allclose(there, back, rtol=1e-9, atol=0.0) else None

    @property
    def _shared_weights(self) -> np.ndarray | None:
        """One over the weight that all neighbours of a unit share, or None where they differ."""
        W = self.matrix
        if not np.diff(W.indptr).all():
            return None
        first = W.data[W.indptr[:-1]]
        same = W.data == np.repeat(first, np.diff(W.indptr))
        return 1 / first if same.all() else None

    @cached_property
    def forest(self) -> tuple[np.ndarray, int]:
        """Parent of each unit in a spanning forest, roots their own, and the number of trees."""
        n, W = self.n, self.matrix
        reached, parent = csgraph.breadth_first_order(W, 0, directed=False)
        trees = 1
        if len(reached) < n:
            # One extra node tied to a member of each component makes the forest a single tree.
            trees, labels = csgraph.connected_components(W, directed=False)
            roots = np.unique(labels, return_index=True)[1]
            link = sp.csr_array((np.ones(trees), (np.zeros(trees, int), roots)), shape=(1, n))
            graph = sp.csr_array(sp.block_array([[W, link.T], [link, None]]))
            parent = csgraph.breadth_first_order(graph, n, directed=False)[1][:n]
        return np.where((parent < 0) | (parent >= n), np.arange(n), parent), trees

    @cached_property
    def is_bipartite(self) -> bool:
        """Whether the units fall into two sets without a neighbour in their own."""
        parity = _along_forest(self.forest[0], np.ones(self.n)).astype(int) % 2
        rows = np.repeat(np.arange(self.n), np.diff(self.matrix.indptr))
        return bool((parity[rows] != parity[self.matrix.indices]).all())

    @cached_property
    def symmetric(self) -> sp.csr_array | None:
        """The symmetric matrix similar to W, D^(1/2) W D^(-1/2), or None."""
        if self.scaling is None:
            return None
        root = np.sqrt(self.scaling)
        S = (sp.diags_array(root) @ self.matrix @ sp.diags_array(1 / root)).tocsr()
        return ((S + S.T) / 2).tocsr()

    @cached_property
    def eigenvalues(self) -> np.ndarray:
        """All eigenvalues of W, shape (n,), ascending by real part.

        For up to 2000 units, 6000 where the weights are dense.
        """
        most = DENSE_WEIGHTS_LIMIT if self.is_dense else DENSE_LIMIT
        if self.n > most:
            raise WeightsError(
                f"All eigenvalues of {self.n} units were asked for; expected at most {most}."
            )
        if self.symmetric is not None:
            return np.linalg.eigvalsh(self.symmetric.toarray())
        return np.sort_complex(np.linalg.eigvals(self.matrix.toarray()))

    def system(self, r: float) -> sp.csc_array:
        """I - rW, on a pattern laid out once."""
        ones, weights, indices, indptr = self._pattern
        return sp.csc_array((ones - r * weights, indices, indptr), shape=self.matrix.shape)

    @property
    def order(self) -> np.ndarray | None:
        """Order of the units in which a factor fills little, once one was found."""
        return self.__dict__.get("_order")

    def set_order(self, order: np.ndarray) -> None:
        """Keep the order that a first factor found, for all later ones."""
        self.__dict__["_order"] = order

    def ordered_system(self, r: float) -> sp.csc_array:
        """I - rW with rows and columns in `order`, on a pattern laid out once."""
        if "_ordered_pattern" not in self.__dict__:
            ones, weights, indices, indptr = self._pattern
            order = self.order
            # Places of the entries travel with them.
            places = sp.csc_array(
                (np.arange(1.0, len(ones) + 1), indices, indptr), self.matrix.shape
            )
            turned = sp.csc_array(places[order][:, order])
            turned.sort_indices()
            at = turned.data.astype(np.int64) - 1
            self.__dict__["_ordered_pattern"] = (
                ones[at],
                weights[at],
                turned.indices,
                turned.indptr,
            )
        ones, weights, indices, indptr = self.__dict__["_ordered_pattern"]
        return sp.csc_array((ones - r * weights, indices, indptr), shape=self.matrix.shape)

    @cached_property
    def _pattern(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Values of I and of W on their joint pattern, by columns."""
        eye = sp.eye_array(self.n, format="csr")
        # The diagonal is free in W: ones of I and weights of W never share a place.
        joint = sp.csc_array(self.matrix + eye)
        joint.sort_indices()
        columns = np.repeat(np.arange(self.n), np.diff(joint.indptr))
        ones = (joint.indices == columns).astype(float)
        return ones, np.where(ones == 1, 0.0, joint.data), joint.indices, joint.indptr

    @cached_property
    def powers(self) -> list[sp.csr_array]:
        """W, W², ... as long as they are sparse, eight at most."""
        out = [self.matrix]
        n = self.n
        # Non-zeros a row grow at most by the factor of the step before.
        growth = self.matrix.nnz / n
        most = min(_POWER_NEIGHBOURS * n, max(_POWER_ENTRIES, _FEW_NEIGHBOURS * n))
        while len(out) < _MOST_POWERS and out[-1].nnz * growth <= most:
            power = sp.csr_array(out[-1] @ self.matrix)
            # In order, sums and products of powers merge their rows instead of searching them.
            power.sort_indices()
            out.append(power)
            growth = out[-1].nnz / out[-2].nnz
        return out

    @cached_property
    def power_traces(self) -> np.ndarray:
        """Exact tr W^j, j = 0..2p, where p powers are sparse."""
        out = [float(self.n), 0.0]
        powers = self.powers
        # tr(W^a W^b) sums W^a against the transpose of W^b; scaled by D that is W^b itself.
        d = self.scaling
        # Walks of odd length do not return where units fall into two sets.
        odd = d is None or not self.is_bipartite
        for b, power in enumerate(powers):
            turned = power if d is not None else power.T.tocsr()
            for a in (b - 1, b):
                if a < 0:
                    continue
                if a < b and not odd:
                    out.append(0.0)
                    continue
                if a == b and d is not None:
                    shape = power.shape
                    both = sp.csr_array((power.data**2, power.indices, power.indptr), shape)
                else:
                    both = powers[a] * turned
                out.append(float(both.sum() if d is None else d @ (both @ (1 / d))))
        return np.array(out)

    @cached_property
    def spectral_bound(self) -> float:
        """A number no eigenvalue exceeds in modulus: the least of the norms at hand."""
        if self.row_sum is not None:
            return abs(self.row_sum)
        if self.symmetric is not None:
            return float(np.abs(self.extreme_eigenvalues).max())
        columns = np.asarray(self.matrix.sum(axis=0)).max()
        return float(min(self.row_sums.max(), columns, sp.linalg.norm(self.matrix)))

    @cached_property
    def extreme_eigenvalues(self) -> tuple[float, float]:
        """Smallest and largest real eigenvalue of W.

        Exact where all eigenvalues are at hand; otherwise from the row sum (Perron root), the
        graph (bipartite: smallest is minus largest), or Lanczos. For large weights that are
        similar to no symmetric matrix the Perron root bounds both, which may shorten the
        interval below.
        """
        if self.all_eigenvalues_at_hand or "eigenvalues" in self.__dict__:
            return _real_ends(self.eigenvalues)
        if self.scaling is None and self.n <= DENSE_LIMIT:
            ends = _leftmost_real(self.matrix)
            if ends is None:
                return _real_ends(self.eigenvalues)
            top = self.row_sum
            if top is None:
                top = _perron(self.matrix)
            return (ends, top) if top is not None else _real_ends(self.eigenvalues)
        if self.scaling is None:
            columns = np.asarray(self.matrix.sum(axis=0)).max()
            top = min(self.row_sums.max(), columns)
            return -float(top), float(top)
        top = self.row_sum if self.row_sum is not None else _lanczos(self.symmetric, "LA")
        bottom = -top if self.is_bipartite else _lanczos(self.symmetric, "SA")
        return float(bottom), float(top)

    @property
    def admissible_interval(self) -> tuple[float, float]:
        """Open interval of the spatial parameter, from the spectrum."""
        bottom, top = self.extreme_eigenvalues
        return (1 / bottom if bottom < 0 else -np.inf, 1 / top if top > 0 else np.inf)

    def lag(self, values: np.ndarray) -> np.ndarray:
        """Spatial lag, period by period.

        Parameters
        ----------
        values : numpy.ndarray, shape (T, n) or (T, n, k)
            The variables, one row per period.

        Returns
        -------
        numpy.ndarray
            Of the same shape: W applied along the units.
        """
        if values.ndim == 2:
            return np.ascontiguousarray((self.matrix @ values.T).T)
        out = np.empty_like(values)
        for t, period in enumerate(values):
            out[t] = self.matrix @ period
        return out


def _along_forest(parent: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Sum the steps from the root of each tree, by pointer doubling.

    Parameters
    ----------
    parent : numpy.ndarray of int, shape (n,)
        Roots are their own.
    step : numpy.ndarray, shape (n,)
        From the parent to the unit; not read at the roots.
    """
    places = np.arange(len(parent))
    potential = np.where(parent != places, step, 0.0)
    while True:
        above = parent[parent]
        if np.array_equal(above, parent):
            return potential
        potential = potential + np.where(parent != places, potential[parent], 0.0)
        parent = above


def _lanczos(S: sp.csr_array, which: str) -> float:
    start = np.random.default_rng(0).standard_normal(S.shape[0])
    try:
        return float(eigsh(S, k=1, which=which, tol=1e-7, v0=start, return_eigenvectors=False)[0])
    except (ArpackNoConvergence, ArpackError):
        # Gershgorin: no eigenvalue lies beyond the largest sum of a row's moduli.
        bound = float(abs(S).sum(axis=1).max())
        return bound if which == "LA" else -bound


def _real_ends(omega: np.ndarray) -> tuple[float, float]:
    if np.iscomplexobj(omega):
        omega = omega[np.abs(omega.imag) <= 1e-9 * max(1.0, np.abs(omega).max())].real
    return float(omega.min()), float(omega.max())


def _leftmost_real(W: sp.csr_array) -> float | None:
    """Smallest real eigenvalue by Arnoldi's method, or None where none is seen to be real.

    Eigenvalues come in the order of their real parts, so that the first that is real is the
    smallest real one.
    """
    k = min(_ARNOLDI, W.shape[0] - 2)
    start = np.random.default_rng(0).standard_normal(W.shape[0])
    try:
        found = eigs(W, k=k, which="SR", v0=start, return_eigenvectors=False, tol=1e-10)
    except (ArpackNoConvergence, ArpackError):
        return None
    real = found[np.abs(found.imag) <= 1e-7 * max(1.0, np.abs(found).max())].real
    # The last in the order may have a partner that was cut off.
    return float(real.min()) if len(real) and real.min() < found.real.max() else None


def _perron(W: sp.csr_array) -> float | None:
    """Largest eigenvalue of non-negative weights, which is real."""
    start = np.ones(W.shape[0])
    try:
        found = eigs(W, k=1, which="LR", v0=start, return_eigenvectors=False, tol=1e-10)
    except (ArpackNoConvergence, ArpackError):
        return None
    return float(found[0].real)
