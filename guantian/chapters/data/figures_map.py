"""The zone on its map, its cities named, with a locator of China."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from guantian.labels import colour, label
from guantian.present.figures import HALO, WIDTH, canvas, legend
from guantian.present.figures.maps import (
    View,
    draw_areas,
    draw_locator,
    view_of,
)
from guantian.present.figures.style import MUTED

if TYPE_CHECKING:
    import geopandas as gpd

NARROWEST = 0.045  # of the map's width: a province seen in a narrower strip is not named


def draw_zone_map(
    prefectures: gpd.GeoDataFrame,
    provinces: gpd.GeoDataFrame,
    cities: pd.DataFrame,
    province_names: pd.DataFrame,
    members: list[str],
    core: str,
    shown_names: Sequence[str] = ("name_en", "name_zh"),
) -> tuple[Figure, pd.DataFrame]:
    """Draw the zone among its neighbours.

    Parameters
    ----------
    prefectures, provinces
        Layers in metres, indexed by code.
    cities, province_names
        Index code, with ``name_en`` and ``name_zh``; cities also with ``province_code``.
    members, core
        Codes of the zone's cities and of its core.
    shown_names
        Columns of the names that the map shows.

    Returns
    -------
    figure, data
        The figure and a row per member: code, names, province, and whether it is the core.
    """
    zone = prefectures.loc[members]
    view = view_of(zone)
    west, south, east, north = view
    share = (north - south) / (east - west)
    figure, axes = canvas(
        1, 2, widths=(0.78, 0.22), height=min(0.78 * WIDTH * share + 0.55, 0.64 * WIDTH)
    )
    filled = prefectures.assign(fill="land")
    filled.loc[members, "fill"] = "member"
    filled.loc[core, "fill"] = "core"
    shown = cities.loc[members, ["name_en", "name_zh", "province_code"]]
    names = shown[list(shown_names)].agg("\n".join, axis="columns")
    draw_areas(axes["a"], filled, provinces, fill="fill", view=view, names=names, scale_bar=100)
    said = province_names[list(shown_names)].agg(" ".join, axis="columns")
    _name_provinces(axes["a"], provinces, said, zone, view)
    draw_locator(axes["b"], provinces, view)
    legend(
        figure,
        [],
        others=[
            (Patch(facecolor=colour("core")), label("map_key", "core")),
            (Patch(facecolor=colour("member")), label("map_key", "member")),
            *(
                (Line2D([], [], color=colour(name), linewidth=1), label("map_key", name))
                for name in ("province_border", "prefecture_border")
            ),
        ],
        title=label("map_key", "base_map"),
    )
    shown["core"] = (shown.index == core).astype("int64")
    return figure, shown.reset_index()


def _name_provinces(
    axis: Axes,
    provinces: gpd.GeoDataFrame,
    names: pd.Series,
    zone: gpd.GeoDataFrame,
    view: View,
) -> None:
    """Name each province in the widest part of it that is seen outside the zone."""
    from shapely import box, maximum_inscribed_circle, union_all

    west, south, east, north = view
    margin = 0.02 * (east - west)
    frame = box(west + margin, south + margin, east - margin, north - margin)
    seen = provinces.intersection(frame).difference(union_all(zone.geometry))
    for code, shape in seen.items():
        if shape.is_empty or code not in names.index:
            continue
        circle = maximum_inscribed_circle(shape)
        if circle.length > NARROWEST * (east - west):
            x, y = circle.coords[0]
            axis.text(
                x, y, names[code], size=7.5, color=MUTED, ha="center", va="center",
                path_effects=HALO, zorder=4,
            )  # fmt: skip
