"""The log t test of Phillips and Sul: whether the relative transition paths of a panel meet.

Panels here hold logs, not levels: periods in rows, units in columns.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics._arguments import confidence as check_share
from regiometrics._arguments import real
from regiometrics._checks import check_even_steps
from regiometrics._values import positive_panel
from regiometrics.errors import EstimationError
from regiometrics.inference import SlopeInference

CRITICAL = -1.65  # one-sided, 5 per cent of the standard normal, as printed by Phillips and Sul
FEW_PERIODS = 40  # below them the test rejects too often, and a warning says so
TRIM = 1 / 3  # share of the first periods left out; their advice for short panels


@dataclass(frozen=True)
class LogTResult(SlopeInference):
    """The log t regression of one group of units.

    Its ``params`` has the one term "log t". The test is one-sided, and so is its entry of
    ``pvalues``; the intervals are two-sided and rest on the normal distribution.

    Attributes
    ----------
    beta, std_error, t, pvalue
        Slope on log t, its standard error, their ratio, and the probability of a smaller t under
        the null of convergence (standard normal, left tail).
    converges
        Whether ``t`` is above ``critical``.
    speed
        Half of ``beta``: the rate alpha at which the transition paths close. Two or more is
        convergence in level, between zero and two convergence in rates (Phillips and Sul 2009).
    variance : Series
        H by period, the mean squared distance of the relative transition paths from one.
    n_units, n_periods, n_used, trim, critical
        What went in; ``n_used`` periods remain after trimming.

    Examples
    --------
    >>> t = np.arange(1, 31)[:, None]
    >>> found = log_t_test(pd.DataFrame(9 + 0.02 * t + np.array([[-1, 0.2, 0.8]]) / t))
    >>> found.converges, bool(found.params["log t"] > 0)
    (True, True)
    """

    beta: float
    std_error: float
    t: float
    pvalue: float
    converges: bool
    speed: float
    variance: pd.Series
    n_units: int
    n_periods: int
    n_used: int
    trim: float
    critical: float

    @property
    def _slope(self) -> tuple[str, float, float]:
        return "log t", self.beta, self.std_error

    @property
    def pvalues(self) -> pd.Series:
        """The probability of a smaller t under convergence: the test is one-sided."""
        return pd.Series({"log t": self.pvalue}, name="p_value")


def log_t_test(
    log_values: pd.DataFrame, trim: float = TRIM, critical: float = CRITICAL
) -> LogTResult:
    """Test whether all units of a panel converge.

    Parameters
    ----------
    log_values : DataFrame, shape (T, n)
        Logs, periods in rows, units in columns, complete and positive; usually a trend, see
        :func:`regiometrics.convergence.filters.trend`.
    trim
        Share r of the first periods that the regression leaves out.
    critical
        Convergence is rejected where t is not above it.

    Returns
    -------
    LogTResult

    Raises
    ------
    ValueError
        Where a log is missing or not positive, periods are not equally spaced, fewer than 2 units
        or 4 periods after trimming remain, or all units are equal in a period.

    Notes
    -----
    ``log(H_1 / H_t) - 2 log(log t) = a + b log t + u_t`` over t = [rT] + 1, ..., T, where
    ``H_t = mean_i (h_it - 1)^2`` and ``h_it = x_it / mean_j x_jt`` (Phillips and Sul
    2007). Because the logs are divided by their mean, the test depends on the unit of
    measurement: :func:`regiometrics.convergence.sensitivity.log_t_sensitivity`. With fewer than 40
    periods a warning says that the test rejects too often at the edge of its null.

    Examples
    --------
    Paths that close as ``t ** -0.5`` around a common trend:

    >>> t = np.arange(1, 31)[:, None]
    >>> panel = pd.DataFrame(10 + 0.02 * t + np.array([[-1, 0, 1.0]]) * t**-0.5)
    >>> log_t_test(panel).converges
    True
    """
    critical = real("critical", critical)
    panel = log_panel(log_values, trim)
    h = group_variance(panel, np.ones((1, panel.shape[1]), dtype=bool))
    beta, error, t = (float(column[0]) for column in log_t_regressions(h, trim))
    if len(panel) < FEW_PERIODS:
        warnings.warn(
            f"Log t has {len(panel)} periods: at the edge of the null, where distances fall as "
            f"slowly as 1 / log t, it rejects too often with fewer than {FEW_PERIODS} (in 12 to "
            "36% of samples of 18 for a nominal 5%).",
            stacklevel=2,
        )
    return LogTResult(
        beta=beta,
        std_error=error,
        t=t,
        pvalue=float(laws.norm.cdf(t)),
        converges=t > critical,
        speed=beta / 2,
        variance=pd.Series(h[0], index=panel.index, name="H"),
        n_units=panel.shape[1],
        n_periods=len(panel),
        n_used=len(panel) - first_used(len(panel), trim),
        trim=trim,
        critical=critical,
    )


def relative_transition(log_values: pd.DataFrame) -> pd.DataFrame:
    """Compute relative transition paths ``h_it = x_it / mean_j x_jt``.

    Parameters
    ----------
    log_values : DataFrame, shape (T, n)
        Logs, complete and positive.

    Returns
    -------
    DataFrame, shape (T, n)

    Raises
    ------
    EstimationError
        Where a log is missing or not positive, or there are fewer than two units.
    """
    panel = positive_panel(log_values, units=2, periods=1).astype("float64")
    return panel.div(panel.mean(axis=1), axis=0)


def log_panel(log_values: pd.DataFrame, trim: float) -> pd.DataFrame:
    """Return the panel of logs sorted by period where log t can be run on it; ValueError if not."""
    try:
        panel = positive_panel(log_values, units=2, periods=4).astype("float64")
    except EstimationError as error:
        raise EstimationError(
            f"{error} Log t divides logs by their mean: measure in a smaller unit so that every "
            "log is positive."
        ) from None
    check_even_steps(panel.index)
    check_share(trim, "trim")
    if len(panel) - first_used(len(panel), trim) < 4:
        raise EstimationError(
            f"Of {len(panel)} periods, fewer than 4 remain after a share of {trim:.3g} is trimmed."
        )
    return panel


def first_used(n_periods: int, trim: float) -> int:
    """Position, from 0, of the first period in the regression: [rT], and at least the second.

    The first period cannot be used: log(log 1) does not exist.
    """
    return max(round(n_periods * trim), 1)


def group_variance(panel: pd.DataFrame, groups: np.ndarray) -> np.ndarray:
    """H by group and period.

    Parameters
    ----------
    panel : DataFrame, shape (T, n)
        Logs, as :func:`log_panel` returns them.
    groups : bool, shape (g, n)
        Members of each group.

    Returns
    -------
    ndarray, shape (g, T)

    Raises
    ------
    ValueError
        Where all members of a group are equal in a period, so that its log does not exist.
    """
    array = panel.to_numpy()
    h = np.empty((len(groups), len(array)))
    for row, members in enumerate(groups):
        chosen = array[:, members]
        h[row] = np.mean((chosen / chosen.mean(axis=1, keepdims=True) - 1) ** 2, axis=1)
    if not (h > 0).all():
        row, period = np.argwhere(~(h > 0))[0]
        units = ", ".join(map(str, panel.columns[groups[row]][:5]))
        raise EstimationError(
            f"Period {panel.index[period]}: the {groups[row].sum()} units {units} are equal where "
            "log t expected some distance between them."
        )
    return h


def log_t_regressions(h: np.ndarray, trim: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slope, standard error and t of the log t regression for many groups at once.

    Parameters
    ----------
    h : shape (g, T)
        H by group and period.
    trim
        Share of the first periods left out.

    Returns
    -------
    beta, std_error, t : each of shape (g,)
        The standard error is ``sqrt(lrv * (X'X)^-1_22)`` with the long-run variance of the
        residuals: Phillips and Sul scale the variance of least squares by one number.
    """
    start = first_used(h.shape[1], trim)
    log_time = np.log(np.arange(start + 1, h.shape[1] + 1))
    left = np.log(h[:, :1] / h[:, start:]) - 2 * np.log(log_time)
    centred = log_time - log_time.mean()
    spread = centred @ centred
    beta = left @ centred / spread
    residuals = left - left.mean(axis=1, keepdims=True) - np.outer(beta, centred)
    error = np.sqrt(long_run_variance(residuals) / spread)
    with np.errstate(divide="ignore"):  # an exact fit has t infinite
        return beta, error, beta / error


def long_run_variance(residuals: np.ndarray) -> np.ndarray:
    """Long-run variance of each row by the quadratic spectral kernel.

    Parameters
    ----------
    residuals : shape (g, R)
        A series a row.

    Returns
    -------
    ndarray, shape (g,)

    Notes
    -----
    Andrews (1991), eqs. 2.7, 6.2 and 6.4: bandwidth ``1.3221 (alpha(2) R)^(1/5)`` with
    ``alpha(2) = 4 rho^2 / (1 - rho)^4`` from a first-order autoregression of the residuals; no
    prewhitening. Two conventions are those behind the published numbers of Phillips and Sul (2009)
    and must be kept to reproduce them: all sums are divided by R - 1, and autocovariances leave out
    the last residual.
    """
    early, late = residuals[:, :-1], residuals[:, 1:]
    squares = (early**2).sum(axis=1)
    exact = squares == 0
    rho = (early * late).sum(axis=1) / np.where(exact, 1, squares)
    count = residuals.shape[1]
    with np.errstate(divide="ignore"):
        bandwidth = 1.3221 * (4 * rho**2 / (1 - rho) ** 4 * count) ** 0.2
    total = (residuals**2).sum(axis=1)
    lags = np.arange(1, count - 1)
    for lag, weight in zip(lags, _quadratic_spectral(lags[:, None], bandwidth), strict=True):
        products = (early[:, :-lag] * early[:, lag:]).sum(axis=1)
        total = total + 2 * weight * products
    return np.where(exact, 0.0, total / (count - 1))


def _quadratic_spectral(lag: np.ndarray, bandwidth: np.ndarray) -> np.ndarray:
    """Weights of autocovariances; none where the bandwidth is zero."""
    z = 1.2 * np.pi * lag / np.maximum(bandwidth, 1e-12)
    with np.errstate(invalid="ignore"):
        weight = 3 / z**2 * (np.sin(z) / z - np.cos(z))
    # sin(z)/z - cos(z) loses its digits near zero, where the weight is 1 - z^2/10.
    return np.where(z < 1e-3, 1 - z**2 / 10, weight)
