"""All evidence on all claims in one picture, on one scale."""

from __future__ import annotations

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from guantian.present.style import BLACK, BLUE, GREY, VERMILION, WIDTH

VERDICT_COLOURS = {"supported": BLUE, "inconclusive": GREY, "not supported": VERMILION}
VERDICT_MARKS = {"supported": "o", "inconclusive": "D", "not supported": "s"}
REACH = 4.0  # what lies farther out is drawn as an arrow
LINE, TALLEST = 0.125, 9.0  # inches: a row, and what a page holds with its caption
LONGEST = 80  # characters of a line of a label
FURTHER = 0.95  # of a row: what a label's second line needs


def draw_claims(parts: pd.DataFrame) -> Figure:
    """Draw every part's interval in units of the smallest effect that would matter.

    Parameters
    ----------
    parts
        As `guantian.claims.Ledger` holds them; parts without an estimate are left out.
    """
    rows = parts[parts["scaled"].notna()].reset_index(drop=True)
    new = rows["id"].ne(rows["id"].shift())
    labels = [_wrapped(what) for what in rows["what"]]
    extents = np.array([1 + FURTHER * label.count("\n") for label in labels])
    heights = extents.cumsum() - extents / 2 + 0.6 * new.cumsum().to_numpy()
    size = min(0.9 + LINE * (heights.max() if len(rows) else 1), TALLEST)
    figure, axis = plt.subplots(figsize=(WIDTH, size), layout="constrained")
    axis.axvspan(1, REACH, color="#EAF3F9", zorder=0)
    axis.axvline(0, color=BLACK, linewidth=0.7, zorder=1)
    axis.axvline(1, color=BLUE, linewidth=0.6, linestyle=":", zorder=1)
    for verdict, colour in VERDICT_COLOURS.items():
        chosen = rows["verdict"] == verdict
        _draw_intervals(axis, rows[chosen], heights[chosen.to_numpy()], colour, verdict)
    axis.set_yticks(heights, labels, fontsize=5.5, linespacing=1.0)
    axis.tick_params(axis="y", length=0)
    for place in np.flatnonzero(new):
        axis.text(
            1.01,
            heights[place],
            rows.at[place, "id"],
            transform=axis.get_yaxis_transform(),
            va="center",
            fontsize=6.5,
            fontweight="bold",
        )
    for height in (heights - extents / 2)[new.to_numpy()][1:]:
        axis.axhline(height - 0.3, color="#DDDDDD", linewidth=0.5, zorder=0)
    axis.set_xlim(-REACH, REACH)
    axis.set_ylim((heights.max() if len(rows) else 0) + 0.8, 0.1)
    axis.set_xticks(range(-int(REACH), int(REACH) + 1))
    axis.set_xlabel("Smallest effect that would matter = 1; the claim's side is to the right")
    axis.spines["left"].set_visible(False)
    figure.legend(loc="outside upper right", ncols=len(VERDICT_COLOURS))
    return figure


def _draw_intervals(axis, rows: pd.DataFrame, heights: np.ndarray, colour: str, name: str) -> None:
    low = rows["scaled_low"].clip(-REACH, REACH)
    high = rows["scaled_high"].clip(-REACH, REACH)
    middle = rows["scaled"].to_numpy(dtype="float64")
    axis.hlines(heights, low, high, color=colour, linewidth=1.1, zorder=2)
    inside = np.abs(middle) <= REACH
    axis.scatter(
        middle[inside],
        heights[inside],
        s=11,
        color=colour,
        marker=VERDICT_MARKS[name],
        linewidths=0,
        zorder=3,
        label=name.capitalize(),
    )
    for end, mark in ((rows["scaled_low"] < -REACH, "<"), (rows["scaled_high"] > REACH, ">")):
        edge = -REACH if mark == "<" else REACH
        axis.scatter(
            np.full(int(end.sum()), edge),
            heights[end.to_numpy()],
            marker=mark,
            s=20,
            color=colour,
            linewidths=0,
            clip_on=False,
            zorder=3,
        )


def _wrapped(what: str) -> str:
    """The whole label in as few lines as it needs, of about one length."""
    words = what[:1].upper() + what[1:]
    lines = -(-len(words) // LONGEST)
    return textwrap.fill(words, max(len(words) // max(lines, 1) + 8, 1) if lines > 1 else LONGEST)
