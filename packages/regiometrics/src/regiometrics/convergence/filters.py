"""Trends of panels of logs, periods in rows and units in columns: what log t is run on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd

from regiometrics._arguments import one_of, real, whole
from regiometrics._checks import check_even_steps, finite_panel
from regiometrics._optional import require
from regiometrics.errors import EstimationError

ANNUAL_SMOOTHING = 400.0  # of Hodrick and Prescott, for annual series, in the literature on log t


def trend(
    log_values: pd.DataFrame,
    method: Literal["hodrick-prescott", "hamilton", "none"] = "hodrick-prescott",
    **options: float,
) -> pd.DataFrame:
    """Take the cycle out of every unit's series.

    Parameters
    ----------
    log_values : DataFrame, shape (T, n)
        Logs, consecutive periods in rows, units in columns, complete.
    method
        ``"none"`` returns the logs as they are.
    **options
        ``smoothing`` of :func:`hodrick_prescott`; ``horizon`` and ``lags`` of :func:`hamilton`.

    Returns
    -------
    DataFrame
        Trends; Hamilton's has fewer periods.

    Raises
    ------
    ValueError
        If the method or an option is unknown or out of range.
    EstimationError
        If a value is missing, a period is skipped or periods are too few.

    Examples
    --------
    >>> line = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0]}, index=range(2001, 2005))
    >>> trend(line)["a"].round(6).tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    one_of("method", method, METHODS)
    unknown = sorted(set(options) - set(OPTIONS[method]))
    if unknown:
        known = ", ".join(OPTIONS[method]) or "none"
        raise ValueError(f"The filter {method!r} has no option {unknown[0]!r}; it has {known}.")
    return METHODS[method](_consecutive(log_values), **options)


def hodrick_prescott(log_values: pd.DataFrame, smoothing: float = ANNUAL_SMOOTHING) -> pd.DataFrame:
    """Smooth every unit's series by the filter of Hodrick and Prescott (1997).

    Parameters
    ----------
    log_values : DataFrame, shape (T, n)
        The logs, one row per period, as :func:`trend` takes them; at least 4 periods.
    smoothing : float, default 400
        Zero or more: the price of a change of the trend's slope.

    Returns
    -------
    DataFrame, shape (T, n)
        Trends.

    Raises
    ------
    ValueError
        If the smoothing is negative.
    EstimationError
        If a value is missing, a period is skipped or there are fewer than 4 periods.

    Notes
    -----
    ``smoothing`` 400 is what Phillips and Sul (2009) used for annual incomes: it reproduces their
    filtered data. Ravn and Uhlig (2002) would take 6.25. The trend's ends lean on few years.
    """
    hp = require("statsmodels.tsa.filters.hp_filter", extra="regression")  # 1.6 s

    values, smoothing = _consecutive(log_values), real("smoothing", smoothing, 0.0)
    if len(values) < 4:
        raise EstimationError(f"The panel has {len(values)} periods; the filter expects 4 or more.")
    # The filter is linear: what it does to T impulses gives it for any number of units.
    impulses = np.eye(len(values))
    smoother = np.column_stack([hp.hpfilter(impulse, smoothing)[1] for impulse in impulses])
    return pd.DataFrame(smoother @ values.to_numpy(), values.index, values.columns)


def hamilton(log_values: pd.DataFrame, horizon: int = 2, lags: int = 1) -> pd.DataFrame:
    """Trend of Hamilton (2018): what was foreseeable ``horizon`` periods before.

    Parameters
    ----------
    log_values : DataFrame, shape (T, n)
        The logs, one row per period, as :func:`trend` takes them.
    horizon, lags
        The regression, with a constant, of a value on the ``lags`` values that end ``horizon``
        periods earlier; two years and one year's values are Hamilton's advice for annual data.

    Returns
    -------
    DataFrame, shape (T - horizon - lags + 1, n)
        Fitted values.

    Raises
    ------
    ValueError
        If the horizon or the number of lags is below one.
    EstimationError
        If a value is missing, a period is skipped, or fewer than two residual degrees of freedom
        remain.
    """
    values = _consecutive(log_values)
    horizon, lags = whole("horizon", horizon), whole("lags", lags)
    lost = horizon + lags - 1
    if len(values) - lost < lags + 3:
        raise EstimationError(
            f"{len(values)} periods are too few for Hamilton's filter with horizon {horizon} and "
            f"{lags} lags; at least {lost + lags + 3} were expected."
        )
    array = values.to_numpy()
    rows = len(values) - lost
    fitted = np.empty((rows, array.shape[1]))
    for unit, series in enumerate(array.T):
        past = [series[lags - 1 - lag : lags - 1 - lag + rows] for lag in range(lags)]
        design = np.column_stack([np.ones(rows), *past])
        fitted[:, unit] = design @ np.linalg.lstsq(design, series[lost:], rcond=None)[0]
    return pd.DataFrame(fitted, index=values.index[lost:], columns=values.columns)


def remove_common_trend(log_values: pd.DataFrame) -> pd.DataFrame:
    """Subtract each period's mean over units, and add the mean of the whole panel.

    Parameters
    ----------
    log_values : DataFrame, shape (T, n)
        The logs, one row per period, without missing values.

    Returns
    -------
    DataFrame, shape (T, n)

    Raises
    ------
    EstimationError
        If a value is missing.

    Notes
    -----
    Divided by a mean that does not move, the distances that log t sees are those of the logs
    themselves: a common trend can then no longer make them shrink.
    """
    values = finite_panel(log_values)
    return values.sub(values.mean(axis=1), axis=0) + values.to_numpy().mean()


def _consecutive(log_values: pd.DataFrame) -> pd.DataFrame:
    """Return a complete panel, sorted, in which no period is skipped."""
    values = finite_panel(log_values)
    check_even_steps(values.index)
    return values


METHODS: dict[str, Callable[..., pd.DataFrame]] = {
    "hodrick-prescott": hodrick_prescott,
    "hamilton": hamilton,
    "none": lambda log_values: log_values,
}
OPTIONS = {"hodrick-prescott": ("smoothing",), "hamilton": ("horizon", "lags"), "none": ()}
