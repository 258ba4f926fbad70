"""Maps: areas filled by role or value, clipped to their view and simplified for print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from guantian import labels
from guantian.present.figures import layout
from guantian.present.figures.roles import in_order, legend, role_of
from guantian.present.figures.style import HALO, INK, MM, MUTED, WIDTH

if TYPE_CHECKING:
    import geopandas as gpd

View = tuple[float, float, float, float]  # west, south, east, north, in metres
SOUTH = 1_850_000  # metres: south of it lie the islands that the inset shows
SLIVER, ENCLAVE = 5_000, 1e8  # metres and square metres: below them lie faults of the outlines
NO_VALUE = "#FFFFFF"
HATCH = "//////"
FINEST = 0.16 * MM  # inches: what is smaller is not seen in print
BASE_MAP_NOTE = labels.label("map_key", "base_map")


def view_of(shapes: gpd.GeoDataFrame, margin: float = 0.12) -> View:
    """Return the rectangle around shapes, wider by a share of its longer side."""
    west, south, east, north = shapes.total_bounds
    room = margin * max(east - west, north - south)
    return west - room, south - room, east + room, north + room


def clipped(layer: gpd.GeoDataFrame, view: View, width: float) -> gpd.GeoDataFrame:
    """Cut a layer to a view and simplify it to what a print of this width shows.

    Parameters
    ----------
    layer
        In metres.
    view
        West, south, east, north.
    width
        Of the view as printed, in inches.
    """
    import shapely

    west, south, east, north = view
    tolerance = FINEST * (east - west) / width
    shapes = shapely.clip_by_rect(
        shapely.make_valid(layer.geometry.to_numpy()), west, south, east, north
    )
    simple = shapely.simplify(shapes, tolerance, preserve_topology=True)
    cut = layer.set_geometry(simple, crs=layer.crs)
    # Islands too small to be printed stay as they are: on a map of China they must not vanish.
    return cut[~shapely.is_empty(cut.geometry.to_numpy())]


def area_map(
    areas: gpd.GeoDataFrame,
    provinces: gpd.GeoDataFrame,
    *,
    panel: Sequence[tuple[str, str]] | None = None,
    value_label: str = "",
    role_kind: str | None = None,
    height: float | None = None,
    note: str = BASE_MAP_NOTE,
    **drawing,
) -> tuple[Figure, pd.DataFrame]:
    """Draw maps side by side, filled by the roles or the values of columns.

    Parameters
    ----------
    areas
        Prefectures or counties in metres, indexed by code, with the columns to fill by.
    provinces
        Outlines in metres, indexed by code.
    panel
        (column, title) of each map; by default one map of the column ``fill``.
    value_label
        Of numbers, with the unit; roles are named by ``role_kind``.
    height
        In inches.
    note
        On the base map, printed below.
    **drawing
        As `draw_areas` takes it: ``view``, ``outlined``, ``names``, ``inset`` ...

    Returns
    -------
    figure, data
        Codes of the areas with the columns that the maps show.
    """
    panels = panel or [("fill", "")]
    view = drawing.get("view")
    west, south, east, north = view or _whole(areas)
    share = (north - south) / (east - west)
    size = height or min(WIDTH / len(panels) * share * 0.98 + 0.55, 1.05 * WIDTH)
    figure, axes = layout.canvas(1, len(panels), height=size)
    numbers = all(pd.api.types.is_numeric_dtype(areas[column]) for column, _ in panels)
    if numbers:
        inside = areas.cx[west:east, south:north] if view else areas
        values = inside[[column for column, _ in panels]].to_numpy(dtype="float64")
        drawing.setdefault("limits", (np.nanmin(values), np.nanmax(values)))
    for (letter, axis), (column, text) in zip(axes.items(), panels, strict=True):
        draw_areas(axis, areas, provinces, fill=column, role_kind=role_kind, **drawing)
        if text:
            layout.title(axis, text, letter if len(panels) > 1 else "")
    columns = [column for column, _ in panels]
    seen = areas.cx[west:east, south:north] if view else areas
    empty = [(Patch(facecolor=NO_VALUE, edgecolor="#BBBBBB", linewidth=0.5), "No value")]
    others = empty if seen[columns].isna().to_numpy().any() else []
    if numbers:
        _colour_bar(figure, list(axes.values()), value_label, drawing)
        legend(figure, [], others=others, title=note)
    else:
        keys = [key for key in pd.unique(seen[columns].to_numpy().ravel()) if isinstance(key, str)]
        legend(
            figure, in_order(keys, role_kind), role_kind, shape="patch", others=others, title=note
        )
    if numbers and not others and note:
        figure.supxlabel(note, fontsize=6.5, color=MUTED)
    data = pd.DataFrame(areas.drop(columns="geometry")).rename_axis("code")[columns]
    data = data.loc[seen.index]
    return figure, data.dropna(how="all").reset_index()


def draw_areas(
    axis: Axes,
    areas: gpd.GeoDataFrame,
    provinces: gpd.GeoDataFrame,
    *,
    fill: str,
    role_kind: str | None = None,
    view: View | None = None,
    limits: tuple[float, float] | None = None,
    colours: str = "YlGnBu",
    outlined: Sequence[str] = (),
    hatched: bool = False,
    names: pd.Series | None = None,
    inset: bool = True,
    scale_bar: int | None = None,
) -> None:
    """Draw a map in a panel.

    Parameters
    ----------
    axis
        The panel.
    areas, provinces
        As `area_map` takes them.
    fill
        Column of roles, of keys of a kind, or of numbers; an area without a value is white.
    role_kind
        Kind of the keys.
    view
        West, south, east, north in metres; all of China where missing.
    limits, colours
        Range and name of the colour scale of numbers.
    outlined, hatched
        Codes of areas, e.g. the members of a zone, to be outlined together and hatched.
    names
        Code to the name to print in the area.
    inset
        Whether a map of all China has the islands of the South China Sea in an inset.
    scale_bar
        Its length in kilometres.
    """
    seen = view or _whole(areas)
    width = axis.get_position().width * axis.get_figure().get_figwidth()
    _fill(axis, areas, provinces, fill, role_kind, limits, colours, seen, width)
    if len(outlined):
        _outline(axis, areas.loc[list(outlined)], seen, width, hatched)
    if names is not None:
        for code, point in areas.loc[names.index].representative_point().items():
            axis.text(
                point.x,
                point.y,
                names[code],
                ha="center",
                va="center",
                size=7.5,
                path_effects=HALO,
                zorder=6,
            )
    if view is None and inset:
        _south_china_sea(axis, areas, provinces, fill, role_kind, limits, colours, width)
    if scale_bar:
        draw_scale_bar(axis, scale_bar)


def draw_scale_bar(axis: Axes, kilometres: int) -> None:
    """Draw a bar of so many kilometres at the lower left of a map."""
    (left, right), (bottom, top) = axis.get_xlim(), axis.get_ylim()
    x, y = left + 0.03 * (right - left), bottom + 0.04 * (top - bottom)
    axis.plot([x, x + 1000 * kilometres], [y, y], color=INK, linewidth=1.5)
    axis.text(
        x + 500 * kilometres,
        y + 0.015 * (top - bottom),
        f"{kilometres} km",
        size=7,
        ha="center",
        va="bottom",
        path_effects=HALO,
    )


def draw_locator(axis: Axes, provinces: gpd.GeoDataFrame, view: View) -> None:
    """Show in a small map of China where a view lies, with the islands of the South China Sea."""
    whole = view_of(provinces, 0.01)
    width = axis.get_position().width * axis.get_figure().get_figwidth()
    shapes = clipped(provinces, whole, width)
    shapes.plot(ax=axis, facecolor=labels.colour("land"), edgecolor="#AAAAAA", linewidth=0.3)
    west, south, east, north = view
    axis.add_patch(
        Rectangle(
            (west, south),
            east - west,
            north - south,
            fill=False,
            edgecolor=labels.colour("zone"),
            linewidth=1.0,
        )
    )
    _frame(axis, whole)


def _fill(axis, areas, provinces, fill, role_kind, limits, colours, view, width, line=0.6) -> None:
    import matplotlib as mpl

    shapes = clipped(areas, view, width)
    values = shapes[fill]
    if pd.api.types.is_numeric_dtype(values):
        scale = mpl.colors.Normalize(*(limits or (values.min(), values.max())))
        ramp = mpl.colormaps[colours]
        hues = [NO_VALUE if pd.isna(v) else mpl.colors.to_hex(ramp(scale(v))) for v in values]
    else:
        hues = [
            labels.colour(role_of(v, role_kind)) if isinstance(v, str) else NO_VALUE for v in values
        ]
    shapes.plot(ax=axis, color=hues, edgecolor=labels.colour("prefecture_border"), linewidth=0.25)
    outlines = clipped(provinces.set_geometry(provinces.boundary), view, width)
    outlines.plot(ax=axis, color=labels.colour("province_border"), linewidth=line)
    _frame(axis, view)


def _outline(axis, members, view, width, hatched: bool) -> None:
    import geopandas as gpd
    from shapely import Polygon

    # Units simplified one by one leave slivers: closed before the outline is drawn.
    shape = members.dissolve().buffer(SLIVER).buffer(-SLIVER).explode()
    rings = shape.exterior[shape.area > ENCLAVE].set_crs(None, allow_override=True)
    solid = gpd.GeoDataFrame(geometry=gpd.GeoSeries(rings.map(Polygon)))
    outline = clipped(solid, view, width)
    outline.boundary.plot(ax=axis, color="white", linewidth=2.4, zorder=4)
    outline.plot(
        ax=axis,
        facecolor="none",
        edgecolor=labels.colour("zone"),
        linewidth=1.3,
        zorder=5,
        hatch=HATCH if hatched else None,
    )


def _south_china_sea(axis, areas, provinces, fill, role_kind, limits, colours, width) -> None:
    south = areas[areas.bounds["miny"] < SOUTH].cx[:, :SOUTH]
    if south.empty:
        return
    west, low, east, high = south.total_bounds
    view = (west - 60_000, low - 60_000, east + 60_000, max(high, SOUTH) + 350_000)
    inset = axis.inset_axes([0.875, 0.0, 0.125, 0.29])
    inset.set_facecolor("white")
    _fill(inset, areas, provinces, fill, role_kind, limits, colours, view, 0.125 * width, 0.25)
    inset.set_axis_on()
    inset.set(xticks=[], yticks=[], xlabel="", ylabel="")
    for side in inset.spines.values():
        side.set(visible=True, color=MUTED, linewidth=0.6)


def _whole(areas: gpd.GeoDataFrame) -> View:
    west, _, east, north = areas.total_bounds
    room = 0.01 * (east - west)
    return west - room, SOUTH, east + 6 * room, north + room  # the inset is east of Taiwan


def _frame(axis: Axes, view: View) -> None:
    west, south, east, north = view
    axis.set(xlim=(west, east), ylim=(south, north), aspect="equal", xlabel="", ylabel="")
    axis.set_axis_off()


def _colour_bar(figure: Figure, axes, label: str, drawing) -> None:
    import matplotlib as mpl

    scale = mpl.cm.ScalarMappable(
        mpl.colors.Normalize(*drawing["limits"]), drawing.get("colours", "YlGnBu")
    )
    bar = figure.colorbar(scale, ax=axes, shrink=0.7, aspect=25, pad=0.01)
    bar.set_label(label)
    bar.outline.set_visible(False)


__all__ = ["area_map", "clipped", "draw_areas", "draw_locator", "draw_scale_bar", "view_of"]
