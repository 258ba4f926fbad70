"""Core and rest, and growth in step: every estimate, ranked among placebos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from guantian.geography.placebo_sets import members_of
from guantian.results import tidy
from regiometrics.gravity.hierarchy import functional_polycentricity, polycentricity, rank_size
from regiometrics.inequality.primacy import primacy
from regiometrics.inference import inference_row
from regiometrics.panel.comovement import (
    concordance,
    correlations,
    dynamic_correlations,
    mean_within,
)
from regiometrics.panel.spread import (
    Sphere,
    complete_cities,
    exposure_slope,
    local_cores,
    slope_df,
    spheres,
)
from regiometrics.placebo.ranks import placebo_rank, rank_row

HORIZONS = range(6)


def run_hierarchy(
    panel: pd.DataFrame,
    flows: pd.DataFrame,
    groups: Mapping[str, Sequence[str]],
    sets: pd.DataFrame,
    years: tuple[int, int],
    confidence: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Primacy, rank and size, polycentricity: levels, changes and ranks.

    Parameters
    ----------
    panel
        Index (city_code, year).
    flows
        Square, origin to destination, cities on both axes.
    groups
        ``zone``, ``region``, ``nation`` -> codes.
    sets
        Placebo zones.
    years
        First and last year of the change; the last is that of the levels.
    confidence
        Of the intervals.

    Returns
    -------
    estimates
        Tidy: analyses ``hierarchy`` (the rank-size slopes) and ``hierarchy_rank``.
    series
        Columns year, measure, zone, low, middle, high (placebo quantiles).
    """
    placebo = members_of(sets)
    wide = {
        "gdp": panel["gdp_100m_yuan"].unstack("city_code"),
        "residents": panel["resident_population_10k"].unstack("city_code"),
    }
    frames, series = [], []
    for outcome, levels in wide.items():
        for measure, function in (("primacy", primacy), ("polycentricity", polycentricity)):
            own, others = _by_year(levels, groups["zone"], placebo, function)
            series.append(_band(own, others, f"{measure}_{outcome}", confidence))
            for spec, pick in (("last", years[1:]), ("change", years)):
                mine, drawn = _at(own, pick), _at(others, pick)
                key = {"term": measure, "spec": spec, "outcome": outcome}
                frames.append(_ranked("hierarchy_rank", mine, drawn, placebo, key, confidence))
        for sample, codes in groups.items():
            sizes = levels.loc[years[1]].reindex(codes).dropna().to_numpy()
            if len(sizes) >= 3:
                row = rank_size(sizes, confidence) | {"term": "rank_size", "sample": sample}
                frames.append(
                    tidy(
                        [row],
                        analysis="hierarchy",
                        spec="last",
                        outcome=outcome,
                        n_obs=len(sizes),
                        n_periods=1,
                        estimator="log rank less a half on log size",
                        cov_type="Gabaix-Ibragimov",
                        note="test against 1",
                    )
                )
    index = flows.index
    square = np.nan_to_num(flows.to_numpy(float))
    ceiling = float(square.max())

    def functional(codes: np.ndarray) -> np.ndarray:
        places = index.get_indexer(codes.ravel()).reshape(codes.shape)
        blocks = square[places[:, :, None], places[:, None, :]]
        values = functional_polycentricity(blocks, ceiling)
        # A zone with a city that the flows do not know has no figure.
        return np.where((places < 0).any(axis=1), np.nan, values)

    mine = functional(np.array([sorted(groups["zone"])]))[0]
    drawn = functional(placebo)
    key = {"term": "functional_polycentricity", "spec": "last", "outcome": "flow_index"}
    frames.append(_ranked("hierarchy_rank", mine, drawn, placebo, key, confidence))
    estimates = pd.concat([frame for frame in frames if len(frame)], ignore_index=True)
    return estimates, pd.concat(series, ignore_index=True)


def _by_year(levels: pd.DataFrame, zone: Sequence[str], placebo: np.ndarray, function):
    """Return a measure by year, of the zone (years,) and of placebo zones (years, draws)."""
    columns = levels.columns
    own = columns.get_indexer(sorted(zone))
    places = columns.get_indexer(placebo.ravel()).reshape(placebo.shape)
    values = np.where(levels.to_numpy(float) > 0, levels.to_numpy(float), np.nan)
    others = np.stack(
        [np.where((places < 0).any(axis=1), np.nan, function(year[places])) for year in values]
    )
    mine = pd.Series([float(function(year[own])) for year in values], index=levels.index)
    return mine, pd.DataFrame(others, index=levels.index)


def _at(values: pd.Series | pd.DataFrame, years: Sequence[int]):
    """Return the value of one year, or the change between two."""
    last = values.loc[years[-1]]
    found = last - values.loc[years[0]] if len(years) > 1 else last
    return found.to_numpy() if isinstance(found, pd.Series) else float(found)


def _band(own: pd.Series, others: pd.DataFrame, measure: str, confidence: float) -> pd.DataFrame:
    tail = (1 - confidence) / 2
    counted = others.notna().sum(axis=1) >= 20  # fewer draws have no quantiles to speak of
    quantiles = others.quantile([tail, 0.5, 1 - tail], axis=1).T.where(counted)
    quantiles.columns = ["low", "middle", "high"]
    frame = quantiles.assign(zone=own, measure=measure).rename_axis("year").reset_index()
    return frame[["measure", "year", "zone", "low", "middle", "high"]].dropna(subset="zone")


def _ranked(
    analysis: str, mine: float, drawn: np.ndarray, placebo: np.ndarray, key: Mapping, confidence
) -> pd.DataFrame:
    """Rank a statistic; the key is its term, spec and outcome. Empty where it is missing."""
    if np.isnan(mine) or np.isnan(drawn).all():
        return pd.DataFrame()
    row = rank_row(placebo_rank(mine, drawn, zones=placebo), drawn, confidence)
    return tidy(
        [row],
        analysis=analysis,
        sample="zone",
        n_units=placebo.shape[1],
        **key,
    )


def run_comovement(
    growth: pd.DataFrame,
    zone: Sequence[str],
    sets: pd.DataFrame,
    spans: Mapping[str, tuple[int, int]],
    cycles: tuple[float, float],
    confidence: float,
) -> pd.DataFrame:
    """Growth in step within the zone, net of the nation's mean, by span of years.

    Parameters
    ----------
    growth
        Annual growth, years in rows, cities in columns.
    zone
        Codes.
    sets
        Placebo zones.
    spans
        Name to first and last year.
    cycles
        Shortest and longest cycle of the dynamic correlation, in years.
    confidence
        Of the intervals.

    Returns
    -------
    DataFrame
        Tidy: analysis ``comovement``; term the measure, spec the span, and ``change`` between the
        first two spans.
    """
    placebo = members_of(sets)
    measures = {
        "correlation": correlations,
        "concordance": concordance,
        "dynamic_correlation": lambda frame: dynamic_correlations(frame, *cycles),
    }
    frames, kept = [], {}
    for span, (first, last) in spans.items():
        window = growth.loc[first:last]
        net = window.sub(window.mean(axis=1), axis=0)
        columns = net.columns
        own = columns.get_indexer(sorted(zone))[None, :]
        places = columns.get_indexer(placebo.ravel()).reshape(placebo.shape)
        unknown = (places < 0).any(axis=1)
        for term, measure in measures.items():
            matrix = measure(net)
            drawn = np.where(unknown, np.nan, mean_within(matrix, places))
            kept[term, span] = mean_within(matrix, own)[0], drawn
            key = {"term": term, "spec": span, "outcome": "gdp_growth_pct"}
            frames.append(_ranked("comovement", *kept[term, span], placebo, key, confidence))
    before, after = list(spans)[:2]
    for term in measures:
        mine = kept[term, after][0] - kept[term, before][0]
        drawn = kept[term, after][1] - kept[term, before][1]
        key = {"term": term, "spec": "change", "outcome": "gdp_growth_pct"}
        frames.append(_ranked("comovement", mine, drawn, placebo, key, confidence))
    return pd.concat([frame for frame in frames if len(frame)], ignore_index=True)


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


def run_spread(
    growth: pd.DataFrame,
    sizes: pd.Series,
    exposures: Mapping[str, pd.DataFrame],
    hours: pd.Series,
    core: str,
    choices: Mapping,
    confidence: float,
) -> pd.DataFrame:
    """Spread or backwash of the core, ranked among all local cores.

    Parameters
    ----------
    growth
        Annual log growth times 100, years in rows, cities in columns.
    sizes
        Output by city, which says who is a core.
    exposures
        ``km`` (distances, of which minus the log counts) and ``links`` (flows from row to column,
        of which the share counts); squares over the cities.
    hours
        Zone city -> hours to the core.
    core
        Code.
    choices
        ``radius_km``, ``core_radius_km``, ``least``.
    confidence
        Of the intervals.

    Returns
    -------
    DataFrame
        Tidy: analysis ``spread`` (slopes; specs ``km``, ``links`` and, on the zone's own cities,
        ``hours``; terms h0 to h5 are horizons) and ``spread_rank`` (among placebo cores).
    """
    cities = growth.columns
    km = exposures["km"].reindex(index=cities, columns=cities).to_numpy(float)
    flows = exposures["links"].reindex(index=cities, columns=cities).fillna(0).to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = {"km": -np.log(km), "links": flows / flows.sum(axis=1, keepdims=True)}
    known = complete_cities(growth) & (flows.sum(axis=1) > 0)
    cores = local_cores(sizes.reindex(cities).to_numpy(float), km, choices["core_radius_km"])
    own = cities.get_loc(core)
    found = spheres(np.union1d(cores, [own]), km, choices["radius_km"], known, choices["least"])
    if own not in {sphere.core for sphere in found}:
        return _spread_rows([], "km", "sphere", len(growth))
    frames = []
    for spec, square in squares.items():
        frames += _slopes_by_horizon(growth.to_numpy(float), square, found, own, spec, confidence)
    frames.append(_by_hours(growth, hours, core, confidence))
    return pd.concat([frame for frame in frames if len(frame)], ignore_index=True)


def _slopes_by_horizon(
    values: np.ndarray,
    square: np.ndarray,
    found: Sequence[Sphere],
    own: int,
    spec: str,
    confidence: float,
) -> list[pd.DataFrame]:
    rows, ranks = [], []
    for horizon in HORIZONS:
        slopes = {
            sphere.core: exposure_slope(values, square[:, sphere.core], sphere, horizon)
            for sphere in found
        }
        n = next(len(sphere.around) for sphere in found if sphere.core == own)
        row = inference_row(*slopes[own], confidence, slope_df(len(values), horizon))
        rows.append({"term": f"h{horizon}", **row, "n_units": n})
        drawn = np.array([slopes[place][0] for place in slopes if place != own])
        rank = rank_row(placebo_rank(slopes[own][0], drawn), drawn, confidence)
        ranks.append({"term": f"h{horizon}", **rank, "estimator": "placebo cores"})
    return [
        _spread_rows(rows, spec, "sphere", len(values)),
        _spread_rows(ranks, spec, "sphere", len(values), "spread_rank"),
    ]


def _spread_rows(
    rows: list[dict], spec: str, sample: str, years: int, analysis: str = "spread"
) -> pd.DataFrame:
    if not rows:
        rows = [{"term": "h0", "note": "too few cities with figures around the core"}]
    common = {"estimator": "two-way panel around the core", "cov_type": "HC3 by year"}
    return tidy(
        [common | row for row in rows],
        analysis=analysis,
        spec=spec,
        sample=sample,
        outcome="gdp_growth_pct",
        n_periods=years,
    )


def _by_hours(growth: pd.DataFrame, hours: pd.Series, core: str, confidence: float) -> pd.DataFrame:
    """Repeat the slope on the zone's own cities, by travel time in place of kilometres."""
    complete = set(growth.columns[complete_cities(growth)])
    cities = [code for code in hours.index if code in complete and code != core]
    if len(cities) < 3 or core not in complete:
        return _spread_rows([], "hours", "zone", len(growth))
    exposure = np.concatenate([[0.0], -np.log(hours[cities].to_numpy(float))])
    sphere = Sphere(0, np.arange(1, len(cities) + 1))
    slope = exposure_slope(growth[[core, *cities]].to_numpy(float), exposure, sphere)
    row = inference_row(*slope, confidence, slope_df(len(growth)))
    about = {
        "term": "h0",
        "n_units": len(cities),
        "note": f"{len(growth)} years, one shock of the core in each",
    }
    return _spread_rows([row | about], "hours", "zone", len(growth))
