"""The promotion contest: thresholds against utilities written out, and a simulated contest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiometrics.games.contest import (
    contested_stage,
    critical_weight,
    joint_critical_weight,
    rank_weight,
    survives,
)
from regiometrics.games.stage import Stage

gains = st.floats(0.01, 5)


@given(gains, gains)
def test_the_project_dies_where_utility_turns(gain, rival):
    weight = critical_weight(gain, rival)
    assert gain - 0.999 * weight * rival > 0 > gain - 1.001 * weight * rival
    assert survives(gain, rival, 0.999 * weight) and not survives(gain, rival, 1.001 * weight)


def test_ends():
    assert critical_weight(-1.0, 2.0) == 0
    assert np.isinf(critical_weight(1.0, -2.0))
    assert joint_critical_weight([1.0, 4.0]) == 0.25
    assert joint_critical_weight([[2.0, 2.0], [1.0, 0.0]]).tolist() == [1.0, 0.0]


def test_weight_is_the_price_of_a_lead_in_a_simulated_contest():
    """Utility v y + V Pr(win), noise normal: its slopes in own and rival result near a tie."""
    prize, value, scale, step = 3.0, 2.0, 0.8, 0.05
    noise = np.random.default_rng(1).normal(0, scale, 4_000_000)

    def utility(own, rival):
        return value * own + prize * (own - rival + noise > 0).mean()

    own = (utility(step, 0) - utility(-step, 0)) / (2 * step)
    rival = (utility(0, step) - utility(0, -step)) / (2 * step)
    density = 1 / (scale * np.sqrt(2 * np.pi))
    # Error of the simulated slope: prize x 0.5 / sqrt(n) / step, about 0.01 of 3.5.
    assert -rival / own == pytest.approx(rank_weight(prize, density, value), rel=0.02)
    assert rank_weight(0.0, density) == 0


def test_contest_turns_harmony_into_no_programme():
    own, loss, external = contested_stage([0.2, 0.2], [0.0, 0.0], [0.4, 0.4], 0.6)
    assert np.allclose(own, 0.2 - 0.6 * 0.4)
    before, after = Stage([0.2] * 2, 0, [0.4] * 2), Stage(own, loss, external)
    assert before.kind() == 0 and after.kind() != 0


@given(st.lists(st.floats(-1, 1), min_size=6, max_size=6), st.floats(0, 1))
def test_contested_matrices_are_own_less_weight_times_rival(values, weight):
    own, loss, external = np.array(values).reshape(3, 2)
    first, second = Stage(own, loss, external).payoffs()
    seen = Stage(*contested_stage(own, loss, external, weight)).payoffs()
    assert np.allclose(seen[0], first - weight * second)
    assert np.allclose(seen[1], second - weight * first)


def test_bad_weights_are_refused():
    with pytest.raises(ValueError, match="expected none below zero"):
        rank_weight(-1.0, 1.0)
