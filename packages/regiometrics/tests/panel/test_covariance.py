"""Covariances against brute force, and limiting cases."""

import numpy as np
import pandas as pd
import pytest

from regiometrics.panel import Dependence, PanelError
from regiometrics.panel.covariance import (
    cluster_meat,
    conley_meat,
    distance_kernel,
    driscoll_kraay_meat,
    newey_west_meat,
    panel_corrected_meat,
    sandwich,
    small_sample_factor,
    white_meat,
)

T, N, K = 7, 12, 3
# Sums of some thousand products of order one in another order: rounding only.
ROUNDING = 1e-10


@pytest.fixture
def scores():
    return np.random.default_rng(5).standard_normal((T, N, K))


def brute(scores, weight):
    """Sum weight(i, t, j, s) × outer product over all pairs of observations."""
    meat = np.zeros((K, K))
    for t in range(T):
        for i in range(N):
            for s in range(T):
                for j in range(N):
                    meat += weight(i, t, j, s) * np.outer(scores[t, i], scores[s, j])
    return meat


UNIT, TIME = np.tile(np.arange(N), T), np.repeat(np.arange(T), N)


def bartlett(lag, lags):
    return max(0.0, 1 - lag / (lags + 1))


@pytest.mark.parametrize(
    ("meat", "weight"),
    [
        (lambda s: white_meat(s.reshape(-1, K)), lambda i, t, j, s: (i == j) * (t == s)),
        (lambda s: cluster_meat(s.reshape(-1, K), UNIT), lambda i, t, j, s: i == j),
        (
            lambda s: cluster_meat(s.reshape(-1, K), UNIT, TIME),
            lambda i, t, j, s: (i == j) or (t == s),
        ),
        (
            lambda s: cluster_meat(s.reshape(-1, K), UNIT % 4, TIME),
            lambda i, t, j, s: (i % 4 == j % 4) or (t == s),
        ),
        (
            lambda s: newey_west_meat(s, 2),
            lambda i, t, j, s: (i == j) * bartlett(abs(t - s), 2),
        ),
        (lambda s: driscoll_kraay_meat(s, 3), lambda i, t, j, s: bartlett(abs(t - s), 3)),
    ],
    ids=["white", "unit", "unit-time", "coarse-time", "newey-west", "driscoll-kraay"],
)
def test_meats_are_weighted_sums_over_pairs(scores, meat, weight):
    assert meat(scores) == pytest.approx(brute(scores, weight), abs=ROUNDING)


def test_conley_is_a_weighted_sum_over_pairs(scores):
    rng = np.random.default_rng(6)
    places = np.column_stack([rng.uniform(104, 110, N), rng.uniform(33, 36, N)])
    kernel = distance_kernel(places, 200)
    near = kernel.toarray()
    expected = brute(
        scores,
        lambda i, t, j, s: near[i, j] if t == s else (i == j) * bartlett(abs(t - s), 2),
    )
    assert conley_meat(scores, kernel, lags=2) == pytest.approx(expected, abs=ROUNDING)


def test_distances_are_great_circles_in_kilometres():
    # One degree along a meridian is 2πR/360 = 111.19508 km; the antipode is half of 2πR away.
    places = np.array([[0.0, 0.0], [0.0, 1.0], [0.0, 2.0], [180.0, 0.0]])
    kernel = distance_kernel(places, 200.0).toarray()
    assert kernel[0, 1] == pytest.approx(1 - 111.19508 / 200, abs=1e-7)
    assert kernel[0, 2] == 0
    assert (np.diag(kernel) == 1).all()
    assert (distance_kernel(places, 20015.2, "uniform").toarray() == 1).all()


def test_conley_nests_white_and_driscoll_kraay(scores):
    places = np.column_stack([np.linspace(100, 110, N), np.full(N, 34.0)])
    flat = scores.reshape(-1, K)
    alone = distance_kernel(places, 1e-3)
    everyone = distance_kernel(places, 1e5, "uniform")
    assert conley_meat(scores, alone) == pytest.approx(white_meat(flat), abs=ROUNDING)
    assert conley_meat(scores, everyone) == pytest.approx(
        driscoll_kraay_meat(scores, 0), abs=ROUNDING
    )


def test_one_cluster_an_observation_is_white(scores):
    flat = scores.reshape(-1, K)
    assert cluster_meat(flat, np.arange(T * N)) == pytest.approx(white_meat(flat), abs=ROUNDING)


def test_meats_agree_with_statsmodels(scores):
    from statsmodels.stats import sandwich_covariance as sm

    flat = scores.reshape(-1, K)
    assert cluster_meat(flat, UNIT) == pytest.approx(sm.S_crosssection(flat, UNIT), abs=ROUNDING)
    assert driscoll_kraay_meat(scores, 2) == pytest.approx(
        sm.S_hac_groupsum(flat, TIME, 2), abs=ROUNDING
    )
    by_unit = scores.transpose(1, 0, 2).reshape(-1, K)
    bounds = [(i * T, (i + 1) * T) for i in range(N)]
    assert newey_west_meat(scores, 2) == pytest.approx(
        sm.S_nw_panel(by_unit, [1, 2 / 3, 1 / 3], bounds), abs=ROUNDING
    )


def test_panel_corrected_meat_by_loops():
    rng = np.random.default_rng(7)
    X, residuals = rng.standard_normal((T, N, K)), rng.standard_normal((T, N))
    across = residuals.T @ residuals / T
    over = residuals @ residuals.T / N
    assert panel_corrected_meat(X, residuals) == pytest.approx(
        sum(X[t].T @ across @ X[t] for t in range(T)), abs=ROUNDING
    )
    assert panel_corrected_meat(X, residuals, "periods") == pytest.approx(
        sum(X[:, i].T @ over @ X[:, i] for i in range(N)), abs=ROUNDING
    )


def test_small_sample_factor_by_hand():
    assert small_sample_factor(10, 2) == 10 / 8
    assert small_sample_factor(10, 2, 5) == pytest.approx(9 / 8 * 5 / 4)


def test_dependence_picks_the_meat_it_names(scores):
    flat = scores.reshape(-1, K)
    kernel = distance_kernel(np.column_stack([np.linspace(100, 110, N), np.full(N, 34.0)]), 300)
    coarse = pd.Series(np.arange(N) % 4, index=pd.Index(list("abcdefghijkl"))[::-1])
    cases = {
        Dependence("robust", (T, N)): white_meat(flat),
        Dependence("clustered", (T, N)): cluster_meat(flat, UNIT),
        Dependence("clustered", (T, N), "time"): cluster_meat(flat, TIME),
        Dependence("clustered", (T, N), "twoway"): cluster_meat(flat, UNIT, TIME),
        # Labels are matched by unit, not by place.
        Dependence("clustered", (T, N), coarse, units=coarse.index[::-1]): cluster_meat(
            flat, (N - 1 - UNIT) % 4
        ),
        Dependence("newey-west", (T, N), lags=2): newey_west_meat(scores, 2),
        Dependence("driscoll-kraay", (T, N)): driscoll_kraay_meat(scores, 1),
        Dependence("conley", (T, N), lags=1, kernel=kernel): conley_meat(scores, kernel, 1),
    }
    for dependence, meat in cases.items():
        assert dependence.meat(flat) == pytest.approx(meat, abs=ROUNDING)


def test_factors_count_effects_that_no_cluster_nests():
    # fixest's rule, as on the cigarette panel: see tests/reference/test_panel_covariance.py.
    shape, factor = (30, 46), small_sample_factor
    assert Dependence("robust", shape).factor(2, "twoway") == factor(1380, 77)
    assert Dependence("clustered", shape).factor(2, "twoway") == factor(1380, 32, 46)
    assert Dependence("clustered", shape, "twoway").factor(2, "twoway") == factor(1380, 3, 30)
    assert Dependence("driscoll-kraay", shape).factor(2, "twoway") == factor(1380, 77, 30)
    assert Dependence("clustered", shape).factor(3, "none") == factor(1380, 3, 46)


def test_sandwich_is_symmetric():
    bread, meat = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([[1.0, 0.5], [0.5, 2.0]])
    result = sandwich(bread, meat)
    assert (result == result.T).all()
    assert result == pytest.approx(bread @ meat @ bread)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: small_sample_factor(3, 3), "no degree of freedom"),
        (lambda: small_sample_factor(9, 3, 1), "at least two to cluster"),
        (lambda: cluster_meat(np.ones((3, 1)), [1, 2]), r"expected \(3,\)"),
        (lambda: cluster_meat(np.ones((2, 1)), [1, 2], [1, 2], [1, 2]), "one or two"),
        (lambda: newey_west_meat(np.ones((3, 2, 1)), 3), "fewer lags"),
        (lambda: conley_meat(np.ones((3, 2, 1)), np.eye(3)), r"expected \(2, 2\)"),
        (lambda: distance_kernel(np.array([[0, 91.0]]), 1), "latitude within ±90"),
        (lambda: distance_kernel(np.array([[0, 1.0], [np.nan, 1.0]]), 1), "Row 1"),
        (lambda: distance_kernel(np.array([[0, 9.0]]), 0), "positive"),
        (lambda: distance_kernel(np.array([[0, 9.0]]), 1, "gauss"), "bartlett or uniform"),
        (lambda: panel_corrected_meat(np.ones((2, 2, 1)), np.ones((2, 2)), "x"), "units or"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(PanelError, match=sentence):
        call()


def test_labels_of_units_are_clusters_with_a_small_sample_factor():
    """Coarser clusters nest the units: only the years of two-way effects count."""
    labels = pd.Series(["p", "p", "q", "q", "r", "r"], list("abcdef"))
    dependence = Dependence("clustered", (4, 6), labels, units=pd.Index(list("abcdef")))
    expected = 3 / 2 * 23 / (24 - 2 - 1 - 3)
    assert dependence.factor(2, "twoway") == pytest.approx(expected)
