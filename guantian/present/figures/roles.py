"""Roles in figures: colours and marks of keys, and the legend that names them."""

from __future__ import annotations

from collections.abc import Iterable

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from guantian import labels
from guantian.present.figures.layout import CHARACTER
from guantian.present.figures.style import MUTED, WIDTH


def role_of(key: str, kind: str | None = None) -> str:
    """Return the role of a key: its kind's entry names it, else the key is a role itself."""
    return labels.role(kind, key) if kind else key


def name_of(key: str, kind: str | None = None, form: labels.Form = "short") -> str:
    """Return the label of a key, or the key itself where no kind is given."""
    return labels.label(kind, key, form) if kind else str(key)


def in_order(values: Iterable[str], kind: str | None = None) -> list[str]:
    """Return values once each, in the registry's order where a kind is given, else as they come."""
    return labels.ordered(kind, values) if kind else list(dict.fromkeys(values))


def legend(
    figure: Figure,
    keys: Iterable[str],
    kind: str | None = None,
    *,
    form: labels.Form = "short",
    shape: str = "mark",
    title: str = "",
    others: Iterable[tuple[object, str]] = (),
) -> None:
    """Name the roles of a figure once, below its panels, in as many columns as fit.

    Parameters
    ----------
    figure
        With a constrained layout.
    keys, kind, form
        Keys of a kind, and which form of their labels; without a kind, keys are roles and texts.
    shape
        ``mark``, ``line``, ``both`` or ``patch``.
    title
        Of the legend.
    others
        Further handles with their texts.
    """
    handles, texts = [], []
    for key in in_order(keys, kind):
        handles.append(_handle(role_of(key, kind), shape))
        texts.append(name_of(key, kind, form))
    for handle, text in others:
        handles.append(handle)
        texts.append(text)
    if not handles:
        return
    drawn = figure.legend(
        handles,
        texts,
        loc="outside lower center",
        ncols=_columns(texts),
        title=title or None,
        columnspacing=1.6,
        handletextpad=0.5,
        handlelength=1.6,
        title_fontsize=6.5,
    )
    drawn.get_title().set_color(MUTED)


def _columns(texts: list[str], size: float = 7.5) -> int:
    width = 0.95 * WIDTH * 72
    for columns in range(len(texts), 1, -1):
        # Legends fill column by column.
        rows = -(-len(texts) // columns)
        longest = [max(map(len, texts[i : i + rows])) for i in range(0, len(texts), rows)]
        if sum(longest) * CHARACTER * size + columns * 3.8 * size <= width:
            return columns
    return 1


def _handle(role: str, shape: str) -> object:
    style = labels.style(role)
    if shape == "patch":
        return Patch(facecolor=style.colour, linewidth=0)
    line = {"color": style.colour, "linestyle": style.line if shape != "mark" else "none"}
    mark = {"marker": style.mark if shape != "line" else "", "markersize": 4.5}
    return Line2D([], [], **line, **mark)
