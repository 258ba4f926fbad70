"""Options of the chapter on flows between cities: gravity, linkage and networks."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from guantian.options import (
    Kilometres,
    Name,
    Options,
    Positive,
    Seed,
    Table,
    Year,
    Years,
    listing,
    whole,
)

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


class PrimaryFlows(Options):
    """Primary tests on flows between cities: borders, approved zones, structures and gaps."""

    flow: Name
    """The primary flow, a column of `city_pair_search_travel`."""
    other_flows: Annotated[list[Name], *listing()]
    """Other flows of people; `travel_2021` is the first half of 2021, under epidemic rules."""
    searches: Annotated[list[Name], *listing()]
    """Online search, which asks for no permission: falsification."""
    draws: whole(99, 9999)
    """Placebo assignments of each test, for its size and its expected error."""
    dialect_km: Kilometres
    """The farthest recorded place whose dialect counts as a city's."""
    knots_km: Annotated[list[Kilometres], *listing()]
    """Where the slope of log flow on log distance may change."""
    near_km: Annotated[list[Kilometres], *listing()]
    """Distances up to which pairs are near, as checks."""
    wide_km: Kilometres
    """Distance up to which pairs count beside adjacent ones, as a check of joint membership."""
    structure_year: Year
    """Year of the structures whose similarity is related to later flows."""
    gap_years: Years
    """Years of the gap in output per head, before the first approval."""
    approved_by: Year
    """Zones approved up to this year count."""
    change: Years
    """Years between which the share of flows inside zones is compared."""
    change_others: Annotated[list[Year], *listing()]
    """Other last years of that comparison."""
    seed: Seed
    """Seed of the placebo assignments."""


class PublishedShare(Options):
    """A published share of a cluster's cities with strong ties to its core."""

    zone: Name
    """The cluster, of `zones/`."""
    percent: Annotated[float, Field(gt=0, lt=100)]
    """The share."""


class StrongTies(Options):
    """Cities with strong ties to the core of their cluster, after Li and Xiang (2020)."""

    year: Year
    """Year of output and residents."""
    of: Name
    """The cluster whose share is computed."""
    references: Annotated[list[PublishedShare], *listing()]
    """Published shares of other clusters, by which a tie counts as strong."""


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
    compare_with: Name | None = None
    """A second zone (`zones/`) whose linkage is computed; null: as the zone's file says."""
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
    primary: PrimaryFlows
    """Primary tests on flows."""
    strong_ties: StrongTies
    """Cities with strong ties to the core of their cluster."""

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
