"""The network of flows: zone and nation, communities, placebo zones, lockdown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from guantian.chapters.linkage.estimate.placebo_flows import FEWEST, compact, known_draws
from guantian.estimates import tidy
from regiometrics.gravity.communities import (
    Communities,
    agreement,
    find_communities,
    together_share,
    zone_labels,
)
from regiometrics.gravity.grid import Array, FlowGrid
from regiometrics.gravity.network import city_measures, coreness, group_statistics, reciprocity
from regiometrics.placebo.ranks import placebo_rank, rank_row


def run_network(
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
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
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

    Returns
    -------
    estimates
        Tidy: ``network_placebo`` (rank rows), ``network`` (descriptions), ``communities``
        (agreement with provinces and approved zones, by resolution), ``communities_placebo``.
    cities
        Measures of each city in the nation's network, and of the members inside the zone.
    labels
        City and its community, by resolution (best-known run: the first) and Infomap.
    """
    own = grid.positions(zone)
    draws = known_draws(grid.codes, sets, "main")
    near = compact(draws, own, distance)
    inner = grid.flow[np.ix_(own, own)]
    rows = [
        *_described("nation", grid.flow),
        *_described("zone", inner),
        *_ranked(group_statistics(grid.flow, own[None]), group_statistics(grid.flow, draws), draws)(
            "network_placebo", "flows", confidence
        ),
    ]
    if len(near) >= FEWEST:
        of_zone, of_draws = (group_statistics(grid.flow, groups) for groups in (own[None], near))
        narrow = _ranked(of_zone, of_draws, near)("network_placebo", "flows", confidence)
        rows += [row | {"sample": "compact"} for row in narrow]
    found = find_communities(grid.flow, resolutions, seeds, seed)
    rows += _community_rows(found, grid, own, draws, provinces, approved, confidence)
    nation = city_measures(grid.flow, grid.codes)
    members = city_measures(inner, zone).add_prefix("zone_")
    labels = pd.DataFrame({"city_code": grid.codes, "infomap": found.infomap})
    for resolution in resolutions:
        labels[f"leiden_{resolution:g}"] = found.labels[resolution][0]
    cities = nation.join(members).reset_index()
    return tidy(rows), cities, labels


def _described(sample: str, flow) -> list[dict]:
    values = {
        "reciprocity": reciprocity(flow),
        "core_periphery_fit": coreness(flow)[1],
        "links": int((flow > 0).sum()),
    }
    common = {"analysis": "network", "spec": "flows", "sample": sample, "n_units": len(flow)}
    return [common | {"term": term, "estimate": value} for term, value in values.items()]


def _ranked(own: Mapping, drawn: Mapping, draws):
    """Rank statistics of the zone among those of the draws."""

    def rows(analysis: str, spec: str, confidence: float) -> list[dict]:
        found = []
        for term, values in drawn.items():
            if np.isnan(own[term][0]) or np.isnan(values).all():
                continue
            rank = placebo_rank(float(own[term][0]), values, draws)
            row = rank_row(rank, values, confidence)
            key = {"analysis": analysis, "spec": spec, "sample": "main", "term": term}
            found.append(row | key | {"n_units": draws.shape[1]})
        return found

    return rows


def _community_rows(
    found: Communities, grid: FlowGrid, own, draws, provinces, approved, confidence: float
) -> list[dict]:
    province = np.array([provinces[code] for code in grid.codes])
    truths = {"province": province.tolist(), "zones": zone_labels(grid.codes, approved)}
    partitions = {f"{resolution:g}": labels for resolution, labels in found.labels.items()}
    partitions["infomap"] = found.infomap[None]
    rows, shares = [], {"together": [], "together_across": []}
    for spec, labels in partitions.items():
        common = {"analysis": "communities", "spec": spec, "n_units": len(grid.codes)}
        values = {"number": float(np.mean([len(set(run)) for run in labels]))}
        if spec != "infomap":
            values["modularity"] = found.modularity[float(spec)]
        for name, truth in truths.items():
            if any(value is not None for value in truth):
                rand, information = agreement(labels, truth)
                values |= {f"rand_{name}": rand, f"information_{name}": information}
        rows += [common | {"sample": "nation", "term": t, "estimate": v} for t, v in values.items()]
        measured = {}
        for term in shares:
            of_zone, of_draws = (
                together_share(labels, groups, _across(groups, province, term))
                for groups in (own[None], draws)
            )
            measured[term] = (of_zone, of_draws)
            if spec != "infomap":
                shares[term].append((of_zone, of_draws))
        rows += _ranked(
            {term: pair[0] for term, pair in measured.items()},
            {term: pair[1] for term, pair in measured.items()},
            draws,
        )("communities_placebo", spec, confidence)
    means = {
        term: tuple(np.mean([pair[k] for pair in pairs], axis=0) for k in (0, 1))
        for term, pairs in shares.items()
    }
    return rows + _ranked(
        {term: pair[0] for term, pair in means.items()},
        {term: pair[1] for term, pair in means.items()},
        draws,
    )("communities_placebo", "mean", confidence)


def _across(groups, province, term: str):
    """Pairs across a provincial border, where these are asked for."""
    if term == "together":
        return None
    belongs = province[groups]
    return belongs[:, :, None] != belongs[:, None, :]
