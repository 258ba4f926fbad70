"""The specification curve: sorted slopes above, the choices behind each below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from guantian.present.style import BLACK, GREY, SAMPLE_COLOURS, SAMPLE_NAMES, WIDTH
from regiometrics.inference import SIGNIFICANT

CHOICES = {  # head of the group, and how its options are printed
    "window": {},
    "controls": {
        "none": "no controls",
        "investment": "investment",
        "budget": "budget",
        "structure": "structure",
        "all": "all three",
    },
    "effects": {"none": "no effects", "province": "province effects"},
    "weights": {"none": "unweighted", "population": "by population"},
    "errors": {"HC3": "HC3", "cluster": "by province", "conley": "Conley"},
}


def draw_specification_curve(curve: pd.DataFrame, specs: Mapping[str, Any]) -> Figure:
    """Draw a column a sample: slopes times 100 in order, and dots for what each chose.

    Parameters
    ----------
    curve
        Tidy estimates, analyses ``specification_curve`` and ``specification_curve_joint``.
    specs
        config/specs/inequality.yaml, for the names of the spans.
    """
    fits = curve[curve["analysis"] == "specification_curve"]
    options = _options(fits, specs)
    samples = [sample for sample in SAMPLE_NAMES if (fits["sample"] == sample).any()]
    figure, axes = plt.subplots(
        2,
        len(samples),
        figsize=(WIDTH, 0.76 * WIDTH),
        sharex="col",
        sharey="row",
        squeeze=False,
        layout="constrained",
        height_ratios=[1, 1.45],
    )
    for column, (letter, sample) in enumerate(zip("abc", samples, strict=False)):
        rows = fits[fits["sample"] == sample].sort_values(["estimate", "spec"], ignore_index=True)
        upper, lower = axes[:, column]
        _draw_slopes(upper, rows, sample)
        joint = curve.query(
            "analysis == 'specification_curve_joint' and sample == @sample"
        ).set_index("term")
        _draw_null(upper, joint)
        _draw_choices(lower, rows, options, sample)
        upper.set_title(f"{letter}  {SAMPLE_NAMES[sample]}: {len(rows)} specifications")
        lower.set_xlabel("Specifications, by slope")
    low, high = 100 * fits["estimate"].quantile([0.002, 0.998])
    reach = high - low
    axes[0, 0].set_ylim(low - 0.35 * reach, high + 0.35 * reach)
    axes[0, 0].set_ylabel("Slope × 100")
    return figure


def _options(fits: pd.DataFrame, specs: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(kind, option, label) from top to bottom, those that occur."""
    names = fits["spec"].str.split(".", expand=True).set_axis(list(CHOICES), axis=1)
    spans = {**specs["windows"], **specs["combinations"]}
    found = []
    for kind, labels in CHOICES.items():
        known = spans if kind == "window" else labels
        for option in known:
            if (names[kind] == option).any():
                label = spans[option]["label"] if kind == "window" else labels[option]
                if kind == "window":
                    years = f"{spans[option]['first']}–{spans[option]['last'] % 100:02d}"
                    label = f"{label.partition(',')[0]}, {years}"
                found.append((kind, option, label))
    return found


def _draw_slopes(axis: Axes, rows: pd.DataFrame, sample: str) -> None:
    place = np.arange(len(rows))
    sure = (rows["p_value"] < SIGNIFICANT).to_numpy()
    estimate, low, high = (100 * rows[name] for name in ("estimate", "conf_low", "conf_high"))
    axis.vlines(place, low, high, color="#DDDDDD", linewidth=max(0.25, 60 / len(rows)), zorder=1)
    for chosen, colour, label in (
        (~sure, GREY, "not significant"),
        (sure, SAMPLE_COLOURS[sample] if sample != "nation" else BLACK, "significant at 5%"),
    ):
        if chosen.any():
            axis.scatter(
                place[chosen], estimate[chosen], s=3, color=colour, linewidths=0, label=label
            )
    axis.axhline(0, color=BLACK, linewidth=0.6, zorder=2)
    axis.legend(loc="upper left", markerscale=2, handletextpad=0.2, borderaxespad=0.1, fontsize=6.5)


def _draw_null(axis: Axes, joint: pd.DataFrame) -> None:
    """The median slope, and where the draws under the null put it."""
    if "median.null_low" not in joint.index:
        return
    low, high = (100 * joint.at[f"median.null_{end}", "estimate"] for end in ("low", "high"))
    axis.axhspan(low, high, color="#56B4E9", alpha=0.18, linewidth=0, zorder=0)
    axis.axhline(100 * joint.at["median", "estimate"], color="#0072B2", linewidth=0.9, zorder=3)


def _draw_choices(axis: Axes, rows: pd.DataFrame, options: list, sample: str) -> None:
    names = rows["spec"].str.split(".", expand=True).set_axis(list(CHOICES), axis=1)
    ticks, labels, height, last = [], [], 0.0, None
    for kind, option, label in options:
        height += 1.0 if last in (None, kind) else 1.6
        last = kind
        place = np.flatnonzero(names[kind] == option)
        colour = SAMPLE_COLOURS[sample] if sample != "nation" else BLACK
        axis.scatter(
            place,
            np.full(len(place), height),
            marker="|",
            s=12,
            linewidths=max(0.35, 60 / len(rows)),
            color=colour,
        )
        ticks.append(height)
        labels.append(label)
    axis.set_yticks(ticks, labels, fontsize=6.3)
    axis.set_ylim(height + 0.8, 0.2)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
