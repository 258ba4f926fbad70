"""What all reaction functions share: cities, pairs, structure, placebo zones, choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.reactions.estimate.rivals import sector_shares
from guantian.geography.placebo_sets import members_of


@dataclass(frozen=True)
class Neighbourhood:
    """What does not depend on the outcome.

    Attributes
    ----------
    cities : DataFrame
        Index city_code; ``province_code``, ``in_zone``, ``in_region`` (0 or 1).
    pairs : DataFrame
        Pairs of cities.
    shares : DataFrame
        Sector shares before the outcomes, for similarity of structure.
    groups : ndarray
        Codes of placebo zones, shape (draws, size).
    nearest, within_km
        Similar rivals: how many, and how far.
    permutations : int
        Draws of permuted labels.
    bridge : mapping
        Longest gap that is filled in each control.
    """

    cities: pd.DataFrame
    pairs: pd.DataFrame
    shares: pd.DataFrame
    groups: np.ndarray
    nearest: int
    within_km: float
    permutations: int
    bridge: Mapping[str, int]

    @property
    def provinces(self) -> pd.Series:
        """City to province."""
        return self.cities["province_code"]

    def members(self, sample: str) -> list[str]:
        """Codes of a sample's cities."""
        if sample == "nation":
            return sorted(self.cities.index)
        return sorted(self.cities.index[self.cities[f"in_{sample}"] == 1])


def neighbourhood(
    panel: pd.DataFrame,
    pairs: pd.DataFrame,
    structure: pd.DataFrame,
    zones: pd.DataFrame,
    choices: Mapping[str, Any],
) -> Neighbourhood:
    """Gather what all reaction functions share.

    Parameters
    ----------
    panel
        For the cities' provinces, names and samples.
    pairs, structure, zones
        Pairs of cities, sector shares in long form, placebo zones.
    choices
        The configuration's ``similar_rivals`` (nearest, within_km, structure_year),
        ``permutations`` and ``bridge``.
    """
    columns = ["province_code", "in_zone", "in_region", "name_en"]
    nation = panel[panel["in_nation"] == 1].groupby(level="city_code")[columns].first()
    similar = choices["similar_rivals"]
    return Neighbourhood(
        nation,
        pairs,
        sector_shares(structure, similar["structure_year"], sorted(nation.index)),
        members_of(zones, "main"),
        similar["nearest"],
        similar["within_km"],
        choices["permutations"],
        choices["bridge"],
    )
