"""The table of published results beside ours, declared by its columns."""

from __future__ import annotations

import pandas as pd

from guantian.chapters.external.compare import VERDICTS
from guantian.present.captions import caption
from guantian.present.format import Format, as_text, estimate_with_interval
from guantian.present.tables import Column, Table, TableSpec, build


def our_result(
    estimate: object, low: object, high: object, decimals: int, unit: str, note: str
) -> str:
    """Print our estimate with its interval and unit, or why there is none."""
    if pd.isna(estimate):
        return note
    return f"{our_estimate(estimate, low, high, decimals)} {unit}"


def our_estimate(estimate: object, low: object, high: object, decimals: int) -> str:
    """Print our estimate with its interval."""
    return estimate_with_interval(int(decimals))(estimate, low, high)


def _study(study: str, why: str) -> str:
    return f"{study}. {why}"


CHECKS = TableSpec(
    "external_checks",
    columns=(
        Column(("study", "why"), "Study and how the designs differ", Format(_study, "left")),
        Column("published", "Published", as_text()),
        Column(
            ("estimate", "conf_low", "conf_high", "decimals", "unit", "note"),
            "Ours",
            Format(our_result, "left"),
        ),
        Column("what", "Row", as_text()),
        Column("verdict", "Comparison", Format(lambda key: VERDICTS[key], "left")),
    ),
    group="Study and how the designs differ",
)


def external_tables(found: pd.DataFrame, confidence: float) -> list[Table]:
    """Return the table.

    Parameters
    ----------
    found
        As `guantian.chapters.external.compare.compared` returns it.
    confidence
        Of the intervals.
    """
    level = f"{100 * confidence:g}"
    return [build(CHECKS, found, caption("external", CHECKS.name, "tables"), confidence=level)]
