"""Calibration: estimates become effects; draws keep the point first; pairs and measures by hand."""

import numpy as np
import pytest

from guantian.chapters.games.estimate.calibration import (
    Effects,
    Parameter,
    at_end,
    draw_parameters,
    effects,
    market_overlap,
    responses,
)
from guantian.chapters.games.estimate.counterfactuals import (
    MEASURES,
    Sweep,
    evaluate,
    evaluate_all,
    grand_coalition,
)
from guantian.chapters.games.estimate.pairs import (
    bounds,
    cooperating,
    discount_thresholds,
    earned,
    pair_games,
)
from guantian.chapters.games.estimate.setting import build_setting
from regiometrics.games.stage import KINDS, programme_effects

CODES = ("a", "b", "c")


PARAMETERS = {
    "spillover": Parameter(0.4, 0.05, -0.59, 0.59),
    "distance": Parameter(-1.5, 0.1),
    "province": Parameter(1.0, 0.1),
    "adjacency": Parameter(0.3, 0.1),
    "programme": Parameter(0.5, 0.02, 0.05, 1.0),
}


def test_setting_holds_what_the_tables_say(setting):
    assert setting.names == ("A", "B", "C") and setting.n == 3
    assert setting.similarity.shape == (2, 3, 3) and (setting.similarity[0][0, 1]) == 0.9
    assert setting.inside.tolist() == [
        [True, True, False],
        [True, True, False],
        [False, False, True],
    ]
    assert np.exp(setting.log_distance[0, 0]) == pytest.approx(0.67 * np.sqrt(2500 / np.pi))
    assert setting.flows[0, 1] == 3 and setting.flows[1, 0] == 0
    assert setting.elsewhere.shape == (4, 1)


def test_a_city_without_figures_is_named(tables):
    cities = tables[0].assign(output=[4.0, np.nan, 1.0, 20.0])
    with pytest.raises(ValueError, match="City b"):
        build_setting(CODES, cities, *tables[1:])


def test_responses_are_the_spatial_multiplier(setting, tables):
    W = tables[3].matrix.toarray()
    found = responses(setting.links, np.array([0.4]))[0]
    S = np.linalg.inv(np.eye(4) - 0.4 * W)[:3, :3]
    assert np.allclose(found, S / np.diag(S))


def test_overlap_is_one_with_itself_and_rises_where_the_border_falls(setting):
    gravity = np.array([-1.5]), np.array([1.0]), np.array([0.3])
    shut = market_overlap(setting, *gravity)[0]
    opened = market_overlap(setting, *gravity, open_border=True)[0]
    assert np.allclose(np.diag(shut), 1) and np.allclose(shut, shut.T)
    assert opened[0, 2] > shut[0, 2] and opened[1, 2] > shut[1, 2]


def test_overlap_by_hand(setting):
    """Sales of each city in the four markets written out."""
    weight = np.exp(-1.5 * setting.log_distance + setting.same_province + 0.3 * setting.adjacent)
    sales = weight * np.array([4.0, 2, 1, 20])
    cosine = sales[0] @ sales[1] / np.sqrt((sales[0] ** 2).sum() * (sales[1] ** 2).sum())
    found = market_overlap(setting, np.array([-1.5]), np.array([1.0]), np.array([0.3]))
    assert found[0, 0, 1] == pytest.approx(cosine)


def test_draws_begin_with_the_point_and_keep_to_their_bounds():
    drawn = draw_parameters(PARAMETERS | {"x": Parameter(0.5, 5.0, 0, 1)}, 2, 500, 1)
    assert drawn["distance"][0] == -1.5 and drawn["measure"][0] == -1
    assert drawn["x"].min() >= 0 and drawn["x"].max() <= 1
    # Mean of five hundred draws: four standard errors.
    assert abs(drawn["spillover"].mean() - 0.4) < 4 * 0.05 / np.sqrt(500)
    assert set(np.unique(drawn["measure"])) == {-1, 0, 1}
    again = draw_parameters(PARAMETERS | {"x": Parameter(0.5, 5.0, 0, 1)}, 2, 500, 1)
    assert all((drawn[name] == again[name]).all() for name in drawn)


def test_effects_put_the_parts_together(setting):
    drawn = draw_parameters(PARAMETERS, 2, 3, 1)
    found = effects(setting, drawn)
    gamma = found.overlap[0, 0, 1] * 0.7  # mean of the two measures
    assert found.substitution[0, 0, 1] == pytest.approx(gamma)
    stolen, duplication = programme_effects(gamma, 0.5)
    assert found.stolen[0, 0, 1] == pytest.approx(stolen)
    assert found.duplication[0, 0, 1] == pytest.approx(duplication)
    assert np.allclose(found.external, found.response - found.stolen)


def test_ends_move_one_parameter():
    low, high = at_end(PARAMETERS, "distance", 2.0)
    assert (low["distance"].value, high["distance"].value) == pytest.approx((-1.7, -1.3))
    assert low["province"] == PARAMETERS["province"]


def by_hand(duplication=0.2, external=-0.1, n=2):
    apart = (1 - np.eye(n))[None]
    none = np.zeros((1, n, n))
    stolen = -external * apart
    return Effects(none, none, none, stolen, duplication * apart, np.array([0.5]))


PAIR = np.triu_indices(2, 1)


def test_pairs_by_hand():
    """g = 1 - cost; d = 0.2, e = -0.1: harmony to 0.7, dilemma to 0.8, then one pushes."""
    found = by_hand()
    assert np.allclose(bounds(found, PAIR), [[[0.7]], [[0.8]]])
    games = pair_games(found, PAIR, np.array([0.5, 0.75, 0.9]))
    assert [KINDS[k] for k in games.kind[0, :, 0]] == ["harmony", "dilemma", "anti_coordination"]
    threshold = discount_thresholds(games)[0, :, 0]
    assert np.isnan(threshold[[0, 2]]).all()
    assert threshold[1] == pytest.approx(0.25 / 0.3)
    restraint = np.full((1, 3, 1), 0.5)
    assert cooperating(games, restraint)[0, :, 0].tolist() == [1.0, 0.5, 0.0]
    paid = earned(games, restraint)[0, :, 0, 0]
    assert paid == pytest.approx([0.5 - 0.2 - 0.1, 0.5 * (0.25 - 0.3), (0.1 - 0.1) / 2])


def test_a_weight_on_rank_makes_like_cities_push_sooner():
    """Hurting the rival is worth something: the region in which one yields shrinks."""
    found = by_hand()
    cost = np.array([0.81])
    assert KINDS[int(pair_games(found, PAIR, cost).kind[0, 0, 0])] == "anti_coordination"
    ranked = pair_games(found, PAIR, cost, np.array([0.5]))
    assert KINDS[int(ranked.kind[0, 0, 0])] == "dilemma"


def test_transfers_hold_what_one_alone_would_break():
    apart = (1 - np.eye(2))[None]
    lopsided = Effects(
        np.array([[[0, 0.3], [0.0, 0]]]),
        0 * apart,
        0 * apart,
        0.25 * apart,
        0.2 * apart,
        np.array([0.5]),
    )
    games = pair_games(lopsided, PAIR, np.array([0.75]))
    assert KINDS[int(games.kind[0, 0, 0])] == "one_sided"
    assert np.isinf(discount_thresholds(games)).all()
    # Together they lose 0.1 a period and win 0.5 by breaking: T / (T - P) = 0.5 / 0.6.
    assert discount_thresholds(games, transfers=True)[0, 0, 0] == pytest.approx(0.5 / 0.6)
    kept = earned(games, np.ones((1, 1, 1)), transfers=True)[0, 0, 0]
    both = games.stage.together[0, 0, 0]
    assert kept.sum() == pytest.approx(0) and np.diff(kept) == pytest.approx(np.diff(both))


SWEEP = Sweep(np.linspace(0.05, 0.95, 37), np.array([0.4, 1.0]), np.array([0.0, 0.4]), 0.5, 0.065)


def test_measures_do_what_they_say(setting):
    # Little spills over, so that there is something to restrain.
    parameters = PARAMETERS | {
        "spillover": Parameter(0.05, 0.01),
        "turnover": Parameter(0.2, 0.02, 0, 0.9),
    }
    drawn = draw_parameters(parameters, 2, 20, 1)
    outcomes = evaluate_all(setting, drawn, SWEEP, (1 - drawn["turnover"]) / 1.08)
    assert set(outcomes) == {"", *MEASURES}
    base = outcomes[""]
    assert base.gain.shape == (21, 3) and (base.pairs <= 3).all()
    for measure in ("supervision", "sanction"):
        assert (outcomes[measure].pairs >= base.pairs - 1e-12).all()
        assert (outcomes[measure].discount <= base.discount + 1e-12).all()
    assert (outcomes["transfers"].pairs >= base.pairs - 1e-12).all()
    zone = outcomes["body"].gain - base.gain
    assert ((zone * setting.output).sum(1) >= -1e-12).all()


def test_all_agreeing_is_no_worse_for_the_zone(setting):
    drawn = draw_parameters(PARAMETERS, 2, 10, 1)
    apart, joined = grand_coalition(setting, effects(setting, drawn), SWEEP.cost)
    assert ((joined - apart) @ setting.output >= -1e-12).all()


def test_nothing_to_restrain_leaves_the_threshold_missing(setting):
    drawn = draw_parameters(PARAMETERS, 2, 5, 1)
    cheap = Sweep(np.array([0.05]), SWEEP.detection, np.zeros(1), 0.5, 0.0)
    outcome = evaluate(setting, effects(setting, drawn), cheap, np.full(6, 0.6))
    assert np.isnan(outcome.discount).all() and (outcome.pairs == 3).all()
