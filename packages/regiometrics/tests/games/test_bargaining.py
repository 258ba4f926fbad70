"""Bargaining: textbook cases, axioms, brute force over the feasible set."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from regiometrics.games.bargaining import (
    alternating_offers,
    equal_split,
    frontier,
    kalai_smorodinsky,
    nash_bargain,
)

triangle = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 2.0]])
coordinates = st.integers(-12, 12).map(lambda v: v / 4)
clouds = arrays(float, (5, 2), elements=coordinates)


def mixtures(points, count=60_000, seed=0):
    """Many points of the convex hull, edges and corners included."""
    random = np.random.default_rng(seed)
    pairs = random.integers(len(points), size=(count, 2))
    weight = random.uniform(size=(count, 1))
    return points[pairs[:, 0]] * weight + points[pairs[:, 1]] * (1 - weight)


def test_textbook_triangle():
    assert np.allclose(nash_bargain(triangle, [0, 0]), [2, 1])
    assert np.allclose(kalai_smorodinsky(triangle, [0, 0]), [2, 1])
    assert np.allclose(nash_bargain(triangle, [0, 0], power=0.75), [3, 0.5])


def test_where_the_two_solutions_part():
    """Kalai and Smorodinsky's own point: a larger best for one moves theirs, not Nash's."""
    points = np.array([[0.0, 1.0], [0.75, 0.75], [1.0, 0.5], [0, 0]])
    assert np.allclose(nash_bargain(points, [0, 0]), [0.75, 0.75])
    assert np.allclose(kalai_smorodinsky(points, [0, 0]), [0.75, 0.75])
    wider = np.vstack([points, [[1.5, 0.0]]])
    assert np.allclose(nash_bargain(wider, [0, 0]), [0.75, 0.75])
    assert kalai_smorodinsky(wider, [0, 0])[0] > 0.75


def test_money_makes_it_half_of_the_surplus():
    points = np.array([[5.0, -1.0], [0, 0]])
    agreed = nash_bargain(points, [0, 0], transfer=np.inf)
    assert np.allclose(agreed, [2, 2])
    assert np.allclose(kalai_smorodinsky(points, [0, 0], transfer=np.inf), [2, 2])
    split, payment = equal_split(points, [0.0, 0.0])
    assert np.allclose(split, agreed) and np.allclose(payment, [-3, 3])
    # With too little money the loser is not made whole by a pure agreement; mixing helps.
    less = nash_bargain(points, [0, 0], transfer=1.5)
    assert (less >= 0).all() and less[1] < 2


@settings(deadline=None, max_examples=60)
@given(clouds, st.tuples(coordinates, coordinates))
def test_nothing_feasible_has_a_larger_product(points, threat):
    threat = np.array(threat)
    agreed = nash_bargain(points, threat) - threat
    assert (agreed >= -1e-9).all()
    gains = mixtures(points) - threat
    gains = gains[(gains >= 0).all(1)]
    if len(gains):
        assert gains.prod(1).max() <= agreed.prod() + 1e-9


@settings(deadline=None, max_examples=60)
@given(clouds, st.tuples(coordinates, coordinates))
def test_kalai_smorodinsky_keeps_proportions_on_the_frontier(points, threat):
    threat = np.array(threat)
    edge = frontier(points, threat)
    agreed, ideal = kalai_smorodinsky(points, threat) - threat, edge.max(0) - threat
    assert (agreed >= -1e-9).all()
    if (ideal > 1e-6).all():
        assert agreed[0] * ideal[1] == pytest.approx(agreed[1] * ideal[0], abs=1e-9)
        gains = mixtures(points) - threat
        assert not (gains > agreed + 1e-6).all(1).any()


@given(clouds, arrays(float, 2, elements=st.floats(0.5, 3)), arrays(float, 2, elements=coordinates))
def test_units_and_origin_do_not_matter(points, scale, shift):
    threat = points.min(0) - 0.5
    for solution in (nash_bargain, kalai_smorodinsky):
        moved = solution(points * scale + shift, threat * scale + shift)
        assert np.allclose(moved, solution(points, threat) * scale + shift)


@given(st.floats(0.0, 0.95), st.floats(0.0, 0.95))
def test_offers_are_those_at_which_each_is_indifferent(first, second):
    """Who answers gets what waiting is worth: the two equations of Rubinstein."""
    mine, other = alternating_offers(1.0, first, second)
    theirs_if_they_offer = alternating_offers(1.0, second, first)[0]
    assert other == pytest.approx(second * theirs_if_they_offer)
    assert mine + other == pytest.approx(1)


def test_patient_players_share_evenly():
    assert np.allclose(alternating_offers(2.0, 0.9999, 0.9999), [1, 1], atol=1e-3)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="below zero"):
        frontier(triangle, [0, 0], transfer=-1)
    with pytest.raises(ValueError, match="x"):
        alternating_offers(1.0, 1.0, 0.5)
