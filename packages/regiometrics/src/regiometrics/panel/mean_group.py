"""Slopes that differ between units: mean group estimators, with and without common factors.

Pesaran and Smith (1995, *Journal of Econometrics* 68); Pesaran (2006, *Econometrica* 74); Pesaran
and Tosetti (2011, *Journal of Econometrics* 161) for errors that are correlated over space too.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics._arguments import switch
from regiometrics.errors import PanelError, label
from regiometrics.inference import Inference
from regiometrics.panel.within import to_arrays

Array = np.ndarray
FEW_UNITS = 10  # below them means are poor proxies of factors, and a warning says so
EXACT = 1e-10  # residuals below this share of the outcome are rounding


@dataclass(frozen=True, eq=False)
class MeanGroupResult(Inference):
    """The mean of units' slopes.

    Inference is from a t distribution with one degree of freedom fewer than units.

    Attributes
    ----------
    params : pandas.Series
        The mean slope of each regressor.
    cov : pandas.DataFrame
        Its covariance, from the dispersion of the slopes.
    cov_type, estimator : str
        The kind of covariance, and "mean group" or "common correlated effects mean group".
    nobs, n_units, n_periods : int
        Observations, units and periods.
    slopes : pandas.DataFrame, shape (n, k)
        The slopes of each unit.
    resids : pandas.Series
        Residuals on (unit, period), for :func:`regiometrics.spatial.pesaran_cd`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> index = pd.MultiIndex.from_product([range(40), range(9)], names=["unit", "year"])
    >>> y = pd.Series(rng.normal(size=360), index, name="y")
    >>> x = pd.DataFrame({"x": rng.normal(size=360)}, index)
    >>> fit = mean_group(y, x, factors=False)
    >>> fit.df, fit.slopes.shape
    (39, (40, 1))
    """

    params: pd.Series
    cov: pd.DataFrame
    cov_type: str
    estimator: str
    nobs: int
    n_units: int
    n_periods: int
    slopes: pd.DataFrame
    resids: pd.Series

    @property
    def df(self) -> int:
        """Degrees of freedom of the t distribution."""
        return self.n_units - 1

    @property
    def _distribution(self) -> Any:
        return laws.t(self.df)


def mean_group(
    dependent: pd.Series, exog: pd.DataFrame, *, factors: bool = True, trend: bool = False
) -> MeanGroupResult:
    """Regress unit by unit and average the slopes.

    Parameters
    ----------
    dependent : pandas.Series
        The outcome on (unit, period), balanced.
    exog : pandas.DataFrame
        The regressors on the same index.
    factors : bool, default True
        Whether each regression has the period means of outcome and regressors, which represent
        common factors with loadings of each unit's own (common correlated effects).
    trend : bool, default False
        Whether each regression has a linear trend of its own.

    Returns
    -------
    MeanGroupResult

    Raises
    ------
    PanelError
        If the panel is not balanced or not complete, there are fewer than three units, too few
        periods for one regression, or a unit's regressors are collinear or fit it exactly.

    Notes
    -----
    The covariance is sum_i (b_i - b)(b_i - b)' / (n (n - 1)), which needs no model of the errors
    within units and holds under weak dependence between them.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> index = pd.MultiIndex.from_product([range(30), range(40)], names=["unit", "year"])
    >>> shock, own = np.tile(rng.normal(size=40), 30), np.repeat(rng.normal(1, 0.3, 30), 40)
    >>> load = np.repeat(rng.normal(1, 0.5, 30), 40)
    >>> x = pd.DataFrame({"x": rng.normal(size=1200) + shock}, index)
    >>> y = own * x["x"] + load * shock + 0.3 * rng.normal(size=1200)
    >>> fit = mean_group(y.rename("y"), x)
    >>> bool(abs(fit.params["x"] - 1) < 3 * fit.std_errors["x"])
    True
    """
    factors, trend = switch("factors", factors), switch("trend", trend)
    if not isinstance(dependent, pd.Series) or not isinstance(exog, pd.DataFrame):
        raise PanelError(
            f"The outcome is a {type(dependent).__name__} and the regressors are a "
            f"{type(exog).__name__}; expected a Series and a DataFrame on (unit, period)."
        )
    if not exog.index.equals(dependent.index):
        if not exog.index.is_unique or not exog.index.sort_values().equals(
            dependent.index.sort_values()
        ):
            raise PanelError("Outcome and regressors have other rows; expected one index.")
        exog = exog.loc[dependent.index]
    left, right = to_arrays([dependent, exog])
    y, X = left.values[:, :, 0].T, right.values.transpose(1, 0, 2)
    n, T, k = X.shape
    common = [np.ones((T, 1))]
    if trend:
        common.append((np.arange(T) - (T - 1) / 2)[:, None])
    if factors:
        common += [y.mean(axis=0)[:, None], X.mean(axis=0)]
    shared = np.hstack(common)
    if n < 3:
        raise PanelError(f"There are {n} units; expected three or more to average.")
    if k + shared.shape[1] >= T:
        raise PanelError(
            f"{T} periods leave no degree of freedom for {k} regressors and {shared.shape[1]} "
            "common terms of each unit; expected more periods."
        )
    if factors and n < FEW_UNITS:
        warnings.warn(
            f"Common factors are represented by means of {n} units: with fewer than {FEW_UNITS} "
            "intervals of 95% miss in 9% of samples.",
            stacklevel=2,
        )
    slopes, residuals = np.empty((n, k)), np.empty((n, T))
    for i in range(n):
        Z = np.hstack([X[i], shared])
        size = np.linalg.norm(Z, axis=0)
        # Period means may be collinear (a factor fewer than means): only slopes must be unique.
        rest = X[i] - shared @ np.linalg.lstsq(shared, X[i], rcond=None)[0]
        if np.linalg.matrix_rank(rest / np.maximum(size[:k], 1e-300), tol=1e-8) < k:
            raise PanelError(
                f"The regressors of unit {label(left.units[i])} are collinear beside the common "
                "terms; expected variation of each that no other has."
            )
        found = np.linalg.lstsq(Z / np.maximum(size, 1e-300), y[i], rcond=1e-10)[0]
        slopes[i] = found[:k] / size[:k]
        residuals[i] = y[i] - (Z / np.maximum(size, 1e-300)) @ found
        if np.abs(residuals[i]).max() <= EXACT * max(np.abs(y[i]).max(), 1e-300):
            raise PanelError(
                f"The regressors reproduce the outcome of unit {label(left.units[i])} exactly; "
                "expected errors to measure."
            )
    names = list(right.names)
    gap = slopes - slopes.mean(axis=0)
    index = pd.MultiIndex.from_product([left.units, left.periods], names=dependent.index.names)
    return MeanGroupResult(
        params=pd.Series(slopes.mean(axis=0), names, name="estimate"),
        cov=pd.DataFrame(gap.T @ gap / (n * (n - 1)), names, names),
        cov_type="dispersion of slopes",
        estimator="common correlated effects mean group" if factors else "mean group",
        nobs=n * T,
        n_units=n,
        n_periods=T,
        slopes=pd.DataFrame(slopes, left.units.rename(dependent.index.names[0]), names),
        resids=pd.Series(residuals.ravel(), index, name="residual").reindex(dependent.index),
    )
