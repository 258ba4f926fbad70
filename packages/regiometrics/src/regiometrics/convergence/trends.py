"""The slope of a series on time, with errors robust to its autocorrelation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from regiometrics._arguments import confidence as check_confidence
from regiometrics._arguments import numbers
from regiometrics.errors import EstimationError
from regiometrics.panel.covariance import newey_west_meat, sandwich, small_sample_factor


@dataclass(frozen=True)
class TrendResult:
    """A linear trend.

    Attributes
    ----------
    slope, std_error, conf_int, pvalue
        Change a period; error, interval and p-value from a t distribution with T - 2 degrees of
        freedom.
    lags, n_periods, confidence
        Lags of the Bartlett kernel, periods of the series, of the interval.
    """

    slope: float
    std_error: float
    conf_int: tuple[float, float]
    pvalue: float
    lags: int
    n_periods: int
    confidence: float


def newey_west_trend(series: pd.Series, confidence: float = 0.95) -> TrendResult:
    """Regress a series on its index.

    Parameters
    ----------
    series : Series, shape (T,)
        Numbers by period (years).
    confidence
        Of the interval.

    Returns
    -------
    TrendResult

    Raises
    ------
    ValueError
        Where the periods are no numbers or one occurs twice, or the confidence is not between zero
        and one.
    EstimationError
        Where a value is missing or there are fewer than 4 periods.

    Notes
    -----
    Newey and West (1987), lags floor(4 (T/100)^(2/9)), times T/(T - 2). The t distribution is a
    convention: with T near 20 and a persistent series these errors are still too small, so that a
    trend that is barely significant is none.

    Examples
    --------
    >>> wave = pd.Series([0.1, -0.1] * 5, index=range(2001, 2011))
    >>> round(newey_west_trend(wave + 0.5 * wave.index).slope, 3)
    0.494
    """
    check_confidence(confidence)
    if not isinstance(series, pd.Series):
        raise ValueError(f"series is a {type(series).__name__}; expected a Series by period.")
    values = numbers("series", series, (None,), missing=True, infinite=True)
    if len(values) < 4 or not np.isfinite(values).all():
        raise EstimationError(
            f"The series {series.name} has {int(np.isfinite(values).sum())} finite values in "
            f"{len(values)} periods; expected a complete series of at least 4."
        )
    if series.index.has_duplicates:
        twice = series.index[series.index.duplicated()][0]
        raise ValueError(f"The period {twice} occurs more than once; expected each once.")
    order = np.argsort(numbers("The index of series", series.index, (len(values),)))
    series, values = series.iloc[order], values[order]
    T = len(values)
    time = series.index.to_numpy(dtype="float64")
    X = np.column_stack([np.ones(T), time - time.mean()])
    bread = np.linalg.inv(X.T @ X)
    params = bread @ X.T @ values
    scores = X * (values - X @ params)[:, None]
    lags = int(4 * (T / 100) ** (2 / 9))
    cov = sandwich(bread, newey_west_meat(scores[:, None, :], lags)) * small_sample_factor(T, 2)
    slope, error = float(params[1]), float(np.sqrt(cov[1, 1]))
    reach = stats.t.ppf(0.5 + confidence / 2, T - 2) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        pvalue = float(2 * stats.t.sf(abs(np.divide(slope, error)), T - 2))
    return TrendResult(slope, error, (slope - reach, slope + reach), pvalue, lags, T, confidence)
