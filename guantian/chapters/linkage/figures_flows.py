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

from guantian.present.style import BLACK, BLUE, GREY, HALO, VERMILION, WIDTH
from guantian.results import rows as rows_of

if TYPE_CHECKING:
    import geopandas as gpd

LAND, OWN = "#F6F6F4", "#ECE6DC"
BEND = 0.16
WIDEST = 7.0


def draw_zone_flows(
    pairs: pd.DataFrame,
    prefectures: gpd.GeoDataFrame,
    provinces: gpd.GeoDataFrame,
    names: Mapping[str, str],
    core: str,
) -> Figure:
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
    axes[0].set_title("a  Flow of people, first half of 2021")
    axes[1].set_title("b  Observed over predicted flow, without the zone's pairs")
    bar = figure.colorbar(colours, cax=keys[1].inset_axes([0.05, 0.15, 0.1, 0.7]))
    ticks = [0.5, 1, 2, 4]
    bar.set_ticks([np.log2(tick) for tick in ticks], labels=[f"{tick:g}" for tick in ticks])
    bar.outline.set_visible(False)
    bar.set_label("Observed over predicted")
    return figure


def _base(axis, prefectures, provinces, points) -> None:
    zone = prefectures.loc[points.index]
    west, south, east, north = points.total_bounds
    reach = 0.11 * max(east - west, north - south)
    prefectures.plot(ax=axis, facecolor=LAND, edgecolor="#DDDDDD", linewidth=0.4)
    zone.plot(ax=axis, facecolor=OWN, edgecolor="white", linewidth=0.8)
    provinces.boundary.plot(ax=axis, color="#777777", linewidth=0.9, linestyle=(0, (5, 2)))
    axis.set(xlim=(west - reach, east + reach), ylim=(south - reach, north + reach), aspect="equal")
    axis.set_axis_off()


def _arrows(axis, key, pairs: pd.DataFrame, points, core: str) -> None:
    """Width by the root of flow, so that a hundredth of the largest is a tenth as wide."""
    flows = [(row.unit, row.partner, row.flow_a_to_b) for row in pairs.itertuples()]
    flows += [(row.partner, row.unit, row.flow_b_to_a) for row in pairs.itertuples()]
    largest = max(flow for *_, flow in flows)
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
            facecolor=BLUE if touches else VERMILION,
            edgecolor="white" if width > 1 else "none",
            linewidth=0.25,
            alpha=0.55 if touches else 0.95,
            zorder=3 if touches else 4,
        )
        axis.add_patch(arrow)
    handles = [
        Line2D([], [], color=GREY, linewidth=WIDEST * np.sqrt(part), label=f"{part * largest:.2g}")
        for part in (1, 0.1, 0.01)
    ]
    handles += [
        Line2D([], [], color=BLUE, alpha=0.55, linewidth=3, label="from or to the core"),
        Line2D([], [], color=VERMILION, linewidth=3, label="between the others"),
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
        for colour, width in ((BLACK, 3.2), (colours.to_rgba(value), 2.6)):
            axis.add_patch(
                FancyArrowPatch(
                    *ends,
                    connectionstyle=f"arc3,rad={BEND}",
                    arrowstyle="-",
                    color=colour,
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
        axis.plot(point.x, point.y, "o", color=BLACK, markersize=4, zorder=6)
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
) -> Figure:
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
    figure = plt.figure(figsize=(WIDTH, 0.56 * WIDTH), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=(0.42, 0.58))
    above, below = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 0])
    chart = figure.add_subplot(grid[:, 1])
    together = rows_of(estimates, analysis="communities_placebo", method="leiden", group="all")
    together = together.sort_values("setting")
    x, own = together["setting"], together["own_value"]
    above.fill_between(
        x,
        own - together["conf_high"],
        own - together["conf_low"],
        color="#DDDDDD",
        linewidth=0,
    )
    above.plot(x, own - together["estimate"], color=GREY, linestyle="--")
    above.plot(x, own, "o-", color=VERMILION, markersize=3)
    if len(together):
        middle = together.iloc[len(together) // 2]
        for height, label, colour in (
            (middle["own_value"] + 0.03, "Zone", VERMILION),
            (middle["own_value"] - middle["estimate"] + 0.03, "Placebo zones, median", BLACK),
        ):
            above.text(middle["setting"], height, label, color=colour, size=7.5, va="bottom")
    above.set_ylim(-0.03, 1.03)
    above.set_ylabel("Share of pairs")
    above.set_title("a  Pairs in one community")
    above.tick_params(labelbottom=False)
    agreement = rows_of(series, analysis="communities", method="leiden", term="agreement")
    agreement = rows_of(agreement, measure="adjusted_rand").sort_values("setting")
    for group, label, colour in (
        ("provinces", "Provinces", BLUE),
        ("approved_zones", "Approved zones", BLACK),
    ):
        rows = rows_of(agreement, group=group)
        below.plot(rows["setting"], rows["value"], "o-", color=colour, markersize=3)
        if len(rows):
            below.annotate(
                label, (rows["setting"].iloc[-1], rows["value"].iloc[-1]), (0, -9),
                textcoords="offset points", ha="right", va="top", color=colour, size=7.5,
            )  # fmt: skip
    below.set_ylim(0, 1)
    below.set_xlabel("Resolution")
    below.set_ylabel("Adjusted Rand index")
    below.set_title("b  Agreement with borders")
    _community_map(chart, series, prefectures, provinces, zone, resolution)
    return figure


def _community_map(axis, series, prefectures, provinces, zone, resolution: float) -> None:
    found = rows_of(series, analysis="community", method="leiden", setting=resolution)
    shown = prefectures.join(found.set_index("unit")["value"].rename("community"))
    known = shown[shown["community"].notna()]
    palette = plt.get_cmap("tab20").colors
    shades = [palette[int(value) % len(palette)] for value in known["community"]]
    prefectures.plot(ax=axis, facecolor="#EEEEEE", linewidth=0)
    known.plot(ax=axis, color=shades, edgecolor="white", linewidth=0.15)
    provinces.boundary.plot(ax=axis, color=BLACK, linewidth=0.5)
    # Grown and shrunk by a kilometre, so that slivers between simplified outlines close.
    outline = shown.loc[list(zone)].buffer(1000).union_all().buffer(-1000)
    for part in getattr(outline, "geoms", [outline]):
        axis.plot(*part.exterior.xy, color=BLACK, linewidth=1.6)
    west, south, east, north = known.total_bounds
    axis.set(xlim=(west, east), ylim=(max(south, north - 4.2e6), north), aspect="equal")
    axis.set_axis_off()
    axis.set_title(f"c  Communities at resolution {resolution:g}, provinces, the zone")
