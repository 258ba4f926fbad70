"""Conditional beta convergence by span, before and after, in rolling windows, with lights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.inequality.estimate.combined_growth import combined_windows
from guantian.chapters.inequality.estimate.growth_data import SAMPLES, GrowthWindow, level
from guantian.chapters.inequality.estimate.regression import Errors, inference, least_squares
from regiometrics.convergence.beta import implied_speed
from regiometrics.errors import EstimationError
from regiometrics.inference import detectable

MIN_CITIES = 5


def conditional_beta(
    windows: Iterable[GrowthWindow], controls: Mapping[str, list[str]], confidence: float
) -> list[dict]:
    """Regress growth on the initial level and controls in each span and sample.

    Parameters
    ----------
    windows
        Spans of growth; all sets of controls see the same cities.
    controls
        Names of controls by set.
    confidence
        Of the intervals.

    Returns
    -------
    list of dict
        Rows of ``beta_conditional`` by window (``variant``) and set of controls (``group``): the
        slopes, ``speed`` and ``half_life``, equal weights, HC3 errors. A sample too small for a
        set of controls has a row that says so.
    """
    rows = []
    for window in windows:
        for sample in SAMPLES:
            data = window.sample(sample)
            for name, chosen in controls.items():
                key = _key("beta_conditional", sample, window, data, group=name)
                if len(data) < max(MIN_CITIES, 2 * (len(chosen) + 2)):
                    note = f"{len(data)} cities do not carry {len(chosen) + 2} parameters"
                    rows.append({**key, "term": "initial", "note": note})
                    continue
                try:
                    fitted = _slopes(data, chosen, window.span, confidence)
                except EstimationError as error:  # in a small sample a control may be constant
                    fitted = [{"term": "initial", "note": str(error)}]
                rows += [{**key, **row} for row in fitted]
    return rows


def combined_beta(panel: pd.DataFrame, specs: Mapping[str, Any], confidence: float) -> list[dict]:
    """Estimate beta with growth of output and lights combined, over the shares of signal.

    Returns
    -------
    list of dict
        Rows of ``lights_combination`` by window (``variant``) and share of signal (``setting``):
        ``initial`` by sample, and, for the nation, ``weight`` (of reported growth),
        ``lights_slope`` and ``correlation``.
    """
    rows = []
    for window, made in combined_windows(panel, specs):
        share = {"parameter": "signal share", "setting": made.signal_share}
        for sample in SAMPLES:
            data = window.sample(sample)
            key = _key("lights_combination", sample, window, data, **share)
            if len(data) < MIN_CITIES:
                note = f"{len(data)} cities have both measures"
                rows.append({**key, "term": "initial", "note": note})
                continue
            note = "; ".join(filter(None, ["errors given the weight", made.note]))
            rows += [
                {**key, **row, "note": note} for row in _slopes(data, [], window.span, confidence)
            ]
        for term, value in (
            ("weight", made.weight),
            ("lights_slope", made.slope),
            ("correlation", made.correlation),
        ):
            rows.append(
                {
                    **_key("lights_combination", "nation", window, window.data, **share),
                    "term": term,
                    "estimate": value,
                    "n_obs": len(made.growth),
                    "n_units": len(made.growth),
                    "estimator": "Henderson, Storeygard and Weil",
                    "note": made.note,
                }
            )
    return rows


def rolling_beta(
    panel: pd.DataFrame, rolling: Mapping[str, Mapping[str, Any]], confidence: float
) -> list[dict]:
    """Estimate absolute beta in windows of fixed length that move a year at a time.

    Parameters
    ----------
    panel
        Index (city_code, year).
    rolling
        By name: outcome, first and last year, length in years.
    confidence
        Of the intervals.

    Returns
    -------
    list of dict
        Rows of ``beta_rolling``, term ``initial``, by first and last year. The cities of a series
        are those with data in all its years, so that windows differ in years only.
    """
    panel = panel[panel["in_nation"] == 1]
    years = panel.index.unique("year")
    rows = []
    for name, how in rolling.items():
        first, last = max(how["first"], years.min()), min(how["last"], years.max())
        spans = range(first, last - how["length"] + 1)
        logs = pd.DataFrame(
            {year: level(panel, how["outcome"], year) for year in range(first, last + 1)}
        ).dropna()
        flags = panel.groupby(level="city_code")[["in_zone", "in_region"]].first()
        for sample in SAMPLES:
            inside = logs if sample == "nation" else logs[flags[f"in_{sample}"].eq(1)[logs.index]]
            if len(inside) < MIN_CITIES:
                continue
            for start in spans:
                end = start + how["length"]
                growth = (inside[end] - inside[start]) / how["length"]
                X = np.column_stack([inside[start], np.ones(len(inside))])
                fit = least_squares(growth.to_numpy(), X, 0)
                rows.append(
                    {
                        "analysis": "beta_rolling",
                        "variant": name,
                        "sample": sample,
                        "outcome": how["outcome"],
                        "term": "initial",
                        "first_year": start,
                        "last_year": end,
                        **inference(fit, Errors("HC3"), confidence),
                        "n_obs": len(inside),
                        "n_units": len(inside),
                        "n_periods": 2,
                        "estimator": "OLS, cross-section",
                        "cov_type": "HC3",
                        "df": fit.df,
                    }
                )
    return rows


def speed_rows(row: Mapping[str, Any], span: float) -> list[dict[str, Any]]:
    """Speed and half-life that a slope and its interval imply, as rows."""
    implied = implied_speed(row["estimate"], (row["conf_low"], row["conf_high"]), span)
    return [
        {"term": term, "estimate": value, "conf_low": limits[0], "conf_high": limits[1]}
        for term, value, limits in (
            ("speed", implied.speed, implied.speed_conf_int),
            ("half_life", implied.half_life, implied.half_life_conf_int),
        )
    ]


def _slopes(
    data: pd.DataFrame, chosen: list[str], span: int, confidence: float
) -> list[dict[str, Any]]:
    names = ["initial", *chosen]
    X = np.column_stack([data[names].to_numpy(dtype="float64"), np.ones(len(data))])
    rows = []
    for term, name in enumerate(names):
        fit = least_squares(data["growth"].to_numpy(), X, term)
        rows.append({"term": name, **inference(fit, Errors("HC3"), confidence)})
    how = {"estimator": "OLS, cross-section", "cov_type": "HC3", "df": fit.df}
    rows[0]["mde"] = detectable(rows[0]["std_error"], df=fit.df, confidence=confidence)
    rows += speed_rows(rows[0], span)
    return [{**row, **how} for row in rows]


def _key(
    analysis: str, sample: str, window: GrowthWindow, data: pd.DataFrame, **other: Any
) -> dict[str, Any]:
    return {
        "analysis": analysis,
        "variant": window.name,
        "sample": sample,
        "outcome": window.outcome,
        "n_obs": len(data),
        "n_units": len(data),
        "n_periods": 2,
        **other,
    }
