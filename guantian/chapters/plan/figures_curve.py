"""The specification curve: every effect in order, and which choices made it."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from guantian.chapters.plan.estimate.curve import CHOICES, SEPARATOR
from guantian.chapters.plan.estimate.names import SHORT, PlanNames
from guantian.present.style import BLACK, BLUE, GREY, VERMILION, WIDTH

TITLES = {
    "method": "Method",
    "base": "Base",
    "donors": "Donors",
    "after": "Years after",
    "outcome": "GDP",
    "members": "Members",
}


def draw_curve(estimates: pd.DataFrame, names: PlanNames) -> Figure:
    """Draw effects less the placebo median in ascending order, above the choices behind each.

    Parameters
    ----------
    estimates
        Tidy, with the analysis ``plan_curve``.
    names
        What things are called.
    """
    figure, (top, bottom) = plt.subplots(
        2,
        1,
        figsize=(WIDTH, 0.64 * WIDTH),
        layout="constrained",
        sharex=True,
        height_ratios=[1, 1.25],
    )
    curve = estimates[(estimates["analysis"] == "plan_curve") & (estimates["term"] == "effect")]
    curve = curve[curve["estimate"].notna()].sort_values(["estimate", "spec"])
    if curve.empty:
        top.text(0.5, 0.5, "not to be had", transform=top.transAxes, ha="center")
        return figure
    places = np.arange(len(curve))
    top.vlines(places, curve["conf_low"], curve["conf_high"], color="#C9D6E2", linewidth=0.6)
    outside = ((curve["conf_low"] > 0) | (curve["conf_high"] < 0)).to_numpy()
    for mask, colour, label in (
        (~outside, BLUE, "interval holds zero"),
        (outside, VERMILION, "interval leaves zero out"),
    ):
        label = f"{label} ({mask.sum()})"
        top.plot(
            places[mask], curve["estimate"][mask], ".", color=colour, markersize=3, label=label
        )
    top.axhline(0, color=BLACK, linewidth=0.5)
    chosen = curve["spec"].str.split(SEPARATOR, expand=True, regex=False).set_axis(CHOICES, axis=1)
    headline = (chosen == _headline(names)).all(axis=1).to_numpy()
    for place in places[headline]:
        top.axvline(place, color=BLACK, linewidth=0.8, linestyle=":", label="headline")
    # Beside the title: inside the axes some interval always lies below it.
    top.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0.1, fontsize=7)
    top.set_ylabel("Effect less placebo\nmedian (log)")
    top.set_title("a  Effects")
    _draw_choices(bottom, chosen, places, names)
    return figure


def _headline(names: PlanNames) -> list[str]:
    return ["sdid", "0", "main", str(names.choices["after"]), "gdp", "all"]


def _draw_choices(axis, chosen: pd.DataFrame, places: np.ndarray, names: PlanNames) -> None:
    height, ticks, labels = 0.0, [], []
    for choice in CHOICES:
        values = list(dict.fromkeys(map(str, _order(choice, chosen, names))))
        if len(values) < 2:
            continue
        for value in values:
            mask = (chosen[choice] == value).to_numpy()
            axis.plot(
                places[mask],
                np.full(mask.sum(), height),
                "|",
                color=BLUE,
                markersize=3.4,
                markeredgewidth=0.5,
            )
            ticks.append(height)
            labels.append(f"{TITLES[choice]}: {_value(choice, value, names)}")
            height += 1
        axis.axhline(height - 0.35, color=GREY, linewidth=0.3)
        height += 0.3
    axis.set_yticks(ticks, labels, fontsize=6.2)
    axis.set_ylim(height - 0.4, -0.7)
    axis.set_xlim(-1, len(places))
    axis.set_xlabel("Specifications, in order of the effect")
    axis.set_title("b  Choices")


def _order(choice: str, chosen: pd.DataFrame, names: PlanNames) -> list:
    declared = names.choices["bases"] if choice == "base" else names.choices["curve"][choice]
    present = set(chosen[choice])
    return [value for value in declared if str(value) in present]


def _value(choice: str, value: str, names: PlanNames) -> str:
    if choice == "method":
        return SHORT[value]
    if choice == "base":
        return str(names.year - 1 + int(value))
    if choice == "outcome":
        return {"gdp": "chained", "gdp_deflated": "deflated"}.get(value, value)
    return value
