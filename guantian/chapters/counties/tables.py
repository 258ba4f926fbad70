"""The table of county convergence, declared by its columns."""

from __future__ import annotations

import pandas as pd

from guantian.present.captions import caption
from guantian.present.format import (
    Format,
    count,
    estimate_with_interval,
    fixed,
    labelled,
    number,
    p_format,
)
from guantian.present.tables import Column, Table, TableSpec, build

INTERVAL = ("estimate", "conf_low", "conf_high")
BETA = {"analysis": "county_beta", "effect": "none"}
IMPACT = {"analysis": "county_durbin", "term": "impact"}


def _with_p(trend: float, p_value: float) -> str:
    """Print a trend of the variance and its one-sided p-value."""
    return f"{number(1000 * trend, 2)} ({p_format()(p_value)})"


COUNTY_CONVERGENCE = TableSpec(
    "county_convergence",
    select={"variant": "median", "analysis": ("county_sigma", "county_beta", "county_durbin")},
    index={"sample": "sample"},
    columns=(
        Column("sample", "Sample", labelled("sample")),
        Column(
            INTERVAL,
            "Sigma, last over first year",
            estimate_with_interval(2),
            where={"analysis": "county_sigma", "term": "ratio"},
        ),
        Column(
            ("estimate", "p_value"),
            "Weak sigma × 1000 (p)",
            Format(_with_p, "right"),
            where={"analysis": "county_sigma", "term": "weak_trend"},
        ),
        Column(
            INTERVAL,
            "Beta × 100",
            estimate_with_interval(2, 100),
            where={**BETA, "term": "initial"},
        ),
        Column(
            INTERVAL,
            "Trend of beta × 100",
            estimate_with_interval(3, 100),
            where={**BETA, "term": "beta_trend"},
        ),
        Column("estimate", "Half-life, years", fixed(0), where={**BETA, "term": "half_life"}),
        Column(
            INTERVAL,
            "Spatial lag of growth",
            estimate_with_interval(2),
            where={"analysis": "county_durbin", "term": "rho"},
        ),
        *(
            Column(
                INTERVAL,
                f"{name.capitalize()} impact × 100",
                estimate_with_interval(1, 100),
                where={**IMPACT, "effect": name},
            )
            for name in ("direct", "indirect", "total")
        ),
        Column("n_units", "Counties", count(), where={**BETA, "term": "initial"}),
    ),
)


def county_tables(estimates: pd.DataFrame, confidence: float) -> list[Table]:
    """Return the chapter's tables.

    Parameters
    ----------
    estimates
        Results of the chapter.
    confidence
        Of the intervals.
    """
    text = caption("counties", COUNTY_CONVERGENCE.name, "tables")
    return [build(COUNTY_CONVERGENCE, estimates, text, confidence=f"{100 * confidence:g}")]
