"""Similarity of industrial structures: the zone's level and trend among placebo zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from guantian.chapters.similarity.estimate.groups import (
    band_rows,
    jackknife_of_pairs,
    member_means,
    pair_means,
    positions,
    ranked,
    slopes,
)
from guantian.geography.placebo_sets import SETS, members_of
from regiometrics.inference import inference_row
from regiometrics.structure.similarity import INDICES
from regiometrics.structure.specialisation import specialisation

FARMING = {"sector": "agriculture", "branch": "primary"}
AGRICULTURE = ("with", "without")
RANKED = ("level", "trend")
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
        What the axes are.
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
    return Structure(shares_of(counts), counts, periods, codes, list(wide.columns))


def shares_of(counts: np.ndarray) -> np.ndarray:
    """Divide counts by their sum over the last axis; missing where one is or all are zero."""
    total = counts.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, counts / total, np.nan)


def run_similarity(
    structure: pd.DataFrame,
    specs: pd.DataFrame,
    zone: Sequence[str],
    placebo: pd.DataFrame,
    known: float,
    confidence: float,
) -> tuple[list[dict], list[dict]]:
    """Measure level and trend of similarity in every source and rank the zone.

    Parameters
    ----------
    structure
        Long table of structure.
    specs
        One row per specification: ``spec``, ``source``, ``level``, ``first``, ``last``.
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
        Rows of the analyses ``similarity`` (indices of pairs) and ``specialisation`` (indices of
        cities compared with the sum of all); ``variant`` is the specification, ``group`` says
        whether agriculture is a sector, ``measure`` is the index. Terms: ``level`` and ``trend`` (a
        year) ranked among the placebo zones of ``placebo_set`` (every set for Krugman's index),
        ``own_level`` and ``own_trend`` with intervals of their own.
    series
        The zone's mean and the placebo quantiles by specification, agriculture, index and year; how
        many ranks lie outside the placebo zones' interval (``ranks_outside``), and the range of the
        p-values over the sets of placebo zones (``placebo_sets``).
    """
    sets = {name: members_of(placebo, name) for name in SETS}
    rows, series = [], []
    for spec in specs.itertuples():
        for agriculture in AGRICULTURE:
            data = read_structure(
                structure, spec.source, spec.level, (spec.first, spec.last), agriculture
            )
            study = _Study(data, zone, sets, known, confidence)
            key = {"variant": spec.spec, "group": agriculture, "sample": "zone"}
            for index, measure in INDICES.items():
                values = np.stack([measure(shares) for shares in data.shares])
                labels = {"analysis": "similarity", "measure": index, **key}
                chosen = SETS if index == "krugman" else ("main",)
                rows += [labels | row for row in study.of_pairs(values, chosen)]
                series += [labels | row for row in study.series(values)]
            cities = [
                specialisation(pd.DataFrame(counts, data.codes, data.sectors))
                for counts in data.counts
            ]
            for index in ("hoover", "theil"):
                values = np.stack([frame[index].to_numpy() for frame in cities])
                labels = {"analysis": "specialisation", "measure": index, **key}
                rows += [labels | row for row in study.of_cities(values)]
    return rows, [*series, *_summary(rows)]


def _summary(rows: Sequence[Mapping]) -> Iterator[dict]:
    """Count the ranks outside the placebo zones' interval; p-values over the placebo sets."""
    known = [row for row in rows if row["term"] in RANKED and "p_value" in row]
    for term in RANKED:
        main = [row for row in known if row["term"] == term and row["placebo_set"] == "main"]
        outside = sum(row["conf_low"] > 0 or row["conf_high"] < 0 for row in main)
        counts = {"n_obs": len(main), "value": outside}
        yield {"analysis": "ranks_outside", "sample": "zone", "term": term} | counts
    by_key: dict[tuple[str, str, str], list[float]] = {}
    for row in known:
        if row["measure"] == "krugman":
            key = row["variant"], row["group"], row["term"]
            by_key.setdefault(key, []).append(row["p_value"])
    for (variant, group, term), values in by_key.items():
        labels = {"analysis": "placebo_sets", "sample": "zone", "outcome": term}
        labels |= {"variant": variant, "group": group, "measure": "krugman"}
        for end, value in (("p_low", min(values)), ("p_high", max(values))):
            yield labels | {"term": end, "value": value, "n_obs": len(values)}


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

    def of_pairs(self, values: np.ndarray, sets: Sequence[str]) -> Iterator[dict]:
        """Rank level and trend, and give both with their own intervals; values (T, n, n)."""
        for term, matrix in self._terms(values):
            own = pair_means(matrix, self._own)[0]
            for name in sets:
                groups = self._groups[name]
                row = ranked(own, pair_means(matrix, groups), groups, self.confidence)
                yield self._years | row | {"term": term, "placebo_set": name}
            row = jackknife_of_pairs(matrix, self._own[0], self.confidence)
            row = row or {"note": "a value of a member is missing"}
            yield self._years | row | {"term": f"own_{term}", "estimator": "mean over pairs"}

    def of_cities(self, values: np.ndarray) -> Iterator[dict]:
        """Rank level and trend of an index of cities; values (T, n)."""
        groups, own = self._groups["main"], self._own
        for term, vector in self._terms(values):
            means = member_means(vector, own)
            row = ranked(means[0], member_means(vector, groups), groups, self.confidence)
            yield self._years | row | {"term": term, "placebo_set": "main"}
            if not np.isnan(means[0]):
                single = vector[own[0]]
                error = single.std(ddof=1) / np.sqrt(len(single))
                row = inference_row(means[0], error, self.confidence, len(single) - 1)
                row |= {"estimator": "mean over cities", "cov_type": "between cities"}
                yield self._years | row | {"term": f"own_{term}", "n_units": len(single)}

    def series(self, values: np.ndarray) -> Iterator[dict]:
        """Give each year's mean over the zone's pairs with placebo quantiles.

        Of the placebo zones whose pairs are known in every year, so that one set is followed.
        """
        by_year = np.stack([pair_means(matrix, self._groups["main"]) for matrix in values])
        by_year[:, np.isnan(by_year).any(axis=0)] = np.nan
        for year, matrix, placebos in zip(self.data.years, values, by_year, strict=True):
            own = pair_means(matrix, self._own)[0]
            for row in band_rows(own, placebos, self.confidence):
                yield {"year": year, **row}

    @property
    def _years(self) -> dict[str, int]:
        """The period, and how many years of it the source has."""
        years = self.data.years
        return {"first_year": years[0], "last_year": years[-1], "n_periods": len(years)}

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
