"""Spread or backwash: growth around the core on the core's own growth, by exposure to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from guantian.chapters.core_periphery.estimate.ranking import Row
from guantian.placebo_inference import placebo_row
from guantian.results import placebo_columns
from regiometrics.panel.spread import (
    Sphere,
    complete_cities,
    exposure_slope,
    local_cores,
    slope_df,
    spheres,
)
from regiometrics.placebo.ranks import placebo_rank

HORIZONS = range(6)


def hours_to(times: pd.DataFrame, core: str, year: int) -> pd.Series:
    """Hours to the core by city: the geometric mean of road and rail.

    Parameters
    ----------
    times
        Columns code_a, code_b, year, rail_hours_modelled, road_hours_modelled.
    core
        Code.
    year
        Of the times.
    """
    chosen = times[
        (times["year"] == year) & ((times["code_a"] == core) | (times["code_b"] == core))
    ]
    other = chosen["code_b"].where(chosen["code_a"] == core, chosen["code_a"])
    hours = np.sqrt(chosen["rail_hours_modelled"] * chosen["road_hours_modelled"])
    return pd.Series(hours.to_numpy(float), pd.Index(other), name="hours").sort_index()


def spread_rows(
    growth: pd.DataFrame,
    sizes: pd.Series,
    exposures: Mapping[str, pd.DataFrame],
    hours: pd.Series,
    core: str,
    choices: Mapping,
    confidence: float,
) -> Iterator[Row]:
    """Slopes of growth around the core, ranked among all local cores.

    Parameters
    ----------
    growth
        Annual log growth times 100, years in rows, cities in columns.
    sizes
        Output by city, which determines who is a core.
    exposures
        ``km`` (distances, of which minus the log counts) and ``links`` (flows from row to column,
        of which the share counts); squares over the cities.
    hours
        City of the zone to its hours to the core.
    core
        Code.
    choices
        ``radius_km``, ``core_radius_km``, ``min_cities``; ``draws`` and ``seed`` of placebo growth.
    confidence
        Of the intervals.

    Yields
    ------
    dict
        Estimates by horizon of the analyses ``spread_backwash`` (slopes; the variable is the
        exposure: ``km``, ``links`` or, for the zone's own cities, ``hours``) and
        ``spread_backwash_rank`` (among placebo cores).

    Notes
    -----
    Errors are robust between years (HC3), which with growth of the core as persistent as this
    rejects up to two fifths of true nulls. They are therefore calibrated by placebos: growth of
    the core drawn from its own first-order autoregression, beside the true growth of the others.
    """
    cities = growth.columns
    km = exposures["km"].reindex(index=cities, columns=cities).to_numpy(float)
    flows = exposures["links"].reindex(index=cities, columns=cities).fillna(0).to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = {"km": -np.log(km), "links": flows / flows.sum(axis=1, keepdims=True)}
    known = complete_cities(growth) & (flows.sum(axis=1) > 0)
    cores = local_cores(sizes.reindex(cities).to_numpy(float), km, choices["core_radius_km"])
    own = cities.get_loc(core)
    cores = np.union1d(cores, [own])
    found = spheres(cores, km, choices["radius_km"], known, choices["min_cities"])
    common = {"outcome": "gdp_growth_pct", "term": "slope", "n_periods": len(growth)}
    if own not in {sphere.core for sphere in found}:
        yield {**common, **_too_few("km", "sphere")}
        return
    at_home = next(sphere for sphere in found if sphere.core == own)
    values = growth.to_numpy(float)
    shocks = placebo_growth(values[:, own], choices["draws"], choices["seed"])
    for variable, square in squares.items():
        key = {**common, "sample": "sphere", "variable": variable}
        for horizon in HORIZONS:
            slopes = {
                sphere.core: exposure_slope(values, square[:, sphere.core], sphere, horizon)
                for sphere in found
            }
            about = {**key, **SLOPE, "horizon": horizon, "n_units": len(at_home.around)}
            drawn = placebo_slopes(values, square[:, own], at_home, shocks, horizon)
            df = slope_df(len(values), horizon)
            yield placebo_row(*slopes[own], df, drawn[0], drawn[0] / drawn[1], confidence, about)
            drawn = np.array([slopes[place][0] for place in slopes if place != own])
            yield {
                **key,
                "analysis": "spread_backwash_rank",
                "horizon": horizon,
                **placebo_columns(placebo_rank(slopes[own][0], drawn), drawn, confidence),
                "estimator": "placebo cores",
            }
    yield {**common, **_by_hours(growth, hours, core, shocks, confidence)}


SLOPE = {
    "analysis": "spread_backwash",
    "estimator": "two-way panel around the core",
    "cov_type": "HC3 by year",
}


def _too_few(variable: str, sample: str) -> Row:
    note = "too few cities with data around the core"
    return {**SLOPE, "variable": variable, "sample": sample, "horizon": 0, "note": note}


def _by_hours(
    growth: pd.DataFrame, hours: pd.Series, core: str, shocks: np.ndarray, confidence: float
) -> Row:
    """Repeat the slope on the zone's own cities, by travel time in place of kilometres."""
    complete = set(growth.columns[complete_cities(growth)])
    cities = [code for code in hours.index if code in complete and code != core]
    if len(cities) < 3 or core not in complete:
        return _too_few("hours", "zone")
    exposure = np.concatenate([[0.0], -np.log(hours[cities].to_numpy(float))])
    sphere = Sphere(0, np.arange(1, len(cities) + 1))
    values = growth[[core, *cities]].to_numpy(float)
    slope = exposure_slope(values, exposure, sphere)
    drawn = placebo_slopes(values, exposure, sphere, shocks, 0)
    about = {"variable": "hours", "sample": "zone", "horizon": 0, "n_units": len(cities)}
    return placebo_row(
        *slope, slope_df(len(growth)), drawn[0], drawn[0] / drawn[1], confidence, SLOPE | about
    )


def placebo_growth(core: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Draw growth of the core from its own first-order autoregression, shape (draws, T).

    Parameters
    ----------
    core : ndarray, shape (T,)
        Growth of the core.
    draws, seed
        Of the placebos.
    """
    centred = core - core.mean()
    rho = float(np.clip(centred[1:] @ centred[:-1] / (centred @ centred), -0.95, 0.95))
    scale = (centred[1:] - rho * centred[:-1]).std(ddof=1)
    drawn = scale * np.random.default_rng(seed).standard_normal((draws, len(core)))
    drawn[:, 0] /= np.sqrt(1 - rho**2)
    for t in range(1, len(core)):
        drawn[:, t] += rho * drawn[:, t - 1]
    return drawn


def placebo_slopes(
    growth: np.ndarray, exposure: np.ndarray, sphere: Sphere, shocks: np.ndarray, horizon: int
) -> np.ndarray:
    """Slopes and errors of `exposure_slope` with each placebo growth of the core, shape (2, draws).

    Parameters
    ----------
    growth, exposure, sphere, horizon
        As `regiometrics.panel.spread.exposure_slope` takes them.
    shocks : ndarray, shape (draws, T)
        Placebo growth of the core.
    """
    centred = exposure[sphere.around] - exposure[sphere.around].mean()
    weighted = growth[:, sphere.around] @ centred / (centred @ centred)
    y = np.convolve(weighted, np.ones(horizon + 1), mode="valid")
    x = shocks[:, : len(y)]
    x = x - x.mean(axis=1, keepdims=True)
    squares = np.square(x).sum(axis=1, keepdims=True)
    slopes = (x @ y)[:, None] / squares
    leverage = np.minimum(1 / len(y) + np.square(x) / squares, 1 - 1e-8)
    residuals = (y - y.mean() - slopes * x) / (1 - leverage)
    errors = np.sqrt(np.square(x * residuals).sum(axis=1)) / squares[:, 0]
    return np.stack([slopes[:, 0], errors])
