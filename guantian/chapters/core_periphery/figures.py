"""Figures of core and periphery, and of the gains of cooperation."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from guantian.present.style import BLACK, BLUE, GREEN, GREY, ORANGE, VERMILION, WIDTH
from guantian.results import rows

SERIES = {
    "primacy": "Share of the largest city in GDP",
    "polycentricity": "Polycentricity of GDP",
}
SOLUTIONS = {
    "shapley": ("Shapley value", VERMILION, "o"),
    "nucleolus": ("Nucleolus", BLUE, "s"),
    "gately": ("Gately point", GREEN, "^"),
}


def draw_core_periphery(estimates: pd.DataFrame, series: pd.DataFrame) -> Figure:
    """Draw primacy and polycentricity over time, and the slope of spread-backwash by horizon.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    """
    figure, axes = plt.subplots(1, 3, figsize=(WIDTH, 0.36 * WIDTH), layout="constrained")
    for letter, axis, (measure, title) in zip("ab", axes, SERIES.items(), strict=False):
        found = rows(series, analysis="hierarchy", measure=measure, outcome="gdp")
        wide = found.pivot(index="year", columns="term", values="value")
        wide = wide.reindex(columns=["low", "median", "high", "value"]).astype("float64")
        years = wide.index.astype("int64")
        axis.fill_between(years, wide["low"], wide["high"], color=GREY, alpha=0.25, linewidth=0)
        axis.plot(years, wide["median"], color=GREY, label="Placebo zones")
        axis.plot(years, wide["value"], color=VERMILION, label="Zone")
        axis.set_title(f"{letter}  {title}", fontsize=7.5)
        axis.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes[0].set_ylim(bottom=0)
    axes[0].legend(loc="lower left")
    axis = axes[2]
    ranks, own = (
        rows(estimates, analysis=analysis, variable="km").sort_values("horizon")
        for analysis in ("spread_backwash_rank", "spread_backwash")
    )
    if len(ranks):
        horizon = ranks["horizon"].astype("int64")
        # The band of placebo cores: the slope minus the ends of the rank's interval.
        low, high = own["estimate"].to_numpy() - ranks[["conf_high", "conf_low"]].to_numpy().T
        axis.fill_between(horizon, low, high, color=GREY, alpha=0.25, linewidth=0)
        axis.plot(horizon, own["estimate"].to_numpy() - ranks["estimate"], color=GREY)
        axis.errorbar(
            horizon,
            own["estimate"],
            yerr=[own["estimate"] - own["conf_low"], own["conf_high"] - own["estimate"]],
            color=VERMILION,
            fmt="o-",
            markersize=3.5,
            elinewidth=0.9,
        )
    axis.axhline(0, color=BLACK, linewidth=0.6)
    axis.set_title("c  Spread from the core by nearness", fontsize=7.5)
    axis.set_xlabel("Years ahead")
    axis.set_ylabel("Slope")
    return figure


def draw_shares(estimates: pd.DataFrame, series: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Draw each city's share of the gain by solution, beside its share of GDP and residents."""
    totals = rows(series, analysis="shares").set_index("unit")
    codes = list(totals.loc[totals["variable"] == "gdp", "value"].sort_values().index)
    heights = np.arange(len(codes))
    figure, axis = plt.subplots(figsize=(WIDTH, 0.34 * len(codes) + 0.8), layout="constrained")
    for variable, colour, label in (("gdp", GREY, "GDP"), ("population", ORANGE, "Residents")):
        values = rows(totals, variable=variable)["value"].reindex(codes)
        axis.scatter(100 * values, heights, marker="|", s=160, color=colour, label=label, zorder=1)
    for shift, (method, (label, colour, mark)) in zip(
        (0.2, 0.0, -0.2), SOLUTIONS.items(), strict=True
    ):
        chosen = rows(estimates, analysis="shares", method=method).set_index("unit").reindex(codes)
        estimate = 100 * chosen["estimate"]
        axis.errorbar(
            estimate,
            heights + shift,
            xerr=[estimate - 100 * chosen["conf_low"], 100 * chosen["conf_high"] - estimate],
            fmt=mark,
            color=colour,
            markersize=3.5,
            elinewidth=0.9,
            label=label,
        )
    axis.axvline(0, color=BLACK, linewidth=0.6)
    axis.set_yticks(heights, [names[code] for code in codes])
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel("Share, per cent")
    figure.legend(loc="outside lower center", ncols=5)
    return figure


def draw_stability(points: pd.DataFrame) -> Figure:
    """Draw over the grid of costs how often the core is not empty, and which group gains most.

    Parameters
    ----------
    points
        One row per point: coordination, returns, province, congestion, core, best_size.
    """
    figure, axes = plt.subplots(
        1, 2, figsize=(WIDTH, 0.36 * WIDTH), layout="constrained", sharey=True
    )
    panels = (
        ("core", "a  Core not empty, share of settings", "viridis", (0, 1)),
        ("best_size", "b  Cities in the best coalition, mean", "cividis", (2, None)),
    )
    for axis, (column, title, colours, (low, high)) in zip(axes, panels, strict=True):
        grid = points.pivot_table(index="returns", columns="coordination", values=column)
        top = points["best_size"].max() if high is None else high
        image = axis.imshow(
            grid.to_numpy(), origin="lower", aspect="auto", cmap=colours, vmin=low, vmax=top
        )
        for (row, column_at), value in np.ndenumerate(grid.to_numpy()):
            bright = image.norm(value) > 0.6
            text = f"{100 * value:.0f}%" if column == "core" else f"{value:.1f}"
            axis.text(
                column_at,
                row,
                text,
                ha="center",
                va="center",
                fontsize=7,
                color=BLACK if bright else "white",
            )
        axis.set_xticks(range(grid.shape[1]), [f"{value:g}" for value in grid.columns])
        axis.set_yticks(range(grid.shape[0]), [f"{value:g}" for value in grid.index])
        axis.set_xlabel("Cost of the first pair, in mean gains of a pair")
        axis.set_title(title, fontsize=8)
        axis.spines[:].set_visible(False)
        axis.tick_params(length=0)
        bar = figure.colorbar(image, ax=axis, shrink=0.85)
        if column == "core":
            bar.formatter = PercentFormatter(1.0, decimals=0)
    axes[0].set_ylabel("Power of cost in members")
    return figure
