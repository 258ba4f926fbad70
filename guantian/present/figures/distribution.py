"""Draws of a statistic, and where an estimate lies among them."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from guantian import labels
from guantian.present.figures import layout
from guantian.present.figures.roles import in_order, legend, name_of
from guantian.present.figures.style import HALO, INK


def distribution(
    data: pd.DataFrame,
    *,
    value: str = "estimate",
    role: str = "sample",
    panel: str | None = None,
    panel_kind: str | None = None,
    columns: int = 2,
    x_label: str = "",
    **drawing,
) -> tuple[Figure, pd.DataFrame]:
    """Draw how a statistic is distributed over placebo zones, with the zone's own.

    Parameters
    ----------
    data
        Rows of draws (role ``placebo``) and of estimates to mark (any other role).
    value, role
        Columns of the statistic and of the role.
    panel, panel_kind, columns
        Column that names the panels, its kind, and how many panels stand side by side.
    x_label
        With the unit.
    **drawing
        As `draw_distribution` takes it.

    Examples
    --------
    >>> rows = pd.DataFrame({"sample": ["placebo"] * 5 + ["zone"],
    ...                      "estimate": [1, 2, 2, 3, 4, 3.5]})
    >>> figure, shown = distribution(rows, x_label="Effect")
    """
    layout.demand(data, value, role, panel)
    groups = in_order(data[panel], panel_kind) if panel else [""]
    columns = min(columns, len(groups)) or 1
    figure, axes = layout.canvas(-(-len(groups) // columns), columns)
    found = {}
    for (letter, axis), group in zip(axes.items(), groups, strict=False):
        rows = data[data[panel] == group] if panel else data
        found[letter] = draw_distribution(axis, rows, value=value, role=role, **drawing)
        axis.set_xlabel(x_label)
        if panel:
            layout.title(axis, name_of(group, panel_kind, "long"), letter)
    for axis in list(axes.values())[len(groups) :]:
        axis.set_axis_off()
    if not drawing.get("named", True):
        legend(figure, data[role], "sample", shape="patch")
    return figure, layout.gather(found) if panel else next(iter(found.values()))


def draw_distribution(
    axis: Axes,
    data: pd.DataFrame,
    *,
    value: str = "estimate",
    role: str = "sample",
    bins: int = 30,
    named: bool = True,
    empty: str = "No placebo zones.",
) -> pd.DataFrame:
    """Draw a histogram of draws in a panel (seaborn), with estimates as vertical lines.

    Parameters
    ----------
    axis
        The panel.
    data, value, role
        As `distribution` takes them.
    bins
        Number of bars.
    named
        Whether estimates are named beside their lines.
    empty
        What an empty panel says.
    """
    import seaborn as sns  # a second of imports: only where it draws

    layout.demand(data, value, role)
    rows = data[data[value].notna()]
    draws = rows[rows[role] == "placebo"]
    if draws.empty:
        layout.say_empty(axis, empty)
        return layout.shown_columns(rows)
    sns.histplot(
        x=draws[value],
        bins=bins,
        ax=axis,
        color=labels.colour("placebo"),
        alpha=1.0,
        stat="percent",
        edgecolor="white",
        linewidth=0.4,
    )
    top = axis.get_ylim()[1]
    axis.set_ylim(0, 1.15 * top)
    low, high = axis.get_xlim()
    for _, row in rows[rows[role] != "placebo"].iterrows():
        hue = labels.colour(row[role])
        axis.plot([row[value]] * 2, [0, 1.04 * top], color=hue, linewidth=1.6)
        if named:
            side = "left" if row[value] < (low + high) / 2 else "right"
            axis.text(
                row[value],
                1.06 * top,
                name_of(row[role], "sample"),
                color=labels.ink(row[role]),
                fontsize=7.5,
                ha=side,
                va="bottom",
                path_effects=HALO,
            )
    axis.set_ylabel("Placebo zones, percent")
    axis.yaxis.label.set_color(INK)
    return layout.shown_columns(rows)
