"""From panel and configuration to what the chapter's estimates need."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.plan.estimate.design import Window, complete_groups, make_window
from guantian.chapters.plan.estimate.sample import (
    Cities,
    make_cities,
    outcome_matrix,
    real_investment,
)
from guantian.chapters.plan.estimate.staggered import first_treated
from guantian.geography.placebo_sets import members_of
from guantian.geography.zones import Zone

HEADLINE = "gdp"


@dataclass(frozen=True)
class Study:
    """What every part of the chapter uses.

    Attributes
    ----------
    outcomes : Mapping of str to DataFrame
        Cities in rows (in the order of `cities.codes`), years in columns; "gdp" is the headline,
        "per_head" the log output per head whose dispersion is followed.
    cities : Cities
    zone : Zone
    zones : Mapping of str to Zone
        All approved ones.
    kinds : collection of str
        Kinds that count as approved.
    placebo_sets : Mapping of str to ndarray of bool, shape (draws, cities)
        Placebo groups by set; *main* is used unless said otherwise.
    choices : Mapping
        The configuration's section.
    confidence : float
    """

    outcomes: Mapping[str, pd.DataFrame]
    cities: Cities
    zone: Zone
    zones: Mapping[str, Zone]
    kinds: Collection[str]
    placebo_sets: Mapping[str, np.ndarray]
    choices: Mapping[str, Any]
    confidence: float

    @property
    def placebo(self) -> np.ndarray:
        """The main set of placebo groups."""
        return self.placebo_sets["main"]

    def window(self, outcome: str, base: int = 0) -> Window | None:
        """The outcome's years about the plan; `base` years after its own are untreated still."""
        year = first_treated(self.zone)
        first, last = year - self.choices["before"], year + self.choices["after"] - 1
        return make_window(self.outcomes[outcome], first, year + base, last)

    def groups(self, window: Window, limit: int | None = None) -> np.ndarray:
        """The zone's mask, then those of the placebo groups that are complete."""
        limit = limit or self.choices["n_placebos"]
        own = self.cities.groups(np.array(self.zone.codes))
        return np.vstack([own, complete_groups(window, self.placebo, limit)])

    def holds(self, window: Window) -> bool:
        """Whether any member of the zone has the outcome."""
        return bool((self.cities.zone & window.keep).any())


def make_study(
    panel: pd.DataFrame,
    pairs: pd.DataFrame,
    placebo_zones: pd.DataFrame,
    prices: pd.DataFrame,
    zones: Mapping[str, Zone],
    specs: pd.DataFrame,
    zone: str,
    kinds: Collection[str],
    choices: Mapping[str, Any],
    confidence: float,
) -> Study:
    """Prepare the study of the plan.

    Parameters
    ----------
    panel
        Index (city_code, year).
    pairs
        City pairs with `adjacent`.
    placebo_zones
        Groups by set, *main* among them.
    prices
        Investment prices by province and year.
    zones
        Approved zones by id.
    specs
        Outcomes: outcome, variable, scale, first, last, label.
    zone
        Id of the zone that is treated.
    kinds
        Kinds of zones that count as approved.
    choices
        The configuration's section `plan`.
    confidence
        Of the intervals.

    Raises
    ------
    ValueError
        If the zone is not among the zones or a variable is not in the panel.
    """
    if zone not in zones:
        raise ValueError(f"The zone {zone!r} is not among {', '.join(sorted(zones))}.")
    cities = make_cities(panel, pairs, zones, kinds)
    data = panel.assign(real_investment=real_investment(panel, prices))
    unknown = sorted(set(specs["variable"]) - set(data.columns))
    if unknown:
        raise ValueError(f"The panel has no variable {unknown[0]!r}, which an outcome asks for.")
    outcomes = {
        row.outcome: outcome_matrix(
            data, cities.codes, row.variable, row.scale, int(row.first), int(row.last)
        )
        for row in specs.itertuples()
    }
    return Study(
        outcomes=outcomes,
        cities=cities,
        zone=zones[zone],
        zones=zones,
        kinds=tuple(kinds),
        placebo_sets={
            name: cities.groups(members_of(placebo_zones, name))
            for name in sorted(placebo_zones["set"].unique())
        },
        choices=choices,
        confidence=confidence,
    )
