"""Tables of likeness and specialisation, from the estimates."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guantian.chapters.similarity.rows import cell, find, p_cell, range_cell
from guantian.present.tables import Table

INDICES = {"krugman": "Krugman", "cosine": "Cosine", "hellinger": "Hellinger"}
CITY_INDICES = {"hoover": "Hoover", "theil": "Theil"}
FARMING = {"": "With", "_no_agriculture": "Without"}
COUNTY_PAIRS = {"same_city": "Of one city", "other_city": "Of two cities"}
RANK_NOTE = (
    "Less median: the zone's value less the median of placebo zones, with the interval from their "
    "quantiles; p: twice the share of placebo zones beyond the zone; draws: placebo zones with "
    "figures."
)


def similarity_tables(
    estimates: pd.DataFrame, labels: Mapping[str, str], confidence: float
) -> list[Table]:
    """Return the tables of likeness of cities and counties and of specialisation.

    Parameters
    ----------
    estimates
        Tidy estimates with the analyses ``similarity``, ``specialisation``,
        ``county_similarity``.
    labels
        Specification to its title.
    confidence
        Of the intervals.
    """
    level = f"{100 * confidence:g}%"
    return [
        Table(
            "similarity",
            "Likeness of structures: Krugman's index between the zone's cities",
            _krugman(estimates, labels, level),
            "Mean over pairs of cities: 0 for the same structure, 2 for nothing in common. Trends "
            f"a year, times 100. Intervals by leaving out one city at a time. {RANK_NOTE}",
            group="Structure",
            text=("Agriculture",),
        ),
        Table(
            "similarity_indices",
            "Likeness of structures by every index, ranked among placebo zones",
            _indices(estimates, labels, level),
            "Krugman and Hellinger measure distance, the cosine likeness. Trends a year, times "
            f"100. {RANK_NOTE}",
            group="Structure",
            text=("Index", "Agriculture"),
        ),
        Table(
            "specialisation",
            "Specialisation of the zone's cities against the sum of all cities",
            _cities(estimates, labels, level),
            "Mean over cities, 0 for the structure of the sum of all. Trends a year, times 100, "
            f"with intervals from the spread between cities. {RANK_NOTE}",
            group="Structure",
            text=("Index", "Agriculture"),
        ),
        Table(
            "county_similarity",
            "Likeness between the zone's counties at two censuses",
            _counties(estimates, level),
            "Mean over pairs of counties; intervals by leaving out one city's counties at a time. "
            "Counties that one census lacks are left out of both.",
            group="Index",
            text=("Pairs", "Agriculture"),
        ),
    ]


def _krugman(estimates: pd.DataFrame, labels: Mapping[str, str], level: str) -> pd.DataFrame:
    body = []
    for spec, title in labels.items():
        for suffix, farming in FARMING.items():
            key = {"analysis": "similarity", "spec": spec + suffix, "outcome": "krugman"}
            own, trend, ranked = (
                find(estimates, term=term, **key) for term in ("own_level", "own_trend", "trend")
            )
            body.append(
                {
                    "Structure": title,
                    "Agriculture": farming,
                    "Level": cell(own, "estimate", 2),
                    f"{level} of level": range_cell(own, 2),
                    "Trend": cell(trend, "estimate", 2, 100),
                    f"{level} of trend": range_cell(trend, 2, 100),
                    "Less median": cell(ranked, "estimate", 2, 100),
                    f"{level}, less median": range_cell(ranked, 2, 100),
                    "p": p_cell(ranked),
                    "Draws": cell(ranked, "n_obs", 0),
                }
            )
    return pd.DataFrame(body)


def _indices(estimates: pd.DataFrame, labels: Mapping[str, str], level: str) -> pd.DataFrame:
    body = []
    for spec, title in labels.items():
        for index, name in INDICES.items():
            for suffix, farming in FARMING.items():
                key = {"analysis": "similarity", "spec": spec + suffix, "outcome": index}
                here, trend = (find(estimates, term=term, **key) for term in ("level", "trend"))
                body.append(
                    {
                        "Structure": title,
                        "Index": name,
                        "Agriculture": farming,
                        "Level": cell(here, "statistic", 2),
                        "Less median": cell(here, "estimate", 2),
                        f"{level}, level": range_cell(here, 2),
                        "p, level": p_cell(here),
                        "Trend": cell(trend, "statistic", 2, 100),
                        "Trend less median": cell(trend, "estimate", 2, 100),
                        f"{level}, trend": range_cell(trend, 2, 100),
                        "p, trend": p_cell(trend),
                    }
                )
    return pd.DataFrame(body)


def _cities(estimates: pd.DataFrame, labels: Mapping[str, str], level: str) -> pd.DataFrame:
    body = []
    for spec, title in labels.items():
        for index, name in CITY_INDICES.items():
            for suffix, farming in FARMING.items():
                key = {"analysis": "specialisation", "spec": spec + suffix, "outcome": index}
                own, trend, here, ranked = (
                    find(estimates, term=term, **key)
                    for term in ("own_level", "own_trend", "level", "trend")
                )
                body.append(
                    {
                        "Structure": title,
                        "Index": name,
                        "Agriculture": farming,
                        "Level": cell(own, "estimate", 3),
                        "p, level": p_cell(here),
                        "Trend": cell(trend, "estimate", 2, 100),
                        f"{level} of trend": range_cell(trend, 2, 100),
                        "Trend less median": cell(ranked, "estimate", 2, 100),
                        "p, trend": p_cell(ranked),
                    }
                )
    return pd.DataFrame(body)


def _counties(estimates: pd.DataFrame, level: str) -> pd.DataFrame:
    rows = estimates[estimates["analysis"] == "county_similarity"]
    years = sorted(set(rows["term"]) - {"change"})
    body = []
    for index, name in INDICES.items():
        for spec, pairs in COUNTY_PAIRS.items():
            for suffix, farming in FARMING.items():
                key = {"spec": spec + suffix, "outcome": index}
                change = find(rows, term="change", **key)
                body.append(
                    {"Index": name, "Pairs": pairs, "Agriculture": farming}
                    | {year: cell(find(rows, term=year, **key), "estimate", 3) for year in years}
                    | {
                        "Change": cell(change, "estimate", 3),
                        f"{level} of change": range_cell(change, 3),
                        "Pairs of counties": cell(change, "n_obs", 0),
                    }
                )
    return pd.DataFrame(body)
