"""Effects of approvals zone by zone, pooled over zones, with placebo assignments beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from guantian.chapters.plan.estimate.approvals import Approvals, draw_assignments
from regiometrics import _laws as laws
from regiometrics.counterfactuals.pooling import PooledEffects, pool_effects
from regiometrics.counterfactuals.synthetic import counterfactuals

Array = np.ndarray
#: Effects by zone: of members' mean log output; of the core's log output minus the others' mean;
#: of the core's share of the zone's output, in points.
MEASURES = ("output", "core_gap", "core_share")
#: Rejection rates at 5% within which Student's t is kept.
HOLDS = (0.035, 0.065)


@dataclass(frozen=True)
class ZoneEffects:
    """Effects by assignment and cohort; missing where a cohort has no core.

    Attributes
    ----------
    effects : mapping of str to ndarray, shape (assignments, cohorts)
        By measure.
    gaps : mapping of str to ndarray, shape (assignments, cohorts, years)
        Paths of output and of the core's gap about the approval, missing beyond a window's end.
    noise : mapping of str to ndarray, shape (assignments, cohorts)
        Variance of the measure's yearly changes before the approval, relative to the donors' mean.
    """

    effects: Mapping[str, Array]
    gaps: Mapping[str, Array]
    noise: Mapping[str, Array]


@dataclass(frozen=True)
class Pooled:
    """A pooled effect with the inference that holds its size on placebo assignments.

    Attributes
    ----------
    estimate, std_error, df, statistic, p_value : float
        With Student's t; the error is multiplied by `factor`.
    expected : float
        Standard deviation of the pooled effects of placebo assignments.
    quiet : float
        How much less the approved zones moved before their approval than placebo groups.
    raw_size, size : float
        Rejection rate of placebo assignments at 5%: without the factor; with it, on the half of
        the assignments that did not choose it.
    factor : float
        1 where the raw size holds; else what makes it hold.
    between : float
        Standard deviation of the true effects between zones.
    n_zones, n_draws : int
    """

    estimate: float
    std_error: float
    df: float
    statistic: float
    p_value: float
    expected: float
    quiet: float
    raw_size: float
    size: float
    factor: float
    between: float
    n_zones: int
    n_draws: int


def zone_effects(
    approvals: Approvals,
    groups: Array,
    method: str,
    *,
    placebo: bool,
    earlier: int = 0,
) -> ZoneEffects:
    """Estimate the effect on every cohort, or on the placebo groups in its place.

    Parameters
    ----------
    approvals
        The cohorts.
    groups
        Masks, shape (assignments, cohorts, cities).
    method
        Of :func:`regiometrics.counterfactuals.counterfactuals`, or ``detrended``: difference in
        differences minus the linear trend before, carried on.
    placebo
        Whether the groups are placebo groups, which are then no donors of each other and whose
        core is the city of the largest output in the year before.
    earlier
        Years by which approvals are dated too early; only years before the true date are used.
    """
    draws, n = groups.shape[:2]
    span = approvals.before + approvals.after
    effects = {name: np.full((draws, n), np.nan) for name in MEASURES}
    noise = {name: np.full((draws, n), np.nan) for name in MEASURES}
    gaps = {name: np.full((draws, n, span), np.nan) for name in ("output", "core_gap")}
    everywhere = groups.any(axis=1)
    for place, cohort in enumerate(approvals.cohorts):
        own = groups[:, place]
        values, keep, _ = approvals.window(cohort.year)
        donors = approvals.donors(own, cohort.year, everywhere & ~own if placebo else None)
        before = approvals.before
        if earlier:
            values, before = values[:, :before], before - earlier
        values, donors = values[keep], donors[:, keep]
        core = _cores(approvals, own, cohort.core, cohort.year, placebo)
        treated = [own.astype(float)]
        if core is not None:
            base = np.exp(approvals.outcome[cohort.year - 1].fillna(-np.inf).to_numpy())
            treated += [core, own & ~core, (own & ~core) * base]
        # All at once: what depends on donors alone is then computed once.
        stacked = np.vstack(treated)[:, keep]
        found = _gaps(values, stacked, np.tile(donors, (len(treated), 1)), before, method)
        found = found.reshape(len(treated), draws, -1)
        effects["output"][:, place] = found[0, :, before:].mean(axis=1)
        gaps["output"][:, place, : found.shape[2]] = found[0]
        past = values[:, :before]
        moved = _mean(own[:, keep], past) - _mean(donors, past)
        noise["output"][:, place] = _changes(moved)
        if core is None:
            continue
        _, ahead, behind, total = found
        gaps["core_gap"][:, place, : ahead.shape[1]] = ahead - behind
        effects["core_gap"][:, place] = (ahead - behind)[:, before:].mean(axis=1)
        levels = np.exp(values)
        share = (core[:, keep] @ levels) / (own[:, keep] @ levels)
        without = share * np.exp(-ahead) / (share * np.exp(-ahead) + (1 - share) * np.exp(-total))
        effects["core_share"][:, place] = 100 * (share - without)[:, before:].mean(axis=1)
        apart = _mean(core[:, keep], past) - _mean((own & ~core)[:, keep], past)
        noise["core_gap"][:, place] = _changes(apart)
        noise["core_share"][:, place] = _changes(100 * share[:, :before])
    return ZoneEffects(effects, gaps, noise)


def _mean(members: Array, values: Array) -> Array:
    """Mean paths of groups, shape (groups, years)."""
    return members @ values / np.maximum(members.sum(axis=1, keepdims=True), 1)


def _changes(paths: Array) -> Array:
    """Variance of yearly changes of each path."""
    return np.diff(paths, axis=1).var(axis=1, ddof=1)


def quietness(own: Array, drawn: Array, effects: Array, sides: Array | None = None) -> float:
    """Return how much less the zones move than placebo groups, as a factor of the pooled error.

    Placebo groups are of cities never approved, whose output is more volatile than that of approved
    ones. The factor is the root of the ratio of the variances of yearly changes before approval,
    each zone with its share in the variance of the pooled effect. No year after an approval enters.

    Parameters
    ----------
    own : ndarray, shape (cohorts,)
        Variance of yearly changes before approval, missing where a cohort has no effect.
    drawn : ndarray, shape (assignments, cohorts)
        The same of placebo groups.
    effects : ndarray, shape (assignments, cohorts)
        Placebo effects.
    sides : ndarray of bool, shape (cohorts,), optional
        Of a difference between two sorts of zones: which are of the first.

    Examples
    --------
    >>> drawn = np.array([[1.0, 4.0], [1.0, 4.0]])
    >>> quietness(np.array([0.25, 1.0]), drawn, np.array([[1.0, 1.0], [-1.0, -1.0]]))
    0.5
    """
    known = np.isfinite(own)
    sides = np.zeros(len(own), dtype=bool) if sides is None else sides
    errors = np.nanstd(effects[:, known], axis=0, ddof=1)
    precision = errors**-2.0
    kinds = sides[known].astype(int)
    share = precision / np.bincount(kinds, precision, 2)[kinds]
    parts = (share * errors) ** 2
    ratio = own[known] / np.nanmean(drawn[:, known], axis=0)
    return float(np.sqrt(parts @ ratio / parts.sum()))


def _cores(approvals, own, core: int, year: int, placebo: bool) -> Array | None:
    """Masks of the groups' cores; None where the cohort has none or nothing beside it."""
    if core < 0 or own.sum(axis=1).min() < 2:
        return None
    chosen = np.zeros_like(own)
    if placebo:
        levels = approvals.outcome[year - 1].fillna(-np.inf).to_numpy()
        chosen[np.arange(len(own)), np.where(own, levels, -np.inf).argmax(axis=1)] = True
    else:
        chosen[:, core] = True
    return chosen


def _gaps(values, treated, donors, before: int, method: str) -> Array:
    if method != "detrended":
        return counterfactuals(values, treated, donors, before, method).gaps
    gaps = counterfactuals(values, treated, donors, before, "did").gaps
    time = np.arange(gaps.shape[1]) - (before - 1)
    design = np.column_stack([np.ones(before), time[:before]])
    level, slope = np.linalg.lstsq(design, gaps[:, :before].T, rcond=None)[0]
    return gaps - level[:, None] - slope[:, None] * time


def placebo_groups(approvals: Approvals, largest: int, draws: int, seed: int) -> Array:
    """Draw placebo groups in place of all cohorts, each of at most `largest` cities.

    Cities never approved have no room for as many as were approved: the groups are smaller than
    the largest zones, and the errors that follow from them are rather too large.
    """
    sizes = [min(cohort.size, largest) for cohort in approvals.cohorts]
    return draw_assignments(approvals.cities.adjacency, approvals.pool(), sizes, draws, seed)


def own_groups(approvals: Approvals) -> Array:
    """The cohorts' own members, as one assignment."""
    return np.stack([cohort.members for cohort in approvals.cohorts])[None]


def pool(own: Array, drawn: Array) -> Pooled | None:
    """Pool zones' effects and calibrate the inference on placebo assignments.

    Parameters
    ----------
    own
        Effects by cohort, shape (cohorts,); missing ones are left out.
    drawn
        Effects of the placebo groups, shape (assignments, cohorts).

    Returns
    -------
    Pooled or None
        None with fewer than three cohorts.
    """
    known = np.isfinite(own)
    if known.sum() < 3:
        return None
    return _calibrated(*_pooled_all(own[known], drawn[:, known]), int(known.sum()))


def pool_difference(own: Array, drawn: Array, first: Array) -> Pooled | None:
    """Pool two sorts of zones and compare them: the cohorts in `first` minus the others.

    The degrees of freedom are Satterthwaite's. None with fewer than three cohorts of either sort.
    """
    known = np.isfinite(own)
    sides = known & first, known & ~first
    if min(side.sum() for side in sides) < 3:
        return None
    (a, drawn_a), (b, drawn_b) = (_pooled_all(own[side], drawn[:, side]) for side in sides)
    return _calibrated(_minus(a, b), _minus(drawn_a, drawn_b), int(known.sum()))


def _pooled_all(own: Array, drawn: Array) -> tuple[PooledEffects, PooledEffects]:
    errors = drawn.std(axis=0, ddof=1)
    return pool_effects(own, errors), pool_effects(drawn, errors)


def _minus(a: PooledEffects, b: PooledEffects) -> PooledEffects:
    va, vb = np.square(a.std_errors), np.square(b.std_errors)
    df = np.square(va + vb) / (np.square(va) / a.df + np.square(vb) / b.df)
    return PooledEffects(
        a.means - b.means, np.sqrt(va + vb), np.maximum(a.between, b.between), a.weights, df
    )


def _calibrated(own: PooledEffects, drawn: PooledEffects, zones: int) -> Pooled:
    statistics = np.abs(drawn.means / drawn.std_errors)
    limits = np.broadcast_to(laws.t.ppf(0.975, drawn.df), statistics.shape)
    ratio = statistics / limits
    raw = float((ratio > 1).mean())
    factor, size = 1.0, raw
    if not HOLDS[0] <= raw <= HOLDS[1]:
        # One half chooses the factor whose rejection rate the other half shows.
        half = len(ratio) // 2
        size = float((ratio[half:] > np.quantile(ratio[:half], 0.95)).mean())
        factor = float(np.quantile(ratio, 0.95))
    error, df = factor * float(own.std_errors[0]), float(np.ravel(own.df)[0])
    estimate = float(own.means[0])
    return Pooled(
        estimate=estimate,
        std_error=error,
        df=df,
        statistic=estimate / error,
        p_value=float(2 * laws.t.sf(abs(estimate / error), df)),
        expected=float(drawn.means.std(ddof=1)),
        quiet=1.0,
        raw_size=raw,
        size=size,
        factor=factor,
        between=float(np.sqrt(own.between[0])),
        n_zones=zones,
        n_draws=len(ratio),
    )
