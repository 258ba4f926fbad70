"""Prefecture boundaries: areas, points, distances and shared borders, never in degrees."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

#: Albers equal-area conic for China: standard parallels 25 and 47 degrees north, central meridian
#: 105 degrees east, on the ellipsoid of CGCS2000 (EPSG:4490), in metres.
ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +x_0=0 +y_0=0 +ellps=GRS80 +units=m"

#: The boundaries are simplified to 0.01 degree; along a meridian that is 1113 m. Two units whose
#: outlines come as near as that cannot be told from neighbours.
TOLERANCE_M = 1113.0


def read_prefectures(path: str | Path, units: Sequence[str] | None = None) -> gpd.GeoDataFrame:
    """Read prefecture boundaries, repaired and sorted by code.

    Parameters
    ----------
    path
        A vector file with the columns `code`, `name` and polygons in EPSG:4490.
    units
        Codes to keep. None keeps all, nature reserves and new cities included.

    Returns
    -------
    GeoDataFrame
        Index `code`; columns `name`, `geometry` (valid, in degrees of EPSG:4490).

    Raises
    ------
    ValueError
        If a column is missing, the coordinate system is another, a code stands twice or has no
        boundary, or a geometry is empty.
    """
    import geopandas as gpd

    path = Path(path)
    frame = gpd.read_file(path)
    for column in ("code", "name"):
        if column not in frame.columns:
            raise ValueError(f"{path.name}: no column {column}; expected code, name and geometry.")
    if frame.crs is None or frame.crs.to_epsg() != 4490:
        raise ValueError(f"{path.name}: the coordinate system is {frame.crs}; expected EPSG:4490.")
    frame["code"] = frame["code"].astype(str)
    twice = frame["code"][frame["code"].duplicated()]
    if len(twice):
        raise ValueError(f"{path.name}, column code: {twice.iloc[0]} stands twice; expected once.")
    frame = frame.set_index("code").sort_index()[["name", "geometry"]]
    if units is not None:
        missing = sorted(set(units) - set(frame.index))
        if missing:
            raise ValueError(f"{path.name}: no boundary of {missing[0]}; expected one a unit.")
        frame = frame.loc[sorted(units)]
    frame["geometry"] = frame.geometry.make_valid()
    if frame.geometry.is_empty.any():
        code = frame.index[frame.geometry.is_empty][0]
        raise ValueError(f"{path.name}: the boundary of {code} is empty; expected a polygon.")
    return frame


def representative_points(boundaries: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a point inside each unit, as longitude and latitude in degrees.

    The point is the centroid on the projection `ALBERS` where that lies inside the unit, and
    otherwise a point on its surface. It is not the seat of government.
    """
    projected = boundaries.to_crs(ALBERS)
    centroid = projected.centroid
    inside = centroid.within(projected.geometry)
    points = centroid.where(inside, projected.representative_point()).to_crs(boundaries.crs)
    return pd.DataFrame({"longitude": points.x, "latitude": points.y}, index=boundaries.index)


def distances_km(points: pd.DataFrame) -> pd.DataFrame:
    """Return the distance between all pairs of points along the ellipsoid (GRS80), in km.

    Parameters
    ----------
    points
        Columns `longitude`, `latitude` in degrees; the index names the units.

    Returns
    -------
    DataFrame
        Symmetric, units by units, zero diagonal. Geodesics after Karney (2013), by pyproj.
    """
    from pyproj import Geod

    row, column = np.triu_indices(len(points), k=1)
    x, y = points["longitude"].to_numpy(float), points["latitude"].to_numpy(float)
    _, _, metres = Geod(ellps="GRS80").inv(x[row], y[row], x[column], y[column])
    matrix = np.zeros((len(points), len(points)))
    matrix[row, column] = matrix[column, row] = metres / 1e3
    return pd.DataFrame(matrix, index=points.index, columns=points.index)


def shared_borders(boundaries: gpd.GeoDataFrame, tolerance_m: float = TOLERANCE_M) -> pd.DataFrame:
    """Return the pairs of units that touch, at a point or along a line (queen contiguity).

    Outlines simplified unit by unit no longer fit: they overlap, or leave slivers between true
    neighbours. Two units count as touching when they come within `tolerance_m` of each other on
    the projection `ALBERS`, whose areas are true and whose lengths are within 3.5 per cent
    (2 per cent between 21 and 51 degrees north).

    Parameters
    ----------
    boundaries
        As `read_prefectures` returns them.
    tolerance_m
        In metres; the default is the resolution of the simplification.

    Returns
    -------
    DataFrame
        A row a pair, sorted: `code_a` < `code_b`, `gap_m` (0 where the outlines meet or overlap)
        and `border_km`, the length of the first unit's outline within the tolerance of the
        second, so that pairs that meet only at a corner can be told and left out.

    Raises
    ------
    ValueError
        If the tolerance is negative.
    """
    import shapely

    if tolerance_m < 0:
        raise ValueError(f"tolerance_m is {tolerance_m}; expected metres, zero or more.")
    geometry = boundaries.to_crs(ALBERS).geometry.to_numpy()
    tree = shapely.STRtree(geometry)
    first, second = tree.query(geometry, predicate="dwithin", distance=tolerance_m)
    order = np.lexsort((second, first))
    order = order[first[order] < second[order]]
    first, second = first[order], second[order]
    near = shapely.buffer(geometry, max(tolerance_m, 1.0), quad_segs=16)
    border = shapely.length(shapely.intersection(shapely.boundary(geometry)[first], near[second]))
    codes = boundaries.index.to_numpy()
    return pd.DataFrame(
        {
            "code_a": codes[first],
            "code_b": codes[second],
            "gap_m": shapely.distance(geometry[first], geometry[second]),
            "border_km": border / 1e3,
        }
    )


def city_pairs(
    boundaries: gpd.GeoDataFrame, borders: pd.DataFrame, provinces: pd.Series
) -> pd.DataFrame:
    """Describe every unordered pair of cities.

    Parameters
    ----------
    boundaries, borders
        As `read_prefectures` and `shared_borders` return them.
    provinces
        City -> province; its index holds every city of `boundaries`.

    Returns
    -------
    DataFrame
        A row a pair, sorted: `code_a` < `code_b`, `distance_km` (between points inside the
        cities), `adjacent` and `same_province` (0 or 1), `border_km` (0 where not adjacent).
    """
    distances = distances_km(representative_points(boundaries))
    codes = distances.index.to_numpy()
    row, column = np.triu_indices(len(codes), k=1)
    province = provinces.reindex(codes).to_numpy()
    pairs = pd.DataFrame(
        {
            "code_a": codes[row],
            "code_b": codes[column],
            "distance_km": distances.to_numpy()[row, column],
            "same_province": (province[row] == province[column]).astype(np.int8),
        }
    ).merge(borders[["code_a", "code_b", "border_km"]], how="left", on=["code_a", "code_b"])
    pairs["adjacent"] = pairs["border_km"].notna().astype(np.int8)
    return pairs.fillna({"border_km": 0.0}).sort_values(["code_a", "code_b"], ignore_index=True)
