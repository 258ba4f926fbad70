"""The chapter's primary tests of the protocol, their secondary rows, and external checks."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.reactions.estimate.career_tests import (
    career_rival_rows,
    inaction_rows,
    promotion_rows,
)
from guantian.chapters.reactions.estimate.careers import (
    promotions,
    secretary_ages,
    targets_to,
    wide_growth,
)
from guantian.chapters.reactions.estimate.names import OFFICIALS
from guantian.chapters.reactions.estimate.neighbourhood import Neighbourhood
from guantian.chapters.reactions.estimate.ranked_rivals import ranked_rival_rows
from guantian.chapters.reactions.estimate.reaction import (
    ReactionSettings,
    attempt,
    instrument_rows,
    parameter_rows,
)
from guantian.chapters.reactions.estimate.reaction_data import ReactionOutcome, reaction_sample
from guantian.chapters.reactions.estimate.rival_tests import (
    TestSettings,
    growth_of,
    infrastructure_rows,
    network,
    pair_type_rows,
)
from guantian.chapters.reactions.estimate.rivals import SIDES, rival_weights
from guantian.chapters.reactions.estimate.rows import Rows
from guantian.chapters.reactions.estimate.shocks import clean_outcome
from regiometrics.spatial import SeveralLags
from regiometrics.spatial.errors import IslandWarning


def primary_rows(
    tables: Mapping[str, pd.DataFrame],
    data: pd.DataFrame,
    around: Neighbourhood,
    choices: Mapping[str, Any],
    confidence: float,
) -> Rows:
    """Return rows of the primary tests S1.4, S1.7, S2.1, S2.2 and S2.d.

    Parameters
    ----------
    tables
        ``panel``, ``leaders``, ``spells``, ``targets`` and ``later_targets``.
    data
        Outcomes on (city_code, year).
    around
        Cities, pairs, structure and placebo zones.
    choices
        The configuration's section ``primary``.
    confidence
        Of the intervals.

    Returns
    -------
    Rows
        Estimates of the analyses ``primary``, ``secondary``, ``falsification`` and ``external``,
        variant the part of the protocol; tests and series of two-stage least squares beside S1.4.
    """
    settings = TestSettings(choices["draws"], choices["seed"], confidence)
    infrastructure = ReactionOutcome(**choices["infrastructure"])
    others = [ReactionOutcome(**outcome) for outcome in choices["others"]]
    spending = [ReactionOutcome(**outcome) for outcome in choices["spending"]]
    found = _other_estimators(data, infrastructure, around, settings)
    found.estimates += infrastructure_rows(data, infrastructure, others, around, settings)
    typed = [infrastructure, *(each for each in spending if each.name != infrastructure.name)]
    classes = choices["similarity_classes"]
    found.estimates += pair_type_rows(data, typed, around, classes, settings)
    found.estimates += _career_rows(tables, data, around, spending, choices, settings)
    published = choices["yu_zhou_zhu_2016"]
    places = published["rank_places"]
    found.estimates += ranked_rival_rows(data, spending[0], around, places, settings)
    found.series += [
        {"analysis": "external", "variant": "yu_zhou_zhu_2016", "term": f"published_{end}",
         "group": "inside", "value": published[end]}
        for end in ("low", "high")
    ]  # fmt: skip
    return found


def _career_rows(
    tables: Mapping[str, pd.DataFrame],
    data: pd.DataFrame,
    around: Neighbourhood,
    spending: Sequence[ReactionOutcome],
    choices: Mapping[str, Any],
    settings: TestSettings,
) -> Iterator[dict[str, Any]]:
    careers, rules = choices["careers"], choices["promotion"]
    last, provinces = careers["last_year"], around.provinces
    ages = secretary_ages(tables["leaders"], tables["spells"], last)
    early, late = tables["targets"], tables["later_targets"]
    outcomes = [
        # Both sources, which is primary, and each alone.
        *(("target", targets_to(*pair).loc[:last]) for pair in
          ((early, late), (early, late.iloc[:0]), (early.iloc[:0], late))),
        *((outcome.name, _yearly_change(data, outcome)) for outcome in spending),
    ]  # fmt: skip
    thresholds = careers["retirement_age"], careers["placebo_age"]
    yield from inaction_rows(outcomes, ages, thresholds, provinces, settings)
    networks = {
        outcome.name: (network(data, outcome, around, growth=False), outcome.first)
        for outcome in spending
    }
    yield from career_rival_rows(
        networks, ages, careers["end_age"], rules["rules_year"], provinces,
        careers["winsorised"], settings,
    )  # fmt: skip
    posts = promotions(tables["spells"], rules["first_year"], last)
    panel, years = tables["panel"], rules["growth_years"]
    measures = {
        "mean_growth": wide_growth(panel["gdp_growth_pct"], years),
        "mean_growth_first_published": wide_growth(panel["gdp_growth_first_published_pct"], years),
        "same_year": wide_growth(panel["gdp_growth_pct"], 1),
    }
    yield from promotion_rows(
        posts, measures, rules["rules_year"], rules["placebo_year"], provinces, settings
    )


def _yearly_change(data: pd.DataFrame, outcome: ReactionOutcome) -> pd.DataFrame:
    """Yearly change of the log in per cent of cells that the source did not interpolate."""
    values = data[outcome.variable]
    imputed = outcome.variable.replace("_100m_yuan", "_imputed")
    if imputed != outcome.variable and imputed in data:
        values = values.where(data[imputed] != 1)
    wide = values.unstack("city_code").reindex(range(outcome.first, outcome.last + 1))
    return 100 * np.log(wide.where(wide > 0)).diff()


def _other_estimators(
    data: pd.DataFrame, outcome: ReactionOutcome, around: Neighbourhood, settings: TestSettings
) -> Rows:
    """Maximum likelihood and two-stage least squares of the slope of S1.4, as secondary rows.

    The first stage and the Anderson-Rubin set are rows of tests and series (analyses
    ``instruments`` and ``anderson_rubin_set``).
    """
    sample = reaction_sample(data, outcome, around.members("nation"), around.bridge)
    y, X = growth_of(sample)
    options = ReactionSettings(settings.confidence, 0.0, settings.draws, settings.seed)
    cities = list(y.index.unique("city_code"))
    key = {
        "analysis": "secondary", "variant": "S1.4", "sample": "china", "outcome": outcome.name,
        "measure": "growth", "effect": "two_way",
    }  # fmt: skip
    size = {"n_obs": len(y), "n_units": len(cities), "n_periods": y.index.unique("year").size}
    weights = {side: rival_weights(around.pairs, cities, side) for side in SIDES}
    cleared = pd.Series(clean_outcome(y, X).ravel(), y.index, name="outcome")

    def likelihood() -> list[dict[str, Any]]:
        nothing = pd.DataFrame(index=cleared.index)
        with warnings.catch_warnings():  # a city without rivals on one side is no fault
            warnings.simplefilter("ignore", IslandWarning)
            fit = SeveralLags(cleared, nothing, weights, effects="unit").fit()
        return parameter_rows(fit, options)

    about = {"method": "ml", "estimator": "maximum likelihood, two-way effects"}
    about |= {"cov_type": "expected information"} | size
    found = Rows([{**key, **about, **row} for row in attempt(likelihood, term="inside")])
    kept = [code for code, n in zip(cities, np.diff(weights["inside"].indptr), strict=True) if n]
    inside = sample.only(kept)
    y, X = growth_of(inside)
    by = instrument_rows(
        y, X, {"inside": rival_weights(around.pairs, kept, "inside")}, around.provinces, options,
        thorough=True,
    )  # fmt: skip
    size = {"n_obs": len(y), "n_units": len(kept), "n_periods": y.index.unique("year").size}
    slopes = [row for row in by.estimates if row["term"] == "inside"]
    found.estimates += [{**row, **key, **size, "method": "2sls"} for row in slopes]
    labels = {name: key[name] for name in ("variant", "sample", "outcome", "measure")} | size
    found.tests += [{**row, **labels, "method": "2sls"} for row in by.tests]
    sets = [row for row in by.series if row["analysis"] == "anderson_rubin_set"]
    found.series += [{**row, **labels, "method": "2sls"} for row in sets]
    return found


#: What is in each replicated slope of Yu, Zhou and Zhu (2016), for readers.
WHY = {
    "two_way": "With two-way effects what a province does to all its cities is in the slope.",
    "province_year": "Province-year effects take out what a province does to all its cities.",
    "career": "Ages of party secretaries; city and province-year effects.",
}


def replicated(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows that repeat a published design, analysis ``external``.

    Parameters
    ----------
    found
        Rows of estimates of the chapter.

    Returns
    -------
    list of dict
        Variant ``yu_zhou_zhu_2016``: responses of investment per head to rivals inside the
        province and across its border (terms ``inside`` and ``across``, two-way effects and
        province-year effects), and the change of the response near the end of the career
        (``rivals_late``). Variant ``wiebe_2024``: change of the chance of promotion per percentage
        point of growth, by official and measure, with province-year effects.
    """
    rows = []
    for row in found:
        of = row.get("variant"), row.get("outcome"), row.get("term")
        levels = row.get("measure") == "level" and "placebo_set" not in row
        slope = of[:2] == ("S1.4", "investment") and levels
        career = of == ("S2.2", "investment", "rivals_late")
        if slope or career:
            why = WHY[row["effect"]] if slope else WHY["career"]
            key = {"analysis": "external", "variant": "yu_zhou_zhu_2016", "note": why}
            rows.append({**row, **key})
        promotion = row.get("analysis") == "promotion" and of[0] == "province_year"
        if promotion and of[2] != "overbid" and row.get("group") in OFFICIALS:
            rows.append(
                {**row, "analysis": "external", "variant": "wiebe_2024", "sample": "china",
                 "benchmark": 0.0}
            )  # fmt: skip
    return rows
