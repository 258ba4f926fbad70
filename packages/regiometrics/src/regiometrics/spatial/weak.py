"""Strength of instruments, and inference that does not need it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import optimize

from regiometrics import _laws as laws
from regiometrics.options import check_level
from regiometrics.panel.dependence import Dependence
from regiometrics.spatial.errors import SpecificationError
from regiometrics.spatial.iv import Equation, moment_variance

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class _Reduced:
    """Outcome, instrumented regressors and instruments cleared of the other regressors."""

    y: Array  # (N,)
    X: Array  # (N, p)
    H: Array  # (N, L), orthonormal columns
    df: int  # observations less instruments, other regressors and absorbed effects


def first_stage(
    equation: Equation, dependence: Dependence, df: int, names: tuple[str, ...]
) -> pd.DataFrame:
    """Strength of the instruments for each instrumented regressor.

    Parameters
    ----------
    equation : Equation
        The equation, effects taken out.
    dependence : Dependence
        What the errors of the first stages may depend on.
    df : int
        Observations less instruments, other regressors and absorbed effects.
    names : tuple of str
        The names of instrumented regressors.

    Returns
    -------
    pandas.DataFrame
        One row per regressor: partial_rsquared, f_statistic (Wald over L), sanderson_windmeijer
        (conditional on the others; equal to the former where there is one), effective_f and
        effective_f_critical (one regressor only: bias below 10% of the worst case, 5% test).

    Notes
    -----
    Montiel Olea and Pflueger (2013), with their simplified critical value;
    Sanderson and Windmeijer (2016).
    """
    reduced = _reduce(equation, df, dependence)
    H, p, L = reduced.H, len(names), reduced.H.shape[1]
    rows = []
    for j in range(p):
        x, others = reduced.X[:, j], np.delete(reduced.X, j, axis=1)
        f, fitted = _wald(x, H, dependence, df)
        conditional = f * L
        if p > 1:
            projected = H.T @ others
            gamma = np.linalg.lstsq(projected, H.T @ x, rcond=None)[0]
            conditional = _wald(x - others @ gamma, H, dependence, df)[0] * L
        row = {
            "partial_rsquared": (fitted @ fitted) / (x @ x),
            "f_statistic": f,
            "sanderson_windmeijer": conditional / (L - p + 1),
        }
        if p == 1:
            row |= _effective(x, H, dependence, df)
        rows.append(row)
    return pd.DataFrame(rows, index=pd.Index(names, name="instrumented"))


def _effective(x: Array, H: Array, dependence: Dependence, df: int) -> dict[str, float]:
    from scipy.stats import ncx2  # a second of imports

    # H'H = I: the variance of the first-stage coefficients is that of the moments.
    pi = H.T @ x
    variance = _first_stage_variance(x - H @ pi, H, dependence, df)
    trace = np.trace(variance)
    bias = 10.0  # 1/tau, tau = 10% of the worst-case bias
    top = np.linalg.eigvalsh(variance)[-1]
    freedom = trace**2 * (1 + 2 * bias) / ((variance**2).sum() + 2 * bias * trace * top)
    return {
        "effective_f": pi @ pi / trace,
        "effective_f_critical": ncx2.ppf(0.95, freedom, freedom * bias) / freedom,
    }


def kleibergen_paap(equation: Equation, dependence: Dependence, df: int) -> float:
    """Kleibergen and Paap's rank Wald statistic over the number of instruments (rk F).

    Parameters
    ----------
    equation : Equation
        The equation, effects taken out.
    dependence : Dependence
        What the errors may depend on.
    df : int
        The degrees of freedom.

    Returns
    -------
    float
        Cragg and Donald's F where the covariance is unadjusted; the first-stage F with one
        instrumented regressor.

    Notes
    -----
    Kleibergen and Paap (2006).
    """
    reduced = _reduce(equation, df, dependence)
    H, X = reduced.H, reduced.X
    pi = H.T @ X
    residuals = X - H @ pi
    # Any nonsingular scale of the regressors will do; this one makes Cragg-Donald a special case.
    G = np.linalg.inv(np.linalg.cholesky(residuals.T @ residuals / len(X))).T
    theta, residuals = pi @ G, residuals @ G
    U, _, Vt = np.linalg.svd(theta)
    p, L = X.shape[1], H.shape[1]
    left, right = U[:, p - 1 :], Vt[p - 1]
    gap = left.T @ theta @ right
    variance = _first_stage_variance(residuals @ right, H @ left, dependence, df)
    return float(gap @ np.linalg.solve(variance, gap) / L)


def anderson_rubin_test(
    equation: Equation, values: Array, dependence: Dependence
) -> tuple[float, int]:
    """Test values of all instrumented coefficients, whatever the instruments' strength.

    Parameters
    ----------
    equation : Equation
        The equation, effects taken out.
    values : numpy.ndarray, shape (p,)
        The coefficients under the null.
    dependence : Dependence
        What the errors may depend on.

    Returns
    -------
    tuple of float and int
        Statistic and degrees of freedom (chi-squared, L).

    Notes
    -----
    Anderson and Rubin (1949) in its score form with a robust variance: the moments at the
    values tested, residuals from the null (Stock and Wright 2000).
    """
    reduced = _reduce(equation, 1, dependence)
    e = reduced.y - reduced.X @ np.atleast_1d(values)
    moments = reduced.H.T @ e
    variance = moment_variance(reduced.H, e, dependence)
    return float(moments @ np.linalg.solve(variance, moments)), reduced.H.shape[1]


def anderson_rubin_set(
    equation: Equation, dependence: Dependence, level: float = 0.95, points: int = 2000
) -> list[tuple[float, float]]:
    """Values of the one instrumented coefficient that the Anderson-Rubin test does not reject.

    Parameters
    ----------
    equation : Equation
        The equation, with one instrumented regressor.
    dependence : Dependence
        What the errors may depend on.
    level : float, default 0.95
        The confidence level, strictly between zero and one.
    points : int, default 2000
        The number of angles in a grid that covers the whole line, ends refined to 1e-10.

    Returns
    -------
    list of tuple of float
        Disjoint intervals, ascending: one where instruments are strong, none where every
        value is rejected (the overidentifying restrictions fail), infinite ends where
        instruments are weak.

    Raises
    ------
    SpecificationError
        If there are several instrumented regressors, or the level is not between zero and one.

    Notes
    -----
    The statistic depends on the direction of (1, -b) only, hence on an angle, and is smooth
    there; its variance is a quadratic form in (1, -b), computed once.
    """
    check_level(level, SpecificationError)
    reduced = _reduce(equation, 1, dependence)
    if reduced.X.shape[1] != 1:
        raise SpecificationError(
            f"There are {reduced.X.shape[1]} instrumented regressors; expected one for an "
            "interval: use the joint test."
        )
    H, L = reduced.H, reduced.H.shape[1]
    pair = np.column_stack([reduced.y, reduced.X[:, 0]])
    pair = pair / (scale := np.sqrt((pair**2).sum(axis=0)))
    moments = H.T @ pair
    # Three variances give the quadratic form of variances of y cos + x sin.
    a, b, both = (moment_variance(H, pair @ w, dependence) for w in ([1, 0], [0, 1], [1, 1]))
    mixed = both - a - b
    critical = laws.chi2.ppf(level, L)

    def excess(angle: Array) -> Array:
        c, s = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
        g = moments @ np.array([c[:, 0], s[:, 0]]).transpose(1, 0, 2)
        variance = c * c * a + s * s * b + c * s * mixed
        return (g * np.linalg.solve(variance, g)).sum(axis=(1, 2)) - critical

    def at(angle: float) -> float:
        return float(excess(np.array([angle]))[0])

    angles = np.linspace(-np.pi / 2, np.pi / 2, points + 1)
    values = excess(angles)
    roots = [
        optimize.brentq(at, angles[i], angles[i + 1], xtol=1e-12)
        for i in np.flatnonzero(values[:-1] * values[1:] < 0)
    ]
    # y cos + x sin is proportional to y - b x at b = -tan(angle), which falls as angles rise.
    ends = [-np.inf, *sorted(-np.tan(root) * scale[0] / scale[1] for root in roots), np.inf]
    kept = []
    for low, high in pairwise(ends):
        if len(ends) == 2:
            inside = values.min() < 0
        else:
            middle = _between(low * scale[1] / scale[0], high * scale[1] / scale[0])
            inside = at(-np.arctan(middle)) < 0
        if inside:
            kept.append((float(low), float(high)))
    return kept


def _between(low: float, high: float) -> float:
    return np.tan((np.arctan(low) + np.arctan(high)) / 2)


def _reduce(equation: Equation, df: int, dependence: Dependence) -> _Reduced:
    p = equation.n_endog
    if p == 0:
        raise SpecificationError("No regressor is instrumented; expected one or more.")
    groups, L = dependence.n_groups, equation.F.shape[1] - equation.D.shape[1] + p
    if groups is not None and groups <= L:
        raise SpecificationError(
            f"There are {groups} {'clusters' if dependence.kind == 'clustered' else 'periods'} and "
            f"{L} excluded instruments; expected more of the former: the variance of the moments "
            "is singular, and tests of instruments or by them do not exist. Use fewer instruments "
            "(instruments_order=1), wild_bootstrap, or another cov_type."
        )
    k = equation.D.shape[1] - p
    others = np.linalg.qr(equation.F[:, :k])[0]

    def clear(values: Array) -> Array:
        return values - others @ (others.T @ values)

    H = clear(equation.F[:, k:])
    H = np.linalg.qr(H / np.sqrt((H**2).sum(axis=0)))[0]
    return _Reduced(clear(equation.y), clear(equation.D[:, :p]), H, df)


def _first_stage_variance(residuals: Array, H: Array, dependence: Dependence, df: int) -> Array:
    if dependence.kind == "unadjusted":
        return residuals @ residuals / df * (H.T @ H)
    return len(residuals) / df * dependence.meat(H * residuals[:, None])


def _wald(x: Array, H: Array, dependence: Dependence, df: int) -> tuple[float, Array]:
    pi = H.T @ x
    fitted = H @ pi
    variance = _first_stage_variance(x - fitted, H, dependence, df)
    return float(pi @ np.linalg.solve(variance, pi)) / len(pi), fitted
