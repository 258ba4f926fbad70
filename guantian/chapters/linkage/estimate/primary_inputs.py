"""Grids, regressors and pairs of the primary tests on flows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from guantian.chapters.linkage.estimate.inputs import shares
from guantian.chapters.linkage.estimate.regressors import similarity, trains_a_day
from regiometrics.gravity.grid import Array, FlowGrid
from regiometrics.gravity.ppml import PoissonFit, poisson
from regiometrics.weights.pairs import pair_matrix

#: Regressors of the gravity model that every primary test shares.
CONTROLS = ("log_distance", "adjacent", "same_province", "dialect_distance", "fast_trains")
#: The flows of the first half of 2021, when national rules restrained travel.
EPIDEMIC = "travel_2021"
DIMENSIONS = ["d1", "d2", "d3"]
EARTH_KM = 6371.0
FEWEST_DRAWS = 99


@dataclass(frozen=True)
class Primary:
    """What the primary tests on flows share.

    Attributes
    ----------
    grid
        Cities with regressors; its flow is the primary one.
    flows
        Name of a flow to its values, shape (n, n), NaN where a pair is not listed.
    provinces
        Province of each city, shape (n,).
    places
        Longitude and latitude of each city, scaled to equal units, shape (n, 2).
    output
        Mean log of output per head before the first approval, by city, shape (n,).
    neighbours
        Positions of each city's neighbours.
    options
        Of the section ``linkage.primary``.
    confidence
        Of intervals.
    """

    grid: FlowGrid
    flows: Mapping[str, Array]
    provinces: NDArray[np.str_]
    places: Array
    output: Array
    neighbours: Sequence[Sequence[int]]
    options: Mapping[str, Any]
    confidence: float

    @property
    def controls(self) -> tuple[str, ...]:
        """Regressors of the gravity model: the shared ones, and by which the distance bends."""
        return *CONTROLS, *spline_names(self.options["knots_km"])

    @property
    def distance(self) -> Array:
        """Distance between cities in km, zero for a city with itself."""
        return np.nan_to_num(np.exp(self.grid.regressors["log_distance"]))

    def mask(self, *flows: str) -> NDArray[np.bool_]:
        """Say which pairs some flows list, and have all shared regressors."""
        mask = self.grid.off_diagonal
        for name in flows:
            mask = mask & np.isfinite(self.flows[name])
        for name in CONTROLS:
            mask = mask & np.isfinite(self.grid.regressors[name])
        return mask

    def random(self, claim: int) -> np.random.Generator:
        """Give the random numbers of a claim, the same whatever was drawn for others."""
        return np.random.default_rng([self.options["seed"], claim])

    def draws(self, analysis: str) -> int:
        """Return how many placebo assignments a test has; one that is not primary has fewer."""
        whole = self.options["draws"]
        return whole if analysis == "primary" else max(FEWEST_DRAWS, whole // 4)

    def with_regressors(self, extra: Mapping[str, Array]) -> FlowGrid:
        """Return the grid with further regressors."""
        return replace(self.grid, regressors={**self.grid.regressors, **extra})

    def fit(
        self,
        names: Sequence[str],
        flow: str,
        mask: NDArray[np.bool_] | None = None,
        extra: Mapping[str, Array] | None = None,
        absent: float | None = None,
    ) -> tuple[FlowGrid, PoissonFit]:
        """Fit the gravity model of a flow on the pairs that it lists.

        Parameters
        ----------
        names
            Regressors; one that is zero on all pairs that enter is left out.
        flow
            Name of the flow.
        mask
            Pairs that may enter, further than those that are listed.
        extra
            Further regressors by name.
        absent
            What a pair that is not listed is taken to be; by default it is left out.
        """
        values = self.flows[flow]
        chosen = np.isfinite(values) if absent is None else np.ones(values.shape, dtype=bool)
        if mask is not None:
            chosen = chosen & mask
        filled = np.nan_to_num(values, nan=0.0 if absent is None else absent)
        grid = replace(self.with_regressors(extra or {}), flow=filled)
        chosen = chosen & grid.off_diagonal
        used = [name for name in names if grid.regressors[name][chosen].any()]
        return grid, poisson(grid, used, chosen)


def primary_inputs(
    tables: Mapping[str, pd.DataFrame],
    points: pd.DataFrame,
    options: Mapping[str, Any],
    confidence: float,
) -> Primary:
    """Lay out flows and regressors of the primary tests.

    Parameters
    ----------
    tables
        ``search_travel``, ``flows``, ``pairs``, ``names``, ``trains``, ``dialect``, ``structure``,
        ``panel``.
    points
        ``longitude`` and ``latitude`` of a point inside each city, by code.
    options
        Of the section ``linkage.primary``.
    confidence
        Of intervals.
    """
    table, pairs = tables["search_travel"], tables["pairs"]
    known = set(pairs["code_a"]) | set(pairs["code_b"])
    listed = table[table[options["flow"]].notna()]
    codes = sorted(set(listed["origin"]) & set(listed["destination"]) & known)
    places = table.set_index(["origin", "destination"])
    flows = {
        name: places[name]
        .unstack()
        .reindex(index=codes, columns=codes)
        .to_numpy("float64", copy=True)
        for name in places
    }
    half = tables["flows"].pivot(
        index="origin_code", columns="destination_code", values="flow_index"
    )
    flows[EPIDEMIC] = _square(half, codes)
    for values in flows.values():
        np.fill_diagonal(values, np.nan)
    located = points.reindex(codes)
    regressors = {
        "log_distance": np.log(pair_matrix(pairs, "distance_km", codes)),
        "adjacent": pair_matrix(pairs, "adjacent", codes),
        "same_province": pair_matrix(pairs, "same_province", codes),
        "dialect_distance": dialect_distance(located, tables["dialect"], options["dialect_km"]),
        "fast_trains": trains_a_day(tables["trains"], codes),
    }
    regressors |= spline(regressors["log_distance"], options["knots_km"])
    structures = {
        "similarity": ("units", options["structure_year"], ()),
        "similarity_census": ("census", options["structure_year"], ()),
        "similarity_census_non_farm": ("census", options["structure_year"], ("agriculture",)),
    }
    for name, (source, year, without) in structures.items():
        of_sectors = shares(tables["structure"], source, year).drop(
            columns=list(without), errors="ignore"
        )
        regressors[name] = similarity(of_sectors.reindex(codes))
    income = (
        earlier_output(tables["panel"], options["gap_years"]).reindex(codes).to_numpy("float64")
    )
    regressors["output_gap"] = np.abs(income[:, None] - income)
    adjacent = np.nan_to_num(regressors["adjacent"]) > 0
    province = tables["names"].set_index("city_code")["province_code"]
    primary = flows[options["flow"]]
    return Primary(
        grid=FlowGrid(codes, np.nan_to_num(primary), np.isfinite(primary), regressors),
        flows=flows,
        provinces=province.reindex(codes).to_numpy(dtype=str),
        places=np.column_stack(
            [
                located["longitude"] * np.cos(np.radians(located["latitude"].mean())),
                located["latitude"],
            ]
        ),
        output=income,
        neighbours=[np.flatnonzero(row).tolist() for row in adjacent],
        options=options,
        confidence=confidence,
    )


def _square(wide: pd.DataFrame, codes: Sequence[str]) -> Array:
    return wide.reindex(index=codes, columns=codes).to_numpy("float64", copy=True)


def dialect_distance(points: pd.DataFrame, dialect: pd.DataFrame, within_km: float) -> Array:
    """Return the distance between two cities' dialects, shape (n, n).

    Each city has the three dimensions of the recorded place nearest to it; one that has no place
    within ``within_km`` (most of Tibet and of Xinjiang's south) has none. The distance is Euclidean
    and in standard deviations over pairs.

    Parameters
    ----------
    points
        ``longitude``, ``latitude`` of the cities, in degrees.
    dialect
        ``longitude``, ``latitude``, ``d1``, ``d2``, ``d3`` of recorded places.
    within_km
        The farthest place that speaks for a city.
    """
    one, other = (
        np.radians(frame[["latitude", "longitude"]].to_numpy("float64"))
        for frame in (points, dialect)
    )
    step = (one[:, None] - other) / 2
    root = np.sin(step[..., 0]) ** 2
    root += np.cos(one[:, None, 0]) * np.cos(other[:, 0]) * np.sin(step[..., 1]) ** 2
    km = 2 * EARTH_KM * np.arcsin(np.sqrt(root))
    spoken = dialect[DIMENSIONS].to_numpy("float64")[km.argmin(axis=1)]
    spoken[km.min(axis=1) > within_km] = np.nan
    apart = np.sqrt(((spoken[:, None] - spoken) ** 2).sum(axis=2))
    upper = apart[np.triu_indices(len(apart), 1)]
    return apart / np.nanstd(upper)


def earlier_output(panel: pd.DataFrame, years: Mapping[str, int]) -> pd.Series:
    """Return the mean log of output per head over some years, by city.

    Parameters
    ----------
    panel
        Index ``city_code``, ``year``; ``gdp_per_capita_yuan`` as reported.
    years
        ``first`` and ``last``.
    """
    reported = panel["gdp_per_capita_yuan"].astype("float64")
    year = reported.index.get_level_values("year")
    chosen = reported[(year >= years["first"]) & (year <= years["last"]) & (reported > 0)]
    return np.log(chosen).groupby(level="city_code").mean()


def flexible(grid: FlowGrid) -> dict[str, Array]:
    """Return regressors by which distance and adjacency differ within provinces.

    Parameters
    ----------
    grid
        Cities with the shared regressors.
    """
    distance, same = grid.regressors["log_distance"], grid.regressors["same_province"]
    return {
        "same_province_log_distance": same * distance,
        "same_province_adjacent": same * grid.regressors["adjacent"],
    }


def spline(log_distance: Array, knots_km: Iterable[float]) -> dict[str, Array]:
    """Return the terms of a linear spline in log distance beyond its first slope.

    Parameters
    ----------
    log_distance
        Shape (n, n).
    knots_km
        Where the slope may change.
    """
    knots = list(knots_km)
    return {
        name: np.maximum(log_distance - np.log(knot), 0.0)
        for name, knot in zip(spline_names(knots), knots, strict=True)
    }


def spline_names(knots_km: Iterable[float]) -> tuple[str, ...]:
    """Name the terms of `spline`."""
    return tuple(f"log_distance_beyond_{knot:g}_km" for knot in knots_km)
