"""Chapters, their options and their texts are found in their folders."""

import pytest

from guantian.config.reading import with_defaults
from guantian.config.study import Study, chapter_options
from guantian.files import read_yaml
from guantian.options import Options
from guantian.registry import CHAPTERS, ORDER, TEXTS, chapter_texts, chapters, found_chapters


def test_a_folder_that_declares_a_chapter_is_one(tmp_path):
    """Those of the study come in their order, others behind them by name."""
    declarations = {"games": "CHAPTER = 1", "growth": "x = 0\nCHAPTER = 1", "beta": "CHAPTER = 1"}
    declarations |= {"alpha": "CHAPTER = 1", "data": "from x import CHAPTER", "empty": ""}
    for name, text in declarations.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(text, "utf-8")
    assert found_chapters(tmp_path) == ("growth", "games", "alpha", "beta")


def test_every_chapter_of_the_study_has_its_place_and_bears_the_name_of_its_folder():
    assert CHAPTERS[: len(ORDER)] == ORDER
    assert tuple(chapter.name for chapter in chapters()) == CHAPTERS


def test_every_chapter_with_options_has_its_section():
    assert set(ORDER) <= set(chapter_options())
    assert all(Study.model_fields[name].is_required() for name in ORDER)


def test_texts_are_in_order(root):
    for kind in TEXTS:
        texts = chapter_texts(kind)
        names = [text.split("/")[3] for text in texts]
        assert names == [name for name in CHAPTERS if name in names]
        there = (root / "guantian/chapters").glob(f"*/{kind}.typ")
        assert {f"/{path.relative_to(root)}" for path in there} == set(texts)


class Inner(Options):
    """Options within."""

    most: int = 3


class Section(Options):
    """A section."""

    least: int = 1
    inner: Inner = Inner()


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, {"least": 1, "inner": {"most": 3}}),
        ({"least": 2}, {"least": 2, "inner": {"most": 3}}),
        ({"inner": {"most": 4}}, {"least": 1, "inner": {"most": 4}}),
    ],
)
def test_what_a_section_leaves_out_has_its_default(monkeypatch, given, wanted):
    class Made:
        section = Section.model_validate(given)

    monkeypatch.setattr("guantian.config.reading.chapter_options", lambda: {"section": Section})
    found = with_defaults({"zone": "z", "section": given}, Made)
    assert found == {"zone": "z", "section": wanted}


def test_the_study_itself_leaves_nothing_out(root):
    """Its choices are all in its file, but for what the zone's file says."""
    given = read_yaml(root / "config/study.yaml")
    filled = with_defaults(given, Study.model_validate(given))
    for name in ORDER:
        added = {key for key in filled[name] if key not in given[name]}
        assert all(filled[name][key] is None for key in added), name
