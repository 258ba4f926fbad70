"""Cells that an independent reading found wrong or right come out so, by general rules."""

from pathlib import Path

import pandas as pd
import pytest

HERE = Path(__file__).resolve().parent
RAW = HERE.parents[2] / "data" / "raw"
CELL = ["table", "key", "column"]
#: A value used is the likely one within this: some are rounded, or read off an identity.
LIKELY = 0.03


def read(path):
    return pd.read_csv(path, dtype=str, keep_default_na=False)


ERRATA = read(RAW / "errata.csv").set_index(CELL)
EXAMINED = read(RAW / "examined.csv").set_index(CELL)
BREAKS = read(RAW / "breaks.csv")
GOOD = read(HERE / "emptied_though_good.csv")
FAULTS = read(HERE / "faults_shown.csv")
FAULTS["cell"] = list(
    zip(FAULTS["table"], FAULTS["key"] + ";year=" + FAULTS["year"], FAULTS["column"], strict=True)
)
SINGLE = FAULTS[FAULTS["year"].str.fullmatch(r"\d{4}") & FAULTS["key"].str.fullmatch(r"\w+=\d{6}")]
RANGES = FAULTS.drop(SINGLE.index)


def status(cell):
    """Return what became of a cell: corrected, flagged, kept, or nothing."""
    if cell in ERRATA.index:
        return "corrected"
    return EXAMINED.at[cell, "status"] if cell in EXAMINED.index else ""


@pytest.mark.parametrize("kind", sorted(GOOD["kind"].unique()))
def test_good_cells_are_left(kind):
    """No cell that a test of its own shows right is emptied or replaced."""
    cells = GOOD.loc[GOOD["kind"] == kind, CELL].itertuples(index=False, name=None)
    assert [cell for cell in cells if cell in ERRATA.index] == []


def is_vintage(row):
    """Say whether a fault is one of vintage or scope: flagged, and never emptied for it."""
    printed_otherwise = row["column"] == "gdp_growth_reported" and row["year"] == "2009"
    return "vintage" in row["confidence"] or "scope" in row["confidence"] or printed_otherwise


@pytest.mark.parametrize("confidence", ["certain", "high", "medium"])
@pytest.mark.parametrize("table", sorted(SINGLE["table"].unique()))
def test_faults_are_corrected_or_flagged(table, confidence):
    """A wrong cell is emptied or given its value; one of another vintage is flagged."""
    rows = SINGLE[(SINGLE["table"] == table) & SINGLE["confidence"].str.startswith(confidence)]
    for row in rows.to_dict("records"):
        cell, said = row["cell"], row["value"].removeprefix("used ")
        became = status(cell)
        if said != row["value"]:
            # The value printed is right, or the value used was wrong.
            used = ERRATA["used_value"].get(cell, row["likely_value"])
            assert float(used) == pytest.approx(float(row["likely_value"]), rel=LIKELY), row
        elif is_vintage(row) or confidence == "medium":
            assert became == "flagged", row
        else:
            assert became == "corrected", row
            used, likely = ERRATA.at[cell, "used_value"], row["likely_value"]
            if used and likely:
                assert float(used) == pytest.approx(float(likely), rel=LIKELY), row


def test_no_fault_goes_unseen():
    """Every fault named by cell is in one of the lists, unless its printed value is right."""
    missed = {cell for cell in SINGLE["cell"] if not status(cell)}
    printed_right = set(SINGLE.loc[SINGLE["value"].str.startswith("used"), "cell"])
    assert missed == printed_right


def units(table, column, year, status_="corrected", rule=None):
    """Return the units whose cell of a year is in a list, by its rule."""
    rows = (ERRATA if status_ == "corrected" else EXAMINED).reset_index()
    rows = rows[(rows["table"] == table) & (rows["column"] == column)]
    rows = rows[rows["key"].str.endswith(f";year={year}")]
    if status_ != "corrected":
        rows = rows[rows["status"] == status_]
    if rule:
        rows = rows[rows["rule"] == rule]
    return set(rows["key"].str.extract(r"=(\d{6});")[0])


#: The second part of the review's table of twenty: whole provinces and runs of years.
BLOCKS = [
    # Heilongjiang in 2021 prints the registered; Daqing's two counts differ by too little.
    ("city_resident_population", "resident_population_10k", "23", [2021], 11),
    # Hunan's thirteen cities; Changsha has no registered figure beside it in the last year.
    ("city_resident_population", "resident_population_10k", "43", range(2005, 2010), 13),
    # Residents under the heading of the registered; Yunnan had one more unit until 1998.
    ("city_population_labour", "registered_population_10k", "13", range(2005, 2019), 11),
    ("city_population_labour", "registered_population_10k", "53", range(2005, 2019), 16),
    ("city_population_labour", "registered_population_10k", "36", range(2001, 2019), 11),
    ("city_population_labour", "registered_population_10k", "14", range(2000, 2009), 10),
    # Investment of another scope; Longyan's dip is not certain beside the year after.
    ("city_investment_fiscal", "fixed_investment_100m_yuan", "35", [2000], 5),
    # Growth that repeats another year's; GDP under the primary sector.
    ("city_accounts", "gdp_growth_reported", "62", [1995], 14),
    ("city_accounts", "secondary_10k_yuan", "45", [2000], 7),
    ("city_accounts", "tertiary_10k_yuan", "45", [2000], 7),
]


@pytest.mark.parametrize(("table", "column", "province", "years", "number"), BLOCKS)
def test_blocks_of_the_table_of_twenty(table, column, province, years, number):
    """Every cell of the block is emptied, and in each year that many."""
    for year in years:
        mine = {code for code in units(table, column, year) if code.startswith(province)}
        assert len(mine) == number, year
        for code in mine:
            row = ERRATA.loc[(table, f"city_code={code};year={year}", column)]
            assert row["used_value"] == "", (code, year)


def test_another_vintage_of_a_province_is_flagged_in_all_its_years():
    """Gansu's primary sector falls in 2017 and comes back in two years; its growth of 2009."""
    for column, years in (("primary_10k_yuan", (2017, 2018)), ("gdp_growth_reported", (2009,))):
        for year in years:
            found = units("city_accounts", column, year, "flagged", "province_vintage")
            assert len([code for code in found if code.startswith("62")]) == 14, (column, year)


def test_what_another_table_shows_is_left():
    """Chengde's residents' services of 2015 leap in the districts' table as well; mining does not.

    A swap of the two columns would leave the districts with more people than the city.
    """
    year = "city_code=130800;year=2015"
    assert status(("city_sector_employment", year, "mining")) == "corrected"
    assert status(("city_sector_employment", year, "resident_services")) == ""
    districts = read(RAW / "city_district_sector_employment.csv")
    own = districts[(districts["city_code"] == "130800") & (districts["year"] == "2015")].iloc[0]
    sectors = read(RAW / "city_sector_employment.csv")
    city = sectors[(sectors["city_code"] == "130800") & (sectors["year"] == "2015")].iloc[0]
    assert float(own["resident_services"]) > float(city["mining"])


def cells_of(row):
    """Return the lists' cells of a fault given as a range of units or years."""
    both = pd.concat([ERRATA[["rule"]], EXAMINED[["rule"]]]).reset_index()
    unit, years = row["key"].rpartition("=")[2].rstrip("*"), row["year"].split("-")
    key = both["key"].str.extract(r"=(\d+);year=(\d{4})$")
    mine = (both["table"] == row["table"]) & (both["column"] == row["column"])
    mine &= key[0].str.startswith(unit) & key[1].between(years[0], years[-1])
    return both[mine]


def test_ranges_of_faults():
    """Another vintage is flagged in a whole province; another count is emptied in it."""
    rules = {"610": {"province_vintage"}, "14": {"other_count_resident"}}
    rules["23"] = {"other_count_registered"}
    for row in RANGES[RANGES["key"].str.startswith("city_code=")].to_dict("records"):
        code = row["key"].rpartition("=")[2].rstrip("*")
        wanted = next(rules[prefix] for prefix in rules if code.startswith(prefix))
        found = cells_of(row)
        share = found["rule"].isin(wanted).mean()
        assert len(found) >= 6 and share > 0.8, (row["key"], found["rule"].value_counts())


def test_definitions_are_breaks():
    """What is no fault of cells but of a product is said in the list of breaks."""
    for row in RANGES[RANGES["key"] == "all cities"].to_dict("records"):
        said = BREAKS[(BREAKS["table"] == row["table"]) & (BREAKS["column"] == row["column"])]
        first = int(row["year"][:4])
        assert said["year"].astype(int).isin([first, first + 1]).any(), row


@pytest.mark.parametrize(
    ("table", "key", "column", "used"),
    [
        # The unit's own values are in the row above (Heilongjiang 2011), or in the next row's.
        ("city_accounts", "city_code=230900;year=2011", "gdp_100m_yuan", "308.059"),
        ("city_accounts", "city_code=231000;year=2011", "gdp_100m_yuan", "940.3461"),
        ("city_accounts", "city_code=231100;year=2011", "gdp_100m_yuan", "316.0451"),
        ("city_accounts", "city_code=231200;year=2011", "gdp_100m_yuan", "912.0937"),
        ("city_accounts", "city_code=450800;year=2005", "gdp_100m_yuan", "227.02"),
        ("city_accounts", "city_code=450900;year=2005", "gdp_100m_yuan", "356.25"),
        # GDP stands under the primary sector.
        ("city_accounts", "city_code=450300;year=2000", "gdp_100m_yuan", "300.1573"),
        ("city_accounts", "city_code=450300;year=2000", "primary_10k_yuan", "988813"),
        (
            "city_investment_fiscal",
            "city_code=530600;year=2000",
            "budget_revenue_100m_yuan",
            "5.28",
        ),
        (
            "city_population_labour",
            "city_code=610600;year=2010",
            "nonrural_population_10k",
            "74.4523",
        ),
        ("city_population_labour", "city_code=532800;year=2006", "staff_wage_bill_10k_yuan", None),
        ("city_sector_employment", "city_code=610800;year=2014", "hotels_catering", "0.77"),
        ("city_sector_employment", "city_code=410400;year=2011", "public_management", "5.97"),
        ("city_accounts_2022_2023", "city_code=513400;year=2022", "gdp_100m_yuan", "2081.4"),
        # The review's table of twenty, one of each.
        ("city_accounts_2022_2023", "city_code=150600;year=2022", "gdp_100m_yuan", ""),
        ("city_accounts_2022_2023", "city_code=340400;year=2022", "gdp_100m_yuan", ""),
        ("city_accounts", "city_code=231100;year=2011", "primary_10k_yuan", "1537361"),
        ("city_accounts", "city_code=231200;year=2011", "secondary_10k_yuan", "2321639"),
        (
            "city_investment_fiscal",
            "city_code=620800;year=2012",
            "fixed_investment_100m_yuan",
            "",
        ),
        (
            "city_investment_fiscal",
            "city_code=530600;year=2000",
            "budget_expenditure_100m_yuan",
            "17.8",
        ),
        (
            "city_population_labour",
            "city_code=610700;year=2010",
            "nonrural_population_10k",
            "76.9021",
        ),
        (
            "city_population_labour",
            "city_code=610700;year=2010",
            "registered_population_10k",
            "381.5255",
        ),
        ("city_total_tax", "city_code=610800;year=2006", "total_tax_pct_gdp", "13.52157"),
        ("city_total_tax", "city_code=610800;year=2006", "total_tax_yuan_per_capita", "1738.229"),
        ("city_retail", "city_code=620800;year=2005", "industrial_output_100m_yuan", ""),
        ("city_resident_population", "city_code=211200;year=2005", "resident_population_10k", ""),
        (
            "city_population_labour",
            "city_code=532900;year=2007",
            "staff_wage_bill_10k_yuan",
            "362414.4",
        ),
        ("city_sector_employment", "city_code=610800;year=2014", "information", "0.38"),
        ("city_sector_employment", "city_code=340800;year=2016", "education", "5.0778"),
        ("city_population_labour", "city_code=611000;year=2013", "staff_average_10k", ""),
        # Missed kinds: revenue of all receipts, a figure of another city, a year of another scope.
        ("city_investment_fiscal", "city_code=420100;year=2013", "budget_revenue_100m_yuan", ""),
        ("city_investment_fiscal", "city_code=420200;year=2001", "budget_revenue_100m_yuan", ""),
        ("city_investment_fiscal", "city_code=420200;year=2002", "budget_revenue_100m_yuan", ""),
        ("city_investment_fiscal", "city_code=650100;year=2000", "budget_revenue_100m_yuan", ""),
        ("city_investment_fiscal", "city_code=640300;year=2006", "budget_revenue_100m_yuan", ""),
        (
            "city_investment_fiscal",
            "city_code=451100;year=2001",
            "budget_expenditure_100m_yuan",
            "",
        ),
        ("city_investment_fiscal", "city_code=320600;year=1997", "fixed_investment_100m_yuan", ""),
        ("city_population_labour", "city_code=130900;year=2009", "staff_wage_bill_10k_yuan", ""),
    ],
)
def test_values_recovered(table, key, column, used):
    """What the sources hold elsewhere is used, to the printed digit."""
    row = ERRATA.loc[(table, key, column)]
    if used is None:
        assert float(row["used_value"]) == pytest.approx(float(row["source_value"]) / 10)
    else:
        assert row["used_value"] == used
