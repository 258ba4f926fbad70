import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from guantian.chapters.counties.estimate.data import make_counties
from guantian.chapters.counties.estimate.polycentricity import polycentric_rows, polycentricity
from guantian.chapters.counties.estimate.within import clustered_t, within
from guantian.regression import precision

CHOICES = {
    "years": {"first": 2001, "last": 2019},
    "min_counties": 3,
    "satellite": 2013,
    "variance_floor": 0.1,
    "draws": 100,
    "seed": 1,
}


def test_measures_by_hand():
    index = pd.MultiIndex.from_product([["a", "b", "c"], [2000, 2001]], names=["unit_code", "year"])
    values = pd.Series([1.0, 2.0, 1.0, 1.0, 1.0, 1.0], index)
    city = pd.Series("x", index=["a", "b", "c"])
    found = polycentricity(values, city, 3)
    even, uneven = found.loc["x", 2000], found.loc["x", 2001]
    assert even["herfindahl"] == pytest.approx(1) and even["entropy"] == pytest.approx(1)
    assert even["primacy"] == pytest.approx(2 / 3) and even["rank_size"] == pytest.approx(0)
    shares = np.array([0.5, 0.25, 0.25])
    assert uneven["herfindahl"] == pytest.approx((1 - (shares**2).sum()) / (1 - 1 / 3))
    assert uneven["entropy"] == pytest.approx(-(shares * np.log(shares)).sum() / np.log(3))
    slope = np.polyfit(np.log([1, 2, 3]), np.log([2.0, 1.0, 1.0]), 1)[0]
    assert uneven["rank_size"] == pytest.approx(slope)
    assert polycentricity(values, city, 4).empty


def test_within_is_the_regression_on_dummies():
    random = np.random.default_rng(0)
    unit, year = random.integers(0, 6, 60), random.integers(0, 5, 60)
    y, x = random.normal(size=60), random.normal(size=60)
    dummies = np.column_stack(
        [x, *(unit == value for value in range(6)), *(year == value for value in range(1, 5))]
    )
    slope = np.linalg.lstsq(dummies, y, rcond=None)[0][0]
    both = within(np.column_stack([y, x]), [unit, year])
    slopes, errors = clustered_t(both[:, 0], both[:, 1:], unit, 4)
    assert slopes[0] == pytest.approx(slope, rel=1e-8)
    fit = sm.OLS(both[:, 0], both[:, 1:]).fit(cov_type="cluster", cov_kwds={"groups": unit})
    # The package counts one parameter, here the four effects of years count, too.
    assert errors[0] == pytest.approx(fit.bse[0] * np.sqrt(59 / 55), rel=1e-8)


def test_weighted_within_is_the_weighted_regression_on_dummies():
    random = np.random.default_rng(1)
    unit, year = random.integers(0, 6, 80), random.integers(0, 5, 80)
    y, x, weights = random.normal(size=80), random.normal(size=80), random.uniform(0.1, 9, 80)
    dummies = np.column_stack(
        [x, *(unit == value for value in range(6)), *(year == value for value in range(1, 5))]
    )
    expected = sm.WLS(y, dummies, weights=weights).fit().params[0]
    both = np.sqrt(weights)[:, None] * within(np.column_stack([y, x]), [unit, year], weights)
    assert both[:, 0] @ both[:, 1] / (both[:, 1] @ both[:, 1]) == pytest.approx(expected, rel=1e-8)


def test_precision_halves_the_error_where_a_few_units_are_loud():
    random = np.random.default_rng(2)
    units = np.repeat(np.arange(40), 15)
    loud = np.where(units < 8, 20.0, 1.0)
    equal, weighted = [], []
    for _ in range(200):
        x, y = random.normal(size=600), loud * random.normal(size=600)
        weights = precision(y - x * (x @ y) / (x @ x), units, 0.1)
        equal.append(x @ y / (x @ x))
        weighted.append((weights * x) @ y / ((weights * x) @ x))
    assert np.std(weighted) < np.std(equal) / 4
    assert abs(np.mean(weighted)) < 4 * np.std(weighted) / np.sqrt(200)


def test_the_slope_is_recovered_and_the_placebos_do_not_find_it(china):
    random = np.random.default_rng(2)
    counties = china.counties.copy()
    first = counties.index.get_level_values("unit_code").str[4:] == "01"
    city = counties["city_code"]
    path = pd.Series(random.normal(0, 0.5, china.panel.shape[0]), china.panel.index)
    keys = pd.MultiIndex.from_arrays([city, counties.index.get_level_values("year")])
    counties.loc[first, "lights"] *= np.exp(path.reindex(keys).to_numpy()[first])
    data = make_counties(counties, china.panel, 2)
    measured = polycentricity(counties["lights"], data.units["city"], 3)["herfindahl"]
    spread = measured.groupby(level="year").std().mean()
    lagged = measured.rename(index=lambda year: year + 1, level="year")
    panel = china.panel.copy()
    panel["gdp_growth_pct"] += (0.8 * lagged / spread).reindex(panel.index).fillna(0)
    rows = list(polycentric_rows(data, counties, panel, CHOICES, 0.95))
    (main,) = [row for row in rows if row["analysis"] == "primary"]
    assert main["estimate"] == pytest.approx(0.8, abs=3 * main["std_error"])
    assert main["p_value"] < 0.05 and main["n_clusters"] == 4
    assert 0 < main["expected_std_error"] < 0.3 and 0 <= main["size_at_5pct"] <= 0.15
    (later,) = [row for row in rows if row["analysis"] == "falsification"]
    # Seven years of the second satellite, their mean taken out: an independent measure has a
    # correlation of about -1/6 with its own lead.
    assert abs(later["estimate"]) < 0.8 / 6 + 3 * later["std_error"] and later["horizon"] == 2
    described = [row for row in rows if row["analysis"] == "polycentricity"]
    assert {row["sample"] for row in described} == {"zone"}
