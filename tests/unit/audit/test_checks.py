"""Each check finds its hand-made fault, and proposes nothing in the clean panel."""

import numpy as np
import pandas as pd
import pytest

import audit
from audit import common, identities_accounts, leaders, pairs, permutations, repeats
from audit.judgement import DECISIONS, judge
from audit.permutations import NEW_ORDER, cycles
from guantian.data.acts import read_acts

YEARS = np.arange(2003, 2017)
CODES = [f"{province}{number:02d}00" for province in ("41", "42", "43") for number in range(1, 9)]


def grid(seed=7, noise=0.004):
    """Return codes, years and smooth growth paths (units x years) that differ in level."""
    rng = np.random.default_rng(seed)
    level = np.exp(np.linspace(0, 2, len(CODES)))[:, None]
    path = np.exp(0.09 * (YEARS - YEARS[0]))[None, :]
    return level * path * np.exp(rng.normal(0, noise, (len(CODES), len(YEARS))))


def frame(**columns):
    """Return a long table of unit and year with the given matrices as columns."""
    index = pd.MultiIndex.from_product([CODES, YEARS], names=["city_code", "year"])
    return pd.DataFrame({k: np.ravel(v) for k, v in columns.items()}, index=index).reset_index()


def tables():
    """Return a small clean world in which every identity holds."""
    still = np.exp(0.004 * (YEARS - YEARS[0]))[None, :]
    people = np.linspace(150, 900, len(CODES))[:, None] * still
    land = np.linspace(4000, 20000, len(CODES)).round()[:, None] * np.ones(len(YEARS))
    sectors = {}
    names = [
        "agriculture",
        "mining",
        "manufacturing",
        "utilities",
        "construction",
        "transport_post",
        "information",
        "trade",
        "hotels_catering",
        "education",
    ]
    size = np.linspace(8, 60, len(CODES))[:, None] * np.ones(len(YEARS))
    share = dict(
        zip(names, [0.02, 0.05, 0.3, 0.03, 0.1, 0.08, 0.02, 0.13, 0.04, 0.23], strict=True)
    )
    for k, name in enumerate(names):
        wobble = np.random.default_rng(k).normal(0, 0.02, size.shape)
        sectors[name] = (size * share[name] * np.exp(wobble)).round(7)
    total = sum(sectors.values())
    first = 100 * sectors["agriculture"] / total
    second = 100 * sum(sectors[n] for n in names[1:5]) / total
    one, two, three = (grid(seed) * part * 1e5 for seed, part in ((1, 1.5), (2, 4.0), (3, 4.5)))
    gdp = (one + two + three) / 1e4
    growth = np.full(gdp.shape, 7.5) + np.random.default_rng(4).normal(0, 0.4, gdp.shape)
    staff, wage = 0.9 * total, 2e4 * grid(9, 0.01) / grid(9, 0.01)[:, :1]
    return {
        "city_accounts": frame(
            gdp_100m_yuan=gdp,
            primary_share_pct=one / gdp / 100,
            secondary_share_pct=two / gdp / 100,
            tertiary_share_pct=three / gdp / 100,
            primary_10k_yuan=one,
            secondary_10k_yuan=two,
            tertiary_10k_yuan=three,
            gdp_per_capita_yuan=gdp * 1e4 / people,
            gdp_growth_reported=growth,
        ),
        "city_population_labour": frame(
            registered_population_10k=people,
            density_per_km2=people * 1e4 / land,
            employed_persons_10k=total,
            employment_primary_pct=first,
            employment_secondary_pct=second,
            employment_tertiary_pct=100 - first - second,
            staff_average_10k=staff,
            staff_wage_bill_10k_yuan=staff * wage,
            staff_average_wage_yuan=wage,
        ),
        "city_resident_population": frame(
            resident_population_10k=people * 0.95, land_area_km2=land
        ),
        "city_sector_employment": frame(units_total=total, **sectors),
        "city_retail": frame(retail_sales_100m_yuan=grid(5, 0.01) * 30),
        "city_growth_targets": frame(growth_actual_pct=growth.round(1)),
        "city_infrastructure_land": frame(land_revenue_yuan_per_capita=grid(6, 0.3) * 50),
        "city_investment_fiscal": frame(
            budget_revenue_100m_yuan=grid(8, 0.02) * 9,
            budget_expenditure_100m_yuan=grid(10, 0.02) * 20,
        ),
    }


def cell(code="410300", year=2009):
    """Return the key of a cell in the middle of the grid."""
    return f"city_code={code};year={year}"


def put(world, table, column, value, code="410300", year=2009):
    """Change one cell; ``value`` is a figure or a function of the figure."""
    rows = world[table]
    at = rows.index[(rows["city_code"] == code) & (rows["year"] == year)][0]
    rows.loc[at, column] = value(rows.loc[at, column]) if callable(value) else value
    return world


def said(world, table, column, key=None):
    """Return what the checks say of a cell, as a Series from check to proposed value."""
    found = audit.proposals(world)
    hit = found[
        (found["table"] == table) & (found["column"] == column) & (found["key"] == (key or cell()))
    ]
    return hit.set_index("check")["proposed_value"]


def test_clean_world_is_left_alone():
    """Nothing is proposed where nothing is wrong."""
    found = audit.proposals(tables())
    assert found.empty, found[["check", "table", "key", "column"]].head()


SINGLE = [
    # table, column, the fault, the check that must speak, the value it must propose or None
    ("city_accounts", "gdp_100m_yuan", lambda v: v * 10, "factor_of_ten", lambda v: v),
    (
        "city_accounts",
        "secondary_10k_yuan",
        lambda v: v * 1.1,
        "value_added_sums_to_gdp",
        lambda v: v,
    ),
    ("city_accounts", "secondary_share_pct", lambda v: v + 6, "shares_sum_to_100", lambda v: v),
    ("city_accounts", "tertiary_share_pct", lambda v: v + 6, "share_is_value_added_over_gdp", None),
    (
        "city_accounts",
        "gdp_per_capita_yuan",
        lambda v: v * 1.1,
        "gdp_is_per_head_times_population",
        None,
    ),
    (
        "city_accounts",
        "gdp_growth_reported",
        lambda v: v + 100,
        "index_among_percentages",
        lambda v: v,
    ),
    ("city_accounts", "gdp_growth_reported", lambda v: v + 15, "neighbours_in_time", None),
    ("city_accounts", "gdp_growth_reported", lambda v: v + 20, "neighbours_in_space", None),
    ("city_accounts", "gdp_growth_reported", 790.5, "impossible_rate", None),
    (
        "city_population_labour",
        "registered_population_10k",
        lambda v: v * 1.06,
        "neighbours_in_time",
        None,
    ),
    (
        "city_population_labour",
        "registered_population_10k",
        lambda v: v * 1.1,
        "registered_near_resident",
        None,
    ),
    (
        "city_population_labour",
        "registered_population_10k",
        lambda v: v * 1.04,
        "density_is_population_over_area",
        lambda v: v,
    ),
    (
        "city_population_labour",
        "density_per_km2",
        lambda v: v * 1.34,
        "density_is_population_over_area",
        lambda v: v,
    ),
    (
        "city_population_labour",
        "staff_average_wage_yuan",
        lambda v: v * 10,
        "power_in_identity",
        lambda v: v,
    ),
    ("city_population_labour", "staff_average_10k", lambda v: v * 3, "part_above_whole", None),
    (
        "city_population_labour",
        "staff_average_10k",
        lambda v: v * 1.25,
        "staff_below_employed",
        None,
    ),
    (
        "city_population_labour",
        "employment_primary_pct",
        lambda v: v + 0.6,
        "employment_share_is_sectors_over_total",
        lambda v: v,
    ),
    (
        "city_resident_population",
        "land_area_km2",
        lambda v: v - 1000,
        "land_is_constant",
        lambda v: v,
    ),
    ("city_sector_employment", "utilities", lambda v: v * 100, "sectors_sum_to_total", lambda v: v),
    ("city_sector_employment", "utilities", lambda v: v * 100, "factor_of_ten", lambda v: v),
    ("city_retail", "retail_sales_100m_yuan", lambda v: v * 1.6, "retail_over_gdp", None),
    ("city_infrastructure_land", "land_revenue_yuan_per_capita", 0.0, "zero_for_a_gap", None),
    ("city_investment_fiscal", "budget_revenue_100m_yuan", -3.0, "negative_amount", None),
]


@pytest.mark.parametrize(
    ("table", "column", "fault", "check", "right"), SINGLE, ids=[f"{s[3]}-{s[1]}" for s in SINGLE]
)
def test_single_fault_is_found(table, column, fault, check, right):
    """A planted fault is proposed by its check, with the right value where determined."""
    world = tables()
    rows = world[table].set_index(["city_code", "year"])
    truth = rows.loc[("410300", 2009), column]
    heard = said(put(world, table, column, fault), table, column)
    assert check in heard.index, list(heard.index)
    if right is not None:
        # Printed digits (shares to two decimals, sectors to three) bound the agreement.
        assert heard[check] == pytest.approx(right(truth), rel=0.02, abs=0.01)


def test_value_of_the_sure_check_is_taken():
    """A power of ten gives the printed figure itself, an identity only its image."""
    world = put(tables(), "city_sector_employment", "utilities", lambda v: v * 100)
    truth = tables()["city_sector_employment"].set_index(["city_code", "year"])
    errata, _ = judge(audit.proposals(world), pd.DataFrame(columns=DECISIONS))
    hit = errata[(errata["column"] == "utilities") & (errata["key"] == cell())].iloc[0]
    used = float(hit["used_value"])
    assert used == pytest.approx(truth.loc[("410300", 2009), "utilities"])
    assert {"factor_of_ten", "sectors_sum_to_total"} <= set(hit["found_by"].split("+"))


def test_units_of_100_million_under_10_thousand():
    """Three sectors in another unit are each multiplied, not one of them blamed."""
    names = ("primary_10k_yuan", "secondary_10k_yuan", "tertiary_10k_yuan")
    world = tables()
    for name in names:
        put(world, "city_accounts", name, lambda v: v / 1e4)
    truth = tables()["city_accounts"].set_index(["city_code", "year"]).loc[("410300", 2009)]
    errata, _ = judge(audit.proposals(world), pd.DataFrame(columns=DECISIONS))
    used = errata[errata["key"] == cell()].set_index("column")["used_value"].astype(float)
    assert used.to_dict() == pytest.approx({name: truth[name] for name in names})
    # Without other years the sum alone tells the unit.
    alone = identities_accounts.value_added(
        common.Panel("city_accounts", world["city_accounts"].query("year == 2009"))
    )
    told = alone[alone["key"] == cell()].set_index("column")["proposed_value"]
    assert told.to_dict() == pytest.approx({name: truth[name] for name in names})


def test_copied_year():
    """Two columns that repeat the year before to the last digit are proposed."""
    world = tables()
    rows = world["city_investment_fiscal"]
    before = rows[(rows["city_code"] == "410300") & (rows["year"] == 2008)].iloc[0]
    for name in ("budget_revenue_100m_yuan", "budget_expenditure_100m_yuan"):
        put(world, "city_investment_fiscal", name, before[name])
        assert "copied_year" in said(world, "city_investment_fiscal", name).index


def test_copied_column():
    """A resident figure that repeats the registered one is proposed."""
    world = tables()
    people = world["city_population_labour"].set_index(["city_code", "year"])
    put(
        world,
        "city_resident_population",
        "resident_population_10k",
        people.loc[("410300", 2009), "registered_population_10k"],
    )
    assert "other_count" in said(world, "city_resident_population", "resident_population_10k").index


def test_another_units_figure_and_duplicate_row():
    """A row that is another city's is proposed where its own years contradict it."""
    world = tables()
    names = ["budget_revenue_100m_yuan", "budget_expenditure_100m_yuan"]
    other = world["city_investment_fiscal"].set_index(["city_code", "year"])
    for name in names:
        put(world, "city_investment_fiscal", name, other.loc[("420800", 2009), name])
        assert "another_units_figure" in said(world, "city_investment_fiscal", name).index
    own = said(world, "city_investment_fiscal", names[0], cell("420800"))
    assert "another_units_figure" not in own.index
    three = frame(a=grid(1), b=grid(2), c=grid(3)).rename(
        columns={"a": "fixed_investment_100m_yuan", "b": names[0], "c": names[1]}
    )
    rows = three.index[three["year"].eq(2009) & three["city_code"].isin(["410300", "420800"])]
    three.loc[rows[0], three.columns[2:]] = three.loc[rows[1], three.columns[2:]].to_numpy()
    found = repeats.duplicate_rows(common.Panel("city_investment_fiscal", three))
    assert set(found["key"]) == {cell(), cell("420800")}


def test_shifted_rows_are_put_back():
    """Figures one row down are proposed with the figure of the unit's own row."""
    world = tables()
    rows = world["city_population_labour"]
    block = ["410200", "410300", "410400", "410500"]
    at = [rows.index[(rows["city_code"] == c) & (rows["year"] == 2010)][0] for c in block]
    truth = rows.loc[at, "registered_population_10k"].to_numpy()
    rows.loc[at, "registered_population_10k"] = np.roll(truth, -1)
    for k in (1, 2):
        heard = said(
            world, "city_population_labour", "registered_population_10k", cell(block[k], 2010)
        )
        assert heard["shifted_row"] == pytest.approx(truth[k])
    away = said(world, "city_population_labour", "registered_population_10k", cell("410800", 2010))
    assert away.empty


def test_no_shift_where_the_series_steps():
    """A lasting step (a boundary change) is nobody's wrong row and no spike."""
    world = tables()
    rows = world["city_population_labour"]
    later = (rows["city_code"] == "410300") & (rows["year"] >= 2010)
    rows.loc[later, ["registered_population_10k", "density_per_km2"]] *= 1.3
    found = audit.proposals(world)
    hit = found[found["key"].str.startswith("city_code=410300")]
    assert not {"shifted_row", "neighbours_in_time"} & set(hit["check"])


def test_new_order_of_four_sectors():
    """Four sectors read under the old headings are put right, and no others."""
    world = tables()
    rows = world["city_sector_employment"]
    at = rows.index[(rows["city_code"] == "410300") & (rows["year"] == 2013)][0]
    truth = rows.loc[at].copy()
    for heading, sector in NEW_ORDER.items():
        rows.loc[at, heading] = truth[sector]
    for name in NEW_ORDER:
        heard = said(world, "city_sector_employment", name, cell(year=2013))
        assert heard["permuted_columns"] == pytest.approx(truth[name])
    assert said(world, "city_sector_employment", "education", cell(year=2013)).empty


def test_two_columns_swapped_and_the_shares_after_repair():
    """A swap is put right, and the share computed from it is found with it."""
    world = tables()
    rows = world["city_sector_employment"]
    at = rows.index[(rows["city_code"] == "410300") & (rows["year"] == 2009)][0]
    one, two = rows.loc[at, "agriculture"], rows.loc[at, "trade"]
    rows.loc[at, ["agriculture", "trade"]] = [two, one]
    put(
        world,
        "city_population_labour",
        "employment_primary_pct",
        100 * two / rows.loc[at, "units_total"],
    )
    heard = said(world, "city_sector_employment", "agriculture")
    assert heard["permuted_columns"] == pytest.approx(one)
    share = said(world, "city_population_labour", "employment_primary_pct")
    truth = 100 * one / rows.loc[at, "units_total"]
    assert share["employment_share_is_sectors_over_total"] == pytest.approx(truth, abs=0.01)


def test_cycles_of_a_permutation():
    """A permutation splits into its cycles; fixed points are left out."""
    assert cycles(np.arange(5), np.array([1, 0, 2, 4, 3])) == [[0, 1], [3, 4]]
    assert permutations.cycles(np.arange(3), np.arange(3)) == []


def test_province_that_rises_and_falls_back():
    """A whole province miscounted for a year is proposed, city by city."""
    world = tables()
    rows = world["city_population_labour"]
    year = rows["city_code"].str.startswith("41") & (rows["year"] == 2009)
    rows.loc[year, "registered_population_10k"] *= 1.02
    found = audit.proposals(world)
    hit = found[found["check"] == "province_rises_and_falls_back"]
    assert set(hit["key"]) == {cell(c) for c in CODES if c.startswith("41")}


def test_run_of_another_territory_at_the_end():
    """Two first years of the city proper are proposed, the years after are not."""
    world = {"city_retail": tables()["city_retail"]}
    rows = world["city_retail"]
    early = (rows["city_code"] == "410300") & (rows["year"] <= 2004)
    rows.loc[early, "retail_sales_100m_yuan"] /= 4
    found = audit.proposals(world)
    hit = found[found["check"] == "leap_at_the_end"]
    assert set(hit["key"]) == {cell(year=2003), cell(year=2004)}


def test_growth_of_nominal_gdp_in_a_whole_province():
    """Two decimals in one year, beside other reported growth, give nominal growth away."""
    world = tables()
    rows = world["city_growth_targets"]
    year = rows["city_code"].str.startswith("42") & (rows["year"] == 2013)
    rows.loc[year, "growth_actual_pct"] = 11.86
    found = audit.proposals(world)
    hit = found[found["check"] == "nominal_growth_under_real"]
    assert set(hit["key"]) == {cell(c, 2013) for c in CODES if c.startswith("42")}


def test_year_of_zeros():
    """A year without any promotion among years with many is not coded."""
    promoted = (np.arange(len(CODES) * len(YEARS)) % 5 == 0).astype(float)
    table = frame(secretary_promoted=promoted)
    table.loc[table["year"] == 2014, "secretary_promoted"] = 0.0
    found = audit.proposals({"city_growth_targets": table})
    assert set(found["key"].str[-4:]) == {"2014"}
    assert len(found) == len(CODES)


def test_growth_and_prices():
    """Nominal growth that real growth and prices cannot explain is proposed."""
    world = tables()
    cpi = pd.DataFrame(
        {
            "province_code": np.repeat(["410000", "420000", "430000"], len(YEARS)),
            "year": np.tile(YEARS, 3),
            "cpi_previous_year_100": 101.7,
        }
    )
    world["province_cpi"] = cpi
    assert audit.proposals(world).empty
    put(world, "city_accounts", "gdp_growth_reported", 21.0)
    assert "growth_and_prices" in said(world, "city_accounts", "gdp_growth_reported").index


def test_price_index_outside_its_range():
    """A consumer price index of 10.3 is proposed, the others are not."""
    cpi = pd.DataFrame(
        {
            "province_code": "410000",
            "year": YEARS,
            "cpi_previous_year_100": 102.0 + np.arange(len(YEARS)) % 3,
        }
    )
    cpi.loc[4, "cpi_previous_year_100"] = 10.3
    found = audit.proposals({"province_cpi": cpi})
    assert set(found["key"]) == {"province_code=410000;year=2007"}
    assert "impossible_index" in set(found["check"])


def office():
    """Return a clean spell of one secretary after another."""
    years = np.arange(2003, 2011)
    return pd.DataFrame(
        {
            "city_code": "610200",
            "year": years,
            "secretary_first_year": np.where(years < 2007, 2003.0, 2007.0),
            "secretary_tenure_years": np.where(years < 2007, years - 2003.0, years - 2007.0),
            "secretary_birth_year": np.where(years < 2007, 1955.0, 1958.0),
            "secretary_tied_to_provincial_secretary": 1.0,
            "mayor_first_year": 2003.0,
            "mayor_tenure_years": years - 2003.0,
            "mayor_birth_year": 1960.0,
            "mayor_tied_to_provincial_secretary": 0.0,
        }
    )


@pytest.mark.parametrize(
    ("column", "row", "value", "check"),
    [
        ("secretary_birth_year", 2, 1951.0, "one_person"),
        ("secretary_first_year", 2, 2001.0, "one_person"),
        ("secretary_tenure_years", 2, 5.0, "tenure_counts_years"),
        ("secretary_birth_year", 5, 1986.0, "plausible_age"),
        ("mayor_first_year", 0, 1999.0, "first_year_and_tenure"),
    ],
)
def test_leaders(column, row, value, check):
    """A person's birth, first year and tenure agree over the years."""
    clean = {"city_leaders": common.Panel("city_leaders", office())}
    assert leaders.check(clean).empty
    table = office()
    table.loc[row, column] = value
    found = leaders.check({"city_leaders": common.Panel("city_leaders", table)})
    assert (check, column) in set(zip(found["check"], found["column"], strict=True))


def test_tie_without_leader_and_tie_that_begins():
    """A tie needs a leader, and cannot begin in the middle of a spell."""
    table = office()
    table.loc[7, ["secretary_first_year", "secretary_tenure_years", "secretary_birth_year"]] = (
        np.nan
    )
    table.loc[3:, "mayor_tied_to_provincial_secretary"] = 1.0
    found = leaders.check({"city_leaders": common.Panel("city_leaders", table)})
    assert set(zip(found["check"], found["key"].str[-4:], strict=True)) == {
        ("tie_without_leader", "2010"),
        ("tie_begins_in_office", "2006"),
    }


def test_counties_and_censuses():
    """Counties sum to their city, industries to the sample."""
    city = pd.DataFrame(
        {
            "city_code": ["610100"],
            "year": [2010],
            "census_population": [1000.0],
            "employed_sample_total": [50.0],
            "agriculture": [20.0],
            "mining": [30.0],
        }
    )
    county = pd.DataFrame(
        {
            "county_code": ["610102", "610103"],
            "year": [2010, 2010],
            "name": ["a", "b"],
            "census_population": [600.0, 400.0],
            "employed_sample_total": [30.0, 20.0],
            "agriculture": [15.0, 5.0],
            "mining": [15.0, 15.0],
        }
    )
    world = {"census_industry_prefecture": city, "census_industry_county": county}
    assert audit.proposals(world).empty
    city.loc[0, "mining"] = 40.0
    found = audit.proposals(world)
    assert {"industries_sum_to_sample", "counties_sum_to_city"} <= set(found["check"])
    counties = pd.DataFrame(
        {
            "county_code": ["610102"],
            "city_code": ["610100"],
            "year": [2011],
            "gdp_10k_yuan": [5.0],
            "primary_10k_yuan": [6.0],
        }
    )
    assert set(audit.proposals({"county_gdp": counties})["check"]) == {"part_above_whole"}


def test_flows_of_a_month_without_direction():
    """Out and back alike in every pair is no direction; one alike pair is chance."""
    rng = np.random.default_rng(1)
    names = ["610100", "610200", "610300"]
    rows = [
        (a, b, m, 31.0, 31.0, rng.uniform(0.1, 1))
        for m in ("202010", "202011")
        for a in names
        for b in names
        if a != b
    ]
    flows = pd.DataFrame(
        rows,
        columns=[
            "origin_code",
            "destination_code",
            "year_month",
            "days_observed",
            "days_in_month",
            "flow_index",
        ],
    )
    assert pairs.check({"zone_pair_flows_monthly": flows}).empty
    month = flows["year_month"] == "202010"
    flows.loc[month, "flow_index"] = [0.1, 0.2, 0.1, 0.3, 0.2, 0.3]
    found = pairs.check({"zone_pair_flows_monthly": flows})
    assert set(found["check"]) == {"month_without_direction"}
    assert len(found) == month.sum()


def test_travel_time_of_a_line_opened_earlier(raw_folder):
    """The modelled hours fall with the line's opening on record, not three years later."""
    acts = read_acts(raw_folder / "acts.csv")
    years = np.arange(2010, 2020)
    table = pd.DataFrame(
        {
            "code_a": "610100",
            "code_b": "610300",
            "year": years,
            "rail_hours_modelled": np.where(years < 2017, 2.45, 1.2),
            "road_hours_modelled": 3.15,
        }
    )
    found = pairs.check({"zone_pair_travel_time": table, "acts": acts})
    assert set(found["check"]) == {"line_opened_earlier"}
    assert found["key"].str[-4:].tolist() == ["2014", "2015", "2016"]
    assert (found["proposed_value"] == 1.2).all()
    table.loc[3, "road_hours_modelled"] = 3.6
    slow = pairs.check({"zone_pair_travel_time": table, "acts": acts})
    assert "roads_do_not_slow" in set(slow["check"])
    table["rail_hours_modelled"] = np.where(years < 2014, 2.45, 1.2)
    table["road_hours_modelled"] = 3.15
    assert pairs.check({"zone_pair_travel_time": table, "acts": acts}).empty


def test_trains_out_and_back():
    """Minutes of fast trains agree in both directions, shortest below median."""
    table = pd.DataFrame(
        {
            "origin_code": ["610100", "610300"],
            "destination_code": ["610300", "610100"],
            "trains_per_day": [30.0, 30.0],
            "min_minutes": [43.0, 44.0],
            "median_minutes": [50.0, 51.0],
        }
    )
    assert pairs.check({"city_pair_fast_trains_2016": table}).empty
    table.loc[0, "min_minutes"] = 90.0
    found = pairs.check({"city_pair_fast_trains_2016": table})
    assert set(found["check"]) == {"shortest_above_median", "trains_out_and_back"}


def test_recent_accounts_sum():
    """The sectors of 2022 sum to GDP; the one off its share of 2023 is blamed."""
    table = pd.DataFrame(
        {
            "city_code": ["610200"] * 2,
            "year": [2022, 2023],
            "gdp_100m_yuan": [500.0, 510.0],
            "primary_100m_yuan": [35.0, 36.0],
            "secondary_100m_yuan": [220.0, 224.0],
            "tertiary_100m_yuan": [245.0, 250.0],
        }
    )
    assert audit.proposals({"city_accounts_2022_2023": table}).empty
    table.loc[0, "secondary_100m_yuan"] = 320.0
    found = audit.proposals({"city_accounts_2022_2023": table})
    assert found["column"].tolist() == ["secondary_100m_yuan"]
    assert found["proposed_value"].tolist() == [220.0]


def test_tax_ratio():
    """Tax over GDP and tax per head agree through GDP and population."""
    world = tables()
    gdp = world["city_accounts"]["gdp_100m_yuan"].to_numpy()
    people = world["city_population_labour"]["registered_population_10k"].to_numpy()
    ratio = 8.0 + 0.1 * np.sin(np.arange(len(gdp)))
    world["city_total_tax"] = frame(
        total_tax_pct_gdp=ratio, total_tax_yuan_per_capita=ratio / 100 * gdp * 1e4 / people
    )
    assert audit.proposals(world).empty
    put(world, "city_total_tax", "total_tax_pct_gdp", lambda v: 1.6 * v)
    heard = said(world, "city_total_tax", "total_tax_pct_gdp")
    assert "tax_ratio_times_gdp_is_tax_per_head_times_people" in heard.index


def test_median_is_numpys():
    """The counted median equals numpy's, and is silent where nothing is there."""
    rng = np.random.default_rng(3)
    stack = np.where(rng.random((5, 4, 30)) < 0.3, np.nan, rng.normal(size=(5, 4, 30)))
    stack[:, 0, 0] = np.nan
    mine = common.median(stack, axis=0)
    assert np.isnan(mine[0, 0])
    there = np.isfinite(mine)
    # The same two order statistics are averaged: equal to the last bit but one.
    theirs = [np.nanmedian(stack[:, i, j]) for i, j in np.argwhere(there)]
    np.testing.assert_allclose(mine[there], theirs, rtol=1e-15)


def test_focus_looks_closer():
    """A unit in focus is proposed at a lower threshold than the others."""
    world = put(tables(), "city_retail", "retail_sales_100m_yuan", lambda v: v * 1.17)
    del world["city_accounts"]
    column = "retail_sales_100m_yuan"
    assert said(world, "city_retail", column).empty
    found = audit.proposals(world, focus=["410300"])
    assert cell() in set(found.loc[found["column"] == column, "key"])
