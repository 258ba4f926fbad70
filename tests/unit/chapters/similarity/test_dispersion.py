"""The turn of a series: found where it is planted, not where there is none."""

import numpy as np
import pytest

from guantian.chapters.similarity.estimate.dispersion import bootstrap_turn, find_turn

YEARS = np.arange(2003.0, 2018)


def series(turn, size, seed=1):
    noise = 0.1 * np.random.default_rng(seed).standard_normal(len(YEARS))
    return -0.1 * (YEARS - 2003) + size * np.maximum(YEARS - turn, 0) + noise


def test_a_planted_turn_is_found_with_its_range():
    values = series(2011, 0.4)
    drawn, p = bootstrap_turn(values, YEARS, 199, 1)
    assert find_turn(values, YEARS)[0] == pytest.approx(2011, abs=1)
    assert p < 0.05
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert low <= 2011 <= high
    assert high - low <= 4


def test_no_turn_is_claimed_where_there_is_none():
    """Of 60 straight series about 3 have p below 0.05: more than 9 come once in a thousand."""
    found = [bootstrap_turn(series(2011, 0.0, seed), YEARS, 99, 1)[1] < 0.05 for seed in range(60)]
    assert sum(found) <= 9
