"""Linkage by hand and by its identities; correlations of matrices."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from guantian.chapters.linkage.estimate.linkage import (
    change_by_part,
    concentration,
    directed,
    entropy_weights,
    filled,
    linkage,
    linkage_series,
    linked_population,
)
from regiometrics.gravity.matrices import matrix_correlation

MASS = np.array([4.0, 2.0, 1.0])
DISTANCE = np.array([[0.0, 2.0, 4.0], [2.0, 0.0, 1.0], [4.0, 1.0, 0.0]])


def test_linkage_by_hand():
    link = linkage(MASS, DISTANCE)
    assert link.tolist() == [[0, 2, 0.25], [2, 0, 2], [0.25, 2, 0]]
    measured = concentration(link)
    share = np.array([2, 0.25, 2]) / 4.25
    assert measured["total"] == pytest.approx(4.25)
    assert measured["entropy"] == pytest.approx(stats.entropy(share) / np.log(3))
    assert measured["dominance"] == pytest.approx(4 / 4.25)


def test_directed_linkage_adds_up():
    link = linkage(MASS, DISTANCE)
    out = directed(link, np.array([3.0, 1.0, 1.0]))
    np.testing.assert_allclose(out + out.T, link)
    assert out[0, 1] == pytest.approx(1.5)


def test_entropy_is_one_where_all_links_are_equal():
    alike = np.ones((4, 4)) - np.eye(4)
    assert concentration(alike)["entropy"] == pytest.approx(1.0)


def test_the_parts_of_change_are_that_of_linkage():
    rng = np.random.default_rng(1)
    years = [2000, 2010]
    gdp, people = (pd.DataFrame(rng.uniform(1, 9, (2, 5)), index=years) for _ in range(2))
    apart = {}
    for year in years:
        distance = rng.uniform(1, 5, (5, 5))
        apart[year] = distance + distance.T
    parts = change_by_part(gdp, people, apart, years)
    mass = {year: np.sqrt((gdp.loc[year] * people.loc[year]).to_numpy()) for year in years}
    upper = np.triu_indices(5, 1)
    logs = [np.log(linkage(mass[year], apart[year])[upper]).mean() for year in years]
    assert parts["all"] == pytest.approx(logs[1] - logs[0])


def test_the_entropy_weights_favour_what_differs():
    even = pd.DataFrame([[10.0, 10.5, 11.0, 11.5]])
    uneven = pd.DataFrame([[1.0, 1.0, 1.0, 99.0]])
    index, weights = entropy_weights({"even": even, "uneven": uneven})
    assert weights.sum() == pytest.approx(1) and weights["uneven"] > weights["even"]
    assert index.loc[0].idxmax() == 3 and (index > 0).all(axis=None)
    with pytest.raises(ValueError, match="No year has all of even"):
        entropy_weights({"even": even * np.nan})


def test_gaps_are_filled_only_where_short():
    series = pd.DataFrame({"a": [1.0, np.nan, 4.0, np.nan, np.nan, np.nan, 8.0, np.nan]})
    values = filled(series)["a"]
    assert values[1] == pytest.approx(2.0)
    assert np.isnan(values[5]) and np.isnan(values[7])


def test_population_is_carried_back_by_registered_growth():
    years = range(2000, 2006)
    resident = pd.DataFrame({"a": [50.0, np.nan, np.nan, np.nan, 110.0, 120.0]}, index=years)
    registered = pd.DataFrame({"a": [80.0, 85.0, 90.0, 95.0, 100.0, 100.0]}, index=years)
    linked = linked_population(resident, registered)["a"]
    assert linked[2003] == pytest.approx(95 * 1.1) and linked[2000] == pytest.approx(80 * 1.1)
    assert linked[2005] == 120


def test_a_year_with_a_gap_is_left_out():
    mass = pd.DataFrame([[4.0, 2.0, 1.0], [4.0, np.nan, 1.0]], index=[2000, 2001])
    series = linkage_series({"root": mass}, {"circle": dict.fromkeys([2000, 2001], DISTANCE)})
    assert series["year"].tolist() == [2000]


def test_all_relabellings_give_the_exact_rank():
    rng = np.random.default_rng(4)
    one = rng.normal(size=(5, 5))
    one = one + one.T
    found, p_value, n = matrix_correlation(one, 3 * one + 1, False, 99, 1)
    assert found == pytest.approx(1) and n == 10
    assert p_value == pytest.approx(1 / 120)
    spearman, _, _ = matrix_correlation(one, np.exp(one), True, 0, 1)
    assert spearman == pytest.approx(1)


def test_relabelling_is_level_for_matrices_without_relation():
    rng = np.random.default_rng(5)
    p_values = []
    for _ in range(200):
        one, other = rng.normal(size=(2, 6, 6))
        p_values.append(matrix_correlation(one + one.T, other + other.T, False, 99, 1)[1])
    assert 0.02 <= np.mean(np.array(p_values) <= 0.1) <= 0.18
