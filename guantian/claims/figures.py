"""All primary tests in one picture, on the scale of their smallest effects of interest."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from guantian.labels import label
from guantian.present.figures import canvas, forest
from guantian.present.figures.layout import say_empty

REACH = 16.0  # smallest effects of interest; what lies farther out is an arrow head
TICKS = (-16, -4, -1, 0, 1, 4, 16)
LONGEST = 46  # characters of a line of a row's label
SHOWN = [
    *("part", "estimand", "quotation", "verdict", "qualifier", "scaled", "scaled_low"),
    *("scaled_high", "estimate", "conf_low", "conf_high", "seoi", "unit"),
]


def draw_claims(
    tests: pd.DataFrame, statements: Mapping[str, str] | None = None
) -> tuple[Figure, pd.DataFrame]:
    """Draw every primary test's interval in units of its smallest effect of interest.

    Parameters
    ----------
    tests
        As of `guantian.claims.Ledger`; tests without an estimate are left out.
    statements
        What each part of the documents says, in the words that the rows show; by default the
        quotations.

    Returns
    -------
    figure, data
        The figure, a panel for China and one for the zone, and a row per test: verdict, effect in
        units of the smallest effect of interest and in its own.
    """
    rows = tests[tests["scaled"].notna()].reset_index(drop=True)
    if rows.empty:
        figure, axes = canvas(height=1.0)
        say_empty(axes["a"], "No primary test is estimated in this study.")
        return figure, rows[SHOWN]
    figure, _ = forest(
        rows,
        row="part",
        row_labels={
            row.part: _label(row.part, (statements or {}).get(row.part, row.quotation))
            for row in rows.itertuples()
        },
        panel="estimand",
        panel_kind="estimand",
        columns=2,
        role="verdict",
        role_kind="verdict",
        x="scaled",
        low="scaled_low",
        high="scaled_high",
        x_label=label("axis", "effect_over_seoi"),
        limits=(-REACH, REACH),
        scale="asinh",
        ticks=TICKS,
        shaded=(-1, 1),
        wrap=LONGEST,
        letters=6.6,
    )
    return figure, rows[SHOWN]


def _label(part: str, quotation: str) -> str:
    """Name a row by its label and the document's words."""
    return f"{part}  {quotation}"
