"""How numbers are printed, in one place."""

from __future__ import annotations

import math
from collections.abc import Iterable

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
    if value is None or math.isnan(value):
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
    if math.isnan(value):
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
    >>> verdict(0.5, 0.9, 1, ("fell", "did not change detectably", "rose"))
    'fell'
    """
    below, across, above = words
    return below if high < reference else above if low > reference else across
