"""Growth: what is no percentage stops, and rates are chained into levels."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from guantian.data.growth import chain, check_percent
from guantian.errors import DataError


@pytest.mark.parametrize("printed", [-70.0, -5.3, 0.0, 12.5, 70.0, np.nan])
def test_percentages_pass_as_they_are(printed):
    given = pd.Series([printed, 8.0], index=["a", "b"])
    pd.testing.assert_series_equal(check_percent(given), given)


@pytest.mark.parametrize("printed", [-350.0, -70.1, 70.1, 100.0, 108.5, 790.5])
def test_what_is_no_percentage_is_named_with_its_key(printed):
    """Indices (last year = 100) among them: an erratum must turn them, with its evidence."""
    index = pd.MultiIndex.from_tuples(
        [("610100", 2001), ("610200", 2002)], names=["city_code", "year"]
    )
    given = pd.Series([5.0, printed], index=index, name="gdp_growth_reported")
    with pytest.raises(DataError) as caught:
        check_percent(given)
    said = str(caught.value)
    assert said.startswith(f"gdp_growth_reported of city_code 610200, year 2002 is {printed:g}")
    assert "errata.csv must say what it is" in said


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
