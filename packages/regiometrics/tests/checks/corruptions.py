"""What can be wrong with an argument, by the kind of argument.

Each corruption takes a good value and gives a bad one. A new kind is a new entry of `CORRUPTIONS`;
a new corruption of a kind is tried on every argument of that kind of every subject.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import scipy.sparse as sp


class Thing:
    """Of no type that anything expects."""

    def __repr__(self):
        return "a thing"


def _cell(value):
    """Put one value into the middle of a panel, array or matrix."""

    def change(good):
        bad = good.copy()
        if isinstance(bad, pd.Series):
            bad = bad.astype(type(value) if isinstance(value, complex) else float)
            bad.iloc[len(bad) // 2] = value
        elif isinstance(bad, pd.DataFrame):
            column = bad.iloc[:, 0].astype(complex if isinstance(value, complex) else float)
            column.iloc[len(bad) // 2] = value
            bad = bad.assign(**{str(bad.columns[0]): column})
        else:
            bad = np.asarray(bad, dtype=complex if isinstance(value, complex) else float)
            bad[tuple(size // 2 for size in bad.shape)] = value
        return bad

    return change


def _index(change):
    """Change the index of a panel."""

    def changed(good):
        bad = good.copy()
        bad.index = change(bad.index)
        return bad

    return changed


def _repeat_first(index):
    return index[:-1].append(index[:1])


def _levels(index):
    return pd.MultiIndex.from_arrays(
        [*(index.get_level_values(k) for k in range(index.nlevels)), np.zeros(len(index), int)],
        names=[*index.names, "more"],
    )


WRONG_TYPE: dict[str, Callable] = {
    "none": lambda good: None,
    "a number": lambda good: 3.0,
    "text": lambda good: "text",
    "a list": lambda good: [1, 2, 3],
    "a dict": lambda good: {"a": 1},
    "a thing": lambda good: Thing(),
}
PANEL = WRONG_TYPE | {
    "nan": _cell(np.nan),
    "infinite": _cell(np.inf),
    "complex": _cell(1j),
    "texts": lambda good: good.astype(str),
    "an array": lambda good: good.to_numpy(),
    "empty": lambda good: good.iloc[:0],
    "one row": lambda good: good.iloc[:1],
    "duplicate index": _index(_repeat_first),
    "flat index": lambda good: good.reset_index(drop=True),
    "three levels": _index(_levels),
    "swapped levels": lambda good: good.swaplevel(),
    "missing level value": _index(
        lambda index: pd.MultiIndex.from_arrays(
            [
                pd.Index(index.get_level_values(0)).to_series().where(np.arange(len(index)) > 0),
                index.get_level_values(1),
            ],
            names=index.names,
        )
    ),
}
FRAME = PANEL | {
    "two levels of columns": lambda good: good.set_axis(
        pd.MultiIndex.from_product([["one"], good.columns]), axis=1
    ),
    "column twice": lambda good: pd.concat([good, good.iloc[:, [0]]], axis=1),
    "equal columns": lambda good: good.assign(again=good.iloc[:, 0]),
    "enormous": lambda good: good * 1e200,
    "columns that add up": lambda good: (
        good.assign(total=good.iloc[:, 0] * 2 - good.iloc[:, -1] * 3 + (good.shape[1] == 1))
        if good.shape[1] > 1
        else good.assign(again=2 * good.iloc[:, 0])
    ),
}
SERIES = PANEL | {
    "constant": lambda good: good * 0 + 2.0,
    "enormous": lambda good: good * 1e200,
    "two columns": lambda good: pd.DataFrame({"a": good, "b": good}),
}
OUTCOME = SERIES


def _weights(change):
    """Change the array of a sparse matrix."""

    def changed(good):
        dense = good.toarray() if sp.issparse(good) else np.array(good, dtype=float)
        return change(dense)

    return changed


def _put(value):
    def put(dense):
        dense[0, 2] = value
        return dense

    return _weights(put)


WEIGHTS = WRONG_TYPE | {
    "nan": _put(np.nan),
    "infinite": _put(np.inf),
    "negative": _put(-1.0),
    "diagonal": _weights(lambda dense: dense + np.eye(len(dense))),
    "too small": _weights(lambda dense: dense[:-1, :-1]),
    "not square": _weights(lambda dense: dense[:, :-1]),
    "one dimension": _weights(lambda dense: dense[0]),
    "three dimensions": _weights(lambda dense: np.stack([dense, dense])),
    "complex": _weights(lambda dense: dense + 0j),
    "texts": _weights(lambda dense: np.full(dense.shape, "a")),
    "empty": lambda good: np.empty((0, 0)),
    "zeros": _weights(lambda dense: 0 * dense),
    "an island": _weights(lambda dense: dense * (np.arange(len(dense)) > 0)[:, None]),
    "other labels": _weights(
        lambda dense: pd.DataFrame(dense).rename(index=lambda k: f"z{k}", columns=lambda k: f"z{k}")
    ),
    "masked": _weights(lambda dense: np.ma.masked_array(dense, dense > 0)),
    "enormous": _weights(lambda dense: 1e200 * dense),
    "tiny": _weights(lambda dense: 1e-200 * dense),
    "labels on one side": _weights(
        lambda dense: pd.DataFrame(dense).rename(columns=lambda k: f"z{k}")
    ),
}
LEVEL = {
    "per cent": lambda good: 95,
    "zero": lambda good: 0,
    "one": lambda good: 1.0,
    "negative": lambda good: -0.5,
    "nan": lambda good: np.nan,
    "none": lambda good: None,
    "text": lambda good: "95%",
    "a list": lambda good: [0.95],
    "a switch": lambda good: True,
    "not available": lambda good: pd.NA,
    "a thing": lambda good: Thing(),
}
COUNT = {
    "a switch": lambda good: True,
    "not available": lambda good: pd.NA,
    "zero": lambda good: 0,
    "negative": lambda good: -3,
    "a fraction": lambda good: 2.5,
    "nan": lambda good: np.nan,
    "none": lambda good: None,
    "text": lambda good: "many",
    "a thing": lambda good: Thing(),
}
SEED = {
    "a switch": lambda good: True,
    "a generator": lambda good: np.random.default_rng(1),
    "negative": lambda good: -1,
    "a fraction": lambda good: 1.5,
    "text": lambda good: "seed",
    "a thing": lambda good: Thing(),
}
NUMBER = {
    "a switch": lambda good: True,
    "not available": lambda good: pd.NA,
    "nan": lambda good: np.nan,
    "infinite": lambda good: np.inf,
    "none": lambda good: None,
    "text": lambda good: "one",
    "a list": lambda good: [1.0],
    "complex": lambda good: 1j,
    "a thing": lambda good: Thing(),
}
OPTION = {
    "unknown": lambda good: "nonsense",
    "a number": lambda good: 3,
    "a list": lambda good: ["nonsense"],
    "a dict": lambda good: {"nonsense": 1},
    "a thing": lambda good: Thing(),
}
NAME = OPTION | {"none": lambda good: None}
RESULT = WRONG_TYPE | {"a frame": lambda good: pd.DataFrame({"a": [1.0]})}
ARRAY = WRONG_TYPE | {
    "nan": _cell(np.nan),
    "infinite": _cell(np.inf),
    "complex": _cell(1j),
    "texts": lambda good: np.full(np.shape(good), "a"),
    "empty": lambda good: np.asarray(good)[:0],
    "four dimensions": lambda good: np.asarray(good, dtype=float)[None, None, None],
}

CORRUPTIONS: dict[str, dict[str, Callable]] = {
    "outcome": OUTCOME,
    "series": SERIES,
    "frame": FRAME,
    "weights": WEIGHTS,
    "level": LEVEL,
    "count": COUNT,
    "seed": SEED,
    "number": NUMBER,
    "option": OPTION,
    "name": NAME,
    "result": RESULT,
    "array": ARRAY,
}
