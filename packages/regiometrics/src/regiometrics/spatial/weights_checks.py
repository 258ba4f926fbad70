"""From weights as a user has them to checked ones in the order of the panel's units."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import scipy.sparse as sp

from regiometrics.spatial.errors import (
    DisconnectedWeightsWarning,
    IslandError,
    WeightsError,
    WeightsMismatchError,
)
from regiometrics.spatial.weights import SpatialWeights


def as_weights(weights: object, units: pd.Index, islands: bool = False) -> SpatialWeights:
    """Bring weights into one checked form, in the order of the panel's units.

    Parameters
    ----------
    weights : SpatialWeights, scipy sparse matrix, numpy array, DataFrame, libpysal Graph or W
        A matrix without labels stands in the order of `units`; a DataFrame, Graph, W or object
        with `matrix` and `ids` is put into it by its identifiers.
    units : pandas.Index, length n
    islands : bool, default False
        Whether units without neighbours are let through: for one of several matrices of a
        model, such as rivals across a border.

    Returns
    -------
    SpatialWeights

    Raises
    ------
    WeightsMismatchError
        If the size differs from the number of units, or identifiers differ from them.
    WeightsError
        If a weight is negative or not finite, or the diagonal is not zero.
    IslandError
        If a unit has no neighbour, unless `islands` is true.

    Warns
    -----
    DisconnectedWeightsWarning
        If the graph has several components: estimation is sound, but nothing spills over
        between them.
    """
    if isinstance(weights, SpatialWeights):
        matrix, labels = weights.matrix, weights.units
    else:
        matrix, labels = _matrix_and_labels(weights)
    n = len(units)
    if matrix.ndim != 2 or matrix.shape != (n, n):
        shape = " × ".join(str(s) for s in matrix.shape)
        raise WeightsMismatchError(
            f"The weights matrix is {shape}, the panel has {n} units; expected {n} × {n}."
        )
    if labels is not None and not labels.equals(units):
        position = labels.get_indexer(units)
        if (position < 0).any():
            raise WeightsMismatchError(
                f"Unit {units[position < 0][0]!r} of the panel is not in the weights; "
                f"expected identifiers as {labels[0]!r}."
            )
        matrix = matrix[position][:, position]
    # A copy: what is checked is also put in order, and the caller's matrix is not ours to change.
    checked = SpatialWeights(sp.csr_array(matrix, copy=True), units)
    _check(checked, islands)
    return checked


def _matrix_and_labels(weights: object) -> tuple[sp.csr_array, pd.Index | None]:
    if sp.issparse(weights) or isinstance(weights, np.ndarray):
        return sp.csr_array(weights, dtype=float), None
    if isinstance(weights, pd.DataFrame):
        return _from_frame(weights)
    if sp.issparse(getattr(weights, "matrix", None)) and hasattr(weights, "ids"):
        return sp.csr_array(weights.matrix, dtype=float), pd.Index(weights.ids)
    if hasattr(weights, "unique_ids") and sp.issparse(getattr(weights, "sparse", None)):
        return sp.csr_array(weights.sparse, dtype=float), pd.Index(weights.unique_ids)
    if hasattr(weights, "id_order") and sp.issparse(getattr(weights, "sparse", None)):
        return sp.csr_array(weights.sparse, dtype=float), pd.Index(weights.id_order)
    raise WeightsError(
        f"The weights are a {type(weights).__name__}; expected a scipy sparse matrix, a numpy "
        "array, a DataFrame, a libpysal Graph or W, or an object with `matrix` and `ids`."
    )


def _from_frame(frame: pd.DataFrame) -> tuple[sp.csr_array, pd.Index]:
    """Rows and columns of a table, the columns in the order of the rows.

    Columns that are only counted stand in that order already.
    """
    labels = pd.Index(frame.index)
    counted = frame.columns.equals(pd.RangeIndex(len(frame)))
    if counted and not labels.isin(frame.columns).any():
        return sp.csr_array(frame.to_numpy(float)), labels
    for axis in (labels, frame.columns):
        if not axis.is_unique:
            raise WeightsError(
                f"Unit {axis[axis.duplicated()][0]!r} stands twice among the weights' labels; "
                "expected each once."
            )
    if not labels.isin(frame.columns).all() or len(labels) != len(frame.columns):
        strange = frame.columns.difference(labels)
        named = strange[0] if len(strange) else labels.difference(frame.columns)[0]
        raise WeightsMismatchError(
            f"{named!r} labels a row or a column of the weights but not both; expected the same "
            "units on both sides."
        )
    return sp.csr_array(frame[labels].to_numpy(float)), labels


def _check(weights: SpatialWeights, allow_islands: bool) -> None:
    W, units = weights.matrix, weights.units
    W.sum_duplicates()
    W.eliminate_zeros()
    W.sort_indices()
    rows = np.repeat(np.arange(W.shape[0]), np.diff(W.indptr))
    bad = ~np.isfinite(W.data) | (W.data < 0)
    if bad.any():
        k = int(np.argmax(bad))
        raise WeightsError(
            f"The weight of unit {units[W.indices[k]]!r} for unit {units[rows[k]]!r} is "
            f"{W.data[k]}; expected a finite number, zero or more."
        )
    if W.diagonal().any():
        k = int(np.argmax(W.diagonal() != 0))
        raise WeightsError(
            f"Unit {units[k]!r} is its own neighbour with weight {W.diagonal()[k]:g}; "
            "expected zeros on the diagonal."
        )
    islands = np.flatnonzero(np.diff(W.indptr) == 0)
    if len(islands) and not allow_islands:
        names = ", ".join(repr(u) for u in units[islands[:5]])
        raise IslandError(
            f"{len(islands)} unit(s) have no neighbour ({names}); expected one or more: leave "
            "them out or give them a nearest neighbour."
        )
    _, parts = weights.forest
    if parts > 1 and not allow_islands:
        warnings.warn(
            f"The graph of the weights has {parts} components between which nothing spills over.",
            DisconnectedWeightsWarning,
            stacklevel=4,
        )
