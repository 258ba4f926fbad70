"""The description of data/raw: valid, complete, and true of the files."""

import hashlib
import json

import pytest

from guantian.data.read import read_table
from guantian.data.schemas import check_references
from guantian.errors import DataError

# Files of data/raw that are the study's own bookkeeping, each with its own reader and checks.
BOOKKEEPING = {
    "datapackage.json",
    "errata.csv",
    "examined.csv",
    "judged_by_hand.csv",
    "breaks.csv",
    "code_concordance.csv",
    "county_territory.csv",
    "boundary_changes.csv",
    "acts.csv",
}


@pytest.fixture(scope="module")
def descriptor(raw_folder):
    return json.loads((raw_folder / "datapackage.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def resources(descriptor):
    return descriptor["resources"]


def test_frictionless_finds_it_valid(raw_folder):
    import frictionless

    report = frictionless.Package(str(raw_folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "note"])[:5]


def test_every_file_is_described_or_bookkeeping(resources, raw_folder):
    described = [resource["path"] for resource in resources]
    assert len(described) == len(set(described))
    assert not set(described) & BOOKKEEPING - {"boundary_changes.csv"}
    files = {path.name for path in raw_folder.iterdir()}
    assert files == set(described) | BOOKKEEPING


def test_every_checksum_and_size_is_that_of_the_file(resources, raw_folder):
    for resource in resources:
        content = (raw_folder / resource["path"]).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        assert resource["hash"] == f"sha256:{digest}", resource["name"]
        assert resource["bytes"] == len(content), resource["name"]


def test_only_amounts_add_up(resources):
    """Shares, indices, figures a head, years and flags of parts do not make the whole's."""
    fields = [field for each in resources for field in each.get("schema", {}).get("fields", [])]
    units = {marked: set() for marked in (True, False)}
    for field in fields:
        units[field.get("additive", False)].add(field.get("unit"))
    assert units[True].isdisjoint(units[False])
    assert units[True] == {
        "persons",
        "persons in the sample",
        "10 thousand persons",
        "10 thousand yuan",
        "100 million yuan",
        "100 million yuan of 1997",
        "10 thousand US dollars",
        "km2",
        "nW/cm2/sr summed over pixels",
    }


def test_every_table_has_title_sources_and_rights(resources):
    for resource in resources:
        assert resource["title"].strip(), resource["name"]
        assert resource["sources"], resource["name"]
        assert all(source["title"].strip() for source in resource["sources"]), resource["name"]
        assert resource["rights"].strip(), resource["name"]


def test_every_field_has_type_title_and_unit(resources):
    kinds = {"string", "year", "integer", "number"}
    for resource in resources:
        for field in resource.get("schema", {}).get("fields", []):
            place = (resource["name"], field["name"])
            assert field["type"] in kinds, place
            assert field["title"].strip() and field["unit"].strip(), place


def test_every_table_has_a_key_of_required_fields_that_come_first(package):
    for table in package.tables.values():
        assert table.key, table.name
        assert set(table.key) <= set(table.columns), table.name
        assert all(table.field(name).required for name in table.key), table.name


def test_every_number_has_a_range(package):
    for table in package.tables.values():
        for field in table.fields:
            if field.type != "string":
                low, high = field.raw_range
                place = (table.name, field.name)
                assert low is not None and high is not None and low <= high, place


def test_corrected_ranges_lie_within_raw_ranges(package):
    for table in package.tables.values():
        for field in table.fields:
            if field.type != "string":
                wide, narrow = field.raw_range, field.corrected_range
                place = (table.name, field.name)
                assert wide[0] <= narrow[0] <= narrow[1] <= wide[1], place


def test_nothing_is_declared_that_nobody_reads(resources):
    """A misspelt constraint would be ignored in silence."""
    for resource in resources:
        for field in resource.get("schema", {}).get("fields", []):
            place = (resource["name"], field["name"])
            limits = {"required", "minimum", "maximum", "pattern"}
            assert set(field.get("constraints", {})) <= limits, place
            assert set(field.get("corrected", {})) <= {"minimum", "maximum"}, place
            keys = {"name", "type", "title", "unit", "additive", "description", "format"}
            assert set(field) <= keys | {"constraints", "corrected"}, place


def test_every_column_of_codes_is_a_foreign_key(package):
    """City and province codes refer to the tables of names; only these tables hold their own."""
    wanted = {
        "city_code": "city_names",
        "origin_code": "city_names",
        "destination_code": "city_names",
        "code_a": "city_names",
        "code_b": "city_names",
        "region_code": "city_names",
        "province_code": "province_names",
    }
    for table in package.tables.values():
        if table.name in ("city_names", "province_names"):
            continue  # Taiwan, Hong Kong and Macao are no provinces of province_names
        found = {each.column: each.table for each in table.references}
        expected = {name: wanted[name] for name in table.columns if name in wanted}
        assert expected.items() <= found.items(), table.name


def test_a_foreign_key_without_a_counterpart_is_named(package):
    prices = read_table(package.tables["province_cpi"])
    names = read_table(package.tables["province_names"])
    tables = {"province_cpi": prices, "province_names": names}
    check_references(tables, package, stage="raw")
    prices.loc[3, "province_code"] = "990000"
    said = r"province_cpi.csv, row 5, column 'province_code': 990000 is not in .*province_names"
    with pytest.raises(DataError, match=said):
        check_references(tables, package, stage="raw")
