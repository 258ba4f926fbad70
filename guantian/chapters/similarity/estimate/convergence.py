"""Do structures converge? The trend of Krugman's index over all pairs of neighbouring cities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.chapters.similarity.estimate.groups import pair_means, positions, slopes
from guantian.chapters.similarity.estimate.similarity import (
    AGRICULTURE,
    Structure,
    read_structure,
    shares_of,
)
from guantian.placebo_inference import Placebos, placebo_test, zone_row
from guantian.regression import dyadic_meat
from regiometrics.convergence.trends import newey_west_trend
from regiometrics.inference import inference_row
from regiometrics.structure.similarity import krugman

PART = "S1.3"
LABELS = {"variant": PART, "outcome": "similarity", "measure": "krugman", "term": "trend"}
ESTIMATOR = "least squares, pair effects"


@dataclass(frozen=True)
class Dyads:
    """Pairs of cities with structures, and the clusters of the pairs' errors.

    Attributes
    ----------
    shares : ndarray, shape (T, n, k)
        Shares of sectors; missing where a city's are not all known.
    years : ndarray, shape (T,)
    first, second : int arrays, shape (pairs,)
        Positions of each pair's cities.
    provinces : int array, shape (n,)
        Position of each city's province.
    """

    shares: np.ndarray
    years: np.ndarray
    first: np.ndarray
    second: np.ndarray
    provinces: np.ndarray

    @classmethod
    def build(cls, data: Structure, chosen: pd.DataFrame, known: float) -> Dyads:
        """Build from structures and the chosen pairs; a pair needs a share of the years known."""
        index = pd.Index(data.codes)
        ends = [index.get_indexer(chosen[name]) for name in ("code_a", "code_b")]
        both = (ends[0] >= 0) & (ends[1] >= 0)
        first, second = (end[both] for end in ends)
        there = ~np.isnan(data.shares).any(axis=2)
        enough = (there[:, first] & there[:, second]).mean(axis=0) >= known - 1e-9
        provinces = pd.factorize(pd.Series(data.codes).str[:2])[0]  # GB/T 2260
        years = np.asarray(data.years, float)
        return cls(data.shares, years, first[enough], second[enough], provinces)

    def distances(self, shares: np.ndarray | None = None) -> np.ndarray:
        """Krugman's index of each pair, shape (T, pairs)."""
        shares = self.shares if shares is None else shares
        return np.abs(shares[:, self.first] - shares[:, self.second]).sum(axis=2)

    @property
    def by_province(self) -> tuple[np.ndarray, np.ndarray]:
        """Provinces of each pair's cities."""
        return self.provinces[self.first], self.provinces[self.second]

    def placebos(self, slope: float, draws: int, seed: int) -> Placebos:
        """Estimate trends where there is none: the time of whole provinces is reversed at random.

        A province whose years run backwards keeps its structures, their noise and their dependence
        on those of its neighbours, and its pairs' trends change sign. Where both provinces of a
        pair run the same way, the trend found in the data is taken out first, so that the placebos
        hold no common trend; where they run against each other, none is left on average.
        """
        random = np.random.default_rng(seed)
        time = self.years - self.years.mean()
        found = np.empty((draws, 2))
        for draw in range(draws):
            turned = random.random(self.provinces.max() + 1) < 0.5
            turned = turned[self.provinces]
            shares = np.where(turned[None, :, None], self.shares[::-1], self.shares)
            ends = turned[self.first], turned[self.second]
            sign = np.where(ends[0] == ends[1], np.where(ends[0], -1.0, 1.0), 0.0)
            distances = self.distances(shares) - slope * sign * time[:, None]
            found[draw] = trend_of_pairs(distances, self.years, *self.by_province)[:2]
        return Placebos(*found.T)


def trend_of_pairs(
    values: np.ndarray, years: np.ndarray, first: np.ndarray, second: np.ndarray
) -> tuple[float, float, int]:
    """Fit one trend with a constant for each pair, with errors that allow for common members.

    Parameters
    ----------
    values : ndarray, shape (T, pairs)
        May have gaps.
    years : ndarray, shape (T,)
    first, second : int arrays, shape (pairs,)
        Members or clusters that the errors of pairs may share.

    Returns
    -------
    slope, error, clusters
        The error is dyadic (Aronow, Samii and Assenova 2015), over all years of the pairs, times
        the root of G / (G - 1).
    """
    there = ~np.isnan(values)
    count = np.maximum(there.sum(axis=0), 1)
    time = np.where(there, years[:, None], 0.0)
    time = (time - time.sum(axis=0) / count) * there
    filled = np.where(there, values, 0.0)
    filled = (filled - filled.sum(axis=0) / count) * there
    squares = (time**2).sum()
    slope = (time * filled).sum() / squares
    scores = (time * (filled - slope * time)).sum(axis=0)
    clusters = len(np.union1d(first, second))
    meat = dyadic_meat(scores[:, None], first, second)[0, 0]
    variance = max(meat, 0.0) * clusters / max(clusters - 1, 1)
    return float(slope), float(np.sqrt(variance) / squares), clusters


def run_convergence(
    structure: pd.DataFrame,
    districts: pd.DataFrame,
    specs: pd.DataFrame,
    pairs: pd.DataFrame,
    zone: Sequence[str],
    placebo: np.ndarray,
    choices: Mapping,
    confidence: float,
) -> list[dict]:
    """Test S1.3, that the structures of neighbouring cities converge: the index falls.

    Parameters
    ----------
    structure
        Long table of structure.
    districts
        Employment of cities' districts by sector: ``city_code``, ``year`` and the sectors.
    specs
        Specifications of similarity: ``spec``, ``source``, ``level``, ``first``, ``last``.
    pairs
        Pairs of cities: ``code_a``, ``code_b``, ``adjacent``, ``distance_km``.
    zone
        Codes of the members.
    placebo : ndarray, shape (draws, size)
        Codes of the placebo zones.
    choices
        The section of the configuration: ``min_known_share``, ``conley_km`` (of far pairs) and
        ``primary``: ``structure`` (the specification of the primary test), ``draws`` and ``seed``.
    confidence
        Of the intervals.

    Returns
    -------
    list of dict
        Rows of estimates, ``variant`` S1.3, term ``trend`` (of Krugman's index, a year).
        ``analysis`` is ``primary`` (the declared specification, with agriculture), ``secondary``
        (by ``variable``, the specification; ``group``, agriculture; ``errors``, the clusters of
        the dyads or Newey and West's error of the mean's trend) or ``falsification`` (pairs further
        apart than ``conley_km``, whose governments do not copy each other). ``sample`` is ``china``
        or ``zone``.

    Notes
    -----
    The expected standard error and the size are from `Dyads.placebos` for China, and from
    `guantian.placebo_inference.zone_row` for the zone.
    """
    primary, known = choices["primary"], choices["min_known_share"]
    near = pairs[pairs["adjacent"] == 1]
    far = pairs[pairs["distance_km"] > choices["conley_km"]]
    rows = []
    for spec, agriculture, data in _structures(structure, districts, specs):
        first = spec == primary["structure"] and agriculture == "with"
        labels = LABELS | {"analysis": "primary" if first else "secondary"}
        labels |= {"variable": spec, "group": agriculture, "n_periods": len(data.years)}
        labels |= {"first_year": data.years[0], "last_year": data.years[-1]}
        rows += [labels | row for row in _zone_rows(data, zone, placebo, known, confidence)]
        dyads = Dyads.build(data, near, known)
        if dyads.first.size:
            rows += [labels | row for row in _china_rows(dyads, first, primary, confidence)]
        if first and (apart := Dyads.build(data, far, known)).first.size:
            row = _row(apart, apart.by_province, "province", confidence)
            rows.append(labels | row | {"analysis": "falsification"})
    return rows


def _structures(
    structure: pd.DataFrame, districts: pd.DataFrame, specs: pd.DataFrame
) -> Iterator[tuple[str, str, Structure]]:
    for spec in specs.itertuples():
        for agriculture in AGRICULTURE:
            years = spec.first, spec.last
            yield (
                spec.spec,
                agriculture,
                read_structure(structure, spec.source, spec.level, years, agriculture),
            )
    yield "districts", "with", district_structure(districts)


def district_structure(districts: pd.DataFrame) -> Structure:
    """Bring the employment of cities' districts into an array of shares."""
    wide = districts.set_index(["year", "city_code"]).sort_index()
    years, codes = (sorted(wide.index.unique(name)) for name in ("year", "city_code"))
    wide = wide.reindex(pd.MultiIndex.from_product([years, codes]))
    counts = wide.to_numpy("float64").reshape(len(years), len(codes), -1)
    return Structure(shares_of(counts), counts, years, codes, list(wide.columns))


def _china_rows(dyads: Dyads, first: bool, primary: Mapping, confidence: float) -> Iterator[dict]:
    """The trend with errors by province, tested where it is the primary one; others beside."""
    row = _row(dyads, dyads.by_province, "province", confidence)
    if first:
        placebos = dyads.placebos(row["estimate"], primary["draws"], primary["seed"])
        yield placebo_test(row, placebos, confidence) | {"errors": ""}
    else:
        yield row
    secondary = {"analysis": "secondary"}
    yield _row(dyads, (dyads.first, dyads.second), "city", confidence) | secondary
    mean = pd.Series(np.nanmean(dyads.distances(), axis=1), index=dyads.years)
    if len(mean) >= 4:
        fitted = newey_west_trend(mean)
        row = inference_row(fitted.slope, fitted.std_error, confidence, fitted.df)
        labels = {"errors": "newey_west", "estimator": "least squares, mean over pairs"}
        labels |= {"cov_type": "Newey-West, calibrated", "df": fitted.df}
        yield row | labels | secondary | {"sample": "china", "n_obs": len(mean)}


def _row(
    dyads: Dyads, clusters: tuple[np.ndarray, np.ndarray], errors: str, confidence: float
) -> dict:
    values = dyads.distances()
    slope, error, count = trend_of_pairs(values, dyads.years, *clusters)
    return inference_row(slope, error, confidence, count - 1) | {
        "sample": "china",
        "errors": errors,
        "df": count - 1,
        "n_clusters": count,
        "n_units": values.shape[1],
        "n_obs": int((~np.isnan(values)).sum()),
        "estimator": ESTIMATOR,
        "cov_type": f"dyadic by {errors}",
    }


def _zone_rows(
    data: Structure, zone: Sequence[str], placebo: np.ndarray, known: float, confidence: float
) -> Iterator[dict]:
    values = np.stack([krugman(shares) for shares in data.shares])
    _, trends = slopes(values, data.years, known)
    groups = positions(data.codes, placebo)
    own = pair_means(trends, positions(data.codes, [sorted(zone)]))[0]
    row = zone_row(own, pair_means(trends, groups), groups, confidence)
    if row:
        size = len(zone)
        counts = {"n_units": size * (size - 1) // 2, "estimator": "mean over the zone's pairs"}
        yield row | counts | {"sample": "zone"}
