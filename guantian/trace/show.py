"""Show a trace: as a tree of text, or in the terms of W3C PROV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from guantian.trace.follow import STATUS_WORDS, Cell, Value
from guantian.trace.records import Source

PREFIXES = {
    "panel": "urn:guantian:panel:",
    "raw": "urn:guantian:raw:",
    "erratum": "urn:guantian:erratum:",
    "break": "urn:guantian:break:",
    "source": "urn:guantian:source:",
    "made": "urn:guantian:made:",
    "guantian": "urn:guantian:",
    "prov": "http://www.w3.org/ns/prov#",
}


def tree(value: Value) -> str:
    """Draw a value and all that it is made from, a line for each thing known."""
    lines = list(_value_lines(value))
    sources = {cell.table: cell for cell in value.cells() if cell.source}
    for table in sorted(sources):
        cell = sources[table]
        lines += ["", *_source_lines(table, cell.source)]
    return "\n".join(lines) + "\n"


def prov(value: Value) -> dict[str, Any]:
    """Describe a value in PROV-JSON.

    Returns
    -------
    dict
        ``entity`` (values, raw cells, errata, breaks, files of the sources), ``activity`` (a
        formula, chain or correction), ``wasGeneratedBy``, ``used``, ``wasDerivedFrom`` and, of
        cells that were emptied, ``wasInvalidatedBy``.
    """
    document: dict[str, Any] = {
        "prefix": dict(PREFIXES),
        **{
            name: {}
            for name in (
                "entity",
                "activity",
                "wasGeneratedBy",
                "used",
                "wasDerivedFrom",
                "wasInvalidatedBy",
            )
        },
    }
    _add_value(document, value)
    for entity in document["entity"].values():
        for name in [name for name, said in entity.items() if said in (None, "", [])]:
            del entity[name]
    return {name: part for name, part in document.items() if part}


def _value_lines(value: Value) -> Iterator[str]:
    yield (
        f"{value.name} ({value.city}), {value.year}: {value.variable} = "
        f"{_said(value.value)} {value.unit if value.value is not None else ''}".rstrip()
    )
    yield f"  {value.title}; status {value.status} ({STATUS_WORDS[value.status]})"
    yield f"  from: {value.how}"
    yield from _branches(value)


def _branches(value: Value) -> Iterator[str]:
    for place, node in enumerate(value.inputs):
        last = place == len(value.inputs) - 1
        lines = _cell_lines(node) if isinstance(node, Cell) else _short_lines(node)
        for number, line in enumerate(lines):
            if number == 0:
                yield ("└── " if last else "├── ") + line
            else:
                yield ("    " if last else "│   ") + line


def _short_lines(value: Value) -> Iterator[str]:
    yield (
        f"{value.variable} {value.year} = {_said(value.value)}"
        f" [{value.status}]{'' if len(value.inputs) < 2 else ': ' + value.how}"
    )
    yield from _branches(value)


def _cell_lines(cell: Cell) -> Iterator[str]:
    if cell.line is None:
        yield f"{cell.table}.{cell.column}: no row of {cell.unit} in {cell.year} [{cell.status}]"
        return
    said = {
        "as_printed": "as printed",
        "summed": "a part of the sum",
        "missing": "printed empty",
        "emptied": "emptied",
        "replaced": f"replaced by {_said(cell.used_value)}",
    }.get(cell.action, cell.action)
    vintage = f", {cell.vintage}" if cell.vintage else ""
    yield (
        f"{cell.file}, line {cell.line}, {cell.column} ({cell.unit}, {cell.year}): "
        f"{_said(cell.raw_value)} [{cell.status}] {said}{vintage}"
    )
    if cell.erratum:
        erratum = cell.erratum
        yield f"  erratum {erratum.file}, line {erratum.line}: {erratum.reason}"
        yield f"    evidence: {erratum.evidence} (found by {erratum.found_by})"
    for each in cell.breaks:
        yield f"  break {each.id} ({each.kind}): {each.reason}"
        yield f"    evidence: {each.evidence}"
    if cell.source and cell.source.source_field:
        yield f"  field at source: {cell.source.source_field}"


def _source_lines(table: str, source: Source) -> Iterator[str]:
    yield f"{table}: {source.address or source.title}"
    yield f"  version {source.version}, file {source.file}, accessed {source.accessed}"
    yield f"  from {source.upstream}"
    terms = "may be redistributed" if source.may_be_redistributed else "not cleared"
    yield f"  licence there: {source.licence}; {terms}: {source.rights}"
    if source.citations:
        yield f"  cite: {', '.join(source.citations)}"


def _said(value: float | str | None) -> str:
    if value is None:
        return "missing"
    return value if isinstance(value, str) else f"{value:.10g}"


def _add_value(document: dict[str, Any], value: Value) -> str:
    name = f"panel:{value.city}/{value.year}/{value.variable}"
    if name in document["entity"]:
        return name
    document["entity"][name] = {
        "prov:type": "guantian:value",
        "prov:label": f"{value.title}, {value.name}, {value.year}",
        "prov:value": value.value,
        "guantian:unit": value.unit,
        "guantian:obsStatus": value.status,
    }
    made = f"made:{value.city}/{value.year}/{value.variable}"
    document["activity"][made] = {"prov:type": "guantian:formula", "prov:label": value.how}
    _relate(document, "wasGeneratedBy", {"prov:entity": name, "prov:activity": made})
    for node in value.inputs:
        used = _add_cell(document, node) if isinstance(node, Cell) else _add_value(document, node)
        _relate(document, "used", {"prov:activity": made, "prov:entity": used})
        _relate(document, "wasDerivedFrom", {"prov:generatedEntity": name, "prov:usedEntity": used})
    return name


def _add_cell(document: dict[str, Any], cell: Cell) -> str:
    place = f"L{cell.line}" if cell.line else f"{cell.unit}-{cell.year}-absent"
    name = f"raw:{cell.table}/{place}/{cell.column}"
    if name in document["entity"]:
        return name
    document["entity"][name] = {
        "prov:type": "guantian:cell",
        "prov:location": f"{cell.file}#{place}",
        "prov:value": cell.raw_value,
        "guantian:usedValue": cell.used_value,
        "guantian:obsStatus": cell.status,
        "guantian:action": cell.action,
        "guantian:vintage": cell.vintage,
        "guantian:breaks": [f"break:{each.id}" for each in cell.breaks],
    }
    for each in cell.breaks:
        document["entity"][f"break:{each.id}"] = {
            "prov:type": f"guantian:{each.kind}",
            "prov:label": each.reason,
            "guantian:evidence": each.evidence,
        }
    if cell.erratum:
        erratum = f"erratum:{cell.erratum.file}/L{cell.erratum.line}"
        document["activity"][erratum] = {
            "prov:type": "guantian:correction",
            "prov:label": cell.erratum.reason,
            "guantian:evidence": cell.erratum.evidence,
        }
        _relate(document, "wasInvalidatedBy", {"prov:entity": name, "prov:activity": erratum})
    if cell.source:
        source = f"source:{cell.table}"
        document["entity"][source] = {
            "prov:type": "guantian:source",
            "prov:location": cell.source.address,
            "guantian:version": cell.source.version,
            "guantian:file": cell.source.file,
            "guantian:accessed": cell.source.accessed,
            "guantian:licence": cell.source.licence,
            "guantian:mayBeRedistributed": cell.source.may_be_redistributed,
            "guantian:citations": list(cell.source.citations),
        }
        _relate(
            document, "wasDerivedFrom", {"prov:generatedEntity": name, "prov:usedEntity": source}
        )
    return name


def _relate(document: dict[str, Any], kind: str, relation: dict[str, str]) -> None:
    relations = document[kind]
    if relation not in relations.values():
        relations[f"_:{kind}{len(relations) + 1}"] = relation
