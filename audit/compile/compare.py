"""Compare tables made from the sources with the raw tables, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

COLUMNS = ["table", "column", "cells", "equal", "first_difference"]
PRECISION = 1e-6  # numbers are written with seven significant digits, or fewer


def compare(made: pd.DataFrame, raw: pd.DataFrame, table: str, key: Sequence[str]) -> pd.DataFrame:
    """Compare a table with the raw one, column by column.

    Parameters
    ----------
    made
        From the source; it may lack columns that are not taken from there.
    raw
        As `guantian.data.read.read_table` returns it.
    table, key
        Its name and key.

    Returns
    -------
    DataFrame
        `COLUMNS`: a row for the key (its cells are the rows of either table, equal those of both)
        and one for each further column of ``made`` (cells: rows of both; equal: those with the
        same value, to the digits written, or missing in both).
    """
    key = list(key)
    left, right = (
        frame.assign(**{name: frame[name].astype("str") for name in key}).set_index(key)
        for frame in (made, raw)
    )
    both = left.index.intersection(right.index)
    every = left.index.union(right.index)
    odd = every.difference(both)
    rows = [(table, " ".join(key), len(every), len(both), _place(odd, "row of one side only"))]
    for column in [name for name in made if name not in key]:
        here, there = left.loc[both, column], right.loc[both, column]
        if pd.api.types.is_numeric_dtype(there):
            a, b = here.to_numpy(dtype="float64"), there.to_numpy(dtype="float64")
            near = np.abs(a - b) <= PRECISION * np.maximum(np.abs(b), 1e-300)
            same = near | (np.isnan(a) & np.isnan(b))
        else:
            same = (here.fillna("") == there.fillna("")).to_numpy()
        said = ""
        if not same.all():
            at = int(np.argmin(same))
            said = _place(both[[at]], f"{here.iloc[at]} at source, {there.iloc[at]} here")
        rows.append((table, column, len(both), int(same.sum()), said))
    return pd.DataFrame(rows, columns=COLUMNS)


def _place(index: pd.Index, said: str) -> str:
    if not len(index):
        return ""
    first = index[0]
    return f"{', '.join(first) if isinstance(first, tuple) else first}: {said}"
