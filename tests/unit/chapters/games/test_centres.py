"""Centres: the division of a programme and measures of how many there are."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guantian.chapters.games.estimate.centres import (
    best_shares,
    entropy_evenness,
    programme_gain,
    rank_size_slope,
    zone_centres,
)


def test_one_city_by_hand():
    gain = programme_gain([1.0], 5.0, [10.0], [4.0], [[1.0]], 0.5)
    assert gain == pytest.approx(1.5**0.5 - 1)


def test_spillovers_reach_the_others():
    response = np.array([[1.0, 0.2], [0.0, 1.0]])
    gain = programme_gain([0.0, 1.0], 5.0, [10.0, 10.0], [3.0, 1.0], response, 0.5)
    assert gain[0] == pytest.approx(0.75 * (1.5**0.1 - 1))
    assert gain[1] == pytest.approx(0.25 * (1.5**0.5 - 1))


@given(st.integers(0, 10**6))
def test_no_division_brings_more_than_the_best(seed):
    random = np.random.default_rng(seed)
    n, amount = 5, 3.0
    capital, weight = random.uniform(0.2, 10, n), random.uniform(0.1, 2, n)

    def worth(shares):
        return (weight * np.log1p(shares * amount / capital)).sum(-1)

    best = best_shares(amount, capital, weight)
    assert best.sum() == pytest.approx(1) and (best >= 0).all()
    others = random.dirichlet(np.full(n, 0.5), 500)
    assert worth(others).max() <= worth(best) + 1e-12


def test_like_cities_share_evenly():
    assert np.allclose(best_shares(1.0, np.ones(4), np.ones(4)), 0.25)


def test_measures_by_hand():
    assert entropy_evenness([1, 1, 1, 1]) == pytest.approx(1)
    assert entropy_evenness([1, 1]) > entropy_evenness([3, 1]) > entropy_evenness([1000, 1])
    zipf = 100 / np.arange(1, 9)
    assert rank_size_slope(zipf) == pytest.approx(-1)


def test_zones_are_measured_on_cities_with_figures():
    output = pd.DataFrame(
        {"a": [1.0, 2.0], "b": [2, 4], "c": [1, 2], "d": [1, np.nan]}, [2005, 2010]
    )
    got = zone_centres(output, {"all": ["a", "b", "c", "d", "x"], "few": ["a", "b"]}, 2005, 2010)
    assert list(got.index) == ["all"]
    assert got.loc["all", "cities"] == 3 and got.loc["all", "missing"] == 2
    assert got.loc["all", "growth"] == pytest.approx(np.log(2) / 5)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="sum to one"):
        programme_gain([0.5], 5.0, [10.0], [4.0], [[1.0]], 0.5)
    with pytest.raises(ValueError, match="above zero"):
        entropy_evenness([1, 0])
    with pytest.raises(ValueError, match="above zero"):
        best_shares(0.0, [1.0], [1.0])
