"""Samples in which a number would mean nothing: refused, or warned of, in a sentence."""

import numpy as np
import pandas as pd
import pytest

from regiometrics.convergence import beta_trend, newey_west_trend
from regiometrics.counterfactuals import effect_with_error
from regiometrics.errors import EstimationError
from regiometrics.gravity import FlowGrid, poisson
from regiometrics.panel import (
    BiasCorrectedLSDV,
    DynamicPanelGMM,
    HalfPanelJackknife,
    im_pesaran_shin,
    pesaran_cips,
    wild_cluster_bootstrap,
)
from regiometrics.spatial import SpatialPanel, simulate_panel

INDEX = pd.MultiIndex.from_product([range(6), range(2000, 2012)], names=["city", "year"])
TREND = pd.Series(np.tile(np.arange(12.0), 6), INDEX, name="y")
DECAY = np.random.default_rng(0).normal(size=(6, 1)) * 0.5 ** np.arange(12)
DECAYING = pd.Series((DECAY + np.arange(6)[:, None]).ravel(), INDEX, name="y")


def cities(n=15, seed=0):
    rng = np.random.default_rng(seed)
    distance = rng.normal(6, 1, (n, n))
    off = 1 - np.eye(n)
    exact = np.exp(1 - 0.5 * distance + np.add.outer(rng.normal(size=n), rng.normal(size=n))) * off
    return distance, exact, exact * rng.gamma(2, 0.5, (n, n))


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("outcome", [TREND, DECAYING])
@pytest.mark.parametrize(
    "fit",
    [
        lambda y: BiasCorrectedLSDV(y).fit(draws=20, seed=0),
        lambda y: HalfPanelJackknife(y).fit(),
        lambda y: DynamicPanelGMM(y).fit(),
    ],
)
def test_a_dynamic_panel_without_errors(fit, outcome):
    with pytest.raises(EstimationError, match="reproduce the outcome exactly"):
        fit(outcome)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_moments_of_one_unit():
    with pytest.raises(EstimationError, match="1 unit has usable rows"):
        DynamicPanelGMM(DECAYING.loc[[0]]).fit()


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_flows_that_are_exact():
    distance, exact, _ = cities()
    with pytest.raises(EstimationError, match="reproduce the flows exactly"):
        poisson(FlowGrid(list(range(15)), exact, exact > 0, {"x": distance}), ["x"])


def test_one_pair_that_determines_a_regressor():
    distance, _, flow = cities()
    alone = np.zeros_like(flow)
    alone[0, 1] = 1.0
    grid = FlowGrid(list(range(15)), flow, flow > 0, {"x": distance, "alone": alone})
    with pytest.warns(UserWarning, match="pair 0 to 1 alone determines the estimate of 'alone'"):
        poisson(grid, ["x", "alone"])
    with pytest.warns(UserWarning, match="clustered by 15 cities") as caught:
        poisson(grid, ["x"])
    assert not any("alone determines" in str(each.message) for each in caught)


def test_placebo_groups_that_are_equal():
    outcomes = np.random.default_rng(0).normal(size=(8, 14))
    outcomes[1:] = outcomes[1]
    first = np.arange(8) == 0
    with pytest.raises(EstimationError, match="7 placebo groups are equal"):
        effect_with_error(outcomes, first, ~first, 9, "sc")


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("values", [np.ones(12), np.arange(12.0), 3 - 0.1 * np.arange(12)])
def test_a_line_has_no_error_and_no_test(values):
    found = newey_west_trend(pd.Series(values, range(2000, 2012)))
    assert found.std_error == 0
    assert found.pvalues.isna().all()


def test_units_that_are_multiples_of_each_other():
    path = {i: np.exp(9 + 0.1 * i + (0.02 - 0.01 * i) * np.arange(12)) for i in range(6)}
    with pytest.warns(UserWarning, match="multiple of the others"):
        found = beta_trend(pd.DataFrame(path, range(2000, 2012)), 3)
    assert found.std_errors.isna().all()
    assert found.pvalues.isna().all()


@pytest.mark.parametrize(
    "test", [im_pesaran_shin, lambda values: pesaran_cips(values, draws=50, seed=0)]
)
def test_units_that_are_equal_have_no_independent_evidence(test):
    walk = np.random.default_rng(0).normal(size=(18, 1)).cumsum(axis=0)
    with pytest.raises(EstimationError, match="Units 0 and 1 have equal values"):
        test(pd.DataFrame(np.tile(walk, (1, 5))))


def test_a_regressor_of_one_cluster():
    X = np.column_stack([np.ones(40), np.arange(40) < 5])
    y = np.random.default_rng(0).normal(size=40)
    with pytest.warns(UserWarning, match="88% of the regressor's own variation is in cluster 0"):
        wild_cluster_bootstrap(y, X, np.repeat(np.arange(8), 5), 1, draws=99, seed=1)


def test_a_table_with_two_levels_is_no_weights():
    data = simulate_panel(n=9, T=4, seed=0)
    with pytest.raises(EstimationError, match="several levels of labels"):
        SpatialPanel(data.dependent, data.exog, data.exog)
