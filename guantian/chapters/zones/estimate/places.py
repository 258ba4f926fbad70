"""The cities of China, the approved zones among them, and random groups beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.geography.provinces import province_of
from guantian.geography.zones import Zone
from regiometrics.placebo.zones import placebo_zones
from regiometrics.weights.pairs import pair_matrix

Array = np.ndarray


class NotEstimableError(ValueError):
    """A statistic that a zone does not have; the message is printed in its place."""


@dataclass(frozen=True)
class Places:
    """Cities in one order, and who belongs to which zone.

    Attributes
    ----------
    codes : Index of str, length n
    adjacency : ndarray of bool, shape (n, n)
        Whether two cities share a border.
    provinces : ndarray of str, shape (n,)
    zones : tuple of Zone
        By date of approval.
    members : ndarray of bool, shape (zones, n)
    """

    codes: pd.Index
    adjacency: Array
    provinces: Array
    zones: tuple[Zone, ...]
    members: Array

    def near(self, group: Array) -> Array:
        """Return the cities that touch a group (a mask), the group left out."""
        return self.adjacency[group].any(axis=0) & ~group

    def approved_by(self, year: float) -> Array:
        """Return the members of all zones whose approval counts as a treatment up to a year."""
        early = np.array([zone.first_treated <= year for zone in self.zones], bool)
        return self.members[early].any(axis=0)

    def groups(
        self, allowed: Array, size: int, draws: int, seed: int, *, one_province: bool = False
    ) -> Array:
        """Draw contiguous groups of allowed cities as positions, shape (draws, size).

        Parameters
        ----------
        allowed : ndarray of bool, shape (n,)
        size, draws, seed
            As `regiometrics.placebo.zones.placebo_zones` takes them.
        one_province
            Whether a group lies within one province.

        Raises
        ------
        NotEstimableError
            If no such group exists.
        """
        links = self.adjacency
        if one_province:
            links = links & (self.provinces[:, None] == self.provinces)
        try:
            return placebo_zones(
                links.astype("float64"),
                size,
                draws,
                seed,
                exclude=np.flatnonzero(~allowed),
            )
        except ValueError:
            raise NotEstimableError("no placebo group") from None


def make_places(panel: pd.DataFrame, pairs: pd.DataFrame, zones: Mapping[str, Zone]) -> Places:
    """Describe the cities of China and the zones.

    Parameters
    ----------
    panel
        Index (city_code, year), with ``in_nation``.
    pairs
        ``code_a``, ``code_b``, ``adjacent``.
    zones
        Approved zones by id.
    """
    codes = panel.index[panel["in_nation"] == 1].unique("city_code").sort_values()
    ordered = tuple(sorted(zones.values(), key=lambda zone: (zone.approved, zone.id)))
    return Places(
        codes=codes,
        adjacency=np.nan_to_num(pair_matrix(pairs, "adjacent", list(codes))) > 0,
        provinces=np.array([province_of(code) for code in codes]),
        zones=ordered,
        members=np.array([codes.isin(zone.codes) for zone in ordered]),
    )


def known_members(
    members: Array, known: Array, share: float, least: int = 1, what: str = "data"
) -> Array:
    """Return the members that have the data.

    Parameters
    ----------
    members, known : ndarray of bool, shape (n,)
    share
        Of the members that must have them.
    least
        Number of members that must have them.
    what
        Names the data in the reason.

    Raises
    ------
    NotEstimableError
        If too few have them.
    """
    have = members & known
    if have.sum() < share * members.sum():
        raise NotEstimableError(f"{what} of {have.sum()} of {members.sum()} members")
    if have.sum() < least:
        raise NotEstimableError(f"{what} of {have.sum()} members, {least} needed")
    return have


def jackknife(statistic, members: Sequence[int]) -> tuple[float, float]:
    """Return a statistic of members, and its error from leaving out one member at a time.

    Parameters
    ----------
    statistic : callable
        Takes positions of members and returns a number.
    members
        Positions, at least three.

    Notes
    -----
    Values of pairs that share a city are dependent; leaving out cities, not pairs, allows for it
    (Arvesen 1969, on U-statistics).

    Examples
    --------
    >>> values = np.array([1.0, 2.0, 4.0, 5.0])
    >>> mean, error = jackknife(lambda chosen: values[chosen].mean(), [0, 1, 2, 3])
    >>> mean, bool(np.isclose(error, values.std(ddof=1) / 2))
    (3.0, True)
    """
    members = np.asarray(members)
    size = len(members)
    left = np.array([statistic(np.delete(members, place)) for place in range(size)])
    error = np.sqrt((size - 1) / size * ((left - left.mean()) ** 2).sum())
    return float(statistic(members)), float(error)
