"""The numbers of the chapter's text: those that a row has are declared in ``numbers.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.games.tables import SPAN, pair_name
from guantian.present.declared import read_numbers
from guantian.present.format import MISSING, Format, estimate_with_interval, number, per_cent
from guantian.present.numbers import evaluate, merge
from guantian.results import Row, one, rows

WITH_1, WITH_2 = estimate_with_interval(1), estimate_with_interval(2)
CAUSES = {
    "spillover": "the spillover",
    "spillover_sample": "the sample in which the spillover is estimated",
    "distance": "the weight of distance in the flows",
    "province": "the weight of the province in the flows",
    "adjacency": "the weight of a shared border in the flows",
    "programme": "the size of a programme",
    "turnover": "the turnover of leaders",
    "similarity": "the measure of structure",
    "cost": "the cost of a programme, which no data tell",
    "detection": "the chance that a breach is seen, which no data tell",
    "rank_weight": "the weight of rank, which no data tell",
}


def _without(found: float) -> str:
    said = {0: "every pair has one", 1: "one pair has none"}
    return said.get(int(found), f"{found:g} pairs have none")


def _better(found: float) -> str:
    cities = f"{found:g} of the cities" if found else "no city"
    return f"from {cities} is an example surely better placed than chance"


FORMATS = {"without": Format(_without, "left"), "better": Format(_better, "left")}
#: Pairs at an end of a statistic: its name in the declarations, rows, statistic, end, shown.
ENDS = (
    ("least_stolen", {"analysis": "pair"}, "stolen", "idxmin", "stolen"),
    ("most_stolen", {"analysis": "pair"}, "stolen", "idxmax", "stolen"),
    (
        "least_critical_discount",
        {"analysis": "pair"},
        "critical_discount",
        "idxmin",
        "critical_discount",
    ),
    (
        "most_critical_discount",
        {"analysis": "pair"},
        "critical_discount",
        "idxmax",
        "critical_discount",
    ),
    ("lower_of_widest", {"analysis": "pair"}, "width", "idxmax", "lower"),
    ("upper_of_widest", {"analysis": "pair"}, "width", "idxmax", "upper"),
    ("most_weight_of_one", {"analysis": "contest", "variant": "one"}, "weight", "idxmax", "weight"),
    (
        "least_weight_of_both",
        {"analysis": "contest", "variant": "both"},
        "weight",
        "idxmin",
        "weight",
    ),
)


def game_numbers(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    names: Mapping[str, str],
    choices: Mapping[str, Any],
) -> tuple[dict, dict]:
    """Return the numbers of the text, by name, and where each comes from.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    names
        City code to its English name.
    choices
        The configuration's section.
    """
    ends = {name: _end(estimates, *about) for name, *about in ENDS}
    chance = rows(series, analysis="imitation").set_index("unit")["value"]
    payment = rows(estimates, analysis="sharing", term="payment").set_index("unit")["estimate"]
    first, last = (_at(chance, end) for end in ("idxmax", "idxmin"))
    payer = _at(payment, "idxmin")
    pairs = rows(series, analysis="mode_pairs", group="confrontational").set_index("setting")
    given = {
        **ends,
        "first": first,
        "last": last,
        "payer": payer,
        "strongest": rows(estimates, analysis="imitation")["setting"].max(),
        "peak": pairs["value"].idxmax() if len(pairs) else -1.0,
    }
    printed, keys = evaluate(
        read_numbers(__file__, FORMATS, **given), {"estimates": estimates, "series": series}
    )
    named = {
        "weight_one_best": _pair(ends["most_weight_of_one"], names),
        "widest": _pair(ends["lower_of_widest"], names),
        "spread_first": names.get(first, first),
        "spread_last": names.get(last, last),
        "payer": names.get(payer, payer),
    }
    said = _said(estimates, series, names, choices)
    return merge(printed, named, said, _choices(choices)), keys


def _at(values: pd.Series, end: str) -> str:
    """The unit at an end; where there is none, a dash, which no row has."""
    return getattr(values, end)() if values.notna().any() else MISSING


def _end(
    estimates: pd.DataFrame, key: Mapping[str, str], term: str, end: str, shown: str
) -> dict[str, str]:
    """Select what is shown of the pair at an end of a statistic."""
    each = rows(estimates, **key, term=term).dropna(subset="estimate")
    pair = {"unit": "none", "partner": "none"}  # no row has it: the number is a dash
    if len(each):
        pair = each.loc[getattr(each["estimate"], end)(), ["unit", "partner"]].to_dict()
    return {**key, "term": shown, **pair}


def _pair(found: Mapping[str, str], names: Mapping[str, str]) -> str:
    return MISSING if found["unit"] == "none" else pair_name(found, names)


def _said(
    estimates: pd.DataFrame, series: pd.DataFrame, names: Mapping[str, str], choices: Mapping
) -> dict[str, str]:
    """Sentences and words that depend on several rows."""
    counts = rows(series, analysis="summary").set_index("term")["value"]
    if counts.empty:
        return dict.fromkeys(SAID, MISSING)
    behaviour = [one(estimates, analysis="behaviour", variant=v) for v in ("inside", "across")]
    prize = rows(estimates, analysis="contest", variant="one", term="prize")["conf_high"]
    unbounded = ", and is without bound where the slope of promotion may be zero"
    swing = rows(estimates, analysis="sensitivity", outcome="gain").set_index("parameter")
    width = (swing["conf_high"] - swing["conf_low"]).sort_values(ascending=False, kind="stable")
    return {
        "holding": _of_those(counts["sustained"], counts["with_dilemma"], "no pair"),
        "maybe": _of_those(counts["possibly_sustained"], counts["with_dilemma"], "none"),
        "behaviour_said": _said_of_behaviour(behaviour),
        "prize_said": "" if np.isfinite(prize).all() else unbounded,
        "border_said": _border_said(rows(estimates, analysis="border"), names, choices),
        "matters_first": CAUSES[width.index[0]],
        "matters_second": CAUSES[width.index[1]],
    }


SAID = ("holding", "maybe", "behaviour_said", "prize_said", "border_said")
SAID += ("matters_first", "matters_second")


def _of_those(found: float, size: float, none: str) -> str:
    return none if found == 0 else f"{found:g} of {size:g}"


def _said_of_behaviour(behaviour: list[Row]) -> str:
    """Say what two reaction slopes imply of duplication."""
    if all(row.conf_high < 0 for row in behaviour):
        return "both are surely below zero, against the structure"
    if all(row.conf_low > 0 for row in behaviour):
        return "both are surely above zero, as the structure has it"
    lean = [row.estimate < 0 for row in behaviour]
    if all(lean):
        return "they lean to the second, but neither is statistically different from zero"
    if not any(lean):
        return "they lean to the first, but neither is statistically different from zero"
    return "they point apart, and neither is statistically different from zero"


def _border_said(found: pd.DataFrame, names: Mapping[str, str], choices: Mapping[str, Any]) -> str:
    if found.empty:
        return "All the cities lie in one province: there is no border to open."
    middle = sorted(choices["elasticity"])[len(choices["elasticity"]) // 2]
    chosen = rows(found, setting=middle).set_index("unit")
    zone, cities = rows(found, unit="")["estimate"], chosen.drop(index="")["estimate"]
    best = cities.idxmax()
    return (
        "In general equilibrium the zone's real income would rise by "
        f"{WITH_2(*chosen.loc['', [*SPAN]])}% without the border between the provinces at an "
        f"elasticity of trade of {number(middle, 2)}, by {number(zone.min(), 2)} to "
        f"{number(zone.max(), 2)}% over the grid of elasticities; that of {names.get(best, best)} "
        f"by {WITH_1(*chosen.loc[best, [*SPAN]])}%. The border is that of flows of people, for "
        "want of data on goods."
    )


def _choices(choices: Mapping[str, Any]) -> dict[str, str]:
    motives = [rule["rate"] * rule["share"] for rule in choices["vat"]]
    cost = choices["sensitivity"]["cost"]
    return {
        "rho_sample": choices["spillover"]["sample"],
        "motive_first": per_cent(motives[0], 2),
        "motive_last": per_cent(motives[-1], 2),
        "motive_most": per_cent(max(motives), 2),
        "rate": per_cent(choices["discount_rate"]),
        "fine": per_cent(choices["penalty"]),
        "cost_from": per_cent(cost["first"]),
        "cost_to": per_cent(cost["last"]),
        "draws": number(choices["draws"], 0),
        "year": str(choices["year"]),
        "plan_years": number(choices["programme"]["years"], 0),
    }
