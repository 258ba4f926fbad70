"""Names, messages and docstrings use the field's terms."""

import io
import re
import tokenize
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1]
TEXTS = [
    *sorted((PACKAGE / "src").rglob("*.py")),
    *(path for path in sorted((PACKAGE / "tests").rglob("*.py")) if path != Path(__file__)),
    *sorted(PACKAGE.glob("*.md")),
]

#: What is not written, as a regular expression, and what is written in its place.
TERMS = {
    r"likeness|\balike\b": "similarity, similar, equal",
    r"\bnought\b": "zero",
    r"\btold from\b|\b(can|could)(not)? be told\b": "statistically different; cannot be determined",
    r"\bh[eo]ld against\b": "compared with, checked against",
    r"\b(one|mean|outcome|observations|values?|growth|errors?) "
    r"less (the|its|their|those|that|half)\b": "minus",
    r"\bto be had\b|\bcan(not)? be had\b": "available",
    r"(?<!minimum )(?<!\.)\bdetectable\b(?![_ ](slope|effect))": "minimum detectable effect (MDE)",
    r"\bfeign": "spurious effect",
    r"\bin step\b": "co-movement, synchronised",
    r"\bcore.and.rest\b": "core-periphery",
    r"\boutlays?\b": "expenditure",
    r"\bstruck\b": "earthquake-affected",
    r"\bsurroundings\b": "neighbourhood",
    r"\bpatience\b": "discount factor",
    r"\banew\b": "again, from scratch",
    r"\b([Aa]|one) (row|column|line|value|matrix) an? ": "one row per ...",
    r"\bstands? (for|in|once|twice|where|at|before|behind|first)\b": "is, appears",
    r"\b(missing|these|no|has|have|have all|all) figures?\b": "data, values",
    r"\bswept\b": "sensitivity grid",
    r"\bgoes? with\b": "is associated with, belongs to",
    r"\bthe (house|room|floor|road)\b": "package, module, layer, pipeline",
    r"\bjudged by hand\b": "manual decisions",
    r"\bhundredths? of a log point": "percent",
    # The library knows no study.
    r"(?i)guanzhong|tianshui|\bseven cities\b": "units, groups",
}


#: Comments and strings; parts of f-strings are tokens of their own from Python 3.12 on.
SPOKEN = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
#: A deprecated name that the study still imports.
DEPRECATED = {"detectable"}


def prose(path):
    """Line number and text of each line of a document; of a module's names, comments, strings."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        yield from enumerate(text.splitlines(), 1)
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in SPOKEN:
            for offset, line in enumerate(token.string.splitlines()):
                yield token.start[0] + offset, line
        elif token.type == tokenize.NAME and token.string not in DEPRECATED:
            yield token.start[0], token.string.replace("_", " ")


def found(lines):
    return [
        f"{number}: {line.strip()} -> {TERMS[pattern]}"
        for number, line in lines
        for pattern in TERMS
        if re.search(pattern, line)
    ]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_the_words_are_the_fields(path):
    assert found(prose(path)) == []


@pytest.mark.parametrize(
    "line",
    [
        "The correlation is nought.",
        "One row a unit, a column a year.",
        "The pair x, y stands twice; expected once.",
        "A missing figure: the panel has no figures of 2001.",
        "Growth less the mean: growth less its mean.",
        "the detectable change",
    ],
)
def test_the_test_would_find_them(line):
    assert found([(1, line)])


@pytest.mark.parametrize("line", ["less than one", "no less than before", "a figure of results"])
def test_it_leaves_other_uses_alone(line):
    assert not found([(1, line)])
