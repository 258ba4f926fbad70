"""Linkage of the zone and of a second group by year, against flows and placebo zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.linkage.estimate.inputs import FLOW_YEAR
from guantian.chapters.linkage.estimate.linkage import (
    INDICATORS,
    change_by_part,
    directed,
    linkage,
    linkage_series,
)
from guantian.chapters.linkage.estimate.linkage_inputs import distances, masses, yearly_values
from guantian.geography.placebo_sets import members_of
from guantian.results import placebo_columns
from regiometrics.gravity.grid import FlowGrid
from regiometrics.gravity.matrices import matrix_correlation
from regiometrics.placebo.ranks import placebo_rank
from regiometrics.weights.pairs import pair_matrix

Row = dict[str, Any]
FEWEST_CITIES = 3  # two have one pair: no correlation
CORRELATIONS = {"pearson_log": False, "spearman": True}  # of ranks or not


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


def complete_cities(
    values: Mapping[str, pd.DataFrame], years: Sequence[int]
) -> tuple[list[str], int]:
    """Return the cities that have every indicator in some year, and their number of common years.

    Parameters
    ----------
    values
        As `yearly_values` gives them.
    years
        First and last.
    """
    known = pd.concat(
        {name: values[name].loc[years[0] : years[1]].notna() for name in INDICATORS}
    ).groupby(level=1)
    known = known.all()
    cities = [str(code) for code in known.columns[known.any()]]
    return cities, int(known[cities].all(axis=1).sum()) if cities else 0


def linkage_rows(
    tables: Mapping[str, pd.DataFrame],
    groups: Mapping[str, Sequence[str]],
    grid: FlowGrid,
    sets: pd.DataFrame,
    choices: LinkageChoices,
    confidence: float,
) -> Iterator[Row]:
    """Compute linkage by year, its components, and its correlation with observed flows.

    Parameters
    ----------
    tables
        As `yearly_values` takes them, with ``pairs`` and ``times``.
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

    Yields
    ------
    dict
        The sample is the group, the measure the distance, the variable the mass. Series:
        ``linkage`` (total, entropy and dominance by year), ``linkage_cities`` (each city's
        strength, its share, and the share of it that goes out), ``linkage_change`` (components of
        the change of mean log linkage; an identity) and ``linkage_index`` (weights of the
        indicators). Estimates: ``linkage_flows`` (correlations over pairs) and
        ``linkage_placebo`` (the rank of linkage's growth).
    """
    years = (choices.first, choices.last)
    for name, codes in groups.items():
        members = sorted(codes)
        codes, years_known = complete_cities(yearly_values(tables, members), years)
        said = f"{len(codes)} of {len(members)} cities have all indicators in a common year"
        if len(codes) < FEWEST_CITIES or not years_known:
            row = {"analysis": "linkage", "term": "none", "measure": "circle"}
            yield {**row, "sample": name, "note": f"{said}; expected {FEWEST_CITIES} or more"}
            continue
        values = yearly_values(tables, codes)
        mass, weights = masses(values, years)
        apart = distances(tables["pairs"], tables["times"], codes, years)
        found = [
            *_series_rows(linkage_series(mass, apart)),
            *_city_rows(values, mass["root"], apart["circle"], codes),
            *_change_rows(values, apart, choices, len(codes)),
            *_flow_rows(mass, apart, grid, codes, choices),
            *(
                {"analysis": "linkage_index", "term": "weight", "variable": each, "value": weight}
                for each, weight in weights.items()
            ),
        ]
        yield from ({"sample": name} | row for row in found)
    zone = sorted(next(iter(groups.values())))
    yield from _placebo_rows(tables, zone, sets, choices, confidence)
    yield from _nation_rows(grid, tables, choices.income_year)


def _series_rows(series: pd.DataFrame) -> Iterator[Row]:
    for row in series.to_dict("records"):
        key = {"analysis": "linkage", "variable": row["mass"], "measure": row["distance"]}
        for term in ("total", "entropy", "dominance"):
            yield {**key, "year": row["year"], "term": term, "value": row[term]}


def _city_rows(values, mass, apart, codes) -> Iterator[Row]:
    """Strength of each city's links by year, and the shares that go out by shares of output."""
    for year, masses_of_year in mass.iterrows():
        output = values["gdp"].loc[year].to_numpy()
        if masses_of_year.isna().any() or np.isnan(output).any():
            continue
        link = linkage(masses_of_year.to_numpy(), apart[year])
        strength = link.sum(axis=1)
        measured = {
            "strength": strength,
            "share": strength / link.sum(),
            "outward": directed(link, output).sum(axis=1) / strength,
        }
        for term, of_cities in measured.items():
            for code, value in zip(codes, of_cities, strict=True):
                key = {"analysis": "linkage_cities", "unit": code, "year": int(year)}
                yield {**key, "term": term, "value": value}


def _change_rows(values, apart, choices: LinkageChoices, size: int) -> Iterator[Row]:
    """Components of the change over the longest period known for all cities, before and since."""
    gdp, people = values["gdp"], values["population"]
    known = gdp.notna().all(axis=1) & people.notna().all(axis=1)
    years = [y for y in gdp.index[known] if choices.first <= y <= choices.last]
    for measure, by_year in apart.items():
        usable = [year for year in years if year in by_year]
        if len(usable) < 2:
            continue
        periods = {"whole": (usable[0], usable[-1])}
        if choices.since in usable and usable[-1] > choices.since > usable[0]:
            periods |= {
                "before": (usable[0], choices.since),
                "since": (choices.since, usable[-1]),
            }
        for variant, period in periods.items():
            parts = change_by_part(gdp, people, by_year, period)
            for term, value in {**parts, "time_share": parts["time"] / parts["all"]}.items():
                yield {
                    "analysis": "linkage_change",
                    "variant": variant,
                    "measure": measure,
                    "outcome": "log_linkage",
                    "term": term,
                    "first_year": period[0],
                    "last_year": period[1],
                    "value": value,
                    "n_units": size,
                    "n_obs": size * (size - 1) // 2,
                    "note": "current prices",
                }


def _flow_rows(mass, apart, grid: FlowGrid, codes, choices: LinkageChoices) -> Iterator[Row]:
    """Correlate linkage of the flows' year with the flows, over the group's pairs."""
    if not set(codes) <= set(grid.codes):
        return
    own = grid.positions(codes)
    seen = (grid.flow + grid.flow.T)[np.ix_(own, own)]
    with np.errstate(divide="ignore"):
        flow = np.log(np.where(seen > 0, seen, np.nan))
    for mass_name in ("root", "index"):
        for measure, by_year in apart.items():
            values = mass[mass_name].dropna()
            year = max((y for y in values.index if y <= FLOW_YEAR and y in by_year), default=None)
            if year is None:
                continue
            with np.errstate(divide="ignore"):
                link = np.log(linkage(values.loc[year].to_numpy(), by_year[year]))
            for term, ranks in CORRELATIONS.items():
                found, p_value, n = matrix_correlation(
                    link, flow, ranks, choices.draws, choices.seed
                )
                yield _correlation(mass_name, measure, term, year, found, n) | {
                    "p_value": p_value,
                    "n_units": len(codes),
                    "cov_type": "relabelled cities",
                }


def _nation_rows(grid: FlowGrid, tables, year: int) -> Iterator[Row]:
    """Correlate linkage and flows over all listed pairs of the nation; a description."""
    panel = tables["panel"].xs(year, level="year").reindex(grid.codes)
    mass = np.sqrt((panel["gdp_100m_yuan"] * panel["resident_population_10k"]).to_numpy(float))
    link = linkage(mass, pair_matrix(tables["pairs"], "distance_km", grid.codes))
    both = np.where(grid.listed & grid.listed.T, grid.flow + grid.flow.T, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        link, flow = np.log(link), np.log(both)
    for term, ranks in CORRELATIONS.items():
        found, _, n = matrix_correlation(link, flow, ranks, 0, 0)
        yield _correlation("root", "circle", term, year, found, n) | {
            "sample": "nation",
            "n_units": int(np.isfinite(mass).sum()),
            "note": "pairs listed in both directions",
        }


def _correlation(mass: str, distance: str, term: str, year: int, value: float, n: int) -> Row:
    return {
        "analysis": "linkage_flows",
        "variable": mass,
        "measure": distance,
        "outcome": "log_flow",
        "term": term,
        "year": year,
        "estimate": value,
        "n_obs": n,
        "estimator": "correlation over pairs",
    }


def _placebo_rows(tables, zone, sets, choices: LinkageChoices, confidence: float) -> Iterator[Row]:
    """Rank the growth of log linkage at fixed distances: that of output and population alone."""
    panel = tables["panel"]
    first, last = choices.since, choices.until
    years = panel.index.unique("year")
    if first not in years or last not in years or last <= first:
        return
    product = np.log(panel["gdp_100m_yuan"].where(panel["gdp_100m_yuan"] > 0))
    product = product + np.log(panel["resident_population_10k"])
    change = product.xs(last, level="year") - product.xs(first, level="year")
    drawn = members_of(sets, "main")
    own = change.reindex(zone).mean(skipna=False)
    values = change.reindex(drawn.ravel()).to_numpy(dtype="float64").reshape(drawn.shape)
    means = values.mean(axis=1)  # of pairs: see change_by_part
    if np.isnan(own) or np.isnan(means).all():
        return
    positions = pd.factorize(drawn.ravel())[0].reshape(drawn.shape)
    yield {
        "analysis": "linkage_placebo",
        "sample": "zone",
        "placebo_set": "main",
        "measure": "circle",
        "outcome": "log_linkage",
        "term": "growth",
        "first_year": first,
        "last_year": last,
        "n_units": len(zone),
        **placebo_columns(placebo_rank(own, means, positions), means, confidence),
    }
