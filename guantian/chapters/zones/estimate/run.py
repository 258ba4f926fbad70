"""The main statistics of every approved zone, as typed results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from guantian.chapters.zones.estimate.approval import approval_rows
from guantian.chapters.zones.estimate.flows import flow_rows, make_flows
from guantian.chapters.zones.estimate.levels import convergence_rows, growth_rows
from guantian.chapters.zones.estimate.places import make_places
from guantian.chapters.zones.estimate.similarity import similarity_rows
from guantian.geography.zones import Zone, read_zones
from guantian.registry import Job
from guantian.results import estimates, series, write
from regiometrics.inference import SIGNIFICANT, holm

COMMON = {"chapter": "zones", "analysis": "zones"}


def estimate(job: Job) -> None:
    """Estimate from the panel, the structure, the flows and the zones."""
    inputs = job.inputs
    panel, structure, pairs, flows = (
        pd.read_parquet(path)
        for path in (inputs.panel, inputs.structure, inputs.pairs, inputs.flows)
    )
    zones = read_zones(Path(inputs.zones[0]).parent)
    confidence = job.options["confidence"]
    found, described = run_zones(
        panel, structure, pairs, flows, zones, job.options["zones"], confidence
    )
    write([found], job.outputs.estimates, confidence=confidence)
    write([described], job.outputs.series)


def run_zones(
    panel: pd.DataFrame,
    structure: pd.DataFrame,
    pairs: pd.DataFrame,
    flows: pd.DataFrame,
    zones: Mapping[str, Zone],
    choices: Mapping[str, Any],
    confidence: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate every statistic of every zone.

    Parameters
    ----------
    panel
        Index (city_code, year).
    structure
        Long table of structure.
    pairs
        Pairs of cities with distance, adjacency and province.
    flows
        Travel between cities.
    zones
        Approved zones by id.
    choices
        The configuration's section ``zones``.
    confidence
        Of the intervals.

    Returns
    -------
    estimates, series
        Analysis ``zones``: ``group`` is the zone's id, ``term`` the statistic; where a zone has no
        estimate, ``note`` says why. The sample ``china`` has the same of all cities where it means
        something. ``p_adjusted`` is Holm's over the zones of a statistic. Series: shares of flow
        that stay inside; analysis ``counts``: of a statistic (``variable``) how many zones have it,
        how many intervals lie below or above zero or the benchmark; of all but growth, how many
        p-values remain below 0.05 after Holm's adjustment.
    """
    panel = panel[panel["in_nation"] == 1]
    places = make_places(panel, pairs, zones)
    gravity = make_flows(flows, pairs, places, choices["flow_year"])
    rows = [
        *growth_rows(panel, places, choices, confidence),
        *convergence_rows(panel, places, choices, confidence),
        *similarity_rows(structure, places, choices, confidence),
        *flow_rows(gravity, places, choices, confidence),
        *approval_rows(panel, places, choices, confidence),
    ]
    estimated = [row for row in rows if "value" not in row]
    described = [row for row in rows if "value" in row]
    found = estimates(_adjusted(estimated), **COMMON)
    return found, series([*described, *_counts(found)], **COMMON)


def _counts(found: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Count zones with an estimate, and those whose interval is below or above the reference."""
    known = found[(found["sample"] == "zone") & found["estimate"].notna()]
    for (term, variant), zones in known.groupby(["term", "variant"]):
        # Of placebo statistics the benchmark is taken out of the estimate already.
        reference = zones["benchmark"].where(zones["own_value"].isna(), 0.0).fillna(0.0)
        counts = {
            "estimated": len(zones),
            "below": int((zones["conf_high"] < reference).sum()),
            "above": int((zones["conf_low"] > reference).sum()),
        }
        for name, value in counts.items():
            yield _count(term, name, value) | {"variant": variant}
    others = known[known["term"] != "growth"]
    yield _count("all_but_growth", "estimated", len(others))
    yield _count("all_but_growth", "adjusted", int((others["p_adjusted"] < SIGNIFICANT).sum()))


def _count(variable: str, name: str, value: int) -> dict[str, Any]:
    key = {"analysis": "counts", "sample": "zones", "variable": variable, "term": name}
    return key | {"value": value}


def _adjusted(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Add Holm's p-values over the zones of each statistic."""
    frame = pd.DataFrame(rows)
    frame["variant"] = frame["variant"].fillna("")
    own = frame[(frame["sample"] == "zone") & frame["p_value"].notna()]
    adjusted = own.groupby(["term", "variant"])["p_value"].transform(holm)
    return [
        {**row, "p_adjusted": float(adjusted[place])} if place in adjusted.index else dict(row)
        for place, row in enumerate(rows)
    ]
