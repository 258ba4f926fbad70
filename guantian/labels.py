"""What keys are called, in which order and colour they are shown: one registry, `labels.yaml`.

A key of the results (a sample, an outcome, an estimator ...) has one label, one unit, one place in
the order and one *role*, and a role has one colour, mark and line in every figure. A label, a unit
or a colour is changed in `labels.yaml` and nowhere else.

Examples
--------
>>> label("sample", "zone"), label("sample", "region"), label("sample", "region", form="short")
('Zone', 'Western region', 'Region')
>>> unit("outcome", "gdp_growth_pct")
'percent a year'
>>> colour("zone"), mark("zone"), role("outcome", "gdp_growth_pct")
('#D55E00', 'o', 'chained')
>>> ordered("sample", ["china", "zone"])
['zone', 'china']
>>> label("sign", "up")
Traceback (most recent call last):
guantian.labels.LabelError: labels.yaml has no sign 'up'; it has positive, negative.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from guantian.data.variables import VARIABLES

Form = Literal["long", "short"]
FILE = Path(__file__).with_name("labels.yaml")
ROLES = "roles"
LEGIBLE = 4.5  # contrast of small text, WCAG 2 AA
FIELDS = {"label", "short", "unit", "role", "note", "same"}
_WORDS: ContextVar[Mapping[str, Mapping[str, str]]] = ContextVar("words")


class LabelError(KeyError):
    """A key that the registry does not have; the message names the keys that it has."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Label:
    """What a key is called.

    Attributes
    ----------
    label, short
        In full, and where there is little space.
    unit
        Of the values; empty where they have none.
    role
        By which it is drawn; empty where it has none.
    note
        A sentence for a reader; may be empty.
    """

    label: str
    short: str
    unit: str = ""
    role: str = ""
    note: str = ""


@dataclass(frozen=True)
class Style:
    """How a role is drawn: a colour, matplotlib's marker, and a line style."""

    colour: str
    mark: str
    line: str


def label(kind: str, key: str, form: Form = "long") -> str:
    """Return the label of a key.

    Parameters
    ----------
    kind
        A section of `labels.yaml`, or ``variable`` for a variable of the panel.
    key
        As it is written in results.
    form
        ``long``, or ``short`` for column headers and figures.

    Raises
    ------
    LabelError
        If the registry has no such kind or key.
    """
    found = entry(kind, key)
    return found.short if form == "short" else found.label


def unit(kind: str, key: str) -> str:
    """Return the unit of a key's values; empty where they have none."""
    return entry(kind, key).unit


def with_unit(kind: str, key: str, form: Form = "long") -> str:
    """Return the label with its unit in brackets, as an axis bears it.

    Examples
    --------
    >>> with_unit("outcome", "gap_gdp")
    'Fiscal gap over GDP (percent of GDP)'
    """
    text, measured = label(kind, key, form), unit(kind, key)
    return f"{text} ({measured})" if measured else text


def role(kind: str, key: str) -> str:
    """Return the role in which a key is drawn.

    Raises
    ------
    LabelError
        If the key has no role.
    """
    found = entry(kind, key).role
    if not found:
        raise LabelError(
            f"labels.yaml gives {kind} {key!r} no role; add `role:` to it to draw it in a colour."
        )
    return found


def colour(name: str) -> str:
    """Return the colour of a role."""
    return style(name).colour


def ink(name: str) -> str:
    """Return the colour of a role as text: darkened until it is legible on white (4.5 to 1).

    Examples
    --------
    >>> ink("region"), colour("across"), ink("across")
    ('#0072B2', '#56B4E9', '#397CA2')
    """
    channels = [int(colour(name)[i : i + 2], 16) for i in (1, 3, 5)]
    while contrast_with_white(channels) < LEGIBLE:
        channels = [int(0.97 * channel) for channel in channels]
    return "#" + "".join(f"{channel:02X}" for channel in channels)


def contrast_with_white(channels: Iterable[int]) -> float:
    """Return the contrast of a colour with white, from 1 to 21, after WCAG 2."""
    shares = [channel / 255 for channel in channels]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in shares]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def mark(name: str) -> str:
    """Return the mark of a role, as matplotlib names it."""
    return style(name).mark


def line(name: str) -> str:
    """Return the line style of a role, as matplotlib names it."""
    return style(name).line


def style(name: str) -> Style:
    """Return how a role is drawn."""
    return _find(_registry()[ROLES], ROLES, name)


def entry(kind: str, key: str) -> Label:
    """Return everything that the registry holds of a key."""
    if kind == "variable":
        return _variable(key)
    if kind == ROLES or kind not in _registry():
        raise LabelError(f"labels.yaml has no kind {kind!r}; it has {_listed(kinds())}.")
    found = _find(_registry()[kind], kind, key)
    said = _WORDS.get({}).get(kind, {}).get(key)
    return replace(found, label=said, short=said) if said else found


@contextmanager
def in_words(words: Mapping[str, Mapping[str, str]]) -> Iterator[None]:
    """Say labels in other words, as of another language, within a block; order and roles stay.

    Parameters
    ----------
    words
        Kind to key to text. What it lacks is said as in `labels.yaml`.

    Raises
    ------
    LabelError
        If it names a kind or a key that the registry does not have.

    Examples
    --------
    >>> with in_words({"sample": {"zone": "经济区"}}):
    ...     label("sample", "zone"), colour(role("sample", "zone")), label("sample", "china")
    ('经济区', '#D55E00', 'China')
    """
    for kind, texts in words.items():
        for key in texts:
            entry(kind, key)
    token = _WORDS.set(words)
    try:
        yield
    finally:
        _WORDS.reset(token)


def of_another_region() -> dict[str, dict[str, str]]:
    """Return the words for a region that is not the study's own, for `in_words`: the short labels.

    Examples
    --------
    >>> with in_words(of_another_region()):
    ...     label("sample", "region")
    'Region'
    """
    return {kind: {"region": label(kind, "region", "short")} for kind in ("sample", "donor_set")}


def kinds() -> list[str]:
    """Return the kinds of keys, in the order of the file."""
    return [name for name in _registry() if name != ROLES]


def keys(kind: str) -> list[str]:
    """Return the keys of a kind in their order; other names of a key are left out."""
    if kind != ROLES and kind not in _registry():
        raise LabelError(f"labels.yaml has no kind {kind!r}; it has {_listed(kinds())}.")
    return [key for key, value in _raw()[kind].items() if not _is_alias(value) and "*" not in key]


def ordered(kind: str, values: Iterable[str]) -> list[str]:
    """Return the values without repetitions, in the order of the registry.

    Values that a pattern matches follow in their own order.

    Raises
    ------
    LabelError
        For a value that the registry does not have.
    """
    found = list(dict.fromkeys(values))
    for value in found:
        entry(kind, value)
    if kind == "variable":
        return found
    places = {key: place for place, key in enumerate(_raw()[kind])}
    return sorted(found, key=lambda value: places.get(value, len(places)))


def position(kind: str, value: str) -> int:
    """Return a value's place in the order of its kind, for sorting; patterns come last."""
    entry(kind, value)
    names = list(_raw().get(kind, {}))
    return names.index(value) if value in names else len(names)


@cache
def _raw() -> dict[str, dict]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(FILE.read_text(encoding="utf-8"), loader)


@cache
def _registry() -> dict[str, dict]:
    return {kind: {key: _parsed(kind, key) for key in body} for kind, body in _raw().items()}


def _parsed(kind: str, key: str) -> Label | Style:
    value = _raw()[kind][key]
    if _is_alias(value):
        if value["same"] not in _raw()[kind]:
            raise LabelError(
                f"labels.yaml: {kind} {key!r} is the same as {value['same']!r}, which is not there."
            )
        return _parsed(kind, value["same"])
    if kind == ROLES:
        return Style(**value)
    if isinstance(value, str):
        return Label(value, value)
    if unknown := sorted(set(value) - FIELDS):
        raise LabelError(
            f"labels.yaml: {kind} {key!r} has a field {unknown[0]!r}; the fields are "
            f"{', '.join(sorted(FIELDS))}. A text with a comma needs quotation marks."
        )
    drawn = value.get("role", "")
    if drawn and drawn not in _raw()[ROLES]:
        raise LabelError(f"labels.yaml: {kind} {key!r} has the role {drawn!r}, which is not there.")
    return Label(
        value["label"],
        value.get("short", value["label"]),
        value.get("unit", ""),
        drawn,
        value.get("note", ""),
    )


def _is_alias(value: object) -> bool:
    return isinstance(value, dict) and "same" in value


def _find(known: Mapping, kind: str, key: str) -> Label | Style:
    if key in known:
        return known[key]
    for pattern, found in known.items():
        before, star, after = pattern.partition("*")
        if star and (matched := re.fullmatch(f"{re.escape(before)}(.+){re.escape(after)}", key)):
            return Label(
                found.label.format(matched[1]),
                found.short.format(matched[1]),
                found.unit,
                found.role,
                found.note,
            )
    name = kind.removesuffix("s") if kind == ROLES else kind
    raise LabelError(f"labels.yaml has no {name} {key!r}; it has {_listed(known)}.")


def _variable(name: str) -> Label:
    for variable in VARIABLES:
        if variable.name == name:
            return Label(variable.title, variable.title, variable.unit)
    raise LabelError(f"The panel has no variable {name!r}; guantian/data/variables.py lists them.")


def _listed(names: Iterable[str], most: int = 3) -> str:
    first, rest = list(names)[:most], list(names)[most:]
    return ", ".join(first) + (f" and {len(rest)} more" if rest else "")
