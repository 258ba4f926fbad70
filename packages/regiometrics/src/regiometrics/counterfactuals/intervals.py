"""Prediction intervals of one synthetic control: estimated weights and shocks after the treatment.

Cattaneo, Feng and Titiunik (2021, *JASA* 116); Cattaneo, Feng, Palomba and Titiunik (2025).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from regiometrics._arguments import confidence, flags, numbers, one_of, whole
from regiometrics.counterfactuals.simplex import simplex_weights
from regiometrics.counterfactuals.synthetic import (
    SMALL,
    checked_design,
    counterfactuals,
    donor_noise,
)
from regiometrics.errors import ConservativeWarning, EstimationError

Array = np.ndarray
METHODS = ("sc", "difp")
SHOCKS = ("subgaussian", "location-scale", "quantile")
MOMENTS = ("constant", "linear")
LARGEST_CUT = 0.2  # of the threshold below which a weight counts as zero, as in scpi
SPARE = 10  # residuals beyond the donors in use, below which a warning says that they are few
STEEP = 1e3  # weight of the row that pulls the prediction to its end, relative to the donors
EVEN = 1e-7  # a ridge, relative to the donors, that makes the weights of the search unique
STEPS = 40  # at most, of the search for an end
CLOSE = 1e-5  # of the range of the predictions, at which the search ends
USED = 1e-6  # a weight above it takes a degree of freedom


@dataclass(frozen=True, eq=False)
class PredictionIntervals:
    """Effects by period with intervals that count both sources of uncertainty.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per period after the treatment (its position in the outcomes). `observed`,
        `synthetic`, `effect`; `conf_low` and `conf_high` of the effect; `synthetic_low` and
        `synthetic_high` of the outcome without treatment; `weights_low`, `weights_high`,
        `shock_low` and `shock_high`: what estimated weights and the shock add to the synthetic
        outcome at its two ends.
    level : float
        The coverage that the intervals promise for each period.
    method, shocks, moments : str
        The weights, the bounds of the shocks, and the moments of both given the donors.
    donor_weights : ndarray, shape (units,)
        The weight of each unit.
    cut : float
        Weights below it count as zero where the weights' uncertainty is simulated.
    n_residuals : float
        Periods before the treatment minus the degrees of freedom of the weights.
    draws : int
        The number of simulated paths.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> y = rng.normal(size=(8, 30)).cumsum(axis=1)
    >>> y[0] = y[1:4].mean(axis=0) + 0.3 * rng.normal(size=30)
    >>> found = prediction_intervals(y, np.arange(8) == 0, np.arange(8) > 0, before=28)
    >>> found.table.index.tolist(), bool((found.table["conf_low"] < found.table["effect"]).all())
    ([28, 29], True)
    """

    table: pd.DataFrame
    level: float
    method: str
    shocks: str
    moments: str
    donor_weights: Array
    cut: float
    n_residuals: float
    draws: int


def prediction_intervals(
    outcomes: Array,
    treated: Array,
    donors: Array,
    before: int,
    method: str = "sc",
    level: float = 0.95,
    shocks: str = "subgaussian",
    moments: str = "constant",
    draws: int = 200,
    seed: int = 0,
) -> PredictionIntervals:
    """Predict the outcome without treatment, with an interval in each period after.

    Parameters
    ----------
    outcomes : ndarray, shape (units, periods)
        The outcomes without missing values.
    treated, donors : ndarray of bool, shape (units,)
        Which units are treated (their mean is one series), and which are donors.
    before : int
        Periods before the treatment, at least 4.
    method : {"sc", "difp"}
        Weights over the simplex, without and with an intercept, as in
        :func:`regiometrics.counterfactuals.synthetic.counterfactuals`.
    level : float, default 0.95
        Coverage of each period's interval. Half of the rest goes to the weights, half to the
        shock, so that the coverage is no smaller whatever their dependence.
    shocks : {"subgaussian", "location-scale", "quantile"}
        "subgaussian": mean plus and minus sd (2 ln(2 / a))^(1/2), a the shock's share of the error,
        which holds for any distribution whose tails are no heavier than normal ones.
        "location-scale": quantiles of the standardised residuals. "quantile": quantiles of the
        residuals. The last two need far more than 2 / a periods before.
    moments : {"constant", "linear"}
        Whether the mean and the variance of the residuals are constant, or (log variance, and
        quantiles) linear in the outcomes of the donors in use.
    draws, seed : int
        Simulated paths, at least 100, and the seed that draws them.

    Returns
    -------
    PredictionIntervals

    Raises
    ------
    ValueError
        If shapes do not fit, a value is missing or an option is unknown.
    EstimationError
        If the weights leave fewer than two residuals, or too few for linear moments.

    Notes
    -----
    With y = B w0 + u before the treatment and y = p'w0 + e in a period after, the error of the
    prediction is e - p'(w - w0). The least squares weights w satisfy d'B'B d <= 2 u'B d for
    d = w - w0: the path B w* + g with g drawn like u must be fitted at least as well by w* + d as
    by w*. For each draw the smallest and the largest p'd over weights that are not negative and sum
    to that of w* are found exactly (a convex problem with one quadratic constraint, here by least
    squares over the simplex with a row that pulls the prediction towards its end); their quantiles
    bound the part of the weights. w* is w without the weights below a cut, sd(u) (ln T0 / T0)^(1/2)
    over the smallest sd of a donor, at most 0.2, as in the authors' package scpi. The variance of u
    is that of the residuals in each period (HC1, with weights in use minus one as their degrees of
    freedom).

    With linear moments the log variance is a regression as in scpi, scaled so that standardised
    squared residuals have a mean of one (the plain exponential of a mean of logs is a quarter of a
    normal variance).

    Examples
    --------
    Two factors, an effect of one after the thirtieth period:

    >>> rng = np.random.default_rng(1)
    >>> factors = rng.normal(size=(2, 34)).cumsum(axis=1)
    >>> y = rng.uniform(0, 1, (12, 2)) @ factors + 0.1 * rng.normal(size=(12, 34))
    >>> y[0] = y[1:4].mean(axis=0) + 0.1 * rng.normal(size=34)
    >>> y[0, 30:] += 1
    >>> treated = np.arange(12) == 0
    >>> found = prediction_intervals(y, treated, ~treated, before=30)
    >>> bool((found.table["conf_low"] > 0).all() and (found.table["conf_low"] < 1).all())
    True
    """
    one_of("method", method, METHODS)
    one_of("shocks", shocks, SHOCKS)
    one_of("moments", moments, MOMENTS)
    level = confidence(level, "level")
    draws = whole("draws", draws, 100)
    seed = whole("seed", seed, 0)
    n = len(numbers("outcomes", outcomes, (None, None)))
    treated, donors = flags("treated", treated, (n,)), flags("donors", donors, (n,))
    outcomes, groups, pools = checked_design(outcomes, treated[None], donors[None], before)
    whole("before", before, 4, outcomes.shape[1] - 1)
    fit = counterfactuals(outcomes, groups, pools, before, method)
    series, B = outcomes[treated].mean(axis=0), outcomes[donors].T
    early, late = B[:before], B[before:]
    w = fit.donor_weights[0, donors]
    constant = (series[:before] - early @ w).mean() if method == "difp" else 0.0
    residuals = series[:before] - early @ w - constant
    if np.abs(residuals).max() <= 1e-10 * max(np.abs(series).max(), 1e-300):
        raise EstimationError(
            "The donors reproduce the treated series exactly in all periods before; expected "
            "residuals, from which the shocks after are learnt: fewer donors, or more periods."
        )
    cut = _cut(residuals, early)
    used = w > cut
    used[w.argmax()] = True
    left = before - _degrees(early, w, outcomes, pools, before, method)
    needed = 2 + (int(used.sum()) if moments == "linear" else 0)
    if left < needed:
        raise EstimationError(
            f"{before} periods leave {left:.1f} residuals beside the weights of donors, which fit "
            f"them (nearly) exactly; expected at least {needed} for {moments} moments: more "
            "periods or fewer donors."
        )
    if left < SPARE:
        warnings.warn(
            f"The intervals' shocks are learnt from {left:.1f} residuals; with fewer than {SPARE} "
            "their bounds are rough.",
            stacklevel=2,
        )
    warnings.warn(
        f"Each interval covers {level:.0%} or more, whatever the dependence of weights and shocks: "
        "98 to 100% of simulated samples for a nominal 95%.",
        ConservativeWarning,
        stacklevel=2,
    )
    design, ahead = _moment_design(early, late, used, moments)
    mean = design @ np.linalg.lstsq(design, residuals, rcond=None)[0]
    scale = np.abs(residuals - mean) * np.sqrt(before / left)
    rng = np.random.default_rng(seed)
    paths = scale * rng.standard_normal((draws, before))
    share = (1 - level) / 2  # each source's share of the error
    low, high = _weights_range(early, late, np.where(used, w, 0.0), paths, method == "difp")
    weights_low = -np.quantile(high, 1 - share / 2, axis=0)
    weights_high = -np.quantile(low, share / 2, axis=0)
    stretched = mean + (residuals - mean) * np.sqrt(before / left)
    shock_low, shock_high = _shock_bounds(stretched, design, ahead, shocks, share)
    synthetic = late @ w + constant
    below, above = synthetic + weights_low + shock_low, synthetic + weights_high + shock_high
    table = pd.DataFrame(
        {
            "observed": series[before:],
            "synthetic": synthetic,
            "effect": series[before:] - synthetic,
            "conf_low": series[before:] - above,
            "conf_high": series[before:] - below,
            "synthetic_low": below,
            "synthetic_high": above,
            "weights_low": weights_low,
            "weights_high": weights_high,
            "shock_low": shock_low,
            "shock_high": shock_high,
        },
        index=pd.RangeIndex(before, outcomes.shape[1], name="period"),
    )
    return PredictionIntervals(
        table=table,
        level=level,
        method=method,
        shocks=shocks,
        moments=moments,
        donor_weights=fit.donor_weights[0],
        cut=cut,
        n_residuals=left,
        draws=draws,
    )


def _degrees(early, w, outcomes, pools, before, method) -> float:
    """Degrees of freedom of the weights above zero: the trace of their ridge regression."""
    support = early[:, w > USED]
    ridge = before * (SMALL * donor_noise(outcomes[:, :before], pools)[0]) ** 2
    free = support - support.mean(axis=1, keepdims=True)  # weights sum to one
    if method == "difp":
        free = free - free.mean(axis=0)
    squares = np.square(np.linalg.svd(free, compute_uv=False))
    squares = squares[squares > 1e-20 * max(np.square(early).max(), 1e-300)]
    return float((squares / (squares + ridge)).sum()) + (method == "difp")


def _cut(residuals: Array, early: Array) -> float:
    """The weight below which a donor counts as unused."""
    T0 = len(early)
    spread = early.std(axis=0, ddof=1)
    moving = spread[spread > 0]
    if not len(moving):
        return LARGEST_CUT
    rate = np.sqrt(np.log(T0) / T0)
    return float(min(residuals.std(ddof=1) / moving.min() * rate, LARGEST_CUT))


def _moment_design(early: Array, late: Array, used: Array, moments: str) -> tuple[Array, Array]:
    """Regressors of the residuals' moments before and after."""
    ones, ahead = np.ones((len(early), 1)), np.ones((len(late), 1))
    if moments == "constant":
        return ones, ahead
    return np.hstack([ones, early[:, used]]), np.hstack([ahead, late[:, used]])


def _weights_range(
    early: Array, late: Array, start: Array, paths: Array, intercept: bool
) -> tuple[Array, Array]:
    """Smallest and largest p'd of each draw (rows) in each period after (columns).

    Parameters
    ----------
    early, late : ndarray, shape (periods, donors)
        Donors' outcomes before and after.
    start : ndarray, shape (donors,)
        w*, whose sum the weights keep.
    paths : ndarray, shape (draws, periods before)
        g: w* + d must fit B w* + g at least as well as w*.
    intercept : bool
        Whether a constant is free, and is part of the prediction.

    Returns
    -------
    low, high : ndarray, shape (draws, periods after)
    """
    total, half = start.sum(), len(paths)
    x0 = start / total
    centre = early.mean(axis=1, keepdims=True)
    rows = total * (early - centre)  # weights that sum to one: nothing is lost about a centre
    low, high = np.zeros((half, len(late))), np.zeros((half, len(late)))
    bound = np.square(paths).sum(axis=1)
    size = max(np.square(rows).mean(), 1e-300)
    for column, row in enumerate(late):
        ahead = total * (row - row.mean())
        reach = np.abs(ahead).max()
        if reach <= 1e-12 * max(np.abs(total * row).max(), 1e-300) and not intercept:
            continue  # donors that are equal predict the same with any weights
        pull = np.sqrt(STEEP * size * len(rows)) / max(reach, np.sqrt(size))
        stacked = np.vstack([rows, pull * ahead])
        here = float(ahead @ x0)
        free = np.r_[np.ones(len(rows)), pull] if intercept else None
        target = rows @ x0 + paths
        widest = 2 * (np.ptp(ahead) + (2 * np.abs(paths).max() if intercept else 0.0))

        def solve(ends: Array, which: Array, stacked=stacked, free=free, pull=pull, target=target):
            """Predictions and misfits of the weights that are pulled to the ends."""
            wanted = np.column_stack([target[which % half], pull * ends])
            return _pulled(stacked, wanted, free, pull)

        found = _search(solve, here, widest, np.r_[bound, bound], half)
        low[:, column] = found[:half] - here
        high[:, column] = found[half:] - here
    return np.minimum(low, 0.0), np.maximum(high, 0.0)


def _pulled(stacked: Array, wanted: Array, free: Array | None, pull: float) -> tuple[Array, Array]:
    """Solve least squares over the simplex; return predictions and squared misfits before."""
    donors, targets = stacked, wanted
    if free is not None:
        unit = free / np.linalg.norm(free)
        donors = stacked - np.outer(unit, unit @ stacked)
        targets = wanted - np.outer(wanted @ unit, unit)
    ridge = EVEN * np.square(donors).sum() / donors.shape[1]
    weights = simplex_weights(donors, targets, ridge=ridge)
    fitted = weights @ stacked.T
    if free is not None:
        fitted = fitted + np.outer((wanted - fitted) @ free / (free @ free), free)
    return fitted[:, -1] / pull, np.square(fitted[:, :-1] - wanted[:, :-1]).sum(axis=1)


def _search(solve, here: float, widest: float, bound: Array, half: int) -> Array:
    """Pull each problem to where its misfit is at the bound; low ends first, then high ones."""
    side = np.where(np.arange(2 * half) < half, -1.0, 1.0)
    everyone = np.arange(2 * half)
    inner = np.zeros(2 * half)  # lengths of the pull: allowed, and too far
    outer = np.full(2 * half, widest)
    best, misfit = solve(here + side * outer, everyone)
    over = misfit - bound
    open_ = np.flatnonzero(over > 0)
    value_out = over
    value_in = np.full(2 * half, np.nan)
    best = best.copy()
    if len(open_):
        near, misfit = solve(np.full(len(open_), here), open_)
        value_in[open_] = np.minimum(misfit - bound[open_], 0.0)
        best[open_] = near
    for _ in range(STEPS):
        if not len(open_):
            break
        a, b = inner[open_], outer[open_]
        fa, fb = value_in[open_], value_out[open_]
        # Regula falsi, its steps kept off the ends; the misfit is convex in the pull.
        share = np.clip(-fa / (fb - fa), 0.1, 0.9)
        middle = a + share * (b - a)
        found, misfit = solve(here + side[open_] * middle, open_)
        value = misfit - bound[open_]
        inside = value <= 0
        inner[open_[inside]], value_in[open_[inside]] = middle[inside], value[inside]
        outer[open_[~inside]], value_out[open_[~inside]] = middle[~inside], value[~inside]
        best[open_[inside]] = found[inside]
        open_ = open_[(outer - inner)[open_] > CLOSE * widest]
    if len(open_):
        warnings.warn(
            f"{len(open_)} of {2 * half} simulated ends of the weights' part did not settle in "
            f"{STEPS} steps; they are too near to the prediction by up to "
            f"{(outer - inner)[open_].max() / widest:.1%} of its range.",
            stacklevel=4,
        )
    return best


def _shock_bounds(
    residuals: Array, design: Array, ahead: Array, shocks: str, share: float
) -> tuple[Array, Array]:
    """Bounds of the shock in each period after, beyond which it falls with a probability."""
    if shocks == "quantile":
        low = ahead @ _quantile_regression(residuals, design, share / 2)
        high = ahead @ _quantile_regression(residuals, design, 1 - share / 2)
        return np.minimum(low, high), np.maximum(low, high)
    slopes = np.linalg.lstsq(design, residuals, rcond=None)[0]
    centre, rest = ahead @ slopes, residuals - design @ slopes
    logs = np.log(np.maximum(np.square(rest), 1e-300))
    rates = np.linalg.lstsq(design, logs, rcond=None)[0]
    spread = np.exp((design @ rates) / 2)
    standard = rest / spread
    factor = np.sqrt(np.square(standard).mean())
    width, standard = np.exp((ahead @ rates) / 2) * factor, standard / factor
    if shocks == "subgaussian":
        reach = np.sqrt(2 * np.log(2 / share))
        return centre - reach * width, centre + reach * width
    low, high = np.quantile(standard, [share / 2, 1 - share / 2])
    return centre + low * width, centre + high * width


def _quantile_regression(y: Array, X: Array, level: float) -> Array:
    """Slopes of a linear quantile, by linear programming (Koenker and Bassett 1978)."""
    if X.shape[1] == 1:
        return np.array([np.quantile(y, level)])
    n, k = X.shape
    cost = np.r_[np.zeros(k), np.full(n, level), np.full(n, 1 - level)]
    equal = np.hstack([X, np.eye(n), -np.eye(n)])
    bounds = [(None, None)] * k + [(0, None)] * (2 * n)
    found = optimize.linprog(cost, A_eq=equal, b_eq=y, bounds=bounds, method="highs")
    if found.status != 0:
        raise EstimationError(f"The quantile regression of the residuals failed: {found.message}")
    return found.x[:k]
