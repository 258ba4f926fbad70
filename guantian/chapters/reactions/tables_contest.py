"""Tables of the promotion contest, of leaders and of modes of competition."""

from __future__ import annotations

import pandas as pd

from guantian.chapters.reactions.estimate.names import MEASURES, MODES, OFFICIALS, OUTCOMES
from guantian.chapters.reactions.tables import estimate, pick
from guantian.present.format import MISSING, number, p_value, per_cent
from guantian.present.tables import Table

CASES = {
    "nominal_growth_in": "2013 kept, though nominal in part; same year",
    "yearbook_growth": "growth of the yearbook, three years",
    "yearbook_same_year": "growth of the yearbook, same year",
    "sources_agree": "both sources agree, same year",
    "without_last_year": "without 2013, three years",
}
LEADERS = {
    "growth": ("Growth, percentage points", 1),
    "overbid": ("Target less province's, points", 1),
    "investment": ("Investment, log points × 100", 100),
    "expenditure": ("Expenditure, log points × 100", 100),
}
TERMS = {"late": "near retirement", "tenure": "a year of tenure", "first_year": "first year"}


def contest_tables(
    contest: pd.DataFrame, cities: pd.DataFrame, pairs: pd.DataFrame, confidence: float
) -> list[Table]:
    """Return the tables of the contest and of modes.

    Parameters
    ----------
    contest
        Tidy estimates of the contest.
    cities, pairs
        Modes and their probabilities.
    confidence
        Of the intervals.
    """
    level = f"{100 * confidence:g}% intervals"
    return [
        Table(
            "contest",
            "Promotion on growth",
            _promotion(contest),
            "Change of the probability of promotion, percentage points, per percentage point of "
            f"growth or target; {level} clustered by city. Logit: conditional within "
            "province-years, log odds. Holm: over the whole family; RW: Romano and Wolf's over its "
            "linear tests, joint wild cluster bootstrap.",
            group="Official",
            text=("Regressor",),
        ),
        Table(
            "contest_sensitivity",
            "Promotion on growth under known errors of the data",
            _sensitivity(contest),
            "As in the table of promotions, province-year effects, each with one choice changed.",
            group="Official",
            text=("Case",),
        ),
        Table(
            "leaders",
            "Leaders near retirement, tenure and the first year",
            _leaders(contest),
            "City and year effects, or city and province-year effects; errors clustered by city, "
            f"{level}; the three terms of an official in one equation. Holm: over near retirement "
            "in all outcomes and both officials.",
            group="Outcome",
            text=("Official", "Term"),
        ),
        Table(
            "modes_cities",
            "Modes of competition by city",
            _modes(cities, ["name_en"]),
            "Slope: estimated by 2SLS in the nation for each side, plus the city's own deviation, "
            "calibrated from shrunken co-movement of changes; spillover: growth, percentage points "
            "per log point of rivals' outlay; probabilities of the rule's modes over the draws, %.",
            group="Outlay",
            text=("City", "Mode"),
        ),
        Table(
            "modes_pairs",
            "Modes of competition by pair of cities",
            _modes(pairs, ["name_a", "name_b"]),
            "As by city; a pair's slope is that of its side of the border plus the mean deviation "
            "of its two cities. No pair's own slope is identified. Neighbours: whether they touch.",
            group="Outlay",
            text=("Pair", "Mode"),
        ),
    ]


def _promotion(contest: pd.DataFrame) -> pd.DataFrame:
    main = contest[contest["analysis"] == "promotion"]
    adjusted = contest[contest["analysis"] == "promotion_adjusted"]
    body = []
    for official in OFFICIALS:
        for measure, said in MEASURES.items():
            key = {"outcome": official, "term": measure}
            linear = pick(main, spec="province_year", **key)
            holm = pick(adjusted, spec="holm_province_year", **key)
            family = pick(adjusted, spec="romano_wolf_province_year", **key)
            logit = pick(adjusted, spec="holm_logit", **key)
            body.append(
                {
                    "Official": official.capitalize(),
                    "Regressor": said,
                    "Province-year": estimate(linear, 2, 100),
                    "p": p_value(linear["p_value"]),
                    "Holm": p_value(holm["p_value"]),
                    "RW": p_value(family["p_value"]),
                    "and city effects": estimate(
                        pick(main, spec="city_province_year", **key), 2, 100
                    ),
                    "Logit": estimate(pick(main, spec="logit", **key), 3),
                    "Holm, logit": p_value(logit["p_value"]) if logit is not None else MISSING,
                    "n": number(linear["n_obs"], 0),
                }
            )
    return pd.DataFrame(body)


def _sensitivity(contest: pd.DataFrame) -> pd.DataFrame:
    rows = contest[contest["analysis"] == "promotion_sensitivity"]
    body = []
    for official in OFFICIALS:
        for case, said in CASES.items():
            row = pick(rows, outcome=official, spec=case)
            if row is not None:
                body.append(
                    {
                        "Official": official.capitalize(),
                        "Case": said,
                        "Slope × 100": estimate(row, 2, 100),
                        "p": p_value(row["p_value"]),
                        "n": number(row["n_obs"], 0),
                    }
                )
    return pd.DataFrame(body)


def _leaders(contest: pd.DataFrame) -> pd.DataFrame:
    rows = contest[contest["analysis"] == "leaders"]
    adjusted = contest[contest["analysis"] == "leaders_adjusted"]
    body = []
    for outcome, (title, scale) in LEADERS.items():
        for official in OFFICIALS:
            for term, said in TERMS.items():
                main = pick(rows, outcome=outcome, spec=f"{official}_city_year", term=term)
                check = pick(rows, outcome=outcome, spec=f"{official}_province_year", term=term)
                holm = pick(adjusted, outcome=outcome, spec=f"{official}_city_year", term=term)
                body.append(
                    {
                        "Outcome": title,
                        "Official": official,
                        "Term": said,
                        "Year effects": estimate(main, 2, scale),
                        "p": "–" if main is None else p_value(main["p_value"]),
                        "Holm": "" if holm is None else p_value(holm["p_value"]),
                        "Province-year effects": estimate(check, 2, scale),
                        "n": "–" if main is None else number(main["n_obs"], 0),
                    }
                )
    return pd.DataFrame(body)


def _modes(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    body = []
    for row in frame.to_dict("records"):
        cells = {
            "Outlay": OUTCOMES.get(row["outlay"], row["outlay"]),
            "City" if len(names) == 1 else "Pair": "–".join(str(row[name]) for name in names),
        }
        if len(names) == 2:
            cells["Neighbours"] = "yes" if row["adjacent"] else "no"
        limits = {"conf_low": row["slope_low"], "conf_high": row["slope_high"]}
        cells |= {
            "Slope": estimate(pd.Series({"estimate": row["slope"], **limits})),
            "Likeness": number(row["similarity"], 2),
            "Spillover": number(row["spillover"], 2),
        }
        cells |= {f"{mode.capitalize()[:6]}.": per_cent(row[mode]) for mode in MODES[:3]}
        cells |= {"None": per_cent(row[MODES[3]]), "Mode": row["mode"]}
        body.append(cells)
    columns = ["Outlay", "City" if len(names) == 1 else "Pair", "Mode"]
    return pd.DataFrame(body) if body else pd.DataFrame(columns=columns)
