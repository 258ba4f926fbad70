"""The game of all cities against competition solved by mutual best answers."""

import numpy as np
import pytest

from regiometrics.games.cournot import programme_game, programme_payoffs
from regiometrics.games.network import profiles
from regiometrics.games.normal_form import TOLERANCE, deviation_gains
from regiometrics.games.stage import programme_effects


def profits(intercepts, gamma):
    """Cournot profits by iterating best answers, good by good."""
    n = len(intercepts)
    q = np.full(n, 0.2)
    for _ in range(3000):
        for i in range(n):
            q[i] = max(0, (intercepts[i] - gamma[i] @ q) / 2)
    return q * (intercepts - q - gamma @ q)


def economy(seed, n):
    random = np.random.default_rng(seed)
    gamma = random.uniform(0, 0.5, (n, n))
    gamma = np.triu(gamma, 1) + np.triu(gamma, 1).T
    return gamma, random.uniform(0, 0.3, (n, n))


@pytest.mark.parametrize("seed", [1, 2])
def test_every_profile_pays_what_competition_and_spillovers_give(seed):
    n, size, cost = 4, 0.4, 0.6
    gamma, theta = economy(seed, n)
    game = programme_game(cost, gamma, size, theta)
    base = profits(np.ones(n), gamma)
    gross = np.array([profits(1 + size * np.eye(n)[i], gamma)[i] - base[i] for i in range(n)])
    for row, x in enumerate(profiles(n)):
        won = profits(1 + size * x, gamma) - base
        spilled = [sum(theta[i, j] * x[j] * gross[j] for j in range(n) if j != i) for i in range(n)]
        expected = (won + spilled) / gross - cost * x
        assert np.allclose(game.payoffs()[row], expected, atol=1e-9)


def test_the_table_is_the_linear_game_where_nobody_is_driven_out():
    gamma, theta = economy(4, 5)
    cost = np.array([0.2, 0.7])
    table = programme_payoffs(cost, gamma[None], np.array([0.3]), theta[None])
    assert table.shape == (1, 2, 32, 5)
    for k in range(2):
        assert np.allclose(table[0, k], programme_game(cost[k], gamma, 0.3, theta).payoffs())


def test_who_is_driven_out_sells_nothing():
    gamma, size = 0.9 * (1 - np.eye(3)), 1.0
    table = programme_payoffs(np.array([0.0]), gamma, np.array(size), np.zeros((3, 3)))
    base = profits(np.ones(3), gamma)
    gross = profits(1 + size * np.eye(3)[0], gamma)[0] - base[0]
    assert profits(1 + size * np.array([0.0, 1, 1]), gamma)[0] == 0
    assert table[0, 0b110, 0] == pytest.approx(-base[0] / gross)


def test_two_cities_are_the_pair_game():
    gamma, size, theta = 0.6, 0.7, np.array([[0, 0.1], [0.2, 0]])
    game = programme_game(0.5, np.array([[0, gamma], [gamma, 0]]), size, theta)
    stolen, duplication = programme_effects(gamma, size)
    assert np.allclose(game.loss, duplication * (1 - np.eye(2)))
    assert np.allclose(game.received[3], np.array([0.1, 0.2]) - stolen)


def test_the_potential_maximum_is_an_equilibrium_at_every_point():
    gamma, theta = economy(3, 6)
    cost = np.linspace(0.05, 0.95, 19)
    game = programme_game(cost, np.broadcast_to(gamma, (19, 6, 6)), np.full(19, 0.4), theta)
    rows = game.equilibrium()
    assert (deviation_gains(game.payoffs())[np.arange(19), rows] <= TOLERANCE).all()
    pushing = game.profiles[rows].sum(1)
    assert pushing[0] == 6 and pushing[-1] < 6


def test_what_has_no_meaning_is_refused():
    gamma, theta = economy(1, 3)
    with pytest.raises(ValueError, match="symmetric"):
        programme_game(0.5, np.triu(gamma), 0.4, theta)
    with pytest.raises(ValueError, match="out of the market"):
        programme_game(0.5, np.full((3, 3), 0.95), 1.5, theta)
