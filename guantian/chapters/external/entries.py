"""The published results, as the file that lists them holds them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from guantian import labels
from guantian.options import Name, Options, Text
from guantian.results import KEYS

YEAR = "year"  # what is printed as it is
Citation = Annotated[str, StringConstraints(pattern=r"^[a-z]+[0-9]{4}[a-z]?$")]


class ExternalCheck(Options):
    """A published result and which of our rows answers it."""

    id: Name
    """Its name."""
    study: Text
    """Authors and year, as printed."""
    citation: Citation
    """Key of `paper/references.bib`."""
    zone: Name | None = None
    """The zone under study in whose results alone `ours` answers it; by default any."""
    place: Text
    """Where in the publication the result is."""
    design: Text
    """What was estimated, from which data."""
    published: Text
    """The result as printed."""
    expects: Literal["positive", "negative", "zero", "value", "other_scale"]
    """What of it can be compared: a sign, no effect, a value or range, or nothing but the order of
    magnitude."""
    low: float | None = None
    """The value, or the lower end of a range."""
    high: float | None = None
    """The upper end of a range; by default `low`."""
    ours: dict[str, str | int | list[str] | list[int]] = Field(min_length=1)
    """Column of results to its value, or a list of values, of the rows that answer it."""
    rows_by: dict[str, str] = Field(default={})
    """Column of results that tells several rows apart, to the kind of labels of its keys, or to
    ``year`` where they are years."""
    unit: Text
    """Unit of our estimate."""
    scale: float = 1.0
    """By which our estimate is multiplied."""
    decimals: Annotated[int, Field(ge=0, le=4)] = 2
    """Decimals of our estimate."""
    why: Text
    """How our design and data differ from the published ones."""
    absent: Text
    """Why there is no row of ours, where there is none."""

    @model_validator(mode="after")
    def _fits_together(self):
        if (self.low is None) == (self.expects == "value"):
            raise ValueError("expected low where, and only where, expects is value")
        if self.high is not None and (self.low is None or self.high < self.low):
            raise ValueError(f"high is {self.high:g}; expected at least low")
        for field in ("ours", "rows_by"):
            for column in getattr(self, field):
                if column not in KEYS:
                    raise ValueError(f"{field} names {column!r}, which is no key column of results")
        for kind in self.rows_by.values():
            if kind not in (YEAR, "variable", *labels.kinds()):
                raise ValueError(
                    f"rows_by names {kind!r}, which is no kind of guantian/labels.yaml"
                )
        return self


class ExternalChecks(Options):
    """The file of published results."""

    checks: list[ExternalCheck] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self):
        names = [check.id for check in self.checks]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"the check {min(twice)} appears twice; expected it once")
        return self
