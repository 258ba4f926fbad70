"""Coalition games: axioms, criteria that characterise the solutions, textbook cases, speed."""

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from regiometrics.games.coalition import (
    convex,
    excesses,
    gately_value,
    in_core,
    propensity_to_disrupt,
    shapley_value,
    superadditive,
)
from regiometrics.games.core import balanced, core_is_empty, least_core, nucleolus

# Values of order ten, sums of some dozen terms, programmes solved to 1e-10 of the scale.
ROUNDING = 1e-7
numbers = st.integers(-40, 40).map(lambda x: x / 4)


def games(n):
    """Arbitrary games, nobody's value zero."""
    return arrays(float, 2**n, elements=numbers).map(lambda v: np.concatenate([[0.0], v[1:]]))


def imputable(n):
    """Games in which all together have at least what they have alone."""

    def lift(v):
        v = v.copy()
        v[-1] = max(v[-1], v[1 << np.arange(n)].sum())
        return v

    return games(n).map(lift)


def members(n):
    return (np.arange(2**n)[:, None] >> np.arange(n)) & 1


def by_orders(v, n):
    """Shapley's value by walking through all orders."""
    shares = np.zeros(n)
    orders = list(itertools.permutations(range(n)))
    for order in orders:
        mask = 0
        for player in order:
            shares[player] += v[mask | 1 << player] - v[mask]
            mask |= 1 << player
    return shares / len(orders)


@settings(deadline=None)
@given(games(4))
def test_shapley_is_the_mean_over_orders(v):
    assert shapley_value(range(4), v).to_numpy() == pytest.approx(by_orders(v, 4), abs=ROUNDING)


@settings(deadline=None)
@given(games(4), games(4))
def test_shapley_is_additive_and_efficient(v, w):
    one, other, both = (shapley_value(range(4), game).to_numpy() for game in (v, w, v + w))
    assert both == pytest.approx(one + other, abs=ROUNDING)
    assert one.sum() == pytest.approx(v[-1], abs=ROUNDING)


def with_dummy(v, worth):
    """Game with one more player who adds the same to every coalition."""
    return np.concatenate([v, v + worth])


@settings(deadline=None)
@given(imputable(3), numbers)
def test_a_dummy_gets_what_it_adds(v, worth):
    game = with_dummy(v, worth)
    for solution in (shapley_value, nucleolus):
        assert solution(range(4), game)[3] == pytest.approx(worth, abs=ROUNDING)


def swapped(v, n, i, j):
    masks = np.arange(2**n)
    a, b = masks >> i & 1, masks >> j & 1
    return v[masks ^ ((a ^ b) << i) ^ ((a ^ b) << j)]


@settings(deadline=None)
@given(imputable(4))
def test_interchangeable_players_get_the_same(v):
    game = v + swapped(v, 4, 0, 2)
    for solution in (shapley_value, nucleolus):
        shares = solution("abcd", game)
        assert shares["a"] == pytest.approx(shares["c"], abs=ROUNDING)


@settings(deadline=None)
@given(imputable(4), st.permutations(range(4)))
def test_names_do_not_matter(v, order):
    game = {frozenset(np.flatnonzero(row)): x for row, x in zip(members(4), v, strict=True)}
    for solution in (shapley_value, nucleolus):
        one, other = solution(range(4), game), solution(order, game)
        assert other[list(range(4))].to_numpy() == pytest.approx(one.to_numpy(), abs=ROUNDING)


@settings(deadline=None)
@given(imputable(4), st.floats(0.5, 3), arrays(float, 4, elements=numbers))
def test_units_and_own_income_do_not_matter(v, scale, income):
    """Covariance: a v + sum of incomes is shared as a times the shares plus each income."""
    for solution in (shapley_value, nucleolus):
        one = solution(range(4), v).to_numpy()
        other = solution(range(4), scale * v + members(4) @ income).to_numpy()
        assert other == pytest.approx(scale * one + income, abs=10 * ROUNDING)


def kohlberg(v, n, x):
    """Whether each set of coalitions with the largest excesses is balanced (Kohlberg 1971).

    This characterises the prenucleolus without solving for it: weights on the set, all positive,
    that cover each player once.
    """
    M = members(n)[1:-1]
    excess = v[1:-1] - M @ x
    for level in np.unique(excess.round(6)):
        top = M[excess >= level - 1e-6].T.astype(float)
        k = top.shape[1]
        # Maximise the smallest weight t: cover w = 1 for some scale, w >= t.
        answer = linprog(
            np.append(np.zeros(k), -1.0),
            A_ub=np.column_stack([-np.eye(k), np.ones(k)]),
            b_ub=np.zeros(k),
            A_eq=np.column_stack([top, np.zeros(n)]),
            b_eq=np.ones(n),
            bounds=(0, None),
        )
        if answer.status != 0 or -answer.fun < 1e-9:
            return False
    return True


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 5).flatmap(lambda n: st.tuples(st.just(n), games(n))))
def test_prenucleolus_meets_kohlbergs_criterion(case):
    n, v = case
    x = nucleolus(range(n), v, imputations=False).to_numpy()
    assert x.sum() == pytest.approx(v[-1], abs=ROUNDING)
    assert kohlberg(v, n, x)


def test_kohlbergs_criterion_can_fail():
    v = np.array([0.0, 0, 0, 4, 0, 0, 3, 6])
    assert kohlberg(v, 3, nucleolus(range(3), v, imputations=False).to_numpy())
    assert not kohlberg(v, 3, shapley_value(range(3), v).to_numpy())


@settings(deadline=None)
@given(imputable(4))
def test_nucleolus_is_an_imputation_and_lexicographically_no_worse(v):
    x = nucleolus(range(4), v)
    assert x.sum() == pytest.approx(v[-1], abs=ROUNDING)
    assert (x.to_numpy() >= v[1 << np.arange(4)] - ROUNDING).all()
    ours = excesses(range(4), v, x).to_numpy()
    rng = np.random.default_rng(0)
    alone = v[1 << np.arange(4)]
    gain = v[-1] - alone.sum()
    for _ in range(50):
        # Other imputations, far and near.
        far = alone + gain * rng.dirichlet(np.ones(4))
        step = rng.choice([0.3, 0.01])
        theirs = excesses(range(4), v, dict(enumerate((1 - step) * x.to_numpy() + step * far)))
        gap = ours - theirs.to_numpy()
        first = np.flatnonzero(np.abs(gap) > ROUNDING)
        assert not len(first) or gap[first[0]] < 0


@settings(deadline=None)
@given(imputable(4))
def test_core_by_three_routes(v):
    """Bondareva-Shapley, the least core and the nucleolus must say the same."""
    empty = core_is_empty(range(4), v)
    result, least = balanced(range(4), v), least_core(range(4), v)
    assert result.balanced == (not empty)
    # Values are multiples of 1/4 and weights of 1/(n - 1)!: either apart or equal.
    assert empty == (least.epsilon > 1e-6)
    assert in_core(range(4), v, nucleolus(range(4), v)) == (not empty)
    worst = excesses(range(4), v, nucleolus(range(4), v)).iloc[0]
    free = excesses(range(4), v, nucleolus(range(4), v, imputations=False)).iloc[0]
    assert worst >= free - ROUNDING
    assert free == pytest.approx(least.epsilon, abs=ROUNDING)
    assert excesses(range(4), v, least.allocation).iloc[0] == pytest.approx(free, abs=ROUNDING)


@settings(deadline=None)
@given(games(4))
def test_witness_of_unbalancedness(v):
    """Weights cover each player once and are worth what is said."""
    result = balanced(range(4), v)
    cover = np.zeros(4)
    for coalition, weight in result.weights.items():
        cover[list(coalition)] += weight
    assert cover == pytest.approx(np.ones(4), abs=ROUNDING)
    worth = sum(w * v[sum(1 << i for i in s)] for s, w in result.weights.items())
    assert worth == pytest.approx(result.worth, abs=ROUNDING)


@settings(deadline=None)
@given(games(4))
def test_superadditive_and_convex_by_definition(v):
    pairs = list(itertools.product(range(16), repeat=2))
    joined = all(v[s | t] >= v[s] + v[t] - 1e-9 for s, t in pairs if not s & t)
    marginal = all(v[s | t] + v[s & t] >= v[s] + v[t] - 1e-9 for s, t in pairs)
    assert superadditive(range(4), v) == joined
    assert convex(range(4), v) == marginal


def unanimity(n, weights):
    """Sum of unanimity games with positive weights: always convex."""
    masks = np.arange(2**n)
    return sum(w * (masks & s == s) for s, w in weights.items())


@settings(deadline=None)
@given(st.dictionaries(st.integers(1, 31), st.integers(1, 9), min_size=1, max_size=8))
def test_convex_games_have_shapley_and_nucleolus_in_the_core(weights):
    v = unanimity(5, weights).astype(float)
    assert convex(range(5), v)
    assert superadditive(range(5), v)
    assert in_core(range(5), v, shapley_value(range(5), v))
    assert in_core(range(5), v, nucleolus(range(5), v))


def majority(members):
    return float(len(members) >= 2)


def test_majority_of_three():
    """Superadditive, not convex; the core is empty: pairs at half time are worth 3/2."""
    assert superadditive("abc", majority)
    assert not convex("abc", majority)
    assert core_is_empty("abc", majority)
    result = balanced("abc", majority)
    assert result.worth == pytest.approx(1.5, abs=ROUNDING)
    assert set(result.weights.index) == {frozenset("ab"), frozenset("ac"), frozenset("bc")}
    assert least_core("abc", majority).epsilon == pytest.approx(1 / 3, abs=ROUNDING)
    assert nucleolus("abc", majority).to_numpy() == pytest.approx(np.full(3, 1 / 3), abs=ROUNDING)


@pytest.mark.parametrize(
    "estate, shares",
    [(100, (100 / 3,) * 3), (200, (50, 75, 75)), (300, (50, 100, 150)), (400, (50, 125, 225))],
)
def test_estates_of_the_talmud(estate, shares):
    """Claims of 100, 200, 300 (Aumann and Maschler 1985); 400 by their consistent rule."""
    claims = {"first": 100, "second": 200, "third": 300}

    def value(members):
        return max(0.0, estate - sum(claims[c] for c in claims if c not in members))

    assert nucleolus(claims, value).to_numpy() == pytest.approx(np.array(shares), abs=1e-6)


def test_gately_equalises_the_propensity_to_disrupt():
    v = np.array([0.0, 1, 2, 8, 0, 6, 5, 14])
    shares = gately_value("abc", v)
    propensity = propensity_to_disrupt("abc", v, shares)
    assert shares.sum() == pytest.approx(14)
    assert propensity.to_numpy() == pytest.approx(np.full(3, propensity["a"]))
    # By hand: a gets 5, the others keep 9 of their 5: they lose 4 where a loses 5 - 1.
    by_hand = propensity_to_disrupt("abc", v, {"a": 5, "b": 4, "c": 5})
    assert by_hand["a"] == pytest.approx((9 - 5) / (5 - 1))
    nothing = propensity_to_disrupt("abc", v, {"a": 1, "b": 6, "c": 7})
    assert nothing["a"] == np.inf


def test_excesses_are_sorted_and_named():
    out = excesses("abc", majority, {"a": 0.5, "b": 0.3, "c": 0.2})
    assert out.iloc[0] == pytest.approx(0.5)
    assert out.index[0] == frozenset("bc")
    assert len(out) == 6


def test_a_game_with_costs_may_have_no_imputation():
    v = np.array([0.0, 1, 1, 1.5])
    with pytest.raises(ValueError, match=r"Alone the players have 0.5 more than together"):
        nucleolus("ab", v)
    shares = nucleolus("ab", v, imputations=False)
    assert shares.to_numpy() == pytest.approx([0.75, 0.75], abs=ROUNDING)
    assert core_is_empty("ab", v)


def test_small_gains_on_large_incomes_are_not_lost():
    """Incomes of 1e6 and gains of order one: the same answer as without the incomes."""
    rng = np.random.default_rng(2)
    v = np.round(rng.random(2**5) * 4) / 4
    v[0], v[-1] = 0, 3
    v[1 << np.arange(5)] = 0
    income = 1e6 * np.arange(1, 6)
    large = nucleolus(range(5), v + members(5) @ income) - income
    # Doubles at 1e6 resolve 1e-10; gains are sums of five.
    assert large.to_numpy() == pytest.approx(nucleolus(range(5), v).to_numpy(), abs=1e-6)


def test_twelve_players_in_five_seconds():
    rng = np.random.default_rng(4)
    size = members(12).sum(axis=1)
    v = rng.random(2**12) * size + 0.1 * size**2
    v[0] = 0
    v[-1] = v.max() * 1.3
    start = time.perf_counter()
    x = nucleolus(range(12), v)
    assert x.sum() == pytest.approx(v[-1], abs=ROUNDING)
    shapley_value(range(12), v)
    core_is_empty(range(12), v)
    convex(range(12), v)
    # Additive games pass every comparison: the slow case.
    assert superadditive(range(12), size.astype(float))
    # Each takes less than half a second alone; five is what is promised.
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    "players, value, sentence",
    [
        ("aa", majority, "each once"),
        ("abc", {frozenset("a"): 1.0}, r"Coalition \{b\} has no value"),
        ("ab", np.array([0.0, 1.0]), "shape"),
        ("ab", np.array([0.0, 1.0, np.nan, 1.0]), r"The value of \{b\} is nan"),
        ("ab", np.array([1.0, 1.0, 1.0, 1.0]), "no players is 1.0"),
    ],
)
def test_refusals(players, value, sentence):
    with pytest.raises(ValueError, match=sentence):
        shapley_value(players, value)


def test_one_player_and_missing_shares():
    assert shapley_value("a", {frozenset("a"): 2.0})["a"] == 2.0
    assert nucleolus("a", {frozenset("a"): 2.0})["a"] == 2.0
    with pytest.raises(ValueError, match="There is one player"):
        least_core("a", {frozenset("a"): 2.0})
    with pytest.raises(ValueError, match="Player 'c' has no share"):
        in_core("abc", majority, {"a": 1.0, "b": 0.0})
    with pytest.raises(ValueError, match="bring -"):
        gately_value("ab", np.array([0.0, 1, 1, 1]))
