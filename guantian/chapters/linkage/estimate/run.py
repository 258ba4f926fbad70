"""Gravity of flows, the zone's pairs, linkage, the network and the lockdown, as typed results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from guantian.chapters.linkage.estimate.gravity import run_gravity
from guantian.chapters.linkage.estimate.inputs import FLOW_YEAR, gravity_grid, with_hours
from guantian.chapters.linkage.estimate.linkage_rows import LinkageChoices, linkage_rows
from guantian.chapters.linkage.estimate.lockdown import lockdown_rows
from guantian.chapters.linkage.estimate.network_rows import network_rows
from guantian.chapters.linkage.estimate.prediction import run_zone_prediction
from guantian.chapters.linkage.estimate.primary import primary_rows
from guantian.chapters.linkage.estimate.regressors import province_terms
from guantian.chapters.linkage.estimate.strong_ties import strong_tie_rows
from guantian.chapters.linkage.estimate.summary import summary_rows
from guantian.data.acts import read_acts
from guantian.geography.zones import read_zones
from guantian.registry import Job
from guantian.results import estimates, series, write
from regiometrics.weights.pairs import pair_matrix

COMMON = {"chapter": "linkage"}
TABLES = (
    *("panel", "flows", "pairs", "names", "trains", "structure", "times", "monthly"),
    *(
        "accounts",
        "fiscal",
        "residents",
        "people",
        "placebo_zones",
        "search_travel",
        "dialect",
        "trade",
    ),
)


def estimate(job: Job) -> None:
    """Estimate everything of the chapter, from flows, distances, accounts and placebo zones."""
    inputs, options = job.inputs, job.options
    choices, confidence, zone = options["linkage"], options["confidence"], options["zone"]
    tables = {name: pd.read_parquet(getattr(inputs, name)) for name in TABLES}
    specs = pd.read_csv(inputs.specs, sep="\t", index_col="spec")
    codes, sets = sorted(member["code"] for member in zone["members"]), tables["placebo_zones"]
    zones = read_zones(Path(inputs.zones[0]).parent)
    approved = {
        name: each.codes for name, each in zones.items() if each.kind in options["placebo.kinds"]
    }
    groups = {"zone": codes}
    if choices["compare_with"]:
        groups[choices["compare_with"]] = zones[choices["compare_with"]].codes
    grid, provinces = gravity_grid(tables, codes, approved.values(), choices["income_year"])
    terms = province_terms(provinces[code] for code in grid.codes)
    gravity, fits = run_gravity(grid, specs, choices["near_km"], confidence, terms)
    predicting = {name: fits[name] for name in choices["predict_by"]}
    predicted, pairs = run_zone_prediction(
        grid, predicting, codes, sets, provinces, choices["exact_draws"], confidence
    )
    years = LinkageChoices(
        **choices["years"],
        **{name: choices[name] for name in ("since", "until", "income_year", "draws", "seed")},
    )
    rows = [
        *gravity,
        *predicted,
        *pair_rows(with_hours(pairs, tables["times"], FLOW_YEAR)),
        *linkage_rows(tables, groups, grid, sets, years, confidence),
        *network_rows(
            grid,
            codes,
            provinces,
            approved,
            sets,
            **{name: choices[name] for name in ("resolutions", "seeds", "seed")},
            confidence=confidence,
            distance=pair_matrix(tables["pairs"], "distance_km", grid.codes),
        ),
        *lockdown_rows(tables["monthly"], codes, provinces, zone["core"], confidence),
        *strong_tie_rows(tables, zones, choices["primary"]["flow"], choices["strong_ties"]),
        *primary_rows(
            tables, inputs.prefectures, zones, zone["id"], choices["primary"], confidence
        ),
    ]
    estimated = estimates((row for row in rows if "value" not in row), **COMMON)
    described = series((row for row in rows if "value" in row), **COMMON)
    summary = summary_rows(estimated, described, read_acts(inputs.acts), choices["since"])
    write([estimated], job.outputs.estimates, confidence=confidence)
    write([described, series(summary, **COMMON)], job.outputs.series)


def pair_rows(pairs: pd.DataFrame) -> Iterator[dict]:
    """Give every value of the zone's pairs as a row of the series ``zone_pairs``.

    A value that is not known is a row without a value, so that every pair has every term.
    """
    for (unit, partner), values in pairs.set_index(["code_a", "code_b"]).iterrows():
        key = {"analysis": "zone_pairs", "sample": "zone", "unit": unit, "partner": partner}
        for term, value in values.items():
            yield key | {"term": term, "value": float(value)}
