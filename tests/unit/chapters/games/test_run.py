"""The chapter's job on three cities: every analysis there, tables, numbers and figures made."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from guantian.chapters.games.estimate.calibration import Parameter
from guantian.chapters.games.estimate.counterfactuals import Sweep
from guantian.chapters.games.estimate.illustrations import summarise
from guantian.chapters.games.estimate.inputs import (
    gravity_term,
    promotion,
    reaction,
    spillover,
)
from guantian.chapters.games.estimate.run import run_games
from guantian.chapters.games.estimate.study import Study
from guantian.chapters.games.figures import draw_modes_of_pairs, draw_restraint, draw_tornado
from guantian.chapters.games.numbers import game_numbers
from guantian.chapters.games.tables import _with_sources, game_tables
from guantian.present.captions import caption
from guantian.present.figures import apply_style, faults
from guantian.present.numbers import keys_used
from guantian.results import estimates as table
from guantian.results import one, rows

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
    "spillover": {"variant": "sdm", "weights": "queen", "sample": "region"},
    "penalty": 0.5,
    "programme": {"years": 5},
    "year": 2016,
}


@pytest.fixture(scope="module")
def study(setting):
    parameters = {
        "spillover": Parameter(0.05, 0.01, -0.59, 0.59, {"estimator": "growth with spillovers"}),
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
    alternatives = [Parameter(0.2, 0.1, -0.59, 0.59, {"sample": "nation"})]
    return Study(setting, parameters, sweep, CHOICES, ["a", "b"], 1.5, 0.95, alternatives)


def test_an_interval_is_printed_as_its_source_has_it():
    """A source's t interval is wider than the normal one that the draws stand on."""
    parameter = Parameter(0.3, 0.1, -0.5, 0.5, interval=(0.05, 0.55))
    assert parameter.printed(1.96) == (0.05, 0.5)
    assert Parameter(0.3, 0.1).printed(2) == pytest.approx((0.1, 0.5))


@pytest.fixture(scope="module")
def made(study):
    return run_games(study)


def association():
    """A row as the regression across zones gives it."""
    row = dict.fromkeys(["estimate", "std_error", "p_value", "conf_low", "conf_high"], 0.01)
    key = {"analysis": "polycentricity", "measure": "entropy_evenness", "sample": "zones"}
    return table([{**key, "outcome": "growth", "term": "slope", "n_units": 9, "mde": 0.02, **row}])


def test_everything_is_estimated_and_typed(made):
    estimates, series = made
    assert set(estimates["analysis"]) == {
        *("parameter", "behaviour", "pair", "measure", "sensitivity"),
        *("imitation", "contest", "tax", "border", "centres", "sharing"),
    }
    modes = rows(series, analysis="mode")
    shares = modes.groupby(["unit", "partner", "setting"])["value"].sum()
    assert np.allclose(shares, 1)
    assert rows(series, analysis="frontier")["value"].min() >= 0
    assert set(rows(estimates, analysis="pair")["unit"]) == {"a", "b"}
    assert set(rows(estimates, analysis="measure")["unit"]) == {"", "a", "b", "c"}
    assert (rows(estimates, analysis="measure")["n_draws"] <= 30).all()


def test_modes_are_counted_over_pairs_and_costs(made):
    series = made[1]
    modes = rows(series, analysis="mode")
    costs = modes["setting"].nunique()
    for mode, found in modes.groupby("group"):
        by_cost = found.groupby("setting")["value"].sum()
        counted = rows(series, analysis="mode_pairs", group=mode).set_index("setting")["value"]
        pd.testing.assert_series_equal(
            counted[counted > 0], by_cost[by_cost > 0], check_names=False, rtol=1e-9
        )
        share = one(series, analysis="mode_share", group=mode).value
        assert share == pytest.approx(by_cost.sum() / (3 * costs))  # three pairs
    assert rows(series, analysis="mode_share")["value"].sum() == pytest.approx(1)


def test_counts_are_those_of_the_pairs(made):
    estimates, series = made
    counts = rows(series, analysis="summary").set_index("term")["value"]
    external = rows(estimates, analysis="pair", term="external")
    assert counts["pairs"] == 3
    assert counts["external_negative"] == sum(external["estimate"] < 0)
    assert counts["external_surely_negative"] == sum(external["conf_high"] < 0)
    width = rows(estimates, analysis="pair", term="width")["estimate"]
    assert counts["median_width"] == pytest.approx(width.median())


def test_a_reaction_slope_means_minus_twice_as_much_duplication(made):
    row = one(made[0], analysis="behaviour", variant="inside")
    slope = one(made[0], analysis="parameter", parameter="slope_inside")
    assert (row.estimate, row.conf_low, row.conf_high) == pytest.approx(
        (-2 * slope.estimate, -2 * slope.conf_high, -2 * slope.conf_low)
    )


def test_the_same_seed_gives_the_same_estimates(study, made):
    pd.testing.assert_frame_equal(run_games(study)[0], made[0])


def test_tables_and_numbers(made, root):
    estimates, series = made
    whole = pd.concat([estimates, association()], ignore_index=True)
    names = {"a": "Alpha", "b": "Beta", "c": "Gamma"}
    tables = {table.name: table.body for table in game_tables(whole, names, 0.95)}
    assert len(tables) == 8
    assert all(len(body) for body in tables.values())
    assert list(tables["games_measures"])[1:4] == ["Alpha", "Beta", "Gamma"]
    assert tables["games_pairs"]["Pair"].tolist() == ["Alpha–Beta", "Alpha–Gamma", "Beta–Gamma"]
    assert tables["games_market"]["City"].tolist() == ["Alpha", "Beta", "Gamma", "Zone"]
    numbers, keys = game_numbers(whole, series, names, CHOICES)
    assert all(isinstance(text, str) for text in numbers.values())
    assert numbers["pairs"] == "3"
    assert keys["paid"]["select"] == {"analysis": "sharing", "term": "paid"}
    used = set()
    for path in (root / "guantian/chapters/games").glob("*.typ"):
        used |= keys_used(path.read_text("utf-8"), "c")
    used |= keys_used((root / "guantian/chapters/games/captions.yaml").read_text("utf-8"), "games")
    used |= keys_used((root / "paper/main.typ").read_text("utf-8"), "games") - {"typ"}
    assert set(used) == set(numbers)


@pytest.mark.parametrize("name", ["games_modes", "games_restraint", "games_tornado"])
def test_figures_have_no_faults(made, root, name):
    estimates, series = made
    names = {"a": "Alpha", "b": "Beta", "c": "Gamma"}
    with plt.rc_context():
        apply_style(sorted((root / "assets/fonts").glob("*.otf")))
        figure, data = {
            "games_modes": lambda: draw_modes_of_pairs(estimates, series, names),
            "games_restraint": lambda: draw_restraint(estimates, series, names),
            "games_tornado": lambda: draw_tornado(estimates),
        }[name]()
        assert len(data)
        assert faults(figure, caption("games", name).alt) == []
        plt.close(figure)


def test_the_source_of_a_parameter_is_printed_from_its_columns():
    common = {"analysis": "parameter", "estimate": 0.5, "conf_low": 0.4, "conf_high": 0.6}
    model = {"estimator": "growth with spillovers", "term": "rho", "variant": "sdm"}
    model |= {"weights": "queen", "sample": "nation"}
    panel = {"estimator": "panel", "first_year": 2011, "last_year": 2016}
    found = table(
        [
            {**common, "parameter": "spillover", **model},
            {**common, "parameter": "programme", **panel},
            {**common, "parameter": "turnover", "estimator": "leaders", "n_obs": 116},
        ]
    )
    assert sorted(_with_sources(found)["source"]) == [
        "growth with spillovers, ρ, Durbin panel, shared borders, China",
        "leaders, 116 city-years of the zone",
        "panel, real GDP 2011 to 2016, mean of cities",
    ]


def test_summaries_keep_the_point_inside_and_say_what_is_missing():
    row = summarise(np.array([5.0, 1.0, 2.0, np.nan]), 0.9)
    assert row["conf_low"] <= row["estimate"] == row["conf_high"] == 5.0
    assert (row["note"], row["n_draws"]) == ("not defined in 1 draws", 2)
    assert np.isnan(summarise(np.array([np.nan, 1.0]), 0.9)["estimate"])


def source(analysis, sample, term, outcome="y", error=0.1):
    """A row of estimates on which a calibration rests."""
    row = {"analysis": analysis, "sample": sample, "term": term, "outcome": outcome}
    return row | {"estimate": 1.0, "std_error": error, "conf_low": 0.8, "conf_high": 1.2}


def modelled(sample, error=0.1):
    """A row of the spillover of growth."""
    row = source("growth", sample, "rho", error=error)
    return row | {"variant": "sdm", "weights": "queen"}


def test_parameters_are_read_with_their_source():
    model = {"variant": "sdm", "weights": "queen", "sample": "region"}
    frame = pd.DataFrame([modelled("region")])
    found = spillover(frame, model)
    assert (found.value, found.std_error, found.interval) == (1.0, 0.1, (0.8, 1.2))
    assert found.source == {"estimator": "growth with spillovers", "term": "rho", **model}
    flows = source("gravity", "nation", "adjacent") | {"variant": "main", "method": "zero"}
    frame = pd.DataFrame([flows | {"errors": each} for each in ("dyadic", "two_way")])
    found = gravity_term(frame, {"variant": "main", "method": "zero"}, "adjacent")
    assert (found.source["method"], found.source["term"]) == ("zero", "adjacent")
    slope = {"variant": "iv_sides"}
    frame = pd.DataFrame([{**source("reaction", "nation", "inside", "investment"), **slope}])
    chosen = {**slope, "sample": "nation", "outcome": "investment"}
    assert reaction(frame, chosen, "inside").source["outcome"] == "investment"
    official = {"variant": "province_year", "group": "secretary"}
    frame = pd.DataFrame([{**source("promotion", "nation", "three_years"), **official}])
    chosen = {**official, "sample": "nation", "term": "three_years"}
    assert promotion(frame, chosen).source == {"estimator": "promotion", **chosen}


def test_an_estimate_that_is_missing_or_has_no_error_is_named():
    chosen = {"variant": "sdm", "weights": "queen", "sample": "zone"}
    frame = pd.DataFrame([modelled("region")])
    with pytest.raises(ValueError, match=r"No row has .*weights 'queen', sample 'zone'"):
        spillover(frame, chosen)
    frame = pd.DataFrame([modelled("zone", error=np.nan)])
    with pytest.raises(ValueError, match=r"need an estimate with an error, but .*term 'rho'"):
        spillover(frame, chosen)
