"""Slopes of reaction, what a shared shock gives, and the promotion contest."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from guantian.chapters.reactions.estimate.names import MEASURES, OFFICIALS, OUTCOMES
from guantian.present.style import BLACK, BLUE, GREY, ORANGE, VERMILION, WIDTH

SLOPES = {
    ("iv_sides", "inside"): ("Rivals inside, 2SLS", VERMILION, "o"),
    ("iv_sides", "across"): ("Rivals across, 2SLS", BLUE, "s"),
    ("iv_border", "across"): ("Across, province-year", BLUE, "D"),
    ("iv_neighbours", "neighbours"): ("All neighbours, 2SLS", BLACK, "^"),
    ("iv_before", "inside"): ("Inside, earlier years", VERMILION, "<"),
    ("iv_after", "inside"): ("Inside, later years", VERMILION, ">"),
    ("ml_neighbours", "neighbours"): ("All neighbours, QML", GREY, "v"),
}
VIEW = (-1.2, 2.2)  # intervals beyond it end in an arrow
OFFICIAL_COLOURS = dict(zip(OFFICIALS, (VERMILION, BLUE), strict=True))
LATE = {
    "growth": ("Growth, pp", 1),
    "overbid": ("Target less\nprovince's, pp", 1),
    "investment": ("Investment,\nlog pts × 10", 10),
    "expenditure": ("Expenditure,\nlog pts × 10", 10),
}


def draw_slopes(estimates: pd.DataFrame) -> Figure:
    """Draw slopes with intervals: a panel an outcome, a row a specification.

    Parameters
    ----------
    estimates
        Tidy estimates of reactions; the nation is drawn.
    """
    rows = estimates[(estimates["analysis"] == "reaction") & (estimates["sample"] == "nation")]
    names = [name for name in OUTCOMES if name in set(rows["outcome"])]
    figure, axes = plt.subplots(
        1, len(names), figsize=(WIDTH, 0.36 * WIDTH), sharey=True, layout="constrained",
        squeeze=False,
    )  # fmt: skip
    for letter, axis, name in zip("abcdefgh", axes[0], names, strict=False):
        chosen = rows[rows["outcome"] == name].set_index(["spec", "term"])
        for height, (key, (_, colour, mark)) in enumerate(SLOPES.items()):
            if key in chosen.index and pd.notna(chosen.at[key, "estimate"]):
                _clipped(axis, chosen.loc[key], height, colour, mark)
        axis.axvline(0, color=BLACK, linewidth=0.6, zorder=0)
        axis.set_xlim(*VIEW)
        axis.set_title(f"{letter}  {OUTCOMES[name]}", fontsize=7.5)
        axis.set_xlabel("Slope")
    axes[0, 0].set_yticks(range(len(SLOPES)), [label for label, *_ in SLOPES.values()])
    axes[0, 0].invert_yaxis()
    return figure


def _clipped(axis, row: pd.Series, height: float, colour: str, mark: str) -> None:
    low, high = max(row["conf_low"], VIEW[0]), min(row["conf_high"], VIEW[1])
    axis.plot([low, high], [height, height], color=colour, linewidth=0.9, solid_capstyle="butt")
    if VIEW[0] < row["estimate"] < VIEW[1]:
        axis.plot(row["estimate"], height, mark, color=colour, markersize=4)
    for end, arrow, reached in ((0, "<", row["conf_low"]), (1, ">", row["conf_high"])):
        beyond = reached < VIEW[0] if end == 0 else reached > VIEW[1]
        if beyond:
            axis.plot(VIEW[end], height, arrow, color=colour, markersize=4, clip_on=False)


def draw_shocks(estimates: pd.DataFrame) -> Figure:
    """Draw co-movement beside that with permuted labels, and the years before and after.

    Parameters
    ----------
    estimates
        Tidy estimates of reactions.
    """
    shocks = estimates[estimates["analysis"] == "reaction_shocks"]
    names = [name for name in OUTCOMES if name in set(shocks["outcome"])]
    figure, axes = plt.subplots(
        1, 3, figsize=(WIDTH, 0.44 * WIDTH), sharey=True, layout="constrained"
    )
    for letter, axis, side, title in (
        ("a", axes[0], "inside", "Rivals inside the province"),
        ("b", axes[1], "across", "Rivals across the border"),
    ):
        drawn = shocks[shocks["spec"] == f"permuted_{side}"].set_index(["outcome", "term"])
        for height, name in enumerate(names):
            _permuted(axis, drawn, name, height)
        axis.set_title(f"{letter}  {title}", fontsize=7.5)
        axis.set_xlabel("Slope of co-movement")
    leads = shocks[shocks["spec"] == "leads_inside"].set_index(["outcome", "term"])
    for shift, term, colour, label in (
        (-0.22, "before", GREY, "Year before"),
        (0.0, "same", BLACK, "Same year"),
        (0.22, "next", ORANGE, "Next year"),
    ):
        _points(axes[2], leads, names, term, shift, colour, label)
    axes[2].set_title("c  Rivals inside, by year", fontsize=7.5)
    axes[2].set_xlabel("Slope, three years together")
    for axis in axes:
        axis.axvline(0, color=BLACK, linewidth=0.6, zorder=0)
    axes[0].set_yticks(range(len(names)), [OUTCOMES[name] for name in names])
    axes[0].set_ylim(len(names) - 0.4, -0.6)
    found = {}
    for axis in (axes[0], axes[2]):
        handles, labels = axis.get_legend_handles_labels()
        found |= dict(zip(labels, handles, strict=True))
    figure.legend(
        found.values(), found.keys(), loc="outside lower center", ncols=3, handletextpad=0.5
    )
    return figure


def _permuted(axis, drawn: pd.DataFrame, name: str, height: int) -> None:
    for term, shift, colour, label in (
        ("any_city", 0.2, GREY, "Labels permuted, any city"),
        ("same_province", 0.0, BLUE, "Labels permuted within provinces"),
    ):
        if (name, term) not in drawn.index:
            continue
        row = drawn.loc[(name, term)]
        low, high = row["statistic"] - row["conf_high"], row["statistic"] - row["conf_low"]
        axis.plot(
            [low, high], [height + shift] * 2, color=colour, linewidth=4, alpha=0.45,
            solid_capstyle="butt", label=label,
        )  # fmt: skip
        middle = row["statistic"] - row["estimate"]
        axis.plot([middle], [height + shift], "|", color=colour, markersize=7)
        axis.plot(
            [row["statistic"]], [height - 0.2], "o", color=VERMILION, markersize=4.5,
            label="True neighbours",
        )  # fmt: skip


def _points(axis, rows: pd.DataFrame, names, term, shift, colour, label) -> None:
    for height, name in enumerate(names):
        if (name, term) in rows.index:
            row = rows.loc[(name, term)]
            axis.errorbar(
                row["estimate"], height + shift,
                xerr=[[row["estimate"] - row["conf_low"]], [row["conf_high"] - row["estimate"]]],
                fmt="o", color=colour, markersize=3.5, elinewidth=0.9,
                label=label if height == 0 else None,
            )  # fmt: skip


def draw_contest(contest: pd.DataFrame) -> Figure:
    """Draw promotion on growth, and what officials near retirement do.

    Parameters
    ----------
    contest
        Tidy estimates of the contest.
    """
    figure, axes = plt.subplots(1, 3, figsize=(WIDTH, 0.36 * WIDTH), layout="constrained")
    promotion = contest[contest["analysis"] == "promotion"]
    for letter, axis, spec, title in (
        ("a", axes[0], "province_year", "Promotion"),
        ("b", axes[1], "city_province_year", "With city effects"),
    ):
        chosen = promotion[promotion["spec"] == spec].set_index(["outcome", "term"])
        _forest(axis, chosen, {name: (label, 100) for name, label in MEASURES.items()})
        axis.set_title(f"{letter}  {title}", fontsize=7.5)
        axis.set_xlabel("Percentage points per point")
    reach = [axis.get_xlim() for axis in axes[:2]]
    for axis in axes[:2]:
        axis.set_xlim(min(low for low, _ in reach), max(high for _, high in reach))
    axes[1].set_yticklabels([])
    late = contest[(contest["analysis"] == "leaders") & (contest["term"] == "late")]
    found = {}
    for official in OFFICIALS:
        for row in late[late["spec"] == f"{official}_city_year"].itertuples():
            found[(official, row.outcome)] = row._asdict()
    frame = pd.DataFrame(found).T
    _forest(axes[2], frame, LATE)
    axes[2].set_title("c  Near retirement", fontsize=7.5)
    axes[2].set_xlabel("Effect")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure


def _forest(axis, rows: pd.DataFrame, terms: dict[str, tuple[str, float]]) -> None:
    for shift, official in zip((-0.14, 0.14), OFFICIALS, strict=True):
        heights, values = [], []
        for height, (term, (_, scale)) in enumerate(terms.items()):
            if (official, term) in rows.index:
                row = rows.loc[(official, term)]
                values.append([scale * row[key] for key in ("estimate", "conf_low", "conf_high")])
                heights.append(height + shift)
        if not values:
            continue
        estimate, low, high = np.array(values, dtype="float64").T
        axis.errorbar(
            estimate, heights, xerr=[estimate - low, high - estimate], fmt="o",
            color=OFFICIAL_COLOURS[official], markersize=3.5, elinewidth=0.9,
            label=official.capitalize(),
        )  # fmt: skip
    axis.axvline(0, color=BLACK, linewidth=0.6, zorder=0)
    axis.set_yticks(range(len(terms)), [label for label, _ in terms.values()])
    axis.set_ylim(len(terms) - 0.5, -0.5)
