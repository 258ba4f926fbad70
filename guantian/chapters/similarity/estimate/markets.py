"""The zone's provinces' markets against all other pairs of neighbouring provinces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.chapters.similarity.estimate.groups import ranked
from guantian.estimates import tidy
from regiometrics.inference import inference_row
from regiometrics.structure.segmentation import (
    adjacent_provinces,
    price_changes,
    relative_price_variance,
    rounded,
    trend,
    variance_of_rounding,
    within_rounding,
)

LAGS = 2  # of Newey and West's errors, some fifteen years
SCALE = 1e4  # variances are printed times ten thousand


@dataclass(frozen=True)
class Markets:
    """Prices of the provinces and the pairs that border on each other.

    Attributes
    ----------
    indices : ndarray, shape (T, provinces, goods)
        Previous year = 100.
    printed : ndarray of bool, shape (T, goods)
        Whether the source prints one decimal for (almost) every province.
    years, goods, provinces
        What the axes stand for.
    pairs
        ``province_a``, ``province_b`` and ``zone``: whether both hold cities of the zone.
    """

    indices: np.ndarray
    printed: np.ndarray
    years: list[int]
    goods: list[str]
    provinces: list[str]
    pairs: pd.DataFrame

    @classmethod
    def build(cls, prices: pd.DataFrame, pairs: pd.DataFrame, zone: Sequence[str]) -> Markets:
        """Build from the long table of prices, the pairs of cities and the zone's codes."""
        provinces = sorted(prices["province_code"].unique())
        indices, years, goods = price_changes(prices, provinces)
        one_decimal = np.abs(indices - rounded(indices)) < 1e-9
        table = adjacent_provinces(pairs, provinces)
        own = {f"{code[:2]}0000" for code in zone}
        both = table["province_a"].isin(own) & table["province_b"].isin(own)
        printed = one_decimal.mean(axis=1) > 0.5  # derived decimals: few are round by chance
        return cls(indices, printed, years, goods, provinces, table.assign(zone=both))

    @property
    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions of each pair's provinces."""
        index = pd.Index(self.provinces)
        names = ("province_a", "province_b")
        return tuple(index.get_indexer(self.pairs[name]) for name in names)

    @property
    def coarse(self) -> np.ndarray:
        """Years in which some good is printed to one decimal."""
        return self.printed.any(axis=1)

    @property
    def plain(self) -> np.ndarray:
        """Goods whose figures are never derived: printed to one decimal while others were."""
        return self.printed.any(axis=0)

    def variance(self, indices: np.ndarray | None = None, goods=slice(None)) -> np.ndarray:
        """Variance of relative prices times ten thousand; shape (..., T, pairs)."""
        indices = self.indices if indices is None else indices
        return SCALE * relative_price_variance(indices[..., goods], *self.ends)


def run_markets(
    markets: Markets, draws: int, seed: int, confidence: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measure level and trend of segmentation and what rounding does to them.

    Parameters
    ----------
    markets
        Prices and pairs.
    draws, seed
        Of the simulations of rounding.
    confidence
        Of the intervals.

    Returns
    -------
    estimates
        Analysis ``segmentation``; specs ``all_goods``, ``plain_goods`` (without the goods whose
        decimals are derived), ``one_decimal`` (these, and all years rounded to one decimal),
        ``all_goods_early`` and ``all_goods_late`` (before and after the change of precision).
        Terms: ``level`` (mean log variance, ranked among the other pairs), ``trend`` (of it, a
        year, ranked), ``own_trend``, ``national_trend`` (of the mean over pairs). Analysis
        ``rounding``: what rounding alone does.
    series
        A row a pair and year: ``variance`` (times ten thousand) and ``zone``.
    """
    plain = markets.plain
    variants = {"all_goods": markets.variance()}
    if plain.any() and not plain.all():
        variants["plain_goods"] = markets.variance(goods=plain)
        variants["one_decimal"] = markets.variance(rounded(markets.indices), goods=plain)
    rows = []
    every = np.ones(len(markets.years), dtype=bool)
    parts = {spec: (variance, every) for spec, variance in variants.items()}
    if 2 < markets.coarse.sum() < len(every) - 2:
        parts["all_goods_early"] = (variants["all_goods"], markets.coarse)
        parts["all_goods_late"] = (variants["all_goods"], ~markets.coarse)
    for spec, (variance, years) in parts.items():
        found = _ranks(markets, np.log(variance), years, confidence)
        rows += [row | {"spec": spec, "n_periods": int(years.sum())} for row in found]
    rows += list(_rounding(markets, draws, seed))
    estimates = tidy(rows, sample="zone", outcome="log_variance", n_periods=len(markets.years))
    frame = pd.DataFrame(variants["all_goods"], index=markets.years).rename_axis(index="year")
    series = frame.T.stack().rename("variance").rename_axis(index=["pair", "year"]).reset_index()
    series = markets.pairs.merge(series, left_index=True, right_on="pair").drop(columns="pair")
    return estimates, series.reset_index(drop=True)


def _slopes(logs: np.ndarray, years: Sequence[int]) -> np.ndarray:
    time = np.asarray(years, float) - np.mean(years)
    return np.tensordot(logs, time, axes=([-2], [0])) / (time**2).sum()


def _ranks(
    markets: Markets, logs: np.ndarray, chosen: np.ndarray, confidence: float
) -> Iterator[dict]:
    """Rank the mean over the zone's pairs among the other pairs; logs (T, pairs)."""
    logs, years = logs[chosen], np.asarray(markets.years)[chosen]
    own = markets.pairs["zone"].to_numpy()
    others = markets.pairs.loc[~own, ["province_a", "province_b"]].to_numpy(dtype=object)
    common = {"analysis": "segmentation"}
    values = {"level": logs.mean(axis=0), "trend": _slopes(logs, years)}
    for term, by_pair in values.items():
        statistic = by_pair[own].mean() if own.any() else np.nan
        row = ranked(statistic, by_pair[~own], others, confidence) | {"n_units": int(own.sum())}
        if row["estimator"] == "placebo zones":
            row["estimator"] = "pairs of neighbouring provinces"
        if not own.any():
            row["note"] = "the zone's cities lie in no two neighbouring provinces"
        yield common | row | {"term": term}
    series = {"national_trend": logs[:, ~own].mean(axis=1)}
    if own.any():
        series["own_trend"] = logs[:, own].mean(axis=1)
        series["relative_trend"] = series["own_trend"] - series["national_trend"]
    for term, values in series.items():
        slope, error = trend(values, years, LAGS)
        row = inference_row(slope, error, confidence, len(values) - 2)
        labels = {"estimator": "least squares", "cov_type": f"Newey-West, {LAGS} lags"}
        yield common | row | labels | {"term": term, "n_obs": len(values)}


def _rounding(markets: Markets, draws: int, seed: int) -> Iterator[dict]:
    """What rounding to one decimal does: alone, to the late years, and to rank and trend."""
    own = markets.pairs["zone"].to_numpy()
    common = {"analysis": "rounding", "spec": "all_goods", "estimator": "simulation"}
    floor = SCALE * variance_of_rounding(
        len(markets.provinces), len(markets.goods), *markets.ends, draws, seed
    )
    variance = markets.variance()
    rows = {
        "floor": floor.mean(),
        "observed": np.median(variance),
        "observed_least": variance.min(),
    }
    late = ~markets.coarse
    if late.any():
        coarse = markets.variance(rounded(markets.indices))[late]
        rows["late_ratio"] = np.exp((np.log(coarse) - np.log(variance[late])).mean())
    for term, value in rows.items():
        yield common | {"term": term, "estimate": value}
    if not own.any() or not markets.printed.any():
        return
    drawn = within_rounding(markets.indices, draws, seed)
    drawn = np.where(markets.printed[:, None, :], drawn, markets.indices)
    logs = np.log(markets.variance(drawn))
    for term, by_pair in {
        "level": logs.mean(axis=1),
        "trend": _slopes(logs, markets.years),
    }.items():
        values = by_pair[:, own].mean(axis=1) - np.median(by_pair[:, ~own], axis=1)
        low, high = np.percentile(values, [2.5, 97.5])
        interval = {"estimate": values.mean(), "conf_low": low, "conf_high": high}
        note = "range of 95% of draws within the printed digit, less the median of other pairs"
        yield common | interval | {"term": term, "n_obs": draws, "note": note}
