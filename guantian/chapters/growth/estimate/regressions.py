"""Growth on what came before: two-way panel, dynamic panel by GMM, and spillovers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from guantian.chapters.growth.estimate.design import GrowthData, without_effects
from regiometrics.errors import PanelError
from regiometrics.inference import inference_row
from regiometrics.panel.covariance import (
    cluster_meat,
    driscoll_kraay_meat,
    sandwich,
    small_sample_factor,
)
from regiometrics.weights.weights import Weights

ERRORS = ("city", "province", "driscoll-kraay")


def two_way(
    data: GrowthData, sample: str, spec: str, confidence: float, draws: int, seed: int
) -> list[dict]:
    """Regress growth on last year's candidates with city and year effects.

    Parameters
    ----------
    data
        Complete cases; gaps allowed.
    sample, spec
        Labels of the estimates.
    confidence
        Of the intervals.
    draws, seed
        Of the wild cluster bootstrap by province.

    Returns
    -------
    list of dict
        Rows of ``growth_two_way``, one per regressor and kind of ``errors``: clustered by city, by
        province (wild bootstrap), or Driscoll and Kraay.
    """
    cities, years = data.cities, data.years
    y = without_effects(data.outcome, cities, years)[:, 0]
    X = without_effects(data.exog, cities, years)
    n_cities = len(np.unique(cities))
    absorbed = n_cities + len(np.unique(years)) - 1
    if len(y) <= absorbed + X.shape[1]:
        raise PanelError(
            f"{len(y)} observations of {n_cities} cities leave no degree of freedom for "
            f"{absorbed} effects and {X.shape[1]} regressors."
        )
    bread = np.linalg.inv(X.T @ X)
    beta = bread @ X.T @ y
    scores = X * (y - X @ beta)[:, None]
    common = {
        "analysis": "growth_two_way",
        "sample": sample,
        "outcome": data.variable,
        "n_obs": len(y),
        "n_units": n_cities,
        "n_periods": len(np.unique(years)),
        "estimator": "two-way panel",
        "variant": spec,
    }
    found = []
    for kind in ERRORS[::2]:
        # City effects are nested in the clusters: they cost no degree of freedom.
        meat, df = _meat(kind, scores, cities, years)
        groups = n_cities if kind == "city" else None
        params = X.shape[1] + (len(np.unique(years)) if kind == "city" else absorbed)
        factor = small_sample_factor(len(y), params, groups)
        errors = np.sqrt(np.diag(factor * sandwich(bread, meat)))
        rows = _rows(data.exog.columns, beta, errors, df, confidence)
        key = {**common, "errors": kind, "cov_type": kind, "df": df}
        found += [{**key, **row} for row in rows]
    rows = _wild(data, beta, draws, seed, confidence)
    key = {**common, "errors": "province", "cov_type": "wild cluster bootstrap by province"}
    return found + [{**key, **row} for row in rows]


def _meat(kind: str, scores: np.ndarray, cities: np.ndarray, years: np.ndarray):
    if kind == "city":
        return cluster_meat(scores, cities), len(np.unique(cities)) - 1
    # A missing observation adds nothing to its year's sum.
    periods, t = np.unique(years, return_inverse=True)
    sums = np.zeros((len(periods), 1, scores.shape[1]))
    np.add.at(sums[:, 0, :], t, scores)
    return driscoll_kraay_meat(sums), len(periods) - 1


def _rows(names, beta, errors, df: int, confidence: float) -> list[dict]:
    return [
        {"term": name, **inference_row(b, error, confidence, df)}
        for name, b, error in zip(names, beta, errors, strict=True)
    ]


def _wild(data: GrowthData, beta, draws: int, seed: int, confidence: float) -> list[dict]:
    """Wild cluster bootstrap by province: cities nest in it, years enter as dummies."""
    from regiometrics.panel.bootstrap import wild_cluster_bootstrap

    groups = data.provinces.to_numpy()
    if len(np.unique(groups)) < 2:
        return [
            {"term": name, "estimate": b, "note": "one province"}
            for name, b in zip(data.exog.columns, beta, strict=True)
        ]
    dummies = pd.get_dummies(pd.Series(data.years), drop_first=True).to_numpy(float)
    y = without_effects(data.outcome, data.cities)[:, 0]
    X = without_effects(np.concatenate([data.exog.to_numpy(float), dummies], axis=1), data.cities)
    rows = []
    for place, name in enumerate(data.exog.columns):
        test = wild_cluster_bootstrap(y, X, groups, place, draws=draws, seed=seed)
        low, high = test.interval(confidence)
        rows.append(
            {
                "term": name,
                "estimate": test.estimate,
                "statistic": test.statistic,
                "p_value": test.p_value,
                "conf_low": min(low, test.estimate),
                "conf_high": max(high, test.estimate),
                "n_clusters": test.n_clusters,
                "n_draws": test.n_draws,
            }
        )
    return rows


def production_function(
    levels: pd.DataFrame,
    cities: Sequence[str],
    sample: str,
    years: tuple[int, int],
    level: float,
    outcome: str,
) -> list[dict]:
    """Elasticity of output in capital, per head of labour, from growth within cities.

    d ln(Y/L)_it = alpha d ln(K/L)_it + city and year effects: Cobb and Douglas with constant
    returns, in annual differences. Investment responds to output, and errors in capital draw alpha
    to zero: it is printed beside the given shares, not used in their place.

    Parameters
    ----------
    levels
        Index (city_code, year); output, capital, labour.
    cities
        Codes.
    sample
        Label.
    years
        First and last year of growth.
    level
        Of the interval.
    outcome
        Variable of the panel that output is, of one vintage of growth.

    Returns
    -------
    list of dict
        One row of ``production``, term `capital`, errors clustered by city.
    """
    chosen = levels[levels.index.get_level_values("city_code").isin(list(cities))]
    logs = np.log(chosen.where(chosen > 0))
    heads = logs[["output", "capital"]].sub(logs["labour"], axis=0)
    # The year before is the label less one, whether or not a row stands there.
    before = heads.rename(index=lambda year: year + 1, level="year").reindex(heads.index)
    growth = (heads - before).loc[pd.IndexSlice[:, years[0] : years[1]], :].dropna()
    codes, dates = (growth.index.get_level_values(name).to_numpy() for name in growth.index.names)
    common = {
        "analysis": "production",
        "sample": sample,
        "outcome": outcome,
        "n_obs": len(growth),
        "n_units": len(np.unique(codes)),
        "n_periods": len(np.unique(dates)),
        "estimator": "two-way panel in annual differences",
    }
    if common["n_units"] < 2:
        return [{**common, "term": "capital", "note": "fewer than two cities have data"}]
    y, x = without_effects(growth, codes, dates).T
    alpha = (x @ y) / (x @ x)
    scores = (x * (y - alpha * x))[:, None]
    factor = small_sample_factor(len(y), 1 + common["n_periods"], common["n_units"])
    error = np.sqrt(factor * cluster_meat(scores, codes)[0, 0]) / (x @ x)
    df = common["n_units"] - 1
    rows = _rows(["capital"], [alpha], [error], df, level)
    return [{**common, "cov_type": "clustered by city", "df": df, **row} for row in rows]


def dynamic_gmm(
    data: GrowthData, spec: str, lags: int, confidence: float
) -> tuple[list[dict], list[dict]]:
    """Growth on its own last value and the candidates, by system GMM with Windmeijer errors.

    Parameters
    ----------
    data
        Complete cases of many cities.
    spec
        Label of the estimates.
    lags
        Last lag that instruments; the sets are collapsed.
    confidence
        Of the intervals.

    Returns
    -------
    estimates, tests
        Rows of ``growth_gmm``: coefficients and the number of instruments; tests `hansen`, `ar1`
        and `ar2`.
    """
    from regiometrics.panel.gmm import DynamicPanelGMM

    y = data.outcome.rename("growth")
    names = list(data.exog)
    fit = DynamicPanelGMM(
        y,
        data.exog,
        lags=1,
        gmm={"growth": (2, lags), **{name: (1, lags) for name in names}},
        system=True,
        time_effects=True,
        collapse=True,
    ).fit()
    interval = fit.conf_int(confidence)
    wanted = [name for name in fit.params.index if name in names or name.startswith("L")]
    rows = [
        {
            "term": "lagged growth" if name.startswith("L") else name,
            "estimate": fit.params[name],
            "std_error": fit.std_errors[name],
            "statistic": fit.tstats[name],
            "p_value": fit.pvalues[name],
            "conf_low": interval.loc[name].iloc[0],
            "conf_high": interval.loc[name].iloc[1],
        }
        for name in wanted
    ]
    ar = fit.serial_correlation
    rows.append({"term": "instruments", "estimate": fit.n_instruments})
    tested = [{"term": "hansen", **{name: fit.hansen[name] for name in ("statistic", "p_value")}}]
    tested += [
        {"term": f"ar{order}", **ar.loc[order, ["statistic", "p_value"]].to_dict()}
        for order in (1, 2)
    ]
    common = {
        "analysis": "growth_gmm",
        "variant": spec,
        "sample": "nation",
        "outcome": data.variable,
        "n_obs": fit.nobs,
        "n_units": fit.n_units,
        "n_periods": fit.n_periods,
        "estimator": "system GMM, two steps, collapsed instruments",
        "cov_type": "Windmeijer",
    }
    return [{**common, **row} for row in rows], [{**common, **row} for row in tested]


def spillovers(
    data: GrowthData, weights: Weights, names: Sequence[str], sample: str, confidence: float
) -> list[dict]:
    """Spatial Durbin panel of growth: own and neighbours' government and investment.

    Only cities with all years and a neighbour among them stay; how many, the estimates say.

    Returns
    -------
    list of dict
        Rows of ``growth_spillovers``: `rho`, and impacts by ``variable`` and ``effect``.
    """
    from regiometrics.spatial import SpatialPanel
    from regiometrics.spatial.errors import SpatialError

    kept = balanced_with_neighbours(data, weights)
    chosen = data.subset(kept)
    common = {
        "analysis": "growth_spillovers",
        "variant": "sdm",
        "sample": sample,
        "outcome": data.variable,
        "weights": weights.name,
        "n_units": len(kept),
        "n_periods": len(np.unique(data.years)),
        "n_obs": len(chosen.outcome),
        "estimator": "SDM, QML, two-way effects, Lee-Yu",
        "cov_type": "QML sandwich",
        "note": f"{len(np.unique(data.cities)) - len(kept)} cities left out: gaps or no neighbour",
    }
    try:
        fit = SpatialPanel(chosen.outcome, chosen.exog[list(names)], weights.subset(kept)).fit(
            cov_type="qml"
        )
        impacts = fit.impacts(level=confidence)
    except (SpatialError, PanelError) as error:
        return [{**common, "term": "rho", "note": str(error)}]
    interval = fit.conf_int(confidence)
    rows = [
        {
            "term": "rho",
            "estimate": fit.rho,
            "std_error": fit.std_errors["rho"],
            "statistic": fit.tstats["rho"],
            "p_value": fit.pvalues["rho"],
            "conf_low": interval.loc["rho"].iloc[0],
            "conf_high": interval.loc["rho"].iloc[1],
        }
    ]
    rows += [
        {"term": "impact", "variable": variable, "effect": effect, **impact.to_dict()}
        for (variable, effect), impact in impacts.iterrows()
    ]
    return [{**common, **row} for row in rows]


def balanced_with_neighbours(data: GrowthData, weights: Weights) -> list[str]:
    """Cities with every year, then those with a neighbour among them, repeatedly."""
    counts = pd.Series(data.cities).value_counts()
    known = set(counts.index[counts == len(np.unique(data.years))])
    kept = [code for code in weights.ids if code in known]
    while kept:
        islands = set(weights.subset(kept).islands)
        if not islands:
            break
        kept = [code for code in kept if code not in islands]
    return sorted(kept)
