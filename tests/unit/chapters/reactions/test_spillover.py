"""Spillovers: what is put in is found, province by province."""

import numpy as np
import pandas as pd

from guantian import results
from guantian.chapters.reactions.estimate.neighbourhood import Neighbourhood
from guantian.chapters.reactions.estimate.reaction import ReactionSettings
from guantian.chapters.reactions.estimate.reaction_data import ReactionOutcome
from guantian.chapters.reactions.estimate.rivals import rival_weights
from guantian.chapters.reactions.estimate.spillover import run_spillovers

SIDE, FIRST, LAST = 12, 2000, 2011


def world(own, inside, across, shock, seed):
    """A square of cities in strips; growth responds to expenditure of the year before."""
    rng = np.random.default_rng(seed)
    n, T = SIDE * SIDE, LAST - FIRST + 1
    row, column = np.divmod(np.arange(n), SIDE)
    codes = [f"c{i:03d}" for i in range(n)]
    province = column // 3
    a, b = np.triu_indices(n, 1)
    touch = np.abs(row[a] - row[b]) + np.abs(column[a] - column[b]) == 1
    pairs = pd.DataFrame(
        {
            "code_a": np.array(codes)[a],
            "code_b": np.array(codes)[b],
            "adjacent": touch.astype(int),
            "same_province": (province[a] == province[b]).astype(int),
        }
    )
    cities = pd.DataFrame(
        {"province_code": [f"p{p}" for p in province], "in_zone": 0, "in_region": 1}, index=codes
    ).rename_axis("city_code")
    around = Neighbourhood(
        cities, pairs, pd.DataFrame(), np.empty((0, 2)), 5, 500, 99, {"income": 0, "population": 0}
    )
    spent, income = rng.normal(size=(n, T)), rng.normal(size=(n, T))
    common = rng.normal(size=(4, T))[province]
    spent = spent + shock * common
    moved = own * spent
    for side, slope in (("inside", inside), ("across", across)):
        moved = moved + slope * (rival_weights(pairs, codes, side) @ spent)
    growth = np.full((n, T), np.nan)
    growth[:, 1:] = 10 + moved[:, :-1] + 2 * shock * common[:, :-1] + rng.normal(size=(n, T - 1))
    index = pd.MultiIndex.from_product([codes, range(FIRST, LAST + 1)], names=["city_code", "year"])
    figures = pd.DataFrame(
        {
            "spent_100m_yuan": np.exp(spent).ravel(),
            "gdp_100m_yuan": np.exp(income).ravel(),
            "registered_population_10k": 1.0,
            "growth_pct": growth.ravel(),
        },
        index=index,
    )
    # Population must move, or it is no regressor.
    figures["registered_population_10k"] = np.exp(0.01 * rng.normal(size=len(index)))
    figures["gdp_100m_yuan"] *= figures["registered_population_10k"]
    figures["spent_100m_yuan"] *= figures["registered_population_10k"]
    return figures, around


def estimates(seed, shock, inside=0.5):
    figures, around = world(1.0, inside, 0.3, shock, seed)
    growth = ReactionOutcome("growth", "growth_pct", "level", FIRST + 2, LAST)
    spent = ReactionOutcome("spent", "spent_100m_yuan", "log_per_head", FIRST, LAST)
    found = run_spillovers(figures, growth, [spent], around, ReactionSettings(0.95, 0.1, 99, 1))
    return results.estimates(found, chapter="reactions")


def test_own_and_rivals_slopes_are_found():
    found = estimates(1, 0.0)
    for effects in ("province_year", "year"):
        for term, true in (("own", 1.0), ("inside", 0.5), ("across", 0.3)):
            row = results.one(found, analysis="spillover", variant=effects, term=term)
            # Errors clustered by four strips are small-sample ones: an absolute bound.
            assert abs(row.estimate - true) < 0.15
            assert row.variable == "spent"
    assert results.one(found, analysis="government", effect="direct").estimate > 0.5


def test_a_shared_shock_moves_year_effects_and_not_province_year_effects():
    found = estimates(2, 1.0, inside=0.0)
    inside = {"analysis": "spillover", "term": "inside"}
    assert abs(results.one(found, variant="province_year", **inside).estimate) < 0.15
    assert results.one(found, variant="year", **inside).estimate > 0.3
