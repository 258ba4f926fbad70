"""The specification curve: every estimate in order, and the medians behind each choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from guantian import labels
from guantian.present.figures import layout
from guantian.present.figures.roles import in_order, name_of, role_of
from guantian.present.figures.style import FAINT, INK, TALLEST

ROW = 0.145  # inches


def curve(
    data: pd.DataFrame,
    *,
    choices: Sequence[str],
    choice_labels: Mapping[str, Mapping[str, str]] | None = None,
    panel: str = "sample",
    panel_kind: str | None = "sample",
    role_kind: str | None = "sample",
    null: pd.DataFrame | None = None,
    x: str = "estimate",
    low: str = "conf_low",
    high: str = "conf_high",
    significant: float = 0.05,
    scale: float = 1.0,
    y_label: str = "Estimate",
    inner: float = 0.98,
    headline: str | None = None,
    share_y: bool = True,
) -> tuple[Figure, pd.DataFrame]:
    """Draw a specification curve, a column per panel.

    Above, the estimates in ascending order with their intervals, significant ones filled; below,
    per option of each choice, the median estimate of its specifications and their middle 80
    percent.
    Every estimate lies within the axis; the ends of intervals that do not are cut and marked.

    Parameters
    ----------
    data
        Typed rows, one per specification, with the choices as columns.
    choices
        Columns; their titles are those of kind ``choice``, their options those of kind
        ``choice_<name>`` where the registry has it.
    choice_labels
        Labels of options that depend on the configuration: choice to option to text. Options stand
        in this order.
    panel, panel_kind, role_kind
        Column that names the panels and gives their role, and the kinds of its labels.
    null
        Rows with ``panel``, ``median``, ``low``, ``high``: where the median estimate would lie
        under the null; drawn as a band.
    x, low, high, significant
        Columns of the estimate and its interval; a specification is significant where ``p_value``
        is below this level.
    scale
        Estimates are multiplied by it.
    y_label
        Of the upper panels, with the unit.
    inner
        Share of the intervals' ends that the axis holds at least.
    headline
        A column of truth values; true for the specification that was declared first.
    share_y
        Whether panels share the scale of estimates.

    Returns
    -------
    figure, data
        Rows in the order of the curve with ``place`` in it; estimates as given, not scaled.

    Examples
    --------
    >>> rows = pd.DataFrame({"sample": "zone", "weights": ["none", "population"],
    ...                      "estimate": [0.1, 0.2], "conf_low": [0.0, 0.1],
    ...                      "conf_high": [0.2, 0.3],
    ...                      "p_value": [0.05, 0.01]})
    >>> figure, shown = curve(rows, choices=["weights"], y_label="Slope")
    >>> shown["place"].tolist()
    [1, 2]
    """
    layout.demand(data, *choices, panel, x, low, high, "p_value", headline)
    panels = in_order(data[panel], panel_kind)
    options = _options(data, choices, choice_labels or {})
    if not panels:
        figure, axes = layout.canvas()
        layout.say_empty(axes["a"], "No specification has an estimate.")
        return figure, layout.shown_columns(data)
    height = min(2.6 + ROW * (len(options) + 1.2 * len(choices)) + 0.7, TALLEST)
    letters = "abcdefgh"[: len(panels)]
    figure, axes = layout.canvas(
        mosaic=f"{letters};{letters.upper()}",
        height=height,
        heights=[2.2, ROW * (len(options) + 1.2 * len(choices))],
    )
    view = _view(data, (x, low, high), scale, inner)
    found, nulls = {}, False
    for letter, name in zip(letters, panels, strict=True):
        rows = data[data[panel] == name].sort_values([x, *choices], kind="stable")
        rows = rows.assign(place=np.arange(1, len(rows) + 1))
        own = view if share_y else _view(rows, (x, low, high), scale, inner)
        hue = labels.colour(role_of(name, role_kind))
        under = None if null is None else null[null[panel] == name]
        nulls |= _draw_curve(
            axes[letter], rows, (x, low, high), scale, own, hue, significant, under, headline
        )
        count = f"{len(rows):,}".replace(",", "\u202f")
        layout.title(axes[letter], f"{name_of(name, panel_kind)}\n{count} specifications", letter)
        _draw_options(axes[letter.upper()], rows, options, x, scale, hue)
        if letter == "a":
            axes[letter].set_ylabel(y_label)
        elif share_y:
            axes[letter].tick_params(labelleft=False)
        if letter != "a":
            axes[letter.upper()].tick_params(labelleft=False)
        axes[letter.upper()].set_xlabel(y_label)
        found[letter] = layout.shown_columns(rows)
    if share_y:
        lower = [axes[letter.upper()] for letter in letters]
        ends = np.array([axis.get_xlim() for axis in lower])
        for axis in lower:
            axis.set_xlim(ends[:, 0].min(), ends[:, 1].max())
    _legend(figure, nulls, significant, headline)
    return figure, layout.gather(found)


def _options(data, choices, choice_labels) -> list[tuple[str, str, str]]:
    """(choice, option, label) from top to bottom, those that occur."""
    found = []
    for choice in choices:
        known = choice_labels.get(choice)
        values = list(dict.fromkeys(data[choice].dropna()))
        kind = f"choice_{choice}"
        if known is not None:
            order = [option for option in known if option in values]
            found += [(choice, option, known[option]) for option in order]
        elif kind in labels.kinds():
            found += [(choice, o, labels.label(kind, o)) for o in labels.ordered(kind, values)]
        else:
            found += [(choice, option, str(option)) for option in sorted(values, key=str)]
    return found


def _view(rows: pd.DataFrame, columns, scale: float, inner: float) -> tuple[float, float]:
    x, low, high = columns
    estimates = scale * rows[x].dropna().to_numpy(dtype="float64")
    ends = [
        scale * rows[low].quantile((1 - inner) / 2),
        scale * rows[high].quantile((1 + inner) / 2),
    ]
    values = np.append(estimates, [end for end in ends if np.isfinite(end)] + [0.0])
    bottom, top = values.min(), values.max()
    return bottom - 0.06 * (top - bottom), top + 0.06 * (top - bottom)


def _draw_curve(axis: Axes, rows, columns, scale, view, hue, significant, null, headline) -> bool:
    x, low, high = columns
    place = rows["place"].to_numpy()
    estimate = scale * rows[x].to_numpy(dtype="float64")
    ends = [scale * rows[name].to_numpy(dtype="float64") for name in (low, high)]
    bottom, top = view
    axis.vlines(
        place,
        np.clip(ends[0], *view),
        np.clip(ends[1], *view),
        color=FAINT,
        zorder=1,
        linewidth=float(np.clip(90 / len(rows), 0.25, 2.0)),
    )
    for cut, edge, head in ((ends[0] < bottom, bottom, "v"), (ends[1] > top, top, "^")):
        if cut.any():
            axis.scatter(
                place[cut],
                np.full(cut.sum(), edge),
                s=5,
                marker=head,
                linewidths=0,
                color="#B5B5B5",
                clip_on=False,
                zorder=2,
            )
    sure = (rows["p_value"] < significant).to_numpy()
    size = float(np.clip(600 / len(rows), 3, 14))
    axis.scatter(place[~sure], estimate[~sure], s=size, color="#C4C4C4", linewidths=0, zorder=3)
    axis.scatter(place[sure], estimate[sure], s=1.6 * size, color=hue, linewidths=0, zorder=4)
    axis.axhline(0, color=INK, linewidth=0.6, zorder=2)
    shown = null is not None and len(null) > 0
    if shown:
        record = null.iloc[0]
        axis.axhspan(
            scale * record["low"],
            scale * record["high"],
            color=labels.colour("equivalence"),
            linewidth=0,
            zorder=0,
        )
        axis.axhline(scale * record["median"], color=INK, linewidth=0.9, linestyle="--", zorder=2)
    if headline is not None and rows[headline].any():
        chosen = rows[headline].to_numpy(dtype=bool)
        axis.scatter(
            place[chosen],
            estimate[chosen],
            s=45,
            marker="o",
            facecolors="none",
            edgecolors=INK,
            linewidths=1.0,
            zorder=5,
        )
    axis.set_ylim(*view)
    axis.set_xlim(0, len(rows) + 1)
    axis.set_xticks([])
    axis.spines["bottom"].set_visible(False)
    return shown


def _draw_options(axis: Axes, rows: pd.DataFrame, options, x: str, scale: float, hue: str) -> None:
    ticks, height, last = [], 0.0, None
    axis.axvline(0, color=INK, linewidth=0.6, zorder=0)
    for choice, option, text in options:
        if choice != last:
            height += 0.2 if last else 0.0
            ticks.append((height, labels.label("choice", choice), True))
            height, last = height + 1.0, choice
        values = scale * rows.loc[rows[choice] == option, x].dropna()
        if len(values):
            low, middle, high = values.quantile([0.1, 0.5, 0.9])
            axis.plot([low, high], [height, height], color=hue, linewidth=1.0)
            axis.plot([middle], [height], "o", color=hue, markersize=3.2)
        ticks.append((height, text, False))
        height += 1.0
    axis.set_yticks([place for place, *_ in ticks], [text for _, text, _ in ticks], fontsize=6.8)
    for tick, (_, _, bold) in zip(axis.get_yticklabels(), ticks, strict=True):
        tick.set_fontweight("bold" if bold else "normal")
    axis.set_ylim(height - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)


def _legend(figure: Figure, nulls: bool, significant: float, headline: str | None) -> None:
    point = {"linestyle": "none", "marker": "o"}
    handles = [
        (Line2D([], [], color="#C4C4C4", markersize=3, **point), "Not significant"),
        (
            Line2D([], [], color=INK, markersize=4, **point),
            f"Significant at {100 * significant:g}% (colour of the sample)",
        ),
        (Line2D([], [], color=FAINT, linewidth=2), "Interval"),
        (
            Line2D([], [], color="#B5B5B5", linestyle="none", marker="^", markersize=3),
            "Cut interval",
        ),
    ]
    if nulls:
        handles += [
            (Line2D([], [], color=INK, linestyle="--", linewidth=0.9), "Median estimate"),
            (Patch(facecolor=labels.colour("equivalence")), "Range of the median under the null"),
        ]
    if headline is not None:
        ring = Line2D([], [], color=INK, markerfacecolor="none", markersize=6, **point)
        handles.append((ring, "Headline specification"))
    from guantian.present.figures.roles import legend

    legend(figure, [], others=handles)
