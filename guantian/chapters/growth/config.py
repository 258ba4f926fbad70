"""Options of the chapter on the sources of growth."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import model_validator

from guantian.options import (
    City,
    Draws,
    Name,
    Options,
    Period,
    Province,
    Seed,
    Share,
    Year,
    Years,
    choice,
    listing,
    number,
    whole,
)

Regressor = Literal[
    "investment",
    "government",
    "self_sufficiency",
    "openness",
    "finance",
    "industry",
    "leader_age",
    "leader_tenure",
    "mayor_tenure",
]
CountyYear = choice(2001, 2011, 2021)


class Windows(Options):
    """Periods of the accounts."""

    before: Period
    """Before the plan; residents before 2005 repeat the registered."""
    after: Period
    """After the plan; fixed investment is imputed after 2016."""
    whole: Period
    """Both."""

    @model_validator(mode="after")
    def _in_order(self):
        if self.before[1] > self.after[0]:
            raise ValueError(f"before ends in {self.before[1]}, after after begins")
        if self.whole != [self.before[0], self.after[1]]:
            raise ValueError(
                f"whole is {self.whole}; expected {[self.before[0], self.after[1]]}, from the "
                "first year of before to the last of after"
            )
        return self


class Accounting(Options):
    """Growth accounts."""

    windows: Windows
    """Periods."""
    capital_shares: Annotated[list[Share], *listing()]
    """Shares of capital: Young (2003), Bai, Hsieh and Qian (2006), Chow and Li (2002)."""


class Border(Options):
    """Pairs of counties at a provincial border."""

    provinces: Annotated[list[Province], *listing(2, 2)] | None = None
    """Two provinces; differences are the second minus the first; null: the zone's own two."""
    first: CountyYear
    """First year of county data."""
    last: CountyYear
    """Last year of county data."""
    exclude_cities: Annotated[list[City], *listing(0)] | None = None
    """Cities whose county data of the last year are doubtful, left out as a check; null: as the
    zone's file says."""

    @model_validator(mode="after")
    def _fits_together(self):
        if self.first >= self.last:
            raise ValueError(f"first ({self.first}) must come before last ({self.last})")
        for code in (self.exclude_cities or []) if self.provinces else []:
            if code[:2] not in {province[:2] for province in self.provinces}:
                raise ValueError(
                    f"exclude_cities has {code}; expected a city of {' or '.join(self.provinces)}"
                )
        return self


class Speed(Years):
    """How fast prefectures grew."""

    benchmark: number(0, 20)
    """Growth with which the mean is compared, per cent a year."""
    split: Year
    """Last year of the first of two periods that are shown beside the whole."""

    @model_validator(mode="after")
    def _split_inside(self):
        if not self.first < self.split < self.last - 1:
            raise ValueError(
                f"split is {self.split}; expected a year after {self.first} and before "
                f"{self.last - 1}, so that both periods have two years"
            )
        return self


class Segmentation(Years):
    """Provincial growth, in the years after those of segmentation (2003 to 2017)."""

    growth: Literal[
        "province_growth_pct",
        "gdp_growth_pct",
        "gdp_growth_first_published_pct",
        "gdp_growth_retrospective_pct",
    ]
    """Its source in the primary test: provincial accounts, or a vintage of prefectures' growth."""


class Growth(Options):
    """Sources of growth."""

    accounting: Accounting
    """Growth accounts: periods, and shares of capital."""
    years: Years
    """Years of growth; fixed investment is imputed after 2016."""
    regressors: Annotated[list[Regressor], *listing(2, 12)]
    """Declared controls, all of the year before."""
    core: Annotated[list[Regressor], *listing()]
    """The short list, in every model of the extreme bounds."""
    weights: Name
    """Spatial weights."""
    gmm_last_lag: whole(2, 15)
    """Last lag of the levels that instrument."""
    bounds_others: whole(0, 9)
    """Other candidates in a model of the extreme bounds."""
    prior: Literal["bric", "uip"]
    """Zellner's g of the model average."""
    draws: whole(99, 100000)
    """Draws of the wild cluster bootstrap."""
    border: Border
    """Pairs of counties at a provincial border."""
    permutations: whole(99, 100000)
    """Permutations of the counties at the border."""
    speed: Speed
    """Years of mean growth, its benchmark, and where the two periods beside it part."""
    segmentation: Segmentation
    """Provincial growth that is explained by the segmentation of markets a year before."""
    placebos: Draws
    """Placebos from which the size of the declared tests and their expected standard errors are
    computed."""
    seed: Seed
    """Seed of all of them."""

    @model_validator(mode="after")
    def _fits_together(self):
        for name in self.core:
            if name not in self.regressors:
                raise ValueError(
                    f"core has {name!r}; expected one of regressors: {', '.join(self.regressors)}"
                )
        others = len(self.regressors) - len(self.core)
        if self.bounds_others > max(others - 1, 0):
            raise ValueError(
                f"bounds_others is {self.bounds_others}; expected at most {max(others - 1, 0)}, "
                f"since {others} regressors are outside core"
            )
        if self.gmm_last_lag > self.years.last - self.years.first:
            raise ValueError(
                f"gmm_last_lag is {self.gmm_last_lag}; expected at most "
                f"{self.years.last - self.years.first}, the years less one"
            )
        return self
