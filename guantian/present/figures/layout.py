"""Panels of a figure, their letters, and labels that do not touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from guantian.present.figures.style import TALLEST, WIDTH

PANEL = "panel"
CHARACTER = 0.56  # of the size: mean width of a letter of the shipped font


def canvas(
    rows: int = 1,
    columns: int = 1,
    *,
    height: float | None = None,
    widths: Sequence[float] | None = None,
    heights: Sequence[float] | None = None,
    mosaic: str | None = None,
    share_x: bool | str = False,
    share_y: bool | str = False,
) -> tuple[Figure, dict[str, Axes]]:
    """Return an empty figure as wide as the page, and its panels by letter.

    Parameters
    ----------
    rows, columns
        Number of panels.
    height
        In inches; by default 0.4 of the width per row, at most the page.
    widths, heights
        Relative sizes of columns and rows.
    mosaic
        In place of rows and columns: letters of panels as matplotlib's ``subplot_mosaic`` reads
        them, e.g. ``"aab;ccc"``.
    share_x, share_y
        As matplotlib's ``sharex`` and ``sharey``.

    Examples
    --------
    >>> figure, axes = canvas(1, 2)
    >>> list(axes)
    ['a', 'b']
    >>> plt.close(figure)
    """
    if mosaic is None:
        letters = [chr(ord("a") + place) for place in range(rows * columns)]
        layout = [letters[row * columns : (row + 1) * columns] for row in range(rows)]
    else:
        layout = [list(row) for row in mosaic.split(";")]
    size = height if height is not None else min(0.4 * WIDTH * len(layout), TALLEST)
    return plt.subplot_mosaic(
        layout,
        figsize=(WIDTH, size),
        layout="constrained",
        width_ratios=widths,
        height_ratios=heights,
        sharex=share_x,
        sharey=share_y,
        empty_sentinel=".",
    )


def title(axis: Axes, text: str, letter: str = "") -> None:
    """Set a panel's title, led by its letter; a second line begins below the first word."""
    lead = f"{letter}  " if letter else ""
    axis.set_title(lead + text.replace("\n", "\n" + "\u2007" * 2 if letter else "\n"))


def per_panel(value, panel: str):
    """Return what holds for a panel: the value, or its entry where there is one per panel.

    Examples
    --------
    >>> per_panel("Share", "gdp"), per_panel({"gdp": "Log", "rate": "%"}, "rate")
    ('Share', '%')
    """
    return value.get(panel) if isinstance(value, Mapping) else value


def gather(panels: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Join the data of panels, led by a column that names the panel.

    Columns in which no row has a value are left out.
    """
    filled = {name: data for name, data in panels.items() if len(data)}
    if not filled:
        return pd.DataFrame({PANEL: pd.Series(dtype="object")})
    frames = [
        data.drop(columns=PANEL, errors="ignore").assign(**{PANEL: name})
        for name, data in filled.items()
    ]
    joined = pd.concat(frames, ignore_index=True)
    return joined[[PANEL, *(name for name in joined if name != PANEL)]]


def demand(data: pd.DataFrame, *names: str | None) -> None:
    """Stop with a sentence where the data lack a column that a figure is made of."""
    for name in names:
        if name is not None and name not in data:
            raise ValueError(
                f"The figure is made of the column {name!r}, which its data do not have; they have "
                f"{', '.join(map(str, data.columns))}."
            )


def wide(data: pd.DataFrame, row: str, column: str, value: str) -> pd.DataFrame:
    """Lay values out with a row and a column per key; stop where a cell has several."""
    repeated = data.duplicated([row, column])
    if repeated.any():
        first = data[repeated].iloc[0]
        raise ValueError(
            f"Several values of {value!r} have {row} {first[row]!r} and {column} "
            f"{first[column]!r}; one is expected."
        )
    return data.pivot(index=row, columns=column, values=value)


def shown_columns(data: pd.DataFrame) -> pd.DataFrame:
    """Leave out the columns in which no row has a value."""
    empty = [
        name for name in data if data[name].isna().all() or (data[name].astype("str") == "").all()
    ]
    return data.drop(columns=empty).reset_index(drop=True)


def say_empty(axis: Axes, reason: str) -> None:
    """Write in an empty panel why it is empty."""
    axis.set_axis_off()
    axis.text(
        0.5,
        0.5,
        reason,
        transform=axis.transAxes,
        ha="center",
        va="center",
        wrap=True,
        fontsize=7.5,
    )


def apart(positions: Sequence[float], gap: float) -> np.ndarray:
    """Move positions apart to at least ``gap`` with the least squared displacement, order kept.

    Pool-adjacent-violators on the positions minus their rank's share of the gap.

    Examples
    --------
    >>> apart([0.0, 0.1, 5.0], gap=1.0).tolist()
    [-0.45, 0.55, 5.0]
    """
    positions = np.asarray(positions, dtype="float64")
    order = np.argsort(positions, kind="stable")
    offsets = gap * np.arange(len(positions))
    blocks: list[list[float]] = []  # mean, count
    for value in positions[order] - offsets:
        blocks.append([value, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, count = blocks.pop()
            before = blocks[-1]
            before[0] = (before[0] * before[1] + mean * count) / (before[1] + count)
            before[1] += count
    if not blocks:
        return positions
    fitted = np.concatenate([np.full(int(count), mean) for mean, count in blocks]) + offsets
    moved = np.empty_like(fitted)
    moved[order] = fitted
    return moved


def label_line_ends(
    axis: Axes,
    ends: Sequence[tuple[float, float, str, str]],
    *,
    size: float = 7,
) -> None:
    """Name lines at their right ends, apart from each other, and make room for the names.

    Parameters
    ----------
    axis
        Its limits in y must be final.
    ends
        Per line: x and y of its last point, its label and its colour.
    size
        Of the text, in points.
    """
    if not ends:
        return
    scale = axis.yaxis.get_transform()  # a logarithmic scale is even in logs
    low, high = scale.transform(np.asarray(axis.get_ylim(), dtype="float64"))
    left, right = axis.get_xlim()
    last = max(x for x, *_ in ends)
    line = line_height(axis, size) * (high - low)
    heights = apart(scale.transform(np.array([y for _, y, *_ in ends], "float64")), gap=line)
    heights = heights + min(0.0, high - line / 2 - heights.max())
    heights = heights + max(0.0, low + line / 2 - heights.min())
    heights = scale.inverted().transform(heights)
    longest = max((text for _, _, text, _ in ends), key=len)
    leader = 0.03 if len(ends) == 1 else 0.06
    width = (last - left) / (1 - min(text_width(axis, longest, size) + leader, 0.6))
    start = last + leader * width
    for (x, y, text, colour), height in zip(ends, heights, strict=True):
        axis.plot([x, start - 0.01 * width], [y, height], color=colour, linewidth=0.4, gid="guide")
        axis.text(start, height, text, color=colour, fontsize=size, va="center")
    ticks = [tick for tick in axis.get_xticks() if left <= tick <= right]
    axis.set_xlim(left, left + width)
    axis.set_xticks(ticks)


def height_with_names(least: float, names: int) -> float:
    """Return a figure's height in inches that leaves room for so many names at the ends of lines.

    Examples
    --------
    >>> height_with_names(2.8, 7), height_with_names(2.8, 30)
    (2.8, 6.0)
    """
    return max(least, 0.2 * names)


def text_width(axis: Axes, text: str, size: float) -> float:
    """Return the width of a text as a share of the axis' width, before the layout is final."""
    inches = 0.85 * axis.get_position().width * axis.get_figure().get_figwidth()
    return CHARACTER * size / 72 * len(text) / inches


def line_height(axis: Axes, size: float) -> float:
    """Return a line of text as a share of the axis' height, before the layout is final."""
    inches = 0.85 * axis.get_position().height * axis.get_figure().get_figheight()
    return 1.3 * size / 72 / inches
