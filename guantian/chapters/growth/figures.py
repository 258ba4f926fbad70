"""Figures of the sources of growth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from guantian.chapters.growth.estimate.design import TITLES
from guantian.labels import label
from guantian.present.figures.style import WIDTH
from guantian.present.palette import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    SAMPLE_NAMES,
    VERMILION,
)
from guantian.results import rows

PARTS = {
    "capital": BLUE,
    "labour": ORANGE,
    "residual": GREEN,
}


def draw_accounting(
    estimates: pd.DataFrame, names: Mapping[str, str], windows: Sequence[Sequence[int]]
) -> Figure:
    """Draw contributions to growth as bars, with the residual's range over capital shares.

    Parameters
    ----------
    estimates
        Estimates of the chapter.
    names
        City code -> English name.
    windows
        Pairs of years, one panel each; at most three.
    """
    accounts = rows(estimates, analysis="accounting")
    # A city is named by its code, the samples by themselves.
    accounts = accounts.assign(
        group=accounts["unit"].where(accounts["unit"] != "", accounts["sample"])
    )
    groups = [*SAMPLE_NAMES, *sorted(set(accounts["group"]) - set(SAMPLE_NAMES))]
    labels = [SAMPLE_NAMES.get(group) or names[group] for group in groups]
    heights = np.arange(len(groups))[::-1]
    figure, axes = plt.subplots(
        1, len(windows), figsize=(WIDTH, 0.3 * len(groups) + 0.7), sharey=True, layout="constrained"
    )
    for letter, axis, window in zip("abc", np.atleast_1d(axes), windows, strict=False):
        chosen = rows(accounts, first_year=window[0], last_year=window[1])
        values = chosen.pivot(index="group", columns="term", values="estimate").reindex(groups)
        base = np.zeros((2, len(groups)))  # of what adds and of what takes away
        for part, colour in PARTS.items():
            width = 100 * values[part].fillna(0).to_numpy()
            left = np.where(width >= 0, base[0], base[1])
            title = label("part_of_growth", part, "short")
            axis.barh(heights, width, left=left, color=colour, height=0.62, label=title)
            base[0] += np.maximum(width, 0)
            base[1] += np.minimum(width, 0)
        axis.plot(100 * values["growth"], heights, "D", color=BLACK, markersize=3.2, label="Growth")
        axis.axvline(0, color=BLACK, linewidth=0.6)
        axis.axhline(
            len(groups) - len(SAMPLE_NAMES) - 0.5, color=GREY, linewidth=0.5, linestyle=":"
        )
        axis.set_title(f"{letter}  {window[0]}–{window[1]}")
        axis.set_xlabel("Log points × 100 a year")
        axis.set_yticks(heights, labels)
        axis.tick_params(axis="y", length=0)
    handles, titles = np.atleast_1d(axes)[0].get_legend_handles_labels()
    figure.legend(handles, titles, loc="outside lower center", ncols=4)
    return figure


def draw_determinants(estimates: pd.DataFrame, regressors: Sequence[str]) -> Figure:
    """Draw extreme bounds in units of the mean's scale, and probabilities of inclusion."""
    bounds = rows(estimates, analysis="growth_bounds", measure="mean").set_index("term")
    inclusion = rows(estimates, analysis="growth_bma", measure="inclusion")
    inclusion = inclusion.set_index("term")["estimate"]
    order = list(inclusion.loc[list(regressors)].sort_values().index)
    heights = np.arange(len(order))
    figure, (left, right) = plt.subplots(
        1,
        2,
        figsize=(WIDTH, 0.28 * len(order) + 0.7),
        sharey=True,
        layout="constrained",
        width_ratios=[3, 2],
    )
    chosen = bounds.loc[order]
    firm = ((chosen["conf_low"] > 0) | (chosen["conf_high"] < 0)).to_numpy()
    # Each bar is in units of its own larger end: the question is its sign, not its size.
    scale = chosen[["conf_low", "conf_high"]].abs().max(axis=1).to_numpy()
    low, high = chosen["conf_low"].to_numpy() / scale, chosen["conf_high"].to_numpy() / scale
    colours = np.where(firm, VERMILION, GREY)
    left.hlines(heights, low, high, colors=list(colours), linewidth=3)
    left.scatter(chosen["estimate"] / scale, heights, color=BLACK, s=9, zorder=3)
    left.axvline(0, color=BLACK, linewidth=0.6)
    left.set_yticks(heights, [TITLES[name] for name in order])
    left.tick_params(axis="y", length=0)
    left.set_xlabel("Extreme bounds, the larger end = 1")
    left.set_title("a  Sign over all models")
    right.barh(heights, inclusion.loc[order], color=BLUE, height=0.55)
    right.set_xlim(0, 1)
    right.set_xlabel("Posterior probability of inclusion")
    right.set_title("b  Model average")
    return figure


def draw_border(counties: pd.DataFrame, names: Mapping[str, str], border: Mapping) -> Figure:
    """Draw counties' growth by prefecture of the two provinces, with medians.

    Parameters
    ----------
    counties
        Columns county_code, city_code, growth.
    names
        City code -> English name.
    border
        ``provinces`` (None where no border runs through the zone), ``first`` and ``last``.
    """
    if not border["provinces"]:
        return _said("No border of two provinces runs through the zone.")
    first, second = (code[:2] for code in border["provinces"])
    side = counties["city_code"].str[:2]
    if not {first, second} <= set(side):
        return _said("Output of counties is not known in both provinces.")
    chosen = counties[side.isin([first, second])]
    medians = chosen.groupby("city_code")["growth"].median()
    order = sorted(medians.index, key=lambda code: (code[:2] != first, medians[code]))
    figure, axis = plt.subplots(figsize=(WIDTH, 0.4 * WIDTH), layout="constrained")
    for place, code in enumerate(order):
        values = chosen.loc[chosen["city_code"] == code, "growth"].sort_values()
        colour = BLUE if code[:2] == first else ORANGE
        shift = np.linspace(-0.22, 0.22, len(values)) if len(values) > 1 else [0.0]
        axis.scatter(place + np.asarray(shift), values, s=9, color=colour, alpha=0.75, linewidth=0)
        axis.hlines(medians[code], place - 0.35, place + 0.35, color=BLACK, linewidth=1.1)
    parted = sum(code[:2] == first for code in order) - 0.5
    axis.axvline(parted, color=GREY, linewidth=0.8, linestyle="--")
    short = [names[code].partition(" ")[0] for code in order]  # autonomous prefectures are long
    axis.set_xticks(range(len(order)), short, rotation=60, ha="right")
    axis.set_xlim(-0.7, len(order) - 0.3)
    axis.set_ylabel("Growth, log points × 100 a year")
    return figure


def _said(why: str) -> Figure:
    """Return a picture of words, where nothing can be drawn."""
    figure, axis = plt.subplots(figsize=(WIDTH, 0.15 * WIDTH), layout="constrained")
    axis.set_axis_off()
    axis.text(0.5, 0.5, why, ha="center")
    return figure
