"""Estimates with intervals as rows: the forest plot."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from guantian.labels import colour, ink, kinds, mark
from guantian.present.figures import layout
from guantian.present.figures.roles import in_order, legend, name_of, role_of
from guantian.present.figures.style import FAINT, INK, MUTED, TALLEST
from guantian.present.format import decimals_for, number

ROW = 0.165  # inches per row
NUMBERS = 1.012  # of the axis' width: where printed numbers begin


def forest(
    data: pd.DataFrame,
    *,
    row: str,
    row_kind: str | None = None,
    panel: str | None = None,
    panel_kind: str | None = None,
    columns: int = 1,
    role: str | None = None,
    role_kind: str | None = None,
    x_label: str | Mapping[str, str] = "",
    limits: tuple[float, float] | Mapping[str, tuple[float, float]] | None = None,
    align: bool = True,
    height: float | None = None,
    **drawing,
) -> tuple[Figure, pd.DataFrame]:
    """Draw estimates with their intervals, one row each, a panel per value of a column.

    Parameters
    ----------
    data
        Typed rows: ``estimate``, ``conf_low``, ``conf_high`` and the columns named below.
    row, row_kind
        Column that names the rows, and the kind of labels of its keys (printed as it is without).
    panel, panel_kind, columns
        Column that names the panels, its kind, and how many panels stand side by side.
    role, role_kind
        Column whose value says colour and mark; several roles of one row are drawn one below the
        other and named in one legend.
    x_label, limits
        Of the axis of estimates: its label with the unit, and its range; one for all panels, or a
        mapping from the panel's key.
    align
        Whether a panel leaves the rows blank that only other panels have, so that rows are in line.
    height
        In inches; by default what the rows need.
    **drawing
        As `draw_forest` takes it.

    Returns
    -------
    figure, data
        The figure and the rows that it shows.

    Examples
    --------
    >>> rows = pd.DataFrame({"sample": ["zone", "china"], "outcome": "gdp", "estimate": [1.0, 2.0],
    ...                      "conf_low": [0.5, 1.8], "conf_high": [1.5, 2.2]})
    >>> figure, shown = forest(rows, row="outcome", row_kind="outcome", role="sample",
    ...                        x_label="Effect (log points)")
    >>> shown["sample"].tolist()
    ['zone', 'china']
    """
    layout.demand(data, row, panel, role)
    groups = in_order(data[panel], panel_kind) if panel else [""]
    lines = -(-len(groups) // columns)
    slots = _slots(data, row, panel, align=align)
    most = max((sum(slots[group].values()) for group in groups), default=1)
    size = height or min(0.75 + lines * (0.55 + ROW * max(most, 1)), TALLEST)
    figure, axes = layout.canvas(lines, columns, height=size, share_y=False)
    for axis in list(axes.values())[len(groups) :]:
        axis.set_axis_off()
    found = {}
    for place, ((letter, axis), group) in enumerate(zip(axes.items(), groups, strict=False)):
        rows = data[data[panel] == group] if panel else data
        found[letter] = draw_forest(
            axis,
            rows,
            row=row,
            row_kind=row_kind,
            role=role,
            role_kind=role_kind,
            limits=layout.per_panel(limits, group),
            slots=slots[group] if "group" not in drawing else None,
            **drawing,
        )
        if place % columns and slots[group] == slots[groups[place - place % columns]]:
            axis.set_yticklabels([])  # the panel at the left names them
        if panel:
            layout.title(axis, name_of(group, panel_kind, "long"), letter)
        axis.set_xlabel(layout.per_panel(x_label, group) or "")
    if role and data[role].nunique() > 1:
        legend(figure, data[role], role_kind or _kind_of_legend(role, data[role]))
    return figure, layout.gather(found) if panel else next(iter(found.values()))


def draw_forest(
    axis: Axes,
    data: pd.DataFrame,
    *,
    row: str,
    row_kind: str | None = None,
    row_labels: Mapping[object, str] | None = None,
    group: str | None = None,
    group_kind: str | None = None,
    role: str | None = None,
    role_kind: str | None = None,
    x: str = "estimate",
    low: str = "conf_low",
    high: str = "conf_high",
    reference: float | None = 0.0,
    limits: tuple[float, float] | None = None,
    scale: str = "linear",
    ticks: Sequence[float] | None = None,
    shaded: tuple[float, float] | None = None,
    printed: Callable[[Mapping], str] | str | None = None,
    filled: str | None = None,
    wrap: int = 60,
    letters: float = 7.0,
    slots: Mapping[str, int] | None = None,
    empty: str = "No estimates.",
) -> pd.DataFrame:
    """Draw a forest plot in a panel; return the rows that it shows.

    Parameters
    ----------
    axis
        The panel.
    data, row, row_kind, role, role_kind
        As `forest` takes them. Rows are in the order of the kind, or of the data.
    row_labels
        In place of a kind: key of a row to its label.
    group, group_kind
        Column whose values head groups of rows in bold type.
    x, low, high
        Columns of the estimate and its interval; a row without an interval is a mark.
    reference
        Where the vertical line is; none where missing.
    limits
        Of the axis. What lies outside is drawn at the edge as an arrow head, with the estimate's
        number beside it if the estimate itself lies outside.
    scale, ticks
        ``linear`` or ``asinh`` (the inverse hyperbolic sine: linear about zero and logarithmic
        beyond one), and where the axis has ticks.
    shaded
        A range to shade, e.g. equivalence bounds.
    printed
        What is written at the right of a row: a column, or a function of the row.
    filled
        Column of truth values; a false one empties the mark.
    wrap, letters
        Longest line of a label, and its size in points.
    slots
        Rows to leave room for, each with its number of estimates, even where data have none.
    empty
        What an empty panel says.

    Raises
    ------
    ValueError
        If a row has several estimates and no role tells them apart.
    """
    layout.demand(data, row, group, role, x, printed if isinstance(printed, str) else None, filled)
    rows = data.reset_index(drop=True)
    if rows.empty:
        layout.say_empty(axis, empty)
        return layout.shown_columns(rows)
    places, heights = _places(
        rows, (row, row_kind, row_labels), (group, group_kind), (role, role_kind), wrap, slots
    )
    style = [role_of(key, role_kind) for key in rows[role]] if role else ["estimate"] * len(rows)
    view = limits or _view(rows, [x, low, high], reference)
    if shaded:
        axis.axvspan(*np.clip(shaded, *view), color=colour("equivalence"), linewidth=0, zorder=0)
    if reference is not None:
        axis.axvline(reference, color=INK, linewidth=0.7, zorder=1)
    if scale == "asinh":
        axis.set_xscale("function", functions=(np.arcsinh, np.sinh))
    axis.set_xlim(*view)
    if ticks is not None:
        axis.set_xticks(ticks, [_tick(tick) for tick in ticks])
    for place, name, (_, record) in zip(places, style, rows.iterrows(), strict=True):
        _draw_row(axis, place, record, name, (x, low, high), view, filled)
        if printed is not None:
            text = record[printed] if isinstance(printed, str) else printed(record)
            axis.text(
                NUMBERS,
                place,
                text,
                transform=axis.get_yaxis_transform(),
                va="center",
                fontsize=letters,
            )
    _name_rows(axis, heights, letters)
    top = min(places.min(), heights[0][0]) - 0.7
    axis.set_ylim(max(places.max() + 0.7, axis.get_ylim()[0]), top)
    return layout.shown_columns(rows)


def _tick(value: float) -> str:
    whole = float(value).is_integer()
    return number(value, 0 if whole else decimals_for(value, digits=1))


def _draw_row(axis: Axes, place: float, record, name: str, columns, view, filled) -> None:
    x, low, high = (record.get(column, np.nan) for column in columns)
    hue = colour(name)
    left, right = view
    if not (pd.isna(low) and pd.isna(high)):
        ends = np.clip(
            [low if not pd.isna(low) else left, high if not pd.isna(high) else right], left, right
        )
        if not pd.isna(x) and ends[0] < ends[1]:
            axis.plot(ends, [place, place], color=hue, linewidth=1.2, zorder=2)
        for beyond, edge, head in ((low < left, left, "<"), (high > right, right, ">")):
            if beyond:
                axis.plot([edge], [place], head, color=hue, markersize=4, clip_on=False, zorder=3)
    if pd.isna(x):
        return
    if left <= x <= right:
        full = filled is None or bool(record[filled])
        axis.plot(
            [x],
            [place],
            mark(name),
            color=hue,
            markersize=4.2,
            markeredgewidth=0.9,
            markerfacecolor=hue if full else "white",
            zorder=4,
        )
        return
    edge, side = (left, "left") if x < left else (right, "right")
    axis.plot(
        [edge], [place], "<" if x < left else ">", color=hue, markersize=5, clip_on=False, zorder=4
    )
    shift = 5 if x < left else -5
    text = number(x, decimals_for(x))
    axis.annotate(
        text,
        (edge, place),
        (shift, 1.5),
        fontsize=6.5,
        ha=side,
        color=ink(name),
        textcoords="offset points",
        va="bottom",
    )


def _slots(data: pd.DataFrame, row: str, panel: str | None, *, align: bool) -> dict:
    """Return for every panel its rows and the number of estimates that each must hold."""
    counts = data.groupby([panel or (lambda _: ""), row], sort=False).size()
    panels = {group: rows.droplevel(0).to_dict() for group, rows in counts.groupby(level=0)}
    if align and len(panels) > 1:
        whole = counts.groupby(level=1, sort=False).max().to_dict()
        panels = dict.fromkeys(panels, whole)
    return panels or {"": {}}


def _places(rows, row, group, role, wrap, slots) -> tuple[np.ndarray, list]:
    """Return the height of every record, and the labels: (height, text, bold)."""
    (row, row_kind, row_labels), (group, group_kind), (role, role_kind) = row, group, role
    places, ticks, height = np.full(len(rows), np.nan), [], 0.0
    sections = in_order(rows[group], group_kind) if group else [None]
    for section in sections:
        inside = rows[rows[group] == section] if group else rows
        if group:
            height += 0.35 if ticks else 0.0
            text = textwrap.fill(name_of(section, group_kind, "long"), wrap)
            extra = 0.8 * text.count("\n")
            ticks.append((height + extra / 2, text, True))
            height += 1.0 + extra
        for key in in_order(slots or inside[row], row_kind):
            members = inside.index[inside[row] == key]
            if len(members) > 1 and not role:
                raise ValueError(
                    f"The row {key!r} has {len(members)} estimates; name the column of their role."
                )
            if role:
                order = in_order(inside.loc[members, role], role_kind)
                members = sorted(members, key=lambda i: order.index(inside.at[i, role]))
            name = row_labels[key] if row_labels else name_of(key, row_kind, "short")
            text = textwrap.fill(name, wrap)
            held = max(len(members), (slots or {}).get(key, 1))
            need = max(1.0 if not role else 0.62 * held + 0.38, 0.8 + 0.85 * text.count("\n"))
            steps = 0.62 * (np.arange(len(members)) - (len(members) - 1) / 2) if role else 0.0
            middle = height + (need - 1.0) / 2
            places[members] = middle + steps
            ticks.append((middle, text, False))
            height += need
    return places, ticks


def _name_rows(axis: Axes, ticks: Sequence[tuple[float, str, bool]], letters: float) -> None:
    heights = [height for height, *_ in ticks]
    axis.set_yticks(heights, [text for _, text, _ in ticks], fontsize=letters, linespacing=1.0)
    for tick, (height, _, bold) in zip(axis.get_yticklabels(), ticks, strict=True):
        if bold:
            tick.set_fontweight("bold")
        else:
            axis.axhline(height, color=FAINT, linewidth=0.3, zorder=0)
    axis.set_ylim(max(heights) + 0.7, min(heights) - 0.7)
    axis.tick_params(axis="y", length=0, pad=6, labelcolor=INK)
    axis.spines["left"].set_visible(False)
    axis.spines["bottom"].set_color(MUTED)


def _view(rows: pd.DataFrame, columns: Sequence[str], reference: float | None):
    values = rows[[name for name in columns if name in rows]].to_numpy(dtype="float64")
    values = np.append(values[np.isfinite(values)], [] if reference is None else [reference])
    if not len(values):
        return (-1.0, 1.0)
    low, high = values.min(), values.max()
    room = 0.05 * (high - low) or 0.5
    return (low - room, high + room)


def _kind_of_legend(column: str, values) -> str | None:
    """A column named as a kind of the registry is labelled by it."""
    return column if column in kinds() else None
