"""The network of flows: zone and nation, communities, placebo zones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.linkage.estimate.prediction import FEWEST, compact, known_draws
from guantian.results import placebo_columns
from regiometrics.gravity.communities import (
    Communities,
    agreement,
    find_communities,
    together_share,
    zone_labels,
)
from regiometrics.gravity.grid import Array, FlowGrid
from regiometrics.gravity.network import city_measures, coreness, group_statistics, reciprocity
from regiometrics.placebo.ranks import placebo_rank

Row = dict[str, Any]


def network_rows(
    grid: FlowGrid,
    zone: Sequence[str],
    provinces: Mapping[str, str],
    approved: Mapping[str, Collection[str]],
    sets: pd.DataFrame,
    resolutions: Sequence[float],
    seeds: int,
    seed: int,
    confidence: float,
    distance: Array,
) -> Iterator[Row]:
    """Describe the network of flows and rank the zone in it.

    Parameters
    ----------
    grid
        Flows.
    zone
        Codes of the members.
    provinces
        City to province.
    approved
        Name to members of the approved zones.
    sets
        Placebo zones.
    resolutions, seeds, seed
        As `find_communities` takes them.
    confidence
        Of intervals from placebo zones.
    distance
        Between the cities of the grid, shape (n, n): zones no wider than this one by much are
        ranked apart.

    Yields
    ------
    dict
        Estimates: ``network_placebo`` and ``communities_placebo`` (ranks; the latter by method,
        resolution, and group of pairs). Series: ``network`` (descriptions), ``network_cities``
        (measures of each city in the nation's network, and of the members inside the zone),
        ``communities`` (number, modularity, agreement with provinces and approved zones) and
        ``community`` (each city's, of the first run of a resolution, and by Infomap).
    """
    own = grid.positions(zone)
    draws = known_draws(grid.codes, sets, "main")
    near = compact(draws, own, distance)
    inner = grid.flow[np.ix_(own, own)]
    yield from _described("nation", grid.flow)
    yield from _described("zone", inner)
    for name, groups in (("main", draws), ("compact", near)):
        if name == "main" or len(groups) >= FEWEST:
            key = {"analysis": "network_placebo", "placebo_set": name}
            of_zone, of_draws = (group_statistics(grid.flow, each) for each in (own[None], groups))
            for term, values in of_draws.items():
                yield from _ranked(of_zone[term], values, groups, confidence, key | {"term": term})
    found = find_communities(grid.flow, resolutions, seeds, seed)
    yield from _agreement_rows(found, grid.codes, provinces, approved)
    yield from _together_rows(found, grid.codes, own, draws, provinces, confidence)
    yield from _city_rows("nation", city_measures(grid.flow, grid.codes))
    yield from _city_rows("zone", city_measures(inner, zone))
    for key, labels in _partitions(found):
        for code, label in zip(grid.codes, labels[0], strict=True):
            yield {"analysis": "community", "sample": "nation", **key, "unit": code} | {
                "term": "community",
                "value": label,
            }


def _described(sample: str, flow: Array) -> Iterator[Row]:
    values = {
        "reciprocity": reciprocity(flow),
        "core_periphery_fit": coreness(flow)[1],
        "links": int((flow > 0).sum()),
    }
    key = {"analysis": "network", "sample": sample, "n_units": len(flow)}
    return (key | {"term": term, "value": value} for term, value in values.items())


def _city_rows(sample: str, measures: pd.DataFrame) -> Iterator[Row]:
    for term, values in measures.items():
        for code, value in values.items():
            key = {"analysis": "network_cities", "sample": sample, "unit": code}
            yield key | {"term": term, "value": value}


def _ranked(own: Array, drawn: Array, draws: Array, confidence: float, key: Row) -> Iterator[Row]:
    """Rank a statistic of the zone among that of the draws, where there is one."""
    if np.isnan(own[0]) or np.isnan(drawn).all():
        return
    rank = placebo_rank(float(own[0]), drawn, draws)
    ranked = placebo_columns(rank, drawn, confidence)
    yield {"sample": "zone", "n_units": draws.shape[1], **key, **ranked}


def _partitions(found: Communities) -> Iterator[tuple[Row, Array]]:
    """Give each partition's key and its labels, shape (runs, cities)."""
    for resolution, labels in found.labels.items():
        yield {"method": "leiden", "parameter": "resolution", "setting": resolution}, labels
    yield {"method": "infomap"}, found.infomap[None]


def _agreement_rows(found: Communities, codes, provinces, approved) -> Iterator[Row]:
    """Number and modularity of communities, and how they agree with provinces and zones."""
    truths = {
        "provinces": [provinces[code] for code in codes],
        "approved_zones": zone_labels(codes, approved),
    }
    for partition, labels in _partitions(found):
        key = {"analysis": "communities", "sample": "nation", **partition, "n_units": len(codes)}
        number = float(np.mean([len(set(run)) for run in labels]))
        yield key | {"term": "number", "value": number}
        if partition["method"] == "leiden":
            yield key | {"term": "modularity", "value": found.modularity[partition["setting"]]}
        for group, truth in truths.items():
            if any(value is not None for value in truth):
                both = zip(("adjusted_rand", "information"), agreement(labels, truth), strict=True)
                for measure, value in both:
                    of = {"term": "agreement", "measure": measure, "group": group}
                    yield key | of | {"value": value}


def _together_rows(
    found: Communities, codes, own, draws, provinces, confidence: float
) -> Iterator[Row]:
    """Share of the zone's pairs in one community, by partition and in the mean of resolutions."""
    province = np.array([provinces[code] for code in codes])
    groups: dict[str, Callable] = {"all": lambda zones: None}
    groups["across_border"] = lambda zones: _across(province[zones])
    for group, chosen in groups.items():
        key = {"analysis": "communities_placebo", "placebo_set": "main", "term": "together"}
        key["group"] = group
        resolved = []
        for partition, labels in _partitions(found):
            shares = [together_share(labels, each, chosen(each)) for each in (own[None], draws)]
            if partition["method"] == "leiden":
                resolved.append(shares)
            yield from _ranked(*shares, draws, confidence, key | partition)
        means = [np.mean([shares[k] for shares in resolved], axis=0) for k in (0, 1)]
        yield from _ranked(*means, draws, confidence, key | {"method": "leiden_mean"})


def _across(belongs: Array) -> Array:
    """Tell which pairs of each zone lie across a provincial border, shape (d, size, size)."""
    return belongs[:, :, None] != belongs[:, None, :]
