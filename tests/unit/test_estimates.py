"""The tidy form of an estimate: what it takes, what it refuses, how it is rounded and kept."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from guantian.estimates import (
    COLUMNS,
    KEY,
    check,
    read_estimates,
    round_significant,
    tidy,
    with_detectable,
    write_estimates,
)
from regiometrics.inference import detectable, error_behind, holm

COMMON = {"analysis": "beta", "spec": "long", "sample": "zone", "outcome": "income"}
FINITE = st.floats(-1e300, 1e300, allow_nan=False)
SIZES = st.floats(1e-10, 1e14)  # sizes that estimates and figures have, p-values down to 1e-10
USUAL = st.one_of(st.just(0.0), SIZES, SIZES.map(lambda value: -value))


def rows(*terms, **more):
    return [{"term": term, "estimate": 1.0, **more} for term in terms]


def test_the_form_is_complete_whatever_is_given():
    frame = tidy(rows("b", "a"), **COMMON)
    assert list(frame.columns) == COLUMNS
    assert frame["term"].tolist() == ["a", "b"]
    assert frame["std_error"].isna().all() and frame["std_error"].dtype == "float64"
    assert frame["n_obs"].isna().all() and frame["n_obs"].dtype == "Int64"
    assert (frame["note"] == "").all()


def test_no_rows_give_an_empty_frame_of_the_form():
    assert list(tidy([]).columns) == COLUMNS and len(tidy([])) == 0


def test_a_row_overrides_what_is_common():
    frame = tidy([{"term": "a"}, {"term": "a", "sample": "nation"}], n_units=7, **COMMON)
    assert frame["sample"].tolist() == ["nation", "zone"]
    assert frame["n_units"].tolist() == [7, 7]


def test_an_unknown_column_is_named():
    with pytest.raises(ValueError, match=r"no column \['stderr'\].*std_error"):
        tidy(rows("a", stderr=0.1), **COMMON)


def test_a_count_that_is_not_whole_is_refused():
    with pytest.raises((TypeError, ValueError)):
        tidy(rows("a", n_obs=7.5), **COMMON)


def test_a_repeated_key_is_named():
    with pytest.raises(ValueError, match=r"'term': 'a'\} stands more than once"):
        tidy(rows("a", "b", "a"), **COMMON)


@pytest.mark.parametrize("limits", [(1.1, 2.0), (0.0, 0.9), (1.1, np.nan), (np.nan, 0.9)])
def test_an_estimate_outside_its_own_interval_is_refused(limits):
    low, high = limits
    with pytest.raises(ValueError, match=r"'term': 'a'.* is 1, outside its own interval"):
        tidy(rows("a", conf_low=low, conf_high=high), **COMMON)


@pytest.mark.parametrize("limits", [(1.0, 1.0), (np.nan, np.nan), (-np.inf, np.inf)])
def test_an_estimate_on_the_edge_or_without_interval_is_taken(limits):
    low, high = limits
    assert len(tidy(rows("a", conf_low=low, conf_high=high), **COMMON)) == 1


def test_a_frame_with_other_columns_is_refused():
    with pytest.raises(ValueError, match="Estimates have the columns"):
        check(tidy(rows("a"), **COMMON).drop(columns="note"))


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


def test_written_estimates_are_read_back(tmp_path):
    one = tidy(rows("b", conf_low=0.5, conf_high=1.5, n_obs=7), **COMMON)
    two = tidy([{"term": "a", "estimate": math.pi}], **COMMON)
    write_estimates([one, two], tmp_path / "estimates.parquet")
    back = read_estimates(tmp_path / "estimates.parquet")
    assert back["term"].tolist() == ["a", "b"]
    assert back["estimate"].tolist() == [3.141592654, 1.0]
    assert back["n_obs"].iloc[0] is pd.NA and back["n_obs"].iloc[1] == 7
    assert back.dtypes.astype(str).to_dict() == one.dtypes.astype(str).to_dict()


def test_same_estimates_give_the_same_bytes(tmp_path):
    """In any order, and with a last bit that differs as between two types of processor."""
    one, two = tidy(rows("b"), **COMMON), tidy([{"term": "a", "estimate": 0.1}], **COMMON)
    other = two.assign(estimate=np.nextafter(0.1, 1))
    assert other["estimate"].iloc[0] != 0.1
    write_estimates([one, two], tmp_path / "first.parquet")
    write_estimates([other, one], tmp_path / "second.parquet")
    first, second = (tmp_path / f"{name}.parquet" for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()


def test_estimates_that_repeat_across_frames_are_not_written(tmp_path):
    frame = tidy(rows("a"), **COMMON)
    with pytest.raises(ValueError, match="more than once"):
        write_estimates([frame, frame], tmp_path / "estimates.parquet")
    assert not (tmp_path / "estimates.parquet").exists()


def test_estimates_that_were_tampered_with_are_not_read(tmp_path):
    frame = tidy(rows("a"), **COMMON)
    pd.concat([frame, frame]).to_parquet(tmp_path / "estimates.parquet", index=False)
    with pytest.raises(ValueError, match="more than once"):
        read_estimates(tmp_path / "estimates.parquet")


def test_the_key_is_part_of_the_form():
    assert COLUMNS[: len(KEY)] == KEY and len(set(COLUMNS)) == len(COLUMNS)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_that_of_statsmodels(p_values):
    expected = multipletests(p_values, method="holm")[1]
    np.testing.assert_allclose(holm(p_values), expected, rtol=1e-12, atol=1e-15)


def test_holm_leaves_what_is_missing_out():
    np.testing.assert_allclose(holm([0.01, np.nan, 0.02]), [0.02, np.nan, 0.02])
    assert holm([]).size == 0


def inferred(estimate, error, low, high):
    row = {"estimate": estimate, "std_error": error, "conf_low": low, "conf_high": high}
    return tuple(float(value) for value in error_behind(row, 0.95))


def test_error_and_degrees_of_freedom_of_a_t_interval():
    reach = stats.t.ppf(0.975, 6) * 0.5
    error, df = inferred(2.0, 0.5, 2.0 - reach, 2.0 + reach)
    assert error == 0.5
    assert df == pytest.approx(6, abs=1e-6)  # by inverting the quantile of t


def test_a_normal_interval_has_infinite_degrees_of_freedom():
    reach = stats.norm.ppf(0.975)
    assert inferred(0.0, 1.0, -reach, reach) == (1.0, math.inf)
    assert inferred(0.0, 1.0, math.nan, math.nan) == (1.0, math.inf)  # an error and no interval


def test_the_error_of_quantiles_is_their_distance_in_normal_errors():
    """As of placebo zones or a wild bootstrap, whatever error stands beside."""
    assert inferred(0.5, math.nan, -0.98, 2.94)[0] == pytest.approx(1, abs=1e-4)
    assert inferred(0.5, 7.0, -0.98, 2.94)[0] == pytest.approx(1, abs=1e-4)
    assert inferred(0.5, 1.0, -math.inf, 2.0) == (math.inf, math.inf)


@pytest.mark.parametrize("df", [3.0, 18.0, math.inf])
def test_a_test_finds_the_detectable_effect_with_its_power(df):
    """Critical value and quantile of the power, of scipy's t as the oracle."""
    expected = 2 * (stats.t.ppf(0.95, df) + stats.t.ppf(0.8, df))
    assert detectable(2.0, df=df, confidence=0.9) == pytest.approx(expected, rel=1e-12)


def test_every_row_gets_its_detectable_effect():
    reach = stats.t.ppf(0.975, 6)
    frame = tidy(
        rows("a", std_error=1.0, conf_low=1 - reach, conf_high=1 + reach) + rows("b"), **COMMON
    )
    found = with_detectable(frame, 0.95)["detectable"]
    assert found[0] == pytest.approx(reach + stats.t.ppf(0.8, 6), rel=1e-6)
    assert math.isnan(found[1])
