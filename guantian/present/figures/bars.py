"""Parts of a whole as stacked bars: shares, or contributions of either sign."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from guantian import labels
from guantian.present.figures import layout
from guantian.present.figures.roles import in_order, legend, name_of, role_of
from guantian.present.figures.style import INK, TALLEST

ROW = 0.17  # inches


def stacked(
    data: pd.DataFrame,
    *,
    row: str,
    part: str,
    row_kind: str | None = None,
    part_kind: str | None = None,
    panel: str | None = None,
    panel_kind: str | None = None,
    columns: int = 1,
    x_label: str = "Share",
    **drawing,
) -> tuple[Figure, pd.DataFrame]:
    """Draw parts as stacked horizontal bars, one per row.

    Parameters
    ----------
    data
        Typed rows, one per row of the figure and part.
    row, row_kind
        Column that names the bars, and the kind of its labels.
    part, part_kind
        Column that names the parts, and the kind of their labels and roles.
    panel, panel_kind, columns
        Column that names the panels, its kind, and how many panels stand side by side.
    x_label
        Of the axis.
    **drawing
        As `draw_stacked` takes it.

    Examples
    --------
    >>> rows = pd.DataFrame({"pair": ["Baoji–Weinan"] * 2, "estimate": [0.7, 0.3],
    ...                      "mode": ["cooperative", "no_response"]})
    >>> figure, shown = stacked(rows, row="pair", part="mode", part_kind="mode")
    """
    layout.demand(data, row, part, panel)
    groups = in_order(data[panel], panel_kind) if panel else [""]
    columns = min(columns, len(groups)) or 1
    lines = -(-len(groups) // columns)
    most = max(
        ((data[data[panel] == group] if panel else data)[row].nunique() for group in groups),
        default=1,
    )
    height = min(0.7 + lines * (0.5 + ROW * most), TALLEST)
    figure, axes = layout.canvas(lines, columns, height=height)
    found = {}
    for (letter, axis), group in zip(axes.items(), groups, strict=False):
        rows = data[data[panel] == group] if panel else data
        found[letter] = draw_stacked(
            axis, rows, row=row, part=part, row_kind=row_kind, part_kind=part_kind, **drawing
        )
        axis.set_xlabel(x_label)
        if panel:
            layout.title(axis, name_of(group, panel_kind, "long"), letter)
    for axis in list(axes.values())[len(groups) :]:
        axis.set_axis_off()
    legend(figure, data[part], part_kind, shape="patch")
    return figure, layout.gather(found) if panel else next(iter(found.values()))


def draw_stacked(
    axis: Axes,
    data: pd.DataFrame,
    *,
    row: str,
    part: str,
    row_kind: str | None = None,
    part_kind: str | None = None,
    x: str = "estimate",
    total: str | None = None,
    letters: float = 7.0,
    empty: str = "No shares.",
) -> pd.DataFrame:
    """Draw stacked bars in a panel; return the rows that it shows.

    Parameters
    ----------
    axis
        The panel.
    data, row, part, row_kind, part_kind
        As `stacked` takes them. Rows are in the order of the kind, or of the data.
    x
        Column of the parts' sizes. Negative ones are stacked to the left of zero.
    total
        Column of the whole, marked on the bar where given; the same in all parts of a row.
    letters
        Size of the rows' labels in points.
    empty
        What an empty panel says.
    """
    layout.demand(data, row, part, x, total)
    if data.empty:
        layout.say_empty(axis, empty)
        return layout.shown_columns(data)
    rows = in_order(data[row], row_kind)
    wide = layout.wide(data, row, part, x).reindex(rows).fillna(0.0)
    right, left = np.zeros(len(rows)), np.zeros(len(rows))
    for key in in_order(data[part], part_kind):
        hue = labels.colour(role_of(key, part_kind))
        size = wide[key].to_numpy(dtype="float64")
        start = np.where(size < 0, left, right)
        axis.barh(range(len(rows)), size, left=start, height=0.72, color=hue, linewidth=0)
        right, left = right + size.clip(min=0), left + size.clip(max=0)
    if total is not None:
        whole = data.groupby(row)[total].first().reindex(rows)
        axis.plot(whole, range(len(rows)), "D", color=INK, markerfacecolor="white", markersize=3.6)
    if (left < 0).any():
        axis.axvline(0, color=INK, linewidth=0.7)
    axis.set_yticks(range(len(rows)), [name_of(key, row_kind) for key in rows], fontsize=letters)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    reach = np.concatenate([left, right, [] if total is None else whole])
    room = 0.03 * np.ptp(reach) if (left < 0).any() or total is not None else 0.0
    axis.set_xlim(reach.min() - (room if reach.min() < 0 else 0), reach.max() + room)
    axis.tick_params(axis="y", length=0, labelcolor=INK)
    axis.spines["left"].set_visible(False)
    return layout.shown_columns(data)
