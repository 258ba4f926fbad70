"""The algebra of linear GMM on panels: moments, steps, corrected errors, serial correlation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from regiometrics import _laws as laws

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Moments:
    """Stacked equations and their instruments; rows that a unit lacks are zero.

    Attributes
    ----------
    y, X, Z : numpy.ndarray, shapes (n, R), (n, R, K), (n, R, L)
        Transformed equations first, then, in system GMM, those in levels.
    H : numpy.ndarray, shape (n, R, R)
        Covariance of the errors up to scale, if those in levels are independent and equal.
    used : numpy.ndarray of bool, shape (n, R)
        Rows that exist.
    y_diff, X_diff : numpy.ndarray, shapes (n, T), (n, T, K)
        First differences, in which serial correlation is tested.
    differenced : numpy.ndarray of bool, shape (n, T)
        True where a first difference exists.
    """

    y: Array
    X: Array
    Z: Array
    H: Array
    used: Array
    y_diff: Array
    X_diff: Array
    differenced: Array

    @property
    def n_periods(self) -> int:
        """T, the columns of each block of equations."""
        return self.y_diff.shape[1]

    def scores(self, residuals: Array) -> Array:
        """Instruments times residuals summed over each unit's rows, shape (n, L)."""
        return np.einsum("irl,ir->il", self.Z, residuals)

    def weights(self) -> Array:
        """Inverse of the moments' covariance under H: the weights of the first step."""
        flat = self.Z.reshape(-1, self.Z.shape[2])
        return symmetric_inverse(flat.T @ (self.H @ self.Z).reshape(flat.shape))


@dataclass(frozen=True, eq=False)
class Step:
    """One linear GMM step: its coefficients, residuals, scores and the matrices they used."""

    weights: Array
    ZX: Array
    bread: Array
    params: Array
    residuals: Array
    scores: Array

    @classmethod
    def solve(cls, moments: Moments, weights: Array) -> Step:
        """Minimise the weighted moments: b = (X'ZWZ'X)⁻¹ X'ZWZ'y."""
        ZX = np.einsum("irl,irk->lk", moments.Z, moments.X)
        bread = np.linalg.inv(ZX.T @ weights @ ZX)
        params = bread @ (ZX.T @ (weights @ moments.scores(moments.y).sum(axis=0)))
        residuals = moments.y - moments.X @ params
        return cls(weights, ZX, bread, params, residuals, moments.scores(residuals))

    @property
    def projection(self) -> Array:
        """Matrix that maps moments to coefficients, shape (K, L)."""
        return self.bread @ self.ZX.T @ self.weights

    @property
    def objective(self) -> float:
        """Moments weighted: the minimised criterion."""
        total = self.scores.sum(axis=0)
        return float(total @ self.weights @ total)


def symmetric_inverse(matrix: Array) -> Array:
    """Inverse of a positive semi-definite matrix, generalised where it is singular.

    Parameters
    ----------
    matrix : numpy.ndarray, shape (L, L)
        The symmetric matrix to invert.

    Returns
    -------
    numpy.ndarray, shape (L, L)
        Computed after scaling to a unit diagonal, so that the instruments' units of measurement
        do not decide what is called singular.
    """
    scale = np.sqrt(np.diag(matrix))
    scale = np.where(scale > 0, scale, 1.0)
    pair = np.outer(scale, scale)
    return np.linalg.pinv(matrix / pair, hermitian=True, rtol=1e-13) / pair


def windmeijer_covariance(moments: Moments, first: Step, second: Step, robust: Array) -> Array:
    """Two-step covariance corrected for the weights being estimated.

    Parameters
    ----------
    moments : Moments
        The moment conditions of the model.
    first, second : Step
        The two steps of estimation.
    robust : numpy.ndarray, shape (K, K)
        Robust covariance of the first step.

    Returns
    -------
    numpy.ndarray, shape (K, K)
        V2 + D V2 + V2 D' + D V1 D', column k of D being the derivative of the two-step
        estimates by the k-th one-step estimate through the weights (Windmeijer 2005,
        Journal of Econometrics 126, equation 3.3).
    """
    by_unit = np.einsum("irl,irk->kil", moments.Z, moments.X)
    weighted = second.weights @ second.scores.sum(axis=0)
    # d(Σ g g')/db_k = -(Σ x_k g' + g x_k'), g the one-step scores of a unit, x_k = Z'X_k.
    change = np.einsum("kil,i->lk", by_unit, first.scores @ weighted) + (
        first.scores.T @ (by_unit @ weighted).T
    )
    D = second.projection @ change
    return second.bread + D @ second.bread + second.bread @ D.T + D @ robust @ D.T


def serial_correlation(
    moments: Moments,
    step: Step,
    cov: Array,
    *,
    homoskedastic: float | None = None,
    orders: tuple[int, ...] = (1, 2),
    scores: Array | None = None,
) -> pd.DataFrame:
    """Test for serial correlation of the differenced errors (Arellano and Bond 1991).

    Parameters
    ----------
    moments : Moments
        The moment conditions of the model.
    step : Step
        The step whose residuals are tested.
    cov : numpy.ndarray, shape (K, K)
        Covariance of the step's estimates.
    homoskedastic : float, optional
        Variance of the errors in levels, if the test is to rest on it being the same for all
        (classical errors); otherwise products of residuals are used.
    orders : tuple of int
        The orders of autocorrelation to test.
    scores : numpy.ndarray, shape (n, L), optional
        Scores that replace the step's own.

    Returns
    -------
    pandas.DataFrame
        Index order; statistic (normal, missing where no unit is seen long enough or its
        variance is not positive), p_value. Arellano and Bond's equation 8, with the residuals
        of the test in differences and those of the estimates as they were transformed.
    """
    scores = step.scores if scores is None else scores
    residuals = np.where(moments.differenced, moments.y_diff - moments.X_diff @ step.params, 0.0)
    T = moments.n_periods
    rows = {}
    for order in orders:
        lagged = np.zeros_like(residuals)
        lagged[:, order:] = residuals[:, :-order]
        lagged = np.where(moments.differenced, lagged, 0.0)
        products = (lagged * residuals).sum(axis=1)
        slope = np.einsum("it,itk->k", lagged, moments.X_diff)
        if homoskedastic is None:
            own, shared = products @ products, scores.T @ products
        else:
            mixed = np.einsum("irt,it->ir", moments.H[:, :, :T], lagged)
            own = homoskedastic * (lagged * mixed[:, :T]).sum()
            shared = homoskedastic * np.einsum("irl,ir->l", moments.Z, mixed)
        variance = own - 2 * slope @ step.projection @ shared + slope @ cov @ slope
        z = products.sum() / np.sqrt(variance) if variance > 0 else np.nan
        rows[order] = {"statistic": float(z), "p_value": float(2 * laws.norm.sf(abs(z)))}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("order")
