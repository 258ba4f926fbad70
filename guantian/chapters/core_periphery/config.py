"""Options of the chapter on the core, the periphery and the sharing of gains."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from guantian.options import (
    Draws,
    Kilometres,
    Name,
    Options,
    Period,
    Sample,
    Seed,
    Year,
    Years,
    listing,
    number,
    whole,
)


class Windows(Options):
    """Periods of co-movement."""

    before: Period
    """Before the plan."""
    after: Period
    """After it."""

    @model_validator(mode="after")
    def _in_order(self):
        if self.before[1] >= self.after[0]:
            raise ValueError(
                f"before ends in {self.before[1]}; expected a year before {self.after[0]}, in "
                "which after begins"
            )
        return self


class SpreadBackwash(Options):
    """Spread and backwash around local cores."""

    radius_km: Kilometres
    """Radius of a core's sphere."""
    core_radius_km: Kilometres
    """Radius within which a local core is the largest city."""
    min_cities: whole(3, 100)
    """Cities that a sphere must have."""
    draws: Draws
    """Placebo growths of the core, by which errors are calibrated."""
    seed: Seed
    """Their seed."""

    @model_validator(mode="after")
    def _nested(self):
        if self.core_radius_km > self.radius_km:
            raise ValueError(
                f"core_radius_km is {self.core_radius_km:g}; expected at most radius_km, "
                f"{self.radius_km:g}"
            )
        return self


class Spillover(Options):
    """The estimate that is used as the spillover of growth."""

    variant: Literal["slx", "sar", "sem", "sdm"]
    """Model of `spillovers`."""
    weights: Name
    """Its spatial weights."""
    sample: Sample
    """Sample of the estimate."""


class Sensitivity(Options):
    """Costs that no data tell: the middle of each list is the centre."""

    coordination: Annotated[list[number(0, 100)], *listing()]
    """The first pair's cost, in mean gains of a pair."""
    returns: Annotated[list[number(1, 10)], *listing()]
    """Power of members minus one."""
    province: Annotated[list[number(0, 100)], *listing()]
    """Each further province, in first pairs' costs."""
    congestion: Annotated[list[number(0, 1)], *listing()]
    """Gain lost where all links end in one city."""


class Centrality(Options):
    """Centrality of the cores in networks of search, social media and publications."""

    year: Year
    """Year of output and residents."""
    draws: Draws
    """Placebo cores, of which the rejection rate is counted."""
    seed: Seed
    """Their seed."""


class CorePeriphery(Options):
    """Core and periphery, co-movement, and a coalition game."""

    years: Years
    """Years of growth; before the census and the epidemic of 2020."""
    levels: Years
    """Years of primacy and polycentricity; residents from 2005."""
    windows: Windows
    """Periods of co-movement, before and after the plan."""
    cycles: Annotated[list[Annotated[float, Field(ge=2, le=50)]], Field(min_length=2, max_length=2)]
    """Shortest and longest cycle of the dynamic correlation, years."""
    spread_backwash: SpreadBackwash
    """Spread and backwash around local cores."""
    centrality: Centrality
    """Centrality of the cores in networks."""
    rho: Spillover
    """The estimate of `spillovers` that is the spillover of growth."""
    sensitivity: Sensitivity
    """Costs that no data tell; the middle is drawn, the rest is shown."""
    draws: whole(20, 100000)
    """Draws of the estimates from their errors."""
    seed: Seed
    """Their seed."""

    @model_validator(mode="after")
    def _cycles_in_order(self):
        if self.cycles[0] >= self.cycles[1]:
            raise ValueError(
                f"cycles are {self.cycles}; expected the shortest first and the longest last"
            )
        return self
