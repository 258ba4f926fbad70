"""Tables of results: what they take, what they refuse, how they are rounded and kept."""

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
    check,
    estimates,
    find,
    one,
    read,
    round_significant,
    rows,
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


def test_the_form_is_complete_whatever_is_given():
    frame = estimates(terms("b", "a"), **COMMON)
    assert list(frame.columns) == list(TABLES["estimates"])
    assert frame["term"].tolist() == ["a", "b"]
    assert frame["std_error"].isna().all() and frame["std_error"].dtype == "float64"
    assert frame["n_obs"].isna().all() and frame["n_obs"].dtype == "Int64"
    assert (frame["note"] == "").all()


@pytest.mark.parametrize(
    ("build", "kind"), [(estimates, "estimates"), (series, "series"), (tests, "tests")]
)
def test_no_rows_give_an_empty_table_of_the_form(build, kind):
    frame = build([])
    assert list(frame.columns) == list(TABLES[kind]) and len(frame) == 0


def test_a_row_overrides_what_is_common():
    frame = estimates([{"term": "a"}, {"term": "a", "sample": "nation"}], n_units=7, **COMMON)
    assert frame["sample"].tolist() == ["nation", "zone"]
    assert frame["n_units"].tolist() == [7, 7]


def test_an_unknown_column_is_named():
    with pytest.raises(ResultError, match=r"has no column stderr; .*std_error"):
        estimates(terms("a", stderr=0.1), **COMMON)


@pytest.mark.parametrize(
    ("column", "value", "wanted"),
    [
        ("note", 7, "text"),
        ("year", "soon", "a whole number"),
        ("n_obs", 7.5, "a whole number"),
        ("p_value", "*", "a number"),
    ],
)
def test_a_value_of_the_wrong_type_is_named(column, value, wanted):
    with pytest.raises(ResultError, match=f"{column} .* not {wanted}: .*is among its values"):
        estimates(terms("a", **{column: value}), **COMMON)


def test_a_rank_is_counted_from_an_end_that_is_known():
    with pytest.raises(ResultError, match=r"rank_from 'left'; expected one of .*above, below"):
        estimates(terms("a", rank_from="left"), **COMMON)


def test_a_repeated_key_is_named():
    with pytest.raises(ResultError, match="term 'a' appears more than once among the estimates"):
        estimates(terms("a", "b", "a"), **COMMON)


@pytest.mark.parametrize("limits", [(1.1, 2.0), (0.0, 0.9), (1.1, np.nan), (np.nan, 0.9)])
def test_an_estimate_outside_its_own_interval_is_refused(limits):
    low, high = limits
    with pytest.raises(ResultError, match="term 'a' is 1, outside its own interval"):
        estimates(terms("a", conf_low=low, conf_high=high), **COMMON)


@pytest.mark.parametrize("limits", [(1.0, 1.0), (np.nan, np.nan), (-np.inf, np.inf)])
def test_an_estimate_on_the_edge_or_without_interval_is_taken(limits):
    low, high = limits
    assert len(estimates(terms("a", conf_low=low, conf_high=high), **COMMON)) == 1


def test_rows_are_chosen_by_their_columns():
    frame = estimates([*terms("a", "b", year=2009), *terms("a", year=2010)], **COMMON)
    assert rows(frame, term="a", year=[2009, 2011])["year"].tolist() == [2009]
    assert len(rows(frame, unit=None)) == 3 and rows(frame, year=None).empty
    assert find(frame, term="c") is None
    assert one(frame, term="b").year == 2009
    with pytest.raises(ResultError, match="2 rows have term 'a'; name year as well"):
        one(frame, term="a")
    with pytest.raises(ResultError, match="with the keys before it, year is one of '2009'"):
        one(frame, term="b", year=2010)
    with pytest.raises(ResultError, match="no column 'years'"):
        rows(frame, years=2009)


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


def test_written_results_are_read_back(folder):
    first = estimates(terms("b", conf_low=0.5, conf_high=1.5, n_obs=7), **COMMON)
    second = estimates([{"term": "a", "estimate": math.pi}], **COMMON)
    written = write([first, second], folder / "made.parquet")
    back = read(folder / "made.parquet")
    pd.testing.assert_frame_equal(back, written, check_dtype=False)
    assert back["term"].tolist() == ["a", "b"]
    assert back["estimate"].tolist() == [3.141592654, 1.0]
    assert back["n_obs"].iloc[0] is pd.NA and back["n_obs"].iloc[1] == 7


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


def test_results_are_kept_in_folders_named_by_their_kind(tmp_path):
    with pytest.raises(ResultError, match="folders named estimates, series, tests"):
        write([estimates(terms("a"), **COMMON)], tmp_path / "made.parquet")


def test_a_file_that_is_no_table_of_results_is_refused(folder):
    frame = estimates(terms("a"), **COMMON)
    frame.drop(columns="note").to_parquet(folder / "less.parquet", index=False)
    with pytest.raises(ResultError, match="not a table of results: make it again"):
        read(folder / "less.parquet")


def test_a_table_with_a_column_that_it_should_not_have_is_refused():
    with pytest.raises(ResultError, match="no column std_error"):
        check("series", series([]).assign(std_error=1.0))


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
