"""The specification curve: every effect in order, and which choices made it."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from guantian.chapters.plan.estimate.curve import CHOICES
from guantian.chapters.plan.figures import say_not_available
from guantian.chapters.plan.names import HEADLINE, SHORT, PlanNames, known
from guantian.present.style import BLACK, BLUE, GREY, VERMILION, WIDTH
from guantian.results import rows

TITLES = {
    "method": "Method",
    "base": "Base",
    "donors": "Donors",
    "horizon": "Years after",
    "outcome": "GDP",
    "members": "Members",
}


def draw_curve(estimates: pd.DataFrame, names: PlanNames) -> Figure:
    """Draw effects minus the placebo median in ascending order, above the choices behind each.

    Parameters
    ----------
    estimates
        Estimates of the chapter.
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
    curve = rows(known(estimates), analysis="curve", term="effect")
    curve = curve.sort_values(["estimate", *CHOICES])
    if curve.empty:
        say_not_available(top)
        return figure
    places = np.arange(len(curve))
    top.vlines(places, curve["conf_low"], curve["conf_high"], color="#C9D6E2", linewidth=0.6)
    outside = ((curve["conf_low"] > 0) | (curve["conf_high"] < 0)).to_numpy()
    for mask, colour, label in (
        (~outside, BLUE, "interval contains zero"),
        (outside, VERMILION, "interval excludes zero"),
    ):
        label = f"{label} ({mask.sum()})"
        top.plot(
            places[mask], curve["estimate"][mask], ".", color=colour, markersize=3, label=label
        )
    top.axhline(0, color=BLACK, linewidth=0.5)
    chosen = curve[list(CHOICES)]
    key = {"horizon": names.choices["after"], "donors": "main", "members": "all"}
    key |= {name: HEADLINE[name] for name in ("method", "base", "outcome")}
    headline = curve.index.isin(rows(curve, **key).index)
    for place in places[headline]:
        top.axvline(place, color=BLACK, linewidth=0.8, linestyle=":", label="headline")
    # Beside the title: inside the axes some interval always lies below it.
    top.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0.1, fontsize=7)
    top.set_ylabel("Effect minus placebo\nmedian (log)")
    top.set_title("a  Effects")
    _draw_choices(bottom, chosen, places, names)
    return figure


def _draw_choices(axis, chosen: pd.DataFrame, places: np.ndarray, names: PlanNames) -> None:
    height, ticks, labels = 0.0, [], []
    for choice in CHOICES:
        present = set(chosen[choice])
        values = [value for value in _declared(choice, names) if value in present]
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


def _declared(choice: str, names: PlanNames) -> list:
    if choice == "base":
        return names.choices["bases"]
    return names.choices["curve"]["after" if choice == "horizon" else choice]


def _value(choice: str, value, names: PlanNames) -> str:
    if choice == "method":
        return SHORT[value]
    if choice == "base":
        return names.base(value)
    if choice == "outcome":
        return {"gdp": "chained", "gdp_deflated": "deflated"}.get(value, value)
    return str(value)
