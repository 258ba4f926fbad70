"""The chapter's job on three cities: every analysis there, tables, numbers and figures made."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.games.estimate.calibration import Parameter
from guantian.chapters.games.estimate.counterfactuals import Sweep
from guantian.chapters.games.estimate.illustrations import summarise
from guantian.chapters.games.estimate.inputs import _read
from guantian.chapters.games.estimate.run import Study, run_games
from guantian.chapters.games.figures import draw_modes_of_pairs, draw_restraint, draw_tornado
from guantian.chapters.games.numbers import game_numbers
from guantian.chapters.games.tables import game_tables

CHOICES = {
    "draws": 30,
    "imitation_draws": 5,
    "coalition_draws": 5,
    "seed": 1,
    "discount_rate": 0.08,
    "selection": [1, 5],
    "elasticity": [2.5, 5.0, 8.0],
    "capital_share": [0.4, 0.5, 0.6],
    "cost_of_funds": [1.0, 1.2],
    "vat": [{"name": "before", "rate": 0.17, "share": 0.25}],
    "sensitivity": {"cost": {"first": 0.1, "last": 0.9}},
    "spillover": {"spec": "sdm_queen", "sample": "region"},
    "penalty": 0.5,
    "programme": {"years": 5},
    "year": 2016,
}


@pytest.fixture
def study(setting):
    parameters = {
        "spillover": Parameter(0.05, 0.01, -0.59, 0.59, "somewhere", "Spillover"),
        "distance": Parameter(-1.5, 0.1),
        "province": Parameter(1.0, 0.1),
        "adjacency": Parameter(0.3, 0.1),
        "programme": Parameter(0.5, 0.02, 0.05, 1.0),
        "turnover": Parameter(0.25, 0.03, 0, 0.9),
        "promotion": Parameter(0.005, 0.004),
        "slope_inside": Parameter(0.3, 0.2, -0.99, 0.99),
        "slope_across": Parameter(0.1, 0.2, -0.99, 0.99),
    }
    sweep = Sweep(np.linspace(0.1, 0.9, 9), np.array([0.5, 1.0]), np.array([0.0, 0.4]), 0.5, 0.04)
    alternatives = [Parameter(0.2, 0.1, -0.59, 0.59)]
    return Study(setting, parameters, sweep, CHOICES, ["a", "b"], 1.5, 0.95, alternatives)


def test_an_interval_is_printed_as_its_source_has_it():
    """A source's t interval is wider than the normal one that the draws stand on."""
    parameter = Parameter(0.3, 0.1, -0.5, 0.5, interval=(0.05, 0.55))
    assert parameter.printed(1.96) == (0.05, 0.5)
    assert Parameter(0.3, 0.1).printed(2) == pytest.approx((0.1, 0.5))


@pytest.fixture
def made(study):
    return run_games(study)


def association():
    """A row as the regression across zones gives it."""
    row = dict.fromkeys(["estimate", "std_error", "p_value", "conf_low", "conf_high"], 0.01)
    key = {"analysis": "polycentricity", "spec": "entropy_evenness", "sample": "zones"}
    return pd.DataFrame([{**key, "outcome": "growth", "term": "x", "n_units": 9, **row}])


def test_everything_is_estimated_and_tidy(made):
    estimates, series = made
    models = {"spread", "contest", "tax", "border", "centres", "sharing"}
    expected = {"parameter", "pair", "measure", "tornado"} | models
    assert set(estimates["analysis"]) == {f"games_{name}" for name in expected}
    shares = series["map"].groupby(["pair", "cost"])["share"].sum()
    assert np.allclose(shares, 1)
    assert set(series["points"]["draw"]) == set(range(31))
    assert series["frontier"]["fine"].min() >= 0


def test_the_same_seed_gives_the_same_estimates(study, made):
    pd.testing.assert_frame_equal(run_games(study)[0], made[0])


def test_tables_numbers_and_figures(made):
    estimates, series = made
    coded = estimates.replace({"sample": {"a": "1", "b": "2", "c": "3"}})
    names = {"1": "Alpha", "2": "Beta", "3": "Gamma"}
    whole = pd.concat([coded, association()], ignore_index=True)
    tables = game_tables(whole, names, 0.95)
    assert len({table.name for table in tables}) == 8
    assert all(len(table.body) for table in tables)
    measures = next(table for table in tables if table.name == "games_measures").body
    assert list(measures.columns)[1:4] == ["Alpha", "Beta", "Gamma"]
    numbers = game_numbers(whole, series["map"], names, CHOICES, 0.95)
    assert all(isinstance(text, str) for text in numbers.values())
    assert len(draw_modes_of_pairs(series["points"], series["map"], whole, names).axes) == 2
    assert len(draw_restraint(series["frontier"], whole, names).axes) == 2
    assert len(draw_tornado(whole).axes) == 2


def test_summaries_keep_the_point_inside_and_say_what_is_missing():
    row = summarise(np.array([5.0, 1.0, 2.0, np.nan]), 0.9)
    assert row["conf_low"] <= row["estimate"] == row["conf_high"] == 5.0
    assert row["note"] == "not defined in 1 draws"
    assert np.isnan(summarise(np.array([np.nan, 1.0]), 0.9)["estimate"])


def test_a_missing_estimate_is_named():
    frame = pd.DataFrame({"analysis": ["x"], "spec": ["main"], "estimate": [1.0], "std_error": 0.1})
    frame = frame.assign(conf_low=0.8, conf_high=1.2)
    assert _read(frame, "x", spec="main") == (1.0, 0.1, "x, main", (0.8, 1.2))
    with pytest.raises(ValueError, match="x, other"):
        _read(frame, "x", spec="other")
