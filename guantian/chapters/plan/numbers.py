"""The numbers of the text on what the plan did: those that a row has are in ``numbers.yaml``."""

from __future__ import annotations

import pandas as pd

from guantian.chapters.plan.estimate.checks import UNAFFECTED
from guantian.chapters.plan.names import HEADLINE, PlanNames, known, lights
from guantian.present.declared import read_numbers
from guantian.present.format import Format, count_word
from guantian.present.numbers import evaluate, merge
from guantian.results import rows

FORMATS = {"change": Format(lambda first: "fell" if first > 0 else "rose", "left")}


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
    city = rows(known(estimates), analysis="city", method="sdid", base=0)
    effect = city.set_index("unit")["estimate"]
    ends = ("none", "none") if effect.empty else (effect.idxmin(), effect.idxmax())
    named = {
        "cities": {
            f"{end}est": "–" if effect.empty else names.city(unit)
            for end, unit in zip(("low", "high"), ends, strict=True)
        }
    }
    given = {
        "lights": lights(estimates) or "lights_first",
        "unaffected": UNAFFECTED,
        "last": rows(estimates, **HEADLINE | {"analysis": "path", "term": "gap"})["year"].max(),
        "first_event": rows(estimates, analysis="event_study")["year"].min(),
        "largest_bound": rows(estimates, analysis="sensitivity", method="relative_magnitude")[
            "setting"
        ].max(),
        "lowest": ends[0],
        "highest": ends[1],
    }
    printed, keys = evaluate(
        read_numbers(__file__, FORMATS, **given),
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
    return merge(printed, named, about), keys


def _sets(series: pd.DataFrame) -> str:
    """Say in how many sets of placebo zones the interval contains zero."""
    sums = rows(series, analysis="summary", group="placebo_sets").set_index("term")["value"]
    if sums.empty:
        return "whether these intervals hold zero cannot be determined"
    containing, all_of_them = int(sums["containing_zero"]), int(sums["count"])
    if containing == all_of_them:
        return "every one of these intervals holds zero"
    return f"{count_word(containing)} of these {count_word(all_of_them)} intervals hold zero"
