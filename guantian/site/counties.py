"""The zone's counties as the page holds them: outlines in the map's units, and their values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from guantian.site.cities import compact, source_of
from guantian.site.shapes import Frame, path
from guantian.site.strings import chinese

if TYPE_CHECKING:
    import geopandas as gpd

INDICATORS = ("gdp_10k_yuan", "population_10k", "lights")
TOLERANCE = 600.0  # metres


def county_data(
    panel: pd.DataFrame,
    codebook: pd.DataFrame,
    outlines: gpd.GeoDataFrame,
    members: Sequence[str],
    frame: Frame,
) -> dict[str, Any]:
    """Lay the zone's counties out for the page.

    Parameters
    ----------
    panel
        Index (unit_code, year) of units of constant territory; ``city_code``, ``name_zh``,
        ``county_codes``.
    codebook
        Index variable; ``title``, ``unit``, ``source`` and ``formula``.
    outlines
        Index county_code, in metres.
    members
        Codes of the zone's cities.
    frame
        The map's.

    Returns
    -------
    dict
        ``first`` (year), ``units`` (code, Chinese name, city, path) and ``variables``: name to
        ``title``, ``unit``, ``source`` and ``values``, a row per unit.
    """
    own = panel[panel["city_code"].isin(list(members))]
    about = own.groupby(level="unit_code")[["name_zh", "city_code", "county_codes"]].last()
    shapes = {}
    for unit, codes in about["county_codes"].items():
        parts = outlines.reindex(codes.split())["geometry"].dropna()
        shapes[unit] = parts.union_all().simplify(TOLERANCE) if len(parts) else None
    years = sorted(own.index.get_level_values("year").unique())
    return {
        "first": int(years[0]) if years else 0,
        "units": [
            [unit, row.name_zh, row.city_code, path(shapes[unit], frame.place)]
            for unit, row in zip(about.index, about.itertuples(), strict=True)
        ],
        "variables": {
            name: {
                "title": [codebook.at[name, "title"], chinese("variables", name)],
                "unit": [codebook.at[name, "unit"], chinese("units", codebook.at[name, "unit"])],
                "source": source_of(codebook, name),
                "values": [
                    compact(row)
                    for row in own[name]
                    .unstack("year")
                    .reindex(index=about.index, columns=years)
                    .to_numpy(dtype=np.float64)
                ],
            }
            for name in INDICATORS
            if len(own)
        },
    }
