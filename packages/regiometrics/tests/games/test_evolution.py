"""Replicator dynamics: closed forms, invariances, textbook games."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from regiometrics.games.evolution import (
    repeated_matrix,
    replicator_change,
    replicator_path,
    rest_points,
    threshold_share,
)

entries = st.integers(-20, 20).map(lambda v: v / 4)


@given(arrays(float, (3, 3), elements=entries))
def test_shares_stay_shares(matrix):
    path = replicator_path(matrix, [0.2, 0.3, 0.5], time=5, steps=200)
    # Runge-Kutta keeps linear invariants to rounding.
    assert np.allclose(path.sum(-1), 1)
    assert (path > -1e-9).all()


@given(arrays(float, (2, 2), elements=entries), arrays(float, 2, elements=entries))
def test_adding_to_a_column_changes_nothing(matrix, extra):
    shares = np.array([0.3, 0.7])
    moved = replicator_change(matrix + extra, shares)
    assert np.allclose(moved, replicator_change(matrix, shares))


def test_two_strategies_follow_the_closed_form():
    """Where one always earns c more, log odds grow by c a unit of time."""
    path = replicator_path([[1.0, 1.0], [1.5, 1.5]], [0.9, 0.1], time=4, steps=400)
    odds = np.log(path[:, 1] / path[:, 0])
    assert odds[-1] - odds[0] == pytest.approx(0.5 * 4, abs=1e-8)


def test_hawk_and_dove_rest_where_they_earn_the_same():
    found = rest_points([[-1.0, 2.0], [0.0, 1.0]])  # V = 2, C = 4: hawks V/C
    inner = [p for p in found if (p.shares > 0).all()]
    assert np.allclose(inner[0].shares, 0.5) and inner[0].stable
    assert [p.stable for p in found[:2]] == [False, False]


def test_stag_hunt_parts_at_the_threshold():
    matrix = np.array([[0.5, 0.4], [0.0, 1.0]])
    share = threshold_share(matrix)
    assert share == pytest.approx(0.5 / 1.1)
    for shift, end in ((-0.01, 0.0), (0.01, 1.0)):
        start = [1 - share - shift, share + shift]
        assert replicator_path(matrix, start, 200, 4000)[-1, 1] == pytest.approx(end, abs=1e-6)


def test_threshold_at_its_ends():
    assert threshold_share([[0.0, 0.0], [1.0, 1.0]]) == 0
    assert threshold_share([[1.0, 1.0], [0.0, 0.0]]) == 1


def test_rock_paper_scissors_has_a_neutral_centre():
    found = rest_points([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    inner = [p for p in found if (p.shares > 0).all()]
    assert np.allclose(inner[0].shares, 1 / 3) and not inner[0].stable


def test_a_higher_discount_factor_turns_the_dilemma_into_a_stag_hunt():
    own, loss, external = 0.4, 0.2, -0.5  # grim threshold g / (d - e) = 4/7
    for discount, stable in ((0.4, False), (0.8, True)):
        matrix = repeated_matrix(own, loss, external, discount)
        duel = matrix[np.ix_([0, 2], [0, 2])]
        corner = next(p for p in rest_points(duel) if p.shares[1] == 1)
        assert corner.stable == stable
    assert (repeated_matrix(own, loss, external, 0.0)[:2, :2] == matrix[:2, :2]).all()
