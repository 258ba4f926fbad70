"""The trace of a value: down to the line, the erratum, the break and the source."""

import csv
import json
import re

import pytest

from guantian import cli
from guantian.data.cells import NOT_TRACED
from guantian.data.counties import build_counties
from guantian.data.territory import read_decisions
from guantian.data.variables import VARIABLES
from guantian.errors import DataError
from guantian.trace.county import follow_county
from guantian.trace.follow import Store, Value
from guantian.trace.records import Records
from guantian.trace.show import prov, tree


@pytest.fixture(scope="module")
def store(real_panel, provenance, root):
    return Store(real_panel, provenance, root / "data")


@pytest.fixture
def made(root, real_panel, provenance, tmp_path):
    """A data folder with the panel made, as the workflow leaves it."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("raw", "sources.csv", "citations.bib", "rights.csv"):
        (folder / name).symlink_to(root / "data" / name)
    (folder / "processed").mkdir()
    real_panel.to_parquet(folder / "processed" / "panel.parquet")
    rows = provenance[provenance["unit"].isin(["620500", "610100"])]
    rows.to_parquet(folder / "processed" / "panel_provenance.parquet", index=False)
    return folder


def test_output_per_head_of_tianshui_in_2008(store):
    """The walk of a referee in one step: line 9080, the break, the file at its commit."""
    value = store.value("620500", 2008, "gdp_per_capita_yuan")
    assert (value.value, value.status, value.name) == (6626.0, "B", "Tianshui")
    (cell,) = value.inputs
    assert (cell.file, cell.line) == ("data/raw/city_accounts.csv", 9080)
    assert [(each.id, each.kind) for each in cell.breaks] == [("B014", "denominator")]
    assert cell.source.source_field == "GDP_PerCapita"
    assert cell.source.version == "f20bcc5e60189da7c99eb185c8b981f116b07af9"
    assert not cell.source.may_be_redistributed


@pytest.mark.parametrize("year", [2000, 2010, 2016, 2022])
def test_every_variable_is_followed(store, year):
    """Derived ones too, in the chains' base year, and where a value or its inputs are missing."""
    for variable in VARIABLES:
        if variable.name in NOT_TRACED:
            continue
        value = store.value("620500", year, variable.name)
        text = tree(value)
        assert prov(value)["entity"]
        if value.value is not None and variable.columns:
            assert "data/raw/" in text, (variable.name, text)


def test_a_chain_shows_every_step_and_its_start(store):
    value = store.value("Tianshui", 2006, "real_gdp")
    assert value.variable == "real_gdp_100m_yuan" and value.how.endswith("over 2006 to 2010)")
    *steps, start = value.inputs
    assert [(step.variable, step.year) for step in steps] == [
        ("gdp_growth_pct", year) for year in (2007, 2008, 2009, 2010)
    ]
    level = start.value
    for step in steps:
        level /= 1 + step.value / 100
    assert (start.variable, start.year) == ("gdp_100m_yuan", 2010)
    assert level == pytest.approx(value.value, rel=1e-12)


def test_a_stock_is_followed_to_its_first_year(store, real_panel):
    value = store.value("620500", 2008, "capital")
    start = int(real_panel.at[("620500", 2008), "capital_start_year"])
    investment = [c for c in value.cells() if c.column == "fixed_investment_100m_yuan"]
    assert sorted(cell.year for cell in investment) == list(range(start, 2009))
    prices = {c.unit for c in value.cells() if c.table == "province_investment"}
    assert prices == {"620000"}


def test_an_erratum_comes_with_its_evidence(store, provenance, root):
    rows = provenance[(provenance["action"] == "replaced") & provenance["year"].ge(2000)]
    row = rows.iloc[0]
    value = store.value(str(row["unit"]), int(row["year"]), str(row["variable"]))
    (cell,) = [cell for cell in value.inputs if cell.erratum]
    with (root / "data" / "raw" / cell.erratum.file).open(encoding="utf-8", newline="") as file:
        line = list(csv.DictReader(file))[cell.erratum.line - 2]
    assert (line["reason"], line["evidence"]) == (cell.erratum.reason, cell.erratum.evidence)
    assert float(line["source_value"]) == pytest.approx(cell.raw_value, rel=1e-6)
    assert float(line["used_value"]) == pytest.approx(cell.used_value)
    text = tree(value)
    assert f"replaced by {cell.used_value:.10g}" in text and cell.erratum.evidence in text


def test_a_missing_value_is_followed_too(store, provenance):
    rows = provenance[(provenance["action"] == "emptied") & provenance["year"].ge(2000)]
    row = rows.iloc[0]
    value = store.value(str(row["unit"]), int(row["year"]), str(row["variable"]))
    assert value.value is None and value.status == "O"
    assert "emptied" in tree(value) and "erratum" in tree(value)
    absent = store.value("Hong Kong", 2010, "gdp_100m_yuan")
    assert absent.value is None and "no row of 810000" in tree(absent)


@pytest.mark.parametrize(
    ("city", "year", "variable"),
    [
        ("610100", 2015, "real_gdp_per_head_yuan"),
        ("610400", 2012, "real_gdp_first_published_per_resident_yuan"),
        ("620500", 2008, "capital_per_head_yuan"),
        ("611000", 2018, "fiscal_gap_pct"),
        ("610300", 2010, "primary_share_pct"),
        ("610500", 2009, "gdp_per_capita_basis"),
        ("610200", 2022, "gdp_splice"),
    ],
)
def test_every_leaf_lies_where_the_tree_says(store, root, city, year, variable):
    value = store.value(city, year, variable)
    cells = list(value.cells())
    assert cells
    for cell in cells:
        table, name = cell.file.removeprefix("data/raw/").removesuffix(".csv"), cell.column
        assert table == cell.table
        with (root / cell.file).open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
        printed = lines[cell.line - 1][lines[0].index(name)]
        assert (float(printed) if printed else None) == cell.raw_value
        assert cell.source is not None and cell.source.citations


def test_the_tree_names_each_table_once_with_its_terms(store):
    text = tree(store.value("610100", 2015, "real_gdp_per_head_yuan"))
    for table in ("city_accounts", "city_resident_population"):
        assert len(re.findall(rf"^{table}: https://github.com/", text, re.MULTILINE)) == 1
    assert "not cleared" in text and "accessed 2026-11-22" in text


def test_prov_is_whole(store):
    """Every relation names things that are described, and every value has an activity."""
    document = prov(store.value("610100", 2015, "real_gdp_per_head_yuan"))
    known = set(document["entity"]) | set(document["activity"])
    prefixes = set(document["prefix"])
    assert {name.split(":")[0] for name in known} <= prefixes
    for kind in ("wasGeneratedBy", "used", "wasDerivedFrom"):
        assert document[kind]
        for relation in document[kind].values():
            assert set(relation.values()) <= known, relation
    values = [name for name in document["entity"] if name.startswith("panel:")]
    made = {relation["prov:entity"] for relation in document["wasGeneratedBy"].values()}
    assert set(values) == made
    assert json.loads(json.dumps(document, ensure_ascii=False)) == document


@pytest.mark.parametrize(
    ("city", "year", "variable", "said"),
    [
        ("Tianshu", 2008, "gdp_100m_yuan", "no city 'Tianshu'.*near it: Tianshui"),
        ("620500", 1950, "gdp_100m_yuan", "no year 1950; it holds 2000 to 2023"),
        ("620500", 2008, "real_gpd", "no variable 'real_gpd'; near it: real_gdp"),
        ("620500", 2008, "gpd", "no variable 'gpd'; near it: .*gdp_100m_yuan"),
    ],
)
def test_what_there_is_not_is_named(store, city, year, variable, said):
    with pytest.raises(DataError, match=said):
        store.value(city, year, variable)


def test_the_command_prints_a_tree_and_json(made, capsys):
    order = ["trace", "panel", "天水市", "2008", "gdp_per_capita", "--data", str(made)]
    assert cli.main(order) == 0
    out = capsys.readouterr().out
    assert out.startswith("Tianshui (620500), 2008: gdp_per_capita_yuan = 6626 yuan")
    assert "line 9080" in out and "break B014" in out
    assert cli.main([*order, "--json"]) == 0
    assert (
        "raw:city_accounts/L9080/gdp_per_capita_yuan"
        in json.loads(capsys.readouterr().out)["entity"]
    )


def test_the_command_says_what_is_wrong_in_a_sentence(made, tmp_path, capsys):
    assert cli.main(["trace", "panel", "Atlantis", "2008", "gdp", "--data", str(made)]) == 1
    assert capsys.readouterr().err.startswith("guantian: The panel has no city 'Atlantis'")
    assert cli.main(["trace", "panel", "Xi'an", "2008", "gdp", "--data", str(tmp_path / "x")]) == 1
    assert "is missing: make it first" in capsys.readouterr().err


@pytest.fixture(scope="module")
def counties(corrected, raw_folder):
    decisions = read_decisions(raw_folder / "county_territory.csv")
    cities = ["610100", "610200", "610300", "610400", "610500", "611000", "620500"]
    return build_counties(corrected[0], decisions, cities, {})


def follow(counties, root, *asked):
    events = counties.territory.events
    return follow_county(counties.panel, events, Records(root / "data"), *asked)


def test_a_county_is_followed_to_its_line_and_its_events(counties, root):
    """Weicheng in 2018: printed, and not used, since Xixian's output is in no county."""
    value = follow(counties, root, "610404", 2018, "gdp_10k_yuan")
    assert value.value is None and value.status == "O" and "another territory" in value.how
    (cell,) = value.inputs
    assert cell.raw_value == 3_787_240 and cell.action.startswith("not used")
    assert [each.id for each in cell.breaks] == ["xixian-2017"]
    assert "Xixian New Area" in cell.breaks[0].reason
    with (root / cell.file).open(encoding="utf-8", newline="") as file:
        line = list(csv.reader(file))[cell.line - 1]
    assert line[:2] == ["610404", "2018"] and float(line[4]) == cell.raw_value
    assert "not used: of another territory" in tree(value)
    before = follow(counties, root, "610404", 2016, "gdp_10k_yuan")
    assert before.value == before.inputs[0].raw_value == before.inputs[0].used_value


def test_a_unit_of_several_counties_is_their_sum(counties, root):
    value = follow(counties, root, "440115", 2010, "lights")
    assert [cell.unit for cell in value.inputs] == ["440113", "440115"]
    assert value.value == pytest.approx(sum(cell.raw_value for cell in value.inputs), rel=1e-12)
    assert value.how.startswith("the sum over 2 counties")
    assert set(prov(value)["entity"]) >= {"panel:440113/2010/lights"}


def test_a_county_may_be_called_by_its_name(counties, root):
    value = follow(counties, root, "渭城区", 2016, "gdp_10k_yuan")
    assert value.city == "610404"
    with pytest.raises(DataError, match=r"\d+ counties are called '新华区': give a code"):
        follow(counties, root, "新华区", 2016, "gdp_10k_yuan")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("990101", 2010, "lights"), "no county '990101'"),
        (("610499", 2010, "lights"), "no county '610499'; near it: 6104"),
        (("渭城", 2010, "lights"), "no county '渭城'; near it: .*渭城区"),
        (("610404", 1990, "lights"), "no county '610404' in 1990; it holds 2000 to 2022"),
        (("610404", 2010, "gdp"), "no column 'gdp'; there are gdp_10k_yuan"),
    ],
)
def test_a_county_that_there_is_not_is_named(counties, root, asked, said):
    with pytest.raises(DataError, match=said):
        follow(counties, root, *asked)


def test_the_command_is_installed(root):
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["scripts"]["guantian"] == "guantian.cli:main"


def test_values_are_hashable_trees(store):
    value = store.value("620500", 2008, "gdp_100m_yuan")
    assert isinstance(value, Value) and hash(value) == hash(
        store.value("620500", 2008, "gdp_100m_yuan")
    )
