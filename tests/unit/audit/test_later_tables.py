"""The tables added later: each kind of fault by hand, and what is flagged and not emptied."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import audit
from audit.common import KEYS, UNSCANNED
from audit.judgement import DECISIONS, judge
from audit.later_rules import LATER
from guantian.data.errata import read_errata

RAW = Path(__file__).resolve().parents[3] / "data" / "raw"
YEARS = np.arange(2005, 2021)


def lists(tables):
    """Return the values used of corrected cells, and the rules of the others, by unit and year."""
    errata, examined = judge(audit.proposals(tables), pd.DataFrame(columns=DECISIONS))
    return (
        errata.set_index(["key", "column"])[["rule", "used_value"]],
        examined.set_index(["key", "column"])["rule"],
    )


def frame(unit, codes, columns, years=YEARS, **attributes):
    """Return a table of units and years, each column a matrix (units x years)."""
    index = pd.MultiIndex.from_product([codes, years], names=[unit, "year"])
    out = pd.DataFrame({name: np.ravel(values) for name, values in columns.items()}, index=index)
    return out.reset_index().assign(**attributes)


def paths(seed, number, growth=0.08, noise=0.02, level=4.0):
    """Return smooth paths of units whose levels differ."""
    rng = np.random.default_rng(seed)
    base = np.exp(level + np.linspace(0, 2, number))[:, None]
    return (
        base
        * np.exp(growth * (YEARS - YEARS[0]))
        * np.exp(rng.normal(0, noise, (number, len(YEARS))))
    )


def retrospective(number=10):
    codes = [f"41{k:02d}00" for k in range(1, number + 1)]
    rng = np.random.default_rng(7)
    one, two, three = (paths(seed, number, level=lv) for seed, lv in ((1, 3), (2, 5), (3, 4)))
    parts = {
        "primary_100m_yuan": one.round(2),
        "secondary_100m_yuan": two.round(2),
        "tertiary_100m_yuan": three.round(2),
    }
    whole = sum(parts.values())
    return frame(
        "city_code",
        codes,
        {
            "gdp_100m_yuan": whole,
            "gdp_index_previous_year_100": 108 + rng.normal(0, 1.5, whole.shape).round(1),
            "gdp_of_sector_table_100m_yuan": whole,
            **parts,
        },
    )


SECTOR_TABLE = [
    "gdp_of_sector_table_100m_yuan",
    "primary_100m_yuan",
    "secondary_100m_yuan",
    "tertiary_100m_yuan",
]


def counties(number=24):
    codes = [f"4101{k:02d}" if k <= 8 else f"4102{k:02d}" for k in range(1, number + 1)]
    one, two, three = (
        paths(seed, number, level=lv).round() for seed, lv in ((4, 9), (5, 11), (6, 10))
    )
    people = paths(8, number, growth=0.004, noise=0.002, level=3.0).round(2)
    return frame(
        "county_code",
        codes,
        {
            "gdp_10k_yuan": one + two + three,
            "primary_10k_yuan": one,
            "secondary_10k_yuan": two,
            "tertiary_10k_yuan": three,
            "population_10k": people,
            "lights": paths(9, number),
        },
        county_name_zh="县",
        city_code="410100",
    )


def test_clean_tables_have_no_errata():
    for name, table in (("city_growth_and_sectors", retrospective()), ("county_panel", counties())):
        assert lists({name: table})[0].empty, name


def test_every_table_with_figures_is_scanned(package):
    """What is not scanned holds no figure that another figure could contradict."""
    assert set(KEYS) | UNSCANNED == set(package.tables)
    for name in UNSCANNED - {"dialect_points"}:
        numbers = [f for f in package.tables[name].fields if f.type in ("number", "integer")]
        assert not numbers, name
    assert set(KEYS) >= LATER


def test_rows_of_sectors_shifted_by_one_go_home():
    """Each row of the year holds the next unit's sectors; the first unit's stand nowhere."""
    table = retrospective()
    rows = table.index[(table["year"] == 2011) & table["city_code"].between("410200", "410600")]
    true = table.loc[rows, SECTOR_TABLE].to_numpy()
    table.loc[rows, SECTOR_TABLE] = np.roll(true, -1, axis=0)
    errata, _ = lists({"city_growth_and_sectors": table})
    assert len(errata) == 20 and set(errata["rule"]) == {"block_of_rows"}
    for place, row in enumerate(rows):
        key = f"city_code={table.loc[row, 'city_code']};year=2011"
        used = [float(errata.loc[(key, column), "used_value"]) for column in SECTOR_TABLE]
        np.testing.assert_allclose(used, true[place], rtol=1e-9)


def test_the_regions_row_is_emptied_and_the_citys_own_output_left():
    table = retrospective()
    row = table.index[(table["year"] == 2012) & (table["city_code"] == "410500")]
    table.loc[row, SECTOR_TABLE] *= 5
    errata, _ = lists({"city_growth_and_sectors": table})
    assert set(errata.index.get_level_values("column")) == set(SECTOR_TABLE)
    assert set(errata["used_value"]) == {""}


def test_a_vintage_that_lasts_is_no_fault():
    """The two figures of output differ by a tenth from a year on: a restatement."""
    table = retrospective()
    table.loc[table["year"] >= 2013, "gdp_100m_yuan"] *= 0.8
    assert lists({"city_growth_and_sectors": table})[0].empty


def test_the_rate_of_the_province_in_its_cities():
    table = retrospective()
    rows = table.index[(table["year"] == 2020) & (table["city_code"] <= "410700")]
    table.loc[rows, "gdp_index_previous_year_100"] = 104.35
    errata, examined = lists({"city_growth_and_sectors": table})
    assert errata.empty and examined.tolist() == ["same_rate"] * 7


def test_the_rate_of_the_province_where_the_accounts_name_the_city():
    """The accounts give each city's own rate; one that is the province's is left."""
    table = retrospective()
    index = "gdp_index_previous_year_100"
    accounts = table[["city_code", "year"]].reindex(
        columns=pd.read_csv(RAW / "city_accounts.csv", nrows=0).columns
    )
    rows = table.index[(table["year"] == 2020) & (table["city_code"] <= "410700")]
    table.loc[rows[0], index] = 104.35
    accounts["gdp_growth_reported"] = (table[index] - 100).round(2)
    table.loc[rows, index] = 104.35
    errata, _ = lists({"city_growth_and_sectors": table, "city_accounts": accounts})
    named = table.loc[rows[1:], "city_code"]
    assert set(errata.index.get_level_values("key")) == {f"city_code={c};year=2020" for c in named}


def test_a_county_in_units_of_100_million():
    table = counties()
    row = table.index[(table["year"] == 2020) & (table["county_code"] == "410105")]
    true = float(table.loc[row, "secondary_10k_yuan"].iloc[0])
    table.loc[row, "secondary_10k_yuan"] = round(true / 1e4)
    errata, _ = lists({"county_panel": table})
    ((rule, used),) = errata.to_numpy()
    assert rule == "power_of_ten"
    assert float(used) == pytest.approx(true, rel=0.5 / (true / 1e4))


def test_one_wrong_year_of_people_is_emptied_and_a_run_is_flagged():
    table = counties()
    one = table.index[(table["year"] == 2012) & (table["county_code"] == "410103")]
    run = table.index[table["year"].between(2010, 2012) & (table["county_code"] == "410107")]
    table.loc[one, "population_10k"] *= 1.6
    table.loc[run, "population_10k"] *= 1.6
    errata, examined = lists({"county_panel": table})
    assert errata.index.tolist() == [("county_code=410103;year=2012", "population_10k")]
    assert not examined.empty


def test_a_bad_harvest_in_a_citys_counties_is_kept():
    table = counties()
    rows = table.index[(table["year"] == 2013) & table["county_code"].str.startswith("4101")]
    lost = 0.5 * table.loc[rows, "primary_10k_yuan"]
    table.loc[rows, "primary_10k_yuan"] -= lost
    table.loc[rows, "gdp_10k_yuan"] -= lost
    errata, examined = lists({"county_panel": table})
    assert errata.empty
    assert (examined == "confirmed").sum() >= 4


def test_targets_under_three_per_cent_are_placeholders():
    codes = [f"41{k:02d}00" for k in range(1, 9)]
    targets = frame("city_code", codes, {"growth_target_pct": np.full((8, len(YEARS)), 9.0)})
    row = targets.index[(targets["year"] == 2020) & (targets["city_code"] == "410300")]
    targets.loc[row, "growth_target_pct"] = 1.0
    slow = targets["city_code"] == "410500"  # a city that slowed down has low targets, not none
    targets.loc[slow & targets["year"].ge(2019), "growth_target_pct"] = 3.0
    errata, _ = lists({"city_growth_targets_2008_2022": targets})
    assert errata["rule"].to_dict() == {
        ("city_code=410300;year=2020", "growth_target_pct"): "placeholder"
    }


def test_districts_above_their_city():
    codes = [f"41{k:02d}00" for k in range(1, 9)]
    years = np.arange(2005, 2017)
    steady = np.outer(np.linspace(1, 3, 8), np.exp(0.01 * (years - 2005)))
    names = pd.read_csv(RAW / "city_sector_employment.csv", nrows=0).columns[2:]
    city = frame("city_code", codes, {name: 2 * steady for name in names}, years)
    city["units_total"] = 19 * city["education"]
    district = frame("city_code", codes, {"education": steady}, years)
    row = district.index[(district["year"] == 2010) & (district["city_code"] == "410400")]
    district.loc[row, "education"] *= 3
    tables = {"city_sector_employment": city, "city_district_sector_employment": district}
    errata, _ = lists(tables)
    assert errata["rule"].to_dict() == {
        ("city_code=410400;year=2010", "education"): "part_above_whole"
    }


def test_debt_that_comes_and_goes_is_flagged():
    codes = [f"41{k:02d}00" for k in range(1, 9)]
    debt = frame("region_code", codes, {"lgfv_interest_bearing_debt_100m_yuan": paths(3, 8)})
    debt = debt.assign(name_zh="市")
    row = debt.index[debt["year"].isin([2012, 2013]) & (debt["region_code"] == "410300")]
    debt.loc[row, "lgfv_interest_bearing_debt_100m_yuan"] *= 4
    errata, examined = lists({"city_lgfv_debt": debt})
    assert errata.empty and set(examined) <= {"volatile"}


def test_shares_spells_and_flows():
    shares = pd.DataFrame(
        {
            "year": 2012,
            "origin": ["110000", "120000"] * 2,
            "destination": ["110000", "110000", "120000", "120000"],
            "share_of_destination_expenditure": [0.7, 0.3, 0.6, 0.5],
        }
    )
    errata, examined = lists({"province_trade_shares": shares})
    assert errata.empty and len(examined) == 2  # 0.6 and 0.5 sum to 1.1, and 0.5 is not the largest
    spells = pd.DataFrame(
        {
            "city_code": "410100",
            "post": "mayor",
            "person_id": ["1", "2", "3"],
            "first_year": ["2000", "2004", "2008"],
            "last_year": [2006.0, 2008.0, np.nan],
            "birth_year": [1950.0, 1990.0, 1960.0],
            "first_year_in_vice_provincial_rank": [np.nan, np.nan, 1990.0],
        }
    )
    errata, examined = lists({"leader_spells": spells})
    assert errata["rule"].tolist() == ["age"]  # a mayor of fourteen
    assert sorted(set(examined)) == ["spells", "undecided"]


def test_the_kinds_that_the_description_names_are_errata():
    """Placeholders, the rate of the province, shifted rows, units: each is in the list."""
    errata = read_errata(RAW / "errata.csv")
    rules = errata[errata["table"].isin(LATER)].groupby("table")["rule"].value_counts()
    assert rules["city_growth_targets_2008_2022", "placeholder"] == 9
    assert rules["city_growth_and_sectors", "by_hand"] == 6
    assert rules["city_growth_and_sectors", "block_of_rows"] == 12
    assert rules["county_panel", "power_of_ten"] > 600
