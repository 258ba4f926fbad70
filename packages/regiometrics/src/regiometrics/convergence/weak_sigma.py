"""The test of weak sigma convergence of Kong, Phillips and Sul: whether dispersion trends down."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from regiometrics._arguments import real, whole
from regiometrics._checks import check_even_steps, finite_panel
from regiometrics.convergence.trends import autocorrelation
from regiometrics.errors import EstimationError
from regiometrics.inference import Inference

SIZE = 0.05  # of the one-sided test
DRAWS, SEED = 9_999, 0  # of its distribution in a sample of T periods
POWER = 1 / 3  # of the number of periods: the lags of the long-run variance


@dataclass(frozen=True, eq=False)
class WeakSigmaResult(Inference):
    """The regression of dispersion on a linear trend.

    Its ``params`` has the one term "trend". The test is one-sided, and so is its entry of
    ``pvalues``; intervals are two-sided, rest on the normal distribution and are too short with
    few periods.

    Attributes
    ----------
    trend, std_error, t, pvalue : float
        The slope of the cross-section variance per period, its standard error, their ratio, and
        the probability of a smaller ratio where dispersion has no trend.
    converges : bool
        Whether `t` is below `critical`.
    variance : pandas.Series
        The cross-section variance by period, divisor n.
    lags, n_units, n_periods : int
        The lags of the Bartlett kernel and the size of the panel.
    critical : float
        The critical value of the t-ratio.

    Examples
    --------
    >>> t = np.arange(1, 31)[:, None]
    >>> found = weak_sigma_test(pd.DataFrame(9 + np.array([[-1.0, 0.2, 0.8]]) * (0.5 + t**-0.5)))
    >>> found.converges, bool(found.trend < 0), found.n_periods
    (True, True, 30)
    """

    trend: float
    std_error: float
    t: float
    pvalue: float
    converges: bool
    variance: pd.Series
    lags: int
    n_units: int
    n_periods: int
    critical: float

    @property
    def params(self) -> pd.Series:
        """The slope under the name "trend"."""
        return pd.Series([self.trend], index=["trend"], name="estimate")

    @property
    def cov(self) -> pd.DataFrame:
        """The slope's variance."""
        return pd.DataFrame([[self.std_error**2]], index=["trend"], columns=["trend"])

    @property
    def pvalues(self) -> pd.Series:
        """The probability of a smaller t without convergence: the test is one-sided."""
        return pd.Series([self.pvalue], index=["trend"], name="p_value")


def weak_sigma_test(
    log_values: pd.DataFrame, critical: float | None = None, lags: int | None = None
) -> WeakSigmaResult:
    """Test whether the dispersion of logs across units falls over time.

    Parameters
    ----------
    log_values : DataFrame, shape (T, n)
        Logs, equally spaced periods in rows, units in columns, complete; at least 5 periods and
        2 units. Only distances from the cross-section mean count, so that the unit of measurement
        and a trend that all share do not matter (log t depends on both).
    critical : float, optional
        Convergence is found where t is below it; by default the 5% quantile for so many periods
        and lags. The authors print -1.65, that of the normal distribution.
    lags : int, optional
        The lags of the Bartlett kernel; by default the whole part of T^(1/3).

    Returns
    -------
    WeakSigmaResult

    Raises
    ------
    ValueError
        If the critical value or the lags are no numbers.
    EstimationError
        If a value is missing, a period is skipped, the panel is too small, all units are equal, or
        dispersion does not vary.

    Notes
    -----
    Kong, Phillips and Sul (2019, *Journal of Econometrics* 209, 185-207): the cross-section
    variance K_t is regressed on a constant and time; t is the slope over the root of the residuals'
    long-run variance over the sum of squared time. A slope of a process that converges weakly,
    whose dispersion falls without need to vanish, has a t that diverges to minus infinity.

    With few periods the normal distribution rejects too often: 10% of samples of 18 years with a
    constant dispersion, for a nominal 5%. P-value and critical value are therefore those of the
    statistic itself for so many periods of normal dispersion with the residuals' own first
    autocorrelation, simulated from a fixed seed.

    Examples
    --------
    >>> t = np.arange(1, 31)[:, None]
    >>> gaps = np.array([[-1.0, 0.2, 0.8]]) * (0.5 + t**-0.5)
    >>> weak_sigma_test(pd.DataFrame(9 + 0.05 * t + gaps)).converges
    True
    """
    critical = None if critical is None else real("critical", critical)
    panel = finite_panel(log_values)
    if panel.shape[1] < 2 or len(panel) < 5:
        raise EstimationError(
            f"The panel has {panel.shape[1]} units and {len(panel)} periods; expected at least 2 "
            "units and 5 periods."
        )
    check_even_steps(panel.index)
    T = len(panel)
    lags = int(T**POWER + 1e-9) if lags is None else whole("lags", lags, 0, T - 2)
    variance = panel.var(axis=1, ddof=0)
    if not variance.max() > 1e-20 * np.square(panel.to_numpy()).max():
        raise EstimationError("All units are equal in every period; expected some dispersion.")
    k = variance.to_numpy()
    slope, error, residuals = (part[0] for part in _regress(k[None], lags))
    if np.abs(residuals).max() <= 1e-12 * k.max():
        raise EstimationError(
            "Dispersion follows a line exactly; no error can be estimated from its residuals."
        )
    null = _null(T, lags, round(autocorrelation(residuals), 2))
    critical = float(np.quantile(null, SIZE)) if critical is None else critical
    return WeakSigmaResult(
        trend=float(slope),
        std_error=float(error),
        t=float(slope / error),
        pvalue=float((1 + (null <= slope / error).sum()) / (1 + DRAWS)),
        converges=bool(slope / error < critical),
        variance=variance.rename("variance"),
        lags=lags,
        n_units=panel.shape[1],
        n_periods=T,
        critical=critical,
    )


def _regress(k: np.ndarray, lags: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slope on time, its error and residuals of each row, shapes (m,), (m,), (m, T)."""
    T = k.shape[1]
    time = np.arange(T) - (T - 1) / 2
    slope = k @ time / (time @ time)
    residuals = k - k.mean(axis=1, keepdims=True) - slope[:, None] * time
    long_run = np.square(residuals).sum(axis=1)
    for lag in range(1, lags + 1):
        products = (residuals[:, lag:] * residuals[:, :-lag]).sum(axis=1)
        long_run = long_run + 2 * (1 - lag / (lags + 1)) * products
    return slope, np.sqrt(long_run / T / (time @ time)), residuals


@lru_cache(maxsize=32)
def _null(T: int, lags: int, rho: float) -> np.ndarray:
    """Statistics of series without a trend, autoregressive of the first order."""
    drawn = np.random.default_rng(SEED).standard_normal((DRAWS, T))
    drawn[:, 0] /= np.sqrt(1 - rho**2)
    for t in range(1, T):
        drawn[:, t] += rho * drawn[:, t - 1]
    slope, error, _ = _regress(drawn, lags)
    return slope / error
