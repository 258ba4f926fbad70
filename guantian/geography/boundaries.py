"""Prefecture boundaries: areas, points, distances and shared borders, never in degrees."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from guantian.errors import DataError
from guantian.side_files import check_content, read_bytes

if TYPE_CHECKING:
    import geopandas as gpd

#: Degrees west, south, east and north, within which China's boundaries lie.
EXTENT = (73, 3, 136, 54)

#: Albers equal-area conic for China: standard parallels 25 and 47 degrees north, central meridian
#: 105 degrees east, on the ellipsoid of CGCS2000 (EPSG:4490), in metres.
ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +x_0=0 +y_0=0 +ellps=GRS80 +units=m"

#: The boundaries are simplified to 0.01 degree; along a meridian that is 1113 m. Two units whose
#: outlines come as near as that may be neighbours.
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
        As `read_boundaries`, or if one of the units has no boundary.
    """
    path = Path(path)
    frame = read_boundaries(path, "code", ["name"], epsg=4490)
    if units is not None:
        missing = sorted(set(units) - set(frame.index))
        if missing:
            raise ValueError(f"{path.name}: no boundary of {missing[0]}; expected one a unit.")
        frame = frame.loc[sorted(units)]
    return frame


def read_boundaries(
    path: str | Path, code: str, others: Sequence[str], *, epsg: int
) -> gpd.GeoDataFrame:
    """Read a layer of boundaries and check it.

    Parameters
    ----------
    path
        A vector file; where a ``datapackage.json`` beside it describes it, it must be that file.
    code
        The column of codes of six digits, each once.
    others
        Further columns that are kept.
    epsg
        Number of the coordinate system, in degrees.

    Returns
    -------
    GeoDataFrame
        Index `code`, sorted; the other columns and ``geometry``.

    Raises
    ------
    DataError
        If the file cannot be read, a column is missing, the coordinate system is another, a code
        has another form or occurs twice, or a boundary is missing, empty, no polygon, crosses
        itself or lies outside China (`EXTENT`).
    """
    import geopandas as gpd
    from pyogrio.errors import DataLayerError, DataSourceError

    path = Path(path)
    content = read_bytes(path)
    try:
        frame = gpd.read_file(path)
    except (DataSourceError, DataLayerError, IndexError, UnicodeDecodeError) as error:
        said = str(error).rstrip(".")
        raise DataError(f"{path} is no file of boundaries ({said}); put it back.") from None
    for column in (code, *others, "geometry"):
        if column not in frame.columns:
            raise DataError(
                f"{path}: no column {column}; {', '.join([code, *others])} and geometry were "
                "expected."
            )
    if frame.crs is None or frame.crs.to_epsg() != epsg:
        raise DataError(f"{path}: the coordinate system is {frame.crs}; EPSG:{epsg} was expected.")
    codes = frame[code].astype("str")
    wrong = ~codes.str.fullmatch("[1-9][0-9]{5}")
    if wrong.any():
        raise DataError(
            f"{path}, column {code}: {codes[wrong].iloc[0]!r}; a code of six digits was expected."
        )
    if codes.duplicated().any():
        raise DataError(
            f"{path}, column {code}: {codes[codes.duplicated()].iloc[0]} occurs twice; once was "
            "expected."
        )
    shapes = frame.assign(**{code: codes}).set_index(code).sort_index()[[*others, "geometry"]]
    west, south, east, north = EXTENT
    bounds = shapes.geometry.bounds
    inside = (bounds["minx"] >= west) & (bounds["maxx"] <= east)
    inside &= (bounds["miny"] >= south) & (bounds["maxy"] <= north)
    for bad, said in (
        (shapes.geometry.isna(), "is missing"),
        (shapes.geometry.is_empty, "is empty"),
        (~shapes.geom_type.isin(["Polygon", "MultiPolygon"]), "is no polygon"),
        (~shapes.geometry.is_valid, "crosses itself"),
        (~inside, f"is not between {west} and {east} degrees east, {south} and {north} north"),
    ):
        if bad.any():
            raise DataError(
                f"{path}: the boundary of {bad.idxmax()} {said}; a polygon in degrees within China "
                "was expected."
            )
    check_content(content, path)
    return shapes


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
        One row per pair, sorted: `code_a` < `code_b`, `gap_m` (0 where the outlines meet or
        overlap) and `border_km`, the length of the first unit's outline within the tolerance of the
        second, so that pairs that meet only at a corner can be left out.

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
        One row per pair, sorted: `code_a` < `code_b`, `distance_km` (between points inside the
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
