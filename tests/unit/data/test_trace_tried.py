"""Cells of tables followed by making the table again from changed results."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from guantian.config import load_study
from guantian.present.tables import FOLLOWED, Table, write_table
from guantian.results import estimates, read, write
from guantian.trace.printed import _is_label
from guantian.trace.tried import MOST, Remaker, cell_places

SAMPLES = ("zone", "region", "nation", "wide")


def show(job):
    """A chapter's table whose cells say nothing of their rows."""
    found = read(job.inputs.estimates).set_index("sample").loc[[*SAMPLES]]
    values = found["estimate"].tolist()
    body = pd.DataFrame(
        {
            "Which": ["a", "b", "c"],
            "Slope": [f"{value:.3f}" for value in values[:3]],
            "In per cent": [f"{100 * value:.1f}" for value in values[:3]],
            "p": ["<0.001" if p < 0.001 else f"{p:.3f}" for p in found["p_value"][:3]],
            "Zero": [f"{values[3]:.2f}"] * 3,
            "Two": [f"{values[0]:.3f} and {values[1]:.3f}"] * 3,
            "Fixed": ["0.516"] * 3,
        }
    )
    write_table(Table("other", "", pd.DataFrame({"n": ["1"]})), job.tables)
    write_table(Table("made", "", body), job.tables)
    raise AssertionError("what comes after the table is not run")


@pytest.fixture
def remaker(tmp_path, root):
    (tmp_path / "estimates").mkdir()
    key = {"analysis": "beta", "outcome": "gdp_per_capita_yuan", "term": "slope"}
    numbers = [(0.5164, 1e-9), (0.5158, 0.2), (0.5161, 0.9), (0.0012, 0.0004)]
    rows = [
        {**key, "sample": sample, "estimate": value, "p_value": p}
        for sample, (value, p) in zip(SAMPLES, numbers, strict=True)
    ]
    write([estimates(rows, chapter="convergence")], tmp_path / "estimates/convergence.parquet")
    stage = SimpleNamespace(
        inputs={
            "estimates": "{results}/estimates/convergence.parquet",
            "fonts": "assets/fonts/*.otf",
        },
        outputs={"numbers": "{results}/numbers.json"},
        options=("confidence", "zone", "plan.before"),
        function=lambda: show,
    )
    return Remaker(stage, "made", load_study(root), Path(root), Path(root) / "data", tmp_path)


def found(remaker, row, column):
    line = remaker.body().iloc[row].to_dict()
    places = cell_places(remaker, row, column, line)
    return [
        (remaker.frames["estimates"].at[place.row, "sample"], place.column, place.shown_as)
        for place in places
    ]


@pytest.mark.parametrize("row", range(3))
def test_a_cell_leads_to_its_row_and_to_no_other_of_the_same_digits(remaker, row):
    """Three rows round to 0.516, and nothing in the line says which is which."""
    assert found(remaker, row, "Slope") == [(SAMPLES[row], "estimate", "")]
    assert found(remaker, row, "In per cent") == [(SAMPLES[row], "estimate", "100 times it")]


def test_small_probabilities_and_zeros_are_followed_too(remaker):
    assert found(remaker, 0, "p") == [("zone", "p_value", "")]
    assert found(remaker, 1, "p") == [("region", "p_value", "")]
    assert found(remaker, 2, "Zero") == [("wide", "estimate", "")]


def test_a_cell_of_two_rows_names_both_and_one_of_none_names_none(remaker):
    assert {sample for sample, *_ in found(remaker, 1, "Two")} == {"zone", "region"}
    assert found(remaker, 1, "Fixed") == []
    assert found(remaker, 1, "Which") == []


def test_a_cell_of_other_results_is_not_tried(remaker):
    line = {**remaker.body().iloc[0].to_dict(), "Slope": "0.517"}
    assert cell_places(remaker, 0, "Slope", line) == []
    assert remaker.times < MOST


def test_tables_are_written_again_once_the_trial_is_over(remaker, tmp_path):
    assert remaker.body() is not None and FOLLOWED.get() is None
    write_table(Table("made", "", pd.DataFrame({"n": ["1"]})), tmp_path)
    assert (tmp_path / "made.csv").exists()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Reported GDP per head, 2001–2019", True),
        ("2009–2016", True),
        ("China", True),
        ("rank 3 of 99", False),
        ("0.12 (2019)", False),
        ("12 cities, 2019", False),
    ],
)
def test_years_within_words_are_a_label(text, label):
    assert _is_label(text) is label
