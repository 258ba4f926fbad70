"""Cross products of the transformed data as a function of the error parameter.

Whatever the spatial parameters, the residuals' sum of squares is a quadratic form in (1, -rho,
-delta) whose matrix is quadratic in lambda. It is computed once; the search for the maximum then
costs nothing that grows with n or T.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from regiometrics.spatial.weights import SpatialWeights


class Products(Protocol):
    """Cross products as a function of the error parameter, whatever they are made from."""

    def matrix(self, lam: float = 0.0) -> np.ndarray:
        """Cross products at lambda, shape (m, m)."""

    def derivative(self, lam: float) -> np.ndarray:
        """Return the derivative of `matrix` with respect to lambda, shape (m, m)."""


class CrossProducts:
    """A' R' Q R A with R = I - lambda M and Q taking out what is spanned by R 1 in each period.

    Parameters
    ----------
    data : numpy.ndarray, shape (T, n, m)
        The columns of A: dependent variable, its spatial lag if any, regressors.
    time_effects : bool
        Whether Q takes out period effects; otherwise Q = I.
    error_weights : SpatialWeights or None
        M; None where the errors are not spatially correlated (R = I).

    Notes
    -----
    Period effects enter the equation as alpha_t 1, so that R turns them into alpha_t R 1. Where
    rows of M sum to one number R 1 is proportional to 1 and Q is the demeaning matrix.
    """

    def __init__(
        self, data: np.ndarray, time_effects: bool, error_weights: SpatialWeights | None = None
    ) -> None:
        T, n, m = data.shape
        flat = data.reshape(T * n, m)
        self._n = n
        self._error = error_weights is not None
        self._time = time_effects
        self._terms = [flat.T @ flat]
        sums, norms = [_period_sums(data)], [float(n)]
        if error_weights is not None:
            lagged = error_weights.lag(data)
            flat_lag = lagged.reshape(T * n, m)
            mixed = flat.T @ flat_lag
            self._terms += [mixed + mixed.T, flat_lag.T @ flat_lag]
            m1 = error_weights.row_sums
            sums += [_period_sums(lagged) + m1 @ data, m1 @ lagged]
            norms += [2 * float(m1.sum()), float(m1 @ m1)]
        # (R1)'(RA)_t and |R1|² are polynomials in lambda like the cross products themselves.
        self._sums, self._norms = sums, norms

    def matrix(self, lam: float = 0.0) -> np.ndarray:
        """Cross products at lambda, shape (m, m)."""
        C = self._polynomial(self._terms, lam)
        if self._time:
            V = self._polynomial(self._sums, lam)
            C = C - V.T @ V / self._polynomial(self._norms, lam)
        return C

    def derivative(self, lam: float) -> np.ndarray:
        """Return the derivative of `matrix` with respect to lambda, shape (m, m)."""
        D = self._slope(self._terms, lam)
        if self._time:
            V, dV = self._polynomial(self._sums, lam), self._slope(self._sums, lam)
            q, dq = self._polynomial(self._norms, lam), self._slope(self._norms, lam)
            cross = dV.T @ V
            D = D - (cross + cross.T) / q + V.T @ V * dq / q**2
        return D

    @staticmethod
    def _polynomial(terms: list, lam: float):
        return terms[0] if len(terms) == 1 else terms[0] - lam * terms[1] + lam**2 * terms[2]

    @staticmethod
    def _slope(terms: list, lam: float):
        return 0 * terms[0] if len(terms) == 1 else -terms[1] + 2 * lam * terms[2]


def _period_sums(data: np.ndarray) -> np.ndarray:
    """Sums over units, shape (T, m) or (T,), read in the array's own order."""
    return np.einsum("ti...->t...", data)
