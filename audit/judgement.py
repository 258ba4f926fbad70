"""Which proposals become errata and which are kept.

Every proposal is decided by the first of the written rules that speaks; decisions by
hand come before all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from guantian.data.errata import COLUMNS as ERRATA

from .common import SUREST, Tables
from .rules import RULES, Proposal, rest
from .sentences import sentence

EXAMINED = ["table", "key", "column", "source_value", "reason", "evidence", "found_by"]
DECISIONS = ["table", "key", "column", "decision", "used_value", "reason"]


def judge(found: pd.DataFrame, decisions: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Decide every proposal.

    Parameters
    ----------
    found : DataFrame
        One row a cell and check, as ``audit.proposals`` returns.
    decisions : DataFrame
        Decisions by hand, with columns :data:`DECISIONS`; ``decision`` is "accept" or
        "keep". A decision on a cell that no check proposes raises, for a fault must be
        found by a check.

    Returns
    -------
    (errata, examined) : DataFrames
        With columns :data:`ERRATA` and :data:`EXAMINED`; each proposed cell is in one.
    """
    cell = ["table", "key", "column"]
    by_hand = {tuple(row[c] for c in cell): row for row in decisions.to_dict("records")}
    accepted, kept, seen = [], [], set()
    ordered = found.sort_values(
        [*cell, "score"], ascending=[True, True, True, False], kind="stable"
    )
    for key, group in ordered.groupby(cell, sort=True):
        scores = dict(zip(group["check"], group["score"], strict=True))
        facts = dict(zip(group["check"], group["facts"], strict=True))
        values = {
            c: v
            for c, v in zip(group["check"], group["proposed_value"], strict=True)
            if np.isfinite(v)
        }
        proposed = next((values[c] for c in (*SUREST, *values) if c in values), np.nan)
        first = group.iloc[0]
        proposal = Proposal(
            table=first["table"],
            unit=first["unit"],
            year=int(first["year"]),
            column=first["column"],
            source=float(first["source_value"]),
            proposed=proposed,
            score=scores,
            facts=facts,
        )
        seen.add(key)
        if key in by_hand:
            hand = by_hand[key]
            verdict = (
                hand["decision"] == "accept",
                float(hand["used_value"]),
                hand["reason"],
            )
        else:
            verdict = next((v for rule in RULES if (v := rule(proposal)) is not None), None)
            verdict = verdict or rest(proposal)
        wrong, used, reason = verdict
        row = {
            "table": key[0],
            "key": key[1],
            "column": key[2],
            "source_value": number(proposal.source),
            "used_value": number(used),
            "reason": reason,
            "evidence": "; ".join(said(row) for row in group.to_dict("records")),
            "found_by": "+".join(scores),
        }
        (accepted if wrong else kept).append(row)
    alone = sorted(set(by_hand) - seen)
    if alone:
        raise ValueError(
            f"judged_by_hand.csv: {alone[0][0]}, {alone[0][1]}, column {alone[0][2]} is proposed "
            "by no check"
        )
    return pd.DataFrame(accepted, columns=ERRATA), pd.DataFrame(kept, columns=EXAMINED)


def write_lists(tables: Tables, folder: str | Path, focus: Collection[str] = ()) -> None:
    """Write ``errata.csv`` and ``examined.csv`` beside ``judged_by_hand.csv``.

    Run after a check, a rule or a decision by hand has changed; the lists are committed,
    and the pipeline only reads them.
    """
    from . import proposals

    folder = Path(folder)
    text = dict.fromkeys(set(DECISIONS) - {"used_value"}, str)
    decisions = pd.read_csv(folder / "judged_by_hand.csv", dtype=text)
    errata, examined = judge(proposals(tables, focus), decisions)
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
