"""How many cities have strong ties with their cluster's centre (Li and Xiang 2020)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.linkage.estimate.linkage import linkage
from guantian.geography.zones import Zone
from regiometrics.weights.pairs import pair_matrix

VARIANT = "li_xiang_2020"
COUNTED = (
    "A tie is strong where it is above the threshold at which the published share of the "
    "other cluster is met."
)


def strong_tie_rows(
    tables: Mapping[str, pd.DataFrame],
    zones: Mapping[str, Zone],
    flow: str,
    choices: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    """Count the cities of a cluster with strong ties to its core, by others' published shares.

    What counts as strong is not printed. It is taken from the shares that are printed for other
    clusters: the threshold is such that their share is met, and the share of the cluster under
    study follows from it.

    Parameters
    ----------
    tables
        ``panel``, ``pairs`` and ``search_travel``.
    zones
        All zones by id.
    flow
        Column of ``search_travel`` with the primary flow.
    choices
        Section ``linkage.strong_ties``: ``year`` of output and population, ``of`` (the cluster) and
        ``references`` (``zone`` and the published ``percent``).

    Yields
    ------
    dict
        Estimates of the analysis ``external``, variant `VARIANT`, per cent of the cluster's other
        cities; measure ``gravity`` (root of output times residents over distance squared) or the
        flow, group the cluster whose share sets the threshold. They are counts and have no error.
    """
    studied = zones[choices["of"]]
    for measure in ("gravity", flow):
        own = ties(tables, studied, measure, choices["year"])
        for reference in choices["references"]:
            other = ties(tables, zones[reference["zone"]], measure, choices["year"])
            if len(own) and len(other):
                yield {
                    "analysis": "external",
                    "variant": VARIANT,
                    "sample": "china",
                    "outcome": "strong_ties",
                    "term": "share",
                    "group": reference["zone"],
                    "measure": measure,
                    "estimate": 100 * float((own > threshold(other, reference["percent"])).mean()),
                    "n_units": len(own),
                    "estimator": "share above a threshold",
                    "note": COUNTED,
                }


def ties(tables: Mapping[str, pd.DataFrame], zone: Zone, measure: str, year: int) -> np.ndarray:
    """Return the ties of a zone's core with its other members that have output, shape (n,).

    Parameters
    ----------
    tables, measure, year
        As `strong_tie_rows` takes and names them.
    zone
        With a core.
    """
    codes, values = _gravity(tables, zone.codes, year)
    if measure != "gravity":
        values = _flows(tables["search_travel"], codes, measure)
    if zone.core not in codes:
        return np.empty(0)
    place = codes.index(zone.core)
    found = np.delete(values[place], place)
    return found[np.isfinite(found)]


def threshold(values: np.ndarray, percent: float) -> float:
    """Return the tie between the last city that a published share counts and the first it does not.

    Parameters
    ----------
    values
        Ties of a cluster's cities with its core.
    percent
        Published share of cities with strong ties.

    Examples
    --------
    >>> threshold(np.array([1.0, 4.0, 9.0]), 66.7)
    2.0
    """
    ordered = np.sort(values)[::-1]
    count = round(percent / 100 * len(ordered))
    if not 0 < count < len(ordered):
        return 0.0 if count else np.inf
    return float(np.sqrt(ordered[count - 1] * ordered[count]))


def _gravity(
    tables: Mapping[str, pd.DataFrame], codes: Sequence[str], year: int
) -> tuple[list[str], np.ndarray]:
    panel = tables["panel"].xs(year, level="year").reindex(sorted(codes))
    mass = np.sqrt(panel["gdp_100m_yuan"] * panel["resident_population_10k"]).dropna()
    mass = mass.astype("float64")
    known = list(mass.index)
    distance = pair_matrix(tables["pairs"], "distance_km", known)
    return known, linkage(mass.to_numpy(), distance)


def _flows(table: pd.DataFrame, codes: Sequence[str], flow: str) -> np.ndarray:
    wide = table.set_index(["origin", "destination"])[flow].unstack()
    values = wide.reindex(index=codes, columns=codes).to_numpy("float64")
    return values + values.T
