"""The headline by other designs: staggered approvals, curve, conformal, completion, trends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.plan.estimate.curve import curve_rows, specification_curve
from guantian.chapters.plan.estimate.design import compare, ranked
from guantian.chapters.plan.estimate.staggered import (
    ESTIMATORS,
    first_treated,
    staggered_effects,
    treatment_years,
)
from guantian.chapters.plan.estimate.study import HEADLINE, Study
from regiometrics import _laws as laws
from regiometrics.counterfactuals.completion import choose_penalty, completed_effects
from regiometrics.counterfactuals.conformal import conformal_test
from regiometrics.counterfactuals.pretrends import (
    POWERS,
    detectable_slope,
    event_path,
    sensitivity,
    trend_bias,
)
from regiometrics.counterfactuals.synthetic import donor_noise
from regiometrics.errors import EstimationError

#: Of the conformal interval, whatever the study's: cyclic shifts of so few years give no p-value
#: below one over their number, and an interval at 95% would be the whole line.
CONFORMAL_CONFIDENCE = 0.8


def staggered(study: Study) -> Iterator[dict[str, Any]]:
    """Approvals of all zones as staggered treatments."""
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
        except EstimationError as error:
            rows = [{"term": "overall", "note": str(error)}]
        for row in rows:
            yield {"method": estimator, "sample": "approved zones", **row}


def curve(study: Study) -> Iterable[dict[str, Any]]:
    """Every combination of choices."""
    own = study.zone
    whole = [member.code for member in own.members if not member.part]
    members = {
        "all": own.codes,
        "without core": [code for code in own.codes if code != own.core],
        "whole members": whole,
    }
    chosen = study.choices["curve"]
    found = specification_curve(
        study.outcomes,
        study.cities,
        {name: study.cities.groups(np.array(codes)) for name, codes in members.items()},
        study.placebo,
        first_treated(own),
        study.choices["before"],
        {**chosen, "base": study.choices["bases"]},
        study.choices["n_placebos_curve"],
    )
    return [] if found is None else curve_rows(found, study.confidence)


def conformal(study: Study) -> Iterator[dict[str, Any]]:
    """The conformal test of the zone's path, by base."""
    for base in study.choices["bases"]:
        window = study.window(HEADLINE, base)
        if window is None or not study.holds(window):
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
            level=1 - CONFORMAL_CONFIDENCE,
        )
        finite = np.isfinite([found.conf_low, found.conf_high]).all()
        yield {
            "base": base,
            "donors": "main",
            "term": "effect",
            "p_value": found.p_value,
            "conf_low": found.conf_low if finite else np.nan,
            "conf_high": found.conf_high if finite else np.nan,
            "n_draws": found.shifts,
            "n_units": int(donors.sum()),
            "n_periods": len(window.years),
            "estimator": "conformal test, cyclic shifts",
            "cov_type": f"{100 * CONFORMAL_CONFIDENCE:g}% interval of a constant effect",
        }


def completion(study: Study) -> Iterator[dict[str, Any]]:
    """The headline by matrix completion, ranked."""
    window = study.window(HEADLINE)
    if window is None:
        return
    groups = study.groups(window, study.choices["n_placebos_completion"])
    if not study.holds(window):
        return
    donors = study.cities.donors(groups)[:, window.keep]
    members = groups[:, window.keep]
    values = window.values[donors[0]]
    centred = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    penalties = np.linalg.svd(centred, compute_uv=False)[0] * np.logspace(0, -2, 7)
    penalty = choose_penalty(values, window.before, penalties, 5, study.choices["seed"])
    effects = completed_effects(window.values, members, donors & ~members, window.before, penalty)
    yield {
        "method": "completion",
        "base": 0,
        "donors": "main",
        "term": "effect",
        **ranked(effects, groups[1:], study.confidence),
        "n_periods": len(window.years),
        "estimator": "matrix completion",
    }


def pretrends(study: Study) -> Iterator[dict[str, Any]]:
    """The path before the plan, its power, and robust intervals."""
    window = study.window(HEADLINE)
    if window is None:
        return
    groups = study.groups(window)
    found = compare(window, study.cities, groups, "did") if study.holds(window) else None
    try:
        path = None if found is None else event_path(found.gaps, window.years, window.before)
    except EstimationError as error:
        yield {"analysis": "pretrend", "term": "joint", "note": str(error)}
        return
    if path is None:
        return
    p_value = float((path.statistics >= path.statistics[0]).mean())
    yield {
        "analysis": "pretrend",
        "term": "joint",
        "statistic": float(path.statistics[0]),
        "p_value": p_value,
        "n_draws": len(path.statistics) - 1,
        "cov_type": "rank",
    }
    limit = float(laws.norm.ppf(0.5 + study.confidence / 2))
    for year, effect, error in zip(path.years, path.effects, np.diag(path.cov) ** 0.5, strict=True):
        yield {
            "analysis": "event_study",
            "term": "gap",
            "year": year,
            "estimate": effect,
            "std_error": error,
            "conf_low": effect - limit * error,
            "conf_high": effect + limit * error,
            "cov_type": "placebo covariance",
        }
    for power in POWERS:
        slope = detectable_slope(path, power)
        bias = trend_bias(path, slope)
        key = {"analysis": "pretrend", "parameter": "power", "setting": power}
        yield {**key, "term": "slope", "value": slope}
        yield {**key, "term": "bias", "value": bias}
    mean = float(path.effects[path.before :].mean())
    for method, bounds in study.choices["sensitivity"].items():
        for _, row in sensitivity(path, method, bounds, 1 - study.confidence).iterrows():
            yield {
                "analysis": "sensitivity",
                "method": method,
                "term": "effect",
                "parameter": "M",
                "setting": row["M"],
                "own_value": mean,
                "conf_low": row["low"],
                "conf_high": row["high"],
                "estimator": "Rambachan and Roth (2023)",
            }
