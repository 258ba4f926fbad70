"""Who is treated and who may be a donor, on a path of eight cities."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.plan.estimate.design import complete_groups, make_window, ranked, without
from guantian.chapters.plan.estimate.sample import Cities, outcome_matrix, real_investment

CODES = pd.Index([f"{i:06d}" for i in range(8)])


@pytest.fixture()
def path():
    """Cities 0 to 7 in a row; the zone is 2 and 3, city 7 is in another approved zone."""
    near = np.eye(8, k=1, dtype=bool) | np.eye(8, k=-1, dtype=bool)
    zone = np.isin(np.arange(8), [2, 3])
    region = np.arange(8) < 6
    return Cities(CODES, near, zone, np.arange(8) == 7, region)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("main", [0, 5, 6]),
        ("neighbours kept", [0, 1, 4, 5, 6]),
        ("zones kept", [0, 5, 6, 7]),
        ("wide", [0, 5]),
        ("region", [0, 5]),
    ],
)
def test_donors_of_the_zone(path, kind, expected):
    assert np.flatnonzero(path.donors(path.zone[None], kind)[0]).tolist() == expected


def test_donors_of_a_placebo_group_leave_out_the_zone_too(path):
    group = path.groups([["000005"]])
    assert np.flatnonzero(path.donors(group)[0]).tolist() == [0, 1]


def test_rings(path):
    assert np.flatnonzero(path.near(path.zone[None])[0]).tolist() == [1, 4]
    assert np.flatnonzero(path.near(path.zone[None], 2)[0]).tolist() == [0, 1, 4, 5]


def test_unknown_donors_and_cities_are_said(path):
    with pytest.raises(ValueError, match="best"):
        path.donors(path.zone[None], "best")
    with pytest.raises(ValueError, match="999999"):
        path.groups([["999999"]])


def make_outcome():
    outcome = pd.DataFrame(np.arange(40.0).reshape(8, 5), index=CODES, columns=range(2001, 2006))
    outcome.loc["000005", 2004] = np.nan
    return outcome


def test_a_window_keeps_complete_cities():
    window = make_window(make_outcome(), 1999, 2003, 2010)
    assert window.years == [2001, 2002, 2003, 2004, 2005] and window.before == 2
    assert window.values.shape == (7, 5) and not window.keep[5]
    groups = np.eye(8, dtype=bool)
    assert complete_groups(window, groups).argmax(axis=1).tolist() == [0, 1, 2, 3, 4, 6, 7]
    assert len(complete_groups(window, groups, limit=3)) == 3


def test_a_window_without_one_side_is_none():
    assert make_window(make_outcome(), 2001, 2002, 2005) is None  # one year before
    assert make_window(make_outcome(), 2001, 2006, 2009) is None  # none after
    assert make_window(make_outcome() * np.nan, 2001, 2003, 2005) is None


def test_cities_left_out_of_a_window():
    window = make_window(make_outcome(), 2001, 2003, 2005)
    less = without(window, np.arange(8) < 2)
    np.testing.assert_array_equal(less.values, window.values[2:])
    assert np.flatnonzero(less.keep).tolist() == [2, 3, 4, 6, 7]


def test_a_rank_is_read_less_the_median():
    row = ranked(np.r_[3.0, np.arange(41.0) / 10], None, 0.95)
    assert row["estimate"] == pytest.approx(1.0)
    assert (row["own_value"], row["benchmark"]) == (3.0, pytest.approx(2.0))
    assert (row["rank"], row["rank_from"], row["n_draws"]) == (12, "above", 41)
    assert row["std_error"] == pytest.approx(np.std(np.arange(41.0) / 10, ddof=1))
    # Eleven of the placebo statistics are at least 3: rank 12 of 42, at both ends.
    assert row["p_value"] == pytest.approx(2 * 12 / 42)


def test_too_few_placebo_groups_are_a_note():
    assert ranked(np.arange(5.0), None, 0.95) == {
        "note": "only 4 placebo groups have complete data"
    }


def test_investment_is_deflated_and_imputed_years_are_missing():
    index = pd.MultiIndex.from_product([["610100"], [2016, 2017]], names=["city_code", "year"])
    panel = pd.DataFrame(
        {
            "fixed_investment_100m_yuan": [8.0, 9.0],
            "fixed_investment_imputed": [0.0, 1.0],
            "province_code": "610000",
        },
        index=index,
    )
    prices = pd.DataFrame(
        {"province_code": "610000", "year": [2016, 2017], "investment_price_1952_1": [4.0, 5.0]}
    )
    found = real_investment(panel, prices)
    assert found.iloc[0] == 2.0 and np.isnan(found.iloc[1])


def test_logs_of_what_is_not_positive_are_missing():
    index = pd.MultiIndex.from_product([["a"], [2001, 2002]], names=["city_code", "year"])
    panel = pd.DataFrame({"x": [np.e, 0.0]}, index=index)
    found = outcome_matrix(panel, pd.Index(["a", "b"]), "x", "log", 2001, 2002)
    assert found.loc["a", 2001] == pytest.approx(1.0)
    assert found.isna().sum().sum() == 3
    with pytest.raises(ValueError, match="scale"):
        outcome_matrix(panel, pd.Index(["a"]), "x", "sqrt", 2001, 2002)
