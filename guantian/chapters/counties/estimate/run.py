"""Everything that the chapter on counties estimates, as typed results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.counties.estimate.approvals import (
    Groups,
    approval_rows,
    placebo_groups,
    pool,
    slots,
    zone_rows,
)
from guantian.chapters.counties.estimate.data import CountyData, make_counties, sample_of
from guantian.geography.zones import Zone, read_zones
from guantian.registry import Job
from guantian.results import estimates, with_mde, write
from regiometrics.errors import EstimationError
from regiometrics.weights.pairs import pair_matrix

#: What is asked of the approvals: the key of the row, and how the effect is estimated.
APPROVALS = (
    ({"analysis": "primary", "variant": "S1.6", "outcome": "dispersion"}, "sdid"),
    ({"analysis": "secondary", "variant": "S1.6", "outcome": "dispersion"}, "did"),
    ({"analysis": "secondary", "variant": "S1.6", "outcome": "dispersion_printed"}, "sdid"),
    ({"analysis": "secondary", "variant": "S1.10", "outcome": "output", "group": "counties"}, "sdid"),
    ({"analysis": "secondary", "variant": "S1.10", "outcome": "output", "group": "counties"}, "did"),
)


def estimate(job: Job) -> None:
    """Estimate from the panel of counties."""
    given, options = job.inputs, job.options
    choices, confidence = options["counties"], options["confidence"]
    panel = pd.read_parquet(given.panel)
    data = make_counties(pd.read_parquet(given.counties), panel, choices["bridge"])
    zones = read_zones(Path(given.zones[0]).parent)
    pairs = pd.read_parquet(given.pairs)
    rows = [*approvals(data, panel, pairs, zones, options["zone"]["id"], choices, confidence)]
    found = with_mde(estimates(rows, chapter="counties"), confidence)
    write([found], job.outputs.estimates, confidence=confidence)


def approvals(
    data: CountyData,
    panel: pd.DataFrame,
    pairs: pd.DataFrame,
    zones: Mapping[str, Zone],
    zone: str,
    options: Mapping[str, Any],
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
    options
        The section `counties` of the configuration.
    confidence
        Of the intervals.

    Yields
    ------
    dict
        Rows of results: the pooled effects, each zone's, those of approvals dated too early
        (``falsification``), and the study's zone from the counties of its plan.
    """
    choices = options["approvals"]
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
    tried = [(key, method, listed) for key, method in APPROVALS]
    tried += [(key | false, method, early) for key, method in APPROVALS if method == "sdid"]
    for key, method, approvals_ in tried:
        try:
            found = pool(groups, approvals_, drawn, key["outcome"], choices, method)
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
