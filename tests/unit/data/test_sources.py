"""Where the raw tables come from: read strictly, joined to the package, told in the README."""

import json
import re
import shutil

import pytest

from guantian.data.sources import (
    OWN,
    SOURCE_COLUMNS,
    bibliography_keys,
    join_sources,
    read_rights,
    read_sources,
    renew,
)
from guantian.errors import DataError

BIB = "@misc{a_key,\n  title = {A},\n}\n"
HEADER = ",".join(SOURCE_COLUMNS)
COMMIT = "0" * 40


@pytest.fixture(scope="module")
def folder(root):
    return root / "data"


@pytest.fixture(scope="module")
def sources(folder):
    return read_sources(folder / "sources.csv", folder / "citations.bib")


@pytest.fixture(scope="module")
def rights(folder):
    return read_rights(folder / "rights.csv")


@pytest.fixture(scope="module")
def descriptor(raw_folder):
    return json.loads((raw_folder / "datapackage.json").read_text("utf-8"))


def test_every_column_of_every_table_has_a_source(sources, package):
    for table in package.tables.values():
        rows = sources[sources["table"] == table.name]
        if table.name in (*OWN, "agreements_found"):
            continue
        assert set(rows["column"]) == {"", *table.columns}, table.name
        assert (rows["source_field"].ne("") | rows["transformation"].ne("")).all(), table.name


def test_every_copy_has_address_version_and_date(descriptor):
    for resource in descriptor["resources"]:
        if resource["name"] in OWN:
            continue
        copies = [source for source in resource["sources"] if "version" in source]
        assert len(copies) == 1, resource["name"]
        (copy,) = copies
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", copy["accessed"])
        if resource["name"] not in ("agreements_found", "prefectures"):
            assert copy["path"] == f"https://github.com/{copy['title']}"
            assert re.fullmatch("[0-9a-f]{40}", copy["version"]), resource["name"]
            assert copy["files"] and copy["citations"], resource["name"]


def test_the_package_and_the_readme_are_those_that_the_script_makes(folder, tmp_path):
    copy = tmp_path / "data"
    (copy / "raw").mkdir(parents=True)
    for name in ("README.md", "sources.csv", "citations.bib", "rights.csv"):
        shutil.copy(folder / name, copy / name)
    shutil.copy(folder / "raw" / "datapackage.json", copy / "raw" / "datapackage.json")
    assert renew(copy) == []
    readme = (copy / "README.md").read_text("utf-8")
    (copy / "README.md").write_text(readme.replace("**not cleared**", "yes"), encoding="utf-8")
    assert renew(copy) == ["README.md"]
    assert (copy / "README.md").read_text("utf-8") == readme


def test_nothing_is_cleared_without_a_licence_at_the_source(sources, rights, descriptor):
    licences = sources[sources["column"] == ""].set_index("table")["licence"]
    resources = {resource["name"]: resource for resource in descriptor["resources"]}
    for row in rights.itertuples():
        assert resources[row.table]["redistribution"]["cleared"] == (row.cleared == "yes")
        if row.cleared == "yes" and row.terms != "facts" and row.table not in OWN:
            assert row.terms.split("-")[0] in licences[row.table], row.table
        assert ("licenses" in resources[row.table]) == (
            row.cleared == "yes" and row.terms != "facts"
        )


def test_every_table_has_its_row_in_the_readme(folder, rights):
    text = (folder / "README.md").read_text("utf-8")
    for row in rights.itertuples():
        assert len(re.findall(rf"^\| `{row.table}`:", text, re.MULTILINE)) == 1, row.table
    assert "legitimate access" in text and "**not** obtained permission to redistribute" in text


def test_unconfirmed_fields_are_left_out_of_the_bibliography(folder, sources):
    text = (folder / "citations.bib").read_text("utf-8")
    for entry in text.split("\n@"):
        fields = re.sub(r"  annote = .*", "", entry)
        assert "UNCONFIRMED" not in fields.split("\n", 2)[-1]
    used = {key for keys in sources["citations"] for key in keys.split()}
    assert used == bibliography_keys(folder / "citations.bib")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"t,c,r,{COMMIT},,p,f,x,u,no_key,none,2026-11-22,1,1", "'no_key' is not in citations.bib"),
        ("t,c,r,abc,,p,f,x,u,a_key,none,2026-11-22,1,1", "column 'commit': 'abc'"),
        (f"t,c,r,{COMMIT},,p,f,x,u,a_key,none,yesterday,1,1", "column 'accessed': 'yesterday'"),
        (f"t,,r,{COMMIT},,p,f,x,u,a_key,none,2026-11-22,1,1", "t, '' occurs twice"),
    ],
)
def test_sources_are_read_strictly(tmp_path, row, said):
    (tmp_path / "citations.bib").write_text(BIB, encoding="utf-8")
    path = tmp_path / "sources.csv"
    first = f"t,,r,{COMMIT},,p,f,x,u,a_key,none,2026-11-22,1,1"
    path.write_text(f"{HEADER}\n{first}\n{row}\n", encoding="utf-8")
    with pytest.raises(DataError, match=rf"sources.csv, row 3.*{said}"):
        read_sources(path, tmp_path / "citations.bib")


def test_a_column_that_its_table_does_not_have_is_named(descriptor, sources, rights):
    wrong = sources.copy()
    wrong.loc[1, "column"] = "wish"
    with pytest.raises(DataError, match="city_accounts has no column 'wish'"):
        join_sources(json.loads(json.dumps(descriptor)), wrong, rights)
    with pytest.raises(DataError, match=r"rights\.csv and datapackage\.json disagree"):
        join_sources(json.loads(json.dumps(descriptor)), sources, rights.iloc[1:])
