"""Inequality by year, beta in rolling windows and with lights, and the zone's placebo ranks."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from guantian.geography.placebo_sets import SET_TITLES
from guantian.present.figures import curve
from guantian.present.figures.style import WIDTH
from guantian.present.palette import (
    BLACK,
    CATEGORIES,
    GREY,
    SAMPLE_COLOURS,
    SAMPLE_MARKS,
    SAMPLE_NAMES,
    VERMILION,
)
from guantian.results import rows

STATISTICS = {
    "sigma_level": "SD of logs, last year",
    "sigma_change": "Change of SD of logs",
    "gini_weighted_change": "Change of Gini",
    "theil_t_weighted_change": "Change of Theil T",
    "beta": "Slope on initial level",
}
SET_MARKS = {"main": ("o", 26), "zone": ("^", 14), "wide": ("v", 14)}


def draw_placebo(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> Figure:
    """Draw where the zone stands among placebo zones: share of them below it.

    Parameters
    ----------
    estimates
        Estimates of the chapter.
    specs
        config/specs/inequality.yaml, for names and order.
    """
    ranks = rows(estimates, analysis=["placebo", "placebo_growth"]).dropna(subset="estimate")
    ranks = ranks.assign(below=share_below(ranks))
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(WIDTH, 0.5 * WIDTH), layout="constrained", width_ratios=[1.25, 1]
    )
    windows = [name for name in specs["placebo"] if (ranks["variant"] == name).any()]
    gap = 0.8 / max(len(windows), 1)
    for number, name in enumerate(windows):
        how = specs["windows"][name]
        for place, term in enumerate(STATISTICS):
            mine = rows(ranks, variant=name, term=term)
            height = place + (number - (len(windows) - 1) / 2) * gap
            label = f"{how.get('short', how['label'])}, {how['first']}–{how['last']}"
            _draw_ranks(left, mine, height, CATEGORIES[number], label if place == 0 else None)
    left.set_yticks(range(len(STATISTICS)), STATISTICS.values())
    left.set_ylim(len(STATISTICS) - 0.5, -0.5)
    for edge in range(1, len(STATISTICS)):
        left.axhline(edge - 0.5, color="#DDDDDD", linewidth=0.5, zorder=0)
    grown = [name for name in specs["growth"] if (ranks["variant"] == name).any()]
    for place, name in enumerate(grown):
        mine = rows(ranks, variant=name, term="growth")
        _draw_ranks(right, mine, place, BLACK, None)
    labels = [
        f"{fill(specs['growth'][name]['label'], 24)}\n"
        f"{specs['growth'][name]['first']}–{specs['growth'][name]['last']}"
        for name in grown
    ]
    right.set_yticks(range(len(grown)), labels)
    right.set_ylim(len(grown) - 0.5, -0.5)
    for letter, axis, title in (("a", left, "Dispersion and slope"), ("b", right, "Mean growth")):
        axis.axvspan(0, 2.5, color="#F0E0D0", linewidth=0, zorder=0)
        axis.axvspan(97.5, 100, color="#F0E0D0", linewidth=0, zorder=0)
        axis.axvline(50, color=GREY, linewidth=0.6, zorder=0)
        axis.set_xlim(0, 100)
        axis.set_xlabel("Placebo zones below the zone, %")
        axis.set_title(f"{letter}  {title}")
    for mark, (shape, size) in SET_MARKS.items():
        face = BLACK if mark == "main" else "none"
        right.scatter(
            [],
            [],
            marker=shape,
            s=size,
            color=BLACK,
            facecolor=face,
            label=SET_TITLES[mark].capitalize(),
        )
    handles, said = left.get_legend_handles_labels()
    more, names = right.get_legend_handles_labels()
    figure.legend(handles + more, said + names, loc="outside lower center", ncols=2)
    return figure


def share_below(ranks: pd.DataFrame) -> pd.Series:
    """Per cent of placebo zones below the zone, from the two-sided rank and its side."""
    half = 50 * ranks["p_value"]
    return half.where(ranks["estimate"] < 0, 100 - half)


def _draw_ranks(
    axis: Axes, ranks: pd.DataFrame, height: float, colour: str, label: str | None
) -> None:
    if ranks.empty:
        return
    axis.hlines(height, ranks["below"].min(), ranks["below"].max(), color=colour, linewidth=0.7)
    for name, (mark, size) in SET_MARKS.items():
        chosen = rows(ranks, placebo_set=name)
        axis.scatter(
            chosen["below"],
            np.full(len(chosen), height),
            marker=mark,
            s=size,
            color=colour,
            facecolor=colour if name == "main" else "white",
            linewidths=0.8,
            zorder=4 if name == "main" else 3,
            label=label if name == "main" else None,
            clip_on=False,
        )


def curve_choices(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the specification curve with its choices in columns of their own names."""
    curve = rows(estimates, analysis="specification_curve", term="initial")
    names = {"variant": "window", "group": "controls", "effect": "effects"}
    return curve.drop(columns="variable").rename(columns=names)


def draw_curve(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> tuple[Figure, pd.DataFrame]:
    """Draw the specification curve of each sample with the null distribution of its median.

    Parameters
    ----------
    estimates
        Estimates of the chapter.
    specs
        The chapter's specifications, for the names of the periods.
    """
    joint = rows(estimates, analysis="specification_curve_joint", term="median")
    null = joint.pivot(index="sample", columns="measure", values="estimate").reset_index()
    null = null.rename(columns={"": "median", "null_low": "low", "null_high": "high"})
    periods = {
        name: f"{how['label']}, {how['first']}–{how['last']}"
        for name, how in {**specs["windows"], **specs["combinations"]}.items()
    }
    return curve(
        curve_choices(estimates),
        choices=["window", "controls", "effects", "weights", "errors"],
        choice_labels={"window": periods},
        null=null.dropna(subset=["low", "high"]),
        scale=100,
        y_label="Slope × 100",
    )


def draw_series(
    series: pd.DataFrame, specs: Mapping[str, Any], series_specs: pd.DataFrame
) -> Figure:
    """Draw the weighted Gini by sample, and the zone's Theil T between core and periphery.

    Parameters
    ----------
    series
        Series of the chapter.
    specs
        config/specs/inequality.yaml; its ``placebo`` names the periods drawn.
    series_specs
        Specifications of the series, indexed by name.
    """
    drawn = [name for name in specs["placebo"] if name in series_specs.index]
    drawn = _longest(drawn, series_specs)
    gini = rows(series, analysis="inequality", measure="gini", weights="population")
    theil = rows(series, analysis="theil", group="core", measure="T", sample="zone")
    figure, axes = plt.subplots(
        2,
        len(drawn),
        figsize=(WIDTH, 0.56 * WIDTH),
        sharey="row",
        sharex="col",
        layout="constrained",
        squeeze=False,
    )
    letters = iter("abcdefghijkl")
    for axis, name in zip(axes[0], drawn, strict=True):
        for sample, colour in SAMPLE_COLOURS.items():
            line = by_year(gini, variant=name, sample=sample)
            axis.plot(line.index, line, color=colour, label=SAMPLE_NAMES[sample])
        title = fill(series_specs.at[name, "label"], 24)
        axis.set_title(f"{next(letters)}  {title}", fontsize=7.5)
    for axis, name in zip(axes[1], drawn, strict=True):
        between, within = (
            by_year(theil, variant=name, variable=part) for part in ("between", "within")
        )
        axis.stackplot(
            between.index,
            between,
            within,
            colors=[VERMILION, "#F3C9A8"],
            labels=["Theil T: core against periphery", "within the periphery"],
            linewidth=0,
        )
        axis.set_title(next(letters), fontsize=7.5)
        years = between.index if len(between) else axis.get_xlim()
        axis.set_xticks(np.unique(np.linspace(min(years), max(years), 3).round().astype(int)))
    axes[0, 0].set_ylabel("Gini, weighted")
    axes[1, 0].set_ylabel("Theil T of the zone, weighted")
    for row in axes:
        row[0].set_ylim(bottom=0)
    handles, names = [], []
    for axis in (axes[0, 0], axes[1, 0]):
        more, said = axis.get_legend_handles_labels()
        handles, names = handles + more, names + said
    figure.legend(handles, names, loc="outside lower center", ncols=len(names))
    return figure


def _longest(drawn: list[str], series: pd.DataFrame) -> list[str]:
    """Of spans of one outcome and first year the longest: shorter ones are its beginning."""
    last = series.loc[drawn].groupby(["outcome", "first"])["last"].transform("max")
    return [name for name in drawn if series.at[name, "last"] == last[name]]


def by_year(series: pd.DataFrame, **key: str) -> pd.Series:
    """Return a series by year."""
    return rows(series, **key).set_index("year")["value"].astype("float64").sort_index()


def draw_rolling(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> Figure:
    """Draw beta in rolling windows (above) and by the share of signal in reported growth (below).

    Parameters
    ----------
    estimates
        Estimates of the chapter.
    specs
        config/specs/inequality.yaml.
    """
    figure, axes = plt.subplots(
        2, 2, figsize=(WIDTH, 0.66 * WIDTH), layout="constrained", sharey="row"
    )
    rolling = rows(estimates, analysis="beta_rolling")
    titles = {name: specs["windows"].get(name, {}).get("label", name) for name in specs["rolling"]}
    for letter, axis, (name, how) in zip("ab", axes[0], specs["rolling"].items(), strict=False):
        for shift, sample in zip((-0.16, 0, 0.16), SAMPLE_COLOURS, strict=True):
            mine = rows(rolling, variant=name, sample=sample)
            _draw_intervals(axis, mine["last_year"].astype(float) + shift, mine, sample)
        axis.set_title(f"{letter}  {titles[name]}, windows of {how['length']} years")
        axis.set_xlabel("Last year of the window")
    combined = rows(estimates, analysis="lights_combination", term="initial")
    for letter, axis, (name, how) in zip(
        "cd", axes[1], specs["combinations"].items(), strict=False
    ):
        for shift, sample in zip((-0.012, 0, 0.012), SAMPLE_COLOURS, strict=True):
            mine = rows(combined, variant=name, sample=sample)
            _draw_intervals(axis, mine["setting"] + shift, mine, sample)
        axis.set_title(f"{letter}  {how['label']}, {how['first']}–{how['last']}", fontsize=7.5)
        axis.set_xlabel("Assumed share of signal in reported growth")
    for axis in axes.flat:
        axis.axhline(0, color=BLACK, linewidth=0.6, zorder=0)
    for axis in axes[:, 0]:
        axis.set_ylabel("Slope × 100")
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names))
    return figure


def _draw_intervals(axis: Axes, place: pd.Series, found: pd.DataFrame, sample: str) -> None:
    estimate = 100 * found["estimate"]
    axis.errorbar(
        place,
        estimate,
        yerr=[estimate - 100 * found["conf_low"], 100 * found["conf_high"] - estimate],
        fmt=SAMPLE_MARKS[sample],
        color=SAMPLE_COLOURS[sample],
        markersize=3,
        elinewidth=0.8,
        label=SAMPLE_NAMES[sample],
    )
