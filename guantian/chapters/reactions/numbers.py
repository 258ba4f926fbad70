"""Numbers and words of the chapter's text, from the estimates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from guantian.chapters.reactions.estimate.names import MEASURES, MODES, OFFICIALS, OUTCOMES
from guantian.chapters.reactions.tables import pick
from guantian.estimates import with_detectable
from guantian.present.format import interval, number, p_value, per_cent, verdict
from regiometrics.inference import SIGNIFICANT

SLOPES = {
    "inside": ("iv_sides", "inside"),
    "across": ("iv_sides", "across"),
    "border": ("iv_border", "across"),
    "neighbours": ("iv_neighbours", "neighbours"),
    "like_income": ("iv_like_income", "like_income"),
    "like_structure": ("iv_like_structure", "like_structure"),
    "before": ("iv_before", "inside"),
    "after": ("iv_after", "inside"),
    "qml": ("ml_neighbours", "neighbours"),
}
LEVEL = 0.05
MODELS = {
    "province_year": "the linear model",
    "city_province_year": "the linear model with city effects",
    "logit": "the logit",
}
WORDS = ("below zero", "not told from zero", "above zero")


def reaction_numbers(
    estimates: pd.DataFrame,
    contest: pd.DataFrame,
    cities: pd.DataFrame,
    choices: Mapping[str, Any],
    confidence: float,
) -> dict:
    """Return the texts by outcome, of the contest, of leaders and of modes.

    Parameters
    ----------
    estimates, contest
        Tidy estimates.
    cities
        Modes by city.
    choices
        The configuration's section.
    confidence
        Of the intervals.
    """
    estimates, contest = (with_detectable(rows, confidence) for rows in (estimates, contest))
    return {
        "confidence": number(100 * confidence, 0),
        "band": number(choices["equivalence_bound"], 2),
        "late_age": number(choices["contest"]["late_age"], 0),
        "permutations": number(choices["permutations"], 0),
        "nearest": number(choices["similar_rivals"]["nearest"], 0),
        "within_km": number(choices["similar_rivals"]["within_km"], 0),
        **{
            outcome["name"]: _outcome(estimates, outcome) | _shock(estimates, outcome["name"])
            for outcome in choices["outcomes"]
        },
        "overidentified": _rejected(estimates),
        "clusters": _clusters(estimates),
        "own_lag": _own_lag(estimates),
        "spillover": {outlay: _spillover(estimates, outlay) for outlay in choices["expenditures"]},
        "promotion": {official: _promotion(contest, official) for official in OFFICIALS},
        "family": number((contest["analysis"] == "promotion").sum(), 0),
        "smallest_holm": p_value(_smallest(contest, "holm_")),
        "smallest_holm_of": _smallest_of(contest),
        "smallest_family": p_value(_smallest(contest, "romano_wolf_")),
        "family_said": _family_said(contest),
        "leaders": {official: _leaders(contest, official) for official in OFFICIALS},
        "overbid": _overbid(contest),
        "modes": {outlay: _modes(cities, outlay) for outlay in choices["expenditures"]},
    }


def printed(row: pd.Series | None, name: str, decimals: int = 2, scale: float = 1) -> dict:
    """Print an estimate, its interval, where that lies, and what could have been detected."""
    if row is None or pd.isna(row["estimate"]):
        return {
            name: "–",
            f"{name}_interval": "(not estimated)",
            f"{name}_said": "not to be had",
            f"{name}_detectable": "–",
            f"{name}_p": "–",
        }
    low, high = scale * row["conf_low"], scale * row["conf_high"]
    return {
        name: number(scale * row["estimate"], decimals),
        f"{name}_interval": interval(low, high, decimals),
        f"{name}_said": verdict(low, high, 0, WORDS),
        f"{name}_detectable": number(scale * row["detectable"], decimals),
        f"{name}_p": p_value(row["p_value"]),
    }


def _outcome(estimates: pd.DataFrame, outcome: Mapping[str, Any]) -> dict:
    name = outcome["name"]
    nation = estimates[(estimates["sample"] == "nation") & (estimates["outcome"] == name)]
    slopes = nation[nation["analysis"] == "reaction"]
    tests = nation[nation["analysis"] == "reaction_tests"]
    values = {
        "title": OUTCOMES.get(name, name).lower(),
        "first": str(outcome["first"]),
        "last": str(outcome["last"]),
        "split": str(outcome["split"] or "–"),
        "cities": number(slopes["n_units"].max(), 0),
    }
    for key, (spec, term) in SLOPES.items():
        values |= printed(pick(slopes, spec=spec, term=term), key)
    strength = pick(tests, spec="iv_sides", term="kleibergen_paap")
    joint = pick(tests, spec="iv_sides", term="anderson_rubin")
    alone = pick(tests, spec="iv_sides", term="sanderson_windmeijer.inside")
    over = pick(tests, spec="iv_sides", term="overidentification")
    values["f"] = "–" if strength is None else number(strength["statistic"], 1)
    values["f_inside"] = "–" if alone is None else number(alone["statistic"], 1)
    values["j"] = "–" if over is None else p_value(over["p_value"])
    values["ar"] = "–" if joint is None else p_value(joint["p_value"])
    for side in ("inside", "across"):
        for kind in ("imitation", "none", "differentiation"):
            row = pick(tests, spec="iv_sides", term=f"probability.{side}.{kind}")
            values[f"{side}_{kind}"] = "–" if row is None else per_cent(row["estimate"])
    losses = estimates[
        (estimates["analysis"] == "reaction_sample") & (estimates["outcome"] == name)
    ].set_index("term")["estimate"]
    values["lost"] = per_cent(losses.get("lost.neighbours", float("nan")))
    values["lost_across"] = per_cent(losses.get("lost.across", float("nan")))
    return values


def _rejected(estimates: pd.DataFrame) -> str:
    """Say for which outcomes the test of overidentification rejects the instruments."""
    tests = estimates[
        (estimates["analysis"] == "reaction_tests")
        & (estimates["sample"] == "nation")
        & (estimates["spec"] == "iv_sides")
        & (estimates["term"] == "overidentification")
        & (estimates["p_value"] < LEVEL)
    ]
    found = [
        f"{OUTCOMES.get(row.outcome, row.outcome).lower().removesuffix(' per head')} "
        f"(p {p_value(row.p_value)})"
        for row in tests.itertuples()
    ]
    if not found:
        return "for no outcome"
    return "for " + (found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}")


def _clusters(estimates: pd.DataFrame) -> str:
    """How many provinces the slopes' errors are clustered by, as the bootstrap counts them."""
    tests = estimates[
        (estimates["analysis"] == "reaction_tests")
        & (estimates["sample"] == "nation")
        & estimates["term"].str.startswith("wild.")
    ]
    counts = tests["note"].astype("string").str.extract(r"(\d+) clusters")[0].dropna().astype(int)
    if counts.empty:
        return "–"
    low, high = counts.min(), counts.max()
    return f"{low}" if low == high else f"{low} to {high}"


def _own_lag(estimates: pd.DataFrame) -> str:
    """Say what the outcome's own lag is in the dynamic equations."""
    rows = estimates[
        (estimates["analysis"] == "reaction")
        & (estimates["sample"] == "nation")
        & (estimates["spec"] == "iv_dynamic")
        & (estimates["term"] == "L.outcome")
        & estimates["estimate"].notna()
    ]
    if rows.empty:
        return "cannot be estimated"
    span = f"is {number(rows['estimate'].min(), 2)} to {number(rows['estimate'].max(), 2)}"
    above = int((rows["estimate"] > 1).sum())
    if not above:
        return span
    return f"{span}, above one in {above} of {len(rows)} equations, which would explode"


def _shock(estimates: pd.DataFrame, name: str) -> dict:
    shocks = estimates[
        (estimates["analysis"] == "reaction_shocks") & (estimates["outcome"] == name)
    ]
    values = {}
    for side in ("inside", "across"):
        row = pick(shocks, spec=f"permuted_{side}", term="same_province")
        found = printed(row, f"excess_{side}")
        values |= found
        values[f"comovement_{side}"] = "–" if row is None else number(row["statistic"], 2)
        values[f"shock_{side}"] = (
            "–" if row is None else number(row["statistic"] - row["estimate"], 2)
        )
        values[f"shock_share_{side}"] = (
            "–" if row is None else per_cent(1 - row["estimate"] / row["statistic"])
        )
    for term in ("before", "next"):
        values |= printed(pick(shocks, spec="leads_inside", term=term), f"lead_{term}")
    zone = pick(shocks, spec="placebo_zones", term="zone")
    values["zone_slope"] = "–" if zone is None else number(zone["statistic"], 2)
    values["zone_p"] = "–" if zone is None else p_value(zone["p_value"])
    values["zone_rank"] = "not ranked" if zone is None else str(zone["note"]).split(";")[0]
    return values


def _spillover(estimates: pd.DataFrame, outlay: str) -> dict:
    rows = estimates[estimates["analysis"] == "spillover"]
    impacts = estimates[estimates["analysis"] == "government"]
    values = {}
    for term in ("own", "inside", "across"):
        values |= printed(pick(rows, spec=outlay, term=term), term)
        values |= printed(pick(rows, spec=f"{outlay}_two_way", term=term), f"{term}_two_way")
    for term in ("direct", "indirect"):
        values |= printed(pick(impacts, spec=outlay, term=term), term)
    return values


def _promotion(contest: pd.DataFrame, official: str) -> dict:
    main = contest[(contest["analysis"] == "promotion") & (contest["outcome"] == official)]
    rate = pick(contest[contest["analysis"] == "promotion_rate"], outcome=official)
    family = contest[
        (contest["analysis"] == "promotion_adjusted") & (contest["outcome"] == official)
    ]
    values = {"rate": per_cent(rate["estimate"], 1)}
    for term in ("same_year", "lagged", "three_years", "overbid"):
        values |= printed(pick(main, spec="province_year", term=term), term, 2, 100)
        values |= printed(pick(main, spec="city_province_year", term=term), f"{term}_city", 2, 100)
        adjusted = pick(family, spec="holm_province_year", term=term)
        values[f"{term}_holm"] = "–" if adjusted is None else p_value(adjusted["p_value"])
    return values


def _smallest(contest: pd.DataFrame, prefix: str) -> float:
    adjusted = contest[contest["analysis"] == "promotion_adjusted"]
    return float(adjusted.loc[adjusted["spec"].str.startswith(prefix), "p_value"].min())


def _smallest_of(contest: pd.DataFrame) -> str:
    """Name the test with the smallest p-value by Holm."""
    adjusted = contest[contest["analysis"] == "promotion_adjusted"]
    adjusted = adjusted[adjusted["spec"].str.startswith("holm_")].dropna(subset=["p_value"])
    if adjusted.empty:
        return "none"
    row = adjusted.loc[adjusted["p_value"].idxmin()]
    model = MODELS[row["spec"].removeprefix("holm_")]
    return f"{model} of the {row['outcome']}'s promotion on {MEASURES[row['term']].lower()}"


def _family_said(contest: pd.DataFrame) -> str:
    smallest = _smallest(contest, "holm_")
    if pd.isna(smallest):
        return "whether one stands cannot be told"
    return "one or more stand" if smallest < SIGNIFICANT else "none stands"


def _leaders(contest: pd.DataFrame, official: str) -> dict:
    rows = contest[
        (contest["analysis"] == "leaders") & (contest["spec"] == f"{official}_city_year")
    ]
    values = {}
    for outcome, scale in (("growth", 1), ("overbid", 1), ("investment", 100)):
        values |= printed(pick(rows, outcome=outcome, term="late"), outcome, 2, scale)
    return values


def _overbid(contest: pd.DataFrame) -> dict:
    rows = contest[contest["analysis"] == "overbid"]
    nation = pick(rows, sample="nation", term="mean")
    share = pick(rows, term="share_above")
    zone = pick(rows, sample="zone", term="mean")
    values = printed(nation, "mean") | {"share": per_cent(share["estimate"])}
    values["zone"] = "–" if zone is None else number(zone["statistic"], 2)
    values["zone_p"] = "–" if zone is None else p_value(zone["p_value"])
    values["zone_rank"] = "not ranked" if zone is None else str(zone["note"]).split(";")[0]
    return values


def _modes(cities: pd.DataFrame, outlay: str) -> dict:
    rows = cities[cities["outlay"] == outlay]
    if rows.empty:
        return {"said": "no city can be classified", "least": "–", "most": "–", "threshold": "–"}
    counts = rows["mode"].value_counts()
    said = [f"{counts[mode]} {mode}" for mode in MODES if mode in counts]
    return {
        "said": ", ".join(said),
        "least": per_cent(rows["probability"].min()),
        "most": per_cent(rows["probability"].max()),
        "threshold": number(rows["threshold"].iloc[0], 2),
        "confrontational_most": per_cent(rows["confrontational"].max()),
    }
