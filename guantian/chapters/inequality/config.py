"""Options of the chapter on inequality, conditional convergence and the specification curve."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from guantian.options import (
    Kilometres,
    Name,
    Options,
    Seed,
    Text,
    Yaml,
    Years,
    listing,
    whole,
)


class Draws(Options):
    """Draws of the bootstraps."""

    curve: whole(19, 99999)
    """Of the joint test of the specification curve."""
    corrected: whole(19, 9999)
    """Of the bias-corrected dynamic panel."""
    counties: whole(19, 99999)
    """Of the counties' slope."""


class Inequality(Options):
    """Inequality, beta and placebo zones."""

    specs: Yaml
    """Periods of growth, controls, combinations with lights, dynamic panels, counties: a YAML file
    of `specs/`, explained in its comments."""
    min_members: whole(3, 30)
    """Members with data that a placebo zone must have for a statistic; one with fewer has none.
    In a zone of fewer members, all of them."""
    conley_km: Kilometres
    """Distance beyond which Conley's errors take two cities as independent."""
    draws: Draws
    """Draws of the bootstraps."""
    seed: Seed
    """Their seed."""


class Window(Years):
    """A period of growth of an outcome."""

    outcome: Name
    label: Text


class LabelledYears(Years):
    """A period and what readers see of it."""

    label: Text


class Combination(Options):
    """How reported and lit output are combined."""

    output: Name
    lights: Name
    population: Name
    initial: Name
    signal_shares: Annotated[list[Annotated[float, Field(gt=0, le=1)]], *listing()]
    main: Annotated[float, Field(gt=0, le=1)]

    @model_validator(mode="after")
    def _main_is_tried(self):
        if self.main not in self.signal_shares:
            raise ValueError(f"main is {self.main:g}; expected one of signal_shares")
        return self


class Ratio(Options):
    """A variable over another."""

    variable: Name
    over: Name


class Rolling(Years):
    """A window that moves over years."""

    outcome: Name
    length: whole(2, 30)

    @model_validator(mode="after")
    def _fits(self):
        if self.length >= self.last - self.first:
            raise ValueError(
                f"length is {self.length}; expected fewer years than from {self.first} to "
                f"{self.last}"
            )
        return self


class Growth(Years):
    """Growth that is ranked: a yearly rate, or a total."""

    rate: Name | None = None
    total: Name | None = None
    label: Text

    @model_validator(mode="after")
    def _one_of_two(self):
        if (self.rate is None) == (self.total is None):
            raise ValueError("expected either rate or total")
        return self


class Counties(Years):
    """Counties at two years, and their residents at two censuses."""

    census: Years
    set_aside: Annotated[list[Annotated[str, Field(pattern=r"^[1-9][0-9]{5}$")]], *listing(0)]
    recoded: dict[
        Annotated[str, Field(pattern=r"^[1-9][0-9]{5}$")],
        Annotated[str, Field(pattern=r"^[1-9][0-9]{5}$")],
    ]


class InequalitySpecs(Options):
    """The file of specifications that `inequality.specs` names."""

    totals: dict[Name, Name]
    windows: dict[Name, Window]
    combinations: dict[Name, LabelledYears]
    combination: Combination
    variables: dict[Name, Ratio]
    controls: dict[Name, Annotated[list[Name], *listing(0)]]
    rolling: dict[Name, Rolling]
    dynamic: dict[Name, Window]
    gmm_lags: Annotated[
        list[Annotated[list[whole(1, 20)], Field(min_length=2, max_length=2)]], *listing()
    ]
    growth: dict[Name, Growth]
    placebo: Annotated[list[Name], *listing()]
    counties: Counties

    @model_validator(mode="after")
    def _names_are_known(self):
        for key, entry in {**self.windows, **self.dynamic, **self.rolling}.items():
            if entry.outcome not in self.totals:
                raise ValueError(f"{key} has the outcome {entry.outcome!r}; expected one of totals")
        for key, names in self.controls.items():
            for name in names:
                if name not in self.variables:
                    raise ValueError(f"controls.{key} has {name!r}; expected one of variables")
        for name in self.placebo:
            if name not in self.windows:
                raise ValueError(f"placebo has {name!r}; expected one of windows")
        for first, last in self.gmm_lags:
            if first > last:
                raise ValueError(f"gmm_lags has {[first, last]}; expected the first lag first")
        return self

    def named_variables(self) -> dict[str, str]:
        """Return every variable of the panel that is named, by its place."""
        found: dict[str, Any] = {}
        for outcome, total in self.totals.items():
            found[f"totals.{outcome}"] = outcome
            found[f"totals.{outcome} (its total)"] = total
        for name in ("output", "lights", "population", "initial"):
            found[f"combination.{name}"] = getattr(self.combination, name)
        for key, ratio in self.variables.items():
            found[f"variables.{key}.variable"], found[f"variables.{key}.over"] = (
                ratio.variable,
                ratio.over,
            )
        for key, growth in self.growth.items():
            found[f"growth.{key}"] = growth.rate or growth.total
        return found
