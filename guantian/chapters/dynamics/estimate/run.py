"""All that the chapter estimates of clubs, distribution and persistence, in one run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from guantian.chapters.dynamics.estimate.cases import Case, make_cases
from guantian.chapters.dynamics.estimate.chains import kernels_of, run_chains
from guantian.chapters.dynamics.estimate.clubs_study import run_clubs
from guantian.chapters.dynamics.estimate.neighbours import run_neighbours
from guantian.chapters.dynamics.estimate.trends import run_trends
from guantian.chapters.dynamics.estimate.unit_roots import run_unit_roots
from guantian.files import write_csv
from guantian.geography.placebo_sets import members_of
from guantian.registry import Job
from guantian.results import estimates, round_significant, series, tests, write
from regiometrics.weights.weights import Weights

DRAWN = "nation"  # the sample whose distribution is drawn


def estimate(job: Job) -> None:
    """Estimate neighbours, clubs, chains and unit roots from the panel."""
    options, confidence = job.options["dynamics"], job.options["confidence"]
    cases = make_cases(
        pd.read_parquet(job.inputs.panel),
        pd.read_csv(job.inputs.specs, sep="\t"),
        pd.read_csv(job.inputs.members, dtype="str"),
        options["specs"],
    )
    weights = Weights.load(job.inputs.weights)
    placebo = members_of(pd.read_parquet(job.inputs.placebo_zones))
    dynamics = run_dynamics(cases, weights, placebo, options, confidence)
    *near, lisa, islands = run_neighbours(cases, weights, options, confidence)
    build = {"estimates": estimates, "series": series, "tests": tests}
    for (kind, builder), mine, theirs in zip(build.items(), dynamics[:3], near, strict=True):
        path = getattr(job.outputs, kind)
        write([builder([*mine, *theirs])], path, confidence=confidence)
    for name, table in {**dynamics[3], "lisa": lisa, "islands": islands}.items():
        path = getattr(job.outputs, name)
        write_csv(round_significant(table), path)


def run_dynamics(
    cases: Mapping[tuple[str, str], Case],
    weights: Weights,
    placebo: np.ndarray,
    choices: Mapping,
    confidence: float,
) -> tuple[list[dict], list[dict], list[dict], dict[str, pd.DataFrame]]:
    """Run clubs, chains, kernels and unit-root tests.

    Parameters
    ----------
    cases
        (spec, sample) -> case.
    weights
        Over all cities, row-standardised.
    placebo : shape (draws, size)
        Codes of the placebo zones.
    choices
        The configuration's section: ``specs``, ``main``, ``seed`` and the sections ``clubs``,
        ``chains``, ``trends``, ``unit_roots`` and ``neighbours``.
    confidence
        Of the intervals.

    Returns
    -------
    estimates, series, tests
        Rows of results.
    tables
        Tables to draw: clubs, paths, sensitivity, kernels, relative (logs of the zone's cities
        minus the nation's mean).
    """
    main = cases.get((choices["main"], DRAWN))
    if main is None:
        raise ValueError(f"The {DRAWN} has too few cities with complete data in {choices['main']}.")
    shared = {name: choices[name] for name in ("main", "seed")}
    clubs, members, paths, sensitivity = run_clubs(
        cases, placebo, {**choices["clubs"], **shared}, confidence
    )
    chain_choices = {
        **choices["chains"],
        **shared,
        "specs": choices["specs"],
        "permutations": choices["neighbours"]["permutations"],
    }
    estimated, described, tested = run_chains(cases, weights, chain_choices, confidence)
    trends = run_trends(cases, choices["trends"], confidence)
    roots = run_unit_roots(cases, {**choices["unit_roots"], **shared})
    tables = {
        "clubs": members,
        "paths": paths,
        "sensitivity": sensitivity,
        "kernels": kernels_of(main, choices["chains"]["horizon"]),
        "relative": _relative(cases, choices["main"]),
    }
    return [*clubs, *estimated, *trends], described, [*tested, *roots], tables


def _relative(cases: Mapping[tuple[str, str], Case], spec: str) -> pd.DataFrame:
    columns = ["spec", "city_code", "year", "relative"]
    if (spec, "zone") not in cases:
        return pd.DataFrame(columns=columns)
    zone, nation = cases[spec, "zone"].logs, cases[spec, DRAWN].logs
    wide = zone.sub(nation.mean(axis=1), axis=0).rename_axis(index="year", columns="city_code")
    return wide.T.stack().rename("relative").reset_index().assign(spec=spec)[columns]
