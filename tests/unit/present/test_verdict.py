"""Where an interval lies."""

import math

import pytest

from guantian.present.format import verdict

WORDS = ("below", "across", "above")


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (0.2, 0.9, "below"),
        (0.2, 1.0, "across"),  # an interval that touches the reference does not exclude it
        (0.2, 1.5, "across"),
        (1.0, 1.5, "across"),
        (1.1, 1.5, "above"),
        (-math.inf, math.inf, "across"),
    ],
)
def test_verdict(low, high, word):
    assert verdict(low, high, 1, WORDS) == word
