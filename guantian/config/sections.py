"""Sections of the configuration that belong to no chapter: data, map, claims, page and folders."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from guantian.options import (
    City,
    Draws,
    Kilometres,
    Name,
    Options,
    Province,
    Seed,
    Yaml,
    Year,
    above_zero,
    listing,
    number,
    whole,
)


class Deflator(Options):
    """When the deflator that a city's accounts imply is doubted, by its distance in logs."""

    far: above_zero(2)
    """Distance from the province's consumer prices beyond which the panel calls it *far*. No
    deflator of a city's GDP is published; consumer prices are a proxy that leaves out investment
    goods, exports and what mines sell, so *far* is common in mining cities."""
    impossible: above_zero(2)
    """Distance beyond which it is called *impossible*."""

    @model_validator(mode="after")
    def _in_order(self):
        if self.far >= self.impossible:
            raise ValueError(f"far ({self.far:g}) must be below impossible ({self.impossible:g})")
        return self


class Accounts(Options):
    """Checks of the cities' accounts."""

    deflator: Deflator
    """When an implied deflator is doubted."""
    splice_limit: above_zero(100)
    """Robust scales (1.4826 × median absolute deviation) between a city's growth of nominal GDP and
    its province's other cities' at the step from the yearbook (to 2021) to the bulletins (2022,
    2023), beyond which the step is a *break*."""


class Population(Options):
    """What values per head divide by."""

    basis: Literal["resident", "registered", "reported"]
    """`resident`, `registered`, or `reported` (what reported GDP per head implies)."""
    between_censuses: Literal["as_reported", "interpolated"]
    """`interpolated`: residents follow a straight line in logs between the censuses of 2000, 2010
    and 2020 where the source has both; nothing outside them, and nothing over an interval in which
    the city's territory changed. The panel marks every such cell."""

    @model_validator(mode="after")
    def _fits_together(self):
        if self.between_censuses == "interpolated" and self.basis != "resident":
            raise ValueError(
                f"basis is {self.basis!r}; expected resident, since only residents are interpolated"
            )
        return self


class Capital(Options):
    """How investment becomes capital."""

    depreciation: number(0, 0.3)
    """Share of capital lost a year; 0.096 is that of Zhang, Wu and Zhang (2004)."""
    initial: Literal["ratio", "growth"]
    """The first stock: `ratio`, the first year's investment over `initial_ratio`; or `growth`, over
    depreciation plus the mean growth of real investment in the first `initial_years` years (the
    steady state; Hall and Jones 1999)."""
    initial_ratio: above_zero(0.5)
    """First investment over first stock; 0.10 after Young (2003)."""
    initial_years: whole(1, 20)
    """Years of growth, where `initial` is `growth`."""
    price: Literal["investment", "consumer"]
    """The provincial prices that deflate investment."""


class Checks(Options):
    """Checks of the raw tables."""

    focus: Annotated[list[City], *listing()] | None = None
    """Cities that the checks examine more closely; null: the members of the zone of `claims.about`.
    `errata.csv` was made with these, for every zone."""
    plant_in: Annotated[list[Province], *listing()]
    """Provinces in whose data faults are planted, by which the checks are tried."""
    seed: Seed
    """Seed of the planted faults."""


class Placebo(Options):
    """Random contiguous groups among which the zone is ranked."""

    draws: Draws
    """Placebo zones of each set."""
    seed: Seed
    """Their seed."""
    kinds: Annotated[
        list[Literal["economic_zone", "urban_cluster", "reform_pilot", "demonstration_zone"]],
        *listing(0),
    ]
    """Kinds of approved zones (`zones/`) that the sets *main* and *wide* leave out."""


class Weights(Options):
    """Spatial weights between cities."""

    nearest: whole(1, 50)
    """Neighbours of each city."""
    cutoff_km: Kilometres
    """Cut-off of inverse distance, between points inside the cities."""
    economic_year: Year
    """Year of the GDP per head by which economic distance is measured; before the years under
    study."""


class Claims(Options):
    """The claims and the rule that decides them."""

    registry: Yaml
    """The claims and their primary tests (`docs/add-a-claim.md`)."""
    about: Name
    """The study's own zone, the case of one of the documents, a file of `zones/`: its results are
    in `results`, those of another zone in a folder of its own, and the page says so."""
    alpha: Annotated[float, Field(gt=0, le=0.2)]
    """Level of p-values, adjusted over the primary tests for China and over those for the zone."""
    absent: Literal["fail", "note"]
    """What happens where the estimate of a primary test is missing: `fail`, or `note`, by which the
    test is not testable, in a study that estimates less; for another zone than the study's own
    always `note`."""


class Site(Options):
    """The page."""

    variables: Annotated[list[Name], *listing(1, 12)]
    """Variables of the panel on the page's map and in its series."""


#: Folders that the study reads or that belong to the project: nothing is made in them.
SOURCES = (
    ".ci",
    ".git",
    ".github",
    ".snakemake",
    ".test",
    ".venv",
    "LICENSES",
    "assets",
    "audit",
    "benchmarks",
    "config",
    "data",
    "docs",
    "guantian",
    "packages",
    "paper",
    "profiles",
    "review",
    "tests",
    "workflow",
)
#: Folders in them that are there to be made.
MADE_IN_SOURCES = ("data/processed", "benchmarks/rules")
FOLDER = r"^[A-Za-z0-9_][A-Za-z0-9_/-]*$"


def _stop_on_source_folder(folder: str) -> str:
    """Refuse a folder in which the project's own files are: cleaning would delete them."""
    clean = str(PurePosixPath(re.sub("/+", "/", folder)))
    lowered = clean.lower()
    for made in MADE_IN_SOURCES:
        if clean == made or clean.startswith(f"{made}/"):
            return clean
    top = lowered.split("/")[0]
    if top in {source.lower() for source in SOURCES}:
        raise ValueError(
            f"{folder!r} is in {top}, which holds the project's own files; expected a folder for "
            f"what is made, as results, or one in {' or '.join(MADE_IN_SOURCES)}"
        )
    return clean


Folder = Annotated[str, StringConstraints(pattern=FOLDER), AfterValidator(_stop_on_source_folder)]


class Folders(Options):
    """Where things are made, under the project's folder."""

    processed: Folder = "data/processed"
    """Corrected tables, the panel, geography. Of these four: where another zone than `claims.about`
    is studied and the folder is the default, a folder in it named after the zone."""
    results: Folder = "results"
    """Estimates, figures, tables, the paper, the page."""
    logs: Folder = "logs"
    """Logs of the jobs."""
    benchmarks: Folder = "benchmarks/rules"
    """Time and memory of the jobs."""

    @model_validator(mode="after")
    def _different(self):
        named = self.model_dump()
        for key, folder in named.items():
            for other, second in named.items():
                if key < other and folder == second:
                    raise ValueError(f"{key} and {other} are both {folder!r}; expected two folders")
        return self


DEFAULT_FOLDERS = Folders()
