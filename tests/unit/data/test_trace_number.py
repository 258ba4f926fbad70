"""From a number of the text to its row of results, and what made the row."""

import json

import pytest

from guantian.cli import main
from guantian.errors import DataError
from guantian.present.format import fixed
from guantian.present.numbers import Number, evaluate
from guantian.registry import chapters
from guantian.results import estimates, write
from guantian.trace.number import number_prov, number_trail, number_tree

ROWS = [
    {"analysis": "effect", "outcome": "gdp", "base": base, "estimate": value, "n_draws": 1000}
    for base, value in ((0, -0.056), (1, -0.05))
]
NUMBERS = [
    Number(
        "headline.effect",
        {"analysis": "effect", "base": 0},
        column="estimate",
        transform="percent_change",
        format=fixed(1),
    ),
    Number("headline.draws", {"analysis": "effect", "base": 1}, column="n_draws", format=fixed(0)),
]


@pytest.fixture
def results(tmp_path):
    for folder in ("estimates", "paper/keys"):
        (tmp_path / folder).mkdir(parents=True)
    frame = write([estimates(ROWS, chapter="plan")], tmp_path / "estimates/plan.parquet")
    _, keys = evaluate(NUMBERS, {"estimates": frame})
    (tmp_path / "paper/keys/plan.json").write_text(json.dumps(keys), encoding="utf-8")
    return tmp_path


def test_a_number_leads_to_its_row_and_to_what_made_it(results):
    trail = number_trail(results, "plan", "headline.effect")
    assert trail.text == "−5.4"  # 100 (exp(-0.056) - 1)
    assert trail.row["estimate"] == -0.056 and trail.row["base"] == 0
    assert trail.rule == "estimate_plan"
    assert trail.inputs["panel"] == "data/processed/panel.parquet"
    drawn = number_tree(trail)
    for said in ("“−5.4”", "column estimate", "after percent_change", "base 0", "estimate: -0.056"):
        assert said in drawn
    assert "np." not in drawn and "{" not in drawn


def test_the_trail_is_one_of_prov(results):
    document = number_prov(number_trail(results, "plan", "headline.draws"))
    document = json.loads(json.dumps(document))  # nothing but JSON
    (derived,) = document["wasDerivedFrom"].values()
    (made,) = document["wasGeneratedBy"].values()
    assert derived["prov:usedEntity"] == made["prov:entity"]
    named = set(document["entity"])
    assert {use["prov:entity"] for use in document["used"].values()} <= named
    assert document["entity"]["guantian:number:plan.headline.draws"]["guantian:value"] == 1000


def test_what_is_not_there_is_said(results, capsys):
    with pytest.raises(DataError, match="no numbers of the chapter 'growth'; it has plan"):
        number_trail(results, "growth", "x")
    with pytest.raises(DataError, match=r"no number 'headline.efect'; expected one like headline"):
        number_trail(results, "plan", "headline.efect")
    write([estimates(ROWS[1:], chapter="plan")], results / "estimates/plan.parquet")
    with pytest.raises(DataError, match=r"0 rows with the key of headline.effect"):
        number_trail(results, "plan", "headline.effect")
    assert main(["trace", "number", "plan", "a.b", "--results", str(results)]) == 1
    assert capsys.readouterr().err.startswith("guantian: ")


def test_inputs_are_named_as_a_reader_finds_them():
    from pathlib import Path

    from guantian.trace.number import _placed

    placed = _placed("{processed}/weights/{config:games.weights}.npz", Path("results"))
    assert placed == "data/processed/weights/<games.weights of config/study.yaml>.npz"
    for chapter in chapters():
        for stage in chapter.stages:
            for path in stage.inputs.values():
                said = _placed(path, Path("results"))
                assert "{" not in said and "}" not in said
