"""The one tidy form in which every estimate of the study is kept: a row a coefficient.

Everything that a table, a figure or the paper says is read from frames of this form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtridf, stdtrit

KEY = ["analysis", "spec", "sample", "outcome", "term"]
NUMBERS = ["estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"]
COUNTS = ["n_obs", "n_units", "n_periods"]
LABELS = ["estimator", "cov_type", "weights", "note"]
COLUMNS = KEY + NUMBERS + COUNTS + LABELS
#: Of the two-sided tests whose smallest detectable effect is told.
POWER = 0.8
#: A p-value below it counts as evidence, wherever words, counts and marks are chosen by one.
SIGNIFICANT = 0.05
SIGNIFICANT_DIGITS = 10  # the last bits of least squares differ between types of processor


class EstimationError(ValueError):
    """What is asked cannot be estimated from these figures; the message says why, in a sentence.

    It is a finding, which a chapter may keep as the note of an estimate that is missing. Any other
    error is a fault and must stop the job.
    """


def tidy(rows: Iterable[Mapping[str, Any]], **common: Any) -> pd.DataFrame:
    """Build a frame of estimates.

    Parameters
    ----------
    rows
        One mapping a coefficient; a column that is not given is missing (numbers) or empty (text).
    **common
        Values shared by all rows; a row's own value wins.

    Returns
    -------
    DataFrame
        `COLUMNS` in order, sorted by `KEY`.

    Raises
    ------
    ValueError
        For an unknown column, a repeated key, or an estimate outside its own interval.
    """
    frame = pd.DataFrame([{**common, **row} for row in rows])
    unknown = sorted(set(frame.columns) - set(COLUMNS))
    if unknown:
        raise ValueError(f"Estimates have no column {unknown}; the columns are {COLUMNS}.")
    frame = frame.reindex(columns=COLUMNS)
    frame[NUMBERS] = frame[NUMBERS].astype("float64")
    frame[COUNTS] = frame[COUNTS].astype("Int64")
    frame[KEY + LABELS] = frame[KEY + LABELS].astype("object").fillna("").astype("str")
    return check(frame.sort_values(KEY, kind="stable", ignore_index=True))


def check(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame where it keeps the form; raise ValueError with a sentence where not."""
    if list(frame.columns) != COLUMNS:
        raise ValueError(f"Estimates have the columns {list(frame.columns)}, not {COLUMNS}.")
    repeated = frame.duplicated(KEY)
    if repeated.any():
        key = frame.loc[repeated, KEY].iloc[0].to_dict()
        raise ValueError(f"The estimate {key} stands more than once.")
    outside = (frame["estimate"] < frame["conf_low"]) | (frame["estimate"] > frame["conf_high"])
    if outside.any():
        row = frame.loc[outside].iloc[0]
        raise ValueError(
            f"The estimate {row[KEY].to_dict()} is {row['estimate']:g}, outside its own interval "
            f"from {row['conf_low']:g} to {row['conf_high']:g}."
        )
    return frame


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


def round_significant(values: pd.DataFrame | pd.Series, digits: int = SIGNIFICANT_DIGITS):
    """Round floats to significant digits, so that the same input gives the same bytes."""
    if isinstance(values, pd.DataFrame):
        floats = values.select_dtypes("float").columns
        return values.assign(**{name: round_significant(values[name], digits) for name in floats})
    numbers = values.to_numpy(dtype="float64", copy=True)
    finite = np.isfinite(numbers) & (numbers != 0)
    magnitude = np.floor(np.log10(np.abs(numbers[finite])))
    numbers[finite] = [
        round(value, int(places))
        for value, places in zip(numbers[finite].tolist(), digits - 1 - magnitude, strict=True)
    ]
    return pd.Series(numbers, index=values.index, name=values.name)


def write_estimates(frames: Iterable[pd.DataFrame], path: str | Path) -> None:
    """Join frames of estimates, check them, and write them as parquet (rounded, sorted)."""
    joined = pd.concat(list(frames), ignore_index=True)
    joined = check(joined.sort_values(KEY, kind="stable", ignore_index=True))
    round_significant(joined).to_parquet(path, index=False)


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


def with_detectable(frame: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Add to estimates the smallest effect that a test at their intervals' level would find."""
    error, df = error_behind(frame, confidence)
    return frame.assign(detectable=detectable(error, df=df, confidence=confidence))


def _quantile(share: float, df):
    """Return a quantile of t; scipy's own has no answer for infinite degrees everywhere."""
    df = np.asarray(df, dtype="float64")
    finite = np.isfinite(df)
    return np.where(finite, stdtrit(np.where(finite, df, 1.0), share), ndtri(share))[()]


def read_estimates(path: str | Path) -> pd.DataFrame:
    """Read a frame of estimates, checked."""
    return check(pd.read_parquet(path))
