"""Options of the chapter on growth with spatial spillovers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from guantian.options import Name, Options, Seed, Years, listing, whole


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


class RecoveryModel(Options):
    """A simulated model; what is left out is as the estimator's defaults."""

    model: Literal["slx", "sar", "sem", "sdm", "sdem", "sac", "gns"]
    effects: Literal["none", "unit", "time", "twoway", "random"] | None = None
    interval: Literal["wald", "profile"] | None = None
    bias_correction: Literal["lee-yu", "lee-yu-direct"] | None = None
    dynamic: Literal["time", "space", "space-time"] | None = None
    gamma: Annotated[float, Field(gt=-1, lt=1)] | None = None
    eta: Annotated[float, Field(gt=-1, lt=1)] | None = None
    rho: Annotated[float, Field(gt=-1, lt=1)] | None = None


class Recovery(Options):
    """The file `config/specs/recovery.yaml`: panels by which the spatial estimators are tried."""

    replications: whole(2, 100_000)
    n: whole(4, 1000)
    T: whole(2, 100)
    seed: Seed
    specifications: Annotated[list[RecoveryModel], Field(min_length=1)]
    gmm: Annotated[list[RecoveryModel], Field(min_length=1)]
