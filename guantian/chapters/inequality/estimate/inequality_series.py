"""Inequality by year on common sets of cities: measures, their trends, Theil's parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.convergence.estimate import SMALLEST_SAMPLE, check_specs, select, values_of
from guantian.chapters.inequality.estimate.growth_data import implied_population
from guantian.results import tidy
from regiometrics.convergence.trends import newey_west_trend
from regiometrics.inequality.decomposition import theil_decomposition
from regiometrics.inequality.indices import inequality


def run_inequality(
    panel: pd.DataFrame,
    specs: pd.DataFrame,
    totals: Mapping[str, str],
    core: str,
    confidence: float,
) -> pd.DataFrame:
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
    DataFrame
        Tidy: analyses ``inequality`` and ``inequality_weighted`` (terms ``gini[2005]``,
        ``gini.change`` between the first and last year, ``gini.trend``), and ``theil_provinces``,
        ``theil_core`` (terms ``T.total[2005]``, ``T.between[2005]``, ``T.within[2005]``,
        ``T.share.trend``), weighted by population.
    """
    specs = check_specs(specs, panel)
    provinces = panel.groupby(level="city_code")["province_code"].first()
    frames = []
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
                    "spec": spec.spec,
                    "sample": sample,
                    "outcome": spec.outcome,
                    "n_obs": values.size,
                    "n_units": values.shape[1],
                    "n_periods": values.shape[0],
                }
                frames += list(_measures(values, weights, confidence, key))
                frames += list(_parts(values, weights, provinces, core, sample, confidence, key))
    return pd.concat(frames, ignore_index=True)


def _measures(
    values: pd.DataFrame, weights: pd.DataFrame, confidence: float, key: dict[str, Any]
) -> Iterator[pd.DataFrame]:
    for analysis, by in (("inequality", None), ("inequality_weighted", weights)):
        measures = inequality(values, by)
        if by is None:
            # As in the test of sigma convergence: the sample's standard deviation.
            n = values.shape[1]
            measures["std_log"] *= np.sqrt(n / (n - 1))
        rows = [row for name in measures for row in series_rows(name, measures[name], confidence)]
        label = "none" if by is None else "population"
        yield tidy(rows, analysis=analysis, weights=label, **key)


def _parts(
    values: pd.DataFrame,
    weights: pd.DataFrame,
    provinces: pd.Series,
    core: str,
    sample: str,
    confidence: float,
    key: dict[str, Any],
) -> Iterator[pd.DataFrame]:
    groupings = {"theil_provinces": provinces.reindex(values.columns)}
    if sample == "zone":
        rest = np.where(values.columns == core, "core", "rest")
        groupings["theil_core"] = pd.Series(rest, index=values.columns)
    for analysis, groups in groupings.items():
        if groups.nunique() < 2:
            continue
        lone = groups.value_counts()
        note = "a group of one city has no inequality inside" if (lone == 1).any() else ""
        rows = []
        for index in ("T", "L"):
            parts = theil_decomposition(values, weights, groups, index).parts
            parts = parts.rename(columns={"between_share": "share"})
            for name in parts:
                rows += series_rows(f"{index}.{name}", parts[name], confidence)
        yield tidy(rows, analysis=analysis, weights="population", **{"note": note, **key})


def series_rows(name: str, series: pd.Series, confidence: float) -> list[dict[str, Any]]:
    """Rows of a series: each year, the change from first to last, and the trend."""
    described = {"estimator": "description"}
    rows = [
        {"term": f"{name}[{year}]", "estimate": value, **described}
        for year, value in series.items()
    ]
    change = float(series.iloc[-1] - series.iloc[0])
    rows.append({"term": f"{name}.change", "estimate": change, **described})
    trend = newey_west_trend(series.rename(name))
    (row,) = trend.tidy(confidence).to_dict("records")
    rows.append(
        {
            **row,
            "term": f"{name}.trend",
            "statistic": row["statistic"] if trend.std_error else np.nan,
            "estimator": "OLS on the year",
            "cov_type": f"Newey-West, {trend.lags} lags, t({trend.n_periods - 2})",
        }
    )
    return rows
