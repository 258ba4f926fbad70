"""What the plan did: the zone against its counterfactual, and the checks."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from guantian.chapters.plan.estimate.names import SHORT, PlanNames
from guantian.chapters.plan.figures_curve import draw_curve
from guantian.chapters.plan.figures_events import draw_events
from guantian.present.style import BLACK, BLUE, GREY, ORANGE, VERMILION, WIDTH
from regiometrics.counterfactuals.synthetic import METHODS

BAND, MEDIAN = "#D5DDE5", "#7A8894"


def draw_plan_figures(
    estimates: pd.DataFrame, placebos: pd.DataFrame, names: PlanNames, confidence: float
) -> dict[str, Figure]:
    """Draw every figure of the chapter, by name.

    Parameters
    ----------
    estimates
        Tidy estimates of the chapter.
    placebos
        Effects of the placebo groups: spec, outcome, group (0 is the zone), effect.
    names
        What things are called.
    confidence
        Of the bands of placebo zones.
    """
    return {
        "plan_effect": draw_effect(estimates, placebos, names, confidence),
        "plan_curve": draw_curve(estimates, names),
        "plan_events": draw_events(estimates, names),
        "plan_checks": draw_checks(estimates, names),
    }


def draw_effect(
    estimates: pd.DataFrame, placebos: pd.DataFrame, names: PlanNames, confidence: float
) -> Figure:
    """Draw the headline: path, placebo effects, and what other methods and outcomes say."""
    figure, axes = plt.subplots(2, 2, figsize=(WIDTH, 0.6 * WIDTH), layout="constrained")
    lights = next(
        (name for name in ("lights_first", "lights_second") if _has_path(estimates, name)), "growth"
    )
    band = f"Placebo zones, {100 * confidence:g}%"
    _draw_path(axes[0, 0], estimates, "gdp", names, band)
    axes[0, 0].set_title("a  Real GDP, SDID")
    axes[0, 0].set_ylabel("Zone less counterfactual (log)")
    _draw_path(axes[0, 1], estimates, lights, names, band)
    axes[0, 1].set_title(f"b  {_short(names, lights)}, SDID")
    _draw_histogram(axes[1, 0], placebos)
    _draw_methods(axes[1, 1], estimates, names)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def draw_checks(estimates: pd.DataFrame, names: PlanNames) -> Figure:
    """Draw the effect in cities, rings and other zones, and at earlier dates."""
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 0.5 * WIDTH), layout="constrained")
    cities = estimates[(estimates["analysis"] == "plan_city") & (estimates["spec"] == "sdid_base0")]
    rows = [(names.sample(row["sample"]), row) for row in _named(cities)]
    for analysis, label in (
        ("plan_ring", "Ring {}"),
        ("plan_date", "Plan dated {}"),
        ("plan_completion", "Matrix completion"),
    ):
        chosen = estimates[estimates["analysis"] == analysis]
        rows += [(label.format(row["spec"].removeprefix("ring")), row) for row in _named(chosen)]
    _forest(axes[0], rows, "a  Checks")
    zones = estimates[estimates["analysis"] == "plan_zones"].sort_values(["spec", "sample"])
    own = names.zone.id
    rows = [(f"{names.sample(row['sample'])}, {row['spec']}", row) for row in _named(zones)]
    rows = [(_shortened(label), row) for label, row in rows]
    _forest(axes[1], rows, "b  Approved zones", bold=own)
    for axis in axes:
        axis.set_xlabel("Less the placebo median")
    return figure


def _shortened(label: str) -> str:
    for word in ("Efficient ", "Ecological ", "Economic "):
        label = label.replace(word, "")
    return label


def _has_path(estimates: pd.DataFrame, outcome: str) -> bool:
    chosen = estimates[(estimates["analysis"] == "plan_path") & (estimates["outcome"] == outcome)]
    return bool(chosen["statistic"].notna().any())


def _short(names: PlanNames, outcome: str) -> str:
    return str(names.outcomes.get(outcome, outcome)).partition(" (")[0].partition(",")[0]


def _draw_path(axis: Axes, estimates: pd.DataFrame, outcome: str, names: PlanNames, band: str):
    path = estimates[
        (estimates["analysis"] == "plan_path")
        & (estimates["spec"] == "sdid_base0")
        & (estimates["outcome"] == outcome)
        & estimates["statistic"].notna()
    ].sort_values("term")
    if path.empty:
        axis.text(0.5, 0.5, "not to be had", transform=axis.transAxes, ha="center")
        return
    years = path["term"].astype(int).to_numpy()
    zone = path["statistic"].to_numpy()
    # The band is that of the placebo groups: the interval of a rank is the zone less their ends.
    low, high = zone - path["conf_high"].to_numpy(), zone - path["conf_low"].to_numpy()
    axis.fill_between(years, low, high, color=BAND, linewidth=0, label=band)
    axis.plot(years, zone - path["estimate"], color=MEDIAN, linewidth=1, label="Placebo median")
    axis.plot(years, zone, color=VERMILION, marker="o", markersize=3, label=_zone_label(names))
    axis.axhline(0, color=BLACK, linewidth=0.5)
    axis.axvline(names.year - 0.5, color=BLACK, linewidth=0.6, linestyle=":")
    axis.xaxis.set_major_locator(plt.MaxNLocator(integer=True, nbins=7))


def _zone_label(names: PlanNames) -> str:
    return names.zone.name_en


def _draw_histogram(axis: Axes, placebos: pd.DataFrame) -> None:
    chosen = placebos[(placebos["spec"] == "sdid_base0") & (placebos["outcome"] == "gdp")]
    axis.set_title("c  Placebo zones and the zone, SDID")
    axis.set_xlabel("Mean effect on log real GDP")
    axis.set_ylabel("Placebo zones")
    if chosen.empty:
        return
    own = chosen.loc[chosen["group"] == 0, "effect"].iloc[0]
    others = chosen.loc[chosen["group"] > 0, "effect"]
    axis.hist(others, bins=30, color=BAND, edgecolor="white", linewidth=0.4)
    top = 1.15 * axis.get_ylim()[1]
    axis.set_ylim(0, top)
    for value, colour, label, side in (
        (own, VERMILION, "zone", "right"),
        (others.median(), MEDIAN, "median", "left"),
    ):
        axis.axvline(value, color=colour, linewidth=1.4)
        shift = -3 if side == "right" else 3
        axis.annotate(
            label,
            (value, top),
            (shift, -7),
            textcoords="offset points",
            color=colour,
            ha=side,
            fontsize=7,
        )


def _draw_methods(axis: Axes, estimates: pd.DataFrame, names: PlanNames) -> None:
    chosen = estimates[
        (estimates["analysis"] == "plan_effect")
        & (estimates["outcome"] == "gdp")
        & (estimates["term"] == "effect")
    ].set_index("spec")
    rows = []
    for base, colour in zip(names.choices["bases"], (BLUE, ORANGE), strict=False):
        for place, method in enumerate(METHODS):
            spec = f"{method}_base{base}"
            if spec in chosen.index and pd.notna(chosen.at[spec, "estimate"]):
                rows.append((place + 0.16 * (2 * base - 1), chosen.loc[spec], colour))
        label = f"base {names.year - 1 + base}"
        axis.plot([], [], color=colour, marker="o", markersize=3, label=label)
    for height, row, colour in rows:
        _interval(axis, height, row, colour)
    axis.axvline(0, color=BLACK, linewidth=0.5)
    axis.set_yticks(range(len(METHODS)), [SHORT[method] for method in METHODS])
    axis.invert_yaxis()
    axis.legend(loc="lower left", fontsize=6.5)
    axis.set_title("d  By method, less the placebo median")
    axis.set_xlabel("Mean effect on log real GDP")


def _interval(axis: Axes, height: float, row, colour: str) -> None:
    axis.plot([row["conf_low"], row["conf_high"]], [height, height], color=colour, linewidth=1)
    axis.plot(row["estimate"], height, "o", color=colour, markersize=3.5)


def _named(frame: pd.DataFrame) -> list:
    known = frame[(frame["term"] == "effect") & frame["estimate"].notna()]
    return [row for _, row in known.iterrows()]


def _forest(axis: Axes, rows: Sequence, title: str, bold: str = "") -> None:
    colours = {"plan_city": BLUE, "plan_ring": ORANGE, "plan_date": GREY, "plan_completion": BLACK}
    for height, (_, row) in enumerate(rows):
        own = row["analysis"] == "plan_zones" and row["sample"] == bold
        _interval(axis, height, row, VERMILION if own else colours.get(row["analysis"], BLUE))
    axis.axvline(0, color=BLACK, linewidth=0.5)
    labels = [label for label, _ in rows]
    axis.set_yticks(np.arange(len(rows)), labels, fontsize=6.5)
    axis.invert_yaxis()
    axis.set_title(title)
