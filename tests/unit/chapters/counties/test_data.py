import numpy as np
import pandas as pd
import pytest

from guantian.chapters.counties.estimate.data import (
    complete,
    make_counties,
    province_deflator,
    sample_of,
)


def test_short_gaps_are_filled_on_the_line_and_long_ones_stay_whole(china):
    counties = china.counties.copy()
    unit = counties.index[0][0]
    counties.loc[(unit, [2004, 2005]), "gdp_10k_yuan"] = np.nan
    counties.loc[(unit, [2010, 2011, 2012]), "gdp_10k_yuan"] = np.nan
    output = make_counties(counties, china.panel, bridge=2).output.loc[unit]
    known = np.log(china.counties.loc[unit, "gdp_10k_yuan"])
    assert output[2004] == pytest.approx((2 * known[2003] + known[2006]) / 3)
    assert output[[2010, 2011, 2012]].isna().all()
    assert make_counties(counties, china.panel, 0).output.loc[unit].isna().sum() == 5


def test_a_gap_at_an_end_is_not_filled(china):
    counties = china.counties.copy()
    unit = counties.index[0][0]
    counties.loc[(unit, 2000), "gdp_10k_yuan"] = np.nan
    assert np.isnan(make_counties(counties, china.panel, 2).output.loc[unit, 2000])


def test_output_per_head_changes_with_output_alone(china):
    counties = china.counties.copy()
    unit = counties.index[0][0]
    counties.loc[(unit, 2015), "population_10k"] *= 2
    data = make_counties(counties, china.panel, 2)
    change = data.per_head.loc[unit] - data.output.loc[unit]
    assert change.nunique() == 1
    assert data.population.loc[unit, 2015] == pytest.approx(np.log(60))


def test_prices_of_the_province_are_taken_out(china):
    panel = china.panel.copy()
    dear = panel.index.get_level_values("year") >= 2010
    first = panel["province_code"] == "110000"
    panel.loc[dear & first, "gdp_100m_yuan"] *= 1.5
    level = province_deflator(panel)
    assert level.loc["110000", 2009] == pytest.approx(0)
    assert level.loc["110000", 2010] == pytest.approx(np.log(1.5))
    assert level.loc["120000", 2019] == pytest.approx(0)
    data = make_counties(china.counties, panel, 2)
    nominal = np.log(china.counties["gdp_10k_yuan"].unstack("year"))
    unit = data.units.index[data.units["province"] == "110000"][0]
    gap = nominal.loc[unit] - data.output.loc[unit]
    assert gap[2012] == pytest.approx(np.log(1.5))


def test_samples_and_complete_counties(china):
    data = make_counties(china.counties, china.panel, 2)
    assert len(sample_of(data.units, "china")) == 320
    assert len(sample_of(data.units, "zone")) == 15
    assert set(data.units.loc[sample_of(data.units, "region"), "province"]) == {"110000"}
    values = pd.DataFrame({2000: [1.0, np.nan], 2001: [1.0, 1.0], 2002: [np.nan, 1.0]}, ["a", "b"])
    assert list(complete(values, 2000, 2001).index) == ["a"]
