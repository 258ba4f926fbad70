"""Convergence between counties: dispersion, growth on the initial level, and the Durbin panel."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from guantian.chapters.counties.estimate.data import CountyData, complete, known_years, sample_of
from guantian.regression import regress
from guantian.spatial_rows import fit_rows, fitted
from regiometrics.convergence import beta_trend, sigma_convergence
from regiometrics.convergence.beta import implied_speed
from regiometrics.convergence.weak_sigma import weak_sigma_test
from regiometrics.errors import EstimationError
from regiometrics.spatial import SpatialPanel
from regiometrics.weights.weights import Weights

SAMPLES = ("china", "region", "zone")
#: Population by which output is divided: each county's median, or what is printed for the year.
HEADS = ("median", "printed")
SMALLEST = 10  # counties of a sample
FEWEST_YEARS = 5  # of a trend


def convergence_rows(
    data: CountyData,
    neighbours: pd.DataFrame,
    years: Mapping[str, int],
    span: int,
    confidence: float,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Estimate convergence between the counties of China, the region and the zone.

    Parameters
    ----------
    data
        Counties.
    neighbours
        Pairs of units that touch: `unit_a`, `unit_b`.
    years
        First and last year.
    span
        Years over which growth is averaged in the trend of beta.
    confidence
        Of the intervals.

    Returns
    -------
    estimates, series
        Analyses ``county_sigma`` (ratio of dispersion, and its weak trend), ``county_beta`` (growth
        on the initial level, errors clustered by prefecture, without and with effects of provinces,
        and the trend of the slope, ``beta_trend``, after Kremer, Willis and You 2022)
        and ``county_durbin`` (the spatial Durbin panel of annual growth); dispersion by year. The
        variant names the population by which output is divided.
    """
    estimated, described = [], []
    held = known_years(data.output, years)
    if held is None or held[1] - held[0] + 1 < FEWEST_YEARS:
        said = f"fewer than {FEWEST_YEARS} years of county output are in the study"
        return [{"analysis": "county_sigma", "sample": "china", "term": "ratio", "note": said}], []
    for head in HEADS:
        levels = data.per_head if head == "median" else data.output - data.population
        known = complete(levels, *held)
        for sample in SAMPLES:
            logs = known[known.index.isin(sample_of(data.units, sample))]
            if len(logs) < SMALLEST:
                continue
            key = {
                "variant": head,
                "sample": sample,
                "outcome": "output_per_head",
                "n_units": len(logs),
                "n_periods": logs.shape[1],
                "first_year": held[0],
                "last_year": held[1],
            }
            ratio, yearly = _sigma(logs, confidence)
            rows = [*ratio, *_beta(logs, data.units, confidence), *_trend(logs, span, confidence)]
            if head == "median":
                rows += _durbin(logs, neighbours, confidence)
            estimated += [{**key, **row} for row in rows]
            del key["first_year"], key["last_year"]
            described += [{**key, **row} for row in yearly]
    return estimated, described


def _sigma(logs: pd.DataFrame, confidence: float) -> tuple[list[dict], list[dict]]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The residuals' autocorrelation")  # of a trend not used
        found = sigma_convergence(np.exp(logs.T), confidence)
    weak = weak_sigma_test(logs.T)
    common = {"analysis": "county_sigma", "n_obs": logs.size}
    rows = [
        {
            **common,
            "term": "ratio",
            "estimate": found.ratio,
            "p_value": found.ratio_pvalue,
            "conf_low": found.ratio_conf_int[0],
            "conf_high": found.ratio_conf_int[1],
            "benchmark": 1.0,
            "estimator": "Pitman-Morgan",
        },
        {
            **common,
            "term": "weak_trend",
            "estimate": weak.trend,
            "std_error": weak.std_error,
            "statistic": weak.t,
            "p_value": weak.pvalue,
            "lags": weak.lags,
            "estimator": "Kong, Phillips and Sul (2019), variance of logs; one-sided p",
            "cov_type": "long-run variance",
        },
    ]
    yearly = [
        {"analysis": "county_sigma", "measure": name, "year": year, "value": value}
        for name, values in found.dispersion.items()
        for year, value in values.items()
    ]
    return rows, yearly


def _beta(logs: pd.DataFrame, units: pd.DataFrame, confidence: float) -> Iterator[dict]:
    span = logs.columns[-1] - logs.columns[0]
    growth = (logs.iloc[:, -1] - logs.iloc[:, 0]).to_numpy() / span
    initial = logs.iloc[:, 0].to_numpy()
    inside = units.loc[logs.index]
    provinces, clusters = inside["province"].to_numpy(), inside["city"].to_numpy()
    count = len(np.unique(clusters))
    for effect, effects in (("none", []), ("province", [provinces])):
        if effect == "province" and len(np.unique(provinces)) < 2:
            continue
        fit = regress(growth, {"initial": initial}, effects, clusters)
        row = fit.row("initial", confidence)
        common = {
            "analysis": "county_beta",
            "effect": effect,
            "method": "cross-section",
            "n_obs": len(logs),
            "n_clusters": count,
            "estimator": "OLS, cross-section",
            "cov_type": "clustered by prefecture, t",
        }
        yield {**common, "term": "initial", **row, "df": count - 1}
        speed = implied_speed(row["estimate"], (row["conf_low"], row["conf_high"]), float(span))
        for term in ("speed", "half_life"):
            low, high = getattr(speed, f"{term}_conf_int")
            value = getattr(speed, term)
            yield {**common, "term": term, "estimate": value, "conf_low": low, "conf_high": high}


def _trend(logs: pd.DataFrame, span: int, confidence: float) -> Iterator[dict]:
    """Change a year of the slope of growth on the log level (Kremer, Willis and You 2022)."""
    common = {"analysis": "county_beta", "term": "beta_trend", "effect": "none", "lags": span}
    try:
        found = beta_trend(np.exp(logs.T), span, confidence).tidy(confidence).set_index("term")
    except EstimationError as error:
        yield {**common, "note": str(error)}
        return
    yield {
        **common,
        **found.loc["trend"].to_dict(),
        "n_clusters": len(logs),
        "estimator": "trend of beta (Kremer, Willis and You 2022)",
        "cov_type": "clustered by county, windows overlap",
    }


def _durbin(logs: pd.DataFrame, neighbours: pd.DataFrame, confidence: float) -> list[dict]:
    matrix = contiguity(neighbours, logs.index)
    kept = logs.loc[list(matrix.ids)]
    common = {"analysis": "county_durbin", "method": "sdm", "weights": "queen"}
    if len(kept) < SMALLEST:
        return [{**common, "term": "rho", "note": "too few counties have a neighbour with data"}]
    growth = kept.diff(axis=1).iloc[:, 1:].stack().rename("growth")
    initial = kept.shift(axis=1).iloc[:, 1:].stack().rename("initial")
    names = ["unit_code", "year"]
    growth.index.names = initial.index.names = names

    def rows() -> Iterator[dict]:
        model = SpatialPanel(growth, initial.to_frame(), matrix, model="sdm", effects="twoway")
        yield from fit_rows(model.fit(bias_correction="lee-yu", cov_type="qml"), confidence)

    counts = {"n_obs": len(growth), "n_units": len(kept), "n_periods": kept.shape[1] - 1}
    said = {"estimator": "SDM, QML, two-way effects, Lee-Yu", "cov_type": "QML sandwich"}
    return [{**common, **counts, **said, **row} for row in fitted(rows)]


def contiguity(neighbours: pd.DataFrame, units: pd.Index) -> Weights:
    """Return row-standardised contiguity of those units that touch another of them.

    Parameters
    ----------
    neighbours
        Pairs: `unit_a`, `unit_b`.
    units
        Units with data.
    """
    inside = neighbours[neighbours["unit_a"].isin(units) & neighbours["unit_b"].isin(units)]
    ids = sorted({*inside["unit_a"], *inside["unit_b"]})
    index = pd.Index(ids)
    a, b = index.get_indexer(inside["unit_a"]), index.get_indexer(inside["unit_b"])
    rows, columns = np.concatenate([a, b]), np.concatenate([b, a])
    matrix = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(ids), len(ids)))
    return Weights(matrix, ids, "queen").standardise("row")
