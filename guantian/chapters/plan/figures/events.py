"""Event studies of the plan and of all approvals, and what violations of parallel trends do."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from guantian.chapters.plan.names import PlanNames
from guantian.present.style import BLACK, BLUE, ORANGE, VERMILION, WIDTH
from guantian.results import rows


def draw_events(estimates: pd.DataFrame, names: PlanNames) -> Figure:
    """Draw the zone's event study, those of all approvals, and the sensitivity of the first.

    Parameters
    ----------
    estimates
        Estimates of the chapter.
    names
        What things are called.
    """
    figure, axes = plt.subplots(
        1, 3, figsize=(WIDTH, 0.36 * WIDTH), layout="constrained", width_ratios=[1, 1, 0.9]
    )
    events = rows(estimates, analysis="event_study").sort_values("year")
    _points(axes[0], events["year"].astype("int64"), events, VERMILION, "")
    axes[0].plot([names.year - 1], [0], "o", markerfacecolor="white", color=VERMILION, markersize=4)
    axes[0].axvline(names.year - 0.5, color=BLACK, linewidth=0.6, linestyle=":")
    axes[0].set_title("a  The zone, two-way")
    axes[0].set_ylabel("Log real GDP, base year = 0")
    axes[0].xaxis.set_major_locator(plt.MaxNLocator(integer=True, nbins=4))
    for shift, (method, colour, label) in enumerate(
        (
            ("callaway_santanna", BLUE, "Callaway–Sant'Anna"),
            ("sun_abraham", ORANGE, "Sun–Abraham"),
        )
    ):
        key = {"analysis": "staggered", "method": method, "term": "event"}
        chosen = rows(estimates, **key).sort_values("horizon")
        places = chosen["horizon"].astype("int64") + 0.3 * shift - 0.15
        _points(axes[1], places, chosen, colour, label)
    axes[1].axvline(-0.5, color=BLACK, linewidth=0.6, linestyle=":")
    axes[1].set_title("b  All approved zones")
    axes[1].set_xlabel("Years since approval")
    axes[1].legend(
        loc="upper left", fontsize=6.5, frameon=True, facecolor="white", edgecolor="none"
    )
    axes[1].margins(y=0.12)
    _draw_sensitivity(axes[2], estimates)
    for axis in axes:
        axis.axhline(0, color=BLACK, linewidth=0.5)
    return figure


def _points(axis: Axes, places, frame: pd.DataFrame, colour: str, label: str) -> None:
    axis.vlines(places, frame["conf_low"], frame["conf_high"], color=colour, linewidth=0.9)
    axis.plot(places, frame["estimate"], "o", color=colour, markersize=3, label=label or None)


def _draw_sensitivity(axis: Axes, estimates: pd.DataFrame) -> None:
    labels, place = [], 0.0
    for method, colour, name in (
        ("relative_magnitude", BLUE, "relative"),
        ("smoothness", ORANGE, "smooth"),
    ):
        chosen = rows(estimates, analysis="sensitivity", method=method)
        for row in chosen.sort_values("setting").itertuples():
            axis.plot(
                [place, place],
                [row.conf_low, row.conf_high],
                color=colour,
                linewidth=2.2,
                solid_capstyle="butt",
            )
            labels.append((place, f"{row.setting:g}"))
            place += 1
        axis.plot([], [], color=colour, linewidth=2.2, label=name)
        place += 0.7
    axis.set_xticks([p for p, _ in labels], [text for _, text in labels], fontsize=6.3, rotation=45)
    axis.set_xlabel("Bound of the violation, M")
    axis.legend(loc="upper left", fontsize=6.5)
    axis.set_title("c  Robust intervals")
