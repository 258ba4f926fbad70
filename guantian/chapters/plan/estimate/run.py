"""Every estimate of the plan's effect, in the one tidy form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.plan.estimate import checks, robustness
from guantian.chapters.plan.estimate.acts import describe_acts, describe_times
from guantian.chapters.plan.estimate.design import compare, effect_rows
from guantian.chapters.plan.estimate.dispersion import dispersion_rows
from guantian.chapters.plan.estimate.study import HEADLINE, Study
from guantian.data.acts import Act
from guantian.results import tidy
from regiometrics.counterfactuals.synthetic import METHODS
from regiometrics.inference import holm


def run_plan(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate everything.

    Returns
    -------
    estimates
        Tidy: analyses ``plan_effect`` and ``plan_path`` (zone, by outcome and method),
        ``plan_placebo_set``, ``plan_city``, ``plan_ring``, ``plan_date``, ``plan_zones``,
        ``plan_staggered``, ``plan_curve``, ``plan_conformal``, ``plan_completion``,
        ``plan_pretrend``, ``plan_sensitivity``, ``plan_adjusted``.
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
        "plan_placebo_set": checks.placebo_set_effects,
        "plan_city": checks.city_effects,
        "plan_ring": checks.ring_effects,
        "plan_date": checks.placebo_dates,
        "plan_zones": checks.other_zones,
        "plan_staggered": robustness.staggered,
        "plan_curve": robustness.curve,
        "plan_conformal": robustness.conformal,
        "plan_completion": robustness.completion,
        "plan_pretrend": robustness.pretrends,
    }
    for analysis, part in parts.items():
        frames.append(tidy(part(study), analysis=analysis, sample="zone", outcome=HEADLINE))
    estimates = pd.concat(frames, ignore_index=True)
    adjusted = tidy(_adjusted(estimates), analysis="plan_adjusted", sample="zone")
    estimates = pd.concat([estimates, adjusted], ignore_index=True)
    return estimates, pd.concat(placebos, ignore_index=True)


def run_acts(study: Study, acts: Sequence[Act], times: pd.DataFrame) -> pd.DataFrame:
    """Describe the later acts: analysis ``plan_acts``."""
    rows = describe_acts(
        study.outcomes["growth"], acts, study.zone.codes, study.choices["event_window"]
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
    ]
    for (_, row), p_value in zip(chosen.iterrows(), holm(chosen["p_value"]), strict=True):
        yield {"spec": row["spec"], "outcome": row["outcome"], "term": "holm", "p_value": p_value}


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
    limit = study.choices["n_placebos_slow"] if method == "asc" else None
    groups = study.groups(window, limit)
    result = compare(window, study.cities, groups, method) if study.holds(window) else None
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
