"""Boundaries of counties, and which units of constant territory touch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from guantian.geography.boundaries import read_boundaries, shared_borders

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
        As `guantian.geography.boundaries.read_boundaries`.
    """
    return read_boundaries(path, "county_code", [], epsg=4326)


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
