"""Whether the structures of a zone's cities become more similar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.zones.estimate.levels import Row, samples
from guantian.chapters.zones.estimate.places import (
    Array,
    NotEstimableError,
    Places,
    jackknife,
    known_members,
)
from regiometrics.inference import inference_row
from regiometrics.structure.similarity import krugman

SOURCE, LEVEL = "units", "sector"
LEAST_MEMBERS = 4  # three leave pairs of two when one is left out
FEWEST_DRAWS = 39  # below, no |t| could lie outside a 95% interval at both ends


def similarity_rows(
    structure: pd.DataFrame, places: Places, choices: Mapping[str, Any], confidence: float
) -> Iterator[Row]:
    """Yield the trend of Krugman's index a year, mean over the pairs of a zone.

    Structures become more similar where it is below zero.

    Parameters
    ----------
    structure
        As `guantian.data.structure.build_structure` returns it.
    places
        Cities and zones.
    choices
        The configuration's section ``zones``.
    confidence
        Of the intervals.

    Yields
    ------
    dict
        Rows of estimates. The error leaves out one member at a time. Its t is compared with those
        of contiguous groups of cities in no zone about their own median, not with Student's, where
        there are enough such groups; ``size_at_5pct`` is the share of groups that such a test
        finds, the critical value taken from one half of the groups and tried on the other.
    """
    first, last = choices["structure"]["first"], choices["structure"]["last"]
    slopes = pair_slopes(structure, places.codes, first, last)
    known = np.isfinite(slopes).any(axis=1)
    free = known & ~places.members.any(axis=0)
    common = {"term": "similarity_trend", "outcome": "similarity", "measure": "krugman"}
    common |= {"first_year": first, "last_year": last}
    for number, (key, members) in enumerate(samples(places)):
        row = key | common
        if key["sample"] == "china":
            yield row | _adjacent(slopes, places, confidence)
            continue
        try:
            have = known_members(members, known, choices["min_share"], LEAST_MEMBERS)
        except NotEstimableError as reason:
            yield row | {"note": str(reason)}
            continue
        size = min(int(have.sum()), choices["placebo_size"])
        try:
            groups = places.groups(free, size, choices["draws"], choices["seed"] + number)
        except NotEstimableError:
            groups = np.empty((0, size), int)
        found = calibrated(slopes, np.flatnonzero(have), groups, confidence)
        yield row | found | {"n_units": int(have.sum()), "estimator": "mean over pairs"}


def pair_slopes(structure: pd.DataFrame, codes: pd.Index, first: int, last: int) -> Array:
    """Return each pair's slope of Krugman's index on the year, shape (n, n).

    Missing for a pair without both structures in every year, and on the diagonal.
    """
    chosen = structure[
        (structure["source"] == SOURCE)
        & (structure["level"] == LEVEL)
        & structure["year"].between(first, last)
        & (structure["complete"] == 1)
    ]
    years = np.arange(first, last + 1)
    wide = chosen.pivot(index=["code", "year"], columns="sector", values="value")
    wide = wide.reindex(pd.MultiIndex.from_product([codes, years])).to_numpy("float64")
    counts = wide.reshape(len(codes), len(years), -1)
    total = counts.sum(axis=2, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(total > 0, counts / total, np.nan)
    known = np.isfinite(shares).all(axis=(1, 2))
    time = years - years.mean()
    index = np.stack([krugman(shares[known, place]) for place in range(len(years))])
    slopes = np.full((len(codes), len(codes)), np.nan)
    slopes[np.ix_(known, known)] = np.tensordot(time, index, axes=1) / (time @ time)
    np.fill_diagonal(slopes, np.nan)
    return slopes


def mean_of_pairs(slopes: Array, members) -> float:
    """Average over the pairs among members (positions)."""
    return float(np.nanmean(slopes[np.ix_(members, members)]))


def calibrated(slopes: Array, members: Array, groups: Array, confidence: float) -> Row:
    """Return the mean over pairs with a jackknife error, tested by the t of placebo groups.

    Parameters
    ----------
    slopes : shape (n, n)
    members : positions of the members
    groups : positions of placebo groups, shape (draws, size)
    confidence
        Of the interval.
    """
    mean, error = jackknife(lambda chosen: mean_of_pairs(slopes, chosen), members)
    row = inference_row(mean, error, confidence, len(members) - 1)
    row |= {"cov_type": "jackknife by city", "df": len(members) - 1}
    if len(groups) < FEWEST_DRAWS:
        return row
    drawn = np.array(
        [jackknife(lambda chosen: mean_of_pairs(slopes, chosen), group) for group in groups]
    )
    ratios = np.abs((drawn[:, 0] - np.median(drawn[:, 0])) / drawn[:, 1])
    limit = float(np.quantile(ratios, confidence))
    return row | {
        "df": np.nan,
        "p_value": float((1 + (ratios >= abs(mean / error)).sum()) / (1 + len(ratios))),
        "conf_low": mean - limit * error,
        "conf_high": mean + limit * error,
        "n_draws": len(ratios),
        "size_at_5pct": size_by_halves(ratios),
        "cov_type": "jackknife by city, t of placebo groups",
    }


def size_by_halves(ratios: Array) -> float:
    """Return how often a ratio exceeds the 95% quantile of the other half's.

    Examples
    --------
    >>> size_by_halves(np.repeat(np.arange(200.0), 2))
    0.05
    """
    halves = ratios[::2], ratios[1::2]
    rates = [(own > np.quantile(other, 0.95)).mean() for own, other in (halves, halves[::-1])]
    return float(np.mean(rates))


def _adjacent(slopes: Array, places: Places, confidence: float) -> Row:
    """All adjacent pairs of China, the error by leaving out one city at a time."""
    values = np.where(places.adjacency, slopes, np.nan)
    known = np.flatnonzero(np.isfinite(values).any(axis=1))
    mean, error = jackknife(lambda chosen: mean_of_pairs(values, chosen), known)
    return inference_row(mean, error, confidence, len(known) - 1) | {
        "n_units": len(known),
        "df": len(known) - 1,
        "estimator": "mean over adjacent pairs",
        "cov_type": "jackknife by city",
    }
