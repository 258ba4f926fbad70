"""Merging convergence clubs, so that the sieve does not leave more of them than there are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np


class Club(NamedTuple):
    """Positions of the units of a club, and the initial clubs that it holds."""

    units: tuple[int, ...]
    origins: tuple[int, ...]

    def join(self, other: Club) -> Club:
        """Return the two clubs as one."""
        return Club(self.units + other.units, self.origins + other.origins)


class Tester(Protocol):
    """What gives the log t of groups of units."""

    critical: float

    def t(self, groups: Sequence[Sequence[int]]) -> np.ndarray:
        """Return the t of each group."""


def merge_phillips_sul(clubs: list[Club], tester: Tester) -> list[Club]:
    """Merge from the first club on, as long as the union passes the test.

    Phillips and Sul (2009): clubs 1 and 2 are merged where their union passes, then 3 is
    added, and so on; the first club that does not fit starts the next union.
    """
    merged = clubs[:1]
    for club in clubs[1:]:
        union = merged[-1].join(club)
        if tester.t([union.units])[0] > tester.critical:
            merged[-1] = union
        else:
            merged.append(club)
    return merged


def merge_von_lyncker_thoennessen(clubs: list[Club], tester: Tester) -> list[Club]:
    """Merge two adjacent clubs only where they fit each other better than the lower fits the next.

    Von Lyncker and Thoennessen (2017), algorithm 1: of the t of all unions of adjacent clubs, the
    first that passes the test and exceeds the next one (the last need only pass) is merged; the
    rule is then applied again.
    """
    clubs = list(clubs)
    while len(clubs) > 1:
        unions = [high.join(low) for high, low in pairwise(clubs)]
        t = tester.t([union.units for union in unions])
        after = np.append(t[1:], -np.inf)
        fits = np.flatnonzero((t > tester.critical) & (t > after))
        if not len(fits):
            break
        at = int(fits[0])
        clubs[at : at + 2] = [unions[at]]
    return clubs


def absorb_divergent(
    clubs: list[Club], divergent: list[int], tester: Tester
) -> tuple[list[Club], list[int]]:
    """Offer units without a club to the clubs, the best fit first.

    Von Lyncker and Thoennessen (2017), algorithm 2: of all pairs of a club and a divergent unit the
    one with the largest t is joined where it passes the test; then all are tested again.
    """
    clubs, divergent = list(clubs), list(divergent)
    while clubs and divergent:
        pairs = [(row, unit) for row in range(len(clubs)) for unit in divergent]
        t = tester.t([(*clubs[row].units, unit) for row, unit in pairs])
        best = int(np.argmax(t))
        if not t[best] > tester.critical:
            break
        row, unit = pairs[best]
        clubs[row] = clubs[row]._replace(units=(*clubs[row].units, unit))
        divergent.remove(unit)
    return clubs, divergent


MERGES = {
    "phillips-sul": merge_phillips_sul,
    "von-lyncker-thoennessen": merge_von_lyncker_thoennessen,
}
