"""Beta convergence: whether units that start lower grow faster."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics._arguments import confidence as check_confidence
from regiometrics._arguments import numbers, one_of, real
from regiometrics._optional import require
from regiometrics._values import positive_panel
from regiometrics.errors import EstimationError
from regiometrics.inference import SlopeInference, minimum_detectable_effect

EXACT = 1e-10  # deviations below this share of what they are deviations of are rounding
FEW_CLUSTERS = 10  # below them clustered tests reject too often, and a warning says so
TOLERATED = 0.25  # bias over error beyond which a slope beside unit effects is warned of


@dataclass(frozen=True)
class BetaResult(SlopeInference):
    """The slope of growth on the initial log level, and what it implies.

    Its ``params`` has the one term "initial"; inference is from a t distribution with ``df``
    degrees of freedom.

    Attributes
    ----------
    beta, std_error
        The slope, per year, and its standard error.
    speed, speed_conf_int
        Speed of convergence a year, ``-log(1 + beta * span) / span``; missing where
        ``beta * span <= -1`` (no speed of adjustment gives such a slope).
    half_life, half_life_conf_int
        Years to close half of a gap, ``log(2) / speed``; missing where the speed is not positive,
        with an upper limit of infinity where the interval reaches divergence.
    mde
        The minimum detectable effect: the slope, in absolute value, that a two-sided test at this
        confidence finds with power `regiometrics.inference.POWER`.
    n_obs, n_units, n_periods, df, method, cov_type, confidence
        What went in and how.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> levels = np.exp(9 + rng.normal(size=8) + rng.normal(0.05, 0.03, (12, 8)).cumsum(axis=0))
    >>> panel = pd.DataFrame(levels, range(2000, 2012), list("abcdefgh"))
    >>> found = beta_convergence(panel)
    >>> found.method, found.df, found.n_units
    ('cross-section', 6, 8)
    >>> found.tidy().columns.tolist()
    ['term', 'estimate', 'std_error', 'statistic', 'p_value', 'conf_low', 'conf_high']
    """

    beta: float
    std_error: float
    speed: float
    speed_conf_int: tuple[float, float]
    half_life: float
    half_life_conf_int: tuple[float, float]
    mde: float
    n_obs: int
    n_units: int
    n_periods: int
    df: int
    method: str
    cov_type: str
    confidence: float

    @property
    def _slope(self) -> tuple[str, float, float]:
        return "initial", self.beta, self.std_error

    @property
    def _distribution(self) -> Any:
        return laws.t(self.df)


def beta_convergence(
    values: pd.DataFrame,
    method: Literal["cross-section", "two-way"] = "cross-section",
    confidence: float = 0.95,
) -> BetaResult:
    """Regress growth on the initial level.

    Parameters
    ----------
    values : DataFrame, shape (T, n)
        Consecutive years in rows, units in columns, positive levels, complete.
    method
        ``"cross-section"``: mean annual log growth over the whole span on the first log level, HC3
        errors. ``"two-way"``: annual log growth on the previous log level with unit and year
        effects, errors clustered by unit.
    confidence
        The confidence level of the intervals of speed and half-life.

    Returns
    -------
    BetaResult

    Raises
    ------
    ValueError
        Where the method is unknown or the confidence not between zero and one.
    EstimationError
        Where a value is missing or not positive, a year is skipped, there are fewer than 4 units
        or 4 periods, units start from the same level or grow at the same rate, or one unit alone
        determines the slope.

    Notes
    -----
    An exact fit leaves nothing to estimate an error from: error, p-value and intervals are missing.
    With fewer than 10 units a warning says that errors clustered by unit are too small, and one
    says where the bias of the two-way slope is not small beside its error: tests of no convergence
    then reject in 67 to 100% of samples.

    Barro and Sala-i-Martin (1992), eq. (1), in its linear form; speed and half-life follow from the
    slope and their intervals from the ends of its interval, because both are monotone in it. With
    unit effects and short spans the slope is biased downwards (Nickell 1981): a two-way half-life
    in a group of seven units is no evidence of convergence. Clustered tests take t(n - 1).

    Examples
    --------
    >>> start = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    >>> rates = 0.10 - 0.02 * np.log(start)
    >>> years = np.arange(2000, 2011)[:, None]
    >>> panel = pd.DataFrame(start * np.exp(rates * (years - 2000)), index=years[:, 0])
    >>> round(beta_convergence(panel).beta, 6)
    -0.02
    """
    check_confidence(confidence)
    one_of("method", method, ("cross-section", "two-way"))
    values = positive_panel(values, units=4, periods=4)
    steps = np.diff(_years(values.index))
    if (steps != 1).any():
        year = values.index[int(np.argmax(steps != 1))]
        raise EstimationError(f"The year after {year} is missing; expected consecutive years.")
    logs = np.log(values.astype("float64"))
    if method == "cross-section":
        beta, error, df, n_obs = _cross_section(logs)
        span, cov_type = len(logs) - 1, "HC3"
    else:
        beta, error, df, n_obs = _two_way(logs)
        span, cov_type = 1, "clustered by unit"
    reach = laws.t.ppf(0.5 + confidence / 2, df) * error
    low, high = beta - reach, beta + reach
    implied = implied_speed(beta, (low, high), span)
    return BetaResult(
        beta=beta,
        std_error=error,
        speed=implied.speed,
        speed_conf_int=implied.speed_conf_int,
        half_life=implied.half_life,
        half_life_conf_int=implied.half_life_conf_int,
        mde=float(minimum_detectable_effect(error, df=df, confidence=confidence)),
        n_obs=n_obs,
        n_units=logs.shape[1],
        n_periods=logs.shape[0],
        df=df,
        method=method,
        cov_type=cov_type,
        confidence=confidence,
    )


def growth_and_initial(values: pd.DataFrame) -> pd.DataFrame:
    """Compute mean annual log growth (``growth``) and the first log level (``initial``) by unit.

    Parameters
    ----------
    values : DataFrame, shape (T, n)
        Years in rows, units in columns, positive levels, complete; at least two years.

    Returns
    -------
    DataFrame, shape (n, 2)

    Raises
    ------
    EstimationError
        Where a value is missing or not positive, or there are fewer than two years.
    """
    logs = np.log(positive_panel(values, units=1, periods=2).astype("float64"))
    years = _years(logs.index)
    span = years[-1] - years[0]
    return pd.DataFrame({"initial": logs.iloc[0], "growth": (logs.iloc[-1] - logs.iloc[0]) / span})


def _cross_section(logs: pd.DataFrame) -> tuple[float, float, int, int]:
    sm = require("statsmodels.api", extra="regression")

    pairs = growth_and_initial(np.exp(logs))
    start, growth = pairs["initial"].to_numpy(), pairs["growth"].to_numpy()
    _check_variation(start, growth, pairs.index)
    fit = sm.OLS(pairs["growth"], sm.add_constant(pairs["initial"])).fit(cov_type="HC3")
    return (
        float(fit.params["initial"]),
        _error(fit.bse["initial"], fit.resid, growth),
        len(pairs) - 2,
        len(pairs),
    )


def _two_way(logs: pd.DataFrame) -> tuple[float, float, int, int]:
    linearmodels = require("linearmodels.panel", extra="regression")

    data = pd.DataFrame(
        {
            "growth": logs.diff().iloc[1:].unstack(),
            "initial": logs.shift().iloc[1:].unstack(),
        }
    )
    growth, initial = (_demeaned(data[name].unstack(0).to_numpy()) for name in data)
    if _flat(initial, logs.to_numpy()):
        raise EstimationError(
            "The log levels do not vary beside unit and year effects; no slope is defined."
        )
    if _flat(growth, data["growth"].to_numpy()):
        raise EstimationError("All units grow at the same rate in every year; no slope is defined.")
    model = linearmodels.PanelOLS(
        data["growth"], data[["initial"]], entity_effects=True, time_effects=True
    )
    fit = model.fit(cov_type="clustered", cluster_entity=True)
    clusters, T = logs.shape[1], len(logs) - 1
    bias, std_error = 3 / (T + 1), float(fit.std_errors["initial"])
    if bias > TOLERATED * std_error:
        warnings.warn(
            f"Beside unit effects the slope is biased downwards, by about {bias:.2f} in {T} years "
            f"where levels do not converge, with a standard error of {std_error:.2g} (Nickell "
            "1981): a test finds convergence where there is none. Use the cross-section, or "
            "panel.HalfPanelJackknife.",
            stacklevel=3,
        )
    if clusters < FEW_CLUSTERS:
        warnings.warn(
            f"The errors are clustered by {clusters} units; tests with fewer than {FEW_CLUSTERS} "
            "reject too often.",
            stacklevel=3,
        )
    return (
        float(fit.params["initial"]),
        _error(fit.std_errors["initial"], fit.resids, growth),
        clusters - 1,
        int(fit.nobs),
    )


def _check_variation(start: np.ndarray, growth: np.ndarray, units: pd.Index) -> None:
    """Refuse a cross-section whose slope is not identified, or by one unit alone."""
    centred = start - start.mean()
    if _flat(centred, start):
        raise EstimationError(
            "All units start from the same level; expected variation of the initial level."
        )
    if _flat(growth - growth.mean(), growth):
        raise EstimationError("All units grow at the same rate; expected variation of growth.")
    leverage = 1 / len(start) + centred**2 / (centred @ centred)
    if leverage.max() > 1 - 1e-8:
        raise EstimationError(
            f"Unit {units[leverage.argmax()]} alone determines the slope, because the others start "
            "from the same level; expected more variation of the initial level."
        )


def _demeaned(values: np.ndarray) -> np.ndarray:
    return values - values.mean(axis=0) - values.mean(axis=1, keepdims=True) + values.mean()


def _flat(deviations: np.ndarray, values: np.ndarray) -> bool:
    return bool(np.abs(deviations).max() <= EXACT * np.abs(values).max())


def _error(error: float, residuals, growth: np.ndarray) -> float:
    """Return the standard error, missing where the fit is exact."""
    return np.nan if _flat(np.asarray(residuals), growth) else float(error)


def _years(index: pd.Index) -> np.ndarray:
    if not pd.api.types.is_numeric_dtype(index.dtype):
        raise ValueError(
            f"The periods are of type {index.dtype}, for example {index[0]!r}; expected whole "
            "numbers, such as years."
        )
    return index.to_numpy()


@dataclass(frozen=True)
class ImpliedSpeed:
    """What a slope says of the speed of convergence.

    Attributes
    ----------
    speed, half_life : float
        A year, and in years.
    speed_conf_int, half_life_conf_int : tuple of float
        The images of the slope's interval, because both are monotone in the slope.

    Examples
    --------
    >>> found = implied_speed(-0.015, (-0.02, -0.01), span=10)
    >>> round(found.speed, 4), round(found.half_life, 1)
    (0.0163, 42.7)
    """

    speed: float
    speed_conf_int: tuple[float, float]
    half_life: float
    half_life_conf_int: tuple[float, float]


def implied_speed(beta: float, conf_int: tuple[float, float], span: float) -> ImpliedSpeed:
    """Turn a slope of annual growth on the initial log level into speed and half-life.

    Parameters
    ----------
    beta, conf_int
        The slope and its interval.
    span
        Years between the initial level and the last: 1 in an annual panel.

    Notes
    -----
    Barro and Sala-i-Martin (1992): ``beta = -(1 - exp(-speed span)) / span``. A slope at or below
    ``-1 / span`` has no speed; a slope of divergence no half-life.

    Examples
    --------
    >>> round(implied_speed(np.expm1(-0.02), (-0.03, -0.01), 1).half_life, 2)
    34.66
    """
    beta, span = real("beta", beta), real("span", span, above=0)
    low, high = numbers("conf_int", conf_int, (2,), missing=True, infinite=True)
    speed, slow, fast = _speed(beta, span), _speed(high, span), _speed(low, span)
    if np.isnan(low) or np.isnan(high):
        return ImpliedSpeed(speed, (np.nan, np.nan), _half_life(speed), (np.nan, np.nan))
    return ImpliedSpeed(speed, (slow, fast), _half_life(speed), _half_life_interval(fast, slow))


def _speed(beta: float, span: float) -> float:
    return float(-np.log1p(beta * span) / span) if beta * span > -1 else float("nan")


def _half_life(speed: float) -> float:
    return float(np.log(2) / speed) if speed > 0 else float("nan")


def _half_life_interval(fast: float, slow: float) -> tuple[float, float]:
    """Interval of the half-life from the ends of the speed's; infinite where it reaches zero."""
    short = 0.0 if np.isnan(fast) else _half_life(fast)
    return short, (_half_life(slow) if slow > 0 else float("inf"))
