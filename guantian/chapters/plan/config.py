"""Options of the chapter on the zone's approval as a treatment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import model_validator

from guantian.options import (
    Draws,
    Name,
    Options,
    Province,
    Seed,
    Table,
    Years,
    choice,
    listing,
    number,
    whole,
)

#: Outcomes that the chapter itself names: the headline, and the one whose dispersion is followed.
NEEDED = ("gdp", "per_head")
SCALES = ("log", "level")
#: Made by the chapter, beside the variables of the panel.
MADE = ("real_investment",)


class Sensitivity(Options):
    """Bounds M of violations of parallel trends (Rambachan and Roth 2023)."""

    relative_magnitude: Annotated[list[number(0, 10)], *listing()]
    """Multiples of the largest violation before the approval."""
    smoothness: Annotated[list[number(0, 1)], *listing()]
    """Changes of the slope from year to year, log points."""


class Curve(Options):
    """Choices of the specification curve."""

    method: Annotated[list[Literal["did", "sc", "asc", "difp", "sdid"]], *listing()]
    """Methods."""
    donors: Annotated[
        list[Literal["main", "neighbours kept", "zones kept", "wide", "region"]], *listing()
    ]
    """Sets of donors."""
    after: Annotated[list[whole(1, 20)], *listing()]
    """Years from the approval on, none above `plan.after`."""
    outcome: Annotated[list[Name], *listing()]
    """Measures of GDP: outcomes of `plan.specs`."""
    members: Annotated[list[Literal["all", "without core", "whole members"]], *listing()]
    """Members of the zone."""


class Output(Options):
    """A measure of output whose reaction to the approvals is estimated."""

    name: Name
    """Its name among the results."""
    variable: Name
    """Variable of the panel, above zero."""


class Approvals(Options):
    """Approvals of all zones, each city treated from its first."""

    outcomes: Annotated[list[Output], *listing()]
    """Measures of output; the first is that of the primary tests, the others are vintages."""
    years: Years
    """Years of the outcomes."""
    before: whole(4, 20)
    """Years before an approval."""
    after: whole(1, 20)
    """Years from an approval on, fewer where data end."""
    least_members: whole(2, 20)
    """Members with data that a zone must have."""
    largest_placebo: whole(2, 20)
    """Cities of the largest placebo group: cities never approved have no room for larger ones."""
    draws: whole(20, 100000)
    """Placebo assignments of the primary tests."""
    draws_secondary: whole(20, 100000)
    """Placebo assignments of every other method, vintage and date."""
    earlier: Annotated[list[whole(1, 18)], *listing(0)]
    """Years by which approvals are dated too early, as a check; two years before must remain."""
    share_until: Annotated[list[whole(1990, 2100)], *listing()]
    """Last years of the change of the core's share in the zone; the first is that of the primary
    test."""
    seed: Seed
    """Seed of the placebo assignments."""

    @model_validator(mode="after")
    def _fits_together(self):
        for earlier in self.earlier:
            if earlier > self.before - 2:
                raise ValueError(
                    f"earlier has {earlier}; expected at most {self.before - 2}, so that two of "
                    f"the {self.before} years before remain"
                )
        if self.share_until != sorted(self.share_until):
            raise ValueError(f"share_until is {self.share_until}; expected years that ascend")
        return self


class Published(Options):
    """Variations of a published design, synthetic control of the zone by Li and Li (2019)."""

    outcomes: Annotated[list[Output], *listing()]
    """Measures of output, in logs."""
    donors: Annotated[
        list[Literal["main", "neighbours kept", "zones kept", "wide", "region"]], *listing()
    ]
    """Sets of donors."""
    until: Annotated[list[whole(1990, 2100)], *listing()]
    """Last years, ascending."""
    methods: Annotated[list[Literal["did", "sc", "asc", "difp", "sdid"]], *listing()]
    """Methods; theirs is sc."""

    @model_validator(mode="after")
    def _ascend(self):
        if self.until != sorted(self.until):
            raise ValueError(f"until is {self.until}; expected years that ascend")
        return self


class Plan(Options):
    """The zone's approval as a treatment, from the year that the zone's file gives."""

    specs: Table
    """Outcomes, a table (below); `gdp` is the headline, `per_head` the one whose dispersion is
    followed."""
    before: whole(2, 20)
    """Years before the approval. The first treated year is that of the approval, or the next where
    it came in the second half of a year."""
    after: whole(1, 20)
    """Years from the approval on."""
    bases: Annotated[list[choice(0, 1)], *listing()]
    """0: the first treated year counts as treated; 1: not yet."""
    n_placebos: Draws
    """Placebo zones, in the order drawn."""
    n_placebos_slow: Draws
    """Placebo zones of ridge-augmented synthetic control, and of the other approved zones."""
    n_placebos_curve: Draws
    """Placebo zones of each specification of the curve."""
    n_placebos_completion: Draws
    """Placebo zones of matrix completion."""
    seed: Seed
    """Seed of the folds that choose the penalty of matrix completion."""
    placebo_dates: Annotated[list[whole(1, 18)], *listing(0)]
    """Years by which the approval is dated too early, as a check; two years before it must
    remain."""
    exclude_provinces: Annotated[list[Province], *listing(0)] | None = None
    """Provinces left out of placebo zones and donors as a check, affected by the earthquake of May
    2008; null: as the zone's file says."""
    sensitivity: Sensitivity
    """Bounds of violations of parallel trends."""
    curve: Curve
    """Choices of the specification curve."""
    approvals: Approvals
    """Approvals of all zones, for the primary tests."""
    published: Published
    """Variations of a published design."""
    event_window: whole(1, 10)
    """Years before and after an event over which growth is described."""
    events: Annotated[list[Name], *listing(0)] | None = None
    """Later events that are described, by their ids in `data/raw/acts.csv`; null: as the zone's
    file says."""

    @model_validator(mode="after")
    def _fits_together(self):
        for key in ("n_placebos_slow", "n_placebos_curve", "n_placebos_completion"):
            if getattr(self, key) > self.n_placebos:
                raise ValueError(
                    f"{key} is {getattr(self, key)}; expected at most n_placebos, {self.n_placebos}"
                )
        for after in self.curve.after:
            if after > self.after:
                raise ValueError(f"curve.after has {after}; expected at most after, {self.after}")
        for shift in self.placebo_dates:
            if shift > self.before - 2:
                raise ValueError(
                    f"placebo_dates has {shift}; expected at most {self.before - 2}, so that two "
                    f"of the {self.before} years before remain"
                )
        return self
