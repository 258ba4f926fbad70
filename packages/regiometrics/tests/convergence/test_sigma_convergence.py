"""Sigma convergence: arithmetic by hand, the exact test, the trend, and what it refuses."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from regiometrics.convergence.sigma import sigma_convergence
from regiometrics.convergence.trends import newey_west_trend

# Everything here repeats the same few sums and products in another order: what differs are the
# last bits, so 1e-9 relative is a wide margin; slips in a formula are orders of magnitude larger.
SAME = {"rel": 1e-9, "abs": 1e-12}

# Five cities; logs of the first and the last year, and two years between.
FIRST = np.array([-2.0, -1, 0, 1, 2])
LAST = np.array([-1.0, 1, 0, -1, 1])
YEARS = [2001, 2002, 2003, 2004]
UNITS = list("abcde")


def panel(*logs, years=YEARS):
    return pd.DataFrame(np.exp(np.array(logs)), index=years[: len(logs)], columns=UNITS)


@pytest.fixture(scope="module")
def five():
    return sigma_convergence(panel(FIRST, 0.5 * FIRST, 0.8 * LAST, LAST))


@pytest.fixture(scope="module")
def simulated():
    """Ten periods of nine units."""
    rng = np.random.default_rng(7)
    logs = 8 + rng.normal(0, 0.4, 9) + np.cumsum(rng.normal(0, 0.1, (10, 9)), axis=0)
    return pd.DataFrame(np.exp(logs), index=range(2000, 2010), columns=range(9))


def test_dispersion_by_hand():
    """Levels 1, 2, 4: logs 0, ln 2, 2 ln 2, deviations -ln 2, 0, ln 2, variance 2 (ln 2)^2 / 2.
    Mean 7/3, deviations -4/3, -1/3, 5/3, squares 42/9, over three 14/9, so cv = sqrt(2/7).
    """
    values = pd.DataFrame(
        [[1, 2, 4], [10, 20, 40], [3, 3, 3], [4, 1, 2]], index=YEARS, columns=list("abc")
    )
    dispersion = sigma_convergence(values).dispersion
    ln2 = math.log(2)
    assert dispersion["std_log"].tolist() == pytest.approx([ln2, ln2, 0, ln2], **SAME)
    cv = math.sqrt(2 / 7)
    assert dispersion["cv"].tolist() == pytest.approx([cv, cv, 0, cv], **SAME)
    assert dispersion.index.tolist() == YEARS


def test_ratio_by_hand(five):
    """Squares: first 4 + 1 + 0 + 1 + 4 = 10, last 1 + 1 + 0 + 1 + 1 = 4; ratio sqrt(4 / 10)."""
    assert five.ratio == pytest.approx(math.sqrt(0.4), **SAME)


def test_pitman_morgan_by_hand(five):
    """Difference (1, 2, 0, -2, -1), sum (-3, 0, 0, 0, 3): products -6, squares 10 and 18, so
    r = -6 / sqrt(180) = -1 / sqrt(5) and t = r sqrt(3) / sqrt(1 - r^2) = -sqrt(3) / 2. The
    distribution of t with 3 degrees of freedom is 1/2 + (u / (1 + u^2) + arctan u) / pi at
    u = t / sqrt(3) = 1/2.
    """
    p_value = 2 * (0.5 - (0.5 / 1.25 + math.atan(0.5)) / math.pi)
    assert five.ratio_pvalue == pytest.approx(p_value, **SAME)


@pytest.mark.parametrize("size", [3, 7, 40])
@pytest.mark.parametrize("seed", range(5))
def test_pitman_morgan_is_the_correlation_of_sum_and_difference(size, seed):
    rng = np.random.default_rng([size, seed])
    first = rng.normal(size=size)
    last = 0.6 * first + rng.normal(scale=0.7, size=size)
    logs = np.array([first, first, last, last])
    result = sigma_convergence(pd.DataFrame(np.exp(logs), index=YEARS))
    oracle = stats.pearsonr(last - first, last + first).pvalue
    assert result.ratio_pvalue == pytest.approx(oracle, **SAME)


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("seed", range(4))
def test_the_interval_holds_the_ratios_that_the_test_does_not_reject(confidence, seed):
    """At either end d, the test of last / d against first gives p = 1 - confidence exactly."""
    rng = np.random.default_rng(seed)
    first = rng.normal(size=7)
    last = 0.8 * first + rng.normal(scale=0.3, size=7)
    values = pd.DataFrame(np.exp([first, first, last, last]), index=YEARS)
    result = sigma_convergence(values, confidence)
    low, high = result.ratio_conf_int
    assert 0 < low < result.ratio < high
    for end in (low, high):
        p_value = stats.pearsonr(last / end - first, last / end + first).pvalue
        assert p_value == pytest.approx(1 - confidence, rel=1e-8)


def test_swapping_first_and_last_inverts_the_ratio(simulated):
    forward = sigma_convergence(simulated)
    backward = sigma_convergence(simulated.iloc[::-1].set_axis(simulated.index))
    low, high = forward.ratio_conf_int
    assert backward.ratio == pytest.approx(1 / forward.ratio, **SAME)
    assert backward.ratio_conf_int == pytest.approx((1 / high, 1 / low), **SAME)
    assert backward.ratio_pvalue == pytest.approx(forward.ratio_pvalue, **SAME)
    assert backward.trend == pytest.approx(-forward.trend, **SAME)


def test_trend_is_least_squares_with_newey_west_errors(simulated):
    """Bartlett weights 1 - l / (L + 1), sandwich times T / (T - 2), L = floor(4 (T/100)^(2/9));
    with ten years L = floor(4 * 0.5995) = 2.
    """
    result = sigma_convergence(simulated)
    y = np.log(simulated).std(axis=1, ddof=1).to_numpy()
    x = np.column_stack([np.ones(10), np.arange(2000, 2010) - 2004.5])
    inverse = np.linalg.inv(x.T @ x)
    slope = (inverse @ x.T @ y)[1]
    scores = x * (y - x @ inverse @ x.T @ y)[:, None]
    middle = scores.T @ scores
    for lag in (1, 2):
        cross = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / 3) * (cross + cross.T)
    error = math.sqrt((10 / 8) * (inverse @ middle @ inverse)[1, 1])
    assert result.lags == 2
    # What makes the t distribution hold at the residuals' autocorrelation: see the trend's tests.
    error *= newey_west_trend(pd.Series(y, range(2000, 2010))).calibration
    # Years near 2000 beside a constant leave the regressors almost collinear: the condition of
    # X'X costs about six of sixteen digits.
    assert result.trend == pytest.approx(slope, rel=1e-8)
    assert result.trend_std_error == pytest.approx(error, rel=1e-7)
    reach = stats.t.ppf(0.975, 8) * error
    assert result.trend_conf_int == pytest.approx((slope - reach, slope + reach), rel=1e-6)
    assert result.trend_pvalue == pytest.approx(2 * stats.t.sf(abs(slope / error), 8), rel=1e-6)


@pytest.mark.parametrize(("periods", "lags"), [(4, 1), (10, 2), (25, 2), (28, 3), (100, 4)])
def test_lags_follow_the_rule(periods, lags):
    """4 (T/100)^(2/9): 1.96, 2.40, 2.94, 3.01, 4."""
    rng = np.random.default_rng(periods)
    values = pd.DataFrame(rng.uniform(1, 2, (periods, 3)), index=range(periods))
    assert sigma_convergence(values).lags == lags


def test_prices_common_to_all_units_change_nothing(simulated):
    """A common deflator shifts all logs of a year equally; a currency shifts all logs."""
    deflator = np.linspace(1, 3, 10)
    one = sigma_convergence(simulated)
    other = sigma_convergence(6.5 * simulated.div(deflator, axis=0))
    pd.testing.assert_frame_equal(one.dispersion, other.dispersion, rtol=1e-9)
    for name in ("ratio", "ratio_conf_int", "ratio_pvalue"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), **SAME)
    for name in ("trend", "trend_std_error", "trend_pvalue"):  # see the trend test for 1e-6
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-6)


def test_order_of_rows_and_columns_does_not_matter(simulated):
    rng = np.random.default_rng(0)
    shuffled = simulated.iloc[rng.permutation(10), rng.permutation(9)]
    one, other = sigma_convergence(simulated), sigma_convergence(shuffled)
    assert other.dispersion.index.tolist() == simulated.index.tolist()
    assert one.ratio == pytest.approx(other.ratio, **SAME)
    assert one.trend == pytest.approx(other.trend, rel=1e-6)  # see the trend test


def test_what_went_in_is_told(simulated):
    result = sigma_convergence(simulated, confidence=0.9)
    assert (result.n_units, result.n_periods, result.confidence) == (9, 10, 0.9)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (np.nan, "Period 2003, unit b: nan where a positive number was expected"),
        (0.0, "Period 2003, unit b: 0.0 where a positive number"),
        (-3.5, "Period 2003, unit b: -3.5 where"),
        (np.inf, "Period 2003, unit b: inf where"),
    ],
)
def test_a_bad_value_is_named(bad, said):
    values = panel(FIRST, FIRST, FIRST, LAST)
    values.loc[2003, "b"] = bad
    with pytest.raises(ValueError, match=said):
        sigma_convergence(values)


@pytest.mark.parametrize("shape", [(3, 5), (4, 2)])
def test_too_few_units_or_periods_are_counted(shape):
    periods, units = shape
    said = f"has {units} units and {periods} periods; at least 3 units and 4 periods"
    with pytest.raises(ValueError, match=said):
        sigma_convergence(pd.DataFrame(np.ones(shape)))
