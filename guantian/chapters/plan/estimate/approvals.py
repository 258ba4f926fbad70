"""Approvals of all zones as cohorts, and placebo assignments of them to cities never approved."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.chapters.plan.estimate.sample import Cities
from guantian.chapters.plan.estimate.staggered import first_treated, treatment_years
from guantian.geography.zones import Zone
from regiometrics.errors import EstimationError

#: Attempts at an assignment of disjoint contiguous groups, and at a group, before it is given up.
ATTEMPTS = 200


@dataclass(frozen=True)
class Cohort:
    """The cities whose first approval is that of one zone.

    Attributes
    ----------
    zone : str
        Id of the zone.
    year : int
        First year that counts as treated.
    members : ndarray of bool, shape (cities,)
        Members first approved with this zone, with the outcome in the window.
    core : int
        Place of the core among all cities; -1 where it was approved earlier or has no outcome.
    across : bool
        Whether the zone's members lie in more than one province.
    """

    zone: str
    year: int
    members: np.ndarray
    core: int
    across: bool

    @property
    def size(self) -> int:
        """Number of members."""
        return int(self.members.sum())


@dataclass(frozen=True)
class Approvals:
    """Cohorts of an outcome, and who may be compared with them.

    Attributes
    ----------
    outcome : DataFrame
        Cities in rows (in the order of `cities.codes`), years in columns.
    cities : Cities
    first : ndarray, shape (cities,)
        First treated year of each city; infinite where never approved.
    cohorts : tuple of Cohort
        In the order of year and id.
    before, after : int
        Years of a window on either side of the approval.
    apart : bool
        Whether neighbours of a group are left out of its donors.
    """

    outcome: pd.DataFrame
    cities: Cities
    first: np.ndarray
    cohorts: tuple[Cohort, ...]
    before: int
    after: int
    apart: bool = True

    def window(self, year: int) -> tuple[np.ndarray, np.ndarray, list[int]]:
        """Return values, which cities are complete, and years, about a first treated year."""
        last = min(year + self.after - 1, int(self.outcome.columns[-1]))
        years = list(range(year - self.before, last + 1))
        values = self.outcome.reindex(columns=years).to_numpy()
        return values, ~np.isnan(values).any(axis=1), years

    @property
    def complete(self) -> frozenset[str]:
        """Zones of which the outcome is known in every year of the window after approval."""
        span = self.before + self.after
        return frozenset(
            cohort.zone for cohort in self.cohorts if len(self.window(cohort.year)[2]) == span
        )

    def donors(self, groups: np.ndarray, year: int, taken: np.ndarray | None = None) -> np.ndarray:
        """Return who is compared with each group: not approved by the window's end, not near it.

        Parameters
        ----------
        groups
            Masks over all cities, shape (groups, cities).
        year
            First treated year.
        taken
            Cities of other placebo groups of the same assignment, same shape.
        """
        _, complete, years = self.window(year)
        free = complete & (self.first > years[-1])
        out = groups | self.cities.near(groups) if self.apart else groups
        return free & ~(out if taken is None else out | taken)

    def pool(self) -> np.ndarray:
        """Return the cities never approved that have the outcome in every year."""
        return self.outcome.notna().all(axis=1).to_numpy() & np.isinf(self.first)


def make_approvals(
    outcome: pd.DataFrame,
    cities: Cities,
    zones: Mapping[str, Zone],
    kinds: Collection[str],
    before: int,
    after: int,
    least: int,
) -> Approvals:
    """Collect the cohorts of all approved zones.

    Parameters
    ----------
    outcome
        Cities in rows, years in columns; years without any value at either end are left out.
    cities
        All cities of China.
    zones
        Approved zones by id.
    kinds
        Kinds of zones that count.
    before, after
        Years of the window; those after may be fewer where data end.
    least
        Members with data that a cohort must have.

    Raises
    ------
    EstimationError
        If no zone has a cohort.
    """
    known = outcome.columns[outcome.notna().any()]
    if not len(known):
        raise EstimationError("The outcome of the approvals has no value in any year.")
    outcome = outcome.loc[:, known.min() : known.max()]
    treated = treatment_years(zones, kinds, cities.codes)
    first = treated["year"].reindex(cities.codes).fillna(np.inf).to_numpy("float64")
    owner = treated["zone"].reindex(cities.codes)
    bare = Approvals(outcome, cities, first, (), before, after)
    cohorts = []
    for zone in sorted(zones.values(), key=lambda each: (first_treated(each), each.id)):
        year = first_treated(zone)
        if year - before < outcome.columns[0] or year > outcome.columns[-1]:
            continue
        members = (owner == zone.id).to_numpy() & bare.window(year)[1]
        if members.sum() < least:
            continue
        place = int(cities.codes.get_loc(zone.core)) if zone.core in cities.codes else -1
        cohorts.append(
            Cohort(
                zone=zone.id,
                year=year,
                members=members,
                core=place if place >= 0 and members[place] else -1,
                across=len(zone.provinces) > 1,
            )
        )
    if not cohorts:
        raise EstimationError("No approved zone has the outcome in the years about its approval.")
    return Approvals(outcome, cities, first, tuple(cohorts), before, after)


def draw_assignments(
    adjacency: np.ndarray, pool: np.ndarray, sizes: Sequence[int], draws: int, seed: int
) -> np.ndarray:
    """Draw disjoint contiguous placebo groups of given sizes among the cities of a pool.

    Parameters
    ----------
    adjacency
        Boolean, shape (cities, cities).
    pool
        Who may be drawn, shape (cities,).
    sizes
        Size of each group.
    draws
        Assignments.
    seed
        Of the draws.

    Returns
    -------
    ndarray of bool, shape (draws, groups, cities)

    Raises
    ------
    EstimationError
        If the pool has no room for the groups.

    Notes
    -----
    A group grows from a city drawn at random by neighbours drawn at random among those of the pool
    that no other group has; the largest group is placed first.
    """
    random = np.random.default_rng(seed)
    near = [np.flatnonzero(row & pool).tolist() for row in adjacency]
    order = np.argsort(sizes, kind="stable")[::-1]
    found = np.zeros((draws, len(sizes), len(pool)), bool)
    for draw in range(draws):
        for _ in range(ATTEMPTS if sum(sizes) <= pool.sum() else 0):
            free = pool.copy()
            groups = [_grow(near, free, sizes[place], random) for place in order]
            if all(len(group) for group in groups):
                for place, group in zip(order, groups, strict=True):
                    found[draw, place, group] = True
                break
        else:
            raise EstimationError(
                f"{int(pool.sum())} cities never approved have no room for disjoint groups of "
                f"{', '.join(map(str, sizes))}."
            )
    return found


def _grow(near, free: np.ndarray, size: int, random: np.random.Generator) -> list[int]:
    """One group out of the free cities, which are then taken; empty where none was found."""
    places, open_ = np.flatnonzero(free), free.tolist()
    if len(places) < size:
        return []
    for _ in range(ATTEMPTS):
        group = [int(places[random.integers(len(places))])]
        edge = {each for each in near[group[0]] if open_[each]}
        while len(group) < size and edge:
            chosen = sorted(edge)[random.integers(len(edge))]
            group.append(chosen)
            edge.update(each for each in near[chosen] if open_[each])
            edge.difference_update(group)
        if len(group) == size:
            free[group] = False
            return group
    return []
