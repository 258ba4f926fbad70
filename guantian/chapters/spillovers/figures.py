"""Impacts of the initial level on growth, with and without the correction of Nickell's bias."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from guantian.chapters.spillovers.estimate import INITIAL
from guantian.labels import label
from guantian.present.figures.style import WIDTH
from guantian.present.palette import BLACK, SAMPLE_COLOURS, SAMPLE_MARKS, SAMPLE_NAMES
from guantian.results import rows

IMPACTS = {
    effect.capitalize(): {
        "analysis": "growth",
        "term": "impact",
        "variable": INITIAL,
        "effect": effect,
    }
    for effect in ("direct", "indirect", "total")
}
CORRECTED = {
    "analysis": "dynamic",
    "term": "coefficient",
    "variable": INITIAL,
    "effect": "own",
}
PANELS = {**IMPACTS, "Coefficient, corrected": CORRECTED}


def draw_spatial_impacts(estimates: pd.DataFrame) -> Figure:
    """Draw impacts times 100 with intervals: one panel per impact, one row per weights matrix.

    Parameters
    ----------
    estimates
        Estimates of the chapter; the spatial Durbin model is drawn.
    """
    durbin = rows(estimates, variant="sdm")
    weights = list(dict.fromkeys(durbin["weights"]))[::-1]  # queen first
    figure, axes = plt.subplots(
        1, len(PANELS), figsize=(WIDTH, 0.42 * WIDTH), sharey=True, layout="constrained"
    )
    for letter, axis, (title, key) in zip("abcd", axes, PANELS.items(), strict=True):
        found = rows(durbin, **key)
        for shift, sample in zip((-0.22, 0.0, 0.22), SAMPLE_COLOURS, strict=True):
            chosen = rows(found, sample=sample)
            heights = chosen["weights"].map(weights.index).astype("float64") + shift
            estimate = 100 * chosen["estimate"]
            axis.errorbar(
                estimate,
                heights,
                xerr=[
                    estimate - 100 * chosen["conf_low"],
                    100 * chosen["conf_high"] - estimate,
                ],
                fmt=SAMPLE_MARKS[sample],
                color=SAMPLE_COLOURS[sample],
                markersize=3.5,
                elinewidth=0.9,
                label=SAMPLE_NAMES[sample],
            )
        axis.axvline(0, color=BLACK, linewidth=0.6, zorder=0)
        axis.set_title(f"{letter}  {title}", fontsize=7.5)
        axis.set_xlabel("Log points × 100")
    axes[0].set_yticks(range(len(weights)), [label("weights", name, "short") for name in weights])
    axes[0].invert_yaxis()
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names))
    return figure
