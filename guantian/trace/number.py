"""From a number of the paper's text to the row of results that it prints, and what made the row."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from guantian.errors import DataError
from guantian.present.tables import select
from guantian.registry import chapters
from guantian.results import KEYS, TABLES, read
from guantian.trace.result import Ground, ground_prov
from guantian.trace.show import PREFIXES


@dataclass(frozen=True)
class NumberTrail:
    """Where a number of the text comes from.

    Attributes
    ----------
    chapter, key
        By which the text names it.
    text
        As printed.
    value
        Before it is printed.
    column
        Of the row: one, or several for an interval.
    transform
        Done to the value before it is printed; empty where nothing is.
    file
        Of the results, from the top of the project.
    row
        The row of results: its columns that are not empty.
    rule
        That made the file.
    module
        With the function that the rule runs.
    inputs
        What the rule reads, as the chapter declares it.
    options
        Keys of the configuration that it reads.
    """

    chapter: str
    key: str
    text: str
    value: Any
    column: str | list[str]
    transform: str
    file: str
    row: Mapping[str, Any]
    rule: str
    module: str
    inputs: Mapping[str, str]
    options: tuple[str, ...]


def number_trail(results: str | Path, chapter: str, key: str) -> NumberTrail:
    """Follow a number of the text.

    Parameters
    ----------
    results
        The folder of results.
    chapter, key
        By which the text names the number, such as ``plan`` and ``headline.effect``, or ``ledger``
        and ``S1.2.china.estimate``.

    Raises
    ------
    DataError
        For a chapter or a key that is not there, with those that are, and for a row that is gone.
    """
    folder = Path(results)
    known = {path.stem: path for path in sorted(folder.glob("paper/keys/*.json"))}
    if chapter not in known:
        raise DataError(
            f"{folder}/paper/keys has no numbers of the chapter {chapter!r}; it has "
            f"{', '.join(known) or 'none: run make first'}."
        )
    trails = json.loads(known[chapter].read_text(encoding="utf-8"))
    if key not in trails:
        near = difflib.get_close_matches(key, trails, n=5, cutoff=0.3) or list(trails)[:5]
        raise DataError(
            f"{known[chapter]} has no number {key!r}; expected one like {', '.join(near)}."
        )
    said = trails[key]
    made_by = said.get("chapter", chapter)  # the ledger's numbers are of several chapters
    file = folder / said["table"] / f"{made_by}.parquet"
    if said["table"] not in TABLES or not file.exists():
        raise DataError(
            f"The number {key} of {chapter} is read from {said['table']}, which is no file of "
            "results: it cannot be followed further."
        )
    found = select(read(file), said["select"])
    if len(found) != 1:
        raise DataError(
            f"{file} has {len(found)} rows with the key of {key}; expected one: run make, so that "
            "text and results are of one run."
        )
    row = {
        name: value for name, value in found.iloc[0].items() if not pd.isna(value) and value != ""
    }
    stage = next(
        stage
        for each in chapters()
        if each.name == made_by
        for stage in each.stages
        if any(
            path.endswith(f"{said['table']}/{made_by}.parquet") for path in stage.outputs.values()
        )
    )
    return NumberTrail(
        chapter=chapter,
        key=key,
        text=said["text"],
        value=said["value"],
        column=said["column"],
        transform=said["transform"],
        file=str(file),
        row=row,
        rule=f"{stage.verb}_{made_by}",
        module=stage.module,
        inputs={name: _placed(path, folder) for name, path in stage.inputs.items()},
        options=stage.options,
    )


def number_tree(trail: NumberTrail, ground: Iterable[str] = ()) -> str:
    """Draw a trail as text, a line for each thing known.

    Parameters
    ----------
    trail
        Of the number.
    ground
        Lines on what the row rests on, as `guantian.trace.result.ground_lines` draws them.
    """
    columns = [trail.column] if isinstance(trail.column, str) else trail.column
    key = ", ".join(f"{name} {_plain(trail.row[name])!r}" for name in KEYS if name in trail.row)
    rest = {name: value for name, value in trail.row.items() if name not in KEYS}
    done = f", after {trail.transform}" if trail.transform else ""
    lines = [
        f"{trail.chapter}, {trail.key}: “{trail.text}”",
        f"└── column {', '.join(columns)} of {trail.file}{done}",
        f"    ├── row: {key}",
        *(f"    │     {name}: {_said(value)}" for name, value in rest.items()),
        f"    └── made by the rule {trail.rule} ({trail.module})",
        f"        ├── options: {', '.join(trail.options) or 'none'}",
        *(f"        ├── {name}: {path}" for name, path in trail.inputs.items()),
        *(f"        {line}" for line in ground),
    ]
    return "\n".join(lines) + "\n"


def number_prov(trail: NumberTrail, ground: Ground | None = None) -> dict[str, Any]:
    """Describe a trail in PROV-JSON, with what the row rests on where it is given."""
    number, rule = f"guantian:number:{trail.chapter}.{trail.key}", f"made:{trail.rule}"
    row = f"guantian:row:{trail.file}"
    inputs = {f"guantian:input:{path}": {"guantian:name": n} for n, path in trail.inputs.items()}
    document: dict[str, Any] = {
        "prefix": dict(PREFIXES),
        "entity": {
            number: {"prov:value": trail.text, "guantian:value": trail.value},
            row: {f"guantian:{name}": _plain(value) for name, value in trail.row.items()},
            **inputs,
        },
        "activity": {rule: {"guantian:module": trail.module}},
        "wasDerivedFrom": {
            "_:1": {"prov:generatedEntity": number, "prov:usedEntity": row},
        },
        "wasGeneratedBy": {"_:2": {"prov:entity": row, "prov:activity": rule}},
        "used": {
            f"_:{place}": {"prov:activity": rule, "prov:entity": name}
            for place, name in enumerate(inputs, start=3)
        },
    }
    for kind, part in ({} if ground is None else ground_prov(ground, row)).items():
        document[kind] = document.get(kind, {}) | part
    return document


def _placed(path: str, results: Path) -> str:
    """Name a declared input as a reader finds it."""
    path = path.replace("{processed}", "data/processed").replace("{results}", str(results))
    path = path.replace("{weights}", "data/processed/weights")
    path = path.replace("{checked_tables}", "data/raw/*.csv")
    return re.sub(r"\{config:([^}]+)\}", r"<\1 of config/study.yaml>", path)


def _said(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:.10g}"


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
