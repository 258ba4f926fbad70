"""Perpetual inventory: by hand, and what must hold whatever the figures are."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guantian.data.capital import CapitalSpec, longest_run, perpetual_inventory
from guantian.errors import DataError

RATIO = CapitalSpec(
    depreciation=0.5, initial="ratio", initial_ratio=0.1, initial_years=2, price="investment"
)
GROWTH = CapitalSpec(
    depreciation=0.1, initial="growth", initial_ratio=0.1, initial_years=2, price="investment"
)


def city(values, first=2000, code="610100"):
    years = range(first, first + len(values))
    index = pd.MultiIndex.from_product([[code], years], names=["city_code", "year"])
    return pd.Series(values, index=index, dtype="float64")


def stock(investment, spec, price=None, imputed=None):
    price = city([1.0] * len(investment)) if price is None else price
    imputed = city([0.0] * len(investment)) if imputed is None else imputed
    return perpetual_inventory(investment, price, imputed, spec)


def test_by_hand_with_a_ratio():
    """10 / 0.1 = 100; half of it and 30 at half price is 50 + 60; half of 110 and 5."""
    made = stock(city([10.0, 30.0, 5.0]), RATIO, price=city([1.0, 0.5, 1.0]))
    assert made["capital"].tolist() == [100, 110, 60]
    assert made["capital_start_year"].tolist() == [2000] * 3
    # The first guess: all of 100, 50 of 110, 25 of 60; one quotient.
    assert made["capital_initial_share_pct"].tolist() == pytest.approx([100, 500 / 11, 125 / 3])


def test_by_hand_with_growth():
    """Growth of a fifth a year: 12 / (0.1 + 0.2) = 40, the steady state, which then grows so."""
    made = stock(city([12.0, 14.4, 17.28, 20.736]), GROWTH)
    expected = [40, 40 * 0.9 + 14.4, 50.4 * 0.9 + 17.28, 62.64 * 0.9 + 20.736]
    assert made["capital"].tolist() == pytest.approx(expected, rel=1e-12)


def test_shrinking_investment_adds_nothing_to_depreciation():
    assert stock(city([10.0, 5.0, 2.0]), GROWTH)["capital"].iloc[0] == pytest.approx(100)


def test_a_run_too_short_for_its_growth_has_no_stock():
    with pytest.raises(DataError, match="No city has a run"):
        stock(city([10.0, 11.0]), GROWTH)


def test_a_gap_is_never_bridged_and_the_longest_run_counts():
    made = stock(city([1, np.nan, 10, 30, np.nan, 7]), RATIO)
    assert made.index.get_level_values("year").tolist() == [2002, 2003]
    assert made["capital"].tolist() == [100, 80]


def test_a_missing_price_is_a_gap():
    made = stock(city([1.0, 10, 30]), RATIO, price=city([np.nan, 1.0, 1.0]))
    assert made["capital_start_year"].tolist() == [2001, 2001]


def test_the_later_of_two_equal_runs():
    years = range(2000, 2005)
    assert longest_run(pd.Series([1, 2, np.nan, 3, 4], index=years)).index.tolist() == [2003, 2004]
    assert longest_run(pd.Series([np.nan], index=[2000])).empty


def test_imputed_from_the_first_on():
    made = stock(city([10.0] * 5), RATIO, imputed=city([0, 1, 0, np.nan, 0]))
    assert made["capital_imputed"].tolist() == [0, 1, 1, 1, 1]


def test_cities_do_not_mix():
    both = pd.concat([city([10.0, 30.0]), city([4.0, 4.0], code="620500")])
    ones = both * 0 + 1
    made = perpetual_inventory(both, ones, both * 0, RATIO)
    assert made.loc["620500", "capital"].tolist() == [40, 24]
    assert made.loc["610100", "capital"].tolist() == [100, 80]


FLOWS = st.lists(st.floats(0.1, 1e4), min_size=3, max_size=30)


@given(flows=FLOWS, scale=st.floats(0.01, 100), spec=st.sampled_from([RATIO, GROWTH]))
def test_capital_is_linear_in_investment_and_keeps_its_law(flows, scale, spec):
    """At most thirty sums of products: 1e-9 is ample."""
    once = stock(city(flows), spec)["capital"].to_numpy()
    scaled = stock(city(np.array(flows) * scale), spec)["capital"].to_numpy()
    np.testing.assert_allclose(scaled, scale * once, rtol=1e-9)
    np.testing.assert_allclose(
        once[1:], (1 - spec.depreciation) * once[:-1] + np.array(flows)[1:], rtol=1e-9
    )


@given(flows=FLOWS)
def test_the_first_guess_dies_out(flows):
    share = stock(city(flows), RATIO)["capital_initial_share_pct"]
    assert share.iloc[0] == pytest.approx(100, rel=1e-12)  # a product and a quotient
    assert (share.diff().dropna() < 0).all()


def test_an_unknown_initial_stock_is_named():
    with pytest.raises(DataError, match="'guess'"):
        CapitalSpec(0.1, "guess", 0.1, 5, "investment")
