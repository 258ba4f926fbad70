"""Generalised spatial two-stage least squares: slopes and error parameter together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from regiometrics.panel.dependence import Dependence
from regiometrics.spatial.iv import Equation, IVFit, two_stage
from regiometrics.spatial.moments import ErrorMoments, solve_moments
from regiometrics.spatial.weights import SpatialWeights

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class SpatialErrorFit:
    """Estimates of an equation with spatial errors.

    Attributes
    ----------
    equation : Equation
        Filtered with the first lambda, as the slopes were estimated.
    fit : IVFit
        The estimates of the equation.
    lambda_ : float
        The spatial parameter of the error.
    cov : numpy.ndarray, shape (p + k + 1, p + k + 1)
        The covariance of slopes and lambda.
    """

    equation: Equation
    fit: IVFit
    lambda_: float
    cov: Array


def fit_spatial_errors(
    equation_at: Callable[[float], Equation],
    residuals_at: Callable[[Array], tuple[Array, Array]],
    M: SpatialWeights,
    effects: str,
    dependence: Dependence,
) -> SpatialErrorFit:
    """Estimate slopes and lambda of u = lambda M u + e by moments free of e's variances.

    Parameters
    ----------
    equation_at : callable
        The equation filtered by I - lambda M as a function of lambda, effects taken out.
    residuals_at : callable
        The errors u and Mu as a function of the slopes, effects taken out, shape (T, n) each.
    M : SpatialWeights
        The weights of the spatial errors.
    effects : {"none", "unit", "time", "twoway"}
        The fixed effects that are taken out.
    dependence : Dependence
        "robust" or "clustered" by unit.

    Returns
    -------
    SpatialErrorFit

    Raises
    ------
    ConvergenceError
        If the moments have no minimum within the admissible interval.

    Notes
    -----
    Kelejian and Prucha (2010): least squares by instruments, lambda by equally weighted moments,
    least squares filtered, lambda by weighted moments. The covariance is taken at the last.
    """
    moments = ErrorMoments.of(M, effects)
    u = residuals_at(two_stage(equation_at(0.0)).params)
    start = _lambda(moments, u, np.eye(2), M)
    equation = equation_at(start)
    fit = two_stage(equation)
    u = residuals_at(fit.params)
    variance, _ = _variance(moments, u[0] - start * u[1], equation, fit, dependence)
    lam = _lambda(moments, u, np.linalg.inv(variance), M)
    return SpatialErrorFit(
        equation, fit, lam, _covariance(moments, lam, u, equation_at(lam), dependence)
    )


def _lambda(
    moments: ErrorMoments, u: tuple[Array, Array], weight: Array, M: SpatialWeights
) -> float:
    return solve_moments(lambda x: moments.values(u[0] - x * u[1]), weight, M.admissible_interval)


def _variance(
    moments: ErrorMoments, e: Array, equation: Equation, fit: IVFit, dependence: Dependence
) -> tuple[Array, Array]:
    """Variance of the error moments, and their covariance with the instruments' moments.

    The residuals are estimates: each moment moves with them by `slopes`, which adds a linear
    form a'e.
    """
    slopes = moments.slopes(e, -equation.D)
    if equation.n_endog == 0:
        slopes = 0 * slopes  # Exogenous regressors and errors are uncorrelated.
    linear = equation.F @ (slopes @ fit.map).T
    meat = dependence.meat(np.column_stack([equation.F, linear]) * e.reshape(-1, 1))
    k = equation.F.shape[1]
    return moments.variance(e) + meat[k:, k:], meat[:k, k:]


def _covariance(
    moments: ErrorMoments,
    lam: float,
    u: tuple[Array, Array],
    equation: Equation,
    dependence: Dependence,
) -> Array:
    e, fit = u[0] - lam * u[1], two_stage(equation)
    variance, mixed = _variance(moments, e, equation, fit, dependence)
    slope = moments.slopes(e, -u[1])[:, 0]
    weighted = np.linalg.solve(variance, slope)
    to_lambda = -weighted / (slope @ weighted)
    own = dependence.meat(equation.F * e.reshape(-1, 1))
    k = len(fit.params)
    cov = np.empty((k + 1, k + 1))
    cov[:k, :k] = fit.map @ own @ fit.map.T
    cov[:k, k] = cov[k, :k] = fit.map @ mixed @ to_lambda
    cov[k, k] = to_lambda @ variance @ to_lambda
    return cov
