"""Within transforms of balanced panels held as arrays of shape (T, n, k)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from regiometrics.errors import (
    DuplicateObservationError,
    NonFiniteValueError,
    PanelError,
    UnbalancedPanelError,
    label,
)

EFFECTS = ("none", "unit", "time", "twoway")
LARGEST = 1e100  # in absolute value: products of larger numbers are not finite
#: Names of index levels that say periods.
_TIME_NAMES = {"period", "time", "t", "year", "years", "quarter", "month", "week", "day", "date"}


@dataclass(frozen=True)
class PanelArray:
    """A balanced panel as an array, with its labels.

    Attributes
    ----------
    values : numpy.ndarray, shape (T, n, k)
        Periods, units, variables.
    units : pandas.Index, length n
        The units in the order in which they first appear in the rows: the order of the weights.
    periods : pandas.Index, length T
        The periods in ascending order.
    names : tuple of str
        The k variables.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([["a", "b"], [2000, 2001]])
    >>> panel = to_array(pd.Series([1.0, 2.0, 3.0, 4.0], index, name="y"))
    >>> panel.values[:, :, 0].tolist(), panel.units.tolist()
    ([[1.0, 3.0], [2.0, 4.0]], ['a', 'b'])
    """

    values: np.ndarray
    units: pd.Index
    periods: pd.Index
    names: tuple[str, ...]


def to_array(frame: pd.Series | pd.DataFrame) -> PanelArray:
    """Bring a panel with a (unit, period) index into an array of shape (T, n, k).

    Rows may be in any order. Units keep the order in which they first appear, periods are
    sorted ascending.

    Parameters
    ----------
    frame : pandas.Series or pandas.DataFrame
        Numeric columns; a MultiIndex with two levels, unit and period.

    Returns
    -------
    PanelArray

    Raises
    ------
    PanelError
        If the index has not two levels or these are swapped, the panel is empty, a column's name
        occurs twice, a column is not numeric (complex numbers are not) or the periods cannot be
        sorted.
    DuplicateObservationError
        If a unit has two rows in one period.
    UnbalancedPanelError
        If a unit has no row in a period.
    NonFiniteValueError
        If a value is missing or infinite.
    """
    return to_arrays([frame])[0]


def to_arrays(frames: list[pd.Series | pd.DataFrame]) -> list[PanelArray]:
    """Bring frames on one and the same index into arrays; see :func:`to_array`.

    Parameters
    ----------
    frames : list of pandas.Series or pandas.DataFrame
        The index is read from the first.

    Returns
    -------
    list of PanelArray
    """
    for frame in frames:
        _check_shape(frame)
    check_levels(frames[0].index)
    position, units, periods = _layout(frames[0].index)
    return [_fill(frame, position, units, periods) for frame in frames]


def _names(frame: pd.Series | pd.DataFrame) -> tuple[str, ...]:
    if isinstance(frame, pd.Series):
        return ("y" if frame.name is None else str(frame.name),)
    return tuple(str(name) for name in frame.columns)


def _check_shape(frame: pd.Series | pd.DataFrame) -> None:
    if not isinstance(frame, pd.Series | pd.DataFrame):
        raise PanelError(
            f"The panel is a {type(frame).__name__}; expected a pandas Series or DataFrame on "
            "(unit, period)."
        )
    if not isinstance(frame.index, pd.MultiIndex) or frame.index.nlevels != 2:
        raise PanelError(
            f"The panel's index has {frame.index.nlevels} level(s); "
            "expected a MultiIndex of two, unit and period."
        )
    if frame.empty:
        raise PanelError("The panel has no rows or no columns; expected at least one of each.")
    names = _names(frame)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise PanelError(f"Column '{twice}' occurs more than once; expected distinct names.")


def check_levels(index: pd.MultiIndex) -> None:
    """Refuse an index whose first level holds the periods and the second the units.

    Levels are told apart by their names (year, period, date and the like) and types (dates).
    Without either nothing is refused: numbers may be units as well as periods.

    Parameters
    ----------
    index : pandas.MultiIndex
        An index of two levels, unit and period.

    Raises
    ------
    PanelError
        With the levels' names and what to do.
    """
    first, second = (_is_time(index, level) for level in (0, 1))
    if first and not second:
        names = [repr(name) if name is not None else "without a name" for name in index.names]
        raise PanelError(
            f"The first level of the index ({names[0]}, for example {label(index.levels[0][0])}) "
            f"holds periods and the second ({names[1]}) does not; expected (unit, period): swap "
            "them with .swaplevel()."
        )


def _is_time(index: pd.MultiIndex, level: int) -> bool:
    values = index.levels[level]
    if isinstance(values, pd.DatetimeIndex | pd.PeriodIndex):
        return True
    name = index.names[level]
    return isinstance(name, str) and name.lower() in _TIME_NAMES


def _layout(index: pd.MultiIndex) -> tuple[np.ndarray, pd.Index, pd.Index]:
    """Place of each row in the array, units and periods."""
    for level, what in enumerate(("unit", "period")):
        if (index.codes[level] < 0).any():
            row = int(np.argmax(index.codes[level] < 0))
            raise PanelError(f"Row {row} of the panel has no {what}; expected one in each row.")
    unit, used = pd.factorize(np.asarray(index.codes[0]))
    units = index.levels[0][used]
    period, periods = _ranked(np.asarray(index.codes[1]), index.levels[1])
    n, T = len(units), len(periods)
    position = period * n + unit
    seen = np.bincount(position, minlength=n * T)
    if seen.max() > 1:
        cell = int(seen.argmax())
        raise DuplicateObservationError(
            f"Unit {label(units[cell % n])} has {seen[cell]} rows in period "
            f"{label(periods[cell // n])}; expected one."
        )
    if seen.min() == 0:
        cell = int(seen.argmin())
        raise UnbalancedPanelError(
            f"Unit {label(units[cell % n])} has no row in period {label(periods[cell // n])}: "
            f"{n * T - len(index)} of {n} × {T} observations are missing; "
            "expected a balanced panel."
        )
    return position, units, periods


def _ranked(codes: np.ndarray, level: pd.Index) -> tuple[np.ndarray, pd.Index]:
    """Rank of each row's period among those that occur, and these in order."""
    used = np.flatnonzero(np.bincount(codes, minlength=len(level)))
    periods = level[used]
    try:
        order = periods.argsort()
    except TypeError:
        raise PanelError(
            f"The periods cannot be sorted, for example {periods[0]!r} and {periods[-1]!r}; "
            "expected numbers or dates."
        ) from None
    rank = np.empty(len(level), dtype=np.intp)
    rank[used[order]] = np.arange(len(order))
    return rank[codes], periods[order]


def _fill(
    frame: pd.Series | pd.DataFrame, position: np.ndarray, units: pd.Index, periods: pd.Index
) -> PanelArray:
    names = _names(frame)
    n, T = len(units), len(periods)
    values = np.empty((n * T, len(names)))
    values[position] = _numeric(frame).reshape(n * T, -1)
    cube = values.reshape(T, n, len(names))
    # What has no finite square is no number to estimate with.
    finite = np.abs(cube) < LARGEST
    if not finite.all():
        t, i, k = (int(place) for place in np.argwhere(~finite)[0])
        raise NonFiniteValueError(
            f"Variable '{names[k]}' is {cube[t, i, k]} for unit {label(units[i])} in period "
            f"{label(periods[t])}; expected a finite number"
            f"{f' below {LARGEST:g}: choose another unit' if np.isfinite(cube[t, i, k]) else ''}."
        )
    return PanelArray(cube, units, periods, names)


def _numeric(frame: pd.Series | pd.DataFrame) -> np.ndarray:
    values = frame.to_numpy()
    if values.dtype == np.float64:
        return values
    dtypes = [frame.dtype] if isinstance(frame, pd.Series) else frame.dtypes
    for name, dtype in zip(_names(frame), dtypes, strict=True):
        complex_numbers = pd.api.types.is_complex_dtype(dtype)
        if complex_numbers or not pd.api.types.is_numeric_dtype(dtype):
            raise PanelError(f"Column '{name}' has type {dtype}; expected real numbers.")
    return frame.to_numpy(dtype=float, na_value=np.nan)


def demean(values: np.ndarray, effects: str) -> np.ndarray:
    """Take out unit means, time means or both.

    Parameters
    ----------
    values : numpy.ndarray, shape (T, n) or (T, n, k)
        The values by period and unit.
    effects : {"none", "unit", "time", "twoway"}
        The effects whose means are subtracted.

    Returns
    -------
    numpy.ndarray
        Of the same shape; the input itself is never changed.

    Raises
    ------
    PanelError
        If `effects` is none of the four.

    Notes
    -----
    The two-way transform ``x_it - x_i. - x_.t + x_..`` is exact because the panel is balanced
    (Baltagi 2021, chapter 3).

    Examples
    --------
    >>> demean(np.array([[1.0, 2.0], [3.0, 8.0]]), "twoway")
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    _check_effects(effects)
    values = _panel_values(values)
    if effects == "none":
        return values.copy()
    if effects == "time":
        return values - period_means(values)
    values = values - values.mean(axis=0)
    if effects == "twoway":
        values -= period_means(values)
    return values


def period_means(values: np.ndarray) -> np.ndarray:
    """Means over the units.

    Parameters
    ----------
    values : numpy.ndarray, shape (T, n) or (T, n, k)
        The values by period and unit.

    Returns
    -------
    numpy.ndarray, shape (T, 1) or (T, 1, k)
    """
    if values.ndim == 2:
        return values.mean(axis=1, keepdims=True)
    # A product reads the array once and in its own order, where a mean strides through it.
    n = values.shape[1]
    return (np.ones(n) @ values)[:, None] / n


def orthonormal(values: np.ndarray, effects: str) -> np.ndarray:
    """Take out effects by the orthonormal transforms of Lee and Yu (2010).

    Demeaned errors are correlated; F'u is not. With J the demeaning matrix, F holds its
    eigenvectors of eigenvalue one: F'F = I, FF' = J. Here F is Helmert's basis: each
    observation minus the mean of those after it, scaled (forward orthogonal deviations).

    Parameters
    ----------
    values : numpy.ndarray, shape (T, n) or (T, n, k)
        The values by period and unit.
    effects : {"none", "unit", "time", "twoway"}
        The effects that the transformation removes.

    Returns
    -------
    numpy.ndarray
        Shape (T - 1, n, k) for "unit", (T, n - 1, k) for "time", (T - 1, n - 1, k) for
        "twoway".

    Raises
    ------
    PanelError
        If `effects` is none of the four, or fewer than two periods or units are transformed.

    Notes
    -----
    Sums of squares and products equal those of :func:`demean`, since FF' = J. Along time the
    transform commutes with the spatial lag, whatever W. Along units it does not:
    F'Wy = (F'WF)(F'y) needs W's rows to have one common sum (W 1 = c 1), so row-normalise W
    first. Then F'WF has W's eigenvalues without one c, so that
    ln|I - ρF'WF| = ln|I - ρW| - ln(1 - ρc), and no F'WF need be formed (Lee and Yu 2010,
    Journal of Econometrics 154).
    """
    _check_effects(effects)
    values = _panel_values(values)
    if effects in ("unit", "twoway"):
        values = _helmert(values, axis=0, what="periods")
    if effects in ("time", "twoway"):
        values = _helmert(values, axis=1, what="units")
    return values.copy() if effects == "none" else values


def _helmert(values: np.ndarray, axis: int, what: str) -> np.ndarray:
    m = values.shape[axis]
    if m < 2:
        raise PanelError(f"The panel has {m} {what}; expected at least two to take out effects.")
    values = np.moveaxis(values, axis, 0)
    # Sums of what comes after each observation, from the end: O(m), no m × m matrix.
    after = np.cumsum(values[:0:-1], axis=0)[::-1]
    left = np.arange(m - 1, 0, -1.0).reshape((-1,) + (1,) * (values.ndim - 1))
    out = np.sqrt(left / (left + 1)) * (values[:-1] - after / left)
    return np.moveaxis(out, 0, axis)


def _panel_values(values: object) -> np.ndarray:
    """Refuse what is no array of finite numbers of shape (T, n) or (T, n, k)."""
    if np.ma.isMaskedArray(values):
        raise PanelError(
            "The values are a masked array, whose mask would be lost; expected NaN in its place."
        )
    try:
        array = np.asarray(values)
        array = array if array.dtype == np.float64 else array.astype(float, casting="same_kind")
    except (TypeError, ValueError):
        raise PanelError(
            f"The values are a {type(values).__name__} that holds more than real numbers; "
            "expected an array of shape (T, n) or (T, n, k)."
        ) from None
    if array.ndim not in (2, 3) or 0 in array.shape[:2]:
        raise PanelError(
            f"The values have shape {array.shape}; expected (T, n) or (T, n, k), not empty."
        )
    if np.isinf(array).any():
        raise PanelError("The values hold an infinite number; expected finite ones.")
    return array


def _check_effects(effects: str) -> None:
    if not isinstance(effects, str) or effects not in EFFECTS:
        raise PanelError(f"Effects are {effects!r}; expected one of {', '.join(EFFECTS)}.")
