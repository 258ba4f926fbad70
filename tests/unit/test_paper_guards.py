"""A changed result stops the build, and the message names sentence and expectation."""

import json
import shutil
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest
import typst

from guantian import labels
from guantian.paper import Quantity, collect, primary
from guantian.paper.figures import FIGURES, RIVALS
from guantian.paper.quantities import PERCENT, TIMES
from guantian.present.captions import caption
from guantian.present.figures import apply_style, faults
from guantian.results import estimates

ROOT = Path(__file__).resolve().parents[2]
ROW = {
    "analysis": "primary", "variant": "S1.2", "sample": "china", "outcome": "travel",
    "term": "same_province", "estimate": 0.7, "std_error": 0.1, "p_value": 1e-9,
    "conf_low": 0.5, "conf_high": 0.9, "n_obs": 1200,
}  # fmt: skip
LEDGER = {
    "S1.2": {
        "china": {"verdict": "supported", "raw": {"estimate": 0.7, "seoi": 0.2, "mde": 0.28}},
        "zone": None,
    }
}
TEXT = """\
#import "guards.typ": *
#set document(title: "A")
= Borders
#guard(
  expect(verdict("S1.2"), "supported"),
  expect-sign(value("borders.china"), 1),
  expect-significant("borders.china", reference: 1),
)[Provincial *borders* divide: flows are #est("borders.china") times as large.]
Its interval is #ci("borders.china"), and #pv("borders.china") over #count("borders.china") pairs.
#guard(expect(verdict("S1.2", estimand: "zone"), "not testable"))[The zone is silent.]
"""


@pytest.fixture
def build(tmp_path):
    """Compile a text with a row of estimates and a ledger."""
    for name in ("guards.typ", "alt.typ", "facts.yaml"):
        shutil.copy(ROOT / "paper" / name, tmp_path)
    (tmp_path / "results/paper/keys").mkdir(parents=True)

    def compiled(text=TEXT, ledger=LEDGER, **changed):
        frame = estimates([ROW | changed], chapter="linkage")
        wanted = [primary("borders.china", "linkage", "S1.2", TIMES)]
        _, keys = collect(wanted, {"linkage": frame})
        (tmp_path / "results/paper/keys/main.json").write_text(json.dumps(keys), "utf-8")
        (tmp_path / "results/paper/ledger.json").write_text(json.dumps(ledger), "utf-8")
        (tmp_path / "main.typ").write_text(text, "utf-8")
        return typst.compile(tmp_path / "main.typ", root=tmp_path, pdf_standards=["ua-1"])

    return compiled


def test_a_text_whose_expectations_hold_is_set(build):
    assert build().startswith(b"%PDF")


SENTENCE = "The sentence “Provincial borders divide: flows are"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            {"ledger": {"S1.2": {"china": {"verdict": "inconclusive"}}}},
            'the verdict on S1.2 (china) was expected to be "supported" and is "inconclusive"',
        ),
        ({"ledger": {}}, "The ledger has no claim S1.2."),
        ({"conf_low": -0.1}, "was expected to exclude 1 and is [0.9, 2.5]"),
        ({"variant": "S1.3"}, "The number borders.china.estimate is missing from the results"),
    ],
)
def test_a_changed_result_stops_the_build(build, change, named):
    with pytest.raises(typst.TypstError) as error:
        build(**change)
    assert named.replace('"', '\\"') in error.value.message or named in error.value.message
    if "was expected" in named:
        assert SENTENCE in error.value.message


@pytest.mark.parametrize(
    ("expectation", "named"),
    [
        ('expect-sign(value("borders.china"), -1)', "expected to be below zero"),
        ('expect-between(value("borders.china"), 3, 4)', "expected between 3 and 4"),
        ('expect-insignificant("borders.china", reference: 1)', "expected to include 1"),
        ('expect-order(mde("S1.2"), seoi("S1.2"))', "expected in rising order"),
        ('expect-any(verdict("S1.2"), "contradicted", "inconclusive")', "expected to be one of"),
    ],
)
def test_each_expectation_can_fail(build, expectation, named):
    text = (
        f'#import "guards.typ": *\n#set document(title: "A")\n= B\n#guard({expectation})[It holds.]'
    )
    with pytest.raises(typst.TypstError) as error:
        build(text)
    assert "The sentence “It holds.” no longer holds" in error.value.message
    assert named in error.value.message


def test_a_number_that_is_not_declared_stops_the_build(build):
    with pytest.raises(typst.TypstError, match=r"names the number borders\.zone\.estimate"):
        build('#import "guards.typ": *\n#est("borders.zone")')


@pytest.mark.parametrize("name", FIGURES)
def test_the_figures_show_what_is_there(name, root):
    shown = labels.keys("flow_row") if name == "paper_borders" else [key for key, *_ in RIVALS]
    keys = {}
    for place, key in enumerate(shown):
        keys[f"{key}.estimate"] = {"missing": False, "value": 0.1 * place}
        keys[f"{key}.interval"] = {
            "missing": False,
            "value": [0.1 * place - 0.05, 0.1 * place + 0.2],
        }
    keys[f"{shown[0]}.estimate"]["missing"] = True
    with plt.rc_context():
        apply_style(sorted((root / "assets/fonts").glob("NotoSans*.otf")))
        figure, data = FIGURES[name](keys)
        assert data["key"].tolist() == shown[1:]
        assert faults(figure, caption("paper", name).alt) == []
        plt.close(figure)


def test_quantities_are_read_from_their_chapter():
    frame = estimates([ROW], chapter="linkage")
    wanted = Quantity("a.b", "linkage", {"analysis": "primary"}, PERCENT)
    texts, keys = collect([wanted], {"linkage": frame})
    assert texts["a"]["b"]["estimate"] == "101"
    assert texts["a"]["b"]["interval"] == "[65, 146]"
    assert keys["a.b.estimate"]["chapter"] == "linkage"
    with pytest.raises(ValueError, match="of the chapter 'plan'; estimates are there of linkage"):
        collect([Quantity("a", "plan")], {"linkage": frame})
    with pytest.raises(ValueError, match="means one row, but 2 rows"):
        collect([wanted], {"linkage": pd.concat([frame, frame])})
