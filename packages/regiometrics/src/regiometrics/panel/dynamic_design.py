"""Arrays that dynamic panel estimators share: grids with gaps, transforms, instruments.

A grid has one row per unit and one column per period, every year between the first and the last,
and holds NaN where nothing was observed. Rows of equations that a unit lacks are zero throughout,
so that sums over units need no bookkeeping.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np
import pandas as pd

from regiometrics.errors import PanelError
from regiometrics.panel.within import LARGEST, check_levels

Array = np.ndarray


@dataclass(frozen=True)
class Grid:
    """Variables of a panel, balanced or not, by unit and period.

    Attributes
    ----------
    units : pandas.Index, length n
        The units in ascending order.
    periods : pandas.Index, length T
        Every whole number between the first and the last.
    values : dict of str to numpy.ndarray, shape (n, T)
        NaN where a unit was not observed.
    """

    units: pd.Index
    periods: pd.Index
    values: dict[str, Array]

    def lag(self, name: str, by: int) -> Array:
        """Shift a variable by whole periods; NaN where the past is unknown."""
        return shift(self.values[name], by)


def shift(values: Array, by: int) -> Array:
    """Values `by` periods earlier, along the second axis; NaN before the first."""
    out = np.full_like(values, np.nan)
    if by < values.shape[1]:
        out[:, by:] = values[:, : values.shape[1] - by]
    return out


def regressors(exog: pd.DataFrame | None) -> list[str]:
    """Return the regressors' names as text; none without a table.

    Raises
    ------
    PanelError
        If the regressors are no DataFrame.
    """
    if exog is None:
        return []
    if not isinstance(exog, pd.DataFrame):
        raise PanelError(
            f"The regressors are of type {type(exog).__name__}; expected a DataFrame on "
            "(unit, period)."
        )
    return [str(name) for name in exog.columns]


def to_grid(*frames: pd.Series | pd.DataFrame | None) -> Grid:
    """Lay panels with a (unit, period) index over one grid.

    Parameters
    ----------
    *frames : pandas.Series or pandas.DataFrame or None
        Numeric; missing values and missing rows are both gaps. None is passed over.

    Returns
    -------
    Grid

    Raises
    ------
    PanelError
        If an index has not two levels or holds a row twice, a period is not a whole number, a
        name occurs twice, or a value is infinite or no number.
    """
    for frame in frames:
        if frame is not None and not isinstance(frame, pd.Series | pd.DataFrame):
            raise PanelError(
                f"The panel is of type {type(frame).__name__}; expected a Series or DataFrame with "
                "a MultiIndex of unit and period."
            )
    tables = [_table(frame) for frame in frames if frame is not None]
    names = [name for table in tables for name in table.columns]
    for name in names:
        if names.count(name) > 1:
            raise PanelError(f"Variable '{name}' occurs more than once; expected distinct names.")
    both = pd.concat(tables, axis=1)
    units, periods = both.index.levels[0], both.index.levels[1]
    units = units[units.isin(both.index.get_level_values(0))].sort_values()
    seen = both.index.get_level_values(1)
    if not pd.api.types.is_integer_dtype(periods.dtype):
        raise PanelError(
            f"The periods are of type {periods.dtype}, for example {periods[0]!r}; "
            "expected whole numbers, so that a lag is a difference of one."
        )
    periods = pd.RangeIndex(seen.min(), seen.max() + 1, name=both.index.names[1])
    row, column = units.get_indexer(both.index.get_level_values(0)), seen - periods[0]
    values = {}
    for name in names:
        values[name] = np.full((len(units), len(periods)), np.nan)
        values[name][row, column] = both[name].to_numpy(dtype=float, na_value=np.nan)
    return Grid(units, pd.Index(periods), values)


def _table(frame: pd.Series | pd.DataFrame) -> pd.DataFrame:
    if isinstance(frame, pd.Series):
        frame = frame.to_frame(name="y" if frame.name is None else frame.name)
    if not isinstance(frame.index, pd.MultiIndex) or frame.index.nlevels != 2:
        raise PanelError(
            f"The panel's index has {frame.index.nlevels} level(s); "
            "expected a MultiIndex of two, unit and period."
        )
    if not len(frame):
        raise PanelError("The panel has no rows; expected at least one.")
    check_levels(frame.index)
    frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
    twice = frame.index.duplicated()
    if twice.any():
        unit, period = frame.index[twice][0]
        raise PanelError(f"Unit {unit!r} has more than one row in period {period}; expected one.")
    for name, dtype in frame.dtypes.items():
        if not pd.api.types.is_numeric_dtype(dtype):
            raise PanelError(f"Variable '{name}' has type {dtype}; expected numbers.")
        given = frame[name].to_numpy(dtype=float, na_value=np.nan)
        infinite = np.abs(given) >= LARGEST
        if infinite.any():
            unit, period = frame.index[infinite][0]
            raise PanelError(
                f"Variable '{name}' of unit {unit!r} in period {period} is infinite or above "
                f"{LARGEST:g}; expected a finite number or a missing value."
            )
    return frame


def difference_matrices(complete: Array) -> Array:
    """First differences as one matrix per unit.

    Parameters
    ----------
    complete : numpy.ndarray of bool, shape (n, T)
        True where all variables of the model are observed.

    Returns
    -------
    numpy.ndarray, shape (n, T, T)
        M with (M x)_t = x_t - x_(t-1) where both are complete; other rows are zero.
    """
    n, T = complete.shape
    out = np.zeros((n, T, T))
    both = complete[:, 1:] & complete[:, :-1]
    later = np.arange(1, T)
    out[:, later, later] = both
    out[:, later, later - 1] = -both.astype(float)
    return out


def deviation_matrices(complete: Array) -> Array:
    """Forward orthogonal deviations as one matrix per unit (Arellano and Bover 1995).

    Parameters
    ----------
    complete : numpy.ndarray of bool, shape (n, T)
        True where all variables of the model are observed.

    Returns
    -------
    numpy.ndarray, shape (n, T, T)
        Row t + 1 holds sqrt(s/(s + 1)) (x_t - mean of the s complete later observations), so
        that lags of an instrument count as in first differences (Roodman 2009, section 4.2).
        Gaps are passed over; the rows of a unit are orthonormal.
    """
    n, T = complete.shape
    out = np.zeros((n, T, T))
    left = np.cumsum(complete[:, ::-1], axis=1)[:, ::-1]
    for t in range(T - 1):
        s = left[:, t + 1]
        used = complete[:, t] & (s > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.where(used, np.sqrt(s / (s + 1.0)), 0.0)
            share = np.where(used, scale / s, 0.0)
        out[:, t + 1, t] = scale
        out[:, t + 1, t + 1 :] = -share[:, None] * complete[:, t + 1 :]
    return out


def transform(matrices: Array, values: Array, complete: Array) -> Array:
    """Apply one matrix per unit to a variable; incomplete observations count for nothing.

    Parameters
    ----------
    matrices : numpy.ndarray, shape (n, T, T)
        The matrix that transforms each unit's series.
    values : numpy.ndarray, shape (n, T) or (n, T, k)
        The values by unit and period.
    complete : numpy.ndarray of bool, shape (n, T)
        True where a value counts; other values are taken as zero.

    Returns
    -------
    numpy.ndarray
        Of the shape of the values.
    """
    if values.ndim == 2:
        return (matrices @ np.where(complete, values, 0.0)[..., None])[..., 0]
    return matrices @ np.where(complete[..., None], values, 0.0)


def lag_instruments(
    values: Array, rows: Array, first: int, last: int | None, collapse: bool
) -> Array:
    """Lagged levels as instruments of a transformed equation (Holtz-Eakin, Newey, Rosen 1988).

    Parameters
    ----------
    values : numpy.ndarray, shape (n, T)
        The variable whose lags are instruments, by unit and period.
    rows : numpy.ndarray of bool, shape (n, T)
        True where the equation exists.
    first, last : int, int or None
        Lags used; None takes all there are.
    collapse : bool
        One column per lag, in place of one per lag and period (Roodman 2009).

    Returns
    -------
    numpy.ndarray, shape (n, T, columns)
        Zero where the lag was not observed.
    """
    n, T = values.shape
    lags = range(first, T if last is None else min(last, T - 1) + 1)
    shifted = [np.where(rows, np.nan_to_num(shift(values, lag)), 0.0) for lag in lags]
    if collapse:
        return np.stack(shifted, axis=-1) if shifted else np.zeros((n, T, 0))
    pairs = [(t, j) for t in range(T) for j, lag in enumerate(lags) if t >= lag]
    out = np.zeros((n, T, len(pairs)))
    for column, (t, j) in enumerate(pairs):
        out[:, t, column] = shifted[j][:, t]
    return out


def level_instruments(values: Array, rows: Array, first: int, collapse: bool) -> Array:
    """Lagged differences as instruments of the equation in levels (Blundell and Bond 1998).

    Parameters
    ----------
    values : numpy.ndarray, shape (n, T)
        The variable whose lagged differences are instruments, by unit and period.
    rows : numpy.ndarray of bool, shape (n, T)
        True where the equation in levels exists.
    first : int
        First lag used in the transformed equation; the difference is lagged one less. Longer
        lags add nothing to the moments of the transformed equation.
    collapse : bool
        Whether there is one column in place of one for each period.

    Returns
    -------
    numpy.ndarray, shape (n, T, columns)
    """
    lagged = shift(values - shift(values, 1), first - 1)
    lagged = np.where(rows, np.nan_to_num(lagged), 0.0)
    if collapse:
        return lagged[..., None]
    return lagged[:, :, None] * np.eye(values.shape[1])


def period_dummies(complete: Array, periods: Sequence) -> tuple[Array, list[str]]:
    """One dummy for each period after the first complete one.

    Parameters
    ----------
    complete : numpy.ndarray of bool, shape (n, T)
        True where all variables of the model are observed.
    periods : sequence, length T
        The labels of the periods.

    Returns
    -------
    numpy.ndarray, shape (n, T, columns)
    list of str
        "time.1979" and so on.
    """
    seen = np.flatnonzero(complete.any(axis=0))[1:]
    dummies = np.broadcast_to(np.eye(len(periods))[:, seen], (*complete.shape, len(seen)))
    return np.array(dummies), [f"time.{periods[t]}" for t in seen]


def check_lags(gmm: Mapping[str, tuple[int, int | None]], dependent: str) -> None:
    """Refuse lags that cannot be instruments.

    Parameters
    ----------
    gmm : mapping of str to (int, int or None)
        First and last lag of each variable.
    dependent : str
        The name of the dependent variable.

    Raises
    ------
    PanelError
        If a first lag is below 1 (for the dependent variable below 2), or after the last.
    """
    for name, pair in gmm.items():
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise PanelError(f"Instruments of '{name}' are {pair!r}; expected (first, last lag).")
        first, last = pair
        if not isinstance(first, Integral) or not (last is None or isinstance(last, Integral)):
            raise PanelError(f"Instruments of '{name}' are {pair!r}; expected whole numbers.")
        least = 2 if name == dependent else 1
        if first < least or (last is not None and last < first):
            raise PanelError(
                f"Instruments of '{name}' run from lag {first} to {last}; "
                f"expected a first lag of at least {least} and a last lag not before it."
            )
