"""Two-way regressions on panels with gaps."""

import numpy as np
import pandas as pd
import pytest

from guantian.gap_panel import GapPanel


def tables(slope, seed=1, n=60, T=10, gaps=0.2, provinces=12):
    """An outcome with unit and year effects and a shock of its province, some cells missing."""
    random = np.random.default_rng(seed)
    codes = [f"{11 + i % provinces}{i:04d}" for i in range(n)]
    years = list(range(2001, 2001 + T))
    x = random.normal(size=(T, n)).cumsum(axis=0)
    shocks = random.normal(size=(T, provinces))[:, np.arange(n) % provinces]
    y = slope * x + random.normal(size=n) + random.normal(size=(T, 1)) + shocks
    y = y + random.normal(size=(T, n))
    y[random.random((T, n)) < gaps] = np.nan
    return pd.DataFrame(y, years, codes), pd.DataFrame(x, years, codes)


def test_the_slope_is_recovered_per_standard_deviation():
    outcome, regressor = tables(slope=0.7)
    panel = GapPanel.build(outcome, regressor)
    known = outcome.notna().to_numpy()
    scale = regressor.to_numpy()[known].std(ddof=1)
    row = panel.row(0.99)
    assert row["conf_low"] < 0.7 * scale < row["conf_high"]
    assert (row["n_obs"], row["n_clusters"]) == (known.sum(), 12)
    wild = panel.wild(199, 1, 0.99)
    assert wild["estimate"] == pytest.approx(row["estimate"])
    assert wild["conf_low"] < 0.7 * scale < wild["conf_high"]


def test_groups_have_their_own_effects_of_a_year():
    outcome, regressor = tables(slope=0.7, gaps=0.1)
    provinces = {code: code[:2] for code in outcome.columns}
    random = np.random.default_rng(3)
    shock = random.normal(size=(len(outcome), 12))[:, np.arange(outcome.shape[1]) % 12]
    spoiled = outcome + 5 * shock + 2 * regressor.T.groupby(provinces).transform("mean").T
    panel = GapPanel.build(spoiled, regressor, groups=provinces)
    known = outcome.notna().to_numpy()
    period, unit = np.nonzero(known)
    cell = period * 12 + unit % 12
    dummies = [unit[:, None] == np.arange(outcome.shape[1]), cell[:, None] == np.unique(cell)]
    X = np.column_stack([panel.regressor[known], *dummies]).astype(float)
    fitted, *_ = np.linalg.lstsq(X, spoiled.to_numpy()[known], rcond=None)
    assert panel.slope()[0] == pytest.approx(fitted[0])
    again = GapPanel.build(outcome, regressor, groups=provinces)
    assert panel.slope() == pytest.approx(again.slope())  # no shock of a province counts
    assert panel.wild(99, 1, 0.95)["estimate"] == pytest.approx(fitted[0])
    assert not panel.two_way
    assert GapPanel.build(outcome, regressor).two_way


def test_units_without_a_group_share_one():
    outcome, regressor = tables(slope=0.7)
    some = {code: "east" for code in outcome.columns if int(code[:2]) < 17}
    every = {code: some.get(code, "other") for code in outcome.columns}
    found = [GapPanel.build(outcome, regressor, groups=groups).slope() for groups in (some, every)]
    assert found[0] == pytest.approx(found[1])


def test_a_control_takes_out_what_it_explains():
    outcome, regressor = tables(slope=0.0)
    _, control = tables(slope=0.0, seed=9)
    spoiled = outcome + 2 * control + 3 * regressor
    panel = GapPanel.build(spoiled, regressor, [control])
    unit = 3 * regressor.to_numpy()[outcome.notna().to_numpy()].std(ddof=1)
    row = panel.row(0.99)
    assert row["conf_low"] < unit < row["conf_high"]


def test_placebo_regressors_reject_a_true_null_about_as_often_as_they_say():
    """400 panels without effect: 5% give or take three Monte Carlo errors of 1.1 points."""
    rejected = 0
    for seed in range(400):
        outcome, regressor = tables(slope=0.0, seed=seed, n=40, T=6, provinces=20)
        rejected += GapPanel.build(outcome, regressor).row(0.95)["p_value"] < 0.05
    assert 0.017 < rejected / 400 < 0.083


def test_too_few_units_give_no_panel():
    outcome, regressor = tables(slope=0.0, n=15)
    assert GapPanel.build(outcome, regressor) is None
