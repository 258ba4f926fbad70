"""The row of an estimate and its error, adjusted p-values, and detectable effects."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import DescrStatsW

from regiometrics.errors import PanelError
from regiometrics.inference import detectable, error_behind, holm, inference_row, tost


@pytest.mark.parametrize("df", [1, 6, 200.5, np.inf])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_it_is_what_the_distribution_says(df, confidence):
    law = stats.norm(-0.3, 0.2) if np.isinf(df) else stats.t(df, -0.3, 0.2)
    row = inference_row(-0.3, 0.2, confidence, df)
    assert row["statistic"] == pytest.approx(-1.5)
    # Rounding only: the same functions are behind scipy's distributions.
    assert row["p_value"] == pytest.approx(2 * law.sf(0), rel=1e-12)
    low, high = law.interval(confidence)
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((low, high), rel=1e-12)


def test_it_tests_against_the_value_given():
    row = inference_row(0.7, 0.2, 0.95, null=1.0)
    assert row["estimate"] == 0.7
    assert row["statistic"] == pytest.approx(-1.5)
    assert row["conf_low"] < 0.7 < row["conf_high"]  # around the estimate, not the null


@pytest.mark.parametrize("error", [0.0, np.nan])
def test_without_an_error_there_is_no_statistic(error):
    row = inference_row(0.7, error, 0.95, 6)
    assert np.isnan(row["statistic"]) and np.isnan(row["p_value"])


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
    """As of placebo zones or a wild bootstrap, whatever error is beside it."""
    assert inferred(0.5, math.nan, -0.98, 2.94)[0] == pytest.approx(1, abs=1e-4)
    assert inferred(0.5, 7.0, -0.98, 2.94)[0] == pytest.approx(1, abs=1e-4)
    assert inferred(0.5, 1.0, -math.inf, 2.0) == (math.inf, math.inf)


@pytest.mark.parametrize("df", [3.0, 18.0, math.inf])
def test_a_test_finds_the_detectable_effect_with_its_power(df):
    """Critical value and quantile of the power, of scipy's t as the oracle."""
    expected = 2 * (stats.t.ppf(0.95, df) + stats.t.ppf(0.8, df))
    assert detectable(2.0, df=df, confidence=0.9) == pytest.approx(expected, rel=1e-12)


def test_equivalence_is_that_of_statsmodels():
    values = np.random.default_rng(1).normal(0.3, 1.0, size=25)
    sample = DescrStatsW(values)
    expected = sample.ttost_mean(-0.8, 0.8)[0]
    found = tost(values.mean(), sample.std_mean, 0.8, df=24)
    assert found == pytest.approx(expected, rel=1e-12)  # the same distribution function


@given(st.floats(-3, 3), st.floats(0.05, 3), st.floats(0.1, 3), st.sampled_from([4, 30, np.inf]))
def test_equivalence_is_an_interval_inside_the_bounds(estimate, error, bound, df):
    law = stats.norm(estimate, error) if np.isinf(df) else stats.t(df, estimate, error)
    low, high = law.interval(0.9)
    if min(abs(low + bound), abs(high - bound)) > 1e-9:  # not on the edge, where rounding decides
        assert (tost(estimate, error, bound, df=df) < 0.05) == (-bound < low and high < bound)


def test_equivalence_without_an_error_or_bound():
    assert np.isnan(tost(0.1, np.nan, 1.0)) and np.isnan(tost(0.1, -1.0, 1.0))
    assert tost(0.1, np.inf, 1.0) == 0.5
    np.testing.assert_allclose(tost([5.0, 9.0], [0.1, 0.1], 1.0, null=5.0), [0, 1], atol=1e-12)
    for bound in (0.0, -1.0, np.inf, np.nan):
        with pytest.raises(PanelError, match="bound is"):
            tost(0.1, 1.0, bound)
    with pytest.raises(PanelError, match="null is"):
        tost(0.1, 1.0, 1.0, null=np.nan)
