"""What `make metrics` counts: numbers against the text that names them, and declared walks."""

import pytest

from benchmarks.text_numbers import (
    compared,
    named_in,
    named_in_captions,
)
from benchmarks.walks import Walk, apply, folder_of, read_walks

TEXT = """#import "/paper/style.typ": chapter-numbers, numbers
#let c = chapter-numbers("growth")
#let whole = c.accounts.whole
#let deep = whole.at("zone")
Growth #deep.growth.value, #whole.china.growth. // #c.old.value
#for one in c.cities [#one.name] #numbers.zone.name #c.kinds.keys().first()
"""


def test_names_of_a_text_are_followed():
    assert named_in(TEXT) == {
        ("growth", "accounts.whole.zone.growth.value"),
        ("growth", "accounts.whole.china.growth"),
        ("growth", "cities"),
        ("growth", "kinds"),
        ("", "zone.name"),
    }


def test_a_part_that_is_chosen_by_a_value_is_named_as_a_whole():
    text = '#let c = chapter-numbers("a")\n#c.rho.at(c.sample).value'
    assert named_in(text) == {("a", "rho"), ("a", "sample")}


def test_a_word_of_prose_and_a_sign_of_a_formula_name_nothing():
    """Else what is counted changes with the wording: a panel (c) once named all of a chapter."""
    text = '#let k = chapter-numbers("a")\n_(k)_ The k of $k - 1$, as in [k]: #k.x.'
    assert named_in(text) == {("a", "x")}
    assert named_in(text + " #for one in k.y [#one]") == {("a", "x"), ("a", "y")}


@pytest.mark.parametrize("use", ["#k", "#list(k)", "#let one = k.at(kind)", "#for one in k [#one]"])
def test_what_code_takes_whole_is_named_whole(use):
    assert named_in(f'#let k = chapter-numbers("a")\n{use}') == {("a", "")}


def test_numbers_of_captions_count():
    text = "Up to {{ confidence }}%{? of {{ growth.shares.low }}?}."
    assert named_in_captions(text) == {("growth", "shares.low")}


def test_printed_and_named_numbers_are_compared_both_ways(tmp_path):
    reference = tmp_path / "tests/reference/study"
    reference.mkdir(parents=True)
    printed = {
        "numbers/growth.json": ["accounts/whole/zone/growth/value", "accounts/whole/zone/growth/p"],
        "numbers/main.json": ["x"],
        "numbers.json": ["zone/name"],
    }
    printed["numbers/growth.json"] += ["cities/0/name", "cities/1/name", "kinds/x", "old/value"]
    lines = [f"{file},{place},1" for file, places in printed.items() for place in places]
    (reference / "texts.csv").write_text("\n".join(["file,place,text", *lines]), "utf-8")
    (tmp_path / "paper").mkdir()
    (tmp_path / "paper/main.typ").write_text(TEXT, "utf-8")
    missing, unused, count = compared(tmp_path)
    assert missing == [("growth", "accounts.whole.china.growth")]
    assert unused == [("growth", "accounts.whole.zone.growth.p"), ("growth", "old.value")]
    assert count == 7


def test_no_number_is_printed_that_nothing_names_and_none_is_named_that_is_not_printed(root):
    """After a change of the numbers `make reference` comes first."""
    missing, unused, _ = compared(root)
    assert missing == []
    assert unused == []


def walk(changes):
    return Walk("a walk", (1, 1), changes, ())


def test_folders_of_one_chapter_or_package_are_one():
    made = walk(
        {
            "guantian/chapters/growth/text.typ": "",
            "guantian/chapters/growth/estimate/run.py": "",
            "packages/regiometrics/src/regiometrics/panel/gmm.py": "",
            "packages/regiometrics/tests/panel/test_gmm.py": "",
            "tests/unit/chapters/growth/test_x.py": "",
            "guantian/labels.yaml": "",
        }
    )
    assert len(made.files) == 6
    assert made.folders == [
        "guantian",
        "guantian/chapters/growth",
        "packages/regiometrics",
        "tests/unit/chapters/growth",
    ]
    assert folder_of("config/specs/a.tsv") == "config/specs"


def test_a_walk_changes_what_it_says(tmp_path):
    (tmp_path / "a.py").write_text("one\ntwo\nthree\n", "utf-8")
    steps = [
        {"after": "one\n", "add": "1.5\n"},
        {"before": "three", "add": "2.5\n"},
        {"replace": "two", "by": "2"},
    ]
    apply(walk({"a.py": steps, "new/b.py": "four\n"}), tmp_path)
    assert (tmp_path / "a.py").read_text("utf-8") == "one\n1.5\n2\n2.5\nthree\n"
    assert (tmp_path / "new/b.py").read_text("utf-8") == "four\n"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"a.py": [{"after": "zero", "add": "x"}]}, "'zero' 0 times; expected it once"),
        ({"a.py": [{"after": "e\n", "add": "x"}]}, "2 times; expected it once"),
        ({"a.py": "new"}, "a.py is there already"),
    ],
)
def test_a_walk_that_does_not_fit_stops(tmp_path, changes, said):
    (tmp_path / "a.py").write_text("one\ntwo\nthree\n", "utf-8")
    with pytest.raises(ValueError, match=said):
        apply(walk(changes), tmp_path)


def test_every_walk_is_read(root):
    assert [walk.title for walk in read_walks(root).values()] == [
        "another outcome of a chapter",
        "another robustness check",
        "the zone's colour and label",
        "a new claim with a new estimator",
    ]
