"""What public functions ask of their arguments, refused in a sentence where it is not met."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from numbers import Integral, Real
from typing import cast

import numpy as np
import pandas as pd

from regiometrics.errors import EstimationError

Array = np.ndarray


def real(
    name: str,
    value: object,
    low: float = -np.inf,
    high: float = np.inf,
    *,
    above: float = -np.inf,
    below: float = np.inf,
) -> float:
    """Return one finite number inside [low, high] and (above, below).

    Parameters
    ----------
    name : str
        The name of the argument, for the message.
    value : object
        The value to check.
    low, high, above, below : float
        Closed and open bounds.

    Raises
    ------
    ValueError
        If the value is no number, not finite or outside the bounds.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, Real) and not isinstance(value, bool | np.bool_):
        found = float(value)
        if np.isfinite(found) and low <= found <= high and above < found < below:
            return found
    bounds = [
        text
        for text, shown in (
            (f"of at least {low:g}", low > -np.inf),
            (f"of at most {high:g}", high < np.inf),
            (f"above {above:g}", above > -np.inf),
            (f"below {below:g}", below < np.inf),
        )
        if shown
    ]
    limits = f" {' and '.join(bounds)}" if bounds else ""
    raise ValueError(f"{name} is {value!r}; expected one finite number{limits}.")


def whole(name: str, value: object, least: int = 1, most: float = np.inf) -> int:
    """Return a whole number between two bounds.

    Parameters
    ----------
    name : str
        The name of the argument, for the message.
    value : object
        The value to check.
    least, most : int
        Bounds, both allowed.

    Raises
    ------
    ValueError
        If the value is no whole number or outside the bounds.
    """
    if isinstance(value, Integral) and not isinstance(value, bool | np.bool_):
        found = int(value)
        if least <= found <= most:
            return found
    limit = f"{least} or more" if most == np.inf else f"from {least} to {most:g}"
    raise ValueError(f"{name} is {value!r}; expected a whole number, {limit}.")


def confidence(value: object, name: str = "confidence") -> float:
    """Return a level of confidence or of a test, a share and not per cent.

    Parameters
    ----------
    value : object
        The value to check.
    name : str, default "confidence"
        The name of the argument, for the message.

    Raises
    ------
    ValueError
        If the value is not strictly between zero and one.
    """
    if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool):
        found = float(value)
        if 0 < found < 1:
            return found
    raise ValueError(f"{name} is {value!r}; expected a share between 0 and 1, such as 0.95.")


def switch(name: str, value: object) -> bool:
    """Return a switch, True or False.

    Parameters
    ----------
    name : str
        The name of the argument, for the message.
    value : object
        The value to check.

    Raises
    ------
    ValueError
        If the value is neither.
    """
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} is {_shown(value)}; expected True or False.")
    return bool(value)


def one_of(name: str, value: object, allowed: Collection) -> None:
    """Refuse an option that is not known.

    Parameters
    ----------
    name : str
        The name of the argument, for the message.
    value : object
        The value to check.
    allowed : collection
        What is known.

    Raises
    ------
    ValueError
        If the value is none of these.
    """
    given = value.item() if isinstance(value, np.generic) else value
    given = str(given) if isinstance(given, str) else given
    if not any(type(given) is type(each) and given == each for each in allowed):
        known = ", ".join(repr(each) for each in allowed)
        raise ValueError(f"{name} is {value!r}; expected one of {known}.")


def numbers(
    name: str,
    value: object,
    shape: Sequence[int | None] | None = None,
    *,
    least: Sequence[int] | None = None,
    missing: bool = False,
    infinite: bool = False,
) -> Array:
    """Return an array of floats of an expected shape, complete unless missing values are allowed.

    Parameters
    ----------
    name : str
        The name of the argument, for the message.
    value : array_like
        The value to check.
    shape : sequence of int or None, optional
        Expected length of each axis; None for any length. Not given: any shape.
    least : sequence of int, optional
        The smallest length of each axis; by default one.
    missing, infinite : bool, default False
        Whether NaN and infinite values may occur.

    Raises
    ------
    ValueError
        If the values are no real numbers, the shape does not fit or a value is not finite; the
        message names its position.
    """
    if np.ma.isMaskedArray(value):
        raise ValueError(
            f"{name} is a masked array, whose mask would be lost; expected missing values as NaN."
        )
    try:
        array = np.asarray(value)
        if array.dtype.kind in "cSUMm" or (array.dtype.kind == "b" and not array.ndim):
            raise TypeError
        array = array.astype("float64")
    except (TypeError, ValueError):
        raise ValueError(f"{name} is {_shown(value)}; expected an array of real numbers.") from None
    if shape is not None:
        least = [1] * len(shape) if least is None else least
        fits = array.ndim == len(shape) and all(
            (expected is None or size == expected) and size >= smallest
            for size, expected, smallest in zip(array.shape, shape, least, strict=True)
        )
        if not fits:
            axes = ", ".join(
                f"{smallest} or more" if expected is None else str(expected)
                for expected, smallest in zip(shape, least, strict=True)
            )
            raise ValueError(f"{name} has shape {array.shape}; expected ({axes}).")
    elif not array.size:
        raise ValueError(f"{name} is empty; expected at least one number.")
    bad = np.zeros(array.shape, bool)
    if not missing:
        bad |= np.isnan(array)
    if not infinite:
        bad |= np.isinf(array)
    if bad.any():
        place = np.argwhere(bad)[0] if array.ndim else []
        where = f" at position ({', '.join(map(str, place))})" if len(place) else ""
        raise ValueError(f"{name} holds {array[tuple(place)]}{where}; expected a finite number.")
    return array


def positions(
    name: str,
    value: object,
    shape: Sequence[int | None],
    *,
    least: Sequence[int] | None = None,
) -> Array:
    """Return an array of whole numbers, such as positions in another array.

    Parameters
    ----------
    name : str
        The name of the argument, for the message.
    value : array_like
        The value to check.
    shape, least
        The shape, as for :func:`numbers`.

    Raises
    ------
    ValueError
        If a number is no whole one, or the shape does not fit.
    """
    array = numbers(name, value, shape, least=least)
    found = array.round().astype("int64")
    if (found != array).any():
        place = tuple(np.argwhere(found != array)[0])
        raise ValueError(f"{name} holds {array[place]:g}; expected whole numbers, positions.")
    return found


def several(name: str, value: object) -> list:
    """Return the entries of a sequence, at least one.

    Parameters
    ----------
    name : str
        The name of the argument, for the message.
    value : iterable, but no text
        The value to check.

    Raises
    ------
    ValueError
        If it is no sequence, or empty.
    """
    if isinstance(value, str | bytes):
        raise ValueError(f"{name} is {value!r}; expected a sequence, such as a list.")
    try:
        found = list(cast(Iterable, value))
    except TypeError:
        raise ValueError(
            f"{name} is {_shown(value)}; expected a sequence, such as a list."
        ) from None
    if not found:
        raise ValueError(f"{name} is empty; expected at least one entry.")
    return found


def instance(name: str, value: object, kind: type) -> None:
    """Refuse an argument of another type.

    Raises
    ------
    ValueError
        If the value is no instance of the type.
    """
    if not isinstance(value, kind):
        raise ValueError(f"{name} is {_shown(value)}; expected {kind.__name__}.")


def flags(name: str, value: object, shape: Sequence[int | None]) -> Array:
    """Return a Boolean array of an expected shape.

    Parameters
    ----------
    name : str
        The name of the argument, for the message.
    value : array_like
        True and False, or ones and zeros.
    shape : sequence of int or None
        Expected length of each axis; None for any length.

    Raises
    ------
    ValueError
        If the values are neither Boolean nor zeros and ones, or the shape does not fit.
    """
    array = numbers(name, value, shape)
    if not np.isin(array, (0.0, 1.0)).all():
        other = array[~np.isin(array, (0.0, 1.0))][0]
        raise ValueError(f"{name} holds {other}; expected True and False, or ones and zeros.")
    return array.astype(bool)


def one_level(what: str, labels: pd.Index) -> None:
    """Refuse labels of several levels, as unstacking a table of several columns leaves them.

    Parameters
    ----------
    what : str
        The labels in words, for the message.
    labels : pandas.Index
        The labels to check.

    Raises
    ------
    ValueError
        With the levels that were found.
    """
    if isinstance(labels, pd.MultiIndex):
        raise ValueError(
            f"{what} have {labels.nlevels} levels of labels, for example {labels[0]!r}; expected "
            "one: choose one variable before unstacking, or use .droplevel."
        )


def frame(
    name: str, value: object, *, missing: bool = False, infinite: bool = False
) -> pd.DataFrame:
    """Return a table of numbers as floats, its labels unique on both axes.

    Parameters
    ----------
    name : str
        The name of the argument, for the message.
    value : pandas.DataFrame
        The value to check.
    missing, infinite : bool, default False
        Whether NaN and infinite values may occur.

    Raises
    ------
    ValueError
        If it is no DataFrame, holds no cell, a label occurs twice or a cell is no finite number;
        the message names row and column.
    """
    if not isinstance(value, pd.DataFrame):
        raise ValueError(f"{name} is {_shown(value)}; expected a DataFrame.")
    if not value.size:
        raise ValueError(f"{name} has shape {value.shape}; expected rows and columns.")
    for axis, labels in (("row", value.index), ("column", value.columns)):
        one_level(f"The {axis}s of {name}", labels)
        if labels.hasnans:
            raise ValueError(f"A label of a {axis} of {name} is missing; expected one each.")
        if labels.has_duplicates:
            twice = labels[labels.duplicated()][0]
            raise ValueError(f"The {axis} {twice!r} occurs more than once in {name}.")
    for column, dtype in zip(value.columns, value.dtypes, strict=True):
        if not pd.api.types.is_numeric_dtype(dtype) or dtype.kind == "c":
            given = pd.to_numeric(value[column], errors="coerce")
            if dtype.kind == "O" and not (given.isna() & value[column].notna()).any():
                continue
            raise ValueError(
                f"The column {column!r} of {name} is of type {dtype}; expected numbers."
            )
    result = value.astype("float64")
    values = result.to_numpy()
    bad = (np.isnan(values) & (not missing)) | (np.isinf(values) & (not infinite))
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise EstimationError(
            f"Row {value.index[row]}, column {value.columns[column]} of {name} is "
            f"{values[row, column]}; expected a finite number."
        )
    return result


def _shown(value: object) -> str:
    """Name what was given without printing a whole array."""
    if value is None or isinstance(value, str | int | float | complex | bool):
        return repr(value)
    return f"a {type(value).__name__}"
