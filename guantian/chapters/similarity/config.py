"""Options of the chapter on structures, markets, construction and fiscal burden."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from guantian.options import (
    Draws,
    Kilometres,
    Name,
    Options,
    Random,
    Seed,
    Table,
    Year,
    Years,
    choice,
    listing,
    whole,
)

#: Years of each source of the long table of structure, by level.
SOURCES = {"units": (2005, 2016), "census": (2010, 2020), "value_added": (1990, 2023)}
LEVELS = {"units": "sector", "census": "sector", "value_added": "branch"}
#: Specifications that the text and the figures name.
NEEDED = ("units_early", "units_late", "census", "branches")
CENSUSES = (2010, 2020)
SATELLITE = 2012  # satellites and the population model change after it


class Pairs(Options):
    """A source and a year whose indices are written for all pairs of cities."""

    source: Literal["units", "census"]
    year: Year

    @model_validator(mode="after")
    def _has_the_year(self):
        first, last = SOURCES[self.source]
        years = CENSUSES if self.source == "census" else range(first, last + 1)
        if self.year not in years:
            raise ValueError(
                f"year is {self.year}; expected "
                + (
                    f"one of {first} and {last}, the censuses"
                    if self.source == "census"
                    else f"a year from {first} to {last}, those of {self.source}"
                )
            )
        return self


class Censuses(Options):
    """Two censuses."""

    first: choice(2010)
    last: choice(2020)


class Infrastructure(Years):
    """Infrastructure investment."""

    min_years: whole(3, 30)
    """Years of growth that two cities must share."""

    @model_validator(mode="after")
    def _fits(self):
        if self.min_years > self.last - self.first:
            raise ValueError(
                f"min_years is {self.min_years}; expected at most the "
                f"{self.last - self.first} years of growth from {self.first} to {self.last}"
            )
        return self


class Land(Options):
    """Periods over which built-up land is compared with people and lights."""

    early: Years | None = None
    """To 2012, the first satellite."""
    late: Years | None = None
    """From 2013, the second satellite."""

    @model_validator(mode="after")
    def _one_satellite(self):
        for key, years in (("early", self.early), ("late", self.late)):
            if years and years.first <= SATELLITE < years.last:
                raise ValueError(
                    f"{key} is {years.first} to {years.last}; expected a period that does not "
                    f"cross {SATELLITE}, after which satellite and population model change"
                )
        if self.early is None and self.late is None:
            raise ValueError("expected early, late or both")
        if self.early and self.late and self.early.last > self.late.first:
            raise ValueError("early must end before late begins")
        return self


class Investment(Years):
    """Fixed investment as reported."""

    period: whole(1, 20)
    """Years of the capital-output ratio."""

    @model_validator(mode="after")
    def _fits(self):
        if self.period > self.last - self.first:
            raise ValueError(
                f"period is {self.period}; expected at most the "
                f"{self.last - self.first} years from {self.first} to {self.last}"
            )
        return self


class Primary(Options):
    """The declared tests of this chapter."""

    structure: Name
    """Specification of `specs` whose trend over neighbouring cities is the primary one."""
    debt: Years
    """Years of the debt of financing platforms."""
    similarity: Literal["districts", "units", "branches"]
    """Structures, of the year before, whose similarity explains debt in the primary test: sectors
    of cities' districts (2005 to 2019) or of urban units (to 2016), or branches of output."""
    price_split: Year
    """Last year of the first of two periods for which the trend of price dispersion is given,
    beside those on either side of its estimated turn."""
    draws: Draws
    """Placebos from which the size of each test and its expected standard error are computed."""
    seed: Seed
    """Seed of the placebos."""


class Similarity(Options):
    """Similar structures, segmented markets and duplicated construction."""

    specs: Table
    """The structures compared, a table (below); `units_early`, `units_late`, `census` and
    `branches` are named by the text."""
    min_known_share: Annotated[float, Field(gt=0, le=1)]
    """Share of the years in which a pair's structures, or a city's budget, must be known for a
    level and a trend."""
    pairs: Annotated[list[Pairs], *listing()]
    """Sources and years whose indices are written for all pairs of cities, and whose location
    quotients are tabulated."""
    counties: Censuses
    """The two censuses between which the similarity of counties is compared."""
    rounding: Random
    """Draws and seed of price indices within their printed digit."""
    infrastructure: Infrastructure
    """Years of infrastructure investment, and years of growth that two cities must share."""
    land: Land
    """Periods over which built-up land is compared with people and lights; none may cross 2012,
    where satellites and the population model change."""
    investment: Investment
    """Years of fixed investment as reported (imputed after 2016), and period of the capital-output
    ratio."""
    gap: Years
    """Years of the fiscal gap in per cent of expenditure."""
    gap_gdp: Years
    """Years of the fiscal gap in per cent of GDP."""
    conley_km: Kilometres
    """Distance beyond which errors are independent."""
    bootstrap: Random
    """Draws and seed of the wild cluster bootstrap."""
    primary: Primary
    """The declared tests: structures that converge, and debt of cities similar to neighbours."""
