"""Whether regressors are linearly independent, judged and mended by orthogonal factors.

Cross products square the condition of the regressors: a calendar year and its square then look
equal. They are used where regressors are far from collinear; closer to it everything is done on
an orthonormal basis from Householder's QR decomposition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack, solve_triangular

from regiometrics.spatial.errors import (
    AbsorbedRegressorError,
    CollinearRegressorsError,
    PerfectFitError,
)

Array = np.ndarray
# A regressor that keeps less than this share of its size has been absorbed by the effects.
_ABSORBED = 1e-9
# Squared share of a regressor that the others leave unexplained: above it cross products keep
# ten digits, below it QR is used.
_WELL_CONDITIONED = 1e-6
# Share (not squared) below which a regressor is a combination of those before it: QR's own
# rounding is 1e-15, and a cubic of calendar years leaves 1e-10.
_SPANNED = 1e-11
# Least share of the outcome's squares that products may leave: below it digits are lost.
_LEFT = 1e-8
# Share of the outcome's squares that is rounding alone.
_PERFECT = 1e-24


def once_taken_out(effects: str) -> str:
    """Say which effects are gone, with a leading space, or nothing where there are none.

    Examples
    --------
    >>> once_taken_out("twoway")
    ' once unit and time effects are taken out'
    >>> once_taken_out("none")
    ''
    """
    named = {"unit": "unit", "time": "time", "twoway": "unit and time"}
    return f" once {named[effects]} effects are taken out" if effects in named else ""


def check_rank(
    Z: Array,
    transformed: Array,
    names: tuple[str, ...],
    effects: str,
    products: Array | None = None,
) -> bool:
    """Refuse regressors that the effects absorb or that the others span.

    Parameters
    ----------
    Z, transformed : numpy.ndarray, shape (T, n, k)
        Before and after the effects are taken out.
    names : tuple of str, length k
        The names of the columns.
    effects : str
        The effects of the model.
    products : numpy.ndarray, shape (k, k), optional
        Cross products of `transformed`, where they are at hand.

    Returns
    -------
    bool
        Whether cross products are accurate enough to estimate with.

    Raises
    ------
    AbsorbedRegressorError, CollinearRegressorsError
        The latter names the first regressor that those before it span, as Stata and R drop it,
        and the regressors that it combines.
    """
    k = len(names)
    if k == 0:
        return True
    flat = None
    if products is None:
        # Sizes are named: -1 cannot be inferred where there is no regressor.
        flat = transformed.reshape(transformed.shape[0] * transformed.shape[1], k)
        products = flat.T @ flat
    before = np.sqrt(np.einsum("tik,tik->k", Z, Z))
    after = np.sqrt(np.maximum(products.diagonal(), 0.0))
    gone = after <= _ABSORBED * np.maximum(before, np.finfo(float).tiny)
    if gone.any():
        name = names[int(np.argmax(gone))]
        raise AbsorbedRegressorError(
            f"Regressor '{name}' does not vary{once_taken_out(effects)}; expected "
            "variation across units and periods: drop it or choose other effects."
        )
    correlations = products / np.outer(after, after)
    factor, _, rank, _ = lapack.dpstrf(correlations, tol=0.0)
    if rank == k and factor.diagonal().min() ** 2 > _WELL_CONDITIONED:
        return True
    if flat is None:
        flat = transformed.reshape(transformed.shape[0] * transformed.shape[1], k)
    R = np.asarray(np.linalg.qr(flat / after, mode="r"))
    # Demeaning leaves rounding of the size of what it took out.
    limit = np.maximum(_SPANNED, 1e-14 * before / after)
    spanned = np.abs(R.diagonal()) <= limit
    if len(R) < k or spanned.any():
        j = int(np.argmax(spanned)) if spanned.any() else len(R)
        weights = solve_triangular(R[:j, :j], R[:j, j])
        others = [f"'{names[i]}'" for i in np.flatnonzero(np.abs(weights) > 1e-8)]
        raise CollinearRegressorsError(
            f"Regressor '{names[j]}' is a linear combination of the others "
            f"({', '.join(others)}){once_taken_out(effects)}; expected linearly independent "
            f"regressors: leave '{names[j]}' out."
        )
    return False


@dataclass(frozen=True)
class Basis:
    """Columns cleared of the regressors, and regressors made orthonormal.

    The columns (y, [Wy], Z) become (y - Z a, [Wy - Z b], Q) with Z = Q R, so that their cross
    products are well conditioned whatever Z is. A coefficient vector d' on the new columns is
    d = a - rho b + R^(-1) d' on the old ones.

    Attributes
    ----------
    R : numpy.ndarray, shape (k, k)
        The upper triangle of the QR decomposition.
    heads : numpy.ndarray, shape (k, 1 or 2)
        a and b.
    """

    R: Array
    heads: Array

    @classmethod
    def of(cls, data: Array, k: int) -> tuple[Basis, Array]:
        """Decompose the columns of shape (T, n, m), the last k of them regressors."""
        T, n, m = data.shape
        flat = data.reshape(T * n, m)
        heads, Z = flat[:, : m - k], flat[:, m - k :]
        size = np.sqrt((Z**2).sum(axis=0))
        Q, R = np.linalg.qr(Z / size)
        on_basis = Q.T @ heads
        left = heads - Q @ on_basis
        # Once more: the first pass leaves rounding of the size of what it took out.
        again = Q.T @ left
        basis = cls(R * size, solve_triangular(R, on_basis + again) / size[:, None])
        new = np.concatenate([left - Q @ again, Q], axis=1)
        return basis, new.reshape(T, n, m)

    def coefficients(self, delta: Array, rho: float) -> Array:
        """Coefficients of the regressors as given, from those of the basis."""
        first = np.array([1.0, -rho])[: self.heads.shape[1]]
        return self.heads @ first + solve_triangular(self.R, delta)

    def inverse(self, delta: Array, rho: float) -> Array:
        """Coefficients on the basis, from those of the regressors as given."""
        first = np.array([1.0, -rho])[: self.heads.shape[1]]
        return self.R @ (delta - self.heads @ first)

    def jacobian(self, size: int, cleared: bool = True) -> Array:
        """Derivative of (delta, [rho], ...) in the parameters on the basis, shape (size, size).

        Parameters
        ----------
        size : int
            The number of parameters.
        cleared : bool, default True
            Whether the lag's column is cleared of the regressors, so that delta moves with rho.
        """
        k = len(self.R)
        J = np.eye(size)
        J[:k, :k] = solve_triangular(self.R, np.eye(k))
        if cleared and self.heads.shape[1] == 2:
            J[:k, k] = -self.heads[:, 1]
        return J


def loses_digits(products: Array, k: int) -> bool:
    """Whether the outcome (first column) is so near the span of the others that digits are lost.

    Parameters
    ----------
    products : numpy.ndarray, shape (m, m)
        The cross-products of the outcome, its spatial lag if any, and k regressors.
    k : int
        The number of regressors.
    """
    return products[0, 0] > 0 and _left(products, k) <= _LEFT * products[0, 0]


def check_fit(
    products: Array,
    k: int,
    squares: float,
    outcome: str,
    data: Array | None = None,
    interval: tuple[float, float] = (-np.inf, np.inf),
) -> None:
    """Refuse regressors that reproduce the outcome, alone or with its spatial lag.

    Parameters
    ----------
    products : numpy.ndarray, shape (m, m)
        The cross-products as in `loses_digits`, effects taken out.
    k : int
        The number of regressors.
    squares : float
        Sum of squares of the outcome as given: rounding is of its size.
    outcome : str
        The name of the outcome.
    data : numpy.ndarray, shape (T, n, m), optional
        The columns themselves, cleared of the regressors: their products lose digits where the
        outcome's spatial lag explains the rest.
    interval : tuple of float
        Admissible values of rho: outside of them a lag explains nothing.

    Raises
    ------
    PerfectFitError
    """
    S = _heads_left(products, k)
    left = float(S[0, 0])
    if len(S) == 2 and S[1, 1] > _LEFT * products[1, 1]:
        rho = float(S[0, 1] / S[1, 1])
        if interval[0] < rho < interval[1]:
            left -= rho * float(S[0, 1])
            if data is not None:
                rest = data[:, :, 0] - rho * data[:, :, 1]
                left = float((rest**2).sum())
    refuse_perfect(left, squares, outcome)


def refuse_perfect(left: float, squares: float, outcome: str) -> None:
    """Refuse a sum of squared residuals that is rounding alone.

    Raises
    ------
    PerfectFitError
    """
    if left <= _PERFECT * squares:
        raise PerfectFitError(
            f"The regressors and effects reproduce the outcome '{outcome}': the residuals' sum of "
            f"squares is {max(left, 0.0):.2g} of {squares:.4g}; expected errors to measure: is the "
            "outcome, or what it is made of, among the regressors?"
        )


def _left(products: Array, k: int) -> float:
    """Least sum of squares of y - rho Wy given the regressors, over all rho."""
    S = _heads_left(products, k)
    if len(S) == 1 or S[1, 1] <= _LEFT * products[1, 1]:
        return float(S[0, 0])
    return float(S[0, 0] - S[0, 1] ** 2 / S[1, 1])


def _heads_left(products: Array, k: int) -> Array:
    """Cross products of y and Wy once the regressors are taken out of them."""
    heads = len(products) - k
    S = products[:heads, :heads]
    if k:
        # Regressors may be spanned here, such as those that do not vary within units.
        size = np.sqrt(np.maximum(products.diagonal()[heads:], np.finfo(float).tiny))
        cross = products[heads:, :heads] / size[:, None]
        inner = products[heads:, heads:] / np.outer(size, size)
        S = S - cross.T @ np.linalg.pinv(inner, rcond=1e-14, hermitian=True) @ cross
    return S
