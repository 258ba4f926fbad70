"""What every fitted panel model says of its estimates: errors, statistics, intervals, one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import ndtr, ndtri, stdtr, stdtridf, stdtrit

from regiometrics.options import check_level

#: Of the two-sided tests whose smallest detectable effect is told.
POWER = 0.8
#: A p-value below it counts as evidence, wherever words, counts and marks are chosen by one.
SIGNIFICANT = 0.05


def inference_row(
    estimate: float,
    error: float,
    confidence: float,
    df: float = np.inf,
    null: float = 0.0,
) -> dict[str, float]:
    """Lay out an estimate and its error in the columns of `guantian.estimates`.

    Parameters
    ----------
    estimate, error
        An error of nought or less, or a missing one, leaves statistic and p-value missing.
    confidence
        Of the interval.
    df
        Degrees of freedom of the t distribution; normal where infinite.
    null
        The value against which the statistic and the two-sided p-value test.

    Examples
    --------
    >>> row = inference_row(1.0, 0.5, 0.95)
    >>> [round(row[name], 3) for name in ("statistic", "p_value", "conf_low", "conf_high")]
    [2.0, 0.046, 0.02, 1.98]
    """
    # The functions themselves: scipy's distributions cost forty times as much for one number.
    level = 0.5 + confidence / 2
    reach = (ndtri(level) if np.isinf(df) else stdtrit(df, level)) * error
    statistic = (estimate - null) / error if error > 0 else np.nan
    tail = abs(statistic)
    return {
        "estimate": float(estimate),
        "std_error": float(error),
        "statistic": float(statistic),
        "p_value": float(2 * (ndtr(-tail) if np.isinf(df) else stdtr(df, -tail))),
        "conf_low": float(estimate - reach),
        "conf_high": float(estimate + reach),
    }


class Inference:
    """Inference from named estimates and their covariance.

    A result class inherits this and has ``params`` (Series) and ``cov`` (DataFrame on the same
    labels). The reference distribution is normal unless the class says otherwise.
    """

    params: pd.Series
    cov: pd.DataFrame

    @property
    def _distribution(self) -> stats.rv_continuous:
        """Distribution of an estimate over its error."""
        return stats.norm()

    @property
    def std_errors(self) -> pd.Series:
        """Square roots of the covariance's diagonal."""
        return pd.Series(np.sqrt(np.diag(self.cov)), index=self.params.index, name="std_error")

    @property
    def tstats(self) -> pd.Series:
        """Estimates over their errors."""
        return (self.params / self.std_errors).rename("statistic")

    @property
    def pvalues(self) -> pd.Series:
        """Two-sided."""
        tails = self._distribution.sf(self.tstats.abs().to_numpy())
        return pd.Series(2 * tails, index=self.params.index, name="p_value")

    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Give confidence intervals, columns "lower" and "upper".

        Parameters
        ----------
        level : float, default 0.95
            Strictly between zero and one.

        Raises
        ------
        PanelError
            If the level is not between zero and one.
        """
        check_level(level)
        reach = self._distribution.isf((1 - level) / 2) * self.std_errors
        return pd.DataFrame({"lower": self.params - reach, "upper": self.params + reach})

    @property
    def table(self) -> pd.DataFrame:
        """Estimates, errors, statistics, p-values and 95% intervals, a row a coefficient."""
        interval = self.conf_int()
        return pd.DataFrame(
            {
                "estimate": self.params,
                "std_error": self.std_errors,
                "statistic": self.tstats,
                "p_value": self.pvalues,
                "conf_low": interval["lower"],
                "conf_high": interval["upper"],
            }
        )


def holm(p_values: Sequence[float]) -> np.ndarray:
    """Adjust p-values of one family by Holm's step-down (Holm 1979, *Scand. J. Statist.* 6).

    Missing values stay missing and do not count.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p_values, dtype="float64")
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    steps = values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


def detectable(std_error, *, df=np.inf, confidence: float, power: float = POWER):
    """Return the smallest effect that a two-sided test finds with a given power.

    Parameters
    ----------
    std_error
        Of the estimate; a number or an array.
    df
        Degrees of freedom of its t distribution; infinite for the normal.
    confidence
        One less the test's level.
    power
        Probability that the test rejects where the effect is there.

    Returns
    -------
    float or ndarray
        The test's critical value and the quantile of the power, in standard errors.

    Examples
    --------
    >>> round(float(detectable(1.0, confidence=0.95)), 4)
    2.8016
    >>> round(float(detectable(1.0, df=6, confidence=0.95)), 4)
    3.3526
    """
    return std_error * (_quantile((1 + confidence) / 2, df) + _quantile(power, df))


def implied_error(low, high, confidence: float):
    """Return the standard error of the normal distribution whose interval is as wide."""
    return (high - low) / (2 * ndtri((1 + confidence) / 2))


def error_behind(rows: pd.DataFrame | Mapping[str, Any], confidence: float):
    """Return the standard errors and degrees of freedom on which printed intervals rest.

    The one rule for every kind of inference, so that an interval and the effect that could have
    been detected never rest on different errors. Where the interval is the estimate and so many
    standard errors on either side, these are the error and the degrees of freedom that make it.
    Where it is not (quantiles of a placebo distribution, a wild bootstrap, a profile of the
    likelihood), the error is that of the normal distribution whose interval is as wide: for a zone
    ranked among placebo zones, the distance between their quantiles in normal errors.

    Parameters
    ----------
    rows
        ``estimate``, ``std_error``, ``conf_low``, ``conf_high``: numbers or columns.
    confidence
        Of the intervals.
    """
    estimate, error, low, high = (
        np.asarray(rows[name], dtype="float64")
        for name in ("estimate", "std_error", "conf_low", "conf_high")
    )
    normal = ndtri((1 + confidence) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        half = (high - low) / 2
        critical = half / error
        # Estimates are kept to ten digits, and a difference of two keeps fewer.
        even = np.isfinite(half) & (np.abs(high - estimate - half) <= 1e-6 * half)
        by_error = np.isnan(half) | (even & (critical >= normal * (1 - 1e-6)))
        skewed = implied_error(low, high, confidence)
    heavy = by_error & (critical > normal * (1 + 1e-6))
    df = np.where(heavy, stdtridf((1 + confidence) / 2, np.where(heavy, critical, 2.0)), np.inf)
    return np.where(by_error, error, skewed), df


def _quantile(share: float, df):
    """Return a quantile of t; scipy's own has no answer for infinite degrees everywhere."""
    df = np.asarray(df, dtype="float64")
    finite = np.isfinite(df)
    return np.where(finite, stdtrit(np.where(finite, df, 1.0), share), ndtri(share))[()]
