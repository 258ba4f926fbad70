"""Seven players at once: enumeration against definition, closed forms, root-finding, nashpy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiometrics.errors import EstimationError
from regiometrics.games.network import (
    NetworkGame,
    all_equilibria,
    nearest_equilibrium,
    profiles,
    symmetric_mixed_probability,
)
from regiometrics.games.normal_form import (
    TOLERANCE,
    at_rows,
    coalition_values,
    deviation_gains,
    efficient,
    settle,
)
from regiometrics.games.stage import Stage, pair_equilibria


def pure_equilibria(table):
    """Whether no city gains by another action, one row per profile: the definition."""
    return (deviation_gains(table) <= TOLERANCE).all(-1)


def draw(seed, n=4, substitutes=False, lead=()):
    """A game with its matrix of externalities, for the sentence that defines pay-offs."""
    random = np.random.default_rng(seed)
    loss = random.uniform(0 if substitutes else -1, 1, (*lead, n, n))
    loss = (loss + np.swapaxes(loss, -1, -2)) / 2
    external = random.uniform(-1, 1, (*lead, n, n))
    for matrix in (loss, external):
        matrix[..., np.arange(n), np.arange(n)] = 0
    return NetworkGame.linear(random.uniform(-1, 1.5, (*lead, n)), loss, external), external


def payoff(game, external, x, i):
    """One city's pay-off by the sentence that defines it."""
    others = [j for j in range(len(x)) if j != i]
    own = x[i] * (game.own[i] - sum(game.loss[i, j] * x[j] for j in others))
    return own + sum(external[i, j] * x[j] for j in others)


def regret(game, x):
    """Most that a city gains by another pure action; what it receives does not depend on it."""
    worst = 0.0
    for i in range(len(x)):
        for action in (0.0, 1.0):
            other = np.array(x, float)
            other[i] = action
            none = np.zeros_like(game.loss)
            worst = max(worst, payoff(game, none, other, i) - payoff(game, none, x, i))
    return worst


seeds = st.integers(0, 10**6)


@settings(deadline=None, max_examples=25)
@given(seeds)
def test_no_equilibrium_has_a_profitable_deviation(seed):
    game, _ = draw(seed)
    found = all_equilibria(game)
    assert len(found) % 2 == 1  # Wilson (1971): generic games have an odd number
    assert max(regret(game, x) for x in found) < 1e-9  # systems of at most four unknowns
    pure = game.profiles[pure_equilibria(game.payoffs())]
    assert {tuple(x) for x in pure} == {tuple(x) for x in found if set(x) <= {0.0, 1.0}}


@settings(deadline=None, max_examples=25)
@given(seeds, st.booleans())
def test_payoffs_and_potential_by_definition(seed, weighted):
    game, external = draw(seed)
    x = game.profiles
    weight = np.ones(4)
    if weighted:
        weight = np.random.default_rng(seed).uniform(0.5, 2, 4)
        game = NetworkGame(game.own, weight[:, None] * game.loss, game.received, weight)
    direct = np.array([[payoff(game, external, row, i) for i in range(4)] for row in x])
    assert np.allclose(game.payoffs(), direct)
    potential = game.potential()
    for row in range(16):
        for i in range(4):
            other = row ^ (1 << i)
            assert weight[i] * (potential[row] - potential[other]) == pytest.approx(
                direct[row, i] - direct[other, i]
            )
    table = game.payoffs()
    assert pure_equilibria(table)[game.equilibrium()]
    assert pure_equilibria(table)[settle(table)]  # a potential leaves no circles
    assert direct.sum(1)[efficient(table)] == pytest.approx(direct.sum(1).max())
    assert np.allclose(at_rows(table, efficient(table)), direct[efficient(table)])


@settings(deadline=None, max_examples=10)
@given(seeds)
def test_root_finding_ends_in_one_of_the_enumerated(seed):
    game, _ = draw(seed, n=7, substitutes=True)
    found = all_equilibria(game)
    random = np.random.default_rng(seed)
    for _ in range(4):
        try:
            root = nearest_equilibrium(game, random.uniform(0, 1, 7))
        except EstimationError:
            continue  # the map has kinks: not every start leads to a root
        assert np.abs(found - root).max(1).min() < 1e-6
        assert regret(game, root) < 1e-6


def test_root_finding_finds_the_closed_form_of_like_cities():
    n, g, d = 7, 0.3, 0.2
    apart = 1 - np.eye(n)
    game = NetworkGame.linear(np.full(n, g), d * apart, -0.1 * apart)
    probability = symmetric_mixed_probability(g, d, n)
    assert probability == pytest.approx(0.25)
    assert np.allclose(nearest_equilibrium(game, np.full(n, 0.24)), probability)
    assert np.isclose(all_equilibria(game), probability).all(1).any()
    with pytest.raises(ValueError, match="expected a probability"):
        symmetric_mixed_probability(2.0, 0.2, n)


@settings(deadline=None, max_examples=30)
@given(seeds)
def test_two_cities_agree_with_nashpy(seed):
    game, external = draw(seed, n=2)
    pair = Stage(game.own, game.loss[[0, 1], [1, 0]], external[[0, 1], [1, 0]])
    assert np.allclose(all_equilibria(game), pair_equilibria(pair))


def test_agreement_with_gambit():
    """Optional: pygambit has no wheels and is never installed by default."""
    gambit = pytest.importorskip("pygambit", reason="pygambit is not installed")
    game, _ = draw(3, n=3)
    tables = [game.payoffs()[:, i].reshape((2,) * 3, order="F") for i in range(3)]
    answers = gambit.nash.enumpoly_solve(gambit.Game.from_arrays(*tables)).equilibria
    theirs = sorted(
        tuple(float(answer[player.strategies[1]]) for player in answer.game.players)
        for answer in answers
    )
    assert np.allclose(theirs, all_equilibria(game), atol=1e-6)


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_coalitions_by_definition(seed):
    game, external = draw(seed)
    rows, size = game.profiles, np.array([3.0, 1.0, 0.5, 2.0])
    outside = rows[game.equilibrium()]
    values = coalition_values(game.payoffs(), game.equilibrium(), size)
    for mask in range(1, 16):
        members = [i for i in range(4) if mask >> i & 1]
        acting = [np.where(np.isin(range(4), members), x, outside) for x in rows]
        best = max(sum(size[i] * payoff(game, external, x, i) for i in members) for x in acting)
        assert values[mask] == pytest.approx(best)
    assert values[0] == 0
    assert values[-1] == pytest.approx((game.payoffs() * size).sum(1).max())


def test_leading_axes_hold_points():
    game, _ = draw(5, lead=(3,))
    one = NetworkGame(game.own[1], game.loss[1], game.received[1])
    table, single = game.payoffs(), one.payoffs()
    assert game.equilibrium()[1] == one.equilibrium()
    assert settle(table)[1] == settle(single)
    values = coalition_values(table, game.equilibrium())
    assert values.shape == (3, 16)
    assert np.allclose(values[1], coalition_values(single, one.equilibrium()))


def test_replies_that_go_round_are_said_to():
    """Matching pennies has no equilibrium in pure strategies."""
    table = np.array([[1, -1], [-1, 1], [-1, 1], [1, -1]], float)
    assert not pure_equilibria(table).any()
    assert settle(table) == -1


def test_bad_games_are_refused():
    none = np.zeros((2, 2))
    with pytest.raises(ValueError, match="not its rival"):
        NetworkGame.linear(np.ones(2), np.eye(2), none)
    with pytest.raises(ValueError, match="not its rival"):
        NetworkGame.linear(np.ones(2), none, np.eye(2))
    with pytest.raises(ValueError, match="last axes"):
        NetworkGame.linear(np.ones(2), np.zeros((3, 3)), none)
    lopsided = NetworkGame.linear(np.ones(2), np.array([[0, 1.0], [0, 0]]), none)
    with pytest.raises(ValueError, match="not symmetric"):
        lopsided.potential()
    assert profiles(3).sum() == 12
