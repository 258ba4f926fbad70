"""Claims as data: the registry of what was claimed, and the chapters' evidence, joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Part:
    """One piece of evidence: a row of the estimates, and what the claim predicts of it.

    ``alternatives`` are other estimates, judged in this one's place; ``name`` is that by which the
    text refers to the verdict.
    """

    chapter: str
    family: str
    what: str
    file: str
    key: Mapping[str, str | int | float | None]
    direction: str = ""
    matters: float = float("nan")
    why: str = ""
    unit: str = ""
    reference: float = 0.0
    headline: bool = False
    name: str = ""
    alternatives: tuple[Part, ...] = ()

    @property
    def place(self) -> str:
        """The estimate's place, as sentences name it."""
        return f"{self.file} " + ", ".join(f"{name} {value!r}" for name, value in self.key.items())


@dataclass(frozen=True)
class Claim:
    """A claim of one of the two documents with the evidence of all chapters."""

    id: str
    source: str
    claim: str
    hypothesis: str
    parts: tuple[Part, ...] = ()
    illustrations: tuple[Part, ...] = ()
    missing: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    chapters: tuple[str, ...] = field(default=())


def read_claims(registry: str | Path, fragments: Iterable[str | Path]) -> list[Claim]:
    """Read the registry and the chapters' fragments (a file a chapter, named by it); join them."""
    read = {Path(path).stem: _load(path) or [] for path in sorted(map(str, fragments))}
    return join_claims(_load(registry), read)


def join_claims(
    registry: Iterable[Mapping[str, Any]], fragments: Mapping[str, Iterable[Mapping[str, Any]]]
) -> list[Claim]:
    """Join the chapters' evidence to the registry's claims by id.

    Parameters
    ----------
    registry
        ``id``, ``source``, ``claim``, ``hypothesis``, ``family`` of every claim, in order.
    fragments
        Chapter to its entries: ``id`` and any of ``family``, ``parts``, ``missing``,
        ``illustration``, ``caveats``, ``figure``, ``table``. An entry's family wins over the
        registry's for its parts.

    Raises
    ------
    ValueError
        For an id that the registry holds twice or not at all, for a claim that no chapter gives
        parts and that none says is missing figures, and for two parts of a claim with one name.
    """
    known: dict[str, Mapping[str, Any]] = {}
    for entry in registry:
        if entry["id"] in known:
            raise ValueError(f"The registry of claims holds {entry['id']} more than once.")
        known[entry["id"]] = entry
    given: dict[str, list[tuple[str, Mapping[str, Any]]]] = {name: [] for name in known}
    for chapter, entries in fragments.items():
        for entry in entries:
            if entry["id"] not in given:
                raise ValueError(
                    f"The chapter {chapter!r} gives evidence on the claim {entry['id']!r}, which "
                    f"is not in the registry; it holds {', '.join(known)}."
                )
            given[entry["id"]].append((chapter, entry))
    claims = [_claim(entry, given[name]) for name, entry in known.items()]
    silent = [claim.id for claim in claims if not claim.parts and not claim.missing]
    if silent:
        raise ValueError(
            f"No chapter gives evidence on {', '.join(silent)}, and none says what is missing "
            "to test it: a claim needs `parts` or `missing` in config/claims/<chapter>.yaml."
        )
    for claim in claims:
        names = [part.what for part in (*claim.parts, *claim.illustrations)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f"The claim {claim.id} has more than one part named “{twice[0]}”: a part is known "
                "by its claim and its name, so `what` must differ."
            )
    return claims


def _claim(entry: Mapping[str, Any], given: list[tuple[str, Mapping[str, Any]]]) -> Claim:
    pairs = [(chapter, {"family": entry["family"], **fragment}) for chapter, fragment in given]

    def gather(name: str) -> tuple[str, ...]:
        """One text or a list of them from every fragment, in order, none twice."""
        found = []
        for _, fragment in pairs:
            value = fragment.get(name) or []
            found += [value] if isinstance(value, str) else value
        return tuple(dict.fromkeys(found))

    def parts(name: str) -> tuple[Part, ...]:
        return tuple(
            _part(part, chapter, fragment["family"])
            for chapter, fragment in pairs
            for part in fragment.get(name) or []
        )

    return Claim(
        id=entry["id"],
        source=entry["source"],
        claim=entry["claim"],
        hypothesis=entry["hypothesis"],
        parts=parts("parts"),
        illustrations=parts("illustration"),
        missing=gather("missing"),
        caveats=gather("caveats"),
        figures=gather("figure"),
        tables=gather("table"),
        chapters=tuple(dict.fromkeys(chapter for chapter, _ in given)),
    )


def _part(part: Mapping[str, Any], chapter: str, family: str) -> Part:
    values = {
        name: part[name]
        for name in ("what", "direction", "matters", "why", "unit", "reference", "headline", "name")
        if name in part
    }
    place = part["estimate"]
    key = {name: value for name, value in place.items() if name != "file"}
    alternatives = tuple(
        # What the part predicts holds for the estimate that is put in its place.
        _part({**part, "alternatives": [], "headline": False, **other}, chapter, family)
        for other in part.get("alternatives") or []
    )
    return Part(
        chapter=chapter,
        family=family,
        file=place["file"],
        key=key,
        alternatives=alternatives,
        **values,
    )


def _load(path: str | Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, loader)
