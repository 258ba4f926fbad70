"""Did provincial markets divide? The dispersion of prices of neighbouring provinces and its turn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from guantian.chapters.similarity.estimate.convergence import trend_of_pairs
from guantian.data.markets import Markets
from regiometrics.convergence.trends import autocorrelation, newey_west_trend
from regiometrics.inference import inference_row
from regiometrics.structure.segmentation import rounded

PART = "S1.2"
FEWEST_YEARS = 3  # on either side of a turn


def run_dispersion(markets: Markets, draws: int, seed: int, confidence: float) -> list[dict]:
    """Measure the trend of price dispersion over all pairs of neighbouring provinces, and its turn.

    Parameters
    ----------
    markets
        Prices and pairs.
    draws, seed
        Of the bootstrap of the turn.
    confidence
        Of the intervals.

    Returns
    -------
    list of dict
        Rows of estimates, ``analysis`` secondary, ``variant`` S1.2, ``sample`` china, log points (a
        year): term ``trend`` over all years and on either side of the turn (by ``first_year``;
        ``errors`` province or newey_west, of the mean over pairs), ``turn`` (the year, with the
        range of its bootstrap) and ``turn_test`` (the statistic against one trend). ``measure`` is
        all_goods, or plain_goods and one_decimal where the source's precision changes.
    """
    plain = markets.plain
    measures = {"all_goods": markets.variance()}
    if plain.any() and not plain.all():
        measures["plain_goods"] = markets.variance(goods=plain)
        measures["one_decimal"] = markets.variance(rounded(markets.indices), goods=plain)
    labels = {"analysis": "secondary", "variant": PART, "sample": "china"}
    labels |= {"outcome": "price_dispersion"}
    years = np.asarray(markets.years, float)
    rows = []
    for measure, variance in measures.items():
        logs = np.log(variance)
        found = list(_trends(markets, logs, years, confidence))
        if len(years) >= 2 * FEWEST_YEARS + 1:
            mean = logs.mean(axis=1)
            turn, statistic = find_turn(mean, years)
            drawn, p = bootstrap_turn(mean, years, draws, seed)
            low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
            whole = {"first_year": years[0], "last_year": years[-1], "n_draws": draws}
            whole |= {"estimator": "least squares with one turn", "n_obs": len(years)}
            range_ = {"conf_low": min(low, turn), "conf_high": max(high, turn)}
            named = {"cov_type": "autoregressive bootstrap"}
            found.append(whole | named | {"term": "turn", "estimate": turn} | range_)
            test = {"term": "turn_test", "statistic": statistic, "p_value": p}
            found.append(whole | named | test)
            for chosen in (years <= turn, years >= turn):
                found += _trends(markets, logs[chosen], years[chosen], confidence)
        rows += [labels | {"measure": measure} | row for row in found]
    return rows


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
    line = np.column_stack([np.ones_like(years), years - years.mean()])
    one = _squares(series, line)
    candidates = years[FEWEST_YEARS:-FEWEST_YEARS]
    left = np.array(
        [
            _squares(series, np.column_stack([line, np.maximum(years - turn, 0)]))
            for turn in candidates
        ]
    )
    best = int(left.argmin())
    statistic = (one - left[best]) / (max(left[best], 1e-300) / (len(years) - 3))
    return float(candidates[best]), float(statistic)


def _squares(series: np.ndarray, X: np.ndarray) -> float:
    residuals = _residuals(series, X)
    return float(residuals @ residuals)


def _residuals(series: np.ndarray, X: np.ndarray) -> np.ndarray:
    fitted, *_ = np.linalg.lstsq(X, series, rcond=None)
    return series - X @ fitted


def bootstrap_turn(
    series: np.ndarray, years: np.ndarray, draws: int, seed: int
) -> tuple[np.ndarray, float]:
    """Turns of series like this one, and the p-value of its turn.

    Residuals are drawn from an autoregression of the first order: those of two lines for the turns,
    shape (draws,), and those of one line for the distribution of the statistic where there is none.
    """
    random = np.random.default_rng(seed)
    turn, statistic = find_turn(series, years)
    line = np.column_stack([np.ones_like(years), years - years.mean()])
    bent = np.column_stack([line, np.maximum(years - turn, 0)])
    found = []
    for X in (bent, line):
        residuals = _residuals(series, X)
        fitted = series - residuals
        drawn = _autoregressive(residuals, draws, random)
        found.append(np.array([find_turn(fitted + noise, years) for noise in drawn]))
    p = (1 + int((found[1][:, 1] >= statistic).sum())) / (1 + draws)
    return found[0][:, 0], p


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
