"""Likeness of industrial structures: the zone's level and trend among placebo zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from guantian.chapters.similarity.estimate.groups import (
    jackknife_of_pairs,
    member_means,
    pair_means,
    positions,
    quantiles,
    ranked,
    slopes,
)
from guantian.estimates import tidy
from guantian.geography.placebo_sets import SETS, members_of
from regiometrics.inference import inference_row
from regiometrics.structure.similarity import INDICES
from regiometrics.structure.specialisation import specialisation

FARMING = {"sector": "agriculture", "branch": "primary"}
AGRICULTURE = ("with", "without")
PAIR_COLUMNS = ["source", "year", "agriculture", "index", "code_a", "code_b", "value"]


@dataclass(frozen=True)
class Structure:
    """Shares of sectors of many places over years.

    Attributes
    ----------
    shares : ndarray, shape (T, n, k)
        Missing for a place whose sectors are not all known in a year.
    counts : ndarray, shape (T, n, k)
        Workers or output, missing likewise.
    years, codes, sectors
        What the axes stand for.
    """

    shares: np.ndarray
    counts: np.ndarray
    years: list[int]
    codes: list[str]
    sectors: list[str]


def read_structure(
    structure: pd.DataFrame, source: str, level: str, years: Sequence[int], agriculture: str
) -> Structure:
    """Bring one source of the long table of structure into an array.

    Parameters
    ----------
    structure
        As `guantian.data.structure.build_structure` returns it.
    source, level
        Rows to take.
    years
        First and last.
    agriculture
        "with" or "without": whether farming is a sector; shares add up to one either way.

    Raises
    ------
    ValueError
        If there are no such rows.
    """
    chosen = structure[
        (structure["source"] == source)
        & (structure["level"] == level)
        & structure["year"].between(*years)
        & (structure["complete"] == 1)
    ]
    if agriculture == "without":
        chosen = chosen[chosen["sector"] != FARMING[level]]
    if chosen.empty:
        raise ValueError(f"The structure has no rows of {source}, {level}, {years}.")
    wide = chosen.pivot(index=["year", "code"], columns="sector", values="value")
    periods = sorted(chosen["year"].unique().tolist())
    codes = sorted(chosen["code"].unique().tolist())
    wide = wide.reindex(pd.MultiIndex.from_product([periods, codes]))
    counts = wide.to_numpy("float64").reshape(len(periods), len(codes), -1)
    total = counts.sum(axis=2, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(total > 0, counts / total, np.nan)
    return Structure(shares, counts, periods, codes, list(wide.columns))


def run_likeness(
    structure: pd.DataFrame,
    specs: pd.DataFrame,
    zone: Sequence[str],
    placebo: pd.DataFrame,
    known: float,
    confidence: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measure level and trend of likeness in every source and rank the zone.

    Parameters
    ----------
    structure
        Long table of structure.
    specs
        A row a specification: ``spec``, ``source``, ``level``, ``first``, ``last``.
    zone
        Codes of the members.
    placebo
        Sets of placebo zones.
    known
        Share of the years in which a pair must be known.
    confidence
        Of the intervals.

    Returns
    -------
    estimates
        Analyses ``similarity`` (indices of pairs), ``specialisation`` (indices of cities against
        the sum of all) and ``similarity_sets`` (Krugman's index by set of placebo zones). Terms:
        ``level`` and ``trend`` (a year) ranked, ``own_level`` and ``own_trend`` as they are.
    series
        A row a spec, agriculture, index and year: the zone's mean and the placebo quantiles.
    """
    sets = {name: members_of(placebo, name) for name in SETS}
    rows, series = [], []
    for spec in specs.itertuples():
        for agriculture in AGRICULTURE:
            data = read_structure(
                structure, spec.source, spec.level, (spec.first, spec.last), agriculture
            )
            name = spec.spec if agriculture == "with" else f"{spec.spec}_no_agriculture"
            study = _Study(data, zone, sets, known, confidence)
            for index, measure in INDICES.items():
                values = np.stack([measure(shares) for shares in data.shares])
                rows += [dict(row, spec=name, outcome=index) for row in study.of_pairs(values)]
                if index == "krugman":
                    rows += [dict(row, spec=name, outcome=index) for row in study.by_set(values)]
                series += study.series(values, spec=spec.spec, agriculture=agriculture, index=index)
            cities = [
                specialisation(pd.DataFrame(counts, data.codes, data.sectors))
                for counts in data.counts
            ]
            for index in ("hoover", "theil"):
                values = np.stack([frame[index].to_numpy() for frame in cities])
                rows += [dict(row, spec=name, outcome=index) for row in study.of_cities(values)]
    estimates = tidy(rows, sample="zone")
    return estimates, pd.DataFrame(series)


@dataclass(frozen=True)
class _Study:
    """The zone and its placebo zones on one structure."""

    data: Structure
    zone: Sequence[str]
    sets: Mapping[str, np.ndarray]
    known: float
    confidence: float

    @cached_property
    def _own(self) -> np.ndarray:
        return positions(self.data.codes, [sorted(self.zone)])

    @cached_property
    def _groups(self) -> dict[str, np.ndarray]:
        return {name: positions(self.data.codes, members) for name, members in self.sets.items()}

    def of_pairs(self, values: np.ndarray) -> Iterator[dict]:
        """Rank level and trend, and give both with their own intervals; values (T, n, n)."""
        groups, common = self._groups["main"], {"analysis": "similarity", "n_periods": len(values)}
        for term, matrix in self._terms(values):
            own = pair_means(matrix, self._own)[0]
            placebos = pair_means(matrix, groups)
            row = ranked(own, placebos, groups, self.confidence)
            yield common | row | {"term": term}
            row = jackknife_of_pairs(matrix, self._own[0], self.confidence)
            row = row or {"note": "a figure of a member is missing"}
            yield common | row | {"term": f"own_{term}", "estimator": "mean over pairs"}

    def by_set(self, values: np.ndarray) -> Iterator[dict]:
        """Rank against every set of placebo zones."""
        for term, matrix in self._terms(values):
            own = pair_means(matrix, self._own)[0]
            for name, groups in self._groups.items():
                row = ranked(own, pair_means(matrix, groups), groups, self.confidence)
                common = {"analysis": "similarity_sets", "n_periods": len(values)}
                yield common | row | {"term": f"{term}.{name}"}

    def of_cities(self, values: np.ndarray) -> Iterator[dict]:
        """Rank level and trend of an index of cities; values (T, n)."""
        groups, own = self._groups["main"], self._own
        for term, vector in self._terms(values):
            means = member_means(vector, own)
            row = ranked(means[0], member_means(vector, groups), groups, self.confidence)
            common = {"analysis": "specialisation", "n_periods": len(values)}
            yield common | row | {"term": term}
            if not np.isnan(means[0]):
                single = vector[own[0]]
                error = single.std(ddof=1) / np.sqrt(len(single))
                row = inference_row(means[0], error, self.confidence, len(single) - 1)
                row |= {"estimator": "mean over cities", "cov_type": "between cities"}
                yield common | row | {"term": f"own_{term}", "n_units": len(single)}

    def series(self, values: np.ndarray, **labels: str) -> list[dict]:
        """Give each year's mean over the zone's pairs with placebo quantiles.

        Of the placebo zones whose pairs are known in every year, so that one set is followed.
        """
        by_year = np.stack([pair_means(matrix, self._groups["main"]) for matrix in values])
        by_year[:, np.isnan(by_year).any(axis=0)] = np.nan
        rows = []
        for year, matrix, placebos in zip(self.data.years, values, by_year, strict=True):
            row = labels | {"year": year, "zone": pair_means(matrix, self._own)[0]}
            rows.append(row | quantiles(placebos, self.confidence))
        return rows

    def _terms(self, values: np.ndarray) -> list[tuple[str, np.ndarray]]:
        level, trend = slopes(values, self.data.years, self.known)
        return [("level", level), ("trend", trend)]


def pair_table(structure: pd.DataFrame, wanted: Sequence[tuple[str, int]]) -> pd.DataFrame:
    """List the indices of all pairs of cities.

    Parameters
    ----------
    structure
        Long table of structure.
    wanted
        Source and year.

    Returns
    -------
    DataFrame
        `PAIR_COLUMNS`, sorted; ``code_a`` before ``code_b``; pairs with a missing city left out.
        Indices of `INDICES` and ``overlap``, rounded to eight decimals.
    """
    frames = []
    for source, year in wanted:
        for agriculture in AGRICULTURE:
            data = read_structure(structure, source, "sector", (year, year), agriculture)
            first, second = np.triu_indices(len(data.codes), k=1)
            values = {name: measure(data.shares[0]) for name, measure in INDICES.items()}
            values["overlap"] = 1 - values["krugman"] / 2
            codes = np.array(data.codes)
            for index, matrix in sorted(values.items()):
                frame = pd.DataFrame(
                    {
                        "code_a": codes[first],
                        "code_b": codes[second],
                        "value": matrix[first, second].round(8),
                    }
                )
                labels = {"source": source, "year": year, "agriculture": agriculture}
                frames.append(frame.assign(index=index, **labels).dropna(subset="value"))
    table = pd.concat(frames, ignore_index=True)[PAIR_COLUMNS]
    return table.sort_values(PAIR_COLUMNS[:-1], ignore_index=True)
