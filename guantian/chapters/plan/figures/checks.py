"""The headline effect in cities, rings and other zones, and at earlier dates."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from guantian.chapters.plan.figures import draw_interval
from guantian.chapters.plan.names import PlanNames, known
from guantian.present.style import BLACK, BLUE, GREY, ORANGE, VERMILION, WIDTH
from guantian.results import rows


def draw_checks(estimates: pd.DataFrame, names: PlanNames) -> Figure:
    """Draw the effect in cities, rings and other zones, and at earlier dates.

    Parameters
    ----------
    estimates
        Estimates of the chapter.
    names
        What things are called.
    """
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 0.5 * WIDTH), layout="constrained")
    parts: tuple[tuple[str, str, Callable[[pd.Series], str]], ...] = (
        ("city", BLUE, lambda row: names.city(row["unit"])),
        ("ring", ORANGE, lambda row: f"Ring {row['setting']:g}"),
        ("date", GREY, lambda row: f"Plan dated {row['year']}"),
        ("completion", BLACK, lambda row: "Matrix completion"),
    )
    found = rows(known(estimates), term="effect", base=0, method=["sdid", "completion"])
    checks = [
        (name(row), row, colour)
        for analysis, colour, name in parts
        for _, row in rows(found, analysis=analysis).iterrows()
    ]
    _draw_forest(axes[0], checks, "a  Checks")
    zones = [
        (_shortened(names.approval(row)), row, VERMILION if row["group"] == names.zone.id else BLUE)
        for _, row in rows(found, analysis="zones").sort_values(["year", "group"]).iterrows()
    ]
    _draw_forest(axes[1], zones, "b  Approved zones")
    for axis in axes:
        axis.set_xlabel("Minus the placebo median")
    return figure


def _shortened(label: str) -> str:
    for word in ("Efficient ", "Ecological ", "Economic "):
        label = label.replace(word, "")
    return label


def _draw_forest(axis: Axes, found: list[tuple[str, pd.Series, str]], title: str) -> None:
    for height, (_, row, colour) in enumerate(found):
        draw_interval(axis, height, row, colour)
    axis.axvline(0, color=BLACK, linewidth=0.5)
    axis.set_yticks(np.arange(len(found)), [label for label, _, _ in found], fontsize=6.5)
    axis.invert_yaxis()
    axis.set_title(title)
