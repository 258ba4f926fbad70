"""Market segmentation between the zone's provinces and all other pairs of neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from guantian.chapters.similarity.estimate.groups import band_rows, ranked
from guantian.data.markets import SCALE, Markets
from regiometrics.inference import inference_row
from regiometrics.structure.segmentation import (
    rounded,
    trend,
    variance_of_rounding,
    within_rounding,
)

LAGS = 2  # of Newey and West's errors, some fifteen years


def run_markets(
    markets: Markets, draws: int, seed: int, confidence: float
) -> tuple[list[dict], list[dict]]:
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
        Rows of the analysis ``segmentation``; variants ``all_goods``, ``plain_goods`` (without the
        goods whose decimals are derived), ``one_decimal`` (these, and all years rounded to one
        decimal), ``all_goods_early`` and ``all_goods_late`` (before and after the change of
        precision). Terms: ``level`` (mean log variance, ranked among the other pairs), ``trend``
        (of it, a year, ranked), ``own_trend``, ``national_trend`` (of the mean over the other
        pairs) and ``relative_trend`` (their difference). Analysis ``rounding``: what rounding alone
        does.
    series
        The variance (times ten thousand) of each pair of provinces and year, of the sample ``zone``
        or ``other``, and the quantiles of the other pairs by year.
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
    for variant, (variance, years) in parts.items():
        found = _ranks(markets, np.log(variance), years, confidence)
        rows += [row | {"variant": variant} | _period(markets, years) for row in found]
    rows += [row | _period(markets, every) for row in _rounding(markets, draws, seed)]
    labels = {"sample": "zone", "outcome": "log_variance"}
    series = list(_series(markets, variants["all_goods"], confidence))
    return [labels | row for row in rows], series


def _period(markets: Markets, chosen: np.ndarray) -> dict[str, int]:
    """The first and last of the chosen years, and their number."""
    years = np.asarray(markets.years)[chosen]
    return {"first_year": years.min(), "last_year": years.max(), "n_periods": len(years)}


def _series(markets: Markets, variance: np.ndarray, confidence: float) -> Iterator[dict]:
    """The variance of each pair and year, shape (T, pairs), as rows of series."""
    labels = {"analysis": "segmentation", "outcome": "price_variance"}
    for pair, values in zip(markets.pairs.itertuples(), variance.T, strict=True):
        key = {"sample": "zone" if pair.zone else "other", "term": "value"}
        key |= {"unit": pair.province_a, "partner": pair.province_b}
        for year, value in zip(markets.years, values, strict=True):
            yield labels | key | {"year": year, "value": value}
    others = variance[:, ~markets.pairs["zone"].to_numpy()]
    for year, values in zip(markets.years, others, strict=True):
        _, *quantiles = band_rows(np.nan, values, confidence)
        for row in quantiles:
            yield labels | row | {"sample": "other", "year": year}


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
    common = {"analysis": "rounding", "variant": "all_goods", "estimator": "simulation"}
    floor = SCALE * variance_of_rounding(
        len(markets.provinces), len(markets.goods), *markets.ends, draws, seed
    )
    variance = markets.variance()
    observed = np.median(variance)
    rows = {
        "floor": floor.mean(),
        "observed": observed,
        "observed_least": variance.min(),
        "floor_share": floor.mean() / observed,
    }
    late = ~markets.coarse
    if late.any():
        coarse = markets.variance(rounded(markets.indices))[late]
        rows["late_ratio"] = np.exp((np.log(coarse) - np.log(variance[late])).mean())
        rows["late_change"] = abs(rows["late_ratio"] - 1)
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
        note = "range of 95% of draws within the printed digit, minus the median of other pairs"
        yield common | interval | {"term": term, "n_draws": draws, "note": note}
