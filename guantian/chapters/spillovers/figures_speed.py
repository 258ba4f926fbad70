"""Seconds and memory of the spatial Durbin panel by size, beside a peer on the same data."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from guantian.present.figures.style import WIDTH
from guantian.present.palette import BLUE, GREY, VERMILION

COLOURS = {"guantian": VERMILION, "spreg": BLUE}
NAMES = {"guantian": "guantian, two-way SDM with impacts", "spreg": "spreg, ML_LagFE"}


def draw_speed(measured: Mapping) -> Figure:
    """Draw time and peak memory against the number of units, on log scales.

    Parameters
    ----------
    measured
        The record that ``benchmarks/bench_spatial.py`` writes.
    """
    runs = pd.DataFrame(measured["runs"])
    runs = runs[runs["status"] == "ok"]
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 0.42 * WIDTH), layout="constrained")
    for axis, column, title, unit in (
        (axes[0], "seconds", "a  Time", "Seconds"),
        (axes[1], "peak_gb", "b  Peak memory of the process", "Gigabytes"),
    ):
        for library, rows in runs.groupby("library"):
            axis.plot(
                rows["n"], rows[column], marker="o", color=COLOURS[library], label=NAMES[library]
            )
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_title(title)
        axis.set_xlabel(f"Units (T = {runs['periods'].iloc[0]})")
        axis.set_ylabel(unit)
    ours = runs[runs["library"] == "guantian"]
    first = ours.iloc[0]
    axes[0].plot(
        ours["n"],
        first["seconds"] * ours["n"] / first["n"],
        color=GREY,
        linestyle=":",
        linewidth=0.9,
        label="proportional to units",
    )
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names))
    for axis in axes:
        axis.yaxis.set_minor_formatter(NullFormatter())
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes[1].set_ylim(0.1, 10)
    return figure
