"""From panel and configuration to what the chapter's estimates need."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from guantian.geography import Zone, members_of
from guantian.policy.estimates import Study
from guantian.policy.sample import make_cities, outcome_matrix, real_investment


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
