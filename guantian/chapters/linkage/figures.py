"""Linkage over time with agreements and events, the border's cost, and the lockdown."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from guantian.chapters.linkage.names import Names
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


def draw_border(estimates: pd.DataFrame, names: Names, own: set[str], confidence: float) -> Figure:
    """Draw what the border costs: by specification, and by province.

    Parameters
    ----------
    estimates
        Results of the chapter; the analysis ``gravity`` is drawn.
    names
        Of provinces and specifications.
    own
        Provinces of the zone, drawn in colour.
    confidence
        Of the intervals.
    """
    gravity = rows_of(estimates, analysis="gravity", errors="dyadic")
    specs = rows_of(gravity, term="same_province", unit=None).sort_values("estimate")
    borders = rows_of(gravity, term="border_log_distance").sort_values("estimate")
    borders = borders[borders["unit"] != ""]
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 0.68 * WIDTH), layout="constrained")
    labels = [names.specs[variant] for variant in specs["variant"]]
    _bars(left, specs, labels, [BLACK] * len(specs), lambda x: x)
    left.set_title("a  Same province, by specification")
    left.set_xlabel(f"Coefficient, {100 * confidence:g}% interval")
    colours = [VERMILION if code in own else BLACK for code in borders["unit"]]
    labels = [names.provinces[code] for code in borders["unit"]]
    _bars(right, borders, labels, colours, np.exp)
    right.axvline(1, color=GREY, linewidth=0.6, zorder=0)
    right.set_xscale("log")
    right.set_xticks([1, 2, 4, 8, 16], ["1", "2", "4", "8", "16"])
    right.minorticks_off()
    right.set_title("b  Border as a factor of distance")
    right.set_xlabel(f"Factor, {100 * confidence:g}% interval")
    return figure


def _bars(axis, rows: pd.DataFrame, labels: list[str], colours: list[str], scale) -> None:
    for height, (row, colour) in enumerate(zip(rows.itertuples(), colours, strict=True)):
        axis.plot(
            [scale(row.conf_low), scale(row.conf_high)],
            [height, height],
            color=colour,
            linewidth=1,
        )
        axis.plot(scale(row.estimate), height, "o", color=colour, markersize=3)
    axis.set_yticks(range(len(labels)), labels, size=6.5)
    axis.set_ylim(-0.7, len(labels) - 0.3)


def draw_lockdown(
    series: pd.DataFrame, provinces: Mapping[str, str], core: str, names: Names
) -> Figure:
    """Draw each pair's flow in early 2020 over that of the same month of 2021.

    Parameters
    ----------
    series
        Results of the chapter; the analysis ``lockdown`` is drawn.
    provinces
        City to province.
    core
        Code of the core.
    names
        Of cities.
    """
    months = rows_of(series, analysis="lockdown", term="log_ratio")
    frame = months.pivot(index=["unit", "partner"], columns=["year", "month"], values="value")
    frame = frame.sort_values(frame.columns[min(1, frame.shape[1] - 1)])
    figure, axis = plt.subplots(figsize=(WIDTH, 0.62 * WIDTH), layout="constrained")
    marks = ["^", "o", "s", "D"]
    shades = [GREY, VERMILION, ORANGE, BLUE]
    for month, mark, shade in zip(frame, marks, shades, strict=False):
        label = pd.Period(year=month[0], month=month[1], freq="M").strftime("%B")
        axis.plot(
            100 * np.exp(frame[month]), range(len(frame)), mark, color=shade, label=label,
            markersize=4.5,
        )  # fmt: skip
    labels = []
    for a, b in frame.index:
        across = provinces[a] != provinces[b]
        labels.append(names.pair(a, b) + (" *" if across else ""))
    axis.set_yticks(range(len(labels)), labels, size=7)
    for height, (a, b) in enumerate(frame.index):
        if core in (a, b):
            axis.get_yticklabels()[height].set_fontweight("bold")
        axis.axhline(height, color="#EEEEEE", linewidth=0.5, zorder=0)
    axis.axvline(100, color=BLACK, linewidth=0.6, zorder=0)
    axis.set_xscale("log")
    axis.set_xticks([10, 20, 50, 100, 200], ["10", "20", "50", "100", "200"])
    axis.minorticks_off()
    axis.set_xlabel("Flow of 2020, same month of 2021 = 100")
    axis.legend(
        loc="center left", bbox_to_anchor=(1.01, 0.5), title="Month of 2020", title_fontsize=7.5
    )
    return figure
