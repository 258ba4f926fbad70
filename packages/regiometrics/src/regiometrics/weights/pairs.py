"""Pairs of units, one row each, laid out as a matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from regiometrics._arguments import switch
from regiometrics.errors import WeightsError
from regiometrics.weights.labels import check_columns, places, unique_index


def pair_matrix(
    pairs: pd.DataFrame,
    column: str,
    rows: Sequence[str],
    columns: Sequence[str] | None = None,
    *,
    symmetric: bool = True,
    diagonal: float = np.nan,
) -> np.ndarray:
    """Lay a column of pairs out as a matrix.

    Parameters
    ----------
    pairs
        ``code_a``, ``code_b`` and the column; each pair once.
    column
        What to lay out.
    rows, columns
        Units of rows and columns, in order; columns are the rows where none are given. Pairs with
        other units are left out.
    symmetric
        Whether a pair counts for both directions; otherwise it runs from ``code_a`` (row) to
        ``code_b`` (column).
    diagonal
        Value of a unit with itself.

    Returns
    -------
    ndarray, shape (rows, columns)
        NaN where there is no pair.

    Raises
    ------
    ValueError
        If a pair appears twice, a column is missing or holds no numbers, or a type is wrong.

    Examples
    --------
    >>> pairs = pd.DataFrame({"code_a": ["x"], "code_b": ["y"], "km": [3.0]})
    >>> pair_matrix(pairs, "km", ["x", "y"], diagonal=0).tolist()
    [[0.0, 3.0], [3.0, 0.0]]
    """
    check_columns(pairs, ("code_a", "code_b", column))
    switch("symmetric", symmetric)
    down = unique_index("rows", rows)
    across = down if columns is None else unique_index("columns", columns)
    try:
        values = pairs[column].to_numpy(dtype="float64")
    except (TypeError, ValueError):
        raise WeightsError(f"Column {column} holds no numbers; expected one per pair.") from None
    matrix = np.full((len(down), len(across)), np.nan)
    seen = np.zeros(matrix.shape, dtype=int)
    ends = ("code_a", "code_b"), ("code_b", "code_a")
    for first, second in ends if symmetric else ends[:1]:
        row, place = places(down, pairs[first]), places(across, pairs[second])
        inside = (row >= 0) & (place >= 0)
        matrix[row[inside], place[inside]] = values[inside]
        np.add.at(seen, (row[inside], place[inside]), 1)
    if (seen > 1).any():
        row, place = np.argwhere(seen > 1)[0]
        raise WeightsError(f"The pair {down[row]}, {across[place]} appears twice; expected once.")
    own = across.get_indexer(down)
    matrix[np.flatnonzero(own >= 0), own[own >= 0]] = diagonal
    return matrix
