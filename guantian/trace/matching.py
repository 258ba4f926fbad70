"""Which rows of results hold a number that is printed, by its digits and by what stands beside it.

A printed number is rounded, and may be in per cent or a factor where results have logs; several
rows hold the same digits. The other numbers of its line, its labels and its keys tell which row is
meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from guantian import labels
from guantian.results import COUNTS, KEYS

#: Columns of numbers that are printed as they are.
PLAIN = {*COUNTS, "rank", "df", "p_value", "p_adjusted"}
#: How results are printed: as they are, in per cent, as a factor, as a change in per cent.
SHOWN_AS: dict[str, Callable[[Any], Any]] = {
    "": lambda x: x,
    "100 times it": lambda x: 100 * x,
    "1000 times it": lambda x: 1000 * x,
    "its exponential": np.exp,
    "its exponential in per cent": lambda x: 100 * np.expm1(x),
}
NUMBER = re.compile(r"[−-]?\d[\d\u202f ]*(?:\.\d+)?(?:e[+-]?\d+)?")
#: Numbers of fewer digits are in many rows, and say nothing of a line.
DIGITS = 2
#: Candidates whose labels are looked at.
MOST = 400


@dataclass(frozen=True)
class Figure:
    """A printed number and how far a result may be from it."""

    value: float
    half: float

    @classmethod
    def of_text(cls, text: str) -> list[Figure]:
        """Return the numbers of a text with half a unit of their last digit."""
        found = []
        for match in NUMBER.finditer(text):
            plain = re.sub(r"[\u202f ]", "", match[0]).replace("−", "-")
            digits = len(re.sub(r"\D", "", plain.partition("e")[0]).lstrip("0"))
            decimals = len(plain.partition("e")[0].partition(".")[2])
            if digits:
                found.append(cls(float(plain), 0.5000001 * 10.0**-decimals))
        return found

    @classmethod
    def exact(cls, text: str, same: float) -> Figure | None:
        """Return a number of a figure's data, which keeps ten significant digits."""
        try:
            value = float(text)
        except ValueError:
            return None
        return cls(value, same * abs(value)) if np.isfinite(value) and value else None

    @property
    def tells(self) -> bool:
        """Whether it has digits enough to tell a row."""
        return len(f"{self.value:.10g}".replace(".", "").strip("-0")) >= DIGITS


@dataclass(frozen=True)
class Match:
    """A row of a frame, its column that holds the number, and how much speaks for it."""

    row: int
    column: str
    shown_as: str
    score: int


def places(frame: pd.DataFrame, figure: Figure) -> Iterable[tuple[int, str, str]]:
    """Yield row, column and way of printing wherever a frame holds a number."""
    for name in [name for name in frame.select_dtypes("number") if name not in KEYS]:
        values = frame[name].astype("float64").to_numpy()
        for said, shown in SHOWN_AS.items():
            if said and name in PLAIN:
                continue
            with np.errstate(over="ignore", invalid="ignore"):
                hit = np.abs(shown(values) - figure.value) <= figure.half
            for row in np.flatnonzero(hit):
                yield int(row), name, said


def held_by(
    frame: pd.DataFrame,
    figure: Figure,
    beside: Iterable[Figure],
    said: str,
    keys: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> list[Match]:
    """Return the rows of a frame that hold a number, those that most speaks for.

    Parameters
    ----------
    frame
        Rows of results.
    figure
        The number.
    beside
        Other numbers of its line: a row that holds them too is likelier.
    said
        The line's words: labels of the row's keys are looked for in it.
    keys
        Columns of the line that are keys of results.
    names
        What codes of cities are called.
    """
    first: dict[int, tuple[str, str]] = {}
    for row, column, shown in places(frame, figure):
        # As it is before any other way, and an estimate before a count.
        if row not in first or (first[row][1] and not shown):
            first[row] = column, shown
    if not first:
        return []
    rows = np.array(sorted(first))
    score = pd.Series(0, index=rows)
    for other in beside:
        if other.tells:
            found = {row for row, _, _ in places(frame.iloc[rows], other)}
            score.iloc[sorted(found)] += 2
    score = score[score == score.max()].head(MOST)
    for row in score.index:
        score[row] += _labels_said(frame.iloc[row], said, keys or {}, names or {})
        score[row] += not first[row][1]
    best = score[score == score.max()]
    return [Match(int(row), *first[int(row)], int(best[row])) for row in best.index]


def _labels_said(
    row: pd.Series, said: str, keys: Mapping[str, str], names: Mapping[str, str]
) -> int:
    """Count the row's keys that the line has, and those whose labels it says."""
    count = 0
    for name in KEYS:
        value: Any = row.get(name)
        if value is None or pd.isna(value) or value == "":
            continue
        if name in keys:
            count += 2 if _same(keys[name], value) else -2
        elif any(word and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said)
                 for word in _words(name, value, names)):  # fmt: skip
            count += 1
    return count


def _same(text: str, value: Any) -> bool:
    try:
        return float(text) == float(value)
    except ValueError:
        return text == str(value)


def _words(name: str, value: Any, names: Mapping[str, str]) -> set[str]:
    """Return what a value of a key is called."""
    if str(value) in names:
        return {names[str(value)].split(" (")[0]}
    words = set()
    if KEYS[name][0] != "string":
        words.add(f"{value:g}" if isinstance(value, float) else str(value))
    with suppress(labels.LabelError):
        words |= {labels.label(name, str(value)), labels.label(name, str(value), form="short")}
    return words
