"""Adjacency of units as a sparse matrix, and what it says of groups of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from regiometrics.errors import WeightsError
from regiometrics.weights.labels import as_index, check_columns


def adjacency_matrix(pairs: pd.DataFrame, units: Sequence[str]) -> sparse.csr_array:
    """Build the adjacency matrix of undirected pairs.

    Parameters
    ----------
    pairs
        A table with the columns `code_a` and `code_b`; each pair once or in both directions.
    units
        The units in the order of rows and columns. Pairs with a unit that is not among them are
        left out.

    Returns
    -------
    csr_array
        Symmetric zeros and ones (int8), units by units, zero diagonal.

    Raises
    ------
    ValueError
        If a unit appears twice or is paired with itself.

    Examples
    --------
    >>> pairs = pd.DataFrame({"code_a": ["x", "y"], "code_b": ["y", "z"]})
    >>> adjacency_matrix(pairs, ["x", "y", "z"]).toarray().tolist()
    [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    """
    check_columns(pairs, ("code_a", "code_b"))
    index = as_index(units)
    if not index.is_unique:
        raise ValueError(
            f"The unit {index[index.duplicated()][0]} appears twice; expected each once."
        )
    first, second = (
        index.get_indexer(pairs["code_a"]),
        index.get_indexer(pairs["code_b"]),
    )
    known = (first >= 0) & (second >= 0)
    first, second = first[known], second[known]
    if (first == second).any():
        raise ValueError(
            f"The unit {index[first[first == second][0]]} is paired with itself; "
            "expected pairs of two units."
        )
    row, column = np.concatenate([first, second]), np.concatenate([second, first])
    matrix = sparse.csr_array(
        (np.ones(len(row), np.int8), (row, column)), shape=(len(index), len(index))
    )
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def check_adjacency(adjacency) -> sparse.csr_array:
    """Return an adjacency as a symmetric 0-1 `csr_array`, or say what is wrong with it.

    Parameters
    ----------
    adjacency
        A square matrix, dense or sparse; entries other than zero link units.

    Returns
    -------
    csr_array
        Zeros and ones (int8), units by units.

    Raises
    ------
    ValueError
        If it is not square, not symmetric or has entries on the diagonal.

    Examples
    --------
    >>> check_adjacency([[0, 2.5], [2.5, 0]]).toarray().tolist()
    [[0, 1], [1, 0]]
    """
    if isinstance(adjacency, pd.DataFrame) and not adjacency.index.equals(adjacency.columns):
        raise ValueError(
            f"The rows of the adjacency are labelled {list(adjacency.index[:3])} and its columns "
            f"{list(adjacency.columns[:3])}; expected the same labels in the same order."
        )
    matrix = _matrix(adjacency)
    if matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"The adjacency has shape {matrix.shape}; expected a square matrix.")
    matrix = (matrix != 0).astype(np.int8)
    if matrix.diagonal().any():
        unit = int(np.flatnonzero(matrix.diagonal())[0])
        raise ValueError(f"Unit {unit} is adjacent to itself; expected a zero diagonal.")
    unequal = (matrix != matrix.T).tocoo()
    if unequal.nnz:
        raise ValueError(
            f"Unit {int(unequal.row[0])} and unit {int(unequal.col[0])} are adjacent in one "
            "direction only; expected a symmetric adjacency."
        )
    matrix.sort_indices()
    return matrix


def islands(adjacency, units: Sequence[str]) -> list[str]:
    """Return the units without a neighbour, in the order of `units`.

    Parameters
    ----------
    adjacency
        A square matrix, dense or sparse; entries other than zero link units.
    units
        The units in the order of rows and columns.

    Examples
    --------
    >>> islands([[0, 1, 0], [1, 0, 0], [0, 0, 0]], ["x", "y", "z"])
    ['z']
    """
    units = as_index(units).tolist()
    degree = np.asarray(_matrix(adjacency).astype(bool).sum(axis=1)).ravel()
    return [unit for unit, count in zip(units, degree, strict=True) if count == 0]


def components(adjacency, units: Sequence[str]) -> pd.Series:
    """Return the number of each unit's connected part, 0 for the largest.

    Parts of one size are numbered by their first unit. Links count in both directions.

    Parameters
    ----------
    adjacency
        A square matrix, dense or sparse; entries other than zero link units.
    units
        The units in the order of rows and columns.

    Examples
    --------
    >>> components([[0, 0, 0], [0, 0, 1], [0, 1, 0]], ["x", "y", "z"]).to_dict()
    {'x': 1, 'y': 0, 'z': 0}
    """
    _, label = csgraph.connected_components(_matrix(adjacency), directed=False)
    units = as_index(units)
    if len(units) != len(label):
        raise WeightsError(f"There are {len(units)} units and {len(label)} rows; expected as many.")
    size = np.bincount(label)
    first = np.array([np.flatnonzero(label == part)[0] for part in range(len(size))])
    rank = np.empty(len(size), int)
    rank[np.lexsort((first, -size))] = np.arange(len(size))
    return pd.Series(rank[label], index=units, name="component")


def is_contiguous(adjacency, members: Sequence[int]) -> bool:
    """Tell whether the units at these positions form one connected group.

    Parameters
    ----------
    adjacency
        A square matrix, dense or sparse; entries other than zero link units.
    members
        The positions of the units, in any order.

    Examples
    --------
    >>> line = [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    >>> is_contiguous(line, [0, 1]), is_contiguous(line, [0, 2])
    (True, False)
    """
    matrix = _matrix(adjacency)
    places = np.asarray(members)
    if places.ndim != 1 or (places.size and places.dtype.kind not in "iu"):
        raise WeightsError(
            f"members is a {type(members).__name__}; expected positions of units, such as a list."
        )
    if len(places) == 0:
        return False
    if places.min() < 0 or places.max() >= matrix.shape[0]:
        raise WeightsError(
            f"members runs from {places.min()} to {places.max()}; expected positions of "
            f"{matrix.shape[0]} units."
        )
    inner = matrix[places][:, places]
    return csgraph.connected_components(inner, directed=False)[0] == 1


def _matrix(adjacency: object) -> sparse.csr_array:
    """Return a sparse matrix, or say what was given in its place."""
    try:
        matrix = None if np.ma.isMaskedArray(adjacency) else sparse.csr_array(adjacency)
    except (TypeError, ValueError):
        matrix = None
    if matrix is None or matrix.ndim != 2 or matrix.dtype.kind not in "biuf":
        raise WeightsError(
            f"The adjacency is a {type(adjacency).__name__}; expected a square matrix of numbers, "
            "dense or sparse."
        )
    return matrix
