"""Figures of the games: modes of the pairs, what sustains restraint, what matters."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from guantian.present.style import BLACK, BLUE, GREEN, GREY, HALO, ORANGE, VERMILION, WIDTH

MODES = {
    "cooperative": (BLUE, "Cooperative"),
    "confrontational": (VERMILION, "Confrontational"),
    "differentiated": (GREEN, "Differentiated"),
    "mixed": (GREY, "One gains, one loses"),
}
SHOWN_COST = 0.75
CAUSES = {
    "spillover": "Spillover ρ",
    "spillover_sample": "Sample of ρ",
    "distance": "Flows on distance",
    "province": "Flows within a province",
    "adjacency": "Flows over a border",
    "programme": "Size of a programme",
    "turnover": "Leaders' turnover",
    "similarity": "Measure of structure",
    "cost": "Cost (swept)",
    "detection": "Detection (swept)",
    "rank_weight": "Weight of rank (swept)",
}


def draw_modes_of_pairs(
    points: pd.DataFrame, modes: pd.DataFrame, estimates: pd.DataFrame, names: Mapping[str, str]
) -> Figure:
    """Draw the diagram of the three modes with the pairs in it, and each pair's mode by cost.

    Parameters
    ----------
    points
        Draws of each pair's externality and duplication; draw 0 is the point.
    modes
        Share of draws by pair, cost and mode.
    estimates
        Tidy estimates of the chapter.
    names
        Code to name.
    """
    figure, (left, right) = plt.subplots(
        1,
        2,
        figsize=(WIDTH, 0.56 * WIDTH),
        layout="constrained",
        gridspec_kw={"width_ratios": [1, 1.15]},
    )
    _diagram(left, points, estimates)
    _map(right, modes, names)
    handles = [plt.Rectangle((0, 0), 1, 1, color=colour) for colour, _ in MODES.values()]
    labels = [label for _, label in MODES.values()]
    figure.legend(handles, labels, loc="outside lower center", ncols=len(MODES))
    return figure


def _diagram(axis: Axes, points: pd.DataFrame, estimates: pd.DataFrame) -> None:
    """Regions by externality and duplication over the net gain, with the pairs at one cost."""
    left, right, bottom, top = -1.15, 0.95, -0.95, 1.35
    line = np.array([left, 0.0])
    axis.fill_between([left, right], 1, top, color=GREEN, alpha=0.16, linewidth=0)
    axis.fill_between(line, 1 + line, 1, color=VERMILION, alpha=0.16, linewidth=0)
    below = np.array([left, 0.0, right])
    axis.fill_between(
        below, bottom, np.clip(1 + below, bottom, 1), color=BLUE, alpha=0.13, linewidth=0
    )
    axis.plot(line, 1 + line, color=BLACK, linewidth=0.7)
    axis.axhline(1, color=BLACK, linewidth=0.7)
    axis.axvline(0, color=GREY, linewidth=0.5, linestyle=":")
    net = 1 - SHOWN_COST
    scaled = points.assign(
        x=points[["external_first", "external_second"]].mean(axis=1) / net,
        y=points["duplication"] / net,
    )
    for _, rows in scaled.groupby("pair"):
        x, y = rows["x"].to_numpy(), rows["y"].to_numpy()
        low, high = np.percentile(np.column_stack([x[1:], y[1:]]), [2.5, 97.5], axis=0)
        axis.plot([low[0], high[0]], [y[0], y[0]], color=GREY, linewidth=0.6, alpha=0.8)
        axis.plot([x[0], x[0]], [low[1], high[1]], color=GREY, linewidth=0.6, alpha=0.8)
        axis.plot(x[0], y[0], "o", color=BLACK, markersize=3, markeredgewidth=0)
    slope = estimates[estimates["analysis"] == "games_parameter"].set_index("term")
    for place, name in ((0.62, "inside"), (0.84, "across")):
        row = slope.loc[f"slope_{name}"]
        ends = np.clip([-2 * row["conf_high"], -2 * row["conf_low"]], bottom, top)
        axis.plot([place, place], ends, color=ORANGE, linewidth=1.4)
        if bottom < -2 * row["estimate"] < top:  # beyond the panel where the answer is steep
            axis.plot(place, -2 * row["estimate"], "D", color=ORANGE, markersize=3.5)
        axis.annotate(
            f"slope {name}",
            (place, ends[1]),
            xytext=(-2, -3),
            textcoords="offset points",
            rotation=90,
            ha="right",
            va="top",
            fontsize=6,
            color=BLACK,
            path_effects=HALO,
        )
    for x, y, text in (
        (-0.32, 1.24, "one of the two pushes"),
        (-1.1, 0.55, "prisoners'\ndilemma"),
        (-0.3, -0.5, "both push, none loses"),
    ):
        axis.text(x, y, text, fontsize=7, ha="left", va="center", path_effects=HALO)
    axis.set(xlim=(left, right), ylim=(bottom, top))
    axis.set_xlabel("Spillover less stolen business, over net gain")
    axis.set_ylabel("Duplication, over net gain")
    axis.set_title(f"a  Pairs at a cost of {100 * SHOWN_COST:g}% of the gain", fontsize=8)


def _map(axis: Axes, modes: pd.DataFrame, names: Mapping[str, str]) -> None:
    """Mode by cost, a row a pair; colours mix by the share of draws."""
    both = modes.groupby(["pair", "cost", "mode"], sort=True)["share"].sum().unstack(fill_value=0)
    both = both.reindex(columns=list(MODES), fill_value=0.0)
    mode = both["cooperative"].groupby("pair").sum().sort_values(kind="stable")
    order = list(mode.index)
    costs = np.sort(modes["cost"].unique())
    image = np.zeros((len(order), len(costs), 3))
    for name, (colour, _) in MODES.items():
        share = both[name].unstack("cost").reindex(index=order, columns=costs).to_numpy()
        rgb = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
        image += share[..., None] * rgb
    rest = 1 - both.sum(axis=1).unstack("cost").reindex(index=order, columns=costs).to_numpy()
    image += np.clip(rest, 0, 1)[..., None]
    step = (costs[1] - costs[0]) / 2
    axis.imshow(
        np.clip(image, 0, 1),
        aspect="auto",
        origin="lower",
        interpolation="nearest",
        extent=(100 * (costs[0] - step), 100 * (costs[-1] + step), -0.5, len(order) - 0.5),
    )
    labels = ["–".join(names.get(code, code) for code in pair.split("-")) for pair in order]
    axis.set_yticks(range(len(order)), labels, fontsize=6 if len(order) > 12 else 7)
    axis.set_xlim(left=50)
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel("Cost of a programme, % of its gain")
    axis.set_title("b  Mode of each pair by cost", fontsize=8)


def draw_restraint(
    frontier: pd.DataFrame, estimates: pd.DataFrame, names: Mapping[str, str]
) -> Figure:
    """Draw the fine that sustains restraint by detection, and how an example spreads.

    Parameters
    ----------
    frontier
        Fine by pair, patience and detection.
    estimates
        Tidy estimates of the chapter.
    names
        Code to name.
    """
    figure, (left, right) = plt.subplots(
        1,
        2,
        figsize=(WIDTH, 0.42 * WIDTH),
        layout="constrained",
        gridspec_kw={"width_ratios": [1, 1.1]},
    )
    known = estimates[estimates["term"] == "patience"]["estimate"]
    colours = iter((BLACK, BLUE, GREEN, GREY))
    for patience, rows in frontier.groupby("patience"):
        estimated = np.isclose(patience, known).any()
        colour = VERMILION if estimated else next(colours)
        table = rows.pivot(index="detection", columns="pair", values="fine")
        x = 100 * table.index.to_numpy()
        if colour == VERMILION:  # the estimated patience: least and most over the pairs
            low, high = table.min(axis=1), table.max(axis=1)
            left.fill_between(x, low, high, color=colour, alpha=0.18, lw=0)
        left.plot(
            x,
            table.median(axis=1),
            color=colour,
            label=f"{patience:.2f}{' (estimated)' if estimated else ''}",
        )
    left.set(ylim=(0, 5), xlim=(0, 100))
    left.set_xlabel("Breaches that are seen, %")
    left.set_ylabel("Fine, over what breaking wins")
    left.legend(title="Patience δ", title_fontsize=7)
    left.set_title("a  Monitoring and penalty", fontsize=8)
    _spread(right, estimates, names)
    return figure


def _spread(axis: Axes, estimates: pd.DataFrame, names: Mapping[str, str]) -> None:
    rows = estimates[
        (estimates["analysis"] == "games_spread") & (estimates["term"] == "fixation_over_neutral")
    ]
    specs = sorted(rows["spec"].unique(), key=lambda s: (s.split("_")[0] != "once", s))
    cities = sorted(set(rows["sample"]) - {"zone"})
    styles = {"once": ("o", VERMILION, "met once"), "again": ("s", BLUE, "met again")}
    for k, spec in enumerate(specs):
        again, strength = spec.split("_")
        mark, colour, said = styles[again]
        chosen = rows[rows["spec"] == spec].set_index("sample").reindex(cities)
        y = np.arange(len(cities)) + 0.14 * (k - (len(specs) - 1) / 2)
        axis.errorbar(
            chosen["estimate"],
            y,
            xerr=[
                chosen["estimate"] - chosen["conf_low"],
                chosen["conf_high"] - chosen["estimate"],
            ],
            fmt=mark,
            color=colour,
            markerfacecolor=colour if k % 2 else "white",
            markersize=3.5,
            elinewidth=0.8,
            label=f"{said}, selection {strength}",
        )
    axis.axvline(1, color=BLACK, linewidth=0.6)
    axis.set_yticks(range(len(cities)), [names.get(code, code) for code in cities])
    axis.invert_yaxis()
    axis.set_xlabel("Chance to reach all, over neutral chance")
    axis.set_title("b  Spread of reciprocity from one city", fontsize=8)
    axis.figure.legend(
        *axis.get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=6.5
    )


def draw_tornado(estimates: pd.DataFrame) -> Figure:
    """Draw how far each parameter's interval, or swept half, moves the two headline outcomes."""
    rows = estimates[estimates["analysis"] == "games_tornado"]
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 0.4 * WIDTH), layout="constrained")
    titles = {
        "pairs": ("a  Cooperating pairs", "Expected number"),
        "gain": ("b  Gain if all agree", "% of a programme's gain"),
    }
    for axis, (outcome, (title, label)) in zip(axes, titles.items(), strict=True):
        chosen = rows[rows["outcome"] == outcome].copy()
        chosen["width"] = chosen["conf_high"] - chosen["conf_low"]
        chosen = chosen[chosen["width"] > 1e-9].sort_values(["width", "spec"], kind="stable")
        y = np.arange(len(chosen))
        colours = [ORANGE if note == "swept" else BLUE for note in chosen["note"]]
        axis.barh(y, chosen["width"], left=chosen["conf_low"], color=colours, height=0.62)
        axis.axvline(chosen["estimate"].iloc[0], color=BLACK, linewidth=0.8)
        axis.set_yticks(y, [CAUSES.get(spec, spec) for spec in chosen["spec"]])
        axis.tick_params(axis="y", length=0)
        axis.use_sticky_edges = False
        axis.margins(x=0.06)
        axis.set_xlabel(label)
        axis.set_title(title, fontsize=8)
    return figure
