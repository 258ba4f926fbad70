"""Tables and figures that describe the data."""

import pandas as pd
import pytest

from guantian.chapters.data.tables import data_tables, quality_tables
from guantian.data.breaks import read_breaks
from guantian.data.errata import COLUMNS
from guantian.data.panel import codebook, coverage

ERRATA = [
    ("accounts", "year=2001", "gdp", "1", "", "impossible", "cannot be", "sums", "checks"),
    ("accounts", "year=2002", "gdp", "1", "2", "impossible", "cannot be", "sums", "checks"),
    ("accounts", "year=2003", "gdp", "1", "2", "shifted_row", "rows shifted", "sums", "checks"),
]


@pytest.fixture(scope="module")
def book(real_panel):
    return codebook(real_panel)


@pytest.fixture(scope="module")
def covered(real_panel, raw_folder):
    return coverage(real_panel, read_breaks(raw_folder / "breaks.csv"))


@pytest.fixture(scope="module")
def tables(package, book, covered):
    errata = pd.DataFrame(ERRATA, columns=COLUMNS)
    return {table.name: table for table in data_tables(package, book, covered, errata)}


def test_cells_are_text_and_texts_are_columns(tables):
    assert list(tables) == ["sources", "codebook", "coverage", "errata"]
    for table in tables.values():
        assert all(isinstance(cell, str) for cell in table.body.to_numpy().ravel()), table.name
        assert set(table.text) <= set(table.body.columns)
        assert table.title and table.notes


def test_every_source_is_named_with_its_rights(tables, package):
    body = tables["sources"].body.set_index("Table")
    assert body.index.tolist() == sorted(package.tables)
    assert (body[["Content", "Source", "Rights"]] != "").all(axis=None)
    assert body.at["city_accounts", "Years"].count("–") == 1
    assert body.at["city_names", "Years"] == ""


def test_codebook_prints_every_variable(tables, book):
    body = tables["codebook"].body.set_index("Variable")
    assert body.index.tolist() == book["variable"].tolist()
    told = book.set_index("variable").loc["gdp_per_resident_yuan"]
    printed = body.loc["gdp_per_resident_yuan"]
    assert printed["Origin"] == told["formula"]
    assert printed["Years"] == f"{told['first']}–{told['last']}"
    figures = f"{told['figures']:,} ({told['figures_zone']})".replace(",", "\u202f")
    assert printed["Values"] == figures
    assert body.at["gdp_growth_pct", "Origin"].startswith("city_accounts.")


def test_coverage_has_one_column_per_city_and_counts_gaps(tables, covered, real_panel):
    body = tables["coverage"].body.set_index("Variable")
    zone = real_panel.loc[real_panel["in_zone"] == 1, "name_en"].unique().tolist()
    assert body.columns.tolist() == zone
    for row in covered.itertuples():
        gaps = len(row.missing.split())
        years = "–" if row.years == 0 else f"{row.first}–{row.last}"
        expected = years + (f" ({gaps})" if gaps else "")
        assert body.at[row.variable, row.name_en] == expected


def test_tables_from_files_are_those_from_memory(tables, package, book, covered, tmp_path):
    """The pipeline reads codebook and coverage back from CSV, where empty cells are missing."""
    book.to_csv(tmp_path / "codebook.csv", index=False)
    covered.to_csv(tmp_path / "coverage.csv", index=False)
    again = data_tables(
        package,
        pd.read_csv(tmp_path / "codebook.csv"),
        pd.read_csv(tmp_path / "coverage.csv", dtype={"city_code": "str"}),
        pd.DataFrame(ERRATA, columns=COLUMNS),
    )
    for table in again:
        pd.testing.assert_frame_equal(table.body, tables[table.name].body, check_dtype=False)


def test_errata_are_counted_by_reason(package, book, covered):
    """Four cells of one reason; the reason of a single cell stands among those by hand."""
    rows = [*(dict(zip(COLUMNS, ERRATA[0], strict=True)) for _ in range(4))]
    rows = [row | {"key": f"k{number}"} for number, row in enumerate(rows)]
    hand = {"rule": "by_hand", "reason": "a slip of 1997"}
    rows.append(rows[0] | hand | {"key": "k9", "used_value": ""})
    tables = {t.name: t for t in data_tables(package, book, covered, pd.DataFrame(rows))}
    reason, emptied = rows[0]["reason"], str(4 * (rows[0]["used_value"] == ""))
    assert tables["errata"].body.to_numpy().tolist() == [
        [reason, "accounts", "1", "4", emptied],
        ["manual decisions, each with its own reason", "accounts", "1", "1", "1"],
    ]


AGREEMENT = pd.DataFrame(
    [
        ("Two sources", "growth", "per cent", 1.0, 2001, 30, 0.5),
        ("Two sources", "growth", "per cent", 1.0, 2002, 10, 0.9),
        ("Shares", "shares", "points", 0.5, 2002, 40, 1.0),
    ],
    columns=["comparison", "what", "unit", "tolerance", "year", "cells", "agree"],
)
PRECISION = pd.DataFrame(
    [
        ("all", "zz", 4, 1, 3, 2, 0.25),
        ("all", "all", 9, 3, 6, 4, 1 / 3),
        ("sums", "zz", 4, 1, 3, 2, 0.25),
    ],
    columns=["check", "table", "proposed", "accepted", "kept", "flagged", "precision"],
)
PLANTED = pd.DataFrame(
    [
        ("factor of 10", 40, 39, 0.975, 1.0, 38, 0.0, 0.25),
        ("no fault", 0, 0, None, None, 0, 0.0, 1.5),
    ],
    columns=[
        *("kind", "planted", "found", "share_found", "share_found_in_row"),
        *("corrected", "share_emptied_good", "false_alarms_per_1000"),
    ],
)


def test_quality_is_summed_over_years_and_the_total_comes_last():
    tables = {table.name: table for table in quality_tables(AGREEMENT, PRECISION, PLANTED)}
    assert tables["agreement"].body.to_numpy().tolist() == [
        ["Two sources", "growth", "2001–2002", "40", "1%", "60.0", "2001", "50.0"],
        ["Shares", "shares", "2002–2002", "40", "0.5 points", "100.0", "2002", "100.0"],
    ]
    assert tables["precision"].body["Table"].tolist() == ["zz", "All tables"]
    flagged = tables["precision"].body[["Flagged", "Kept"]]
    assert flagged.to_numpy().tolist() == [["2", "1"], ["4", "2"]]
    planted = tables["planted"].body
    assert planted["Found, %"].tolist() == ["98", "–"]
    assert planted[["Corrected", "Good among them, %"]].iloc[0].tolist() == ["38", "0.0"]


@pytest.fixture
def styled(root):
    import matplotlib as mpl

    from guantian.present.figures import apply_style

    with mpl.rc_context():
        apply_style(sorted((root / "assets/fonts").glob("*.otf")))
        yield


def test_figures_are_sound_and_carry_city_codes(styled, real_panel):
    from guantian.chapters.data.figures_agreement import draw_agreement
    from guantian.chapters.data.figures_deflator import draw_deflator
    from guantian.present.captions import caption
    from guantian.present.figures import faults

    members = real_panel.index[real_panel["in_zone"] == 1].unique("city_code")
    figure, data = draw_deflator(real_panel, {"far": 0.05, "impossible": 0.2}, members[0])
    assert faults(figure, caption("data", "deflator").alt) == []
    assert set(data.query("panel == 'b'")["city_code"]) <= set(members)
    assert data["city_code"].notna().any()
    by_year = pd.concat([AGREEMENT.assign(year=AGREEMENT["year"] + i) for i in range(12)])
    lights = pd.DataFrame(
        {
            "sample": ["zone"] * 4,
            "year": range(2011, 2015),
            "cities": 7,
            "correlation": [0.9, 0.8, 0.85, 0.9],
        }
    )
    figure, data = draw_agreement(by_year.drop_duplicates(["comparison", "year"]), lights)
    assert faults(figure, caption("data", "agreement").alt) == []
    assert data.query("panel == 'b'")["estimate"].tolist() == [0.9, 0.8, 0.85, 0.9]


def test_facts_of_the_text_have_a_row_and_a_number_each(real_panel, raw_folder, root):
    """Against counts made another way; a zone without growth has no such number and no error."""
    import yaml

    from guantian.chapters.data.facts import data_facts
    from guantian.chapters.data.numbers import NUMBERS
    from guantian.data.errata import read_errata
    from guantian.present.numbers import evaluate

    errata = read_errata(raw_folder / "errata.csv")
    zone = yaml.safe_load((root / "config/zones/guanzhong_tianshui.yaml").read_text("utf-8"))
    given = (errata, pd.DataFrame({"row": [1, 2]}), PRECISION, PLANTED, zone)
    texts, keys = evaluate(NUMBERS, {"facts": data_facts(real_panel, *given)})
    codes = "|".join(member["code"] for member in zone["members"])
    concerned = errata["key"].str.contains(rf"=(?:{codes})(?:;|$)").sum()
    assert keys["errata.zone"]["value"] == concerned
    assert texts["zone"]["size"] == "seven" and texts["zone"]["provinces"] == "two"
    assert texts["zone"]["approved"] == "June 2009" and texts["dropped"]["rows"] == "2"
    assert texts["quality"] == {
        "proposed": "9",
        "accepted": "3",
        "flagged": "4",
        "kept": "2",
        "worst": "98",
        "worst_kind": "factor of 10",
        "false_alarms": "1.5",
    }
    assert not any(trail["missing"] for trail in keys.values())
    bare = real_panel.assign(gdp_growth_pct=float("nan"))
    texts, keys = evaluate(NUMBERS, {"facts": data_facts(bare, *given)})
    assert texts["zone"]["growth_mean"] == "–" and keys["zone.growth_mean"]["missing"]
