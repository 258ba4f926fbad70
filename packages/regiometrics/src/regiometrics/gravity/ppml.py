"""Poisson pseudo maximum likelihood with origin and destination effects on a full grid."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regiometrics._arguments import instance
from regiometrics._labels import in_order
from regiometrics.errors import EstimationError
from regiometrics.gravity.errors_dyadic import FEW_CITIES, covariance, dyadic_meat, two_way_meat
from regiometrics.gravity.grid import Array, FlowGrid, TwoWayEffects, bases, usable
from regiometrics.gravity.results import GravityResult
from regiometrics.gravity.separation import independent, separated

TOLERANCE = 1e-9
STEPS = 60
EXACT = 1e-13  # a deviance below this share of the flows' own terms is rounding
SOLE = 0.5  # a pair with more of a regressor's variation, and of leverage, is warned of


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
        The squared correlation of flow and fitted flow; missing where flows are equal.
    separated
        The pairs without flow that the regressors predict exactly, left out, shape (n, n).
    dropped
        The regressors without a finite estimate, because only separated pairs identify them; they
        are not among `params`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(1, 3, (12, 12))
    >>> flow = np.exp(2 - x) * rng.gamma(4, 0.25, (12, 12)) * ~np.eye(12, dtype=bool)
    >>> grid = FlowGrid(list("abcdefghijkl"), flow, flow > 0, {"x": x})
    >>> fit = poisson(grid, ["x"])
    >>> bool(abs(fit.params["x"] + 1) < 0.3), fit.n_cities
    (True, 12)
    """

    origin: Array
    destination: Array
    mask: NDArray[np.bool_]
    fitted: Array
    pseudo_r2: float
    separated: Array
    dropped: tuple[str, ...]

    def predict(self, grid: FlowGrid) -> Array:
        """Return the flow expected of every pair, shape (n, n); zero for separated pairs."""
        index = self.origin[:, None] + self.destination
        for name, value in self.params.items():
            index = index + value * grid.regressors[name]
        return np.where(self.separated, 0.0, np.exp(index))


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
    grid : FlowGrid
        Cities, flows, regressors.
    names : sequence of str
        Regressors, at least one.
    mask : ndarray of bool, shape (n, n), optional
        Pairs that may enter; all by default. A pair without a regressor's value does not enter.
    flow : ndarray, shape (n, n), optional
        Flows that are used in place of the grid's own.
    start : PoissonFit, optional
        A fit near by, whose fitted values start the iteration.
    errors : bool, default True
        Whether covariances are wanted.

    Returns
    -------
    PoissonFit

    Raises
    ------
    ValueError
        If a regressor is unknown, a shape does not fit, or a flow is missing or negative.
    EstimationError
        If a regressor does not vary apart from the effects, no degree of freedom is left, or the
        iteration does not settle.

    Notes
    -----
    Pairs whose flow of zero is foretold by a combination of regressors (*separation*) have no
    finite estimate; they are left out, with the regressors of which only they told, and a warning
    names both (see :mod:`regiometrics.gravity.separation`). A city without any flow is left out in
    the same way.

    Pairs that share a city, in either role, are dependent as a rule: then the two-way errors are
    too small at any number of cities (5% tests reject in 12 to 28% of samples). Tests by the dyadic
    ones reject in 8% of samples with 100 cities, 10% with 25 to 50 and a third with 7; below 100
    cities a warning says so (`benchmarks/recovery_econometrics.csv`).
    """
    instance("grid", grid, FlowGrid)
    flow = grid.flow if flow is None else flow
    if isinstance(flow, pd.DataFrame):
        flow = in_order("flow", flow, pd.Index(grid.codes))
    names = grid.check(names, flow)
    flow = np.asarray(flow, dtype="float64")
    mask = grid.off_diagonal if mask is None else mask
    mask, kept = usable(grid, names, mask, flow)
    mask, kept, lost, names, dropped = _identified(grid, names, mask, kept, flow)
    rows = np.flatnonzero(kept)
    cut = np.ix_(rows, rows)
    inside = mask[cut].astype("float64")
    base = bases(mask[cut])
    y = np.where(mask[cut], flow[cut], 0.0)
    unit = _unit(y.sum() / inside.sum())
    y = y / unit
    X = np.array([np.where(mask[cut], grid.regressors[name][cut], 0.0) for name in names])
    mu = (y + y.sum() / inside.sum()) / 2
    if start is not None:
        before = start.predict(grid)[cut] / unit
        mu = np.where(np.isfinite(before), before, mu)
    # Where nothing counts, any positive value serves: its weight is zero.
    mu = np.where(inside > 0, np.maximum(mu, 1e-12), 1.0)
    # Effects absorb what they explain of a regressor; without it differences of sums lose nothing.
    even = TwoWayEffects(inside, base)
    sums = X.sum(axis=2), X.sum(axis=1)
    explained = even.from_sums(*sums)
    rest = (X - explained[0][:, :, None] - explained[1][:, None]) * inside
    flat_rest, weighted = rest.reshape(len(X), -1), np.empty_like(rest)
    deviance = np.inf
    for _ in range(STEPS):
        weights = mu * inside
        effects = TwoWayEffects(weights, base)
        target = np.log(mu) + (y - mu) / mu
        np.multiply(rest, weights, out=weighted)
        sums = weighted.sum(axis=2), weighted.sum(axis=1)
        of_each, of_target = effects.from_sums(*sums), effects.effects(target)
        flat_weighted = weighted.reshape(len(X), -1)
        total = flat_weighted @ flat_rest.T
        information = total - sums[0] @ of_each[0].T - sums[1] @ of_each[1].T
        if _collinear(information, total.diagonal()):
            raise EstimationError(_flat(names))
        moment = flat_weighted @ target.ravel() - sums[0] @ of_target[0] - sums[1] @ of_target[1]
        params = np.linalg.solve((information + information.T) / 2, moment)
        origin, destination = (t - params @ x for t, x in zip(of_target, of_each, strict=True))
        index = (params @ flat_rest).reshape(y.shape) + origin[:, None] + destination
        mu = np.where(inside > 0, np.exp(np.clip(index, -60, 60)), 1.0)
        last, deviance = deviance, _deviance(y, mu, inside)
        if abs(last - deviance) < TOLERANCE * (abs(deviance) + 0.1):
            break
    else:
        raise EstimationError(
            f"The gravity model of {list(names)} did not settle in {STEPS} steps."
        )
    origin, destination = origin - params @ explained[0], destination - params @ explained[1]
    n_obs, n_cities = int(inside.sum()), len(rows)
    if deviance <= EXACT * float((y * np.abs(np.log(np.where(y > 0, y, 1.0)) + 1)).sum()):
        raise EstimationError(
            "The regressors and effects reproduce the flows exactly; no error can be estimated: "
            "is a flow, or what it is made of, among the regressors?"
        )
    if errors and n_cities > FEW_CITIES:
        warnings.warn(
            "Two-way errors are too small at any number of cities where pairs that share one are "
            "dependent: 5% tests reject in 12 to 28% of samples. Use with_covariance('dyadic').",
            stacklevel=2,
        )
    elif errors:
        warnings.warn(
            f"The errors are clustered by {n_cities} cities; with {FEW_CITIES} or fewer tests "
            "reject too often (dyadic ones of 5% in 10% of samples with 25 to 50 cities, 30% with "
            "7).",
            stacklevel=2,
        )
    nothing = np.full((len(names),) * 2, np.nan)
    cov = cov_dyadic = nothing
    if errors:
        weights = mu * inside
        effects = TwoWayEffects(weights, base)
        flat = np.array([effects.residual(x) for x in X])
        bread = np.linalg.inv(np.einsum("aij,bij,ij->ab", flat, flat, weights, optimize=True))
        _warn_of_leverage(flat, weights, bread, names, [grid.codes[int(row)] for row in rows])
        scores = flat * ((y - mu) * inside)
        cov = covariance(bread, two_way_meat(scores), n_obs, n_cities)
        cov_dyadic = covariance(bread, dyadic_meat(scores), n_obs, n_cities)
    fitted = np.zeros_like(flow)
    fitted[cut] = unit * mu * inside
    counted = inside > 0
    return PoissonFit(
        params=pd.Series(params, index=list(names), name="estimate"),
        cov_two_way=pd.DataFrame(cov, list(names), list(names)),
        cov_dyadic=pd.DataFrame(cov_dyadic, list(names), list(names)),
        origin=_on_grid(origin + np.log(unit), kept),
        destination=_on_grid(destination, kept),
        mask=mask,
        fitted=fitted,
        n_obs=n_obs,
        n_cities=n_cities,
        pseudo_r2=_squared_correlation(y[counted], mu[counted]),
        separated=lost,
        dropped=dropped,
    )


def _identified(grid: FlowGrid, names, mask, kept, flow):
    """Leave out separated pairs, then regressors that no longer vary; refuse what is left of none.

    Returns mask, cities kept, pairs lost, and the regressors kept and dropped.
    """
    names, dropped = list(names), []
    lost = np.zeros_like(mask)
    first = True
    while True:
        rows = np.flatnonzero(kept)
        if len(rows) < 3:
            raise EstimationError(
                f"{len(rows)} cities send and receive a flow on pairs that count; expected three "
                "or more."
            )
        cut = np.ix_(rows, rows)
        inside = mask[cut]
        X = np.array([np.where(inside, grid.regressors[name][cut], 0.0) for name in names])
        good = independent(X, inside)
        if not good.all():
            # Before any pair is lost this is a collinear model, which is the caller's to mend.
            if first:
                raise EstimationError(_flat([n for n, g in zip(names, good, strict=True) if not g]))
            dropped += [name for name, fine in zip(names, good, strict=True) if not fine]
            names = [name for name, fine in zip(names, good, strict=True) if fine]
            X = X[good]
        if not names:
            raise EstimationError(
                f"The regressors {dropped} foretell flows of zero and vary on no other pairs; no "
                "finite estimate exists."
            )
        new = separated(flow[cut], X, inside)
        if not new.any():
            break
        first = False
        lost[cut] |= new
        mask, kept = usable(grid, names, mask & ~lost, flow)
    free = int(inside.sum()) - 2 * len(rows) + len(bases(inside)) - len(names)
    if free < 1:
        raise EstimationError(
            f"{inside.sum()} pairs of {len(rows)} cities leave no degree of freedom for "
            f"{len(names)} regressors and two effects per city."
        )
    if lost.any():
        also = f", as are the regressors that only they identify: {', '.join(dropped)}"
        warnings.warn(
            f"{lost.sum()} pairs without flow are separated by the regressors and left out"
            f"{also if dropped else ''}.",
            stacklevel=3,
        )
    return mask, kept, lost, tuple(names), tuple(dropped)


def _warn_of_leverage(flat: Array, weights: Array, bread: Array, names, cities) -> None:
    """Say where one pair alone tells of a regressor: its residual is zero, and so is its score."""
    shares = flat**2 * weights
    shares /= shares.sum(axis=(1, 2), keepdims=True)
    hat = np.einsum("aij,ab,bij,ij->ij", flat, bread, flat, weights, optimize=True)
    for a, name in enumerate(names):
        i, j = np.unravel_index(int(shares[a].argmax()), hat.shape)
        if shares[a, i, j] > SOLE and hat[i, j] > SOLE:
            warnings.warn(
                f"The pair {cities[i]} to {cities[j]} alone determines the estimate of {name!r}, "
                "whose error means nothing.",
                stacklevel=3,
            )


def _unit(mean: float) -> float:
    """Return the unit in which flows are of a size that exponentials reach: one unless extreme."""
    return 1.0 if 1e-3 < mean < 1e12 else float(2.0 ** np.floor(np.log2(mean)))


def _flat(names) -> str:
    return f"The regressors {list(names)} do not vary apart from the effects or from each other."


def _squared_correlation(one: Array, other: Array) -> float:
    scale = one.std() * other.std()
    if not scale:
        return np.nan
    return float(np.mean((one - one.mean()) * (other - other.mean()) / scale) ** 2)


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
