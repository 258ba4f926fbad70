"""Inequality by year on common sets of cities: measures, their trends, Theil's parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.inequality.estimate.growth_data import implied_population
from guantian.data.samples import SMALLEST_SAMPLE, check_specs, select, values_of
from regiometrics.convergence.trends import newey_west_trend
from regiometrics.inequality.decomposition import theil_decomposition
from regiometrics.inequality.indices import inequality
from regiometrics.inference import inference_row


def run_inequality(
    panel: pd.DataFrame,
    specs: pd.DataFrame,
    totals: Mapping[str, str],
    core: str,
    confidence: float,
) -> tuple[list[dict], list[dict]]:
    """Measure inequality by year and its trend for zone, region and nation.

    Parameters
    ----------
    panel
        Index (city_code, year).
    specs
        As for the chapter convergence; the common sets of cities are
        the same.
    totals
        By outcome, the variable that it is per head: total over figure is the population.
    core
        Code of the zone's core city.
    confidence
        Of the intervals.

    Returns
    -------
    estimates, series
        Rows of ``inequality`` by ``measure`` and ``weights``, and of ``theil`` by ``group``
        (provinces, or core and periphery), ``measure`` (T or L) and ``variable`` (total, between,
        within, share): the values by year are series, ``change`` and ``trend`` are estimates.
    """
    specs = check_specs(specs, panel)
    provinces = panel.groupby(level="city_code")["province_code"].first()
    found = []
    for _, group in specs.groupby("comparison", sort=True):
        selection = select(panel, group)
        for sample, cities in selection.cities.items():
            if len(cities) < SMALLEST_SAMPLE:
                continue
            for spec in group.itertuples():
                if spec.outcome not in totals:
                    continue
                values = values_of(panel, spec, cities)
                weights = implied_population(panel, spec.outcome, totals).unstack("city_code")
                weights = weights.reindex(index=values.index, columns=values.columns)
                if weights.isna().any(axis=None):
                    continue  # a total that was never published weighs nothing
                key = {
                    "variant": spec.spec,
                    "sample": sample,
                    "outcome": spec.outcome,
                    "n_obs": values.size,
                    "n_units": values.shape[1],
                    "n_periods": values.shape[0],
                }
                parts = [
                    *_measures(values, weights),
                    *_parts(values, weights, provinces, core, sample),
                ]
                found += [({**key, **kind}, values) for kind, values in parts]
    estimated = [row for key, values in found for row in summary_rows(key, values, confidence)]
    yearly = [
        {**key, "year": year, "value": value}
        for key, values in found
        for year, value in values.items()
    ]
    return estimated, yearly


def _measures(
    values: pd.DataFrame, weights: pd.DataFrame
) -> Iterator[tuple[dict[str, Any], pd.Series]]:
    for label, by in (("none", None), ("population", weights)):
        measures = inequality(values, by)
        if by is None:
            # As in the test of sigma convergence: the sample's standard deviation.
            n = values.shape[1]
            measures["std_log"] *= np.sqrt(n / (n - 1))
        for name in measures:
            key = {"analysis": "inequality", "measure": name, "weights": label}
            yield key, measures[name]


def _parts(
    values: pd.DataFrame, weights: pd.DataFrame, provinces: pd.Series, core: str, sample: str
) -> Iterator[tuple[dict[str, Any], pd.Series]]:
    groupings = {"provinces": provinces.reindex(values.columns)}
    if sample == "zone":
        rest = np.where(values.columns == core, "core", "periphery")
        groupings["core"] = pd.Series(rest, index=values.columns)
    for group, members in groupings.items():
        if members.nunique() < 2:
            continue
        for index in ("T", "L"):
            parts = theil_decomposition(values, weights, members, index).parts
            parts = parts.rename(columns={"between_share": "share"})
            for name in parts:
                key = {"group": group, "measure": index, "variable": name}
                yield {"analysis": "theil", "weights": "population", **key}, parts[name]


def summary_rows(
    key: dict[str, Any], values: pd.Series, confidence: float
) -> Iterator[dict[str, Any]]:
    """Rows of a series: the change from the first to the last year, and the trend."""
    change = float(values.iloc[-1] - values.iloc[0])
    yield {**key, "term": "change", "estimate": change, "estimator": "description"}
    trend = newey_west_trend(values)
    yield {
        **inference_row(trend.slope, trend.std_error, confidence, trend.df),
        **key,
        "term": "trend",
        "df": trend.n_periods - 2,
        "lags": trend.lags,
        "estimator": "OLS on the year",
        "cov_type": "Newey-West",
    }
