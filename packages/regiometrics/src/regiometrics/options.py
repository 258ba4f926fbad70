"""Options that many estimators and tests share, refused where they make no sense."""

from __future__ import annotations

from collections.abc import Collection
from math import isfinite
from numbers import Integral

import numpy as np

from regiometrics.errors import PanelError


def check_level(level: object, error: type[ValueError] = PanelError) -> None:
    """Refuse a level outside of (0, 1), such as one in per cent.

    Parameters
    ----------
    level : float
        The confidence level, or any other probability, to check.
    error : type
        The class of the exception to raise.
    """
    if not isinstance(level, int | float | np.integer | np.floating) or not 0 < float(level) < 1:
        raise error(f"The level is {level!r}; expected a number between 0 and 1.")


def check_count(
    name: str, value: object, least: int = 1, error: type[ValueError] = PanelError
) -> None:
    """Refuse a number of draws, replications, units or periods that is too small or no number.

    Parameters
    ----------
    name : str
        The name of the option, for the message.
    value : int
        The number to check.
    least : int, default 1
        The smallest number that is allowed.
    error : type
        The class of the exception to raise.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
        raise error(f"{name} is {value!r}; expected a whole number, {least} or more.")


def check_seed(value: object, error: type[ValueError] = PanelError) -> None:
    """Refuse a seed that is no whole number, zero or more.

    Parameters
    ----------
    value : int
        The seed to check.
    error : type
        The class of the exception to raise.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 0:
        raise error(f"seed is {value!r}; expected a whole number, zero or more.")


def check_number(name: str, value: object, error: type[ValueError] = PanelError) -> None:
    """Refuse what is no finite real number.

    Parameters
    ----------
    name : str
        The name of the option, for the message.
    value : float
        The number to check.
    error : type
        The class of the exception to raise.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float | np.integer | np.floating)
        or not isfinite(value)
    ):
        raise error(f"{name} is {value!r}; expected a finite number.")


def check_choice(
    what: str, value: object, allowed: Collection, error: type[ValueError] = PanelError
) -> None:
    """Refuse an option that is not known, whatever its type.

    Parameters
    ----------
    what : str
        The option in words, for the message.
    value : object
        The value to check; True is not taken for one.
    allowed : collection
        What is known.
    error : type
        The class of the exception to raise.
    """
    switch = isinstance(value, bool | np.bool_)
    plain = isinstance(value, str | int | np.integer) or value is None
    plain = plain and (not switch or any(isinstance(each, bool) for each in allowed))
    if not plain or value not in allowed:
        raise error(f"{what} is {value!r}; expected one of {', '.join(map(str, allowed))}.")
