"""Censored regression of log flows with origin and destination effects on a full grid."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from regiometrics._arguments import flags, instance, numbers
from regiometrics.errors import EstimationError
from regiometrics.gravity.errors_dyadic import covariance, dyadic_meat, two_way_meat
from regiometrics.gravity.grid import Array, FlowGrid, TwoWayEffects, bases, usable
from regiometrics.gravity.results import GravityResult
from regiometrics.gravity.separation import independent

TOLERANCE = 1e-8
FEW_CITIES = 100  # below them tests reject too often, and a warning says so
STEPS = 80


@dataclass(frozen=True)
class TobitFit(GravityResult):
    """A gravity model of log flows, censored below a threshold.

    Attributes
    ----------
    sigma
        The standard deviation of the log flow.
    n_censored
        The number of pairs below the threshold.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(1, 3, (12, 12))
    >>> flow = np.exp(2 - x) * rng.gamma(4, 0.25, (12, 12)) * ~np.eye(12, dtype=bool)
    >>> grid = FlowGrid(list("abcdefghijkl"), flow, flow > 0, {"x": x})
    >>> fit = tobit(grid, ["x"])
    >>> bool(abs(fit.params["x"] + 1) < 0.3), fit.n_censored
    (True, 0)
    """

    sigma: float
    n_censored: int


def tobit(grid: FlowGrid, names: Sequence[str], mask=None) -> TobitFit:
    """Fit ln y_ij = x_ij b + a_i + d_j + e_ij, where pairs not listed lie below a threshold.

    The threshold is the smallest listed flow of the pair's origin (Eaton and Kortum 2001). The
    likelihood is concave in (b / sigma, 1 / sigma) (Olsen 1978); Newton's steps are weighted
    least squares with both effects solved exactly.

    Parameters
    ----------
    grid
        Cities, flows, regressors.
    names
        The names of the regressors.
    mask
        Pairs that may enter, shape (n, n); all by default.

    Raises
    ------
    ValueError
        If a regressor is unknown, a flow is missing or negative, or one that is listed is zero.
    EstimationError
        If a regressor does not vary apart from the effects, no degree of freedom is left, or
        Newton's steps do not settle.
    """
    instance("grid", grid, FlowGrid)
    names = grid.check(names)
    listed = flags("listed", grid.listed, grid.off_diagonal.shape) & grid.off_diagonal
    if not (numbers("flow", grid.flow, listed.shape, missing=True)[listed] > 0).all():
        one, other = np.argwhere(listed & ~(grid.flow > 0))[0]
        raise ValueError(
            f"The flow from {grid.codes[one]} to {grid.codes[other]} is listed and "
            f"{grid.flow[one, other]}; expected a positive number."
        )
    mask = grid.off_diagonal if mask is None else mask
    mask, kept = usable(grid, names, mask, grid.flow)
    rows = np.flatnonzero(kept)
    if len(rows) < 3:
        raise EstimationError(
            f"{len(rows)} cities send and receive a flow on pairs that count; expected three or "
            "more."
        )
    cut = np.ix_(rows, rows)
    inside = mask[cut].astype("float64")
    base = bases(mask[cut])
    seen = (grid.listed & mask)[cut]
    hidden = ~seen & (inside > 0)
    floor = grid.thresholds()[cut]
    with np.errstate(divide="ignore"):
        known = np.where(seen, np.log(np.where(seen, grid.flow[cut], 1.0)), np.log(floor))
    X = np.array([np.where(inside > 0, grid.regressors[name][cut], 0.0) for name in names])
    n_seen = int(seen.sum())
    good = independent(X, inside > 0)
    if not good.all():
        flat = [name for name, fine in zip(names, good, strict=True) if not fine]
        raise EstimationError(
            f"The regressors {flat} do not vary apart from the effects or from each other."
        )
    free = n_seen - 2 * len(rows) + len(base) - len(names)
    if free < 1:
        raise EstimationError(
            f"{n_seen} listed pairs of {len(rows)} cities leave no degree of freedom for "
            f"{len(names)} regressors and two effects per city."
        )
    index, scale = _start(known, X, inside, base)
    if not np.isfinite(scale) or scale * np.abs(known[inside > 0]).max() > 1e10:
        raise EstimationError(
            "The regressors and effects reproduce the log flows exactly; no error can be estimated."
        )
    for _ in range(STEPS):
        slope, weights, effects = _derivatives(scale * known - index, seen, hidden, base)
        # In the order: regressors (their index enters with a minus), then the scale.
        flat = np.array([-effects.residual(x) for x in X] + [effects.residual(known)])
        information = np.einsum("aij,bij,ij->ab", flat, flat, weights, optimize=True)
        information[-1, -1] += n_seen / scale**2
        score = np.einsum("aij,ij->a", flat, slope, optimize=True)
        score[-1] += n_seen / scale
        step = np.linalg.solve(information, score)
        working = np.where(weights > 0, slope / np.where(weights > 0, weights, 1.0), 0.0)
        explained = np.tensordot(step[:-1], X, axes=1)
        origin, destination = effects.effects(step[-1] * known - explained - working)
        change = explained + origin[:, None] + destination
        damp = min(1.0, 0.5 * scale / abs(step[-1])) if step[-1] else 1.0
        scale, index = scale + damp * step[-1], index + damp * change
        if np.abs(change[inside > 0]).max() < TOLERANCE**0.5 and abs(step[-1]) < TOLERANCE:
            break
    else:
        raise EstimationError(f"The censored gravity model did not settle in {STEPS} steps.")
    scaled = _coefficients(index, X, inside, base)
    slope, weights, effects = _derivatives(scale * known - index, seen, hidden, base)
    flat = np.array([-effects.residual(x) for x in X] + [effects.residual(known)])
    information = np.einsum("aij,bij,ij->ab", flat, flat, weights, optimize=True)
    information[-1, -1] += n_seen / scale**2
    scores = flat * slope
    scores[-1] += np.where(seen, 1 / scale, 0.0)
    n_obs = int(inside.sum())
    if len(rows) < FEW_CITIES:
        warnings.warn(
            f"The errors are clustered by {len(rows)} cities; with fewer than {FEW_CITIES} tests "
            "reject too often (two-way ones of 5% in 11% of samples with 25, dyadic ones in 25% "
            "with 7).",
            stacklevel=2,
        )
    bread = np.linalg.inv(information)
    two_way, dyadic = (
        covariance(bread, meat(scores), n_obs, len(rows)) for meat in (two_way_meat, dyadic_meat)
    )
    delta = np.hstack([np.eye(len(names)) / scale, -(scaled / scale**2)[:, None]])
    return TobitFit(
        params=pd.Series(scaled / scale, index=list(names), name="estimate"),
        cov_two_way=pd.DataFrame(delta @ two_way @ delta.T, list(names), list(names)),
        cov_dyadic=pd.DataFrame(delta @ dyadic @ delta.T, list(names), list(names)),
        sigma=1 / scale,
        n_obs=n_obs,
        n_censored=int(hidden.sum()),
        n_cities=len(rows),
    )


def _start(known: Array, X: Array, inside: Array, base) -> tuple[Array, float]:
    """Least squares that takes the threshold for the flow, scaled by its deviation."""
    effects = TwoWayEffects(inside, base)
    flat = np.array([effects.residual(x) for x in X])
    information = np.einsum("aij,bij,ij->ab", flat, flat, inside, optimize=True)
    params = np.linalg.solve(information, np.einsum("aij,ij->a", flat, inside * known))
    rest = known - np.tensordot(params, X, axes=1)
    left = effects.residual(rest)
    with np.errstate(divide="ignore"):
        scale = 1 / np.sqrt((inside * left**2).sum() / inside.sum())
    return min(scale, 1e300) * (known - left), float(scale)


def _derivatives(gap: Array, seen, hidden, base) -> tuple[Array, Array, TwoWayEffects]:
    """Slope and curvature of the log likelihood in the gap between value and index."""
    tail = np.where(hidden, gap, 0.0)
    mills = np.exp(-(tail**2) / 2 - special.log_ndtr(tail)) / np.sqrt(2 * np.pi)
    slope = np.where(seen, -gap, 0.0) + np.where(hidden, mills, 0.0)
    weights = np.where(seen, 1.0, 0.0) + np.where(hidden, mills * (mills + tail), 0.0)
    return slope, weights, TwoWayEffects(weights, base)


def _coefficients(index: Array, X: Array, inside: Array, base) -> Array:
    """Read the coefficients off an index that is linear in regressors and effects."""
    effects = TwoWayEffects(inside, base)
    flat = np.array([effects.residual(x) for x in X])
    information = np.einsum("aij,bij,ij->ab", flat, flat, inside, optimize=True)
    return np.linalg.solve(information, np.einsum("aij,ij->a", flat, inside * index))
