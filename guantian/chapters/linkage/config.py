"""Options of the chapter on flows between cities: gravity, linkage and networks."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from guantian.options import Name, Options, Positive, Seed, Table, Year, Years, listing, whole

#: What may explain a flow; `provinces` is a border term for each province.
REGRESSORS = (
    "log_distance",
    "log_distance_squared",
    "adjacent",
    "same_province",
    "provinces",
    "own_zone",
    "same_zone",
    "fast_trains",
    "income_gap",
    "similarity_2016",
    "similarity_2020",
)
TREATMENTS = ("zero", "threshold", "listed", "censored")
PAIRS = ("all", "near")
#: Specifications that the text and the tables name.
NEEDED = ("main", "censored", "near")


class Linkage(Options):
    """Cooperation measured: flows of people, gravity and linkage."""

    gravity_specs: Table
    """Specifications of the gravity model, a table (below); `main`, `censored` and `near` are named
    by the text."""
    predict_by: Annotated[list[Name], *listing()]
    """Poisson specifications of all pairs that predict the zone's own pairs out of sample; the
    first predicts the pairs that are listed."""
    near_km: Annotated[float, Field(ge=100, le=5000)]
    """Pairs up to this distance are near: almost all of them are listed."""
    exact_draws: whole(0, 1000)
    """Placebo zones that are also refitted, to check the closed form."""
    income_year: Year
    """Year of the gap in output per resident; before the census of 2020."""
    compare_with: Name
    """A second zone (`zones/`) whose linkage is computed."""
    years: Years
    """Years of linkage."""
    since: Year | None = None
    """The year in which linkage is 100 and since which it is compared; null: the year of the zone's
    approval."""
    until: Year | None = None
    """The last year of its rank among placebo zones; null: as the zone's file says, or 2019."""
    resolutions: Annotated[list[Annotated[float, Field(gt=0, le=20)]], *listing(2)]
    """Resolutions of the communities of flows."""
    mapped: Positive
    """The resolution whose communities are drawn, one of `resolutions`."""
    seeds: whole(1, 100)
    """Runs of the search for communities at each resolution."""
    draws: whole(99, 99999)
    """Relabellings of cities in tests of linkage against flows, where not all are run."""
    seed: Seed
    """Seed of the relabellings, and the first of the searches."""

    @model_validator(mode="after")
    def _fits_together(self):
        if self.mapped not in self.resolutions:
            raise ValueError(f"mapped is {self.mapped:g}; expected one of resolutions")
        for key in ("since", "until"):
            year = getattr(self, key)
            if year is not None and not self.years.holds(year):
                raise ValueError(
                    f"{key} is {year}; expected a year from {self.years.first} to "
                    f"{self.years.last}, the years of linkage"
                )
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValueError(f"since ({self.since}) must come before until ({self.until})")
        return self
