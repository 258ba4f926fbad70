"""Are neighbours alike, where, and does it move? Estimates of spatial autocorrelation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from guantian.chapters.dynamics.estimate.cases import Case, pick, with_neighbours
from guantian.chapters.dynamics.estimate.chains import chain_rows
from guantian.chapters.dynamics.estimate.cross_section import growth_models
from guantian.results import tidy
from regiometrics.distribution.autocorrelation import (
    STATES,
    global_autocorrelation,
    lisa_by_period,
    lisa_chain,
)
from regiometrics.distribution.spatial_markov import quadrant_markov
from regiometrics.weights.weights import Weights

SAMPLES = ("region", "nation")  # seven cities carry no test of autocorrelation
LISA_SAMPLE = "nation"


def run_neighbours(
    cases: Mapping[tuple[str, str], Case], weights: Weights, choices: Mapping, confidence: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Estimate autocorrelation by year, local Moran, its transitions, and growth models.

    Parameters
    ----------
    cases
        (spec, sample) -> case.
    weights
        Over all cities, row-standardised.
    choices
        ``specs``, ``main``, ``permutations``, ``local_permutations``, ``false_discovery_rate``,
        ``seed``.
    confidence
        Of the intervals.

    Returns
    -------
    estimates
        Tidy: ``autocorrelation`` (moran[year], geary[year]), ``local_moran`` (cities by state and
        year), ``lisa_transitions``, ``quadrant_transitions``, ``growth_cross_section`` and
        ``growth_cross_section_tests``.
    lisa
        Local Moran of the nation, a row a spec, year and city.
    islands
        Cities without a neighbour, a row a spec, sample and city.
    """
    frames, tables, islands = [], [], []
    for case in pick(cases, SAMPLES, choices["specs"]):
        linked, matrix, left_out = with_neighbours(case, weights)
        islands += [(case.spec, case.sample, code) for code in left_out]
        common = {**linked.key, "weights": weights.name}
        frames.append(
            tidy(_global_rows(linked, matrix, choices), analysis="autocorrelation", **common)
        )
        frames += list(growth_models(linked, matrix, confidence))
        if case.sample == LISA_SAMPLE:
            # Every year for the main specification, first and last for the others.
            years = slice(None) if case.spec == choices["main"] else [0, -1]
            lisa = _lisa(linked.logs.iloc[years], matrix, choices)
            frames += list(_local_rows(lisa, linked, matrix, choices, common))
            tables.append(lisa.assign(spec=case.spec))
    if not frames:
        raise ValueError("Neither region nor nation has enough cities with complete figures.")
    return (
        pd.concat(frames, ignore_index=True),
        _lisa_table(tables),
        pd.DataFrame(islands, columns=["spec", "sample", "city_code"]),
    )


def _global_rows(case: Case, weights: Weights, choices: Mapping) -> Iterator[dict]:
    table = global_autocorrelation(case.logs, weights, choices["permutations"], choices["seed"])
    for year, row in table.iterrows():
        for name, title in (("moran", "Moran's I"), ("geary", "Geary's C")):
            yield {
                "term": f"{name}[{year}]",
                "estimate": row[name],
                "statistic": row[f"{name}_z"],
                "p_value": row[f"{name}_p"],
                "estimator": title,
                "cov_type": f"{choices['permutations']} permutations",
            }


def _lisa(logs: pd.DataFrame, weights: Weights, choices: Mapping) -> pd.DataFrame:
    return lisa_by_period(
        logs,
        weights,
        choices["local_permutations"],
        choices["seed"],
        choices["false_discovery_rate"],
    )


def _local_rows(
    lisa: pd.DataFrame, case: Case, weights: Weights, choices: Mapping, common: dict
) -> Iterator[pd.DataFrame]:
    how = {
        "estimator": "local Moran",
        "cov_type": f"{choices['local_permutations']} conditional permutations, Benjamini-Hochberg",
        "note": f"cities at a false-discovery rate of {choices['false_discovery_rate']:g}",
    }
    counts = lisa.groupby("period")["state"].value_counts().unstack(fill_value=0)
    rows = [
        {"term": f"{state}[{year}]", "estimate": row.get(state, 0)}
        for year, row in counts.iterrows()
        for state in STATES
    ]
    yield tidy(rows, analysis="local_moran", **how, **common)
    if case.spec == choices["main"]:
        rows = chain_rows(lisa_chain(lisa))
        yield tidy(rows, analysis="lisa_transitions", **common)
    quadrants = quadrant_markov(case.logs, weights)
    test = {
        "term": "independence",
        "statistic": quadrants.chi2,
        "p_value": quadrants.pvalue,
        "note": f"cities and neighbours move independently; {quadrants.df} degrees of freedom; "
        "rejects too often, because neighbours' means share cities",
    }
    rows = [*chain_rows(quadrants.chain), test]
    yield tidy(rows, analysis="quadrant_transitions", **common)


def _lisa_table(tables: list[pd.DataFrame]) -> pd.DataFrame:
    columns = ["spec", "year", "city_code", "quadrant", "state", "local_i", "p_value", "q_value"]
    if not tables:
        return pd.DataFrame(columns=columns)
    table = pd.concat(tables).rename_axis(["year", "city_code"]).reset_index()
    return table[columns].sort_values(columns[:3], ignore_index=True)
