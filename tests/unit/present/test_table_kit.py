"""Declared tables: rows and columns from typed results; no cell is a command in any form."""

import pandas as pd
import pytest

from guantian.present.captions import Caption
from guantian.present.format import bounds, by, fixed, labelled, p_format, significant, year
from guantian.present.table_forms import escape_latex, html, latex
from guantian.present.tables import (
    Column,
    Table,
    TableSpec,
    build,
    select,
    trails,
    write_table,
)

CAPTION = Caption("sigma", "Dispersion", "Dispersion of output.", "Notes at {{ confidence }}%.")
SPEC = TableSpec(
    name="sigma",
    select={"analysis": "sigma"},
    index={"outcome": "outcome", "sample": "sample"},
    group="Outcome",
    columns=(
        Column("outcome", "Outcome", labelled("outcome")),
        Column("sample", "Sample", labelled("sample", "short")),
        Column("estimate", "First", fixed(2), where={"term": "first"}),
        Column(("conf_low", "conf_high"), "{level}% interval", bounds(2), where={"term": "ratio"}),
        Column("p_value", "p", p_format(), where={"term": "ratio"}),
    ),
    empty="No outcome has values in both years.",
)


@pytest.fixture
def rows():
    return pd.DataFrame(
        [
            ("sigma", "china", "gdp", "first", 1.0, None, None, None),
            ("sigma", "zone", "gdp", "ratio", 0.9, 0.8, 1.0, 0.04),
            ("sigma", "zone", "gdp", "first", 2.0, None, None, None),
            ("sigma", "zone", "gdp_per_capita_yuan", "first", 3.0, None, None, None),
            ("beta", "zone", "gdp", "first", 99.0, None, None, None),
        ],
        columns=[
            *("analysis", "sample", "outcome", "term"),
            *("estimate", "conf_low", "conf_high", "p_value"),
        ],
    )


def test_rows_and_columns_come_from_the_index_and_where(rows):
    table = build(SPEC, rows, CAPTION, level=95, confidence=95)
    assert table.body.to_numpy().tolist() == [
        ["Reported GDP per head", "Zone", "3.00", "–", "–"],
        ["Real GDP", "Zone", "2.00", "[0.80, 1.00]", "0.040"],
        ["Real GDP", "China", "1.00", "–", "–"],
    ]
    assert list(table.body) == ["Outcome", "Sample", "First", "95% interval", "p"]
    assert (table.group, table.text) == ("Outcome", ("Sample",))
    assert (table.title, table.notes) == ("Dispersion", "Notes at 95%.")


def test_every_cell_can_be_followed_to_its_row_of_results(rows):
    column = Column("estimate", "E", fixed(1))
    listed = TableSpec("all", columns=(column,), order={"sample": "sample"})
    table = build(SPEC, rows, CAPTION, level=95, confidence=95)
    followed = trails(SPEC, rows, level=95)
    assert len(followed) == len(table.body)
    for cells, (_, printed) in zip(followed, table.body.iterrows(), strict=True):
        for header in ("First", "p"):
            found = select(rows, cells[header]["select"])
            value = found[cells[header]["column"]].tolist()
            decimals = 2 if header == "First" else 3
            expected = f"{value[0]:.{decimals}f}" if value and value[0] == value[0] else "–"
            assert printed[header] == expected
    listed = TableSpec(
        "all", columns=(Column("estimate", "E", fixed(1)),), order={"sample": "sample"}
    )
    last = trails(listed, rows, keys=("analysis", "sample", "outcome", "term"))[-1]["E"]
    assert select(rows, last["select"])["estimate"].tolist() == [1.0]


def test_without_an_index_every_row_is_a_row_in_declared_order(rows):
    spec = TableSpec(
        "all",
        columns=(
            Column("sample", "Sample", labelled("sample")),
            Column("estimate", "Value", significant(2)),
        ),
        order={"sample": "sample", "estimate": None},
    )
    body = build(spec, rows, Caption("all", "All", "All rows.")).body
    assert body["Sample"].tolist() == ["Zone"] * 4 + ["China"]
    assert body["Value"].tolist() == ["0.90", "2.0", "3.0", "99", "1.00"]


def test_two_values_for_one_cell_stop_with_a_sentence(rows):
    spec = TableSpec(
        "x", index={"sample": "sample"}, columns=(Column("estimate", "E", where={"term": "first"}),)
    )
    with pytest.raises(ValueError, match=r"3 different values for the column 'E' where sample is"):
        build(spec, rows, CAPTION, level=95, confidence=95)


def test_a_column_that_results_lack_stops_with_a_sentence(rows):
    spec = TableSpec("x", columns=(Column("mde", "MDE"),))
    with pytest.raises(ValueError, match=r"'x' is made of the column 'mde', which its results do"):
        build(spec, rows, CAPTION, level=95, confidence=95)


def test_two_headers_alike_are_refused(rows):
    spec = TableSpec("x", columns=(Column("estimate", "E"), Column("p_value", "E")))
    with pytest.raises(ValueError, match="several columns 'E'"):
        build(spec, rows, CAPTION, level=95, confidence=95)


def test_an_empty_table_is_a_table_that_says_why(rows, tmp_path):
    table = build(SPEC, rows.iloc[:0], CAPTION, level=95, confidence=95)
    assert table.body.empty and next(iter(table.body)) == "Outcome"
    write_table(table, tmp_path)
    assert "No outcome has values in both years." in (tmp_path / "sigma.html").read_text("utf-8")
    assert "No outcome has values in both years." in (tmp_path / "sigma.tex").read_text("utf-8")
    assert (tmp_path / "sigma.csv").read_text("utf-8") == "Outcome,Sample,First,95% interval,p\n"


def test_a_table_without_columns_is_a_table_too(tmp_path):
    """As a chapter builds it where a zone has no row from which columns would be known."""
    table = Table("bare", "Title", pd.DataFrame(), "Notes.", group="Base", text=("Method",))
    write_table(table, tmp_path)
    page = (tmp_path / "bare.html").read_text("utf-8")
    assert f'<td class="text" colspan="1">{table.empty}</td>' in page
    assert r"\begin{tabular}{r}" in (tmp_path / "bare.tex").read_text("utf-8")
    assert pd.read_csv(tmp_path / "bare.csv")["Reason"].tolist() == [table.empty]


HOSTILE = ["<script>alert(1)</script>", "=cmd()", r"\input{x} & 50% #1 $y$ _z ^ ~", "@SUM(A1)"]


def test_hostile_cells_run_nowhere(tmp_path):
    body = pd.DataFrame({"Name": HOSTILE, "Group": ["=g", "=g", "<b>", "<b>"], "=H": ["-1"] * 4})
    write_table(Table("x", "<i>T</i>", body, "a & b", group="Group", text=("Name",)), tmp_path)
    page = (tmp_path / "x.html").read_text("utf-8")
    assert "<script" not in page and "<b>" not in page and "<i>" not in page
    assert "&lt;script&gt;" in page and "a &amp; b" in page
    source = (tmp_path / "x.tex").read_text("utf-8")
    assert r"\input" not in source and r"\textbackslash{}input\{x\} \& 50\% \#1 \$y\$" in source
    read = pd.read_csv(tmp_path / "x.csv")
    assert list(read) == ["Name", "Group", "'=H"]
    assert read["Name"].tolist() == [HOSTILE[0], "'=cmd()", HOSTILE[2], "'@SUM(A1)"]
    assert read["Group"].tolist() == ["'=g", "'=g", "<b>", "<b>"]


def test_html_says_what_heads_what():
    body = pd.DataFrame({"G": ["a", "b"], "Name": ["x", "y"], "Value": ["1", "2"]})
    page = html(Table("t", "Title", body, "Notes.", group="G", text=("Name",)))
    assert "<caption>Title</caption>" in page and page.count('scope="col"') == 2
    assert page.count('scope="rowgroup"') == 2 and page.count("<tbody>") == 2
    assert '<td class="text">x</td><td>1</td>' in page


def test_a_long_latex_table_says_that_it_continues():
    body = pd.DataFrame({"Name": [str(i) for i in range(40)]})
    source = latex(Table("t", "Title", body, "Notes."))
    assert "longtable" in source and "Title (continued)" in source
    assert "longtable" not in latex(Table("t", "Title", body.head(), "Notes."))


def test_latex_escapes_every_sign_of_its_own():
    assert escape_latex("−∞ a_b") == r"$-$$\infty$ a\_b"


def test_a_format_may_depend_on_the_row():
    form = by({"gap": fixed(1), "cosine": fixed(3)})
    assert form("gap", 1.26) == "1.3"
    with pytest.raises(ValueError, match="No format is declared for 'theil'"):
        form("theil", 1.0)
    assert (year()(2009.0), fixed(1)(None), fixed(1)(pd.NA)) == ("2009", "–", "–")


def test_none_selects_empty_cells():
    rows = pd.DataFrame(
        {
            "a": ["x", "", None],
            "year": pd.array([2001, None, 2002], dtype="Int64"),
        }
    )
    assert select(rows, {"a": None}).index.tolist() == [1, 2]
    assert select(rows, {"year": None}).index.tolist() == [1]
    assert select(rows, {"a": None, "year": 2002}).index.tolist() == [2]
