"""Every proposal on the raw tables is decided, once, and the lists match the figures."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import audit
from audit.common import UNSCANNED
from audit.judgement import DECISIONS, ERRATA, EXAMINED, judge
from audit.reading import tables_to_check
from guantian.data.acts import read_acts
from guantian.data.breaks import read_breaks
from guantian.data.errata import apply_errata, read_errata
from guantian.errors import DataError

RAW = Path(__file__).resolve().parents[3] / "data" / "raw"
ZONE = ("610100", "610200", "610300", "610400", "610500", "611000", "620500")
CODES = (
    "city_code",
    "province_code",
    "county_code",
    "origin_code",
    "destination_code",
    "code_a",
    "code_b",
    "year_month",
    "category",
    "name",
    "region_code",
    "origin",
    "destination",
    "person_id",
    "first_year",
)
CELL = ["table", "key", "column"]


@pytest.fixture(scope="module")
def tables():
    """Return the raw tables: codes as text, years as integers, figures as floats."""
    out = {}
    for name in audit.KEYS:
        frame = pd.read_csv(RAW / f"{name}.csv", dtype=dict.fromkeys(CODES, str))
        for column in frame.columns:
            if frame[column].dtype.kind in "if" and column != "year":
                frame[column] = frame[column].astype(float)
        out[name] = frame
    return {**out, "acts": read_acts(RAW / "acts.csv")}


@pytest.fixture(scope="module")
def found(tables):
    """Return all proposals on the raw tables."""
    return audit.proposals(tables, focus=ZONE)


@pytest.fixture(scope="module")
def lists():
    """Return the errata, the cells examined and kept, and the decisions by hand."""
    errata = read_errata(RAW / "errata.csv")
    examined = pd.read_csv(RAW / "examined.csv", dtype=str, keep_default_na=False)
    decisions = pd.read_csv(RAW / "judged_by_hand.csv", dtype=str, keep_default_na=False)
    return errata, examined, decisions


def test_every_proposal_is_in_exactly_one_list(found, lists):
    """No proposal is left open, none is decided twice, and no list holds anything else."""
    errata, examined, _ = lists
    proposed = set(map(tuple, found[CELL].to_numpy()))
    wrong = set(map(tuple, errata[CELL].to_numpy()))
    kept = set(map(tuple, examined[CELL].to_numpy()))
    assert len(wrong) == len(errata)
    assert len(kept) == len(examined)
    assert not wrong & kept
    assert proposed == wrong | kept


def test_lists_are_what_the_rules_and_hands_decide(found, lists):
    """The committed lists are made by the code, to the last character."""
    errata, examined, decisions = lists
    decisions = decisions.assign(used_value=pd.to_numeric(decisions["used_value"]))
    made = judge(found, decisions)
    pd.testing.assert_frame_equal(made[0][ERRATA], errata[ERRATA], check_dtype=False)
    pd.testing.assert_frame_equal(made[1][EXAMINED], examined[EXAMINED], check_dtype=False)


def test_every_erratum_matches_its_raw_cell(tables, lists):
    """Applying all errata raises nothing and changes only the cells listed."""
    errata, _, _ = lists
    before = {name: frame.copy() for name, frame in tables.items()}
    after = apply_errata(tables, errata)
    changed = 0
    for name, frame in after.items():
        pd.testing.assert_frame_equal(tables[name], before[name])
        for column in frame.columns:
            one, two = frame[column], before[name][column]
            changed += int((~((one == two) | (one.isna() & two.isna()))).sum())
    assert changed == len(errata)


def test_used_values_are_not_the_source_values(lists):
    """A correction changes something."""
    errata, _, _ = lists
    used = pd.to_numeric(errata["used_value"])
    assert not np.isclose(used, pd.to_numeric(errata["source_value"]), rtol=1e-9).any()


@pytest.mark.parametrize(
    ("table", "key", "column", "used"),
    [
        # Known beforehand or seen by eye in the zone's series; each found by a check.
        ("city_sector_employment", "610400;year=2013", "utilities", "0.93"),
        ("city_sector_employment", "610100;year=2013", "information", "6.68"),
        ("city_sector_employment", "620500;year=2006", "agriculture", "0.75"),
        ("city_population_labour", "610400;year=2010", "registered_population_10k", "520.0899"),
        ("city_population_labour", "611000;year=2010", "registered_population_10k", "244.8348"),
        ("city_population_labour", "610300;year=2010", "registered_population_10k", ""),
        ("city_population_labour", "620500;year=1992", "registered_population_10k", "300.4092"),
        ("city_population_labour", "620500;year=2006", "staff_wage_bill_10k_yuan", "231948.8"),
        ("city_population_labour", "610200;year=2006", "density_per_km2", "217.8"),
        ("city_resident_population", "610200;year=2006", "land_area_km2", "3882"),
        ("city_resident_population", "620500;year=2000", "resident_population_10k", ""),
        ("city_accounts", "620500;year=2021", "gdp_growth_reported", "7.2667"),
        ("city_accounts", "620500;year=1995", "gdp_growth_reported", ""),
        ("city_growth_targets", "610200;year=2013", "growth_actual_pct", ""),
        ("city_growth_targets", "610100;year=2014", "mayor_promoted", ""),
        ("city_investment_fiscal", "610400;year=2018", "budget_revenue_100m_yuan", ""),
        ("city_retail", "610500;year=2010", "retail_sales_100m_yuan", "231.83"),
        ("city_retail", "610500;year=2011", "retail_sales_100m_yuan", "271.662"),
        ("city_total_tax", "610400;year=2007", "total_tax_pct_gdp", "6.038775"),
        ("city_leaders", "610300;year=2014", "secretary_tied_to_provincial_secretary", ""),
    ],
)
def test_faults_seen_by_eye_are_errata(lists, table, key, column, used):
    """The faults that a reader of the series sees are in the list, with the value used."""
    errata, _, _ = lists
    row = errata[
        (errata["table"] == table)
        & (errata["key"] == f"city_code={key}")
        & (errata["column"] == column)
    ]
    assert row["used_value"].tolist() == [used]


def test_real_events_are_kept(lists):
    """The earthquake of 2008, Xixian and the fall of 2020 are no errata."""
    errata, examined, _ = lists
    for key, column in (
        ("city_code=513200;year=2008", "gdp_growth_reported"),
        ("city_code=611000;year=2020", "gdp_growth_reported"),
        ("city_code=610400;year=2017", "gdp_100m_yuan"),
    ):
        for listed, here in ((errata, False), (examined, True)):
            row = (
                (listed["table"] == "city_accounts")
                & (listed["key"] == key)
                & (listed["column"] == column)
            )
            assert row.any() == here


def test_breaks_name_tables_columns_and_units(package):
    """A flag of a break names a table, a column and units that are there."""
    breaks = read_breaks(RAW / "breaks.csv")
    assert not breaks.duplicated(["table", "unit", "column", "year"]).any()
    assert set(breaks["table"]) <= set(package.tables)
    frames = {name: pd.read_csv(RAW / f"{name}.csv", dtype=str) for name in set(breaks["table"])}
    for row in breaks.to_dict("records"):
        frame, key = frames[row["table"]], package.tables[row["table"]].key
        assert row["column"] == "*" or row["column"] in frame.columns, row
        first = frame[key[0]]
        unit = row["unit"]
        known = first.str.startswith(unit[:-1]).any() if unit.endswith("*") else first.eq(unit)
        second = frame[key[1]] if len(key) > 1 else first
        assert np.any(known) or second.eq(unit).any(), row


def test_keys_are_those_of_the_package(package):
    """Every table of the package is scanned by its own key, or said not to be scanned."""
    scanned = {name: table.key for name, table in package.tables.items() if name not in UNSCANNED}
    assert scanned == audit.KEYS
    assert set(package.tables) >= UNSCANNED


def test_what_is_read_to_be_checked_is_what_the_checks_scan(tables):
    """The study's own reading gives the checks each table of `KEYS`, with all its rows."""
    read = tables_to_check(RAW)
    assert {name: len(table) for name, table in read.items()} == {
        name: len(table) for name, table in tables.items()
    }
    assert audit.panels_of(read).keys() == audit.panels_of(tables).keys()


def test_a_table_that_the_checks_do_not_know_is_named(tables):
    with pytest.raises(DataError, match="key of the table 'city_new'"):
        audit.proposals({**tables, "city_new": tables["city_fdi"]})


def test_a_decision_on_a_cell_that_no_check_proposes_raises(found):
    """A fault must be found by a check, not by luck."""
    odd = pd.DataFrame(
        [["city_accounts", "city_code=610100;year=2003", "gdp_100m_yuan", "accept", np.nan, "x"]],
        columns=DECISIONS,
    )
    with pytest.raises(ValueError, match=r"judged_by_hand\.csv: city_accounts, .* by no check"):
        judge(found, odd)


def test_precision_counts_once(found, lists):
    """Accepted and kept add up to the proposals, by check and in total."""
    errata, examined, _ = lists
    table = audit.precision(found, errata, examined)
    assert (table["accepted"] + table["kept"] == table["proposed"]).all()
    total = table[(table["check"] == "all") & (table["table"] == "all")].iloc[0]
    assert total["accepted"] == len(errata)
    assert total["kept"] == len(examined)
