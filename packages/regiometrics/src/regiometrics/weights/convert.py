"""From weights in any of their usual forms to a sparse matrix and its labels."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from regiometrics.errors import WeightsError, WeightsMismatchError, label
from regiometrics.weights.labels import as_index

#: Names of the matrix and of its labels: ours, a panel's, libpysal's Graph, libpysal's W.
_NAMES = (
    ("matrix", "ids"),
    ("matrix", "units"),
    ("sparse", "unique_ids"),
    ("sparse", "id_order"),
)


def matrix_and_labels(source: object) -> tuple[sparse.csr_array, pd.Index | None]:
    """Read the matrix, and the labels where there are some, from weights of any form.

    Parameters
    ----------
    source : object
        A scipy sparse matrix or numpy array, without labels; a square DataFrame; a Series of
        weights on two index levels (unit, neighbour), such as the adjacency of a libpysal Graph; a
        libpysal Graph or W; or an object with `matrix` and `ids`.

    Returns
    -------
    scipy.sparse.csr_array, shape (n, n)
        Row i holds the weights of unit i's neighbours.
    pandas.Index or None
        The labels of rows and columns, None where the source has none.

    Raises
    ------
    WeightsError
        If the source is of another form, or a label or a pair is repeated.
    WeightsMismatchError
        If rows and columns of a DataFrame differ in their labels.
    """
    if np.ma.isMaskedArray(source):
        raise WeightsError(
            "The weights are a masked array, whose mask would be lost; expected zeros where units "
            "are no neighbours."
        )
    if sparse.issparse(source) or isinstance(source, np.ndarray):
        return sparse.csr_array(source, dtype=float), None
    if isinstance(source, pd.DataFrame):
        return _from_frame(source)
    if isinstance(source, pd.Series) and source.index.nlevels == 2:
        return _from_pairs(source)
    for values, labels in _NAMES:
        if hasattr(source, labels) and sparse.issparse(getattr(source, values, None)):
            index = as_index(getattr(source, labels))
            return sparse.csr_array(getattr(source, values), dtype=float), index
    raise WeightsError(
        f"The weights are a {type(source).__name__}; expected a scipy sparse matrix, a numpy "
        "array, a DataFrame, a libpysal Graph or W, or an object with `matrix` and `ids`."
    )


def _from_frame(frame: pd.DataFrame) -> tuple[sparse.csr_array, pd.Index]:
    """Rows and columns of a table, the columns in the order of the rows.

    Columns that are only counted are in that order already.
    """
    labels, columns = as_index(frame.index), as_index(frame.columns)
    if isinstance(labels, pd.MultiIndex) or isinstance(columns, pd.MultiIndex):
        raise WeightsError(
            "The table of weights has several levels of labels; expected the units alone, on both "
            "sides."
        )
    counted = columns.equals(pd.RangeIndex(len(frame)))
    if counted and not labels.isin(columns).any():
        return sparse.csr_array(frame.to_numpy(float)), labels
    for axis in (labels, columns):
        if not axis.is_unique:
            raise WeightsError(
                f"Unit {label(axis[axis.duplicated()][0])} appears twice among the weights' "
                "labels; expected each once."
            )
    if not labels.isin(columns).all() or len(labels) != len(columns):
        strange = columns.difference(labels)
        named = strange[0] if len(strange) else labels.difference(columns)[0]
        raise WeightsMismatchError(
            f"{named!r} labels a row or a column of the weights but not both; expected the same "
            "units on both sides."
        )
    order = columns.get_indexer(labels)
    return sparse.csr_array(frame.to_numpy(float)[:, order]), labels


def _from_pairs(pairs: pd.Series) -> tuple[sparse.csr_array, pd.Index]:
    """Weights by unit and neighbour; the units in the order of their first appearance."""
    if not pairs.index.is_unique:
        unit, neighbour = pairs.index[pairs.index.duplicated()][0]
        raise WeightsError(
            f"The weight of {neighbour!r} for {unit!r} is given twice; expected each pair once."
        )
    units, neighbours = (as_index(pairs.index.get_level_values(level)) for level in (0, 1))
    labels = units.append(neighbours).unique().rename(None)
    row, column = labels.get_indexer(units), labels.get_indexer(neighbours)
    values = pairs.to_numpy(float)
    return sparse.csr_array((values, (row, column)), shape=(len(labels),) * 2), labels
