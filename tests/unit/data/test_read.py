"""Reading raw tables: each kind of damage by name, and what a sound table becomes."""

import dataclasses
import hashlib
import json

import pandas as pd
import pytest

from guantian.data.package import DataPackage, Field, Table, read_package, renew_checksums
from guantian.data.read import read_table, read_tables
from guantian.data.schemas import check_table
from guantian.errors import DataError

SOUND = (
    "city_code,year,name,output,persons\n"
    "610100,2001,西安,733.85,694\n"
    "610100,2002,西安,,\n"
    '610200,2001,"Tong, chuan",58.2,85\n'
)


def field(name, type, *, required=False, pattern=None, raw=(None, None), narrow=None):
    return Field(name, type, name, "units", required, pattern, raw, narrow or raw)


FIELDS = (
    field("city_code", "string", required=True, pattern="^[1-9][0-9]{5}$"),
    field("year", "year", required=True, raw=(1990, 2030)),
    field("name", "string", required=True),
    field("output", "number", raw=(0, 100000), narrow=(0.5, 50000)),
    field("persons", "integer", raw=(1, 10000)),
)


@pytest.fixture
def table(tmp_path):
    """A small table, sound as it stands."""
    path = tmp_path / "toy.csv"
    path.write_text(SOUND, encoding="utf-8")
    digest = hashlib.sha256(SOUND.encode()).hexdigest()
    return Table("toy", "Toy", "", path, digest, FIELDS, ("city_code", "year"), ("none",), "none")


def refused(table, text, said, verify=False):
    """The text is refused by a sentence that names the file and the place."""
    table.path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    with pytest.raises(DataError, match=said) as caught:
        read_table(table, verify=verify)
    assert str(table.path) in str(caught.value)


def test_a_sound_table_is_read_with_its_types(table):
    frame = read_table(table)
    assert frame.columns.tolist() == table.columns
    assert frame["city_code"].tolist() == ["610100", "610100", "610200"]
    assert frame["name"].tolist() == ["西安", "西安", "Tong, chuan"]
    assert [str(kind) for kind in frame.dtypes] == ["str", "int64", "str", "float64", "float64"]
    assert frame["output"].isna().tolist() == [False, True, False]
    assert frame["output"].iloc[0] == 733.85


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name,", "", "row 1: column 'name' is missing"),
        ("name,", "title,", "row 1: column 'name' is missing; column 'title' is not described"),
        ("persons\n", "persons,more\n", "row 1: column 'more' is not described"),
        ("name,output", "output,name", "row 1: the columns are in the order"),
        ("name,output", "name,name,output", "row 1: the columns are in the order"),
        ("610100,2002,西安,,", "610100,2002,西安,", "row 3: 4 cells where 5 were expected"),
        ("610100,2002,西安,,", "610100,2002,西安,,,", "row 3: 6 cells where 5 were expected"),
        ("610100,2002", "\n610100,2002", "row 3: 0 cells where 5 were expected"),
        ("733.85", "733,85", "row 2: 6 cells where 5 were expected"),
        ("733.85", "7e3x", r"row 2, column 'output': '7e3x' found where a number \(units\)"),
        ("733.85", "1_000", "row 2, column 'output': '1_000' found where a number"),
        ("733.85", "nan", "row 2, column 'output': 'nan' found where a number"),
        ("733.85", "inf", "row 2, column 'output': 'inf' found where a number"),
        ("733.85", "1e999", "row 2, column 'output': '1e999' found where a number"),
        ("733.85", "７３３", "row 2, column 'output': '７３３' found where a number"),
        ("694", "694.5", "row 2, column 'persons': '694.5' found where a whole number"),
        ("58.2,85", "58.2,85O", "row 4, column 'persons': '85O' found where a whole number"),
        ("610200,2001", "610200,2O01", "row 4, column 'year': '2O01' found where a whole"),
        ("58.2", "-58.2", r"row 4, column 'output' \(city_code 610200, year 2001\): -58.2 found"),
        ("58.2", "582000", "row 4, column 'output' .*: 582000.0 found where a value from 0 to"),
        ("694", "0", r"row 2, column 'persons' .*: 0.0 found where a value from 1 to 10000 units"),
        ("610200,2001", "610200,1901", "row 4, column 'year' .*: 1901 found where a value from"),
        ("610200", "61020", r"row 4, column 'city_code' .*: 61020 found where text of the form"),
        ("610200", "", "row 4, column 'city_code' .* found where a value is required"),
        ("610200,2001", "610200,", "row 4, column 'year' .* found where a value is required"),
        ("2002,西安", "2002,", "row 3, column 'name' .* found where a value is required"),
        ("610100,2002", "610100,2001", r"row 2: the key \(city_code 610100, year 2001\) appears"),
    ],
)  # fmt: skip
def test_damage_is_named(table, old, new, said):
    assert SOUND.count(old) >= 1
    refused(table, SOUND.replace(old, new, 1), said)


def test_a_missing_file_is_named(table):
    table.path.unlink()
    with pytest.raises(DataError, match=r"toy\.csv is missing; the study reads it"):
        read_table(table)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SOUND[:-1], "row 4: the file ends in the middle of a line"),
        (SOUND[:50], "the file ends in the middle of a line"),
        ("", "row 1: the file ends in the middle of a line"),
        (SOUND.partition("\n")[0] + "\n", "has no rows below its header"),
        (SOUND.encode("gb18030"), "row 2: byte 0xce is not UTF-8"),
        (SOUND.encode("utf-16"), "row 1: byte 0xff is not UTF-8"),
        (SOUND.encode("utf-8-sig"), "column '.ufeffcity_code' is not described"),
        (SOUND.replace('"Tong, chuan"', '"Tong, chuan'), "row 4"),
        (SOUND.replace('"Tong, chuan"', '"Tong, "chuan'), "row 4: .* cells were expected"),
    ],
)
def test_a_broken_file_is_named(table, text, said):
    refused(table, text, said)


@pytest.mark.parametrize("replaced", [("733.85", "733.86"), ("西安", "西寧"), ("\n", "\r\n")])
def test_what_no_rule_sees_the_checksum_sees(table, replaced):
    text = SOUND.replace(*replaced)
    table.path.write_bytes(text.encode("utf-8"))
    assert len(read_table(table, verify=False)) == 3
    refused(table, text, r"is not the file that datapackage\.json describes", verify=True)


def test_lines_are_those_of_the_file_even_after_a_cell_of_two_lines(table):
    text = SOUND.replace("西安,733.85", '"西\n安",733.85').replace("58.2", "x")
    refused(table, text, "row 5, column 'output': 'x'")


def test_further_offences_are_counted(table):
    said = r"column 'output'.*-1\.0 found.* 1 further row offend likewise"
    refused(table, SOUND.replace("733.85", "-1").replace("58.2", "-2"), said)


def test_every_table_of_a_package_is_read(table):
    package = DataPackage(table.path, {"toy": table}, {})
    assert list(read_tables(package)) == ["toy"]


def test_corrected_tables_keep_narrow_ranges_and_may_have_emptied_cells(table):
    frame = read_table(table)
    frame.loc[0, "name"] = pd.NA
    check_table(frame, table, stage="corrected")
    frame.loc[2, "output"] = 60000.0
    check_table(frame.fillna({"name": "x"}), table, stage="raw")
    said = r"toy \(corrected\), column 'output' \(city_code 610200, year 2001\): 60000.0 found"
    with pytest.raises(DataError, match=said):
        check_table(frame, table, stage="corrected")


def test_an_emptied_key_is_never_taken(table):
    frame = read_table(table)
    frame.loc[0, "city_code"] = pd.NA
    with pytest.raises(DataError, match="a value is required"):
        check_table(frame, table, stage="corrected")


def one_sided(table, raw):
    fields = tuple(
        dataclasses.replace(f, raw_range=raw) if f.name == "output" else f for f in FIELDS
    )
    return dataclasses.replace(table, fields=fields)


@pytest.mark.parametrize(
    ("raw", "said"),
    [((700, None), "at least 700 units"), ((None, 100), "at most 100 units")],
)
def test_a_range_with_one_end_is_told(table, raw, said):
    with pytest.raises(DataError, match=said):
        read_table(one_sided(table, raw))


def test_a_least_value_of_zero_is_told(table):
    table.path.write_text(SOUND.replace("58.2", "-58.2"), encoding="utf-8")
    with pytest.raises(DataError, match="at least 0 units"):
        read_table(one_sided(table, (0, None)))


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")
def test_a_whole_number_beyond_64_bits_is_printed_as_it_stands(table):
    refused(table, SOUND.replace("610200,2001", "610200,1e30"), r"1e\+?30'? found where")


def test_a_missing_description_is_named(tmp_path):
    with pytest.raises(DataError, match=r"datapackage\.json is missing"):
        read_package(tmp_path / "datapackage.json")


def test_a_description_that_is_not_json_is_located(tmp_path):
    path = tmp_path / "datapackage.json"
    path.write_text('{"resources": [\n  {"name": "a",}\n]}', encoding="utf-8")
    with pytest.raises(DataError, match=r"line 2, column 1[0-9]: .*JSON was expected"):
        read_package(path)


def test_checksums_are_renewed_and_nothing_else(tmp_path):
    (tmp_path / "toy.csv").write_text(SOUND, encoding="utf-8")
    (tmp_path / "map.gpkg").write_bytes(b"layers")
    schema = {"fields": [{"name": "city_code", "type": "string"}], "primaryKey": "city_code"}
    resources = [
        {"name": "toy", "path": "toy.csv", "title": "玩具", "schema": schema},
        {"name": "map", "path": "map.gpkg", "title": "Map", "hash": "sha256:0", "bytes": 0},
    ]
    path = tmp_path / "datapackage.json"
    path.write_text(json.dumps({"name": "p", "resources": resources}), encoding="utf-8")
    assert renew_checksums(path) == ["toy", "map"]
    described = json.loads(path.read_text("utf-8"))
    for resource in described["resources"]:
        content = (tmp_path / resource["path"]).read_bytes()
        assert resource.pop("hash") == "sha256:" + hashlib.sha256(content).hexdigest()
        assert resource.pop("bytes") == len(content)
    for resource in resources:
        resource.pop("hash", None), resource.pop("bytes", None)
    assert described == {"name": "p", "resources": resources}
    before = path.read_bytes()
    assert renew_checksums(path) == [] and path.read_bytes() == before
    package = read_package(path)
    assert package.tables["toy"].key == ("city_code",)
    assert package.files == {"map": tmp_path / "map.gpkg"}
