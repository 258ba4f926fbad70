"""All evidence on the claims of one document in one picture, on one scale."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from guantian.claims.tables import capital, printed_effect
from guantian.present.figures import canvas, draw_forest, legend
from guantian.present.figures.style import TALLEST

REACH = 16.0  # smallest effects of interest; what lies farther out is an arrow head
TICKS = (-16, -4, -1, 0, 1, 4, 16)
ROW, LINE = 0.128, 0.1  # inches: a row, and each further line of a label
LONGEST = 84  # characters of a line of a label
SHOWN = [
    *("id", "claim", "what", "verdict", "scaled", "scaled_low", "scaled_high"),
    *("estimate", "conf_low", "conf_high", "unit"),
]


def draw_claims(
    claims: pd.DataFrame, parts: pd.DataFrame, document: str
) -> tuple[Figure, pd.DataFrame]:
    """Draw every test's interval in units of the smallest effect of interest.

    Parameters
    ----------
    claims, parts
        As `guantian.claims.Ledger` holds them; parts without an estimate are left out.
    document
        Whose claims are drawn: the claims' ``source``.

    Returns
    -------
    figure, data
        The figure and a row per test: claim, verdict, effect in units of the smallest effect of
        interest and in its own.
    """
    texts = claims[claims["source"] == document].set_index("id")["claim"]
    rows = parts[parts["scaled"].notna() & parts["id"].isin(texts.index)]
    rows = rows.assign(
        claim=rows["id"] + "  " + rows["id"].map(texts),
        what=rows["what"].map(capital),
    ).reset_index(drop=True)
    figure, axes = canvas(height=_height(rows))
    draw_forest(
        axes["a"],
        # Two tests of a claim may be worded alike: the row is the test, not its wording.
        rows.assign(test=rows.index),
        row="test",
        row_labels=dict(enumerate(rows["what"])),
        group="claim",
        role="verdict",
        role_kind="verdict",
        x="scaled",
        low="scaled_low",
        high="scaled_high",
        limits=(-REACH, REACH),
        scale="asinh",
        ticks=TICKS,
        shaded=(1, REACH),
        printed=lambda row: printed_effect(row)[0],
        wrap=LONGEST,
        letters=6.6,
        empty="No claim of this document can be tested.",
    )
    axes["a"].set_xlabel("Smallest effect of interest = 1; the claim's side is to the right")
    legend(figure, rows["verdict"], "verdict")
    return figure, rows[SHOWN]


def _height(rows: pd.DataFrame) -> float:
    lines = [rows["what"], rows["claim"].drop_duplicates()]
    further = sum(int((text.str.len() // LONGEST).sum()) for text in lines)
    return min(0.9 + ROW * sum(map(len, lines)) + LINE * further, TALLEST)
