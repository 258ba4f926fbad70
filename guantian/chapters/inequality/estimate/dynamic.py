"""Beta convergence as a dynamic panel: bounds, GMM for many cities, bias correction for few."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.inequality.estimate.growth_beta import speed_rows
from guantian.chapters.inequality.estimate.growth_data import SAMPLES
from guantian.regression import regress
from regiometrics import _laws as laws
from regiometrics.errors import EstimationError
from regiometrics.inference import SIGNIFICANT
from regiometrics.panel.gmm import DynamicPanelGMM, DynamicPanelGMMResult
from regiometrics.panel.lsdvc import BiasCorrectedLSDV

MIN_CITIES = 5


def run_dynamic(
    panel: pd.DataFrame,
    specs: Mapping[str, Any],
    draws: int,
    seed: int,
    confidence: float,
) -> tuple[list[dict], list[dict]]:
    """Estimate ``ln y_it = gamma ln y_i,t-1 + mu_i + tau_t + e_it`` by five estimators.

    Parameters
    ----------
    panel
        Index (city_code, year).
    specs
        ``dynamic`` of config/specs/inequality.yaml (outcome, first and last year by name) and
        ``gmm_lags``: pairs of the first and last lag that GMM takes as instruments of the
        differences. From three on where the level is measured with error, which makes the
        second invalid.
    draws, seed
        Of the bootstrap of the bias-corrected estimator.
    confidence
        Of the intervals.

    Returns
    -------
    estimates, tests
        Rows of ``beta_dynamic`` by outcome (``variant``), ``method`` and, for GMM, first and last
        lag of the instruments (``setting``, ``setting_2``): ``initial`` (gamma - 1), ``speed``,
        ``half_life``, for GMM ``n_instruments``, and how many GMM fits pass their own tests and lie
        between the bounds (analysis ``gmm_fits``); tests ``hansen``, ``ar1`` and ``ar2``.

    Notes
    -----
    Pooled least squares without city effects is biased upwards, with them downwards (Nickell
    1981): an estimate outside the two is suspect (Bond 2002). Difference and system GMM with
    collapsed instruments and Windmeijer's errors run on the nation only; bias-corrected LSDV
    (Kiviet 1995, Bruno 2005) on zone and region. System GMM adds that growth at the start is
    unrelated to the city's effect, which cities on the way to their own level break.
    """
    estimated, tested = [], []
    for name, how in specs["dynamic"].items():
        for sample in SAMPLES:
            y = _logs(panel, how, sample)
            common = {
                "analysis": "beta_dynamic",
                "variant": name,
                "sample": sample,
                "outcome": how["outcome"],
            }
            for method, fitted in _estimators(
                y, sample, specs["gmm_lags"], draws, seed, confidence
            ):
                rows, tests, counts = _fitted(fitted)
                estimated += [{**common, **method, **counts, **row} for row in rows]
                tested += [{**common, **method, **counts, **row} for row in tests]
    return [*estimated, *_gmm_fits(estimated, tested)], tested


def _gmm_fits(estimated: list[dict], tested: list[dict]) -> Iterator[dict]:
    """Count GMM fits that pass their tests, and of these those between LSDV and pooled OLS."""
    key = ["variant", "sample", "method", "setting", "setting_2"]
    slopes = pd.DataFrame([row for row in estimated if row["term"] == "initial"])
    tests = pd.DataFrame(tested).reindex(columns=[*key, "term", "p_value"])
    fits = tests[tests["term"].isin(["hansen", "ar2"])].groupby(key, dropna=False)["p_value"].min()
    passed = between = 0
    for (variant, sample, method, first, last), least in fits.items():
        mine = slopes[(slopes["variant"] == variant) & (slopes["sample"] == sample)]
        by = mine.set_index("method")["estimate"]
        gmm = mine[mine["method"] == method]
        gmm = gmm[(gmm["setting"] == first) & (gmm["setting_2"] == last)]["estimate"].iloc[0]
        good = least >= SIGNIFICANT
        passed += good
        between += good and by["within"] <= gmm <= by["pooled"]
    for term, count in (("fits", len(fits)), ("passed", passed), ("between", between)):
        yield {"analysis": "gmm_fits", "sample": "nation", "term": term, "estimate": int(count)}


def _logs(panel: pd.DataFrame, how: Mapping[str, Any], sample: str) -> pd.Series:
    window = panel.loc[pd.IndexSlice[:, how["first"] : how["last"]], :]
    window = window[(window["in_nation"] == 1) & (window[f"in_{sample}"] == 1)]
    values = window[how["outcome"]].astype("float64")
    return np.log(values[values > 0]).rename("y")


def _estimators(
    y: pd.Series,
    sample: str,
    gmm_lags: Sequence[Sequence[int]],
    draws: int,
    seed: int,
    confidence: float,
) -> Iterator[tuple[dict, Callable]]:
    yield {"method": "pooled"}, lambda: _least_squares(y, False, confidence)
    yield {"method": "within"}, lambda: _least_squares(y, True, confidence)
    if sample == "nation":
        for estimator, lags in product(("difference", "system"), gmm_lags):
            system = estimator == "system"
            parameter = {"parameter": "lags", "setting": lags[0], "setting_2": lags[1]}
            method = {"method": estimator, **parameter}
            yield method, lambda system=system, lags=lags: _gmm(y, system, lags, confidence)
    else:
        yield {"method": "lsdvc"}, lambda: _corrected(y, draws, seed, confidence)


def _fitted(fit: Callable) -> tuple[list[dict], list[dict], dict]:
    """Rows of a fit; where a sample has no estimate, that is the result."""
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            rows, tests, counts = fit()
    except EstimationError as error:
        return [{"term": "initial", "note": str(error)}], [], {}
    if said:
        rows[0]["note"] = "; ".join(
            filter(None, [rows[0].get("note", ""), *(str(warning.message) for warning in said)])
        )
    return rows, tests, counts


def _least_squares(y: pd.Series, effects: bool, confidence: float) -> tuple[list, list, dict]:
    data = pd.DataFrame({"growth": y - _lagged(y), "initial": _lagged(y)}).dropna()
    if data.index.unique("city_code").size < MIN_CITIES:
        raise EstimationError(f"{data.index.unique('city_code').size} cities have successive data")
    cities, years = (data.index.get_level_values(name).to_numpy() for name in data.index.names)
    absorbed = [cities, years] if effects else [years]
    fit = regress(data["growth"], data[["initial"]], absorbed, cities)
    row = fit.row("initial", confidence)
    kind = "OLS, city and year effects" if effects else "OLS, year effects"
    side = "downwards (Nickell)" if effects else "upwards (no city effects)"
    how = {"estimator": kind, "cov_type": "clustered by city", "df": fit.df}
    rows = [{"term": "initial", **row, "note": f"biased {side}"}, *speed_rows(row, 1)]
    counts = {"n_units": len(set(cities)), "n_periods": len(set(years)), "n_obs": len(data)}
    return [{**how, **row} for row in rows], [], counts


def _lagged(y: pd.Series) -> pd.Series:
    """The level of the year before, missing where that year is."""
    before = y.rename(index=lambda year: year + 1, level="year")
    return before.reindex(y.index)


def _gmm(
    y: pd.Series, system: bool, lags: Sequence[int], confidence: float
) -> tuple[list, list, dict]:
    result = DynamicPanelGMM(
        y, gmm={"y": tuple(lags)}, system=system, collapse=True, time_effects=True
    ).fit()
    rows = _slope_rows(result, confidence)
    rows.append({"term": "n_instruments", "estimate": result.n_instruments})
    tests = [_test("hansen", result.hansen)]
    tests += [_test(f"ar{order}", test) for order, test in result.serial_correlation.iterrows()]
    return rows, tests, _counts(result)


def _corrected(y: pd.Series, draws: int, seed: int, confidence: float) -> tuple[list, list, dict]:
    result = BiasCorrectedLSDV(y, time_effects=True).fit(draws=draws, seed=seed)
    rows = _slope_rows(result, confidence)
    # The bootstrap's error is too small near a unit root: the score test is not.
    rows[0] |= result.lag_test(1.0).to_dict()
    rows[0]["note"] = (
        "corrected to a unit root or beyond, where the correction is not valid"
        if result.params["L1.y"] >= 1
        else ""
    )
    return rows, [], _counts(result)


def _slope_rows(result, confidence: float) -> list[dict]:
    low, high = result.conf_int(confidence).loc["L1.y"]
    row = {
        "estimate": result.params["L1.y"] - 1,
        "std_error": result.std_errors["L1.y"],
        "conf_low": low - 1,
        "conf_high": high - 1,
    }
    row["statistic"] = row["estimate"] / row["std_error"]
    row["p_value"] = 2 * laws.norm.sf(abs(row["statistic"]))
    how = {"estimator": result.estimator, "cov_type": result.cov_type}
    return [{**how, **each} for each in ({"term": "initial", **row}, *speed_rows(row, 1))]


def _test(term: str, test: pd.Series) -> dict:
    return {
        "term": term,
        "statistic": test["statistic"],
        "p_value": test["p_value"],
    }


def _counts(result: DynamicPanelGMMResult) -> dict:
    return {"n_units": result.n_units, "n_periods": result.n_periods, "n_obs": result.nobs}
