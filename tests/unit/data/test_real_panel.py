"""What must hold of the study's own panel, whatever is corrected in it."""

import numpy as np
import pandas as pd
import pytest

from guantian.data.variables import COPIED, VARIABLES

SECTORS = ("primary", "secondary", "tertiary")


def test_keys_are_unique_sorted_and_whole(real_panel, panel_spec, corrected):
    index = real_panel.index
    assert index.is_unique and index.is_monotonic_increasing
    years = panel_spec.last - panel_spec.first + 1
    assert len(index) == len(corrected[0]["city_names"]) * years
    assert real_panel.columns.tolist() == [variable.name for variable in VARIABLES]


def test_no_infinite_figures(real_panel):
    assert not np.isinf(real_panel.select_dtypes("number").to_numpy(dtype="float64")).any()


def test_samples_nest_and_the_zone_has_seven_cities(real_panel, panel_spec):
    flags = real_panel.groupby(level="city_code")[["in_zone", "in_region", "in_nation"]]
    assert (flags.nunique() == 1).all(axis=None), "membership does not change over time"
    flags = flags.first()
    assert (flags["in_zone"] <= flags["in_region"]).all()
    assert (flags["in_region"] <= flags["in_nation"]).all()
    zone = flags.index[flags["in_zone"] == 1]
    assert len(zone) == 7 and set(zone) == set(panel_spec.zone)
    assert 300 < flags["in_nation"].sum() < len(flags)


def test_every_city_has_its_names(real_panel):
    """English names are missing at source for units that no figure of the study names."""
    names = real_panel[["name_zh", "province_code", "province_zh"]]
    assert names.notna().all(axis=None) and (names != "").all(axis=None)
    figured = real_panel["gdp_per_capita_yuan"].notna() & (real_panel["in_region"] == 1)
    assert real_panel.loc[figured, "name_en"].notna().all()


def test_shares_sum_to_a_hundred(real_panel):
    """Three quotients of one sum: 1e-9 is some ten thousand last bits of a hundred."""
    shares = real_panel[[f"{sector}_share_pct" for sector in SECTORS]].dropna()
    assert len(shares) > 5000
    np.testing.assert_allclose(shares.sum(axis=1), 100, rtol=0, atol=1e-9)
    assert shares.min(axis=None) >= 0 and shares.max(axis=None) <= 100


def test_real_output_is_nominal_output_in_the_base_year(real_panel, panel_spec):
    base = real_panel.xs(panel_spec.base_year, level="year")
    real, nominal = base["real_gdp_100m_yuan"], base["gdp_100m_yuan"]
    assert real.notna().sum() > 250
    # exp(0) is 1 exactly, so the product is the figure itself.
    pd.testing.assert_series_equal(
        real.dropna(), nominal[real.notna()], check_names=False, check_exact=True
    )


def test_real_output_grows_at_the_reported_rates(real_panel):
    """Chained through at most 24 logs: 1e-9 of a percentage point is ample."""
    real = real_panel["real_gdp_100m_yuan"].unstack("city_code")
    growth = 100 * (real / real.shift() - 1)
    reported = real_panel["gdp_growth_pct"].unstack("city_code")
    both = growth.notna()
    assert both.sum().sum() > 3000
    np.testing.assert_allclose(growth.to_numpy()[both], reported.to_numpy()[both], atol=1e-9)


def test_copied_columns_equal_the_corrected_tables(real_panel, corrected):
    """Nothing is filled and nothing is lost: cell by cell, bit by bit."""
    for variable in COPIED:
        table, column = variable.source.split(".")
        source = corrected[0][table].set_index(["city_code", "year"])[column]
        source = source.reindex(real_panel.index).astype("float64")
        panel = real_panel[variable.name].astype("float64")
        pd.testing.assert_series_equal(panel, source, check_names=False, check_exact=True)


def test_output_joins_accounts_and_bulletins(real_panel, corrected):
    tables = [corrected[0][name] for name in ("city_accounts", "city_accounts_2022_2023")]
    key = ["city_code", "year"]
    source = pd.concat([table.set_index(key)["gdp_100m_yuan"] for table in tables])
    assert source.index.is_unique
    source = source.reindex(real_panel.index)
    pd.testing.assert_series_equal(real_panel["gdp_100m_yuan"], source, check_exact=True)


def test_growth_forms_are_told_where_growth_is(real_panel):
    form = real_panel["gdp_growth_form"]
    assert (form.notna() == real_panel["gdp_growth_pct"].notna()).all()
    assert set(form.dropna()) == {"percent", "index"}
    assert real_panel["gdp_growth_pct"].dropna().between(-70, 70).all()


def test_the_basis_is_told_where_output_per_head_is(real_panel):
    known = real_panel[["gdp_100m_yuan", "gdp_per_capita_yuan"]].notna().all(axis=1)
    basis = real_panel["gdp_per_capita_basis"]
    assert (basis.notna() == known).all()
    assert set(basis.dropna()) == {"resident", "registered", "either", "neither"}


@pytest.mark.parametrize("variable", ["gdp_100m_yuan", "resident_population_10k"])
def test_the_zone_has_the_figures_that_the_study_rests_on(real_panel, variable):
    zone = real_panel.loc[real_panel["in_zone"] == 1, variable].unstack("year")
    assert zone.loc[:, 2005:2021].notna().all(axis=None)


def test_every_row_left_out_has_its_reason(corrected):
    dropped = corrected[1]
    assert dropped.columns.tolist() == ["table", "key", "kind", "reason"]
    assert dropped.notna().all(axis=None) and (dropped != "").all(axis=None)
    assert not dropped.duplicated(["table", "key"]).any()


def test_corrected_tables_keep_their_keys_and_columns(package, corrected):
    for name, table in package.tables.items():
        frame = corrected[0][name]
        assert frame.columns.tolist() == table.columns, name
        assert not frame.duplicated(list(table.key)).any(), name
