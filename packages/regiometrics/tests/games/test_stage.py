"""Stage games of a pair: derivation from competition, regions, equilibria without deviation."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from regiometrics.games.stage import (
    KINDS,
    Stage,
    cost_bounds,
    mixed_equilibrium,
    pair_equilibria,
    programme_effects,
    stage_game,
)

# Sums and products of a few numbers of order one.
ROUNDING = 1e-12
parts = st.tuples(*[st.floats(-2, 2).filter(lambda v: abs(v) > 1e-3)] * 6)


def build(values):
    own, loss, external = np.array(values).reshape(3, 2)
    return Stage(own, loss, external)


def regret(stage, first, second):
    """Most that either gains by another pure action, from the definition of the pay-offs."""
    gains = []
    for me, (mine, other) in enumerate(((first, second), (second, first))):
        g, d, e = stage.own[me], stage.loss[me], stage.external[me]

        def payoff(x, other=other, g=g, d=d, e=e):
            return x * (g - d * other) + e * other

        gains.append(max(payoff(0.0), payoff(1.0)) - payoff(mine))
    return max(gains)


def profit(a, b, gamma):
    """Cournot profit of a seller with intercept a against b, by mutual best answers."""
    q = np.array([0.4, 0.4])
    for _ in range(200):
        q = np.array([(a - gamma * q[1]) / 2, (b - gamma * q[0]) / 2])
    best = minimize_scalar(lambda x: -x * (a - x - gamma * q[1]), bounds=(0, 3), method="bounded")
    assert best.x == pytest.approx(q[0], abs=1e-4)
    return q[0] * (a - q[0] - gamma * q[1])


@pytest.mark.parametrize("gamma", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("size", [0.2, 0.8])
def test_effects_are_those_of_quantity_competition(gamma, size):
    """The closed forms against profits found by iterating best answers."""
    base, alone = profit(1, 1, gamma), profit(1 + size, 1, gamma)
    hurt, both = profit(1, 1 + size, gamma), profit(1 + size, 1 + size, gamma)
    gross = alone - base
    stolen, duplication = programme_effects(gamma, size)
    # Best answers contract by at least gamma/2 a round: 200 rounds leave nothing.
    assert stolen == pytest.approx((base - hurt) / gross, abs=1e-9)
    assert duplication == pytest.approx(-(both - alone - hurt + base) / gross, abs=1e-9)


def test_effects_refuse_what_has_no_meaning():
    with pytest.raises(ValueError, match="expected 0 to 1"):
        programme_effects(1.2, 0.5)
    with pytest.raises(ValueError, match="driven out"):
        programme_effects(0.9, 1.5)


@pytest.mark.parametrize(
    ("g", "d", "e", "kind"),
    [
        (1, 0.2, 0.3, "harmony"),
        (0.5, 0.2, -0.4, "dilemma"),
        (0.1, 0.2, -0.1, "anti_coordination"),
        (-0.2, -0.5, 0.1, "stag_hunt"),
        (-0.2, 0.1, 0.6, "free_riding"),
        (-0.2, 0.1, 0.1, "idle"),
    ],
)
def test_the_six_regions_by_hand(g, d, e, kind):
    assert KINDS[int(Stage([g, g], [d, d], [e, e]).kind())] == kind


def test_unlike_cities_by_hand():
    one = Stage([0.5, 0.5], [0.2, 0.2], [-0.4, 0.1])
    assert KINDS[int(one.kind())] == "one_sided"
    one = Stage([0.5, -0.5], [0.2, 0.2], [0.1, 0.1])
    assert KINDS[int(one.kind())] == "unequal"


@given(parts)
def test_the_kind_agrees_with_the_matrices(values):
    """The region from signs against dominance and welfare read off the pay-off matrices."""
    stage = build(values)
    if np.abs(stage.own - stage.loss).min() < 1e-6:
        return  # indifferent against a rival that pushes: on the edge of two regions
    first, second = stage.payoffs()
    kind = KINDS[int(stage.kind())]
    push = (first[0] > first[1]).all() and (second[:, 0] > second[:, 1]).all()
    better = first[0, 0] >= first[1, 1] and second[0, 0] >= second[1, 1]
    worse = first[0, 0] < first[1, 1] and second[0, 0] < second[1, 1]
    assert (kind == "dilemma") == (push and worse)
    assert (kind == "harmony") == (push and better)
    pure = [
        (i, j)
        for i in (0, 1)
        for j in (0, 1)
        if first[i, j] >= first[1 - i, j] and second[i, j] >= second[i, 1 - j]
    ]
    if kind == "stag_hunt":
        assert pure == [(0, 0), (1, 1)]
    if kind == "anti_coordination":
        assert pure and set(pure) <= {(0, 1), (1, 0)}


@settings(deadline=None, max_examples=60)
@given(parts)
def test_an_equilibrium_has_no_profitable_deviation(values):
    stage = build(values)
    if np.abs(stage.own - stage.loss).min() < 1e-6:
        return  # indifferent against a rival that pushes: not generic
    found = pair_equilibria(stage)
    assert len(found) % 2 == 1
    for first, second in found:
        assert regret(stage, first, second) <= ROUNDING
    mixed = mixed_equilibrium(stage)
    inside = found[((found > 0) & (found < 1)).all(1)]
    if np.isnan(mixed).any():
        assert len(inside) == 0
    else:
        assert np.allclose(inside, mixed)


def test_solver_wants_one_game():
    with pytest.raises(ValueError, match="one pair"):
        pair_equilibria(Stage(np.ones((3, 2)), 0.1, 0.1))


@given(st.floats(0.01, 0.99), st.floats(0.05, 0.95), st.floats(0.05, 1.0), st.floats(0.0, 0.5))
def test_bounds_of_cost_part_the_regions(cost, gamma, size, spillover):
    stage = stage_game(np.array(cost), gamma, size, [spillover, spillover])
    lower, upper = cost_bounds(stage.loss[0], stage.external[0])
    if min(abs(cost - lower), abs(cost - upper)) < 1e-9:
        return
    expected = "harmony" if cost < lower else "dilemma" if cost < upper else "anti_coordination"
    assert KINDS[int(stage.kind())] == expected


def test_a_million_points_in_ten_seconds():
    """The declared speed: on one core of the slowest machine in use it takes under two."""
    cost, gamma, size = np.meshgrid(
        np.linspace(0.01, 0.99, 100),
        np.linspace(0, 1, 100),
        np.linspace(0.01, 1, 100),
        indexing="ij",
    )
    start = time.perf_counter()
    kinds = stage_game(cost, gamma, size, np.full((1, 1, 1, 2), 0.1)).kind()
    assert kinds.size == 10**6
    assert time.perf_counter() - start < 10
    assert {KINDS[k] for k in np.unique(kinds)} == {"harmony", "dilemma", "anti_coordination"}
