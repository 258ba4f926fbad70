"""Provenance as the page holds it, so that a pressed number opens its trail to raw cells."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from guantian.claims.printed import printed_effect
from guantian.data.variables import VARIABLES
from guantian.site.strings import chinese
from guantian.trace.records import Records

#: Columns of the provenance that the page holds.
COLUMNS = (
    *("unit", "year", "variable", "value_status", "table", "column", "source_unit"),
    *("source_year", "line", "raw_value", "used_value", "status", "action", "erratum", "break"),
    "vintage",
)
REPLACED, PRINTED = "replaced", "as_printed"
#: Numbers held as they are; years and lines as differences, which compress.
VALUES = ("raw_value", "used_value")
FIRST_YEAR = 2000  # of the trails of cities outside the zone


def provenance_data(
    provenance: pd.DataFrame,
    members: Collection[str],
    folder: str | Path,
    everywhere: Collection[str] = (),
) -> dict[str, Any]:
    """Return the provenance of cities and what is written of its cells.

    Parameters
    ----------
    provenance
        As `guantian.data.provenance.build_provenance` returns it.
    members
        Codes of the zone's cities, which have all their variables.
    folder
        The data folder, as of `guantian.trace.records.Records`.
    everywhere
        Variables that all other cities have, with all that these are made of, from `FIRST_YEAR` on.

    Returns
    -------
    dict
        ``columns``: each column of the table. Texts are places in its list of ``words``; these,
        ``year`` and ``line`` (0: none) are differences from the row above, ``source_year`` from
        ``year``. Empty texts are values that need not be held: used ones that replace no other,
        and raw ones of other cities that are used as printed. ``words``; ``variables``: name to
        formula or source, and window; ``everywhere``, with what it is made of; ``errata``,
        ``breaks``, ``files`` and ``sources``, looked up by the marks in the table.
    """
    wanted = made_of(provenance, everywhere)
    own = provenance["unit"].isin(list(members))
    others = provenance["variable"].isin(list(wanted)) & (provenance["year"] >= FIRST_YEAR)
    rows = provenance[own | others]
    order = ["variable", "unit", "year"]  # long runs, which compress
    rows = rows.sort_values(order, kind="stable", ignore_index=True)
    records = Records(folder)
    columns, words = {}, {}
    for name in COLUMNS:
        if name in VALUES:
            columns[name] = _plain(rows[name])
        elif name == "source_year":
            columns[name] = _plain(rows[name].astype("float64") - rows["year"])
        elif name in ("year", "line"):
            columns[name] = _differences(rows[name].fillna(0).astype("int64"))
        else:
            codes, kinds = pd.factorize(rows[name].astype("str"), sort=True)
            columns[name], words[name] = _differences(codes), list(kinds)
    columns["used_value"] = [
        used if used is None or action == REPLACED else ""
        for used, action in zip(columns["used_value"], rows["action"], strict=True)
    ]
    known = rows["action"].eq(PRINTED) & ~rows["unit"].isin(list(members))
    columns["raw_value"] = [
        "" if held and value is not None else value
        for value, held in zip(columns["raw_value"], known, strict=True)
    ]
    pairs = rows[["table", "column"]].astype("str").drop_duplicates()
    return {
        "columns": columns,
        "words": words,
        "variables": {one.name: [one.formula or one.source, one.window] for one in VARIABLES},
        "everywhere": sorted(wanted),
        "errata": {mark: _erratum(records, mark) for mark in words["erratum"] if mark},
        "breaks": {mark: _breaks(records, mark) for mark in words["break"] if mark},
        "files": {table: records.file(table) for table in words["table"] if table in _raw(folder)},
        "sources": _sources(records, pairs.itertuples(index=False)),
    }


def made_of(provenance: pd.DataFrame, variables: Collection[str]) -> set[str]:
    """Return variables and all variables of the panel that they are made of, at any remove."""
    inner = provenance.loc[provenance["table"] == "panel", ["variable", "column"]].astype("str")
    pairs = inner.drop_duplicates()
    found, last = set(variables), set()
    while found != last:
        last = set(found)
        found |= set(pairs.loc[pairs["variable"].isin(list(found)), "column"])
    return found


def _differences(values: Any) -> list[int]:
    return np.diff(np.asarray(values, dtype="int64"), prepend=0).tolist()


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
    """Return of every estimated test what its trail says: declaration, sample, row and chapter.

    Texts of the declaration are in English and Chinese.
    """
    names = (
        *("declared", "estimated_by", "cov_type", "chapter", "place"),
        *("n_obs", "n_units", "n_clusters", "note"),
    )
    texts = ("outcome", "sample", "estimator", "reason")
    return {
        f"{test['part']}.{test['estimand']}": {name: test[name] for name in names}
        | {name: [test[name], chinese("declared", test[name])] for name in texts}
        | {"unit": [test["unit"], chinese("units", test["unit"])]}
        | {"printed": " ".join(printed_effect(test))}
        for claim in claims
        for test in claim["tests"]
        if test["estimate"] is not None
    }
