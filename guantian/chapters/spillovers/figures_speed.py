"""CPU seconds and memory of the spatial Durbin panel by size, beside a peer on the same data."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from guantian.present.figures.style import WIDTH
from guantian.present.palette import BLUE, GREY, VERMILION

COLOURS = {"regiometrics": VERMILION, "spreg": BLUE}
NAMES = {"regiometrics": "regiometrics, SDM", "spreg": "spreg, lag model"}


def _units(value: float, _: int) -> str:
    return f"{value / 1e6:g} million" if value >= 1e6 else f"{value:,.0f}"


def draw_speed(measured: Mapping) -> Figure:
    """Draw time and peak memory against the number of units, on log scales.

    Parameters
    ----------
    measured
        The record that ``benchmarks/bench_spatial.py`` writes.
    """
    runs = pd.DataFrame(measured["runs"])
    # The default's factor on lattices; other designs are in the record.
    shown = (runs["status"] == "ok") & (runs["design"] == "lattice")
    runs = runs[shown & (runs["logdet"] != "cholmod")].sort_values(["library", "n"])
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 0.42 * WIDTH), layout="constrained")
    for axis, column, title, unit in (
        (axes[0], "cpu_seconds", "a  Time", "CPU seconds"),
        (axes[1], "peak_gb", "b  Peak memory of the process", "Gigabytes"),
    ):
        for library, rows in runs.groupby("library"):
            axis.plot(
                rows["n"], rows[column], marker="o", color=COLOURS[library], label=NAMES[library]
            )
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_title(title)
        axis.set_xlabel("Units")
        axis.set_ylabel(unit)
    ours = runs[runs["library"] == "regiometrics"]
    first = ours.iloc[0]
    axes[0].plot(
        ours["n"],
        first["cpu_seconds"] * ours["n"] / first["n"],
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
        axis.xaxis.set_major_formatter(FuncFormatter(_units))
    axes[1].set_ylim(0.1, 10)
    return figure
