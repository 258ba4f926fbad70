"""Conformal test of a path of effects, by shifting the residuals in time."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from regiometrics._arguments import confidence, numbers, real, whole
from regiometrics.counterfactuals.simplex import simplex_weights
from regiometrics.errors import ConservativeWarning, EstimationError

COARSE = 0.7  # share of the level below which the attainable size is warned of


@dataclass(frozen=True)
class ConformalTest:
    """Test that the effect is zero in every year after, and an interval of a constant effect.

    Attributes
    ----------
    p_value : float
        Share of the shifts at least as extreme; a multiple of one over the periods.
    conf_low, conf_high : float
        Ends of the constant effects that are not rejected; infinite where the grid's end is not,
        missing where every effect of the grid is rejected.
    shifts : int
        The number of cyclic shifts.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = rng.normal(size=(12, 15)).cumsum(axis=1)
    >>> first = np.arange(12) == 0
    >>> found = conformal_test(y[0], y[1:], 10, 1.0, np.linspace(-5, 5, 21), level=0.2)
    >>> found.shifts, bool(found.conf_low < found.conf_high)
    (15, True)
    """

    p_value: float
    conf_low: float
    conf_high: float
    shifts: int


def conformal_test(
    series: np.ndarray,
    donors: np.ndarray,
    before: int,
    ridge: float,
    grid: np.ndarray,
    level: float = 0.1,
    intercept: bool = True,
) -> ConformalTest:
    """Test effects of one treated series (Chernozhukov, Wüthrich and Zhu 2021).

    Parameters
    ----------
    series : ndarray, shape (periods,)
        The outcomes of the treated group.
    donors : ndarray, shape (donors, periods)
        The outcomes of the donors.
    before : int
        Periods before the treatment; at least one period lies after.
    ridge : float
        Penalty of the donors' weights, which are fitted over all periods under the null. With an
        intercept it must be positive: where donors outnumber the periods, every residual would be
        zero without it. Zero without an intercept is plain synthetic control.
    grid : ndarray
        Constant effects to try, ascending.
    level : float, default 0.1
        Effects with a p-value above it stay in the interval. At least one over the periods,
        because no p-value is smaller.
    intercept : bool, default True
        Whether the counterfactual has a constant; residuals are then centred.

    Returns
    -------
    ConformalTest

    Raises
    ------
    ValueError
        If shapes do not fit, a value is missing, no period lies after, the grid does not ascend,
        the ridge is not positive, or the level is not between zero and one.
    EstimationError
        If the level is below the smallest p-value, or every residual is zero.

    Notes
    -----
    Under the null the outcome without treatment is known in all periods. The statistic is the
    mean absolute residual of the periods after; its law is that over the moving-block (cyclic)
    shifts of the residuals, which keeps their dependence in time.
    """
    series = numbers("series", series, (None,), least=(3,))
    donors = numbers("donors", donors, (None, len(series)))
    before = whole("before", before, 1, len(series) - 1)
    if intercept and not real("ridge", ridge) > 0:
        raise ValueError(f"ridge is {ridge}; expected a positive number.")
    ridge = real("ridge", ridge, 0.0)
    grid = numbers("grid", grid, (None,))
    if (np.diff(grid) <= 0).any():
        raise ValueError(f"grid is {_few(grid)}; expected effects that ascend.")
    level = confidence(level, "level")
    if level < 1 / len(series):
        raise EstimationError(
            f"The level {level:g} is below 1/{len(series)}, the smallest p-value that "
            f"{len(series)} shifts can give; expected a larger level."
        )
    periods = len(series)
    size = np.floor(level * periods + 1e-9) / periods
    if size < COARSE * level:
        warnings.warn(
            f"The p-value is a multiple of 1/{periods}: a test at {level:g} rejects a true null in "
            f"{size:.2g} of samples, and the interval covers more than it promises.",
            ConservativeWarning,
            stacklevel=2,
        )
    after = np.arange(periods) >= before
    effects = np.concatenate([[0.0], grid])
    without = series - effects[:, None] * after
    weights = simplex_weights(donors.T, without, ridge=ridge, intercept=intercept)
    residuals = without - weights @ donors
    if intercept:
        residuals = residuals - residuals.mean(axis=1, keepdims=True)
    if np.abs(residuals[0]).max() <= 1e-10 * max(np.abs(series).max(), 1e-300):
        raise EstimationError(
            "The donors fit the series exactly in all periods; a test by its residuals is not "
            "defined. A larger ridge or fewer donors leave some."
        )
    shifted = np.stack([np.roll(residuals, shift, axis=1) for shift in range(periods)], axis=1)
    statistics = np.abs(shifted[:, :, before:]).mean(axis=2)
    # The residuals come from a solver: equal ones are told apart by more than its rounding.
    p_values = (statistics >= statistics[:, :1] - 1e-12).mean(axis=1)
    kept = grid[p_values[1:] > level]
    low, high = (kept[0], kept[-1]) if len(kept) else (np.nan, np.nan)
    return ConformalTest(
        p_value=float(p_values[0]),
        conf_low=-np.inf if len(kept) and low == grid[0] else float(low),
        conf_high=np.inf if len(kept) and high == grid[-1] else float(high),
        shifts=periods,
    )


def _few(values: np.ndarray) -> str:
    return f"{values[:4].tolist()}{' and so on' if len(values) > 4 else ''}"
