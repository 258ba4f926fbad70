"""From a row of results to its sample, variables, formulas, raw cells and their sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from guantian.config import load_study
from guantian.data.package import read_package
from guantian.errors import DataError
from guantian.registry import Stage, chapters
from guantian.trace.leaves import panel_cells, table_cells
from guantian.trace.outcomes import PANEL_TABLE, VARIABLE, read_specs, reads
from guantian.trace.records import Records
from guantian.trace.sample import sample_of, years_of

#: Cells that a tree shows of each column, unless all are asked for.
SHOWN = 6


@dataclass(frozen=True)
class Input:
    """A variable of the panel or a column of a raw table, with the raw cells behind it.

    Attributes
    ----------
    name
        ``panel.variable`` or ``table.column``.
    title, how
        What it is, and what it is made from.
    cells
        As `guantian.trace.leaves.panel_cells` returns them.
    """

    name: str
    title: str
    how: str
    cells: pd.DataFrame


@dataclass(frozen=True)
class Ground:
    """What a row of results rests on.

    Attributes
    ----------
    sample
        In words.
    units, first, last
        Codes and years of the values.
    said_by
        The row's column that names the variable; empty where the rule's inputs alone do.
    inputs
        The variables, with their raw cells.
    records
        By which files, corrections, breaks, sources and rights are looked up.
    """

    sample: str
    units: tuple[str, ...]
    first: int
    last: int
    said_by: str
    inputs: tuple[Input, ...]
    records: Records

    def cells(self) -> pd.DataFrame:
        """Return every raw cell once."""
        parts = [each.cells for each in self.inputs]
        return pd.concat(parts).drop_duplicates(["table", "column", "unit", "year", "line"])


class Grounds:
    """Follows rows of results to raw cells; what is read of the data is read once.

    Parameters
    ----------
    root
        Top of the project, with ``config``.
    data
        The data folder, with ``raw`` and ``processed``.
    made
        The folder of the panel, where it is not ``processed``.
    """

    def __init__(self, root: str | Path, data: str | Path, made: str | Path | None = None) -> None:
        self.root, self.data = Path(root), Path(data)
        made = self.data / "processed" if made is None else Path(made)
        for name in ("panel.parquet", "panel_provenance.parquet"):
            if not (made / name).exists():
                raise DataError(
                    f"{made / name} is missing: make it first, by `make` in this project."
                )
        self.panel = pd.read_parquet(made / "panel.parquet")
        self.provenance = pd.read_parquet(made / "panel_provenance.parquet")
        self.records = Records(self.data)
        self.package = read_package(self.data / "raw" / "datapackage.json")
        self.given = load_study(self.root)
        self.config: Mapping[str, Any] = self.given.config

    def of(self, chapter: str, row: Mapping[str, Any]) -> Ground:
        """Follow a row of a chapter's results, its columns that are not empty."""
        stage = estimating(chapter)
        options = self.config.get(chapter, {})
        specs = read_specs(self.root, options.get("specs") or options.get("gravity_specs"))
        named, said_by = reads(chapter, row, stage, specs)
        sample, units = sample_of(row, self.panel, self.root / "config" / "zones")
        first, last = years_of(row, self.panel, specs)
        years = range(first, last + 1)
        inputs = []
        for table, column in named:
            if table == PANEL_TABLE:
                variable = VARIABLE[column]
                cells = panel_cells(self.provenance, column, units, years)
                how = variable.formula or variable.source
                inputs.append(Input(f"panel.{column}", variable.title, how, cells))
            else:
                described = self.package.tables[table]
                cells = table_cells(self.package, self.records, table, column, units, years)
                inputs.append(Input(f"{table}.{column}", described.title, "raw table", cells))
        return Ground(sample, units, first, last, said_by, tuple(inputs), self.records)


def estimating(chapter: str) -> Stage:
    """Return the stage that makes a chapter's results."""
    for each in chapters():
        if each.name == chapter:
            stages = [stage for stage in each.stages if stage.verb == "estimate"]
            return (stages or list(each.stages))[0]  # a chapter may only show what others made
    raise DataError(f"There is no chapter {chapter!r}.")


def ground_lines(ground: Ground, every: bool = False) -> Iterator[str]:
    """Draw what a row rests on, a line for each thing known.

    Parameters
    ----------
    ground
        As `Grounds.of` returns it.
    every
        Show every cell, not the first few of each column.
    """
    units = ", ".join(ground.units[:8]) + (", …" if len(ground.units) > 8 else "")
    yield f"sample: {ground.sample} ({len(ground.units)}: {units}), {ground.first}–{ground.last}"
    if not ground.said_by:
        yield "the row names no variable: what its rule reads"
    for each in ground.inputs:
        yield f"{each.name}: {each.title}"
        yield f"  from: {each.how}"
        for (table, column), cells in each.cells.groupby(["table", "column"], observed=True):
            yield from _column_lines(ground.records, str(table), str(column), cells, every)


def _column_lines(
    records: Records, table: str, column: str, cells: pd.DataFrame, every: bool
) -> Iterator[str]:
    known = cells.dropna(subset="line").sort_values("line")
    marks = [mark for mark in dict.fromkeys(cells["erratum"].astype("str")) if mark]
    breaks = sorted({b for text in cells["breaks"].astype("str") for b in text.split()})
    yield (
        f"  {records.file(table)}, column {column}: {len(known)} cells, "
        f"{len(marks)} corrected, {len(breaks)} breaks, {len(cells) - len(known)} without a row"
    )
    for cell in known.itertuples() if every else known.head(SHOWN).itertuples():
        used = "" if cell.action != "replaced" else f", used {cell.used_value:.10g}"
        raw = "empty" if pd.isna(cell.raw_value) else f"{cell.raw_value:.10g}"
        yield (
            f"    line {cell.line} ({cell.unit}, {cell.year}): {raw} [{cell.status}] "
            f"{cell.action}{used}"
        )
    if not every and len(known) > SHOWN:
        yield f"    … {len(known) - SHOWN} more (--cells)"
    for mark in marks if every else marks[:SHOWN]:
        erratum = records.erratum(mark)
        yield f"    erratum {erratum.file}, line {erratum.line}: {erratum.reason}"
        yield f"      evidence: {erratum.evidence} (found by {erratum.found_by})"
    for each in records.breaks(" ".join(breaks)):
        yield f"    break {each.id} ({each.kind}): {each.reason}"
    source = records.source(table, column) if column != "*" else None
    if source:
        terms = "may be redistributed" if source.may_be_redistributed else "not cleared"
        yield f"    source: {source.address or source.title}, {source.file}, {source.version}"
        yield f"    rights: {source.licence}; {terms}: {source.rights}"


def ground_prov(ground: Ground, row: str) -> dict[str, dict[str, Any]]:
    """Describe what a row rests on in PROV-JSON, to be joined to the row's own document.

    Parameters
    ----------
    ground
        As `Grounds.of` returns it.
    row
        Name of the row's entity.

    Returns
    -------
    dict
        ``entity`` (the sample, a collection; the variables; every raw cell; breaks; sources),
        ``activity`` (formulas and corrections), ``hadMember``, ``wasGeneratedBy``,
        ``wasDerivedFrom`` and ``wasInvalidatedBy``.
    """
    records = ground.records
    out: dict[str, dict[str, Any]] = {
        name: {}
        for name in (
            "entity",
            "activity",
            "hadMember",
            "wasGeneratedBy",
            "wasDerivedFrom",
            "wasInvalidatedBy",
        )
    }

    def relate(kind: str, **relation: str) -> None:
        named = {f"prov:{name}": value for name, value in relation.items()}
        out[kind][f"_:{kind}.{len(out[kind]) + 1}"] = named

    sample = f"{row}:sample"
    out["entity"][sample] = {
        "prov:type": "prov:Collection",
        "prov:label": ground.sample,
        "guantian:units": list(ground.units),
        "guantian:firstYear": ground.first,
        "guantian:lastYear": ground.last,
    }
    relate("wasDerivedFrom", generatedEntity=row, usedEntity=sample)
    for each in ground.inputs:
        name, made = f"guantian:variable:{each.name}", f"made:{each.name}"
        out["entity"][name] = {"prov:type": "guantian:variable", "prov:label": each.title}
        out["activity"][made] = {"prov:type": "guantian:formula", "prov:label": each.how}
        relate("hadMember", collection=sample, entity=name)
        relate("wasGeneratedBy", entity=name, activity=made)
        for cell in each.cells.itertuples():
            relate("wasDerivedFrom", generatedEntity=name, usedEntity=_cell(out, records, cell))
    for raw, cell in list(out["entity"].items()):
        if cell.get("prov:type") != "guantian:cell":
            continue
        table, column = cell["guantian:table"], cell["guantian:column"]
        source = records.source(table, column)
        if source:
            label = f"source:{table}/{column}"
            out["entity"][label] = {
                "prov:type": "guantian:source",
                "prov:location": source.address or source.title,
                "guantian:version": source.version,
                "guantian:file": source.file,
                "guantian:licence": source.licence,
                "guantian:mayBeRedistributed": source.may_be_redistributed,
            }
            relate("wasDerivedFrom", generatedEntity=raw, usedEntity=label)
        if cell["guantian:erratum"]:
            erratum = records.erratum(cell["guantian:erratum"])
            label = f"erratum:{erratum.file}/L{erratum.line}"
            out["activity"][label] = {
                "prov:type": "guantian:correction",
                "prov:label": erratum.reason,
                "guantian:evidence": erratum.evidence,
            }
            relate("wasInvalidatedBy", entity=raw, activity=label)
    return {name: part for name, part in out.items() if part}


def _cell(out: dict[str, dict[str, Any]], records: Records, cell: Any) -> str:
    place = f"{cell.unit}-{cell.year}-absent" if pd.isna(cell.line) else f"L{cell.line}"
    name = f"raw:{cell.table}/{place}/{cell.column}"
    out["entity"][name] = {
        "prov:type": "guantian:cell",
        "prov:location": f"{records.file(cell.table)}#{place}",
        "prov:value": None if pd.isna(cell.raw_value) else float(cell.raw_value),
        "guantian:usedValue": None if pd.isna(cell.used_value) else float(cell.used_value),
        "guantian:obsStatus": str(cell.status),
        "guantian:action": str(cell.action),
        "guantian:table": str(cell.table),
        "guantian:column": str(cell.column),
        "guantian:erratum": str(cell.erratum),
        "guantian:breaks": [f"break:{mark}" for mark in str(cell.breaks).split()],
    }
    return name
