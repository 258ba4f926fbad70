"""What measures that follow units through time ask of their panels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regiometrics._arguments import frame
from regiometrics._values import check_labels
from regiometrics.errors import EstimationError


def finite_panel(values: pd.DataFrame) -> pd.DataFrame:
    """Return the panel as floats sorted by period.

    Raises
    ------
    ValueError
        If it is no DataFrame of numbers, or a period or unit occurs twice.
    EstimationError
        Naming the first value that is missing or infinite.
    """
    if not isinstance(values, pd.DataFrame):
        raise ValueError(
            f"values is of type {type(values).__name__}; expected a DataFrame with periods in rows "
            "and units in columns."
        )
    check_labels(values)
    values = frame("values", values, missing=True, infinite=True).sort_index()
    gaps = ~np.isfinite(values.to_numpy())
    if gaps.any():
        row, column = np.argwhere(gaps)[0]
        raise EstimationError(
            f"Period {values.index[row]}, unit {values.columns[column]}: "
            f"{values.iat[row, column]} where a number was expected."
        )
    return values


def check_even_steps(periods: pd.Index) -> None:
    """Refuse sorted periods that are fewer than two or not equally spaced.

    Raises
    ------
    ValueError
        If the periods are no numbers.
    EstimationError
        Naming the period after which one is missing.
    """
    if not (pd.api.types.is_numeric_dtype(periods.dtype) or hasattr(periods, "asi8")):
        raise ValueError(
            f"The periods are of type {periods.dtype}, for example {periods[0]!r}; expected whole "
            "numbers, such as years."
        )
    if len(periods) < 2:
        raise EstimationError(f"The panel has {len(periods)} periods; expected at least two.")
    steps = np.diff(periods.asi8 if hasattr(periods, "asi8") else periods.to_numpy())
    if (steps != steps[0]).any():
        period = periods[int(np.argmax(steps != steps[0]))]
        raise EstimationError(f"The period after {period} is missing; expected equal steps.")
