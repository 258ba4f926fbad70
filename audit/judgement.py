"""Which proposals become errata and which are kept.

Every proposal is decided by the first of the written rules that speaks; decisions by
hand come before all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from guantian.data.errata import COLUMNS as ERRATA

from .common import SUREST, Tables
from .rules import decide
from .sentences import sentence
from .verdicts import Proposal, Verdict

EXAMINED = [
    "table",
    "key",
    "column",
    "source_value",
    "status",
    "rule",
    "reason",
    "evidence",
    "found_by",
]
DECISIONS = ["table", "key", "column", "decision", "used_value", "reason"]
CELL = ["table", "key", "column"]

Cell = tuple[str, str, str]


def cells(found: pd.DataFrame) -> Iterator[tuple[Cell, list[dict[str, Any]]]]:
    """Yield each proposed cell with its rows, the strongest check first."""
    ordered = found.sort_values(
        [*CELL, "score", "check"], ascending=[True, True, True, False, True], kind="stable"
    )
    rows: list[dict[str, Any]] = []
    last: Cell | None = None
    for row in ordered.to_dict("records"):
        cell = (row["table"], row["key"], row["column"])
        if cell != last and last is not None:
            yield last, rows
            rows = []
        last = cell
        rows.append(row)
    if last is not None:
        yield last, rows


def proposal_of(rows: list[dict[str, Any]]) -> Proposal:
    """Return all that the checks say of one cell."""
    values = {r["check"]: r["proposed_value"] for r in rows if np.isfinite(r["proposed_value"])}
    first = rows[0]
    return Proposal(
        table=first["table"],
        unit=first["unit"],
        year=int(first["year"]),
        column=first["column"],
        source=float(first["source_value"]),
        proposed=next((values[c] for c in (*SUREST, *values) if c in values), np.nan),
        score={r["check"]: r["score"] for r in rows},
        facts={r["check"]: r["facts"] for r in rows},
        confirmed=first["confirmed"],
        values=values,
    )


def decisions(found: pd.DataFrame) -> Iterator[tuple[Cell, Verdict]]:
    """Yield the rules' verdict on each proposed cell."""
    for cell, rows in cells(found):
        yield cell, decide(proposal_of(rows))


def judge(found: pd.DataFrame, by_hand: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Decide every proposal.

    Parameters
    ----------
    found : DataFrame
        One row a cell and check, as ``audit.proposals`` returns.
    by_hand : DataFrame
        Decisions by hand, with columns :data:`DECISIONS`; ``decision`` is "accept" or
        "keep". A decision on a cell that no check proposes raises, for a fault must be
        found by a check.

    Returns
    -------
    (errata, examined) : DataFrames
        With columns :data:`ERRATA` and :data:`EXAMINED`; each proposed cell is in one.
    """
    hands = {tuple(row[c] for c in CELL): row for row in by_hand.to_dict("records")}
    lists: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    seen = set()
    for cell, rows in cells(found):
        seen.add(cell)
        proposal = proposal_of(rows)
        if cell in hands:
            hand = hands[cell]
            status = "corrected" if hand["decision"] == "accept" else "kept"
            verdict = Verdict(status, "by_hand", float(hand["used_value"]), hand["reason"])
        else:
            verdict = decide(proposal)
        lists[verdict.status == "corrected"].append(
            {
                "table": cell[0],
                "key": cell[1],
                "column": cell[2],
                "source_value": number(proposal.source),
                "used_value": number(verdict.used),
                "status": verdict.status,
                "rule": verdict.rule,
                "reason": verdict.reason,
                "evidence": "; ".join(said(row) for row in rows),
                "found_by": "+".join(row["check"] for row in rows),
            }
        )
    alone = sorted(set(hands) - seen)
    if alone:
        raise ValueError(
            f"judged_by_hand.csv: {alone[0][0]}, {alone[0][1]}, column {alone[0][2]} is proposed "
            "by no check"
        )
    return pd.DataFrame(lists[True], columns=ERRATA), pd.DataFrame(lists[False], columns=EXAMINED)


def write_lists(tables: Tables, folder: str | Path, focus: Collection[str] = ()) -> None:
    """Write ``errata.csv`` and ``examined.csv`` beside ``judged_by_hand.csv``.

    Run after a check, a rule or a decision by hand has changed; the lists are committed,
    and the pipeline only reads them.
    """
    from . import proposals

    folder = Path(folder)
    text = dict.fromkeys(set(DECISIONS) - {"used_value"}, str)
    by_hand = pd.read_csv(folder / "judged_by_hand.csv", dtype=text)
    errata, examined = judge(proposals(tables, focus), by_hand)
    errata.to_csv(folder / "errata.csv", index=False, lineterminator="\n")
    examined.to_csv(folder / "examined.csv", index=False, lineterminator="\n")


def said(row: Mapping[str, Any]) -> str:
    """Return the sentence of one row of proposals."""
    cell = {name: row[name] for name in ("column", "unit", "year")}
    values = {"value": row["source_value"], "proposed": row["proposed_value"]}
    return sentence(row["check"], {**cell, **values, **row["facts"]})


def number(value: float) -> str:
    """Return a figure in at most ten significant digits, empty where missing."""
    return "" if not np.isfinite(value) else f"{value:.10g}"
