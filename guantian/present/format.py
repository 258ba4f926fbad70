"""How numbers are printed, in one place."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from guantian import labels

MINUS = "\u2212"
MISSING = "–"
COUNTS = (
    *("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve"),
)


def number(value: float, decimals: int) -> str:
    """Print with fixed decimals and a true minus; infinity as ∞, missing as an en dash.

    Examples
    --------
    >>> number(-0.004, 2), number(float("inf"), 1), number(float("nan"), 1)
    ('0.00', '∞', '–')
    """
    if pd.isna(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    text = f"{value:,.{decimals}f}".replace(",", "\u202f")
    if text.startswith("-") and float(text.replace("\u202f", "")) == 0:
        text = text[1:]
    return text.replace("-", MINUS)


def decimals_for(*values: float, digits: int = 2) -> int:
    """Return the decimals that numbers of an unknown unit need, at most six.

    One value is shown to so many significant digits. Several, as an estimate with its interval,
    are told apart: their range is shown to so many.

    Examples
    --------
    >>> decimals_for(0.0123), decimals_for(0.963, 0.632, 1.467), decimals_for(152.3, 80.0)
    (3, 2, 0)
    """
    known = [value for value in values if math.isfinite(value)]
    size = max(known) - min(known) if len(known) > 1 else abs(known[0]) if known else 0
    if not size:
        return digits
    return min(max(0, digits - math.ceil(math.log10(size))), 6)


def interval(low: float, high: float, decimals: int) -> str:
    """Print an interval in brackets; missing where neither end is known."""
    if math.isnan(low) and math.isnan(high):
        return MISSING
    return f"[{number(low, decimals)}, {number(high, decimals)}]"


def spread(low: float, high: float, decimals: int) -> str:
    """Print a range of choices, which is no interval and does not look like one.

    Examples
    --------
    >>> spread(-0.5, 1.25, 1)
    '−0.5 to 1.2'
    """
    if math.isnan(low) or math.isnan(high):
        return MISSING
    return f"{number(low, decimals)} to {number(high, decimals)}"


def p_value(value: float) -> str:
    """Print a p-value: three decimals, never zero.

    Examples
    --------
    >>> p_value(0.04567), p_value(1e-9)
    ('0.046', '< 0.001')
    """
    if pd.isna(value):
        return MISSING
    return "< 0.001" if value < 0.0005 else f"{value:.3f}"


def count_word(count: int) -> str:
    """Print a count: in words to twelve, in digits above.

    Examples
    --------
    >>> count_word(0), count_word(7), count_word(1234)
    ('none', 'seven', '1\u202f234')
    """
    return COUNTS[count] if count < len(COUNTS) else number(count, 0)


def joined(items: Iterable[str]) -> str:
    """Join words as a sentence does.

    Examples
    --------
    >>> joined(["a", "b", "c"]), joined(["a"]), joined([])
    ('a, b and c', 'a', 'none')
    """
    *first, last = list(items) or ["none"]
    return f"{', '.join(first)} and {last}" if first else last


def per_cent(value: float, decimals: int = 0) -> str:
    """Print a share as a percentage without its sign."""
    return number(100 * value, decimals)


def verdict(low: float, high: float, reference: float, words: tuple[str, str, str]) -> str:
    """Say where an interval lies: words for below, across and above the reference.

    Examples
    --------
    >>> verdict(0.5, 0.9, 1, ("fell", "did not change significantly", "rose"))
    'fell'
    """
    below, across, above = words
    return below if high < reference else above if low > reference else across


@dataclass(frozen=True)
class Format:
    """How the values of a table's column, or a number of the text, are printed.

    Attributes
    ----------
    print
        Takes the values of the source columns, returns a text.
    align
        ``right`` for numbers, ``left`` for text.
    """

    print: Callable[..., str]
    align: str = "right"

    def __call__(self, *values: object) -> str:
        """Print the values; what is missing prints as an en dash."""
        return self.print(*values)


def fixed(decimals: int, scale: float = 1.0) -> Format:
    """Print a number times ``scale`` with fixed decimals.

    Examples
    --------
    >>> fixed(1, scale=100)(0.0456)
    '4.6'
    """
    return Format(lambda value: number(scale * _float(value), decimals))


def significant(digits: int = 2, scale: float = 1.0) -> Format:
    """Print a number times ``scale`` to so many significant digits.

    Examples
    --------
    >>> significant()(0.01234), significant()(152.3)
    ('0.012', '152')
    """

    def printed(value: object) -> str:
        size = scale * _float(value)
        return number(size, decimals_for(size, digits=digits))

    return Format(printed)


def count() -> Format:
    """Print a count with thin spaces between thousands."""
    return Format(lambda value: number(_float(value), 0))


def bounds(decimals: int, scale: float = 1.0) -> Format:
    """Print an interval of two columns, low and high.

    Examples
    --------
    >>> bounds(2)(-0.5, 0.25), bounds(2)(None, None)
    ('[−0.50, 0.25]', '–')
    """

    def printed(low: object, high: object) -> str:
        return interval(scale * _float(low), scale * _float(high), decimals)

    return Format(printed)


def estimate_with_interval(decimals: int, scale: float = 1.0) -> Format:
    """Print an estimate and its interval from three columns in one cell.

    Examples
    --------
    >>> estimate_with_interval(1)(1.25, 0.5, 2.0)
    '1.2 [0.5, 2.0]'
    """

    def printed(value: object, low: object, high: object) -> str:
        shown = number(scale * _float(value), decimals)
        within = interval(scale * _float(low), scale * _float(high), decimals)
        return shown if within == MISSING else f"{shown} {within}"

    return Format(printed)


def with_p(decimals: int, scale: float = 1.0) -> Format:
    """Print a value and, in brackets, its p-value, from two columns.

    Examples
    --------
    >>> with_p(2)(0.25, 0.04)
    '0.25 (0.040)'
    """
    return Format(
        lambda value, p: f"{number(scale * _float(value), decimals)} ({p_value(_float(p))})"
    )


def with_error(decimals: int, scale: float = 1.0) -> Format:
    """Print a value and, in brackets, its standard error, from two columns.

    Examples
    --------
    >>> with_error(2)(0.25, 0.1)
    '0.25 (0.10)'
    """

    def printed(value: object, error: object) -> str:
        shown, beside = (number(scale * _float(each), decimals) for each in (value, error))
        return f"{shown} ({beside})"

    return Format(printed)


def p_format() -> Format:
    """Print a p-value: three decimals, never zero."""
    return Format(lambda value: p_value(_float(value)))


def rank() -> Format:
    """Print a rank among draws and the zone itself, from the nearer end, of three columns.

    Examples
    --------
    >>> rank()(9, 999, "above")
    '9 of 1000 from above'
    """

    def printed(place: object, draws: object, end: object) -> str:
        return MISSING if _missing(place) else f"{place:.0f} of {draws + 1:.0f} from {end}"

    return Format(printed)


def ranked() -> Format:
    """Print a rank, as `rank` does, with its name and, of a fourth column, the disjoint groups.

    Examples
    --------
    >>> ranked()(9, 999, "above"), ranked()(2, 99, "below", 7), ranked()(None, None, "")
    ('rank 9 of 1000 from above', 'rank 2 of 100 from below; 7 disjoint groups', 'not ranked')
    """

    def printed(place: object, draws: object, end: object, groups: object = None) -> str:
        if _missing(place):
            return "not ranked"
        said = f"rank {rank()(place, draws, end)}"
        return said if _missing(groups) else f"{said}; {groups:.0f} disjoint groups"

    return Format(printed)


def placed(reference: float, words: tuple[str, str, str]) -> Format:
    """Say where an interval lies: words for below, across and above the reference.

    Examples
    --------
    >>> placed(0, ("below", "within", "above"))(0.1, 0.3)
    'above'
    """
    return Format(lambda low, high: verdict(_float(low), _float(high), reference, words), "left")


def as_text() -> Format:
    """Print a text as it is; what is missing prints as nothing."""
    return Format(lambda value: "" if _missing(value) else str(value), "left")


def year() -> Format:
    """Print a year: no separator, no decimals."""
    return Format(lambda value: MISSING if _missing(value) else str(int(value)))


def labelled(kind: str, form: labels.Form = "long") -> Format:
    """Print a key by its label.

    Examples
    --------
    >>> labelled("sample", "short")("region")
    'Region'
    """

    def printed(key: object) -> str:
        return "" if _missing(key) or key == "" else labels.label(kind, str(key), form)

    return Format(printed, "left")


def either(yes: str, no: str) -> Format:
    """Print a truth value as one of two texts."""
    return Format(lambda value: MISSING if _missing(value) else (yes if value else no), "left")


def by(formats: Mapping[object, Format], otherwise: Format | None = None) -> Format:
    """Choose the format by the value of the first source column, e.g. the outcome or the unit.

    Examples
    --------
    >>> by({"gap": fixed(1), "cosine": fixed(3)})("cosine", 0.98765)
    '0.988'

    Raises
    ------
    ValueError
        For a value that has no format, where ``otherwise`` is not given.
    """

    def printed(key: object, *values: object) -> str:
        chosen = formats.get(key, otherwise)
        if chosen is None:
            known = ", ".join(map(repr, formats))
            raise ValueError(
                f"No format is declared for {key!r}; formats are declared for {known}."
            )
        return chosen(*values)

    return Format(printed)


def _missing(value: object) -> bool:
    if value is None or type(value).__name__ == "NAType":
        return True
    return isinstance(value, float) and math.isnan(value)


def _float(value: object) -> float:
    return math.nan if _missing(value) else float(value)
