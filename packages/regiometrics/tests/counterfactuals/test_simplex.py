"""Weights over the simplex: by hand, against a general solver, and by their optimality."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from regiometrics.counterfactuals.simplex import optimality_gap, simplex_weights


def test_by_hand():
    """Two donors at 0 and 1, target 0.3: the second takes 0.3."""
    weights = simplex_weights(np.array([[0.0, 1.0]]), np.array([[0.3]]))
    np.testing.assert_allclose(weights, [[0.7, 0.3]], atol=1e-12)


def test_a_ridge_pulls_towards_equal_weights_by_hand():
    """min (w - 0.3)² + r (w² + (1 - w)²) has w = (0.3 + r) / (1 + 2 r)."""
    weights = simplex_weights(np.array([[0.0, 1.0]]), np.array([[0.3]]), ridge=0.5)
    np.testing.assert_allclose(weights[0, 1], (0.3 + 0.5) / 2, atol=1e-12)


def test_a_target_outside_the_hull_takes_the_nearest_donor():
    weights = simplex_weights(np.array([[0.0, 1.0]]), np.array([[7.0]]))
    np.testing.assert_allclose(weights, [[0.0, 1.0]], atol=1e-12)


@given(st.integers(0, 10_000), st.sampled_from([0.0, 1e-3, 0.1, 10.0]), st.booleans())
def test_every_solution_is_optimal(seed, ridge, intercept):
    """Frank and Wolfe's gap bounds the distance from the optimum: 1e-7 of the gradient."""
    rng = np.random.default_rng(seed)
    rows, n, problems = rng.integers(2, 9), rng.integers(2, 40), 4
    donors, targets = rng.normal(size=(rows, n)), rng.normal(size=(problems, rows))
    allowed = rng.random((problems, n)) < 0.7
    allowed[:, 0] = True
    weights = simplex_weights(donors, targets, allowed, ridge, intercept)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-10)
    assert (weights >= 0).all() and (weights[~allowed] == 0).all()
    if intercept:
        donors, targets = donors - donors.mean(axis=0), targets - targets.mean(axis=1)[:, None]
    for row in range(problems):
        chosen = allowed[row]
        # Where the fit is exact the gradient is zero, and so is what it is measured by.
        gaps = donors[:, chosen] @ weights[row, chosen] - targets[row]
        if ridge or np.abs(gaps).max() > 1e-9:
            found = optimality_gap(donors[:, chosen], targets[row], weights[row, chosen], ridge)
            assert found < 1e-7


def test_against_a_general_solver():
    rng = np.random.default_rng(1)
    donors, target = rng.normal(size=(6, 12)), rng.normal(size=6)

    def loss(w):
        return np.square(donors @ w - target).sum() + 0.3 * w @ w

    general = minimize(
        loss,
        np.full(12, 1 / 12),
        bounds=[(0, 1)] * 12,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    ours = simplex_weights(donors, target[None], ridge=0.3)[0]
    # The general solver stops at about 1e-6 in the weights.
    np.testing.assert_allclose(ours, general.x, atol=1e-5)
    assert loss(ours) <= general.fun + 1e-12


@pytest.mark.parametrize(
    ("allowed", "said"),
    [(np.zeros((1, 2), bool), "with a donor"), (np.ones((2, 2), bool), "shape")],
)
def test_what_cannot_be_solved_is_said(allowed, said):
    with pytest.raises(ValueError, match=said):
        simplex_weights(np.eye(2), np.zeros((1, 2)), allowed)
