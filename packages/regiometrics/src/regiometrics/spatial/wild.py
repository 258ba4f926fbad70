"""The wild cluster bootstrap of spatial two-stage least squares, for few clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from regiometrics.panel.bootstrap import equal_tailed_p_value, symmetric_p_value, wild_weights
from regiometrics.panel.dependence import Dependence
from regiometrics.panel.within import demean
from regiometrics.spatial.errors import SpecificationError
from regiometrics.spatial.instruments import IVDesign
from regiometrics.spatial.iv import Equation, iv_covariance, two_stage

Array = np.ndarray
# Numbers in an array of draws: some 16 MB.
_BATCH = 2_000_000


@dataclass(frozen=True)
class WildTest:
    """A bootstrapped t-test of one slope.

    Attributes
    ----------
    statistic : float
        Without small-sample factor, which cancels.
    p_value, p_value_equal_tailed : float
        Symmetric: the share of draws with |t*| at least |t|; and twice the smaller tail.
    n_clusters, n_draws : int
    weights : str
    """

    statistic: float
    p_value: float
    p_value_equal_tailed: float
    n_clusters: int
    n_draws: int
    weights: str


def wild_spatial_test(
    design: IVDesign,
    equation: Equation,
    effects: str,
    dependence: Dependence,
    place: int,
    null: float,
    draws: int,
    weights: str | None,
    seed: int,
) -> WildTest:
    """Bootstrap the t-statistic of one coefficient with the null imposed.

    Outcomes are made again by the model itself: y* = (I - sum rho W)^(-1) (Z b + effects + v u), b
    estimated under the null and u its residuals, multiplied by one v a cluster; the neighbours'
    outcomes are then lags of y*, and the whole estimate is repeated.

    Parameters
    ----------
    design : IVDesign
    equation : Equation
        Of the design, effects taken out.
    effects : {"none", "unit", "time", "twoway"}
    dependence : Dependence
        "clustered", one way.
    place : int
        Of the coefficient.
    null : float
    draws : int
    weights : {"rademacher", "webb"} or None
    seed : int

    Returns
    -------
    WildTest

    Raises
    ------
    SpecificationError
        If y has no such reduced form here: time lags, other endogenous regressors, or I - sum
        rho W singular under the null; or errors are not clustered one way.
    """
    if design.dynamic is not None or len(design.endog.names) != design.n_lags:
        raise SpecificationError(
            "The bootstrap needs spatial lags as the only instrumented regressors; expected no "
            "time lags and no other endogenous ones."
        )
    labels = dependence.labels
    if dependence.kind != "clustered" or len(labels) != 1:
        raise SpecificationError(
            "The bootstrap's errors are not clustered one way; expected cov_type='clustered'."
        )
    restricted = _restricted(equation, place, null)
    T, n = design.y.shape
    m = design.n_lags
    matrices = [W.matrix for W in list(design.weights.values())[:m]]
    system = sparse.eye_array(n) - sum(
        (rho * W for rho, W in zip(restricted[:m], matrices, strict=True)),
        start=sparse.csr_array((n, n)),
    )
    try:
        solve = splu(sparse.csc_matrix(system)).solve
    except RuntimeError:
        raise SpecificationError(
            "I - rho W is singular under the null; expected another value."
        ) from None
    raw = np.concatenate([design.endog.values, design.exog.values], axis=2)
    inner = design.y - raw @ restricted  # effects and errors
    u = demean(inner, effects)
    steady = design.exog.values @ restricted[m:] + inner - u

    groups = labels[0]
    n_clusters = int(groups.max()) + 1
    multipliers, _, kind = wild_weights(weights, n_clusters, draws, seed)
    statistics = _Statistics(equation, groups, place, null)
    stars = np.empty(len(multipliers))
    size = max(1, _BATCH // (T * n))
    for first in range(0, len(multipliers), size):
        v = multipliers[first : first + size]
        shocks = u[:, :, None] * v[:, groups].T.reshape(T, n, len(v))
        # All right-hand sides at once: n rows, a column a period and draw.
        right = (steady[:, :, None] + shocks).transpose(1, 0, 2)
        y = solve(np.ascontiguousarray(right.reshape(n, -1))).reshape(n, T, len(v))
        lags = [(W @ y.reshape(n, -1)).reshape(n, T, len(v)) for W in matrices]
        clear = [demean(values.transpose(1, 0, 2), effects) for values in (y, *lags)]
        flat = [values.reshape(T * n, len(v)) for values in clear]
        stars[first : first + size] = statistics.of(flat[0], flat[1:])
    t = _t(equation, dependence, place, null)
    return WildTest(
        statistic=t,
        p_value=symmetric_p_value(t, stars),
        p_value_equal_tailed=equal_tailed_p_value(t, stars),
        n_clusters=n_clusters,
        n_draws=len(stars),
        weights=kind,
    )


def _restricted(equation: Equation, place: int, null: float) -> Array:
    rest = Equation(
        equation.y - null * equation.D[:, place],
        np.delete(equation.D, place, axis=1),
        equation.F,
        equation.n_endog - (place < equation.n_endog),
    )
    return np.insert(two_stage(rest).params, place, null)


def _t(equation: Equation, dependence: Dependence, place: int, null: float) -> float:
    fit = two_stage(equation)
    variance = iv_covariance(equation, fit, dependence)[place, place]
    return float((fit.params[place] - null) / np.sqrt(variance))


class _Statistics:
    """t-statistics of many outcomes at once: instruments and other regressors are the same."""

    def __init__(self, equation: Equation, groups: Array, place: int, null: float) -> None:
        self.Q = np.linalg.qr(equation.F)[0]
        self.X = equation.D[:, equation.n_endog :]
        self.on_Q = self.Q.T @ self.X
        rows = np.arange(len(groups))
        self.sums = sparse.csr_array((np.ones(len(rows)), (groups, rows)))
        self.place, self.null = place, null

    def of(self, y: Array, lags: list[Array]) -> Array:
        """Statistics of outcomes (N, draws) with their spatial lags."""
        draws, m = y.shape[1], len(lags)
        L, k = self.on_Q.shape
        fitted = np.empty((draws, L, m + k))
        for j, values in enumerate(lags):
            fitted[:, :, j] = (self.Q.T @ values).T
        fitted[:, :, m:] = self.on_Q
        transposed = fitted.transpose(0, 2, 1)
        inverse = np.linalg.inv(transposed @ fitted)
        to_params = inverse @ transposed
        params = (to_params @ (self.Q.T @ y).T[:, :, None])[:, :, 0]
        e = y - self.X @ params[:, m:].T
        for j, values in enumerate(lags):
            e = e - values * params[:, j]
        weights = to_params[:, self.place]
        scores = sum((self.sums @ (self.Q[:, [i]] * e)) * weights[:, i] for i in range(L))
        return (params[:, self.place] - self.null) / np.sqrt((scores**2).sum(axis=0))
