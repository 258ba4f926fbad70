"""Structural gravity in changes: against the model in levels, welfare formula, invariances."""

import numpy as np
import pytest
from scipy.optimize import root

from regiometrics.games.hat_algebra import gravity_shares, remove_cost


def economy(seed, n=4):
    random = np.random.default_rng(seed)
    access = random.uniform(0.05, 0.4, (n, n)) + np.eye(n)
    income = random.uniform(0.5, 3, n)
    return gravity_shares(access, income), income


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shares_are_balanced_and_keep_the_odds_of_gravity(seed):
    random = np.random.default_rng(seed)
    access, income = random.uniform(0.1, 1, (5, 5)), random.uniform(1, 2, 5)
    shares = gravity_shares(access, income)
    assert np.allclose(shares.sum(0), 1) and np.allclose(shares @ income, income)
    odds = np.log(shares[0, 0] * shares[1, 1] / (shares[0, 1] * shares[1, 0]))
    given = np.log(access[0, 0] * access[1, 1] / (access[0, 1] * access[1, 0]))
    assert odds == pytest.approx(given)


def test_nothing_removed_changes_nothing():
    shares, income = economy(1)
    change = remove_cost(shares, income, np.ones((4, 4)), 5.0)
    assert np.allclose(change.welfare, 1) and np.allclose(change.shares, shares)


@pytest.mark.parametrize("elasticity", [2.5, 5.03, 8.0])
def test_against_the_model_in_levels(elasticity):
    """Solve Armington's model in levels before and after with a general root-finder."""
    random = np.random.default_rng(7)
    n = 4
    cost = 1 + random.uniform(0.1, 0.8, (n, n))
    np.fill_diagonal(cost, 1.0)
    labour, taste = random.uniform(1, 3, n), random.uniform(0.5, 2, n)

    def spending(wage, cost):
        bids = taste[:, None] * (wage[:, None] * cost) ** -elasticity
        return bids / bids.sum(0), bids.sum(0) ** (-1 / elasticity)

    def solve(cost):
        def excess(logs):
            wage = np.exp(np.append(0.0, logs))
            shares, _ = spending(wage, cost)
            return (np.log(shares @ (wage * labour)) - np.log(wage * labour))[1:]

        answer = root(excess, np.zeros(n - 1), tol=1e-13)
        assert answer.success
        wage = np.exp(np.append(0.0, answer.x))
        return wage, *spending(wage, cost)

    new_cost = cost.copy()
    new_cost[0, 2] = new_cost[2, 0] = 1.05
    wage, shares, prices = solve(cost)
    new_wage, new_shares, new_prices = solve(new_cost)
    change = remove_cost(shares, wage * labour, (new_cost / cost) ** -elasticity, elasticity)
    expected = (new_wage / new_prices) / (wage / prices)
    assert np.allclose(change.welfare, expected, rtol=1e-7)
    assert np.allclose(change.shares, new_shares, atol=1e-7)
    # Arkolakis, Costinot and Rodríguez-Clare (2012): welfare is own share to the power -1/ε.
    own = np.diag(change.shares) / np.diag(shares)
    assert np.allclose(change.welfare, own ** (-1 / elasticity))


def test_draws_are_solved_at_once_and_those_eased_gain():
    shares, income = economy(2)
    eased = np.ones((3, 4, 4))
    eased[1, 0, 1] = eased[1, 1, 0] = 1.5
    eased[2, 0, 1] = eased[2, 1, 0] = 3.0
    change = remove_cost(np.broadcast_to(shares, (3, 4, 4)), income, eased, np.full(3, 5.0))
    assert (np.diff(change.welfare[:, :2], axis=0) > 0).all()
    one = remove_cost(shares, income, eased[2], 5.0)
    assert np.allclose(change.welfare[2], one.welfare)
    assert (change.wages * income).sum(-1) == pytest.approx(np.full(3, income.sum()))


def test_bad_input_is_refused():
    shares, income = economy(1)
    with pytest.raises(ValueError, match="sum to one"):
        remove_cost(2 * shares, income, np.ones((4, 4)), 5.0)
    with pytest.raises(ValueError, match="balanced"):
        remove_cost(shares, income * np.arange(1, 5), np.ones((4, 4)), 5.0)
