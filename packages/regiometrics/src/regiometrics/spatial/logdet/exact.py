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

# Interpolation without a known series takes so many nodes.
_NODES = 7
# With one: nodes beside the middle at once, and those added where they leave too much. They are the
# roots of T_3 and those of U_5 between them.
_OUTER, _INNER = np.sqrt(3) / 2, 0.5
# Greatest errors, one unit's, of tr G and tr G² that three nodes may leave.
_ENOUGH, _ENOUGH_SQUARE = 3e-8, 3e-7
# Shares of a window's half width: how far from its middle its own node may lie.
_MIDDLE = 0.25
# A factor serves for solving at an r so near its own, in units of the spectral bound: standard
# errors move by less than this share.
_SAME = 1e-7
# Right-hand sides that are solved for at once.
_COLUMNS = 4
# Few columns at once: supernodes of a map are narrow.
_PANEL = 4
# Moments from which a search can start and that leave little to interpolate; where fewer are exact
# (many neighbours, or too many units to form powers) estimates follow them.
_FEW_MOMENTS = 13
_ESTIMATED_MOMENTS, _MOMENT_PROBES = 24, 8
# tr W^(2j+2) over tr W^(2j) on a lattice, j from 1 to 3: a half to three quarters.
_DECAY = 0.75
# Moments are extrapolated over so many steps of two.
_EXTRAPOLATED = 200


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

    near = local

    def settle(self, r: float) -> bool:
        """Say that nothing is left to refine."""
        return False


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
        if not _holds(self._local, r):
            half = min(0.02 / self.weights.spectral_bound, 0.05 * self.reach(r))
            nodes, transform = _interpolation(_NODES)
            coefficients = transform @ self._left(r, half, nodes)
            self._local = self._interpolant(r, half, coefficients, float(abs(coefficients[-1])))
        assert self._local is not None
        return self._local

    def near(self, r: float) -> LocalLogDet:
        """Return what a search may use: at once the final interpolant where factors are cheap."""
        return self.local(r)

    def settle(self, r: float) -> bool:
        """Refine the interpolant at r, where a search ended, and say whether it changed."""
        return False

    def _left(self, r: float, half: float, nodes: np.ndarray) -> np.ndarray:
        """What the known series leaves of ln|I - rW| at the nodes of a window."""
        return np.array([self.value(s) - self._series(s, 0) for s in r + half * nodes])

    def _interpolant(
        self, r: float, half: float, coefficients: np.ndarray, error: float
    ) -> LocalLogDet:
        first = chebyshev.chebder(coefficients) / half
        second = chebyshev.chebder(coefficients, 2) / half**2

        def part(c: np.ndarray, order: int) -> Callable[[float], float]:
            sign = -1.0 if order else 1.0
            return lambda s: (
                sign * (float(chebyshev.chebval((s - r) / half, c)) + self._series(s, order))
            )

        return LocalLogDet(
            value=part(coefficients, 0),
            trace=part(first, 1),
            trace_square=part(second, 2),
            window=(r - half, r + half),
            error=error,
        )

    def _factored(self, r: float) -> float:
        raise NotImplementedError

    def _series(self, r: float, order: int) -> float:
        """Known terms of ln|I - rW| or of its first or second derivative."""
        return 0.0


def _holds(local: LocalLogDet | None, r: float) -> bool:
    return local is not None and local.window[0] < r < local.window[1]


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

    The first terms of -sum r^j tr(W^j) / j are exact and cheap, later ones are extrapolated; what
    is left of ln|I - rW| after them is small. A search needs two factors then, beside where it
    starts; a third, where it ends, completes the interpolant and serves for solving there.
    """

    method, dear = "sparse", True

    def __init__(self, weights: SpatialWeights) -> None:
        super().__init__(weights)
        self._near: LocalLogDet | None = None
        self._kept: tuple[float, SuperLU | OrderedFactor] | None = None
        self._moments = weights.power_traces
        if len(self._moments) < _FEW_MOMENTS:
            self._moments = _estimated_traces(weights, self._moments)
        # Where the interval is longer than that of the series what is left of it is no use.
        longest = (1 + 1e-9) / weights.spectral_bound
        self._converges = max(abs(end) for end in self.interval) <= longest

    def __getstate__(self) -> dict:
        """Leave out interpolants and the factor, which cannot be pickled."""
        return {**super().__getstate__(), "_near": None, "_kept": None}

    def factor(self, r: float) -> SuperLU | OrderedFactor:
        """Factor of I - rW, the one at hand where r is the end of the last search."""
        if self._kept is not None:
            at, kept = self._kept
            if abs(r - at) * self.weights.spectral_bound <= _SAME:
                return kept
        return factor(self.weights, r)

    def rough(self, r: float) -> float:
        """ln|I - rW| from the moments alone; no factor."""
        return self._exact_terms(r, 0) + self._tail(r, 0)

    def near(self, r: float) -> LocalLogDet:
        """Interpolate around r from two factors, exact enough in its slope to search with."""
        if _holds(self._local, r):
            return self.local(r)
        if not _holds(self._near, r):
            half = min(0.005 / self.weights.spectral_bound, 0.015 * self.reach(r))
            low, high = self._left(r, half, np.array([-_OUTER, _OUTER]))
            line = np.array([(low + high) / 2, (high - low) / (2 * _OUTER)])
            self._near = self._interpolant(r, half, line, float(abs(line[-1])))
        assert self._near is not None
        return self._near

    def local(self, r: float) -> LocalLogDet:
        """Interpolate around r from three factors, or five where three leave too much."""
        if _holds(self._local, r):
            assert self._local is not None
            return self._local
        low, high = self.near(r).window
        middle, half = (low + high) / 2, (high - low) / 2
        if abs(r - middle) > _MIDDLE * half:
            self._near = None
            return self.local(r)
        own = (r - middle) / half
        self._keep(r)
        nodes = np.array([-_OUTER, own, _OUTER])
        c = _through(nodes, self._left(middle, half, nodes))
        # Coefficients fall at one rate: by it the next ones, which are left out, follow.
        rate = min(1.0, abs(c[2]) / max(abs(c[1]), np.finfo(float).tiny))
        error = float(abs(c[2]) * rate)
        # In the middle the slope of T_3 is 3 and the curvature of T_4 is 16.
        slope, curvature = 3 * error / half, 16 * error * rate / half**2
        if slope > _ENOUGH * self.weights.n or curvature > _ENOUGH_SQUARE * self.weights.n:
            nodes = np.array([-_OUTER, -_INNER, own, _INNER, _OUTER])
            c = _through(nodes, self._left(middle, half, nodes))
            error = float(abs(c[-1]))
        self._local = self._interpolant(middle, half, c, error)
        return self._local

    def settle(self, r: float) -> bool:
        """Complete the interpolant by a factor at r, where a search ended."""
        done = _holds(self._local, r)
        self.local(r)
        return not done

    def _keep(self, r: float) -> None:
        """Factor at r and hold on to the factor."""
        self._kept = None
        kept = factor(self.weights, r)
        self._kept = r, kept
        self._values[r] = _logarithm(kept)

    def _factored(self, r: float) -> float:
        return _logarithm(factor(self.weights, r))

    def _series(self, r: float, order: int) -> float:
        """Terms of ln|I - rW| or of its first or second derivative."""
        return self._exact_terms(r, order) + (self._tail(r, order) if self._converges else 0.0)

    def _exact_terms(self, r: float, order: int) -> float:
        m = self._moments[1:]
        j = np.arange(1, len(m) + 1)
        if order == 0:
            return -float((m * r**j / j).sum())
        if order == 1:
            return -float((m * r ** (j - 1)).sum())
        return -float((m[1:] * (j[1:] - 1) * r ** (j[1:] - 2.0)).sum())

    def _tail(self, r: float, order: int) -> float:
        """Later terms as if the last moments, even and odd ones, fell at one rate."""
        m = self._moments
        steps = np.arange(1, _EXTRAPOLATED)
        total = 0.0
        for last in (len(m) - 1, len(m) - 2):
            # No even moment falls faster than by the square of the spectral bound.
            most = self.weights.spectral_bound**2
            ratio = min(m[last] / m[last - 2], most) if m[last - 2] > 0 else 0.0
            terms = m[last] * r ** (last - order) * (ratio * r**2) ** steps
            power = last + 2 * steps
            weights = (1 / power, 1.0, power - 1)[order]
            total -= float((terms * weights).sum())
        return total


def _through(nodes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Chebyshev coefficients of the polynomial through values at nodes."""
    return np.linalg.solve(chebyshev.chebvander(nodes, len(nodes) - 1), values)


def _logarithm(found: SuperLU | OrderedFactor) -> float:
    """ln of a factored matrix's determinant: |det L| = 1, so that U's diagonal gives it."""
    return float(np.log(np.abs(found.U.diagonal())).sum())


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
        if b.ndim == 1:
            return self.solve(b[:, None], trans)[:, 0]
        out = np.empty_like(b, dtype=float)
        # Of more columns at once BLAS libraries make tasks for threads that wait on one another.
        for first in range(0, b.shape[1], _COLUMNS):
            some = slice(first, first + _COLUMNS)
            right = np.asfortranarray(b[self._order, some])
            out[self._order, some] = self._inner.solve(right, trans=trans)
        return out


def factor(weights: SpatialWeights, r: float) -> SuperLU | OrderedFactor:
    """Sparse LU factor of I - rW.

    Where the diagonal dominates its row no pivot need be sought, and an ordering on A' + A, found
    once for a pattern, fills half as much as one that leaves pivots free.
    """
    dominant = weights.scaling is not None or abs(r) * weights.row_sums.max() < 1
    if not dominant:
        return splu(weights.system(r), permc_spec="COLAMD")
    options = {
        "diag_pivot_thresh": 0.1,
        "relax": 1,
        "panel_size": _PANEL,
        "options": {"SymmetricMode": True},
    }
    if weights.order is None:
        found = splu(weights.system(r), permc_spec="MMD_AT_PLUS_A", **options)
        weights.set_order(np.argsort(found.perm_c))
        return found
    return OrderedFactor(
        splu(weights.ordered_system(r), permc_spec="NATURAL", **options), weights.order
    )
