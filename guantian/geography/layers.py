"""Layers for maps: prefectures and provinces on one projection, in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from guantian.geography.boundaries import ALBERS, TOLERANCE_M

if TYPE_CHECKING:
    import geopandas as gpd


def map_layers(
    boundaries: gpd.GeoDataFrame, cities: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Project prefectures and merge them into provinces.

    Parameters
    ----------
    boundaries
        As `guantian.geography.boundaries.read_prefectures` returns them.
    cities
        Index city_code, column ``province_code``.

    Returns
    -------
    prefectures, provinces
        On `ALBERS`, indexed and sorted by code. Slivers between prefectures that were simplified
        one by one are closed in the provinces (outlines grown and shrunk by the tolerance).
    """
    import geopandas as gpd

    prefectures = boundaries.to_crs(ALBERS)
    # Units without a row of their own (reserves, new cities) belong to the province of their code.
    province = cities["province_code"].reindex(prefectures.index)
    province = province.fillna(prefectures.index.to_series().str[:2] + "0000")
    prefectures = prefectures.assign(province_code=province)
    merged = prefectures[["province_code", "geometry"]].copy()
    merged["geometry"] = merged.buffer(TOLERANCE_M)
    provinces = merged.dissolve("province_code").buffer(-TOLERANCE_M)
    return prefectures, gpd.GeoDataFrame(geometry=provinces, crs=ALBERS).sort_index()
