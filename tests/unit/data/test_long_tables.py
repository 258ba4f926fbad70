"""Relative prices, and flows with what is not listed."""

import numpy as np
import pandas as pd
import pytest

from guantian.data.long_tables import listed_flows, relative_prices
from guantian.errors import DataError


def test_relative_prices_by_hand():
    retail = pd.DataFrame(
        {
            "province_code": ["b", "a", "a", "b"],
            "year": [2010, 2010, 2011, 2011],
            "category": "fuel",
            "rpi_previous_year_100": [100 * np.e, 100.0, 100.0, np.nan],
        }
    )
    made = relative_prices(retail)
    assert made[["province_code", "year"]].to_numpy().tolist() == [
        ["a", 2010],
        ["a", 2011],
        ["b", 2010],
        ["b", 2011],
    ]
    # Logs of 1 and e, less their mean of a half; one log.
    assert made["log_change"].tolist()[:3] == pytest.approx([0, 0, 1])
    assert made["log_change_net"].tolist()[::2] == pytest.approx([-0.5, 0.5])
    assert made["log_change_net"].isna().tolist() == [False, True, False, True]
    assert made["one_decimal"].tolist() == [1, 0, 1, 0]


def test_net_changes_sum_to_zero_over_provinces(corrected):
    """31 logs of about 0.05: 1e-12 is ample."""
    made = relative_prices(corrected[0]["province_retail_prices"])
    sums = made.groupby(["year", "category"])["log_change_net"].sum()
    assert len(sums) == 15 * 9 and made["log_change_net"].notna().all()
    np.testing.assert_allclose(sums, 0, atol=1e-12)


def flows(*pairs):
    frame = pd.DataFrame(pairs, columns=["origin_code", "destination_code", "flow_index"])
    return frame.assign(days_observed=40, days_in_period=181)


def test_every_ordered_pair_says_whether_it_is_listed():
    made = listed_flows(flows(("a", "b", 0.5), ("c", "a", 0.1)))
    made = made.set_index(["origin_code", "destination_code"])
    assert made.index.tolist() == [
        ("a", "b"),
        ("a", "c"),
        ("b", "a"),
        ("b", "c"),
        ("c", "a"),
        ("c", "b"),
    ]
    assert made["listed"].tolist() == [1, 0, 0, 0, 1, 0]
    # What is not listed is unknown, never zero.
    assert made["flow_index"].isna().tolist() == [False, True, True, True, False, True]


def test_a_pair_of_one_city_is_named():
    with pytest.raises(DataError, match="pair a with itself"):
        listed_flows(flows(("a", "a", 0.5)))


def test_a_pair_listed_twice_stops():
    with pytest.raises(pd.errors.MergeError):
        listed_flows(flows(("a", "b", 0.5), ("a", "b", 0.6)))


def test_no_listed_flow_is_lost(corrected):
    given = corrected[0]["city_pair_flows_2021h1"]
    made = listed_flows(given)
    assert made["listed"].sum() == len(given)
    assert made["flow_index"].sum() == pytest.approx(given["flow_index"].sum(), rel=1e-12)
    cities = len(set(given["origin_code"]) | set(given["destination_code"]))
    assert len(made) == cities * (cities - 1)


def test_travel_times_follow_the_dated_openings(corrected):
    """Xi'an-Baoji opened on 2013-12-28, Baoji-Lanzhou on 2017-07-09."""
    times = corrected[0]["zone_pair_travel_time"]
    rail = times.set_index(["code_a", "code_b", "year"])["rail_hours_modelled"].sort_index()
    baoji = rail.loc[("610100", "610300")]
    assert baoji[2014] < baoji[2013] and baoji[2014] == baoji[2017]
    tianshui = rail.loc[("610300", "620500")]
    assert tianshui[2017] < tianshui[2016]
