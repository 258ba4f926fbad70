"""The numbers of the chapter's text, declared: from which row each is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.games.tables import SPAN, pair_name
from guantian.present.format import (
    MISSING,
    Format,
    bounds,
    count,
    estimate_with_interval,
    fixed,
    number,
    per_cent,
    placed,
)
from guantian.present.numbers import Number, evaluate, merge
from guantian.results import Row, one, rows

INTERVAL = ("conf_low", "conf_high")
WITH_1, WITH_2 = estimate_with_interval(1), estimate_with_interval(2)
PERCENT = fixed(0, 100)
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
NONE = Format(
    lambda found: {0: "every pair has one", 1: "one pair has none"}.get(
        int(found), f"{found:g} pairs have none"
    ),
    "left",
)
PLACED = Format(
    lambda found: (
        f"from {f'{found:g} of the cities' if found else 'no city'} is an example surely better "
        "placed than chance"
    ),
    "left",
)
SIDE = placed(0, ("below zero", "not statistically different from zero", "above zero"))
EVENNESS = {
    "analysis": "polycentricity",
    "measure": "entropy_evenness",
    "variant": "",
    "sample": "zones",
}
CENTRES = {"analysis": "centres", "unit": ""}


def _counted(key: str, term: str, form: Format) -> Number:
    return Number(key, {"analysis": "summary", "term": term}, "value", form, "series")


def _measure(variant: str, term: str, key: str = "") -> Number:
    select = {"analysis": "measure", "unit": "", "variant": variant, "term": term}
    return Number(key or f"{variant}_{term}", select, SPAN, WITH_1)


NUMBERS = (
    _counted("pairs", "pairs", count()),
    _counted("stolen_exceeds", "external_negative", count()),
    _counted("stolen_surely", "external_surely_negative", count()),
    _counted("width", "median_width", PERCENT),
    _counted("no_dilemma", "without_dilemma", NONE),
    _counted("body_losers", "losers_if_all_agree", count()),
    _counted("weight_one", "median_weight", fixed(2)),
    _counted("prize", "median_prize", fixed(1)),
    _counted("spread_said", "surely_better_placed", PLACED),
    _counted("tax_welfare", "largest_tax_welfare", fixed(1, 100)),
    Number("patience", {"analysis": "measure", "term": "discount_factor"}, SPAN, WITH_2),
    Number("turnover", {"analysis": "parameter", "parameter": "turnover"}, SPAN, WITH_2),
    *(
        Number(f"behaviour_{side}", {"analysis": "behaviour", "variant": side}, SPAN, WITH_2)
        for side in ("inside", "across")
    ),
    *(
        Number(
            f"share_{mode}", {"analysis": "mode_share", "group": mode}, "value", PERCENT, "series"
        )
        for mode in ("cooperative", "confrontational", "differentiated", "mixed")
    ),
    _measure("status_quo", "pairs", "quo_pairs"),
    *(
        _measure(variant, term)
        for variant, term in (
            ("supervision", "pairs"),
            ("sanction", "pairs"),
            ("consumption_tax", "pairs"),
            ("consumption_tax", "gain"),
            ("evaluation", "gain"),
            ("border", "gain"),
            ("body", "gain"),
        )
    ),
    Number("centres_one", CENTRES | {"variant": "one", "term": "output"}, SPAN, WITH_1),
    *(
        Number(
            f"centres_{name}", CENTRES | {"variant": name, "term": "output_minus_one"}, SPAN, WITH_2
        )
        for name in ("two", "three", "best")
    ),
    Number("paid", {"analysis": "sharing", "term": "paid"}, SPAN, WITH_1),
    Number("core_empty", {"analysis": "sharing", "term": "share_empty"}, format=PERCENT),
    Number("poly", EVENNESS, format=fixed(2, 100)),
    Number("poly_interval", EVENNESS, INTERVAL, bounds(2, 100)),
    Number("poly_zones", EVENNESS, "n_units", count()),
    Number("poly_told", EVENNESS, INTERVAL, SIDE),
    Number("poly_detectable", EVENNESS, "mde", fixed(2, 100)),
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
    chosen, texts = [], {}
    for part in (_extremes(estimates, names), _of_cities(estimates, series, names)):
        for key, (found, name) in part.items():
            chosen.append(found)
            texts |= {key: name} if name else {}
    strongest = rows(estimates, analysis="imitation")["setting"].max()
    chosen += [
        Number(
            f"spread_{variant}",
            {"analysis": "imitation", "unit": "", "setting": strongest, "variant": variant},
            SPAN,
            WITH_2,
        )
        for variant in ("once", "again")
    ]
    printed, keys = evaluate(
        (*NUMBERS, *chosen, *_peak(series)), {"estimates": estimates, "series": series}
    )
    said = _said(estimates, series, names, choices)
    return merge(printed, texts, said, _choices(choices)), keys


def _extremes(estimates: pd.DataFrame, names: Mapping[str, str]) -> dict[str, tuple]:
    """The pairs at the ends of a statistic; where the text names the pair, its name."""
    found = {}
    for key, analysis, term, end, form, named in (
        ("stolen_low", "pair", "stolen", "idxmin", fixed(2), ""),
        ("stolen_high", "pair", "stolen", "idxmax", fixed(2), ""),
        ("factor_low", "pair", "critical_discount", "idxmin", fixed(2), ""),
        ("factor_high", "pair", "critical_discount", "idxmax", fixed(2), ""),
        ("weight_one_high", "one", "weight", "idxmax", fixed(2), "weight_one_best"),
        ("weight_both", "both", "weight", "idxmin", fixed(2), ""),
        ("widest_from", "pair", "width", "idxmax", PERCENT, "widest"),
        ("widest_to", "pair", "width", "idxmax", PERCENT, ""),
    ):
        where = {"analysis": "pair"} if analysis == "pair" else {"analysis": "contest"}
        where |= {} if analysis == "pair" else {"variant": analysis}
        each = rows(estimates, **where, term=term).dropna(subset="estimate")
        pair = {"unit": "none", "partner": "none"}  # no row has it: the number is a dash
        if len(each):
            pair = each.loc[getattr(each["estimate"], end)(), ["unit", "partner"]].to_dict()
        shown = {"widest_from": "lower", "widest_to": "upper"}.get(key, term)
        select = {**where, "term": shown, **pair}
        name = (pair_name(pair, names) if len(each) else MISSING) if named else ""
        found[named or key] = Number(key, select, format=form), name
    return found


def _of_cities(
    estimates: pd.DataFrame, series: pd.DataFrame, names: Mapping[str, str]
) -> dict[str, tuple]:
    """The cities at the ends of the neutral chance and of the side payments."""
    chance = rows(series, analysis="imitation").set_index("unit")["value"]
    payment = rows(estimates, analysis="sharing", term="payment").set_index("unit")["estimate"]
    found = {}
    for key, end in (("spread_first", "idxmax"), ("spread_last", "idxmin")):
        unit = getattr(chance, end)() if chance.notna().any() else MISSING
        select = {"analysis": "imitation", "unit": unit}
        chosen = Number(f"{key}_chance", select, "value", PERCENT, "series")
        found[key] = chosen, names.get(unit, unit)
    payer = payment.idxmin() if payment.notna().any() else MISSING
    select = {"analysis": "sharing", "term": "payment", "unit": payer}
    amount = Number("payer_amount", select, format=fixed(1), transform="negative")
    return found | {"payer": (amount, names.get(payer, payer))}


def _peak(series: pd.DataFrame) -> Iterator[Number]:
    """The cost at which most pairs confront each other, and how many they are."""
    key = {"analysis": "mode_pairs", "group": "confrontational"}
    pairs = rows(series, **key).set_index("setting")["value"]
    at = key | {"setting": pairs.idxmax() if len(pairs) else -1.0}
    yield Number("peak_cost", at, "setting", PERCENT, "series")
    yield Number("peak_pairs", at, "value", fixed(1), "series")


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
