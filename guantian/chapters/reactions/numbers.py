"""The numbers of the chapter's text: those that a row has are declared in ``numbers.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from guantian.chapters.reactions.estimate.names import MODES
from guantian.labels import label
from guantian.present.declared import read_numbers
from guantian.present.format import MISSING, joined, number, p_value, per_cent
from guantian.present.numbers import evaluate, merge
from guantian.results import rows
from regiometrics.inference import SIGNIFICANT

MODELS = {
    "province_year": "the linear model",
    "city_province_year": "the linear model with city effects",
    "logit": "the logit",
}


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
    printed, _ = evaluate(
        read_numbers(__file__), {"estimates": estimates, "series": series, "tests": tests}
    )
    contest = rows(estimates, analysis="promotion")
    smallest = contest["p_adjusted"].min()
    splits = {outcome["name"]: str(outcome["split"] or MISSING) for outcome in choices["outcomes"]}
    others = {
        "band": number(choices["equivalence_bound"], 2),
        "late_age": number(choices["contest"]["late_age"], 0),
        "permutations": number(choices["permutations"], 0),
        "nearest": number(choices["similar_rivals"]["nearest"], 0),
        "within_km": number(choices["similar_rivals"]["within_km"], 0),
        **{name: {"split": splits.get(name, MISSING)} for name in ("expenditure", "investment")},
        "overidentified": _rejected(tests),
        "clusters": _clusters(tests),
        "own_lag": _own_lag(estimates),
        "family": number(len(contest), 0),
        "smallest_holm": p_value(smallest),
        "smallest_holm_of": _smallest_of(contest),
        "smallest_family": p_value(rows(tests, analysis="promotion")["p_adjusted"].min()),
        "family_said": _family_said(smallest),
        "modes": {
            "expenditure": _modes(series, "expenditure") | _probabilities(series, "expenditure"),
            "investment": _modes(series, "investment"),
        },
    }
    return merge(printed, others)


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


def _modes(series: pd.DataFrame, expenditure: str) -> dict[str, str]:
    """How many cities have which mode."""
    most = rows(series, analysis="modes", variable=expenditure, partner=None, term="mode")
    counts = most["group"].value_counts()
    said = (f"{counts[mode]} {label('mode', mode).lower()}" for mode in MODES if mode in counts)
    return {"said": ", ".join(said) or "no city can be classified"}


def _probabilities(series: pd.DataFrame, expenditure: str) -> dict[str, str]:
    """Least and greatest probability of the cities' modes, and the greatest of confrontation."""
    cities = rows(series, analysis="modes", variable=expenditure, partner=None)
    most = rows(cities, term="mode")["value"]
    confrontation = rows(cities, term="probability", group="confrontational")["value"]
    return {
        "least": per_cent(most.min()),
        "most": per_cent(most.max()),
        "confrontational_most": per_cent(confrontation.max()),
    }
