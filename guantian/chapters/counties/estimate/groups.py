"""Approvals, and groups of prefectures with the outcomes of their counties."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from guantian.chapters.counties.estimate.data import CountyData
from guantian.geography.zones import Zone
from regiometrics.placebo import placebo_zones

#: Outcomes of a group: dispersion of output per head between its counties, by the population by
#: which output is divided, and mean output.
OUTCOMES = ("dispersion", "dispersion_printed", "output")


@dataclass(frozen=True)
class Slot:
    """One approval.

    Attributes
    ----------
    zone : str
    cities : tuple of str
        Prefectures that it was the first to approve.
    first : int
        First treated year.
    years : tuple of int
        Years compared.
    size : int
        Prefectures of the placebo groups with which it is compared.
    """

    zone: str
    cities: tuple[str, ...]
    first: int
    years: tuple[int, ...]
    size: int

    @property
    def before(self) -> int:
        """Years before the first treated one."""
        return self.first - self.years[0]


def first_treated(zone: Zone) -> int:
    """Return the year of the approval, or the next where it came in the second half of a year."""
    early = zone.approved_precision != "year" and int(zone.approved[5:7]) <= 6
    return zone.year + (not early)


def slots(zones: Mapping[str, Zone], choices: Mapping[str, Any]) -> list[Slot]:
    """List the approvals that leave enough years on either side, a prefecture with its first.

    Parameters
    ----------
    zones
        Zones by id.
    choices
        The section `counties.approvals` of the configuration.
    """
    owner: dict[str, str] = {}
    for zone in sorted(zones.values(), key=lambda zone: (first_treated(zone), zone.id)):
        for code in zone.codes:
            owner.setdefault(code, zone.id)
    found = []
    for name in sorted(set(owner.values())):
        cities = tuple(sorted(code for code, other in owner.items() if other == name))
        first = first_treated(zones[name])
        last = min(first + choices["after"] - 1, choices["last"])
        if last - first + 1 >= choices["min_after"]:
            years = tuple(range(first - choices["before"], last + 1))
            size = min(choices["sizes"], key=lambda each: abs(each - len(cities)))
            found.append(Slot(name, cities, first, years, size))
    return found


class Groups:
    """Outcomes of groups of prefectures, from their counties."""

    def __init__(self, data: CountyData, codes: pd.Index, min_counties: int) -> None:
        self.codes = codes
        self.min_counties = min_counties
        self._place = codes.get_indexer(data.units["city"])
        self._values = {
            "dispersion": data.per_head,
            "dispersion_printed": data.output - data.population,
            "output": data.output,
        }

    def outcome(
        self, masks: np.ndarray, years: Collection[int], outcome: str, only=None
    ) -> np.ndarray:
        """Return each group's outcome by year; missing where it has too few counties.

        Parameters
        ----------
        masks
            Members of each group among the prefectures, boolean, shape (groups, prefectures).
        years
            Years; counties with output in all of them count.
        outcome
            One of `OUTCOMES`.
        only
            Index of units to which the counties are restricted; None for all.

        Returns
        -------
        ndarray, shape (groups, years)
        """
        values = self._values[outcome].reindex(columns=list(years))
        keep = values.notna().all(axis=1).to_numpy() & (self._place >= 0)
        if only is not None:
            keep &= values.index.isin(only)
        logs = values.to_numpy()[keep]
        logs = logs - logs.mean()
        members = masks[:, self._place[keep]].astype("float64")
        count = members.sum(axis=1)[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = members @ logs / count
            variance = (members @ logs**2 - count * mean**2) / (count - 1)
            found = mean if outcome == "output" else np.sqrt(np.maximum(variance, 0))
        return np.where(count >= self.min_counties, found, np.nan)

    def count(self, years: Collection[int], outcome: str, only: pd.Index) -> int:
        """Count the counties among `only` that have output in all these years."""
        values = self._values[outcome].reindex(index=only, columns=list(years))
        return int(values.notna().all(axis=1).sum())

    def masks(self, members: np.ndarray) -> np.ndarray:
        """Turn codes, one row per group, into masks; unknown codes are left out."""
        members = np.atleast_2d(np.asarray(members, dtype=object))
        places = self.codes.get_indexer(members.ravel())
        mask = np.zeros((len(members), len(self.codes)), bool)
        rows = np.repeat(np.arange(len(members)), members.shape[1])
        mask[rows[places >= 0], places[places >= 0]] = True
        return mask


def placebo_groups(
    adjacency: np.ndarray, free: np.ndarray, choices: Mapping[str, Any]
) -> dict[int, np.ndarray]:
    """Draw contiguous groups of prefectures that no zone in time has approved.

    Parameters
    ----------
    adjacency
        Shape (prefectures, prefectures).
    free
        Prefectures that may be drawn, boolean.
    choices
        The section `counties.approvals` of the configuration.

    Returns
    -------
    dict
        Size to masks, shape (groups, prefectures), groups that differ; as many from each connected
        part as its prefectures ask for. A size that no part can hold is left out.
    """
    allowed = adjacency & free & free[:, None]
    _, part = csgraph.connected_components(sparse.csr_array(allowed), directed=False)
    part = np.where(free, part, -1)
    found = {}
    for size in choices["sizes"]:
        large = [label for label in np.unique(part[free]) if (part == label).sum() > size]
        total = sum((part == label).sum() for label in large)
        drawn = []
        for label in large:
            out = np.flatnonzero(part != label)
            draws = max(1, round(choices["groups"] * (part == label).sum() / total))
            seed = choices["seed"] + size
            drawn.append(placebo_zones(adjacency, size, draws, seed=seed, exclude=out))
        if drawn:
            rows = np.unique(np.sort(np.concatenate(drawn), axis=1), axis=0)
            mask = np.zeros((len(rows), len(adjacency)), bool)
            np.put_along_axis(mask, rows, values=True, axis=1)
            found[size] = mask
    return found
