"""Boundaries of counties, and which units of constant territory touch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from guantian.geography.boundaries import shared_borders

if TYPE_CHECKING:
    import geopandas as gpd

#: The outlines were simplified together and still fit: most neighbours share their points. A few
#: are up to 0.003 degree apart, 330 m along a meridian.
COUNTY_TOLERANCE_M = 330.0


def read_counties(path: str | Path) -> gpd.GeoDataFrame:
    """Read county boundaries, repaired and sorted by code.

    Parameters
    ----------
    path
        A vector file with the column ``county_code`` and polygons in EPSG:4326.

    Returns
    -------
    GeoDataFrame
        Index ``county_code``; column ``geometry``, valid, in degrees.

    Raises
    ------
    ValueError
        For another column or coordinate system, a code that occurs twice, or an empty geometry.
    """
    import geopandas as gpd

    path = Path(path)
    frame = gpd.read_file(path)
    if "county_code" not in frame.columns:
        raise ValueError(f"{path.name}: no column county_code; it and a geometry were expected.")
    if frame.crs is None or frame.crs.to_epsg() != 4326:
        raise ValueError(f"{path.name}: the coordinate system is {frame.crs}; expected EPSG:4326.")
    codes = frame["county_code"].astype(str)
    if codes.duplicated().any():
        raise ValueError(
            f"{path.name}, column county_code: {codes[codes.duplicated()].iloc[0]} occurs twice; "
            "once was expected."
        )
    frame = frame.assign(county_code=codes).set_index("county_code").sort_index()[["geometry"]]
    frame["geometry"] = frame.geometry.make_valid()
    if frame.geometry.is_empty.any():
        code = frame.index[frame.geometry.is_empty][0]
        raise ValueError(f"{path.name}: the boundary of {code} is empty; expected a polygon.")
    return frame


def county_neighbours(boundaries: gpd.GeoDataFrame, units: pd.Series) -> pd.DataFrame:
    """List the pairs of units that touch (queen contiguity).

    Parameters
    ----------
    boundaries
        As `read_counties` returns them.
    units
        Index county_code: the unit of constant territory of each county. One without a boundary
        has no neighbours.

    Returns
    -------
    DataFrame
        A row for each pair, sorted: ``unit_a`` < ``unit_b``, ``border_km`` (length of the common
        outline), ``same_city`` and ``same_province`` (0 or 1, by the codes of the units).

    Raises
    ------
    ValueError
        For a boundary of a county that is in no unit.
    """
    odd = sorted(set(boundaries.index) - set(units.index))
    if odd:
        raise ValueError(f"The county {odd[0]} has a boundary and is in no unit; one was expected.")
    borders = shared_borders(boundaries, COUNTY_TOLERANCE_M)
    first, second = (borders[name].map(units).to_numpy() for name in ("code_a", "code_b"))
    low, high = np.minimum(first, second), np.maximum(first, second)
    pairs = pd.DataFrame({"unit_a": low, "unit_b": high, "border_km": borders["border_km"]})
    pairs = pairs[pairs["unit_a"] != pairs["unit_b"]]
    pairs = pairs.groupby(["unit_a", "unit_b"], as_index=False)["border_km"].sum()
    for name, digits in (("same_city", 4), ("same_province", 2)):
        same = pairs["unit_a"].str[:digits] == pairs["unit_b"].str[:digits]
        pairs[name] = same.astype("int64")
    return pairs
