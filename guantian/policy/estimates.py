"""Every estimate of the plan's effect, in the one tidy form."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from guantian.estimates import tidy
from guantian.geography import Zone
from guantian.policy.acts import describe_acts, describe_times
from guantian.policy.completion import choose_penalty, completed_effects
from guantian.policy.conformal import conformal_test
from guantian.policy.curve import curve_rows, specification_curve
from guantian.policy.design import (
    DETECTABLE,
    Window,
    compare,
    complete_groups,
    effect_rows,
    make_window,
    ranked,
)
from guantian.policy.dispersion import dispersion_rows
from guantian.policy.pretrends import (
    POWERS,
    detectable_slope,
    event_path,
    sensitivity,
    trend_bias,
)
from guantian.policy.sample import Cities
from guantian.policy.staggered import (
    ESTIMATORS,
    first_treated,
    staggered_effects,
    treatment_years,
)
from guantian.policy.synthetic import METHOD_NAMES, METHODS, counterfactuals, donor_noise

HEADLINE = "gdp"
RINGS = (1, 2)


@dataclass(frozen=True)
class Study:
    """What every part of the chapter uses.

    Attributes
    ----------
    outcomes : Mapping of str to DataFrame
        Cities in rows (in the order of `cities.codes`), years in columns; "gdp" is the headline,
        "per_head" the log output per head whose dispersion is followed.
    cities : Cities
    zone : Zone
    zones : Mapping of str to Zone
        All approved ones.
    kinds : collection of str
        Kinds that count as approved.
    placebo_sets : Mapping of str to ndarray of bool, shape (draws, cities)
        Placebo groups by set; *main* is used unless said otherwise.
    choices : Mapping
        The configuration's section.
    confidence : float
    """

    outcomes: Mapping[str, pd.DataFrame]
    cities: Cities
    zone: Zone
    zones: Mapping[str, Zone]
    kinds: Collection[str]
    placebo_sets: Mapping[str, np.ndarray]
    choices: Mapping[str, Any]
    confidence: float

    @property
    def placebo(self) -> np.ndarray:
        """The main set of placebo groups."""
        return self.placebo_sets["main"]

    def window(self, outcome: str, base: int = 0) -> Window | None:
        """The outcome's years about the plan; `base` years after its own are untreated still."""
        year = first_treated(self.zone)
        first, last = year - self.choices["before"], year + self.choices["after"] - 1
        return make_window(self.outcomes[outcome], first, year + base, last)

    def groups(self, window: Window, limit: int | None = None) -> np.ndarray:
        """The zone's mask, then those of the placebo groups that are complete."""
        limit = limit or self.choices["placebos"]
        own = self.cities.groups(np.array(self.zone.codes))
        return np.vstack([own, complete_groups(window, self.placebo, limit)])


def run_plan(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate everything.

    Returns
    -------
    estimates
        Tidy: analyses ``plan_effect`` and ``plan_path`` (zone, by outcome and method),
        ``plan_placebo_set``, ``plan_city``, ``plan_ring``, ``plan_date``, ``plan_zones``, ``plan_staggered``,
        ``plan_curve``, ``plan_conformal``, ``plan_completion``, ``plan_pretrend``,
        ``plan_sensitivity``.
    placebos
        Effects of the placebo groups by outcome and method: columns spec, outcome, group, effect.
    """
    frames, placebos = [], []
    for outcome in study.outcomes:
        if outcome == "per_head":
            continue
        for base in study.choices["bases"]:
            for method in _methods(outcome, base):
                rows, effects = _zone_effect(study, outcome, base, method)
                frames.append(
                    tidy(rows, spec=f"{method}_base{base}", sample="zone", outcome=outcome)
                )
                placebos.append(effects)
    parts: dict[str, Callable[[Study], Iterable[Mapping[str, Any]]]] = {
        "plan_effect": _dispersion,
        "plan_placebo_set": _placebo_sets,
        "plan_city": _city_effects,
        "plan_ring": _ring_effects,
        "plan_date": _placebo_dates,
        "plan_zones": _other_zones,
        "plan_staggered": _staggered,
        "plan_curve": _curve,
        "plan_conformal": _conformal,
        "plan_completion": _completion,
        "plan_pretrend": _pretrends,
    }
    for analysis, part in parts.items():
        frames.append(
            tidy(part(study), analysis=analysis, sample="zone", outcome=HEADLINE)
        )
    estimates = pd.concat(frames, ignore_index=True)
    adjusted = tidy(_adjusted(estimates), analysis="plan_adjusted", sample="zone")
    estimates = pd.concat([estimates, adjusted], ignore_index=True)
    return estimates, pd.concat(placebos, ignore_index=True)


def run_acts(study: Study, times: pd.DataFrame) -> pd.DataFrame:
    """Describe the later acts: analysis ``plan_acts``."""
    acts = study.choices["acts"]
    rows = describe_acts(
        study.outcomes["growth"], acts, study.zone.codes, study.choices["acts_span"]
    )
    hours = describe_times(times, acts, study.zone.core, "rail_hours_modelled")
    return tidy([*rows, *hours], analysis="plan_acts", sample="zone", outcome="growth")


def _adjusted(estimates: pd.DataFrame):
    """Holm's p-values over the outcomes, the headline's method and base."""
    chosen = estimates[
        (estimates["analysis"] == "plan_effect")
        & (estimates["term"] == "effect")
        & estimates["spec"].isin(["sdid_base0"])
        & (estimates["outcome"] != "gdp_deflated")  # the headline's other measure, not another part
        & estimates["p_value"].notna()
    ].sort_values("p_value")
    running = 0.0
    for place, (_, row) in enumerate(chosen.iterrows()):
        running = max(running, min(1.0, (len(chosen) - place) * row["p_value"]))
        yield {"spec": row["spec"], "outcome": row["outcome"], "term": "holm", "p_value": running}


def _methods(outcome: str, base: int) -> tuple[str, ...]:
    if outcome == HEADLINE:
        return METHODS
    return ("did", "sc", "sdid") if base == 0 else ("did", "sdid")


def _zone_effect(study: Study, outcome: str, base: int, method: str):
    """Rows of one outcome, base and method; and the effects of the placebo groups."""
    none = pd.DataFrame(columns=["spec", "outcome", "group", "effect"])
    nothing = {"analysis": "plan_effect", "term": "effect"}
    window = study.window(outcome, base)
    if window is None:
        return [{**nothing, "note": "the outcome has no years on both sides"}], none
    limit = study.choices["placebos_slow"] if method == "asc" else None
    groups = study.groups(window, limit)
    result = compare(window, study.cities, groups, method) if _known(window, groups) else None
    if result is None:
        return [{**nothing, "note": "the zone or its donors have no complete figures"}], none
    rows = effect_rows(result, groups[1:], window, study.confidence, "main")
    effects = pd.DataFrame(
        {
            "spec": f"{method}_base{base}",
            "outcome": outcome,
            "group": np.arange(len(groups)),
            "effect": result.effects,
        }
    )
    return rows, effects


def _known(window: Window, groups: np.ndarray) -> bool:
    return bool((groups[0] & window.keep).any())


def _dispersion(study: Study):
    for base in study.choices["bases"]:
        window = study.window("per_head", base)
        common = {"spec": f"did_base{base}", "outcome": "dispersion"}
        if window is None or (study.groups(window)[0] & window.keep).sum() < 2:
            yield {**common, "term": "effect", "note": "fewer than two members have the figures"}
            continue
        groups = study.groups(window)
        for row in dispersion_rows(window, groups, study.confidence):
            yield {**common, **row}


def _placebo_sets(study: Study):
    """The headline ranked among other sets of placebo zones."""
    window = study.window(HEADLINE)
    if window is None:
        return
    for name, masks in study.placebo_sets.items():
        own = study.groups(window, 1)[:1]
        groups = np.vstack([own, complete_groups(window, masks, study.choices["placebos"])])
        found = compare(window, study.cities, groups, "sdid") if _known(window, groups) else None
        if found is not None:
            yield {
                "spec": name,
                "term": "effect",
                **ranked(found.effects, groups[1:], study.confidence),
                "n_periods": len(window.years),
                "estimator": METHOD_NAMES["sdid"],
                "weights": "main",
            }


def _city_effects(study: Study):
    """Each of the zone's cities, ranked among single donors."""
    for base in study.choices["bases"]:
        window = study.window(HEADLINE, base)
        if window is None:
            continue
        n = len(study.cities.codes)
        zone = study.cities.zone
        donors = study.cities.donors(zone[None])[0] & window.keep
        for method in ("sdid", "sc"):
            for place in np.flatnonzero(zone & window.keep):
                groups = np.eye(n, dtype=bool)[[place, *np.flatnonzero(donors)]]
                found = compare(window, study.cities, groups, method)
                if found is None:
                    continue
                row = ranked(found.effects, groups[1:], study.confidence)
                yield {
                    "spec": f"{method}_base{base}",
                    "sample": study.cities.codes[place],
                    "term": "effect",
                    **row,
                    "estimator": METHOD_NAMES[method],
                    "weights": "main",
                    "n_periods": len(window.years),
                }


def _ring_effects(study: Study):
    """The zone's neighbours as if treated: what spilled over, or was drawn away."""
    window = study.window(HEADLINE)
    if window is None:
        return
    groups = study.groups(window)
    free = window.keep & ~study.cities.approved
    inner = groups
    for step in RINGS:
        outer = study.cities.near(groups, step) & ~study.cities.near(groups, step - 1)
        ring = outer & free & ~study.cities.zone
        # Two rings beyond the group are no donors of its rings.
        donors = study.cities.donors(groups | study.cities.near(groups, max(RINGS))) & window.keep
        some = ring.any(axis=1) & (donors.sum(axis=1) > 1)
        if not some[0]:
            yield {"spec": f"ring{step}", "term": "effect", "note": "no city with figures"}
            continue
        found = counterfactuals(
            window.values,
            ring[some][:, window.keep],
            donors[some][:, window.keep],
            window.before,
            "sdid",
        )
        yield {
            "spec": f"ring{step}",
            "term": "effect",
            **ranked(found.effects, inner[some][1:], study.confidence),
            "n_units": int(ring[0].sum()),
            "n_periods": len(window.years),
            "estimator": METHOD_NAMES["sdid"],
            "weights": "main",
        }


def _placebo_dates(study: Study):
    """The plan dated earlier, on the years before it only."""
    year = first_treated(study.zone)
    for shift in study.choices["placebo_dates"]:
        window = make_window(
            study.outcomes[HEADLINE], year - study.choices["before"], year - shift, year - 1
        )
        if window is None:
            continue
        groups = study.groups(window)
        found = compare(window, study.cities, groups, "sdid") if _known(window, groups) else None
        if found is not None:
            yield {
                "spec": str(year - shift),
                "term": "effect",
                **ranked(found.effects, groups[1:], study.confidence),
                "n_periods": len(window.years),
                "estimator": METHOD_NAMES["sdid"],
                "weights": "main",
            }


def _other_zones(study: Study):
    """Every approved zone by its own date, ranked among the same placebo groups."""
    for zone in study.zones.values():
        if zone.kind not in study.kinds and zone.id != study.zone.id:
            continue
        year = first_treated(zone)
        # The same years for all, or the cities that are complete would differ between zones.
        start = first_treated(study.zone)
        last = start + study.choices["after"] - 1
        outcome = study.outcomes[HEADLINE]
        window = make_window(outcome, start - study.choices["before"], year, last)
        codes = [code for code in zone.codes if code in study.cities.codes]
        if window is None or not codes:
            continue
        limit = study.choices["placebos_slow"]
        groups = np.vstack([study.cities.groups(np.array(codes)), study.groups(window, limit)[1:]])
        found = compare(window, study.cities, groups, "sdid") if _known(window, groups) else None
        if found is not None:
            yield {
                "spec": str(year),
                "sample": zone.id,
                "term": "effect",
                **ranked(found.effects, groups[1:], study.confidence),
                "n_units": int((groups[0] & window.keep).sum()),
                "n_periods": len(window.years),
                "estimator": METHOD_NAMES["sdid"],
                "weights": "main",
            }


def _staggered(study: Study):
    window = study.window(HEADLINE)
    if window is None:
        return
    # One zone a city: its first. The study's own counts as approved whatever its kind.
    kinds = {*study.kinds, study.zone.kind} if study.zone.id in study.zones else study.kinds
    codes = study.cities.codes[window.keep]
    outcome = pd.DataFrame(window.values, index=codes, columns=window.years)
    treatments = treatment_years(study.zones, kinds, codes)
    clusters = pd.Series(codes.str[:2], index=codes)
    clusters.update(treatments["zone"])
    for estimator in ESTIMATORS:
        try:
            rows = staggered_effects(outcome, treatments, clusters, estimator, study.confidence)
        except ValueError as error:
            rows = [{"term": "overall", "note": str(error)}]
        for row in rows:
            yield {"spec": estimator, "sample": "approved zones", **row}


def _curve(study: Study):
    own = study.zone
    whole = [member.code for member in own.members if not member.part]
    members = {
        "all": own.codes,
        "without core": [code for code in own.codes if code != own.core],
        "whole members": whole,
    }
    chosen = study.choices["curve"]
    curve = specification_curve(
        study.outcomes,
        study.cities,
        {name: study.cities.groups(np.array(codes)) for name, codes in members.items()},
        study.placebo,
        first_treated(own),
        study.choices["before"],
        {**chosen, "base": study.choices["bases"]},
        study.choices["placebos_curve"],
    )
    return [] if curve is None else curve_rows(curve, study.confidence)


def _conformal(study: Study):
    for base in study.choices["bases"]:
        window = study.window(HEADLINE, base)
        if window is None or not _known(window, study.groups(window, 1)):
            continue
        members = (study.cities.zone & window.keep)[window.keep]
        donors = (study.cities.donors(study.cities.zone[None])[0])[window.keep]
        noise = donor_noise(window.values[:, : window.before], donors[None])[0]
        after = len(window.years) - window.before
        zeta = (members.sum() * after) ** 0.25 * noise
        found = conformal_test(
            window.values[members].mean(axis=0),
            window.values[donors],
            window.before,
            len(window.years) * zeta**2,
            np.linspace(-0.4, 0.4, 161),
            level=0.2,
        )
        finite = np.isfinite([found.conf_low, found.conf_high]).all()
        yield {
            "spec": f"base{base}",
            "term": "effect",
            "p_value": found.p_value,
            "conf_low": found.conf_low if finite else np.nan,
            "conf_high": found.conf_high if finite else np.nan,
            "n_obs": found.shifts,
            "n_units": int(donors.sum()),
            "n_periods": len(window.years),
            "estimator": "conformal test, cyclic shifts",
            "cov_type": "80% interval of a constant effect",
            "weights": "main",
        }


def _completion(study: Study):
    window = study.window(HEADLINE)
    if window is None:
        return
    groups = study.groups(window, study.choices["placebos_completion"])
    if not _known(window, groups):
        return
    donors = study.cities.donors(groups)[:, window.keep]
    members = groups[:, window.keep]
    values = window.values[donors[0]]
    centred = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    penalties = np.linalg.svd(centred, compute_uv=False)[0] * np.logspace(0, -2, 7)
    penalty = choose_penalty(values, window.before, penalties, 5, study.choices["seed"])
    effects = completed_effects(window.values, members, donors & ~members, window.before, penalty)
    yield {
        "spec": "base0",
        "term": "effect",
        **ranked(effects, groups[1:], study.confidence),
        "n_periods": len(window.years),
        "estimator": "matrix completion",
        "weights": "main",
    }


def _pretrends(study: Study):
    window = study.window(HEADLINE)
    if window is None:
        return
    groups = study.groups(window)
    found = compare(window, study.cities, groups, "did") if _known(window, groups) else None
    try:
        path = None if found is None else event_path(found.gaps, window.years, window.before)
    except ValueError as error:
        yield {"spec": "joint", "term": "pretrend", "note": str(error)}
        return
    if path is None:
        return
    p_value = float((path.statistics >= path.statistics[0]).mean())
    yield {
        "spec": "joint",
        "term": "pretrend",
        "statistic": float(path.statistics[0]),
        "p_value": p_value,
        "n_obs": len(path.statistics) - 1,
        "cov_type": "rank",
    }
    for year, effect, error in zip(path.years, path.effects, np.diag(path.cov) ** 0.5, strict=True):
        yield {
            "spec": "event",
            "term": str(year),
            "estimate": effect,
            "std_error": error,
            "conf_low": effect - 1.96 * error,
            "conf_high": effect + 1.96 * error,
            "cov_type": "placebo covariance",
        }
    for power in POWERS:
        slope = detectable_slope(path, power)
        bias = trend_bias(path, slope)
        yield {"spec": f"power{power:g}", "term": "slope", "estimate": slope}
        yield {"spec": f"power{power:g}", "term": "bias", "estimate": bias}
    mean = float(path.effects[path.before :].mean())
    for method, bounds in study.choices["sensitivity"].items():
        for _, row in sensitivity(path, method, bounds, 1 - study.confidence).iterrows():
            yield {
                "analysis": "plan_sensitivity",
                "spec": method,
                "term": f"{row['M']:g}",
                "statistic": mean,
                "conf_low": row["low"],
                "conf_high": row["high"],
                "estimator": "Rambachan and Roth (2023)",
            }


__all__ = ["DETECTABLE", "Study", "run_acts", "run_plan"]
