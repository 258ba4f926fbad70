"""Evidence is facts: sentences are made of them in one place, and none is read back."""

import ast

import pandas as pd
import pytest

import audit
from audit.judgement import said
from audit.sentences import SENTENCES
from audit.verdicts import KIND_OF

WORDS = {"split", "rsplit", "partition", "rpartition", "find", "search", "match", "removeprefix"}


def test_rules_read_no_sentence(root):
    """Neither rules nor judgement take a text apart, nor know the sentences."""
    for name in ("rules", "judgement"):
        tree = ast.parse((root / f"audit/{name}.py").read_text("utf-8"))
        called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not called & WORDS, (name, called & WORDS)
    assert "sentence" not in (root / "audit/rules.py").read_text("utf-8").replace("sentences", "")


def test_every_check_has_a_sentence(root):
    """A check that the rules know, or that the code proposes, can be put into words."""
    assert set(KIND_OF) <= set(SENTENCES)
    for path in (root / "audit").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "propose":
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    assert first.value in SENTENCES, (path.name, first.value)


def test_a_sentence_is_made_of_facts():
    frame = pd.DataFrame(
        {
            "city_code": ["610100"] * 2,
            "year": [2010, 2011],
            "growth_actual_pct": [112.5, 9.0],
        }
    )
    found = audit.proposals({"city_growth_targets": frame})
    row = found[found["check"] == "index_among_percentages"].iloc[0]
    assert row["facts"] == {"rate": 12.5}
    assert (row["unit"], row["year"]) == ("610100", 2010)
    assert said(row) == ("112.5 among percentages is an index, last year = 100: 12.5 per cent")


@pytest.mark.parametrize("check", sorted(SENTENCES))
def test_no_sentence_is_empty(check):
    assert SENTENCES[check]
