"""Checks that scan every table for wrong cells and propose corrections.

A check is a pure function on tables; what it returns is a tidy frame of proposals, one row a
cell and check, with what the check knows of the cell as facts. A proposal is not a correction:
the written rules accept it into ``data/raw/errata.csv``, or list it as examined in
``data/raw/examined.csv``, with the reason and the evidence.
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
        check determines none), score (1 = at the check's threshold), unit and year of the key
        (0 where it has none), and facts: what the check knows of the cell, by name.
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
