"""Counts and medians over pairs and cities, of which the text speaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from guantian.results import rows


def summary_rows(estimates: pd.DataFrame, series: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Count over the chapter's results.

    Parameters
    ----------
    estimates, series
        Results of the chapter.

    Yields
    ------
    dict
        Series of the analysis ``summary``: the term says what is counted.
    """
    pair = {
        term: rows(estimates, analysis="pair", term=term)
        for term in ("external", "width", "critical_discount", "sustained")
    }
    weight, prize = (
        rows(estimates, analysis="contest", variant="one", term=term)
        for term in ("weight", "prize")
    )
    losers = rows(estimates, analysis="measure", variant="body", term="gain")
    again = rows(estimates, analysis="imitation", variant="again")
    again = again[(again["setting"] == again["setting"].max()) & (again["unit"] != "")]
    tax = rows(estimates, analysis="tax", term="welfare")["estimate"]
    for term, value in (
        ("pairs", len(pair["external"])),
        ("external_negative", (pair["external"]["estimate"] < 0).sum()),
        ("external_surely_negative", (pair["external"]["conf_high"] < 0).sum()),
        ("median_width", pair["width"]["estimate"].median()),
        ("without_dilemma", (pair["width"]["estimate"] <= 1e-9).sum()),
        ("with_dilemma", pair["critical_discount"]["estimate"].notna().sum()),
        ("sustained", (pair["sustained"]["estimate"] >= 0).sum()),
        ("possibly_sustained", (pair["sustained"]["conf_high"] >= 0).sum()),
        ("median_weight", weight["estimate"].median()),
        ("median_prize", prize["estimate"].median()),
        ("losers_if_all_agree", (losers.loc[losers["unit"] != "", "estimate"] < 0).sum()),
        ("surely_better_placed", (again["conf_low"] > 1).sum()),
        ("largest_tax_welfare", tax.max()),
    ):
        yield {"analysis": "summary", "term": term, "value": float(value)}
