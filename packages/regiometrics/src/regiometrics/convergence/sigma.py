"""Sigma convergence: whether the dispersion of logs across units falls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics._arguments import confidence as check_confidence
from regiometrics._arguments import numbers
from regiometrics._labels import same_labels
from regiometrics._values import positive_panel
from regiometrics.convergence.trends import newey_west_trend
from regiometrics.errors import EstimationError
from regiometrics.inequality.indices import coefficient_of_variation


@dataclass(frozen=True)
class SigmaResult:
    """Dispersion by period and two tests of its change.

    Attributes
    ----------
    dispersion
        One row per period: ``std_log`` (standard deviation of natural logs, divisor n - 1, as the
        test has it) and ``cv`` (coefficient of variation of levels, divisor n, as everywhere).
    ratio, ratio_conf_int, ratio_pvalue
        ``std_log`` of the last period over that of the first, with Pitman and Morgan's interval and
        test of equal variances of paired samples.
    trend, trend_std_error, trend_conf_int, trend_pvalue
        Slope of ``std_log`` on the period, by least squares, Newey–West errors with ``lags`` lags,
        t distribution with T - 2 degrees of freedom.
    n_units, n_periods, lags, confidence
        What went in.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> levels = np.exp(9 + rng.normal(size=8) + rng.normal(0.05, 0.03, (12, 8)).cumsum(axis=0))
    >>> panel = pd.DataFrame(levels, range(2000, 2012), list("abcdefgh"))
    >>> found = sigma_convergence(panel)
    >>> round(found.ratio, 3), bool(found.ratio_conf_int[0] < found.ratio < found.ratio_conf_int[1])
    (1.094, True)
    """

    dispersion: pd.DataFrame
    ratio: float
    ratio_conf_int: tuple[float, float]
    ratio_pvalue: float
    trend: float
    trend_std_error: float
    trend_conf_int: tuple[float, float]
    trend_pvalue: float
    n_units: int
    n_periods: int
    lags: int
    confidence: float


def sigma_convergence(values: pd.DataFrame, confidence: float = 0.95) -> SigmaResult:
    """Measure dispersion by period and test its change.

    Parameters
    ----------
    values : DataFrame, shape (T, n)
        Periods in rows, units in columns, positive levels, complete.
    confidence
        The confidence level of the intervals.

    Returns
    -------
    SigmaResult

    Raises
    ------
    ValueError
        Where the confidence is not between zero and one.
    EstimationError
        Where a value is missing or not positive, there are fewer than 3 units or 4 periods, or all
        units are equal in the first or last period.

    Notes
    -----
    The spread of a finite group in one year is a description and has no sampling error. What can
    be tested is its change. The variances of the same units in two years are paired, so the test is
    Pitman's (1939) and Morgan's (1939), proposed for convergence as T3 by Carree and Klomp (1997);
    it is exact for normal logs at any n, which is why it suits small groups. The trend is an
    ordinary regression on time with Newey and West (1987) errors, lags floor(4 (T/100)^(2/9)).

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1, 2, 3, 4.0], "b": [4, 5, 6, 7.0], "c": [9, 9, 9, 9.0]})
    >>> sigma_convergence(values).dispersion["std_log"].round(3).tolist()
    [1.111, 0.758, 0.556, 0.415]
    """
    check_confidence(confidence)
    values = positive_panel(values, units=3, periods=4)
    logs = np.log(values.astype("float64"))
    dispersion = pd.DataFrame(
        {"std_log": logs.std(axis=1, ddof=1), "cv": coefficient_of_variation(values)}
    )
    ratio, ratio_interval, ratio_pvalue = pitman_morgan(logs.iloc[0], logs.iloc[-1], confidence)
    trend = newey_west_trend(dispersion["std_log"])
    low, high = trend.conf_int(confidence).loc["trend"]
    return SigmaResult(
        dispersion=dispersion,
        ratio=ratio,
        ratio_conf_int=ratio_interval,
        ratio_pvalue=ratio_pvalue,
        trend=trend.slope,
        trend_std_error=trend.std_error,
        trend_conf_int=(float(low), float(high)),
        trend_pvalue=float(trend.pvalues["trend"]),
        n_units=values.shape[1],
        n_periods=values.shape[0],
        lags=trend.lags,
        confidence=confidence,
    )


def pitman_morgan(
    first: pd.Series, last: pd.Series, confidence: float
) -> tuple[float, tuple[float, float], float]:
    """Ratio of two paired standard deviations, its interval and the p-value of equality.

    Parameters
    ----------
    first, last : Series, shape (n,)
        The values of the same units in two periods.
    confidence
        The confidence level of the interval.

    Returns
    -------
    ratio : float
        Of the last to the first standard deviation.
    interval : tuple of float
    p_value : float
        Two-sided.

    Raises
    ------
    ValueError
        Where lengths or labels differ, a value is missing or the confidence is not between zero
        and one.
    EstimationError
        Where there are fewer than 3 units, all are equal in one of the two, or the two are
        perfectly correlated, so that a test of their variances is not defined.

    Notes
    -----
    Pitman (1939) and Morgan (1939): the correlation of sum and difference of the two.
    """
    confidence = check_confidence(confidence)
    same_labels(first=first, last=last)
    first = pd.Series(numbers("first", first, (None,)))
    n = len(first)
    last = pd.Series(numbers("last", last, (n,)))
    if n < 3:
        raise EstimationError(f"There are {n} units; expected three or more.")
    for name, values in (("first", first), ("last", last)):
        if values.std(ddof=1) <= 1e-12 * values.abs().max():
            raise EstimationError(
                f"All values of the {name} period are equal; no ratio is defined."
            )
    ratio = float(last.std(ddof=1) / first.std(ddof=1))
    r = float(np.corrcoef(first, last)[0, 1])
    if abs(r) > 1 - 1e-12:
        raise EstimationError(
            "The two periods are perfectly correlated; a test of their variances is not defined."
        )
    t = (ratio**2 - 1) * np.sqrt(n - 2) / (2 * ratio * np.sqrt(1 - r**2))
    k = 1 + 2 * (1 - r**2) * laws.t.ppf(0.5 + confidence / 2, n - 2) ** 2 / (n - 2)
    low, high = (ratio * np.sqrt(k + sign * np.sqrt(k**2 - 1)) for sign in (-1, 1))
    return ratio, (float(low), float(high)), float(2 * laws.t.sf(abs(t), n - 2))
