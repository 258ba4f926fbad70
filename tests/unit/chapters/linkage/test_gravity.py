"""Gravity on a grid: against pyfixest, on simulated flows, and its properties."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.linkage.estimate.gravity import run_gravity
from guantian.chapters.linkage.estimate.regressors import province_terms, similarity
from guantian.results import estimates, find, one
from regiometrics.gravity.grid import FlowGrid, TwoWayEffects, bases, flow_grid, usable
from regiometrics.gravity.ppml import poisson
from regiometrics.gravity.tobit import tobit
from regiometrics.weights.pairs import pair_matrix

TRUE = {"log_distance": -1.2, "same_province": 0.8}


def test_poisson_and_its_errors_are_those_of_pyfixest(simulated):
    pyfixest = pytest.importorskip("pyfixest")
    grid = simulated()
    fit = poisson(grid, list(TRUE))
    origin, destination = np.nonzero(grid.off_diagonal)
    frame = pd.DataFrame({name: x[origin, destination] for name, x in grid.regressors.items()})
    frame = frame.assign(y=grid.flow[origin, destination], o=origin, d=destination)
    other = pyfixest.fepois(
        "y ~ log_distance + same_province | o + d", frame, vcov={"CRV1": "o + d"}
    )
    np.testing.assert_allclose(fit.params, other.coef()[list(TRUE)], rtol=1e-6)
    # pyfixest counts one parameter more in the factor (N - 1) / (N - k).
    np.testing.assert_allclose(np.sqrt(np.diag(fit.cov)), other.se()[list(TRUE)], rtol=5e-4)


def test_poisson_recovers_known_gravity_and_balances_totals(simulated):
    grid = simulated(n=100, noise=0.3)
    fit = poisson(grid, list(TRUE))
    np.testing.assert_allclose(fit.params, list(TRUE.values()), atol=0.08)
    np.testing.assert_allclose(fit.fitted.sum(axis=1), grid.flow.sum(axis=1), rtol=1e-6)
    np.testing.assert_allclose(fit.fitted.sum(axis=0), grid.flow.sum(axis=0), rtol=1e-6)


def test_intervals_hold_the_truth_about_as_often_as_they_say(simulated):
    held = []
    for seed in range(60):
        fit = poisson(simulated(n=30, noise=0.4, seed=seed), list(TRUE))
        error = np.sqrt(np.diag(fit.cov))
        held.append(np.abs(fit.params - list(TRUE.values())) <= 2.045 * error)
    assert 0.85 <= np.mean(held) <= 1


def test_poisson_does_not_depend_on_the_unit_of_flow(simulated):
    grid = simulated()
    one, thousand = poisson(grid, list(TRUE)), poisson(grid, list(TRUE), flow=1000 * grid.flow)
    np.testing.assert_allclose(one.params, thousand.params, rtol=1e-6)


def test_a_regressor_that_effects_explain_is_refused(simulated):
    grid = simulated()
    size = np.broadcast_to(np.arange(len(grid.codes), dtype=float)[:, None], grid.flow.shape)
    grid = FlowGrid(grid.codes, grid.flow, grid.listed, {**grid.regressors, "size": size})
    with pytest.raises(ValueError, match="do not vary apart"):
        poisson(grid, ["log_distance", "size"])


def test_cities_without_flows_are_left_out(simulated):
    grid = simulated()
    flow = grid.flow.copy()
    flow[3] = 0
    fit = poisson(grid, list(TRUE), flow=flow)
    assert fit.n_cities == len(grid.codes) - 1 and np.isnan(fit.origin[3])


def test_censored_model_recovers_what_dropping_the_censored_does_not(simulated):
    full = simulated(n=90, noise=1.0)
    cut = simulated(n=90, noise=1.0, threshold=-1.0)
    assert 0.2 < 1 - cut.listed.sum() / full.listed.sum() < 0.8
    fit = tobit(cut, list(TRUE))
    np.testing.assert_allclose(fit.params, list(TRUE.values()), atol=0.12)
    assert fit.sigma == pytest.approx(1.0, abs=0.05)
    origin, destination = np.nonzero(cut.listed)
    effects = TwoWayEffects(cut.listed.astype(float))
    flat = [
        effects.residual(np.where(cut.listed, x, 0))[origin, destination]
        for x in cut.regressors.values()
    ]
    dropped = np.linalg.lstsq(np.array(flat).T, np.log(cut.flow[origin, destination]), rcond=None)[
        0
    ]
    assert abs(dropped[0] - TRUE["log_distance"]) > abs(fit.params.iloc[0] - TRUE["log_distance"])


def test_without_censoring_the_censored_model_is_least_squares_of_logs(simulated):
    grid = simulated()
    fit = tobit(grid, list(TRUE))
    mask = grid.off_diagonal.astype(float)
    effects = TwoWayEffects(mask)
    flat = np.array([effects.residual(x) * mask for x in grid.regressors.values()])
    with np.errstate(divide="ignore"):
        logs = np.where(grid.off_diagonal, np.log(grid.flow), 0.0)
    least = np.linalg.lstsq(flat.reshape(2, -1).T, (logs * mask).ravel(), rcond=None)[0]
    np.testing.assert_allclose(fit.params, least, rtol=1e-6)


def test_effects_are_solved_exactly():
    rng = np.random.default_rng(2)
    weights = rng.uniform(0.1, 1, (8, 8)) * ~np.eye(8, dtype=bool)
    values = rng.normal(size=8)[:, None] + rng.normal(size=8)
    left = TwoWayEffects(weights).residual(values)
    np.testing.assert_allclose(left, 0, atol=1e-12)


def test_parts_that_no_pair_joins_have_a_base_each():
    mask = np.kron(np.eye(2), np.ones((4, 4))).astype(bool) & ~np.eye(8, dtype=bool)
    assert list(bases(mask)) == [0, 4]
    effects = TwoWayEffects(mask.astype(float), bases(mask))
    values = np.arange(8.0)[:, None] - np.arange(8.0) ** 2
    np.testing.assert_allclose(effects.residual(values)[mask], 0, atol=1e-10)


def test_the_border_in_distance_and_its_interval(simulated):
    specs = pd.DataFrame(
        {"regressors": " ".join(TRUE), "treatment": "zero", "pairs": "all", "label": "Main"},
        index=pd.Index(["main"], name="spec"),
    )
    found, fits = run_gravity(simulated(), specs, 500, 0.95)
    frame = estimates(found, chapter="linkage")
    terms = ("same_province", "log_distance", "border_log_distance")
    same, distance, border = (one(frame, errors="dyadic", term=term) for term in terms)
    assert border.estimate == pytest.approx(-same.estimate / distance.estimate)
    assert (border.variant, border.method, border["group"]) == ("main", "zero", "all")
    far, near = fits["main"].params
    step = 1e-6
    gradient = np.array(
        [(-near / (far + step) + near / far) / step, (-(near + step) / far + near / far) / step]
    )
    row = one(frame, errors="two_way", term="border_log_distance")
    assert row.std_error == pytest.approx(np.sqrt(gradient @ fits["main"].cov @ gradient), rel=1e-4)


def test_the_terms_of_provinces_name_them_in_a_column(simulated):
    grid = simulated(n=40)
    province = np.arange(40) // 20
    own = {f"own_{k}": np.outer(province == k, province == k) * 1.0 for k in (0, 1)}
    regressors = {name: grid.regressors["same_province"] * values for name, values in own.items()}
    grid = FlowGrid(grid.codes, grid.flow, grid.listed, {**grid.regressors, **regressors})
    specs = pd.DataFrame(
        {"regressors": "log_distance provinces", "treatment": "zero", "pairs": "all", "label": ""},
        index=pd.Index(["provinces"], name="spec"),
    )
    found, _ = run_gravity(grid, specs, 500, 0.95, {"own_0": "610000", "own_1": "620000"})
    frame = estimates(found, chapter="linkage")
    same = one(frame, errors="dyadic", term="same_province", unit="620000")
    border = one(frame, errors="dyadic", term="border_log_distance", unit="620000")
    distance = one(frame, errors="dyadic", term="log_distance", unit=None)
    assert border.estimate == pytest.approx(-same.estimate / distance.estimate)
    assert find(frame, errors="dyadic", term="same_province", unit=None) is None


def test_a_province_of_one_city_has_no_term():
    assert list(province_terms(["62", "61", "61", "63", "62"]).values()) == ["61", "62"]


@pytest.mark.parametrize(
    ("change", "said"),
    [({"treatment": "guess"}, "treatment 'guess'"), ({"regressors": "luck"}, "names 'luck'")],
)
def test_wrong_specifications_are_named(simulated, change, said):
    row = {"regressors": "log_distance", "treatment": "zero", "pairs": "all", "label": ""} | change
    specs = pd.DataFrame([row], index=pd.Index(["odd"], name="spec"))
    with pytest.raises(ValueError, match=said):
        run_gravity(simulated(), specs, 500, 0.95)


def test_grid_by_hand():
    flows = pd.DataFrame(
        {
            "origin_code": ["a", "a", "b", "b", "c", "c"],
            "destination_code": ["b", "c", "a", "c", "a", "b"],
            "flow_index": [2.0, 0.5, 3.0, np.nan, np.nan, 1.0],
        }
    )
    grid = flow_grid(flows, ["a", "b", "c"])
    assert grid.flow.tolist() == [[0, 2, 0.5], [3, 0, 0], [0, 1, 0]]
    assert grid.thresholds()[:, 0].tolist() == [0.5, 3.0, 1.0]
    pairs = pd.DataFrame({"code_a": ["a"], "code_b": ["c"], "km": [7.0]})
    assert pair_matrix(pairs, "km", grid.codes)[2, 0] == 7
    with pytest.raises(ValueError, match="city z has no flows"):
        grid.positions(["a", "z"])
    mask, kept = usable(grid, [], grid.off_diagonal, grid.flow)
    assert kept.all() and mask.sum() == 6


def test_similarity_by_hand():
    shares = pd.DataFrame([[50.0, 50.0], [100.0, 0.0], [50.0, 50.0]])
    values = similarity(shares)
    assert values[0, 1] == pytest.approx(0.5) and values[0, 2] == pytest.approx(1.0)
