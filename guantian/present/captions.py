"""Titles, captions, notes and alternative texts of figures and tables: `captions.yaml`.

Each chapter has one file, `guantian/chapters/<name>/captions.yaml`, the ledger
`guantian/claims/captions.yaml`; nothing else states a title or a caption::

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

Texts may hold ``{{ name }}`` for values of the configuration, e.g. ``{{ confidence }}``; they are
filled by `filled`.

Examples
--------
>>> caption("convergence", "sigma").title
'Dispersion of output per head'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

PACKAGE = Path(__file__).parents[1]
FIELDS = ("title", "caption", "notes", "alt", "category")
NEEDED = {"figures": ("title", "caption", "alt"), "tables": ("title", "caption")}


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
        """Fill ``{{ name }}`` by the value of that name.

        Examples
        --------
        >>> Caption("a", "A", "Intervals hold {{ confidence }}%.").filled(confidence=95).caption
        'Intervals hold 95%.'
        """
        texts = {name: _fill(getattr(self, name), values, self.name) for name in FIELDS}
        return replace(self, **texts)


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
        raise CaptionError(f"{path}: {unknown[0]!r} is none of category, figures, tables.")
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
            filled = text.filled(**values)
            path = folder / f"{chapter}-{kind}-{name}.rst"
            content = "\n\n".join(_rest(part) for part in (filled.caption, filled.notes) if part)
            content += "\n"
            if not path.exists() or path.read_text(encoding="utf-8") != content:
                path.write_text(content, encoding="utf-8")
            found[chapter, kind, name] = path
    return found


def _fill(text: str, values: Mapping[str, object], name: str) -> str:
    def value(found: re.Match) -> str:
        if found[1] not in values:
            raise CaptionError(f"The caption of {name!r} names {found[1]!r}, which is not given.")
        return str(values[found[1]])

    return re.sub(r"\{\{\s*(\w+)\s*\}\}", value, text)


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
