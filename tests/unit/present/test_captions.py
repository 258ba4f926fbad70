"""Captions: whole, in the field's words, one per figure and table, filled and written as text."""

import ast
import re

import pytest

from guantian.present.captions import (
    CLAUSE,
    NAME,
    REFERENCE,
    Caption,
    CaptionError,
    caption,
    captions,
    files,
    read_captions,
    typeset_captions,
    write_report_captions,
)
from guantian.present.captions import (
    VALUES as KNOWN,
)

VALUES = {"confidence": 95, "base_year": 2010, "zone_name": "Zone A", "power": "0.8"}
VALUES |= {"zone": "a", "treated_year": 2009}
HELD = {"growth": {"low": "0.3"}}
ALL = [(chapter, key, text) for chapter in files() for key, text in captions(chapter).items()]
# GLOSSARY: words that the field does not use, as whole words.
FOREIGN = re.compile(
    r"\b(likeness|alike|nought|told from|held against|to be had|feign\w*|in step|core and rest|"
    r"outlays?|struck|surroundings|patience|anew|swept|goes with|nation|hundredths)\b",
    re.IGNORECASE,
)


def test_every_chapter_has_captions(root):
    chapters = {path.parent.name for path in (root / "guantian/chapters").glob("*/__init__.py")}
    assert chapters | {"claims", "paper"} == set(files())


@pytest.mark.parametrize(
    ("chapter", "key", "text"),
    [each for each in ALL if each[1][0] != "typeset"],
    ids=lambda value: str(value)[:40],
)
def test_captions_are_sentences_in_the_fields_words(chapter, key, text):
    filled = text.filled(**VALUES)
    assert not filled.title.endswith(".")
    for sentence in filter(None, (filled.caption, filled.notes, filled.alt)):
        assert sentence.endswith("."), sentence
        assert not re.search(r"[{}\[\]|]{2}|  | [.,;:]|[.,;:]{2}|\(\)", sentence), sentence
    words = " ".join((filled.title, filled.caption, filled.notes, filled.alt))
    assert not FOREIGN.search(words), FOREIGN.search(words)
    assert filled.category
    if key[0] == "figures":
        assert len(filled.alt) >= 60, "an alternative text says what the picture shows"


def test_a_name_is_used_once_per_kind():
    names = [key for _, key, _ in ALL]
    assert len(names) == len(set(names))


def test_what_is_missing_or_unknown_is_named(tmp_path):
    path = tmp_path / "captions.yaml"
    for text, sentence in (
        ("figures: {a: {title: A, caption: B.}}", "figures 'a' has no alt"),
        ("tables: {a: {title: A}}", "tables 'a' has no caption"),
        ("tables: {a: {title: A, caption: B., colour: red}}", "has a field 'colour'; the fields"),
        ("pictures: {}", "'pictures' is none of category, figures, tables, typeset"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(CaptionError, match=sentence):
            read_captions(path)
    with pytest.raises(CaptionError, match=r"figures has no 'sigmo'; it has levels, sigma"):
        caption("convergence", "sigmo")
    with pytest.raises(CaptionError, match=r"'astrology' has no captions\.yaml"):
        captions("astrology")


@pytest.mark.parametrize(
    ("text", "numbers", "sentence"),
    [
        ("{{ level }}.", None, "field 'caption' of 'a' names 'level', which is neither base_year"),
        ("{? level = 9: A. ?}", None, "names 'level', which is neither base_year"),
        ("{{ base_year }}.", None, "names 'base_year', which is not given"),
        ("{{ growth.low }}.", None, "names 'growth.low', which is not given"),
        (
            "{? {{ growth.high }} ?}",
            {"growth": {"low": "0.3"}},
            "'growth.high', which is no number",
        ),
        (
            "{? {{ decline.low }} ?}",
            {"growth": {"low": "0.3"}},
            "'decline.low', which is no number",
        ),
        ("{? {{ growth.low }} ?}", {"growth": {"low": {"a": "0"}}}, "which is a group of numbers"),
        ("As in [[table sigmo]].", None, "cites the table 'sigmo', which no captions.yaml has"),
        ("As in [[table levels]].", None, "cites the table 'levels', which no captions.yaml has"),
        ("Of [[equation cross]].", None, "cites what the paper alone has outside"),
    ],
)
def test_a_name_that_nothing_has_is_refused(text, numbers, sentence):
    given = Caption("a", "A", text)
    with pytest.raises(CaptionError, match=re.escape(sentence)):
        given.filled(confidence=95) if numbers is None else given.typeset(numbers, confidence=95)


def test_numbers_and_equations_are_for_the_paper():
    text = Caption("a", "A", "Shares{? from {{ growth.low }}?}.{? By [[equation cross]].?} All.")
    assert text.filled().caption == "Shares. All."
    assert text.typeset(None)["caption"] == ["Shares. All."]
    cited = {"kind": "equation", "name": "cross"}
    found = text.typeset(HELD)["caption"]
    assert found == ["Shares from 0.3. By ", cited, ". All."]


def test_a_number_is_no_command():
    """What a number says is not read again for names, clauses and references."""
    text = Caption("a", "A", "It is {{ zone_name }}.")
    assert text.filled(zone_name="{{ power }}").caption == "It is {{ power }}."


@pytest.mark.parametrize(
    ("zone", "said"), [("guanzhong_tianshui", "Own. All."), ("other", "All."), (None, "All.")]
)
def test_a_sentence_about_one_zone_is_not_said_of_another(zone, said):
    text = Caption("a", "A", "{? zone = guanzhong_tianshui: Own. ?}All.")
    assert text.filled(**({"zone": zone} if zone else {})).caption == said


def test_what_only_this_zone_has_is_not_said_of_another():
    """Report and brief of a zone of another year."""
    others = VALUES | {"zone": "other", "treated_year": 2018, "zone_name": "Other zone"}
    said = str(typeset_captions(None, **others))
    assert not re.search(r"Shangluo|Xixian|Sichuan|Guanzhong|Tianshui", said)
    assert all(word in str(typeset_captions(None, **VALUES | {"zone": "guanzhong_tianshui"}))
               for word in ("Shangluo", "Xixian", "Sichuan"))  # fmt: skip


def test_references_are_numbers_in_the_paper_and_titles_elsewhere():
    text = Caption("a", "A", "See [[figure levels]] and [[table conduct]].")
    figure, table = "Output per head of the zone's cities", "Reactions to rivals and careers"
    assert text.filled().caption == f"See figure “{figure}” and table “{table}”."
    assert text.typeset(None)["caption"] == [
        "See ",
        {"kind": "figure", "name": "levels", "title": figure},
        " and ",
        {"kind": "table", "name": "conduct", "title": table},
        ".",
    ]


def test_the_paper_has_typographic_quotation_marks():
    text = Caption("a", "A", 'The zone\'s "affected (or \'other\') provinces", ("so").')
    assert text.typeset(None)["caption"] == [
        "The zone’s “affected (or ‘other’) provinces”, (“so”)."
    ]


@pytest.mark.parametrize(("chapter", "key", "text"), ALL, ids=lambda value: str(value)[:40])
def test_clauses_are_whole_and_name_what_they_depend_on(chapter, key, text):
    whole = " ".join((text.title, text.caption, text.notes, text.alt))
    rest = CLAUSE.sub("", whole)
    assert not re.search(r"\{\?|\?\}", rest), rest
    for name, _, words in CLAUSE.findall(whole):
        depends = "." in "".join(NAME.findall(words)) or "[[equation" in words
        assert name in KNOWN if name else depends, words
    assert not re.search(r"\[\[|\]\]", REFERENCE.sub("", whole)), whole
    assert not CLAUSE.search(text.title + text.alt), "a title and a text in place are the same"


def test_a_caption_cites_exhibits_of_its_own_file():
    """A table is made again where its own captions change, and its notes give the titles cited."""
    for chapter, _, text in ALL:
        titles = {each.title for each in captions(chapter).values()}
        said = str(text.filled(**VALUES))
        assert set(re.findall(r"(?:table|figure) “([^”]*)”", said)) <= titles, text.name


def test_report_captions_are_written_once_and_only_where_changed(tmp_path):
    written = write_report_captions(tmp_path, **VALUES)
    assert len(written) == len([key for _, key, _ in ALL if key[0] != "typeset"])
    stamps = {path: path.stat().st_mtime_ns for path in written.values()}
    write_report_captions(tmp_path, **VALUES)
    assert {path: path.stat().st_mtime_ns for path in written.values()} == stamps
    other = write_report_captions(tmp_path, **VALUES | {"zone_name": "Zone B"})
    changed = [key for key, path in other.items() if path.stat().st_mtime_ns != stamps[path]]
    assert changed == [("data", "figures", "zone_map")]


def test_a_hostile_name_is_text_in_the_report(tmp_path):
    """Jinja and reST read these files: a name must run in neither."""
    from docutils.core import publish_parts
    from jinja2 import Template

    hostile = "{{ 7 * 7 }} {% raw %} `x`_ <script>alert(1)</script> |y|"
    written = write_report_captions(tmp_path, **VALUES | {"zone_name": hostile})
    text = Template(written["data", "figures", "zone_map"].read_text("utf-8")).render()
    page = publish_parts(text, writer="html", settings_overrides={"report_level": 5})["body"]
    assert "49" not in page and "<script>" not in page and "<a " not in page
    assert "{{ 7 * 7 }} {% raw %}" in page


def test_titles_and_notes_of_tables_stand_in_captions_alone(root):
    """A chapter makes its tables by `build` or `captioned`, which read captions.yaml."""
    found = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path in sorted((root / "guantian/chapters").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Table"
    ]
    assert found == []
