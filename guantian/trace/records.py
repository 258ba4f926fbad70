"""What is written of corrections, breaks, sources and rights, looked up by cell."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from guantian.data.breaks import read_breaks
from guantian.data.errata import read_errata
from guantian.data.sources import read_rights, read_sources

ERRATA = "errata.csv"


@dataclass(frozen=True)
class Source:
    """Where a column of a raw table was copied from, and on what terms."""

    title: str
    address: str
    version: str
    file: str
    source_field: str
    transformation: str
    upstream: str
    citations: tuple[str, ...]
    accessed: str
    licence: str
    may_be_redistributed: bool
    rights: str


@dataclass(frozen=True)
class Erratum:
    """A correction of a cell, with its place in the list of corrections."""

    file: str
    line: int
    reason: str
    evidence: str
    found_by: str


@dataclass(frozen=True)
class Break:
    """A break of a column that starts in the cell's year."""

    id: str
    kind: str
    reason: str
    evidence: str


class Records:
    """The records of a data folder.

    Parameters
    ----------
    folder
        With ``raw``, ``sources.csv``, ``citations.bib`` and ``rights.csv``.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        raw = self.folder / "raw"
        self._errata = read_errata(raw / ERRATA)
        cells = self._errata[["table", "key", "column"]]
        self._lines = {tuple(cell): at + 2 for at, cell in enumerate(cells.to_numpy().tolist())}
        self._breaks = read_breaks(raw / "breaks.csv").set_index("id")
        sources = read_sources(self.folder / "sources.csv", self.folder / "citations.bib")
        self._sources = sources.set_index(["table", "column"])
        self._rights = read_rights(self.folder / "rights.csv").set_index("table")
        package = json.loads((raw / "datapackage.json").read_text("utf-8"))
        self._paths = {resource["name"]: resource["path"] for resource in package["resources"]}

    def file(self, table: str) -> str:
        """Return where a raw table is, from the top of the project."""
        return f"{self.folder.name}/raw/{self._paths[table]}"

    def erratum(self, mark: str) -> Erratum | None:
        """Look up a correction by the file and line that provenance names."""
        if not mark:
            return None
        file, line = mark.split(":")
        row = self._errata.loc[int(line) - 2]
        return Erratum(file, int(line), row["reason"], row["evidence"], row["found_by"])

    def correction(self, table: str, key: str, column: str) -> tuple[str, str]:
        """Return the mark of a cell's correction, and the value used; ``("", "")`` where none is.

        The mark is the file and line by which `erratum` finds the rest.
        """
        line = self._lines.get((table, key, column))
        if line is None:
            return "", ""
        return f"{ERRATA}:{line}", str(self._errata.at[line - 2, "used_value"])

    def corrections(self, table: str) -> dict[tuple[str, str], tuple[str, str]]:
        """Return a table's corrections, by key and column, as `correction` gives them."""
        cells = self._errata[self._errata["table"] == table]
        return {
            (row.key, row.column): (f"{ERRATA}:{row.Index + 2}", row.used_value)
            for row in cells.itertuples()
        }

    def breaks_of(self, table: str, column: str) -> pd.DataFrame:
        """Return the breaks of a column: id, unit and year."""
        rows = self._breaks.reset_index()
        own = rows["table"].eq(table) & rows["column"].isin(["*", column])
        return rows.loc[own, ["id", "unit", "year"]]

    def breaks(self, marks: str) -> tuple[Break, ...]:
        """Look up breaks by their ids."""
        rows = [(mark, self._breaks.loc[mark]) for mark in marks.split()]
        return tuple(Break(mark, r["kind"], r["reason"], r["evidence"]) for mark, r in rows)

    def source(self, table: str, column: str) -> Source | None:
        """Look up where a column was copied from."""
        if (table, column) not in self._sources.index:
            return None
        row, right = self._sources.loc[(table, column)], self._rights.loc[table]
        address = f"https://github.com/{row['repository']}" if "/" in row["repository"] else ""
        return Source(
            title=row["repository"],
            address=address,
            version=row["commit"] or row["file_version"],
            file=row["path"],
            source_field=row["source_field"],
            transformation=row["transformation"],
            upstream=row["upstream"],
            citations=tuple(row["citations"].split()),
            accessed=row["accessed"],
            licence=row["licence"],
            may_be_redistributed=right["cleared"] == "yes",
            rights=right["reason"],
        )
