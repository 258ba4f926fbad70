"""Does duplication burden budgets? Debt of financing platforms on similarity to neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from guantian.chapters.similarity.estimate.aggregates import DEBT, PART
from guantian.chapters.similarity.estimate.burden import neighbour_overlap, neighbours
from guantian.chapters.similarity.estimate.convergence import district_structure
from guantian.chapters.similarity.estimate.similarity import Structure, read_structure
from guantian.gap_panel import GapPanel
from guantian.placebo_inference import Placebos, placebo_test

LAG = 1
GAPS = ("gap_gdp", "gap")


def run_debt(
    parts: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]],
    structure: pd.DataFrame,
    districts: pd.DataFrame,
    pairs: pd.DataFrame,
    gdp: pd.DataFrame,
    choices: Mapping,
    confidence: float,
) -> list[dict]:
    """Test S1.5 for China: cities similar to their neighbours owe more.

    Parameters
    ----------
    parts
        As `guantian.chapters.similarity.estimate.aggregates.fiscal_parts` returns them.
    structure, districts
        Long table of structure; employment of cities' districts by sector.
    pairs
        Pairs of cities: ``code_a``, ``code_b``, ``adjacent``, ``distance_km``.
    gdp
        Shape (T, n), 100 million yuan.
    choices
        The section of the configuration: ``primary`` (``debt``: years; ``similarity``: the source
        of the primary test; ``draws``, ``seed``), ``conley_km`` and ``bootstrap``.
    confidence
        Of the intervals.

    Returns
    -------
    list of dict
        Rows of estimates, ``variant`` S1.5, ``sample`` china, term ``similarity``: points of GDP
        (of expenditure where the outcome is ``gap``) for a standard deviation of the mean overlap
        of sectors with the neighbours a year before. ``analysis`` is ``primary``, ``secondary``
        (``outcome`` and ``variable``, the source of structures; ``errors`` wild; ``effect`` output
        where log GDP is controlled for, two_way without effects by province; ``method``
        differences, which allow each city a trend) or
        ``falsification`` (similarity to cities further apart than ``conley_km``, where nothing is
        built twice).

    Notes
    -----
    The expected standard error and the size are from `lent_similarity`. The source of the primary
    test was chosen by the expected standard error, before any slope was seen: the nineteen sectors
    of cities' districts (2005 to 2019) give 0.9 points of GDP, those of urban units (to 2016) 1.0
    and three branches of output (to 2021) 2.3. These are errors with city and year effects, whose
    minimum detectable effect is above the smallest effect of interest. Effects of province and
    year, which take out what a province does to the debt of all its cities, lower the expected
    error to 0.6; they are primary, and year effects alone secondary.
    """
    primary, bootstrap = choices["primary"], choices["bootstrap"]
    window = primary["debt"]["first"], primary["debt"]["last"]
    output = np.log(gdp.where(gdp > 0))
    rows = []
    for source, data in _sources(structure, districts, window):
        near, far = similarity_to(data, pairs, choices["conley_km"])
        for outcome in (DEBT, *GAPS):
            top, bottom = parts[outcome]
            table = (100 * top / bottom).loc[window[0] : window[1]]
            provinces = {code: code[:2] for code in near.columns}  # GB/T 2260
            panel = GapPanel.build(table, near, groups=provinces)
            if panel is None:
                continue
            main = source == primary["similarity"] and outcome == DEBT
            labels = {"variant": PART, "sample": "china", "outcome": outcome, "variable": source}
            labels |= {"term": "similarity", "analysis": "secondary"}
            if main:
                row = _tested(panel, primary, confidence)
                rows.append(labels | row | {"analysis": "primary"})
                two_way = GapPanel.build(table, near)
                if two_way is not None:
                    rows.append(labels | two_way.row(confidence) | {"effect": "two_way"})
                apart = GapPanel.build(table, far, groups=provinces)
                if apart is not None:
                    row = apart.row(confidence)
                    rows.append(labels | row | {"analysis": "falsification"})
            else:
                rows.append(labels | panel.row(confidence))
            wild = panel.wild(bootstrap["draws"], bootstrap["seed"], confidence)
            rows.append(labels | wild)
            changes = GapPanel.build(
                table.diff(), near.diff().dropna(), scale=panel.scale, groups=provinces
            )
            if main and changes is not None:
                rows.append(labels | changes.row(confidence) | {"method": "differences"})
            controlled = GapPanel.build(table, near, [output], groups=provinces)
            if controlled is not None:
                rows.append(labels | controlled.row(confidence) | {"effect": "output"})
    return rows


def _tested(panel: GapPanel, primary: Mapping, confidence: float) -> dict:
    row = panel.row(confidence)
    placebos = lent_similarity(panel, primary["draws"], primary["seed"])
    return placebo_test(row, placebos, confidence)


def lent_similarity(panel: GapPanel, draws: int, seed: int) -> Placebos:
    """Estimate slopes where there is no effect.

    Each province's cities get the similarity, over all years, of another province's cities:
    dependence within provinces and over time stays, the link to the own debt is cut.
    """
    random = np.random.default_rng(seed)
    members = [np.flatnonzero(panel.clusters == one) for one in np.unique(panel.clusters)]
    found = np.empty((draws, 2))
    for draw in range(draws):
        order = random.permutation(len(members))
        lent = np.empty(len(panel.clusters), dtype=int)
        for own, other in zip(members, order, strict=True):
            lent[own] = np.resize(random.permutation(members[other]), len(own))
        found[draw] = panel.slope(panel.regressor[:, lent])
    return Placebos(*found.T)


def _sources(
    structure: pd.DataFrame, districts: pd.DataFrame, window: tuple[int, int]
) -> Iterator[tuple[str, Structure]]:
    """Structures of the years before the outcome's."""
    years = window[0] - LAG, window[1] - LAG
    yield "districts", district_structure(districts[districts["year"].between(*years)])
    yield "units", read_structure(structure, "units", "sector", years, "with")
    yield "branches", read_structure(structure, "value_added", "branch", years, "with")


def similarity_to(
    data: Structure, pairs: pd.DataFrame, far_km: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Mean overlap of sectors with neighbours and with far cities, by year of the outcome.

    Of the cities whose sectors are known in every year, so that each is compared with the same
    others throughout. Index: the structure's year plus `LAG`; columns: codes.
    """
    whole = ~np.isnan(data.shares).any(axis=(0, 2))
    codes = np.array(data.codes)[whole]
    near = neighbours(pairs, codes)
    apart = pairs[pairs["distance_km"] > far_km].assign(adjacent=1)
    years = [year + LAG for year in data.years]
    found = []
    for links in (near, neighbours(apart, codes)):
        linked = links.any(axis=1) & near.any(axis=1)
        values = neighbour_overlap(data.shares[:, whole], links)[:, linked]
        found.append(pd.DataFrame(values, years, pd.Index(codes[linked])))
    return found[0], found[1]
