"""Prediction intervals of synthetic controls: by hand, against another solver, by coverage."""

import numpy as np
import pytest
from scipy import optimize

from regiometrics.counterfactuals import counterfactuals, prediction_intervals
from regiometrics.counterfactuals.intervals import (
    _quantile_regression,
    _shock_bounds,
    _weights_range,
)
from regiometrics.errors import EstimationError

FIRST = np.arange(8) == 0


def panel(seed, n=8, periods=40, noise=0.3):
    rng = np.random.default_rng(seed)
    factors = rng.normal(0, 0.5, (2, periods)).cumsum(axis=1)
    y = rng.normal(size=(n, 1)) + rng.normal(size=(n, 2)) @ factors
    y += 0.3 * rng.normal(size=(n, periods))
    y[0] = np.array([0.5, 0.3, 0.2]) @ y[1:4] + noise * rng.normal(size=periods)
    return y


def test_range_of_two_donors_by_hand():
    """With two donors d = (h, -h): h² |B1 - B2|² <= 2 h g'(B1 - B2), cut at the simplex."""
    early = np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]])
    late, start = np.array([[3.0, 1.0]]), np.array([0.6, 0.4])
    paths = np.array([[0.1, -0.1, 0.2], [-0.1, 0.1, -0.2], [9.0, 0.0, 9.0]])
    low, high = _weights_range(early, late, start, paths, intercept=False)
    step = early[:, 0] - early[:, 1]
    ends = 2 * (paths @ step) / (step @ step)  # 0.2, -0.2 and a length beyond the simplex
    expected = 2.0 * np.clip(ends, -0.6, 0.4)
    # The search ends within 1e-5 of its widest pull.
    assert low[:, 0] == pytest.approx(np.minimum(expected, 0), abs=1e-4)
    assert high[:, 0] == pytest.approx(np.maximum(expected, 0), abs=1e-4)


@pytest.mark.parametrize(
    ("donors", "before", "intercept"), [(6, 15, False), (6, 15, True), (10, 8, 0)]
)
def test_range_against_sequential_quadratic_programming(donors, before, intercept):
    rng = np.random.default_rng(donors + before)
    early = rng.normal(size=(before, donors)).cumsum(axis=0)
    late, path = 3 * rng.normal(size=(1, donors)), 0.5 * rng.normal(size=(1, before))
    start = np.r_[0.5, 0.3, 0.15, np.zeros(donors - 3)]  # weights below the cut are gone
    low, high = _weights_range(early, late, start, path, bool(intercept))
    extra = np.ones((before, int(intercept)))
    B, p = np.hstack([early, extra]), np.r_[late[0], extra[0]]
    w = np.r_[start, extra[0] * 0]
    limits = [
        {"type": "ineq", "fun": lambda x: np.sum(path**2) - np.sum((B @ (x - w) - path[0]) ** 2)},
        {"type": "eq", "fun": lambda x: x[:donors].sum() - start.sum()},
    ]
    bounds = [(0, None)] * donors + [(None, None)] * int(intercept)
    for sign, found in ((1, low), (-1, high)):
        best = optimize.minimize(
            lambda x, sign=sign: sign * p @ (x - w),
            w,
            method="SLSQP",
            bounds=bounds,
            constraints=limits,
            options={"maxiter": 500, "ftol": 1e-12},
        )
        # Both solvers stop near 1e-4 of numbers around one.
        assert found[0, 0] == pytest.approx(sign * best.fun, abs=3e-4)


def test_shock_bounds_by_hand():
    residuals = np.array([1.0, -1.0, 1.0, -1.0])
    ones, ahead = np.ones((4, 1)), np.ones((2, 1))
    low, high = _shock_bounds(residuals, ones, ahead, "subgaussian", 0.05)
    assert high == pytest.approx(np.sqrt(2 * np.log(40)))
    assert low == pytest.approx(-high)
    low, high = _shock_bounds(residuals + 2, ones, ahead, "location-scale", 0.5)
    assert (low, high) == (pytest.approx([1.0, 1.0]), pytest.approx([3.0, 3.0]))
    low, high = _shock_bounds(np.arange(5.0), np.ones((5, 1)), ahead, "quantile", 0.5)
    assert (low, high) == (pytest.approx([1.0, 1.0]), pytest.approx([3.0, 3.0]))


def test_linear_moments_find_a_variance_that_grows():
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 2, 4000)
    residuals = np.exp(x / 2) * rng.normal(size=4000)
    design = np.column_stack([np.ones(4000), x])
    ahead = np.array([[1.0, 0.0], [1.0, 2.0]])
    low, high = _shock_bounds(residuals, design, ahead, "subgaussian", 0.05)
    width = (high - low) / 2 / np.sqrt(2 * np.log(40))
    # Standard deviations are one and e; the error of both is about 3%.
    assert width == pytest.approx([1.0, np.e], rel=0.1)


def test_quantile_regression_is_the_linear_quantile():
    rng = np.random.default_rng(1)
    x = rng.uniform(0, 2, 2000)
    y = 1 + x + (1 + x) * rng.uniform(-1, 1, 2000)
    slopes = _quantile_regression(y, np.column_stack([np.ones(2000), x]), 0.75)
    # The quantile of (1 + x) u is (1 + x) / 2; errors are about 0.06.
    assert slopes == pytest.approx([1.5, 1.5], abs=0.2)


@pytest.mark.parametrize("method", ["sc", "difp"])
def test_parts_add_up_and_effects_are_those_of_the_estimator(method):
    y = panel(2)
    made = prediction_intervals(y, FIRST, ~FIRST, 36, method, seed=3)
    table = made.table
    fit = counterfactuals(y, FIRST[None], ~FIRST[None], 36, method)
    assert table["effect"].to_numpy() == pytest.approx(fit.gaps[0, 36:])
    ends = table["synthetic"] + table["weights_high"] + table["shock_high"]
    assert table["synthetic_high"].to_numpy() == pytest.approx(ends.to_numpy())
    assert (table["weights_low"] <= 0).all() and (table["weights_high"] >= 0).all()
    again = prediction_intervals(y, FIRST, ~FIRST, 36, method, seed=3)
    assert again.table.equals(table)


def test_intervals_move_with_the_outcome_and_its_scale():
    y = panel(4)
    table = prediction_intervals(y, FIRST, ~FIRST, 38).table
    scaled = prediction_intervals(100 + 1000 * y, FIRST, ~FIRST, 38).table
    # A ridge relative to the donors and the search leave the fourth digit open.
    assert scaled["conf_low"].to_numpy() == pytest.approx(
        1000 * table["conf_low"].to_numpy(), rel=2e-3
    )


def test_a_higher_level_gives_wider_intervals_and_effects_shift_them():
    y = panel(5)
    narrow = prediction_intervals(y, FIRST, ~FIRST, 38, level=0.8).table
    wide = prediction_intervals(y, FIRST, ~FIRST, 38, level=0.99).table
    assert (wide["conf_low"] < narrow["conf_low"]).all()
    assert (wide["conf_high"] > narrow["conf_high"]).all()
    y[0, 38:] += 5.0
    moved = prediction_intervals(y, FIRST, ~FIRST, 38, level=0.8).table
    assert moved["conf_low"].to_numpy() == pytest.approx(narrow["conf_low"].to_numpy() + 5.0)


def test_coverage_is_no_smaller_than_the_level():
    missed = 0
    for seed in range(60):
        y = panel(100 + seed)
        row = prediction_intervals(y, FIRST, ~FIRST, 39, draws=100, seed=seed).table.iloc[0]
        missed += not row["conf_low"] <= 0 <= row["conf_high"]
    # Of 60 at most 5% miss; 7 or more have a probability of 1.8% under it.
    assert missed < 7


def test_one_donor_has_no_uncertain_weight():
    y = panel(6)[:2]
    first = np.array([True, False])
    table = prediction_intervals(y, first, ~first, 38).table
    assert (table[["weights_low", "weights_high"]] == 0).all(axis=None)


def test_exact_fits_and_too_few_periods_are_refused():
    y = np.random.default_rng(0).normal(size=(60, 8))
    y[0] = y[1:].mean(axis=0)
    first = np.arange(60) == 0
    with pytest.raises(EstimationError, match="reproduce the treated series exactly"):
        prediction_intervals(y, first, ~first, 6)
    with pytest.raises(EstimationError, match="for linear moments"):
        prediction_intervals(panel(7, periods=7), FIRST, ~FIRST, 5, moments="linear")


def test_few_residuals_warn():
    with pytest.warns(UserWarning, match="learnt from"):
        prediction_intervals(panel(8, periods=12), FIRST, ~FIRST, 10)
