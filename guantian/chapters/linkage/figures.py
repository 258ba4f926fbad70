"""Linkage over time with agreements and events."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from guantian import labels
from guantian.present.figures import apart, canvas, gather, legend, title
from guantian.present.figures.style import HALO
from guantian.results import rows

#: Mass and distance of each curve.
CURVES = (
    ("root", "rail"),
    ("root", "hours"),
    ("root", "road"),
    ("root", "circle"),
    ("root_real", "circle"),
)
CONSTANT_PRICES = "root_real"
TICKS = (10, 30, 100, 300, 1000)


def draw_linkage_acts(
    series: pd.DataFrame, acts: pd.DataFrame, base: int
) -> tuple[Figure, pd.DataFrame]:
    """Draw the zone's linkage by year above agreements and events.

    Parameters
    ----------
    series
        Results of the chapter; the zone's total ``linkage`` is drawn.
    acts
        ``time``, ``date``, ``kind``, ``act``, in the order of dates.
    base
        Year in which every curve is 100.
    """
    figure, axes = canvas(2, 1, height=4.9, heights=(0.52, 0.48), share_x=True)
    curves = _indexed(rows(series, analysis="linkage", sample="zone", term="total"), base)
    last = int(curves["year"].max()) if len(curves) else base
    first = min([base, *curves["year"], *acts["time"]])
    _curves(axes["a"], curves, last)
    axes["a"].set_ylabel(f"Linkage, {base} = 100")
    title(axes["a"], "Gravity linkage inside the zone", "a")
    _events(axes["b"], acts)
    title(axes["b"], "Agreements, and fast railways", "b")
    for axis in axes.values():
        for time in acts["time"]:
            axis.axvline(time, color=labels.colour("land"), linewidth=0.6, zorder=0, gid="guide")
    axes["b"].set_xlim(first - 0.5, last + 5.5)
    axes["b"].set_xticks(range(5 * int(np.ceil(first / 5)), last + 1, 5))
    if len(acts):
        legend(figure, acts["kind"], "event_kind")
    else:
        place = axes["b"].transAxes
        axes["b"].text(0.5, 0.5, "None names a city of the zone.", ha="center", transform=place)
    shown = {"a": curves, "b": acts[["time", "date", "kind", "act"]]}
    return figure, gather(shown)


def _indexed(zone: pd.DataFrame, base: int) -> pd.DataFrame:
    """Set each curve to 100 in the base year; one that lacks it is left out."""
    found = []
    for variable, measure in CURVES:
        curve = rows(zone, variable=variable, measure=measure).sort_values("year")
        at_base = rows(curve, year=base)["value"]
        if len(at_base):
            kept = curve[["variable", "measure", "year"]].astype({"year": "int64"})
            found.append(kept.assign(index=100 * curve["value"] / at_base.iloc[0]))
    columns = ["variable", "measure", "year", "index"]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def _curves(axis: Axes, curves: pd.DataFrame, last: int) -> None:
    ends = []
    for (variable, measure), curve in curves.groupby(["variable", "measure"], sort=False):
        style = labels.style(labels.role("distance", measure))
        real = variable == CONSTANT_PRICES
        name = "… constant prices" if real else labels.label("distance", measure, "short")
        line = ":" if real else style.line
        axis.plot(curve["year"], curve["index"], color=style.colour, linestyle=line)
        ends.append((curve["year"].iloc[-1], curve["index"].iloc[-1], name, style.colour))
    axis.set_yscale("log")
    axis.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
    axis.minorticks_off()
    low, high = axis.get_ylim()
    heights = apart([np.log(value) for _, value, _, _ in ends], 0.07 * np.log(high / low))
    for (year, value, name, hue), height in zip(ends, heights, strict=True):
        place = (last + 0.5, np.exp(height))
        axis.annotate(name, (year, value), place, color=hue, size=7.5, va="center")


def _events(axis: Axes, acts: pd.DataFrame) -> None:
    middle = (acts["time"].min() + acts["time"].max()) / 2 - 0.5
    for place, act in enumerate(acts.itertuples(index=False)):
        style = labels.style(labels.role("event_kind", act.kind))
        axis.plot(act.time, -place, style.mark, color=style.colour, markersize=4.5)
        right = act.time < middle
        axis.annotate(
            act.act,
            (act.time, -place),
            (6 if right else -6, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            size=7,
            path_effects=HALO,
        )
    axis.set_ylim(-len(acts) + 0.3, 0.7)
    axis.set_yticks([])
    axis.spines["left"].set_visible(False)
