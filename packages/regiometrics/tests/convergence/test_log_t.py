"""Log t and its clubs: by hand on toys, by construction on panels whose clubs are known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiometrics.convergence import log_t
from regiometrics.convergence.clubs import club_convergence, transition_paths
from regiometrics.convergence.merging import (
    Club,
    absorb_divergent,
    merge_phillips_sul,
    merge_von_lyncker_thoennessen,
)

T = np.arange(1, 31)[:, None]
YEARS = range(1991, 2021)
GAPS = np.array([[-1.0, 0.2, 1.0]])


def closing(level, growth, rate=0.5):
    return level + growth * T + GAPS * T**-rate


def panel(*groups):
    array = np.hstack(groups)
    return pd.DataFrame(array, index=YEARS, columns=[f"u{i}" for i in range(array.shape[1])])


def test_variance_by_hand():
    """Logs 1 and 3: relative paths 0.5 and 1.5, mean squared distance from one 0.25."""
    logs = pd.DataFrame({"a": [1.0] * 6, "b": [3.0] * 6})
    h = log_t.group_variance(logs, np.array([[True, True]]))
    np.testing.assert_allclose(h, 0.25, rtol=1e-15)
    assert log_t.relative_transition(logs).iloc[0].tolist() == [0.5, 1.5]


def test_regression_against_least_squares_written_out():
    rng = np.random.default_rng(1)
    logs = panel(closing(10, 0.02)) + rng.normal(0, 0.01, (30, 3))
    result = log_t.log_t_test(logs, trim=0.3)
    time = np.arange(10, 31)  # [0.3 * 30] = 9 periods are left out
    h = result.variance.to_numpy()
    left = np.log(h[0] / h[9:]) - 2 * np.log(np.log(time))
    design = np.column_stack([np.ones(21), np.log(time)])
    coefficients, *_ = np.linalg.lstsq(design, left, rcond=None)
    lrv = long_run_variance_by_loops(left - design @ coefficients)
    error = np.sqrt(lrv * np.linalg.inv(design.T @ design)[1, 1])
    # Least squares by two routes in doubles.
    np.testing.assert_allclose([result.beta, result.std_error], [coefficients[1], error], rtol=1e-9)
    assert result.n_used == 21
    assert result.speed == result.beta / 2


def long_run_variance_by_loops(u):
    """Andrews' estimator, term by term, with the two conventions that the docstring states."""
    n = len(u)
    rho = sum(u[t] * u[t - 1] for t in range(1, n)) / sum(u[t] ** 2 for t in range(n - 1))
    bandwidth = 1.3221 * (4 * rho**2 / (1 - rho) ** 4 * n) ** 0.2
    total = sum(u**2)
    for lag in range(1, n - 1):
        x = lag / bandwidth
        z = 6 * np.pi * x / 5
        weight = 25 / (12 * np.pi**2 * x**2) * (np.sin(z) / z - np.cos(z))
        total += 2 * weight * sum(u[t] * u[t - lag] for t in range(lag, n - 1))
    return total / (n - 1)


def test_long_run_variance_of_white_noise_and_of_an_autoregression():
    """Means over 400 series of 2 000; true values 1 and 1 / (1 - 0.6)^2 = 6.25.

    The kernel's bias at this length is a few per cent for the autoregression; the sampling error of
    the mean is below 1 per cent.
    """
    rng = np.random.default_rng(2)
    shocks = rng.normal(size=(400, 2100))
    persistent = np.zeros_like(shocks)
    for t in range(1, 2100):
        persistent[:, t] = 0.6 * persistent[:, t - 1] + shocks[:, t]
    # Only the first lags carry weight, so the long sums stay cheap.
    assert log_t.long_run_variance(shocks[:, 100:400]).mean() == pytest.approx(1, rel=0.03)
    assert log_t.long_run_variance(persistent[:, 100:600]).mean() == pytest.approx(6.25, rel=0.1)


def test_slope_recovers_twice_the_rate():
    """H falls as t^(-2 rate) / (log t)^0, so b is 2 rate - 2 / (log t) on the trimmed span.

    With a flat mean and H = c t^(-2a) exactly, the left side is 2a log t - 2 log log t: the slope
    is that of the regression of the second term too, which is subtracted here.
    """
    for rate in (0.25, 0.5, 1.0):
        logs = panel(closing(10, 0, rate) - (GAPS * T**-rate).mean(axis=1, keepdims=True))
        result = log_t.log_t_test(logs)
        log_time = np.log(np.arange(11, 31))
        penalty = np.polyfit(log_time, 2 * np.log(log_time), 1)[0]
        assert result.beta == pytest.approx(2 * rate - penalty, rel=1e-9)


def test_two_clubs_and_a_unit_that_leaves():
    alone = 12 + 0.2 * T
    logs = panel(alone, closing(10, 0.05), closing(9, 0.01))
    result = club_convergence(logs)
    assert result.members.tolist() == [0, 1, 1, 1, 2, 2, 2]
    assert result.tests.index.tolist() == [1, 2]
    assert result.tests["n_units"].tolist() == [3, 3]
    assert not result.overall.converges
    paths = transition_paths(logs, result.members)
    assert paths.columns.tolist() == [0, 1, 2]
    assert (paths[1] > paths[2]).all()


def test_one_club_where_all_converge():
    result = club_convergence(panel(closing(10, 0.02)))
    assert result.members.tolist() == [1, 1, 1]
    assert result.tests.loc[1, "t"] == result.overall.t


def test_order_of_columns_and_rows_does_not_matter():
    logs = panel(12 + 0.2 * T, closing(10, 0.05), closing(9, 0.01))
    shuffled = logs.iloc[::-1, [3, 0, 6, 1, 5, 2, 4]]
    pd.testing.assert_series_equal(
        club_convergence(shuffled).members.sort_index(), club_convergence(logs).members
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 12))
def test_clubs_partition_the_units_and_pass_their_tests(seed, n):
    rng = np.random.default_rng(seed)
    logs = pd.DataFrame(9 + rng.normal(0, 0.3, n) + np.cumsum(rng.normal(0.05, 0.05, (20, n)), 0))
    result = club_convergence(logs, merge=None)
    assert sorted(set(result.members) - {0}) == result.tests.index.tolist()
    assert (result.tests["n_units"] >= 2).all()
    assert (result.tests["t"] > result.critical).all()
    merged = club_convergence(logs)
    # Merging joins whole clubs, and never takes in or lets go a unit.
    assert (merged.members.groupby(result.members).nunique() == 1).all()
    assert ((merged.members == 0) == (result.members == 0)).all()


def test_clubs_are_found_among_random_walks_too():
    """Why a club is a description: 40 panels of seven unrelated walks, every one with a club."""
    found = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        walks = 9.5 + rng.normal(0, 0.4, 7) + np.cumsum(rng.normal(0.08, 0.03, (19, 7)), axis=0)
        found.append(len(club_convergence(pd.DataFrame(walks)).tests))
    assert min(found) >= 1


class ByTable:
    """A tester whose t are given for each union of clubs (units are named by club)."""

    critical = -1.65

    def __init__(self, table):
        self.table = table

    def t(self, groups):
        return np.array([self.table[tuple(sorted(group))] for group in groups])


CLUBS = [Club((i,), (i + 1,)) for i in range(4)]


def test_phillips_sul_merges_greedily_and_lyncker_thoennessen_the_better_fit():
    """Clubs 1 and 2 fit, but 2 and 3 fit better: only the second rule waits for them."""
    table = {(0, 1): 0.5, (1, 2): 2.0, (2, 3): -3.0, (0, 1, 2): -2.0, (1, 2, 3): -4.0}
    greedy = merge_phillips_sul(CLUBS, ByTable(table))
    assert [club.origins for club in greedy] == [(1, 2), (3,), (4,)]
    patient = merge_von_lyncker_thoennessen(CLUBS, ByTable(table))
    assert [club.origins for club in patient] == [(1,), (2, 3), (4,)]


def test_divergent_units_join_the_best_club_one_by_one():
    table = {(0, 8): 1.0, (1, 8): 3.0, (0, 9): 2.0, (1, 9): 0.0, (1, 8, 9): -5.0}
    clubs, left = absorb_divergent(CLUBS[:2], [8, 9], ByTable(table))
    assert [club.units for club in clubs] == [(0, 9), (1, 8)]
    assert left == []
    clubs, left = absorb_divergent(CLUBS[:1], [8], ByTable({(0, 8): -2.0}))
    assert left == [8]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda p: p.mask(p == p.iloc[3, 1]), "Period 1994, unit u1: nan"),
        (lambda p: p - 11, "measure in a smaller unit"),
        (lambda p: p.drop(index=2000), "The period after 1999 is missing"),
        (lambda p: p.iloc[:5], "fewer than 4 remain"),
        (lambda p: p.assign(u1=p["u0"], u2=p["u0"]), "u0, u1, u2 are equal"),
        (lambda p: p.set_axis(["a", "b", "a"], axis=1), "Unit a occurs in the panel more"),
    ],
)
def test_refusals_name_the_place(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        log_t.log_t_test(change(panel(closing(10, 0.02))))


def test_unknown_choices_are_refused():
    logs = panel(closing(10, 0.02))
    with pytest.raises(ValueError, match="merge is 'all'"):
        club_convergence(logs, merge="all")
    with pytest.raises(ValueError, match="order_periods is 0"):
        club_convergence(logs, order_periods=0)
    with pytest.raises(ValueError, match="trim is 0"):
        log_t.log_t_test(logs, trim=0)
