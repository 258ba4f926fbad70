"""How numbers are printed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guantian.present.format import (
    MINUS,
    MISSING,
    count_word,
    interval,
    joined,
    number,
    p_value,
    per_cent,
)


def parse(text):
    return float(text.replace(MINUS, "-").replace("\u202f", ""))


# Up to 1e9: there a double still has six decimals, so printing itself loses nothing.
@given(value=st.floats(-1e9, 1e9), decimals=st.integers(0, 6))
def test_a_printed_number_is_within_half_a_unit_of_its_last_decimal(value, decimals):
    """And the last bit of the double that is printed."""
    text = number(value, decimals)
    assert abs(parse(text) - value) <= 0.5 * 10.0**-decimals * (1 + 1e-12) + math.ulp(value)
    whole, _, fraction = text.partition(".")
    assert len(fraction) == decimals and "-" not in text and "," not in text
    groups = whole.removeprefix(MINUS).split("\u202f")
    assert 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])


@given(value=st.floats(0, 1e9), decimals=st.integers(0, 6))
def test_the_sign_is_a_true_minus_and_never_on_a_zero(value, decimals):
    positive, negative = number(value, decimals), number(-value, decimals)
    assert negative == (positive if parse(positive) == 0 else MINUS + positive)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234567.891, 1, "1\u202f234\u202f567.9"),
        (-1234.5, 0, f"{MINUS}1\u202f234"),  # half to even
        (999.999, 2, "1\u202f000.00"),
        (-0.004, 2, "0.00"),
        (math.inf, 1, "∞"),
        (-math.inf, 1, f"{MINUS}∞"),
        (math.nan, 1, MISSING),
        (None, 1, MISSING),
    ],
)
def test_numbers(value, decimals, text):
    assert number(value, decimals) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (-1.25, 0.5, f"[{MINUS}1.2, 0.5]"),
        (3, math.inf, "[3.0, ∞]"),
        (math.nan, math.nan, MISSING),
        (math.nan, 2, f"[{MISSING}, 2.0]"),
    ],
)
def test_intervals(low, high, text):
    assert interval(low, high, 1) == text


@given(st.floats(0, 1))
def test_a_p_value_is_never_printed_as_zero(value):
    text = p_value(value)
    assert text != "0.000"
    if text == "< 0.001":
        assert value < 0.0005
    else:  # half a unit of the third decimal
        assert abs(float(text) - value) <= 0.0005 * (1 + 1e-9)


def test_a_missing_p_value():
    assert p_value(math.nan) == MISSING


def test_per_cent():
    assert (per_cent(0.1234), per_cent(0.1234, 1), per_cent(math.nan)) == ("12", "12.3", MISSING)


def test_words_are_joined_and_small_counts_told_in_words():
    assert joined(["a", "b"]) == "a and b" and joined([]) == "none"
    assert joined(word for word in ("a", "b", "c")) == "a, b and c"
    assert [count_word(count) for count in (0, 12, 13)] == ["none", "twelve", "13"]
