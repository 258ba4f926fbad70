"""Numbers of the chapter on games, printed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from guantian.chapters.games.tables import MEASURES, cell, pair_name
from guantian.present.format import interval, number, per_cent
from guantian.results import with_detectable

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


def game_numbers(
    estimates: pd.DataFrame,
    modes: pd.DataFrame,
    names: Mapping[str, str],
    choices: Mapping,
    confidence: float,
) -> dict:
    """Return the numbers of the text: name → text.

    Parameters
    ----------
    estimates
        Tidy estimates of the games.
    modes
        Mode of each pair by cost.
    names
        City code to name.
    choices
        The configuration's section.
    confidence
        Of the intervals.
    """
    return {
        **_pairs(estimates, names),
        **_modes(modes),
        **_measures(estimates),
        **_spread(estimates, names),
        **_contest(estimates, names),
        **_market(estimates, names, choices),
        **_sharing(estimates, names),
        **_zones(estimates, confidence),
        **_choices(choices, estimates),
        **_tornado(estimates),
    }


def _of(estimates: pd.DataFrame, analysis: str) -> pd.DataFrame:
    return estimates[estimates["analysis"] == analysis]


def _pairs(estimates, names) -> dict:
    by = _of(estimates, "games_pair").set_index(["spec", "term"])
    table = by["estimate"].unstack()
    sure = by["conf_high"].unstack()["external"] < 0
    factor = table["discount"].dropna()
    patience = _of(estimates, "games_measure").set_index("term").loc["patience"]
    held = _of(estimates, "games_pair").query("term == 'sustained'")
    holding = int((held["estimate"] >= 0).sum())
    maybe = int((held["conf_high"] >= 0).sum())
    parameters = _of(estimates, "games_parameter").set_index("term")
    widest = table["width"].idxmax()
    return {
        "pairs": number(len(table), 0),
        "stolen_exceeds": number(int((table["external"] < 0).sum()), 0),
        "stolen_surely": number(int(sure.sum()), 0),
        "stolen_low": number(table["stolen"].min(), 2),
        "stolen_high": number(table["stolen"].max(), 2),
        "widest": pair_name(widest, names),
        "widest_from": per_cent(table.at[widest, "lower"]),
        "widest_to": per_cent(table.at[widest, "upper"]),
        "width": per_cent(table["width"].median()),
        "no_dilemma": _none_said(int((table["width"] <= 1e-9).sum())),
        "factor_low": number(factor.min(), 2),
        "factor_high": number(factor.max(), 2),
        "factor_pairs": number(len(factor), 0),
        "patience": cell(patience, 2),
        "turnover": cell(parameters.loc["turnover"], 2),
        "holding": "no pair" if holding == 0 else f"{holding} of {len(factor)}",
        "maybe": "none" if maybe == 0 else f"{maybe} of {len(factor)}",
        "behaviour_inside": cell(_behaviour(parameters.loc["slope_inside"]), 2),
        "behaviour_across": cell(_behaviour(parameters.loc["slope_across"]), 2),
        "behaviour_said": _said_of_behaviour(parameters),
    }


def _none_said(count: int) -> str:
    """Say how many pairs have no dilemma at any cost."""
    return {0: "every pair has one", 1: "one pair has none"}.get(count, f"{count} pairs have none")


def _behaviour(row) -> dict:
    """Duplication over net gain that a reaction slope stands for: minus twice the slope."""
    return {
        "estimate": -2 * row["estimate"],
        "conf_low": -2 * row["conf_high"],
        "conf_high": -2 * row["conf_low"],
    }


def _said_of_behaviour(parameters) -> str:
    ends = parameters.loc[["slope_inside", "slope_across"]]
    if (ends["conf_low"] > 0).all():
        return "both are surely below zero, against the structure"
    if (ends["conf_high"] < 0).all():
        return "both are surely above zero, as the structure has it"
    lean = ends["estimate"] > 0
    if lean.all():
        return "they lean to the second, but zero cannot be told from both"
    if not lean.any():
        return "they lean to the first, but zero cannot be told from both"
    return "they point apart, and zero cannot be told from both"


def _modes(modes: pd.DataFrame) -> dict:
    """Mean share of the swept costs in each mode, and the cost at which most pairs confront."""
    cost = modes["cost"].nunique()
    pairs = modes["pair"].nunique()
    share = modes.groupby("mode")["share"].sum() / (cost * pairs)
    confront = modes[modes["mode"] == "confrontational"].groupby("cost")["share"].sum()
    return {
        **{
            f"share_{mode}": per_cent(share.get(mode, 0.0))
            for mode in ("cooperative", "confrontational", "differentiated", "mixed")
        },
        "peak_cost": per_cent(float(confront.idxmax())) if len(confront) else "–",
        "peak_pairs": number(float(confront.max()) if len(confront) else 0.0, 1),
    }


def _measures(estimates) -> dict:
    by = _of(estimates, "games_measure").set_index(["spec", "sample", "term"])
    numbers = {"quo_pairs": cell(by.loc[("status_quo", "zone", "pairs")], 1)}
    numbers["quo_factor"] = number(by.at[("status_quo", "zone", "discount"), "estimate"], 2)
    for measure in MEASURES:
        for term, decimals in (("gain", 1), ("pairs", 1), ("discount", 2)):
            numbers[f"{measure}_{term}"] = cell(by.loc[(measure, "zone", term)], decimals)
    cities = by.loc["body"].query("sample != 'zone'").xs("gain", level="term")["estimate"]
    numbers["body_losers"] = number(int((cities < 0).sum()), 0)
    return numbers


def _spread(estimates, names) -> dict:
    rows = _of(estimates, "games_spread")
    ratio = rows[rows["term"] == "fixation_over_neutral"]
    neutral = rows[rows["spec"] == "neutral"].set_index("sample")["estimate"]
    numbers = {
        "spread_first": names.get(neutral.idxmax(), ""),
        "spread_first_chance": per_cent(neutral.max()),
        "spread_last": names.get(neutral.idxmin(), ""),
        "spread_last_chance": per_cent(neutral.min()),
    }
    for again in ("once", "again"):
        chosen = ratio[ratio["spec"].str.startswith(again)]
        strongest = chosen["spec"].str.split("_").str[1].astype(float).max()
        chosen = chosen[chosen["spec"] == f"{again}_{strongest:g}"]
        numbers[f"spread_{again}"] = cell(chosen.set_index("sample").loc["zone"], 2)
        surely = int((chosen[chosen["sample"] != "zone"]["conf_low"] > 1).sum())
        above = "no city" if surely == 0 else f"{surely} of the cities"
        numbers["spread_said"] = f"from {above} is an example surely better placed than chance"
    return numbers


def _contest(estimates, names) -> dict:
    rows = _of(estimates, "games_contest")
    one = rows[(rows["sample"] == "one") & (rows["term"] == "weight")].set_index("spec")["estimate"]
    both = rows[(rows["sample"] == "both") & (rows["term"] == "weight")]["estimate"]
    prize = rows[(rows["sample"] == "one") & (rows["term"] == "prize")].set_index("spec")
    finite = np.isfinite(prize["conf_high"]).all()
    return {
        "weight_one": number(one.median(), 2),
        "weight_one_high": number(one.max(), 2),
        "weight_one_best": pair_name(one.idxmax(), names),
        "weight_both": number(both.min(), 2),
        "prize": number(prize["estimate"].median(), 1),
        "prize_said": (
            "" if finite else ", and is without bound where the slope of promotion may be zero"
        ),
    }


def _market(estimates, names, choices) -> dict:
    rows = _of(estimates, "games_border")
    if rows.empty:
        numbers = {"border_said": "All the cities lie in one province: there is no border to open."}
    else:
        middle = sorted(choices["elasticity"])[len(choices["elasticity"]) // 2]
        chosen = rows[rows["spec"] == f"elasticity_{middle:g}"].set_index("sample")
        zone = chosen.loc["zone"]
        swept = rows[rows["sample"] == "zone"]["estimate"]
        city = chosen.drop(index="zone")["estimate"].idxmax()
        numbers = {
            "border_said": (
                "In general equilibrium the zone's real income would rise by "
                f"{cell(zone, 2)}% without the border between the provinces at an elasticity of "
                f"trade of {number(middle, 2)}, by {number(swept.min(), 2)} to "
                f"{number(swept.max(), 2)}% over the swept elasticities; that of "
                f"{names.get(city, city)} by {cell(chosen.loc[city], 1)}%. The border is that "
                "of flows of people, for want of figures on goods."
            )
        }
    centres = _of(estimates, "games_centres").query("sample == 'zone'")
    less = centres[centres["term"] == "output_less_one"].set_index("spec")
    whole = centres[centres["term"] == "output"].set_index("spec")
    for spec in ("two", "three", "best"):
        numbers[f"centres_{spec}"] = cell(less.loc[spec], 2) if spec in less.index else "–"
    numbers["centres_one"] = cell(whole.loc["one"], 1)
    return numbers


def _sharing(estimates, names) -> dict:
    by = _of(estimates, "games_sharing").set_index(["sample", "term"])
    payments = by.xs("payment", level="term")["estimate"]
    empty = by.at[("zone", "share_empty"), "estimate"]
    return {
        "paid": cell(by.loc[("zone", "paid")], 1),
        "payer": names.get(payments.idxmin(), payments.idxmin()),
        "payer_amount": number(-payments.min(), 1),
        "core_empty": per_cent(empty),
    }


def _zones(estimates, confidence) -> dict:
    by = with_detectable(_of(estimates, "polycentricity"), confidence)
    by = by.set_index(["spec", "sample"])
    row = by.loc[("entropy_evenness", "zones")]
    low, high = row["conf_low"], row["conf_high"]
    told = "above zero" if low > 0 else "below zero" if high < 0 else "not told from zero"
    return {
        "poly": number(100 * row["estimate"], 2),
        "poly_interval": interval(100 * low, 100 * high, 2),
        "poly_zones": number(row["n_units"], 0),
        "poly_told": told,
        "poly_detectable": number(100 * row["detectable"], 2),
    }


def _tornado(estimates) -> dict:
    """What moves the gain of all most."""
    rows = _of(estimates, "games_tornado").query("outcome == 'gain'")
    width = (rows["conf_high"] - rows["conf_low"]).set_axis(rows["spec"])
    order = width.sort_values(ascending=False, kind="stable").index
    return {"matters_first": CAUSES[order[0]], "matters_second": CAUSES[order[1]]}


def _choices(choices, estimates) -> dict:
    latest = choices["vat"][-1]
    spillover = choices["spillover"]
    tax = _of(estimates, "games_tax")
    return {
        "rho_sample": spillover["sample"],
        "rho_weights": spillover["spec"].removeprefix("sdm_"),
        "motive_first": per_cent(choices["vat"][0]["rate"] * choices["vat"][0]["share"], 2),
        "motive_last": per_cent(latest["rate"] * latest["share"], 2),
        "motive_most": per_cent(max(rule["rate"] * rule["share"] for rule in choices["vat"]), 2),
        "tax_welfare": per_cent(tax[tax["term"] == "welfare"]["estimate"].max(), 1),
        "rate": per_cent(choices["discount_rate"]),
        "fine": per_cent(choices["penalty"]),
        "cost_from": per_cent(choices["sensitivity"]["cost"]["first"]),
        "cost_to": per_cent(choices["sensitivity"]["cost"]["last"]),
        "draws": number(choices["draws"], 0),
        "year": str(choices["year"]),
        "plan_years": number(choices["programme"]["years"], 0),
    }
