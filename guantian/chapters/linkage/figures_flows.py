"""Maps of flows between the zone's cities, and communities of the nation's flows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.cm import ScalarMappable
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch

from guantian import labels
from guantian.labels import colour
from guantian.present.figures import canvas, draw_areas, gather, title
from guantian.present.figures.maps import BASE_MAP_NOTE, clipped
from guantian.present.figures.style import HALO, INK, MUTED, WIDTH
from guantian.results import rows

if TYPE_CHECKING:
    import geopandas as gpd

BEND = 0.16
WIDEST = 7.0
PALETTE, COMMUNITIES = "tab20", 20  # colours only tell neighbouring communities apart


def draw_zone_flows(
    pairs: pd.DataFrame,
    prefectures: gpd.GeoDataFrame,
    provinces: gpd.GeoDataFrame,
    names: Mapping[str, str],
    core: str,
) -> tuple[Figure, pd.DataFrame]:
    """Draw observed flows as curved arrows, and observed over predicted flows as curved lines.

    Parameters
    ----------
    pairs
        The zone's pairs: ``unit``, ``partner``, ``flow_a_to_b``, ``flow_b_to_a``, ``ratio``.
    prefectures, provinces
        Map layers in metres, by code.
    names
        City to English name.
    core
        Its flows are drawn below the others, in another colour.
    """
    codes = sorted(set(pairs["unit"]) | set(pairs["partner"]))
    points = prefectures.loc[codes].representative_point()
    figure, grid = plt.subplots(
        2, 2, figsize=(WIDTH, 0.76 * WIDTH), layout="constrained", width_ratios=(1, 0.24)
    )
    axes, keys = grid[:, 0], grid[:, 1]
    for key in keys:
        key.set_axis_off()
    for axis in axes:
        _base(axis, prefectures, provinces, points)
    _arrows(axes[0], keys[0], pairs, points, core)
    colours = _ratios(axes[1], pairs, points)
    for axis in axes:
        _cities(axis, points, names)
    title(axes[0], "Flow of people, first half of 2021", "a")
    title(axes[1], "Observed flow over flow predicted without the zone's pairs", "b")
    bar = figure.colorbar(colours, cax=keys[1].inset_axes([0.05, 0.15, 0.1, 0.7]))
    ticks = [0.5, 1, 2, 4]
    bar.set_ticks([np.log2(tick) for tick in ticks], labels=[f"{tick:g}" for tick in ticks])
    bar.outline.set_visible(False)
    bar.set_label("Observed over predicted")
    figure.supxlabel(BASE_MAP_NOTE, fontsize=6.5, color=MUTED)
    return figure, pairs[["unit", "partner", "flow_a_to_b", "flow_b_to_a", "predicted", "ratio"]]


def _base(axis, prefectures, provinces, points) -> None:
    west, south, east, north = points.total_bounds
    room = (BEND + 0.02) * max(east - west, north - south)  # for what bends outwards
    view = (west - room, south - room, east + room, north + room)
    land = clipped(prefectures, view, WIDTH)
    land.plot(
        ax=axis,
        facecolor=[colour("land") if code in points.index else "white" for code in land.index],
        edgecolor=colour("prefecture_border"),
        linewidth=0.5,
    )
    borders = clipped(provinces.set_geometry(provinces.boundary), view, WIDTH)
    borders.plot(ax=axis, color=colour("province_border"), linewidth=0.8)
    axis.set(xlim=view[::2], ylim=view[1::2], aspect="equal")
    axis.set_axis_off()


def _arrows(axis, key, pairs: pd.DataFrame, points, core: str) -> None:
    """Width by the root of flow, so that a hundredth of the largest is a tenth as wide."""
    flows = [(row.unit, row.partner, row.flow_a_to_b) for row in pairs.itertuples()]
    flows += [(row.partner, row.unit, row.flow_b_to_a) for row in pairs.itertuples()]
    largest = max(flow for *_, flow in flows)
    hues = {True: colour("region"), False: colour("zone")}  # of the core's, of the others'
    # The largest first, so that it hides nothing.
    for origin, destination, flow in sorted(flows, key=lambda flow: -flow[2]):
        if flow <= 0:
            continue
        width = WIDEST * np.sqrt(flow / largest)
        touches = core in (origin, destination)
        arrow = FancyArrowPatch(
            (points[origin].x, points[origin].y),
            (points[destination].x, points[destination].y),
            connectionstyle=f"arc3,rad={BEND}",
            arrowstyle=f"simple,head_width={max(1.5 * width, 2.4):.3f},"
            f"head_length={max(1.2 * width, 2.8):.3f},tail_width={max(width, 0.45):.3f}",
            shrinkA=7,
            shrinkB=9,
            facecolor=hues[touches],
            edgecolor="white" if width > 1 else "none",
            linewidth=0.25,
            alpha=0.55 if touches else 0.95,
            zorder=3 if touches else 4,
        )
        axis.add_patch(arrow)
    handles = [
        Line2D([], [], color=MUTED, linewidth=WIDEST * np.sqrt(part), label=f"{part * largest:.2g}")
        for part in (1, 0.1, 0.01)
    ]
    handles += [
        Line2D([], [], color=hues[True], alpha=0.55, linewidth=3, label="from or to the core"),
        Line2D([], [], color=hues[False], linewidth=3, label="between the others"),
    ]
    key.legend(
        handles=handles,
        loc="center left",
        borderaxespad=0,
        title="Index, mean of a day",
        title_fontsize=7.5,
        alignment="left",
    )


def _ratios(axis, pairs: pd.DataFrame, points):
    logs = np.log2(pairs["ratio"].where(pairs["ratio"] > 0))
    norm = TwoSlopeNorm(0, vmin=min(-1.0, logs.min()), vmax=max(2.0, logs.max()))
    colours = ScalarMappable(norm=norm, cmap="RdBu_r")
    order = np.argsort(np.abs(logs.to_numpy()))
    for row, value in zip(pairs.iloc[order].itertuples(), logs.iloc[order], strict=True):
        if np.isnan(value):
            continue
        ends = [(points[code].x, points[code].y) for code in (row.unit, row.partner)]
        for hue, width in ((INK, 3.2), (colours.to_rgba(value), 2.6)):
            axis.add_patch(
                FancyArrowPatch(
                    *ends,
                    connectionstyle=f"arc3,rad={BEND}",
                    arrowstyle="-",
                    color=hue,
                    linewidth=width,
                    shrinkA=6,
                    shrinkB=6,
                    zorder=3,
                )
            )
    return colours


def _cities(axis, points, names: Mapping[str, str]) -> None:
    low, high = axis.get_ylim()
    for code, point in points.items():
        axis.plot(point.x, point.y, "o", color=INK, markersize=4, zorder=6)
        axis.text(
            point.x, point.y - 0.035 * (high - low), names[code], size=8, ha="center", va="top",
            path_effects=HALO, zorder=7,
        )  # fmt: skip


def draw_communities(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    prefectures: gpd.GeoDataFrame,
    provinces: gpd.GeoDataFrame,
    zone: Sequence[str],
    resolution: float,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the zone's pairs in one community and agreement with borders over resolutions, a map.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    prefectures, provinces
        Map layers in metres, by code.
    zone
        Codes, outlined on the map.
    resolution
        Whose communities are mapped.
    """
    together = rows(estimates, analysis="communities_placebo", method="leiden", group="all")
    together = together.sort_values("setting")
    together = together[["setting", "own_value", "benchmark"]].assign(
        low=together["own_value"] - together["conf_high"],
        high=together["own_value"] - together["conf_low"],
    )
    agreement = rows(series, analysis="communities", method="leiden", term="agreement")
    agreement = rows(agreement, measure="adjusted_rand").sort_values("setting")
    found = rows(series, analysis="community", method="leiden", setting=resolution)
    figure, axes = canvas(height=0.56 * WIDTH, mosaic="ac;bc", widths=(0.42, 0.58))
    _together(axes["a"], together)
    title(axes["a"], "Pairs in one community", "a")
    axes["a"].set_ylabel("Share of pairs")
    axes["a"].tick_params(labelbottom=False)
    for group, curve in agreement.groupby("group"):
        style = labels.style(labels.role("sample", group))
        axes["b"].plot(curve["setting"], curve["value"], marker=style.mark, color=style.colour)
        axes["b"].annotate(
            labels.label("sample", group, "short"),
            (curve["setting"].iloc[-1], curve["value"].iloc[-1]),
            (0, -9),
            textcoords="offset points",
            ha="right",
            va="top",
            color=style.colour,
            size=7.5,
        )
    title(axes["b"], "Agreement with borders", "b")
    axes["b"].set(ylabel="Adjusted Rand index", xlabel="Resolution")
    for letter in "ab":
        axes[letter].set_ylim(-0.03, 1.03)
    shade = found.set_index("unit")["value"] % COMMUNITIES
    draw_areas(
        axes["c"],
        prefectures.join(shade.rename("community")),
        provinces,
        fill="community",
        colours=PALETTE,
        limits=(0, COMMUNITIES - 1),
        outlined=zone,
    )
    title(axes["c"], f"Communities at resolution {resolution:g}, provinces, the zone", "c")
    figure.supxlabel(BASE_MAP_NOTE, fontsize=6.5, color=MUTED)
    shown = {"a": together, "b": agreement[["setting", "group", "value"]]}
    shown["c"] = found[["unit", "value"]].rename(columns={"value": "community"})
    return figure, gather(shown)


def _together(axis, together: pd.DataFrame) -> None:
    """Draw the zone's share of pairs in one community, and the range of placebo zones."""
    x = together["setting"]
    fill = colour("placebo")
    axis.fill_between(x, together["low"], together["high"], color=fill, linewidth=0)
    axis.plot(x, together["benchmark"], color=colour("placebo_median"), linestyle="--")
    axis.plot(x, together["own_value"], "o-", color=colour("zone"))
    if len(together):
        middle = together.iloc[len(together) // 2]
        for column, text, hue in (
            ("own_value", labels.label("sample", "zone"), colour("zone")),
            ("benchmark", "Placebo zones, median", INK),
        ):
            height = middle[column] + 0.03
            axis.text(middle["setting"], height, text, color=hue, size=7.5, va="bottom")
