"""Numbers of the text: printed from one row each, with a trail; compared with what a text names."""

import json

import pandas as pd
import pytest

from guantian.present.format import bounds, fixed, labelled
from guantian.present.numbers import (
    Number,
    evaluate,
    keys_used,
    merge,
    write,
)

ROWS = pd.DataFrame(
    {
        "sample": ["zone", "china", "region"],
        "term": ["initial"] * 3,
        "estimate": [0.1, -0.25, None],
        "conf_low": [0.0, -0.3, None],
        "conf_high": [0.2, -0.2, None],
        "n_units": pd.array([7, 366, None], dtype="Int64"),
    }
)
RESULTS = {"estimates": ROWS}


def test_texts_are_nested_and_every_number_has_its_trail():
    numbers = [
        *(
            Number(f"beta.{sample}.{last}", {"term": "initial", "sample": sample}, *how)
            for sample in ("zone", "china")
            for last, how in {
                "slope": ("estimate", fixed(1, 100)),
                "interval": (("conf_low", "conf_high"), bounds(2)),
                "change": ("estimate", fixed(1), "estimates", "percent_change"),
            }.items()
        ),
        Number("beta.cities", {"sample": "zone"}, "n_units", fixed(0)),
        Number("beta.where", {"sample": "zone"}, "sample", labelled("sample")),
    ]
    texts, keys = evaluate(numbers, RESULTS)
    assert texts["beta"]["china"] == {
        "slope": "−25.0",
        "interval": "[−0.30, −0.20]",
        "change": "−22.1",  # 100 (exp(-0.25) - 1)
    }
    assert texts["beta"]["cities"] == "7" and texts["beta"]["where"] == "Zone"
    assert keys["beta.zone.interval"] == {
        "table": "estimates",
        "select": {"term": "initial", "sample": "zone"},
        "column": ["conf_low", "conf_high"],
        "transform": "",
        "value": [0.0, 0.2],
        "text": "[0.00, 0.20]",
        "missing": False,
    }


def test_missing_is_a_value():
    numbers = [
        Number("a.absent", {"sample": "moon"}, format=fixed(1)),
        Number("a.empty", {"sample": "region"}, format=fixed(1)),
        Number("a.counted", {"sample": "region"}, "n_units", format=fixed(0)),
    ]
    texts, keys = evaluate(numbers, RESULTS)
    assert set(texts["a"].values()) == {"–"}
    assert all(trail["missing"] and trail["value"] is None for trail in keys.values())


def test_what_is_written_can_be_read_and_is_the_same_twice(tmp_path):
    numbers = [
        Number("a.x", {"sample": "zone"}, format=fixed(1)),
        Number("b.china.n", {"sample": "china"}, "n_units", fixed(0)),
    ]
    for name in ("first", "second"):
        write(*evaluate(numbers, RESULTS), tmp_path / f"{name}.json", tmp_path / f"{name}_k.json")
    assert (tmp_path / "first.json").read_bytes() == (tmp_path / "second.json").read_bytes()
    keys = json.loads((tmp_path / "first_k.json").read_text("utf-8"))
    assert keys["b.china.n"]["value"] == 366


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ([Number("a", {"term": "initial"})], "means one row, but 3 rows of estimates are such"),
        ([Number("a", {"sample": "zone"})] * 2, "'a' is declared twice"),
        (
            [Number("a", {"sample": "zone"}), Number("a.b", {"sample": "zone"})],
            "begins with the key",
        ),
        (
            [Number("a.b", {"sample": "zone"}), Number("a", {"sample": "zone"})],
            "is the beginning of",
        ),
        ([Number("a", {"planet": "mars"})], "names the column 'planet', which estimates do not"),
        ([Number("a", {}, table="series")], "is of 'series'; results are 'estimates'"),
    ],
)
def test_wrong_declarations_stop_with_a_sentence(numbers, sentence):
    with pytest.raises(ValueError, match=sentence):
        evaluate(numbers, RESULTS)


def test_keys_and_transforms_are_checked_when_declared():
    with pytest.raises(ValueError, match=r"'Beta.zone' is no key of a number"):
        Number("Beta.zone", {})
    with pytest.raises(ValueError, match="has the transform 'cube'; known are exp"):
        Number("a", {}, transform="cube")


TEXT = """
// #n.old.comment is not text; see https://example.org/n.html
The slope is #n.beta.zone.slope (#n.beta.zone.interval), in China #n.at("beta").china.slope%.
#let shown = n.beta.cities
/* #n.block.comment */ Another#an.other.thing and "n.quoted" or #p.beta.china.
"""


def test_the_keys_that_a_text_names():
    assert keys_used(TEXT, "n") == {
        "beta.zone.slope",
        "beta.zone.interval",
        "beta.china.slope",
        "beta.cities",
    }
    assert keys_used(TEXT, "p") == {"beta.china"}


def test_texts_of_chapters_are_merged_without_loss():
    assert merge({"a": {"x": "1"}}, {"b": "2"}, {"a": {"y": "3"}}) == {
        "a": {"x": "1", "y": "3"},
        "b": "2",
    }
    with pytest.raises(ValueError, match="'x' comes from two places"):
        merge({"a": {"x": "1"}}, {"a": {"x": "2"}})
