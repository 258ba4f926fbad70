"""The panel built from a handful of invented tables: every cell can be worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from guantian.data.capital import CapitalSpec
from guantian.data.panel import PanelSpec, codebook, coverage
from guantian.data.panel import build_panel as build_panel_with_changes
from guantian.data.population import PopulationSpec
from guantian.data.prices import DeflatorSpec
from guantian.data.variables import COPIED, DERIVED, VARIABLES
from guantian.errors import DataError

BREAKS = pd.DataFrame(
    [
        ("B001", "city_accounts", "61*", "gdp_100m_yuan", 2020, "vintage"),
        ("B002", "city_accounts", "610100", "gdp_100m_yuan", 2020, "boundary"),
        ("B003", "city_accounts", "62*", "gdp_100m_yuan", 2021, "vintage"),
        ("B004", "city_accounts", "*", "gdp_100m_yuan", 2018, "vintage"),  # nothing before it
    ],
    columns=["id", "table", "unit", "column", "year", "kind"],
)
CHANGES = pd.DataFrame({"city_code": ["610100"], "year": [2019]})


def make_spec(**changed):
    form = {
        "zone": ["610100"],
        "region": ["610000"],
        "first": 2018,
        "last": 2022,
        "base_year": 2020,
        "deflator": DeflatorSpec(far=0.05, impossible=0.2),
        "splice_limit": 5,
        "population": PopulationSpec("resident", "as_reported"),
        "capital": CapitalSpec(0.1, "ratio", 0.1, 5, "investment"),
    }
    return PanelSpec(**{**form, **changed})


def build_panel(tables, spec):
    return build_panel_with_changes(tables, CHANGES, spec, BREAKS)


SPEC = make_spec()
CITIES = [
    ("610100", "西安市", "610000", "陕西省", "Xi'an"),
    ("610200", "铜川市", "610000", "陕西省", "Tongchuan"),
    ("620500", "天水市", "620000", "甘肃省", "Tianshui"),
    ("810000", "香港", "810000", "香港", "Hong Kong"),
]
CITY_COLUMNS = ["city_code", "name_zh", "province_code", "province_zh", "name_en"]


def frame(columns, *rows):
    return pd.DataFrame(rows, columns=["city_code", "year", *columns.split()])


@pytest.fixture(scope="module")
def tables():
    """Xi'an has data, Tongchuan a few, the others none."""
    accounts = (
        "gdp_100m_yuan primary_10k_yuan secondary_10k_yuan tertiary_10k_yuan "
        "gdp_per_capita_yuan gdp_growth_reported"
    )
    fiscal = (
        "fixed_investment_100m_yuan fixed_investment_imputed budget_revenue_100m_yuan "
        "budget_revenue_imputed budget_expenditure_100m_yuan budget_expenditure_imputed"
    )
    return {
        "city_names": pd.DataFrame(CITIES, columns=CITY_COLUMNS),
        "city_accounts": frame(
            accounts,
            ("610100", 2018, 800.0, 1e5, 3e6, 4.9e6, 80000.0, 8.0),
            ("610100", 2019, 900.0, 1e5, 3e6, 5.9e6, 75000.0, 25.0),
            ("610100", 2020, 1000.0, 1e5, 4e6, 5.9e6, 50000.0, 10.0),
            ("610100", 2021, 1100.0, np.nan, 5e6, 5.9e6, np.nan, np.nan),
            ("610200", 2020, 40.0, 1e5, 1e5, 2e5, 41000.0, 5.0),
        ),
        "city_accounts_2022_2023": frame(
            "gdp_100m_yuan primary_100m_yuan secondary_100m_yuan tertiary_100m_yuan",
            ("610100", 2022, 1200.0, 12.0, 588.0, 600.0),
        ),
        "city_growth_targets": frame(
            "growth_actual_pct",
            ("610100", 2019, 20.0),
            ("610100", 2021, 5.0),
        ),
        "city_growth_and_sectors": frame(
            "gdp_index_previous_year_100",
            ("610100", 2020, 125.0),
            ("610100", 2021, 104.0),
            ("610100", 2022, 110.0),
        ),
        "city_population_labour": frame(
            "registered_population_10k",
            ("610100", 2017, 90.0),
            ("610100", 2018, 100.0),
            ("610100", 2019, 120.0),
            ("610100", 2020, 150.0),
            ("610200", 2020, 10.0),
        ),
        "city_resident_population": frame(
            "resident_population_10k",
            ("610100", 2018, 100.0),
            ("610100", 2019, 140.0),
            ("610100", 2020, 200.0),
            ("610200", 2020, 8.0),
        ),
        "city_investment_fiscal": frame(fiscal, ("610100", 2020, 500.0, 1, 60.0, 0, 80.0, 0)),
        "province_cpi": pd.DataFrame(
            {
                "province_code": "610000",
                "year": [2018, 2019, 2020, 2021],
                "cpi_previous_year_100": [102.0, 104.0, 125.0, 110.0],
            }
        ),
        "province_investment": pd.DataFrame(
            {
                "province_code": "610000",
                "year": [2019, 2020, 2021],
                "investment_price_1952_1": [4.0, 5.0, 6.0],
            }
        ),
        "city_remote_sensing": frame(
            "night_lights_sum landscan_population",
            ("610100", 2020, 3000.0, 2e6),
            ("610200", 2020, 100.0, 0.0),
        ),
    }


@pytest.fixture(scope="module")
def panel(tables):
    return build_panel(tables, SPEC)


def test_every_city_in_every_year_and_every_variable(panel):
    assert panel.index.names == ["city_code", "year"]
    expected = [(code, year) for code, *_ in CITIES for year in range(2018, 2023)]
    assert panel.index.tolist() == expected
    assert panel.columns.tolist() == [variable.name for variable in VARIABLES]
    assert len({variable.name for variable in VARIABLES}) == len(VARIABLES)


def test_three_vintages_of_growth_are_chained_apart(panel):
    """By hand, from 1 000 in 2020. First published: 10% in 2020 is the accounts', 5% in 2021."""
    city = panel.loc["610100"]
    assert city["gdp_growth_first_published_pct"].loc[[2019, 2021]].tolist() == [20.0, 5.0]
    assert city["gdp_growth_retrospective_pct"].loc[2020:2022].tolist() == [25.0, 4.0, 10.0]
    chained = {
        "real_gdp_100m_yuan": [1000 / 1.1 / 1.25, 1000 / 1.1, 1000, np.nan, np.nan],
        "real_gdp_first_published_100m_yuan": [1000 / 1.1 / 1.2, 1000 / 1.1, 1000, 1050, np.nan],
        "real_gdp_retrospective_100m_yuan": [np.nan, 1000 / 1.25, 1000, 1040, 1144],
    }
    for name, levels in chained.items():
        np.testing.assert_allclose(city[name], levels, rtol=1e-12, err_msg=name)
    step = city["first_published_step"].tolist()
    np.testing.assert_array_equal(step, [0, 1, 0, 1, np.nan])
    per_head = city["real_gdp_first_published_per_head_yuan"]
    np.testing.assert_allclose(per_head.loc[2019], 1e4 * 1000 / 1.1 / 140, rtol=1e-12)


def test_breaks_are_flagged_in_their_year(panel):
    flags = panel["gdp_break"].unstack("year")
    assert flags.loc["610100"].tolist() == [1, 0, 1, 0, 0]
    assert flags.loc["620500"].tolist() == [1, 0, 0, 1, 0]
    assert panel["growth_break"].sum() == 0


def test_without_a_list_of_breaks_their_flags_are_missing(tables):
    panel = build_panel_with_changes(tables, CHANGES, SPEC)
    assert panel[["gdp_break", "lights_break"]].isna().all(axis=None)


def test_flags(panel):
    flags = panel.xs(2020, level="year")[["in_zone", "in_region", "in_nation"]]
    assert flags.to_numpy().tolist() == [[1, 1, 1], [0, 1, 1], [0, 0, 1], [0, 0, 0]]


def test_a_member_of_the_zone_is_in_the_region_wherever_its_province_is(tables):
    zone = make_spec(zone=["620500"], first=2020, last=2021)
    flags = build_panel(tables, zone).loc[("620500", 2020)]
    assert (flags["in_zone"], flags["in_region"]) == (1, 1)


def test_nothing_is_filled(panel):
    provincial = ["cpi_previous_year_100", "cpi_level"]  # the province's, in each of its cities
    measured = panel.select_dtypes("float").drop(columns=provincial)
    assert measured.loc[["620500", "810000"]].isna().all(axis=None)
    assert measured.loc[("610200", [2018, 2019, 2021, 2022]), :].isna().all(axis=None)
    assert np.isnan(panel.at[("610100", 2021), "primary_share_pct"])


def test_bulletins_continue_the_accounts_in_the_same_unit(panel):
    row = panel.loc[("610100", 2022)]
    assert row["gdp_100m_yuan"] == 1200
    # 12, 588 and 600 times 100 million yuan are 120, 5 880 and 6 000 thousand times 10 thousand.
    assert [row[f"{s}_10k_yuan"] for s in ("primary", "secondary", "tertiary")] == [
        120_000,
        5_880_000,
        6_000_000,
    ]
    assert row["tertiary_share_pct"] == 50


def test_growth_is_copied_and_an_index_stops(panel, tables):
    assert panel.loc["610100", "gdp_growth_pct"].tolist()[:3] == [8, 25, 10]
    accounts = tables["city_accounts"].copy()
    accounts.loc[1, "gdp_growth_reported"] = 125.0
    with pytest.raises(DataError, match="city_code 610100, year 2019 is 125, and a percentage"):
        build_panel({**tables, "city_accounts": accounts}, SPEC)


def test_prices_and_the_implied_deflator_by_hand(panel):
    """900 / 800 over 1.25 is 0.9 of the year before; 1 000 / 900 over 1.10 is 1.0101."""
    city = panel.loc["610100"]
    assert city["cpi_level"].tolist()[:4] == pytest.approx(
        [1 / 1.25 / 1.04, 1 / 1.25, 1, 1.1], rel=1e-12
    )
    implied = city["implied_deflator_previous_year_100"]
    assert implied.loc[2019:2020].tolist() == pytest.approx([90, 100 / 0.99], rel=1e-12)
    assert implied.isna().tolist() == [True, False, False, True, True]
    # ln(90 / 104) = -0.145; ln(101.01 / 125) = -0.213.
    assert city["implied_deflator_judgement"].loc[2019:2020].tolist() == ["far", "impossible"]


def test_capital_starts_at_the_first_figure(panel):
    """500 at the prices of 2020 over a ratio of 0.1; nothing before or after."""
    capital = panel.loc["610100", "capital_100m_yuan"]
    assert capital.dropna().to_dict() == {2020: 5000}
    row = panel.loc[("610100", 2020)]
    assert (row["capital_start_year"], row["capital_initial_share_pct"]) == (2020, 100)
    assert row["capital_imputed"] == 1


def test_a_change_of_territory_is_marked(panel):
    marked = panel["boundary_change"]
    assert marked[marked == 1].index.tolist() == [("610100", 2019)]


def test_the_cut_of_years_changes_no_value(tables, panel):
    """Steps, chains and stocks rest on all years of the tables."""
    late = build_panel(tables, make_spec(first=2020, last=2021))
    pd.testing.assert_frame_equal(late, panel.loc[late.index])


def test_per_head_figures_follow_the_basis(tables):
    registered = make_spec(population=PopulationSpec("registered", "as_reported"))
    row = build_panel(tables, registered).loc[("610100", 2020)]
    assert row["population_10k"] == 150
    assert row["gdp_per_head_yuan"] == pytest.approx(1e7 / 150, rel=1e-12)


def test_real_output_by_hand(panel):
    """Base 2020 = 1 000; 2019 = 1 000 / 1.10; 2018 = that / 1.25; growth of 2021 is missing."""
    real = panel.loc["610100", "real_gdp_100m_yuan"].tolist()
    # Chained through logs: last bits only.
    assert real[:3] == pytest.approx([1000 / 1.1 / 1.25, 1000 / 1.1, 1000], rel=1e-12)
    assert np.isnan(real[3:]).all()


def test_formulas_by_hand(panel):
    """Few products and quotients of round numbers: last bits only."""
    row = panel.loc[("610100", 2020)]
    expected = {
        "real_gdp_cpi_100m_yuan": 1000,
        "real_gdp_gap_pct": 0,
        "gdp_per_head_yuan": 50_000,
        "real_gdp_per_head_yuan": 50_000,
        "real_gdp_cpi_per_head_yuan": 50_000,
        "capital_per_head_yuan": 250_000,  # 5 000 x 10^8 yuan over 200 x 10^4 persons
        "value_added_10k_yuan": 1e7,
        "primary_share_pct": 1,
        "secondary_share_pct": 40,
        "tertiary_share_pct": 59,
        "gdp_per_resident_yuan": 50_000,  # 1 000 x 10^8 yuan over 200 x 10^4 persons
        "gdp_per_registered_yuan": 1e7 / 150,
        "real_gdp_per_resident_yuan": 50_000,
        **{
            f"real_gdp_{vintage}_per_{basis}_yuan": 50_000
            for vintage in ("first_published", "retrospective")
            for basis in ("head", "resident")
        },
        "lights_per_1000": 1.5,
        "fiscal_gap_pct": 25,
        "budget_expenditure_per_resident_yuan": 1e4 * row["budget_expenditure_100m_yuan"] / 200,
    }
    assert set(expected) == {variable.name for variable in DERIVED}
    assert row[list(expected)].astype(float).to_dict() == pytest.approx(expected, rel=1e-12)


def test_copied_columns_are_copied(panel, tables):
    for variable in COPIED:
        table, column = variable.source.split(".")
        source = tables[table].set_index(["city_code", "year"])[column]
        source = source.reindex(panel.index).astype("float64")
        pd.testing.assert_series_equal(panel[variable.name], source, check_names=False)


def test_division_by_zero_is_missing(panel):
    assert np.isnan(panel.at[("610200", 2020), "lights_per_1000"])


@pytest.mark.parametrize(
    ("key", "basis"),
    [
        # 800 over 80 000 yuan is 100 x 10^4 persons: both populations at the year's end.
        (("610100", 2018), "either"),
        # 900 over 75 000 is 120: residents' mean of 100 and 140, and registered at the end.
        (("610100", 2019), "either"),
        # 1 000 over 50 000 is 200: residents at the end; registered are 150, their mean 135.
        (("610100", 2020), "resident"),
        # 40 over 41 000 is 9.756: 2.4% below registered, farther from residents.
        (("610200", 2020), "neither"),
    ],
)
def test_population_basis(panel, key, basis):
    assert panel.at[key, "gdp_per_capita_basis"] == basis


@pytest.mark.parametrize(
    ("per_head", "basis"),
    [
        (1e7 / 151.4, "registered"),  # 151.4 differs from 150 by 0.92% of itself
        (1e7 / 151.6, "neither"),  # by 1.06%
        (1e7 / 148.6, "registered"),
        (1e7 / 148.4, "neither"),
        (1e7 / 170.0, "resident"),  # the mean of 140 and 200
        (1e7 / 135.0, "registered"),  # the mean of 120 and 150
    ],
)
def test_population_basis_within_one_per_cent(tables, per_head, basis):
    accounts = tables["city_accounts"].copy()
    accounts.loc[2, "gdp_per_capita_yuan"] = per_head
    panel = build_panel({**tables, "city_accounts": accounts}, SPEC)
    assert panel.at[("610100", 2020), "gdp_per_capita_basis"] == basis


def test_no_basis_without_a_reported_figure(panel):
    assert pd.isna(panel.at[("610100", 2021), "gdp_per_capita_basis"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"zone": ["610100", "619900"]}, "The city code 619900 is not in the table city_names"),
        ({"region": ["990000"]}, "The province code 990000 is not in the table city_names"),
    ],
)
def test_unknown_codes_are_named(tables, change, said):
    with pytest.raises(DataError, match=said):
        build_panel(tables, make_spec(**change))


def test_the_tables_are_left_as_they_were(tables):
    before = {name: table.copy() for name, table in tables.items()}
    build_panel(tables, SPEC)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, before[name])


def test_coverage_tells_first_last_and_gaps(tables):
    accounts = tables["city_accounts"].copy()
    accounts.loc[1, "gdp_100m_yuan"] = np.nan
    told = coverage(build_panel({**tables, "city_accounts": accounts}, SPEC), BREAKS)
    told = told.set_index(["variable", "city_code"])
    gdp = told.loc[("gdp_100m_yuan", "610100")]
    assert gdp[["name_en", "first", "last", "years", "missing"]].tolist() == [
        "Xi'an",
        2018,
        2022,
        4,
        "2019",
    ]
    assert set(told.index.get_level_values("city_code")) == {"610100"}
    assert told.at[("lights_per_1000", "610100"), "missing"] == ""
    assert gdp["breaks"] == "2020 boundary; 2020 vintage"
    assert told.at[("gdp_per_resident_yuan", "610100"), "breaks"] == gdp["breaks"]
    assert told.at[("real_gdp_100m_yuan", "610100"), "breaks"] == ""
    assert "in_zone" not in told.index.get_level_values("variable")


def test_coverage_of_a_variable_without_figures(tables):
    tables = {**tables, "city_remote_sensing": tables["city_remote_sensing"].iloc[1:]}
    told = coverage(build_panel(tables, SPEC), BREAKS).set_index("variable")
    lights = told.loc["night_lights_sum"]
    assert lights["years"] == 0 and pd.isna(lights["first"]) and lights["missing"] == ""


def test_codebook_describes_every_variable_once(panel):
    book = codebook(panel)
    assert book["variable"].tolist() == panel.columns.tolist()
    for column in ("title", "unit", "source"):
        assert (book[column].str.strip() != "").all()
    row = book.set_index("variable").loc["gdp_100m_yuan"]
    assert row[["first", "last", "cities", "figures", "figures_zone"]].tolist() == [
        2018,
        2022,
        2,
        6,
        5,
    ]
    assert set(book.loc[book["formula"] != "", "variable"]) == {v.name for v in DERIVED}
