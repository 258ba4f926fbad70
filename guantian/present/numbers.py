"""Numbers of the text, declared: which row of results, which column, how it is printed.

A chapter declares the numbers that its text names and no other, most of them in its
``numbers.yaml`` (`guantian.present.declared`)::

    NUMBERS = (
        Number("sigma.zone.ratio", {"analysis": "sigma", "sample": "zone", "term": "ratio"},
               format=fixed(2)),
    )

`evaluate` prints them and tells of each where it comes from. A number whose row is not there is
"–", and its trail says that it is missing; the text decides what it says then.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from guantian.present.format import MISSING, Format, as_text
from guantian.results import fitting, round_significant

KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
TRANSFORMS = {  # of the values, before they are printed
    "": lambda value: value,
    "exp": math.exp,
    "percent_change": lambda value: 100 * math.expm1(value),  # of a difference of logs
    "negative": lambda value: -value,
    "absolute": abs,
    "complement": lambda value: 1 - value,
}


@dataclass(frozen=True)
class Number:
    """A number of the text.

    Attributes
    ----------
    key
        By which the text names it: words joined by full stops.
    select
        Column to value: the one row of results.
    column
        Whose value is printed; several for an interval.
    format
        How.
    table
        Of the results given to `evaluate`: ``estimates``, ``series``, ``tests`` or another name.
    transform
        One of `TRANSFORMS`, applied to each value.
    missing
        What is printed where results have no such row or value.
    """

    key: str
    select: Mapping[str, object]
    column: str | tuple[str, ...] = "estimate"
    format: Format = field(default_factory=as_text)
    table: str = "estimates"
    transform: str = ""
    missing: str = MISSING

    def __post_init__(self) -> None:
        """Refuse a key that the text could not name, or an unknown transform."""
        if not KEY.fullmatch(self.key):
            raise ValueError(
                f"{self.key!r} is no key of a number: small letters, digits and underscores, "
                "joined by full stops."
            )
        if self.transform not in TRANSFORMS:
            raise ValueError(
                f"The number {self.key!r} has the transform {self.transform!r}; known are "
                f"{', '.join(filter(None, TRANSFORMS))}."
            )


def evaluate(
    numbers: Iterable[Number], results: Mapping[str, pd.DataFrame]
) -> tuple[dict, dict[str, dict]]:
    """Print numbers from results.

    Parameters
    ----------
    numbers
        Declared.
    results
        Name of a table of results to the table.

    Returns
    -------
    texts, keys
        Texts nested by the words of the keys, and the trail of each key: ``table``, ``select``,
        ``column``, ``value`` (rounded, a list where there are several columns), ``text``,
        ``missing``.

    Raises
    ------
    ValueError
        If a key is declared twice or is the beginning of another, a column is not there, or several
        rows are meant.

    Examples
    --------
    >>> from guantian.present.format import fixed
    >>> rows = pd.DataFrame({"sample": ["zone"], "estimate": [0.123]})
    >>> texts, keys = evaluate([Number("zone.slope", {"sample": "zone"}, format=fixed(2)),
    ...                         Number("china.slope", {"sample": "china"}, format=fixed(2))],
    ...                        {"estimates": rows})
    >>> texts
    {'zone': {'slope': '0.12'}, 'china': {'slope': '–'}}
    >>> keys["china.slope"]["missing"]
    True
    """
    texts: dict = {}
    keys: dict[str, dict] = {}
    for number in numbers:
        if number.key in keys:
            raise ValueError(f"The number {number.key!r} is declared twice.")
        keys[number.key] = trail = _trail(number, results)
        *path, last = number.key.split(".")
        place = texts
        for word in path:
            place = place.setdefault(word, {})
            if not isinstance(place, dict):
                raise ValueError(f"The key {number.key!r} begins with the key of another number.")
        if last in place:
            raise ValueError(f"The key {number.key!r} is the beginning of another number's.")
        place[last] = trail["text"]
    return texts, keys


def write(texts: Mapping, keys: Mapping, path: str | Path, keys_path: str | Path) -> None:
    """Write ``numbers.json`` and ``numbers_keys.json`` with sorted keys."""
    for content, target in ((texts, path), (keys, keys_path)):
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        Path(target).write_text(text + "\n", encoding="utf-8")


def merge(*parts: Mapping) -> dict:
    """Merge nested texts; stop where two parts have one key.

    Examples
    --------
    >>> merge({"a": {"x": "1"}}, {"a": {"y": "2"}})
    {'a': {'x': '1', 'y': '2'}}
    """
    found: dict = {}
    for part in parts:
        for key, value in part.items():
            if isinstance(found.get(key), dict) and isinstance(value, Mapping):
                found[key] = merge(found[key], value)
            elif key in found:
                raise ValueError(f"The key {key!r} comes from two places.")
            else:
                found[key] = value
    return found


def keys_used(text: str, name: str) -> set[str]:
    """Return the keys of numbers that a Typst text names, as ``name.key``.

    Comments are no text. A key is followed by no bracket of a call unless the call is ``.at``.

    Examples
    --------
    >>> sorted(keys_used('Slope #n.zone.slope, #n.at("china").slope. // #n.old', "n"))
    ['china.slope', 'zone.slope']
    """
    text = re.sub(r"(?<!:)//[^\n]*", "", text)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    step = r"(?:\.at\(\"[a-z0-9_]+\"\)|\.[a-z0-9_]+)"
    found = set()
    for match in re.finditer(rf"(?<![\w.\"-]){re.escape(name)}({step}+)(?![\w(])", text):
        words = re.sub(r"\.at\(\"([a-z0-9_]+)\"\)", r".\1", match[1])
        found.add(words.lstrip("."))
    return found


def _trail(number: Number, results: Mapping[str, pd.DataFrame]) -> dict:
    if number.table not in results:
        raise ValueError(
            f"The number {number.key!r} is of {number.table!r}; results are "
            f"{', '.join(map(repr, results))}."
        )
    rows = results[number.table]
    columns = (number.column,) if isinstance(number.column, str) else tuple(number.column)
    if lacking := [name for name in (*number.select, *columns) if name not in rows]:
        raise ValueError(
            f"The number {number.key!r} names the column {lacking[0]!r}, which {number.table} do "
            "not have."
        )
    found = np.flatnonzero(fitting(rows, number.select))
    if len(found) > 1:
        raise ValueError(
            f"The number {number.key!r} means one row, but {len(found)} rows of {number.table} are "
            f"such: {dict(number.select)}."
        )
    trail = {
        "table": number.table,
        "select": {name: _plain(value) for name, value in number.select.items()},
        "column": list(columns) if len(columns) > 1 else columns[0],
        "transform": number.transform,
    }
    values = (
        [_value(rows[name].iloc[found[0]], number.transform) for name in columns]
        if len(found)
        else []
    )
    if not values or all(value is None for value in values):
        return trail | {"value": None, "text": number.missing, "missing": True}
    shown = values if len(values) > 1 else values[0]
    return trail | {"value": shown, "text": number.format(*values), "missing": False}


def _value(value: object, transform: str) -> object:
    value = _plain(value)
    if value is None or isinstance(value, str | bool):
        return value
    changed = TRANSFORMS[transform](value)
    return (
        float(round_significant(pd.Series([changed])).iloc[0])
        if isinstance(changed, float)
        else changed
    )


def _plain(value: object) -> object:
    """Return a value as JSON has it; missing is None."""
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.item() if hasattr(value, "item") else value
