"""The same data in other forms: what a user's table may hold in place of floats.

A form must give the numbers of the plain one, or be refused in a sentence of the library.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

#: By type of argument, its other forms by name, and how near the numbers then are.
SINGLE = 3e-3


def _read_only(values):
    values = np.array(values)
    values.setflags(write=False)
    return values


def _table(value, values):
    if isinstance(value, pd.Series):
        return pd.Series(values, value.index, name=value.name)
    return pd.DataFrame(values, value.index, value.columns)


def forms(value):
    """Yield name, the value in another form, and the tolerance of what comes of it."""
    if isinstance(value, bool) or callable(value):
        return
    if isinstance(value, str):
        yield "text of numpy", np.str_(value), 0.0
    elif isinstance(value, int | np.integer):
        yield "whole number of numpy", np.int64(value), 0.0
        yield "short whole number", np.int32(value) if abs(value) < 2**31 else value, 0.0
    elif isinstance(value, float | np.floating):
        yield "number of numpy", np.float64(value), 0.0
    elif isinstance(value, pd.Series | pd.DataFrame):
        kinds = [value.dtype] if isinstance(value, pd.Series) else value.dtypes
        if all(kind.kind in "fiu" for kind in kinds):
            yield "nullable", value.astype("Float64"), 1e-7
            yield "objects", value.astype(object), 1e-7
            yield "single precision", value.astype("float32"), SINGLE
            yield "read-only", _table(value, _read_only(value.to_numpy())), 1e-7
    elif isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and value.ndim:
        yield "list", value.tolist(), 1e-7
        yield "objects", value.astype(object), 1e-7
        yield "read-only, by columns", _read_only(np.asfortranarray(value)), 1e-7
        yield "other byte order", value.astype(">f8"), 1e-7
    elif isinstance(value, np.ndarray) and value.dtype.kind == "b":
        yield "whole numbers", value.astype(int), 0.0
        yield "objects", value.astype(object), 0.0
    elif sp.issparse(value):
        yield from weights(value)


def weights(matrix):
    """Yield forms of a weights matrix."""
    dense = matrix.toarray()
    place = sp.coo_array(matrix)
    stored = (np.append(place.data, 0.0), [np.append(axis, 0) for axis in place.coords])
    yield "dense", dense, 1e-7
    yield "read-only", _read_only(dense), 1e-7
    yield "by columns", np.asfortranarray(dense), 1e-7
    yield "sparse by columns", sp.csc_array(matrix), 1e-7
    yield "sparse by keys", sp.dok_array(matrix), 1e-7
    yield "old sparse class", sp.csr_matrix(matrix), 1e-7
    yield "a stored zero on the diagonal", sp.csr_array(stored, shape=matrix.shape), 1e-7
    yield "single precision", sp.csr_array(matrix, dtype=np.float32), 1e-5


def flat(answer):
    """Return the numbers of an answer, labelled tables by their labels."""
    if isinstance(answer, pd.DataFrame | pd.Series):
        table = answer.to_frame() if isinstance(answer, pd.Series) else answer
        columns = [table.iloc[:, place] for place in range(table.shape[1])]
        known = [each for each in columns if pd.api.types.is_numeric_dtype(each.dtype)]
        return [each.to_numpy(dtype=float, na_value=np.nan) for each in known]
    if isinstance(answer, np.ndarray | float | int | np.number | np.bool_):
        found = np.asarray(answer)
        return [found.astype(float)] if found.dtype.kind in "fiub" else []
    if isinstance(answer, dict):
        return [each for key in answer for each in flat(answer[key])]
    if isinstance(answer, list | tuple):
        return [each for part in answer for each in flat(part)]
    if isinstance(getattr(answer, "params", None), pd.Series):
        return [*flat(answer.params), *flat(answer.std_errors)]
    if is_dataclass(answer) and not isinstance(answer, type):
        names = [each.name for each in fields(answer) if not each.name.startswith("_")]
        return [each for name in names for each in flat(getattr(answer, name))]
    return []


def difference(one, other, tolerance):
    """Say in which respect two lists of numbers differ, or None."""
    if [each.shape for each in one] != [each.shape for each in other]:
        return "the answers have other shapes"
    for a, b in zip(one, other, strict=True):
        scale = max(np.abs(a[np.isfinite(a)]).max(initial=0.0), 1e-8)
        if not np.allclose(a, b, rtol=0, atol=tolerance * scale, equal_nan=True):
            return f"{a.ravel()[:3]} and {b.ravel()[:3]}"
    return None
