"""Conformal test of a path of effects, by shifting the residuals in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regiometrics.counterfactuals.simplex import simplex_weights


@dataclass(frozen=True)
class ConformalTest:
    """Test that the effect is zero in every year after, and an interval of a constant effect.

    Attributes
    ----------
    p_value : float
        Share of the shifts at least as extreme; a multiple of one over the periods.
    conf_low, conf_high : float
        Ends of the constant effects that are not rejected; infinite where the grid's end is not.
    shifts : int
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
) -> ConformalTest:
    """Test effects of one treated series (Chernozhukov, Wüthrich and Zhu 2021).

    Parameters
    ----------
    series
        Of the treated group, shape (periods,).
    donors
        Shape (donors, periods).
    before
        Periods before the treatment.
    ridge
        Penalty of the donors' weights, which are fitted over all periods under the null, with an
        intercept. It must be positive: donors outnumber the periods, and without it every
        residual would be zero.
    grid
        Constant effects to try, ascending.
    level
        Effects with a p-value above it stay in the interval.

    Raises
    ------
    ValueError
        If the ridge is not positive.

    Notes
    -----
    Under the null the outcome without treatment is known in all periods. The statistic is the
    mean absolute residual of the periods after; its law is that over the moving-block (cyclic)
    shifts of the residuals, which keeps their dependence in time.
    """
    if not ridge > 0:
        raise ValueError(f"ridge is {ridge}; expected a positive number.")
    periods = len(series)
    after = np.arange(periods) >= before
    effects = np.concatenate([[0.0], np.asarray(grid, float)])
    without = series - effects[:, None] * after
    weights = simplex_weights(donors.T, without, ridge=ridge, intercept=True)
    residuals = without - weights @ donors
    residuals = residuals - residuals.mean(axis=1, keepdims=True)
    shifted = np.stack([np.roll(residuals, shift, axis=1) for shift in range(periods)], axis=1)
    statistics = np.abs(shifted[:, :, before:]).mean(axis=2)
    # The residuals come from a solver: equal ones are told apart by more than its rounding.
    p_values = (statistics >= statistics[:, :1] - 1e-12).mean(axis=1)
    kept = np.asarray(grid)[p_values[1:] > level]
    low, high = (kept[0], kept[-1]) if len(kept) else (np.nan, np.nan)
    return ConformalTest(
        p_value=float(p_values[0]),
        conf_low=-np.inf if len(kept) and low == grid[0] else float(low),
        conf_high=np.inf if len(kept) and high == grid[-1] else float(high),
        shifts=periods,
    )
