"""Flows inside each zone and across its provincial border, against a gravity prediction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.zones.estimate.levels import Row
from guantian.chapters.zones.estimate.places import (
    Array,
    NotEstimableError,
    Places,
    known_members,
)
from guantian.results import placebo_columns
from regiometrics.gravity.grid import FlowGrid, flow_grid
from regiometrics.gravity.ppml import PoissonFit, poisson
from regiometrics.gravity.prediction import predict_left_out_fast
from regiometrics.inference import inference_row
from regiometrics.placebo.ranks import placebo_rank
from regiometrics.weights.pairs import pair_matrix

BORDER = "same_province"
NAMES = ("log_distance", "adjacent", BORDER)
FEWEST = 39  # below, no placebo value could lie outside a 95% interval at both ends


@dataclass(frozen=True)
class Flows:
    """A gravity model of all cities and what it predicts.

    Attributes
    ----------
    grid, fit
        Flows, and the Poisson fit of `NAMES`.
    place : ndarray of int, shape (cities,)
        Position in the grid of each city of `Places`, -1 without flows.
    province : ndarray of str
        Of each city of the grid.
    """

    grid: FlowGrid
    fit: PoissonFit
    place: Array
    province: Array

    def inside(self, groups: Array) -> tuple[Array, Array, Array]:
        """Flows seen and predicted without the group's own pairs, and which pairs cross a border.

        Shapes (draws, size, size); the diagonals of both flows are zero.
        """
        predicted = predict_left_out_fast(self.grid, self.fit, groups)
        one, other = groups[:, :, None], groups[:, None, :]
        seen = np.where(one == other, 0.0, self.grid.flow[one, other])
        return seen, predicted, self.province[one] != self.province[other]


def make_flows(flows: pd.DataFrame, pairs: pd.DataFrame, places: Places, year: int) -> Flows:
    """Fit the gravity model of travel between all cities in a year.

    Parameters
    ----------
    flows
        ``origin``, ``destination`` and ``travel_<year>``; a pair that is not there has no flow.
    pairs
        ``code_a``, ``code_b``, ``distance_km``, ``adjacent``, ``same_province``.
    places
        Cities.
    year
        Of the flows.
    """
    column = f"travel_{year}"
    named = {"origin": "origin_code", "destination": "destination_code", column: "flow_index"}
    listed = flows[flows["origin"] != flows["destination"]].rename(columns=named)
    grid = flow_grid(listed[list(named.values())].dropna(), list(places.codes))
    values = {
        "log_distance": np.log(pair_matrix(pairs, "distance_km", grid.codes)),
        "adjacent": pair_matrix(pairs, "adjacent", grid.codes),
        BORDER: pair_matrix(pairs, "same_province", grid.codes),
    }
    grid = replace(grid, regressors=values)
    place = pd.Index(grid.codes).get_indexer(places.codes)
    province = places.provinces[places.codes.get_indexer(grid.codes)]
    return Flows(grid, poisson(grid, NAMES), place, province)


def flow_rows(
    flows: Flows, places: Places, choices: Mapping[str, Any], confidence: float
) -> Iterator[Row]:
    """Yield the flow inside each zone against prediction, and the border inside it.

    Parameters
    ----------
    flows
        As `make_flows` returns them.
    places
        Cities and zones.
    choices
        The configuration's section ``zones``.
    confidence
        Of the intervals.

    Yields
    ------
    dict
        ``inward``: log of flow seen over flow predicted without the zone's own pairs, minus the
        median of placebo groups, contiguous groups of as many cities in no zone (of
        ``placebo_size`` at most). ``border``: log of how many times as large flows are within a
        province of the zone as across its border at the same distance, minus the median of
        artificial borders (`artificial_sides`) through contiguous groups of one province, where
        there is none. Series ``inward_share`` and ``inward_share_predicted``: percent of the
        members' outgoing flow that stays inside.
    """
    common = {"outcome": "travel", "year": choices["flow_year"]}
    national = float(flows.fit.params[BORDER])
    known = flows.place >= 0
    free = known & ~places.members.any(axis=0)
    for number, (zone, members) in enumerate(zip(places.zones, places.members, strict=True)):
        key = common | {"sample": "zone", "group": zone.id}
        try:
            have = known_members(members, known, choices["min_share"], 3)
        except NotEstimableError as reason:
            for term in ("inward", "border"):
                yield key | {"term": term, "note": str(reason)}
            continue
        own = flows.place[have]
        size = min(len(own), choices["placebo_size"])
        yield from _shares(flows, own, key)
        key |= {"n_units": len(own), "estimator": "PPML, pairs of the group left out"}
        drawn = [
            _drawn(flows, places, free, size, choices, number, one_province=one)
            for one in (False, True)
        ]
        yield key | {"term": "inward"} | _inward(flows, own, drawn[0], confidence)
        home = places.provinces[places.codes.get_loc(zone.core)]
        yield key | {"term": "border"} | _border(flows, own, home, drawn[1], national, confidence)
    cities = flows.fit.n_cities
    error = float(np.sqrt(flows.fit.cov_dyadic.loc[BORDER, BORDER]))
    yield common | {
        "sample": "china",
        "term": "border",
        **inference_row(national, error, confidence, cities - 1),
        "df": cities - 1,
        "n_units": cities,
        "estimator": "PPML, two-way effects",
        "cov_type": "dyadic",
    }


def _log_ratio(seen: Array, predicted: Array, chosen: Array) -> Array:
    """Log of all flow seen over all predicted among chosen pairs; missing where there is none."""
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.log(np.where(chosen, seen, 0).sum(axis=(1, 2))) - np.log(
            np.where(chosen, predicted, 0).sum(axis=(1, 2))
        )
    return np.where(np.isfinite(value), value, np.nan)


def _inward(flows: Flows, own: Array, drawn: Array, confidence: float) -> Row:
    seen, predicted, across = flows.inside(own[None])
    value = _log_ratio(seen, predicted, np.ones_like(across))[0]
    if np.isnan(value):
        return {"note": "no flow inside"}
    if len(drawn) < FEWEST:
        return {"note": f"{len(drawn)} placebo groups, {FEWEST} needed"}
    seen, predicted, across = flows.inside(drawn)
    others = _log_ratio(seen, predicted, np.ones_like(across))
    counted = {"cov_type": "rank among placebo groups"}
    return placebo_columns(placebo_rank(value, others, drawn), others, confidence) | counted


def _shares(flows: Flows, own: Array, key: Row) -> Iterator[Row]:
    seen, predicted, _ = flows.inside(own[None])
    out = flows.grid.flow[own].sum()
    staying = float(seen.sum()), float(np.where(np.eye(len(own)), 0, predicted[0]).sum())
    for term, inside in zip(("inward_share", "inward_share_predicted"), staying, strict=True):
        yield key | {"term": term, "value": 100 * inside / (out - staying[0] + inside)}


def _drawn(
    flows: Flows, places: Places, free: Array, size: int, choices: Mapping, number: int, **drawing
) -> Array:
    """Placebo groups as positions in the grid; none where none can be drawn."""
    try:
        found = places.groups(free, size, choices["draws"], choices["seed"] + number, **drawing)
    except NotEstimableError:
        return np.empty((0, size), int)
    return flows.place[found]


def _border(
    flows: Flows, own: Array, home: str, drawn: Array, national: float, confidence: float
) -> Row:
    """The border inside one zone, minus the median of artificial borders within provinces."""
    if len(set(flows.province[own])) == 1:
        return {"note": "one province"}
    seen, predicted, across = flows.inside(own[None])
    value = (national + _log_ratio(seen, predicted, ~across) - _log_ratio(seen, predicted, across))[
        0
    ]
    if np.isnan(value):
        return {"note": "no pair on one side"}
    if len(drawn) < FEWEST:
        return {"note": f"{len(drawn)} placebo groups, {FEWEST} needed"}
    outside = float((flows.province[own] != home).mean())
    minor = int(np.clip(round(outside * drawn.shape[1]), 1, drawn.shape[1] - 1))
    seen, predicted, _ = flows.inside(drawn)
    sides = artificial_sides(flows.grid.regressors["log_distance"], drawn, minor)
    across = sides[:, :, None] != sides[:, None, :]
    others = _log_ratio(seen, predicted, ~across) - _log_ratio(seen, predicted, across)
    counted = {"cov_type": "rank among artificial borders"}
    return placebo_columns(placebo_rank(value, others, drawn), others, confidence) | counted


def artificial_sides(distance: Array, groups: Array, minor: int) -> Array:
    """Part each group in two: its outermost city with those nearest to it, and the rest.

    Parameters
    ----------
    distance : shape (n, n)
        Log distance; the diagonal is not used.
    groups : int array, shape (draws, size)
    minor
        Cities of the smaller side.

    Returns
    -------
    ndarray of bool, shape (draws, size)
        True on the smaller side.

    Examples
    --------
    >>> line = np.log(np.abs(np.subtract.outer([0, 1, 2, 5.0], [0, 1, 2, 5.0])) + np.eye(4))
    >>> artificial_sides(line, np.array([[0, 1, 2, 3]]), 2).tolist()
    [[False, False, True, True]]
    """
    apart = np.where(
        groups[:, :, None] == groups[:, None, :],
        0.0,
        np.exp(distance[groups[:, :, None], groups[:, None, :]]),
    )
    outermost = apart.sum(axis=2).argmax(axis=1)
    order = apart[np.arange(len(groups)), outermost].argsort(axis=1, kind="stable")
    sides = np.zeros(groups.shape, bool)
    np.put_along_axis(sides, order[:, :minor], values=True, axis=1)
    return sides
