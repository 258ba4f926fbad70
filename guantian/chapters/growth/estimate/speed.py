"""How fast did prefectures grow? Their mean real growth against a benchmark, in every vintage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.data.growth import HEADLINE, vintages
from guantian.placebo_inference import Placebos, placebo_test, zone_row
from regiometrics.inference import inference_row

PART = "S1.1a"
KNOWN = 0.75  # of the years, below which a city is in no group's mean
COSINES = 2  # of Lazarus, Lewis, Stock and Watson's rule 0.4 T^(2/3) at twenty years


@dataclass(frozen=True)
class Growth:
    """Real growth of cities over years, and the provinces by which its errors depend.

    Attributes
    ----------
    values : ndarray, shape (T, n)
        Per cent, with gaps.
    weights : ndarray, shape (T, n)
        Of the cities within a year; any scale.
    provinces : int array, shape (n,)
    """

    values: np.ndarray
    weights: np.ndarray
    provinces: np.ndarray

    @property
    def yearly(self) -> np.ndarray:
        """Mean over the cities known in each year, shape (T,)."""
        sums, weights = self._sums
        return sums.sum(axis=1) / weights.sum(axis=1)

    @property
    def _sums(self) -> tuple[np.ndarray, np.ndarray]:
        """Weighted growth and weights by year and province, shape (T, provinces)."""
        weights = np.where(np.isnan(self.values), 0.0, self.weights)
        members = np.eye(self.provinces.max() + 1)[self.provinces]
        return (weights * np.nan_to_num(self.values)) @ members, weights @ members

    def mean(self) -> tuple[float, float, int]:
        """Mean over years of the yearly means, its error clustered by province, and the clusters.

        Each year counts the same, so that years in which fewer cities are known do not weigh less.
        """
        sums, weights = self._sums
        draws = np.ones((1, sums.shape[1]))
        estimate, error = _means(sums, weights, draws)
        return float(estimate[0]), float(error[0]), sums.shape[1]

    def placebos(self, draws: int, seed: int) -> Placebos:
        """Estimate means where the true one is zero.

        From each year's growth the mean of all cities is taken, and whole provinces are drawn with
        replacement: no level is left to see, and dependence within provinces and over time stays.
        """
        sums, weights = self._sums
        apart = sums - weights * self.yearly[:, None]
        random = np.random.default_rng(seed)
        count = sums.shape[1]
        drawn = random.multinomial(count, np.full(count, 1 / count), size=draws).astype(float)
        return Placebos(*_means(apart, weights, drawn))


def _means(
    sums: np.ndarray, weights: np.ndarray, drawn: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Means over years and their errors, of provinces drawn so often; drawn (draws, provinces)."""
    total = drawn @ weights.T
    yearly = (drawn @ sums.T) / total
    # Of each province and draw: what its distance from the yearly means adds to the mean.
    scores = ((sums.T[None] - weights.T[None] * yearly[:, None]) / total[:, None]).mean(axis=2)
    count = drawn.sum(axis=1)
    variance = (drawn * scores**2).sum(axis=1) * count / (count - 1)
    return yearly.mean(axis=1), np.sqrt(variance)


def run_speed(
    panel: pd.DataFrame,
    zone: Sequence[str],
    placebo: np.ndarray,
    choices: Mapping,
    confidence: float,
) -> list[dict]:
    """Test S1.1a, that the regional economy grew very fast, against a benchmark.

    Parameters
    ----------
    panel
        Index (city_code, year): mainland cities, with the vintages of growth.
    zone, placebo
        Codes of the members and, shape (draws, size), of the placebo zones.
    choices
        The section of the configuration: ``speed`` (``first``, ``last``, ``benchmark``,
        ``split``), ``placebos`` and ``seed``.
    confidence
        Of the intervals.

    Returns
    -------
    list of dict
        Rows of estimates, ``variant`` S1.1a, term ``mean``, per cent a year; ``outcome`` is the
        vintage, a variable of the panel. ``analysis`` is ``primary`` (the headline, all years, each
        city the same) or ``secondary`` (other vintages, the two periods, ``weights`` gdp, and
        ``errors`` cosine: of the national mean as a time series). ``sample`` is ``china`` or
        ``zone``; ``benchmark`` is the reference value of every p.

    Notes
    -----
    The statement is about these years: errors allow any dependence within provinces and over time,
    and take the years as given. The secondary rows with cosine errors take the years as a sample
    of a stationary series (Lazarus, Lewis, Stock and Watson 2018, JBES 36), of which twenty, with
    one long swing, say little.
    """
    speed = choices["speed"]
    first, last, split = speed["first"], speed["last"], speed["split"]
    output = panel["gdp_100m_yuan"].unstack("city_code")
    rows = []
    for outcome, growth in vintages(panel).items():
        wide = growth.unstack("city_code")
        for years in ((first, last), (first, split), (split + 1, last)):
            main = outcome == HEADLINE and years == (first, last)
            table = wide.loc[years[0] : years[1]]
            table = table.loc[table.notna().any(axis=1), table.notna().any()]
            labels = {"variant": PART, "outcome": outcome, "term": "mean"}
            labels |= {"first_year": years[0], "last_year": years[1], "n_periods": len(table)}
            labels |= {"analysis": "primary" if main else "secondary"}
            found = [*_china_rows(table, output, main, choices, confidence)]
            found += _zone_rows(table, zone, placebo, speed["benchmark"], confidence)
            rows += [labels | row for row in found]
    return rows


def _china_rows(
    table: pd.DataFrame, output: pd.DataFrame, main: bool, choices: Mapping, confidence: float
) -> Iterator[dict]:
    benchmark = choices["speed"]["benchmark"]
    provinces = pd.factorize(table.columns.str[:2])[0]  # GB/T 2260
    equal = Growth(table.to_numpy(float), np.ones(table.shape), provinces)
    common = {"sample": "china", "benchmark": benchmark, "n_units": table.shape[1]}
    common |= {"n_obs": int(table.notna().sum().sum()), "estimator": "mean over cities and years"}
    row = _clustered(equal, confidence, benchmark)
    if main:
        placebos = equal.placebos(choices["placebos"], choices["seed"])
        row = placebo_test(row, placebos, confidence, benchmark)
    yield common | row
    secondary = common | {"analysis": "secondary"}
    before = output.shift().reindex(index=table.index, columns=table.columns)
    known = table.where(before > 0)
    used = known.notna().any()
    weighted = Growth(
        known.loc[:, used].to_numpy(float),
        before.loc[:, used].fillna(0.0).to_numpy(float),
        pd.factorize(table.columns[used].str[:2])[0],
    )
    if known.notna().any(axis=1).all():
        yield secondary | _clustered(weighted, confidence, benchmark) | {"weights": "gdp"}
    error = cosine_error(equal.yearly)
    row = inference_row(equal.yearly.mean(), error, confidence, COSINES, benchmark)
    named = {"errors": "cosine", "df": COSINES, "cov_type": f"cosine series, {COSINES} terms"}
    yield secondary | row | named


def _clustered(growth: Growth, confidence: float, benchmark: float) -> dict:
    estimate, error, clusters = growth.mean()
    row = inference_row(estimate, error, confidence, clusters - 1, benchmark)
    return row | {
        "df": clusters - 1,
        "n_clusters": clusters,
        "cov_type": "clustered by province",
    }


def cosine_error(series: np.ndarray) -> float:
    """Standard error of a series' mean from its first cosine terms.

    Parameters
    ----------
    series : ndarray, shape (T,)
        A stationary series.

    Notes
    -----
    Lazarus, Lewis, Stock and Watson (2018, Journal of Business and Economic Statistics 36): the
    mean of the squared cosine transforms estimates the long-run variance; t has as many degrees of
    freedom as there are terms, `COSINES`.
    """
    T = len(series)
    place = np.pi * (np.arange(T) + 0.5) / T
    terms = np.sqrt(2 / T) * np.cos(np.arange(1, COSINES + 1)[:, None] * place) @ series
    return float(np.sqrt((terms**2).mean() / T))


def _zone_rows(
    table: pd.DataFrame,
    zone: Sequence[str],
    placebo: np.ndarray,
    benchmark: float,
    confidence: float,
) -> Iterator[dict]:
    """The mean of the zone's members over the years, with the dispersion of placebo zones.

    A city's mean is that of its distances from the yearly means of China, over the years that it
    has, plus China's mean: so that a missing year does not make a city slow or fast.
    """
    yearly = table.mean(axis=1)
    levels = (table.sub(yearly, axis=0).mean() + yearly.mean()).where(table.notna().mean() >= KNOWN)
    values = np.append(levels.to_numpy(float), np.nan)
    own, groups = (
        table.columns.get_indexer(np.asarray(codes, dtype=object).ravel()).reshape(np.shape(codes))
        for codes in (sorted(zone), placebo)
    )
    row = zone_row(values[own].mean(), values[groups].mean(axis=1), groups, confidence, benchmark)
    if row:
        counts = {"n_units": len(own), "estimator": "mean over the zone's members and years"}
        yield row | counts | {"sample": "zone"}
