"""Numbers of the text: those that the study prints, against those that its Typst files name.

What is printed is in the reference, ``tests/reference/study/texts.csv``.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from guantian.present.numbers import keys_used

#: A name of a Typst file for numbers: those of a chapter, the common ones, or a part of either.
LET = re.compile(
    r"^#let ([a-z]\w*) = (?:"
    r"chapter-numbers\(\"(\w+)\"\)|"
    r"([a-z][\w.]*(?:\.at\(\"[^\"]+\"\))*[\w.]*)"
    r")$",
    re.MULTILINE,
)
Place = tuple[str, str]  # file of numbers and the key in it


def named_in(text: str) -> set[Place]:
    """Return which numbers a Typst text names, by the file that they are in.

    What a name of the text's own stands for is followed; to give a name is not to use.

    Examples
    --------
    >>> text = '''#let g = chapter-numbers("growth")
    ... #let whole = g.accounts.whole
    ... Growth #whole.zone.value and #g.border.p.'''
    >>> sorted(named_in(text))
    [('growth', 'accounts.whole.zone.value'), ('growth', 'border.p')]
    """
    names: dict[str, Place] = {"numbers": ("", "")}
    for name, chapter, other in LET.findall(text):
        if chapter:
            names[name] = (chapter, "")
            continue
        first, _, rest = re.sub(r"\.at\(\"([^\"]+)\"\)", r".\1", other).partition(".")
        if first in names:
            file, above = names[first]
            names[name] = (file, ".".join(filter(None, (above, rest))))
    text = LET.sub("", text)
    found = set()
    for name, (file, above) in names.items():
        for key in _keys(text, name):
            found.add((file, ".".join(filter(None, (above, key)))))
    return found


def named_in_captions(text: str) -> set[Place]:
    """Return which numbers the captions of a chapter name.

    Examples
    --------
    >>> named_in_captions("Shares from {{ growth.shares.low }}, {{ confidence }}% intervals.")
    {('growth', 'shares.low')}
    """
    return set(re.findall(r"\{\{ (\w+)\.([\w.]+) \}\}", text))


def _keys(text: str, name: str) -> set[str]:
    """Return the keys under a name; the empty one where code takes all that the name stands for.

    A word of prose or a sign of a formula that happens to be the name takes nothing.

    Examples
    --------
    >>> sorted(_keys('For a mayor, $mayor$: #mayor.growth, #mayor.at("p"). A mayor.', "mayor"))
    ['growth', 'p']
    >>> _keys("#let chosen = mayor.at(kind)", "mayor"), _keys("#list(mayor, 2)", "mayor")
    ({''}, {''})
    """
    text = re.sub(r"\.at\(\"([^\"]+)\"\)", r".\1", text.replace("/numbers.json", ""))
    whole = (
        rf"(?<![\w.\"-]){name}\.(?:at\(|(?:keys|values|pairs)\()",
        rf"#{name}(?![\w.(-])",
        rf"#for [^\[{{]+ in {name}(?![\w.-])",
        rf"#[a-z][\w.-]*\((?:[^()\[\]]*[\s,(])?{name}[,)]",
    )
    taken = any(re.search(pattern, text) for pattern in whole)
    return keys_used(text, name) | ({""} if taken else set())


def emitted(root: Path) -> set[Place]:
    """Return the numbers that the study prints, as the reference keeps them.

    What a run left in ``results`` may be of another configuration, or of another state of the code.
    """
    with (root / "tests/reference/study/texts.csv").open(encoding="utf-8", newline="") as file:
        return {
            ("" if row["file"] == "numbers.json" else Path(row["file"]).stem,
             row["place"].replace("/", "."))
            for row in csv.DictReader(file)
        }  # fmt: skip


def named_by_page(text: str) -> set[Place]:
    """Return the numbers of the ledger that a module of the page takes.

    Examples
    --------
    >>> named_by_page('tests=data.words["tests"]')
    {('claims', 'tests')}
    """
    return {("claims", key) for key in re.findall(r"\.words\[\"(\w+)\"\]", text)}


def named_anywhere(root: Path) -> set[Place]:
    """Return the numbers that the paper, the chapters' texts, their captions and the page name."""
    texts = [*(root / "paper").rglob("*.typ"), *(root / "guantian/chapters").rglob("*.typ")]
    captions = [*(root / "guantian").rglob("captions.yaml")]
    return set().union(
        *(named_in(path.read_text("utf-8")) for path in texts),
        *(named_in_captions(path.read_text("utf-8")) for path in captions),
        *(named_by_page(path.read_text("utf-8")) for path in (root / "guantian/site").glob("*.py")),
    )


def compared(root: Path) -> tuple[list[Place], list[Place], int]:
    """Compare both ways, chapter by chapter; the paper's own quantities have a test of their own.

    Returns
    -------
    missing, unused, emitted
        Numbers that a text names and nothing prints; printed ones that no text names; how many
        are printed. A text that takes a part as a whole, such as a list, names all in it.
    """
    named = named_anywhere(root)
    printed = {place for place in emitted(root) if place[0] != "main"}
    unused = sorted(place for place in printed if not parts_of(place) & named)
    there = set().union(*map(parts_of, printed))
    missing = sorted(place for place in named if place[0] != "main" and place not in there)
    return missing, unused, len(printed)


def parts_of(place: Place) -> set[Place]:
    """Return a place and all that contain it."""
    file, key = place
    steps = key.split(".")
    return {(file, ".".join(steps[:end])) for end in range(len(steps) + 1)}
