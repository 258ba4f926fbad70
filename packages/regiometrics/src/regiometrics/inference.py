"""The protocol of results: estimates, errors, statistics, intervals and one table of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri, stdtr, stdtridf, stdtrit

from regiometrics import _laws as laws
from regiometrics.errors import PanelError
from regiometrics.options import check_level, check_number

#: The columns of :meth:`Result.tidy`.
TIDY = ("term", "estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high")
#: The columns that :meth:`Result.glance` may have.
GLANCE = (
    "model",
    "estimator",
    "method",
    "effects",
    "cov_type",
    "n_obs",
    "n_units",
    "n_periods",
    "n_clusters",
    "n_treated",
    "n_donors",
    "n_instruments",
    "df",
    "sigma2",
    "rsquared",
    "pseudo_r2",
    "loglik",
    "aic",
    "bic",
)
#: Where a class has another name for a column.
_ALIASES = {"n_obs": "nobs"}

#: Power of the two-sided tests whose minimum detectable effect is reported.
POWER = 0.8
#: A p-value below it counts as evidence, wherever a text, a count or a mark depends on one.
SIGNIFICANT = 0.05


def inference_row(
    estimate: float,
    error: float,
    confidence: float,
    df: float = np.inf,
    null: float = 0.0,
) -> dict[str, float]:
    """Lay out an estimate and its standard error as one row of a tidy table.

    Parameters
    ----------
    estimate, error
        The estimate and its standard error. An error of zero or less, or a missing one, leaves the
        statistic and the p-value missing.
    confidence
        The confidence level of the interval, between zero and one.
    df
        The degrees of freedom of the t distribution; the distribution is normal where they are
        infinite.
    null
        The value against which the statistic and the two-sided p-value test.

    Returns
    -------
    dict
        The columns of :meth:`Result.tidy` after the first.

    Raises
    ------
    PanelError
        If the confidence is not between zero and one.

    Examples
    --------
    >>> row = inference_row(1.0, 0.5, 0.95)
    >>> [round(row[name], 3) for name in ("statistic", "p_value", "conf_low", "conf_high")]
    [2.0, 0.046, 0.02, 1.98]
    """
    check_level(confidence)
    for name, value in (("estimate", estimate), ("error", error), ("df", df), ("null", null)):
        number = isinstance(value, int | float | np.integer | np.floating)
        if isinstance(value, bool) or (not number and getattr(value, "shape", None) != ()):
            raise PanelError(f"{name} is {value!r:.60}; expected one real number.")
    # The functions themselves: scipy's distributions cost forty times as much for one number.
    level = 0.5 + confidence / 2
    half_width = (ndtri(level) if np.isinf(df) else stdtrit(df, level)) * error
    statistic = (estimate - null) / error if error > 0 else np.nan
    tail = abs(statistic)
    return {
        "estimate": float(estimate),
        "std_error": float(error),
        "statistic": float(statistic),
        "p_value": float(2 * (ndtr(-tail) if np.isinf(df) else stdtr(df, -tail))),
        "conf_low": float(estimate - half_width),
        "conf_high": float(estimate + half_width),
    }


@runtime_checkable
class Result(Protocol):
    """What every fitted model of the library offers, whatever it is.

    Code that reads results needs no more than this, so that a table or a figure works for every
    estimator. A class that inherits :class:`Inference` satisfies it.

    Attributes
    ----------
    params : pandas.Series
        The estimates by name.
    cov : pandas.DataFrame
        Their covariance, on the same names.
    std_errors, tstats, pvalues : pandas.Series
        Standard errors, ratios of estimates to them, and p-values of the hypothesis that the
        estimate is zero: two-sided unless the class says otherwise.
    """

    @property
    def params(self) -> pd.Series: ...  # noqa: D102

    @property
    def cov(self) -> pd.DataFrame: ...  # noqa: D102

    @property
    def std_errors(self) -> pd.Series: ...  # noqa: D102

    @property
    def tstats(self) -> pd.Series: ...  # noqa: D102

    @property
    def pvalues(self) -> pd.Series: ...  # noqa: D102

    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Return confidence intervals, columns "lower" and "upper"."""

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row per term with the columns `TIDY`."""

    def glance(self) -> pd.DataFrame:
        """Return one row that describes the whole model, with some of the columns `GLANCE`."""


class Inference:
    """Inference from named estimates and their covariance: the mixin behind :class:`Result`.

    A result class inherits this and has ``params`` (Series) and ``cov`` (DataFrame on the same
    labels). The reference distribution is normal unless the class says otherwise.
    """

    params: pd.Series
    cov: pd.DataFrame

    @property
    def _distribution(self) -> Any:
        """Distribution of an estimate over its error: a law of `_laws`."""
        return laws.norm()

    @property
    def std_errors(self) -> pd.Series:
        """Square roots of the covariance's diagonal."""
        return pd.Series(np.sqrt(np.diag(self.cov)), index=self.params.index, name="std_error")

    @property
    def tstats(self) -> pd.Series:
        """Estimates over their standard errors; missing where an error is zero."""
        errors = self.std_errors
        return (self.params / errors.where(errors > 0)).rename("statistic")

    @property
    def pvalues(self) -> pd.Series:
        """Two-sided p-values of the hypothesis that the estimate is zero."""
        tails = self._distribution.sf(self.tstats.abs().to_numpy())
        return pd.Series(2 * tails, index=self.params.index, name="p_value")

    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Give confidence intervals.

        Parameters
        ----------
        level : float, default 0.95
            The confidence level, strictly between zero and one.

        Returns
        -------
        pandas.DataFrame
            One row per term; columns "lower" and "upper".

        Raises
        ------
        PanelError
            If the level is not between zero and one.
        """
        check_level(level)
        half_width = self._distribution.isf((1 - level) / 2) * self.std_errors
        return pd.DataFrame({"lower": self.params - half_width, "upper": self.params + half_width})

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Lay the estimates out as a table.

        Parameters
        ----------
        level : float, default 0.95
            The confidence level of the intervals, strictly between zero and one.

        Returns
        -------
        pandas.DataFrame
            One row per term; columns term, estimate, std_error, statistic, p_value, conf_low and
            conf_high.

        Raises
        ------
        PanelError
            If the level is not between zero and one.
        """
        interval = self.conf_int(level)
        columns = {
            "term": self.params.index,
            "estimate": self.params.to_numpy(),
            "std_error": self.std_errors.to_numpy(),
            "statistic": self.tstats.to_numpy(),
            "p_value": self.pvalues.to_numpy(),
            "conf_low": interval["lower"].to_numpy(),
            "conf_high": interval["upper"].to_numpy(),
        }
        return pd.DataFrame(columns)

    def glance(self) -> pd.DataFrame:
        """Describe the whole model in one row.

        Returns
        -------
        pandas.DataFrame
            One row; those of the columns `GLANCE` that the model has. Rows of several models can
            be concatenated.
        """
        row = {}
        for name in GLANCE:
            for place in (self, getattr(self, "specification", None)):
                value = getattr(place, name, getattr(place, _ALIASES.get(name, name), None))
                if value is not None:
                    row[name] = value
                    break
        return pd.DataFrame([row])

    @property
    def table(self) -> pd.DataFrame:
        """Estimates, errors, statistics, p-values and 95% intervals, one row per coefficient."""
        return self.tidy().set_index("term").rename_axis(self.params.index.name)


class SlopeInference(Inference):
    """Inference on a single coefficient: a class has its name, the estimate and its error."""

    @property
    def _slope(self) -> tuple[str, float, float]:
        """The term, its estimate and its standard error."""
        raise NotImplementedError

    @property
    def params(self) -> pd.Series:
        """The estimate under the name of its term."""
        term, estimate, _ = self._slope
        return pd.Series([estimate], index=[term], name="estimate")

    @property
    def cov(self) -> pd.DataFrame:
        """The variance of the estimate."""
        term, _, error = self._slope
        return pd.DataFrame([[error**2]], index=[term], columns=[term])

    @property
    def std_errors(self) -> pd.Series:
        """The standard error of the estimate."""
        term, _, error = self._slope
        return pd.Series([error], index=[term], name="std_error")


def holm(p_values: Sequence[float]) -> np.ndarray:
    """Adjust p-values of one family by Holm's step-down (Holm 1979, *Scand. J. Statist.* 6).

    Missing values stay missing and do not count.

    Raises
    ------
    PanelError
        If they are not one row of shares between zero and one.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    values = _reals("p_values", p_values)
    if values.ndim != 1 or ((values < 0) | (values > 1)).any():
        raise PanelError(
            f"p_values has shape {values.shape} and holds {values.ravel()[:3].tolist()}; expected "
            "one row of shares between 0 and 1."
        )
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    steps = values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


def tost(estimate, std_error, bound: float, *, df=np.inf, null: float = 0.0):
    """Test whether an effect is smaller than the smallest one of interest: an equivalence test.

    Two one-sided tests, one against an effect of the bound or more and one against an effect of
    minus the bound or less (Schuirmann 1987, *J. Pharmacokin. Biopharm.* 15; Lakens 2017,
    *Soc. Psychol. Personal. Sci.* 8). Both must reject, so the larger p-value counts. The p-value
    is below a level exactly where the interval with confidence one minus twice the level lies
    inside the bounds.

    Parameters
    ----------
    estimate, std_error
        Estimates and their standard errors; numbers or arrays of one shape. A missing or negative
        error gives a missing p-value, an infinite one a half.
    bound : float
        The smallest effect of interest, above zero, in the estimate's unit.
    df
        The degrees of freedom of the t distribution; infinite for the normal.
    null : float
        The value that means no effect, from which the bounds are measured.

    Returns
    -------
    float or ndarray
        The p-value of the hypothesis that the effect is at least the bound away from the null.

    Raises
    ------
    PanelError
        If the bound is not a number above zero or the null is no number.

    Examples
    --------
    >>> round(float(tost(0.0, 1.0, 1.96)), 3)
    0.025
    >>> round(float(tost(0.9, 0.1, 1.0)), 3)
    0.159
    >>> bool(tost(5.2, 0.3, 1.0, null=5.0) < 0.05)
    True
    """
    check_number("bound", bound)
    check_number("null", null)
    if bound <= 0:
        raise PanelError(f"bound is {bound!r}; expected a number above zero.")
    error = _reals("std_error", std_error)
    distance = np.abs(_reals("estimate", estimate) - null)
    df = _reals("df", df)
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = np.where(error >= 0, (distance - bound) / error, np.nan)
    finite = np.isfinite(df)
    # The farther of the two bounds always gives the smaller p-value.
    return np.where(finite, stdtr(np.where(finite, df, 1.0), statistic), ndtr(statistic))[()]


def minimum_detectable_effect(std_error, *, df=np.inf, confidence: float, power: float = POWER):
    """Return the minimum detectable effect (MDE) of a two-sided test.

    Parameters
    ----------
    std_error
        The standard error of the estimate; a number or an array.
    df
        The degrees of freedom of its t distribution; infinite for the normal.
    confidence
        One minus the test's level, between zero and one.
    power
        The probability that the test rejects where the effect is there, between zero and one.

    Returns
    -------
    float or ndarray
        The sum of the test's critical value and the quantile of the power, times the standard
        error (Bloom 1995, *Evaluation Review* 19).

    Raises
    ------
    PanelError
        If confidence or power is not between zero and one.

    Examples
    --------
    >>> round(float(minimum_detectable_effect(1.0, confidence=0.95)), 4)
    2.8016
    >>> round(float(minimum_detectable_effect(1.0, df=6, confidence=0.95)), 4)
    3.3526
    """
    check_level(confidence)
    check_level(power)
    std_error = _reals("std_error", std_error)[()] if not _labelled(std_error) else std_error
    return std_error * (_quantile((1 + confidence) / 2, df) + _quantile(power, df))


#: Deprecated name, kept until the study's chapters have moved to the other.
detectable = minimum_detectable_effect


def implied_error(low, high, confidence: float):
    """Return the standard error of the normal distribution whose interval is as wide.

    Parameters
    ----------
    low, high
        The ends of the interval; numbers or arrays.
    confidence
        The confidence level of the interval, between zero and one.

    Raises
    ------
    PanelError
        If the confidence is not between zero and one.
    """
    check_level(confidence)
    low, high = (
        end if _labelled(end) else _reals(name, end)[()]
        for name, end in (("low", low), ("high", high))
    )
    return (high - low) / (2 * ndtri((1 + confidence) / 2))


def error_behind(rows: pd.DataFrame | Mapping[str, Any], confidence: float):
    """Return the standard errors and degrees of freedom on which printed intervals rest.

    One rule serves every kind of inference, so that an interval and the minimum detectable effect
    never rest on different errors. Where the interval is the estimate and so many
    standard errors on either side, these are the error and the degrees of freedom that make it.
    Where it is not (quantiles of a placebo distribution, a wild bootstrap, a profile of the
    likelihood), the error is that of the normal distribution whose interval is as wide: for a zone
    ranked among placebo zones, the distance between their quantiles in normal errors.

    Parameters
    ----------
    rows
        The keys ``estimate``, ``std_error``, ``conf_low`` and ``conf_high``: numbers or columns.
    confidence
        The confidence level of the intervals, between zero and one.

    Returns
    -------
    std_error, df : ndarray
        Of the shape of the rows' values.

    Raises
    ------
    PanelError
        If the confidence is not between zero and one.
    """
    check_level(confidence)
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
    """Return a quantile of t; scipy's own has no value for infinite degrees everywhere."""
    df = np.asarray(df, dtype="float64")
    finite = np.isfinite(df)
    return np.where(finite, stdtrit(np.where(finite, df, 1.0), share), ndtri(share))[()]


def _labelled(value: object) -> bool:
    return isinstance(value, pd.Series | pd.DataFrame)


def _reals(name: str, value: object) -> np.ndarray:
    """Return numbers as floats, missing ones included, or say what was given."""
    try:
        array = np.asarray(value)
        switch = array.dtype.kind == "b" and not array.ndim
        if array.dtype.kind not in "biufO" or switch or np.ma.isMaskedArray(value):
            raise TypeError
        return array.astype("float64")
    except (TypeError, ValueError):
        raise PanelError(f"{name} is {value!r:.60}; expected real numbers.") from None
