"""Options of the chapter on counties."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from guantian.options import Draws, Options, Seed, Year, Years, listing, whole


class Approvals(Options):
    """Approvals of zones as treatments of their counties."""

    before: whole(2, 10)
    """Years before the first treated year."""
    after: whole(2, 12)
    """Years from it on."""
    min_after: whole(1, 12)
    """Years from it on that a zone must have up to `last`."""
    last: Year
    """Last year of output; county output of 2019 was revised after the economic census of 2018."""
    min_counties: whole(3, 100)
    """Counties with complete output that a group must have."""
    sizes: Annotated[list[whole(2, 20)], *listing(1, 4)]
    """Prefectures in a placebo group; each zone is compared with groups of the nearest size."""
    groups: Draws
    """Placebo groups drawn in each size."""
    draws: Draws
    """Placebo assignments of all approvals in the primary test; half as many in the others."""
    seed: Seed
    """Seed of both."""

    @model_validator(mode="after")
    def _fits_together(self):
        if self.min_after > self.after:
            raise ValueError(f"min_after is {self.min_after}; expected at most after, {self.after}")
        return self


class Polycentricity(Options):
    """Growth of prefectures on how evenly their counties share activity."""

    years: Years
    """Years of growth."""
    min_counties: whole(2, 50)
    """Counties that a prefecture must have."""
    satellite: Year
    """First year of the second satellite: prefectures have an effect for each."""
    variance_floor: Annotated[float, Field(ge=0, lt=1)]
    """Share of prefectures whose variance of growth is raised to that quantile before observations
    weigh by its inverse."""
    draws: Draws
    """Placebo regressors, of which the rejection rate is counted."""
    seed: Seed
    """Seed of the draws."""


class Border(Options):
    """Counties at provincial borders."""

    years: Years
    """First and last year of growth."""
    draws: Draws
    """Placebo borders and permutations."""
    seed: Seed
    """Seed of the draws."""


class Counties(Options):
    """Counties on constant territory."""

    bridge: whole(0, 5)
    """Longest gap in a county's output that is filled between the years around it."""
    convergence: Years
    """Years of dispersion, convergence and the spatial Durbin panel."""
    trend_span: whole(2, 15)
    """Years over which growth is averaged in the trend of its slope on the level."""
    approvals: Approvals
    """Approvals of zones."""
    polycentricity: Polycentricity
    """Growth and polycentricity."""
    border: Border
    """Provincial borders."""
