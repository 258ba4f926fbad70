"""The chapter on inequality and beta convergence: everything that its two jobs estimate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.inequality.estimate.combined_growth import combined_window
from guantian.chapters.inequality.estimate.counties import county_cross_section, run_counties
from guantian.chapters.inequality.estimate.dynamic import run_dynamic
from guantian.chapters.inequality.estimate.growth_beta import (
    combined_beta,
    conditional_beta,
    rolling_beta,
)
from guantian.chapters.inequality.estimate.growth_data import SAMPLES, growth_windows
from guantian.chapters.inequality.estimate.inequality_series import run_inequality
from guantian.chapters.inequality.estimate.placebo import growth_rates, run_placebo
from guantian.chapters.inequality.estimate.specification_curve import (
    curve_rows,
    joint_test,
    specifications,
)
from guantian.results import tidy
from regiometrics.weights.pairs import pair_matrix


def run_chapter(
    panel: pd.DataFrame,
    series: pd.DataFrame,
    sets: Mapping[str, np.ndarray],
    specs: Mapping[str, Any],
    zone: Collection[str],
    core: str,
    choices: Mapping[str, Any],
    confidence: float,
) -> pd.DataFrame:
    """Estimate what rests on cities.

    Parameters
    ----------
    panel
        Index (city_code, year).
    series
        Specifications of the series of inequality, as of sigma convergence.
    sets
        Placebo zones by name of the set, shape (draws, size).
    specs
        config/specs/inequality.yaml, read.
    zone, core
        Codes of the zone's cities and of its core.
    choices
        The section ``inequality`` of the configuration.
    confidence
        Of every interval.

    Returns
    -------
    DataFrame
        Tidy.
    """
    windows = growth_windows(panel, specs)
    draws, seed = choices["draws"]["corrected"], choices["seed"]
    fewest = choices["min_members"]
    frames = [
        run_inequality(panel, series, specs["totals"], core, confidence),
        conditional_beta(windows.values(), specs["controls"], confidence),
        combined_beta(panel, specs, confidence),
        rolling_beta(panel, specs["rolling"], confidence),
        run_dynamic(panel, specs, draws, seed, confidence),
        growth_by_sample(panel, specs["growth"]),
        run_placebo(panel, windows, specs, zone, sets, fewest, confidence),
        spans_left_out(panel, specs),
    ]
    return pd.concat(frames, ignore_index=True)


def spans_left_out(panel: pd.DataFrame, specs: Mapping[str, Any]) -> pd.DataFrame:
    """Name the spans that have no estimates because the panel does not reach their years.

    Returns
    -------
    DataFrame
        Tidy, analysis ``left_out``, a row a span: of a study of fewer years, or a year mistyped.

    Raises
    ------
    ValueError
        If a span ends before it begins.
    """
    years = panel.index.unique("year")
    rows = []
    for part in ("windows", "combinations", "growth"):
        for name, span in specs[part].items():
            first, last = span["first"], span["last"]
            if first >= last:
                raise ValueError(
                    f"The span {name} of {part} goes from {first} to {last}; expected first before "
                    "last."
                )
            if not {first, last} <= set(years):
                note = f"{first} to {last} is not in the panel's {years.min()} to {years.max()}"
                rows.append({"spec": name, "outcome": part, "note": note})
    return tidy(rows, analysis="left_out", term="span")


def run_county_chapter(
    output: pd.DataFrame,
    census: pd.DataFrame,
    specs: Mapping[str, Any],
    zone: Collection[str],
    choices: Mapping[str, Any],
    confidence: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate what rests on counties; the counties left out come second.

    Parameters
    ----------
    output, census
        See :func:`guantian.chapters.inequality.estimate.counties.county_cross_section`.
    specs, zone, choices, confidence
        As for :func:`run_chapter`.
    """
    how = specs["counties"]
    data, excluded = county_cross_section(output, census, how)
    estimates = run_counties(
        data,
        zone,
        how["set_aside"],
        (how["first"], how["last"]),
        choices["draws"]["counties"],
        choices["seed"],
        confidence,
    )
    return estimates, excluded


def run_curves(
    panel: pd.DataFrame,
    pairs: pd.DataFrame,
    specs: Mapping[str, Any],
    choices: Mapping[str, Any],
    confidence: float,
) -> pd.DataFrame:
    """Estimate the specification curve of each sample and test it as a whole.

    Parameters
    ----------
    panel
        Index (city_code, year).
    pairs
        Columns code_a, code_b, distance_km.
    specs, choices, confidence
        As for :func:`run_chapter`.

    Returns
    -------
    DataFrame
        Tidy: analyses ``specification_curve`` and ``specification_curve_joint`` (terms ``median``,
        ``share_significant``, ``mean_statistic``, each with ``.null_low`` and ``.null_high``).
    """
    windows = list(growth_windows(panel, specs).values())
    for name in specs["combinations"]:
        made = combined_window(panel, specs, name, specs["combination"]["main"])
        if made is not None:
            windows.append(made[0])
    codes = sorted({*pairs["code_a"], *pairs["code_b"]})
    kilometres = pair_matrix(pairs, "distance_km", codes, diagonal=0)
    distances = pd.DataFrame(kilometres, codes, codes)
    rows = []
    for sample in SAMPLES:
        curve = list(
            specifications(windows, sample, specs["controls"], distances, choices["conley_km"])
        )
        common = {"analysis": "specification_curve_joint", "spec": "curve", "sample": sample}
        if not curve:
            note = "no specification has enough cities"
            rows.append({**common, "outcome": "all", "term": "median", "note": note})
            continue
        rows += curve_rows(curve, sample, confidence)
        test = joint_test(curve, choices["draws"]["curve"], choices["seed"], confidence)
        for name in test.observed.index:
            key = {**common, "outcome": "all", "n_obs": test.n_specs, "n_units": test.n_groups}
            how = f"wild bootstrap under the null, {test.n_draws} draws, {test.weights}"
            rows.append(
                {
                    **key,
                    "term": name,
                    "estimate": test.observed[name],
                    "p_value": test.p_values[name],
                    "estimator": how,
                }
            )
            for end in ("low", "high"):
                value = getattr(test, f"null_{end}")[name]
                rows.append({**key, "term": f"{name}.null_{end}", "estimate": value})
    return tidy(rows)


def growth_by_sample(panel: pd.DataFrame, growth: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Mean growth of the cities of each sample, and its spread, in per cent a year.

    Parameters
    ----------
    panel
        Index (city_code, year).
    growth
        ``growth`` of config/specs/inequality.yaml.

    Returns
    -------
    DataFrame
        Tidy, analysis ``growth``, terms ``mean`` and ``std``: descriptions.
    """
    panel = panel[panel["in_nation"] == 1]
    flags = panel.groupby(level="city_code")[["in_zone", "in_region"]].first()
    rows = []
    for name, how in growth.items():
        rates = growth_rates(panel, how)
        if rates is None:
            continue
        for sample in SAMPLES:
            chosen = rates if sample == "nation" else rates[flags[f"in_{sample}"][rates.index] == 1]
            key = {
                "analysis": "growth",
                "spec": name,
                "sample": sample,
                "outcome": how.get("rate", how.get("total")),
                "n_obs": len(chosen),
                "n_units": len(chosen),
                "estimator": "description",
                "weights": "none",
            }
            if len(chosen) > 1:
                rows.append({**key, "term": "mean", "estimate": chosen.mean()})
                rows.append({**key, "term": "std", "estimate": chosen.std(ddof=1)})
    return tidy(rows)
