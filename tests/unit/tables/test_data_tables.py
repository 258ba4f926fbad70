"""Tables that describe the figures."""

import pandas as pd
import pytest

from guantian.data.breaks import read_breaks
from guantian.data.errata import COLUMNS
from guantian.data.panel import codebook, coverage
from guantian.tables.data import data_tables

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
    assert (body[["What", "Source", "Rights"]] != "").all(axis=None)
    assert body.at["city_accounts", "Years"].count("–") == 1
    assert body.at["city_names", "Years"] == ""


def test_codebook_prints_every_variable(tables, book):
    body = tables["codebook"].body.set_index("Variable")
    assert body.index.tolist() == book["variable"].tolist()
    told = book.set_index("variable").loc["gdp_per_resident_yuan"]
    printed = body.loc["gdp_per_resident_yuan"]
    assert printed["Made from"] == told["formula"]
    assert printed["Years"] == f"{told['first']}–{told['last']}"
    figures = f"{told['figures']:,} ({told['figures_zone']})".replace(",", "\u202f")
    assert printed["Figures"] == figures
    assert body.at["gdp_growth_pct", "Made from"].startswith("city_accounts.")


def test_coverage_has_a_column_a_city_and_counts_gaps(tables, covered, real_panel):
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
        ["decided by hand, each with its own reason", "accounts", "1", "1", "1"],
    ]
