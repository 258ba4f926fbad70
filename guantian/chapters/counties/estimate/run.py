"""Everything that the chapter on counties estimates, as typed results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from guantian.chapters.counties.estimate.approvals import approval_rows, pool, zone_rows
from guantian.chapters.counties.estimate.border import border_rows, pair_rows
from guantian.chapters.counties.estimate.convergence import convergence_rows
from guantian.chapters.counties.estimate.data import CountyData, make_counties, sample_of
from guantian.chapters.counties.estimate.external import external_rows
from guantian.chapters.counties.estimate.groups import Groups, placebo_groups, slots
from guantian.chapters.counties.estimate.polycentricity import polycentric_rows
from guantian.geography.zones import Zone, read_zones
from guantian.registry import Job
from guantian.results import estimates, series, with_mde, write
from regiometrics.errors import EstimationError
from regiometrics.weights.pairs import pair_matrix

DISPERSION = {"analysis": "secondary", "variant": "S1.6", "outcome": "dispersion"}
OUTPUT = {"analysis": "secondary", "variant": "S1.10", "outcome": "output", "group": "counties"}
#: What is asked of the approvals: the key of the row, and how the effect is estimated.
APPROVALS = (
    (DISPERSION | {"analysis": "primary"}, "sdid"),
    (DISPERSION, "did"),
    (DISPERSION | {"outcome": "dispersion_printed"}, "sdid"),
    (OUTPUT, "sdid"),
    (OUTPUT, "did"),
)


def estimate(job: Job) -> None:
    """Estimate from the panel of counties."""
    given, options = job.inputs, job.options
    estimated, described = run_counties(
        pd.read_parquet(given.panel),
        pd.read_parquet(given.counties),
        pd.read_parquet(given.neighbours),
        pd.read_parquet(given.pairs),
        read_zones(Path(given.zones[0]).parent),
        options["zone"]["id"],
        options["counties"],
        options["confidence"],
    )
    write([estimated], job.outputs.estimates, confidence=options["confidence"])
    write([described], job.outputs.series)


def run_counties(
    panel: pd.DataFrame,
    counties: pd.DataFrame,
    neighbours: pd.DataFrame,
    pairs: pd.DataFrame,
    zones: Mapping[str, Zone],
    zone: str,
    choices: Mapping[str, Any],
    confidence: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate everything.

    Parameters
    ----------
    panel, counties
        Prefectures, index (city_code, year), and counties, index (unit_code, year).
    neighbours, pairs
        Pairs of counties that touch, and pairs of prefectures.
    zones, zone
        All zones by id, and the study's own.
    choices
        The section `counties` of the configuration.
    confidence
        Of the intervals.

    Returns
    -------
    estimates, series
    """
    data = make_counties(counties, panel, choices["bridge"])
    rows, described = convergence_rows(
        data, neighbours, choices["convergence"], choices["trend_span"], confidence
    )
    rows += approvals(data, panel, pairs, zones, zone, choices["approvals"], confidence)
    rows += polycentric_rows(data, counties, panel, choices["polycentricity"], confidence)
    rows += border_rows(data, neighbours, choices["border"], confidence)
    border = zones[zone].options().border
    for slot in slots({zone: zones[zone]}, choices["approvals"]) if border else ():
        period = {"first": slot.years[0], "approved": slot.first, "last": slot.years[-1]}
        ends = tuple(border.provinces)
        rows += pair_rows(data, neighbours, ends, period, choices["border"], confidence)
    rows += external_rows(counties, panel, zones)
    return (
        with_mde(estimates(rows, chapter="counties"), confidence),
        series(described, chapter="counties"),
    )


def approvals(
    data: CountyData,
    panel: pd.DataFrame,
    pairs: pd.DataFrame,
    zones: Mapping[str, Zone],
    zone: str,
    choices: Mapping[str, Any],
    confidence: float,
) -> Iterator[dict[str, Any]]:
    """Estimate what approvals of zones did to the counties in them.

    Parameters
    ----------
    data
        Counties.
    panel, pairs
        Prefectures of China, and which of them are adjacent.
    zones, zone
        All zones by id, and the study's own.
    choices
        The section `counties.approvals` of the configuration.
    confidence
        Of the intervals.

    Yields
    ------
    dict
        Rows of results: the pooled effects, each zone's, those of approvals dated too early
        (``falsification``), and the study's zone from the counties of its plan.
    """
    nation = panel["in_nation"].groupby(level="city_code").first()
    codes = nation.index[nation == 1]
    adjacency = pair_matrix(pairs, "adjacent", list(codes), diagonal=0) == 1
    listed = slots(zones, choices)
    approved = {code for slot in listed for code in slot.cities}
    free = ~codes.isin(approved)
    groups = Groups(data, codes, choices["min_counties"])
    drawn = placebo_groups(adjacency, free, choices)
    early = [_earlier(slot) for slot in listed]
    false = {"analysis": "falsification", "setting": float(choices["before"])}
    tried = [(key, method, listed, None) for key, method in APPROVALS]
    for key in (DISPERSION, OUTPUT):
        tried.append((key | false, "sdid", early, None))
        tried.append((key | {"donors": "neighbours_left_out"}, "sdid", listed, adjacency))
    fewer = {**choices, "draws": choices["draws"] // 2}  # of what decides nothing
    for key, method, approvals_, apart in tried:
        asked = choices if key["analysis"] == "primary" else fewer
        try:
            found = pool(groups, approvals_, drawn, key["outcome"], asked, method, apart)
        except EstimationError as error:
            yield {**key, "sample": "china", "term": "effect", "method": method, "note": str(error)}
            continue
        yield from approval_rows(found, key, confidence, int(free.sum()))
    own = [slot for slot in slots({zone: zones[zone]}, choices) if slot.zone == zone]
    for slot in own:
        for key, method in APPROVALS:
            if method == "sdid":
                named = sample_of(data.units, "zone")
                yield from zone_rows(groups, slot, drawn, key, named, confidence)


def _earlier(slot):
    """Date an approval too early: by as many years as are compared before it."""
    start = slot.first - slot.before
    return replace(slot, first=start, years=tuple(range(start - slot.before, slot.first)))
