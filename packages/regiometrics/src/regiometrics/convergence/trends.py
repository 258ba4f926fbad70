"""The slope of a series on time, with errors robust to its autocorrelation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from regiometrics._arguments import numbers
from regiometrics.errors import EstimationError
from regiometrics.inference import SlopeInference
from regiometrics.panel.covariance import newey_west_meat, sandwich, small_sample_factor


@dataclass(frozen=True)
class TrendResult(SlopeInference):
    """A linear trend; ``params`` has the one term "trend".

    Inference is from a t distribution with T - 2 degrees of freedom.

    Attributes
    ----------
    slope, std_error
        The change per period and its standard error.
    lags, n_periods
        The number of lags of the Bartlett kernel, and of periods in the series.
    """

    slope: float
    std_error: float
    lags: int
    n_periods: int

    @property
    def _slope(self) -> tuple[str, float, float]:
        return "trend", self.slope, self.std_error

    @property
    def cov_type(self) -> str:
        """The kind of standard error."""
        return f"Newey-West, {self.lags} lags"

    @property
    def df(self) -> int:
        """Degrees of freedom of the t distribution."""
        return self.n_periods - 2

    @property
    def _distribution(self) -> Any:
        return stats.t(self.df)


def newey_west_trend(series: pd.Series) -> TrendResult:
    """Regress a series on its index.

    Parameters
    ----------
    series : Series, shape (T,)
        Numbers by period (years).

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
    return TrendResult(slope, error, lags, T)
