"""Figures of the games: modes of the pairs, what sustains restraint, what matters."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from guantian import labels
from guantian.chapters.games.tables import pair_name
from guantian.present.figures import (
    HALO,
    canvas,
    draw_forest,
    gather,
    label_line_ends,
    legend,
    title,
)
from guantian.results import one, rows

Drawn = tuple[Figure, pd.DataFrame]
MODES = ("cooperative", "differentiated", "confrontational", "mixed")
SHOWN_COST = 0.75
HIGHEST = 5.0  # fine that is drawn
ENDS = ["estimate", "conf_low", "conf_high"]
ROLES = {"estimated": "estimate", "grid": "alternative", "again": "estimate", "once": "alternative"}
PAIR = ["unit", "partner"]


def draw_modes_of_pairs(
    estimates: pd.DataFrame, series: pd.DataFrame, names: Mapping[str, str]
) -> Drawn:
    """Draw the diagram of the three modes with the pairs in it, and each pair's mode by cost.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    names
        City code to its English name.
    """
    figure, axes = canvas(1, 2, height=3.9, widths=[1, 1.15])
    shown = {
        "a": _draw_diagram(axes["a"], estimates),
        "b": _draw_map(axes["b"], rows(series, analysis="mode"), names),
    }
    title(axes["a"], f"Pairs at a cost of {100 * SHOWN_COST:g}% of the gain", "a")
    title(axes["b"], "Mode of each pair by cost", "b")
    legend(figure, MODES, "mode", shape="patch")
    return figure, gather(shown)


def _draw_diagram(axis: Axes, estimates: pd.DataFrame) -> pd.DataFrame:
    """Regions by externality and duplication over the net gain, with the pairs at one cost."""
    left, right, bottom, top = -1.15, 0.95, -0.95, 1.35
    line, below = np.array([left, 0.0]), np.array([left, 0.0, right])
    for x, low, high, mode in (
        (below, np.ones(3), np.full(3, top), "differentiated"),
        (line, 1 + line, np.ones(2), "confrontational"),
        (below, np.full(3, bottom), np.clip(1 + below, bottom, 1), "cooperative"),
    ):
        axis.fill_between(x, low, high, color=labels.colour(mode), alpha=0.16, linewidth=0)
    ink, muted = labels.colour("estimate"), labels.colour("alternative")
    axis.plot(line, 1 + line, color=ink, linewidth=0.7)
    axis.axhline(1, color=ink, linewidth=0.7)
    axis.axvline(0, color=muted, linewidth=0.5, linestyle=":")
    found = rows(estimates, analysis="pair", term=["external", "duplication"])
    found = found.assign(**{name: found[name] / (1 - SHOWN_COST) for name in ENDS})
    for _, pair in found.groupby(PAIR):
        by = pair.set_index("term")[ENDS]
        (x, *across), (y, *up) = by.loc["external"], by.loc["duplication"]
        axis.plot(across, [y, y], color=muted, linewidth=0.6, alpha=0.8)
        axis.plot([x, x], up, color=muted, linewidth=0.6, alpha=0.8)
        axis.plot(x, y, "o", color=ink, markersize=3, markeredgewidth=0)
    for place, name in ((0.62, "inside"), (0.84, "across")):
        row = one(estimates, analysis="behaviour", variant=name)
        hue, ends = labels.colour(name), np.clip([row.conf_low, row.conf_high], bottom, top)
        axis.plot([place, place], ends, color=hue, linewidth=1.6)
        if bottom < row.estimate < top:  # beyond the panel where the response is steep
            axis.plot(place, row.estimate, labels.mark(name), color=hue, markersize=4)
        axis.annotate(
            f"slope {name}",
            (place, ends[1]),
            xytext=(-2, -3),
            textcoords="offset points",
            rotation=90,
            ha="right",
            va="top",
            fontsize=6.5,
            path_effects=HALO,
        )
    for x, y, text in (
        (-0.32, 1.2, "one of the two pushes"),
        (-1.1, 0.55, "prisoners'\ndilemma"),
        (-0.3, -0.5, "both push, none loses"),
    ):
        axis.text(x, y, text, fontsize=7, ha="left", va="center", path_effects=HALO)
    axis.set(xlim=(left, right), ylim=(bottom, top))
    axis.set_xlabel("Spillover minus stolen business, over net gain")
    axis.set_ylabel("Duplication, over net gain")
    return pd.concat([found, rows(estimates, analysis="behaviour")])[
        ["analysis", "variant", *PAIR, "term", *ENDS]
    ]


def _draw_map(axis: Axes, modes: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Mode by cost, one row per pair; colours mix by the share of draws."""
    share = modes.groupby([*PAIR, "setting", "group"], sort=True)["value"].sum()
    both = share.unstack(fill_value=0).reindex(columns=list(MODES), fill_value=0.0)
    order = both["cooperative"].groupby(PAIR).sum().sort_values(kind="stable").index
    costs = np.sort(modes["setting"].unique())
    image = np.ones((len(order), len(costs), 3))
    for name in MODES:
        part = both[name].unstack("setting").reindex(index=order, columns=costs).to_numpy()
        image -= part[..., None] * (1 - np.array(to_rgb(labels.colour(labels.role("mode", name)))))
    step = (costs[1] - costs[0]) / 2
    axis.imshow(
        np.clip(image, 0, 1),
        aspect="auto",
        origin="lower",
        interpolation="nearest",
        extent=(100 * (costs[0] - step), 100 * (costs[-1] + step), -0.5, len(order) - 0.5),
    )
    printed = [pair_name(dict(zip(PAIR, pair, strict=True)), names) for pair in order]
    axis.set_yticks(range(len(order)), printed, fontsize=6.5)
    axis.set_xlim(left=50)
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel("Cost of a programme, percent of its gain")
    return share.rename("share").reset_index()


def draw_restraint(
    estimates: pd.DataFrame, series: pd.DataFrame, names: Mapping[str, str]
) -> Drawn:
    """Draw the fine that sustains restraint by detection, and how an example spreads.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    names
        City code to its English name.
    """
    figure, axes = canvas(1, 2, height=3.3)
    shown = {
        "a": _draw_frontier(axes["a"], rows(series, analysis="frontier")),
        "b": _draw_imitation(axes["b"], rows(estimates, analysis="imitation"), names),
    }
    title(axes["a"], "Monitoring and penalty", "a")
    title(axes["b"], "Spread of reciprocity from one city", "b")
    style = {"linestyle": "none", "markersize": 4.5}
    handles = [
        (
            Line2D(
                [],
                [],
                color=labels.colour(ROLES[variant]),
                marker=labels.mark(ROLES[variant]),
                markerfacecolor=labels.colour(ROLES[variant]) if strong else "white",
                **style,
            ),
            f"met {variant}, {'strong' if strong else 'weak'} selection",
        )
        for variant in ("once", "again")
        for strong in (False, True)
    ]
    legend(figure, [], others=handles)
    return figure, gather(shown)


def _draw_frontier(axis: Axes, found: pd.DataFrame) -> pd.DataFrame:
    """Median fine over the pairs by detection, a line per discount factor; the estimated filled."""
    key = ["setting_2", "variant", "setting"]
    shown = found.groupby(key)["value"].agg(["median", "min", "max"]).reset_index()
    axis.set(ylim=(0, HIGHEST), xlim=(0, 100))
    ends = []
    for (factor, variant), each in shown.groupby(["setting_2", "variant"]):
        estimated = variant == "estimated"
        hue = labels.colour("zone" if estimated else "alternative")
        x, y = 100 * each["setting"].to_numpy(), each["median"].to_numpy()
        if estimated:  # the range over the pairs
            low, high = (each[name].clip(upper=HIGHEST) for name in ("min", "max"))
            axis.fill_between(x, low, high, color=hue, alpha=0.18, linewidth=0)
        inside = y <= HIGHEST
        axis.plot(x[inside], y[inside], color=hue, linestyle="-" if estimated else "--")
        ends.append((x[-1], y[-1], f"δ = {factor:.2f}", hue))
    label_line_ends(axis, ends)
    axis.set_xlabel("Breaches that are observed, percent")
    axis.set_ylabel("Fine, over what breaking wins")
    names = {"setting": "detection", "setting_2": "discount_factor", "median": "fine"}
    return shown.rename(columns=names)


def _draw_imitation(axis: Axes, found: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """The chance that an example reaches all, over the chance without selection, by city."""
    found = rows(found, unit=sorted(set(found["unit"]) - {""}))
    found = found.sort_values(["unit", "variant", "setting"], ascending=[True, False, True])
    found = found.assign(
        city=found["unit"].map(lambda code: names.get(code, code)),
        role=found["variant"].map(ROLES),
        strong=found["setting"] == found["setting"].max(),
    )
    shown = draw_forest(axis, found, row="city", role="role", reference=1, filled="strong")
    axis.set_xlabel("Chance to reach all, over neutral chance")
    return shown


def draw_tornado(estimates: pd.DataFrame) -> Drawn:
    """Draw how far each parameter's interval, or half of its grid, moves the two outcomes.

    Parameters
    ----------
    estimates
        Estimates of the chapter.
    """
    figure, axes = canvas(1, 2, height=3.1)
    shown = {}
    for letter, outcome, text, unit in (
        ("a", "pairs", "Cooperating pairs", "Expected number"),
        ("b", "gain", "Gain if all agree", "Percent of a programme's gain"),
    ):
        found = rows(estimates, analysis="sensitivity", outcome=outcome)
        found = found.assign(width=found["conf_high"] - found["conf_low"])
        found = found[found["width"] > 1e-9].sort_values(
            ["width", "parameter"], ascending=[False, True], kind="stable"
        )
        found = found.assign(
            label=[labels.label("game_parameter", name, "short") for name in found["parameter"]],
            role=found["variant"].map(ROLES),
        )
        shown[letter] = draw_forest(
            axes[letter],
            found,
            row="label",
            role="role",
            reference=found["estimate"].iloc[0] if len(found) else None,
        )
        title(axes[letter], text, letter)
        axes[letter].set_xlabel(unit)
    handles = [
        (plt.Line2D([], [], color=labels.colour(ROLES[variant]), linewidth=1.4), text)
        for variant, text in (("estimated", "Interval of an estimate"), ("grid", "Half of a grid"))
    ]
    legend(figure, [], others=handles)
    return figure, gather(shown)
