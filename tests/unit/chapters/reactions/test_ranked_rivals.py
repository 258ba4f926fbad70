"""Rivals of a similar rank, and least squares with weights."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from guantian.chapters.reactions.estimate.jackknife import NestedEffects
from guantian.chapters.reactions.estimate.quadratic import quadratic_slopes
from guantian.chapters.reactions.estimate.ranked_rivals import rank_weights


def test_rivals_are_those_next_in_the_rank_of_the_province():
    output = np.array([5.0, 4.0, 3.0, 2.0, np.nan, 9.0, 8.0])
    provinces = np.array([0, 0, 0, 0, 0, 1, 1])
    found = rank_weights(output, provinces, 1).toarray()
    assert found[0].tolist() == [0, 1, 0, 0, 0, 0, 0]
    assert found[1].tolist() == [0.5, 0, 0.5, 0, 0, 0, 0]
    assert found[4].sum() == 0 and found[:, 4].sum() == 0
    assert found[5].tolist() == [0, 0, 0, 0, 0, 0, 1]
    two = rank_weights(output, provinces, 2).toarray()
    assert two[0].tolist() == [0, 0.5, 0.5, 0, 0, 0, 0]


def test_a_response_to_ranked_rivals_is_found_beside_one_to_others():
    rng = np.random.default_rng(1)
    n, years = 120, 15
    provinces = np.arange(n) // 12
    by_rank = rank_weights(rng.random(n), provinces, 2)
    other = rank_weights(rng.random(n), provinces, 2)
    noise = rng.normal(size=(n, years))
    values = np.linalg.solve(np.eye(n) - 0.3 * by_rank.toarray(), noise)
    values = values - values.mean(axis=0) - values.mean(axis=1, keepdims=True) + values.mean()
    found = quadratic_slopes(values, [by_rank, other], provinces)
    assert found.params[0] == pytest.approx(0.3, abs=4 * found.errors[0])
    assert abs(found.params[1]) < 4 * found.errors[1]
    assert found.params[0] > 4 * found.errors[0]


def test_weights_are_those_of_weighted_least_squares_on_dummies():
    rng = np.random.default_rng(2)
    city = np.repeat(np.arange(12), 8)
    province, year = city // 4, np.tile(np.arange(8), 12)
    stratum = 10 * province + year
    x, y, weights = rng.normal(size=96), rng.normal(size=96), rng.uniform(0.2, 5, 96)
    found = NestedEffects(province, [city, stratum], weights).fit(y, x[:, None, None])
    dummies = [pd.get_dummies(label).to_numpy("float64") for label in (city, stratum)]
    expected = sm.WLS(y, np.column_stack([x, *dummies]), weights=weights).fit().params[0]
    assert found.params[0, 0] == pytest.approx(expected)
