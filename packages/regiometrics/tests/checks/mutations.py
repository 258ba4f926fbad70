"""What is done to each argument of a public function, and what must then happen.

A call with a damaged argument must either be refused in a sentence by the library itself, or give
an answer in which the damage shows: never a bare traceback of numpy or pandas, never a number as if
nothing had happened.
"""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import regiometrics

LIBRARY = str(Path(regiometrics.__file__).parent)
SHARES = {"confidence", "level", "alpha", "rate", "power"}


@dataclass(frozen=True)
class Damage:
    """A damaged value of one argument; `kind` names the damage."""

    kind: str
    value: object


def damages(name: str, value: object) -> Iterator[Damage]:
    """Damage an argument in every way that its type allows."""
    yield Damage("wrong type", object())
    if isinstance(value, bool) or callable(value):
        return
    if isinstance(value, str):
        yield Damage("unknown option", "no such option")
    elif isinstance(value, int | float | np.integer | np.floating):
        yield from _scalars(name, value)
    elif isinstance(value, np.ndarray):
        yield from _arrays(value)
        if name in {"weights", "adjacency"} and value.shape == (len(value), len(value)):
            rows = [f"r{place}" for place in range(len(value))]
            yield Damage("other labels", pd.DataFrame(value, rows, rows[::-1]))
            yield Damage("own neighbour", value + np.eye(len(value)))
    elif isinstance(value, pd.DataFrame):
        yield from _frames(value)
    elif isinstance(value, pd.Series):
        yield from _series(value)


def _scalars(name: str, value) -> Iterator[Damage]:
    yield Damage("text", "seven")
    yield Damage("missing", np.nan)
    yield Damage("infinite", np.inf)
    yield Damage("array", np.array([1.0, 2.0]))
    yield Damage("not available", pd.NA)
    yield Damage("switch", True)
    if name in SHARES:
        yield Damage("per cent", 95)
        yield Damage("zero", 0.0)
    if isinstance(value, int | np.integer):
        yield Damage("fraction", value + 0.5)
        yield Damage("negative", -3)


def _arrays(value: np.ndarray) -> Iterator[Damage]:
    yield Damage("text", np.full(value.shape, "a", dtype=object))
    yield Damage("complex", value.astype(complex) + 1j)
    yield Damage("empty", np.empty((0, *value.shape[1:])))
    yield Damage("one axis more", value[None].repeat(2, 0)[:, None])
    if value.dtype.kind == "f":
        yield Damage("missing", _with(value, np.nan))
        yield Damage("infinite", _with(value, np.inf))
        yield Damage("longer", np.concatenate([value, value[:1]]))
        mask = np.zeros(value.shape, bool)
        mask[(*(0,) * (value.ndim - 1), -1)] = True
        yield Damage("masked", np.ma.masked_array(value, mask))


def _frames(value: pd.DataFrame) -> Iterator[Damage]:
    yield Damage("array", value.to_numpy())
    yield Damage("no row", value.iloc[:0])
    yield Damage("duplicate row", pd.concat([value, value.iloc[:1]]))
    yield Damage("duplicate column", pd.concat([value, value.iloc[:, :1]], axis=1))
    levels = pd.MultiIndex.from_product([["one"], value.columns])
    yield Damage("two levels of columns", value.set_axis(levels, axis=1))
    if all(dtype.kind == "f" for dtype in value.dtypes):
        text = value.astype(object)
        text.iloc[1, 1] = "a"
        yield Damage("text", text)
        for kind, bad in (("missing", np.nan), ("infinite", np.inf)):
            damaged = value.copy()
            damaged.iloc[1, 1] = bad
            yield Damage(kind, damaged)
        yield Damage("constant", value * 0 + 1.0)
        yield Damage("one row", value.iloc[:1])
        yield Damage("swapped axes", value.T)


def _series(value: pd.Series) -> Iterator[Damage]:
    yield Damage("array", value.to_numpy())
    yield Damage("no row", value.iloc[:0])
    yield Damage("duplicate label", pd.concat([value, value.iloc[:1]]))
    if value.dtype.kind == "f":
        for kind, bad in (("missing", np.nan), ("infinite", np.inf)):
            damaged = value.copy()
            damaged.iloc[1] = bad
            yield Damage(kind, damaged)


def _with(value: np.ndarray, bad: float) -> np.ndarray:
    damaged = value.copy()
    # Off any diagonal, which functions of pairs do not read.
    damaged[(*(0,) * (value.ndim - 1), -1)] = bad
    return damaged


#: Damage after which a finite answer is a number out of nothing.
SILENT = {
    "wrong type",
    "not available",
    "switch",
    "masked",
    "text",
    "complex",
    "missing",
    "infinite",
    "per cent",
    "fraction",
    "unknown option",
    "no row",
    "empty",
    "duplicate row",
    "duplicate column",
    "duplicate label",
    "other labels",
    "own neighbour",
}


def verdict(function, arguments: dict, name: str, damage: Damage) -> str | None:
    """Call with the damage; return what is wrong with the answer, or None."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer = function(**(arguments | {name: damage.value}))
        except ValueError as error:  # every class of the library's errors is one
            return _refusal(error)
        except Exception as error:
            return f"bare {type(error).__name__}: {str(error)[:90]}"
    raised = [w for w in caught if issubclass(w.category, RuntimeWarning)]
    if raised:
        return f"RuntimeWarning: {raised[0].message}"
    if damage.kind in SILENT and _finite(answer):
        return f"silent: {str(answer)[:90]!r}"
    return None


def _refusal(error: ValueError) -> str | None:
    frames = traceback.extract_tb(error.__traceback__)
    text = str(error)
    if not frames[-1].filename.startswith(LIBRARY):
        return f"bare {type(error).__name__} from {Path(frames[-1].filename).name}: {text[:90]}"
    if len(text) < 20 or " " not in text or (text[0].islower() and text.split()[0] == "could"):
        return f"no sentence: {text}"
    return None


def _finite(answer) -> bool:
    """Say whether an answer holds no missing and no infinite number."""
    if is_dataclass(answer) and not isinstance(answer, type):
        return all(
            _finite(getattr(answer, f.name)) for f in fields(answer) if not f.name.startswith("_")
        )
    if isinstance(answer, dict):
        return all(_finite(value) for value in answer.values())
    if isinstance(answer, list | tuple):
        return all(_finite(value) for value in answer)
    if isinstance(answer, pd.DataFrame):
        return all(_finite(answer[c].to_numpy()) for c in answer) if answer.size else True
    if isinstance(answer, pd.Series | pd.Index):
        return _finite(answer.to_numpy())
    if isinstance(answer, np.ndarray):
        return bool(np.isfinite(answer).all()) if answer.dtype.kind == "f" else True
    if isinstance(answer, float | np.floating):
        return bool(np.isfinite(answer))
    return True
