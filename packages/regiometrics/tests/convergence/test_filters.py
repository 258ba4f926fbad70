"""Trend filters and the sensitivity of log t to them."""

import numpy as np
import pandas as pd
import pytest

from regiometrics.convergence.clubs import club_convergence
from regiometrics.convergence.filters import hamilton, hodrick_prescott, remove_common_trend, trend
from regiometrics.convergence.sensitivity import adjusted_rand, log_t_sensitivity

T = np.arange(1, 31)[:, None]
YEARS = range(1991, 2021)
LINES = pd.DataFrame(9 + np.array([[0.0, 1.0, 2.0]]) + 0.03 * T, index=YEARS, columns=list("abc"))


@pytest.mark.parametrize("method", ["hodrick-prescott", "hamilton", "none"])
def test_a_straight_line_is_its_own_trend(method):
    filtered = trend(LINES, method)
    # All three solve the problem exactly; the penalty of 400 magnifies rounding.
    np.testing.assert_allclose(filtered, LINES.loc[filtered.index], rtol=1e-10)


def test_hodrick_prescott_solves_its_equations():
    """(I + lambda K'K) trend = series, with K the second differences."""
    rng = np.random.default_rng(0)
    logs = LINES + rng.normal(0, 0.05, LINES.shape)
    second = np.diff(np.eye(30), n=2, axis=0)
    expected = np.linalg.solve(np.eye(30) + 6.25 * second.T @ second, logs)
    np.testing.assert_allclose(hodrick_prescott(logs, smoothing=6.25), expected, rtol=1e-10)


def test_hamilton_by_hand_and_its_lost_periods():
    rng = np.random.default_rng(0)
    series = np.cumsum(rng.normal(size=30))
    logs = pd.DataFrame({"a": series}, index=YEARS)
    slope, constant = np.polyfit(series[:-2], series[2:], 1)
    np.testing.assert_allclose(hamilton(logs)["a"], constant + slope * series[:-2], rtol=1e-10)
    assert hamilton(logs).index[0] == 1993
    assert len(hamilton(logs, horizon=3, lags=2)) == 26
    with pytest.raises(ValueError, match="too few for Hamilton"):
        hamilton(logs.iloc[:5])


def test_without_the_common_trend_the_mean_stands_still_and_distances_stay():
    rest = remove_common_trend(LINES)
    np.testing.assert_allclose(rest.mean(axis=1), LINES.to_numpy().mean(), rtol=1e-14)
    np.testing.assert_allclose(rest["c"] - rest["a"], 2, rtol=1e-13)


def test_filters_refuse_gaps_and_unknown_names():
    with pytest.raises(ValueError, match="Period 1993, unit a: nan"):
        trend(LINES.drop(index=1993).reindex(YEARS))
    with pytest.raises(ValueError, match="method is 'butterworth'"):
        trend(LINES, "butterworth")


def test_common_growth_alone_makes_log_t_find_convergence():
    """Parallel lines keep their distance: only division by the growing mean lets H fall.

    At a growth of 0.3 a year the mean of logs doubles, so H falls though no unit nears another;
    with the trend removed H does not move and convergence is rejected.
    """
    rng = np.random.default_rng(3)
    parallel = 1 + np.array([[0.0, 0.5, 1.0]]) + 0.3 * T + rng.normal(0, 0.01, (30, 3))
    table = log_t_sensitivity(
        pd.DataFrame(np.exp(parallel), index=YEARS), filters=["none"], trims=[1 / 3]
    ).set_index("common_trend")
    assert table.loc["kept", "converges"]
    assert not table.loc["removed", "converges"]
    assert table.loc["removed", "beta"] < 0 < table.loc["kept", "beta"]


def test_sensitivity_has_one_row_per_combination_and_says_why_one_fails():
    levels = np.exp(LINES + np.array([[-1, 0.2, 1]]) * T**-0.5)
    table = log_t_sensitivity(
        levels,
        units={"yuan": 1, "a million": 1e6},
        trims=[0.25, 0.3],
        lasts=[2015, 2020],
        filters=["none", "hamilton"],
    )
    assert len(table) == 2 * 2 * 2 * 2 * 2
    fails = table["unit"] == "a million"
    assert table.loc[fails, "beta"].isna().all()
    assert table.loc[fails, "note"].str.contains("smaller unit").all()
    assert (table.loc[~fails, "note"] == "").all()
    first = table.iloc[0]
    again = club_convergence(np.log(levels.loc[:2015]), trim=0.25).overall
    assert (first["beta"], first["t"]) == (again.beta, again.t)
    assert first["agreement"] == 1
    with pytest.raises(ValueError, match="Period 2050"):
        log_t_sensitivity(levels, lasts=[2050])


def test_unit_of_measurement_shifts_the_slope():
    """Why the table exists: the same incomes in another unit give another slope."""
    levels = np.exp(LINES + np.array([[-1, 0.2, 1]]) * T**-0.5)
    table = log_t_sensitivity(
        levels, units={"yuan": 1, "thousand": 1e3}, filters=["none"], common_trends=["kept"]
    )
    slopes = table.groupby("unit")["beta"].mean()
    assert abs(slopes["yuan"] - slopes["thousand"]) > 0.1


def test_adjusted_rand_by_hand():
    """Six units, {abc}{def} against {ab}{cdef}: sums of pairs 4, 6 and 7 of 15.

    (4 - 42/15) / (6.5 - 42/15) = 1.2 / 3.7.
    """
    first = pd.Series([1, 1, 1, 2, 2, 2], list("abcdef"))
    second = pd.Series([1, 1, 2, 2, 2, 2], list("abcdef"))
    assert adjusted_rand(first, second) == pytest.approx(1.2 / 3.7, rel=1e-12)
    assert adjusted_rand(first, 3 - first) == 1
    diverging = pd.Series(0, list("abcdef"))
    assert adjusted_rand(diverging, diverging) == 1
    assert adjusted_rand(first, diverging) == 0
