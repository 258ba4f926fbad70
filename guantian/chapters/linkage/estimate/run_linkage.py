"""Linkage of the zone and of a second group by year, against flows and placebo zones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.chapters.linkage.estimate.inputs import FLOW_YEAR
from guantian.chapters.linkage.estimate.linkage import (
    change_by_part,
    directed,
    linkage,
    linkage_series,
)
from guantian.chapters.linkage.estimate.linkage_inputs import distances, masses, yearly_figures
from guantian.estimates import tidy
from guantian.geography.placebo_sets import members_of
from regiometrics.gravity.grid import FlowGrid
from regiometrics.gravity.matrices import matrix_correlation
from regiometrics.placebo.ranks import placebo_rank, rank_row
from regiometrics.weights.pairs import pair_matrix


@dataclass(frozen=True)
class LinkageChoices:
    """Years of linkage, between which it is ranked, that of the nation's, permutations."""

    first: int
    last: int
    since: int
    until: int
    income_year: int
    draws: int
    seed: int


def run_linkage(
    tables: Mapping[str, pd.DataFrame],
    groups: Mapping[str, Sequence[str]],
    grid: FlowGrid,
    sets: pd.DataFrame,
    choices: LinkageChoices,
    confidence: float,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Compute linkage by year, its parts, and its likeness to the flows seen.

    Parameters
    ----------
    tables
        As `yearly_figures` takes them, with ``pairs`` and ``times``.
    groups
        Name to codes; the first is the zone.
    grid
        Flows.
    sets
        Placebo zones.
    choices
        Years and permutations.
    confidence
        Of intervals from placebo zones.

    Returns
    -------
    estimates
        Tidy: ``linkage_change`` (parts of the change of mean log linkage; an identity, without
        errors), ``linkage_placebo`` (its rank), ``linkage_flows`` (correlations), ``linkage_index``
        (weights of the indicators).
    series
        Group, mass, distance, year, total, entropy, dominance.
    cities
        Group, year, city: strength of linkage, its share, and out of it by direction.
    """
    years = (choices.first, choices.last)
    rows, series, cities = [], [], []
    for name, codes in groups.items():
        codes = sorted(codes)
        figures = yearly_figures(tables, codes)
        mass, weights = masses(figures, years)
        apart = distances(tables["pairs"], tables["times"], codes, years)
        series.append(linkage_series(mass, apart).assign(group=name))
        cities.append(_by_city(figures, mass["root"], apart["circle"], codes).assign(group=name))
        rows += _change_rows(name, figures, apart, choices, len(codes))
        rows += _flow_rows(name, mass, apart, grid, codes, choices)
        rows += [
            {"analysis": "linkage_index", "spec": "index", "sample": name, "term": indicator}
            | {"estimate": weight, "outcome": "weight", "estimator": "entropy weights"}
            for indicator, weight in weights.items()
        ]
    zone = sorted(next(iter(groups.values())))
    rows += _placebo_rows(tables, zone, sets, choices, confidence)
    columns = ["group", "mass", "distance", "year", "total", "entropy", "dominance"]
    joined = pd.concat(series, ignore_index=True)[columns]
    return tidy(rows), joined, pd.concat(cities, ignore_index=True)


def _by_city(figures, mass, apart, codes) -> pd.DataFrame:
    """Strength of each city's links by year, and the shares that go out by shares of output."""
    frames = []
    for year, values in mass.iterrows():
        output = figures["gdp"].loc[year].to_numpy()
        if values.isna().any() or np.isnan(output).any():
            continue
        link = linkage(values.to_numpy(), apart[year])
        out = directed(link, output)
        frames.append(
            pd.DataFrame(
                {
                    "year": int(year),
                    "city_code": codes,
                    "strength": link.sum(axis=1),
                    "share": link.sum(axis=1) / link.sum(),
                    "outward": out.sum(axis=1) / link.sum(axis=1),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _change_rows(name, figures, apart, choices: LinkageChoices, size: int) -> list[dict]:
    """Parts of the change over the longest span in which all cities have figures, and since."""
    gdp, people = figures["gdp"], figures["population"]
    known = gdp.notna().all(axis=1) & people.notna().all(axis=1)
    years = [y for y in gdp.index[known] if choices.first <= y <= choices.last]
    rows = []
    for measure, by_year in apart.items():
        usable = [year for year in years if year in by_year]
        if len(usable) < 2:
            continue
        spans = {"whole": (usable[0], usable[-1])}
        if choices.since in usable and usable[-1] > choices.since > usable[0]:
            spans |= {
                "before": (usable[0], choices.since),
                "since": (choices.since, usable[-1]),
            }
        for label, span in spans.items():
            parts = change_by_part(gdp, people, by_year, span)
            rows += [
                {
                    "analysis": "linkage_change",
                    "spec": f"{measure}_{label}",
                    "sample": name,
                    "outcome": "log linkage, mean of pairs",
                    "term": part,
                    "estimate": value,
                    "n_units": size,
                    "n_obs": size * (size - 1) // 2,
                    "n_periods": span[1] - span[0],
                    "estimator": "identity",
                    "note": f"{span[0]}-{span[1]}, current prices",
                }
                for part, value in parts.items()
            ]
    return rows


def _flow_rows(name, mass, apart, grid: FlowGrid, codes, choices: LinkageChoices) -> list[dict]:
    """Correlate linkage of the flows' year with the flows, over the group's pairs."""
    if not set(codes) <= set(grid.codes):
        return []
    own = grid.positions(codes)
    seen = (grid.flow + grid.flow.T)[np.ix_(own, own)]
    with np.errstate(divide="ignore"):
        flow = np.log(np.where(seen > 0, seen, np.nan))
    rows = []
    for mass_name in ("root", "index"):
        for measure, by_year in apart.items():
            values = mass[mass_name].dropna()
            year = max((y for y in values.index if y <= FLOW_YEAR and y in by_year), default=None)
            if year is None:
                continue
            with np.errstate(divide="ignore"):
                link = np.log(linkage(values.loc[year].to_numpy(), by_year[year]))
            for term, ranks in (("pearson_log", False), ("spearman", True)):
                found, p_value, n = matrix_correlation(
                    link, flow, ranks, choices.draws, choices.seed
                )
                rows.append(
                    {
                        "analysis": "linkage_flows",
                        "spec": f"{mass_name}_{measure}",
                        "sample": name,
                        "outcome": "log flow",
                        "term": term,
                        "estimate": found,
                        "p_value": p_value,
                        "n_obs": n,
                        "n_units": len(codes),
                        "estimator": "correlation over pairs",
                        "cov_type": "relabelled cities",
                        "note": f"linkage of {year}",
                    }
                )
    return rows


def _placebo_rows(tables, zone, sets, choices: LinkageChoices, confidence: float) -> list[dict]:
    """Rank the growth of log linkage at fixed distances: that of output and population alone."""
    panel = tables["panel"]
    first, last = choices.since, choices.until
    years = panel.index.unique("year")
    if first not in years or last not in years or last <= first:
        return []
    product = np.log(panel["gdp_100m_yuan"].where(panel["gdp_100m_yuan"] > 0))
    product = product + np.log(panel["resident_population_10k"])
    change = product.xs(last, level="year") - product.xs(first, level="year")
    drawn = members_of(sets, "main")
    own = change.reindex(zone).mean(skipna=False)
    values = change.reindex(drawn.ravel()).to_numpy(dtype="float64").reshape(drawn.shape)
    means = values.mean(axis=1)  # of pairs: see change_by_part
    if np.isnan(own) or np.isnan(means).all():
        return []
    positions = pd.factorize(drawn.ravel())[0].reshape(drawn.shape)
    row = rank_row(placebo_rank(own, means, positions), means, confidence)
    key = {
        "analysis": "linkage_placebo",
        "spec": "circle",
        "sample": "main",
        "term": "growth",
        "outcome": "log linkage, mean of pairs",
    }
    return [row | key | {"n_units": len(zone), "note": f"{row['note']}; {first}-{last}"}]


def nation_correlation(grid: FlowGrid, tables, year: int) -> list[dict]:
    """Correlate linkage and flows over all listed pairs of the nation; a description."""
    panel = tables["panel"].xs(year, level="year").reindex(grid.codes)
    mass = np.sqrt((panel["gdp_100m_yuan"] * panel["resident_population_10k"]).to_numpy(float))
    link = linkage(mass, pair_matrix(tables["pairs"], "distance_km", grid.codes))
    both = np.where(grid.listed & grid.listed.T, grid.flow + grid.flow.T, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        link, flow = np.log(link), np.log(both)
    rows = []
    for term, ranks in (("pearson_log", False), ("spearman", True)):
        found, _, n = matrix_correlation(link, flow, ranks, 0, 0)
        rows.append(
            {
                "analysis": "linkage_flows",
                "spec": "root_circle",
                "sample": "nation",
                "outcome": "log flow",
                "term": term,
                "estimate": found,
                "n_obs": n,
                "n_units": int(np.isfinite(mass).sum()),
                "estimator": "correlation over pairs",
                "note": f"linkage of {year}; pairs listed in both directions",
            }
        )
    return rows
