"""Every branch of the rules by which a claim gets its word."""

import numpy as np
import pytest

from guantian.claims.rules import NOT_TESTABLE, claim_verdict, implied_p, part_verdict

INF = float("inf")


@pytest.mark.parametrize(
    ("low", "high", "p", "verdict"),
    [
        (0.01, 0.05, 0.04, "supported"),
        (0.01, 0.05, 0.05, "inconclusive"),  # the level itself is not below the level
        (0.01, 0.05, float("nan"), "inconclusive"),
        (0.00, 0.05, 0.01, "inconclusive"),  # touches no effect
        (-0.01, 0.05, 0.40, "inconclusive"),
        (-0.05, 0.02, 0.40, "inconclusive"),  # an effect that matters is not excluded
        (-0.05, 0.019, 0.40, "not supported"),
        (-0.05, -0.01, 0.001, "not supported"),  # the other sign
        (0.001, 0.01, 0.001, "not supported"),  # there, and too small to matter
        (-INF, INF, 1.0, "inconclusive"),
        (0.01, INF, 0.01, "supported"),
        (-INF, 0.0, 0.5, "not supported"),
    ],
)
def test_a_part_by_its_interval(low, high, p, verdict):
    assert part_verdict(low, high, p, "positive", 0.02) == verdict
    assert part_verdict(-high, -low, p, "negative", 0.02) == verdict  # the mirror image
    shifted = part_verdict(low + 1, high + 1, p, "positive", 0.02, reference=1)
    if not np.isclose([low, high], 0.02).any() and low != 0:  # no ties that rounding may break
        assert shifted == verdict


def test_an_unknown_direction_is_refused():
    with pytest.raises(KeyError, match="up"):
        part_verdict(0, 1, 0.01, "up", 0.1)


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        (["supported"], "supported"),
        (["supported", "supported"], "supported"),
        (["not supported", "not supported"], "not supported"),
        (["inconclusive"], "inconclusive"),
        (["supported", "inconclusive"], "mixed"),
        (["supported", "not supported"], "mixed"),
        (["inconclusive", "not supported"], "inconclusive"),
        ([], NOT_TESTABLE),
        ([NOT_TESTABLE], NOT_TESTABLE),
        (["supported", NOT_TESTABLE], "supported"),
    ],
)
def test_a_claim_by_its_parts(words, verdict):
    assert claim_verdict(words) == verdict


def test_p_value_from_an_error():
    assert implied_p(0.98, 0, 1) == pytest.approx(0.327, abs=1e-3)
    assert implied_p(1.98, 1, 1) == pytest.approx(0.327, abs=1e-3)
    assert np.isnan(implied_p(1, 0, 0))
