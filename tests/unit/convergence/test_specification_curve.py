"""The curve's specifications, and its joint test where the truth is known."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.inequality.estimate.growth_data import GrowthWindow
from guantian.chapters.inequality.estimate.specification_curve import (
    curve_rows,
    joint_test,
    specifications,
)
from guantian.estimates import tidy

CONTROLS = {"none": [], "investment": ["investment"]}


def window(slope, seed, n=60, name="reported"):
    rng = np.random.default_rng(seed)
    initial = rng.normal(9, 0.5, n)
    provinces = np.array([f"{code}0000" for code in np.repeat(np.arange(11, 21), n // 10)])
    shared = rng.normal(0, 0.004, 10).repeat(n // 10)
    data = pd.DataFrame(
        {
            "growth": 0.1 + slope * (initial - 9) + shared + rng.normal(0, 0.01, n),
            "initial": initial,
            "population": rng.uniform(1, 5, n),
            "investment": rng.normal(size=n),
            "province_code": provinces,
            "in_zone": np.r_[np.ones(7), np.zeros(n - 7)],
            "in_region": 1,
        },
        index=pd.Index([f"{code:06d}" for code in range(n)], name="city_code"),
    )
    return GrowthWindow(name, name, "gdp_per_capita_yuan", 2001, 2019, data)


def curve_of(windows, sample="nation"):
    cities = windows[0].data.index
    places = np.random.default_rng(0).uniform(0, 1000, (len(cities), 2))
    gaps = np.linalg.norm(places[:, None] - places, axis=2)
    distances = pd.DataFrame(gaps, cities, cities)
    return list(specifications(windows, sample, CONTROLS, distances, 300))


def test_every_combination_stands_once():
    """Two spans, two sets of controls, two effects, two weights, three errors: 48."""
    curve = curve_of([window(-0.02, 1), window(0.0, 2, name="chained")])
    names = [spec.name for spec in curve]
    assert len(names) == len(set(names)) == 48
    frame = tidy(curve_rows(curve, "nation", 0.95))
    assert len(frame) == 48
    assert set(frame["analysis"]) == {"specification_curve"}


def test_few_cities_get_what_they_carry():
    """Seven cities of two provinces: no province effects, no clusters; controls one at a time."""
    curve = curve_of([window(-0.02, 1)], "zone")
    assert {(spec.effects, spec.errors) for spec in curve} == {("none", "HC3")}
    assert len(curve) == 4


def test_a_slope_is_found():
    test = joint_test(curve_of([window(-0.02, 3), window(-0.015, 4, name="chained")]), 399, 1)
    assert test.observed["median"] == pytest.approx(-0.0175, abs=0.006)
    assert (test.p_values < 0.02).all()
    assert test.n_groups == 10


def test_size_without_a_slope():
    """Thirty panels without convergence: at the 10% level about three rejections are expected; more
    than nine have a probability below 1 in 1,000."""
    rejected = 0
    for seed in range(30):
        test = joint_test(curve_of([window(0.0, 100 + seed)]), 199, seed)
        rejected += test.p_values["median"] <= 0.10
    assert rejected <= 9


def test_same_seed_same_test():
    curve = curve_of([window(-0.01, 5)])
    first, second = joint_test(curve, 99, 7), joint_test(curve, 99, 7)
    pd.testing.assert_series_equal(first.p_values, second.p_values)


def test_empty_curve_is_refused():
    with pytest.raises(ValueError, match="no specification"):
        joint_test([], 99, 1)
