"""The zone compared with its counterfactual: path, placebo effects and methods."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from guantian.chapters.plan.figures import draw_interval, say_not_available
from guantian.chapters.plan.names import HEADLINE, SHORT, PlanNames, known, lights
from guantian.present.style import BLACK, BLUE, ORANGE, VERMILION, WIDTH
from guantian.results import find, rows
from regiometrics.counterfactuals.synthetic import METHODS

BAND, MEDIAN = "#D5DDE5", "#7A8894"


def draw_effect(
    estimates: pd.DataFrame, series: pd.DataFrame, names: PlanNames, confidence: float
) -> Figure:
    """Draw the headline: path, placebo effects, and the effect by method.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    names
        What things are called.
    confidence
        Of the bands of placebo zones.
    """
    figure, axes = plt.subplots(2, 2, figsize=(WIDTH, 0.6 * WIDTH), layout="constrained")
    band = f"Placebo zones, {100 * confidence:g}%"
    _draw_path(axes[0, 0], estimates, "gdp", names, band)
    axes[0, 0].set_title("a  Real GDP, SDID")
    axes[0, 0].set_ylabel("Zone minus counterfactual (log)")
    other = lights(estimates) or "growth"
    _draw_path(axes[0, 1], estimates, other, names, band)
    short = str(names.outcomes.get(other, other)).partition(" (")[0].partition(",")[0]
    axes[0, 1].set_title(f"b  {short}, SDID")
    _draw_histogram(axes[1, 0], rows(series, **HEADLINE | {"analysis": "placebo"}))
    _draw_methods(axes[1, 1], known(estimates), names)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def _draw_path(axis: Axes, estimates: pd.DataFrame, outcome: str, names: PlanNames, band: str):
    key = HEADLINE | {"analysis": "path", "term": "gap", "outcome": outcome}
    path = rows(known(estimates), **key).sort_values("year")
    if path.empty:
        say_not_available(axis)
        return
    years = path["year"].astype("int64").to_numpy()
    zone = path["own_value"].to_numpy()
    # The band is that of the placebo groups: the interval of a rank is the zone minus their ends.
    low, high = zone - path["conf_high"].to_numpy(), zone - path["conf_low"].to_numpy()
    axis.fill_between(years, low, high, color=BAND, linewidth=0, label=band)
    axis.plot(years, zone - path["estimate"], color=MEDIAN, linewidth=1, label="Placebo median")
    axis.plot(years, zone, color=VERMILION, marker="o", markersize=3, label=names.zone.name_en)
    axis.axhline(0, color=BLACK, linewidth=0.5)
    axis.axvline(names.year - 0.5, color=BLACK, linewidth=0.6, linestyle=":")
    axis.xaxis.set_major_locator(plt.MaxNLocator(integer=True, nbins=7))


def _draw_histogram(axis: Axes, placebos: pd.DataFrame) -> None:
    axis.set_title("c  Placebo zones and the zone, SDID")
    axis.set_xlabel("Mean effect on log real GDP")
    axis.set_ylabel("Placebo zones")
    if placebos.empty:
        return
    own = placebos.loc[placebos["setting"] == 0, "value"].iloc[0]
    others = placebos.loc[placebos["setting"] > 0, "value"]
    axis.hist(others, bins=30, color=BAND, edgecolor="white", linewidth=0.4)
    top = 1.15 * axis.get_ylim()[1]
    axis.set_ylim(0, top)
    for value, colour, label, side, shift in (
        (own, VERMILION, "zone", "right", -3),
        (others.median(), MEDIAN, "median", "left", 3),
    ):
        axis.axvline(value, color=colour, linewidth=1.4)
        axis.annotate(
            label,
            (value, top),
            (shift, -7),
            textcoords="offset points",
            color=colour,
            ha=side,
            fontsize=7,
        )


def _draw_methods(axis: Axes, found: pd.DataFrame, names: PlanNames) -> None:
    for base, colour in zip(names.choices["bases"], (BLUE, ORANGE), strict=False):
        for place, method in enumerate(METHODS):
            row = find(found, **HEADLINE | {"method": method, "base": base})
            if row:
                draw_interval(axis, place + 0.16 * (2 * base - 1), row, colour)
        label = f"base {names.base(base)}"
        axis.plot([], [], color=colour, marker="o", markersize=3, label=label)
    axis.axvline(0, color=BLACK, linewidth=0.5)
    axis.set_yticks(range(len(METHODS)), [SHORT[method] for method in METHODS])
    axis.invert_yaxis()
    axis.legend(loc="lower left", fontsize=6.5)
    axis.set_title("d  By method, minus the placebo median")
    axis.set_xlabel("Mean effect on log real GDP")
