"""Linkage over time with agreements and events."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from guantian.present.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    HALO,
    ORANGE,
    PURPLE,
    VERMILION,
    WIDTH,
    spread,
)
from guantian.results import rows as rows_of

CURVES = {
    ("root", "rail"): ("Rail hours", BLUE, "-"),
    ("root", "hours"): ("Road and rail", PURPLE, "-"),
    ("root", "road"): ("Road hours", ORANGE, "-"),
    ("root", "circle"): ("Great circle", BLACK, "-"),
    ("root_real", "circle"): ("… constant prices", BLACK, ":"),
}
KINDS = {
    "agreement": ("Agreement", VERMILION, "o"),
    "plan": ("Plan", BLUE, "s"),
    "approval": ("Approval", GREEN, "D"),
    "railway": ("Fast railway", GREY, "^"),
}


def draw_linkage_acts(series: pd.DataFrame, acts: pd.DataFrame, base: int) -> Figure:
    """Draw the zone's linkage by year above the dated events.

    Parameters
    ----------
    series
        Results of the chapter; the zone's total ``linkage`` is drawn.
    acts
        ``time``, ``kind``, ``act``, in the order of dates.
    base
        Year in which every curve is 100.
    """
    zone = rows_of(series, analysis="linkage", sample="zone", term="total")
    figure, (above, below) = plt.subplots(
        2,
        1,
        figsize=(WIDTH, 0.68 * WIDTH),
        height_ratios=(0.52, 0.48),
        sharex=True,
        layout="constrained",
    )
    ends = []
    for (mass, distance), (label, colour, style) in CURVES.items():
        rows = rows_of(zone, variable=mass, measure=distance).sort_values("year")
        rows = rows.astype({"year": "int64"})
        at_base = rows.loc[rows["year"] == base, "value"]
        if at_base.empty:
            continue
        values = 100 * rows["value"] / at_base.iloc[0]
        above.plot(rows["year"], values, color=colour, linestyle=style)
        ends.append((rows["year"].iloc[-1], values.iloc[-1], label, colour))
    above.set_yscale("log")
    above.set_yticks([10, 30, 100, 300, 1000], ["10", "30", "100", "300", "1000"])
    above.minorticks_off()
    above.set_ylabel(f"Linkage, {base} = 100")
    above.set_title("a  Gravity linkage inside the zone")
    low, high = above.get_ylim()
    heights = spread([np.log(value) for _, value, _, _ in ends], 0.07 * np.log(high / low))
    last = max((year for year, *_ in ends), default=base)
    for (year, value, label, colour), height in zip(ends, heights, strict=True):
        above.annotate(
            label,
            (year, value),
            (last + 0.5, np.exp(height)),
            color=colour,
            size=7.5,
            va="center",
            annotation_clip=False,
        )
    for axis in (above, below):
        for time in acts["time"]:
            axis.axvline(time, color="#D9D9D9", linewidth=0.6, zorder=0)
    _acts(below, acts)
    below.set_title("b  Agreements, and fast railways")
    first = min(zone["year"].min(), acts["time"].min()) if len(zone) else acts["time"].min()
    below.set_xlim(first - 0.5, last + 5.5)
    below.set_xticks(range(5 * int(np.ceil(first / 5)), int(last) + 1, 5))
    return figure


def _acts(axis, acts: pd.DataFrame) -> None:
    middle = (acts["time"].min() + acts["time"].max()) / 2 - 0.5
    for row, act in enumerate(acts.itertuples(index=False)):
        _, colour, mark = KINDS[act.kind]
        axis.plot(act.time, -row, mark, color=colour, markersize=4.5)
        right = act.time < middle
        axis.annotate(
            act.act,
            (act.time, -row),
            (6 if right else -6, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            size=7,
            path_effects=HALO,
        )
    for label, colour, mark in KINDS.values():
        axis.plot([], [], mark, color=colour, markersize=4.5, label=label)
    axis.legend(loc="lower left")
    axis.set_ylim(-len(acts) + 0.3, 0.7)
    axis.set_yticks([])
    axis.spines["left"].set_visible(False)
