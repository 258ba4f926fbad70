"""Options of the chapter on clubs, distribution dynamics and neighbours."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from guantian.options import Name, Options, Positive, Seed, Share, Text, Year, listing, whole

Filter = Literal["hodrick-prescott", "hamilton", "none"]
Names = Annotated[list[Name], *listing()]


class Neighbours(Options):
    """Neighbours on the map."""

    permutations: whole(99, 99999)
    """Random maps, of Moran's I, Geary's C and the spatial Markov test."""
    local_permutations: whole(99, 99999)
    """Random maps of local Moran; with few of them nothing survives the rate below."""
    false_discovery_rate: Annotated[float, Field(gt=0, le=0.5)]
    """False-discovery rate among cities."""


class Clubs(Options):
    """The log t test and its clubs."""

    specs: Names
    """Specifications, of `dynamics.specs`; logs must be above zero, which lights per head are
    not."""
    filter: Filter
    """Filter that removes the cycle."""
    trim: Share
    """Share of the first years left out; a third for short panels (Phillips and Sul 2007)."""
    critical_value: Annotated[float, Field(lt=0, ge=-10)]
    """Critical value of the one-sided test."""
    merge: Literal["von-lyncker-thoennessen", "phillips-sul"]
    """Rule by which clubs are merged."""
    units: Annotated[dict[Text, Positive], Field(min_length=1)]
    """Units of measurement: a name, and what levels are divided by; the first is used, the others
    are tried."""
    trims: Annotated[list[Share], *listing(0)]
    """Shares tried beside `trim`."""
    filters: Annotated[list[Filter], *listing(0)]
    """Filters tried beside `filter`."""
    last_years: whole(1, 10)
    """Number of end years of the panel that are tried."""
    random_walks: whole(20, 10000)
    """Panels of random walks in which clubs are sought."""


class Chains(Options):
    """Markov chains of relative output."""

    classes: whole(2, 9)
    """Quantile classes of relative output."""
    lag_classes: whole(2, 9)
    """Quantile classes of the neighbours' mean."""
    break_year: Year
    """First year of the later period; 2010 is the first after the plan of June 2009."""
    draws: whole(19, 9999)
    """Resamples of cities."""
    horizon: whole(1, 15)
    """Years that the stochastic kernel looks ahead."""


class Trends(Options):
    """Trends of dispersion and of beta, beside log t."""

    specs: Names
    """Specifications, of `dynamics.specs`."""
    span: whole(1, 15)
    """Years over which growth is averaged in the trend of beta."""


class UnitRoots(Options):
    """Panel unit-root tests."""

    specs: Names
    """Specifications, of `dynamics.specs`."""
    lags: Annotated[list[whole(0, 4)], *listing()]
    """Numbers of lags."""
    draws: whole(100, 100000)
    """Simulated panels."""


class Dynamics(Options):
    """Clubs, the distribution and neighbours."""

    specs: Names
    """Specifications, of `convergence.specs`, whose neighbours and distribution are studied."""
    main: Name
    """The specification that is drawn and examined most closely."""
    seed: Seed
    """Seed of permutations, resamples and simulated panels."""
    neighbours: Neighbours
    """Moran's I, Geary's C and local Moran."""
    clubs: Clubs
    """The log t test and its clubs."""
    chains: Chains
    """Markov chains."""
    trends: Trends
    """Trends of dispersion and of beta."""
    unit_roots: UnitRoots
    """Unit-root tests."""

    @model_validator(mode="after")
    def _specs_are_known(self):
        for key, names in (
            ("main", [self.main]),
            ("clubs.specs", self.clubs.specs),
            ("trends.specs", self.trends.specs),
            ("unit_roots.specs", self.unit_roots.specs),
        ):
            for name in names:
                if name not in self.specs:
                    raise ValueError(
                        f"{key} has {name!r}; expected one of dynamics.specs: "
                        f"{', '.join(self.specs)}"
                    )
        return self
