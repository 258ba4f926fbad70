"""The numbers of the text on what the plan did, declared: from which row each is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from guantian.chapters.plan.estimate.checks import UNAFFECTED
from guantian.chapters.plan.names import HEADLINE, PlanNames, known, lights
from guantian.present.format import (
    Format,
    bounds,
    count,
    count_word,
    fixed,
    p_format,
    placed,
    year,
)
from guantian.present.numbers import Number, evaluate, family, merge
from guantian.results import rows

INTERVAL = ("conf_low", "conf_high")
PLACE = placed(
    0,
    (
        "lies below what placebo zones show",
        "lies within what placebo zones show",
        "lies above what placebo zones show",
    ),
)
CHANGE = Format(lambda first: "fell" if first > 0 else "rose", "left")
SUMMARY = {"analysis": "summary"}
DIFFERENCE = ("relative", "interval")
LEVELS = ("effect", "relative", "median", "interval", "groups")
#: Of each effect that the text names: in what it differs from the headline, what is printed of it.
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


def _effect(name: str, key: Mapping[str, Any], shown: tuple[str, ...]) -> Iterator[Number]:
    decimals = 2 if key.get("outcome") in ("growth", "secondary") else 3
    form = fixed(decimals)
    formats = {
        "effect": ("own_value", form),
        "relative": ("estimate", form),
        "median": ("benchmark", form),
        "interval": (INTERVAL, bounds(decimals)),
        "p": ("p_value", p_format()),
        "draws": ("n_draws", count()),
        "groups": ("n_disjoint", count()),
        "detectable": ("mde", form),
        "said": (INTERVAL, PLACE),
    }
    numbers = {last: formats[last] for last in shown}
    return family(name, over={}, select=HEADLINE | key, numbers=numbers)


def _summed(key: str, term: str, form: Format, group: str = "") -> Number:
    return Number(key, SUMMARY | {"group": group, "term": term}, "value", form, "series")


STAGGERED = {"analysis": "staggered", "method": "callaway_santanna"}
POWER = {"analysis": "pretrend", "parameter": "power", "setting": 0.8}
ROBUST = {"analysis": "sensitivity", "method": "relative_magnitude"}
NUMBERS = (
    *(number for name, (key, shown) in EFFECTS.items() for number in _effect(name, key, shown)),
    Number(
        "affected_share",
        {"placebo_set": "main", "variant": "", "term": "affected_share"},
        "value",
        fixed(0, 100),
        "series",
    ),
    _summed("multiple", "mde_in_placebo_deviations", fixed(1)),
    _summed("detectable_growth", "mde_as_growth", fixed(1)),
    *(
        _summed(f"{group}.{key}", term, form, group)
        for group, wanted in (
            ("methods", ("low", "high", "p_low")),
            ("dates", ("low", "high")),
            ("cities", ("p_low", "n")),
            ("curve", ("n", "above", "below")),
        )
        for key, term, form in (
            ("low", "lowest", fixed(3)),
            ("high", "highest", fixed(3)),
            ("p_low", "smallest_p", p_format()),
            ("n", "count", count()),
            ("above", "above_zero", count()),
            ("below", "below_zero", count()),
        )
        if key in wanted
    ),
    *family(
        "curve",
        over={},
        select={"analysis": "curve", "term": "median"},
        numbers={
            "median": ("estimate", fixed(3)),
            "interval": (INTERVAL, bounds(3)),
            "p": ("p_value", p_format()),
        },
    ),
    Number("adjusted", HEADLINE | {"outcome": "investment"}, "p_adjusted", p_format()),
    Number("conformal", {"analysis": "conformal", "base": 0}, "p_value", p_format()),
    *family(
        "staggered",
        over={},
        select=STAGGERED | {"term": "overall"},
        numbers={
            "estimate": ("estimate", fixed(3)),
            "interval": (INTERVAL, bounds(3)),
            "detectable": ("mde", fixed(3)),
        },
    ),
    Number(
        "staggered.clusters", STAGGERED | {"term": "treated_clusters"}, "value", count(), "series"
    ),
    Number("pretrend.p", {"analysis": "pretrend"}, "p_value", p_format(), "tests"),
    Number("pretrend.slope", POWER | {"term": "slope"}, "value", fixed(1, 100), "series"),
    Number("pretrend.bias", POWER | {"term": "bias"}, "value", fixed(2), "series"),
)


def plan_numbers(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    tests: pd.DataFrame,
    names: PlanNames,
    confidence: float,
) -> tuple[dict, dict]:
    """Return the numbers of the text, nested, and where each comes from.

    Parameters
    ----------
    estimates, series, tests
        Results of the chapter.
    names
        What things are called.
    confidence
        Of the intervals.
    """
    shown = (*DIFFERENCE, "detectable", "said")
    outcome = lights(estimates) or "lights_first"
    chosen, texts = _of_cities(known(estimates), names)
    printed, keys = evaluate(
        (
            *NUMBERS,
            *_effect("lights", {"outcome": outcome}, shown),
            *_of_years(estimates),
            *_of_bounds(estimates),
            *chosen,
        ),
        {"estimates": estimates, "series": series, "tests": tests},
    )
    about = {
        "year": str(names.year),
        "acts_span": str(names.choices["event_window"]),
        "base": names.base(0),
        "base_later": names.base(1),
        "sets_said": _sets(series),
        "confidence": f"{100 * confidence:g}",
    }
    return merge(printed, texts, about), keys


def _of_years(estimates: pd.DataFrame) -> Iterator[Number]:
    """The last year of the headline's path, and how the path before the plan runs."""
    path = HEADLINE | {"analysis": "path", "term": "gap"}
    last = rows(estimates, **path)["year"].max()
    first = rows(estimates, analysis="event_study")["year"].min()
    yield Number("last", path | {"year": last}, "year", year())
    yield Number("pretrend.said", {"analysis": "event_study", "year": first}, "estimate", CHANGE)


def _of_bounds(estimates: pd.DataFrame) -> Iterator[Number]:
    """Robust intervals without a violation of parallel trends, and under the largest bound."""
    largest = rows(estimates, **ROBUST)["setting"].max()
    for key, bound in (("none", 0), ("largest", largest)):
        yield Number(f"robust.{key}", ROBUST | {"setting": bound}, INTERVAL, bounds(3))


def _of_cities(found: pd.DataFrame, names: PlanNames) -> tuple[list[Number], dict]:
    """The cities with the lowest and the highest effect."""
    city = rows(found, analysis="city", method="sdid", base=0).set_index("unit")["estimate"]
    ends = {} if city.empty else {"low": city.idxmin(), "high": city.idxmax()}
    key = {"analysis": "city", "method": "sdid", "base": 0}
    numbers = [
        Number(f"cities.{end}", key | {"unit": ends.get(end, "none")}, "estimate", fixed(3))
        for end in ("low", "high")
    ]
    named = {f"{end}est": names.city(ends[end]) if end in ends else "–" for end in ("low", "high")}
    return numbers, {"cities": named}


def _sets(series: pd.DataFrame) -> str:
    """Say in how many sets of placebo zones the interval contains zero."""
    sums = rows(series, analysis="summary", group="placebo_sets").set_index("term")["value"]
    if sums.empty:
        return "whether these intervals hold zero cannot be determined"
    containing, all_of_them = int(sums["containing_zero"]), int(sums["count"])
    if containing == all_of_them:
        return "every one of these intervals holds zero"
    return f"{count_word(containing)} of these {count_word(all_of_them)} intervals hold zero"
