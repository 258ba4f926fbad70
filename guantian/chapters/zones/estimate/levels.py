"""Growth, dispersion and growth against the initial level, of every zone and of China."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.zones.estimate.places import (
    Array,
    NotEstimableError,
    Places,
    known_members,
)
from guantian.data.samples import SMALLEST_SAMPLE
from regiometrics.convergence import beta_convergence
from regiometrics.convergence.sigma import pitman_morgan
from regiometrics.errors import EstimationError
from regiometrics.inference import inference_row

Row = dict[str, Any]
VINTAGES = {
    "revised": "real_gdp_100m_yuan",
    "first_published": "real_gdp_first_published_100m_yuan",
}
PER_HEAD = "real_gdp_per_resident_yuan"
SIGMA_MEMBERS = 3


def samples(places: Places) -> Iterator[tuple[Row, Array]]:
    """Give the key of each zone and of China with the mask of its cities."""
    for zone, members in zip(places.zones, places.members, strict=True):
        yield {"sample": "zone", "group": zone.id}, members
    yield {"sample": "china", "group": ""}, np.ones(len(places.codes), bool)


def growth_rows(
    panel: pd.DataFrame, places: Places, choices: Mapping[str, Any], confidence: float
) -> Iterator[Row]:
    """Yield the mean annual real growth of the members, in both vintages, against a benchmark.

    Parameters
    ----------
    panel
        Index (city_code, year), with the real output of `VINTAGES`.
    places
        Cities and zones.
    choices
        The configuration's section ``zones``.
    confidence
        Of the intervals.

    Yields
    ------
    dict
        Rows of estimates, percent a year. The error is that between members; where members are
        neighbours and move together, it says how much they differ and not how far chance carried
        the zone. China's row needs no share of members: it has the cities that are known.
    """
    first, last = choices["growth"]["first"], choices["growth"]["last"]
    for variant, variable in VINTAGES.items():
        output = panel[variable].unstack("year").reindex(places.codes)
        output = output.reindex(columns=[first, last]).to_numpy("float64")
        known = (output > 0).all(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            rate = 100 * np.expm1(np.log(output[:, 1] / output[:, 0]) / (last - first))
        for key, members in samples(places):
            row = key | {
                "term": "growth",
                "variant": variant,
                "outcome": variable,
                "first_year": first,
                "last_year": last,
                "benchmark": choices["growth_benchmark"],
            }
            try:
                have = _known(members, known, choices["min_share"], key, SIGMA_MEMBERS)
            except NotEstimableError as reason:
                yield row | {"note": str(reason)}
                continue
            values = rate[have]
            error = values.std(ddof=1) / np.sqrt(len(values))
            null = choices["growth_benchmark"]
            yield row | {
                **inference_row(values.mean(), error, confidence, len(values) - 1, null),
                "df": len(values) - 1,
                "n_units": len(values),
                "estimator": "mean over members",
                "cov_type": "between members",
            }


def convergence_rows(
    panel: pd.DataFrame, places: Places, choices: Mapping[str, Any], confidence: float
) -> Iterator[Row]:
    """Yield the change of dispersion (sigma) and the slope of growth on the initial level (beta).

    Parameters
    ----------
    panel
        Index (city_code, year), with real output per resident.
    places
        Cities and zones.
    choices
        The configuration's section ``zones``.
    confidence
        Of the intervals.

    Yields
    ------
    dict
        Rows of estimates, of the members that have output in every year. ``sigma_trend`` is the
        log change of the standard deviation of logs a year, with the interval and test of Pitman
        and Morgan for variances of the same cities, which hold at any number of cities; errors of
        a trend over so few and so persistent years would not. ``beta`` is a slope with HC3 errors
        and needs `SMALLEST_SAMPLE` members.
    """
    first, last = choices["levels"]["first"], choices["levels"]["last"]
    output = panel[PER_HEAD].astype("float64").unstack("year").reindex(places.codes)
    output = output.reindex(columns=range(first, last + 1))
    known = (output > 0).all(axis=1).to_numpy()
    for key, members in samples(places):
        common = key | {"outcome": PER_HEAD, "first_year": first, "last_year": last}
        for term, least in (("sigma_trend", SIGMA_MEMBERS), ("beta", SMALLEST_SAMPLE)):
            row = common | {"term": term}
            try:
                have = _known(members, known, choices["min_share"], key, least)
            except NotEstimableError as reason:
                yield row | {"note": str(reason)}
                continue
            values = output[have].T
            row |= {"n_units": values.shape[1], "n_periods": len(values)}
            try:
                yield row | (_sigma if term == "sigma_trend" else _beta)(values, confidence)
            except EstimationError as reason:
                yield row | {"note": str(reason)}


def _sigma(values: pd.DataFrame, confidence: float) -> Row:
    """Log change of the standard deviation of logs a year; years in rows."""
    span = values.index[-1] - values.index[0]
    ratio, limits, p_value = pitman_morgan(
        np.log(values.iloc[0]), np.log(values.iloc[-1]), confidence
    )
    low, high = np.log(limits) / span
    return {
        "estimate": float(np.log(ratio) / span),
        "p_value": p_value,
        "conf_low": float(low),
        "conf_high": float(high),
        "df": values.shape[1] - 2,
        "estimator": "log ratio of standard deviations over the years",
        "cov_type": "Pitman-Morgan",
    }


def _beta(values: pd.DataFrame, confidence: float) -> Row:
    """Slope of mean annual growth on the first log level; years in rows."""
    slope = beta_convergence(values, "cross-section", confidence)
    return {
        **inference_row(slope.beta, slope.std_error, confidence, slope.df),
        "df": slope.df,
        "n_obs": slope.n_obs,
        "estimator": "OLS, cross-section",
        "cov_type": slope.cov_type,
    }


def _known(members: Array, known: Array, share: float, key: Mapping, least: int) -> Array:
    return known_members(members, known, share if key["sample"] == "zone" else 0.0, least)
