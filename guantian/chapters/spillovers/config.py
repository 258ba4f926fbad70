"""Options of the chapter on growth with spatial spillovers."""

from __future__ import annotations

from typing import Annotated

from pydantic import model_validator

from guantian.options import Name, Options, Years, listing


class Spillovers(Options):
    """Growth with spatial spillovers."""

    outcome: Name
    """Variable of the panel whose annual log growth is explained."""
    controls: Annotated[list[Name], *listing(0)]
    """Variables whose logs of the year before enter."""
    years: Years
    """Years of the outcome, both included; the first gives the starting level."""

    @model_validator(mode="after")
    def _outcome_is_no_control(self):
        if self.outcome in self.controls:
            raise ValueError(
                f"the outcome {self.outcome!r} is among the controls; the model has its lag already"
            )
        return self
