"""Growth: percentages told from indices, and rates chained into levels."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from guantian.data.errors import DataError
from guantian.data.growth import chain, growth_in_percent


@pytest.mark.parametrize(
    ("printed", "percent", "form"),
    [
        (12.5, 12.5, "percent"),
        (0.0, 0.0, "percent"),
        (-5.3, -5.3, "percent"),
        (-99.9, -99.9, "percent"),
        (70.0, 70.0, "percent"),  # the mark itself is still a percentage
        (70.1, -29.9, "index"),
        (100.0, 0.0, "index"),
        (112.5, 12.5, "index"),
        (170.0, 70.0, "index"),
    ],
)
def test_the_two_forms_are_told_apart(printed, percent, form):
    result = growth_in_percent(pd.Series([printed]))
    # One subtraction of 100 from a number with one decimal: sixteen digits less two.
    assert result["percent"].iloc[0] == pytest.approx(percent, abs=1e-12)
    assert result["form"].iloc[0] == form


@pytest.mark.parametrize("printed", [170.1, 790.5, -100.0, -350.0])
def test_what_is_neither_form_is_named(printed):
    index = pd.MultiIndex.from_tuples([("610100", 2001), ("610200", 2002)])
    with pytest.raises(DataError, match=rf"610200.*2002.* is {printed:g}: neither"):
        growth_in_percent(pd.Series([5.0, printed], index=index))


def test_the_key_of_what_is_neither_form_is_printed_for_people():
    index = pd.MultiIndex.from_tuples([("610200", 2002)], names=["city_code", "year"])
    with pytest.raises(DataError) as caught:
        growth_in_percent(pd.Series([790.5], index=index))
    assert "city_code 610200, year 2002" in str(caught.value)


def test_missing_growth_has_no_form():
    result = growth_in_percent(pd.Series([np.nan, 8.0], index=["a", "b"]))
    assert result["percent"].isna().tolist() == [True, False]
    assert result["form"].isna().tolist() == [True, False]
    assert result.index.tolist() == ["a", "b"]


def test_chain_by_hand():
    """From base 2002 = 1: 2003 grew by a quarter, 2004 halved; 2002 itself grew by 60%, 2001 by
    25%, so 2001 = 1 / 1.6 = 0.625 and 2000 = 0.625 / 1.25 = 0.5. Logs and back: last bits only."""
    rates = pd.DataFrame({"a": [99.0, 25, 60, 25, -50]}, index=range(2000, 2005))
    assert chain(rates, 2002)["a"].tolist() == pytest.approx([0.5, 0.625, 1, 1.25, 0.625], 1e-12)


@pytest.mark.parametrize(("base", "known"), [
    (2000, [2000, 2001]),
    (2001, [2000, 2001]),
    (2002, [2002, 2003, 2004]),
    (2004, [2002, 2003, 2004]),
])  # fmt: skip
def test_a_gap_is_not_bridged_on_either_side(base, known):
    """Growth of 2002 is missing: nothing ties 2001 to 2002."""
    rates = pd.DataFrame({"a": [5.0, 5, np.nan, 5, 5]}, index=range(2000, 2005))
    index = chain(rates, base)["a"]
    assert index.index[index.notna()].tolist() == known
    assert index[base] == 1


def test_gaps_on_both_sides_leave_the_middle():
    rates = pd.DataFrame({"a": [5, 5, np.nan, 5, 5, 5, np.nan, 5]}, index=range(2000, 2008))
    index = chain(rates, 2003)["a"]
    assert index.index[index.notna()].tolist() == [2002, 2003, 2004, 2005]


def test_the_base_year_needs_no_growth_of_its_own_to_go_forward():
    rates = pd.DataFrame({"a": [5, np.nan, 10.0]}, index=range(2000, 2003))
    index = chain(rates, 2001)["a"]
    assert index.isna().tolist() == [True, False, False] and index[2002] == pytest.approx(1.1)


def test_the_order_of_years_does_not_matter():
    rates = pd.DataFrame({"a": [1.0, 2, 3, 4]}, index=range(2000, 2004))
    pd.testing.assert_frame_equal(chain(rates.iloc[::-1], 2002), chain(rates, 2002))


RATES = st.one_of(st.floats(-60, 70), st.just(float("nan")))


@given(
    rates=arrays.arrays(np.float64, (12, 3), elements=RATES),
    base=st.integers(2000, 2011),
)
def test_growth_of_the_chained_series_is_the_rate(rates, base):
    """Wherever two neighbouring years are known; at most 12 logs are summed: 1e-9 is ample."""
    percent = pd.DataFrame(rates, index=range(2000, 2012), columns=list("abc"))
    index = chain(percent, base)
    assert index.index.tolist() == percent.index.tolist()
    assert (index.loc[base] == 1).all()
    growth = 100 * (index / index.shift() - 1)
    known = growth.notna()
    np.testing.assert_allclose(growth.to_numpy()[known], rates[known], rtol=0, atol=1e-9)
    # What is missing is missing for a reason: a rate between that year and the base is missing.
    for unit in index:
        for year in index.index[index[unit].isna()]:
            low, high = sorted((year, base))
            assert percent.loc[low + 1 : high, unit].isna().any()


def test_a_base_year_outside_is_named():
    rates = pd.DataFrame({"a": [1.0, 2.0]}, index=[2000, 2001])
    with pytest.raises(DataError, match="base year 2005 is not among the years 2000 to 2001"):
        chain(rates, 2005)


def test_a_skipped_year_is_refused():
    rates = pd.DataFrame({"a": [1.0, 2.0]}, index=[2000, 2002])
    with pytest.raises(DataError, match="skipped years"):
        chain(rates, 2000)
