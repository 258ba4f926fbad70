"""Options of the chapter on the claims as games."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from guantian.options import (
    City,
    Name,
    Options,
    Sample,
    Seed,
    Share,
    Year,
    Years,
    above_zero,
    listing,
    number,
    whole,
)

Unit = Annotated[float, Field(ge=0, le=1)]


class Spillover(Options):
    """The estimate of growth spillovers."""

    variant: Literal["slx", "sar", "sem", "sdm"]
    """Model of `spillovers`."""
    weights: Name
    """Its spatial weights."""
    sample: Sample
    """Sample of the estimate."""


class Gravity(Options):
    """The estimate of gravity."""

    variant: Name
    """A specification of `linkage.gravity_specs`."""
    method: Literal["zero", "threshold", "listed"]
    """How it treats pairs that are not listed."""


class SimilarityIndex(Options):
    """The index of similar structures."""

    index: Literal["overlap", "cosine"]
    """The index."""
    agriculture: Literal["with", "without"]
    """With or without agriculture."""


class Reaction(Options):
    """The estimate of reactions."""

    variant: Literal[
        "iv_sides",
        "iv_neighbours",
        "iv_like_income",
        "iv_like_structure",
        "iv_dynamic",
        "iv_zone",
        "iv_before",
        "iv_after",
        "iv_strict",
    ]
    """Its specification."""
    sample: Sample
    """Its sample."""
    outcome: Name
    """An outcome of `reactions.outcomes`."""


class Promotion(Options):
    """The estimate of promotion."""

    variant: Literal["province_year", "city_province_year"]
    """Its specification, by fixed effects."""
    sample: Sample
    """Its sample."""
    group: Literal["secretary", "mayor"]
    """Whose promotion."""
    term: Literal["same_year", "lagged", "three_years"]
    """Its measure of growth."""


class Programme(Options):
    """Size of a programme of investment."""

    years: whole(1, 15)
    """Growth of real output over so many years, those of a plan."""
    last: Year
    """To this year."""


class Grid(Options):
    """A grid of values."""

    first: Unit
    """Least value."""
    last: Unit
    """Greatest value."""
    points: whole(2, 99)
    """Number of values."""

    @model_validator(mode="after")
    def _in_order(self):
        if self.first >= self.last:
            raise ValueError(
                f"first is {self.first:g} and last {self.last:g}; expected first below last"
            )
        return self


class Sensitivity(Options):
    """Grids of what no data tell."""

    cost: Grid
    """Cost of a programme, share of its gross gain."""
    detection: Grid
    """Chance that a breach is seen."""
    rank_weight: Grid
    """Weight of the rival's growth, in one province."""


class Vat(Options):
    """A rule of value-added tax."""

    name: Name
    """Its name."""
    rate: Annotated[float, Field(ge=0, lt=1)]
    """Rate."""
    share: Unit
    """Part that stays with localities."""


class Games(Options):
    """The claims as games, calibrated on the study's estimates."""

    max_cities: whole(3, 8)
    """At most so many of the zone's cities play, the largest."""
    year: Year
    """Year of their output and capital; the last of reported investment."""
    draws: whole(19, 10000)
    """Draws of the parameters from their errors."""
    imitation_draws: whole(10, 10000)
    """How many of them imitation uses."""
    coalition_draws: whole(10, 10000)
    """How many of them coalitions use."""
    seed: Seed
    """Seed of the draws."""
    spillover: Spillover
    """The estimate of growth spillovers."""
    weights: Name
    """Spatial weights under which it was estimated."""
    gravity: Gravity
    """The estimate of gravity."""
    similarity: SimilarityIndex
    """The index of similar structures."""
    reaction: Reaction
    """The estimate of reactions."""
    promotion: Promotion
    """The estimate of promotion."""
    programme: Programme
    """Size of a programme."""
    discount_rate: number(0, 0.5)
    """The state's rate for projects, 8% (NDRC and Ministry of Construction 2006)."""
    sensitivity: Sensitivity
    """Grids of what no data tell."""
    penalty: Unit
    """The fine under the measure *sanction*, share of what breaking wins."""
    selection: Annotated[list[above_zero(1000)], *listing()]
    """How strongly success is imitated."""
    vat: Annotated[list[Vat], Field(min_length=1)]
    """Rules of value-added tax: rates and local shares."""
    capital_share: Annotated[list[Share], *listing()]
    """Shares of capital."""
    cost_of_funds: Annotated[list[number(1, 10)], *listing()]
    """Worth of a unit of public funds."""
    elasticity: Annotated[list[above_zero(50)], *listing()]
    """Elasticity of trade, around the median of Head and Mayer (2014)."""
    centres: Annotated[list[City], *listing(0, 3)] | None = None
    """Codes of one, two, three centres; where they do not play, the core and the largest; null: as
    the zone's file says."""
    polycentric: Years
    """Years between which the approved zones' growth is measured."""

    @model_validator(mode="after")
    def _fits_together(self):
        for key in ("imitation_draws", "coalition_draws"):
            if getattr(self, key) > self.draws:
                raise ValueError(
                    f"{key} is {getattr(self, key)}; expected at most draws, {self.draws}"
                )
        names = [rule.name for rule in self.vat]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"vat has {name!r} twice; expected each rule once")
        return self
