"""The edges of typed results: empty tables, bounds of intervals, rounding and its bytes."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from guantian.results import (
    TABLES,
    ResultError,
    estimates,
    round_significant,
    series,
    tests,
    with_mde,
    write,
)

COMMON = {
    "chapter": "convergence",
    "analysis": "beta",
    "variant": "long",
    "sample": "zone",
    "outcome": "income",
}
FINITE = st.floats(-1e300, 1e300, allow_nan=False)
SIZES = st.floats(1e-10, 1e14)  # sizes that estimates and figures have, p-values down to 1e-10
USUAL = st.one_of(st.just(0.0), SIZES, SIZES.map(lambda value: -value))


def terms(*names, **more):
    return [{"term": name, "estimate": 1.0, **more} for name in names]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "estimates").mkdir()
    return tmp_path / "estimates"


@pytest.mark.parametrize(
    ("build", "kind"), [(estimates, "estimates"), (series, "series"), (tests, "tests")]
)
def test_no_rows_give_an_empty_table_of_the_form(build, kind):
    frame = build([])
    assert list(frame.columns) == list(TABLES[kind]) and len(frame) == 0


@pytest.mark.parametrize("limits", [(1.1, 2.0), (0.0, 0.9), (1.1, np.nan), (np.nan, 0.9)])
def test_an_estimate_outside_its_own_interval_is_refused(limits):
    low, high = limits
    with pytest.raises(ResultError, match="term 'a' is 1, outside its own interval"):
        estimates(terms("a", conf_low=low, conf_high=high), **COMMON)


@pytest.mark.parametrize("limits", [(1.0, 1.0), (np.nan, np.nan), (-np.inf, np.inf)])
def test_an_estimate_on_the_edge_or_without_interval_is_taken(limits):
    low, high = limits
    assert len(estimates(terms("a", conf_low=low, conf_high=high), **COMMON)) == 1


# Rounding is exact or wrong: both sides are the double nearest to the same ten-digit decimal.
@given(st.lists(USUAL, min_size=1))
def test_rounding_is_within_half_a_unit_of_the_tenth_digit(values):
    """Half a unit of the tenth digit, and the last bit of the double that holds the result."""
    rounded = round_significant(pd.Series(values)).to_numpy()
    for value, result in zip(values, rounded, strict=True):
        unit = float(f"1e{f'{value:.9e}'.partition('e')[2]}") * 1e-9
        assert abs(result - value) <= 0.5 * unit * (1 + 1e-9) + 2 * np.spacing(abs(value))


@given(st.lists(FINITE, min_size=1))
def test_rounding_keeps_ten_significant_digits(values):
    rounded = round_significant(pd.Series(values))
    assert rounded.tolist() == [float(f"{value:.9e}") for value in values]


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_a_vanishing_p_value_does_not_become_missing():
    assert round_significant(pd.Series([1.5e-305])).tolist() == [1.5e-305]


@given(st.lists(USUAL, min_size=1))
def test_rounding_twice_is_rounding_once(values):
    once = round_significant(pd.Series(values))
    pd.testing.assert_series_equal(round_significant(once), once, check_exact=True)


def test_rounding_touches_floats_only_and_not_the_given_frame():
    frame = pd.DataFrame(
        {"x": [1 / 3, np.nan, np.inf, -0.0], "n": [1, 2, 3, 12345678901234], "s": list("abcd")},
        index=[5, 6, 7, 8],
    )
    before = frame.copy()
    rounded = round_significant(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert rounded["x"].iloc[0] == 0.3333333333
    assert math.isnan(rounded["x"].iloc[1]) and rounded["x"].iloc[2] == np.inf
    pd.testing.assert_frame_equal(rounded[["n", "s"]], frame[["n", "s"]])


def test_same_results_give_the_same_bytes(folder):
    """In any order, and with a last bit that differs as between two types of processor."""
    first = estimates(terms("b"), **COMMON)
    second = estimates([{"term": "a", "estimate": 0.1}], **COMMON)
    other = second.assign(estimate=np.nextafter(0.1, 1))
    assert other["estimate"].iloc[0] != 0.1
    write([first, second], folder / "one.parquet")
    write([other, first], folder / "two.parquet")
    assert (folder / "one.parquet").read_bytes() == (folder / "two.parquet").read_bytes()


def test_rows_that_repeat_across_tables_are_not_written(folder):
    frame = estimates(terms("a"), **COMMON)
    with pytest.raises(ResultError, match="more than once"):
        write([frame, frame], folder / "made.parquet")
    assert list(folder.iterdir()) == []


def test_every_estimate_with_an_error_gets_its_minimum_detectable_effect():
    reach = stats.t.ppf(0.975, 6)
    frame = estimates(
        terms("a", std_error=1.0, conf_low=1 - reach, conf_high=1 + reach)
        + terms("b")
        + terms("c", std_error=1.0, mde=7.0),
        **COMMON,
    )
    found = with_mde(frame, 0.95)["mde"]
    assert found[0] == pytest.approx(reach + stats.t.ppf(0.8, 6), rel=1e-6)
    assert math.isnan(found[1])
    assert found[2] == 7.0  # what is there already is kept
