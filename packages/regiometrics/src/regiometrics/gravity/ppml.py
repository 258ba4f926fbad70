"""Poisson pseudo maximum likelihood with origin and destination effects on a full grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regiometrics.gravity.errors_dyadic import covariance, dyadic_meat, two_way_meat
from regiometrics.gravity.grid import Array, FlowGrid, TwoWayEffects, bases, usable
from regiometrics.gravity.results import GravityResult

TOLERANCE = 1e-9
STEPS = 60


@dataclass(frozen=True)
class PoissonFit(GravityResult):
    """A gravity model of flows, fitted by Poisson pseudo maximum likelihood.

    Attributes
    ----------
    origin, destination
        The effects, shape (n,), missing for cities left out; the first kept destination is the
        base.
    mask
        The pairs that were fitted, shape (n, n).
    fitted
        The fitted flow of these pairs, elsewhere zero, shape (n, n).
    pseudo_r2
        The squared correlation of flow and fitted flow.
    """

    origin: Array
    destination: Array
    mask: NDArray[np.bool_]
    fitted: Array
    pseudo_r2: float

    def predict(self, grid: FlowGrid) -> Array:
        """Return the flow expected of every pair, shape (n, n)."""
        index = self.origin[:, None] + self.destination
        for name, value in self.params.items():
            index = index + value * grid.regressors[name]
        return np.exp(index)


def poisson(
    grid: FlowGrid,
    names: Sequence[str],
    mask=None,
    flow: Array | None = None,
    start: PoissonFit | None = None,
    errors: bool = True,
) -> PoissonFit:
    """Fit E y_ij = exp(x_ij b + a_i + d_j) (Santos Silva and Tenreyro 2006, equation 11).

    Iterated weighted least squares; on a grid both sets of effects are solved exactly in each
    step, so that nothing is demeaned by alternation (Correia, Guimaraes and Zylkin 2020 do that
    for pairs in any arrangement; pyfixest's fepois follows them and gives the same numbers).

    Parameters
    ----------
    grid
        Cities, flows, regressors.
    names
        Regressors.
    mask
        Pairs that may enter, shape (n, n); all by default.
    flow
        In place of the grid's own, shape (n, n).
    start
        A fit near by, whose fitted values start the iteration.
    errors
        Whether covariances are wanted.

    Raises
    ------
    ValueError
        If the iteration does not settle, or a regressor does not vary beside the effects.
    """
    flow = grid.flow if flow is None else flow
    mask = grid.off_diagonal if mask is None else mask
    mask, kept = usable(grid, names, mask, flow)
    rows = np.flatnonzero(kept)
    cut = np.ix_(rows, rows)
    inside = mask[cut].astype("float64")
    base = bases(mask[cut])
    y = np.where(mask[cut], flow[cut], 0.0)
    X = np.array([np.where(mask[cut], grid.regressors[name][cut], 0.0) for name in names])
    mu = (y + y.sum() / inside.sum()) / 2
    if start is not None:
        before = start.predict(grid)[cut]
        mu = np.where(np.isfinite(before), before, mu)
    # Where nothing counts, any positive value serves: its weight is zero.
    mu = np.where(inside > 0, np.maximum(mu, 1e-12), 1.0)
    deviance = np.inf
    for _ in range(STEPS):
        weights = mu * inside
        effects = TwoWayEffects(weights, base)
        target = np.log(mu) + (y - mu) / mu
        flat = np.array([effects.residual(x) for x in X])
        information = np.einsum("aij,bij,ij->ab", flat, flat, weights, optimize=True)
        if _collinear(information, np.einsum("aij,aij,ij->a", X, X, weights, optimize=True)):
            raise ValueError(f"The regressors {list(names)} do not vary apart from the effects.")
        moment = np.einsum("aij,ij->a", flat, weights * target, optimize=True)
        params = np.linalg.solve(information, moment)
        rest = target - np.tensordot(params, X, axes=1)
        origin, destination = effects.effects(rest)
        index = np.tensordot(params, X, axes=1) + origin[:, None] + destination
        mu = np.where(inside > 0, np.exp(np.clip(index, -60, 60)), 1.0)
        last, deviance = deviance, _deviance(y, mu, inside)
        if abs(last - deviance) < TOLERANCE * (abs(deviance) + 0.1):
            break
    else:
        raise ValueError(f"The gravity model of {list(names)} did not settle in {STEPS} steps.")
    n_obs, n_cities = int(inside.sum()), len(rows)
    nothing = np.full((len(names),) * 2, np.nan)
    cov = cov_dyadic = nothing
    if errors:
        weights = mu * inside
        effects = TwoWayEffects(weights, base)
        flat = np.array([effects.residual(x) for x in X])
        bread = np.linalg.inv(np.einsum("aij,bij,ij->ab", flat, flat, weights, optimize=True))
        scores = flat * ((y - mu) * inside)
        cov = covariance(bread, two_way_meat(scores), n_obs, n_cities)
        cov_dyadic = covariance(bread, dyadic_meat(scores), n_obs, n_cities)
    fitted = np.zeros_like(flow)
    fitted[cut] = mu * inside
    counted = inside > 0
    return PoissonFit(
        params=pd.Series(params, index=list(names), name="estimate"),
        cov_two_way=pd.DataFrame(cov, list(names), list(names)),
        cov_dyadic=pd.DataFrame(cov_dyadic, list(names), list(names)),
        origin=_on_grid(origin, kept),
        destination=_on_grid(destination, kept),
        mask=mask,
        fitted=fitted,
        n_obs=n_obs,
        n_cities=n_cities,
        pseudo_r2=float(np.corrcoef(y[counted], mu[counted])[0, 1] ** 2),
    )


def _collinear(information: Array, total: Array) -> bool:
    """Whether effects, or the other regressors, leave nothing of a regressor's variation."""
    left = information.diagonal()
    if (left <= 1e-10 * total).any():
        return True
    return bool(np.linalg.cond(information / np.sqrt(np.outer(left, left))) > 1e12)


def _deviance(y: Array, mu: Array, inside: Array) -> float:
    logs = np.where(y > 0, y * np.log(np.where(y > 0, y, 1.0) / mu), 0.0)
    return float(2 * ((logs - (y - mu)) * inside).sum())


def _on_grid(values: Array, kept) -> Array:
    full = np.full(len(kept), np.nan)
    full[kept] = values
    return full
