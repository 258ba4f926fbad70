"""Which rows of results a cell of a table prints, found by trying.

Digits are shared by many rows. So the table is made again from results in which the rows that may
be meant are changed a little, by the rule that makes it: the cell prints those rows with which it
changes, and no others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from guantian.config.reading import Given
from guantian.geography.zones import as_config
from guantian.present.tables import FOLLOWED, Table
from guantian.registry import Job, Stage
from guantian.results import KEYS
from guantian.trace.matching import SHOWN_AS, Figure, held_by, places

#: The table is made again at most so often for a cell.
MOST = 60
RESULTS = "{results}/"


@dataclass(frozen=True)
class Place:
    """A number in a file of results: the input's name, its row, column and way of printing."""

    source: str
    row: int
    column: str
    shown_as: str


class _MadeError(Exception):
    """Carries a table out of the rule, which need not go on to its figures."""

    def __init__(self, table: Table) -> None:
        super().__init__(table.name)
        self.table = table


class Remaker:
    """Makes a table of a chapter again, from its results or from changed ones.

    Parameters
    ----------
    stage
        That shows the table.
    name
        Of the table.
    given
        The configuration, as `guantian.config.load_study` reads it.
    root, data, results
        Top of the project, data folder and results.
    """

    def __init__(
        self, stage: Stage, name: str, given: Given, root: Path, data: Path, results: Path
    ) -> None:
        self.stage, self.name, self.given = stage, name, given
        self.folders = {"processed": data / "processed", "results": results}
        self.root = root
        self.times = 0
        self.inputs = {key: self._placed(path) for key, path in stage.inputs.items()}
        self.frames = {
            key: frame
            for key, path in stage.inputs.items()
            if path.startswith(RESULTS) and (frame := _read(self.inputs[key])) is not None
        }

    def body(self, changed: Mapping[str, pd.DataFrame] | None = None) -> pd.DataFrame | None:
        """Make the table; None where the rule stops before it."""
        self.times += 1
        with TemporaryDirectory() as folder:
            inputs = dict(self.inputs)
            for key, frame in (changed or {}).items():
                own = Path(self.inputs[key])
                path = Path(folder) / own.parent.name / own.name
                path.parent.mkdir(exist_ok=True)
                if own.suffix == ".parquet":
                    frame.to_parquet(path, index=False)
                else:
                    frame.to_csv(path, index=False)
                inputs[key] = str(path)
            outputs = {key: f"{folder}/{key}" for key in self.stage.outputs}
            job = Job(
                inputs=SimpleNamespace(**inputs),
                outputs=SimpleNamespace(**outputs),
                options={key: self._option(key) for key in self.stage.options},
                figures=Path(folder),
                tables=Path(folder),
            )
            token = FOLLOWED.set(self._told)
            try:
                self.stage.function()(job)
            except _MadeError as made:
                return made.table.body
            except Exception:  # changed results may be such as no chapter makes
                return None
            finally:
                FOLLOWED.reset(token)
        return None

    def _told(self, table: Table) -> None:
        if table.name == self.name:
            raise _MadeError(table)

    def _placed(self, pattern: str) -> Any:
        pattern = re.sub(r"{config:([\w.]+)}", lambda key: str(self._option(key[1])), pattern)
        path = self.root / pattern.format(**self.folders)
        if "*" in path.name:
            return sorted(map(str, path.parent.glob(path.name)))
        return str(path)

    def _option(self, key: str) -> Any:
        if key == "zone":
            return as_config(self.given.zone)
        found: Any = self.given.config
        for part in key.split("."):
            found = found[part]
        return found


def cell_places(
    remaker: Remaker,
    row: int,
    column: str,
    line: Mapping[str, str],
    names: Mapping[str, str] | None = None,
) -> list[Place]:
    """Return the numbers of results that a cell prints.

    Parameters
    ----------
    remaker
        Of the cell's table.
    row
        Of the table, from 0.
    column
        Its header.
    line
        The row as printed, by header. The cell's first number is looked for; the others and the
        labels say which rows are tried first.
    names
        What codes of cities are called.
    """
    text = line[column]
    figure = _figure(text)
    if figure is None or not _same(remaker.body(), row, column, text):
        return []
    tried = _unique(
        [
            Place(source, at, name, shown)
            for source, frame in remaker.frames.items()
            for at, name, shown in places(frame, figure)
        ]
    )
    beside = [f for text in line.values() for f in Figure.of_text(text)]
    words = " ".join([column, *line.values()])
    matches = [
        (match.score, (source, match.row))
        for source, frame in remaker.frames.items()
        for match in held_by(frame, figure, beside, words, {}, names)
    ]
    most = max((score for score, _ in matches), default=0)
    best = {at for score, at in matches if score == most}
    likely = [place for place in tried if (place.source, place.row) in best]
    others = [place for place in tried if (place.source, place.row) not in best]
    for part in (likely, others):
        if found := list(_responding(remaker, part, figure, row, column, text)):
            return found
    return []


def _unique(tried: Sequence[Place]) -> list[Place]:
    """Keep one way of printing for each number: as it is before any other."""
    first: dict[tuple[str, int, str], Place] = {}
    for place in tried:
        key = place.source, place.row, place.column
        if key not in first or not place.shown_as:
            first[key] = place
    return list(first.values())


def _responding(
    remaker: Remaker, tried: list[Place], figure: Figure, row: int, column: str, text: str
) -> Iterator[Place]:
    """Yield the numbers with which the cell changes, by halving."""
    if not tried or remaker.times >= MOST:
        return
    body = remaker.body(_changed(remaker.frames, tried, figure))
    if body is not None and _same(body, row, column, text):
        return
    if len(tried) == 1:
        if body is not None:
            yield tried[0]
        return
    half = len(tried) // 2
    for part in (tried[:half], tried[half:]):
        yield from _responding(remaker, part, figure, row, column, text)


def _changed(
    frames: Mapping[str, pd.DataFrame], tried: Sequence[Place], figure: Figure
) -> dict[str, pd.DataFrame]:
    """Change numbers so little that order and signs stay, and so much that print changes."""
    made = {source: frames[source].copy() for source in {place.source for place in tried}}
    for place in tried:
        frame = made[place.source]
        at = frame.columns.get_loc(place.column)
        value = float(frame.iat[place.row, at])
        shown = SHOWN_AS[place.shown_as]
        with np.errstate(over="ignore"):
            slope = (shown(value + 1e-6) - shown(value)) / 1e-6
        step = 4 * figure.half / abs(slope or 1)
        if frame[place.column].dtype.kind in "iu":
            step = max(1, round(step))
            frame.iat[place.row, at] = int(value) + step
        else:
            # A probability stays one.
            frame.iat[place.row, at] = value - step if value + step > 1 >= value else value + step
    return made


def _same(body: pd.DataFrame | None, row: int, column: str, text: str) -> bool:
    """Say whether a table has the cell as printed."""
    if body is None or column not in body or not 0 <= row < len(body):
        return False
    return str(body[column].iloc[row]) == text


def _figure(text: str) -> Figure | None:
    """Return the first number of a cell; what is printed as below a bound is from zero to it."""
    below = re.match(r"\W*<\s*(\d*\.?\d+)", text)
    if below:
        return Figure(0.0, float(below[1]))
    found = Figure.of_text(text)
    zero = re.match(r"\W*0(?:\.(0+))?(?![\d.])", text)
    if zero:
        return Figure(0.0, 0.5000001 * 10.0 ** -len(zero[1] or ""))
    return found[0] if found else None


def _read(path: str) -> pd.DataFrame | None:
    """Read a file of results, whose rows have keys; None for any other."""
    if not Path(path).exists():
        return None
    if path.endswith(".parquet"):
        frame = pd.read_parquet(path)
    elif path.endswith(".csv"):
        codes = dict.fromkeys(("unit", "partner", "city_code", "code_a", "code_b"), "str")
        frame = pd.read_csv(path, dtype=codes)
    else:
        return None
    return frame if len(frame) and {*KEYS, "city_code"} & {*frame.columns} else None
