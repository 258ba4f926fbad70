"""Published results on polycentricity and on inequality between agglomerations, and ours beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.geography.zones import Zone
from regiometrics.inequality.decomposition import theil_decomposition

PLAIN = "guanzhong_plain"
#: Published polycentricity of the Guanzhong Plain (Sustainability 2019, 11(3), 610), by year: it
#: falls where centres become many.
PUBLISHED = {1992: 1.4787, 2012: 0.9915}
#: Published share of Theil's index between ten agglomerations, percent, mean of the years (Liu et
#: al. 2023, Sustainability 15, 14807).
BETWEEN = {"share": 70.51, "first": 2004, "last": 2019}


def external_rows(
    counties: pd.DataFrame, panel: pd.DataFrame, zones: Mapping[str, Zone]
) -> Iterator[dict[str, Any]]:
    """Compute what is published from the study's data; say what differs.

    Parameters
    ----------
    counties
        The county panel: index (unit_code, year), `city_code`, `lights`.
    panel
        Prefectures: index (city_code, year).
    zones
        All zones by id.

    Yields
    ------
    dict
        Analysis ``external``; the published value is the ``benchmark``.
    """
    if PLAIN in zones:
        yield from _plain(counties, zones[PLAIN].codes)
    yield from _between(panel, zones)


def _plain(counties: pd.DataFrame, members: list[str]) -> Iterator[dict[str, Any]]:
    inside = counties[counties["city_code"].isin(members)]
    last = max(PUBLISHED)
    for group, lights in (
        ("counties", inside["lights"]),
        ("prefectures", inside.groupby(["city_code", "year"])["lights"].sum()),
    ):
        wide = lights.unstack("year")
        for year in [year for year in wide.columns if year <= last]:
            if year not in (wide.columns[0], last):
                continue
            values = np.sort(wide[year][wide[year] > 0].to_numpy())[::-1]
            if len(values) < 3:
                continue
            slope = np.polyfit(np.log(np.arange(1, len(values) + 1)), np.log(values), 1)[0]
            yield {
                "analysis": "external",
                "variant": "guanzhong_polycentricity",
                "sample": "zone",
                "outcome": "lights",
                "term": "rank_size",
                "group": group,
                "year": year,
                "estimate": float(-slope),
                "benchmark": PUBLISHED.get(year, np.nan),
                "n_units": len(values),
                "estimator": "minus the slope of log lights on log rank",
                "note": f"published: {PUBLISHED[1992]} in 1992 and {PUBLISHED[2012]} in 2012; its "
                "units are not known to us, ours are administrative, and our lights begin in 2000",
            }


def _between(panel: pd.DataFrame, zones: Mapping[str, Zone]) -> Iterator[dict[str, Any]]:
    """Share of Theil's T of output per head between approved zones, a city with its first."""
    owner: dict[str, str] = {}
    for zone in sorted(zones.values(), key=lambda zone: (zone.approved, zone.id)):
        for code in zone.codes:
            owner.setdefault(code, zone.id)
    first, last = BETWEEN["first"], BETWEEN["last"]
    heads = panel["gdp_per_resident_yuan"].astype("float64").unstack("city_code").loc[first:last]
    people = panel["population_10k"].astype("float64").unstack("city_code").loc[first:last]
    found = []
    for year in heads.index:
        level, count = heads.loc[year], people.loc[year]
        kept = list(level.index[(level > 0) & (count > 0) & level.index.isin(list(owner))])
        groups = {code: owner[code] for code in kept}
        if len(set(groups.values())) > 1:
            split = theil_decomposition(level[kept].to_frame().T, count[kept].to_frame().T, groups)
            found.append((split.parts["between_share"].iloc[0], len(kept)))
    if found:
        yield {
            "analysis": "external",
            "variant": "liu_2023_between_share",
            "sample": "china",
            "outcome": "gdp_per_resident_yuan",
            "term": "between_share",
            "weights": "population",
            "first_year": first,
            "last_year": last,
            "estimate": 100 * float(np.mean([share for share, _ in found])),
            "benchmark": BETWEEN["share"],
            "n_units": max(count for _, count in found),
            "n_periods": len(found),
            "estimator": "Theil's T, mean of the years",
            "note": "published: 149 cities in ten agglomerations; ours are the approved zones, a "
            "city in the first that approved it, each year with the cities known",
        }
