"""Statistics of the zone ranked among thousands of placebo zones, all computed at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.inequality.estimate.growth_data import (
    GrowthWindow,
    implied_population,
    level,
)
from guantian.results import placebo_columns
from regiometrics.inequality.indices import MEASURES
from regiometrics.placebo.ranks import disjoint_zones, placebo_rank

Array = np.ndarray
#: A statistic takes positions of cities, shape (groups, size), and gives one number a group.
Statistic = Callable[[Array], Array]


def run_placebo(
    panel: pd.DataFrame,
    windows: Mapping[str, GrowthWindow],
    specs: Mapping[str, Any],
    zone: Collection[str],
    sets: Mapping[str, Array],
    min_members: int,
    confidence: float,
) -> list[dict]:
    """Rank the zone's dispersion, its change, its slope and its growth among placebo zones.

    Parameters
    ----------
    panel
        Index (city_code, year).
    windows
        Spans of growth, by name; those that ``specs["placebo"]`` names are ranked.
    specs
        ``placebo``, ``growth`` and ``totals`` of config/specs/inequality.yaml.
    zone
        Codes of the zone's cities.
    sets
        Codes of the placebo zones by name of the set, shape (draws, size).
    min_members
        Members with figures that a group must have; a group with fewer has no statistic.
    confidence
        Of the intervals.

    Returns
    -------
    list of dict
        Rows of ``placebo`` and ``placebo_growth`` by window (``variant``) and ``placebo_set``, as
        `guantian.results.placebo_columns` gives them.
    """
    panel = panel[panel["in_nation"] == 1]
    sets = {name: _positions(members) for name, members in sets.items()}
    rows = []
    for name in specs["placebo"]:
        if name in windows:
            window = windows[name]
            cities, statistics = _dispersion(panel, window, specs["totals"])
            common = {"analysis": "placebo", "outcome": window.outcome}
            rows += _ranked(name, common, cities, statistics, zone, sets, min_members, confidence)
    for name, how in specs["growth"].items():
        rates = growth_rates(panel, how)
        if rates is None:
            continue
        statistics = {"growth": _mean_of(rates.to_numpy())}
        common = {"analysis": "placebo_growth", "outcome": how.get("rate", how.get("total"))}
        rows += _ranked(name, common, rates.index, statistics, zone, sets, min_members, confidence)
    return rows


def _mean_of(values: Array) -> Statistic:
    return lambda idx: values[idx].mean(axis=-1)


def growth_rates(panel: pd.DataFrame, how: Mapping[str, Any]) -> pd.Series | None:
    """Mean growth of each city in per cent a year; None where the panel does not reach the years.

    Parameters
    ----------
    panel
        Index (city_code, year), cities of the nation only.
    how
        ``rate`` (yearly rates in per cent; each is taken less its year's mean over the nation
        and the nation's mean over all years added again, so that a missing year does not favour a
        city) or ``total`` (a level); ``first``, ``last``.
    """
    if not {how["first"], how["last"]} <= set(panel.index.unique("year")):
        return None
    if "total" in how:
        first, last = how["first"], how["last"]
        grown = level(panel, how["total"], last) - level(panel, how["total"], first)
        return (100 * grown / (last - first)).dropna().sort_index()
    rates = panel[how["rate"]].astype("float64").unstack("city_code")
    rates = rates.loc[how["first"] : how["last"]].dropna(axis=1, how="all")
    year = rates.mean(axis=1)
    enough = rates.notna().mean() >= 0.5  # a mean of few years says little of the span
    return (rates.sub(year, axis=0).mean() + year.mean())[enough].sort_index()


def _dispersion(
    panel: pd.DataFrame, window: GrowthWindow, totals: Mapping[str, str]
) -> tuple[pd.Index, dict[str, Statistic]]:
    """Statistics of one outcome over one span, and the cities that have its figures."""
    people = implied_population(panel, window.outcome, totals)
    frame = pd.DataFrame(
        {
            "first": level(panel, window.outcome, window.first),
            "last": level(panel, window.outcome, window.last),
            "people_first": people.xs(window.first, level="year"),
            "people_last": people.xs(window.last, level="year"),
        }
    ).dropna()
    first, last = frame["first"].to_numpy(), frame["last"].to_numpy()
    p_first, p_last = frame["people_first"].to_numpy(), frame["people_last"].to_numpy()

    def spread(logs: Array) -> Statistic:
        return lambda idx: logs[idx].std(axis=-1, ddof=1)

    def change(measure: Callable, weighted: bool) -> Statistic:
        def difference(idx: Array) -> Array:
            before = measure(np.exp(first[idx]), p_first[idx] if weighted else None)
            return measure(np.exp(last[idx]), p_last[idx] if weighted else None) - before

        return difference

    statistics = {
        "sigma_level": spread(last),
        "sigma_change": lambda idx: np.log(spread(last)(idx) / spread(first)(idx)),
        "beta": lambda idx: group_slopes(first[idx], (last[idx] - first[idx]) / window.span),
    }
    for name in ("cv", "gini", "theil_t", "theil_l"):
        statistics[f"{name}_change"] = change(MEASURES[name], weighted=False)
        statistics[f"{name}_weighted_change"] = change(MEASURES[name], weighted=True)
    return frame.index, statistics


def group_slopes(x: Array, y: Array) -> Array:
    """Slope of y on x in each row, shapes (groups, size)."""
    x = x - x.mean(axis=-1, keepdims=True)
    return (x * y).sum(axis=-1) / (x**2).sum(axis=-1)


def by_group(statistic: Statistic, groups: Array, min_members: int) -> Array:
    """Apply a statistic to groups, leaving out members without figures.

    Parameters
    ----------
    statistic
        Of complete groups of one size.
    groups : numpy.ndarray of int, shape (draws, size)
        Positions of cities; -1 for a member without figures.
    min_members
        Members that a group must have; NaN where it has fewer.
    """
    result = np.full(len(groups), np.nan)
    known = groups >= 0
    packed = np.take_along_axis(groups, np.argsort(~known, axis=1, kind="stable"), axis=1)
    counts = known.sum(axis=1)
    for count in np.unique(counts[counts >= min_members]):
        rows = counts == count
        result[rows] = statistic(packed[rows, :count])
    return result


def _positions(members: Array) -> tuple[Array, Array]:
    """The codes of a set's groups, each once, and the groups as positions among them."""
    codes, inverse = np.unique(members, return_inverse=True)
    return codes, inverse.reshape(members.shape)


def _ranked(
    name: str,
    common: Mapping[str, Any],
    cities: pd.Index,
    statistics: Mapping[str, Statistic],
    zone: Collection[str],
    sets: Mapping[str, tuple[Array, Array]],
    min_members: int,
    confidence: float,
) -> list[dict[str, Any]]:
    """Rows of ranks; sets hold the codes that occur and each group's positions among them."""
    own = cities.get_indexer(sorted(zone))[None]
    rows = []
    for set_name, (codes, members) in sets.items():
        groups = cities.get_indexer(codes)[members]
        enough = (groups >= 0).sum(axis=1) >= min_members
        apart = len(disjoint_zones(members[enough]))
        for term, statistic in statistics.items():
            key = {**common, "variant": name, "placebo_set": set_name, "sample": "zone"}
            key["term"] = term
            seen = by_group(statistic, own, min_members)[0]
            if np.isnan(seen) or not enough.any():
                note = f"fewer than {min_members} members have data in the zone or in every group"
                rows.append({**key, "note": note})
                continue
            drawn = by_group(statistic, groups, min_members)
            rank = replace(placebo_rank(seen, drawn), disjoint_groups=apart)
            columns = placebo_columns(rank, drawn, confidence)
            rows.append({**key, **columns, "n_units": members.shape[1]})
    return rows
