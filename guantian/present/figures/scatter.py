"""Points with a fitted line."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from guantian import labels
from guantian.present.figures import layout
from guantian.present.figures.roles import in_order, legend, name_of, role_of
from guantian.present.figures.style import HALO, INK, WIDTH


def scatter(
    data: pd.DataFrame,
    *,
    x: str,
    y: str,
    x_label: str,
    y_label: str,
    role: str | None = None,
    role_kind: str | None = None,
    panel: str | None = None,
    panel_kind: str | None = None,
    columns: int = 2,
    **drawing,
) -> tuple[Figure, pd.DataFrame]:
    """Draw points with a fitted line, a panel per value of a column.

    Parameters
    ----------
    data
        One row per point.
    x, y, x_label, y_label
        Columns, and the labels of the axes with their units.
    role, role_kind
        Column whose value says colour and mark, and the kind of its labels.
    panel, panel_kind, columns
        Column that names the panels, its kind, and how many panels stand side by side.
    **drawing
        As `draw_scatter` takes it.

    Examples
    --------
    >>> rows = pd.DataFrame({"sample": ["china"] * 4 + ["zone"], "level": [1, 2, 3, 4, 2.5],
    ...                      "growth": [4, 3, 3, 1, 2.0]})
    >>> figure, shown = scatter(rows, x="level", y="growth", x_label="Log of GDP per resident",
    ...                         y_label="Growth, percent a year", role="sample", fit=["china"])
    """
    layout.demand(data, x, y, role, panel)
    groups = in_order(data[panel], panel_kind) if panel else [""]
    columns = min(columns, len(groups)) or 1
    lines = -(-len(groups) // columns)
    figure, axes = layout.canvas(lines, columns, height=0.42 * WIDTH * lines)
    found = {}
    for (letter, axis), group in zip(axes.items(), groups, strict=False):
        rows = data[data[panel] == group] if panel else data
        found[letter] = draw_scatter(
            axis, rows, x=x, y=y, role=role, role_kind=role_kind, **drawing
        )
        axis.set(xlabel=x_label, ylabel=y_label)
        if panel:
            layout.title(axis, name_of(group, panel_kind, "long"), letter)
    for axis in list(axes.values())[len(groups) :]:
        axis.set_axis_off()
    if role and data[role].nunique() > 1:
        legend(figure, data[role], role_kind or ("sample" if role == "sample" else None))
    return figure, layout.gather(found) if panel else next(iter(found.values()))


def draw_scatter(
    axis: Axes,
    data: pd.DataFrame,
    *,
    x: str,
    y: str,
    role: str | None = None,
    role_kind: str | None = None,
    fit: bool | list[str] = False,
    confidence: float | None = None,
    seed: int = 2026,
    names: str | None = None,
    limits: Mapping[str, tuple[float, float]] | None = None,
    inner: float | None = None,
    empty: str = "No values.",
) -> pd.DataFrame:
    """Draw points in a panel, with least-squares lines by seaborn; return the rows that it shows.

    Parameters
    ----------
    axis
        The panel.
    data, x, y, role, role_kind
        As `scatter` takes them. Roles later in the registry's order lie below earlier ones.
    fit
        Whether a line is fitted to all points, or the roles to whose points one is.
    confidence
        Of the line's confidence band, from 500 bootstrap draws; no band where missing.
    seed
        Of these draws.
    names
        Column of names to print beside points; rows with an empty name have none.
    limits
        ``x`` and ``y`` ranges. Points outside are drawn at the edge as arrow heads.
    inner
        In place of limits in y: the share of the values that the axis holds, e.g. 0.98 for the 1st
        to the 99th percentile.
    empty
        What an empty panel says.
    """
    layout.demand(data, x, y, role, names)
    rows = data.dropna(subset=[x, y])
    if rows.empty:
        layout.say_empty(axis, empty)
        return layout.shown_columns(rows)
    limits = dict(limits or {})
    if inner is not None:
        low, high = rows[y].quantile([(1 - inner) / 2, (1 + inner) / 2])
        limits["y"] = (low - 0.06 * (high - low), high + 0.06 * (high - low))
    keys = in_order(rows[role], role_kind) if role else [None]
    for depth, key in enumerate(reversed(keys)):
        inside = rows if key is None else rows[rows[role] == key]
        style = labels.style("estimate" if key is None else role_of(key, role_kind))
        _points(axis, inside[x], inside[y], style, limits, depth, many=len(inside) > 60)
        if fit is True or (fit and key in fit):
            _line(axis, inside, x, y, style, confidence, seed, depth)
    for side, view in limits.items():
        axis.set(**{f"{side}lim": view})
    if names:
        _name_points(axis, rows, x, y, names)
    return layout.shown_columns(rows)


def _points(axis, x: pd.Series, y: pd.Series, style, limits, depth: int, *, many: bool) -> None:
    left, right = limits.get("x", (-np.inf, np.inf))
    low, high = limits.get("y", (-np.inf, np.inf))
    inside = x.between(left, right) & y.between(low, high)
    axis.scatter(
        x[inside],
        y[inside],
        s=6 if many else 16,
        marker=style.mark,
        color=style.colour,
        linewidths=0,
        alpha=0.55 if many else 1.0,
        zorder=2 + depth,
    )
    for beyond, head in ((y > high, "^"), (y < low, "v"), (x > right, ">"), (x < left, "<")):
        if beyond.any():
            axis.scatter(
                x[beyond].clip(left, right),
                y[beyond].clip(low, high),
                s=14,
                marker=head,
                color=style.colour,
                linewidths=0,
                clip_on=False,
                zorder=2 + depth,
            )


def _line(axis, rows: pd.DataFrame, x: str, y: str, style, confidence, seed, depth) -> None:
    import seaborn as sns  # a second of imports: only where it draws

    before = len(axis.lines)
    sns.regplot(
        x=rows[x].astype("float64"),
        y=rows[y].astype("float64"),
        ax=axis,
        scatter=False,
        ci=100 * confidence if confidence else None,
        n_boot=500,
        seed=seed,
        color=style.colour,
        truncate=True,
        line_kws={"linewidth": 1.4, "linestyle": style.line, "zorder": 3 + depth},
    )
    for line in axis.lines[before:]:
        line.set_gid("guide")  # where limits cut it, no datum is lost
    axis.set(xlabel="", ylabel="")


def _name_points(axis, rows: pd.DataFrame, x: str, y: str, names: str) -> None:
    named = rows[rows[names].fillna("") != ""].sort_values(y)
    low, high = axis.get_ylim()
    heights = layout.apart(named[y], gap=layout.line_height(axis, 7) * (high - low))
    for (_, row), height in zip(named.iterrows(), heights, strict=True):
        axis.annotate(
            row[names],
            (row[x], row[y]),
            (6, height),
            fontsize=7,
            color=INK,
            va="center",
            xycoords="data",
            textcoords=("offset points", "data"),
            path_effects=HALO,
        )
