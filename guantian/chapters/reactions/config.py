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
    "city_infrastructure_land",
    "city_road_area",
    "city_remote_sensing",
    "city_lgfv_debt",
)
Word = Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]


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


class Careers(Options):
    """Ends of careers, in the primary tests."""

    retirement_age: whole(50, 70)
    """Age from which a secretary is near retirement: targets, S2.1."""
    placebo_age: whole(30, 60)
    """A lower age, at which nothing should happen."""
    end_age: whole(50, 70)
    """Age from which at most two years of the career remain: responses to rivals, S2.2."""
    last_year: whole(2003, 2025)
    """Last year of leaders, targets and promotions."""
    winsorised: Annotated[float, Field(ge=0, lt=0.5)]
    """Share of each outcome's values, at each end, that are set to its quantile in S2.2."""

    @model_validator(mode="after")
    def _ages_in_order(self):
        if self.placebo_age >= self.retirement_age:
            raise ValueError(
                f"placebo_age is {self.placebo_age}; expected less than retirement_age, "
                f"{self.retirement_age}"
            )
        return self


class PromotionRules(Options):
    """The slope of promotion on relative growth, S2.d."""

    first_year: whole(1996, 2023)
    """First year of promotions."""
    rules_year: whole(1996, 2023)
    """First year under the rules of evaluation of December 2013."""
    placebo_year: whole(1996, 2023)
    """First year of a change that did not take place, before the rules."""
    growth_years: whole(1, 5)
    """Years of which mean growth counts."""

    @model_validator(mode="after")
    def _years_in_order(self):
        if not self.first_year < self.placebo_year < self.rules_year:
            raise ValueError(
                f"first_year, placebo_year and rules_year are {self.first_year}, "
                f"{self.placebo_year} and {self.rules_year}; expected them in order"
            )
        return self


class PublishedSlopes(Options):
    """Published slopes of investment in rivals' within the province, and rivals of similar rank."""

    low: Annotated[float, Field(ge=-1, le=1)]
    """The lowest."""
    high: Annotated[float, Field(ge=-1, le=1)]
    """The highest."""
    rank_places: whole(1, 10)
    """Cities so many places above and below in the province's ranking by output are of a similar
    rank."""


class Primary(Options):
    """Primary tests of the protocol: S1.4, S1.7, S2.1, S2.2 and S2.d."""

    draws: Draws
    """Placebo draws behind size, power and calibrated p-values."""
    seed: Seed
    """Seed of the placebo draws."""
    infrastructure: Outcome
    """Infrastructure investment per head, of which growth is primary: S1.4 and S1.7."""
    others: Annotated[list[Outcome], *listing()]
    """Other outcomes of S1.4, secondary."""
    similarity_classes: whole(2, 5)
    """Classes of similarity of structure of adjacent pairs, S1.7."""
    spending: Annotated[list[Outcome], *listing(1)]
    """Outcomes that are pooled in S2.2, each in its own standard deviations; the first is that of
    Yu, Zhou and Zhu (2016)."""
    careers: Careers
    """Ends of careers."""
    promotion: PromotionRules
    """Promotion on relative growth."""
    yu_zhou_zhu_2016: PublishedSlopes
    """Published slopes that are replicated."""


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
    primary: Primary
    """Primary tests of the claims."""

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
