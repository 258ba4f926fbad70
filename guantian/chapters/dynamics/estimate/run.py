"""All that the chapter estimates of clubs, distribution and persistence, in one run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from guantian.chapters.dynamics.estimate.cases import Case
from guantian.chapters.dynamics.estimate.chains import kernels_of, run_chains
from guantian.chapters.dynamics.estimate.clubs_study import run_clubs
from guantian.chapters.dynamics.estimate.unit_roots import run_unit_roots
from regiometrics.weights.weights import Weights

DRAWN = "nation"  # the sample whose distribution is drawn


def run_dynamics(
    cases: Mapping[tuple[str, str], Case],
    weights: Weights,
    placebo: np.ndarray,
    choices: Mapping,
    confidence: float,
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
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
        ``chains``, ``unit_roots`` and ``neighbours``.
    confidence
        Of the intervals.

    Returns
    -------
    estimates
        Tidy.
    series
        Tables to draw: clubs, paths, sensitivity, kernels, relative (logs of the zone's cities
        less the nation's mean).
    """
    main = cases.get((choices["main"], DRAWN))
    if main is None:
        raise ValueError(
            f"The {DRAWN} has too few cities with complete figures in {choices['main']}."
        )
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
    chains = run_chains(cases, weights, chain_choices, confidence)
    roots = run_unit_roots(cases, {**choices["unit_roots"], **shared})
    series = {
        "clubs": members,
        "paths": paths,
        "sensitivity": sensitivity,
        "kernels": kernels_of(main, choices["chains"]["horizon"]),
        "relative": _relative(cases, choices["main"]),
    }
    return pd.concat([clubs, chains, roots], ignore_index=True), series


def _relative(cases: Mapping[tuple[str, str], Case], spec: str) -> pd.DataFrame:
    columns = ["spec", "city_code", "year", "relative"]
    if (spec, "zone") not in cases:
        return pd.DataFrame(columns=columns)
    zone, nation = cases[spec, "zone"].logs, cases[spec, DRAWN].logs
    wide = zone.sub(nation.mean(axis=1), axis=0).rename_axis(index="year", columns="city_code")
    return wide.T.stack().rename("relative").reset_index().assign(spec=spec)[columns]
