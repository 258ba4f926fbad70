"""Solve (I - rW) x = b for many right-hand sides without forming an inverse."""

from __future__ import annotations

import numpy as np
from scipy.linalg import lu_factor, lu_solve
from scipy.sparse.linalg import SuperLU

from regiometrics.spatial.errors import ConvergenceError
from regiometrics.spatial.logdet import (
    Band,
    BandedLogDet,
    ChebyshevLogDet,
    CholmodLogDet,
    LogDet,
    SparseLogDet,
    factor,
)
from regiometrics.spatial.logdet.cholmod import SymmetricFactor
from regiometrics.spatial.logdet.exact import OrderedFactor
from regiometrics.spatial.weights import SpatialWeights

_TOLERANCE = 1e-12
_MAX_TERMS = 20_000


class FactorSolver:
    """By a sparse LU factor, one at hand or a new one."""

    def __init__(
        self, weights: SpatialWeights, r: float, found: SuperLU | OrderedFactor | None = None
    ) -> None:
        self._factor = factor(weights, r) if found is None else found

    def solve(self, b: np.ndarray) -> np.ndarray:
        """(I - rW)^(-1) b for b of shape (n,) or (n, m)."""
        return self._factor.solve(np.ascontiguousarray(b))

    def solve_transpose(self, b: np.ndarray) -> np.ndarray:
        """(I - rW')^(-1) b for b of shape (n,) or (n, m)."""
        return self._factor.solve(np.ascontiguousarray(b), trans="T")


class DenseSolver:
    """By a dense LU factor, for weights that fill their matrix."""

    def __init__(self, weights: SpatialWeights, r: float) -> None:
        system = -r * weights.dense
        system[np.diag_indices(weights.n)] += 1.0
        self._factor = lu_factor(system, overwrite_a=True, check_finite=False)

    def solve(self, b: np.ndarray) -> np.ndarray:
        """(I - rW)^(-1) b for b of shape (n,) or (n, m)."""
        return lu_solve(self._factor, b, check_finite=False)

    def solve_transpose(self, b: np.ndarray) -> np.ndarray:
        """(I - rW')^(-1) b for b of shape (n,) or (n, m)."""
        return lu_solve(self._factor, b, trans=1, check_finite=False)


class BandedSolver:
    """By a banded Cholesky factor of I - rS, W = D^(-1/2) S D^(1/2)."""

    def __init__(self, weights: SpatialWeights, band: Band, r: float) -> None:
        self._band, self._factor = band, band.factor(r)
        assert weights.scaling is not None  # only such weights have a band
        self._root = np.sqrt(weights.scaling)[:, None]

    def solve(self, b: np.ndarray) -> np.ndarray:
        """(I - rW)^(-1) b for b of shape (n,) or (n, m)."""
        wide = b.reshape(len(b), -1)
        return (self._band.solve(self._factor, wide * self._root) / self._root).reshape(b.shape)

    def solve_transpose(self, b: np.ndarray) -> np.ndarray:
        """(I - rW')^(-1) b for b of shape (n,) or (n, m)."""
        wide = b.reshape(len(b), -1)
        return (self._band.solve(self._factor, wide / self._root) * self._root).reshape(b.shape)


class CholmodSolver:
    """By a sparse Cholesky factor of I - rS, W = D^(-1/2) S D^(1/2)."""

    def __init__(self, symmetric: SymmetricFactor, r: float) -> None:
        self._symmetric, self._r = symmetric, r

    def solve(self, b: np.ndarray) -> np.ndarray:
        """(I - rW)^(-1) b for b of shape (n,) or (n, m)."""
        root = self._symmetric.root
        wide = b.reshape(len(b), -1)
        return (self._symmetric.solve(self._r, wide * root) / root).reshape(b.shape)

    def solve_transpose(self, b: np.ndarray) -> np.ndarray:
        """(I - rW')^(-1) b for b of shape (n,) or (n, m)."""
        root = self._symmetric.root
        wide = b.reshape(len(b), -1)
        return (self._symmetric.solve(self._r, wide / root) * root).reshape(b.shape)


class SeriesSolver:
    """By a series in W: Chebyshev's where eigenvalues are real, Neumann's otherwise.

    Needs products with W only, so that weights with many neighbours cost no fill.
    """

    def __init__(self, weights: SpatialWeights, r: float) -> None:
        self._r = r
        self._weights = weights
        self._bound = weights.spectral_bound
        if abs(r) * self._bound >= 1:
            raise ConvergenceError(
                f"The series in W does not converge at {r:.4f} with spectral bound "
                f"{self._bound:.4f}; expected a product below one: use logdet='sparse'."
            )

    def solve(self, b: np.ndarray) -> np.ndarray:
        """(I - rW)^(-1) b for b of shape (n,) or (n, m)."""
        root = self._root(b)
        if root is None:
            return self._neumann(self._weights.matrix, b)
        return self._chebyshev(b * root) / root

    def solve_transpose(self, b: np.ndarray) -> np.ndarray:
        """(I - rW')^(-1) b for b of shape (n,) or (n, m)."""
        root = self._root(b)
        if root is None:
            return self._neumann(self._weights.matrix.T.tocsr(), b)
        return self._chebyshev(b / root) * root

    def _root(self, b: np.ndarray) -> np.ndarray | None:
        """Square roots of D in the dimensions of b, or None where D W is symmetric for no D."""
        if self._weights.scaling is None:
            return None
        root = np.sqrt(self._weights.scaling)
        return root if b.ndim == 1 else root[:, None]

    def _chebyshev(self, b: np.ndarray) -> np.ndarray:
        # 1 / (1 - zx) = [1 + 2 sum q^j T_j(x)] / sqrt(1 - z²), q = z / (1 + sqrt(1 - z²)).
        z = self._r * self._bound
        norm = np.sqrt(1 - z**2)
        q = z / (1 + norm)
        symmetric = self._weights.symmetric
        assert symmetric is not None  # the callers have looked at D
        S = symmetric / self._bound
        previous, current = b, S @ b
        total = b + 2 * q * current
        power, terms = q, 1
        while abs(power) > _TOLERANCE * norm:
            if terms >= _MAX_TERMS:
                raise ConvergenceError(
                    f"The series in W did not converge in {_MAX_TERMS} terms: {self._r:.6f} is too "
                    "near to the end of the admissible interval; expected it inside."
                )
            previous, current = current, 2 * (S @ current) - previous
            power, terms = power * q, terms + 1
            total = total + 2 * power * current
        return total / norm

    def _neumann(self, W, b: np.ndarray) -> np.ndarray:
        total, term = b, b
        for _ in range(_MAX_TERMS):
            term = self._r * (W @ term)
            total = total + term
            if np.abs(term).max() <= _TOLERANCE * np.abs(total).max():
                return total
        raise ConvergenceError(
            f"The series in W did not converge in {_MAX_TERMS} terms: {self._r:.6f} is too near to "
            "the end of the admissible interval; expected it inside."
        )


Solver = FactorSolver | DenseSolver | BandedSolver | CholmodSolver | SeriesSolver


def solver(logdet: LogDet, r: float) -> Solver:
    """Choose the solver that belongs to a log-determinant."""
    if isinstance(logdet, BandedLogDet):
        return BandedSolver(logdet.weights, logdet.band, r)
    if isinstance(logdet, CholmodLogDet):
        return CholmodSolver(logdet.symmetric, r)
    if isinstance(logdet, ChebyshevLogDet):
        return SeriesSolver(logdet.weights, r)
    if logdet.weights.is_dense:
        return DenseSolver(logdet.weights, r)
    if isinstance(logdet, SparseLogDet):
        return FactorSolver(logdet.weights, r, logdet.factor(r))
    return FactorSolver(logdet.weights, r)
