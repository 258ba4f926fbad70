"""Spatial unit roots: random walks over the plane, and weak dependence."""

import numpy as np
import pytest

from regiometrics.distribution.spatial_unit_root import (
    spatial_stationarity_test,
    spatial_unit_root_test,
)
from regiometrics.errors import EstimationError

RNG = np.random.default_rng(0)
PLACES = RNG.uniform(0, 1, (120, 2))
DISTANCES = np.hypot(*(PLACES[:, None] - PLACES).transpose(2, 0, 1))
DRAWS = 8


def walks():
    """Lévy and Brown's motion that starts at the first place."""
    start = DISTANCES[0]
    cov = (start[:, None] + start - DISTANCES)[1:, 1:] / 2
    return np.linalg.cholesky(cov) @ RNG.normal(size=(119, DRAWS))


@pytest.fixture(scope="module")
def p_values():
    walk = np.vstack([np.zeros(DRAWS), walks()])
    noise = RNG.normal(size=(120, DRAWS))
    return {
        (name, test.__name__): np.array([test(values, DISTANCES).p_value for values in sample.T])
        for name, sample in (("walk", walk), ("noise", noise))
        for test in (spatial_unit_root_test, spatial_stationarity_test)
    }


@pytest.mark.parametrize(
    ("name", "test", "rejects"),
    [
        ("walk", "spatial_unit_root_test", False),
        ("noise", "spatial_unit_root_test", True),
        ("walk", "spatial_stationarity_test", True),
        ("noise", "spatial_stationarity_test", False),
    ],
)
def test_each_null_is_kept_where_true_and_rejected_where_not(p_values, name, test, rejects):
    """In 60 draws the nulls are rejected in 2-3% where true, and in 85% where not."""
    share = (p_values[name, test] < 0.05).mean()
    # Eight draws: at most two of a probability of 0.03, at least four of one of 0.85.
    assert share >= 0.5 if rejects else share <= 0.25


def test_level_scale_and_units_of_distance_do_not_matter():
    values = RNG.normal(size=120)
    one = spatial_unit_root_test(values, DISTANCES)
    other = spatial_unit_root_test(5 - 300 * values, 1000 * DISTANCES)
    assert one.statistic == pytest.approx(other.statistic, rel=1e-6)
    assert one.p_value == pytest.approx(other.p_value, abs=1e-3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"values": np.full(120, 3.0)}, "All values are equal"),
        ({"distances": DISTANCES + np.triu(DISTANCES)}, "not symmetric"),
        ({"distances": np.zeros((120, 120))}, "same point"),
        ({"averages": 119}, "averages is 119"),
        ({"values": np.r_[np.nan, np.zeros(119)]}, "values holds nan"),
    ],
)
def test_what_cannot_be_tested_is_refused(change, said):
    given = {"values": RNG.normal(size=120), "distances": DISTANCES}
    with pytest.raises((ValueError, EstimationError), match=said):
        spatial_unit_root_test(**(given | change))
