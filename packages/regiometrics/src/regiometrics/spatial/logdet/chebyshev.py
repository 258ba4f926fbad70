"""ln|I - rW| from Monte Carlo estimates of the moments of W's spectrum.

Sources: Pace and LeSage (2004) for Chebyshev moments, Barry and Pace (1999) for powers.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from regiometrics.spatial.logdet.local import LocalLogDet
from regiometrics.spatial.weights import SpatialWeights

_MOMENTS = 128
_PROBES = 32


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
        symmetric = weights.symmetric
        scaled = (weights.matrix if symmetric is None else symmetric) / self._bound
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

    near = local

    def settle(self, r: float) -> bool:
        """Say that nothing is left to refine."""
        return False


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
