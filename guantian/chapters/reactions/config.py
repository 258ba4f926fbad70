"""Options of the chapter on reaction functions, the promotion contest and modes of competition."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from guantian.options import Draws, Kilometres, Name, Options, Seed, above_zero, listing, whole

#: Corrected tables whose columns an outcome may be.
TABLES = (
    "city_investment_fiscal",
    "city_accounts",
    "city_population_labour",
    "city_total_tax",
    "city_growth_targets",
)
Word = Annotated[str, StringConstraints(pattern=r"^[a-z]+$")]


class Outcome(Options):
    """An outcome of a local government; controls are of the year before."""

    name: Word
    """Its name in the results."""
    variable: Name
    """A column of the corrected tables."""
    scale: Literal["log_per_head", "log", "level"]
    """Log over the registered population; log; or the value."""
    first: whole(1996, 2023)
    """First year."""
    last: whole(1996, 2023)
    """Last year."""
    bridge: whole(0, 5)
    """Longest run of missing years that a straight line fills."""
    split: whole(1996, 2023) | None
    """Last year of the earlier window; null for none."""

    @model_validator(mode="after")
    def _in_order(self):
        if self.first >= self.last:
            raise ValueError(f"first ({self.first}) must come before last ({self.last})")
        if self.split is not None and not self.first <= self.split < self.last:
            raise ValueError(
                f"split is {self.split}; expected a year from {self.first} to {self.last - 1}, or "
                "null"
            )
        return self


class GrowthOutcome(Outcome):
    """Growth, in the same form."""

    name: Literal["growth"]
    """Its name in the results."""


class Bridge(Options):
    """Longest gap filled in each control, years."""

    population: whole(0, 10)
    """In registered population."""
    income: whole(0, 10)
    """In GDP per head."""


class SimilarRivals(Options):
    """Rivals of similar income or structure."""

    nearest: whole(1, 50)
    """How many."""
    within_km: Kilometres
    """How far at most."""
    structure_year: whole(2005, 2016)
    """Year of the structure, before most of the outcomes."""


class Contest(Options):
    """The promotion contest."""

    draws: Draws
    """Draws of the family's bootstrap."""
    max_disagreement: above_zero(50)
    """Percentage points between two sources of growth beyond which a cell is doubted."""
    late_age: whole(40, 70)
    """Age from which an official is near retirement."""


class Modes(Options):
    """Modes of competition."""

    structure_year: whole(2005, 2016)
    """Year of the structure."""
    block: whole(1, 10)
    """Years in a block of the bootstrap."""
    draws: Draws
    """Draws of the bootstrap."""


class Reactions(Options):
    """Responses of governments to their rivals."""

    outcomes: Annotated[list[Outcome], Field(min_length=1)]
    """Outcomes of the reaction functions. Investment starts in 2003, before which its source
    interpolates."""
    growth: GrowthOutcome
    """Growth, in the same form, with which expenditures are compared."""
    expenditures: Annotated[list[Word], *listing(0)]
    """Outcomes that are expenditures, whose spillovers and modes are sought."""
    bridge: Bridge
    """Longest gap filled in the controls."""
    similar_rivals: SimilarRivals
    """Similar rivals."""
    equivalence_bound: Annotated[float, Field(ge=0, le=1)]
    """Slopes of reaction within it, either way, count as no response."""
    draws: Draws
    """Draws of the wild cluster bootstrap."""
    permutations: Draws
    """Permutations of the cities' labels in the weights."""
    seed: Seed
    """Seed of both."""
    contest: Contest
    """The promotion contest."""
    modes: Modes
    """Modes of competition."""

    @model_validator(mode="after")
    def _names_are_known(self):
        names = [outcome.name for outcome in self.outcomes]
        for name in names:
            if names.count(name) > 1 or name == self.growth.name:
                raise ValueError(f"the outcome {name!r} appears twice; expected each name once")
        for name in self.expenditures:
            if name not in names:
                raise ValueError(
                    f"expenditures has {name!r}; expected one of the outcomes {', '.join(names)}"
                )
        return self
