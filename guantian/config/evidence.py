"""The registry of claims and the chapters' evidence: whole, each once, and all of it there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guantian.files import UnreadableError, read_json, read_yaml

if TYPE_CHECKING:
    from guantian.config.study import Study

SCHEMA = "workflow/schemas/claims.schema.json"
LONGEST = 240  # characters of a message
#: Chapters that give evidence; a file less would be evidence lost in silence.
CHAPTERS = (
    "core_periphery",
    "dynamics",
    "games",
    "growth",
    "inequality",
    "linkage",
    "plan",
    "reactions",
    "similarity",
)
Stop = Callable[[str, str], None]


def check_claims(study: Study, root: Path, stop: Stop) -> None:
    """Stop where the registry or the evidence is not whole.

    Raises
    ------
    UnreadableError
        If a file cannot be read or is not as the schema says; a claim or an estimate appears
        twice; evidence is on no claim, or a claim has no evidence; a file holds none.
    """
    registry, folder = study.claims.registry, study.claims.evidence
    if not (root / registry).exists():
        stop("claims.registry", f"{registry}: no such file")
    claims = read_checked(registry, "registry", root)
    ids = [claim["id"] for claim in claims]
    for name in ids:
        if ids.count(name) > 1:
            raise UnreadableError(f"{registry}: the claim {name} appears twice; expected it once.")
    files = evidence_files(root, folder)
    if not files:
        stop("claims.evidence", f"{folder} holds no evidence; expected a file of each chapter")
    seen: dict[str, str] = {}
    answered: set[str] = set()
    for path in files:
        entries = read_checked(path, "evidence", root)
        if not entries:
            raise UnreadableError(
                f"{path} holds no evidence; expected entries, or no such file at all."
            )
        for entry in entries:
            if entry["id"] not in ids:
                raise UnreadableError(
                    f"{path}: the claim {entry['id']} is not in {registry}; expected one of "
                    f"{', '.join(ids)}."
                )
            if entry.get("parts") or entry.get("missing"):
                answered.add(entry["id"])
            for part in entry.get("parts") or []:
                place = json.dumps([entry["id"], part["estimate"]], sort_keys=True)
                if place in seen:
                    raise UnreadableError(
                        f"{path} is wrong at {entry['id']}: the estimate "
                        f"{_shown(part['estimate'])} is evidence on it already in "
                        f"{seen[place]}; expected each piece of evidence once."
                    )
                seen[place] = path
    stems = [Path(path).stem for path in files]
    for name in CHAPTERS:
        if name not in stems:
            raise UnreadableError(
                f"{folder}/{name}.yaml is missing; expected a file of each chapter that gives "
                f"evidence: {', '.join(CHAPTERS)}."
            )
    for path, stem in zip(files, stems, strict=True):
        if stem not in CHAPTERS:
            raise UnreadableError(
                f"{path} is of no chapter; expected one of {', '.join(CHAPTERS)}."
            )
    for name in ids:
        if name not in answered:
            raise UnreadableError(
                f"No file of {folder} gives evidence on {name}, and none says what is missing to "
                "test it: a claim needs `parts` or `missing`."
            )


def evidence_files(root: Path, folder: str) -> list[str]:
    """Paths of the chapters' evidence, in alphabetical order, as seen from the project."""
    return sorted(str(Path(folder) / path.name) for path in (root / folder).glob("*.yaml"))


def read_checked(path: str, kind: str, root: Path) -> Any:
    """Read claims ("registry") or evidence and compare them with their schema.

    Raises
    ------
    UnreadableError
        With the file, the claim, the value and what was expected.
    """
    import jsonschema

    read = read_yaml(root / path, path) or []
    validator = _validator(root, kind)
    error = min(
        validator.iter_errors(read), key=lambda error: list(map(str, error.path)), default=None
    )
    if error:
        assert isinstance(error, jsonschema.ValidationError)
        first, *where = error.path or ["the top level"]
        claim = read[first].get("id", first) if _is_entry(read, first) else first
        place = ".".join(map(str, [claim, *where]))
        said = " ".join(error.message.split())
        if len(said) > LONGEST:
            said = f"{said[:40]} … {said[40 - LONGEST :]}"  # what was expected comes last
        raise UnreadableError(f"{path} is wrong at {place}: {said}.")
    return read


def _is_entry(read: Any, first: Any) -> bool:
    return isinstance(first, int) and isinstance(read[first], Mapping)


@cache
def _validator(root: Path, kind: str) -> Any:
    import jsonschema

    schema = read_json(root / SCHEMA, SCHEMA)
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]})


def _shown(estimate: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in estimate.items())
