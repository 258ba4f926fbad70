"""Checks that scan every table for wrong cells and propose corrections.

A check is a pure function on tables; what it returns is a tidy frame of proposals, one row a
cell and check, with what the check knows of the cell as facts. A proposal is not a correction:
the written rules accept it into ``data/raw/errata.csv``, or list it as examined in
``data/raw/examined.csv``, with the reason and the evidence.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from guantian.errors import DataError

from .common import (
    BESIDE,
    KEYS,
    PROPOSAL,
    SUREST,
    UNSCANNED,
    Panel,
    Tables,
    empty,
    gather,
    key_text,
)
from .judgement import decisions
from .registry import ALONE, COMPARED, PLACED, Cache, run
from .verdicts import Verdict
from .witnesses import confirmed

__all__ = [
    "KEYS",
    "PROPOSAL",
    "SUREST",
    "UNSCANNED",
    "Cache",
    "panels_of",
    "precision",
    "proposals",
]


def panels_of(tables: Tables, cache: Cache | None = None) -> dict[str, Panel]:
    """Return the tables keyed by one unit and the year, as matrices (kept in the cache, if given).

    Raises
    ------
    DataError
        For a table whose key is not known: it would not be checked, and nobody would see it.
    """
    unknown = sorted(set(tables) - set(KEYS) - set(BESIDE))
    if unknown:
        raise DataError(
            f"The checks do not know the key of the table {unknown[0]!r}; expected it in KEYS of "
            "audit/common.py, or in UNSCANNED there where it is not to be scanned."
        )
    made: dict[int, tuple[Panel, object]] = {} if cache is None else cache.panels
    for name in {name for (name,) in ALONE} & set(tables):
        if len(tables[name]) and id(tables[name]) not in made:
            made[id(tables[name])] = (Panel(name, tables[name]), tables[name])
    return {
        name: made[id(frame)][0]
        for name, frame in tables.items()
        if (name,) in ALONE and len(frame)
    }


def proposals(
    tables: Tables, focus: Collection[str] = (), cache: Cache | None = None
) -> pd.DataFrame:
    """Run every check; return one row a cell and check.

    What is in another place, count or unit is looked for first. What the rules accept of it is put
    right before identities and own years are compared, so that nothing is blamed for a neighbour
    whose fault is known.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Raw tables by name: codes as text, years as integers, figures as floats.
    focus : collection of str, optional
        Codes of units to look at more closely (the zone under study).
    cache : Cache, optional
        What was found before: a check whose tables are the same objects is not run again.

    Returns
    -------
    DataFrame
        Columns check, table, key, column, source_value, proposed_value (NaN where the
        check determines none), score (1 = at the check's threshold), unit and year of the key
        (0 where it has none), facts: what the check knows of the cell, by name, and confirmed:
        the identity that holds with the cell as printed ("" where none does).
    """
    panels = panels_of(tables, cache)
    first = once(gather(list(run(PLACED, tables, panels, focus, cache))))
    first = first.assign(confirmed=confirmed(first, panels))
    settled = {cell: verdict for cell, verdict in decisions(first) if verdict.status == "corrected"}
    mended = repaired(tables, settled)
    panels = panels_of(mended, cache)
    later = once(gather(list(run(COMPARED, mended, panels, focus, cache))))
    known = set(settled)
    cells = zip(later["table"], later["key"], later["column"], strict=True)
    later = later[[cell not in known for cell in cells]]
    # A cell that was seen first and not settled is judged by all that speaks of it.
    cells = zip(first["table"], first["key"], first["column"], strict=True)
    done = np.array([cell in known for cell in cells], dtype=bool)
    later = gather([first[~done], later])
    return once(gather([first[done], later.assign(confirmed=confirmed(later, panels))]))


def once(found: pd.DataFrame) -> pd.DataFrame:
    """Return the proposals in order, the strongest of each check on a cell."""
    if found.empty:
        return empty()
    found = found.sort_values(["table", "key", "column", "check", "score"], kind="stable")
    found = found.drop_duplicates(["table", "key", "column", "check"], keep="last")
    return found.reset_index(drop=True)


def repaired(
    tables: Tables, settled: Mapping[tuple[str, str, str], Verdict]
) -> dict[str, pd.DataFrame]:
    """Return the tables with the settled cells at the values used."""
    out = dict(tables)
    by_column: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for (table, key, column), verdict in settled.items():
        by_column.setdefault((table, column), []).append((key, verdict.used))
    for table in {name for name, _ in by_column}:
        frame = tables[table].copy()
        labels = pd.Series(frame.index, index=key_text(table, frame))
        for name, column in by_column:
            if name == table:
                keys, values = zip(*by_column[name, column], strict=True)
                frame[column] = frame[column].astype(float)
                frame.loc[labels[list(keys)].to_numpy(), column] = values
        out[table] = frame
    return out


def precision(found: pd.DataFrame, errata: pd.DataFrame, examined: pd.DataFrame) -> pd.DataFrame:
    """Count proposals, and how many were accepted, flagged and kept, by check and table.

    Parameters
    ----------
    found : DataFrame
        What :func:`proposals` returned (one row a cell and check).
    errata, examined : DataFrame
        The two lists, with columns table, key, column (and status, in ``examined``).

    Returns
    -------
    DataFrame
        Columns check, table, proposed, accepted, kept, flagged (of those kept), precision; a
        last row a check with table "all", and one for all checks, in which a cell counts once.
    """
    cell = ["table", "key", "column"]
    accepted = set(map(tuple, errata[cell].to_numpy()))
    kept = set(map(tuple, examined[cell].to_numpy()))
    flagged = set(map(tuple, examined.loc[examined["status"] == "flagged", cell].to_numpy()))
    cells = list(map(tuple, found[cell].to_numpy()))
    marked = found.assign(
        accepted=[c in accepted for c in cells],
        kept=[c in kept for c in cells],
        flagged=[c in flagged for c in cells],
    )

    def counted(frame: pd.DataFrame, check: str, table: str) -> dict[str, object]:
        accepted, kept = int(frame["accepted"].sum()), int(frame["kept"].sum())
        return {
            "check": check,
            "table": table,
            "proposed": len(frame),
            "accepted": accepted,
            "kept": kept,
            "flagged": int(frame["flagged"].sum()),
            "precision": accepted / len(frame) if len(frame) else np.nan,
        }

    rows = []
    for check, group in marked.groupby("check"):
        rows += [counted(part, check, table) for table, part in group.groupby("table")]
        rows.append(counted(group, check, "all"))
    once = marked.drop_duplicates(cell)
    rows += [counted(part, "all", table) for table, part in once.groupby("table")]
    rows.append(counted(once, "all", "all"))
    return pd.DataFrame(rows)
