"""ln|I - rW| and its derivatives: exact by eigenvalues or factors, or from Chebyshev moments.

The derivatives are traces: d ln|I - rW| / dr = -tr G and d² ln|I - rW| / dr² = -tr G², with
G = W (I - rW)^(-1). Each class gives them by `local(r)`, valid near r.

Sources: Ord (1975) for eigenvalues, Pace and Barry (1997) for sparse factors, Cuthill and McKee
(1969) for banded ones, Pace and LeSage (2004) for Chebyshev moments, Barry and Pace (1999) for
their Monte Carlo estimate.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.sparse as sp
from numpy.polynomial import chebyshev
from scipy.sparse.linalg import SuperLU, splu

from guantian.spatial.banded import Band
from guantian.spatial.errors import SpecificationError
from guantian.spatial.weights import DENSE_LIMIT, EIGENVALUE_LIMIT, SpatialWeights

METHODS = ("auto", "dense", "banded", "sparse", "chebyshev")
# Weights with more neighbours than this fill a sparse factor: moments are cheaper.
_SPARSE_NEIGHBOURS = 30
# tr W^(2j+2) over tr W^(2j) on a lattice, j from 1 to 3: a half to three quarters.
_DECAY = 0.75
# Multiplications of a banded factor up to which it costs less than a sparse one; wider bands lose
# to the threads of some BLAS libraries.
_BANDED_COST = 2e7
_NODES = 5
_MOMENTS = 128
_PROBES = 32


@dataclass(frozen=True)
class LocalLogDet:
    """ln|I - rW|, tr G and tr G² as functions of r inside a window."""

    value: Callable[[float], float]
    trace: Callable[[float], float]
    trace_square: Callable[[float], float]
    window: tuple[float, float]
    error: float


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
        return min(0.04, 0.1 * self.reach(r)), _NODES + 4

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

    def _factored(self, r: float) -> float:
        # |det L| = 1, so that ln|det| is the sum over U's diagonal.
        diagonal = factor(self.weights, r).U.diagonal()
        return float(np.log(np.abs(diagonal)).sum())

    @property
    def _has_moments(self) -> bool:
        """Whether enough moments are exact to start from."""
        return len(self._moments) >= 7

    def rough(self, r: float) -> float:
        """ln|I - rW| from the exact moments, later ones extrapolated; no factor."""
        if not self._has_moments:
            return self.value(r)
        m = self._moments
        tail = 0.0
        for last in (len(m) - 1, len(m) - 2):
            ratio = min(m[last] / m[last - 2], 1.0) if m[last - 2] > 0 else 0.0
            j = last + 2 * np.arange(1, 200)
            tail += float((m[last] * ratio ** np.arange(1, 200) * r**j / j).sum())
        return self._series(r, 0) - tail

    def _window(self, r: float) -> tuple[float, int]:
        # Few nodes close together where moments have left little to interpolate.
        if not self._has_moments:
            return super()._window(r)
        return min(0.02, 0.03 * self.reach(r)), _NODES

    def _series(self, r: float, order: int) -> float:
        """Exact terms of ln|I - rW| or of its first or second derivative."""
        j = np.arange(1, len(self._moments))
        m = self._moments[1:]
        if order == 0:
            return -float((m * r**j / j).sum())
        if order == 1:
            return -float((m * r ** (j - 1)).sum())
        return -float((m[1:] * (j[1:] - 1) * r ** (j[1:] - 2.0)).sum())


class ChebyshevLogDet:
    """Approximate, from Monte Carlo estimates of the moments of W's spectrum.

    Weights similar to a symmetric matrix have real eigenvalues: Chebyshev moments (Pace and
    LeSage 2004). Other weights: powers (Barry and Pace 1999). The first moments are exact; the
    rest come from random signs with a fixed seed. The error reported is one Monte Carlo
    standard error plus the truncated tail.
    """

    method, dear = "chebyshev", False

    def __init__(self, weights: SpatialWeights, probes: int = _PROBES, seed: int = 0) -> None:
        self.weights = weights
        self._bound = weights.spectral_bound
        low, high = weights.admissible_interval
        reach = 1 / self._bound
        self.interval = max(low, -reach), min(high, reach)
        signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(weights.n, probes))
        self._real = weights.symmetric is not None
        moments = _chebyshev_moments if self._real else _power_moments
        matrix = weights.symmetric if self._real else weights.matrix
        scaled = matrix / self._bound
        self._moments = moments(scaled, signs, _exact_moments(scaled))
        self._mean = self._moments.mean(axis=1)

    def _coefficients(self, r: float, order: int) -> np.ndarray:
        """Coefficients of ln(1 - rx), x / (1 - rx) or its square in the moments' basis."""
        b, J = self._bound, _MOMENTS
        if self._real:
            theta = np.pi * (np.arange(4 * J) + 0.5) / (4 * J)
            x = b * np.cos(theta)
            f = [np.log1p(-r * x), x / (1 - r * x), (x / (1 - r * x)) ** 2][order]
            c = 2 / len(x) * np.cos(np.outer(np.arange(J + 1), theta)) @ f
            c[0] /= 2
            return c
        j = np.arange(J + 1.0)
        c = np.zeros(J + 1)
        if order == 0:
            c[1:] = -((r * b) ** j[1:]) / j[1:]
        elif order == 1:
            c[1:] = b * (r * b) ** (j[1:] - 1)
        else:
            c[2:] = b**2 * (j[2:] - 1) * (r * b) ** (j[2:] - 2)
        return c

    def value(self, r: float) -> float:
        """ln|I - rW|, approximately."""
        return float(self._coefficients(r, 0) @ self._mean)

    rough = value

    def trace(self, r: float) -> float:
        """Trace of G, approximately."""
        return float(self._coefficients(r, 1) @ self._mean)

    def trace_square(self, r: float) -> float:
        """Trace of G², approximately."""
        return float(self._coefficients(r, 2) @ self._mean)

    def error(self, r: float) -> float:
        """One standard error of ln|I - rW|, plus the tail that the series leaves out."""
        c = self._coefficients(r, 0)
        draws = c @ self._moments
        tail = abs(c[-1] * self._mean[-1]) / max(1e-12, 1 - abs(r) * self._bound)
        return float(draws.std(ddof=1) / np.sqrt(len(draws)) + tail)

    def local(self, r: float) -> LocalLogDet:
        """Return the functions themselves: they hold on the whole interval."""
        return LocalLogDet(self.value, self.trace, self.trace_square, self.interval, self.error(r))


LogDet = DenseLogDet | BandedLogDet | SparseLogDet | ChebyshevLogDet


def log_determinant(weights: SpatialWeights, method: str = "auto") -> LogDet:
    """Choose how ln|I - rW| is computed.

    Parameters
    ----------
    weights : SpatialWeights
    method : {"auto", "dense", "banded", "sparse", "chebyshev"}
        "auto": eigenvalues up to 400 units (up to 2000 where W is not sparse); up to 30 neighbours
        a unit banded factors where W is similar to a symmetric matrix and the band narrow, sparse
        LU where not; Chebyshev moments otherwise.

    Raises
    ------
    SpecificationError
        If the method does not exist, "dense" is asked for above 2000 units, or "banded" for
        weights that are similar to no symmetric matrix.
    """
    if method not in METHODS:
        raise SpecificationError(f"logdet is {method!r}; expected one of {', '.join(METHODS)}.")
    if method == "dense" and weights.n > DENSE_LIMIT:
        raise SpecificationError(
            f"logdet is 'dense' with {weights.n} units; expected at most {DENSE_LIMIT}: "
            "use 'sparse' or 'chebyshev'."
        )
    classes = {
        "dense": DenseLogDet,
        "banded": BandedLogDet,
        "sparse": SparseLogDet,
        "chebyshev": ChebyshevLogDet,
    }
    return _automatic(weights) if method == "auto" else classes[method](weights)


def _automatic(weights: SpatialWeights) -> LogDet:
    if weights.n <= EIGENVALUE_LIMIT:
        return DenseLogDet(weights)
    if weights.matrix.nnz > _SPARSE_NEIGHBOURS * weights.n:
        return DenseLogDet(weights) if weights.n <= DENSE_LIMIT else ChebyshevLogDet(weights)
    if weights.scaling is not None:
        band = Band(weights)
        if band.cost <= _BANDED_COST:
            return BandedLogDet(weights, band)
    return SparseLogDet(weights)


def factor(weights: SpatialWeights, r: float) -> SuperLU:
    """Sparse LU factor of I - rW."""
    system = weights.system(r)
    if weights.scaling is None:
        return splu(system, permc_spec="COLAMD")
    # The pattern is symmetric: an ordering on A' + A fills half as much.
    return splu(
        system,
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.1,
        options={"SymmetricMode": True},
    )


def _exact_moments(W: sp.csr_array) -> list[float]:
    """Give tr W², tr W³ and tr W⁴."""
    square = sp.csr_array(W @ W)
    return [float((a * b.T).sum()) for a, b in ((W, W), (square, W), (square, square))]


def _chebyshev_moments(S: sp.csr_array, signs: np.ndarray, exact: list[float]) -> np.ndarray:
    """Trace of T_j(S), j = 0..J, an estimate for each probe, by the doubling of Chebyshev."""
    n, probes = signs.shape
    moments = np.empty((_MOMENTS + 1, probes))
    previous, current = signs, S @ signs
    moments[0] = n
    first = (signs * current).sum(axis=0)
    for j in range(1, _MOMENTS // 2 + 1):
        moments[2 * j] = 2 * (current**2).sum(axis=0) - n
        following = 2 * (S @ current) - previous
        if 2 * j + 1 <= _MOMENTS:
            moments[2 * j + 1] = 2 * (current * following).sum(axis=0) - first
        previous, current = current, following
    t2, t3, t4 = exact
    moments[1] = 0.0
    moments[2] = 2 * t2 - n
    moments[3] = 4 * t3
    moments[4] = 8 * t4 - 8 * t2 + n
    return moments


def _power_moments(W: sp.csr_array, signs: np.ndarray, exact: list[float]) -> np.ndarray:
    """Trace of W^j, j = 0..J, an estimate for each probe."""
    n, probes = signs.shape
    moments = np.empty((_MOMENTS + 1, probes))
    current = signs
    for j in range(_MOMENTS + 1):
        moments[j] = (signs * current).sum(axis=0)
        current = W @ current
    moments[0], moments[1] = n, 0.0
    moments[2:5] = np.reshape(exact, (3, 1))
    return moments
