"""Options of the chapter on all approved zones."""

from __future__ import annotations

from pydantic import model_validator

from guantian.options import Draws, Name, Options, Seed, Share, Years, choice, number, whole

NEW_SECTORS = 2013  # first year of another classification of sectors


class Approval(Options):
    """The approval of each zone as a treatment, at its own date."""

    output: Name
    """Real output, a variable of the panel: that of the vintage which most zones have."""
    years: Years
    """Years of output that may be used."""
    before: whole(3, 20)
    """Years before the approval, fewer where `years` begins later."""
    after: whole(1, 20)
    """Years from the approval on, fewer where `years` ends earlier."""
    min_after: whole(1, 20)
    """Years from the approval on that a zone must have."""

    @model_validator(mode="after")
    def _enough_after(self):
        if self.min_after > self.after:
            raise ValueError(f"min_after is {self.min_after}; expected at most after, {self.after}")
        return self


class Zones(Options):
    """Every approved zone of `zones/`, whatever the zone under study."""

    growth: Years
    """Years over which real growth is measured."""
    growth_benchmark: number(0, 20)
    """Growth with which each zone's is compared, percent a year; at 5 output doubles in 14
    years."""
    levels: Years
    """Years of real output per resident: dispersion and beta convergence."""
    structure: Years
    """Years of employment by sector: similarity. Its classification changes in 2013."""
    flow_year: choice(2019, 2020, 2023)
    """Year of travel between cities."""
    approval: Approval
    """The approval as a treatment."""
    min_share: Share
    """Share of a zone's members that must have the data of a statistic."""
    placebo_size: whole(3, 7)
    """Most cities of a placebo group; zones of fewer members are compared with groups of as
    many."""
    draws: Draws
    """Placebo groups of each zone."""
    seed: Seed
    """Seed of the first zone's placebo groups; each further one takes the next number."""

    @model_validator(mode="after")
    def _one_classification(self):
        if self.structure.first < NEW_SECTORS <= self.structure.last:
            raise ValueError(
                f"structure is {self.structure.first} to {self.structure.last}; expected years on "
                f"one side of {NEW_SECTORS}, in which the classification of sectors changes"
            )
        return self
