"""Figures of the games: modes of the pairs, what sustains restraint, what matters."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from guantian.chapters.games.tables import pair_name
from guantian.present.style import BLACK, BLUE, GREEN, GREY, HALO, ORANGE, VERMILION, WIDTH
from guantian.results import one, rows

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
    "cost": "Cost (grid)",
    "detection": "Detection (grid)",
    "rank_weight": "Weight of rank (grid)",
}


def draw_modes_of_pairs(
    estimates: pd.DataFrame, series: pd.DataFrame, names: Mapping[str, str]
) -> Figure:
    """Draw the diagram of the three modes with the pairs in it, and each pair's mode by cost.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    names
        City code to its English name.
    """
    figure, (left, right) = plt.subplots(
        1,
        2,
        figsize=(WIDTH, 0.56 * WIDTH),
        layout="constrained",
        gridspec_kw={"width_ratios": [1, 1.15]},
    )
    _diagram(left, estimates)
    _map(right, rows(series, analysis="mode"), names)
    handles = [plt.Rectangle((0, 0), 1, 1, color=colour) for colour, _ in MODES.values()]
    labels = [label for _, label in MODES.values()]
    figure.legend(handles, labels, loc="outside lower center", ncols=len(MODES))
    return figure


def _diagram(axis: Axes, estimates: pd.DataFrame) -> None:
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
    external, duplication = (
        rows(estimates, analysis="pair", term=term).set_index(["unit", "partner"])
        for term in ("external", "duplication")
    )
    numbers = ["estimate", "conf_low", "conf_high"]
    for pair in external.index:
        x, left_end, right_end = external.loc[pair, numbers] / net
        y, low, high = duplication.loc[pair, numbers] / net
        axis.plot([left_end, right_end], [y, y], color=GREY, linewidth=0.6, alpha=0.8)
        axis.plot([x, x], [low, high], color=GREY, linewidth=0.6, alpha=0.8)
        axis.plot(x, y, "o", color=BLACK, markersize=3, markeredgewidth=0)
    for place, name in ((0.62, "inside"), (0.84, "across")):
        row = one(estimates, analysis="behaviour", variant=name)
        ends = np.clip([row.conf_low, row.conf_high], bottom, top)
        axis.plot([place, place], ends, color=ORANGE, linewidth=1.4)
        if bottom < row.estimate < top:  # beyond the panel where the response is steep
            axis.plot(place, row.estimate, "D", color=ORANGE, markersize=3.5)
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
    axis.set_xlabel("Spillover minus stolen business, over net gain")
    axis.set_ylabel("Duplication, over net gain")
    axis.set_title(f"a  Pairs at a cost of {100 * SHOWN_COST:g}% of the gain", fontsize=8)


def _map(axis: Axes, modes: pd.DataFrame, names: Mapping[str, str]) -> None:
    """Mode by cost, one row per pair; colours mix by the share of draws."""
    key = ["unit", "partner"]
    both = modes.groupby([*key, "setting", "group"], sort=True)["value"].sum()
    both = both.unstack(fill_value=0).reindex(columns=list(MODES), fill_value=0.0)
    order = both["cooperative"].groupby(key).sum().sort_values(kind="stable").index
    costs = np.sort(modes["setting"].unique())
    image = np.zeros((len(order), len(costs), 3))
    for name, (colour, _) in MODES.items():
        share = both[name].unstack("setting").reindex(index=order, columns=costs).to_numpy()
        rgb = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
        image += share[..., None] * rgb
    rest = 1 - both.sum(axis=1).unstack("setting").reindex(index=order, columns=costs).to_numpy()
    image += np.clip(rest, 0, 1)[..., None]
    step = (costs[1] - costs[0]) / 2
    axis.imshow(
        np.clip(image, 0, 1),
        aspect="auto",
        origin="lower",
        interpolation="nearest",
        extent=(100 * (costs[0] - step), 100 * (costs[-1] + step), -0.5, len(order) - 0.5),
    )
    labels = [pair_name(dict(zip(key, pair, strict=True)), names) for pair in order]
    axis.set_yticks(range(len(order)), labels, fontsize=6 if len(order) > 12 else 7)
    axis.set_xlim(left=50)
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel("Cost of a programme, % of its gain")
    axis.set_title("b  Mode of each pair by cost", fontsize=8)


def draw_restraint(
    estimates: pd.DataFrame, series: pd.DataFrame, names: Mapping[str, str]
) -> Figure:
    """Draw the fine that sustains restraint by detection, and how an example spreads.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    names
        City code to its English name.
    """
    figure, (left, right) = plt.subplots(
        1,
        2,
        figsize=(WIDTH, 0.42 * WIDTH),
        layout="constrained",
        gridspec_kw={"width_ratios": [1, 1.1]},
    )
    colours = iter((BLACK, BLUE, GREEN, GREY))
    for (factor, variant), found in rows(series, analysis="frontier").groupby(
        ["setting_2", "variant"]
    ):
        estimated = variant == "estimated"
        colour = VERMILION if estimated else next(colours)
        table = found.pivot(index="setting", columns=["unit", "partner"], values="value")
        x = 100 * table.index.to_numpy()
        if estimated:  # the range over the pairs
            low, high = table.min(axis=1), table.max(axis=1)
            left.fill_between(x, low, high, color=colour, alpha=0.18, lw=0)
        left.plot(
            x,
            table.median(axis=1),
            color=colour,
            label=f"{factor:.2f}{' (estimated)' if estimated else ''}",
        )
    left.set(ylim=(0, 5), xlim=(0, 100))
    left.set_xlabel("Breaches that are seen, %")
    left.set_ylabel("Fine, over what breaking wins")
    left.legend(title="Discount factor δ", title_fontsize=7)
    left.set_title("a  Monitoring and penalty", fontsize=8)
    _imitation(right, estimates, names)
    return figure


def _imitation(axis: Axes, estimates: pd.DataFrame, names: Mapping[str, str]) -> None:
    found = rows(estimates, analysis="imitation")
    cities = sorted(set(found["unit"]) - {""})
    styles = {"once": ("o", VERMILION, "met once"), "again": ("s", BLUE, "met again")}
    drawn = [(v, strength) for v in styles for strength in sorted(found["setting"].unique())]
    for k, (variant, strength) in enumerate(drawn):
        mark, colour, said = styles[variant]
        chosen = rows(found, variant=variant, setting=strength).set_index("unit").reindex(cities)
        y = np.arange(len(cities)) + 0.14 * (k - (len(drawn) - 1) / 2)
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
            label=f"{said}, selection {strength:g}",
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
    """Draw how far each parameter's interval, or half of its grid, moves the two outcomes."""
    found = rows(estimates, analysis="sensitivity")
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 0.4 * WIDTH), layout="constrained")
    titles = {
        "pairs": ("a  Cooperating pairs", "Expected number"),
        "gain": ("b  Gain if all agree", "% of a programme's gain"),
    }
    for axis, (outcome, (title, label)) in zip(axes, titles.items(), strict=True):
        chosen = rows(found, outcome=outcome)
        chosen = chosen.assign(width=chosen["conf_high"] - chosen["conf_low"])
        chosen = chosen[chosen["width"] > 1e-9].sort_values(["width", "parameter"], kind="stable")
        y = np.arange(len(chosen))
        colours = [ORANGE if variant == "grid" else BLUE for variant in chosen["variant"]]
        axis.barh(y, chosen["width"], left=chosen["conf_low"], color=colours, height=0.62)
        axis.axvline(chosen["estimate"].iloc[0], color=BLACK, linewidth=0.8)
        axis.set_yticks(y, [CAUSES[name] for name in chosen["parameter"]])
        axis.tick_params(axis="y", length=0)
        axis.use_sticky_edges = False
        axis.margins(x=0.06)
        axis.set_xlabel(label)
        axis.set_title(title, fontsize=8)
    return figure
