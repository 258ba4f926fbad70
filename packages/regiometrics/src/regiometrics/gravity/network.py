"""Flows as a directed network: how even, how mutual, how centred."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from regiometrics._arguments import numbers, several, whole
from regiometrics._optional import require
from regiometrics.gravity.grid import Array

LARGEST_FLOW = 1e7  # whose length, one over it, the search for paths still tells from others


def reciprocity(flow: Array) -> float:
    """Return the share of flow that is returned, sum min(w_ij, w_ji) / sum w_ij.

    Squartini, Picciolo, Ruzzenenti and Garlaschelli (2013), equation 4.
    """
    flow = check_flow(flow)
    return float(np.minimum(flow, flow.T).sum() / flow.sum())


def coreness(flow: Array, steps: int = 1000) -> tuple[Array, float]:
    """Return each city's coreness and the fit of the core-periphery model.

    Continuous model of Borgatti and Everett (2000) with minimum residuals: c with c_i c_j nearest
    to the mean flow of each pair, the diagonal left out (Boyd et al. 2010). The fit is the
    correlation of flow and c_i c_j over pairs.
    """
    flow, steps = check_flow(flow), whole("steps", steps)
    both = (flow + flow.T) / 2
    core = np.sqrt(both.sum(axis=1) / np.sqrt(both.sum()))
    for _ in range(steps):
        before = core
        total = (core**2).sum()
        fresh = both @ core / (total - core**2)
        core = (core + fresh) / 2  # half steps: whole ones can swing
        if np.abs(core - before).max() < 1e-12 * max(core.max(), 1e-300):
            break
    else:
        warnings.warn(
            f"The coreness did not settle in {steps} steps; more steps are expected.", stacklevel=2
        )
    upper = np.triu_indices(len(both), 1)
    with np.errstate(invalid="ignore", divide="ignore"):  # of equal flows there is none
        fit = float(np.corrcoef(both[upper], np.outer(core, core)[upper])[0, 1])
    return core / core.max(), fit


def city_measures(flow: Array, codes: Sequence[str]) -> pd.DataFrame:
    """Return strength, PageRank, betweenness and coreness of every city.

    Parameters
    ----------
    flow
        The flows from rows to columns, shape (n, n), zero where there is none.
    codes
        The codes of the cities.

    Returns
    -------
    DataFrame
        Index code. ``strength_out``, ``strength_in``; ``pagerank`` (damping 0.85); ``betweenness``
        (share of shortest paths through the city, the length of a link one over its flow);
        ``coreness`` (`coreness`).
    """
    flow, codes = check_flow(flow), several("codes", codes)
    if len(codes) != len(flow) or len(set(codes)) < len(codes):
        raise ValueError(
            f"{len(codes)} codes are given for {len(flow)} cities; expected each once."
        )
    graph = directed_graph(flow)
    n = len(codes)
    # The search takes lengths that differ by less than 1e-10 for equal: far larger flows are
    # brought to a size at which theirs do.
    unit = max(flow.max() / LARGEST_FLOW, 1.0)
    lengths = [unit / weight for weight in graph.es["weight"]]
    paths = graph.betweenness(weights=lengths, directed=True)
    return pd.DataFrame(
        {
            "strength_out": flow.sum(axis=1),
            "strength_in": flow.sum(axis=0),
            "pagerank": graph.pagerank(weights="weight"),
            "betweenness": np.array(paths) / max((n - 1) * (n - 2), 1),
            "coreness": coreness(flow)[0],
        },
        index=pd.Index(list(codes), name="city_code"),
    )


def directed_graph(flow: Array):
    """Return the flows as a weighted directed graph of igraph."""
    flow = check_flow(flow)
    igraph = require("igraph", extra="networks")  # a third of a second

    origin, destination = np.nonzero(flow)
    return igraph.Graph(
        n=len(flow),
        edges=list(zip(origin.tolist(), destination.tolist(), strict=True)),
        directed=True,
        edge_attrs={"weight": flow[origin, destination].tolist()},
    )


def group_statistics(flow: Array, zones: Array) -> dict[str, Array]:
    """Return what describes the flows inside each group of cities, shape (d,) each.

    Parameters
    ----------
    flow
        The flows from rows to columns, shape (n, n), with a zero diagonal.
    zones
        Positions, shape (d, size).

    Returns
    -------
    dict
        ``centralisation``: share of the flow inside that touches the member with most of it;
        ``entropy`` of the flow over pairs (1: all equal); ``reciprocity``; ``inward``: the share
        of all flow from and to members that stays inside.
    """
    flow, zones = check_flow(flow), check_zones(zones, len(flow), 3)
    inside = flow[zones[:, :, None], zones[:, None, :]]
    total = inside.sum(axis=(1, 2))
    strength = inside.sum(axis=2) + inside.sum(axis=1)
    both = inside + inside.transpose(0, 2, 1)
    one, other = np.triu_indices(zones.shape[1], 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = both[:, one, other] / total[:, None]
        terms = np.where(share > 0, share * np.log(np.where(share > 0, share, 1)), 0.0)
        everything = (flow.sum(axis=1) + flow.sum(axis=0))[zones].sum(axis=1)
        return {
            "centralisation": strength.max(axis=1) / total,
            "entropy": -terms.sum(axis=1) / np.log(len(one)),
            "reciprocity": np.minimum(inside, inside.transpose(0, 2, 1)).sum(axis=(1, 2)) / total,
            "inward": 2 * total / everything,
        }


def check_flow(flow) -> Array:
    """Return a square matrix of flows; its diagonal is set to zero.

    Raises
    ------
    ValueError
        If it is not square, a flow is missing or negative, or there are none.
    """
    flow = numbers("flow", flow, (None, None), least=(2, 2))
    if flow.shape[0] != flow.shape[1]:
        raise ValueError(f"flow has shape {flow.shape}; expected a square matrix.")
    flow = flow * (1 - np.eye(len(flow)))
    if (flow < 0).any() or not flow.any():
        raise ValueError(
            f"The flows run from {flow.min():g} to {flow.max():g}; expected none below zero and "
            "some above it."
        )
    return flow


def check_zones(zones, n: int, least: int = 2) -> np.ndarray:
    """Return groups of positions, shape (draws, size).

    Raises
    ------
    ValueError
        If they are no whole numbers below n, or a group has fewer than `least`.
    """
    zones = np.asarray(zones)
    if zones.ndim != 2 or zones.dtype.kind not in "iu" or zones.shape[1] < least:
        raise ValueError(
            f"zones has shape {zones.shape} and type {zones.dtype}; expected positions, shape "
            f"(draws, size), a size of at least {least}."
        )
    if zones.size and not (zones.min() >= 0 and zones.max() < n):
        raise ValueError(
            f"zones runs from {zones.min()} to {zones.max()}; expected positions below {n}."
        )
    return zones
