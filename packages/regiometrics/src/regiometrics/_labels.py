"""Labels of rows and columns that must fit each other."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from regiometrics._arguments import one_level


def in_order(name: str, value: Any, units: pd.Index) -> Any:
    """Put a square table of labelled numbers into the order of the units; return others as given.

    Parameters
    ----------
    name : str
        The name of the argument, for the message.
    value : object
        A DataFrame is read by its labels, unless they are the positions 0, 1, 2 and so on.
        What has no labels is in the order of the units, which must then be sorted.
    units : pandas.Index
        The units, in the order that is wanted.

    Raises
    ------
    ValueError
        If the labels of rows and columns differ, or are not those of the units; or if there are no
        labels and the units are not sorted.
    """
    if not isinstance(value, pd.DataFrame):
        if isinstance(value, np.ndarray) or not hasattr(value, "ids"):
            sorted_units(name, units)
        return value
    for labels in (value.index, value.columns):
        one_level(name, labels)
    plain = pd.RangeIndex(len(value))
    if value.index.equals(plain) and value.columns.equals(plain):
        sorted_units(name, units)
        return value.to_numpy()
    for axis, labels in (("rows", value.index), ("columns", value.columns)):
        lacking = units[~units.isin(labels)]
        if len(lacking) or labels.has_duplicates or len(labels) != len(units):
            raise ValueError(
                f"The {axis} of {name} are {_listed(labels)}; expected the units "
                f"{_listed(units)}, each once."
            )
    return value.loc[units, units].to_numpy()


def sorted_units(name: str, units: pd.Index) -> None:
    """Refuse units out of order where a matrix without labels must be in their order.

    Parameters
    ----------
    name : str
        The name of the matrix, for the message.
    units : pandas.Index
        The units; sorted by value or, as r2 before r10, by the numbers in their names.

    Raises
    ------
    ValueError
        With the units and the way out.
    """
    plain = units.astype(object) if isinstance(units, pd.CategoricalIndex) else units
    by_number = [
        [
            (0, int(part), "") if part.isdigit() else (1, 0, part)
            for part in re.split(r"(\d+)", text)
        ]
        for text in map(str, plain)
    ]
    by_value = isinstance(plain, pd.RangeIndex) or plain.is_monotonic_increasing
    if not by_value and any(a > b for a, b in pairwise(by_number)):
        raise ValueError(
            f"{name} has no labels and the units are not sorted: {_listed(plain)}; nothing tells "
            "the order of the matrix: expected a DataFrame with the units on both sides, or units "
            "in ascending order."
        )


def same_labels(**given: object) -> None:
    """Refuse Series and tables whose rows have labels in different orders.

    What has no labels, such as an array or a Series numbered 0, 1, 2 and so on, is in the order of
    the others.

    Parameters
    ----------
    **given
        The arguments by name.

    Raises
    ------
    ValueError
        With the names of two that differ.
    """
    first = None
    for name, value in given.items():
        if not isinstance(value, pd.Series | pd.DataFrame):
            continue
        if value.index.equals(pd.RangeIndex(len(value))):
            continue
        if first is None:
            first = name, value.index
        elif not value.index.equals(first[1]):
            raise ValueError(
                f"The rows of {first[0]} and of {name} have other labels: {_listed(first[1])} and "
                f"{_listed(value.index)}; expected the same in the same order: use .reindex."
            )


def _listed(labels: pd.Index) -> str:
    shown = ", ".join(repr(label) for label in labels[:4].tolist())
    return shown + (", …" if len(labels) > 4 else "")


def _by_number(label: object) -> list[tuple[int, int, str]]:
    """Return the parts of a name, so that r2 comes before r10."""
    parts = re.split(r"(\d+)", str(label))
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]
