"""Published designs: the decomposition adds up, and is silent where groups do not differ."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.growth.estimate.external import NEVER, _did, comparisons, net_between

YEARS = np.arange(2005, 2020)


def staggered(seed=1, n=60):
    random = np.random.default_rng(seed)
    begun = random.choice([2010, 2015, NEVER], size=n)
    y = random.normal(size=(len(YEARS), n)).cumsum(axis=0)
    return y, begun


def test_comparisons_average_to_the_two_way_estimate():
    """Theorem 1 of Goodman-Bacon (2021) is an identity."""
    y, begun = staggered()
    found = comparisons(y, begun, YEARS)
    assert sum(weight for weight, _ in found.values()) == pytest.approx(1)
    treated = (YEARS[:, None] >= begun[None, :]).astype(float)
    whole = sum(weight * estimate for weight, estimate in found.values())
    assert whole == pytest.approx(_did(y, treated)[0])


def test_growing_effects_make_the_forbidden_comparison_negative():
    _, begun = staggered()
    y = np.maximum(YEARS[:, None] - begun[None, :] + 1, 0) * 1.0
    found = comparisons(y, begun, YEARS)
    assert found["never"][1] > 0
    assert found["already"][1] < found["not_yet"][1]


def test_the_gap_is_between_groups_where_they_do_not_overlap_inside():
    assert net_between(np.array([1.0, 2.0, 1.0, 2.0]), list("aabb")) == pytest.approx(0)
    values = pd.Series([1.0, 1.0, 5.0, 5.0, 9.0])
    assert net_between(values.to_numpy(), list("aabbc")) == pytest.approx(1)
