"""Pairs of a zone predicted without them."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.linkage.estimate.prediction import known_draws, run_zone_prediction
from guantian.results import estimates, one
from regiometrics.gravity.ppml import poisson
from regiometrics.gravity.prediction import log_ratios, predict_left_out, predict_left_out_fast

TRUE = ("log_distance", "same_province")


@pytest.fixture(scope="module")
def grid(simulated):
    return simulated(n=80, noise=0.2)


def test_what_is_left_out_does_not_enter(grid):
    zone = np.arange(5)
    fit = poisson(grid, list(TRUE))
    before = predict_left_out(grid, fit, zone)
    grid.flow[np.ix_(zone, zone)] *= 50
    try:
        after = predict_left_out(grid, poisson(grid, list(TRUE)), zone)
        fast = predict_left_out_fast(grid, poisson(grid, list(TRUE)), zone[None])[0]
    finally:
        grid.flow[np.ix_(zone, zone)] /= 50
    np.testing.assert_allclose(after, before, rtol=1e-4)
    assert not np.allclose(fast, 0)


def test_closed_form_is_near_the_refit(grid):
    fit = poisson(grid, list(TRUE))
    zones = np.arange(80).reshape(16, 5)
    fast = predict_left_out_fast(grid, fit, zones)
    exact = np.array([predict_left_out(grid, fit, zone) for zone in zones])
    off = ~np.eye(5, dtype=bool)
    np.testing.assert_allclose(np.log(fast[:, off]), np.log(exact[:, off]), atol=0.1)


def test_a_zone_that_trades_twice_as_much_is_found(grid):
    zone = np.array([0, 1, 2, 3, 4])
    grid.flow[np.ix_(zone, zone)] *= 2
    try:
        fit = poisson(grid, list(TRUE))
        predicted = predict_left_out(grid, fit, zone)
        ratio = log_ratios(grid, zone[None], predicted[None], np.arange(80) // 5)
    finally:
        grid.flow[np.ix_(zone, zone)] /= 2
    assert ratio["all"][0] == pytest.approx(np.log(2), abs=0.25)
    assert np.isnan(ratio["across_border"][0])  # all of one province


def test_ranks_and_pairs(grid):
    codes = np.array(grid.codes)
    rng = np.random.default_rng(3)
    draws = np.sort(np.array([rng.choice(np.arange(5, 80), 5, replace=False) for _ in range(50)]))
    sets = pd.concat(
        [
            pd.DataFrame(codes[draws], columns=[f"member_{i}" for i in range(5)]).assign(set=name)
            for name in ("main", "zone", "wide")
        ]
    )
    provinces = dict(zip(codes, (np.arange(80) // 5).astype(str), strict=True))
    regressors = {**grid.regressors, "adjacent": grid.regressors["same_province"]}
    wide = type(grid)(grid.codes, grid.flow, grid.listed, regressors)
    fits = {"main": poisson(wide, list(TRUE))}
    found, pairs = run_zone_prediction(wide, fits, codes[:5], sets, provinces, 5, 0.95)
    frame = estimates(found, chapter="linkage")
    row = one(frame, analysis="zone_prediction", placebo_set="main", group="all")
    assert row.n_draws == 50 and 0 < row.p_value <= 1 and row.n_units == 5
    assert row.own_value - row.benchmark == pytest.approx(row.estimate)
    refit, closed = (
        one(frame, analysis="zone_prediction_exact", method=method, group="all")
        for method in ("refit", "closed_form")
    )
    assert closed.estimate == pytest.approx(row.own_value)
    assert refit.estimate == pytest.approx(np.log(pairs["flow"].sum() / pairs["predicted"].sum()))
    check = one(frame, analysis="leave_out_check", term="closed_form_minus_refit")
    assert check.n_draws == 5 and check.conf_low <= check.estimate <= check.conf_high
    assert len(pairs) == 10
    assert pairs["flow"].sum() == pytest.approx(wide.flow[:5, :5].sum())
    assert np.allclose(pairs["ratio"], pairs["flow"] / pairs["predicted"])
    sets = sets.assign(member_0="elsewhere")
    with pytest.raises(ValueError, match="No placebo zone"):
        known_draws(grid.codes, sets, "main")
