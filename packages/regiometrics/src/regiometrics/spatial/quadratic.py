"""GMM with linear and quadratic moments (Lee 2007; Lin and Lee 2010)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from regiometrics.panel.dependence import Dependence
from regiometrics.spatial.errors import BoundaryError, ConvergenceError, NotSettledWarning
from regiometrics.spatial.iv import Equation, two_stage
from regiometrics.spatial.moments import ErrorMoments

Array = np.ndarray
# The weight is renewed from the residuals it gave this often; the estimate then moves by less
# than sampling error, and stays consistent at any number.
_ROUNDS = 3
# Shares of a standard error that a last round may move an estimate by without a word.
_STILL = 0.1


@dataclass(frozen=True, eq=False)
class QuadraticFit:
    """Estimates from instruments and error moments together.

    Attributes
    ----------
    params : numpy.ndarray, shape (p + k,)
        The slopes of endogenous, then of exogenous regressors.
    cov : numpy.ndarray, shape (p + k, p + k)
        The covariance of the slopes.
    residuals : numpy.ndarray, shape (N,)
        The residual of each observation.
    statistic : float
        J of all moments.
    df : int
        Its degrees of freedom.
    """

    params: Array
    cov: Array
    residuals: Array
    statistic: float
    df: int


def fit_quadratic(
    equation: Equation,
    moments: ErrorMoments,
    dependence: Dependence,
    intervals: list[tuple[float, float]],
) -> QuadraticFit:
    """Minimise g(d)' V^(-1) g(d), g = (F'e, e'A e), e = y - D d.

    The moments e'Ae = 0, A without diagonal, say that errors of different units are
    uncorrelated: they identify the spatial lag where instruments are weak, and fail where
    neighbours share shocks.

    Parameters
    ----------
    equation : Equation
        The equation, effects taken out.
    moments : ErrorMoments
        The moments of the spatial lags' weights.
    dependence : Dependence
        "robust" or "clustered" by unit.
    intervals : list of tuple of float
        Admissible values of the first coefficients: the search starts at two-stage least
        squares and, with one spatial lag, at points across its interval.

    Returns
    -------
    QuadraticFit

    Raises
    ------
    ConvergenceError
        If no search ends.
    BoundaryError
        If a spatial lag is not admissible.

    Warns
    -----
    NotSettledWarning
        If the last renewal of the weight moved an estimate by a tenth of its error.

    Notes
    -----
    Lin and Lee (2010); units may be dependent over time.
    """
    shape = dependence.shape
    starts = [two_stage(equation).params]
    if len(intervals) == 1:
        starts += [_given(equation, rho) for rho in np.linspace(*intervals[0], 7)[1:-1]]
    params, best = starts[0], None
    before = params
    for _ in range(_ROUNDS):
        before = params
        root, _ = _weight(equation, moments, params, dependence)
        tried = [_search(equation, moments, start, root, shape) for start in starts]
        found = [result for result in tried if result.success]
        if not found:
            raise ConvergenceError("The moments were not minimised from any of the starts.")
        best = min(found, key=lambda result: result.cost)
        params, starts = best.x, [best.x]
    root, residuals = _weight(equation, moments, params, dependence)
    weighted = root @ _slopes(equation, moments, params, shape)
    cov = np.linalg.inv(weighted.T @ weighted)
    moved = float((np.abs(params - before) / np.sqrt(np.diag(cov))).max())
    if moved > _STILL:
        warnings.warn(
            f"The weight of the moments was renewed {_ROUNDS} times and the estimates still moved "
            f"by {moved:.2f} of a standard error in the last: they are consistent, and another "
            "number of rounds would give others.",
            NotSettledWarning,
            stacklevel=5,
        )
    for j, (low, high) in enumerate(intervals):
        if not low < params[j] < high:
            raise BoundaryError(
                f"The moments are minimised at a spatial lag of {params[j]:.4f}, outside of its "
                f"admissible interval ({low:.4f}, {high:.4f}); expected it inside: the model does "
                "not fit these data."
            )
    values = root @ _values(equation, moments, params, shape)
    return QuadraticFit(
        params=params,
        cov=cov,
        residuals=residuals,
        statistic=float(values @ values),
        df=len(values) - len(params),
    )


def _given(equation: Equation, rho: float) -> Array:
    y = equation.y - rho * equation.D[:, 0]
    rest = Equation(y, equation.D[:, 1:], equation.F, equation.n_endog - 1)
    return np.concatenate([[rho], two_stage(rest).params])


def _search(
    equation: Equation, moments: ErrorMoments, start: Array, root: Array, shape: tuple[int, int]
) -> optimize.OptimizeResult:
    return optimize.least_squares(
        lambda d: root @ _values(equation, moments, d, shape),
        start,
        jac=lambda d: root @ _slopes(equation, moments, d, shape),
        method="lm",
        x_scale="jac",
        xtol=1e-12,
        ftol=1e-12,
        gtol=1e-12,
    )


def _values(
    equation: Equation, moments: ErrorMoments, params: Array, shape: tuple[int, int]
) -> Array:
    e = equation.y - equation.D @ params
    return np.concatenate([equation.F.T @ e, e.size * moments.values(e.reshape(shape))])


def _slopes(
    equation: Equation, moments: ErrorMoments, params: Array, shape: tuple[int, int]
) -> Array:
    e = equation.y - equation.D @ params
    quadratic = moments.slopes(e.reshape(shape), -equation.D)
    return np.vstack([-equation.F.T @ equation.D, e.size * quadratic])


def _weight(
    equation: Equation, moments: ErrorMoments, params: Array, dependence: Dependence
) -> tuple[Array, Array]:
    """Root of the inverse variance of the moments, and residuals."""
    e = equation.y - equation.D @ params
    linear = dependence.meat(equation.F * e[:, None])
    quadratic = e.size**2 * moments.variance(e.reshape(dependence.shape))
    L, q = len(linear), len(quadratic)
    variance = np.zeros((L + q, L + q))
    # Linear and quadratic moments are uncorrelated: A has no diagonal.
    variance[:L, :L], variance[L:, L:] = linear, quadratic
    scale = 1 / np.sqrt(np.diag(variance))
    lower = np.linalg.cholesky(variance * np.outer(scale, scale))
    return np.linalg.solve(lower, np.diag(scale)), e
