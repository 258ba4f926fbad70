"""Titles, captions, notes and alternative texts of figures and tables: `captions.yaml`.

Each chapter has one file, `guantian/chapters/<name>/captions.yaml`, the ledger
`guantian/claims/captions.yaml`, the paper `guantian/paper/captions.yaml`; nothing else states a
title or a caption, neither code nor Typst::

    category: Convergence
    figures:
      sigma:
        title: Dispersion of output per resident
        caption: Standard deviation of the logs of output per resident across cities, by year.
        notes: One common set of cities per outcome.
        alt: Four line charts, one per outcome. The zone's dispersion falls ...
    tables:
      sigma:
        title: Change of dispersion
        caption: ...
        notes: ...

A figure of the paper has title, caption and notes below it; a table has its title above and its
notes (without any, its caption) below, in the paper and in its own file. ``typeset`` are tables
that the paper alone has, named by their labels there.

Texts may hold

``{{ confidence }}``
    a value of `VALUES`;
``{{ region }}``
    what the sample *region* is called: ``western region``, or ``region`` for other zones;
``{{ growth.shares.low }}``
    a number of the text of a chapter, here ``shares.low`` of growth;
``[[table sigma]]``, ``[[figure sigma]]``
    a reference to another exhibit: its number in the paper, its title elsewhere;
``[[equation durbin]]``, ``[[section section-plan]]``
    a reference to a label of the paper;
``{? ... ?}``
    words for where all that they name is known: a number of a chapter and an equation are known
    where the paper is typeset, and not in the report or a table's own file;
``{? zone = guanzhong_tianshui: ... ?}``
    words for where the value is that one.

A name that nothing has is refused.

Examples
--------
>>> caption("convergence", "beta").title
'Growth against the initial level'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

from guantian import labels

PACKAGE = Path(__file__).parents[1]
FIELDS = ("title", "caption", "notes", "alt", "category")
NEEDED = {
    "figures": ("title", "caption", "alt"),
    "tables": ("title", "caption"),
    "typeset": ("title",),
}
#: What captions may name beside the numbers of chapters.
VALUES = ("base_year", "confidence", "power", "treated_year", "zone", "zone_name")
REGION = "region"
CLAUSE = re.compile(r"\{\?(?: *(\w+) = (\w+):)?(.*?)\?\}")
NAME = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
#: What is cited by its label in the paper and has no title.
IN_PAPER = {"equation", "section"}
REFERENCE = re.compile(r"\[\[(figure|table|equation|section) ([\w-]+)\]\]")
#: Chapter to its numbers, nested; None where there are none.
Numbers = Mapping[str, Mapping] | None


class CaptionError(ValueError):
    """A caption that is missing or incomplete; the message names file, figure and field."""


@dataclass(frozen=True)
class Caption:
    """What is written beside a figure or a table.

    Attributes
    ----------
    name
        Of the figure or table: its files' name without ending.
    title
        A noun phrase without a full stop.
    caption
        What is shown, in full sentences.
    notes
        How to read it: samples, intervals, what is missing. May be empty.
    alt
        Text in place of a figure: what it shows, with its main finding. Empty for tables.
    category
        Under which the report lists it.
    """

    name: str
    title: str
    caption: str
    notes: str = ""
    alt: str = ""
    category: str = ""

    def filled(self, **values: object) -> Caption:
        """Fill in values and titles of what is cited, for readers without the paper.

        Examples
        --------
        >>> Caption("a", "A", "Intervals hold {{ confidence }}%.").filled(confidence=95).caption
        'Intervals hold 95%.'
        >>> text = "Slopes{?, [[equation cross]],?} as in [[table beta_two_way]]."
        >>> Caption("a", "A", text).filled().caption
        'Slopes as in table “Beta convergence, panel with city and year effects”.'
        """

        def plain(parts: Iterator[str | dict[str, str]]) -> str:
            return "".join(part if isinstance(part, str) else _named(part) for part in parts)

        return replace(self, **{name: plain(self._parts(name, values, None)) for name in FIELDS})

    def typeset(self, numbers: Numbers, **values: object) -> dict[str, str | list]:
        """Fill in values and numbers of chapters, with references apart, for the paper.

        Parameters
        ----------
        numbers
            Chapter to its numbers, nested, texts at the leaves; None where the text that is
            typeset has none, as the brief.
        **values
            Of `VALUES`.

        Returns
        -------
        dict
            ``title`` and ``alt`` are texts. ``caption`` and ``notes`` are lists of texts and of
            references, which have ``kind`` and ``name``, those to exhibits their ``title`` too.

        Examples
        --------
        >>> text = "Shares{? from {{ growth.low }}?} in [[equation cross]]."
        >>> Caption("a", "A", text).typeset({"growth": {"low": "0.3"}})["caption"]
        ['Shares from 0.3 in ', {'kind': 'equation', 'name': 'cross'}, '.']
        """

        def typeset(name: str) -> list:
            parts = self._parts(name, values, numbers)
            return [_typographic(part) if isinstance(part, str) else part for part in parts]

        whole = {name: "".join(typeset(name)) for name in ("title", "alt")}
        return whole | {name: typeset(name) for name in ("caption", "notes")}

    def _parts(
        self, field: str, values: Mapping[str, object], numbers: Numbers
    ) -> Iterator[str | dict[str, str]]:
        """Yield the texts, filled in, and the references of a field."""

        def refused(text: str) -> CaptionError:
            return CaptionError(f"The field {field!r} of {self.name!r} {text}")

        def known(name: str) -> str | None:
            if name == REGION:
                return labels.label("sample", REGION).lower()
            if "." not in name:
                if name not in VALUES:
                    raise refused(
                        f"names {name!r}, which is neither {', '.join(VALUES)} nor, with its "
                        "chapter before it, a number of a chapter."
                    )
                return str(values[name]) if name in values else None
            found: object = numbers
            for step in name.split(".") if numbers is not None else ():
                if not isinstance(found, Mapping) or step not in found:
                    raise refused(f"names {name!r}, which is no number of that chapter.")
                found = found[step]
            if found is not None and not isinstance(found, str):
                raise refused(f"names {name!r}, which is a group of numbers.")
            return found

        def chosen(clause: re.Match) -> str:
            name, value, words = clause.groups()
            if name is not None:
                return words if known(name) == value else ""
            there = all([known(each) is not None for each in NAME.findall(words)])
            cited = {kind for kind, _ in REFERENCE.findall(words)}
            return words if there and (numbers is not None or not cited & IN_PAPER) else ""

        def value_of(found: re.Match) -> str:
            value = known(found[1])
            if value is None:
                raise refused(f"names {found[1]!r}, which is not given.")
            return value

        # What a value says is not read for names, clauses and references in turn.
        for part in _references(_one_line(CLAUSE.sub(chosen, getattr(self, field)))):
            if isinstance(part, str):
                yield NAME.sub(value_of, part)
            elif numbers is None and part["kind"] in IN_PAPER:
                raise refused("cites what the paper alone has outside {? ... ?}.")
            else:
                yield part


def files() -> dict[str, Path]:
    """Return the captions' files by chapter; ``claims`` is the ledger, ``paper`` the main paper."""
    others = [PACKAGE / "claims/captions.yaml", PACKAGE / "paper/captions.yaml"]
    found = [*sorted(PACKAGE.glob("chapters/*/captions.yaml")), *others]
    return {path.parent.name: path for path in found if path.exists()}


@cache
def captions(chapter: str) -> Mapping[tuple[str, str], Caption]:
    """Return the captions of a chapter: ``("figures" or "tables", name)`` to the caption.

    Raises
    ------
    CaptionError
        If the file is not there, or a caption is incomplete.
    """
    path = files().get(chapter)
    if path is None:
        raise CaptionError(f"The chapter {chapter!r} has no captions.yaml.")
    return read_captions(path)


def caption(chapter: str, name: str, kind: str = "figures") -> Caption:
    """Return the caption of a figure (or, with ``kind="tables"``, a table) of a chapter."""
    known = captions(chapter)
    if (kind, name) not in known:
        names = ", ".join(other for group, other in known if group == kind) or "none"
        raise CaptionError(f"{files()[chapter]}: {kind} has no {name!r}; it has {names}.")
    return known[kind, name]


def read_captions(path: str | Path) -> dict[tuple[str, str], Caption]:
    """Read a file of captions; stop with a sentence where one is incomplete."""
    path = Path(path)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    body = yaml.load(path.read_text(encoding="utf-8"), loader)
    if unknown := sorted(set(body) - {"category", *NEEDED}):
        raise CaptionError(f"{path}: {unknown[0]!r} is none of category, {', '.join(NEEDED)}.")
    found = {}
    for kind, needed in NEEDED.items():
        for name, given in (body.get(kind) or {}).items():
            if unknown := sorted(set(given) - set(FIELDS)):
                raise CaptionError(
                    f"{path}: {kind} {name!r} has a field {unknown[0]!r}; the fields are "
                    f"{', '.join(FIELDS)}."
                )
            if lacking := [field for field in needed if not str(given.get(field) or "").strip()]:
                raise CaptionError(f"{path}: {kind} {name!r} has no {lacking[0]}.")
            texts = {field: _one_line(given.get(field)) for field in FIELDS}
            texts["category"] = texts["category"] or body.get("category", "")
            found[kind, name] = Caption(name, **texts)
    return found


def typeset_captions(numbers: Numbers, **values: object) -> dict[str, dict[str, dict]]:
    """Return what the paper says beside its exhibits: kind, name, and `Caption.typeset` of each."""
    found: dict[str, dict[str, dict]] = {kind: {} for kind in NEEDED}
    for chapter in files():
        for (kind, name), text in captions(chapter).items():
            found[kind][name] = text.typeset(numbers, **values)
    return found


def write_report_captions(folder: str | Path, **values: object) -> dict[tuple[str, str, str], Path]:
    """Write a caption per figure and table as the reST file that Snakemake's report wants.

    A file is written only where its text has changed, so that nothing is made again.

    Parameters
    ----------
    folder
        Made where it is not there.
    **values
        To fill ``{{ name }}`` by.

    Returns
    -------
    dict
        (chapter, kind, name) to the file.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for chapter in files():
        for (kind, name), text in captions(chapter).items():
            if kind == "typeset":
                continue
            filled = text.filled(**values)
            path = folder / f"{chapter}-{kind}-{name}.rst"
            content = "\n\n".join(_rest(part) for part in (filled.caption, filled.notes) if part)
            content += "\n"
            if not path.exists() or path.read_text(encoding="utf-8") != content:
                path.write_text(content, encoding="utf-8")
            found[chapter, kind, name] = path
    return found


def _references(text: str) -> Iterator[str | dict[str, str]]:
    """Yield the texts between references and, for each of these, its kind and name."""
    end = 0
    for found in REFERENCE.finditer(text):
        if found.start() > end:
            yield text[end : found.start()]
        kind, name = found.groups()
        titled = {} if kind in IN_PAPER else {"title": _title(kind, name)}
        yield {"kind": kind, "name": name} | titled
        end = found.end()
    if end < len(text):
        yield text[end:]


def _title(kind: str, name: str) -> str:
    """Return the title of a figure or table that a caption cites."""
    for chapter in files():
        for group in (f"{kind}s", "typeset"):
            if (group, name) in captions(chapter):
                return captions(chapter)[group, name].title
    raise CaptionError(f"A caption cites the {kind} {name!r}, which no captions.yaml has.")


def _named(reference: Mapping[str, str]) -> str:
    return f"{reference['kind']} “{reference['title']}”"


def _typographic(text: str) -> str:
    """Set apostrophes and quotation marks as the text of the paper has them."""
    text = re.sub(r"(?<![\w)])\"(?=\S)", "“", text).replace('"', "”")
    return re.sub(r"(?<!\w)'(?=\w)", "‘", text).replace("'", "’")


def rest_text(text: str) -> str:
    r"""Escape what reST would take for a command or an address.

    Examples
    --------
    >>> rest_text("`x`_ javascript:alert(1)")
    '\\`x\\`\\_ javascript\\:alert(1)'
    """
    return re.sub(r"([\\`*|_:@])", r"\\\1", text)


def _rest(text: str) -> str:
    """Escape what Jinja or reST, which read the report's captions, would take for a command."""
    return re.sub(r"[{}]", lambda found: "{{ '" + found[0] + "' }}", rest_text(text))


def _one_line(text: str | None) -> str:
    return " ".join(str(text or "").split())
