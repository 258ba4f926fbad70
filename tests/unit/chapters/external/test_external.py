"""Published results beside ours: the file, the rule, the table."""

import re

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.external.compare import VERDICTS, compared, read_external, verdict
from guantian.chapters.external.entries import ExternalCheck
from guantian.chapters.external.show import external_numbers
from guantian.chapters.external.tables import external_tables
from guantian.files import UnreadableError
from guantian.present.numbers import keys_used
from guantian.results import estimates

ENTRY = {
    "id": "one",
    "study": "A and B (2000)",
    "citation": "ab2000",
    "place": "abstract",
    "design": "regression",
    "published": "positive",
    "expects": "positive",
    "ours": {"analysis": "external", "variant": "one"},
    "unit": "points",
    "why": "other data",
    "absent": "no data",
}
BARE = (np.nan, np.nan)


def check(**changes):
    return ExternalCheck.model_validate(ENTRY | changes)


@pytest.fixture(scope="module")
def listed(root):
    return read_external(root / "config/external_checks.yaml")


def test_at_least_eight_studies_are_listed_and_all_are_in_the_references(listed, root):
    assert len({each.citation for each in listed}) >= 8
    text = (root / "paper/references.bib").read_text("utf-8")
    keys = set(re.findall(r"^@\w+\{(\w+),", text, re.M))
    assert {each.citation for each in listed} <= keys


def test_what_one_zone_answers_is_not_asked_of_another(listed, root):
    """A published effect of one plan is not beside the effect of another."""
    path = root / "config/external_checks.yaml"
    bound = {each.zone for each in listed} - {None}
    assert bound and bound <= {zone.stem for zone in (root / "config/zones").glob("*.yaml")}
    for zone in bound:
        assert read_external(path, zone) == listed
    others = read_external(path, "wanjiang")
    assert [each.id for each in others] == [each.id for each in listed if each.zone is None]


@pytest.mark.parametrize(
    ("expects", "bounds", "ours", "said"),
    [
        ("positive", {}, (1.0, 0.5, 1.5), "agrees"),
        ("positive", {}, (-1.0, -1.5, -0.5), "differs"),
        ("positive", {}, (1.0, -0.5, 1.5), "inconclusive"),
        ("positive", {}, (1.0, *BARE), "agrees"),
        ("negative", {}, (-1.0, -1.5, -0.5), "agrees"),
        ("negative", {}, (1.0, 0.5, 1.5), "differs"),
        ("zero", {}, (1.0, -0.5, 1.5), "agrees"),
        ("zero", {}, (1.0, 0.5, 1.5), "differs"),
        ("zero", {}, (1.0, *BARE), "inconclusive"),
        ("value", {"low": 0.3, "high": 0.5}, (0.7, 0.45, 0.9), "agrees"),
        ("value", {"low": 0.3, "high": 0.5}, (0.7, 0.55, 0.9), "same_sign"),
        ("value", {"low": 0.3, "high": 0.5}, (-0.7, -0.9, -0.5), "differs"),
        ("value", {"low": -0.02}, (-0.01, *BARE), "same_sign"),
        ("other_scale", {}, (1.0, 0.5, 1.5), "other_scale"),
        ("positive", {}, (np.nan, *BARE), "absent"),
    ],
)
def test_the_rule(expects, bounds, ours, said):
    assert verdict(check(expects=expects, **bounds), *ours) == said
    assert said in VERDICTS


@pytest.fixture
def found():
    own = estimates(
        [
            {
                "variant": "one",
                "term": "a",
                "outcome": "gdp",
                "estimate": 0.5,
                "conf_low": 0.4,
                "conf_high": 0.6,
            },
            {
                "variant": "one",
                "term": "b",
                "outcome": "gdp",
                "estimate": 0.5,
                "conf_low": -0.4,
                "conf_high": 0.6,
            },
            {"variant": "none", "term": "a", "note": "two members"},
        ],
        chapter="plan",
        analysis="external",
    )
    checks = [
        check(
            scale=-100.0,
            expects="negative",
            decimals=1,
            rows_by={"outcome": "outcome", "term": "year"},
        ),
        check(id="none", ours={"analysis": "external", "variant": "none"}),
        check(id="nowhere", ours={"analysis": "external", "variant": "nowhere"}),
    ]
    return compared(checks, own)


def test_every_row_of_ours_and_every_published_result_is_shown(found):
    assert found["check"].tolist() == ["one", "one", "none", "nowhere"]
    assert found["what"].tolist() == ["Real GDP, a", "Real GDP, b", "", ""]
    assert found["verdict"].tolist() == ["agrees", "inconclusive", "absent", "absent"]
    assert found.loc[0, ["conf_low", "conf_high"]].tolist() == [-60.0, -40.0]


def test_what_is_missing_has_its_reason_in_the_table(found):
    (table,) = external_tables(found, 0.95)
    assert table.body["Ours"].tolist() == [
        "−50.0 [−60.0, −40.0] points",
        "−50.0 [−60.0, 40.0] points",
        "two members",
        "no data",
    ]
    assert table.body["Comparison"].iloc[-1] == "not estimated"


def test_numbers_are_those_that_the_text_names(found, root):
    texts = external_numbers(found)
    assert (texts["results"], texts["answered"], texts["rows"]) == ("3", "1", "2")
    text = (root / "guantian/chapters/external/text.typ").read_text("utf-8")
    assert keys_used(text, "c") == set(texts)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("expects: value", "expected low where"),
        ("ours: {outcoem: gdp}", "ours names 'outcoem'"),
        ("rows_by: {outcoem: outcome}", "rows_by names 'outcoem'"),
        ("rows_by: {outcome: outcomes}", "rows_by names 'outcomes', which is no kind"),
        ("citation: A 2000", "checks, entry 1, citation"),
    ],
)
def test_a_wrong_entry_stops_with_a_sentence(tmp_path, change, said):
    key = change.split(":")[0]
    lines = [f"{name}: {value}" for name, value in ENTRY.items() if name not in (key, "ours")]
    if key != "ours":
        lines.append("ours: {analysis: external}")
    path = tmp_path / "external_checks.yaml"
    path.write_text("- " + "\n  ".join([*lines, change]) + "\n", encoding="utf-8")
    with pytest.raises(UnreadableError, match=said):
        read_external(path)


def test_an_entry_appears_once(tmp_path):
    entry = "\n  ".join(
        [
            *(f"{name}: {value}" for name, value in ENTRY.items() if name != "ours"),
            "ours: {term: a}",
        ]
    )
    path = tmp_path / "external_checks.yaml"
    path.write_text(f"- {entry}\n- {entry}\n", encoding="utf-8")
    with pytest.raises(UnreadableError, match="the check one appears twice"):
        read_external(path)


def test_results_of_a_chapter_that_has_none_are_not_needed(listed):
    nothing = estimates([{"analysis": "beta", "term": "a"}], chapter="convergence")
    found = compared(listed, nothing)
    assert (found["verdict"] == "absent").all()
    assert (found["note"] != "").all()
    assert isinstance(found, pd.DataFrame)
