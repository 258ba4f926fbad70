"""Did provincial markets divide? How the dispersion of neighbours' prices moved, and its turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from guantian.chapters.similarity.estimate.convergence import trend_of_pairs
from guantian.data.markets import Markets
from regiometrics.convergence.trends import autocorrelation, newey_west_trend
from regiometrics.inference import inference_row
from regiometrics.structure.segmentation import rounded

PART = "S1.2"
#: Border effects as published, by provinces (Jiangsu 32, Shanghai 31, Zhejiang 33).
HUANG_CHEN = {
    ("310000", "330000"): 1.034,
    ("310000", "320000"): 0.689,
    ("320000", "330000"): 0.253,
}
FEWEST_YEARS = 3  # on either side of a turn


def run_dispersion(markets: Markets, choices: Mapping, confidence: float) -> list[dict]:
    """Measure the trend of price dispersion over all pairs of neighbouring provinces, and its turn.

    Parameters
    ----------
    markets
        Prices and pairs.
    choices
        ``draws`` and ``seed`` of the bootstrap of the turn, and ``price_split``, the last year of
        the first of two periods that are told apart beside the estimated turn.
    confidence
        Of the intervals.

    Returns
    -------
    list of dict
        Rows of estimates, ``analysis`` secondary, ``variant`` S1.2, ``sample`` china, log points (a
        year): term ``trend`` over all years, on either side of the turn (``method`` turn) and of
        the given year (``method`` dated), with ``errors`` by province or, of the mean over pairs,
        newey_west; ``turn`` (the year, with the range of its bootstrap) and ``turn_test`` (the
        statistic against one trend). ``measure`` is all_goods, or plain_goods and one_decimal where
        the source's precision changes. ``analysis`` external: see `_borders`.
    """
    plain = markets.plain
    measures = {"all_goods": markets.variance()}
    if plain.any() and not plain.all():
        measures["plain_goods"] = markets.variance(goods=plain)
        measures["one_decimal"] = markets.variance(rounded(markets.indices), goods=plain)
    labels = {"analysis": "secondary", "variant": PART, "sample": "china"}
    labels |= {"outcome": "price_dispersion"}
    years = np.asarray(markets.years, float)
    draws = choices["draws"]
    rows = list(_borders(markets))
    for measure, variance in measures.items():
        logs = np.log(variance)
        found = list(_trends(markets, logs, years, confidence))
        if len(years) >= 2 * FEWEST_YEARS + 1:
            mean = logs.mean(axis=1)
            turn, statistic = find_turn(mean, years)
            drawn, p = bootstrap_turn(mean, years, draws, choices["seed"])
            low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
            whole = {"first_year": years[0], "last_year": years[-1], "n_draws": draws}
            whole |= {"estimator": "least squares with one turn", "n_obs": len(years)}
            range_ = {"conf_low": min(low, turn), "conf_high": max(high, turn)}
            named = {"cov_type": "autoregressive bootstrap"}
            found.append(whole | named | {"term": "turn", "estimate": turn} | range_)
            test = {"term": "turn_test", "statistic": statistic, "p_value": p}
            found.append(whole | named | test)
            split = choices["price_split"]
            parts = {
                "turn": (years <= turn, years >= turn),
                "dated": (years <= split, years > split),
            }
            for method, sides in parts.items():
                for side in sides:
                    if side.sum() >= FEWEST_YEARS:
                        trends = _trends(markets, logs[side], years[side], confidence)
                        found += [{"method": method} | row for row in trends]
        rows += [labels | {"measure": measure} | row for row in found]
    return rows


def _borders(markets: Markets) -> Iterator[dict]:
    """Compare three borders with the published order of their effects on prices.

    Huang and Chen (2014, Economic Research Journal) find, from weekly prices in 183 markets, that
    the border between Shanghai and Zhejiang adds 103.4% to the dispersion of prices, that between
    Shanghai and Jiangsu 68.9% and that between Jiangsu and Zhejiang 25.3%. Provincial indices have
    no dispersion without a border: what is compared is the excess of each border's over the median
    of all neighbouring provinces, and so the order alone.
    """
    variance = markets.variance().mean(axis=0)
    excess = variance / np.median(variance) - 1
    for pair, value in zip(markets.pairs.itertuples(), excess, strict=True):
        published = HUANG_CHEN.get((pair.province_a, pair.province_b))
        if published is not None:
            yield {
                "analysis": "external",
                "variant": "huang_chen_2014",
                "sample": "china",
                "outcome": "price_dispersion",
                "term": "excess",
                "unit": pair.province_a,
                "partner": pair.province_b,
                "estimate": float(value),
                "benchmark": published,
                "first_year": markets.years[0],
                "last_year": markets.years[-1],
                "n_periods": len(markets.years),
                "estimator": "mean variance over the median of all borders, less one",
            }


def _trends(
    markets: Markets, logs: np.ndarray, years: np.ndarray, confidence: float
) -> Iterator[dict]:
    """The trend of all pairs, dyadic by province, and of their mean; logs (T, pairs)."""
    slope, error, count = trend_of_pairs(logs, years, *markets.ends)
    common = {"term": "trend", "first_year": years[0], "last_year": years[-1]}
    yield (
        common
        | inference_row(slope, error, confidence, count - 1)
        | {
            "errors": "province",
            "df": count - 1,
            "n_clusters": count,
            "n_units": logs.shape[1],
            "n_obs": logs.size,
            "estimator": "least squares, pair effects",
            "cov_type": "dyadic by province",
        }
    )
    if len(years) >= 4:
        fitted = newey_west_trend(pd.Series(logs.mean(axis=1), years))
        yield (
            common
            | inference_row(fitted.slope, fitted.std_error, confidence, fitted.df)
            | {
                "errors": "newey_west",
                "df": fitted.df,
                "n_obs": len(years),
                "estimator": "least squares, mean over pairs",
                "cov_type": "Newey-West, calibrated",
            }
        )


def find_turn(series: np.ndarray, years: np.ndarray) -> tuple[float, float]:
    """Find the year in which a series' trend turns.

    Parameters
    ----------
    series, years : ndarray, shape (T,)

    Returns
    -------
    turn, statistic
        The year, with `FEWEST_YEARS` on either side, at which two connected lines fit best; and the
        largest F statistic against one line (Andrews 1993, Econometrica 61).

    Examples
    --------
    >>> years = np.arange(2000.0, 2011)
    >>> find_turn(np.abs(years - 2006) + 0.01 * np.sin(years), years)[0]
    2006.0
    """
    turns, statistics = _turns(series[:, None], years)
    return float(turns[0]), float(statistics[0])


def _turns(series: np.ndarray, years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the turns of many series, shape (T, draws)."""
    line = _line(years)
    candidates = years[FEWEST_YEARS:-FEWEST_YEARS]
    one = _squares(series, line)
    left = np.stack(
        [
            _squares(series, np.column_stack([line, np.maximum(years - turn, 0)]))
            for turn in candidates
        ]
    )
    least = np.maximum(left.min(axis=0), 1e-300)
    statistics = (one - least) / (least / (len(years) - 3))
    return candidates[left.argmin(axis=0)], statistics


def _line(years: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones_like(years), years - years.mean()])


def _residuals(series: np.ndarray, X: np.ndarray) -> np.ndarray:
    basis, _ = np.linalg.qr(X)
    return series - basis @ (basis.T @ series)


def _squares(series: np.ndarray, X: np.ndarray) -> np.ndarray:
    return (_residuals(series, X) ** 2).sum(axis=0)


def bootstrap_turn(
    series: np.ndarray, years: np.ndarray, draws: int, seed: int
) -> tuple[np.ndarray, float]:
    """Turns of series like this one, and the p-value of its turn.

    Residuals are drawn from an autoregression of the first order: those of two lines for the turns,
    shape (draws,), and those of one line for the distribution of the statistic where there is none.
    """
    random = np.random.default_rng(seed)
    turn, statistic = find_turn(series, years)
    line = _line(years)
    bent = np.column_stack([line, np.maximum(years - turn, 0)])
    found = []
    for X in (bent, line):
        residuals = _residuals(series, X)
        fitted = series - residuals
        drawn = _autoregressive(residuals, draws, random)
        found.append(_turns(fitted[:, None] + drawn.T, years))
    p = (1 + int((found[1][1] >= statistic).sum())) / (1 + draws)
    return found[0][0], p


def _autoregressive(residuals: np.ndarray, draws: int, random: np.random.Generator) -> np.ndarray:
    """Series with the residuals' autocorrelation and innovations, shape (draws, T)."""
    rho = autocorrelation(residuals)
    shocks = residuals[1:] - rho * residuals[:-1]
    shocks = (shocks - shocks.mean()) * np.sqrt(len(residuals) / max(len(residuals) - 3, 1))
    T = len(residuals)
    drawn = random.choice(shocks, size=(draws, T))
    series = np.empty((draws, T))
    series[:, 0] = drawn[:, 0] / np.sqrt(1 - rho**2)
    for t in range(1, T):
        series[:, t] = rho * series[:, t - 1] + drawn[:, t]
    return series
