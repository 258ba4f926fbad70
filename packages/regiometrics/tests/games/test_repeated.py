"""Patience: closed forms against values of the strategies added up period by period."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiometrics.games.repeated import (
    dilemma_payoffs,
    grim_discount,
    limited_discount,
    monitored_discount,
    penalty_frontier,
)

T, R, P = 0.4, 0.0, -0.3
rates = st.floats(0.05, 1.0)


def values(delta, mu, eta, fine, periods=4000):
    """Expected values of keeping and of breaking once at the start, summed over periods."""
    keep, agreed = 0.0, 1.0
    for t in range(periods):
        keep += delta**t * (agreed * (R - eta * fine) + (1 - agreed) * P)
        agreed *= 1 - eta
        if delta**t < 1e-14:
            break
    punished = P / (1 - delta)
    broken = T - mu * fine + delta * (mu * punished + (1 - mu) * keep)
    return keep, broken


def test_grim_by_hand():
    assert grim_discount(T, R, P) == pytest.approx(4 / 7)
    assert grim_discount(-0.1, 0, P) == 0
    assert np.isinf(grim_discount(T, R, 0.1))


@given(rates, st.floats(0.0, 0.5), st.floats(0.0, 0.3))
def test_threshold_is_where_keeping_and_breaking_are_worth_the_same(mu, share, fine):
    eta = mu * share
    delta = float(monitored_discount(T, R, P, detection=mu, penalty=fine, false_alarm=eta))
    if np.isinf(delta):
        keep, broken = values(0.99, mu, eta, fine)
        assert keep < broken
    elif delta == 0:
        assert (mu - eta) * fine + 1e-12 >= T - R
    elif delta < 0.98:  # above, four thousand periods are not yet for ever
        keep, broken = values(delta, mu, eta, fine)
        assert keep == pytest.approx(broken, abs=1e-8)
        keep, broken = values(min(delta + 0.01, 0.985), mu, eta, fine)
        assert keep > broken


@given(st.integers(1, 30))
def test_limited_punishment_is_a_root(periods):
    delta = float(limited_discount(0.4, 0.0, -0.6, periods))
    if periods * 0.6 < 0.4:
        assert np.isinf(delta)
    else:
        assert 0.6 * sum(delta**t for t in range(1, periods + 1)) == pytest.approx(0.4)


def test_limited_punishment_tends_to_grim():
    assert limited_discount(T, R, P, np.inf) == pytest.approx(float(grim_discount(T, R, P)))
    thresholds = limited_discount(T, R, P, np.array([2, 5, 50, np.inf]))
    assert (np.diff(thresholds) < 0).all()
    assert np.isinf(limited_discount(T, R, P, 1))  # one period takes back less than was won


@given(rates, st.floats(0.05, 0.95))
def test_frontier_and_threshold_are_inverse(mu, delta):
    fine = penalty_frontier(T, R, P, discount=delta, detection=mu)
    threshold = monitored_discount(T, R, P, detection=mu, penalty=fine)
    assert threshold <= delta + 1e-9
    if fine > 0:
        assert threshold == pytest.approx(delta)


def test_better_detection_and_higher_fines_lower_the_discount_factor():
    sight = monitored_discount(T, R, P, detection=np.linspace(0.1, 1, 10))
    fines = monitored_discount(T, R, P, detection=0.5, penalty=np.linspace(0, 1, 10))
    assert (np.diff(sight) < 0).all()
    assert (np.diff(fines) <= 0).all() and fines[-1] == 0


def test_stage_payoffs_of_restraint():
    temptation, reward, punishment = dilemma_payoffs(0.4, 0.3, -0.4)
    assert (temptation, reward, punishment) == (0.4, 0.0, pytest.approx(-0.3))


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="expected 0 to 1"):
        monitored_discount(T, R, P, detection=1.1)
    with pytest.raises(ValueError, match="below zero"):
        monitored_discount(T, R, P, penalty=-1)
    with pytest.raises(ValueError, match="at least one"):
        limited_discount(T, R, P, 0)
    with pytest.raises(ValueError, match="above 0"):
        penalty_frontier(T, R, P, discount=0.5, detection=0.0)
