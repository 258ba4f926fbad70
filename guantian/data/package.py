"""The one description of the raw tables: ``datapackage.json``.

Types, units, keys, ranges, checksums, sources and rights are read from there and nowhere else;
only the checks for wrong figures, which know nothing but tables, repeat the keys under a test.
Run ``python -m guantian.data.package data/raw/datapackage.json`` after a deliberate change of a
raw file: it renews the checksums and touches nothing else.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guantian.errors import DataError, run_command
from guantian.side_files import decode, parse, read_bytes


@dataclass(frozen=True)
class Field:
    """A column as described: its name, type, unit, title and the ranges it must keep.

    ``raw_range`` is wide, because faults at source are left in; ``corrected_range`` is narrow.
    ``additive`` says whether the figures of a unit's parts add up to the unit's.
    """

    name: str
    type: str
    title: str
    unit: str
    required: bool
    pattern: str | None
    raw_range: tuple[float | None, float | None]
    corrected_range: tuple[float | None, float | None]
    additive: bool = False


@dataclass(frozen=True)
class Reference:
    """A foreign key: a column whose entries must all occur in a column of another table.

    ``stage`` is ``"raw"`` where the file as printed obeys it, ``"corrected"`` where only the table
    on today's codes does.
    """

    column: str
    table: str
    field: str
    stage: str


@dataclass(frozen=True)
class Table:
    """A table as described: its file, columns, key, sources, rights and foreign keys."""

    name: str
    title: str
    note: str
    path: Path
    sha256: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    sources: tuple[str, ...]
    rights: str
    references: tuple[Reference, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in the order of the file."""
        return [field.name for field in self.fields]

    def field(self, name: str) -> Field:
        """Return the column called ``name`` (KeyError where there is none)."""
        return {field.name: field for field in self.fields}[name]


@dataclass(frozen=True)
class DataPackage:
    """All tables that a ``datapackage.json`` describes, by name."""

    path: Path
    tables: dict[str, Table]
    files: dict[str, Path]


def read_package(path: str | Path) -> DataPackage:
    """Read a Frictionless ``datapackage.json``.

    Parameters
    ----------
    path
        The descriptor; the tables stand beside it.

    Returns
    -------
    DataPackage
        Tabular resources in ``tables``, others (boundaries) in ``files``.

    Raises
    ------
    DataError
        Where the file is missing or is not JSON.
    """
    path = Path(path)
    descriptor = _load(path)
    tables, files = {}, {}
    for resource in descriptor["resources"]:
        if "schema" in resource:
            tables[resource["name"]] = _table(resource, path.parent)
        else:
            files[resource["name"]] = path.parent / resource["path"]
    return DataPackage(path, tables, files)


def renew_checksums(path: str | Path) -> list[str]:
    """Write the present sha256 and size of every file into the descriptor; return what changed."""
    path = Path(path)
    descriptor = _load(path)
    changed = []
    for resource in (*descriptor["resources"], *descriptor.get("sideFiles", ())):
        content = read_bytes(path.parent / resource["path"])
        if "rows" in resource:
            resource["rows"] = len(parse(decode(content, path), path)[1])
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        if resource.get("hash") != digest:
            changed.append(resource["name"])
        resource["hash"], resource["bytes"] = digest, len(content)
    path.write_text(json.dumps(descriptor, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return changed


def _load(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path} is missing; it must describe the raw tables.") from None
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path}, line {error.lineno}, column {error.colno}: {error.msg}; JSON was expected."
        ) from None


def _table(resource: dict[str, Any], folder: Path) -> Table:
    schema = resource["schema"]
    key = schema.get("primaryKey", [])
    return Table(
        name=resource["name"],
        title=resource["title"],
        note=resource.get("description", ""),
        path=folder / resource["path"],
        sha256=resource.get("hash", "").removeprefix("sha256:"),
        fields=tuple(_field(field) for field in schema["fields"]),
        key=tuple([key] if isinstance(key, str) else key),
        sources=tuple(source["title"] for source in resource.get("sources", [])),
        rights=resource.get("rights", ""),
        references=_references(schema),
    )


def _references(schema: dict[str, Any]) -> tuple[Reference, ...]:
    """Foreign keys of one column each; Frictionless knows none that hold after correction only."""
    found = []
    for stage, name in (("raw", "foreignKeys"), ("corrected", "correctedForeignKeys")):
        for key in schema.get(name, []):
            (column,), (field,) = key["fields"], key["reference"]["fields"]
            found.append(Reference(column, key["reference"]["resource"], field, stage))
    return tuple(found)


def _field(described: dict[str, Any]) -> Field:
    limits = described.get("constraints", {})
    raw_range = (limits.get("minimum"), limits.get("maximum"))
    narrow = described.get("corrected", {})
    return Field(
        name=described["name"],
        type=described["type"],
        title=described.get("title", described["name"]),
        unit=described.get("unit", ""),
        required=limits.get("required", False),
        pattern=limits.get("pattern"),
        raw_range=raw_range,
        corrected_range=(
            narrow.get("minimum", raw_range[0]),
            narrow.get("maximum", raw_range[1]),
        ),
        additive=described.get("additive", False),
    )


def main() -> None:
    """Renew the checksums of a descriptor: the command line."""
    print("Renewed:", ", ".join(renew_checksums(sys.argv[1])) or "nothing had changed")


if __name__ == "__main__":
    run_command(main)
