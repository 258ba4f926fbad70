"""Poisson gravity: separation by any regressor, and flows that cannot be flows."""

import numpy as np
import pytest

from regiometrics.errors import EstimationError
from regiometrics.gravity.grid import FlowGrid
from regiometrics.gravity.ppml import poisson
from regiometrics.gravity.separation import separated


def separated_grid(seed=0, n=20):
    """A dummy that is one only where flows are zero (fixest #529, pyfixest #457)."""
    rng = np.random.default_rng(seed)
    distance = rng.uniform(3, 8, (n, n))
    distance = (distance + distance.T) / 2
    dummy = (rng.random((n, n)) < 0.1).astype(float)
    effects = rng.normal(0, 0.3, (n, 1)) + rng.normal(0, 0.3, (1, n))
    flow = rng.poisson(5 * np.exp(5 - 0.8 * distance + effects)).astype(float)
    flow[dummy == 1] = 0
    np.fill_diagonal(flow, 0)
    codes = [f"{i:02d}" for i in range(n)]
    return FlowGrid(codes, flow, flow > 0, {"log_distance": distance, "d": dummy})


def test_a_dummy_of_zero_flows_is_dropped_and_named():
    grid = separated_grid()
    with pytest.warns(UserWarning, match="27 pairs without flow are separated .* d"):
        fit = poisson(grid, ["log_distance", "d"])
    assert fit.names == ("log_distance",) and fit.dropped == ("d",)
    # The estimate, its error and the number of pairs that fepois(separation_check) prints.
    assert fit.params.iloc[0] == pytest.approx(-0.8403, abs=5e-5)
    assert np.sqrt(fit.cov.iloc[0, 0]) == pytest.approx(0.01504, abs=5e-6)
    assert fit.n_obs == 353
    without = poisson(grid, ["log_distance"], mask=grid.regressors["d"] == 0)
    assert fit.params.iloc[0] == pytest.approx(without.params.iloc[0], rel=1e-8)
    assert (fit.predict(grid)[fit.separated] == 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_a_combination_that_separates_is_found(seed):
    """No regressor separates alone: their difference does."""
    grid = separated_grid(seed)
    distance, dummy = grid.regressors["log_distance"], grid.regressors["d"]
    mixed = FlowGrid(grid.codes, grid.flow, grid.listed, {"a": distance + dummy, "b": distance})
    with pytest.warns(UserWarning, match="separated"):
        fit = poisson(mixed, ["a", "b"])
    plain = poisson(grid, ["log_distance"], mask=dummy == 0)
    assert fit.dropped == ("b",)
    assert fit.params.iloc[0] == pytest.approx(plain.params.iloc[0], rel=1e-7)


def test_a_regressor_of_both_signs_on_zero_flows_does_not_separate():
    grid = separated_grid()
    flow, mask = grid.flow, grid.off_diagonal
    sign = np.where(np.arange(20)[:, None] > np.arange(20), 1.0, -1.0)
    X = np.array([grid.regressors["d"] * sign])
    assert not separated(flow, X, mask).any()


def test_nothing_but_a_separating_regressor_is_refused():
    with pytest.raises(EstimationError, match="no finite estimate"):
        poisson(separated_grid(), ["d"])


def test_regressors_that_are_collinear_before_anything_is_lost_are_refused():
    grid = separated_grid()
    distance = grid.regressors["log_distance"]
    twin = FlowGrid(grid.codes, grid.flow, grid.listed, {"a": distance, "b": 2 * distance})
    with pytest.raises(EstimationError, match=r"\['b'\] do not vary"):
        poisson(twin, ["a", "b"])


@pytest.mark.parametrize("bad", [-5.0, np.nan, np.inf])
def test_a_bad_flow_names_its_pair(bad):
    grid = separated_grid()
    flow = grid.flow.copy()
    flow[0, 1] = bad
    with pytest.raises(ValueError, match=f"The flow from 00 to 01 is {bad}"):
        poisson(FlowGrid(grid.codes, flow, grid.listed, grid.regressors), ["log_distance"])


@pytest.mark.parametrize(
    ("names", "said"), [(["q"], "no regressor 'q'"), ([], "names is empty"), ("d", "names is 'd'")]
)
def test_regressors_must_be_there(names, said):
    with pytest.raises(ValueError, match=said):
        poisson(separated_grid(), names)


def test_a_saturated_model_is_refused():
    rng = np.random.default_rng(0)
    flow = rng.gamma(2, 1, (3, 3)) * (1 - np.eye(3))
    regressors = {"x": rng.normal(size=(3, 3))}
    with pytest.raises(EstimationError, match="no degree of freedom"):
        poisson(FlowGrid(list("abc"), flow, flow > 0, regressors), ["x"])


def test_few_cities_are_warned_of():
    rng = np.random.default_rng(0)
    flow = rng.gamma(2, 1, (6, 6)) * (1 - np.eye(6))
    regressors = {"x": rng.normal(size=(6, 6))}
    with pytest.warns(UserWarning, match="clustered by 6 cities"):
        poisson(FlowGrid(list("abcdef"), flow, flow > 0, regressors), ["x"])
