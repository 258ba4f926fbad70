"""What every measure of convergence asks of its data."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regiometrics._arguments import frame, one_level
from regiometrics.errors import EstimationError


def positive_panel(values: pd.DataFrame, *, units: int, periods: int) -> pd.DataFrame:
    """Return the panel sorted by period where it is complete and positive.

    Parameters
    ----------
    values
        Periods (years, whole numbers) in rows, units in columns, in levels.
    units, periods
        The fewest that the measure needs.

    Raises
    ------
    ValueError
        If it is no DataFrame, or a period or unit occurs twice.
    EstimationError
        Naming period, unit and value of the first offence, or the size that is too small.
    """
    if not isinstance(values, pd.DataFrame):
        raise ValueError(
            f"values is of type {type(values).__name__}; expected a DataFrame with periods in rows "
            "and units in columns."
        )
    if values.shape[1] < units or values.shape[0] < periods:
        raise EstimationError(
            f"The panel has {values.shape[1]} units and {values.shape[0]} periods; at least "
            f"{units} units and {periods} periods were expected."
        )
    check_labels(values)
    given = frame("values", values, missing=True, infinite=True).to_numpy()
    bad = ~(np.isfinite(given) & (given > 0))
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise EstimationError(
            f"Period {values.index[row]}, unit {values.columns[column]}: "
            f"{values.iat[row, column]} where a positive number was expected."
        )
    return values.sort_index()


def check_labels(values: pd.DataFrame) -> None:
    """Refuse a panel in which a period or a unit occurs more than once.

    Raises
    ------
    ValueError
        Naming the first that does.
    """
    for what, labels in (("Unit", values.columns), ("Period", values.index)):
        one_level(f"The {what.lower()}s of the panel", labels)
        if labels.has_duplicates:
            twice = labels[labels.duplicated()][0]
            raise ValueError(f"{what} {twice} occurs in the panel more than once.")
