"""Series over the years: lines with intervals, or a line in the band of placebo zones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from guantian import labels
from guantian.present.figures import layout
from guantian.present.figures.roles import in_order, legend, name_of, role_of
from guantian.present.figures.style import HALO, INK
from guantian.present.format import decimals_for, number

PLACEBO = "placebo"
COLUMNS = {"y": "estimate", "low": "conf_low", "high": "conf_high"}


def band(
    data: pd.DataFrame,
    *,
    line: str,
    line_kind: str | None = None,
    panel: str | None = None,
    panel_kind: str | None = None,
    columns: int = 2,
    y_label: str | Mapping[str, str] = "",
    height: float | None = None,
    share_y: bool = False,
    **drawing,
) -> tuple[Figure, pd.DataFrame]:
    """Draw series over the years, a panel per value of a column.

    Parameters
    ----------
    data
        Typed rows of series: ``year``, ``estimate`` and, where there are some, ``conf_low`` and
        ``conf_high``. Rows whose line is ``placebo`` are the median and the band of placebo zones.
    line, line_kind
        Column that names the lines, and the kind of labels and roles of its keys.
    panel, panel_kind, columns
        Column that names the panels, its kind, and how many panels stand side by side.
    y_label
        With the unit; one for all panels, or a mapping from the panel's key.
    height, share_y
        Of the figure in inches; whether panels share their scale.
    **drawing
        As `draw_band` takes it.

    Returns
    -------
    figure, data
        The figure and the rows that it shows.

    Examples
    --------
    >>> rows = pd.DataFrame({"sample": ["zone"] * 3 + ["placebo"] * 3,
    ...                      "year": [2001, 2002, 2003] * 2,
    ...                      "estimate": [0.5, 0.4, 0.4, 0.3, 0.3, 0.3],
    ...                      "conf_low": [None] * 3 + [0.2] * 3,
    ...                      "conf_high": [None] * 3 + [0.6] * 3})
    >>> figure, shown = band(rows, line="sample", line_kind="sample", y_label="SD of logs")
    >>> len(shown)
    6
    """
    layout.demand(data, line, panel)
    groups = in_order(data[panel], panel_kind) if panel else [""]
    columns = min(columns, len(groups)) or 1
    lines = -(-len(groups) // columns)
    figure, axes = layout.canvas(lines, columns, height=height, share_y=share_y)
    if share_y:
        names = [drawing.get(*pair) for pair in COLUMNS.items()]
        drawing.setdefault("limits", _range(data[[name for name in names if name in data]]))
    for axis in list(axes.values())[len(groups) :]:
        axis.set_axis_off()
    found = {}
    for place, ((letter, axis), group) in enumerate(zip(axes.items(), groups, strict=False)):
        rows = data[data[panel] == group] if panel else data
        found[letter] = draw_band(axis, rows, line=line, line_kind=line_kind, **drawing)
        if panel:
            layout.title(axis, name_of(group, panel_kind, "long"), letter)
        if not share_y or place % columns == 0:
            axis.set_ylabel(layout.per_panel(y_label, group) or "")
    name_lines(figure, data, line, line_kind, direct=drawing.get("direct", False))
    return figure, layout.gather(found) if panel else next(iter(found.values()))


def draw_band(
    axis: Axes,
    data: pd.DataFrame,
    *,
    line: str,
    line_kind: str | None = None,
    role: str | None = None,
    name: str | None = None,
    x: str = "year",
    y: str = "estimate",
    low: str = "conf_low",
    high: str = "conf_high",
    reference: float | None = None,
    from_zero: bool = False,
    log: bool = False,
    limits: tuple[float, float] | None = None,
    breaks: Iterable[float] = (),
    events: Mapping[float, str] | None = None,
    direct: bool = False,
    size: float = 7.0,
    empty: str = "No series.",
) -> pd.DataFrame:
    """Draw series in a panel; return the rows that it shows.

    A line is broken where a year has no value and before the years in ``breaks``; a value with none
    beside it is a mark.

    Parameters
    ----------
    axis
        The panel.
    data, line, line_kind
        As `band` takes them.
    role, name
        Columns of each line's role and label, where its key is neither, e.g. a city's code. Lines
        that share roles are named in black.
    x, y, low, high
        Columns.
    reference
        Where a horizontal line is; none where missing.
    from_zero
        Whether the scale begins at zero.
    log
        Whether the scale is logarithmic, with ticks as plain numbers.
    limits
        Of the scale; by default what the series need.
    breaks
        Years from which values are not comparable with those before: the line is broken there and a
        dotted line is drawn.
    events
        Years to names of what happened; drawn as dotted lines named at the top.
    direct
        Whether lines are named at their ends, in place of a legend.
    size
        Of names of lines and events, in points.
    empty
        What an empty panel says.
    """
    layout.demand(data, line, role, name, x, y)
    rows = data[data[y].notna()] if len(data) else data
    if rows.empty:
        layout.say_empty(axis, empty)
        return layout.shown_columns(rows)
    rows = rows.sort_values([line, x], kind="stable")
    ends, cuts = [], sorted(breaks)
    for key in sorted(in_order(rows[line], line_kind), key=lambda key: key != PLACEBO):
        inside = rows[rows[line] == key]
        drawn = inside[role].iloc[0] if role else role_of(key, line_kind)
        _draw_line(axis, inside, drawn, (x, y, low, high), cuts)
        if direct and key != PLACEBO:
            last = inside.iloc[-1]
            text = last[name] if name else name_of(key, line_kind)
            ends.append((last[x], last[y], text, INK if role else labels.ink(drawn)))
    if reference is not None:
        axis.axhline(reference, color=INK, linewidth=0.6, zorder=1)
    for cut in cuts:
        axis.axvline(
            cut - 0.5, color=labels.colour("event"), linewidth=0.7, linestyle=":", zorder=0
        )
    whole = bool((rows[x].astype("float64") % 1 == 0).all())
    axis.xaxis.set_major_locator(MaxNLocator(5, integer=whole))
    if log:
        _use_log_scale(axis)
    bottom, top = limits or axis.get_ylim()
    axis.set_ylim(0 if from_zero else bottom, top)
    _name_events(axis, events or {}, size)
    if direct:
        layout.label_line_ends(axis, ends, size=size)
    return layout.shown_columns(rows)


def with_range(found: pd.DataFrame, scale: float = 1.0) -> pd.DataFrame:
    """Lay series of values and placebo quantiles out as `draw_band` draws them.

    Parameters
    ----------
    found
        ``sample``, ``year``, ``value`` and ``term``: ``value``, or ``median``, ``low`` and ``high``
        of placebo zones.
    scale
        What values are multiplied by, such as 100 for percent.

    Examples
    --------
    >>> rows = pd.DataFrame({"sample": "placebo", "year": 2001, "term": ["low", "median", "high"],
    ...                      "value": [0.1, 0.2, 0.4]})
    >>> with_range(rows, 100).to_dict("records")
    [{'sample': 'placebo', 'year': 2001, 'estimate': 20.0, 'conf_low': 10.0, 'conf_high': 40.0}]
    """
    wide = found.pivot(index=["sample", "year"], columns="term", values="value").astype("float64")
    wide = scale * wide.reindex(columns=["value", "median", "low", "high"])
    ends = {"conf_low": wide["low"], "conf_high": wide["high"]}
    return pd.DataFrame({"estimate": wide["value"].fillna(wide["median"]), **ends}).reset_index()


def name_lines(
    figure: Figure,
    data: pd.DataFrame,
    line: str,
    line_kind: str | None = None,
    *,
    direct: bool = False,
) -> None:
    """Name the lines in a legend where there are several; lines named at their ends are left out.

    The band of placebo zones is named as a patch with a line.
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    if line not in data:  # every panel is empty and says why
        return
    keys = in_order(data[line], line_kind)
    others = []
    if PLACEBO in keys:
        median = Line2D([], [], color=labels.colour("placebo_median"), linestyle=":")
        fill = Patch(facecolor=labels.colour(PLACEBO), linewidth=0)
        others = [((fill, median), f"{labels.label('sample', PLACEBO)}, median and range")]
    named = [] if direct else [key for key in keys if key != PLACEBO]
    if len(named) > 1 or others:
        legend(figure, named, line_kind, shape="line", others=others)


def _draw_line(axis: Axes, rows: pd.DataFrame, role: str, columns, cuts: list[float]) -> None:
    x, y, low, high = columns
    style = labels.style(role)
    placebo = role == PLACEBO
    for run in _runs(rows, x, cuts):
        at = run[x].to_numpy(dtype="float64")
        if low in run and run[low].notna().any():
            ends = run[low].to_numpy(dtype="float64"), run[high].to_numpy(dtype="float64")
            if len(run) == 1:
                axis.plot(np.repeat(at, 2), [ends[0][0], ends[1][0]], color=style.colour, zorder=1)
            else:
                shade = 1.0 if placebo else 0.18
                axis.fill_between(
                    at,
                    *ends,
                    color=style.colour,
                    alpha=shade,
                    linewidth=0,
                    zorder=0 if placebo else 1,
                )
        hue = labels.colour("placebo_median") if placebo else style.colour
        lone = {"marker": style.mark, "markersize": 3.5} if len(run) == 1 and not placebo else {}
        axis.plot(
            at,
            run[y],
            color=hue,
            linestyle=style.line,
            linewidth=1.0 if placebo else 1.4,
            zorder=2 if placebo else 3,
            **lone,
        )


def _runs(rows: pd.DataFrame, x: str, cuts: list[float]) -> list[pd.DataFrame]:
    """Take a series apart where a year is missing or a break lies."""
    at = rows[x].to_numpy(dtype="float64")
    step = np.diff(at).min() if len(at) > 1 else 1.0
    broken = np.diff(at) > 1.5 * step
    for cut in cuts:
        broken |= (at[:-1] < cut) & (at[1:] >= cut)
    starts = np.flatnonzero(np.concatenate([[True], broken]))
    return [rows.iloc[a:b] for a, b in zip(starts, [*starts[1:], len(rows)], strict=True)]


def _range(values: pd.DataFrame) -> tuple[float, float]:
    low, high = np.nanmin(values.to_numpy("float64")), np.nanmax(values.to_numpy("float64"))
    room = 0.05 * (high - low) or 0.5
    return low - room, high + room


def _use_log_scale(axis: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_yscale("log")
    axis.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: number(value, decimals_for(value, digits=1)))
    )
    axis.yaxis.set_minor_formatter(NullFormatter())


def _name_events(axis: Axes, events: Mapping[float, str], size: float) -> None:
    if not events:
        return
    bottom, top = axis.get_ylim()
    left, right = axis.get_xlim()
    line = layout.line_height(axis, size) * (top - bottom)
    ends: list[float] = []  # of the names in each row
    for year, name in sorted(events.items()):
        axis.axvline(year, color=labels.colour("event"), linewidth=0.7, linestyle=":", zorder=0)
        width = layout.text_width(axis, f" {name} ", size) * (right - left)
        row = next((i for i, end in enumerate(ends) if end < year), len(ends))
        ends[row : row + 1] = [year + width]
        axis.text(
            year,
            top + (0.3 + row) * line,
            f" {name}",
            fontsize=size,
            va="bottom",
            ha="left",
            color=INK,
            path_effects=HALO,
        )
    axis.set_ylim(bottom, top + (len(ends) + 0.6) * line)
