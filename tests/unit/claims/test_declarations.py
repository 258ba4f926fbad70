"""The declarations: read, handed down to tests, and refused with a sentence."""

import copy
import re

import pytest
import yaml
from made_claims import TEST, claim, declare, statement

from guantian.declarations import claim_files, read_claims
from guantian.files import UnreadableError


def test_the_study_declares_the_claims_of_the_protocol(root):
    declared = read_claims("config/claims.yaml", root)
    ids = [f"S1.{i}" for i in range(1, 11)] + [f"S2.{i}" for i in [*range(1, 7), *"abcdef"]]
    assert [one.id for one in declared.claims] == ids
    parts = [statement.part for one in declared.claims for statement in one.statements]
    assert [part for part in parts if part not in ids] == ["S1.1a", "S1.1b", "S1.9a", "S1.9b"]
    tests = [
        (statement.part, name, test)
        for one in declared.claims
        for statement in one.statements
        for name, test in statement.tests()
        if test is not None
    ]
    assert sum(name == "china" for _, name, _ in tests) == 21
    assert sum(name == "zone" for _, name, _ in tests) == 11
    assert {test.declared for _, _, test in tests} == {"2026-11-29", "2026-11-30"}


def test_departures_from_the_protocol_are_dated(root):
    declared = read_claims("config/claims.yaml", root)
    changed = {
        (part.part, name)
        for one in declared.claims
        for part in one.statements
        for name, test in part.tests()
        if test is not None and test.changes
    }
    # Estimators, samples and outcomes that are not those of the protocol's table.
    parts = ("S1.2", "S1.4", "S1.6", "S1.7", "S1.8", "S1.9b", "S1.10", "S2.2", "S2.4", "S2.c")
    assert {(part, "china") for part in parts} <= changed
    assert {("S1.2", "zone"), ("S1.5", "zone")} <= changed
    for one in declared.claims:
        for part in one.statements:
            for _, test in part.tests():
                dates = [change.date for change in test.changes] if test else []
                assert all(date >= test.declared for date in dates), part.part


#: Of which the protocol states no size, one in another unit, or one that the data leave without
#: meaning.
OWN = {("S1.9b", "china"), ("S1.9b", "zone"), ("S1.5", "zone"), ("S2.d", "china")}
#: Whose size the protocol states as a sum over nine years, and the estimate is a mean over eight.
MEANS = {("S1.10", "china"), ("S1.10", "zone")}
#: Smallest effects of interest as the protocol states them.
PROTOCOL = {
    **{"S1.1a": 1, "S1.1b": 0.05, "S1.2": 0.2, "S1.3": 0.01, "S1.4": 0.1, "S1.5": 2},
    **{"S1.6": 0.02, "S1.7": 0.1, "S1.8": 0.2, "S1.9a": 2, "S1.10": 0.045},
    **{"S2.1": 0.5, "S2.2": 0.1, "S2.3": 0.05, "S2.4": 0.05, "S2.5": 0.03, "S2.6": 0.03},
    **{"S2.b": 0.5, "S2.c": 0.2},
}
NEGATIVE = {"S1.3", "S1.6", "S1.8", "S2.1", "S2.2", "S2.3", "S2.4", "S2.b", "S2.d"}


def test_sizes_and_signs_are_those_of_the_protocol(root):
    declared = read_claims("config/claims.yaml", root)
    for one in declared.claims:
        for part in one.statements:
            for name, test in part.tests():
                if test is not None and (part.part, name) not in OWN:
                    share = 0.5 if (part.part, name) in MEANS else 1.0
                    assert test.seoi == share * PROTOCOL[part.part], part.part
                    assert (test.direction == "negative") == (part.part in NEGATIVE), part.part


def test_a_statement_hands_down_and_a_test_may_say_otherwise():
    zone = {**TEST, "unit": "share", "declared": "2026-12-01"}
    made = declare(claim("S1.1", statement("S1.1", TEST, zone, benchmark=5)))
    (found,) = made.claims[0].statements
    assert (found.china.unit, found.china.declared) == ("points", "2026-11-29")
    assert (found.zone.unit, found.zone.declared) == ("share", "2026-12-01")
    assert found.china.benchmark == found.zone.benchmark == 5


def test_of_another_zone_nothing_had_been_seen(root):
    """What was seen, changed and doubted of the study's own zone is said of no other."""
    own, other = (
        read_claims("config/claims.yaml", root).for_zone(own=own) for own in (True, False)
    )
    assert all(isinstance(each, str) for one in own.claims for each in one.caveats)
    said = str([one.caveats for one in other.claims])
    assert "Xixian" not in said and "Xixian" in str([one.caveats for one in own.claims])
    tests = [
        (mine, its)
        for one, same in zip(own.claims, other.claims, strict=True)
        for part, again in zip(one.statements, same.statements, strict=True)
        for mine, its in [(part.zone, again.zone)]
        if mine is not None
    ]
    assert any(mine.seen and mine.changes for mine, _ in tests)
    for mine, its in tests:
        assert (its.seen, its.changes) == (None, [])
        assert its.model_dump(exclude={"seen", "changes"}) == mine.model_dump(
            exclude={"seen", "changes"}
        )
    assert [part.china for one in other.claims for part in one.statements] == [
        part.china for one in own.claims for part in one.statements
    ]


def said(tmp_path, change):
    content = {
        "declared": "2026-11-29",
        "claims": [claim("S1.1"), claim("S1.2", statement("S1.2", TEST, TEST))],
    }
    content = copy.deepcopy(content)
    change(content)
    (tmp_path / "claims.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(UnreadableError) as caught:
        read_claims("claims.yaml", tmp_path)
    return str(caught.value)


def first(content):
    return content["claims"][0]["statements"][0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda c: c.update(declared="tomorrow"), "wrong at declared"),
        (lambda c: c.update(declared="2026-13-01"), "expected a date such as"),
        (lambda c: c["claims"].append(c["claims"][0]), "S1.1 appears twice"),
        (
            lambda c: c["claims"][0].update(sauce="S1"),
            "no such key; did you mean 'source'",
        ),
        (lambda c: c["claims"][0].update(source="S2"), "S1.1 is of the document S2"),
        (lambda c: first(c).update(part="S1.2"), "S1.2 is a statement of S1.1"),
        (lambda c: first(c).update(direction="up"), "'up'; expected one of positive, negative"),
        (lambda c: first(c).update(seoi=0), "expected a number above 0"),
        (lambda c: first(c)["china"].pop("seen"), "seen: no value is given"),
        (lambda c: first(c).pop("reason"), "reason: no value is given"),
        (lambda c: first(c).pop("china"), "S1.1 has for china neither a test nor a reason"),
        (
            lambda c: first(c)["untested"].update(china="x"),
            "has for china a test and a reason",
        ),
        (lambda c: c["claims"][0].update(statements=[]), "statements: []"),
        (
            lambda c: c["claims"][0].update(illustrations=[{"what": "w", "estimate": {}}]),
            "the illustration “w” names no file",
        ),
        (lambda c: c.clear(), "no value is given"),
    ],
)
def test_a_wrong_declaration_is_refused_with_a_sentence(tmp_path, change, sentence):
    text = said(tmp_path, change)
    assert text.startswith("claims.yaml is wrong at ") and text.endswith(".")
    assert sentence in text and "\n" not in text


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "claims.yaml").write_text("")
    with pytest.raises(UnreadableError, match=r"claims\.yaml"):
        read_claims("claims.yaml", tmp_path)


def test_the_claims_of_chapters_follow_those_of_the_documents(tmp_path):
    """Each keeps its own date; a claim in two files is refused, and a wrong file is named."""
    folder = tmp_path / "guantian/chapters/ranks"
    folder.mkdir(parents=True)
    content = {"declared": "2026-11-29", "claims": [claim("S1.1")]}
    (tmp_path / "claims.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    content = {"declared": "2026-12-01", "claims": [claim("S1.2")]}
    (folder / "claims.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    files = claim_files("claims.yaml", tmp_path)
    assert files == ["claims.yaml", "guantian/chapters/ranks/claims.yaml"]
    declared = read_claims(files[0], tmp_path, *files[1:])
    dates = [each.statements[0].china.declared for each in declared.claims]
    assert dates == ["2026-11-29", "2026-12-01"]
    with pytest.raises(
        UnreadableError, match=r"are wrong: S1\.1 appears twice; expected it once\."
    ):
        read_claims(files[0], tmp_path, files[0])
    (folder / "claims.yaml").write_text("claims: 1", encoding="utf-8")
    with pytest.raises(UnreadableError, match=r"^guantian/chapters/ranks/claims\.yaml is wrong at"):
        read_claims(files[0], tmp_path, *files[1:])


def test_the_example_of_the_documentation_can_be_declared(root):
    text = (root / "docs/add-a-claim.md").read_text("utf-8")
    (example,) = yaml.safe_load(re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1])
    made = declare(example)
    (found,) = made.claims[0].statements
    assert (found.china.seoi, found.untested["zone"]) == (0.1, "The zone has one large airport.")
