"""Tables on the quality of the figures: agreement of sources, precision and recall of checks."""

from __future__ import annotations

import pandas as pd

from guantian.tables.format import number, per_cent
from guantian.tables.render import Table


def agreement_table(agreement: pd.DataFrame) -> Table:
    """Return the agreement of sources, a row a comparison, over all its years."""
    rows = []
    for (name, what, unit, tolerance), group in agreement.groupby(
        ["comparison", "what", "unit", "tolerance"], sort=False
    ):
        weight = group["cells"] / group["cells"].sum()
        sign = "%" if unit == "per cent" else " points"
        rows.append(
            {
                "Comparison": name,
                "What": what,
                "Years": f"{group['year'].min()}–{group['year'].max()}",
                "Cells": number(group["cells"].sum(), 0),
                "Within": f"{tolerance:g}{sign}",
                "Agree, %": per_cent((weight * group["agree"]).sum(), 1),
                "Worst year": str(group.loc[group["agree"].idxmin(), "year"]),
                "There, %": per_cent(group["agree"].min(), 1),
            }
        )
    return Table(
        "agreement",
        "How far figures of one thing agree, after correction",
        pd.DataFrame(rows),
        "Cells of cities and years (provinces and years in the last row). What disagrees is a "
        "difference of vintage, scope or date that no erratum can settle; it is left as it is.",
        text=("Comparison", "What"),
    )


def precision_table(precision: pd.DataFrame) -> Table:
    """Return proposals, accepted, flagged and kept, by table."""
    counted = precision[precision["check"] == "all"].sort_values("table", kind="stable")
    counted = pd.concat([counted[counted["table"] != "all"], counted[counted["table"] == "all"]])
    body = pd.DataFrame(
        {
            "Table": counted["table"].replace("all", "All tables"),
            "Proposed": counted["proposed"].map(lambda value: number(value, 0)),
            "Accepted": counted["accepted"].map(lambda value: number(value, 0)),
            "Flagged": counted["flagged"].map(lambda value: number(value, 0)),
            "Kept": (counted["kept"] - counted["flagged"]).map(lambda value: number(value, 0)),
            "Accepted, %": counted["precision"].map(lambda value: per_cent(value)),
        }
    )
    return Table(
        "precision",
        "Cells that the checks proposed, and what became of them",
        body,
        "Accepted: corrected in data/raw/errata.csv. Flagged: left as printed, though something "
        "fails, since the evidence names no one cell. Kept: examined and found in order (real "
        "events, definitions). Both are in data/raw/examined.csv, with the reason.",
        text=("Table",),
    )


def planted_table(planted: pd.DataFrame) -> Table:
    """Return what is found of planted faults, by kind, and what of good cells is emptied."""
    body = pd.DataFrame(
        {
            "Fault": planted["kind"],
            "Planted": planted["planted"].map(lambda value: number(value, 0)),
            "Found, %": planted["share_found"].map(lambda value: per_cent(value)),
            "In its row, %": planted["share_found_in_row"].map(lambda value: per_cent(value)),
            "Corrected": planted["corrected"].map(lambda value: number(value, 0)),
            "Good among them, %": planted["share_emptied_good"].map(
                lambda value: per_cent(value, 1)
            ),
            "False alarms": planted["false_alarms_per_1000"].map(lambda value: number(value, 2)),
        }
    )
    return Table(
        "planted",
        "Faults planted in cleaned figures, and the share that the checks find",
        body,
        "Each kind planted alone, at places drawn with the study's seed. In its row: the fault, or "
        "another member of the identity that it breaks. Corrected: cells emptied or replaced; good "
        "among them: those that were not planted, or were given a wrong value. False alarms: "
        'further cells proposed, per thousand cells. The rows after "no fault" are of honest '
        "oddities, of which nothing is to be corrected.",
        text=("Fault",),
    )
