"""Outcomes of local governments and their controls, as balanced samples made by one rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

SCALES = ("log_per_head", "log", "level")
CONTROLS = ("income", "population")


@dataclass(frozen=True)
class ReactionOutcome:
    """An outcome whose response to the rivals' is estimated.

    Attributes
    ----------
    name : str
        Its name in the estimates.
    variable : str
        Column of the data.
    scale : {"log_per_head", "log", "level"}
        The log of the value over the registered population, its log, or the value.
    first, last : int
        Years of the outcome, both included; controls are of the year before.
    bridge : int
        Longest run of missing years inside a city's series that a straight line fills.
    split : int or None
        Last year of the earlier window, where the sample is split.
    """

    name: str
    variable: str
    scale: str
    first: int
    last: int
    bridge: int = 0
    split: int | None = None

    def __post_init__(self) -> None:
        """Refuse an unknown scale."""
        if self.scale not in SCALES:
            raise ValueError(
                f"The outcome {self.name} has the scale {self.scale!r}; expected one of "
                f"{', '.join(SCALES)}."
            )


@dataclass(frozen=True)
class ReactionSample:
    """A balanced sample.

    Attributes
    ----------
    outcome : Series
        On (city_code, year), complete.
    controls : DataFrame
        Columns of `CONTROLS`, of the year before, on the same index.
    excluded : Series
        City to the reason for which it is left out.
    bridged : float
        Share of the outcome's cells that a straight line fills.
    """

    outcome: pd.Series
    controls: pd.DataFrame
    excluded: pd.Series
    bridged: float

    @property
    def cities(self) -> list[str]:
        """Codes, ascending."""
        return list(self.outcome.index.unique("city_code"))

    def window(self, first: int, last: int) -> ReactionSample:
        """Keep these years."""
        years = self.outcome.index.get_level_values("year")
        kept = (years >= first) & (years <= last)
        return ReactionSample(self.outcome[kept], self.controls[kept], self.excluded, self.bridged)

    def only(self, cities: list[str]) -> ReactionSample:
        """Keep these cities."""
        kept = self.outcome.index.get_level_values("city_code").isin(cities)
        return ReactionSample(self.outcome[kept], self.controls[kept], self.excluded, self.bridged)


def join_tables(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Join tables keyed by city and year; of a column that several have, the first is kept."""
    joined = pd.DataFrame()
    for table in tables:
        keyed = table.set_index(["city_code", "year"])
        joined = (
            keyed
            if joined.empty
            else joined.join(keyed[keyed.columns.difference(joined.columns)], how="outer")
        )
    return joined.sort_index()


def bridge_gaps(values: pd.DataFrame, longest: int) -> pd.DataFrame:
    """Fill runs of missing years inside a series by a straight line, where they are short.

    Parameters
    ----------
    values : DataFrame, shape (T, n)
        Consecutive years in rows, units in columns.
    longest
        Longest run that is filled; 0 fills nothing. Ends are never extended.

    Examples
    --------
    >>> bridge_gaps(pd.DataFrame({"a": [1.0, np.nan, 3.0, np.nan]}), 1)["a"].tolist()
    [1.0, 2.0, 3.0, nan]
    """
    if longest <= 0:
        return values
    filled = values.to_numpy(dtype="float64", copy=True)
    for column in filled.T:
        known = np.flatnonzero(~np.isnan(column))
        length = np.diff(known) - 1
        for at in np.flatnonzero((length > 0) & (length <= longest)):
            ends = known[at : at + 2]
            inside = np.arange(ends[0] + 1, ends[1])
            column[inside] = np.interp(inside, ends, column[ends])
    return pd.DataFrame(filled, index=values.index, columns=values.columns)


def reaction_sample(
    data: pd.DataFrame, outcome: ReactionOutcome, cities: list[str], bridge: Mapping[str, int]
) -> ReactionSample:
    """Balance a sample: cities with outcome and controls in every year.

    Parameters
    ----------
    data
        Index (city_code, year); the outcome's variable, ``gdp_100m_yuan`` and
        ``registered_population_10k``.
    outcome
        What is explained, and when; cells that its source interpolated count as missing.
    cities
        Codes that may enter.
    bridge
        Longest run of missing years that is filled in ``income`` and ``population``, in logs.

    Raises
    ------
    ValueError
        If the data have no such variable, or no city is complete.
    """
    if outcome.variable not in data:
        raise ValueError(f"The data have no variable {outcome.variable}.")
    years = range(outcome.first - 1, outcome.last + 1)
    # Neighbouring years help to bridge the first and the last of the window.
    wide = range(outcome.first - 3, outcome.last + 3)

    def table(column: str) -> pd.DataFrame:
        values = data[column]
        imputed = column.replace("_100m_yuan", "_imputed")
        if imputed != column and imputed in data:
            values = values.where(data[imputed] != 1)
        return values.unstack("city_code").reindex(index=wide, columns=cities)

    def logs(column: str) -> pd.DataFrame:
        values = table(column)
        return np.log(values.where(values > 0))

    population = bridge_gaps(logs("registered_population_10k"), bridge["population"])
    income = bridge_gaps(logs("gdp_100m_yuan"), bridge["income"]) - population
    raw = table(outcome.variable) if outcome.scale == "level" else logs(outcome.variable)
    values = bridge_gaps(raw, outcome.bridge)
    if outcome.scale == "log_per_head":
        values = values - population
    lagged = {"income": income.shift(), "population": population.shift()}
    parts = {"outcome": values, **lagged}
    parts = {name: part.loc[years[1] : years[-1]] for name, part in parts.items()}
    excluded = _reasons(parts, outcome)
    kept = [code for code in cities if code not in excluded.index]
    if not kept:
        raise ValueError(
            f"No city has {outcome.variable} and its controls in every year from "
            f"{outcome.first} to {outcome.last}."
        )
    long = pd.DataFrame(
        {name: part[kept].T.stack().rename_axis(["city_code", "year"])
         for name, part in parts.items()}
    ).sort_index()  # fmt: skip
    bridged = raw.loc[years[1] : years[-1], kept].isna().to_numpy().mean()
    return ReactionSample(long["outcome"], long[list(CONTROLS)], excluded, float(bridged))


def _reasons(parts: Mapping[str, pd.DataFrame], outcome: ReactionOutcome) -> pd.Series:
    reasons: dict[str, str] = {}
    names = {"outcome": outcome.variable, "income": "output per head", "population": "population"}
    for name, part in parts.items():
        for code, missing in part.isna().sum().items():
            if missing and code not in reasons:
                reasons[code] = f"{names[name]} is missing in {missing} of {len(part)} years"
    return pd.Series(reasons, name="reason", dtype="object").rename_axis("city_code").sort_index()
