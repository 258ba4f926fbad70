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
    D = equation.D.copy()
    stars = np.empty(len(multipliers))
    for draw, v in enumerate(multipliers):
        y = solve((steady + u * v[groups].reshape(T, n)).T).T
        for j, W in enumerate(matrices):
            D[:, j] = demean((W @ y.T).T, effects).ravel()
        again = Equation(demean(y, effects).ravel(), D, equation.F, equation.n_endog)
        stars[draw] = _t(again, dependence, place, null)
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
