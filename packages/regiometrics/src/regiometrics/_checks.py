"""What measures that follow units through time ask of their panels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regiometrics.errors import EstimationError


def finite_panel(values: pd.DataFrame) -> pd.DataFrame:
    """Return the panel as floats sorted by period; ValueError names the first gap."""
    values = values.sort_index().astype("float64")
    gaps = ~np.isfinite(values.to_numpy())
    if gaps.any():
        row, column = np.argwhere(gaps)[0]
        raise EstimationError(
            f"Period {values.index[row]}, unit {values.columns[column]}: "
            f"{values.iat[row, column]} stands where a number was expected."
        )
    return values


def check_even_steps(periods: pd.Index) -> None:
    """Raise ValueError where sorted periods are fewer than two or not equally spaced."""
    if len(periods) < 2:
        raise EstimationError(f"The panel has {len(periods)} periods; at least two were expected.")
    steps = np.diff(periods.to_numpy())
    if (steps != steps[0]).any():
        period = periods[int(np.argmax(steps != steps[0]))]
        raise EstimationError(f"The period after {period} is missing; equal steps were expected.")
