"""The primary tests on flows: claims S1.1b, S1.2, S1.8, S2.3 and S2.4."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from guantian.chapters.linkage.estimate.borders import border_rows
from guantian.chapters.linkage.estimate.membership import membership_rows
from guantian.chapters.linkage.estimate.own_border import own_border_rows
from guantian.chapters.linkage.estimate.own_zone import own_zone_rows
from guantian.chapters.linkage.estimate.primary_inputs import primary_inputs
from guantian.chapters.linkage.estimate.similar_flows import gap_rows, similarity_rows
from guantian.chapters.linkage.estimate.trade_shares import trade_rows
from guantian.chapters.linkage.estimate.zone_shares import share_rows
from guantian.chapters.linkage.estimate.zone_terms import ZoneModel, zone_rows
from guantian.geography.boundaries import representative_points
from guantian.geography.zones import Zone

DEGREES = "EPSG:4326"


def primary_rows(
    tables: Mapping[str, pd.DataFrame],
    prefectures: str | Path,
    zones: Mapping[str, Zone],
    zone: str,
    options: Mapping[str, Any],
    confidence: float,
) -> Iterator[dict[str, Any]]:
    """Run the primary tests on flows, with their falsification and secondary tests.

    Parameters
    ----------
    tables
        As `primary_inputs` takes them, and ``placebo_zones`` and ``trade``, shares of provinces.
    prefectures
        File of the cities' boundaries.
    zones
        All zones, by identifier.
    zone
        Identifier of the zone under study.
    options
        Of the section ``linkage.primary``.
    confidence
        Of intervals.

    Yields
    ------
    dict
        Estimates of the analyses ``primary``, ``secondary`` and ``falsification``; the variant is
        the part of the claim, the sample ``china`` or ``zone``.
    """
    boundaries = gpd.read_parquet(prefectures)
    points = representative_points(boundaries.to_crs(DEGREES))
    data = primary_inputs(tables, points, options, confidence)
    own = zones[zone]
    border = own.options().border
    ordered = sorted(zones.values(), key=lambda each: (each.approved, each.id))
    approved = {each.id: each.codes for each in ordered if each.year <= options["approved_by"]}
    yield from border_rows(data)
    yield from trade_rows(tables["trade"], tables["pairs"], boundaries, confidence)
    if border is not None:
        yield from own_border_rows(data, border.provinces)
    model = ZoneModel.of(data, approved)
    yield from zone_rows(data, model)
    yield from own_zone_rows(data, model, own.codes, tables["placebo_zones"])
    yield from share_rows(data, approved, own.codes, tables["placebo_zones"])
    yield from similarity_rows(data)
    yield from membership_rows(data, approved, tables["placebo_zones"])
    yield from gap_rows(data)
