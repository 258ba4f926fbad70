"""Each kind of fault, made by hand: the right cell is corrected, and what stands beside it left."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import audit
from audit.judgement import DECISIONS, judge
from audit.report import before_and_after, by_rule, sizes

RAW = Path(__file__).resolve().parents[3] / "data" / "raw"
YEARS = np.arange(2000, 2017)
CODES = [f"41{number:02d}00" for number in range(1, 11)]
SECTORS = ("primary_10k_yuan", "secondary_10k_yuan", "tertiary_10k_yuan")
SHARES = ("primary_share_pct", "secondary_share_pct", "tertiary_share_pct")


def frame(years=YEARS, codes=CODES, unit="city_code", **columns):
    """Return a long table of units and years with matrices (units x years) as columns."""
    index = pd.MultiIndex.from_product([codes, years], names=[unit, "year"])
    return pd.DataFrame({k: np.ravel(v) for k, v in columns.items()}, index=index).reset_index()


def paths(seed, growth, low=1.0, high=3.0, noise=0.004):
    """Return smooth paths of ten cities whose levels differ."""
    rng = np.random.default_rng(seed)
    level = np.exp(np.linspace(low, high, len(CODES)))[:, None]
    steps = np.exp(growth * (YEARS - YEARS[0]))[None, :]
    return level * steps * np.exp(rng.normal(0, noise, (len(CODES), len(YEARS))))


def whole(tables):
    """Return the tables with all columns that they have, empty where nothing is given."""
    out = {}
    for name, table in tables.items():
        columns = pd.read_csv(RAW / f"{name}.csv", nrows=0).columns
        sectors = name == "city_sector_employment"
        out[name] = table if sectors else table.reindex(columns=columns)
    return out


def lists(tables):
    """Return the values used of corrected cells, and the status of the others."""
    found = audit.proposals(whole(tables))
    errata, examined = judge(found, pd.DataFrame(columns=DECISIONS))
    cell = ["table", "key", "column"]
    return (
        errata.set_index(cell)["used_value"].to_dict(),
        examined.set_index(cell)["status"].to_dict(),
    )


def at(table, column, code=CODES[4], year=2008):
    return (table, f"city_code={code};year={year}", column)


def row(table, code=CODES[4], year=2008):
    """Return the position of a row."""
    return table.index[(table["city_code"] == code) & (table["year"] == year)][0]


def people():
    """Return residents, registered and the province's own count."""
    resident = paths(1, 0.004, 5.0, 6.5, 0.0005).round(2)
    registered = (resident * np.linspace(1.03, 1.12, len(CODES))[:, None]).round(4)
    total = pd.DataFrame(
        {
            "province_code": "410000",
            "year": YEARS,
            "population_10k": resident.sum(axis=0),
        }
    )
    return {
        "city_resident_population": frame(resident_population_10k=resident),
        "city_population_labour": frame(registered_population_10k=registered),
        "province_accounts": total,
    }


def test_residents_that_repeat_the_registered():
    """The province's count says that the residents of ten years are the registered."""
    tables = people()
    assert lists(tables) == ({}, {})
    copies = tables["city_resident_population"]
    years = copies["year"].between(2001, 2009)
    copies.loc[years, "resident_population_10k"] = tables["city_population_labour"].loc[
        years, "registered_population_10k"
    ]
    used, _ = lists(tables)
    assert {cell[0] for cell in used} == {"city_resident_population"}
    assert len(used) == years.sum()
    assert set(used.values()) == {""}


def test_registered_that_repeat_the_residents():
    """The same equality, where the residents add to the province: the other column is the copy."""
    tables = people()
    copies = tables["city_population_labour"]
    years = copies["year"].between(2001, 2013)
    copies.loc[years, "registered_population_10k"] = tables["city_resident_population"].loc[
        years, "resident_population_10k"
    ]
    used, _ = lists(tables)
    assert {cell[0] for cell in used} == {"city_population_labour"}
    assert len(used) == years.sum()


def test_a_unit_of_long_ago_makes_no_province_incomplete():
    """A unit that another took in before the years in question is not missed in their sum."""
    tables = people()
    copies = tables["city_population_labour"]
    years = copies["year"].between(2006, 2013)
    copies.loc[years, "registered_population_10k"] = tables["city_resident_population"].loc[
        years, "resident_population_10k"
    ]
    gone = pd.DataFrame({"city_code": "419000", "year": range(1990, 1999)})
    gone["registered_population_10k"] = 30.0
    tables["city_population_labour"] = pd.concat([copies, gone], ignore_index=True)
    residents = tables["city_resident_population"]
    half = residents["city_code"].isin(CODES[:5])
    tables["city_resident_population"] = residents[half].reset_index(drop=True)
    used, _ = lists(tables)
    assert {cell[0] for cell in used} == {"city_population_labour"}
    assert len(used) == years.sum()


@pytest.mark.parametrize(("on", "emptied"), [(1.0, True), (0.9, False)])
def test_a_copy_with_nothing_beside_it(on, emptied):
    """Residents that go on from copies, where the province prints copies, are one more."""
    tables = people()
    copies, registered = tables["city_resident_population"], tables["city_population_labour"]
    years = copies["year"].between(2005, 2009)
    copies.loc[years, "resident_population_10k"] = registered.loc[
        years, "registered_population_10k"
    ]
    here = row(copies, year=2009)
    copies.loc[here, "resident_population_10k"] = round(
        on * copies.loc[here, "resident_population_10k"], 4
    )
    registered.loc[row(registered, year=2009), "registered_population_10k"] = np.nan
    used, _ = lists(tables)
    cell = at("city_resident_population", "resident_population_10k", year=2009)
    assert len(set(used) - {cell}) == years.sum() - 1
    assert (cell in used) == emptied


def test_a_province_counted_in_households():
    """Two years of households are emptied, and the years beside them are not."""
    tables = {"city_population_labour": people()["city_population_labour"]}
    labour = tables["city_population_labour"]
    labour.loc[labour["year"].isin([2008, 2009]), "registered_population_10k"] /= 3.5
    used, _ = lists(tables)
    assert {cell[1][-4:] for cell in used} == {"2008", "2009"}
    assert len(used) == 2 * len(CODES)


def accounts():
    """Return accounts in which every identity holds."""
    one, two, three = (paths(seed, 0.09) * part for seed, part in ((2, 2e4), (3, 5e4), (4, 4e4)))
    one *= np.linspace(0.5, 2.0, len(CODES))[:, None]
    two *= np.linspace(1.6, 0.7, len(CODES))[:, None]
    gdp = (one + two + three) / 1e4
    heads = np.exp(np.linspace(5.0, 6.5, len(CODES)))[:, None]
    growth = 9 + np.random.default_rng(5).normal(0, 0.8, gdp.shape)
    values = dict(zip(SECTORS, (one.round(), two.round(), three.round()), strict=True))
    shares = {
        share: (values[sector] / gdp / 100).round(2)
        for share, sector in zip(SHARES, SECTORS, strict=True)
    }
    return frame(
        gdp_100m_yuan=gdp.round(4),
        **shares,
        **values,
        gdp_per_capita_yuan=(1e4 * gdp / heads).round(),
        gdp_growth_reported=growth.round(1),
    )


def test_rows_of_two_cities_exchanged():
    """Both rows are found whole, and each is given its own figures."""
    table = accounts()
    truth = table.copy()
    names = ["gdp_100m_yuan", *SECTORS, *SHARES, "gdp_per_capita_yuan"]
    pair = [row(table, CODES[3]), row(table, CODES[7])]
    table.loc[pair, names] = table.loc[pair[::-1], names].to_numpy()
    used, _ = lists({"city_accounts": table})
    for code in (CODES[3], CODES[7]):
        for name in ("gdp_100m_yuan", *SECTORS):
            value = truth.loc[row(truth, code), name]
            assert float(used[at("city_accounts", name, code)]) == pytest.approx(value)
    assert {cell[1] for cell in used} == {at("", "", code)[1] for code in (CODES[3], CODES[7])}


def test_a_row_one_column_to_the_right():
    """GDP under the primary sector, and that under the secondary, are put back."""
    table = accounts()
    here = row(table)
    truth = table.loc[here].copy()
    table.loc[here, ["gdp_100m_yuan", *SECTORS]] = [
        0.3,
        truth["gdp_100m_yuan"] * 1e4,
        truth["primary_10k_yuan"],
        truth["secondary_10k_yuan"] * 0.8,
    ]
    used, _ = lists({"city_accounts": table})
    gdp, primary = (float(used[at("city_accounts", c)]) for c in ("gdp_100m_yuan", SECTORS[0]))
    assert gdp == pytest.approx(truth["gdp_100m_yuan"])
    assert primary == pytest.approx(truth["primary_10k_yuan"])
    assert used[at("city_accounts", SECTORS[1])] == used[at("city_accounts", SECTORS[2])] == ""


def test_rows_of_shares_in_another_order():
    """Shares that are another city's value added are put back; value added is left."""
    table = accounts()
    truth = table.copy()
    year = table.index[table["year"] == 2008]
    table.loc[year, list(SHARES)] = np.roll(table.loc[year, list(SHARES)].to_numpy(), 1, axis=0)
    used, _ = lists({"city_accounts": table})
    moved = [cell for cell in used if cell[2] in SHARES]
    assert len(moved) > 15
    assert len(moved) == len(used)
    for cell in moved:
        code = cell[1][10:16]
        assert float(used[cell]) == truth.loc[row(truth, code), cell[2]]


def test_growth_that_repeats_another_year():
    """A province whose growth equals that of two years before is emptied for the later year."""
    table = accounts()
    later = table.index[table["year"] == 2008]
    table.loc[later, "gdp_growth_reported"] = table.loc[
        table["year"] == 2006, "gdp_growth_reported"
    ].to_numpy()
    used, _ = lists({"city_accounts": table})
    assert set(used) == {at("city_accounts", "gdp_growth_reported", code) for code in CODES}


def bulletins():
    """Return the yearbook's last year and two years of bulletins."""
    before = accounts()
    before = before[before["year"] == 2016].assign(year=2021)
    parts = []
    for year, factor in ((2022, 1.05), (2023, 1.11)):
        part = pd.DataFrame({"city_code": before["city_code"], "year": year})
        for name in SECTORS:
            part[name.replace("10k", "100m")] = (before[name] / 1e4 * factor).round(4)
        part.insert(2, "gdp_100m_yuan", part.iloc[:, 2:].sum(axis=1).round(4))
        parts.append(part)
    table = pd.concat(parts).sort_values(["city_code", "year"]).reset_index(drop=True)
    return {"city_accounts": before.reset_index(drop=True), "city_accounts_2022_2023": table}


def test_last_years_output_in_a_bulletin():
    """GDP that is last year's is given the sum of its sectors, which are left."""
    tables = bulletins()
    assert lists(tables)[0] == {}
    table = tables["city_accounts_2022_2023"]
    here = row(table, year=2022)
    added = table.loc[here, "gdp_100m_yuan"]
    table.loc[here, "gdp_100m_yuan"] = float(
        tables["city_accounts"].set_index("city_code").loc[CODES[4], "gdp_100m_yuan"]
    )
    used, _ = lists(tables)
    cell = at("city_accounts_2022_2023", "gdp_100m_yuan", year=2022)
    assert set(used) == {cell}
    assert float(used[cell]) == pytest.approx(added)


def test_the_regions_total_in_a_bulletin():
    """A city's row that is the region's is emptied."""
    tables = bulletins()
    table = tables["city_accounts_2022_2023"]
    names = list(table.columns[2:])
    year = table["year"] == 2022
    table.loc[row(table, year=2022), names] = table.loc[year, names].sum().to_numpy()
    used, _ = lists(tables)
    assert set(used) == {at("city_accounts_2022_2023", name, year=2022) for name in names}
    assert set(used.values()) == {""}


def labour():
    """Return staff, wages and the sectors that give the employed."""
    names = ("agriculture", "manufacturing", "construction", "trade", "education", "finance")
    sizes = (0.2, 3.0, 1.0, 1.2, 1.5, 0.6)
    parts = [(size * paths(10 + k, 0.01, 0.5, 2.0, 0.02)).round(4) for k, size in enumerate(sizes)]
    employed = sum(parts)
    staff = (0.9 * employed).round(4)
    wage = (2e4 * np.exp(0.1 * (YEARS - YEARS[0])) * np.ones(employed.shape)).round(2)
    sectors = frame(units_total=employed, **dict(zip(names, parts, strict=True)))
    for name in ("mining", "utilities"):
        sectors[name] = np.nan
    return {
        "city_population_labour": frame(
            employed_persons_10k=employed,
            staff_average_10k=staff,
            staff_wage_bill_10k_yuan=(staff * wage).round(),
            staff_average_wage_yuan=wage,
        ),
        "city_sector_employment": sectors,
    }


def test_a_tenfold_wage_bill():
    """A bill ten times staff times wage in several years is mended, and staff are left."""
    tables = labour()
    table = tables["city_population_labour"]
    truth = table["staff_wage_bill_10k_yuan"].copy()
    rows = table.index[(table["city_code"] == CODES[4]) & table["year"].between(2004, 2009)]
    table.loc[rows, "staff_wage_bill_10k_yuan"] *= 10
    used, _ = lists(tables)
    assert {cell[2] for cell in used} == {"staff_wage_bill_10k_yuan"}
    assert sorted(map(float, used.values())) == sorted(truth[rows])


def test_staff_that_repeat_the_employed():
    """Employed that the sectors give are left; staff equal to them are the copy."""
    tables = labour()
    table = tables["city_population_labour"]
    here = row(table)
    table.loc[here, "staff_average_10k"] = round(table.loc[here, "employed_persons_10k"], 2)
    bill = table.loc[here, "staff_wage_bill_10k_yuan"]
    table.loc[here, "staff_average_wage_yuan"] = bill / table.loc[here, "staff_average_10k"]
    used, _ = lists(tables)
    names = {"staff_average_10k", "staff_average_wage_yuan"}
    assert {cell[2] for cell in used} == names
    assert {cell[1] for cell in used} == {at("", "")[1]}


def test_two_sectors_exchanged_by_the_printed_shares():
    """Shares printed from the right row tell which two columns were exchanged."""
    tables = labour()
    sectors = tables["city_sector_employment"]
    total = sectors["units_total"]
    printed = {
        "employment_primary_pct": sectors["agriculture"],
        "employment_secondary_pct": sectors["manufacturing"] + sectors["construction"],
        "employment_tertiary_pct": sectors["trade"] + sectors["education"] + sectors["finance"],
    }
    for name, persons in printed.items():
        tables["city_population_labour"][name] = (100 * persons / total).round(2)
    here = row(sectors)
    truth = sectors.loc[here, ["manufacturing", "education"]].tolist()
    sectors.loc[here, ["manufacturing", "education"]] = truth[::-1]
    found = audit.proposals(whole(tables))
    hit = found[(found["check"] == "permuted_columns")].set_index("column")["proposed_value"]
    assert hit.to_dict() == dict(zip(("manufacturing", "education"), truth, strict=True))


def budget():
    return frame(
        budget_revenue_100m_yuan=paths(20, 0.12, noise=0.01),
        budget_expenditure_100m_yuan=2.2 * paths(21, 0.12, noise=0.01),
    )


@pytest.mark.parametrize("years", [(2008,), (2007, 2008)])
def test_revenue_of_all_receipts(years):
    """Revenue above expenditure for a year or two is emptied, and no year beside it."""
    table = budget()
    rows = table.index[(table["city_code"] == CODES[4]) & table["year"].isin(years)]
    table.loc[rows, "budget_revenue_100m_yuan"] *= 2.6
    used, _ = lists({"city_investment_fiscal": table})
    name = "budget_revenue_100m_yuan"
    assert set(used) == {at("city_investment_fiscal", name, year=year) for year in years}


@pytest.mark.parametrize("name", ["budget_revenue_100m_yuan", "budget_expenditure_100m_yuan"])
def test_one_side_of_the_budget_off_for_two_years(name):
    """Two years in a row hide in each other: both are emptied, and none beside them."""
    table = budget()
    table["budget_revenue_100m_yuan"] *= 0.5
    rows = table.index[(table["city_code"] == CODES[4]) & table["year"].isin((2007, 2008))]
    table.loc[rows, name] *= 1.9
    used, _ = lists({"city_investment_fiscal": table})
    assert set(used) == {at("city_investment_fiscal", name, year=year) for year in (2007, 2008)}


def test_a_budget_of_two_good_years():
    """Both sides rise for two years: nothing is emptied."""
    table = budget()
    names = ["budget_revenue_100m_yuan", "budget_expenditure_100m_yuan"]
    rows = table.index[(table["city_code"] == CODES[4]) & table["year"].isin((2007, 2008))]
    table.loc[rows, names] *= 1.9
    assert lists({"city_investment_fiscal": table})[0] == {}


def test_retail_and_output_off_by_one_factor():
    """Two columns of a row that are off by the same factor are emptied together."""
    table = frame(
        retail_sales_100m_yuan=paths(30, 0.12), industrial_output_100m_yuan=2 * paths(31, 0.18)
    )
    names = ["retail_sales_100m_yuan", "industrial_output_100m_yuan"]
    table.loc[row(table), names] *= 0.24
    used, _ = lists({"city_retail": table})
    assert set(used) == {at("city_retail", name) for name in names}


def taxes():
    """Return tax by GDP and by people, with the accounts and the people that it divides by."""
    table, counts = accounts(), people()
    gdp = table["gdp_100m_yuan"]
    registered = counts["city_population_labour"]["registered_population_10k"]
    amount = gdp * 1e4 * paths(40, 0.01, 0.0, 0.1, 0.01).ravel() * 0.05
    tax = frame(total_tax_pct_gdp=amount / gdp / 100, total_tax_yuan_per_capita=amount / registered)
    return {
        "city_accounts": table.drop(columns="gdp_per_capita_yuan"),
        "city_population_labour": counts["city_population_labour"],
        "city_total_tax": tax,
    }


@pytest.mark.parametrize(("factor", "restored"), [(10.0, True), (4.6, False)])
def test_tax_that_leaps_in_both_columns(factor, restored):
    """The amount is wrong: a power of ten is undone, anything else is emptied."""
    tables = taxes()
    assert lists(tables)[0] == {}
    tax = tables["city_total_tax"]
    names = ["total_tax_pct_gdp", "total_tax_yuan_per_capita"]
    truth = tax.loc[row(tax), names].copy()
    tax.loc[row(tax), names] *= factor
    used, _ = lists(tables)
    assert set(used) == {at("city_total_tax", name) for name in names}
    for name in names:
        value = used[at("city_total_tax", name)]
        assert (float(value) == pytest.approx(truth[name])) if restored else value == ""


def test_tax_beside_a_bad_year():
    """A year in which the identity holds is left, whatever the years beside it."""
    tables = taxes()
    tax = tables["city_total_tax"]
    bad = [row(tax, year=year) for year in (2006, 2007, 2009, 2010)]
    tax.loc[bad, "total_tax_pct_gdp"] *= 1.3
    used, _ = lists(tables)
    assert not {cell for cell in used if cell[1] == at("", "")[1]}


def test_a_figure_of_a_year_far_away():
    """A count that is the unit's own of another year, off the line between, is emptied."""
    resident = paths(1, 0.004, 5.0, 6.5, 0.0005).round(2)
    resident[4] = (resident[4] * np.exp(-0.02 * (YEARS - YEARS[0]))).round(2)
    table = frame(resident_population_10k=resident)
    table.loc[row(table, year=2005), "resident_population_10k"] = resident[4, -1]
    used, _ = lists({"city_resident_population": table})
    cell = at("city_resident_population", "resident_population_10k", year=2005)
    assert used == {cell: ""}


def test_the_report_counts_every_cell():
    """Each cell of the two lists is counted once, by its status and rule."""
    lists_ = [
        pd.read_csv(RAW / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in ("errata", "examined")
    ]
    counted = by_rule(*lists_)
    assert counted["cells"].sum() == sum(map(len, lists_))
    assert counted["status"].drop_duplicates().tolist() == [
        "emptied",
        "replaced",
        "flagged",
        "kept",
    ]


def test_a_failed_identity_that_names_nobody_is_flagged():
    """Where no member leaves its own years alone, none is emptied and all are flagged."""
    tables = labour()
    table = tables["city_population_labour"]
    rng = np.random.default_rng(7)
    for name in ("staff_average_10k", "staff_average_wage_yuan"):
        table[name] *= np.exp(rng.normal(0, 0.05, len(table)))
    table["staff_wage_bill_10k_yuan"] = (
        table["staff_average_10k"] * table["staff_average_wage_yuan"]
    ).round()
    table.loc[row(table), "staff_wage_bill_10k_yuan"] *= 1.1
    used, left = lists({"city_population_labour": table})
    assert used == {}
    members = [cell for cell in left if cell[1] == at("", "")[1]]
    assert len(members) == 3
    assert {left[cell] for cell in members} == {"flagged"}


def test_two_versions_of_the_list_are_compared_by_kind():
    columns = ["table", "key", "column", "used_value", "reason"]
    before = pd.DataFrame(
        [["t", "a=1", "c", "", "x"], ["t", "a=2", "c", "3", "x"]], columns=columns
    )
    after = pd.DataFrame([["t", "a=1", "c", "", "y"], ["t", "a=4", "c", "", "x"]], columns=columns)
    table = before_and_after(before, after)
    assert table.loc["x"].tolist() == [1, 1, 1, 0, 0]
    assert table.loc["y"].tolist() == [0, 0, 1, 0, 1]
    assert table.loc["all"].tolist() == [1, 1, 2, 0, 1]


def test_samples_of_primary_rows_that_moved(tmp_path):
    row = {"chapter": "c", "analysis": "primary", "variant": "S1.1a", "sample": "china"}
    row |= {"outcome": "gdp", "method": None, "n_units": 9, "n_clusters": 3, "n_draws": None}
    for word, size in (("before", 90), ("after", 95)):
        (tmp_path / word / "estimates").mkdir(parents=True)
        rows = [{**row, "n_obs": size}, {**row, "variant": "S1.1b", "n_obs": 10}]
        pd.DataFrame(rows).to_parquet(tmp_path / word / "estimates" / "c.parquet")
    moved = sizes(tmp_path / "before", tmp_path / "after")
    assert len(moved) == 1
    assert moved.iloc[0][["n_obs_before", "n_obs_after"]].tolist() == [90, 95]


def test_a_row_of_bulletins_carried():
    """A row that prints the yearbook's last year again is emptied whole, rounded or not."""
    tables = bulletins()
    table, before = tables["city_accounts_2022_2023"], tables["city_accounts"]
    here = row(table, year=2022)
    last = before.set_index("city_code").loc[CODES[4]]
    names = ["gdp_100m_yuan", *(name.replace("10k", "100m") for name in SECTORS)]
    carried = [last["gdp_100m_yuan"], *(last[name] / 1e4 for name in SECTORS)]
    table.loc[here, names] = np.round(carried, 2)
    used, _ = lists(tables)
    assert set(used) == {at("city_accounts_2022_2023", name, year=2022) for name in names}
    assert set(used.values()) == {""}


def test_one_sector_carried_beside_others_of_the_province():
    """A sector of the year before is named, though GDP of other cities seems off to that side."""
    tables = bulletins()
    table = tables["city_accounts_2022_2023"]
    name = "tertiary_100m_yuan"
    true = {}
    for code in CODES[2:6]:
        here = row(table, code, 2023)
        true[code] = table.loc[here, name]
        table.loc[here, name] = table.loc[row(table, code, 2022), name]
    used, _ = lists(tables)
    assert set(used) == {at("city_accounts_2022_2023", name, code, 2023) for code in CODES[2:6]}
    for code, value in true.items():
        cell = at("city_accounts_2022_2023", name, code, 2023)
        assert float(used[cell]) == pytest.approx(value, abs=0.01)


def test_a_regions_total_is_no_power_of_ten():
    """The sum of the province in a city of a tenth of it is emptied, and no digit is made up."""
    table = accounts()
    here, year = row(table), table["year"] == 2008
    table.loc[here, "gdp_100m_yuan"] = table.loc[year, "gdp_100m_yuan"].sum().round(2)
    used, _ = lists({"city_accounts": table})
    assert used == {at("city_accounts", "gdp_100m_yuan"): ""}


def test_the_earlier_of_two_equal_years_may_be_wrong():
    """GDP of 2008 that repeats 2010's leaves its own years: the later year is left."""
    table = accounts()[["city_code", "year", "gdp_100m_yuan"]]
    other = table.assign(city_code="42" + table["city_code"].str[2:])
    later = table.loc[table["year"] == 2010, "gdp_100m_yuan"].to_numpy()
    table.loc[table["year"] == 2008, "gdp_100m_yuan"] = later
    used, _ = lists({"city_accounts": pd.concat([table, other], ignore_index=True)})
    assert set(used) == {at("city_accounts", "gdp_100m_yuan", code) for code in CODES}


@pytest.mark.parametrize(
    ("table", "column", "printed", "right"),
    [
        ("city_growth_targets_2008_2022", "growth_target_pct", 108.5, "8.5"),
        ("city_growth_and_sectors", "gdp_index_previous_year_100", 8.5, "108.5"),
    ],
)
def test_index_and_rate(table, column, printed, right):
    """An index among rates, and a rate among indices, are given the other form."""
    usual = 100.0 if printed < 100 else 0.0
    rates = np.random.default_rng(6).normal(9, 0.5, (len(CODES), len(YEARS))).round(1) + usual
    made = frame(**{column: rates})
    made.loc[row(made), column] = printed
    assert lists({table: made})[0] == {at(table, column): right}


def test_counties_counted_in_households():
    """Counties of a city whose people are a third for a year are emptied in that year."""
    codes = [f"4101{number:02d}" for number in range(21, 27)]
    people = np.linspace(30, 90, 6)[:, None] * np.exp(0.003 * (YEARS - 2000))[None, :]
    made = frame(codes=codes, unit="county_code", population_10k=people.round(2))
    made["city_code"] = "410100"
    year = made["year"] == 2008
    made.loc[year, "population_10k"] = (made.loc[year, "population_10k"] / 3.4).round(2)
    used, _ = lists({"county_panel": made})
    cells = {("county_panel", f"county_code={c};year=2008", "population_10k") for c in codes}
    assert set(used) == cells
    assert set(used.values()) == {""}
