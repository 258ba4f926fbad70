"""Linear instrumental variables on arrays: two-stage least squares and two-step GMM."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from regiometrics.panel.covariance import sandwich
from regiometrics.panel.dependence import Dependence
from regiometrics.spatial.covariances import refuse_empty_sums
from regiometrics.spatial.errors import CollinearRegressorsError

Array = np.ndarray
_NOT_IDENTIFIED = (
    "The instruments do not identify the instrumented regressors; expected instruments "
    "that move each of them: other weights, or a higher order."
)
# Share of a fitted regressor that those before it leave: below it they are not identified.
_SPANNED = 1e-11


@dataclass(frozen=True, eq=False)
class Equation:
    """A linear equation whose effects are taken out, observations in rows.

    Attributes
    ----------
    y : numpy.ndarray, shape (N,)
        The outcome of each observation.
    D : numpy.ndarray, shape (N, p + k)
        Regressors, the p instrumented ones first.
    F : numpy.ndarray, shape (N, k + L)
        Instruments, the k other regressors first.
    n_endog : int
        The number p of endogenous regressors.
    """

    y: Array
    D: Array
    F: Array
    n_endog: int


@dataclass(frozen=True, eq=False)
class IVFit:
    """An estimate of a linear equation by instruments.

    Attributes
    ----------
    params : numpy.ndarray, shape (p + k,)
        The slopes of endogenous, then of exogenous regressors.
    residuals : numpy.ndarray, shape (N,)
        The residual of each observation.
    bread : numpy.ndarray, shape (p + k, p + k)
        The inverse of the regressors' projected cross-products.
    map : numpy.ndarray, shape (p + k, k + L)
        params - true = map @ F'u.
    weight : numpy.ndarray, shape (k + L, k + L)
        The weight of the moments F'u.
    """

    params: Array
    residuals: Array
    bread: Array
    map: Array
    weight: Array


def two_stage(equation: Equation) -> IVFit:
    """Two-stage least squares, by orthogonal factors of instruments and of fitted regressors.

    Parameters
    ----------
    equation : Equation
        The equation, effects taken out.

    Returns
    -------
    IVFit

    Raises
    ------
    CollinearRegressorsError
        If the instruments do not identify the regressors.
    """
    F, D = equation.F, equation.D
    lengths = np.sqrt((F**2).sum(axis=0))
    Q, R = np.linalg.qr(F / np.where(lengths > 0, lengths, 1.0))
    fitted = Q.T @ D
    sizes = np.sqrt((fitted**2).sum(axis=0))
    whole = np.sqrt((D**2).sum(axis=0))
    if (sizes <= 1e-12 * whole).any():
        raise CollinearRegressorsError(_NOT_IDENTIFIED)
    P, S = np.linalg.qr(fitted / sizes)
    if S.shape[0] < S.shape[1] or np.abs(S.diagonal()).min() <= _SPANNED:
        raise CollinearRegressorsError(_NOT_IDENTIFIED)
    root = linalg.solve_triangular(S, np.eye(len(S))) / sizes[:, None]
    to_fitted = linalg.solve_triangular(R, np.eye(len(R))) / lengths[:, None]
    params = root @ (P.T @ (Q.T @ equation.y))
    return IVFit(
        params,
        equation.y - D @ params,
        root @ root.T,
        root @ P.T @ to_fitted.T,
        to_fitted @ to_fitted.T,
    )


def minimise_moments(equation: Equation, weight: Array) -> IVFit:
    """Minimise (F'u)' weight (F'u).

    Parameters
    ----------
    equation : Equation
        The equation, effects taken out.
    weight : numpy.ndarray, shape (k + L, k + L)
        Symmetric, positive definite.

    Returns
    -------
    IVFit

    Raises
    ------
    CollinearRegressorsError
        If the instruments do not identify the regressors.
    """
    cross = equation.F.T @ equation.D
    information = cross.T @ weight @ cross
    scale = 1 / np.sqrt(np.diag(information))
    if np.linalg.cond(information * np.outer(scale, scale)) > 1e14:
        raise CollinearRegressorsError(_NOT_IDENTIFIED)
    bread = _inverse(information)
    to_params = bread @ cross.T @ weight
    params = to_params @ (equation.F.T @ equation.y)
    return IVFit(params, equation.y - equation.D @ params, bread, to_params, weight)


def optimal_weight(equation: Equation, residuals: Array, dependence: Dependence) -> Array:
    """Inverse of the variance of the moments: the weight of two-step GMM.

    Parameters
    ----------
    equation : Equation
        The equation, effects taken out.
    residuals : numpy.ndarray, shape (N,)
        The residuals of a first step.
    dependence : Dependence
        What the errors may depend on.

    Returns
    -------
    numpy.ndarray, shape (k + L, k + L)

    Raises
    ------
    CollinearRegressorsError
        If that variance is singular: fewer clusters or periods than instruments.
    """
    variance = moment_variance(equation.F, residuals, dependence)
    scale = 1 / np.sqrt(np.diag(variance))
    lowest = np.linalg.eigvalsh(variance * np.outer(scale, scale))[0]
    if not lowest > 1e-12:
        raise CollinearRegressorsError(
            f"The variance of the {len(variance)} moments is singular; expected more clusters or "
            "periods than instruments, or two-stage least squares."
        )
    return _inverse(variance)


def moment_variance(F: Array, residuals: Array, dependence: Dependence) -> Array:
    """Variance of F'u under the dependence assumed."""
    if dependence.kind == "unadjusted":
        return (residuals @ residuals) / len(residuals) * (F.T @ F)
    return dependence.meat(F * residuals[:, None])


def iv_covariance(equation: Equation, fit: IVFit, dependence: Dependence) -> Array:
    """Covariance of the estimates, without small-sample factor.

    Parameters
    ----------
    equation : Equation
        The equation, effects taken out.
    fit : IVFit
        The estimates of the equation.
    dependence : Dependence
        What the errors may depend on.

    Returns
    -------
    numpy.ndarray, shape (p + k, p + k)
    """
    variance = moment_variance(equation.F, fit.residuals, dependence)
    scores = (equation.F @ fit.map.T) * fit.residuals[:, None]
    cov = sandwich(fit.map, variance)
    if dependence.kind != "unadjusted":
        refuse_empty_sums(np.diag(cov), scores, dependence)
    return cov


def overidentification(equation: Equation, first: IVFit, dependence: Dependence) -> float:
    """Hansen's J of two-step GMM; Sargan's statistic where the covariance is unadjusted.

    Parameters
    ----------
    equation : Equation
        The equation, effects taken out.
    first : IVFit
        Two-stage least squares.
    dependence : Dependence
        What the errors may depend on.

    Returns
    -------
    float
        Chi-squared with L - p degrees of freedom under valid instruments.
    """
    weight = optimal_weight(equation, first.residuals, dependence)
    second = minimise_moments(equation, weight)
    moments = equation.F.T @ second.residuals
    return float(moments @ weight @ moments)


def _inverse(matrix: Array) -> Array:
    scale = 1 / np.sqrt(np.diag(matrix))
    scaled = matrix * np.outer(scale, scale)
    inverse = linalg.inv((scaled + scaled.T) / 2, assume_a="sym") * np.outer(scale, scale)
    return (inverse + inverse.T) / 2
