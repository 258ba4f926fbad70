"""The study's documents, docstrings and messages use the field's terms, as the library's do."""

import importlib.util
import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]


def library():
    """Load the library's list of terms and its reader of prose."""
    path = TOP / "packages/regiometrics/tests/test_vocabulary.py"
    spec = importlib.util.spec_from_file_location("library_vocabulary", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LIBRARY = library()
#: The study may name its zone and its seven cities.
TERMS = {term: better for term, better in LIBRARY.TERMS.items() if "guanzhong" not in term}
#: Old names of keys are listed in the first to be refused; the texts of the site and of the paper
#: have tests of their own.
OTHERS = re.compile(r"guantian/(config/migration\.py|site/|chapters/\w+/numbers\.py)|docs/_build/")
TEXTS = [
    path
    for path in (
        TOP / "README.md",
        TOP / "CONTRIBUTING.md",
        *sorted((TOP / "docs").rglob("*.md")),
        *sorted((TOP / "guantian").rglob("*.py")),
        *sorted((TOP / "workflow").rglob("*.py")),
    )
    if not OTHERS.match(path.relative_to(TOP).as_posix())
]


def prose(path):
    """Lines of prose: of a module comments and strings but for keys, without what is filled in."""
    for number, line in LIBRARY.prose(path):
        if path.suffix != ".py" or " " in line.strip("\"' "):
            yield number, re.sub(r"\{[^{}]*\}", "", line)


def found(lines):
    return [
        f"{number}: {line.strip()} -> {better}"
        for number, line in lines
        for term, better in TERMS.items()
        if re.search(term, line)
    ]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(TOP).as_posix())
def test_the_words_are_the_fields(path):
    assert found(prose(path)) == []


def test_prose_is_not_keys(tmp_path):
    module = tmp_path / "made.py"
    module.write_text('KEY = "outlays"\nTEXT = f"no outlays of {outlays}"\n', "utf-8")
    assert len(found(prose(module))) == 1
