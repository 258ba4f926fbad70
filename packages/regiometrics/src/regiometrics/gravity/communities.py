"""Communities of the network of flows, over resolutions and seeds."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regiometrics._arguments import flags, numbers, whole
from regiometrics._optional import require
from regiometrics.gravity.grid import Array
from regiometrics.gravity.network import check_flow, check_zones, directed_graph


@dataclass(frozen=True)
class Communities:
    """Partitions of the cities.

    Attributes
    ----------
    labels
        Resolution to labels, shape (seeds, n).
    modularity
        Resolution to modularity (at resolution 1) of the best run.
    infomap
        Labels by Infomap, shape (n,).

    Examples
    --------
    >>> found = Communities({1.0: np.array([[0, 0, 1, 1]])}, {1.0: 0.4}, np.array([0, 0, 1, 1]))
    >>> [round(value, 6) for value in agreement(found.labels[1.0], found.infomap)]
    [1.0, 1.0]
    """

    labels: Mapping[float, Array]
    modularity: Mapping[float, float]
    infomap: Array


def find_communities(
    flow: Array, resolutions: Sequence[float], seeds: int, seed: int
) -> Communities:
    """Run Leiden on flows of both directions added, and Infomap on directed flows.

    Leiden maximises modularity at each resolution (Traag, Waltman and van Eck 2019; Reichardt and
    Bornholdt 2006); runs from other seeds show how firm a partition is. Infomap (Rosvall and
    Bergstrom 2008) asks for no resolution.

    Parameters
    ----------
    flow
        Shape (n, n).
    resolutions
        The resolutions of modularity; higher ones give smaller communities.
    seeds
        The number of runs for each resolution.
    seed
        The seed of the first run.
    """
    flow, seeds, seed = check_flow(flow), whole("seeds", seeds), whole("seed", seed, 0)
    resolutions = numbers("resolutions", resolutions, (None,))
    if not (resolutions > 0).all():
        raise ValueError(f"A resolution is {resolutions.min():g}; expected numbers above zero.")
    resolutions = resolutions.tolist()
    igraph = require("igraph", extra="networks")

    both = flow + flow.T
    one, other = np.nonzero(np.triu(both))
    graph = igraph.Graph(n=len(flow), edges=list(zip(one.tolist(), other.tolist(), strict=True)))
    weights = both[one, other].tolist()
    state = random.getstate()  # igraph draws from the interpreter's own generator
    try:
        labels, modularity = {}, {}
        for resolution in resolutions:
            runs = []
            for run in range(seeds):
                random.seed(seed + run)
                found = graph.community_leiden(
                    objective_function="modularity",
                    weights=weights,
                    resolution=resolution,
                    n_iterations=-1,
                )
                runs.append(found.membership)
            labels[resolution] = np.array(runs)
            modularity[resolution] = max(graph.modularity(run, weights=weights) for run in runs)
        random.seed(seed)
        infomap = directed_graph(flow).community_infomap(edge_weights="weight", trials=10)
    finally:
        random.setstate(state)
    return Communities(labels, modularity, np.array(infomap.membership))


def together_share(labels: Array, zones: Array, chosen: Array | None = None) -> Array:
    """Return the share of pairs inside each zone that are in one community, mean over runs.

    Parameters
    ----------
    labels
        Shape (runs, n), or (n,).
    zones
        Positions, shape (d, size).
    chosen
        Pairs that count, shape (d, size, size); all by default. A zone without any is missing.
    """
    labels = np.atleast_2d(numbers("labels", labels))
    zones = check_zones(zones, labels.shape[1])
    if chosen is not None:
        chosen = flags("chosen", chosen, (len(zones), zones.shape[1], zones.shape[1]))
    size = zones.shape[1]
    counted = np.broadcast_to(~np.eye(size, dtype=bool), (len(zones), size, size))
    counted = counted if chosen is None else counted & chosen
    share = np.zeros(len(zones))
    with np.errstate(invalid="ignore"):
        for run in labels:
            found = run[zones]
            same = found[:, :, None] == found[:, None, :]
            share += (same & counted).sum(axis=(1, 2)) / counted.sum(axis=(1, 2))
    return share / len(labels)


def agreement(labels: Array, truth: Sequence) -> tuple[float, float]:
    """Return adjusted Rand index and normalised mutual information, mean over runs.

    Parameters
    ----------
    labels
        Shape (runs, n), or (n,).
    truth
        The partition to compare with; None for cities that belong nowhere and are left out.
    """
    labels = np.atleast_2d(numbers("labels", labels))
    if len(truth) != labels.shape[1] or all(value is None for value in truth):
        raise ValueError(
            f"truth has {len(truth)} entries for {labels.shape[1]} cities; expected one each, some "
            "not None."
        )
    igraph = require("igraph", extra="networks")

    kept = np.array([value is not None for value in truth])
    codes = pd.factorize(np.array([value for value in truth if value is not None]))[0].tolist()
    scores = []
    for run in np.atleast_2d(labels):
        cut = pd.factorize(run[kept])[0].tolist()
        scores.append(
            [
                igraph.compare_communities(cut, codes, method=method)
                for method in ("adjusted_rand", "nmi")
            ]
        )
    rand, information = np.mean(scores, axis=0)
    return float(rand), float(information)


def zone_labels(codes: Sequence[str], zones: Mapping[str, Collection[str]]) -> list[str | None]:
    """Name the approved zone of each city, the first by name where it is in several."""
    found: list[str | None] = []
    for code in codes:
        holding = sorted(name for name, members in zones.items() if code in members)
        found.append(holding[0] if holding else None)
    return found
