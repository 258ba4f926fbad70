"""Average direct, indirect and total impacts of regressors, with inference.

With V = I - rho W the impacts of x on y are the entries of V^(-1) (beta I + theta W) (LeSage and
Pace 2009, eq. 2.46). Averages need only tr V^(-1), tr(V^(-1) W), 1'V^(-1)1 and 1'V^(-1)W1, since
V^(-1) = I + rho G: four numbers and their slopes in rho. In the long run V becomes
(1 - gamma) I - (rho + eta) W (Debarsy, Ertur and LeSage 2012; Elhorst 2014, eq. 4.8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.polynomial import chebyshev
from scipy.special import ndtr, ndtri

from regiometrics.options import check_level, check_seed
from regiometrics.spatial.bias import check_stable
from regiometrics.spatial.errors import SpecificationError
from regiometrics.spatial.logdet import DenseLogDet, LogDet, log_determinant
from regiometrics.spatial.solvers import solver
from regiometrics.spatial.weights import SpatialWeights

EFFECTS = ("direct", "indirect", "total")
_EFFECTS = pd.Index(EFFECTS)
_COLUMNS = pd.Index(["estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"])
# Interpolation nodes over the range of simulated parameters.
_NODES = 21


class ImpactSource(Protocol):
    """What impacts are computed from: a result of either estimator.

    Attributes
    ----------
    params, cov : pandas.Series, pandas.DataFrame
        The estimates and their covariance.
    specification : object
        Its `dynamic` is the kind of dynamics, or None.
    structure : object
        Its `lag` is the log-determinant of I - rho W, or None where there is none at hand.
    design : object
        Its `base` and `lagged` name the regressors and those with a spatial lag, its `outcome`
        names the outcome, and its `weights` are those of the spatial lags.
    """

    @property
    def params(self) -> pd.Series: ...  # noqa: D102

    @property
    def cov(self) -> pd.DataFrame: ...  # noqa: D102

    @property
    def specification(self) -> Any: ...  # noqa: D102

    @property
    def structure(self) -> Any: ...  # noqa: D102

    @property
    def design(self) -> Any: ...  # noqa: D102


@dataclass(frozen=True)
class Multipliers:
    """Averages over units of V^(-1) and V^(-1) W at r, V = I - rW, and their slopes.

    Attributes
    ----------
    own, own_lag : float
        tr V^(-1) / n and tr(V^(-1) W) / n.
    total, total_lag : float
        1'V^(-1)1 / n and 1'V^(-1)W1 / n.
    slopes : tuple of float
        Derivatives of the four in r.
    """

    own: float
    own_lag: float
    total: float
    total_lag: float
    slopes: tuple[float, float, float, float]

    @property
    def values(self) -> np.ndarray:
        """The four averages."""
        return np.array([self.own, self.own_lag, self.total, self.total_lag])


def multipliers(logdet: LogDet | list[LogDet], r: float) -> Multipliers:
    """Compute the averages at r.

    Parameters
    ----------
    logdet : LogDet or list of LogDet
        Several, one per period, are averaged.
    r : float
        rho in the short run, (rho + eta) / (1 - gamma) in the long run.
    """
    if isinstance(logdet, list):
        each = [multipliers(one, r) for one in logdet]
        own, own_lag, total, total_lag = np.mean([m.values for m in each], axis=0).tolist()
        a, b, c, d = np.mean([m.slopes for m in each], axis=0).tolist()
        return Multipliers(own, own_lag, total, total_lag, (a, b, c, d))
    W, n = logdet.weights, logdet.weights.n
    at = logdet.local(r)
    g, g2 = at.trace(r) / n, at.trace_square(r) / n
    c = W.row_sum
    if c is not None:
        total = 1 / (1 - r * c)
        slope = c * total**2
    else:
        solve = solver(logdet, r)
        ones = np.ones(n)
        x = solve.solve(ones)
        total = float(x.mean())
        slope = float((solve.solve_transpose(ones) @ (W.matrix @ x)) / n)
    # V^(-1) W = (V^(-1) - I) / r; at r = 0 it is W.
    if c is not None:
        total_lag, slope_lag = c * total, c * slope
    elif abs(r) > 1e-4:
        total_lag = (total - 1) / r
        slope_lag = (slope - total_lag) / r
    else:
        w1 = W.row_sums
        total_lag = float(w1.mean() + r * (W.matrix @ w1).mean())
        slope_lag = float((W.matrix @ w1).mean())
    return Multipliers(1 + r * g, g, total, total_lag, (g + r * g2, g2, slope, slope_lag))


def impact_table(
    result: ImpactSource, method: str, level: float, draws: int, seed: int
) -> pd.DataFrame:
    """Tabulate impacts; see :meth:`SpatialPanelResult.impacts`."""
    if not isinstance(method, str) or method not in ("delta", "simulation"):
        raise SpecificationError(f"method is {method!r}; expected 'delta' or 'simulation'.")
    check_level(level, SpecificationError)
    check_seed(seed, SpecificationError)
    if not result.design.base:
        raise SpecificationError("The model has no regressor; expected one to have impacts.")
    logdet = result.structure.lag or log_determinant(result.design.weights)
    by_period: Sequence[SpatialWeights] | None = getattr(result.design, "by_period", None)
    each: list[LogDet] | None = None
    if by_period is not None and result.structure.lag is not None:
        if method == "simulation":
            raise SpecificationError(
                "method is 'simulation' with weights by period; expected 'delta'."
            )
        each = [log_determinant(W) for W in by_period]
    dynamic = result.specification.dynamic is not None
    horizons = ("short", "long") if dynamic else ("static",)
    parameters = _Parameters(result)
    if dynamic:
        check_stable(result.design.weights, *parameters.spatial(result.params.to_numpy()))
    frames, rejected = {}, 0
    for horizon in horizons:
        if method == "delta":
            frames[horizon] = _delta(parameters, each or logdet, horizon, level)
        else:
            frames[horizon], rejected = _simulated(parameters, logdet, horizon, level, draws, seed)
    table = pd.concat(frames, names=["horizon"]) if dynamic else frames["static"]
    table.attrs["rejected_draws"] = rejected
    return table


class _Parameters:
    """Places of coefficients in the vector of estimates."""

    def __init__(self, result: ImpactSource) -> None:
        index = result.params.index
        self.values = result.params.to_numpy()
        self.cov = result.cov.to_numpy()
        design = result.design
        find = {name: j for j, name in enumerate(index)}
        self.beta = [find[name] for name in design.base]
        first, last = self.beta[0], self.beta[-1] + 1
        # A slice of labels costs a tenth of picking them.
        run = self.beta == list(range(first, last))
        self.labels = index[first:last] if run else index[self.beta]
        lagged = set(design.lagged)
        self.theta = [find[f"W.{name}"] if name in lagged else None for name in design.base]
        self.rho = find.get("rho")
        dynamic = result.specification.dynamic
        self.gamma = None if dynamic is None else find[f"L.{design.outcome}"]
        self.eta = find[f"W.L.{design.outcome}"] if dynamic == "space-time" else None

    def spatial(self, values: np.ndarray) -> tuple[float, float, float]:
        """rho, gamma and eta, zero where absent."""
        rho, gamma, eta = (
            0.0 if place is None else float(values[place])
            for place in (self.rho, self.gamma, self.eta)
        )
        return rho, gamma, eta

    def point(self, values: np.ndarray, horizon: str) -> tuple[float, float]:
        """R and the factor s of V = (I - rW) / s at a horizon."""
        rho, gamma, eta = self.spatial(values)
        if horizon == "long":
            return (rho + eta) / (1 - gamma), 1 / (1 - gamma)
        return rho, 1.0

    def chain(self, horizon: str) -> list[tuple[int, float, float]]:
        """(place, dr, ds) of each parameter that moves r or s."""
        rho, gamma, eta = self.spatial(self.values)
        s = 1 / (1 - gamma) if horizon == "long" else 1.0
        moves = [(self.rho, s, 0.0)]
        if horizon == "long":
            moves += [(self.gamma, (rho + eta) * s**2, s**2), (self.eta, s, 0.0)]
        return [(place, dr, ds) for place, dr, ds in moves if place is not None]


def _combine(beta: float | np.ndarray, theta: float | np.ndarray, four: np.ndarray) -> np.ndarray:
    """Direct, indirect and total from the four averages, shape (..., 3)."""
    direct = beta * four[..., 0] + theta * four[..., 1]
    total = beta * four[..., 2] + theta * four[..., 3]
    return np.stack([direct, total - direct, total], axis=-1)


def _delta(
    p: _Parameters, logdet: LogDet | list[LogDet], horizon: str, level: float
) -> pd.DataFrame:
    r, s = p.point(p.values, horizon)
    m = multipliers(logdet, r)
    four, slopes = m.values, np.array(m.slopes)
    estimates, errors = np.empty((2, len(p.labels), 3))
    for i, (b, t) in enumerate(zip(p.beta, p.theta, strict=True)):
        beta, theta = p.values[b], 0.0 if t is None else p.values[t]
        estimate = s * _combine(beta, theta, four)
        gradient = np.zeros((3, len(p.values)))
        gradient[:, b] = s * _combine(1.0, 0.0, four)
        if t is not None:
            gradient[:, t] = s * _combine(0.0, 1.0, four)
        for place, dr, ds in p.chain(horizon):
            gradient[:, place] += s * dr * _combine(beta, theta, slopes)
            gradient[:, place] += ds * _combine(beta, theta, four)
        estimates[i] = estimate
        errors[i] = np.sqrt(np.einsum("ij,jk,ik->i", gradient, p.cov, gradient))
    reach = -ndtri((1 - level) / 2) * errors
    return _frame(p.labels, estimates, errors, estimates - reach, estimates + reach)


def _simulated(
    p: _Parameters, logdet: LogDet, horizon: str, level: float, draws: int, seed: int
) -> tuple[pd.DataFrame, int]:
    rng = np.random.default_rng(seed)
    theta = rng.multivariate_normal(p.values, p.cov, size=draws, method="eigh")
    points = np.array([p.point(values, horizon) for values in theta])
    low, high = logdet.interval
    # Draws outside the admissible interval have no impacts: they are left out and counted.
    usable = (points[:, 0] > low) & (points[:, 0] < high) & (points[:, 1] > 0)
    if usable.sum() < 2:
        raise SpecificationError(
            f"{int(usable.sum())} of {draws} draws are admissible; expected at least two: use "
            "method='delta'."
        )
    theta, points = theta[usable], points[usable]
    four = _averages(logdet, points[:, 0]) * points[:, 1:]
    r, s = p.point(p.values, horizon)
    at_estimate = multipliers(logdet, r).values * s
    estimates, errors, lows, highs = np.empty((4, len(p.labels), 3))
    for i, (b, t) in enumerate(zip(p.beta, p.theta, strict=True)):
        lag = np.zeros(len(theta)) if t is None else theta[:, t]
        sample = _combine(theta[:, b], lag, four)
        estimates[i] = _combine(p.values[b], 0.0 if t is None else p.values[t], at_estimate)
        errors[i] = sample.std(axis=0, ddof=1)
        lows[i], highs[i] = np.quantile(sample, [(1 - level) / 2, (1 + level) / 2], axis=0)
    table = _frame(p.labels, estimates, errors, lows, highs)
    return table, int((~usable).sum())


def _averages(logdet: LogDet, r: np.ndarray) -> np.ndarray:
    """Evaluate the four averages at many points, from a few by interpolation, shape (len(r), 4)."""
    low, high = float(r.min()), float(r.max())
    if high - low < 1e-12:
        return np.tile(multipliers(logdet, low).values, (len(r), 1))
    ends = np.array([end for end in logdet.interval if np.isfinite(end)])

    def away(points: np.ndarray) -> np.ndarray:
        """Zero at the ends of the admissible interval, where the averages have their poles."""
        return np.prod(1 - points[:, None] / ends, axis=1)

    nodes = np.cos(np.pi * (np.arange(_NODES) + 0.5) / _NODES)
    middle, half = (low + high) / 2, (high - low) / 2
    at = middle + half * nodes
    values = away(at)[:, None] * np.array([multipliers(logdet, point).values for point in at])
    coefficients = chebyshev.chebfit(nodes, values, _NODES - 1)
    out = chebyshev.chebval((r - middle) / half, coefficients).T / away(r)[:, None]
    if isinstance(logdet, DenseLogDet):
        g = np.array([logdet.trace(point) for point in r]) / logdet.weights.n
        out[:, 0], out[:, 1] = 1 + r * g, g
    c = logdet.weights.row_sum
    if c is not None:
        # Totals have a pole at r = 1/c: in closed form they need no interpolation.
        out[:, 2] = 1 / (1 - r * c)
        out[:, 3] = c * out[:, 2]
    return out


def _frame(
    variables: pd.Index,
    estimate: np.ndarray,
    error: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
) -> pd.DataFrame:
    """Lay out arrays of shape (variables, 3)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(error > 0, estimate / error, np.nan)
    columns = [estimate, error, z, 2 * ndtr(-np.abs(z)), low, high]
    # Laid out from codes: factorising nine labels costs as much as the impacts themselves.
    m, k = len(variables), len(EFFECTS)
    index = pd.MultiIndex(
        levels=[variables, _EFFECTS],
        codes=[np.repeat(np.arange(m), k), np.tile(np.arange(k), m)],
        names=["variable", "effect"],
        verify_integrity=False,
    )
    return pd.DataFrame(
        np.stack([values.ravel() for values in columns], axis=1), index=index, columns=_COLUMNS
    )


def choose_variables(table: pd.DataFrame, variables: Sequence[str] | str) -> pd.DataFrame:
    """Keep the impacts of some regressors, in the order asked for.

    Raises
    ------
    SpecificationError
        If a name is no regressor whose impacts there are.
    """
    if not isinstance(variables, Sequence):
        raise SpecificationError(
            f"variables is {variables!r}; expected a name or a list of names of regressors."
        )
    wanted = [variables] if isinstance(variables, str) else list(variables)
    known = list(table.index.unique("variable"))
    for name in wanted:
        if name not in known:
            raise SpecificationError(
                f"Impacts of '{name}' were asked for; expected some of {', '.join(known)}."
            )
    rows = [table.xs(name, level="variable", drop_level=False) for name in wanted]
    chosen = pd.concat(rows) if rows else table.iloc[:0]
    if table.index.nlevels == 3:
        chosen = chosen.sort_index(level=0, sort_remaining=False, kind="stable", ascending=False)
    chosen.attrs = dict(table.attrs)
    return chosen
