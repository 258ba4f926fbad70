"""Checks that scan every table for wrong cells and propose corrections.

A check is a pure function on tables; what it returns is a tidy frame of proposals, one
row a cell. :func:`propose` runs them all and merges what they say about one cell. A
proposal is not a correction: it is accepted in ``data/raw/errata.csv`` with its evidence,
or listed as examined and kept in ``data/raw/examined.csv`` with the reason.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from guantian.data.errors import DataError

from . import (
    counties,
    forms,
    identities_accounts,
    identities_labour,
    land,
    leaders,
    magnitudes,
    neighbours_in_space,
    neighbours_in_time,
    pairs,
    permutations,
    repeats,
    shifted_rows,
    vintages,
)
from .common import BESIDE, KEYS, PROPOSAL, SUREST, Panel, Tables, empty, gather

__all__ = [
    "KEYS",
    "PROPOSAL",
    "SUREST",
    "panels_of",
    "precision",
    "proposals",
    "propose",
]


def panels_of(tables: Tables) -> dict[str, Panel]:
    """Return the tables keyed by one unit and the year, as matrices.

    Raises
    ------
    DataError
        For a table whose key is not known: it would not be checked, and nobody would see it.
    """
    unknown = sorted(set(tables) - set(KEYS) - set(BESIDE))
    if unknown:
        raise DataError(
            f"The checks do not know the key of the table {unknown[0]!r}; expected it in KEYS of "
            "audit/common.py."
        )
    return {
        name: Panel(name, frame)
        for name, frame in tables.items()
        if name in KEYS
        and len(KEYS[name]) == 2
        and KEYS[name][1] == "year"
        and len(frame)
        and name not in {"county_gdp", "census_industry_county", "census_industry_prefecture"}
    }


def proposals(tables: Tables, focus: Collection[str] = ()) -> pd.DataFrame:
    """Run every check; return one row a cell and check.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Raw tables by name: codes as text, years as integers, figures as floats.
    focus : collection of str, optional
        Codes of units to look at more closely (the zone under study).

    Returns
    -------
    DataFrame
        Columns check, table, key, column, source_value, proposed_value (NaN where the
        check determines none), score (1 = at the check's threshold), evidence.
    """
    panels = panels_of(tables)
    placed = permutations.check(panels)
    found = gather(
        [
            placed,
            shifted_rows.check(panels),
            after_repair(panels, placed),
            identities_accounts.check(panels),
            identities_labour.check(panels),
            neighbours_in_time.check(panels, focus),
            neighbours_in_space.check(tables),
            magnitudes.check(panels),
            repeats.check(panels),
            forms.check(tables, panels),
            vintages.check(panels),
            land.check(panels),
            leaders.check(panels),
            pairs.check(tables),
            counties.check(tables),
        ]
    )
    if found.empty:
        return empty()
    found = found.sort_values(["table", "key", "column", "check", "score"], kind="stable")
    found = found.drop_duplicates(["table", "key", "column", "check"], keep="last")
    return found[PROPOSAL].reset_index(drop=True)


def after_repair(panels: dict[str, Panel], placed: pd.DataFrame) -> pd.DataFrame:
    """Return the shares of employment that fail once permuted columns are in order."""
    permuted = placed[placed["check"] == "permuted_columns"]
    if permuted.empty or "city_population_labour" not in panels:
        return empty()
    repaired = permutations.repaired(panels["city_sector_employment"], permuted)
    return identities_labour.sector_shares(repaired, panels["city_population_labour"])


def propose(tables: Tables, focus: Collection[str] = ()) -> pd.DataFrame:
    """Run every check; return one row a cell, with all that speaks about it.

    Returns
    -------
    DataFrame
        Columns as in :func:`proposals`; ``check`` joins the names of the checks (the
        strongest first) with "+", ``evidence`` their sentences with "; ", ``score`` is
        the highest, ``proposed_value`` that of the surest check which determines one
        (:data:`SUREST`, then the strongest).
    """
    found = proposals(tables, focus)
    if found.empty:
        return found
    cell = ["table", "key", "column"]
    found = found.sort_values([*cell, "score"], ascending=[True, True, True, False], kind="stable")
    number = found.groupby(cell, sort=False).ngroup().to_numpy()
    first = np.r_[True, number[1:] != number[:-1]]
    merged = found[first].copy()
    checks: list[list[str]] = [[] for _ in range(len(merged))]
    texts: list[list[str]] = [[] for _ in range(len(merged))]
    values = [np.nan] * len(merged)
    ranks = [len(SUREST) + 1] * len(merged)
    for k, name, text, value in zip(
        number, found["check"], found["evidence"], found["proposed_value"], strict=True
    ):
        checks[k].append(name)
        texts[k].append(text)
        rank = SUREST.index(name) if name in SUREST else len(SUREST)
        if not np.isnan(value) and rank < ranks[k]:
            values[k], ranks[k] = value, rank
    merged["check"] = ["+".join(c) for c in checks]
    merged["evidence"] = ["; ".join(t) for t in texts]
    merged["proposed_value"] = values
    return merged[PROPOSAL].sort_values(cell, kind="stable").reset_index(drop=True)


def precision(found: pd.DataFrame, errata: pd.DataFrame, examined: pd.DataFrame) -> pd.DataFrame:
    """Count proposals, and how many were accepted and kept, by check and table.

    Parameters
    ----------
    found : DataFrame
        What :func:`proposals` returned (one row a cell and check).
    errata, examined : DataFrame
        The two lists, with columns table, key, column.

    Returns
    -------
    DataFrame
        Columns check, table, proposed, accepted, kept, precision; a last row a check with
        table "all", and one for all checks, in which a cell counts once.
    """
    cell = ["table", "key", "column"]
    accepted = set(map(tuple, errata[cell].to_numpy()))
    kept = set(map(tuple, examined[cell].to_numpy()))
    cells = list(map(tuple, found[cell].to_numpy()))
    marked = found.assign(accepted=[c in accepted for c in cells], kept=[c in kept for c in cells])

    def counted(frame: pd.DataFrame, check: str, table: str) -> dict[str, object]:
        accepted, kept = int(frame["accepted"].sum()), int(frame["kept"].sum())
        return {
            "check": check,
            "table": table,
            "proposed": len(frame),
            "accepted": accepted,
            "kept": kept,
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
