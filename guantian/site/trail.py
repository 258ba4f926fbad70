"""Provenance as the page holds it, so that a pressed number opens its trail to raw cells."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from guantian.claims.printed import printed_effect
from guantian.data.variables import VARIABLES
from guantian.trace.records import Records

#: Columns of the provenance, in the order in which the page holds them.
COLUMNS = (
    *("unit", "year", "variable", "value_status", "table", "column", "source_unit"),
    *("source_year", "line", "raw_value", "used_value", "status", "action", "erratum", "break"),
    "vintage",
)
REPLACED = "replaced"
NUMBERS = ("year", "source_year", "line", "raw_value", "used_value")


def provenance_data(
    provenance: pd.DataFrame, members: Collection[str], folder: str | Path
) -> dict[str, Any]:
    """Return the provenance of the zone's cities and what is written of its cells.

    Parameters
    ----------
    provenance
        As `guantian.data.provenance.build_provenance` returns it.
    members
        Codes of the zone's cities.
    folder
        The data folder, as of `guantian.trace.records.Records`.

    Returns
    -------
    dict
        ``columns``: each column of the table, texts as places in its list of ``words`` (of values
        used only those that replace another are kept; the others are empty texts); ``words``;
        ``variables``: name to formula or source, and window; ``errata``, ``breaks``, ``files`` and
        ``sources``, looked up by the marks in the table.
    """
    rows = provenance[provenance["unit"].isin(list(members))]
    order = ["variable", "unit", "year"]  # long runs, which compress
    rows = rows.sort_values(order, kind="stable", ignore_index=True)
    records = Records(folder)
    columns, words = {}, {}
    for name in COLUMNS:
        if name in NUMBERS:
            columns[name] = _plain(rows[name])
        else:
            codes, kinds = pd.factorize(rows[name].astype("str"), sort=True)
            columns[name], words[name] = codes.tolist(), list(kinds)
    columns["used_value"] = [
        used if used is None or action == REPLACED else ""
        for used, action in zip(columns["used_value"], rows["action"], strict=True)
    ]
    pairs = rows[["table", "column"]].astype("str").drop_duplicates()
    return {
        "columns": columns,
        "words": words,
        "variables": {one.name: [one.formula or one.source, one.window] for one in VARIABLES},
        "errata": {mark: _erratum(records, mark) for mark in words["erratum"] if mark},
        "breaks": {mark: _breaks(records, mark) for mark in words["break"] if mark},
        "files": {table: records.file(table) for table in words["table"] if table in _raw(folder)},
        "sources": _sources(records, pairs.itertuples(index=False)),
    }


def _raw(folder: str | Path) -> set[str]:
    return {path.stem for path in (Path(folder) / "raw").glob("*.csv")}


def _plain(values: pd.Series) -> list[float | int | None]:
    found = pd.to_numeric(values).astype("float64")
    return [
        None if pd.isna(value) else int(value) if value.is_integer() else float(f"{value:.10g}")
        for value in found
    ]


def _erratum(records: Records, mark: str) -> list[str]:
    one = records.erratum(mark)
    return [f"{one.file}, {one.line}", one.reason, f"{one.evidence} ({one.found_by})"]


def _breaks(records: Records, marks: str) -> list[list[str]]:
    return [[one.id, one.kind, one.reason, one.evidence] for one in records.breaks(marks)]


def _sources(records: Records, pairs: Sequence) -> dict[str, Mapping[str, Any]]:
    found = {}
    for table, column in pairs:
        source = records.source(table, column)
        if source is not None:
            found[f"{table}.{column}"] = {
                "title": source.address or source.title,
                "file": source.file,
                "field": source.source_field,
                "from": source.upstream,
                "accessed": source.accessed,
            }
    return found


def test_data(claims: Sequence[Mapping]) -> dict[str, Mapping[str, Any]]:
    """Return of every estimated test what its trail says: declaration, sample, row and chapter."""
    names = (
        *("outcome", "sample", "estimator", "unit", "reason", "declared", "estimated_by"),
        *("cov_type", "chapter", "place", "n_obs", "n_units", "n_clusters", "note"),
    )
    return {
        f"{test['part']}.{test['estimand']}": {name: test[name] for name in names}
        | {"printed": " ".join(printed_effect(test))}
        for claim in claims
        for test in claim["tests"]
        if test["estimate"] is not None
    }
