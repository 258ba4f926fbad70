"""Parameters are described in full sentences."""

import ast
import re
from pathlib import Path

import pytest

import regiometrics

LIBRARY = Path(regiometrics.__file__).parent
FILES = sorted(LIBRARY.rglob("*.py"))
#: A description that begins with one of these has lost its noun: "Of the interval."
FRAGMENT = re.compile(r"(Of|As|By|In|For|From|To|On|With|At|Until|Up|See|Where) ")


def described(docstring):
    """Name and description of each parameter and attribute of a numpy docstring."""
    lines, section, place = docstring.splitlines(), None, 0
    while place < len(lines):
        following = lines[place + 1] if place + 1 < len(lines) else ""
        if re.fullmatch(r"-{3,}", following.strip()):
            section, place = lines[place].strip(), place + 2
            continue
        line, place = lines[place], place + 1
        if section in ("Parameters", "Attributes") and line and not line.startswith(" "):
            text = []
            while place < len(lines) and (lines[place].startswith("    ") or not lines[place]):
                text.append(lines[place].strip())
                place += 1
            yield line, " ".join(text).strip()


def faults(docstring):
    return [
        name
        for name, text in described(docstring)
        if FRAGMENT.match(text) or len(text.split()) < 3 or not text.endswith((".", ":", "`"))
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_descriptions_are_sentences(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert faults(ast.get_docstring(node) or "") == [], node.name


def test_fragments_are_found():
    text = "Parameters\n----------\na\n    Of it all.\nb : int\nc\n    The number of draws.\n"
    assert faults(text) == ["a", "b : int"]
