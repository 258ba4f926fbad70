"""The numbers of the chapter's text, from its results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.games.tables import cell, pair_name
from guantian.present.format import interval, number, per_cent, verdict
from guantian.results import Row, find, one, rows

CAUSES = {
    "spillover": "the spillover",
    "spillover_sample": "the sample in which the spillover is estimated",
    "distance": "the weight of distance in the flows",
    "province": "the weight of the province in the flows",
    "adjacency": "the weight of a shared border in the flows",
    "programme": "the size of a programme",
    "turnover": "the turnover of leaders",
    "similarity": "the measure of structure",
    "cost": "the cost of a programme, which no figure tells",
    "detection": "the chance that a breach is seen, which no figure tells",
    "rank_weight": "the weight of rank, which no figure tells",
}
SIDES = ("below zero", "not told from zero", "above zero")


def game_numbers(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    names: Mapping[str, str],
    choices: Mapping[str, Any],
) -> dict[str, str]:
    """Return the numbers of the text: name to text.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    names
        City code to its English name.
    choices
        The configuration's section.
    """
    counts = rows(series, analysis="summary").set_index("term")["value"]
    return {
        **_pairs(estimates, counts, names),
        **_modes(series),
        **_measures(estimates, counts),
        **_imitation(estimates, series, counts, names),
        **_contest(estimates, counts, names),
        **_market(estimates, names, choices),
        **_sharing(estimates, names),
        **_zones(estimates),
        **_choices(choices, counts),
        **_sensitivity(estimates),
    }


def _pairs(estimates: pd.DataFrame, counts: pd.Series, names: Mapping[str, str]) -> dict[str, str]:
    pair = {
        term: rows(estimates, analysis="pair", term=term)
        for term in ("stolen", "width", "critical_discount")
    }
    widest = pair["width"].loc[pair["width"]["estimate"].idxmax()]
    ends = {
        term: one(
            estimates, analysis="pair", term=term, unit=widest["unit"], partner=widest["partner"]
        ).estimate
        for term in ("lower", "upper")
    }
    behaviour = [one(estimates, analysis="behaviour", variant=v) for v in ("inside", "across")]
    factor = one(estimates, analysis="measure", term="discount_factor")
    return {
        "pairs": number(counts["pairs"], 0),
        "stolen_exceeds": number(counts["external_negative"], 0),
        "stolen_surely": number(counts["external_surely_negative"], 0),
        "stolen_low": number(pair["stolen"]["estimate"].min(), 2),
        "stolen_high": number(pair["stolen"]["estimate"].max(), 2),
        "widest": pair_name(widest, names),
        "widest_from": per_cent(ends["lower"]),
        "widest_to": per_cent(ends["upper"]),
        "width": per_cent(counts["median_width"]),
        "no_dilemma": _none_said(int(counts["without_dilemma"])),
        "factor_low": number(pair["critical_discount"]["estimate"].min(), 2),
        "factor_high": number(pair["critical_discount"]["estimate"].max(), 2),
        "patience": cell(factor, 2),
        "turnover": cell(one(estimates, analysis="parameter", parameter="turnover"), 2),
        "holding": _of_those(counts["sustained"], counts["with_dilemma"], "no pair"),
        "maybe": _of_those(counts["possibly_sustained"], counts["with_dilemma"], "none"),
        "behaviour_inside": cell(behaviour[0], 2),
        "behaviour_across": cell(behaviour[1], 2),
        "behaviour_said": _said_of_behaviour(behaviour),
    }


def _of_those(count: float, size: float, none: str) -> str:
    return none if count == 0 else f"{count:g} of {size:g}"


def _none_said(count: int) -> str:
    """Say how many pairs have no dilemma at any cost."""
    return {0: "every pair has one", 1: "one pair has none"}.get(count, f"{count} pairs have none")


def _said_of_behaviour(behaviour: list[Row]) -> str:
    """Say what two reaction slopes imply of duplication."""
    if all(row.conf_high < 0 for row in behaviour):
        return "both are surely below zero, against the structure"
    if all(row.conf_low > 0 for row in behaviour):
        return "both are surely above zero, as the structure has it"
    lean = [row.estimate < 0 for row in behaviour]
    if all(lean):
        return "they lean to the second, but zero cannot be told from both"
    if not any(lean):
        return "they lean to the first, but zero cannot be told from both"
    return "they point apart, and zero cannot be told from both"


def _modes(series: pd.DataFrame) -> dict[str, str]:
    """Mean share of the grid of costs in each mode, and the cost at which most pairs confront."""
    numbers = {}
    for mode in ("cooperative", "confrontational", "differentiated", "mixed"):
        share = find(series, analysis="mode_share", group=mode)
        numbers[f"share_{mode}"] = per_cent(share.value if share else 0.0)
    pairs = rows(series, analysis="mode_pairs", group="confrontational").set_index("setting")
    none = pairs.empty
    numbers["peak_cost"] = "–" if none else per_cent(pairs["value"].idxmax())
    numbers["peak_pairs"] = number(0.0 if none else pairs["value"].max(), 1)
    return numbers


def _measures(estimates: pd.DataFrame, counts: pd.Series) -> dict[str, str]:
    named = (
        ("supervision", "pairs"),
        ("sanction", "pairs"),
        ("consumption_tax", "pairs"),
        ("consumption_tax", "gain"),
        ("evaluation", "gain"),
        ("border", "gain"),
        ("body", "gain"),
    )
    key = {"analysis": "measure", "unit": ""}
    return {
        "quo_pairs": cell(one(estimates, **key, variant="status_quo", term="pairs"), 1),
        **{
            f"{variant}_{term}": cell(one(estimates, **key, variant=variant, term=term), 1)
            for variant, term in named
        },
        "body_losers": number(counts["losers_if_all_agree"], 0),
    }


def _imitation(
    estimates: pd.DataFrame, series: pd.DataFrame, counts: pd.Series, names: Mapping[str, str]
) -> dict[str, str]:
    chance = rows(series, analysis="imitation").set_index("unit")["value"]
    strongest = rows(estimates, analysis="imitation")["setting"].max()
    key = {"analysis": "imitation", "unit": "", "setting": strongest}
    surely = int(counts["surely_better_placed"])
    above = "no city" if surely == 0 else f"{surely} of the cities"
    return {
        "spread_first": names.get(chance.idxmax(), ""),
        "spread_first_chance": per_cent(chance.max()),
        "spread_last": names.get(chance.idxmin(), ""),
        "spread_last_chance": per_cent(chance.min()),
        "spread_once": cell(one(estimates, **key, variant="once"), 2),
        "spread_again": cell(one(estimates, **key, variant="again"), 2),
        "spread_said": f"from {above} is an example surely better placed than chance",
    }


def _contest(
    estimates: pd.DataFrame, counts: pd.Series, names: Mapping[str, str]
) -> dict[str, str]:
    found = rows(estimates, analysis="contest")
    weight = rows(found, variant="one", term="weight")
    best = weight.loc[weight["estimate"].idxmax()]
    finite = np.isfinite(rows(found, variant="one", term="prize")["conf_high"]).all()
    return {
        "weight_one": number(counts["median_weight"], 2),
        "weight_one_high": number(best["estimate"], 2),
        "weight_one_best": pair_name(best, names),
        "weight_both": number(rows(found, variant="both", term="weight")["estimate"].min(), 2),
        "prize": number(counts["median_prize"], 1),
        "prize_said": (
            "" if finite else ", and is without bound where the slope of promotion may be zero"
        ),
    }


def _market(
    estimates: pd.DataFrame, names: Mapping[str, str], choices: Mapping[str, Any]
) -> dict[str, str]:
    key = {"analysis": "centres", "unit": ""}
    numbers = {
        "border_said": _border_said(rows(estimates, analysis="border"), names, choices),
        "centres_one": cell(one(estimates, **key, variant="one", term="output"), 1),
    }
    for variant in ("two", "three", "best"):
        row = find(estimates, **key, variant=variant, term="output_minus_one")
        numbers[f"centres_{variant}"] = cell(row, 2) if row else "–"
    return numbers


def _border_said(found: pd.DataFrame, names: Mapping[str, str], choices: Mapping[str, Any]) -> str:
    if found.empty:
        return "All the cities lie in one province: there is no border to open."
    middle = sorted(choices["elasticity"])[len(choices["elasticity"]) // 2]
    chosen = rows(found, setting=middle).set_index("unit")
    zone, cities = rows(found, unit="")["estimate"], chosen.drop(index="")["estimate"]
    best = cities.idxmax()
    return (
        "In general equilibrium the zone's real income would rise by "
        f"{cell(chosen.loc[''], 2)}% without the border between the provinces at an elasticity of "
        f"trade of {number(middle, 2)}, by {number(zone.min(), 2)} to {number(zone.max(), 2)}% "
        f"over the swept elasticities; that of {names.get(best, best)} by "
        f"{cell(chosen.loc[best], 1)}%. The border is that of flows of people, for want of "
        "figures on goods."
    )


def _sharing(estimates: pd.DataFrame, names: Mapping[str, str]) -> dict[str, str]:
    found = rows(estimates, analysis="sharing")
    payments = rows(found, term="payment").set_index("unit")["estimate"]
    payer = payments.idxmin()
    return {
        "paid": cell(one(found, term="paid"), 1),
        "payer": names.get(payer, payer),
        "payer_amount": number(-payments.min(), 1),
        "core_empty": per_cent(one(found, term="share_empty").estimate),
    }


def _zones(estimates: pd.DataFrame) -> dict[str, str]:
    key = {"analysis": "polycentricity", "measure": "entropy_evenness", "variant": ""}
    row = one(estimates, **key, sample="zones")
    return {
        "poly": number(100 * row.estimate, 2),
        "poly_interval": interval(100 * row.conf_low, 100 * row.conf_high, 2),
        "poly_zones": number(row.n_units, 0),
        "poly_told": verdict(row.conf_low, row.conf_high, 0, SIDES),
        "poly_detectable": number(100 * row.mde, 2),
    }


def _sensitivity(estimates: pd.DataFrame) -> dict[str, str]:
    """What moves the gain of all most."""
    found = rows(estimates, analysis="sensitivity", outcome="gain").set_index("parameter")
    width = (found["conf_high"] - found["conf_low"]).sort_values(ascending=False, kind="stable")
    first, second = width.index[:2]
    return {"matters_first": CAUSES[first], "matters_second": CAUSES[second]}


def _choices(choices: Mapping[str, Any], counts: pd.Series) -> dict[str, str]:
    motives = [rule["rate"] * rule["share"] for rule in choices["vat"]]
    return {
        "rho_sample": choices["spillover"]["sample"],
        "motive_first": per_cent(motives[0], 2),
        "motive_last": per_cent(motives[-1], 2),
        "motive_most": per_cent(max(motives), 2),
        "tax_welfare": per_cent(counts["largest_tax_welfare"], 1),
        "rate": per_cent(choices["discount_rate"]),
        "fine": per_cent(choices["penalty"]),
        "cost_from": per_cent(choices["sensitivity"]["cost"]["first"]),
        "cost_to": per_cent(choices["sensitivity"]["cost"]["last"]),
        "draws": number(choices["draws"], 0),
        "year": str(choices["year"]),
        "plan_years": number(choices["programme"]["years"], 0),
    }
