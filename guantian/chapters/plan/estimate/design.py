"""One comparison: an outcome in a window of years, the zone and placebo zones, their donors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.chapters.plan.estimate.sample import Cities
from guantian.results import placebo_columns
from regiometrics.counterfactuals.synthetic import METHOD_NAMES, Counterfactuals, counterfactuals
from regiometrics.placebo.ranks import placebo_rank

MIN_DRAWS = 19  # below, a rank could not reach 0.1 at both ends


@dataclass(frozen=True)
class Window:
    """An outcome of the cities that have it in every year.

    Attributes
    ----------
    values : ndarray, shape (complete cities, years)
    keep : ndarray of bool, shape (cities,)
        Which of all cities are complete.
    years : list of int
    before : int
        Years before the treatment.
    """

    values: np.ndarray
    keep: np.ndarray
    years: list[int]
    before: int


def make_window(outcome: pd.DataFrame, first: int, treated: int, last: int) -> Window | None:
    """Cut an outcome to the years asked for that it has; None where none are left on a side.

    Parameters
    ----------
    outcome
        Cities in rows, years in columns.
    first, last
        Years, both included.
    treated
        First year that counts as treated.
    """
    known = outcome.columns[outcome.notna().any()]
    if not len(known):
        return None
    years = list(range(max(first, int(known.min())), min(last, int(known.max())) + 1))
    before = sum(year < treated for year in years)
    if before < 2 or before == len(years):
        return None
    cut = outcome.reindex(columns=years)
    keep = cut.notna().all(axis=1).to_numpy()
    return Window(cut.to_numpy()[keep], keep, years, before)


def without(window: Window, left_out: np.ndarray) -> Window:
    """Return the window without some cities; `left_out` is a mask over all cities."""
    keep = window.keep & ~left_out
    return Window(window.values[keep[window.keep]], keep, window.years, window.before)


def complete_groups(window: Window, groups: np.ndarray, limit: int | None = None) -> np.ndarray:
    """Return the groups all of whose members have the outcome, at most `limit`, in their order."""
    chosen = groups[(~groups | window.keep).all(axis=1)]
    return chosen if limit is None else chosen[:limit]


def compare(
    window: Window, cities: Cities, groups: np.ndarray, method: str, donors: str = "main"
) -> Counterfactuals | None:
    """Estimate the effect on each group (masks over all cities); None where one has no donors.

    Members without the outcome are left out of a group.
    """
    standing = cities.donors(groups, donors)[:, window.keep]
    members = groups[:, window.keep]
    if not members.any(axis=1).all() or standing.sum(axis=1).min() < 2:
        return None
    return counterfactuals(window.values, members, standing & ~members, window.before, method)


def ranked(statistics: np.ndarray, groups: np.ndarray | None, confidence: float) -> dict:
    """Rank the first of several statistics among the others, in the columns of estimates.

    Parameters
    ----------
    statistics
        The zone's first, then a placebo group's each.
    groups
        Masks of the placebo groups, to count disjoint ones; None to leave that out.
    confidence
        Of the interval.

    Returns
    -------
    dict
        As `placebo_columns`, with the placebo standard deviation as `std_error`; a note alone
        where there are fewer than `MIN_DRAWS` placebo groups.
    """
    own, placebo = float(statistics[0]), np.asarray(statistics[1:], float)
    if len(placebo) < MIN_DRAWS:
        return {"note": f"only {len(placebo)} placebo groups have complete data"}
    zones = None
    if groups is not None and len(set(groups.sum(axis=1))) == 1:
        zones = np.nonzero(groups)[1].reshape(len(groups), -1)
    row = placebo_columns(placebo_rank(own, placebo, zones), placebo, confidence)
    return row | {"std_error": float(placebo.std(ddof=1))}


def effect_rows(
    result: Counterfactuals, groups: np.ndarray, window: Window, confidence: float, donors: str
) -> list[dict]:
    """Rows of the zone's effect, its fit before the treatment, and its path.

    Parameters
    ----------
    result
        Of the zone (first) and the placebo groups.
    groups
        Masks of the placebo groups.
    """
    counts = {
        "n_units": int((result.donor_weights[0] != 0).sum()),
        "n_periods": len(window.years),
    }
    key = {"analysis": "effect", "donors": donors}
    found = {"estimator": METHOD_NAMES[result.method]} | counts
    return [
        {**key, "term": "effect", **ranked(result.effects, groups, confidence), **found},
        {**key, "term": "fit", "value": float(result.fit[0]), **counts},
        *path_rows(result.gaps, window.years, confidence, {"donors": donors} | found),
    ]


def path_rows(
    gaps: np.ndarray, years: Sequence[int], confidence: float, common: dict
) -> list[dict]:
    """Rows of a path by year, each year's gap ranked among the placebo groups'."""
    return [
        {
            "analysis": "path",
            "term": "gap",
            "year": year,
            **ranked(gaps[:, place], None, confidence),
            **common,
        }
        for place, year in enumerate(years)
    ]
