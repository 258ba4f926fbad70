"""ln|I - rW| by eigenvalues (Ord 1975) or factors (Pace and Barry 1997; Cuthill and McKee 1969)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import SuperLU, splu

from regiometrics.spatial.errors import SpecificationError
from regiometrics.spatial.logdet.band import Band
from regiometrics.spatial.logdet.local import LocalLogDet
from regiometrics.spatial.weights import SpatialWeights

_NODES = 5
# Moments from which a search can start; weights with many neighbours have fewer that are exact.
_FEW_MOMENTS = 7
_ESTIMATED_MOMENTS, _MOMENT_PROBES = 24, 8
# tr W^(2j+2) over tr W^(2j) on a lattice, j from 1 to 3: a half to three quarters.
_DECAY = 0.75


class DenseLogDet:
    """Exact, from all eigenvalues of W (Ord 1975)."""

    method, dear = "dense", False

    def __init__(self, weights: SpatialWeights) -> None:
        self.weights = weights
        self.interval = weights.admissible_interval
        self._omega = weights.eigenvalues

    def value(self, r: float) -> float:
        """ln|I - rW|."""
        return float(np.log(np.abs(1 - r * self._omega)).sum())

    rough = value

    def trace(self, r: float) -> float:
        """Trace of G = W (I - rW)^(-1)."""
        return float((self._omega / (1 - r * self._omega)).sum().real)

    def trace_square(self, r: float) -> float:
        """Trace of G²."""
        return float(((self._omega / (1 - r * self._omega)) ** 2).sum().real)

    def local(self, r: float) -> LocalLogDet:
        """Return the functions themselves: they hold on the whole interval."""
        return LocalLogDet(self.value, self.trace, self.trace_square, self.interval, 0.0)


@lru_cache
def _interpolation(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Chebyshev nodes, and the matrix that turns values there into coefficients."""
    angles = np.pi * (np.arange(count) + 0.5) / count
    transform = 2 / count * np.cos(np.outer(np.arange(count), angles))
    transform[0] /= 2
    return np.cos(angles), transform


class _FactoredLogDet:
    """Exact at any r, from factors; derivatives near an r are those of an interpolation.

    ln|I - rW| less a series that is known is smooth: near an r it is read off a few Chebyshev
    nodes, each with its own factor, so that derivatives come without inverting. The
    interpolation's error is its last coefficient.
    """

    def __init__(self, weights: SpatialWeights) -> None:
        self.weights = weights
        self.interval = weights.admissible_interval
        self._values: dict[float, float] = {}
        self._local: LocalLogDet | None = None

    def __getstate__(self) -> dict:
        """Leave the interpolant out: it is made of functions, which cannot be pickled."""
        return {**self.__dict__, "_local": None}

    def value(self, r: float) -> float:
        """ln|I - rW|."""
        r = float(r)
        if r not in self._values:
            self._values[r] = self._factored(r)
        return self._values[r]

    def reach(self, r: float) -> float:
        """Distance of r from the nearest end of the interval."""
        low, high = self.interval
        return min(high - r, r - low)

    def local(self, r: float) -> LocalLogDet:
        """Interpolate around r, on a window that keeps away from the boundaries."""
        if self._local is not None and self._local.window[0] < r < self._local.window[1]:
            return self._local
        half, count = self._window(r)
        nodes, transform = _interpolation(count)
        rest = np.array([self.value(r + half * x) - self._series(r + half * x, 0) for x in nodes])
        coefficients = transform @ rest
        first = chebyshev.chebder(coefficients) / half
        second = chebyshev.chebder(coefficients, 2) / half**2

        def part(c: np.ndarray, order: int) -> Callable[[float], float]:
            sign = -1.0 if order else 1.0
            return lambda s: (
                sign * (float(chebyshev.chebval((s - r) / half, c)) + self._series(s, order))
            )

        self._local = LocalLogDet(
            value=part(coefficients, 0),
            trace=part(first, 1),
            trace_square=part(second, 2),
            window=(r - half, r + half),
            error=float(abs(coefficients[-1])),
        )
        return self._local

    def _window(self, r: float) -> tuple[float, int]:
        """Half width of the window and number of nodes."""
        return min(0.04 / self.weights.spectral_bound, 0.1 * self.reach(r)), _NODES + 4

    def _factored(self, r: float) -> float:
        raise NotImplementedError

    def _series(self, r: float, order: int) -> float:
        """Known terms of ln|I - rW| or of its first or second derivative."""
        return 0.0


class BandedLogDet(_FactoredLogDet):
    """Exact, from banded Cholesky factors: weights similar to a symmetric matrix."""

    method, dear = "banded", False

    def __init__(self, weights: SpatialWeights, band: Band | None = None) -> None:
        if weights.scaling is None:
            raise SpecificationError(
                "logdet is 'banded' with weights that are similar to no symmetric matrix; expected "
                "weights of a symmetric relation, row-standardised or not: use 'sparse'."
            )
        super().__init__(weights)
        self.band = band or Band(weights)

    def rough(self, r: float) -> float:
        """ln|I - rW| if tr W^(2j) fell at one rate and odd powers had no trace; no factor."""
        decay = _DECAY * self.weights.spectral_bound**2
        if decay * r**2 >= 1:
            return self.value(r)
        return self.band.square_trace / (2 * decay) * math.log1p(-decay * r**2)

    def _factored(self, r: float) -> float:
        return self.band.logdet(r)


class SparseLogDet(_FactoredLogDet):
    """Exact, from sparse LU factors (Pace and Barry 1997).

    The first terms of -sum r^j tr(W^j) / j are exact and cheap; what is left of ln|I - rW| after
    them is small.
    """

    method, dear = "sparse", True

    def __init__(self, weights: SpatialWeights) -> None:
        super().__init__(weights)
        self._moments = weights.power_traces
        if len(self._moments) < _FEW_MOMENTS:
            self._moments = _estimated_traces(weights, self._moments)

    def _factored(self, r: float) -> float:
        # |det L| = 1, so that ln|det| is the sum over U's diagonal.
        diagonal = factor(self.weights, r).U.diagonal()
        return float(np.log(np.abs(diagonal)).sum())

    @property
    def _has_moments(self) -> bool:
        """Whether enough moments are exact to start from."""
        return len(self._moments) >= _FEW_MOMENTS

    def rough(self, r: float) -> float:
        """ln|I - rW| from the exact moments, later ones extrapolated; no factor."""
        if not self._has_moments:
            return self.value(r)
        m = self._moments
        tail = 0.0
        for last in (len(m) - 1, len(m) - 2):
            # No even moment falls faster than by the square of the spectral bound.
            most = self.weights.spectral_bound**2
            ratio = min(m[last] / m[last - 2], most) if m[last - 2] > 0 else 0.0
            steps = np.arange(1, 200)
            terms = m[last] * r**last * (ratio * r**2) ** steps
            tail += float((terms / (last + 2 * steps)).sum())
        return self._series(r, 0) - tail

    def _window(self, r: float) -> tuple[float, int]:
        # Few nodes close together where moments have left little to interpolate.
        if not self._has_moments:
            return super()._window(r)
        return min(0.02 / self.weights.spectral_bound, 0.03 * self.reach(r)), _NODES

    def _series(self, r: float, order: int) -> float:
        """Exact terms of ln|I - rW| or of its first or second derivative."""
        j = np.arange(1, len(self._moments))
        m = self._moments[1:]
        if order == 0:
            return -float((m * r**j / j).sum())
        if order == 1:
            return -float((m * r ** (j - 1)).sum())
        return -float((m[1:] * (j[1:] - 1) * r ** (j[1:] - 2.0)).sum())


def _estimated_traces(weights: SpatialWeights, exact: np.ndarray) -> np.ndarray:
    """Continue exact tr W^j by estimates (Hutchinson 1990), good enough to start from.

    They only say where to search and what to take out before interpolating: factors still give
    every value, so that no estimate is left in a result.
    """
    W = weights.matrix
    signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(weights.n, _MOMENT_PROBES))
    out, current = list(exact), signs
    for j in range(1, _ESTIMATED_MOMENTS + 1):
        current = W @ current
        if j >= len(exact):
            out.append(float((signs * current).sum() / _MOMENT_PROBES))
    return np.array(out)


class OrderedFactor:
    """Factor of a matrix whose rows and columns were put in an order that fills little."""

    def __init__(self, inner: SuperLU, order: np.ndarray) -> None:
        self._inner, self._order = inner, order

    @property
    def U(self) -> csc_matrix:  # noqa: N802
        """Upper factor, in the order."""
        return self._inner.U

    def solve(self, b: np.ndarray, trans: str = "N") -> np.ndarray:
        """Solve for one or many right-hand sides; "T" with the transpose."""
        out = np.empty_like(b, dtype=float)
        out[self._order] = self._inner.solve(np.ascontiguousarray(b[self._order]), trans=trans)
        return out


def factor(weights: SpatialWeights, r: float) -> SuperLU | OrderedFactor:
    """Sparse LU factor of I - rW.

    Where the diagonal dominates its row no pivot need be sought, and an ordering on A' + A, found
    once for a pattern, fills half as much as one that leaves pivots free.
    """
    dominant = weights.scaling is not None or abs(r) * weights.row_sums.max() < 1
    if not dominant:
        return splu(weights.system(r), permc_spec="COLAMD")
    options = {"diag_pivot_thresh": 0.1, "options": {"SymmetricMode": True}}
    if weights.order is None:
        found = splu(weights.system(r), permc_spec="MMD_AT_PLUS_A", **options)
        weights.set_order(np.argsort(found.perm_c))
        return found
    return OrderedFactor(
        splu(weights.ordered_system(r), permc_spec="NATURAL", **options), weights.order
    )
