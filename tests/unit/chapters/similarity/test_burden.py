"""Duplicated construction and the fiscal burden, by hand and on simulated cities."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.similarity.estimate.burden import (
    fiscal_gaps,
    known_neighbours,
    neighbour_overlap,
    neighbours,
)
from guantian.regression import ErrorChoices, distance_weights, two_way_rows
from guantian.results import estimates
from regiometrics.structure.duplication import (
    benchmarked,
    capital_output,
    co_movement,
    dispersion,
    growth_net_of_years,
    outgrowth,
)

CITIES = [f"{10 + province}{city}000" for province in range(12) for city in range(1, 6)]
YEARS = range(2000, 2010)


@pytest.fixture(scope="module")
def choices():
    provinces = pd.Series([code[:2] for code in CITIES], CITIES)
    rng = np.random.default_rng(1)
    points = rng.uniform(0, 2000, (60, 2))
    first, second = np.triu_indices(60, k=1)
    distance = np.hypot(*(points[first] - points[second]).T)
    codes = np.array(CITIES)
    pairs = pd.DataFrame({"code_a": codes[first], "code_b": codes[second], "distance_km": distance})
    kernel = distance_weights(pairs, CITIES, 400)
    return ErrorChoices(provinces, kernel, 400, draws=399, seed=1, confidence=0.95)


@pytest.fixture(scope="module")
def simulated():
    """The gap falls by two for each point of x, rises by one for z; shocks by province."""
    rng = np.random.default_rng(2)
    index = pd.MultiIndex.from_product([CITIES, YEARS], names=["city_code", "year"])
    x, z = rng.normal(size=(2, len(index)))
    province = np.repeat(rng.normal(size=(12, 10)), 5, axis=0).ravel()
    city = np.repeat(rng.normal(0, 5, 60), 10)
    year = np.tile(rng.normal(0, 5, 10), 60)
    gap = -2 * x + z + city + year + 0.5 * province + rng.normal(0, 0.5, len(index))
    return pd.DataFrame({"gap": gap, "x": x, "z": z}, index)


def test_slopes_are_recovered_under_every_kind_of_error(simulated, choices):
    rows = estimates(two_way_rows(simulated, "gap", ["x", "z"], choices))
    assert set(rows["errors"]) == {"province", "city", "driscoll_kraay", "conley", "wild"}
    clusters = rows.set_index(["errors", "term"])["n_clusters"].xs("x", level="term")
    assert clusters[["province", "wild", "city"]].tolist() == [12, 12, 60]
    assert rows.loc[rows["errors"] == "wild", "n_draws"].tolist() == [399]
    for term, truth in (("x", -2), ("z", 1)):
        found = rows[rows["term"] == term]
        assert found["estimate"].nunique() == 1 or np.ptp(found["estimate"]) < 1e-10
        assert (found["conf_low"] < truth).all() and (truth < found["conf_high"]).all()


def test_clustered_errors_are_those_of_fixest(simulated, choices):
    import pyfixest

    rows = {row["errors"]: row for row in two_way_rows(simulated, "gap", ["x"], choices)}
    data = simulated.reset_index()
    data["province"] = data["city_code"].str[:2]
    for kind, cluster in (("province", "province"), ("city", "city_code")):
        fit = pyfixest.feols("gap ~ x | city_code + year", data, vcov={"CRV1": cluster})
        assert rows[kind]["estimate"] == pytest.approx(fit.coef()["x"], rel=1e-6)
        assert rows[kind]["std_error"] == pytest.approx(fit.se()["x"], rel=1e-6)


def test_distance_weights():
    pairs = pd.DataFrame({"code_a": ["a", "a"], "code_b": ["b", "c"], "distance_km": [100, 500]})
    dense = distance_weights(pairs, ["b", "a", "c"], 400).toarray()
    assert dense.tolist() == [[1, 0.75, 0], [0.75, 1, 0], [0, 0, 1]]


def test_neighbour_overlap_by_hand():
    shares = np.array([[[1.0, 0], [0.5, 0.5], [0, 1.0], [0.3, 0.7]]])
    near = neighbours(
        pd.DataFrame({"code_a": ["a", "b", "a"], "code_b": ["b", "c", "z"], "adjacent": [1, 1, 1]}),
        ["a", "b", "c", "d"],
    )
    assert near.sum() == 4
    found = neighbour_overlap(shares, near)[0]
    assert found[:3].tolist() == [0.5, 0.5, 0.5] and np.isnan(found[3])


def test_share_of_known_neighbours():
    pairs = pd.DataFrame(
        {"code_a": ["a", "a", "b"], "code_b": ["b", "c", "c"], "adjacent": [1, 1, 0]}
    )
    assert known_neighbours(pairs, ["a", "b", "c"]) == 1
    assert known_neighbours(pairs, ["a", "b"]) == pytest.approx(2 / 3)


def test_gaps_leave_out_what_was_interpolated():
    fiscal = pd.DataFrame(
        {
            "city_code": ["a", "a"],
            "year": [2000, 2001],
            "budget_revenue_100m_yuan": [20.0, 30.0],
            "budget_expenditure_100m_yuan": [80.0, 60.0],
            "budget_revenue_imputed": [0, 1],
            "budget_expenditure_imputed": [0, 0],
        }
    )
    index = pd.MultiIndex.from_tuples([("a", 2000), ("a", 2001)], names=["city_code", "year"])
    panel = pd.DataFrame({"gdp_100m_yuan": [600.0, 700.0]}, index)
    gaps = fiscal_gaps(fiscal, panel)
    assert gaps["gap"]["a"].iloc[0] == pytest.approx(75)
    assert gaps["gap_gdp"]["a"].iloc[0] == pytest.approx(10)
    assert np.isnan(gaps["gap"]["a"].iloc[1])


def test_growth_is_net_of_years_and_does_not_bridge_gaps():
    levels = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [1.0, 1.0, 1.0]}, index=[2000, 2001, 2003])
    growth = growth_net_of_years(levels)
    assert growth.loc[2001].tolist() == pytest.approx([np.log(2) / 2, -np.log(2) / 2])
    assert growth.loc[[2002, 2003]].isna().all(axis=None)


def test_co_movement_is_recovered():
    rng = np.random.default_rng(3)
    common = rng.normal(size=(4000, 1))
    growth = pd.DataFrame(common + rng.normal(size=(4000, 2)))  # correlation one half
    assert co_movement(growth, "pearson", 10)[0, 1] == pytest.approx(0.5, abs=0.05)
    growth.iloc[:3995, 0] = np.nan
    assert np.isnan(co_movement(growth, "pearson", 10)[0, 1])


def test_outgrowth_and_capital_ratios_by_hand():
    land = pd.DataFrame({"a": [100.0, 121.0], "b": [50.0, np.nan]}, index=[2001, 2003])
    people = pd.DataFrame({"a": [10.0, 11.0], "b": [10.0, 11.0]}, index=[2001, 2003])
    found = outgrowth(land, people, 2001, 2003)
    assert found["a"] == pytest.approx(np.log(1.1) / 2) and np.isnan(found["b"])
    spent = pd.DataFrame({"a": [3.0, 3.0, 9.0], "b": [1.0, 1.0, 1.0]}, index=[2000, 2001, 2002])
    output = pd.DataFrame({"a": [10.0, 11.0, 12.0], "b": [5.0, 5.0, 4.0]}, index=[2000, 2001, 2002])
    ratio = capital_output(spent, output, last=2002, window=2)
    assert ratio["a"] == pytest.approx(3) and np.isnan(ratio["b"])  # output fell


def test_benchmarked_cities_add_up_to_their_province():
    spent = pd.DataFrame({"a": [50.0], "b": [150.0], "c": [30.0], "d": [np.nan]}, index=[2016])
    output = pd.DataFrame({"a": [100.0], "b": [100.0], "c": [60.0], "d": [9.0]}, index=[2016])
    owner = pd.Series({"a": "p", "b": "p", "c": "q", "d": "q"})
    formation = pd.DataFrame({"p": [0.4], "q": [0.5]}, index=[2016])
    found = benchmarked(spent, output, owner, formation).loc[2016]
    assert found[["a", "b", "c"]].tolist() == pytest.approx([0.2, 0.6, 0.5])
    assert (found[["a", "b"]] * 100).sum() / 200 == pytest.approx(0.4)
    assert np.isnan(found["d"])


def test_dispersion_against_numpy():
    values = np.array([1.0, 2.0, 4.0, -1.0])
    found = dispersion(values, np.array([[0, 1, 2], [0, 1, 3], [0, 1, -1]]))
    assert found[0] == pytest.approx(np.std(np.log([1, 2, 4]), ddof=1))
    assert np.isnan(found[1:]).all()
