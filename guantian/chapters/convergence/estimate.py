"""Sigma and beta convergence of every specification and sample, from the panel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from guantian.data.samples import SMALLEST_SAMPLE, check_specs, select, values_of
from guantian.files import write_csv
from guantian.registry import Job
from guantian.results import estimates, series, write
from regiometrics.convergence import beta_convergence, sigma_convergence
from regiometrics.convergence.beta import BetaResult
from regiometrics.convergence.sigma import SigmaResult

METHODS = ("cross-section", "two-way")


def estimate(job: Job) -> None:
    """Estimate from the corrected panel."""
    specs = pd.read_csv(job.inputs.specs, sep="\t")
    confidence = job.options["confidence"]
    made = run_convergence(pd.read_parquet(job.inputs.panel), specs, confidence)
    estimated, described, excluded, members = made
    write([estimated], job.outputs.estimates, confidence=confidence)
    write([described], job.outputs.series)
    write_csv(excluded, job.outputs.excluded)
    write_csv(members, job.outputs.members)


def estimate_uncorrected(job: Job) -> None:
    """Estimate from the raw tables with their faults, without the errata."""
    from guantian.data.concordance import read_concordance
    from guantian.data.correct import uncorrected_tables
    from guantian.data.errata import read_errata
    from guantian.data.package import read_package
    from guantian.data.panel import PanelSpec, build_panel
    from guantian.data.population import boundary_years
    from guantian.data.read import read_checked

    package = read_package(job.inputs.package)
    tables = uncorrected_tables(
        read_checked(package, Path(job.inputs.tables[0]).parent),
        package,
        read_errata(job.inputs.errata),
        read_concordance(job.inputs.concordance),
    )
    members = sorted(member["code"] for member in job.options["zone"]["members"])
    spec = PanelSpec.from_config(job.options["panel_choices"], members)
    panel = build_panel(tables, boundary_years(job.inputs.boundary_changes), spec)
    specs = pd.read_csv(job.inputs.specs, sep="\t")
    confidence = job.options["confidence"]
    estimated = run_convergence(panel, specs, confidence)[0]
    write([estimated], job.outputs.estimates, confidence=confidence)


def run_convergence(
    panel: pd.DataFrame, specs: pd.DataFrame, confidence: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Run every specification on zone, region and nation.

    Parameters
    ----------
    panel
        Index (city_code, year).
    specs
        Columns `guantian.data.samples.SPEC_COLUMNS`; specifications of one ``comparison`` share
        one set of cities.
    confidence
        Level of the intervals.

    Returns
    -------
    estimates, series, excluded, members
        The estimates; dispersion by year; the cities left out with the reason; the cities kept,
        one row per comparison, sample and city.
    """
    specs = check_specs(specs, panel)
    estimated, described, excluded, members = [], [], [], []
    for comparison, group in specs.groupby("comparison", sort=True):
        selection = select(panel, group)
        excluded.append(selection.excluded)
        for sample, cities in selection.cities.items():
            members += [(comparison, sample, code) for code in cities]
            if len(cities) < SMALLEST_SAMPLE:
                continue
            for spec in group.itertuples():
                values = values_of(panel, spec, cities)
                key = {
                    "chapter": "convergence",
                    "variant": spec.spec,
                    "sample": sample,
                    "outcome": spec.outcome,
                    "n_units": values.shape[1],
                    "n_periods": values.shape[0],
                }
                sigma = sigma_convergence(values, confidence)
                key["n_obs"] = values.size
                estimated += [{**key, **row} for row in _sigma_rows(sigma)]
                described += [{**key, **row} for row in _dispersion_rows(sigma)]
                for method in METHODS:
                    beta = beta_convergence(values, method, confidence)
                    key["n_obs"] = beta.n_obs
                    estimated += [{**key, **row} for row in _beta_rows(beta)]
    if not estimated:
        raise ValueError("No sample of any specification has enough cities with complete data.")
    return (
        estimates(estimated),
        series(described),
        pd.concat(excluded, ignore_index=True),
        pd.DataFrame(members, columns=["comparison", "sample", "city_code"]),
    )


def _dispersion_rows(result: SigmaResult) -> Iterator[dict]:
    for measure, values in result.dispersion.items():
        for year, value in values.items():
            yield {"analysis": "sigma", "measure": measure, "year": year, "value": value}


def _sigma_rows(result: SigmaResult) -> Iterator[dict]:
    yield {
        "analysis": "sigma",
        "term": "ratio",
        "estimate": result.ratio,
        "p_value": result.ratio_pvalue,
        **_interval(result.ratio_conf_int),
        "estimator": "Pitman-Morgan",
        "note": "last over first standard deviation of logs; 1 = no change",
    }
    yield {
        "analysis": "sigma",
        "term": "trend",
        "estimate": result.trend,
        "std_error": result.trend_std_error,
        "statistic": result.trend / result.trend_std_error,
        "p_value": result.trend_pvalue,
        **_interval(result.trend_conf_int),
        "lags": result.lags,
        "estimator": "OLS on the year",
        "cov_type": "Newey-West",
    }


def _beta_rows(result: BetaResult) -> Iterator[dict]:
    key = {
        "analysis": "beta",
        "method": result.method,
        "estimator": f"OLS, {result.method}",
        "cov_type": result.cov_type,
    }
    (row,) = result.tidy(result.confidence).to_dict("records")
    note = "biased downwards (Nickell 1981)" if result.method == "two-way" else ""
    yield {**row, **key, "term": "initial", "df": result.df, "mde": result.mde, "note": note}
    yield {**key, "term": "speed", "estimate": result.speed, **_interval(result.speed_conf_int)}
    yield {
        **key,
        "term": "half_life",
        "estimate": result.half_life,
        **_interval(result.half_life_conf_int),
    }


def _interval(limits: tuple[float, float]) -> dict[str, float]:
    return {"conf_low": limits[0], "conf_high": limits[1]}
