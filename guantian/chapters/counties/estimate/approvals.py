"""Approvals of zones as treatments of their counties, with placebo groups of prefectures.

A group's outcome is the dispersion of its counties' log output per head, or their mean log output.
Each zone is compared with never-approved groups by synthetic difference-in-differences
(Arkhangelsky et al. 2021), whose unit and period weights follow the path before the approval: the
estimate is robust to a trend that differs before it. The zones' effects are pooled with weights
from placebo groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.counties.estimate.groups import Groups, Slot
from regiometrics import _laws as laws
from regiometrics.counterfactuals.synthetic import METHOD_NAMES, counterfactuals
from regiometrics.errors import EstimationError
from regiometrics.inference import inference_row
from regiometrics.placebo import disjoint_zones


def effects(
    treated: np.ndarray, donors: np.ndarray, usable: np.ndarray, before: int, method: str = "sdid"
) -> np.ndarray:
    """Return the effect on each treated group.

    Parameters
    ----------
    treated
        Outcomes of the treated groups, shape (groups, years).
    donors
        Outcomes of donors, shape (donors, years), complete.
    usable
        Which donors each group may use, boolean, shape (groups, donors).
    before
        Years before the treatment.
    method
        Of `regiometrics.counterfactuals.synthetic.METHODS`.

    Returns
    -------
    ndarray, shape (groups,)
        Missing where the group's outcome is, or it has fewer than two donors.
    """
    found = np.full(len(treated), np.nan)
    ok = ~np.isnan(treated).any(axis=1) & (usable.sum(axis=1) >= 2)
    if ok.any():
        n = int(ok.sum())
        outcomes = np.concatenate([treated[ok], donors])
        own = np.zeros((n, len(outcomes)), bool)
        own[np.arange(n), np.arange(n)] = True
        others = np.concatenate([np.zeros((n, n), bool), usable[ok]], axis=1)
        found[ok] = counterfactuals(outcomes, own, others, before, method).effects
    return found


@dataclass(frozen=True)
class Pool:
    """What the approvals did, and what placebo approvals do.

    Attributes
    ----------
    slots : list of Slot
        Approvals with an effect.
    values : ndarray, shape (slots,)
        Effects.
    placebos : ndarray, shape (draws, slots)
        Effects of placebo approvals; within a draw the groups share no prefecture with each other
        or with a donor.
    method : str
        Of `regiometrics.counterfactuals.synthetic.METHODS`.
    """

    slots: list[Slot]
    values: np.ndarray
    placebos: np.ndarray
    method: str

    @property
    def errors(self) -> np.ndarray:
        """Root mean square of each approval's placebo effects."""
        return np.sqrt(np.nanmean(self.placebos**2, axis=0))

    def weights(self, values: np.ndarray) -> np.ndarray:
        """Weights of effects in their mean: the inverse of their placebo variances."""
        raw = np.where(np.isnan(values), 0.0, 1 / self.errors**2)
        return raw / raw.sum(axis=-1, keepdims=True)

    def mean(self, values: np.ndarray) -> np.ndarray:
        """Average effects over the approvals that have one."""
        return np.nansum(self.weights(values) * values, axis=-1)

    @property
    def pooled_placebos(self) -> np.ndarray:
        """The mean of each draw that has at least two placebo approvals."""
        return self.mean(self.placebos[np.isfinite(self.placebos).sum(axis=1) > 1])

    def error(self, free_cities: int) -> float:
        """Standard error of the pooled effect, from placebo approvals alone.

        Parameters
        ----------
        free_cities
            Prefectures from which placebo groups and donors are drawn.

        Notes
        -----
        The variance of a draw's pooled effect has a part from its own groups, the weighted sum of
        their placebo variances, and a part that its effects share because they share donors. A
        draw treats about half of the approvals, and takes their prefectures out of the donors: for
        all approvals the first part is computed with their own weights, and the second is reduced
        by the share of the prefectures that were left. No treated county enters, so that this is
        the error expected before the test, too.
        """
        rows = self.placebos[np.isfinite(self.placebos).sum(axis=1) > 1]
        own = (self.weights(rows) ** 2 * self.errors**2).sum(axis=1).mean()
        shared = max(np.mean(self.mean(rows) ** 2) - own, 0.0)
        used = np.mean((np.isfinite(rows) * [slot.size for slot in self.slots]).sum(axis=1))
        everything = (self.weights(self.values) ** 2 * self.errors**2).sum()
        return float(np.sqrt(everything + shared * max(1 - used / free_cities, 0.0)))


def pool(
    groups: Groups,
    approvals: list[Slot],
    drawn: Mapping[int, np.ndarray],
    outcome: str,
    choices: Mapping[str, Any],
    method: str = "sdid",
    apart: np.ndarray | None = None,
) -> Pool:
    """Estimate the effects of all approvals, and of as many placebo approvals in each draw.

    Parameters
    ----------
    groups
        Outcomes of groups.
    approvals
        As :func:`slots` returns them.
    drawn
        As :func:`placebo_groups` returns them.
    outcome
        One of `guantian.chapters.counties.estimate.groups.OUTCOMES`.
    choices
        The section `counties.approvals` of the configuration.
    method
        "sdid", which is robust to a trend before the approval, or "did", which is not.
    apart
        Adjacency of the prefectures: donors with a member next to the treated group, to which its
        effect may spill over, are left out (Butts 2023). None keeps them.

    Raises
    ------
    EstimationError
        If no approval has the data.
    """
    pool_masks = np.concatenate(list(drawn.values()))
    sizes = np.repeat(list(drawn), [len(each) for each in drawn.values()])
    series: dict[tuple[int, ...], np.ndarray] = {}
    values, kept = [], []
    for slot in approvals:
        if slot.years not in series:
            series[slot.years] = groups.outcome(pool_masks, slot.years, outcome)
        known = ~np.isnan(series[slot.years]).any(axis=1)
        own = groups.outcome(groups.masks(np.array([slot.cities])), slot.years, outcome)
        donors = series[slot.years][known]
        usable = np.ones((1, len(donors)), bool)
        if apart is not None:
            near = groups.masks(np.array([slot.cities])).astype("float32") @ apart
            usable = (near @ pool_masks[known].T) == 0
        value = effects(own, donors, usable, slot.before, method)[0]
        if np.isfinite(value):
            values.append(value)
            kept.append(slot)
    if not kept:
        raise EstimationError("No approval has county output on both sides.")
    random = np.random.default_rng(choices["seed"])
    chosen = _assignments(pool_masks, sizes, series, kept, choices["draws"], random)
    placebos = np.full(chosen.shape, np.nan)
    taken = np.zeros((len(chosen), pool_masks.shape[1]), bool)
    for place in range(len(kept)):
        picked = chosen[:, place] >= 0
        taken[picked] |= pool_masks[chosen[picked, place]]
    pools = pool_masks.astype("float32")
    free = (taken @ pools.T) == 0
    for place, slot in enumerate(kept):
        known = ~np.isnan(series[slot.years]).any(axis=1)
        rows = np.flatnonzero(chosen[:, place] >= 0)
        own = series[slot.years][chosen[rows, place]]
        usable = free[rows][:, known]
        if apart is not None:
            usable &= (pools[chosen[rows, place]] @ apart @ pools[known].T) == 0
        placebos[rows, place] = effects(own, series[slot.years][known], usable, slot.before, method)
    known = np.isfinite(placebos).sum(axis=0) > 1
    kept = [slot for slot, good in zip(kept, known, strict=True) if good]
    return Pool(kept, np.array(values)[known], placebos[:, known], method)


def _assignments(pool_masks, sizes, series, approvals, draws, random) -> np.ndarray:
    """Draw a group for each approval so that groups of a draw share no prefecture; -1 where none.

    The approvals of a draw are a random half, so that donors are left.
    """
    chosen = np.full((draws, len(approvals)), -1)
    fits = [
        np.flatnonzero((sizes == slot.size) & ~np.isnan(series[slot.years]).any(axis=1))
        for slot in approvals
    ]
    overlap = (pool_masks.astype("float32") @ pool_masks.T.astype("float32")) > 0
    half = (len(approvals) + 1) // 2
    for draw in range(draws):
        open_ = np.ones(len(pool_masks), bool)
        for place in random.permutation(len(approvals))[:half]:
            options = fits[place][open_[fits[place]]]
            if len(options):
                group = options[random.integers(len(options))]
                chosen[draw, place] = group
                open_ &= ~overlap[group]
    return chosen


def tail(placebos: np.ndarray) -> float:
    """Return by how much an error must grow so that one placebo effect in twenty rejects.

    Parameters
    ----------
    placebos
        Placebo effects, shape (draws,); their root mean square is the error.
    """
    scaled = np.abs(placebos) / np.sqrt(np.mean(placebos**2))
    return max(1.0, float(np.quantile(scaled, 0.95) / laws.norm.ppf(0.975)))


def rejection_rate(placebos: np.ndarray) -> float:
    """Return how often a placebo effect rejects at 5 percent, its error from the other half.

    Parameters
    ----------
    placebos
        Placebo effects, shape (draws,).
    """
    halves = placebos[::2], placebos[1::2]
    limit = laws.norm.ppf(0.975)
    rejected = [
        np.abs(mine) > limit * tail(other) * np.sqrt(np.mean(other**2))
        for mine, other in (halves, halves[::-1])
    ]
    return float(np.concatenate(rejected).mean())


def approval_rows(
    found: Pool, key: Mapping[str, Any], confidence: float, free_cities: int
) -> Iterator[dict[str, Any]]:
    """Lay out the pooled effect, and each zone's own where it is robust to a trend.

    Parameters
    ----------
    found
        As :func:`pool` returns it.
    key
        Columns that name the row: analysis, variant, outcome and what distinguishes it.
    confidence
        Of the intervals.
    free_cities
        Prefectures from which placebo groups and donors are drawn.
    """
    drawn = found.pooled_placebos
    error = found.error(free_cities) * tail(drawn)
    years = [year for slot in found.slots for year in slot.years]
    common = {"term": "effect", "sample": "china", "method": found.method}
    yield {
        **common,
        **key,
        **inference_row(float(found.mean(found.values)), error, confidence),
        "expected_std_error": error,
        "size_at_5pct": rejection_rate(drawn),
        "n_units": len(found.slots),
        "n_clusters": len(found.slots),
        "n_draws": len(drawn),
        "first_year": min(years),
        "last_year": max(years),
        "estimator": f"{METHOD_NAMES[found.method]} by zone, pooled by placebo variance",
        "cov_type": "placebo assignments, normal",
    }
    if found.method != "sdid" or key["analysis"] == "falsification" or "donors" in key:
        return
    for slot, value, own in zip(found.slots, found.values, found.errors, strict=True):
        yield {
            **common,
            "analysis": "approval",
            "variant": key["variant"],
            "outcome": key["outcome"],
            "group": slot.zone,
            **inference_row(float(value), float(own), confidence),
            "n_units": len(slot.cities),
            "first_year": slot.years[0],
            "last_year": slot.years[-1],
            "estimator": METHOD_NAMES[found.method],
            "cov_type": "placebo groups, normal",
        }


def zone_rows(
    groups: Groups,
    slot: Slot,
    drawn: Mapping[int, np.ndarray],
    key: Mapping[str, Any],
    counties: pd.Index,
    confidence: float,
) -> Iterator[dict[str, Any]]:
    """Estimate one zone's effect from the counties that its plan names, and rank it.

    Parameters
    ----------
    groups, slot, drawn
        As for :func:`pool`, of one approval.
    key
        Columns that name the row; ``outcome`` is an outcome of the groups.
    counties
        Units that the plan names.
    confidence
        Of the interval.

    Yields
    ------
    dict
        One row; none where the zone has too few counties. The error is that of placebo groups of
        the nearest size; the groups overlap, and ``n_disjoint`` says how many do not.
    """
    masks = np.concatenate(list(drawn.values()))
    series = groups.outcome(masks, slot.years, key["outcome"])
    known = ~np.isnan(series).any(axis=1)
    series, masks = series[known], masks[known]
    every = np.ones((1, len(groups.codes)), bool)
    own = groups.outcome(every, slot.years, key["outcome"], only=counties)
    value = effects(own, series, np.ones((1, len(series)), bool), slot.before)[0]
    same = np.flatnonzero(masks.sum(axis=1) == slot.size)
    if not np.isfinite(value) or not len(same):
        return
    apart = (masks[same].astype("float32") @ masks.T.astype("float32")) == 0
    placebos = effects(series[same], series, apart, slot.before)
    good = np.isfinite(placebos)
    placebos, members = placebos[good], [np.flatnonzero(row) for row in masks[same][good]]
    error = float(np.sqrt(np.mean(placebos**2)) * tail(placebos))
    known_counties = groups.count(slot.years, key["outcome"], counties)
    above, below = (1 + int((sign * (placebos - value) >= 0).sum()) for sign in (1, -1))
    yield {
        **key,
        "sample": "zone",
        "term": "effect",
        "method": "sdid",
        **inference_row(float(value), error, confidence),
        "expected_std_error": error,
        "size_at_5pct": rejection_rate(placebos),
        "rank": min(above, below),
        "rank_from": "above" if above <= below else "below",
        "n_draws": len(placebos),
        "n_disjoint": len(disjoint_zones(np.array(members))),
        "n_units": known_counties,
        "note": f"{known_counties} of the plan's {len(counties)} counties have output in each year",
        "first_year": slot.years[0],
        "last_year": slot.years[-1],
        "estimator": METHOD_NAMES["sdid"],
        "cov_type": "placebo groups of prefectures, normal",
    }
