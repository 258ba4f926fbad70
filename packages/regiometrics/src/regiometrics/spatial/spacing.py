"""Whether a panel's periods are at equal distances, so that a time lag has one meaning."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regiometrics.errors import label
from regiometrics.spatial.errors import UnsupportedPanelError


def check_spacing(periods: pd.Index) -> None:
    """Refuse periods at unequal distances.

    Parameters
    ----------
    periods : pandas.Index
        Ascending. Numbers, dates or pandas periods. Dates may be equal steps of the
        calendar: months, quarters and years have different numbers of days.

    Raises
    ------
    UnsupportedPanelError
        If two neighbouring periods are farther apart than the first two, or periods are labels,
        such as text, whose distances are not known.
    """
    kind = pd.api.types.infer_dtype(periods, skipna=False)
    if kind in ("date", "datetime"):
        periods = pd.DatetimeIndex(periods)
    if isinstance(periods, pd.DatetimeIndex):
        places, unit = _calendar(periods.tz_localize(None))
    elif isinstance(periods, pd.PeriodIndex):
        places, unit = periods.asi8, " periods"
    elif kind in ("integer", "floating", "boolean"):
        places, unit = periods.to_numpy(dtype=float), ""
    else:
        raise UnsupportedPanelError(
            f"The periods are of type {periods.dtype}, for example {label(periods[0])}; expected "
            "numbers, dates or pandas periods in a dynamic model: distances between labels are "
            "not known."
        )
    gaps = np.diff(places)
    far = ~np.isclose(gaps, gaps[:1], rtol=1e-9, atol=0.0)
    if far.any():
        k = int(np.argmax(far))
        raise UnsupportedPanelError(
            f"Periods {periods[k]} and {periods[k + 1]} are {gaps[k]:g}{unit} apart, the first two "
            f"{gaps[0]:g}; expected equal distances in a dynamic model."
        )


def _calendar(dates: pd.DatetimeIndex) -> tuple[np.ndarray, str]:
    """Count dates in months, business days or days: the first in which they can be equal steps."""
    clock = dates - dates.normalize()
    one_place = len(set(dates.day)) == 1 or dates.is_month_end.all()
    if one_place and (clock == clock[0]).all():
        return np.asarray(12 * dates.year + dates.month), " months"
    days = dates.to_numpy().astype("datetime64[D]")
    if (clock == clock[0]).all() and (dates.day_of_week < 5).all():
        workdays = np.busday_count(days[0], days)
        if (np.diff(workdays) == workdays[1]).all():
            return workdays, " business days"
    return (dates - dates[0]) / pd.Timedelta(days=1), " days"
