"""What must hold of the study's own panel, whatever is corrected in it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from guantian.data.breaks import read_breaks
from guantian.data.panel import whole_panel
from guantian.data.population import boundary_years
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
    names = real_panel[["name_en", "name_zh", "province_code", "province_zh"]]
    assert names.notna().all(axis=None) and (names != "").all(axis=None)


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


def test_growth_is_in_per_cent(real_panel):
    assert real_panel["gdp_growth_pct"].dropna().between(-70, 70).all()


def test_the_implied_deflator_closes_the_identity(real_panel):
    """Real growth times the deflator is nominal growth: three roundings of a product."""
    nominal = real_panel["gdp_100m_yuan"].unstack("city_code")
    product = (1 + real_panel["gdp_growth_pct"] / 100) * (
        real_panel["implied_deflator_previous_year_100"] / 100
    )
    product = product.unstack("city_code")
    ratio = nominal / nominal.shift()
    both = ratio.notna() & product.notna()
    assert both.sum().sum() > 5000
    np.testing.assert_allclose(ratio.to_numpy()[both], product.to_numpy()[both], rtol=1e-12)


def test_deflators_are_judged_where_both_indices_are_known(real_panel):
    known = real_panel[["implied_deflator_previous_year_100", "cpi_previous_year_100"]].notna()
    judged = real_panel["implied_deflator_judgement"]
    assert (judged.notna() == known.all(axis=1)).all()
    assert set(judged.dropna()) == {"near", "far", "impossible"}
    assert (judged == "near").sum() > 4 * (judged == "far").sum()


def test_both_real_levels_are_nominal_output_in_the_base_year(real_panel, panel_spec):
    base = real_panel.xs(panel_spec.base_year, level="year")
    known = base["real_gdp_cpi_100m_yuan"].notna()
    assert known.sum() > 250
    # The chained index is exp(0) = 1 in the base year, exactly.
    assert (base["real_gdp_cpi_100m_yuan"] == base["gdp_100m_yuan"])[known].all()


def test_capital_obeys_its_law_of_motion(real_panel, panel_spec, corrected):
    """K = (1 - d) K before + I / P, recomputed from the tables; two products, a sum: 1e-9."""
    keep = 1 - panel_spec.capital.depreciation
    wide = {
        name: real_panel[name].unstack("city_code")
        for name in ("capital_100m_yuan", "fixed_investment_100m_yuan")
    }
    prices = corrected[0]["province_investment"].pivot(
        index="year", columns="province_code", values="investment_price_1952_1"
    )
    prices = prices / prices.loc[panel_spec.base_year]
    province = real_panel["province_code"].groupby(level="city_code").first()
    capital = wide["capital_100m_yuan"]
    price = prices.reindex(index=capital.index, columns=province[capital.columns])
    price.columns = capital.columns
    expected = keep * capital.shift() + wide["fixed_investment_100m_yuan"] / price
    both = capital.notna() & expected.notna()
    assert both.sum().sum() > 5000
    np.testing.assert_allclose(capital.to_numpy()[both], expected.to_numpy()[both], rtol=1e-9)


def test_capital_rests_on_imputed_investment_from_the_first_on(real_panel):
    marked = real_panel["capital_imputed"].unstack("city_code")
    assert (marked.diff().dropna(how="all").fillna(0) >= 0).all(axis=None)
    assert marked.loc[2017].dropna().eq(1).all(), "investment after 2016 is imputed"


def test_the_default_population_is_residents_as_reported(real_panel):
    pd.testing.assert_series_equal(
        real_panel["population_10k"], real_panel["resident_population_10k"], check_names=False
    )
    assert not real_panel["population_interpolated"].eq(1).any()


def test_changes_of_territory_are_marked(real_panel):
    marked = real_panel["boundary_change"]
    assert marked.isin([0, 1]).all()
    for key in (("610100", 2017), ("610400", 2017), ("610400", 2021), ("370100", 2019)):
        assert marked[key] == 1, key
    assert marked.loc["610300"].sum() == 0


def test_only_the_bulletins_are_compared_with_the_yearbook(real_panel):
    told = real_panel["gdp_splice"].dropna()
    assert set(told.index.get_level_values("year")) == {2022, 2023}
    zone = real_panel.loc[real_panel["in_zone"] == 1, "gdp_splice"].dropna()
    assert (zone.xs(2022, level="year") == "continuous").all()


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


def test_shaanxis_growth_is_revised_and_the_others_is_not(real_panel):
    """Mean of 2005-2012 over the cells that both sources have (an independent audit's values)."""
    both = real_panel[["gdp_growth_pct", "gdp_growth_first_published_pct", "in_zone"]]
    both = both.loc[(slice(None), slice(2005, 2012)), :].dropna()
    zone, rest = both[both["in_zone"] == 1].mean(), both[both["in_zone"] == 0].mean()
    assert zone["gdp_growth_pct"] == pytest.approx(12.29, abs=0.01)
    assert zone["gdp_growth_first_published_pct"] == pytest.approx(13.76, abs=0.01)
    assert abs(rest["gdp_growth_pct"] - rest["gdp_growth_first_published_pct"]) < 0.1
    others = both[~both.index.get_level_values("city_code").str.startswith(("61", "62"))]
    gap = others["gdp_growth_pct"] - others["gdp_growth_first_published_pct"]
    assert gap.median() == 0


def test_the_chains_of_all_vintages_meet_in_the_base_year(real_panel, panel_spec):
    base = real_panel.xs(panel_spec.base_year, level="year")
    for name in ("real_gdp_first_published_100m_yuan", "real_gdp_retrospective_100m_yuan"):
        known = base[name].dropna()
        assert len(known) > 250
        pd.testing.assert_series_equal(
            known, base.loc[known.index, "gdp_100m_yuan"], check_names=False, check_exact=True
        )


def test_growth_between_two_years_is_first_published_where_it_is_known(real_panel):
    chain = real_panel["real_gdp_first_published_100m_yuan"].unstack("city_code")
    growth = (100 * (chain / chain.shift() - 1)).unstack()
    growth.index = growth.index.set_names(["city_code", "year"])
    step = real_panel["first_published_step"].reindex(growth.index)
    for flag, column in ((1, "gdp_growth_first_published_pct"), (0, "gdp_growth_pct")):
        chosen = growth.notna() & (step == flag)
        assert chosen.sum() > 1000
        expected = real_panel[column].reindex(growth.index)[chosen]
        np.testing.assert_allclose(growth[chosen], expected, atol=1e-9)


def test_the_page_of_corrections_counts_this_panel(real_panel):
    """After a change of the lists: `make errata`."""
    from audit.samples import counted
    from audit.shown import SAMPLES

    said = pd.read_csv(SAMPLES).set_index("quantity")
    assert {name: row.tolist() for name, row in said.iterrows()} == counted(real_panel)


def test_another_zone_changes_who_belongs_and_no_value(whole, corrected, panel_spec, raw_folder):
    """The tests of other zones rest on it: they build the panel once."""
    changes = boundary_years(raw_folder / "boundary_changes.csv")
    spec = replace(panel_spec, zone=["340100", "420100"])
    other = whole_panel(corrected[0], changes, spec, read_breaks(raw_folder / "breaks.csv"))
    assert set(other.index[other["in_zone"] == 1].unique("city_code")) == {"340100", "420100"}
    belongs = ["in_zone", "in_region"]
    pd.testing.assert_frame_equal(other.drop(columns=belongs), whole.drop(columns=belongs))
