"""The zone on its map, its cities named, with a locator of China."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from guantian.present.style import BLACK, GREY, HALO, VERMILION, WIDTH

if TYPE_CHECKING:
    import geopandas as gpd

ZONE_FILL, CORE_FILL, LAND = "#F4C9A8", "#E8955A", "#F2F2F0"


def draw_zone_map(
    prefectures: gpd.GeoDataFrame,
    provinces: gpd.GeoDataFrame,
    cities: pd.DataFrame,
    province_names: pd.DataFrame,
    members: list[str],
    core: str,
) -> Figure:
    """Draw the zone among its neighbours.

    Parameters
    ----------
    prefectures, provinces
        Layers in metres, indexed by code.
    cities, province_names
        Index code, with ``name_en`` and ``name_zh``.
    members, core
        Codes of the zone's cities and of its centre.
    """
    zone = prefectures.loc[members]
    west, south, east, north = zone.total_bounds
    reach = 0.12 * max(east - west, north - south)
    view = (west - reach, south - reach, east + reach, north + reach)
    figure, (axis, side) = plt.subplots(
        1,
        2,
        figsize=(WIDTH, 0.5 * WIDTH),
        width_ratios=(0.78, 0.22),
        layout="constrained",
    )
    prefectures.plot(ax=axis, facecolor=LAND, edgecolor="#C8C8C8", linewidth=0.4)
    zone.plot(ax=axis, facecolor=ZONE_FILL, edgecolor="white", linewidth=0.8)
    zone.loc[[core]].plot(ax=axis, facecolor=CORE_FILL, edgecolor="white", linewidth=0.8)
    provinces.boundary.plot(ax=axis, color=BLACK, linewidth=1.1)
    axis.set(xlim=view[::2], ylim=view[1::2], aspect="equal")
    axis.set_axis_off()
    _name_cities(axis, zone, cities)
    _name_provinces(axis, provinces, province_names, zone)
    _scale_bar(axis)
    _locator(side, provinces, view, zone)
    return figure


def _name_cities(axis, zone: gpd.GeoDataFrame, cities: pd.DataFrame) -> None:
    for code, point in zone.representative_point().items():
        label = f"{cities.at[code, 'name_en']}\n{cities.at[code, 'name_zh'].removesuffix('市')}"
        axis.text(
            point.x,
            point.y,
            label,
            ha="center",
            va="center",
            size=7.5,
            path_effects=HALO,
            zorder=5,
        )


def _name_provinces(
    axis, provinces: gpd.GeoDataFrame, names: pd.DataFrame, zone: gpd.GeoDataFrame
) -> None:
    """Name each province in the widest part of it that is seen outside the zone."""
    from shapely import box, maximum_inscribed_circle, union_all

    (left, right), (bottom, top) = axis.get_xlim(), axis.get_ylim()
    margin = 0.02 * (right - left)
    frame = box(left + margin, bottom + margin, right - margin, top - margin)
    seen = provinces.intersection(frame).difference(union_all(zone.geometry))
    for code, shape in seen.items():
        if shape.is_empty or code not in names.index:
            continue
        circle = maximum_inscribed_circle(shape)
        if circle.length > 0.045 * (right - left):
            x, y = circle.coords[0]
            label = f"{names.at[code, 'name_en']} {names.at[code, 'name_zh']}"
            axis.text(
                x, y, label, size=7.5, color=GREY, ha="center", va="center", style="normal",
                path_effects=HALO, zorder=4,
            )  # fmt: skip


def _scale_bar(axis, kilometres: int = 100) -> None:
    (left, right), (bottom, top) = axis.get_xlim(), axis.get_ylim()
    x, y = left + 0.03 * (right - left), bottom + 0.04 * (top - bottom)
    axis.plot(
        [x, x + 1000 * kilometres],
        [y, y],
        color=BLACK,
        linewidth=1.5,
        solid_capstyle="butt",
    )
    axis.text(
        x + 500 * kilometres, y + 0.015 * (top - bottom), f"{kilometres} km", size=7,
        ha="center", va="bottom", path_effects=HALO,
    )  # fmt: skip


def _locator(axis, provinces: gpd.GeoDataFrame, view: tuple, zone: gpd.GeoDataFrame) -> None:
    """Show where the map lies in China, and what its fills and lines mean."""
    provinces.plot(ax=axis, facecolor="white", edgecolor="#AAAAAA", linewidth=0.3)
    zone.plot(ax=axis, facecolor=CORE_FILL)
    west, south, east, north = view
    axis.add_patch(
        Rectangle(
            (west, south),
            east - west,
            north - south,
            fill=False,
            edgecolor=VERMILION,
            linewidth=0.9,
        )
    )
    axis.set_axis_off()
    axis.legend(
        handles=[
            Patch(facecolor=CORE_FILL, label="Core city"),
            Patch(facecolor=ZONE_FILL, label="Other members"),
            Line2D([], [], color=BLACK, linewidth=1.1, label="Province border"),
            Line2D([], [], color="#C8C8C8", linewidth=0.8, label="Prefecture border"),
        ],
        loc="upper center",
        bbox_to_anchor=(0.5, -0.05),
    )
