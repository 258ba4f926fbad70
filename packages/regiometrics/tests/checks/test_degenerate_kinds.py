"""Samples, labels and options in which a number would mean nothing: refused, or warned of."""

import numpy as np
import pandas as pd
import pytest

from regiometrics.convergence import pitman_morgan
from regiometrics.counterfactuals import pool_effects, prediction_intervals
from regiometrics.distribution import (
    classify,
    global_autocorrelation,
    neighbour_rank,
    quadrant_markov,
    spatial_markov,
    stochastic_kernel,
)
from regiometrics.errors import EstimationError, WeightsError
from regiometrics.gravity import FlowGrid, poisson, tobit
from regiometrics.inequality import between_rank, spatial_gini
from regiometrics.panel import wild_cluster_bootstrap
from regiometrics.panel.comovement import dynamic_correlations
from regiometrics.placebo import placebo_zones
from regiometrics.spatial import SeveralLags, Spatial2SLS, SpatialPanel, simulate_panel
from regiometrics.weights import Weights, pair_matrix

DATA = simulate_panel(n=25, T=6, seed=1)
EARLY = DATA.dependent.index.get_level_values(1) < 2
UNITS = list("abcdefgh")
RNG = np.random.default_rng(0)
LEVELS = pd.DataFrame(np.exp(RNG.normal(size=(9, 8)).cumsum(axis=0)), range(2001, 2010), UNITS)
RING = (np.roll(np.eye(8), 1, axis=1) + np.roll(np.eye(8), -1, axis=1)) / 2
N = 12
DISTANCE = RNG.uniform(3, 8, (N, N))
FLOW = np.exp(6 - 0.8 * DISTANCE) * RNG.gamma(2, 0.5, (N, N)) * (1 - np.eye(N))


def grid(flow, codes=range(N)):
    return FlowGrid(list(codes), flow, flow > 0, {"x": DISTANCE})


def test_an_outcome_that_common_factors_take_out():
    still = DATA.dependent.groupby(level=0).transform("mean")
    with pytest.raises(EstimationError, match="does not vary"):
        SpatialPanel(still, DATA.exog, DATA.weights, model="sar", effects="factors").fit()


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("lag", [True, False])
def test_scores_that_add_up_to_zero_over_two_periods(lag):
    """Effects of units and periods taken out of two periods leave sums of zero in both."""
    y, X = DATA.dependent[EARLY], DATA.exog[EARLY]
    with pytest.raises(EstimationError, match="the error would be zero"):
        if lag:
            Spatial2SLS(y, X, DATA.weights).fit("driscoll-kraay")
        else:
            SpatialPanel(y, X, DATA.weights, model="slx").fit(cov_type="driscoll-kraay")


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_one_matrix_under_two_names(scale):
    both = {"near": DATA.weights, "again": scale * DATA.weights}
    with pytest.raises(EstimationError, match="'again' and 'near' are multiples"):
        SeveralLags(DATA.dependent, DATA.exog, both)


def test_a_switch_is_no_number_of_lags():
    panel = SpatialPanel(DATA.dependent, DATA.exog, DATA.weights, model="slx")
    with pytest.raises(EstimationError, match="lags is True"):
        panel.fit(cov_type="newey-west", lags=True)


@pytest.mark.parametrize("outcomes", [np.ones((9, 14)), np.tile(np.arange(14.0), (9, 1))])
def test_donors_that_reproduce_the_treated_unit(outcomes):
    first = np.arange(9) == 0
    with pytest.raises(EstimationError, match="reproduce the treated series exactly"):
        prediction_intervals(outcomes, first, ~first, 8)


def test_effects_that_are_equal_and_errors_of_other_orders():
    with pytest.warns(UserWarning, match="effects of all groups are equal"):
        found = pool_effects([0.1, 0.1, 0.1], [0.1, 0.2, 0.1])
    assert np.isnan(found.std_errors).all()
    with pytest.raises(EstimationError, match="expected numbers of one order"):
        pool_effects([0.1, 0.2], [1e-300, 1.0])


@pytest.mark.parametrize(
    "measure",
    [
        lambda values: spatial_markov(values, RING, 3),
        lambda values: quadrant_markov(values, RING),
        lambda values: neighbour_rank(values, RING, 3, draws=9),
        lambda values: classify(values, 3),
    ],
)
def test_values_that_are_all_equal_have_no_classes(measure):
    with pytest.raises(EstimationError, match="All values are equal"):
        measure(LEVELS * 0 + 2)


def test_so_many_ties_that_a_class_is_empty():
    with pytest.warns(UserWarning, match="Quantiles coincide at 1"):
        classify(pd.DataFrame([[1, 1, 1, 2.0], [1, 1, 1, 3]]), 3)


@pytest.mark.parametrize("measure", [global_autocorrelation, quadrant_markov, spatial_gini])
def test_weights_are_read_by_their_labels(measure):
    table = pd.DataFrame(RING, UNITS, UNITS)
    order = list("hbfdecga")
    one, other = measure(LEVELS, RING), measure(LEVELS, table.loc[order, order])
    if measure is quadrant_markov:
        one, other = one.chain.counts, other.chain.counts
    pd.testing.assert_frame_equal(one, other)
    with pytest.raises(ValueError, match="expected the units 'a', 'b'"):
        measure(LEVELS, table.rename(index=str.upper, columns=str.upper))
    with pytest.raises(ValueError, match="expected a zero diagonal"):
        measure(LEVELS, (RING + np.eye(8)) / 2)


def test_labels_of_weights_that_contradict_each_other():
    line = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    with pytest.raises(WeightsError, match="expected the same labels in the same order"):
        Weights(pd.DataFrame(line, list("abc"), list("cab")))
    with pytest.raises(WeightsError, match="puts the table into their order"):
        Weights(pd.DataFrame(line, list("abc"), list("abc")), list("cab"))
    with pytest.raises(WeightsError, match="an id is missing"):
        Weights(line, [1, np.nan, 2])
    assert Weights(pd.DataFrame(line, list("abc"), list("abc"))).ids.tolist() == list("abc")
    with pytest.raises(ValueError, match="The rows of the adjacency are labelled"):
        placebo_zones(pd.DataFrame(line, list("abc"), list("cab")), 2, 2, 0)


def test_one_group_has_no_rank():
    with pytest.raises(EstimationError, match="All units are in one group"):
        between_rank(LEVELS, None, pd.Series("x", UNITS), draws=9)


@pytest.mark.parametrize("scale", [1e-300, 1e-6, 1e14, 1e200])
def test_the_unit_of_flows_does_not_matter(scale):
    """Estimates of one likelihood to the tolerance of its steps."""
    with pytest.warns(UserWarning, match="clustered by 12 cities"):
        one, other = poisson(grid(FLOW), ["x"]), poisson(grid(FLOW * scale), ["x"])
    assert other.params["x"] == pytest.approx(one.params["x"], rel=1e-8)
    assert other.std_errors["x"] == pytest.approx(one.std_errors["x"], rel=1e-6)
    np.testing.assert_allclose(other.fitted / scale, one.fitted, rtol=1e-6)


@pytest.mark.parametrize("flow", [2.0 * (1 - np.eye(N)), np.exp(9 - DISTANCE) * (1 - np.eye(N))])
def test_log_flows_that_are_exact(flow):
    with pytest.raises(EstimationError, match="reproduce the log flows exactly"):
        tobit(grid(flow), ["x"])


def test_a_city_that_is_listed_twice():
    with pytest.raises(ValueError, match="The city 0 is missing or listed twice"):
        poisson(grid(FLOW, [0, 0, *range(2, N)]), ["x"])


@pytest.mark.parametrize(
    "measure",
    [
        global_autocorrelation,
        quadrant_markov,
        spatial_gini,
        lambda values, weights: spatial_markov(values, weights, 3),
        lambda values, weights: neighbour_rank(values, weights, 3, draws=9),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_weights_without_labels_ask_for_units_in_order(measure):
    mixed = LEVELS[list("hbfdecga")]
    with pytest.raises(ValueError, match="has no labels and the units are not sorted"):
        measure(mixed, RING)
    measure(mixed, pd.DataFrame(RING, UNITS, UNITS))
    # As r2 before r10, which is not the order of texts.
    measure(LEVELS.set_axis([f"r{i}" for i in range(4, 12)], axis=1), RING)


def test_years_out_of_order_move_no_cycle():
    growth = LEVELS.pct_change().iloc[1:]
    found = dynamic_correlations(growth.sample(frac=1, random_state=1), 2.0, 8.0)
    np.testing.assert_allclose(found, dynamic_correlations(growth, 2.0, 8.0))
    with pytest.raises(EstimationError, match="period after 2004 is missing"):
        dynamic_correlations(growth.drop(2005), 2.0, 8.0)


def test_labels_in_other_orders():
    one, other = LEVELS.iloc[0], LEVELS.iloc[-1]
    with pytest.raises(ValueError, match="rows of first and of last have other labels"):
        pitman_morgan(one, other[::-1], 0.9)
    effects = pd.Series([0.1, 0.3, 0.2], list("abc"))
    with pytest.raises(ValueError, match="rows of effects and of std_errors"):
        pool_effects(effects, effects[::-1])
    y = pd.Series(RNG.normal(size=40), range(100, 140))
    X = pd.DataFrame({"const": 1.0, "x": RNG.normal(size=40)}, y.index)
    groups = pd.Series(np.repeat(np.arange(8), 5), y.index)
    with pytest.raises(EstimationError, match="rows of y and of groups"):
        wild_cluster_bootstrap(y, X, groups.sample(frac=1, random_state=1), 1, draws=99, seed=1)


def test_weights_of_single_precision_are_those_of_double():
    """Thirds of seven digits do not add up to one, on which the estimator depends."""
    one, other = (
        SpatialPanel(DATA.dependent, DATA.exog, DATA.weights.astype(kind), model="sar").fit()
        for kind in (float, np.float32)
    )
    pd.testing.assert_series_equal(one.params, other.params, rtol=1e-5)
    pd.testing.assert_series_equal(one.std_errors, other.std_errors, rtol=1e-5)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_unit_of_the_outcome_leaves_serial_errors_as_they_are():
    """A variance of 1e-10 is far below the steps of second differences elsewhere."""
    one, other = (
        SpatialPanel(
            scale * DATA.dependent,
            scale * DATA.exog,
            DATA.weights,
            model="sar",
            effects="none",
            serial="ar1",
        ).fit()
        for scale in (1.0, 1e-5)
    )
    np.testing.assert_allclose(
        other.std_errors[["rho", "psi"]], one.std_errors[["rho", "psi"]], rtol=1e-3
    )


def test_codes_of_pairs_as_numbers_or_text():
    text = pd.DataFrame({"code_a": ["1", "2"], "code_b": ["2", "3"], "km": [4.0, 5.0]})
    plain = pair_matrix(text, "km", ["1", "2", "3"])
    found = pair_matrix(text.astype({"code_a": int, "code_b": int}), "km", ["1", "2", "3"])
    np.testing.assert_array_equal(found, plain)
    with pytest.raises(WeightsError, match="'1' is among the rows more than once"):
        pair_matrix(text, "km", ["1", "1"])


def test_a_grid_that_holds_no_value():
    with pytest.raises(EstimationError, match="expected a grid that covers them"):
        stochastic_kernel(LEVELS, grid=np.linspace(1e6, 2e6, 9))
