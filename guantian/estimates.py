"""The one tidy form in which every estimate of the study is kept: a row a coefficient.

Everything that a table, a figure or the paper says is read from frames of this form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from regiometrics.inference import detectable, error_behind

KEY = ["analysis", "spec", "sample", "outcome", "term"]
NUMBERS = ["estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"]
COUNTS = ["n_obs", "n_units", "n_periods"]
LABELS = ["estimator", "cov_type", "weights", "note"]
COLUMNS = KEY + NUMBERS + COUNTS + LABELS
SIGNIFICANT_DIGITS = 10  # the last bits of least squares differ between types of processor


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


def with_detectable(frame: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Add to estimates the smallest effect that a test at their intervals' level would find."""
    error, df = error_behind(frame, confidence)
    return frame.assign(detectable=detectable(error, df=df, confidence=confidence))


def read_estimates(path: str | Path) -> pd.DataFrame:
    """Read a frame of estimates, checked."""
    return check(pd.read_parquet(path))
