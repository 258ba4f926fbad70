"""From weights as a user has them to checked ones in the order of the panel's units."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, TypeGuard

import numpy as np
import pandas as pd
import scipy.sparse as sp

from regiometrics.errors import label
from regiometrics.spatial.errors import (
    DisconnectedWeightsWarning,
    IslandError,
    IslandWarning,
    UnlabelledWeightsError,
    WeightsError,
    WeightsMismatchError,
    WeightsOrderWarning,
)
from regiometrics.spatial.weights import SpatialWeights
from regiometrics.weights.convert import matrix_and_labels
from regiometrics.weights.labels import as_index, match_labels

_NAMED = 6


def as_weights(
    weights: object, units: pd.Index, islands: bool | None = False, warn: bool = True
) -> SpatialWeights:
    """Bring weights into one checked form, in the order of the panel's units.

    Parameters
    ----------
    weights : SpatialWeights, scipy sparse matrix, numpy array, DataFrame, libpysal Graph or W
        A matrix without labels is taken to be in the order of `units`; a DataFrame, Graph, W or
        object with `matrix` and `ids` is put into it by its identifiers. Identifiers of another
        type (text for numbers, categories) are matched by their text.
    units : pandas.Index, length n
        The labels of the units.
    islands : bool, default False
        Whether units without neighbours are kept: their rows are zero, so that their spatial
        lags are zero. False and None refuse them.
    warn : bool, default True
        Whether a graph of several components is warned of.

    Returns
    -------
    SpatialWeights

    Raises
    ------
    WeightsMismatchError
        If the size differs from the number of units, or identifiers differ from them.
    WeightsError
        If the weights are no matrix of real numbers, a weight is negative or not finite, or the
        diagonal is not zero.
    IslandError
        If a unit has no neighbour, unless `islands` is true.

    Warns
    -----
    DisconnectedWeightsWarning
        If the graph has several components: estimation is sound, but nothing spills over
        between them.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame([[0, 1], [1, 0]], index=["1", "2"], columns=["1", "2"])
    >>> as_weights(table, pd.Index([2, 1])).matrix.toarray()
    array([[0., 1.],
           [1., 0.]])
    """
    units = pd.Index(units)
    if isinstance(weights, SpatialWeights):
        matrix, labels = weights.matrix, weights.units
    else:
        matrix, labels = read_weights(weights)
    n = len(units)
    if matrix.ndim != 2 or matrix.shape != (n, n):
        shape = " × ".join(str(s) for s in matrix.shape)
        raise WeightsMismatchError(
            f"The weights matrix is {shape}, the panel has {n} units; expected {n} × {n}."
        )
    if labels is not None and not labels.equals(units):
        position = match(labels, units)
        matrix = matrix[position][:, position]
    # A copy: what is checked is also put in order, and the caller's matrix is not ours to change.
    checked = SpatialWeights(sp.csr_array(matrix, copy=True), units)
    _check(checked, bool(islands), warn)
    return checked


def panel_weights(weights: object, units: pd.Index, islands: bool | None = False) -> SpatialWeights:
    """Bring weights into the order of units as they first appear in a panel's rows.

    As :func:`as_weights`, but weights without labels are refused where the rows are not sorted
    by unit: the order of the matrix is then not known.

    Raises
    ------
    UnlabelledWeightsError
        With the order in which the units appear, and the way out.

    Warns
    -----
    IslandWarning
        If units without neighbours are kept.
    WeightsOrderWarning
        If units are texts whose alphabetical order (r1, r10, r2) is not their natural one.
    """
    if not _is_labelled(weights):
        check_order(units)
    checked = as_weights(weights, units, islands)
    found = checked.islands
    if len(found):
        warnings.warn(
            f"{len(found)} unit(s) have no neighbour ({_listed(units[found])}) and are kept: "
            "their spatial lags are zero.",
            IslandWarning,
            stacklevel=4,
        )
    return checked


def is_mapping(weights: object) -> TypeGuard[Mapping]:
    """Say whether weights are several by name or period; scipy's matrices by keys are one."""
    return isinstance(weights, Mapping) and not sp.issparse(weights)


def check_order(units: pd.Index, what: str = "weights") -> None:
    """Refuse units out of order where something without labels must be in their order.

    Parameters
    ----------
    units : pandas.Index
        The units as they first appear in the rows.
    what : str
        What has no labels.

    Raises
    ------
    UnlabelledWeightsError
    """
    if isinstance(units, pd.RangeIndex):
        return
    plain = (not isinstance(units, pd.CategoricalIndex)) or units.ordered
    by_value = units.is_monotonic_increasing and plain
    if isinstance(units, pd.CategoricalIndex) and not by_value:
        by_value = pd.Index(units.astype(units.categories.dtype)).is_monotonic_increasing
    text = pd.api.types.infer_dtype(units, skipna=False) in ("string", "categorical")
    keys = [_natural(unit) for unit in units] if text else []
    by_nature = all(a <= b for a, b in pairwise(keys)) if text else by_value
    if by_value and by_nature:
        return
    order = f"the rows have {_listed(units)}"
    way = (
        f"give the {what} labels (a DataFrame with the units on both sides, or any object with "
        "ids), or sort the rows by unit into the order of the matrix"
    )
    if not (by_value or by_nature):
        raise UnlabelledWeightsError(
            f"The {what} have no labels and the panel's units are not sorted: {order}; expected "
            f"sorted units, since nothing tells the order of the matrix: {way}."
        )
    warnings.warn(
        f"The {what} have no labels, and the units' alphabetical and natural orders differ; the "
        f"matrix is taken to be in the order of the rows: {order}. To be certain, {way}.",
        WeightsOrderWarning,
        stacklevel=5,
    )


def match(labels: pd.Index, units: pd.Index) -> np.ndarray:
    """Place of each unit among labels, by value or else by text.

    Raises
    ------
    WeightsMismatchError
        If a unit is not among the labels.
    """
    if not labels.is_unique:
        raise WeightsError(
            f"Unit {label(labels[labels.duplicated()][0])} appears twice among the weights' "
            "labels; expected each once."
        )
    position = match_labels(labels, units)
    if (position < 0).any():
        raise WeightsMismatchError(
            f"Unit {units[position < 0][0]!r} of the panel is not in the weights; "
            f"expected identifiers as {labels[0]!r}."
        )
    return position


def read_weights(weights: object) -> tuple[sp.csr_array, pd.Index | None]:
    """Read a matrix and its identifiers, None where it has none.

    Raises
    ------
    WeightsError
        If it is no matrix of real numbers.
    """
    source, inner = weights, getattr(weights, "matrix", None)
    if isinstance(weights, pd.DataFrame):
        source = _check_table(weights)
    elif sp.issparse(weights) or isinstance(weights, np.ndarray):
        source = _numbers(weights)
    elif hasattr(weights, "ids") and isinstance(inner, np.ndarray):
        return _compact(sp.csr_array(_numbers(inner))), pd.Index(weights.ids)
    matrix, labels = matrix_and_labels(source)
    return _compact(matrix), labels


def _is_labelled(weights: object) -> bool:
    return not (sp.issparse(weights) or isinstance(weights, np.ndarray))


def _numbers(matrix: Any) -> Any:
    if matrix.ndim != 2:
        shape = " × ".join(str(s) for s in matrix.shape)
        raise WeightsError(
            f"The weights are an array of {matrix.ndim} dimension(s), {shape}; expected a "
            "matrix of two, n × n: one for all periods."
        )
    if np.ma.isMaskedArray(matrix):
        raise WeightsError(
            "The weights are a masked array, whose mask would be lost; expected zeros where units "
            "are no neighbours."
        )
    kind = np.dtype(matrix.dtype)
    if kind.kind == "f" and kind.itemsize < 8:
        return _doubled(matrix)
    if kind.kind == "c":
        raise WeightsError("The weights are complex numbers; expected real ones.")
    if kind.kind in "OUSMmV":
        dense = matrix.toarray() if sp.issparse(matrix) else matrix
        return _floats(lambda: np.asarray(dense).astype(float))
    return matrix


def _doubled(matrix: Any) -> sp.csr_array:
    """Bring weights of single precision to double, rows that add up to one again to one.

    Otherwise the rounding of a third to seven digits would make rows of unequal sums, for which
    other estimators hold.
    """
    wide = sp.csr_array(matrix).astype(float)
    sums = np.asarray(wide.sum(axis=1)).ravel()
    close = np.abs(sums - 1) <= 1e-6
    if close.any() and (close | (sums == 0)).all():
        wide = sp.diags_array(np.where(close, 1 / np.where(close, sums, 1.0), 1.0)) @ wide
    return sp.csr_array(wide)


def _check_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of floats with labels as text or numbers."""
    if len(frame.columns) == len(frame) + 1 and frame.index.equals(pd.RangeIndex(len(frame))):
        raise WeightsError(
            f"The weights are a table of {len(frame)} rows and {len(frame.columns)} columns, the "
            f"first of which, {frame.columns[0]!r}, looks like labels; expected labels in the "
            "index: read it with index_col=0."
        )
    for name, dtype in frame.dtypes.items():
        if pd.api.types.is_complex_dtype(dtype):
            raise WeightsError(f"Column {name!r} of the weights is complex; expected real numbers.")
    values = _floats(lambda: frame.to_numpy(dtype=float, na_value=np.nan))
    if any(dtype == np.float32 or dtype == np.float16 for dtype in frame.dtypes):
        values = _doubled(values).toarray()
    rows, columns = as_index(frame.index), as_index(frame.columns)
    # A table read from a file has numbers on one side and their texts on the other.
    if rows.is_unique and columns.is_unique and len(rows) == len(columns):
        place = match_labels(columns, rows)
        if (place >= 0).all():
            values, columns = values[:, place], rows
    return pd.DataFrame(values, index=rows, columns=columns)


def _floats(read: Callable[[], np.ndarray]) -> np.ndarray:
    try:
        return read()
    except (TypeError, ValueError) as error:
        raise WeightsError(
            f"The weights hold what is no number ({error}); expected numbers."
        ) from None


def _compact(matrix: sp.csr_array) -> sp.csr_array:
    """Hold the pattern in half the memory, as sparse factors need it."""
    if matrix.indices.dtype == np.int32 or max(matrix.nnz, *matrix.shape) >= 2**31:
        return matrix
    parts = (matrix.data, matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32))
    return sp.csr_array(parts, shape=matrix.shape)


def _natural(label: object) -> list[tuple[int, object]]:
    parts = re.split(r"(\d+)", str(label))
    return [(0, int(part)) if part.isdigit() else (1, part) for part in parts if part]


def _listed(units: pd.Index) -> str:
    names = ", ".join(repr(unit) for unit in units[:_NAMED].tolist())
    return names + (", …" if len(units) > _NAMED else "")


def _check(weights: SpatialWeights, allow_islands: bool, warn: bool) -> None:
    W, units = weights.matrix, weights.units
    W.sum_duplicates()
    W.eliminate_zeros()
    W.sort_indices()
    bad = ~np.isfinite(W.data) | (W.data < 0)
    if bad.any():
        k = int(np.argmax(bad))
        row = int(np.searchsorted(W.indptr, k, side="right")) - 1
        raise WeightsError(
            f"The weight of unit {units[W.indices[k]]!r} for unit {units[row]!r} is "
            f"{W.data[k]}; expected a finite number, zero or more."
        )
    largest = W.data.max(initial=0.0)
    if largest and not 1e-100 < largest < 1e100:
        raise WeightsError(
            f"The largest weight is {largest:.3g}; expected one between 1e-100 and 1e100, so that "
            "powers of the weights are numbers: divide them by their largest sum of a row."
        )
    if W.diagonal().any():
        k = int(np.argmax(W.diagonal() != 0))
        raise WeightsError(
            f"Unit {units[k]!r} is its own neighbour with weight {W.diagonal()[k]:g}; "
            "expected zeros on the diagonal."
        )
    islands = weights.islands
    if len(islands) and not allow_islands:
        raise IslandError(
            f"{len(islands)} unit(s) have no neighbour ({_listed(units[islands])}); expected one "
            "or more: leave them out, give them a nearest neighbour, or keep them with "
            "islands=True (their spatial lags are then zero)."
        )
    if len(islands) == W.shape[0]:
        raise WeightsError("No unit has a neighbour; expected some weights above zero.")
    parts = weights.forest[1] - len(islands) if warn else 1
    if parts > 1 and not allow_islands:
        warnings.warn(
            f"The graph of the weights has {parts} components between which nothing spills over.",
            DisconnectedWeightsWarning,
            stacklevel=5,
        )
