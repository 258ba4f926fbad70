"""Breaks: read strictly, and carried from columns to variables."""

import pytest

from guantian.data.breaks import breaks_of_variables, read_breaks, said_of
from guantian.data.errors import DataError
from guantian.data.variables import Variable

HEADER = "table,unit,column,year,kind,reason\n"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("t,61,c,2000,vintage,r", "column 'unit': '61'"),
        ("t,61*,c,20x0,vintage,r", "column 'year': '20x0'"),
        ("t,61*,c,2000,wish,r", "column 'kind': 'wish'"),
        ("t,61*,c,2000,vintage,", "column 'reason': ''"),
    ],
)
def test_wrong_breaks_are_named(tmp_path, row, said):
    path = tmp_path / "breaks.csv"
    path.write_text(f"{HEADER}t,*,c,1999,scope,r\n{row}\n", encoding="utf-8")
    with pytest.raises(DataError, match=rf"breaks.csv, row 3, {said}"):
        read_breaks(path)


def test_a_formula_has_the_breaks_of_what_it_is_made_of(tmp_path):
    path = tmp_path / "breaks.csv"
    rows = ["t,61*,a,2005,census,r", "t,610100,*,2007,boundary,r", "t,*,b,2003,scope,r"]
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    variables = [
        Variable("one", "", "", "t.a"),
        Variable("two", "", "", "t.c; another.a"),
        Variable("three", "", "", formula="1e4 * one / two"),
    ]
    breaks = breaks_of_variables(read_breaks(path), variables)
    assert said_of(breaks, "three", "610100") == "2005 census; 2007 boundary"
    assert said_of(breaks, "three", "610200") == "2005 census"
    assert said_of(breaks, "two", "610100") == "2007 boundary"
    assert said_of(breaks, "two", "620500") == ""
