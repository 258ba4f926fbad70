"""Primacy, rank and size, and polycentricity of the zone, ranked among placebo zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from guantian.chapters.core_periphery.estimate.ranking import Row, ranked
from regiometrics.gravity.hierarchy import functional_polycentricity, polycentricity, rank_size
from regiometrics.inequality.primacy import primacy

MEASURES = (("primacy", primacy), ("polycentricity", polycentricity))
LEAST_DRAWS = 20  # fewer placebo zones have no quantiles to speak of


def hierarchy_rows(
    panel: pd.DataFrame,
    flows: pd.DataFrame,
    groups: Mapping[str, Sequence[str]],
    placebo: np.ndarray,
    years: tuple[int, int],
    confidence: float,
) -> Iterator[Row]:
    """Primacy, rank and size, polycentricity: levels, changes and ranks.

    Parameters
    ----------
    panel
        Index (city_code, year).
    flows
        Square, origin to destination, cities on both axes.
    groups
        ``zone``, ``region``, ``nation`` to codes.
    placebo
        Codes of the placebo zones, shape (draws, cities).
    years
        First and last year of the change; the last is that of the levels.
    confidence
        Of the intervals.

    Yields
    ------
    dict
        Estimates of the analyses ``hierarchy`` (the rank-size slopes) and ``hierarchy_rank``
        (variants ``level`` and ``change``), and series of the zone and of placebo quantiles.
    """
    first, last = years
    for outcome, variable in (
        ("current_gdp", "gdp_100m_yuan"),
        ("residents", "resident_population_10k"),
    ):
        levels = panel[variable].unstack("city_code")
        for measure, function in MEASURES:
            own, others = _by_year(levels, groups["zone"], placebo, function)
            yield from _series(own, others, measure, outcome, confidence)
            key = {"analysis": "hierarchy_rank", "outcome": outcome, "term": measure}
            level = {**key, "variant": "level", "year": last}
            yield from ranked(own[last], others.loc[last].to_numpy(), placebo, confidence, level)
            change = {**key, "variant": "change", "first_year": first, "last_year": last}
            drawn = (others.loc[last] - others.loc[first]).to_numpy()
            yield from ranked(own[last] - own[first], drawn, placebo, confidence, change)
        for sample, codes in groups.items():
            sizes = levels.loc[last].reindex(codes).dropna().to_numpy()
            if len(sizes) >= 3:
                yield {
                    "analysis": "hierarchy",
                    "sample": sample,
                    "outcome": outcome,
                    "term": "rank_size",
                    "year": last,
                    **rank_size(sizes, confidence),
                    "n_obs": len(sizes),
                    "n_periods": 1,
                    "estimator": "log rank minus a half on log size",
                    "cov_type": "Gabaix-Ibragimov",
                    "note": "test of a slope of 1",
                }
    yield from _functional(flows, groups["zone"], placebo, confidence)


def _functional(
    flows: pd.DataFrame, zone: Sequence[str], placebo: np.ndarray, confidence: float
) -> Iterator[Row]:
    """Rank the functional polycentricity of the zone's flows."""
    square = np.nan_to_num(flows.to_numpy(float))
    ceiling = float(square.max())

    def functional(codes: np.ndarray) -> np.ndarray:
        places = flows.index.get_indexer(codes.ravel()).reshape(codes.shape)
        blocks = square[places[:, :, None], places[:, None, :]]
        values = functional_polycentricity(blocks, ceiling)
        # A zone with a city that the flows do not know has no value.
        return np.where((places < 0).any(axis=1), np.nan, values)

    key = {
        "analysis": "hierarchy_rank",
        "variant": "level",
        "outcome": "flow_index",
        "term": "functional_polycentricity",
    }
    mine = functional(np.array([sorted(zone)]))[0]
    yield from ranked(mine, functional(placebo), placebo, confidence, key)


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


def _series(
    own: pd.Series, others: pd.DataFrame, measure: str, outcome: str, confidence: float
) -> Iterator[Row]:
    """Values of the zone by year, and the median and the quantiles of placebo zones."""
    tail = (1 - confidence) / 2
    key = {"analysis": "hierarchy", "measure": measure, "outcome": outcome}
    for year, value in own.dropna().items():
        yield {**key, "year": year, "sample": "zone", "term": "value", "value": value}
        if others.loc[year].notna().sum() >= LEAST_DRAWS:
            quantiles = others.loc[year].quantile([tail, 0.5, 1 - tail])
            for term, found in zip(("low", "median", "high"), quantiles, strict=True):
                yield {**key, "year": year, "sample": "placebo", "term": term, "value": found}
