"""Growth on what came before: two-way panel, dynamic panel by GMM, and spillovers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from guantian.chapters.growth.estimate.design import GrowthData
from guantian.regression import Regression, regress, wild_row, without_effects
from regiometrics.errors import PanelError
from regiometrics.panel.covariance import driscoll_kraay_meat, small_sample_factor
from regiometrics.weights.weights import Weights


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
    n_cities, n_years = len(np.unique(cities)), len(np.unique(years))
    fit = regress(data.outcome, data.exog, [cities, years], cities)
    common = {
        "analysis": "growth_two_way",
        "sample": sample,
        "outcome": data.variable,
        "n_obs": fit.n_obs,
        "n_units": n_cities,
        "n_periods": n_years,
        "estimator": "two-way panel",
        "variant": spec,
    }
    # A missing observation adds nothing to its year's sum.
    sums = np.zeros((n_years, 1, len(fit.names)))
    np.add.at(sums[:, 0, :], np.unique(years, return_inverse=True)[1], fit.scores)
    factor = small_sample_factor(fit.n_obs, len(fit.names) + n_cities + n_years - 1)
    by_year = fit.with_meat(driscoll_kraay_meat(sums), factor, n_years - 1)
    found = []
    for kind, errors in (("city", fit), ("driscoll-kraay", by_year)):
        key = {**common, "errors": kind, "cov_type": kind, "df": errors.df}
        found += [{**key, **row} for row in errors.rows(confidence)]
    key = {**common, "errors": "province", "cov_type": "wild cluster bootstrap by province"}
    return found + [{**key, **row} for row in _wild(data, fit, draws, seed, confidence)]


def _wild(
    data: GrowthData, fit: Regression, draws: int, seed: int, confidence: float
) -> list[dict]:
    """Wild cluster bootstrap by province: cities nest in it, years enter as dummies."""
    groups = data.provinces.to_numpy()
    if len(np.unique(groups)) < 2:
        return [
            {"term": name, "estimate": value, "note": "one province"}
            for name, value in zip(fit.names, fit.params, strict=True)
        ]
    dummies = pd.get_dummies(pd.Series(data.years), drop_first=True).to_numpy(float)
    y = without_effects(data.outcome, data.cities)[:, 0]
    X = without_effects(np.concatenate([data.exog.to_numpy(float), dummies], axis=1), data.cities)
    return [
        {"term": name, **wild_row(y, X, groups, place, draws, seed, confidence)}
        for place, name in enumerate(data.exog.columns)
    ]


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
    fit = regress(growth["output"], {"capital": growth["capital"]}, [codes, dates], codes)
    key = {**common, "cov_type": "clustered by city", "df": fit.df}
    return [{**key, **row} for row in fit.rows(level)]


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
