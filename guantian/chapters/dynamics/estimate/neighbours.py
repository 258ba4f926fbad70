"""Are neighbours similar, where, and does it change? Estimates of spatial autocorrelation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from guantian.chapters.dynamics.estimate.cases import Case, pick, with_neighbours
from guantian.chapters.dynamics.estimate.chains import chain_rows
from guantian.chapters.dynamics.estimate.cross_section import growth_models
from regiometrics.distribution.autocorrelation import (
    STATES,
    global_autocorrelation,
    lisa_by_period,
    lisa_chain,
)
from regiometrics.distribution.spatial_markov import QuadrantResult, quadrant_markov
from regiometrics.weights.weights import Weights

SAMPLES = ("region", "nation")  # seven cities carry no test of autocorrelation
LISA_SAMPLE = "nation"


def run_neighbours(
    cases: Mapping[tuple[str, str], Case], weights: Weights, choices: Mapping, confidence: float
) -> tuple[list[dict], list[dict], list[dict], pd.DataFrame, pd.DataFrame]:
    """Estimate autocorrelation by year, local Moran, its transitions, and growth models.

    Parameters
    ----------
    cases
        (spec, sample) -> case.
    weights
        Over all cities, row-standardised.
    choices
        The configuration's section: ``specs``, ``main``, ``seed``, and in ``neighbours``
        ``permutations``, ``local_permutations`` and ``false_discovery_rate``.
    confidence
        Of the intervals.

    Returns
    -------
    estimates
        Rows of ``autocorrelation`` (term ``moran`` or ``geary`` by year), ``lisa_transitions``,
        ``quadrant_transitions`` and ``growth_cross_section``.
    series
        Rows of ``local_moran``: cities by state (``group``) and year.
    tests
        Rows of ``quadrant_transitions`` and ``growth_cross_section``.
    lisa
        Local Moran of the nation, one row per specification, year and city.
    islands
        Cities without a neighbour, one row per specification, sample and city.
    """
    choices = {**choices, **choices["neighbours"]}
    estimated, described, tested, tables, islands = [], [], [], [], []
    for case in pick(cases, SAMPLES, choices["specs"]):
        linked, matrix, left_out = with_neighbours(case, weights)
        islands += [(case.spec, case.sample, code) for code in left_out]
        common = {**linked.key, "weights": weights.name}
        estimated += [{**common, **row} for row in _global_rows(linked, matrix, choices)]
        models, comparisons = growth_models(linked, matrix, confidence)
        estimated += models
        tested += comparisons
        if case.sample == LISA_SAMPLE:
            # Every year for the main specification, first and last for the others.
            years = slice(None) if case.spec == choices["main"] else [0, -1]
            lisa = _lisa(linked.logs.iloc[years], matrix, choices)
            described += [{**common, **row} for row in _count_rows(lisa)]
            if case.spec == choices["main"]:
                rows = chain_rows(lisa_chain(lisa))
                estimated += [{**common, "analysis": "lisa_transitions", **row} for row in rows]
            common["analysis"] = "quadrant_transitions"
            quadrants = quadrant_markov(linked.logs, matrix)
            estimated += [{**common, **row} for row in chain_rows(quadrants.chain)]
            tested.append({**common, **_independence_row(quadrants)})
            tables.append(lisa.assign(spec=case.spec))
    if not estimated:
        raise ValueError("Neither region nor nation has enough cities with complete data.")
    return (
        estimated,
        described,
        tested,
        _lisa_table(tables),
        pd.DataFrame(islands, columns=["spec", "sample", "city_code"]),
    )


def _global_rows(case: Case, weights: Weights, choices: Mapping) -> Iterator[dict]:
    table = global_autocorrelation(case.logs, weights, choices["permutations"], choices["seed"])
    for year, row in table.iterrows():
        for name, title in (("moran", "Moran's I"), ("geary", "Geary's C")):
            yield {
                "analysis": "autocorrelation",
                "term": name,
                "year": year,
                "estimate": row[name],
                "statistic": row[f"{name}_z"],
                "p_value": row[f"{name}_p"],
                "estimator": title,
                "cov_type": "permutations",
                "n_draws": choices["permutations"],
            }


def _lisa(logs: pd.DataFrame, weights: Weights, choices: Mapping) -> pd.DataFrame:
    return lisa_by_period(
        logs,
        weights,
        choices["local_permutations"],
        choices["seed"],
        choices["false_discovery_rate"],
    )


def _count_rows(lisa: pd.DataFrame) -> Iterator[dict]:
    """Cities by state of local Moran and year."""
    counts = lisa.groupby("period")["state"].value_counts().unstack(fill_value=0)
    for year, row in counts.iterrows():
        for state in STATES:
            yield {
                "analysis": "local_moran",
                "term": "cities",
                "group": state,
                "year": year,
                "value": row.get(state, 0),
            }


def _independence_row(quadrants: QuadrantResult) -> dict:
    return {
        "term": "independence",
        "statistic": quadrants.chi2,
        "df": quadrants.df,
        "p_value": quadrants.pvalue,
        "note": "cities and neighbours move independently; rejects too often, because neighbours' "
        "means share cities",
    }


def _lisa_table(tables: list[pd.DataFrame]) -> pd.DataFrame:
    columns = ["spec", "year", "city_code", "quadrant", "state", "local_i", "p_value", "q_value"]
    if not tables:
        return pd.DataFrame(columns=columns)
    table = pd.concat(tables).rename_axis(["year", "city_code"]).reset_index()
    return table[columns].sort_values(columns[:3], ignore_index=True)
