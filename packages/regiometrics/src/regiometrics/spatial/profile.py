"""Profile likelihood: intervals where the likelihood is far from quadratic.

The profile of a parameter is the likelihood maximised over all others at each of its values. An
interval holds the values v at which 2 [l - l(v)] stays below the chi-squared quantile with one
degree of freedom (Barndorff-Nielsen and Cox 1994, section 3.4; Venzon and Moolgavkar 1988): it does
not change with the parameter's scale and need not be symmetric.

With a parameter held the rest is a smaller likelihood of the same kind: y less its part, or the
errors' filter given.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from regiometrics import _laws as laws
from regiometrics.spatial.crossproducts import Products
from regiometrics.spatial.errors import ConvergenceError, EdgeWarning
from regiometrics.spatial.likelihood import ConcentratedLikelihood

_MOST_STEPS = 60


@dataclass(frozen=True)
class _Seen:
    """Cross products of linear combinations of the columns, with lambda held or free."""

    products: Products
    combine: np.ndarray
    held: float | None

    def matrix(self, lam: float = 0.0) -> np.ndarray:
        """Cross products at lambda."""
        at = lam if self.held is None else self.held
        return self.combine.T @ self.products.matrix(at) @ self.combine

    def derivative(self, lam: float) -> np.ndarray:
        """Derivative of `matrix` in lambda, where it is free."""
        return self.combine.T @ self.products.derivative(lam) @ self.combine


def profile_loglik(likelihood: ConcentratedLikelihood, name: str | int, value: float) -> float:
    """Maximise the likelihood with one parameter held.

    Parameters
    ----------
    likelihood : ConcentratedLikelihood
        The likelihood in the spatial parameters.
    name : "rho", "lambda" or int
        A number is the place of a regressor.
    value : float
        Inside the admissible interval where it is a spatial parameter's.

    Returns
    -------
    float
        The log-likelihood; a maximum of the others at the end of their interval counts.
    """
    lag, error = likelihood.lag, likelihood.error
    head = 1 if lag is None else 2
    width = len(likelihood.products.matrix())
    combine, held, constant = np.eye(width), None, 0.0
    if name == "lambda" and error is not None:
        held, constant, error = value, error.value(value), None
    else:
        column = head + name if isinstance(name, int) else 1
        combine[column, 0] = -value
        combine = np.delete(combine, column, axis=1)
        if name == "rho" and lag is not None:
            constant, lag = lag.value(value), None
    rest = ConcentratedLikelihood(
        _Seen(likelihood.products, combine, held), likelihood.observations, lag, error
    )
    return rest.maximise(inside=False).loglik + constant


def profile_interval(
    likelihood: ConcentratedLikelihood,
    name: str | int,
    estimate: float,
    std_error: float,
    loglik: float,
    level: float,
) -> tuple[float, float]:
    """Invert the likelihood-ratio test of one parameter.

    Parameters
    ----------
    likelihood : ConcentratedLikelihood
        The likelihood in the spatial parameters.
    name : "rho", "lambda" or int
        The spatial parameter, or the position of a slope.
    estimate, std_error, loglik : float
        The values at the maximum; the error only sets the first step.
    level : float
        The confidence level, strictly between zero and one.

    Returns
    -------
    tuple of float
        Lower and upper end; the end of the admissible interval where the likelihood does not
        fall far enough before it.

    Raises
    ------
    ConvergenceError
        If the likelihood of a coefficient does not fall far enough within sixty steps.
    """
    quantile = laws.chi2.ppf(level, 1)

    def excess(value: float) -> float:
        return 2 * (loglik - profile_loglik(likelihood, name, value)) - quantile

    part = {"rho": likelihood.lag, "lambda": likelihood.error}.get(str(name))
    low, high = part.interval if part is not None else (-np.inf, np.inf)
    step = std_error * np.sqrt(quantile)
    ends = _crossing(excess, estimate, -step, low), _crossing(excess, estimate, step, high)
    for end, limit in zip(ends, (low, high), strict=True):
        if end == limit:
            warnings.warn(
                f"The likelihood does not fall far enough before the end of the admissible "
                f"interval of {name}, {limit:.4f}, which is given as the end of the confidence "
                "interval.",
                EdgeWarning,
                stacklevel=4,
            )
    return ends


def _crossing(excess, start: float, step: float, end: float) -> float:
    """First value on the way from start to end at which the excess is zero, or the end."""
    inner = start
    for _ in range(_MOST_STEPS):
        outer = inner + step
        if abs(outer - start) >= abs(end - start):
            if excess(end) <= 0:
                return float(end)
            outer = end
        if excess(outer) > 0:
            return float(optimize.brentq(excess, inner, outer, xtol=1e-6 * abs(step)))
        inner = outer
    raise ConvergenceError(
        f"The likelihood at {inner:.6g} has not fallen below the interval's bound in {_MOST_STEPS} "
        f"steps from {start:.6g}; expected it to fall: the parameter is not identified."
    )
