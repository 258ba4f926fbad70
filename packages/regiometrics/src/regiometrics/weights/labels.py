"""Matching the labels of weights with the labels of a panel's units."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral, Real

import numpy as np
import pandas as pd

from regiometrics.errors import WeightsError


def as_index(labels: Iterable) -> pd.Index:
    """Return labels as an index that keeps their type; categories become their values.

    Raises
    ------
    WeightsError
        If they are no sequence.

    Examples
    --------
    >>> as_index((610100, 620500)).dtype.kind, as_index(pd.Categorical(["a", "b"])).tolist()
    ('i', ['a', 'b'])
    """
    if isinstance(labels, pd.MultiIndex):
        return labels
    if not isinstance(labels, (pd.Index, pd.Series, np.ndarray, pd.api.extensions.ExtensionArray)):
        if isinstance(labels, str | bytes) or not isinstance(labels, Iterable):
            raise WeightsError(
                f"The labels are {labels!r:.60}; expected a sequence of labels, such as a list."
            )
        labels = list(labels)
    index = pd.Index(labels, tupleize_cols=False)
    if isinstance(index.dtype, pd.CategoricalDtype):
        values = index.categories.take(index.codes)
        return pd.Index(values, name=index.name)
    return index


def unique_index(name: str, labels: Iterable) -> pd.Index:
    """Return labels as an index; refuse one that is there twice.

    Raises
    ------
    WeightsError
        With the label.
    """
    index = as_index(labels)
    if index.has_duplicates:
        raise WeightsError(
            f"{index[index.duplicated()][0]!r} is among the {name} more than once; expected each "
            "unit once."
        )
    return index


def places(index: pd.Index, labels: pd.Series) -> np.ndarray:
    """Find each label of a column, which may recur, in an index; -1 where it is not there.

    Labels are compared as :func:`match_labels` does.
    """
    codes, found = pd.factorize(as_index(labels))
    if not len(found):
        return codes
    return np.where(codes >= 0, match_labels(index, found)[codes], -1)


def check_columns(table: pd.DataFrame, columns: Iterable) -> None:
    """Refuse what is no table, or lacks a column or has it twice.

    Raises
    ------
    WeightsError
        With the name of the column.
    """
    if not isinstance(table, pd.DataFrame):
        raise WeightsError(f"The pairs are a {type(table).__name__}; expected a DataFrame.")
    columns = list(columns)
    for column in columns:
        count = sum(column is name or bool(column == name) for name in table.columns)
        if count != 1:
            raise WeightsError(
                f"The pairs have {count or 'no'} column{'s' * (count > 1)} {column}; expected "
                f"{', '.join(map(str, columns))}, each once."
            )


def match_labels(labels: pd.Index, units: pd.Index) -> np.ndarray:
    """Find each unit among the labels.

    Labels are compared as they are. Where some unit is not found in this way, whole numbers, the
    text of whole numbers and categories are compared by their text, so that the code 610100 of a
    panel meets the label "610100" of its weights, provided that every label keeps a text of its
    own.

    Parameters
    ----------
    labels : pandas.Index, length m
        The labels of the weights, each once.
    units : pandas.Index, length n
        The labels to find.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        The position of each unit among the labels, -1 where it is not among them.

    Examples
    --------
    >>> match_labels(pd.Index(["620500", "610100"]), pd.Index([610100, 620500])).tolist()
    [1, 0]
    >>> match_labels(pd.Index(["a", "b"]), pd.Index(["b", "c"])).tolist()
    [1, -1]
    """
    labels, units = as_index(labels), as_index(units)
    found = labels.get_indexer(units)
    if (found >= 0).all():
        return found
    texts, wanted = _texts(labels), _texts(units)
    if not (texts.is_unique and wanted.is_unique):
        return found
    return texts.get_indexer(wanted)


def _texts(labels: pd.Index) -> pd.Index:
    return pd.Index([_text(label) for label in labels], dtype=object)


def _text(label: object) -> object:
    """Return the text of a whole number; any other label is returned unchanged."""
    if isinstance(label, (bool, np.bool_)):
        return label
    if isinstance(label, Integral):
        return str(int(label))
    if isinstance(label, Real) and float(label).is_integer():
        return str(int(float(label)))
    return str(label) if isinstance(label, str) else label
