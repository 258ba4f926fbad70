"""Trends of dispersion and of beta beside log t: weak sigma convergence, Kremer–Willis–You."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping

from guantian.chapters.dynamics.estimate.cases import Case, pick
from regiometrics.convergence import beta_trend, weak_sigma_test
from regiometrics.errors import EstimationError

SAMPLES = ("zone", "region", "nation")


def run_trends(
    cases: Mapping[tuple[str, str], Case], choices: Mapping, confidence: float
) -> list[dict]:
    """Estimate whether dispersion falls and whether the slope of growth on the level falls.

    Parameters
    ----------
    cases
        (spec, sample) -> case.
    choices
        ``specs`` and ``span``, the years over which growth is averaged.
    confidence
        Of the intervals.

    Returns
    -------
    list of dict
        Rows of estimates. Analysis ``weak_sigma``, term ``trend``: change of the variance of logs
        a year, with the one-sided p-value of Kong, Phillips and Sul (2019), small where
        dispersion falls. Analysis ``beta_trend`` (Kremer, Willis and You 2022), terms ``beta``
        (slope of growth on the log level in the middle of the period) and ``trend`` (its change a
        year). A note where a sample is too small.
    """
    found = []
    for case in pick(cases, SAMPLES, choices["specs"]):
        for analysis, rows in (("weak_sigma", _dispersion), ("beta_trend", _slopes)):
            common = {**case.key, "analysis": analysis}
            try:
                found += [{**common, **row} for row in rows(case, choices["span"], confidence)]
            except EstimationError as error:
                found.append({**common, "term": "trend", "note": str(error)})
    return found


def _dispersion(case: Case, _span: int, _confidence: float) -> Iterator[dict]:
    result = weak_sigma_test(case.logs)
    yield {
        "term": "trend",
        "estimate": result.trend,
        "std_error": result.std_error,
        "statistic": result.t,
        "p_value": result.pvalue,
        "estimator": "weak sigma convergence (Kong, Phillips and Sul 2019), one-sided",
        "cov_type": "Bartlett kernel; p-value simulated for so few periods",
    }


def _slopes(case: Case, span: int, confidence: float) -> Iterator[dict]:
    with warnings.catch_warnings():  # of few units: the note says it
        warnings.simplefilter("ignore")
        result = beta_trend(case.values, span, confidence)
    for row in result.tidy(confidence).to_dict("records"):
        yield {
            **row,
            "df": result.df,
            "n_clusters": result.n_units,
            "estimator": "trend of beta (Kremer, Willis and You 2022)",
            "cov_type": result.cov_type,
            "note": "Too few cities for clustered errors." if result.n_units < 10 else "",
        }
