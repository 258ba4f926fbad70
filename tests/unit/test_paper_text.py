"""The paper's text holds no number of its own: what it prints comes from the results."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAPER = ROOT / "paper"
TEXTS = sorted(
    path
    for folder in (PAPER, ROOT / "guantian/chapters")
    for path in folder.rglob("*.typ")
    if path.name != "style.typ"
)
# Years name events; "times 100" and "= 100" name a scale; HC3 is a name.
ALLOWED = re.compile(r"\b(?:19|20)\d\d\b|times 100\b|= 100\b|\bHC3\b")


def prose(text):
    """The text without comments, code, labels, formulas and calls."""
    text = re.sub(r"//.*", "", text)
    text = re.sub(r"^#(?:import|include|let)\b.*$", "", text, flags=re.M)
    text = re.sub(r"\$[^$]*\$", "", text)
    text = re.sub(r"^\s*(?:columns|size|text-columns|width): .*$", "", text, flags=re.M)
    text = re.sub(r"#(?:set|counter|bibliography|cite)\b.*", "", text)
    return re.sub(r"[@<#][\w.-]+", "", text)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_number_is_typed(path):
    text = ALLOWED.sub("", prose(path.read_text(encoding="utf-8")))
    typed = [line.strip() for line in text.splitlines() if re.search(r"\d", line)]
    assert typed == []


@pytest.mark.parametrize("said", ["the ratio was 0.96 then", "in 7 cities", "a rise of 12%"])
def test_a_typed_number_is_found(said):
    assert re.search(r"\d", ALLOWED.sub("", prose(said)))


def test_every_reference_is_cited_and_known():
    """Typst fails on unknown keys; here the other way round: nothing stands uncited."""
    text = "".join(path.read_text(encoding="utf-8") for path in TEXTS)
    keys = set(re.findall(r"^@\w+\{(\w+),", (PAPER / "references.bib").read_text("utf-8"), re.M))
    cited = {key for key in keys if re.search(rf"@{key}\b|<{key}>", text)}
    assert keys == cited


# A float's call, up to the bracket that closes it at the start of a line.
FLOAT = re.compile(r"^#(?:picture|printed)\(\n.*?^\)$", flags=re.M | re.S)


def floats_and_citations(text):
    """Labels of figures and tables, and the labels cited outside their captions and notes."""
    labels = re.findall(r"^ {2}label: <([\w-]+)>", "".join(FLOAT.findall(text)), flags=re.M)
    running = FLOAT.sub("", re.sub(r"//.*", "", text))
    return labels, set(re.findall(r"@([\w-]*\w)", running))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_figure_and_table_is_cited_in_the_text_of_its_file(path):
    """A reader meets no table or figure that the text around it does not introduce."""
    text = path.read_text(encoding="utf-8")
    labels, cited = floats_and_citations(text)
    assert len(labels) == len(re.findall(r"^#(?:picture|printed)\b", text, flags=re.M))
    assert [label for label in labels if label not in cited] == []


def test_a_citation_in_a_caption_does_not_count():
    text = 'See @a.\n\n#picture(\n  "x",\n  [As @b.],\n  label: <b>,\n)\n'
    assert floats_and_citations(text) == (["b"], {"a"})


def test_no_semicolon_is_swallowed():
    """Typst takes a semicolon right after `#name.part` as the end of the expression."""
    text = "".join(path.read_text(encoding="utf-8") for path in TEXTS)
    assert re.findall(r"#[A-Za-z_]+(?:\.[A-Za-z_]+)+;", text) == []
