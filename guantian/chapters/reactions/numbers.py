"""The numbers of the chapter's text, from its results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from guantian.chapters.reactions.estimate.names import MODES, OFFICIALS
from guantian.chapters.reactions.tables import SIDES
from guantian.labels import label
from guantian.present.cells import interval_cell, p_cell, rank_text, share_cell, value, value_cell
from guantian.present.format import MISSING, joined, number, p_value, per_cent, verdict
from guantian.results import Row, find, rows
from regiometrics.inference import SIGNIFICANT

#: Name of a slope in the text: the specification, and whose rivals'.
SLOPES = {
    "inside": ("iv_sides", "inside"),
    "across": ("iv_sides", "across"),
    "border": ("iv_border", "across"),
    "like_income": ("iv_like_income", "like_income"),
    "like_structure": ("iv_like_structure", "like_structure"),
    "before": ("iv_before", "inside"),
    "after": ("iv_after", "inside"),
    "qml": ("ml_neighbours", "neighbours"),
}
MODELS = {
    "province_year": "the linear model",
    "city_province_year": "the linear model with city effects",
    "logit": "the logit",
}
WORDS = ("below zero", "not statistically different from zero", "above zero")


def reaction_numbers(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    tests: pd.DataFrame,
    choices: Mapping[str, Any],
) -> dict:
    """Return the texts by outcome, of the contest, of leaders and of modes.

    Parameters
    ----------
    estimates, series, tests
        Results of the chapter.
    choices
        The configuration's section.
    """
    contest = rows(estimates, analysis="promotion")
    smallest = contest["p_adjusted"].min()
    joint = rows(tests, analysis="promotion")["p_adjusted"].min()
    return {
        "band": number(choices["equivalence_bound"], 2),
        "late_age": number(choices["contest"]["late_age"], 0),
        "permutations": number(choices["permutations"], 0),
        "nearest": number(choices["similar_rivals"]["nearest"], 0),
        "within_km": number(choices["similar_rivals"]["within_km"], 0),
        **{
            outcome["name"]: {
                "split": str(outcome["split"] or MISSING),
                **_slopes(estimates, series, tests, outcome["name"]),
                **_shock(estimates, series, outcome["name"]),
            }
            for outcome in choices["outcomes"]
        },
        "overidentified": _rejected(tests),
        "clusters": _clusters(tests),
        "own_lag": _own_lag(estimates),
        "spillover": {
            expenditure: _spillover(estimates, expenditure)
            for expenditure in choices["expenditures"]
        },
        "promotion": {official: _promotion(contest, series, official) for official in OFFICIALS},
        "family": number(len(contest), 0),
        "smallest_holm": p_value(smallest),
        "smallest_holm_of": _smallest_of(contest),
        "smallest_family": p_value(joint),
        "family_said": _family_said(smallest),
        "leaders": {official: _leaders(estimates, official) for official in OFFICIALS},
        "overbid": _overbid(estimates, series),
        "modes": {
            expenditure: _modes(series, expenditure) for expenditure in choices["expenditures"]
        },
    }


def printed(row: Row | None, name: str, decimals: int = 2, scale: float = 1) -> dict[str, str]:
    """Print an estimate and its interval."""
    known = value(row) == value(row)
    ends = interval_cell(row, decimals, scale=scale) if known else "(not estimated)"
    return {name: value_cell(row, decimals, scale=scale), f"{name}_interval": ends}


def said(row: Row | None) -> str:
    """Say where the interval of an estimate lies."""
    if value(row) != value(row):
        return "not estimable"
    return verdict(row.conf_low, row.conf_high, 0, WORDS)


def _slopes(
    estimates: pd.DataFrame, series: pd.DataFrame, tests: pd.DataFrame, outcome: str
) -> dict[str, str]:
    key = {"sample": "nation", "outcome": outcome}
    found = {
        name: find(estimates, analysis="reaction", variant=variant, term=rivals, **key)
        for name, (variant, rivals) in SLOPES.items()
    }
    main = {"variant": "iv_sides", **key}
    test = {"analysis": "instruments", **main}
    alone = find(tests, term="sanderson_windmeijer", variable="inside", **test)
    values = {
        "f": value_cell(find(tests, term="kleibergen_paap", **test), 1, column="statistic"),
        "f_inside": value_cell(alone, 1, column="statistic"),
        "inside_detectable": value_cell(found["inside"], 2, column="mde"),
    }
    for name, row in found.items():
        values |= printed(row, name)
    values |= {f"{name}_said": said(found[name]) for name in (*SIDES, "border")}
    for kind in ("imitation", "differentiation"):
        chance = {"analysis": "class_probability", "variable": "inside", "term": kind}
        values[f"inside_{kind}"] = share_cell(find(series, **chance, **main), column="value")
    for name, side in (("lost", "neighbours"), ("lost_across", "across")):
        lost = find(series, analysis="sample", term="lost", weights=side, **key)
        values[name] = share_cell(lost, column="value")
    return values


def _shock(estimates: pd.DataFrame, series: pd.DataFrame, outcome: str) -> dict[str, str]:
    permuted = {"analysis": "permutation", "placebo_set": "same_province", "outcome": outcome}
    inside, across = (find(estimates, **permuted, weights=side) for side in SIDES)
    share = find(series, **permuted, weights="inside", term="share")
    values = {
        **printed(inside, "excess_inside"),
        **printed(across, "excess_across"),
        "comovement_inside": value_cell(inside, 2, column="own_value"),
        "shock_inside": value_cell(inside, 2, column="benchmark"),
        "shock_share_inside": share_cell(share, column="value"),
    }
    for term in ("before", "next"):
        key = {"analysis": "leads", "outcome": outcome, "weights": "inside", "term": term}
        values |= printed(find(estimates, **key), f"lead_{term}")
    zone = find(estimates, analysis="comovement", outcome=outcome)
    return values | _ranked(zone, "zone_slope")


def _ranked(row: Row | None, name: str) -> dict[str, str]:
    """Print the zone's own value, its p-value, and its rank without the disjoint groups."""
    rank = rank_text(Row({**row.columns, "n_disjoint": None})) if row else "not ranked"
    return {
        name: value_cell(row, 2, column="own_value"),
        "zone_p": p_cell(row),
        "zone_rank": rank,
    }


def _rejected(tests: pd.DataFrame) -> str:
    """Say for which outcomes the test of overidentification rejects the instruments."""
    key = {"analysis": "instruments", "variant": "iv_sides", "sample": "nation"}
    found = rows(tests, **key, term="overidentification")
    rejected = [
        f"{label('outcome', row.outcome, 'short').lower()} (p {p_value(row.p_value)})"
        for row in found.itertuples()
        if row.p_value < SIGNIFICANT
    ]
    return f"for {joined(rejected)}" if rejected else "for no outcome"


def _clusters(tests: pd.DataFrame) -> str:
    """How many provinces the slopes' errors are clustered by, as the bootstrap counts them."""
    counts = rows(tests, analysis="instruments", sample="nation", term="wild")["n_clusters"]
    if counts.empty:
        return MISSING
    low, high = counts.min(), counts.max()
    return f"{low}" if low == high else f"{low} to {high}"


def _own_lag(estimates: pd.DataFrame) -> str:
    """Say what the outcome's own lag is in the dynamic equations."""
    key = {"analysis": "reaction", "sample": "nation", "variant": "iv_dynamic", "term": "own_lag"}
    lags = rows(estimates, **key)["estimate"].dropna()
    if lags.empty:
        return "cannot be estimated"
    span = f"is {number(lags.min(), 2)} to {number(lags.max(), 2)}"
    above = int((lags > 1).sum())
    if not above:
        return span
    return f"{span}, above one in {above} of {len(lags)} equations, which would explode"


def _spillover(estimates: pd.DataFrame, expenditure: str) -> dict[str, str]:
    found = rows(estimates, analysis="spillover", variable=expenditure)
    values = {}
    for term in ("own", *SIDES):
        values |= printed(find(found, variant="province_year", term=term), term)
    return values | printed(find(found, variant="year", term="inside"), "inside_two_way")


def _promotion(contest: pd.DataFrame, series: pd.DataFrame, official: str) -> dict[str, str]:
    rate = find(series, analysis="promotion", group=official, term="rate")
    main = rows(contest, group=official, variant="province_year")
    found = {term: find(main, term=term) for term in ("same_year", "three_years", "overbid")}
    growth = {"group": official, "term": "three_years"}
    with_city = find(contest, variant="city_province_year", **growth)
    values = {
        "rate": share_cell(rate, 1, column="value"),
        "same_year_detectable": value_cell(found["same_year"], 2, column="mde", scale=100),
        "overbid_said": said(found["overbid"]),
        "three_years_said": said(found["three_years"]),
        "three_years_p": p_cell(found["three_years"]),
        "three_years_holm": p_cell(found["three_years"], "p_adjusted"),
        **printed(with_city, "three_years_city", scale=100),
    }
    for term, row in found.items():
        values |= printed(row, term, scale=100)
    return values


def _smallest_of(contest: pd.DataFrame) -> str:
    """Name the test with the smallest p-value by Holm."""
    known = contest.dropna(subset=["p_adjusted"])
    if known.empty:
        return "none"
    row = known.loc[known["p_adjusted"].idxmin()]
    measure = label("growth_measure", row["term"]).lower()
    return f"{MODELS[row['variant']]} of the {row['group']}'s promotion on {measure}"


def _family_said(smallest: float) -> str:
    if pd.isna(smallest):
        return "it cannot be determined whether one is significant"
    return "one or more are significant" if smallest < SIGNIFICANT else "none is significant"


def _leaders(estimates: pd.DataFrame, official: str) -> dict[str, str]:
    found = rows(estimates, analysis="leaders", group=official, variant="city_year", term="late")
    values = {}
    for outcome, scale in (("growth", 1), ("overbid", 1), ("investment", 100)):
        values |= printed(find(found, outcome=outcome), outcome, scale=scale)
    return values


def _overbid(estimates: pd.DataFrame, series: pd.DataFrame) -> dict[str, str]:
    share = find(series, analysis="overbid", term="share_above")
    mean, zone = (
        find(estimates, analysis="overbid", sample=sample) for sample in ("nation", "zone")
    )
    return {
        **printed(mean, "mean"),
        "share": share_cell(share, column="value"),
        **_ranked(zone, "zone"),
    }


def _modes(series: pd.DataFrame, expenditure: str) -> dict[str, str]:
    cities = rows(series, analysis="modes", variable=expenditure, partner=None)
    most = rows(cities, term="mode")
    if most.empty:
        return dict.fromkeys(("least", "most", "confrontational_most"), MISSING) | {
            "said": "no city can be classified"
        }
    counts = most["group"].value_counts()
    confrontation = rows(cities, term="probability", group="confrontational")
    return {
        "said": ", ".join(
            f"{counts[mode]} {label('mode', mode).lower()}" for mode in MODES if mode in counts
        ),
        "least": per_cent(most["value"].min()),
        "most": per_cent(most["value"].max()),
        "confrontational_most": per_cent(confrontation["value"].max()),
    }
