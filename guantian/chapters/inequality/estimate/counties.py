"""Convergence between counties: the finer grain, with errors that know the prefectures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.inequality.estimate.growth_beta import speed_rows
from guantian.chapters.inequality.estimate.regression import Errors, inference, least_squares
from regiometrics.convergence.sigma import pitman_morgan
from regiometrics.inequality.indices import inequality
from regiometrics.inference import detectable, error_behind
from regiometrics.panel.bootstrap import wild_cluster_bootstrap

MIN_COUNTIES = 10


def county_cross_section(
    output: pd.DataFrame, census: pd.DataFrame, specs: Mapping[str, Any]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Join output and residents of counties in two years.

    Parameters
    ----------
    output
        Columns county_code, city_code, year, gdp_10k_yuan.
    census
        Columns county_code, year, census_population.
    specs
        ``counties`` of config/specs/inequality.yaml: years, codes that changed.

    Returns
    -------
    data
        By county_code: city_code, ``gdp_first``, ``gdp_last``, ``residents_first``,
        ``residents_last``, all positive.
    excluded
        county_code, reason.

    Raises
    ------
    ValueError
        If a code that changed still has values under both codes in one census.
    """
    gdp = output.pivot(index="county_code", columns="year", values="gdp_10k_yuan")
    recoded = census.assign(county_code=census["county_code"].replace(dict(specs["recoded"])))
    twice = recoded.duplicated(["county_code", "year"])
    if twice.any():
        row = recoded[twice].iloc[0]
        raise ValueError(
            f"County {row['county_code']} appears more than once in the census of {row['year']} "
            "after recoding; expected one row."
        )
    residents = recoded.pivot(index="county_code", columns="year", values="census_population")
    data = pd.DataFrame(
        {
            "gdp_first": gdp[specs["first"]],
            "gdp_last": gdp[specs["last"]],
            "residents_first": residents[specs["census"]["first"]],
            "residents_last": residents[specs["census"]["last"]],
        }
    )
    data = data[data.index.isin(gdp.index)].astype("float64")
    bad = ~(data > 0)
    reasons = [
        (code, f"no positive value: {', '.join(data.columns[bad.loc[code]])}")
        for code in data.index[bad.any(axis=1)]
    ]
    cities = output.groupby("county_code")["city_code"].first()
    data = data[~bad.any(axis=1)].assign(city_code=cities)
    return data, pd.DataFrame(reasons, columns=["county_code", "reason"])


def in_provinces(cities: pd.Series, zone: Collection[str]) -> pd.Series:
    """Tell which cities lie in the provinces of the zone's cities.

    Examples
    --------
    >>> in_provinces(pd.Series(["610300", "420100"]), ["610100"]).tolist()
    [True, False]
    """
    return cities.str[:2].isin({code[:2] for code in zone})


def run_counties(
    data: pd.DataFrame,
    zone: Collection[str],
    set_aside: Collection[str],
    years: tuple[int, int],
    draws: int,
    seed: int,
    confidence: float,
) -> tuple[list[dict], list[dict]]:
    """Measure sigma and beta convergence between counties.

    Parameters
    ----------
    data
        As :func:`county_cross_section` gives it.
    zone
        Codes of the zone's cities.
    set_aside
        Counties to leave out in the specifications ``*_without``.
    years
        Of output, first and last.
    draws, seed
        Of the wild cluster bootstrap.
    confidence
        Of the intervals.

    Returns
    -------
    estimates, series
        Rows of ``county_sigma`` and ``county_beta``, samples ``zone`` and the zone's ``provinces``,
        variants ``all`` and, where counties are set aside, ``without`` them. In beta the outcome
        ``per_resident`` is growth per resident and ``total`` growth of output, both on the first
        output per resident: an error in the first census biases the former towards convergence and
        not the latter.
    """
    estimated, described = [], []
    members, near = data["city_code"].isin(set(zone)), in_provinces(data["city_code"], zone)
    for sample in ("zone", "provinces"):
        inside = data[members if sample == "zone" else near]
        for spec in ("all", "without"):
            chosen = inside if spec == "all" else inside[~inside.index.isin(set(set_aside))]
            if len(chosen) < MIN_COUNTIES or (spec == "without" and len(chosen) == len(inside)):
                continue
            key = {"variant": spec, "sample": sample, "n_units": len(chosen), "n_periods": 2}
            ratio, yearly = _sigma(chosen, years, confidence)
            slopes = _beta(chosen, years, draws, seed, confidence)
            estimated += [{**key, **row} for row in (ratio, *slopes)]
            described += [{**key, **row} for row in yearly]
    if not estimated:
        estimated = [{"analysis": "county_beta", "note": "no sample has enough counties"}]
    return estimated, described


def _sigma(
    data: pd.DataFrame, years: tuple[int, int], confidence: float
) -> tuple[dict, list[dict]]:
    values = pd.DataFrame(
        {
            years[0]: data["gdp_first"] / data["residents_first"],
            years[1]: data["gdp_last"] / data["residents_last"],
        }
    ).T
    residents = data[["residents_first", "residents_last"]].set_axis(list(years), axis=1).T
    logs = np.log(values)
    common = {"analysis": "county_sigma", "outcome": "per_resident", "n_obs": 2 * len(data)}
    rows = []
    for label, weights in (("none", None), ("population", residents)):
        for name, values_by_year in inequality(values, weights).items():
            if name == "std_log" and weights is None:
                values_by_year = logs.std(axis=1, ddof=1)
            key = {**common, "measure": name, "weights": label}
            rows += [
                {**key, "year": year, "value": value} for year, value in values_by_year.items()
            ]
    ratio, limits, p = pitman_morgan(logs.iloc[0], logs.iloc[1], confidence)
    return {
        **common,
        "term": "ratio",
        "estimate": ratio,
        "conf_low": limits[0],
        "conf_high": limits[1],
        "p_value": p,
        "estimator": "Pitman-Morgan",
        "note": "last over first standard deviation of logs; counties taken as independent",
    }, rows


def _beta(
    data: pd.DataFrame, years: tuple[int, int], draws: int, seed: int, confidence: float
) -> Iterator[dict]:
    span = years[1] - years[0]
    initial = np.log(data["gdp_first"] / data["residents_first"]).to_numpy()
    total = np.log(data["gdp_last"] / data["gdp_first"]).to_numpy() / span
    residents = np.log(data["residents_last"] / data["residents_first"]).to_numpy() / span
    groups = pd.factorize(data["city_code"], sort=True)[0]
    X = np.column_stack([initial, np.ones(len(data))])
    if groups.max() == 0:
        note = "one prefecture: no clusters to draw"
        common = {"analysis": "county_beta", "outcome": "per_resident", "n_obs": len(data)}
        yield {**common, "term": "initial", "note": note}
        return
    for outcome, growth in (("per_resident", total - residents), ("total", total)):
        fit = least_squares(growth, X, 0)
        clustered = inference(fit, Errors("cluster", groups=groups), confidence)
        wild = wild_cluster_bootstrap(growth, X, groups, 0, draws=draws, seed=seed)
        low, high = wild.interval(confidence)
        row = {**clustered, "p_value": wild.p_value, "conf_low": low, "conf_high": high}
        error, df = error_behind(row, confidence)
        row["mde"] = float(detectable(error, df=df, confidence=confidence))
        common = {
            "analysis": "county_beta",
            "outcome": outcome,
            "n_obs": len(data),
            "estimator": "OLS, cross-section",
        }
        how = {
            "errors": "cluster",
            "cov_type": f"clustered by prefecture, wild cluster bootstrap ({wild.weights})",
            "n_clusters": wild.n_clusters,
        }
        for each in ({"term": "initial", **row}, *speed_rows(row, span)):
            yield {**common, **how, **each}
        robust = inference(fit, Errors("HC3"), confidence)
        yield {**common, "errors": "HC3", "cov_type": "HC3", "term": "initial", **robust}
