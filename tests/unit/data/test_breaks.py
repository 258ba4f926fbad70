"""Breaks: read strictly, and carried from columns to variables."""

import pandas as pd
import pytest

from guantian.data.breaks import (
    breaks_of_variables,
    covers,
    flag_breaks,
    read_breaks,
    said_of,
)
from guantian.data.variables import Variable
from guantian.errors import DataError

HEADER = "id,table,unit,column,year,kind,reason,evidence\n"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("B2,t,61*,c,2000,vintage,r,e", "column 'id': 'B2'"),
        ("B002,t,61,c,2000,vintage,r,e", "column 'unit': '61'"),
        ("B002,t,61*,c,20x0,vintage,r,e", "column 'year': '20x0'"),
        ("B002,t,61*,c,2000,wish,r,e", "column 'kind': 'wish'"),
        ("B002,t,61*,c,2000,vintage,,e", "column 'reason': ''"),
        ("B002,t,61*,c,2000,vintage,r,", "column 'evidence': ''"),
        ("B001,t,61*,c,2000,vintage,r,e", "column 'id': B001 occurs twice"),
    ],
)
def test_wrong_breaks_are_named(tmp_path, row, said):
    path = tmp_path / "breaks.csv"
    path.write_text(f"{HEADER}B001,t,*,c,1999,scope,r,e\n{row}\n", encoding="utf-8")
    with pytest.raises(DataError, match=rf"breaks.csv, row 3, {said}"):
        read_breaks(path)


def test_a_formula_has_the_breaks_of_what_it_is_made_of(tmp_path):
    path = tmp_path / "breaks.csv"
    rows = [
        "B001,t,61*,a,2005,census,r,e",
        "B002,t,610100,*,2007,boundary,r,e",
        "B003,t,*,b,2003,scope,r,e",
    ]
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    variables = [
        Variable("one", "", "", "t.a"),
        Variable("two", "", "", "t.c; another.a"),
        Variable("three", "", "", formula="1e4 * one / two"),
    ]
    breaks = breaks_of_variables(read_breaks(path), variables)
    assert said_of(breaks, "three", "610100") == "2005 census; 2007 boundary"
    assert said_of(breaks, "three", "610200") == "2005 census"
    assert said_of(breaks, "two", "610100") == "2007 boundary"
    assert said_of(breaks, "two", "620500") == ""


def test_flags_mark_the_year_in_which_a_break_starts(tmp_path):
    path = tmp_path / "breaks.csv"
    path.write_text(HEADER + "B001,t,61*,a,2005,census,r,e\n", encoding="utf-8")
    variables = [Variable("one", "", "", "t.a"), Variable("two", "", "", inputs=("one",))]
    index = pd.MultiIndex.from_product(
        [["610100", "620500"], [2004, 2005, 2006]], names=["city_code", "year"]
    )
    flags = flag_breaks(index, read_breaks(path), variables, {"two_break": "two"})
    assert flags["two_break"].tolist() == [0, 1, 0, 0, 0, 0]


def test_breaks_name_tables_columns_and_units_that_there_are(package, corrected, raw_folder):
    breaks = read_breaks(raw_folder / "breaks.csv")
    assert not breaks.duplicated(["table", "unit", "column", "year"]).any()
    for row in breaks.itertuples():
        table = package.tables[row.table]
        assert row.column == "*" or row.column in table.columns, row
        frame = corrected[0][row.table]
        keys = [frame[name].astype("str") for name in table.key[:2]]
        assert any(key.map(lambda code, unit=row.unit: covers(unit, code)).any() for key in keys)


def test_what_the_review_found_is_listed(raw_folder):
    breaks = read_breaks(raw_folder / "breaks.csv")
    listed = set(breaks[["table", "unit", "column", "year"]].itertuples(index=False, name=None))
    assert listed >= {
        ("city_accounts", "61*", "gdp_growth_reported", 2003),
        ("city_accounts", "62*", "gdp_growth_reported", 2009),
        ("city_accounts", "62*", "primary_10k_yuan", 2017),
        ("city_remote_sensing", "*", "night_lights_sum", 2002),
        ("city_remote_sensing", "*", "landscan_population", 2012),
        ("county_panel", "610402", "gdp_10k_yuan", 2017),
    }


def test_breaks_that_were_found_reach_the_panel(real_panel, provenance):
    """By a flag where the panel has one for the variable, and in every value's provenance."""
    at = real_panel.xs
    assert at(("620500", 2009))["growth_break"] == 1
    assert at(("620500", 2008))["growth_break"] == 0
    assert at(("610300", 2003))["growth_break"] == 1
    assert (real_panel.xs(2002, level="year")["lights_break"] == 1).all()
    own = provenance[provenance["year"].eq(provenance["source_year"])]
    for unit, year, variable, column, mark in (
        ("620500", 2017, "primary_10k_yuan", "primary_10k_yuan", "B080"),
        ("620500", 2009, "gdp_growth_pct", "gdp_growth_reported", "B078"),
        ("610300", 2012, "landscan_population", "landscan_population", "B055"),
        ("610300", 2002, "night_lights_sum", "night_lights_sum", "B082"),
    ):
        rows = own[(own["unit"] == unit) & (own["year"] == year) & (own["variable"] == variable)]
        rows = rows[rows["column"] == column]
        assert mark in " ".join(rows["break"].astype(str)).split(), (variable, year)
        assert (rows["value_status"].astype(str) != "A").all(), (variable, year)
