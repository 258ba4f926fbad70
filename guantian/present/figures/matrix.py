"""One value per row and column as a coloured matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from guantian.present.figures import layout
from guantian.present.figures.roles import in_order, name_of
from guantian.present.figures.style import MUTED, TALLEST, WIDTH
from guantian.present.format import number

SEQUENTIAL, DIVERGING = "YlGnBu", "RdBu_r"


def matrix(
    data: pd.DataFrame,
    *,
    panel: str | None = None,
    panel_kind: str | None = None,
    columns: int = 2,
    height: float | None = None,
    value_label: str = "",
    **drawing,
) -> tuple[Figure, pd.DataFrame]:
    """Draw heat maps, a panel per value of a column, on one scale of colours.

    Parameters
    ----------
    data
        Typed rows, one per row and column of the matrix.
    panel, panel_kind, columns
        Column that names the panels, its kind, and how many panels stand side by side.
    height
        In inches.
    value_label
        Of the colours, with the unit.
    **drawing
        As `draw_matrix` takes it.

    Examples
    --------
    >>> rows = pd.DataFrame({"from": ["A", "B"], "to": ["B", "A"], "estimate": [0.5, -0.2]})
    >>> figure, shown = matrix(rows, row="from", column="to", centre=0.0, value_label="Log ratio")
    """
    value = drawing.get("value", "estimate")
    layout.demand(data, panel, value)
    groups = in_order(data[panel], panel_kind) if panel else [""]
    columns = min(columns, len(groups)) or 1
    lines = -(-len(groups) // columns)
    size = height or min(0.75 * WIDTH / columns * lines + 0.5, TALLEST)
    figure, axes = layout.canvas(lines, columns, height=size)
    drawing.setdefault("limits", _limits(data[value], drawing.get("centre")))
    found = {}
    for (letter, axis), group in zip(axes.items(), groups, strict=False):
        rows = data[data[panel] == group] if panel else data
        found[letter] = draw_matrix(axis, rows, **drawing)
        if panel:
            layout.title(axis, name_of(group, panel_kind, "long"), letter)
    shown = list(axes.values())[: len(groups)]
    for axis in list(axes.values())[len(groups) :]:
        axis.set_axis_off()
    colour_bar(figure, shown, value_label)
    return figure, layout.gather(found) if panel else next(iter(found.values()))


def colour_bar(figure: Figure, axes: Sequence[Axes], label: str) -> None:
    """Draw the scale of colours beside panels that share one; none where no panel has cells."""
    mapped = next((axis.collections[0] for axis in axes if axis.collections), None)
    if mapped is None:
        return
    bar = figure.colorbar(mapped, ax=list(axes), shrink=0.6, aspect=22, pad=0.02)
    bar.set_label(label)
    bar.outline.set_visible(False)


def draw_matrix(
    axis: Axes,
    data: pd.DataFrame,
    *,
    row: str,
    column: str,
    row_kind: str | None = None,
    column_kind: str | None = None,
    value: str = "estimate",
    centre: float | None = None,
    limits: tuple[float, float] | None = None,
    decimals: int | None = None,
    row_order: Sequence[str] | None = None,
    column_order: Sequence[str] | None = None,
    lower: bool = False,
    label_every: int = 1,
    square: bool = True,
    empty: str = "No values.",
) -> pd.DataFrame:
    """Draw a heat map in a panel (seaborn); return the rows that it shows.

    Parameters
    ----------
    axis
        The panel.
    data, row, column, row_kind, column_kind
        Typed rows; the columns that name rows and columns of the matrix, and the kinds of their
        labels.
    value
        Column of the values.
    centre
        Where given, colours diverge from it.
    limits
        Of the colours.
    decimals
        Of the numbers printed in the cells; none are printed where missing.
    row_order, column_order
        Keys in the order in which they are shown; by default that of the kind, or of the data.
    lower
        Whether only cells below the diagonal are shown, for symmetric matrices, of which the data
        need only one half; rows and columns have the same keys.
    label_every
        Every how many columns are labelled; years are, where they are divisible by it.
    square
        Whether cells are square, or fill the panel.
    empty
        What an empty panel says.
    """
    import seaborn as sns  # a second of imports: only where it draws

    layout.demand(data, row, column, value)
    if data.empty:
        layout.say_empty(axis, empty)
        return layout.shown_columns(data)
    rows = list(row_order) if row_order is not None else in_order(data[row], row_kind)
    columns = (
        list(column_order) if column_order is not None else in_order(data[column], column_kind)
    )
    data = data[data[row].isin(rows) & data[column].isin(columns)]
    wide = layout.wide(data, row, column, value).reindex(index=rows, columns=columns)
    if lower:
        wide = wide.combine_first(wide.T).reindex(index=rows, columns=columns).iloc[1:, :-1]
        rows, columns = rows[1:], columns[:-1]
    hidden = wide.isna().to_numpy(copy=True)
    if lower:
        hidden |= np.triu(np.ones(wide.shape, dtype=bool), k=1)
    low, high = limits or _limits(data[value], centre)
    sns.heatmap(
        wide.astype("float64"),
        ax=axis,
        mask=hidden,
        cbar=False,
        vmin=low,
        vmax=high,
        cmap=SEQUENTIAL if centre is None else DIVERGING,
        square=square,
        linewidths=0.6,
        linecolor="white",
        annot=decimals is not None,
        fmt=f".{decimals or 0}f",
        annot_kws={"fontsize": 6.5},
        xticklabels=[name_of(key, column_kind) for key in columns],
        yticklabels=[name_of(key, row_kind) for key in rows],
    )
    axis.set_facecolor("#F3F3F3" if not lower else "white")
    axis.tick_params(axis="both", length=0, labelsize=7)
    axis.tick_params(axis="x", labelrotation=45)
    for tick in axis.get_xticklabels():
        tick.set(ha="right", rotation_mode="anchor")
    axis.tick_params(axis="y", labelrotation=0)
    axis.set(xlabel="", ylabel="")
    if label_every > 1:
        kept = [i for i, key in enumerate(columns) if _position(key, i) % label_every == 0]
        axis.set_xticks([i + 0.5 for i in kept], [name_of(columns[i], column_kind) for i in kept])
    for text in axis.texts:
        text.set_text(number(float(text.get_text()), decimals))
    for side in axis.spines.values():
        side.set(visible=False, color=MUTED)
    return layout.shown_columns(data[data[row] != data[column]] if lower else data)


def _position(key: object, place: int) -> int:
    return int(key) if isinstance(key, int | np.integer) else place


def _limits(values: pd.Series, centre: float | None) -> tuple[float, float]:
    known = values[np.isfinite(values.astype("float64"))]
    if known.empty:
        return (0.0, 1.0)
    if centre is None:
        return float(known.min()), float(known.max())
    reach = float((known - centre).abs().max()) or 1.0
    return centre - reach, centre + reach
