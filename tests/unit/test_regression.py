"""The one front for regressions, beside statsmodels, linearmodels and sums by hand."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.panel import PanelOLS

from guantian.regression import dyadic_meat, regress, without_effects
from regiometrics.errors import EstimationError
from regiometrics.panel.covariance import cluster_meat, small_sample_factor


@pytest.fixture(scope="module")
def panel():
    random = np.random.default_rng(2)
    index = pd.MultiIndex.from_product([range(30), range(2001, 2009)], names=["city", "year"])
    frame = pd.DataFrame(random.normal(size=(240, 3)), index, ["y", "x", "W.x"])
    frame["y"] += 0.5 * frame["x"] + np.repeat(random.normal(size=30), 8)
    return frame.iloc[:-5]


def labels(panel):
    return [panel.index.get_level_values(name).to_numpy() for name in panel.index.names]


def test_without_effects_errors_are_those_of_mackinnon_and_white(panel):
    fit = regress(panel["y"], panel[["x", "W.x"]])
    peer = sm.OLS(panel["y"], sm.add_constant(panel[["x", "W.x"]])).fit(cov_type="HC3", use_t=True)
    assert fit.names == ("constant", "x", "W.x")
    np.testing.assert_allclose(fit.params, peer.params, rtol=1e-12)
    np.testing.assert_allclose(fit.cov, peer.cov_params(), rtol=1e-12)
    row = fit.row("x", 0.9)
    np.testing.assert_allclose(
        [row["conf_low"], row["conf_high"]], peer.conf_int(0.1).loc["x"], rtol=1e-10
    )
    assert row["p_value"] == pytest.approx(peer.pvalues["x"], rel=1e-10)


def test_effects_are_absorbed_and_nested_ones_cost_no_degree_of_freedom(panel):
    cities, years = labels(panel)
    fit = regress(panel["y"], panel[["x", "W.x"]], [cities, years], cities)
    peer = PanelOLS(panel["y"], panel[["x", "W.x"]], entity_effects=True, time_effects=True).fit(
        cov_type="clustered",
        cluster_entity=True,
        debiased=False,
        auto_df=False,
        count_effects=False,
    )
    np.testing.assert_allclose(fit.params, peer.params, rtol=1e-10)
    factor = small_sample_factor(len(panel), 2 + 8, 30)
    np.testing.assert_allclose(fit.cov, factor * peer.cov, rtol=1e-10)
    assert fit.df == 29 and fit.n_obs == 235


def test_another_covariance_is_made_of_the_scores(panel):
    cities, years = labels(panel)
    fit = regress(panel["y"], panel[["x"]], [cities, years], years)
    again = fit.with_meat(cluster_meat(fit.scores, cities), 1.0, 29)
    dummies = pd.get_dummies(pd.DataFrame({"c": cities, "t": years}), columns=["c", "t"])
    y, x = (
        sm.OLS(panel[name].to_numpy(), dummies.astype(float).to_numpy()).fit().resid
        for name in "yx"
    )
    by_city = pd.Series(x * (y - fit.params[0] * x)).groupby(cities).sum()
    assert again.cov[0, 0] == pytest.approx((by_city**2).sum() / (x @ x) ** 2)
    assert again.params is fit.params


def test_weights_and_a_left_out_constant():
    random = np.random.default_rng(5)
    x, weights = random.normal(size=50), random.uniform(0.5, 2, 50)
    y = x + random.normal(size=50)
    peer = sm.WLS(y, x, weights).fit(cov_type="HC3")
    fit = regress(y, {"x": x}, weights=weights, constant=False)
    assert fit.names == ("x",)
    assert fit.params[0] == pytest.approx(peer.params[0])
    assert fit.cov[0, 0] == pytest.approx(peer.cov_params()[0, 0])


def test_singletons_go_where_asked():
    random = np.random.default_rng(6)
    groups = np.r_[np.repeat(range(10), 4), 99]
    y, x = random.normal(size=(2, 41))
    kept, gone = (regress(y, {"x": x}, [groups], groups, singletons=keep) for keep in (True, False))
    assert (kept.n_obs, gone.n_obs) == (41, 40)
    assert kept.params[0] == pytest.approx(gone.params[0])


def test_a_mean_needs_no_regressor():
    fit = regress(np.array([1.0, 2.0, 6.0]), {})
    assert fit.row("constant", 0.95)["estimate"] == pytest.approx(3.0)


@pytest.mark.parametrize("other", ["twice", "city"])
def test_a_collinear_regressor_is_named(panel, other):
    cities, years = labels(panel)
    values = {"twice": 2 * panel["x"], "city": pd.Series(cities, panel.index).astype(float)}[other]
    with pytest.raises(EstimationError, match=f"'{other}' is collinear"):
        regress(panel["y"], {"x": panel["x"], other: values}, [cities, years], cities)


def test_no_degree_of_freedom_is_said():
    with pytest.raises(EstimationError, match="3 observations leave no degree of freedom"):
        regress(np.arange(3.0), {"a": np.array([1.0, 0, 2]), "b": np.array([0.0, 1, 5])})


def test_effects_are_those_of_dummies():
    random = np.random.default_rng(0)
    units, periods = random.integers(0, 8, 60), random.integers(0, 6, 60)
    values = random.normal(size=60)
    dummies = np.column_stack([units[:, None] == np.arange(8), periods[:, None] == np.arange(6)])
    fitted, *_ = np.linalg.lstsq(dummies.astype(float), values, rcond=None)
    found = without_effects(values, units, periods)[:, 0]
    np.testing.assert_allclose(found, values - dummies @ fitted, atol=1e-10)


def test_the_dyadic_variance_sums_pairs_that_share_a_member():
    random = np.random.default_rng(4)
    first, second = random.integers(0, 6, 40), random.integers(0, 6, 40)
    scores = random.normal(size=(40, 2))
    by_hand = sum(
        np.outer(scores[i], scores[j])
        for i in range(40)
        for j in range(40)
        if {first[i], second[i]} & {first[j], second[j]}
    )
    np.testing.assert_allclose(dyadic_meat(scores, first, second), by_hand, atol=1e-12)
