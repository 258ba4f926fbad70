"""Every estimate of the chapter on reactions, the contest and modes, as typed results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.reactions.estimate.contest import ContestSettings, contest_data, run_contest
from guantian.chapters.reactions.estimate.leaders import (
    leader_data,
    leader_outcomes,
    overbid_rows,
    run_leaders,
)
from guantian.chapters.reactions.estimate.modes_study import run_modes
from guantian.chapters.reactions.estimate.neighbourhood import neighbourhood
from guantian.chapters.reactions.estimate.primary import primary_rows, replicated
from guantian.chapters.reactions.estimate.reaction import ReactionSettings
from guantian.chapters.reactions.estimate.reaction_data import ReactionOutcome, join_tables
from guantian.chapters.reactions.estimate.reaction_study import run_reactions
from guantian.chapters.reactions.estimate.rows import Rows
from guantian.chapters.reactions.estimate.spillover import run_spillovers
from guantian.files import write_csv
from guantian.geography.placebo_sets import members_of
from guantian.registry import Job
from guantian.results import estimates, series, tests, write

#: Tables of the outcomes, the first that has a column first.
TABLES = (
    "investment",
    "accounts",
    "population",
    "tax",
    "targets",
    "infrastructure",
    "road",
    "land",
    "debt",
)
#: Careers and the later targets, for the primary tests.
CAREERS = ("leaders", "spells", "later_targets")


def estimate(job: Job) -> None:
    """Estimate reactions, spillovers and modes, promotions, and what leaders do."""
    given, confidence = job.inputs, job.options["confidence"]
    tables = {
        name: pd.read_parquet(getattr(given, name))
        for name in (*TABLES, *CAREERS, "panel", "pairs", "structure", "placebo_zones")
    }
    tables["debt"] = tables["debt"].rename(columns={"region_code": "city_code"})
    choices = job.options["reactions"]
    found, excluded = react(tables, choices, confidence)
    members = sorted(member["code"] for member in job.options["zone"]["members"])
    found.add(compete(tables, members, choices, confidence))
    names = ("panel", "pairs", "structure", "placebo_zones")
    around = neighbourhood(*(tables[name] for name in names), choices)
    data = join_tables([tables[name] for name in TABLES])
    found.add(primary_rows(tables, data, around, choices["primary"], confidence))
    found.estimates += replicated(found.estimates)
    common = {"chapter": "reactions"}
    write([estimates(found.estimates, **common)], job.outputs.estimates, confidence=confidence)
    write([series(found.series, **common)], job.outputs.series)
    write([tests(found.tests, **common)], job.outputs.tests)
    write_csv(excluded, job.outputs.excluded)


def react(
    tables: Mapping[str, pd.DataFrame], choices: Mapping[str, Any], confidence: float
) -> tuple[Rows, pd.DataFrame]:
    """Return rows of reaction functions, spillovers and modes, and the cities left out.

    Parameters
    ----------
    tables
        ``panel``, ``pairs``, ``structure``, ``placebo_zones`` and the `TABLES` of outcomes.
    choices
        The configuration's section.
    confidence
        Of the intervals.
    """
    names = ("panel", "pairs", "structure", "placebo_zones")
    around = neighbourhood(*(tables[name] for name in names), choices)
    data = join_tables([tables[name] for name in TABLES])
    settings = ReactionSettings(
        confidence, choices["equivalence_bound"], choices["draws"], choices["seed"]
    )
    outcomes = [ReactionOutcome(**outcome) for outcome in choices["outcomes"]]
    expenditures = [outcome for outcome in outcomes if outcome.name in choices["expenditures"]]
    found, excluded = run_reactions(data, outcomes, around, settings)
    growth = ReactionOutcome(**choices["growth"])
    found.estimates += run_spillovers(data, growth, expenditures, around, settings)
    structure = tables["structure"]
    found.add(
        run_modes(
            data, expenditures, structure, found.estimates, around, settings, choices["modes"]
        )
    )
    return found, excluded


def compete(
    tables: Mapping[str, pd.DataFrame],
    members: list[str],
    choices: Mapping[str, Any],
    confidence: float,
) -> Rows:
    """Return rows of the promotion contest, of leaders and of targets above the province's.

    Parameters
    ----------
    tables
        ``panel``, ``placebo_zones``, ``leaders`` and the `TABLES` of outcomes.
    members
        Codes of the zone's cities.
    choices
        The configuration's section.
    confidence
        Of the intervals.
    """
    panel, contest = tables["panel"], choices["contest"]
    provinces = panel[panel["in_nation"] == 1].groupby(level="city_code")["province_code"].first()
    data = join_tables([tables[name] for name in TABLES])
    promoted = contest_data(
        tables["targets"], provinces, data["gdp_growth_reported"], panel["gdp_growth_pct"]
    )
    found = run_contest(
        promoted,
        ContestSettings(confidence, contest["draws"], choices["seed"], contest["max_disagreement"]),
    )
    outcomes = leader_outcomes(data)
    leaders = leader_data(tables["leaders"], provinces, contest["late_age"])
    found.estimates += run_leaders(leaders, outcomes, confidence)
    groups: np.ndarray = members_of(tables["placebo_zones"], "main")
    found.add(overbid_rows(outcomes["overbid"], groups, members, confidence))
    return found
