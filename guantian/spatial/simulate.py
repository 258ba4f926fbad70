"""Simulated spatial panels."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import scipy.sparse as sp

from guantian.spatial.errors import SpecificationError
from guantian.spatial.panel_data import TERMS
from guantian.spatial.solvers import FactorSolver
from guantian.spatial.weights import SpatialWeights
from guantian.spatial.weights_checks import as_weights

_BURN_IN = 50


@dataclass(frozen=True, eq=False)
class SimulatedPanel:
    """A panel with the parameters that made it.

    Attributes
    ----------
    dependent : pandas.Series
    exog : pandas.DataFrame
    weights : scipy.sparse.csr_array
    parameters : dict
        Name as in `SpatialPanelResult.params`, and "sigma2".
    """

    dependent: pd.Series
    exog: pd.DataFrame
    weights: sp.csr_array
    parameters: dict[str, float] = field(repr=False)


def rook_lattice(rows: int, columns: int, standardised: bool = True) -> sp.csr_array:
    """Contiguity of a rectangular lattice: cells that share an edge.

    Parameters
    ----------
    rows, columns : int
    standardised : bool
        Whether rows sum to one.

    Returns
    -------
    scipy.sparse.csr_array, shape (rows * columns, rows * columns)

    Examples
    --------
    >>> rook_lattice(1, 3).toarray()
    array([[0. , 1. , 0. ],
           [0.5, 0. , 0.5],
           [0. , 1. , 0. ]])
    """
    cell = np.arange(rows * columns).reshape(rows, columns)
    a = np.concatenate([cell[:, :-1].ravel(), cell[:-1].ravel()])
    b = np.concatenate([cell[:, 1:].ravel(), cell[1:].ravel()])
    n = rows * columns
    W = sp.csr_array(
        (np.ones(2 * len(a)), (np.concatenate([a, b]), np.concatenate([b, a]))), shape=(n, n)
    )
    if standardised:
        W = sp.csr_array(sp.diags_array(1 / np.asarray(W.sum(axis=1)).ravel()) @ W)
    W.sort_indices()
    return W


def simulate_panel(
    n: int = 100,
    T: int = 10,
    model: str = "sdm",
    effects: str = "twoway",
    *,
    rho: float = 0.4,
    lambda_: float = 0.4,
    beta: tuple[float, ...] = (1.0, -0.5),
    theta: tuple[float, ...] = (0.5, 0.25),
    gamma: float = 0.0,
    eta: float = 0.0,
    sigma: float = 1.0,
    weights: sp.sparray | SpatialWeights | None = None,
    errors: str = "normal",
    seed: int = 0,
) -> SimulatedPanel:
    """Draw a panel from a spatial model.

    Parameters
    ----------
    n, T : int
        Units (a square number where `weights` is None: a rook lattice) and periods.
    model, effects : str
        As in `SpatialPanel`; terms that the model lacks are left out.
    rho, lambda_, gamma, eta : float
        Of W y, W u, y_{t-1} and W y_{t-1}.
    beta, theta : sequence of float, length k
        Of X and W X; X is standard normal plus the unit's effect, so that random effects differ
        from fixed ones: with "random" it is standard normal alone.
    sigma : float
        Standard deviation of e.
    weights : optional
    errors : {"normal", "gamma"}
        "gamma": skewed and fat-tailed, shape one half, centred and scaled.
    seed : int

    Returns
    -------
    SimulatedPanel
        Variables "y" and "x1" to "xk" on (unit, period).
    """
    if model not in TERMS or errors not in ("normal", "gamma"):
        raise SpecificationError(
            f"model is {model!r} and errors are {errors!r}; expected known ones."
        )
    rng = np.random.default_rng(seed)
    has_lag, has_durbin, has_error = TERMS[model]
    if weights is None:
        side = round(np.sqrt(n))
        if side**2 != n:
            raise SpecificationError(
                f"n is {n}; expected a square number where weights are not given."
            )
        weights = rook_lattice(side, side)
    W = (
        as_weights(weights, pd.RangeIndex(n))
        if not isinstance(weights, SpatialWeights)
        else weights
    )
    dynamic = gamma != 0 or eta != 0
    periods = T + _BURN_IN if dynamic else T
    unit = effects in ("unit", "twoway", "random")
    mu = rng.standard_normal(n) if unit else np.zeros(n)
    alpha = rng.standard_normal(periods) if effects in ("time", "twoway") else np.zeros(periods)
    shift = mu if effects in ("unit", "twoway") else np.zeros(n)
    X = rng.standard_normal((periods, n, len(beta))) + 0.5 * shift[None, :, None]
    if errors == "normal":
        e = rng.standard_normal((periods, n))
    else:
        e = (rng.gamma(0.5, size=(periods, n)) - 0.5) / np.sqrt(0.5)
    mean = X @ np.asarray(beta) + mu + alpha[:, None]
    if has_durbin:
        mean = mean + W.lag(X) @ np.asarray(theta)
    u = sigma * e
    if has_error:
        u = FactorSolver(W, lambda_).solve(u.T).T
    solve = FactorSolver(W, rho).solve if has_lag else lambda b: b
    if dynamic:
        y = np.zeros((periods, n))
        previous = np.zeros(n)
        for t in range(periods):
            previous = solve(mean[t] + u[t] + gamma * previous + eta * (W.matrix @ previous))
            y[t] = previous
        y, X = y[-T:], X[-T:]
    else:
        y = solve((mean + u).T).T
    index = pd.MultiIndex.from_product([range(n), range(T)], names=["unit", "period"])
    names = [f"x{j + 1}" for j in range(len(beta))]
    parameters = dict(zip(names, beta, strict=True)) | {"sigma2": sigma**2}
    if has_durbin:
        parameters |= {f"W.{name}": value for name, value in zip(names, theta, strict=True)}
    if has_lag:
        parameters["rho"] = rho
    if has_error:
        parameters["lambda"] = lambda_
    if gamma:
        parameters["L.y"] = gamma
    if eta:
        parameters["W.L.y"] = eta
    return SimulatedPanel(
        pd.Series(np.ascontiguousarray(y.T).ravel(), index=index, name="y"),
        pd.DataFrame(X.transpose(1, 0, 2).reshape(n * T, -1), index=index, columns=names),
        W.matrix,
        parameters,
    )
