"""Tables and numbers declared as data: read as the kit has them, and refused with their place."""

import pandas as pd
import pytest

from guantian.present.captions import Caption
from guantian.present.declared import Cells, DeclarationError, read_numbers, read_tables
from guantian.present.format import Format
from guantian.present.numbers import evaluate
from guantian.present.tables import build, together

ROWS = pd.DataFrame(
    [
        {"sample": "nation", "term": "slope", "estimate": 0.01, "conf_low": 0.0, "conf_high": 0.02},
        {"sample": "zone", "term": "slope", "estimate": 0.02, "conf_low": 0.01, "conf_high": 0.03},
        {"sample": "zone", "term": "lag", "estimate": 1.5, "conf_low": None, "conf_high": None},
    ]
)
TABLE = """
words: {signs: {zone: ours, nation: all}}
slopes:
  index: {sample: [zone, nation, region]}
  having: {term: slope}
  columns:
    Sample: words signs of sample
    Slope: [fixed 1 x100, {term: slope}]
    Lag: [fixed 1 else none, {term: lag}]
    Of the zone: [doubled, {term: slope, sample: $own}]
"""
NUMBERS = """
words: {sides: [below, around, above]}
numbers:
- key: "{sample}.slope"
  select: {sample: [zone, nation], term: slope}
  numbers: {"": fixed 1 x100, _interval: bounds 0 x100, _said: words sides}
- key: "{each}"
  select: {sample: nation}
  each: {lag: {term: lag}}
  numbers: {_said: fixed 1 else not known}
"""


@pytest.fixture
def beside(tmp_path):
    def write(text):
        (tmp_path / "tables.yaml").write_text(text, encoding="utf-8")
        return str(tmp_path / "tables.py")

    return write


def test_a_table_is_built_as_declared(beside):
    doubled = Format(lambda value: f"{2 * value:g}")
    spec = read_tables(beside(TABLE), {"doubled": doubled}, own="zone")["slopes"]
    body = build(spec, ROWS, Caption("slopes", "Slopes", "Slopes by sample.")).body
    assert body.to_numpy().tolist() == [
        ["ours", "2.0", "1.5", "0.04"],
        ["all", "1.0", "none", "0.04"],
    ]


def test_rows_may_be_named_and_values_changed(beside):
    text = """
factors:
  rows:
  - [Slope of the zone, {sample: zone, term: slope}]
  - [Lag of the zone, {sample: zone, term: lag}]
  columns: {Row: text of row, Factor: fixed 2 exp, Interval: bounds 2 exp}
"""
    body = build(read_tables(beside(text))["factors"], ROWS, Caption("f", "F", "Factors.")).body
    assert body.to_numpy().tolist() == [
        ["Slope of the zone", "1.02", "[1.01, 1.03]"],
        ["Lag of the zone", "4.48", "–"],
    ]


def test_numbers_are_printed_as_declared(beside):
    path = beside(NUMBERS)
    texts, keys = evaluate(read_numbers(path), {"estimates": ROWS})
    assert texts["zone"] == {"slope": "2.0", "slope_interval": "[1, 3]", "slope_said": "above"}
    assert (texts["nation"]["slope_said"], texts["lag_said"]) == ("around", "not known")
    assert keys["lag_said"]["missing"]


@pytest.mark.parametrize(
    ("cell", "values", "text"),
    [
        ("fixed 2", (0.125,), "0.12"),
        ("share 1 of value", (0.125,), "12.5"),
        ("effect 1", (1.0, 0.5, 1.5), "1.0 [0.5, 1.5]"),
        ("value_p 2", (0.5, 0.01), "0.50 (0.010)"),
        ("value_error 2 x100", (0.5, 0.01), "50.00 (1.00)"),
        ("count of n_obs", (1234,), "1\u202f234"),
        ("p of p_adjusted", (0.2,), "0.200"),
        ("label sample short", ("region",), "Region"),
        ("ranked", (3, 99, "above", None), "rank 3 of 100 from above"),
    ],
)
def test_cells(cell, values, text):
    read = Cells({})(cell)
    assert (read.format(*values), len(read.columns), read.missing) == (text, len(values), None)


@pytest.mark.parametrize(("p", "text"), [(0.01, "rejected"), (0.2, "not rejected")])
def test_two_words_are_for_a_p_value(p, text):
    cell = Cells({"test": ["rejected", "not rejected"]})("words test")
    assert (cell.source, cell.format(p)) == ("p_value", text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("slopes: {columns: {Slope: fixd 2}}", r"tables.yaml: slopes .* no cell 'fixd'; there are"),
        ("slopes: {columns: {Slope: fixed 2}, sort: x}", r"slopes is declared wrongly: .*'sort'"),
        ("slopes: {columns: {Slope: fixed 2 of $x}, select: {a: $b}}", "slopes .* 'b'"),
    ],
)
def test_a_wrong_declaration_is_named(beside, text, said):
    with pytest.raises(DeclarationError, match=said):
        read_tables(beside(text))


def test_a_wrong_family_of_numbers_is_named(beside):
    text = "numbers: [{key: a, numbers: {}, sort: x}]"
    with pytest.raises(DeclarationError, match=r"a is declared wrongly: .* no field 'sort'"):
        read_numbers(beside(text))


def test_results_of_several_kinds_make_one_table():
    joined = together(estimates=ROWS, series=pd.DataFrame({"sample": ["zone"], "value": [1.0]}))
    assert joined["results"].tolist() == ["estimates"] * 3 + ["series"]
