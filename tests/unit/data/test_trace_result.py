"""From rows of results, lines of figures and cells of tables to raw cells."""

import json

import pandas as pd
import pytest

from guantian.cli import main
from guantian.errors import DataError
from guantian.present.captions import Caption, captions
from guantian.present.format import fixed, labelled
from guantian.present.tables import Column, TableSpec, build, write_table
from guantian.registry import chapters
from guantian.results import estimates, write
from guantian.trace import printed as printed_module
from guantian.trace.outcomes import NAMED, VARIABLE
from guantian.trace.printed import figure_line, printed_prov, printed_tree, table_cell
from guantian.trace.result import Grounds, estimating, ground_lines, ground_prov

#: A chapter's row, as results have it, and columns of raw tables that it must lead to.
ROWS = [
    ("plan", {"sample": "zone", "outcome": "gdp"}, "city_accounts.gdp_growth_reported"),
    ("plan", {"sample": "zone", "outcome": "gdp_deflated"}, "province_cpi.cpi_previous_year_100"),
    (
        "plan",
        {"sample": "zone", "outcome": "investment"},
        "province_investment.investment_price_1952_1",
    ),
    (
        "plan",
        {"sample": "zone", "outcome": "lights_first"},
        "city_remote_sensing.night_lights_sum",
    ),
    ("plan", {"unit": "620500", "outcome": "secondary"}, "city_accounts.secondary_10k_yuan"),
    (
        "convergence",
        {"sample": "nation", "outcome": "gdp_per_capita_yuan", "first_year": 2001, "year": 2019},
        "city_accounts.gdp_per_capita_yuan",
    ),
    (
        "convergence",
        {"sample": "region", "outcome": "real_gdp_per_resident_yuan", "last_year": 2016},
        "city_resident_population.resident_population_10k",
    ),
    (
        "inequality",
        {"sample": "zone", "outcome": "combined", "first_year": 2001},
        "city_remote_sensing.landscan_population",
    ),
    ("inequality", {"sample": "provinces", "outcome": "total"}, "county_panel.gdp_10k_yuan"),
    (
        "dynamics",
        {"sample": "region", "outcome": "lights_per_1000", "year": 2012},
        "city_remote_sensing.night_lights_sum",
    ),
    ("growth", {"sample": "zone", "outcome": "county_gdp_growth"}, "county_panel.gdp_10k_yuan"),
    (
        "growth",
        {"unit": "610300", "outcome": "gdp_growth_pct", "year": 2012},
        "city_accounts.gdp_growth_reported",
    ),
    (
        "similarity",
        {"sample": "zone", "variant": "census", "year": 2020},
        "census_industry_prefecture.manufacturing",
    ),
    (
        "similarity",
        {"sample": "zone", "outcome": "log_variance"},
        "province_retail_prices.rpi_previous_year_100",
    ),
    ("reactions", {"sample": "nation", "outcome": "target"}, "city_growth_targets.target_city_pct"),
    ("reactions", {"sample": "zone", "outcome": "tax"}, "city_total_tax.total_tax_pct_gdp"),
    ("linkage", {"sample": "zone", "outcome": "flow_index"}, "city_pair_flows_2021h1.flow_index"),
    (
        "linkage",
        {"unit": "610100", "partner": "620500", "outcome": "log_flow"},
        "city_pair_flows_2021h1.flow_index",
    ),
    (
        "core_periphery",
        {"sample": "zone", "outcome": "residents", "year": 2019},
        "city_resident_population.resident_population_10k",
    ),
    ("games", {"sample": "zone"}, "city_leaders.mayor_birth_year"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory, real_panel, provenance):
    folder = tmp_path_factory.mktemp("made")
    real_panel.to_parquet(folder / "panel.parquet")
    provenance.to_parquet(folder / "panel_provenance.parquet", index=False)
    return folder


@pytest.fixture(scope="module")
def grounds(root, made):
    return Grounds(root, root / "data", made)


@pytest.mark.parametrize(("chapter", "row", "reached"), ROWS)
def test_twenty_rows_lead_to_the_lines_of_raw_files(grounds, root, chapter, row, reached):
    """What the trail says of a cell is what stands there, at that line, in that column."""
    cells = grounds.of(chapter, row).cells()
    names = set(cells["table"].astype(str) + "." + cells["column"].astype(str))
    assert reached in names
    known = cells.dropna(subset="line")
    assert len(known)
    for (table, column), own in known.groupby(["table", "column"], observed=True):
        raw = pd.read_csv(root / grounds.records.file(str(table)), dtype=str)
        there = pd.to_numeric(raw[str(column)].iloc[own["line"].astype(int) - 2])
        said = own["raw_value"].astype(float)
        pd.testing.assert_series_equal(
            there.reset_index(drop=True),
            said.reset_index(drop=True),
            check_names=False,
            check_dtype=False,
        )


def test_the_table_of_rows_is_twenty_long():
    assert len(ROWS) == 20


def test_a_row_about_cities_rests_on_them_alone(grounds):
    ground = grounds.of("linkage", {"unit": "610100", "partner": "620500", "outcome": "log_flow"})
    assert ground.units == ("610100", "620500")
    cells = ground.cells()
    assert len(cells) == 2 and set(cells["unit"]) == {"610100", "620500"}


def test_corrections_breaks_sources_and_rights_are_said(grounds):
    ground = grounds.of("plan", {"sample": "zone", "outcome": "gdp"})
    text = "\n".join(ground_lines(ground))
    for said in ("sample: zone (7:", "erratum errata.csv, line", "break B077", "source: https://"):
        assert said in text
    assert "more (--cells)" in text
    assert "more (--cells)" not in "\n".join(ground_lines(ground, every=True))


def test_what_names_no_variable_says_so(grounds):
    ground = grounds.of("games", {"sample": "zone"})
    assert ground.said_by == "" and len(ground.inputs) > 2
    assert "names no variable" in "\n".join(ground_lines(ground))


def test_the_document_is_one_of_prov(grounds):
    ground = grounds.of("plan", {"sample": "zone", "outcome": "gdp"})
    document = json.loads(json.dumps(ground_prov(ground, "row:1")))
    named = set(document["entity"]) | {"row:1"}
    for relation in document["wasDerivedFrom"].values():
        assert {relation["prov:generatedEntity"], relation["prov:usedEntity"]} <= named
    acts = set(document["activity"])
    assert {r["prov:activity"] for r in document["wasInvalidatedBy"].values()} <= acts
    cells = [e for e in document["entity"].values() if e.get("prov:type") == "guantian:cell"]
    assert len(cells) == len(ground.cells())


@pytest.fixture
def results(tmp_path, real_panel):
    """Results of a chapter, a figure's data and a table of them."""
    for folder in ("estimates", "figures", "tables"):
        (tmp_path / folder).mkdir()
    common = {"analysis": "sigma", "outcome": "gdp_per_capita_yuan", "term": "first"}
    rows = [
        {**common, "sample": "zone", "estimate": 0.5164295101},
        {**common, "sample": "nation", "estimate": 0.6123456789},
    ]
    frame = write(
        [estimates(rows, chapter="convergence")], tmp_path / "estimates/convergence.parquet"
    )
    spec = TableSpec(
        "sigma",
        index={"sample": "sample"},
        columns=(
            Column("sample", "Sample", labelled("sample")),
            Column("estimate", "First", fixed(3), where={"term": "first"}),
        ),
    )
    write_table(build(spec, frame, Caption("sigma", "", "")), tmp_path / "tables")
    value = real_panel.at[("610300", 2008), "gdp_per_capita_yuan"]
    lines = pd.DataFrame(
        {
            "panel": "a",
            "kind": "line",
            "series": "1",
            "x": [2008.0, 2001.0],
            "y": [value, 0.5164295101],
            "city_code": ["610300", None],
        }
    )
    lines.to_csv(tmp_path / "figures/levels.csv", index=False)
    return tmp_path, spec


def test_a_line_of_a_figure_leads_to_the_panel_or_to_results(results, grounds):
    folder, _ = results
    (held,) = figure_line(folder, grounds.panel, "levels", 1).held
    assert (held.kind, held.row["unit"]) == ("panel", "610300")
    assert held.row["variable"] == "gdp_per_capita_yuan"
    printed = figure_line(folder, grounds.panel, "levels", 2)
    assert [(held.kind, held.row["sample"]) for held in printed.held] == [("estimates", "zone")]
    text = printed_tree(printed, grounds)
    assert "levels.csv, line 3" in text and "data/raw/city_accounts.csv" in text


def test_a_cell_of_a_table_leads_to_its_row(results, grounds, monkeypatch):
    folder, spec = results
    monkeypatch.setattr(printed_module, "_specs", lambda chapter, stage: iter([spec]))
    printed = table_cell(folder, "sigma", 2, "First")
    assert printed.exact and [held.row["sample"] for held in printed.held] == ["nation"]
    document = json.loads(json.dumps(printed_prov(printed, grounds)))
    assert document["wasDerivedFrom"]["_:printed.1"]["prov:usedEntity"] in document["entity"]
    monkeypatch.setattr(printed_module, "_specs", lambda chapter, stage: iter([]))
    printed = table_cell(folder, "sigma", 2, "First")  # by its digits alone
    assert not printed.exact and printed.held[0].row["sample"] == "nation"


@pytest.fixture
def several(tmp_path):
    """Results in which several rows hold the same digits, and what is printed of them."""
    for folder in ("estimates", "series", "figures", "tables"):
        (tmp_path / folder).mkdir()
    common = {"analysis": "beta", "outcome": "gdp_per_capita_yuan", "term": "slope"}
    rows = [
        {**common, "sample": "zone", "estimate": 0.5164, "std_error": 0.1111, "n_units": 7},
        {**common, "sample": "region", "estimate": 0.5158, "std_error": 0.2222, "n_units": 74},
        {**common, "sample": "nation", "estimate": 0.5161, "std_error": 0.1112, "n_units": 234},
    ]
    made = [estimates(rows, chapter="convergence")]
    write(made, tmp_path / "estimates/convergence.parquet")
    cells = {
        "Zeros": ["0.0", "0.0"],
        "Sample": ["Zone", "China"],
        "Slope": ["0.516", "0.516"],
        "In per cent": ["51.6", "67.5 [1, 2]"],
        "SE": ["0.111", "0.111"],
        "Years": ["2001–2019", "2001–2019"],
    }
    pd.DataFrame(cells).to_csv(tmp_path / "tables/beta_two_way.csv", index=False)
    for name in ("agreement", "claim_tests"):
        pd.DataFrame({"Within": ["1%", "none"]}).to_csv(
            tmp_path / f"tables/{name}.csv", index=False
        )
    drawn = pd.DataFrame({"city_code": ["610300"], "x": [9.123456789], "y": [-3.987654321]})
    drawn.to_csv(tmp_path / "figures/beta.csv", index=False)
    return tmp_path


@pytest.mark.parametrize(
    ("row", "column", "sample", "shown_as"),
    [
        (1, "Slope", "zone", ""),
        (2, "Slope", "nation", ""),
        (1, "In per cent", "zone", "100 times it"),
        (2, "In per cent", "nation", "its exponential in per cent"),
        (1, "SE", "zone", ""),
    ],
)
def test_the_rest_of_its_line_tells_which_row_a_cell_prints(
    several, real_panel, row, column, sample, shown_as
):
    """Three rows round to 0.516: the line's other numbers and its labels tell them apart."""
    (held,) = table_cell(several, "beta_two_way", row, column, real_panel).held
    assert (held.row["sample"], held.shown_as) == (sample, shown_as)


def test_what_holds_no_number_of_results_says_so(several, grounds):
    panel = grounds.panel
    label = table_cell(several, "beta_two_way", 1, "Sample", panel)
    assert "a label: there is no number to follow" in printed_tree(label, grounds)
    assert table_cell(several, "beta_two_way", 1, "Zeros", panel).held == ()
    years = table_cell(several, "beta_two_way", 1, "Years", panel)
    assert years.held == () and "a label" in printed_tree(years, grounds)
    data = printed_tree(table_cell(several, "agreement", 1, "Within", panel), grounds)
    assert "made from the corrected tables" in data and "data/sources.csv" in data
    claims = printed_tree(table_cell(several, "claim_tests", 1, "Within", panel), grounds)
    assert "config/claims.yaml" in claims
    drawn = printed_tree(figure_line(several, panel, "beta", 1), grounds)
    # A point made from the panel rests on its own city's cells.
    assert "(1: 610300)" in drawn and "no row of results holds this value" in drawn


def test_every_exhibit_has_somebody_who_shows_it():
    """Names that captions list are found, in the chapters and beside them."""
    for chapter in [*(each.name for each in chapters()), "data", "claims", "paper"]:
        for kind, name in captions(chapter):
            if kind in ("figures", "tables"):
                owner, stage = printed_module._shown_by(kind, name)
                assert stage is not None or owner in {chapter, *printed_module.BESIDE}


def test_what_is_not_there_is_said(results, grounds, capsys):
    folder, _ = results
    with pytest.raises(DataError, match=r"no figure 'level' in .*; near it: levels"):
        figure_line(folder, grounds.panel, "level", 1)
    with pytest.raises(DataError, match="rows 1 to 2, not 3"):
        figure_line(folder, grounds.panel, "levels", 3)
    with pytest.raises(DataError, match=r"no column 'Frist'; expected one like First"):
        table_cell(folder, "sigma", 1, "Frist")
    assert main(["trace", "figure", "levels", "1", "--data", "nowhere"]) == 1
    assert "is missing" in capsys.readouterr().err


def test_every_chapter_has_a_stage_to_follow():
    for chapter in chapters():
        assert estimating(chapter.name).inputs
    with pytest.raises(DataError, match="no chapter 'nowhere'"):
        estimating("nowhere")


def test_names_lead_to_variables_and_columns_that_there_are(package):
    for reads in NAMED.values():
        for table, column in reads:
            if table == "panel":
                assert column in VARIABLE
            else:
                assert column == "*" or column in package.tables[table].columns, (table, column)
