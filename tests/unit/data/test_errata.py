"""Errata: cell by cell, each checked against the value at source."""

import pandas as pd
import pytest

from guantian.data.errata import COLUMNS, apply_errata, read_errata
from guantian.errors import DataError

HEADER = ",".join(COLUMNS)
TEXTS = ("by_hand", "wrong", "yearbook", "sums")
XIAN = "city_code=610100;year=2001"


@pytest.fixture
def tables():
    output = pd.DataFrame(
        {
            "city_code": ["610100", "610100", "610200"],
            "year": [2001, 2002, 2001],
            "output": [733.85, 82.5, float("nan")],
            "trains": [3, 4, 5],
            "leader": ["Li", None, "Wang"],
        },
        index=[10, 11, 12],
    ).astype({"leader": "str"})
    return {"output": output, "other": pd.DataFrame({"code": ["1"], "x": [1.0]})}


def erratum(table="output", key=XIAN, column="output", source="733.85", used="700"):
    return (table, key, column, source, used, *TEXTS)


def applied(tables, *rows):
    return apply_errata(tables, pd.DataFrame(rows, columns=COLUMNS))


def write(tmp_path, *lines):
    path = tmp_path / "errata.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def test_a_value_is_replaced_and_no_other_cell_touched(tables):
    output = applied(tables, erratum())["output"]
    expected = tables["output"].copy()
    expected.loc[10, "output"] = 700.0
    pd.testing.assert_frame_equal(output, expected)


@pytest.mark.parametrize(
    ("column", "source", "used", "result"),
    [
        ("output", "733.85", "", None),
        ("trains", "3", "", None),
        ("trains", "3", "8", 8),
        ("leader", "Li", "Liu", "Liu"),
        ("leader", "Li", "", None),
    ],
)
def test_cells_are_replaced_or_emptied(tables, column, source, used, result):
    value = applied(tables, erratum(column=column, source=source, used=used))["output"].at[
        10, column
    ]
    assert pd.isna(value) if result is None else value == result


@pytest.mark.parametrize(
    ("key", "column", "used", "result"),
    [
        ("city_code=610200;year=2001", "output", "58.2", 58.2),
        ("city_code=610100;year=2002", "leader", "Sun", "Sun"),
    ],
)
def test_a_gap_is_filled_where_the_erratum_says_it_is_a_gap(tables, key, column, used, result):
    output = applied(tables, erratum(key=key, column=column, source="", used=used))["output"]
    assert result in output[column].tolist()


def test_the_order_of_the_key_does_not_matter(tables):
    output = applied(tables, erratum(key="year=2001;city_code=610100"))["output"]
    assert output.at[10, "output"] == 700


def test_the_given_tables_are_not_changed(tables):
    before = {name: table.copy() for name, table in tables.items()}
    result = applied(tables, erratum(), erratum(column="trains", source="3", used=""))
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, before[name])
    result["other"].loc[0, "x"] = 5.0
    pd.testing.assert_frame_equal(tables["other"], before["other"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"table": "income"}, r"row 2: there is no table 'income'"),
        ({"column": "wealth"}, r"row 2: the table output has no 'wealth'"),
        ({"key": "city=610100;year=2001"}, "city=610100;year=2001: there is no column 'city'"),
        ({"key": "city_code=619900;year=2001"}, r"row 2: the table output has no row with city_c"),
        ({"key": "city_code=610100;year=2003"}, r"has no row with city_code=610100;year=2003"),
        ({"source": "733.8"}, r"'output' holds 733.85 at source; the erratum corrects 733.8"),
        ({"source": ""}, r"holds 733.85 at source; the erratum corrects a gap"),
        ({"source": "many"}, r"'many' found where a number was expected"),
        ({"column": "leader", "source": "Liu"}, r"holds Li at source; the erratum corrects Liu"),
        ({"key": "city_code=610200;year=2001"}, r"holds nan at source; the erratum corrects 733"),
    ],
)  # fmt: skip
def test_an_erratum_that_does_not_fit_is_named(tables, change, said):
    with pytest.raises(DataError, match=said):
        applied(tables, erratum(**change))


def test_the_offending_row_is_counted_in_the_file(tables):
    with pytest.raises(DataError, match="row 4: there is no table 'income'"):
        applied(tables, erratum(), erratum(column="trains", source="3"), erratum(table="income"))


@pytest.mark.parametrize("source", ["733.85", "733.850", "7.3385e2"])
def test_the_source_value_is_compared_as_a_number(tables, source):
    assert applied(tables, erratum(source=source))["output"].at[10, "output"] == 700


def test_a_cell_corrected_twice_under_two_spellings_of_its_key_does_not_pass(tables):
    """The second finds the first's value where it expects the source's."""
    with pytest.raises(DataError, match="is corrected twice"):
        applied(tables, erratum(), erratum(key="year=2001;city_code=610100", used="800"))


def test_errata_are_read_as_text(tmp_path):
    path = write(tmp_path, f"output,{XIAN},output,007,,by_hand,wrong,yearbook,sums")
    errata = read_errata(path)
    assert errata.columns.tolist() == COLUMNS
    assert errata.loc[0, ["source_value", "used_value"]].tolist() == ["007", ""]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"output,{XIAN},output,1,2,by_hand,,yearbook,sums", "row 3, column 'reason': empty"),
        (f"output,{XIAN},output,1,2,by_hand,wrong, ,sums", "row 3, column 'evidence': ' '"),
        (f",{XIAN},output,1,2,by_hand,wrong,yearbook,sums", "row 3, column 'table': empty"),
        (f"output,{XIAN},output,1,2,by_hand,wrong", "row 3(, column 'evidence': empty|: 7 cells)"),
        (
            f"output,{XIAN},trains,1,2,by_hand,wrong,yearbook,sums",
            "row 3: output, .* is corrected twice",
        ),
    ],
)
def test_a_line_that_says_too_little_is_named(tmp_path, line, said):
    path = write(tmp_path, f"output,{XIAN},trains,1,2,by_hand,wrong,yearbook,sums", line)
    with pytest.raises(DataError, match=said) as caught:
        read_errata(path)
    assert str(path) in str(caught.value)


def test_missing_errata_are_named(tmp_path):
    with pytest.raises(DataError, match=r"errata\.csv is missing"):
        read_errata(tmp_path / "errata.csv")


def test_other_columns_are_refused(tmp_path):
    path = tmp_path / "errata.csv"
    path.write_text("table,key\n", encoding="utf-8")
    with pytest.raises(DataError, match="row 1: the columns are"):
        read_errata(path)


EXTRA = f"output,{XIAN},trains,1,2,by_hand,wrong,yearbook,sums,more"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(f"{HEADER}\n{EXTRA}\n".encode(), id="extra-cell-shifts-all"),
        pytest.param(f"{HEADER}\n{EXTRA.rpartition(',')[0]}\n{EXTRA}\n".encode(), id="extra-cell"),
        pytest.param(f"{HEADER}\n{EXTRA.replace('wrong', '错误')}\n".encode("gbk"), id="gbk"),
        pytest.param(f'{HEADER}\noutput,"{XIAN}\n'.encode(), id="quote"),
    ],
)
def test_damaged_errata_are_refused(tmp_path, content):
    path = tmp_path / "errata.csv"
    path.write_bytes(content)
    with pytest.raises(DataError):
        read_errata(path)


def test_a_key_that_names_several_rows_is_refused(tables):
    with pytest.raises(DataError):
        applied(tables, erratum(key="city_code=610100", source="82.5"))


@pytest.mark.parametrize(
    ("column", "source", "used"),
    [("output", "733.85", "abc"), ("output", "733.85", "inf"), ("trains", "3", "1.5")],
)
def test_a_used_value_that_the_column_cannot_hold_is_refused(tables, column, source, used):
    with pytest.raises(DataError):
        applied(tables, erratum(column=column, source=source, used=used))


def test_the_projects_errata_fit_the_figures(package, raw_folder):
    """Every erratum names a described table, column and whole key."""
    errata = read_errata(raw_folder / "errata.csv")
    assert len(errata) > 0
    for row in errata.itertuples():
        table = package.tables[row.table]
        assert row.column in table.columns
        assert {part.partition("=")[0] for part in row.key.split(";")} == set(table.key)
