"""Codebook and coverage of the corrected tables."""

import pandas as pd
import pytest

from guantian.data.described import tables_codebook, tables_coverage
from guantian.data.errata import read_errata

ZONE = ["610100", "610200", "610300", "610400", "610500", "611000", "620500"]


@pytest.fixture(scope="module")
def errata(raw_folder):
    return read_errata(raw_folder / "errata.csv")


@pytest.fixture(scope="module")
def codebook(package, corrected, errata):
    return tables_codebook(package, corrected[0], errata, ZONE).set_index(["table", "column"])


def test_every_column_is_described_once(codebook, package):
    expected = [(t.name, column) for t in package.tables.values() for column in t.columns]
    assert codebook.index.tolist() == expected
    assert codebook[["title", "unit"]].ne("").all(axis=None)


def test_every_erratum_is_counted(codebook, errata):
    assert codebook["replaced"].sum() + codebook["emptied"].sum() == len(errata)
    targets = codebook.loc[("city_growth_targets_2008_2022", "growth_target_pct")]
    assert targets[["emptied", "missing", "values"]].tolist() == [9, 9, 3111]
    assert targets[["first", "last"]].tolist() == [2008, 2022]


def test_pairs_are_of_the_zone_where_both_cities_are(codebook):
    flows = codebook.loc[("city_pair_flows_2021h1", "flow_index")]
    assert flows["values_zone"] == 42, "seven cities, each with six others"
    assert pd.isna(flows["first"])


def test_coverage_tells_what_a_city_of_the_zone_has(package, corrected):
    told = tables_coverage(package, corrected[0], ZONE).set_index(["table", "city_code"])
    debt = told.loc[("city_lgfv_debt", "620500")]
    assert debt[["first", "last"]].tolist() == [2016, 2023], "Tianshui has issuers from 2016 on"
    employment = told.loc[("city_district_sector_employment", "611000")]
    assert employment["years"] == 0 and pd.isna(employment["first"]), "no Shangluo"
    road = told.loc[("city_road_area", "610100")]
    assert road["first"] == 2002
    assert not {"city_pair_flows_2021h1", "city_names"} & set(told.index.get_level_values("table"))
