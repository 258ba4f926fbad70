"""Primary tests S1.10, S2.5, S2.6 and S1.9a: approvals of all zones, and the zone's own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.plan.estimate.approvals import Approvals, make_approvals
from guantian.chapters.plan.estimate.design import MIN_DRAWS, compare
from guantian.chapters.plan.estimate.pooled import (
    HOLDS,
    Pooled,
    ZoneEffects,
    own_groups,
    placebo_groups,
    pool,
    pool_difference,
    quietness,
    zone_effects,
)
from guantian.chapters.plan.estimate.sample import outcome_matrix
from guantian.chapters.plan.estimate.study import HEADLINE, Study
from guantian.results import placebo_columns
from regiometrics import _laws as laws
from regiometrics.counterfactuals.pretrends import event_path, sensitivity
from regiometrics.counterfactuals.synthetic import METHOD_NAMES
from regiometrics.placebo.ranks import placebo_rank

Row = dict[str, Any]
#: Measure by zone that each part tests; S2.6 compares zones, the others pool them.
PARTS = {"S1.10": "output", "S2.5": "core_gap", "S1.9a": "core_share", "S2.6": "output"}
METHOD = "sdid"
OTHER_METHODS = ("did", "detrended", "difp", "sc")
NAMES = {**METHOD_NAMES, "detrended": "difference in differences minus its trend before"}


@dataclass(frozen=True)
class Estimated:
    """Zones' effects and those of placebo assignments, by one method."""

    approvals: Approvals
    own: ZoneEffects
    drawn: ZoneEffects

    def pooled(self, part: str) -> Pooled | None:
        """Return the test of a part; None where there are too few zones."""
        own, drawn = (each.effects[PARTS[part]] for each in (self.own, self.drawn))
        within = None
        if part == "S2.6":
            within = np.array([not cohort.across for cohort in self.approvals.cohorts])
            pooled = pool_difference(own[0], drawn, within)
        else:
            pooled = pool(own[0], drawn)
        return pooled and replace(pooled, quiet=self.quiet(part, within))

    def quiet(self, part: str, sides: np.ndarray | None = None) -> float:
        """Return by how much the zones are less volatile before approval than placebo groups."""
        own, drawn = (each.noise[PARTS[part]] for each in (self.own, self.drawn))
        return quietness(own[0], drawn, self.drawn.effects[PARTS[part]], sides)


def approvals_of(study: Study, panel: pd.DataFrame, variable: str) -> Approvals:
    """Collect the cohorts of all approved zones, of one measure of output.

    Raises
    ------
    EstimationError
        If the measure has no zone in the years about its approval.
    """
    choices = study.choices["approvals"]
    years = choices["years"]
    outcome = outcome_matrix(
        panel, study.cities.codes, variable, "log", years["first"], years["last"]
    )
    kinds = sorted({zone.kind for zone in study.zones.values()})
    least = choices["least_members"]
    window = choices["before"], choices["after"]
    return make_approvals(outcome, study.cities, study.zones, kinds, *window, least)


def estimated(
    approvals: Approvals,
    choices: Mapping[str, Any],
    method: str = METHOD,
    draws: int | None = None,
    earlier: int = 0,
) -> Estimated:
    """Estimate all zones and as many placebo assignments as are asked for."""
    drawn = placebo_groups(
        approvals, choices["largest_placebo"], draws or choices["draws"], choices["seed"]
    )
    return Estimated(
        approvals,
        zone_effects(approvals, own_groups(approvals), method, placebo=False, earlier=earlier),
        zone_effects(approvals, drawn, method, placebo=True, earlier=earlier),
    )


def primary_rows(study: Study, panel: pd.DataFrame) -> Iterator[Row]:
    """Primary rows, effects by zone, and the same by other methods, vintages and dates.

    Parameters
    ----------
    study
        As `make_study` returns it.
    panel
        Index (city_code, year), with the outcomes of the options and current output.

    Yields
    ------
    dict
        Estimates of the analyses ``primary``, ``secondary`` and ``falsification``. The expected
        standard error is the standard deviation of the pooled effect over placebo assignments
        (disjoint contiguous groups of cities never approved in place of all zones, with the zones'
        dates), times how much less the zones moved than such groups before approval
        (`quietness`). The size is the rejection rate of the same test over them.
    """
    choices = study.choices["approvals"]
    main, *others = choices["outcomes"]
    approvals = approvals_of(study, panel, main["variable"])
    found = estimated(approvals, choices)
    for part in PARTS:
        key = {"analysis": "primary", "variant": part, "sample": "china", "outcome": main["name"]}
        yield from _pooled_row(found, part, METHOD, study.confidence, key)
    whole = approvals.complete
    if len(whole) < len(approvals.cohorts):
        same = f"the {len(whole)} zones with all years"
        kept = _of_zones(found, whole)
        yield from _secondary(kept, METHOD, study.confidence, main["name"], same)
    yield from _by_zone(found, study, main["name"])
    yield from _by_year(found, METHOD, study.confidence, main["name"])
    yield from _falsification(found, study, main["name"])
    few = choices["draws_secondary"]
    kept = estimated(replace(approvals, apart=False), choices, METHOD, few)
    for row in _secondary(kept, METHOD, study.confidence, main["name"]):
        yield {**row, "donors": "neighbours kept"}
    compared: set[frozenset[str]] = set()
    for method in OTHER_METHODS:
        other = estimated(approvals, choices, method, few)
        yield from _secondary(other, method, study.confidence, main["name"])
        yield from _by_year(other, method, study.confidence, main["name"])
    for vintage in others:
        cut = estimated(approvals_of(study, panel, vintage["variable"]), choices, METHOD, few)
        yield from _secondary(cut, METHOD, study.confidence, vintage["name"])
        yield from _by_year(cut, METHOD, study.confidence, vintage["name"])
        zones = frozenset(cohort.zone for cohort in cut.approvals.cohorts)
        if zones not in compared:
            # The primary outcome in the same zones: is it the vintage or the zones?
            compared.add(zones)
            same = f"the {len(zones)} zones of other vintages"
            yield from _secondary(
                _of_zones(found, zones), METHOD, study.confidence, main["name"], same
            )
    yield from _headline(study)


def _of_zones(found: Estimated, zones: Collection[str]) -> Estimated:
    """Only some of the zones."""
    kept = [place for place, each in enumerate(found.approvals.cohorts) if each.zone in zones]
    cohorts = tuple(found.approvals.cohorts[place] for place in kept)
    own, drawn = (
        ZoneEffects(
            {name: values[:, kept] for name, values in each.effects.items()},
            {name: values[:, kept] for name, values in each.gaps.items()},
            {name: values[:, kept] for name, values in each.noise.items()},
        )
        for each in (found.own, found.drawn)
    )
    return Estimated(replace(found.approvals, cohorts=cohorts), own, drawn)


def _secondary(
    found: Estimated, method: str, confidence: float, outcome: str, zones: str = ""
) -> Iterator[Row]:
    """Every part; `zones` says which zones are used, where not all are."""
    for part in PARTS:
        key = {"analysis": "secondary", "variant": part, "sample": "china", "outcome": outcome}
        key |= {"members": zones} if zones else {}
        yield from _pooled_row(found, part, method, confidence, key)


def _pooled_row(
    found: Estimated, part: str, method: str, confidence: float, key: Row
) -> Iterator[Row]:
    pooled = found.pooled(part)
    if pooled is None:
        return
    known = np.isfinite(found.own.effects[PARTS[part]][0])
    used = [cohort for cohort, has in zip(found.approvals.cohorts, known, strict=True) if has]
    yield {
        **key,
        "term": "effect",
        "method": method,
        **pooled_columns(pooled, confidence, method),
        "n_units": sum(cohort.size for cohort in used),
        "n_obs": sum(cohort.size * len(found.approvals.window(cohort.year)[2]) for cohort in used),
    }


def pooled_columns(pooled: Pooled, confidence: float, method: str) -> Row:
    """Return a pooled effect in the columns of estimates."""
    width = pooled.std_error * float(laws.t.ppf(0.5 + confidence / 2, pooled.df))
    held = HOLDS[0] <= pooled.raw_size <= HOLDS[1]
    return {
        "estimate": pooled.estimate,
        "std_error": pooled.std_error,
        "statistic": pooled.statistic,
        "df": pooled.df,
        "p_value": pooled.p_value,
        "conf_low": pooled.estimate - width,
        "conf_high": pooled.estimate + width,
        "expected_std_error": pooled.expected * pooled.quiet,
        "size_at_5pct": pooled.size,
        "n_clusters": pooled.n_zones,
        "n_draws": pooled.n_draws,
        "estimator": f"{NAMES[method]} by zone, random-effects mean",
        "cov_type": "Hartung-Knapp over zones"
        + ("" if held else ", calibrated on placebo assignments"),
        "note": f"size of {pooled.n_draws} placebo assignments before calibration "
        f"{pooled.raw_size:.3f}; factor of the error {pooled.factor:.3f}; standard deviation "
        f"between zones {pooled.between:.4f}; standard deviation of pooled placebo effects "
        f"{pooled.expected:.4f}, volatility of the zones before approval {pooled.quiet:.2f} of "
        "that of placebo groups",
    }


def _by_zone(found: Estimated, study: Study, outcome: str) -> Iterator[Row]:
    """Every zone's effect with the error of its placebo groups; the zone's own is primary."""
    for place, cohort in enumerate(found.approvals.cohorts):
        for part in ("S1.10", "S2.5", "S1.9a"):
            own = float(found.own.effects[PARTS[part]][0, place])
            drawn = found.drawn.effects[PARTS[part]][:, place]
            if np.isnan(own):
                continue
            row = {
                "variant": part,
                "outcome": outcome,
                "method": METHOD,
                "year": cohort.year,
                "term": "effect",
                **against_placebo(own, drawn, study.confidence),
                "n_units": cohort.size,
                "estimator": METHOD_NAMES[METHOD],
            }
            yield {**row, "analysis": "secondary", "sample": "china", "group": cohort.zone}
            if cohort.zone == study.zone.id and part == "S2.5":
                yield {**row, "analysis": "primary", "sample": "zone"}


def _by_year(found: Estimated, method: str, confidence: float, outcome: str) -> Iterator[Row]:
    """Pooled effects by years since approval, of the zones that have the year."""
    approvals = found.approvals
    for part in ("S1.10", "S2.5"):
        paths = [
            each.gaps[PARTS[part]][..., approvals.before :] for each in (found.own, found.drawn)
        ]
        for horizon in range(approvals.after):
            pooled = pool(paths[0][0, :, horizon], paths[1][:, :, horizon])
            if pooled is not None:
                pooled = replace(pooled, quiet=found.quiet(part))
                yield {
                    "analysis": "secondary",
                    "variant": part,
                    "sample": "china",
                    "outcome": outcome,
                    "term": "event",
                    "method": method,
                    "horizon": horizon,
                    **pooled_columns(pooled, confidence, method),
                }


def against_placebo(own: float, drawn: np.ndarray, confidence: float) -> Row:
    """Compare a value with zero, its error from placebo values.

    The p-value is the share of placebo values as far from zero, and the interval is as wide as
    they are. The size is the rejection rate of one half of the placebo values by the limit of the
    other.
    """
    drawn = drawn[np.isfinite(drawn)]
    width = float(np.quantile(np.abs(drawn), confidence))
    half = len(drawn) // 2
    limit = np.quantile(np.abs(drawn[:half]), 0.95)
    error = float(drawn.std(ddof=1))
    rank = placebo_rank(own, drawn)
    columns = placebo_columns(rank, drawn, confidence)
    return {
        "estimate": own,
        "std_error": error,
        "statistic": own / error,
        "p_value": float((1 + (np.abs(drawn) >= abs(own)).sum()) / (1 + len(drawn))),
        "conf_low": own - width,
        "conf_high": own + width,
        "rank": columns["rank"],
        "rank_from": columns["rank_from"],
        "n_draws": len(drawn),
        "expected_std_error": error,
        "size_at_5pct": float((np.abs(drawn[half:]) > limit).mean()),
        "cov_type": "placebo groups",
    }


def _falsification(found: Estimated, study: Study, outcome: str) -> Iterator[Row]:
    """Trends before, dates too early, and bounds of violations of parallel trends."""
    choices = study.choices["approvals"]
    approvals, few = found.approvals, choices["draws_secondary"]
    key = {"analysis": "falsification", "sample": "china", "outcome": outcome}
    plain = estimated(approvals, choices, "did", few)
    before = approvals.before
    for part in ("S1.10", "S2.5", "S2.6"):
        slopes = [
            _slopes(each.gaps[PARTS[part]][..., :before]) for each in (plain.own, plain.drawn)
        ]
        if part == "S2.6":
            within = np.array([not cohort.across for cohort in approvals.cohorts])
            pooled = pool_difference(slopes[0][0], slopes[1], within)
        else:
            pooled = pool(slopes[0][0], slopes[1])
        if pooled is not None:
            columns = pooled_columns(pooled, study.confidence, "did")
            yield {**key, "variant": part, "term": "trend_before", "method": "did", **columns}
    for earlier in choices["earlier"]:
        early = estimated(approvals, choices, METHOD, few, earlier)
        for part in PARTS:
            named = {**key, "variant": part, "parameter": "years_earlier", "setting": earlier}
            yield from _pooled_row(early, part, METHOD, study.confidence, named)
    yield from _robust(plain, study, outcome)


def _slopes(gaps: np.ndarray) -> np.ndarray:
    """Least-squares slopes per year of paths without missing years; else missing."""
    time = np.arange(gaps.shape[-1]) - (gaps.shape[-1] - 1) / 2
    return gaps @ time / np.square(time).sum()


def _robust(plain: Estimated, study: Study, outcome: str) -> Iterator[Row]:
    """Intervals of the mean effect that hold where trends differ (Rambachan and Roth 2023)."""
    across = np.array([cohort.across for cohort in plain.approvals.cohorts])
    for part in ("S1.10", "S2.5", "S2.6"):
        paths = [each.gaps[PARTS[part]] for each in (plain.own, plain.drawn)]
        cohorts = np.isfinite(paths[0][0, :, 0])
        horizons = np.isfinite(paths[0][0, cohorts]).all(axis=0)
        if part == "S2.6":
            if not (across & cohorts).any() or across[cohorts].all():
                continue
            weights = np.where(across, -1 / (across & cohorts).sum(), 1 / (~across & cohorts).sum())
        else:
            weights = np.full(len(cohorts), 1 / cohorts.sum())
        gaps = np.vstack(
            [
                np.tensordot(path[:, cohorts][:, :, horizons], weights[cohorts], axes=(1, 0))
                for path in paths
            ]
        )
        before = plain.approvals.before
        path = event_path(gaps, list(range(-before, len(gaps[0]) - before)), before)
        mean = float(path.effects[path.before :].mean())
        for method, bounds in study.choices["sensitivity"].items():
            if method == "smoothness" and part != "S1.10":
                continue  # half a second a bound
            for _, bound in sensitivity(path, method, bounds, 1 - study.confidence).iterrows():
                yield {
                    "analysis": "secondary",
                    "variant": part,
                    "sample": "china",
                    "outcome": outcome,
                    "term": "effect",
                    "method": method,
                    "parameter": "M",
                    "setting": bound["M"],
                    "own_value": mean,
                    "conf_low": bound["low"],
                    "conf_high": bound["high"],
                    "n_draws": len(gaps) - 1,
                    "estimator": "Rambachan and Roth (2023), difference in differences",
                }


def _headline(study: Study) -> Iterator[Row]:
    """The zone's own effect by the chapter's headline design, ranked among placebo zones."""
    window = study.window(HEADLINE)
    if window is None or not study.holds(window):
        return
    groups = study.groups(window)
    found = compare(window, study.cities, groups, METHOD)
    if found is None or len(groups) <= MIN_DRAWS:
        return
    yield {
        "analysis": "primary",
        "variant": "S1.10",
        "sample": "zone",
        "outcome": HEADLINE,
        "term": "effect",
        "method": METHOD,
        **against_placebo(float(found.effects[0]), found.effects[1:], study.confidence),
        "n_units": int((groups[0] & window.keep).sum()),
        "n_periods": len(window.years),
        "estimator": METHOD_NAMES[METHOD],
    }
