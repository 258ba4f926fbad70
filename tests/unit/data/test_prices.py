"""Prices brought to cities, and the deflator that accounts imply."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guantian.data.prices import (
    DeflatorSpec,
    consumer_prices,
    implied_deflator,
    impossible_deflators,
    investment_prices,
    judge_deflator,
)
from guantian.errors import DataError

PROVINCES = pd.Series({"610100": "610000", "610200": "610000", "620500": "620000"})
PROVINCES = PROVINCES.rename_axis("city_code")


def series(**years):
    index = pd.MultiIndex.from_product(
        [["610100"], [int(year[1:]) for year in years]], names=["city_code", "year"]
    )
    return pd.Series(list(years.values()), index=index, dtype="float64")


def test_consumer_prices_are_the_provinces_own_and_chain_from_the_base():
    table = pd.DataFrame(
        {
            "province_code": ["610000"] * 3 + ["620000"] * 2,
            "year": [2009, 2010, 2011, 2010, 2011],
            "cpi_previous_year_100": [98.0, 125.0, 110.0, 104.0, 120.0],
        }
    )
    prices = consumer_prices(table, PROVINCES, 2010)
    # Chained through one log: last bits only.
    assert prices.loc["610100", "cpi_level"].tolist() == pytest.approx([0.8, 1, 1.1], rel=1e-12)
    pd.testing.assert_frame_equal(prices.loc["610100"], prices.loc["610200"])
    # 2009 over 2010 needs the change of 2010 alone, which Gansu has.
    expected = [1 / 1.04, 1, 1.2]
    assert prices.loc["620500", "cpi_level"].tolist() == pytest.approx(expected, rel=1e-12)
    assert np.isnan(prices.at[("620500", 2009), "cpi_previous_year_100"])


def test_investment_prices_have_the_base_year_at_one():
    table = pd.DataFrame(
        {
            "province_code": ["610000"] * 2,
            "year": [2010, 2011],
            "investment_price_1952_1": [4.0, 5.0],
        }
    )
    prices = investment_prices(table, PROVINCES, 2010)
    assert prices.loc["610200"].tolist() == [1, 1.25]
    assert prices.loc["620500"].isna().all()
    with pytest.raises(DataError, match="no price of the base year 1999"):
        investment_prices(table, PROVINCES, 1999)


def test_a_year_without_the_year_before_implies_nothing():
    nominal = series(y2000=100, y2001=110, y2003=130, y2004=143)
    growth = series(y2000=5, y2001=0, y2003=5, y2004=10)
    implied = implied_deflator(nominal, growth)
    assert implied.isna().tolist() == [True, False, True, False]
    assert implied.dropna().tolist() == pytest.approx([110, 100], rel=1e-12)


@given(
    prices=st.lists(st.floats(0.6, 1.6), min_size=2, max_size=12),
    growth=st.floats(-20, 40),
)
def test_the_deflator_is_found_again(prices, growth):
    """Levels made from real growth and prices give the prices back: a product and a quotient."""
    years = {f"y{2000 + step}": 0.0 for step in range(len(prices) + 1)}
    steps = np.concatenate([[1.0], np.array(prices) * (1 + growth / 100)])
    nominal = series(**years) + np.cumprod(steps)
    implied = implied_deflator(nominal, series(**years) + growth)
    np.testing.assert_allclose(implied.iloc[1:], 100 * np.array(prices), rtol=1e-12)


def test_judgement_by_distance_of_logs_on_both_sides():
    """ln 1.05 = 0.0488, ln 0.95 = -0.0513, ln 1.2 = 0.182, ln 1.25 = 0.223, ln 0.81 = -0.211."""
    implied = pd.Series([105.0, 95.0, 120.0, 125.0, 81.0, np.nan])
    judged = judge_deflator(implied, pd.Series(100.0, index=implied.index), DeflatorSpec(0.05, 0.2))
    assert judged.tolist()[:5] == ["near", "far", "far", "impossible", "impossible"]
    assert pd.isna(judged[5])


def test_limits_in_the_wrong_order_are_named():
    with pytest.raises(DataError, match=r"far from 0\.3 and impossible from 0\.2"):
        DeflatorSpec(far=0.3, impossible=0.2)


def test_impossible_cells_are_listed_with_what_implies_them(real_panel):
    listed = impossible_deflators(real_panel)
    assert len(listed) == (real_panel["implied_deflator_judgement"] == "impossible").sum() > 0
    shangluo = listed[(listed["city_code"] == "611000") & (listed["year"] == 2004)]
    assert len(shangluo) == 1, "Shangluo of 2004 follows the economic census, 2003 does not"
    before = real_panel["gdp_100m_yuan"].groupby(level="city_code").shift()
    before = before.reindex(pd.MultiIndex.from_frame(listed[["city_code", "year"]])).to_numpy()
    known = ~np.isnan(before)
    assert known.sum() > len(listed) / 2
    # Two products and two quotients.
    np.testing.assert_allclose(listed["gdp_before_100m_yuan"][known], before[known], rtol=1e-12)
