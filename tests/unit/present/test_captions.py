"""Captions: whole, in the field's words, one per figure and table, filled and written as text."""

import ast
import re

import pytest

from guantian.present.captions import (
    Caption,
    CaptionError,
    caption,
    captions,
    files,
    read_captions,
    write_report_captions,
)

VALUES = {"confidence": 95, "base_year": 2010, "zone_name": "Zone A", "power": "0.8"}
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


@pytest.mark.parametrize(("chapter", "key", "text"), ALL, ids=lambda value: str(value)[:40])
def test_captions_are_sentences_in_the_fields_words(chapter, key, text):
    filled = text.filled(**VALUES)
    assert not filled.title.endswith(".")
    for sentence in filter(None, (filled.caption, filled.notes, filled.alt)):
        assert sentence.endswith("."), sentence
    words = " ".join((filled.title, filled.caption, filled.notes, filled.alt))
    assert not FOREIGN.search(words), FOREIGN.search(words)
    assert "{{" not in words and filled.category
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
        ("pictures: {}", "'pictures' is none of category, figures, tables"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(CaptionError, match=sentence):
            read_captions(path)
    with pytest.raises(CaptionError, match=r"figures has no 'sigmo'; it has levels, sigma"):
        caption("convergence", "sigmo")
    with pytest.raises(CaptionError, match=r"'astrology' has no captions\.yaml"):
        captions("astrology")
    with pytest.raises(CaptionError, match="'a' names 'level', which is not given"):
        Caption("a", "A", "{{ level }}.").filled()


def test_report_captions_are_written_once_and_only_where_changed(tmp_path):
    written = write_report_captions(tmp_path, **VALUES)
    assert len(written) == len(ALL)
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
