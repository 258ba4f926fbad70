"""The numbers of the text on what the plan did, and the sentences that depend on them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from guantian.chapters.plan.estimate.checks import UNAFFECTED
from guantian.chapters.plan.names import HEADLINE, NOT_AVAILABLE, PlanNames, known, lights
from guantian.present.format import (
    MISSING,
    count_word,
    interval,
    number,
    p_value,
    per_cent,
    verdict,
)
from guantian.results import Row, find, rows

PLACES = (
    "lies below what placebo zones show",
    "lies within what placebo zones show",
    "lies above what placebo zones show",
)
DIFFERENCE = ("relative", "interval")
LEVELS = ("effect", "relative", "median", "interval", "groups")
#: Of each effect that the text names: what singles it out, and what is printed of it.
EFFECTS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "headline": ({}, (*LEVELS, "p", "draws", "detectable", "said")),
    "later_base": ({"base": 1}, DIFFERENCE),
    "deflated": ({"outcome": "gdp_deflated"}, DIFFERENCE),
    "investment": ({"outcome": "investment"}, DIFFERENCE),
    "investment_later": ({"outcome": "investment", "base": 1}, DIFFERENCE),
    "investment_did": ({"outcome": "investment", "method": "did"}, DIFFERENCE),
    "dispersion": ({"outcome": "dispersion", "method": "did"}, DIFFERENCE),
    "growth": ({"outcome": "growth"}, DIFFERENCE),
    "secondary": ({"outcome": "secondary"}, DIFFERENCE),
    "ring1": ({"analysis": "ring", "setting": 1}, DIFFERENCE),
    "ring2": ({"analysis": "ring", "setting": 2}, DIFFERENCE),
    "completion": ({"analysis": "completion", "method": "completion"}, DIFFERENCE),
    "set_zone": ({"analysis": "placebo_set", "placebo_set": "zone"}, (*DIFFERENCE, "groups")),
    "set_wide": ({"analysis": "placebo_set", "placebo_set": "wide"}, DIFFERENCE),
    "set_unaffected": ({"analysis": "placebo_set", "variant": UNAFFECTED}, LEVELS),
}


def plan_numbers(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    tests: pd.DataFrame,
    names: PlanNames,
    confidence: float,
) -> dict:
    """Return the numbers of the text, printed.

    Parameters
    ----------
    estimates, series, tests
        Results of the chapter.
    names
        What things are called.
    confidence
        Of the intervals.
    """
    found = known(estimates)
    headline = find(found, **HEADLINE)
    years = rows(estimates, **HEADLINE | {"analysis": "path", "term": "gap"})["year"]
    main = {"analysis": "placebo_set", "placebo_set": "main", "variant": ""}
    share = find(series, **main, term="affected_share")
    investment = find(found, **HEADLINE | {"outcome": "investment"})
    conformal = find(estimates, analysis="conformal", base=0)
    return {
        **{name: _effect(found, key, shown) for name, (key, shown) in EFFECTS.items()},
        "lights": _effect(
            found, {"outcome": lights(estimates)}, (*DIFFERENCE, "detectable", "said")
        ),
        "affected_share": per_cent(share.value) if share else MISSING,
        "year": str(names.year),
        "acts_span": number(names.choices["event_window"], 0),
        "multiple": number(headline.mde / headline.std_error, 1) if headline else MISSING,
        "base": names.base(0),
        "base_later": names.base(1),
        "last": str(years.max()) if len(years) else MISSING,
        "detectable_growth": _as_growth(headline, names),
        "methods": _range(rows(found, analysis="effect", outcome="gdp", term="effect")),
        "curve": _curve(found),
        "adjusted": p_value(investment.p_adjusted) if investment else MISSING,
        "conformal": p_value(conformal.p_value) if conformal else MISSING,
        "staggered": _staggered(found, series),
        "pretrend": _pretrend(estimates, series, tests),
        "sets_said": _sets(rows(found, analysis="placebo_set", term="effect")),
        "robust": _robust(rows(estimates, analysis="sensitivity", method="relative_magnitude")),
        "cities": _cities(rows(found, analysis="city", method="sdid", base=0), names),
        "dates": _range(rows(found, analysis="date"), p=False),
        "confidence": f"{100 * confidence:g}",
    }


def _effect(found: pd.DataFrame, key: Mapping, shown: tuple[str, ...]) -> dict[str, str]:
    row = find(found, **HEADLINE | key)
    decimals = 2 if key.get("outcome") in ("growth", "secondary") else 3
    if row is None:
        printed = dict.fromkeys(shown, MISSING) | {"said": f"is {NOT_AVAILABLE}"}
    else:
        printed = {
            "effect": number(row.own_value, decimals),
            "relative": number(row.estimate, decimals),
            "median": number(row.benchmark, decimals),
            "interval": interval(row.conf_low, row.conf_high, decimals),
            "p": p_value(row.p_value),
            "draws": number(row.n_draws, 0),
            "groups": number(row.n_disjoint, 0),
            "detectable": number(row.mde, decimals),
            "said": verdict(row.conf_low, row.conf_high, 0, PLACES),
        }
    return {name: printed[name] for name in shown}


def _as_growth(headline: Row | None, names: PlanNames) -> str:
    """Growth a year, in points, whose mean gain is the minimum detectable effect."""
    if headline is None:
        return MISSING
    after = headline.n_periods - names.choices["before"]
    return number(100 * headline.mde / ((after + 1) / 2), 1)


def _range(found: pd.DataFrame, p: bool = True) -> dict[str, str]:
    return {
        "low": number(found["estimate"].min(), 3),
        "high": number(found["estimate"].max(), 3),
    } | ({"p_low": p_value(found["p_value"].min())} if p else {})


def _curve(found: pd.DataFrame) -> dict[str, str]:
    each = rows(found, analysis="curve", term="effect")
    middle = find(found, analysis="curve", term="median")
    if middle is None:
        return dict.fromkeys(("n", "median", "interval", "p", "above", "below"), MISSING)
    return {
        "n": number(len(each), 0),
        "median": number(middle.estimate, 3),
        "interval": interval(middle.conf_low, middle.conf_high, 3),
        "p": p_value(middle.p_value),
        "above": number((each["conf_low"] > 0).sum(), 0),
        "below": number((each["conf_high"] < 0).sum(), 0),
    }


def _staggered(found: pd.DataFrame, series: pd.DataFrame) -> dict[str, str]:
    key = {"analysis": "staggered", "method": "callaway_santanna"}
    row = find(found, **key, term="overall")
    clusters = find(series, **key, term="treated_clusters")
    if row is None or clusters is None:
        return dict.fromkeys(("estimate", "interval", "clusters", "detectable"), MISSING)
    return {
        "estimate": number(row.estimate, 3),
        "interval": interval(row.conf_low, row.conf_high, 3),
        "clusters": number(clusters.value, 0),
        "detectable": number(row.mde, 3),
    }


def _pretrend(estimates: pd.DataFrame, series: pd.DataFrame, tests: pd.DataFrame) -> dict[str, str]:
    joint = find(tests, analysis="pretrend", term="joint")
    first = rows(estimates, analysis="event_study").sort_values("year")["estimate"]
    strong = rows(series, analysis="pretrend", setting=0.8).set_index("term")["value"]
    return {
        "p": p_value(joint.p_value) if joint else MISSING,
        "said": "moved" if first.empty else ("fell" if first.iloc[0] > 0 else "rose"),
        "slope": number(100 * strong.get("slope", math.nan), 1),
        "bias": number(strong.get("bias", math.nan), 2),
    }


def _sets(found: pd.DataFrame) -> str:
    """In how many sets of placebo zones the interval contains zero."""
    containing = int(((found["conf_low"] <= 0) & (found["conf_high"] >= 0)).sum())
    if found.empty:
        return "whether these intervals hold zero cannot be determined"
    if containing == len(found):
        return "every one of these intervals holds zero"
    return f"{count_word(containing)} of these {count_word(len(found))} intervals hold zero"


def _robust(found: pd.DataFrame) -> dict[str, str]:
    if found.empty:
        return {"none": MISSING, "largest": MISSING}
    ordered = found.sort_values("setting")
    first, last = ordered.iloc[0], ordered.iloc[-1]
    none = interval(first["conf_low"], first["conf_high"], 3)
    return {
        "none": none if first["setting"] == 0 else MISSING,
        "largest": interval(last["conf_low"], last["conf_high"], 3),
    }


def _cities(found: pd.DataFrame, names: PlanNames) -> dict[str, str]:
    if found.empty:
        return dict.fromkeys(("lowest", "low", "highest", "high", "p_low", "n"), MISSING)
    ordered = found.sort_values("estimate")
    lowest, highest = ordered.iloc[0], ordered.iloc[-1]
    return {
        "lowest": names.city(lowest["unit"]),
        "low": number(lowest["own_value"], 3),
        "highest": names.city(highest["unit"]),
        "high": number(highest["own_value"], 3),
        "p_low": p_value(found["p_value"].min()),
        "n": number(len(found), 0),
    }
