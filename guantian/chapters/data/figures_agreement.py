"""Agreement of sources over the years, and of lights with output."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from guantian.present.style import CATEGORIES, SAMPLE_COLOURS, SAMPLE_NAMES, WIDTH, spread

FEWEST = 20  # cells of a year from which a share is drawn


def draw_agreement(agreement: pd.DataFrame, lights: pd.DataFrame) -> Figure:
    """Draw (a) the share of cells that agree, by comparison and year; (b) lights against GDP.

    Parameters
    ----------
    agreement, lights
        As `guantian.data.reconciliation` gives them.
    """
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(WIDTH, 0.42 * WIDTH), width_ratios=(1.5, 1), layout="constrained"
    )
    agreement = agreement[agreement["cells"] >= FEWEST]
    share = agreement.pivot(index="year", columns="comparison", values="agree") * 100
    order = list(dict.fromkeys(agreement["comparison"]))
    for name, colour in zip(order, CATEGORIES, strict=True):
        left.plot(share.index, share[name], color=colour)
    ends = share[order].ffill().iloc[-1]
    right_edge = share.index.max()
    for name, colour, end, height in zip(
        order, CATEGORIES, ends, spread(ends.to_numpy(), gap=6.5), strict=True
    ):
        left.annotate(
            name,
            xy=(share[name].last_valid_index(), end),
            xytext=(right_edge + 1.2, height),
            color=colour,
            fontsize=7,
            va="center",
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.4},
        )
    left.set_xlim(share.index.min() - 0.5, right_edge + 13)
    left.set_xticks([year for year in share.index if year % 10 == 0])
    left.set_ylim(0, 103)
    left.set_ylabel("Cells that agree, per cent")
    left.set_xlabel("Year")
    left.set_title("a  Figures of one thing")
    for sample, rows in lights.groupby("sample"):
        right.plot(
            rows["year"],
            rows["correlation"],
            color=SAMPLE_COLOURS[sample],
            marker=".",
            label=SAMPLE_NAMES[sample],
        )
    right.axvline(2012.5, color="#8A8A8A", linewidth=0.6, linestyle=":")
    right.set_ylim(0, 1.02)
    right.set_ylabel("Correlation of logs across cities")
    right.set_xlabel("Year")
    right.set_title("b  Night lights and GDP")
    right.legend(loc="lower right")
    return figure
