"""Observed information: minus the log-likelihood's second derivatives at its maximum."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from regiometrics.spatial.likelihood import ConcentratedLikelihood, Maximum

Array = np.ndarray
# Of a parameter's standard error.
_STEP = 5e-3


def observed_information(likelihood: ConcentratedLikelihood, best: Maximum) -> Array:
    """Second derivatives in (delta, [rho], [lambda], sigma²) with fixed effects.

    Parameters
    ----------
    likelihood : ConcentratedLikelihood
        The likelihood in the spatial parameters.
    best : Maximum
        The maximum of the likelihood.

    Returns
    -------
    numpy.ndarray, shape (p, p)
        Of the sample.

    Notes
    -----
    The sum of squares is v' C(lambda) v with v = (1, [-rho], -delta) linear in the parameters;
    C is a polynomial in lambda, divided by another where time effects meet spatial errors, whose
    second derivative is a difference of first ones.
    """
    lag, error, N = likelihood.lag, likelihood.error, likelihood.observations
    products, s2 = likelihood.products, best.sigma2
    C = products.matrix(best.lambda_)
    m, h = len(C), 1 if lag is None else 2
    k = m - h
    v = np.concatenate([[1.0, -best.rho][:h], -best.delta])
    # Columns: derivatives of v in delta, then rho.
    J = np.zeros((m, k + h - 1))
    J[h:, :k] = -np.eye(k)
    if lag is not None:
        J[1, k] = -1.0
    p = k + h - 1 + (error is not None) + 1
    H, gradient = np.zeros((p, p)), np.zeros(p - 1)
    q = k + h - 1
    H[:q, :q] = J.T @ C @ J / s2
    gradient[:q] = 2 * J.T @ C @ v
    if lag is not None:
        H[k, k] += _curvature(lag, best.rho)
    if error is not None:
        D = products.derivative(best.lambda_)
        step = 1e-5 * error.scale
        second = (
            products.derivative(best.lambda_ + step) - products.derivative(best.lambda_ - step)
        ) / (2 * step)
        H[:q, q] = H[q, :q] = J.T @ D @ v / s2
        H[q, q] = v @ second @ v / (2 * s2) + _curvature(error, best.lambda_)
        gradient[q] = v @ D @ v
    H[-1, :-1] = H[:-1, -1] = -gradient / (2 * s2**2)
    H[-1, -1] = best.sse / s2**3 - N / (2 * s2**2)
    return H


def _curvature(part, r: float) -> float:
    """Minus the second derivative of tau ln|I - rW|: tau tr G²."""
    return part.periods * part.trace_square(r)


def second_differences(
    f: Callable[[Array], float], theta: Array, positive: Sequence[int] = ()
) -> Array:
    """Central second differences at a maximum.

    Steps are a small share of each parameter's own standard error, so that truncation and
    rounding both stay below 1e-6 whatever the parameters' units are. Parameters that must be
    `positive`, such as variances, stay so.
    """
    p = len(theta)
    h = 2e-4 * np.maximum(np.abs(theta), 1e-2)
    for place in positive:
        h[place] = min(h[place], 0.1 * theta[place])
    peak = f(theta)
    for _ in range(2):
        curved = np.empty(p)
        for i in range(p):
            step = np.zeros(p)
            step[i] = h[i]
            curved[i] = (2 * peak - f(theta + step) - f(theta - step)) / h[i] ** 2
        h = np.where(curved > 0, _STEP / np.sqrt(np.maximum(curved, np.finfo(float).tiny)), h)
    out = np.empty((p, p))
    for i in range(p):
        for j in range(i, p):
            a, b = np.zeros(p), np.zeros(p)
            a[i], b[j] = h[i], h[j]
            value = f(theta + a + b) - f(theta + a - b) - f(theta - a + b) + f(theta - a - b)
            out[i, j] = out[j, i] = value / (4 * h[i] * h[j])
    return out
