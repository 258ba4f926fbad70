"""Bias-corrected LSDV: the approximation against moments, simulations, gaps, refusals."""

import numpy as np
import pandas as pd
import pytest

from regiometrics.errors import PanelError
from regiometrics.panel.lsdvc import INITIAL, BiasCorrectedLSDV, WithinPanel


def simulate(n, T, gamma, seed, beta=1.0, burn=50):
    rng = np.random.default_rng(seed)
    effect = rng.normal(size=n)
    e, u = rng.normal(size=(2, T + burn, n))
    y, x = np.zeros((2, T + burn, n))
    for t in range(1, T + burn):
        x[t] = 0.5 * x[t - 1] + u[t]
        y[t] = gamma * y[t - 1] + beta * x[t] + effect + e[t]
    index = pd.MultiIndex.from_product([range(n), range(1998, 1998 + T)], names=["city", "year"])
    return pd.DataFrame({"y": y[burn:].T.ravel(), "x": x[burn:].T.ravel()}, index)


def build(frame, **options):
    return BiasCorrectedLSDV(frame["y"], frame[["x"]], **options)


def corrected(model, **options):
    return model._correct(model.y, model.within, options.get("initial", "iterated"), 2)[0]


def test_lsdv_is_least_squares_with_dummies():
    frame = simulate(7, 20, 0.8, 0)
    lag = frame.groupby("city")["y"].shift().rename("lag")
    rows = pd.concat([frame, lag], axis=1).dropna()
    dummies = pd.get_dummies(rows.index.get_level_values("city")).to_numpy(float)
    X = np.column_stack([rows[["lag", "x"]], dummies])
    by_hand = np.linalg.lstsq(X, rows["y"].to_numpy(), rcond=None)[0][:2]
    # Two least-squares solutions of one problem of condition some hundred: rounding.
    assert build(frame).within.least_squares() == pytest.approx(by_hand, rel=1e-9)


def test_first_term_of_the_bias_by_hand():
    """tr(AL G) by loops: σ² times it times the first column of (W'AW)⁻¹."""
    model = build(simulate(5, 7, 0.8, 4))
    W = model.within.W.reshape(-1, 2)
    T, g = 6, 0.7
    shocks = np.array([[g ** (t - s - 1) if s < t else 0.0 for s in range(T)] for t in range(T)])
    trace = 5 * np.trace((np.eye(T) - 1 / T) @ shocks)
    by_hand = 1.3 * trace * np.linalg.inv(W.T @ W)[:, 0]
    assert model.within.bias(g, 1.3, 1) == pytest.approx(by_hand, rel=1e-10)


def test_nickell_bias_without_regressors():
    """To first order the bias is -(1 + g)/(T - 1), T observations used (Nickell 1981)."""
    rng = np.random.default_rng(3)
    n, T, g = 400, 60, 0.5
    y = np.zeros((T + 51, n))
    for t in range(1, len(y)):
        y[t] = g * y[t - 1] + rng.normal(size=n)
    complete = np.ones((n, T + 1), bool)
    complete[:, 0] = False
    within = WithinPanel.build(y[50:].T, np.zeros((n, T + 1, 0)), complete)
    # Nickell's expression itself leaves out terms of order 1/T²: 1/60 of it and some more.
    assert within.bias(g, 1.0, 1)[0] == pytest.approx(-(1 + g) / (T - 1), rel=0.05)


@pytest.mark.parametrize("n, T, gamma", [(7, 20, 0.5), (7, 20, 0.8), (15, 8, 0.5)])
def test_bias_of_few_units_is_removed(n, T, gamma):
    """300 panels; what is left of the bias must lie within three simulation errors."""
    lsdv, fixed = [], []
    for seed in range(300):
        model = build(simulate(n, T, gamma, seed))
        lsdv.append(model.within.least_squares())
        fixed.append(corrected(model))
    lsdv, fixed = np.array(lsdv) - [gamma, 1], np.array(fixed) - [gamma, 1]
    error = fixed.std(axis=0, ddof=1) / np.sqrt(300)
    assert np.abs(fixed.mean(axis=0) / error).max() < 3
    # Before correction the lag's slope is off by many times that.
    assert lsdv[:, 0].mean() < -8 * error[0]
    # And the mean squared error falls.
    assert (fixed[:, 0] ** 2).mean() < (lsdv[:, 0] ** 2).mean()


def test_second_and_third_terms_by_brunos_formulas():
    """Bruno's (2005) terms with stacked matrices, W-bar's forms being W's less their surplus."""
    model = build(simulate(3, 6, 0.8, 9))
    n, T, g, sigma2 = 3, 5, 0.6, 1.7
    demean = np.kron(np.eye(n), np.eye(T) - 1 / T)
    lag = np.eye(T, k=-1)
    Pi = demean @ np.kron(np.eye(n), lag @ np.linalg.inv(np.eye(T) - g * lag))
    W = model.within.W[:, 1:].reshape(-1, 2)
    Q, e1 = np.linalg.inv(W.T @ W), np.array([[1.0, 0.0], [0.0, 0.0]])
    q, q1 = Q[:, 0], Q[0, 0]
    third, fourth = np.trace(Pi.T @ Pi @ Pi), np.trace(Pi.T @ Pi @ Pi.T @ Pi)
    A = W.T @ Pi @ W - sigma2 * third * e1
    B = W.T @ Pi @ Pi.T @ W - sigma2 * fourth * e1
    c1 = sigma2 * np.trace(Pi) * q
    c2 = -sigma2 * (Q @ A @ q + np.trace(Q @ A) * q + 2 * sigma2 * q1 * third * q)
    inner = q @ B @ q + q1 * np.trace(Q @ B) + 2 * sigma2 * fourth * q1**2
    c3 = sigma2**2 * np.trace(Pi) * (2 * q1 * Q @ B @ q + inner * q)
    assert model.within.bias(g, sigma2, 2) == pytest.approx(c1 + c2, rel=1e-9)
    assert model.within.bias(g, sigma2, 3) == pytest.approx(c1 + c2 + c3, rel=1e-9)


def test_empty_years_before_the_first_change_nothing():
    frame = simulate(4, 8, 0.7, 5)
    early = pd.DataFrame(np.nan, pd.MultiIndex.from_product([range(4), range(1990, 1998)]), ["y"])
    early["x"] = 1.0
    longer = pd.concat([early.rename_axis(["city", "year"]), frame]).sort_index()
    one, other = (build(f).within.bias(0.7, 1.0, 3) for f in (frame, longer))
    assert other == pytest.approx(one, rel=1e-9)


def test_second_order_approximation_is_the_simulated_bias():
    """1,000 panels of 3 units: at the truth, within three errors of LSDV's mean deviation."""
    deviation, approximate = [], []
    for seed in range(1000):
        within = build(simulate(3, 11, 0.5, seed, burn=30)).within
        deviation.append(within.least_squares()[0] - 0.5)
        approximate.append(within.bias(0.5, 1.0, 2)[0])
    gap = np.array(deviation) - approximate
    assert abs(gap.mean()) < 3 * gap.std(ddof=1) / np.sqrt(1000)
    assert np.mean(approximate) < -0.05


def test_bias_is_removed_with_gaps_and_late_starts():
    gaps = [(0, 2003), (0, 2004), (3, 2010), *((5, year) for year in range(1998, 2004))]
    deviations = []
    for seed in range(300):
        model = build(simulate(7, 20, 0.7, seed).drop(index=gaps))
        deviations.append([corrected(model)[0] - 0.7, model.within.least_squares()[0] - 0.7])
    fixed, lsdv = np.array(deviations).T
    error = fixed.std(ddof=1) / np.sqrt(300)
    assert abs(fixed.mean()) < 3 * error
    assert lsdv.mean() < -8 * error
    assert model.complete.sum() == 7 * 19 - 3 - 2 - 6


@pytest.mark.parametrize("initial", INITIAL)
def test_every_initial_estimator_moves_the_slope_up(initial):
    frame = simulate(40, 10, 0.5, 8)
    result = build(frame).fit(initial, draws=5, seed=1)
    assert result.params["L1.y"] > result.lsdv["L1.y"]
    assert result.params["L1.y"] == pytest.approx(0.5, abs=0.15)
    assert (result.lsdv - result.bias - result.params).abs().max() < 1e-12


def test_bootstrap_errors_match_the_spread_of_estimates():
    """Mean error over 10 panels against the spread over 200: 8 % of noise in all, three times."""
    estimates = [corrected(build(simulate(7, 20, 0.6, seed)))[0] for seed in range(200)]
    errors = {"normal": [], "wild": []}
    for seed in range(10):
        for kind, found in errors.items():
            fit = build(simulate(7, 20, 0.6, seed)).fit(draws=40, errors=kind, seed=seed)
            found.append(fit.std_errors["L1.y"])
    for found in errors.values():
        assert np.mean(found) == pytest.approx(np.std(estimates), rel=0.25)


def test_same_seed_same_errors():
    model = build(simulate(7, 15, 0.6, 1))
    one, other = (model.fit(draws=10, seed=5) for _ in range(2))
    pd.testing.assert_frame_equal(one.draws, other.draws)
    assert not one.draws.equals(model.fit(draws=10, seed=6).draws)


def test_time_effects_take_out_common_shocks():
    frame = simulate(7, 15, 0.6, 2)
    year = frame.index.get_level_values("year")
    moved = frame.assign(y=frame["y"] + 5 * (year % 3))
    # Two-way within the slopes are unchanged where shocks reach all units equally.
    one, other = (build(f, time_effects=True).within.least_squares()[:2] for f in (frame, moved))
    assert other == pytest.approx(one, rel=1e-8)


def test_refusals():
    frame = simulate(4, 5, 0.5, 0)
    with pytest.raises(PanelError, match="initial estimator is 'ols'"):
        build(frame).fit("ols", seed=0)
    with pytest.raises(PanelError, match="order is 4"):
        build(frame).fit(order=4, seed=0)
    with pytest.raises(PanelError, match="draws is 1"):
        build(frame).fit(draws=1, seed=0)
    with pytest.raises(PanelError, match="collinear"):
        BiasCorrectedLSDV(frame["y"], frame[["x"]].assign(z=1.0))
    with pytest.raises(PanelError, match="no degree of freedom"):
        build(frame[frame.index.get_level_values("year") < 2000])
