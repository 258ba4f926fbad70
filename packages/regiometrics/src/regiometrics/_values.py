"""What every measure of convergence asks of its figures."""

from __future__ import annotations

import numpy as np
import pandas as pd

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
        Naming period, unit and value of the first offence.
    """
    if values.shape[1] < units or values.shape[0] < periods:
        raise EstimationError(
            f"The panel has {values.shape[1]} units and {values.shape[0]} periods; at least "
            f"{units} units and {periods} periods were expected."
        )
    bad = ~(np.isfinite(values.to_numpy(dtype="float64")) & (values.to_numpy() > 0))
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise EstimationError(
            f"Period {values.index[row]}, unit {values.columns[column]}: "
            f"{values.iat[row, column]} stands where a positive number was expected."
        )
    return values.sort_index()
