"""The approval of each zone at its own date: real output, and the core's share of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.zones.estimate.levels import Row
from guantian.chapters.zones.estimate.places import (
    Array,
    NotEstimableError,
    Places,
    known_members,
)
from guantian.geography.zones import Zone
from guantian.results import placebo_columns
from regiometrics.counterfactuals.synthetic import METHOD_NAMES, counterfactuals
from regiometrics.placebo.ranks import placebo_rank

METHOD = "sdid"
LEAST_BEFORE = 3
FEWEST = 39


@dataclass(frozen=True)
class Window:
    """The years about an approval, and who has output in all of them.

    Attributes
    ----------
    years : ndarray of int
    before : int
        Years before the approval.
    output : ndarray, shape (n, years)
        Real output.
    known : ndarray of bool, shape (n,)
        Cities that have it in every year.
    members : ndarray of bool, shape (n,)
        Members that have it.
    """

    years: Array
    before: int
    output: Array
    known: Array
    members: Array


def find_window(
    output: pd.DataFrame, zone: Zone, members: Array, choices: Mapping[str, Any], share: float
) -> Window:
    """Return the longest window about a zone's approval in which enough members have output.

    Parameters
    ----------
    output
        Real output, cities by years.
    zone, members
        The zone, and its members as a mask.
    choices
        The configuration's ``zones.approval``.
    share
        Of the members that must have output in every year.

    Raises
    ------
    NotEstimableError
        If there are too few years, or too few members with output.
    """
    treated = zone.first_treated
    first = max(choices["years"]["first"], treated - choices["before"])
    last = min(choices["years"]["last"], treated + choices["after"] - 1)
    if treated - first < LEAST_BEFORE:
        raise NotEstimableError(f"{max(treated - first, 0)} years before approval")
    shortest = treated + choices["min_after"] - 1
    if last < shortest:
        raise NotEstimableError(
            f"{max(last - treated + 1, 0)} years after approval, {choices['min_after']} needed"
        )
    for end in range(last, shortest - 1, -1):
        values = output.reindex(columns=range(first, end + 1)).to_numpy("float64")
        known = (values > 0).all(axis=1)
        if end > shortest and (members & known).sum() < share * members.sum():
            continue
        have = known_members(members, known, share, what=f"output to {end}")
        return Window(np.arange(first, end + 1), treated - first, values, known, have)
    raise NotEstimableError("no year after approval")


def approval_rows(
    panel: pd.DataFrame, places: Places, choices: Mapping[str, Any], confidence: float
) -> Iterator[Row]:
    """Yield the effect of each approval on output, and on the core's share of output.

    Parameters
    ----------
    panel
        Index (city_code, year), with the output of the options.
    places
        Cities and zones.
    choices
        The configuration's section ``zones``.
    confidence
        Of the intervals.

    Yields
    ------
    dict
        ``plan_effect``: synthetic difference-in-differences of log real output (Arkhangelsky et
        al. 2021), minus the median of placebo groups. Donors are cities in no zone approved by
        the end of the window, the zone's neighbours left out; so are placebo groups, contiguous,
        of as many cities as the zone has (``placebo_size`` at most). ``primacy_change``: change of
        the core's share of the zone's output a year, after the approval minus before it, in
        points, minus the same of placebo groups, whose core is their largest city.
    """
    asked, share = choices["approval"], choices["min_share"]
    output = panel[asked["output"]].unstack("year").reindex(places.codes)
    for number, (zone, members) in enumerate(zip(places.zones, places.members, strict=True)):
        key = {"sample": "zone", "group": zone.id, "outcome": asked["output"]}
        try:
            window = find_window(output, zone, members, asked, share)
            groups = placebo_groups(window, places, members, choices, choices["seed"] + number)
        except NotEstimableError as reason:
            for term in ("plan_effect", "primacy_change"):
                yield key | {"term": term, "note": str(reason)}
            continue
        key |= {
            "first_year": int(window.years[0]),
            "last_year": int(window.years[-1]),
            "year": zone.first_treated,
            "n_units": int(window.members.sum()),
            "n_periods": len(window.years),
            "cov_type": "rank among placebo groups",
        }
        effect = key | {"term": "plan_effect", "method": METHOD}
        yield (
            effect
            | _effect(window, places, groups, confidence)
            | {
                "estimator": METHOD_NAMES[METHOD],
                "cov_type": "rank among placebo groups",
            }
        )
        yield (
            key
            | {"term": "primacy_change"}
            | _primacy(window, places.codes.get_loc(zone.core), groups, confidence)
        )


def placebo_groups(
    window: Window, places: Places, members: Array, choices: Mapping[str, Any], seed: int
) -> Array:
    """Draw contiguous groups of cities that were in no zone and do not touch this one.

    Raises
    ------
    NotEstimableError
        If there are too few.
    """
    free = window.known & ~places.approved_by(window.years[-1])
    free &= ~members & ~places.near(members)
    size = min(int(window.members.sum()), choices["placebo_size"])
    groups = places.groups(free, size, choices["draws"], seed)
    if len(groups) < FEWEST:
        raise NotEstimableError(f"{len(groups)} placebo groups, {FEWEST} needed")
    return groups


def _effect(window: Window, places: Places, groups: Array, confidence: float) -> Row:
    masks = np.zeros((1 + len(groups), len(places.codes)), bool)
    masks[0] = window.members
    np.put_along_axis(masks[1:], groups, values=True, axis=1)
    touched = masks.astype(np.float32) @ places.adjacency > 0
    donors = ~masks & ~touched & ~places.approved_by(window.years[-1])
    known = window.known
    found = counterfactuals(
        np.log(window.output[known]), masks[:, known], donors[:, known], window.before, METHOD
    )
    others = found.effects[1:]
    return placebo_columns(placebo_rank(found.effects[0], others, groups), others, confidence)


def _primacy(window: Window, core: int, groups: Array, confidence: float) -> Row:
    if not window.members[core]:
        return {"note": "no output of the core"}
    own = change_of_share(window, np.flatnonzero(window.members), core)
    sizes = window.output[:, window.before - 1]
    others = np.array(
        [change_of_share(window, group, group[np.argmax(sizes[group])]) for group in groups]
    )
    found = placebo_columns(placebo_rank(own, others, groups), others, confidence)
    return found | {
        "estimator": "change of the core's share",
        "cov_type": "rank among placebo groups",
    }


def change_of_share(window: Window, group: Array, core: int) -> float:
    """Mean annual change of a city's share after the approval minus before it, in points."""
    first, middle, last = (
        100 * window.output[core, year] / window.output[group, year].sum()
        for year in (0, window.before - 1, len(window.years) - 1)
    )
    after = (last - middle) / (len(window.years) - window.before)
    return float(after - (middle - first) / (window.before - 1))
