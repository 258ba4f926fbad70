"""The wild cluster bootstrap against brute force, its size, its interval."""

import numpy as np
import pytest
from scipy import stats

from regiometrics.panel import PanelError
from regiometrics.panel.bootstrap import wild_cluster_bootstrap


def sample(rng, clusters=8, size=10, slope=0.0):
    groups = np.repeat(np.arange(clusters), size)
    x = rng.standard_normal(clusters)[groups] + rng.standard_normal(clusters * size)
    error = rng.standard_normal(clusters)[groups] + rng.standard_normal(clusters * size)
    X = np.column_stack([np.ones(clusters * size), x])
    return slope * x + error, X, groups


def brute_t(y, X, groups, null):
    beta, *_ = np.linalg.lstsq(X, y, rcond=None)
    bread, residuals = np.linalg.inv(X.T @ X), y - X @ beta
    meat = np.zeros((2, 2))
    for g in np.unique(groups):
        score = X[groups == g].T @ residuals[groups == g]
        meat += np.outer(score, score)
    G, N = len(np.unique(groups)), len(y)
    variance = (bread @ meat @ bread)[1, 1] * G / (G - 1) * (N - 1) / (N - 2)
    return (beta[1] - null) / np.sqrt(variance)


@pytest.mark.parametrize("impose_null", [True, False])
def test_enumerated_draws_match_regressions_one_by_one(impose_null):
    y, X, groups = sample(np.random.default_rng(1), clusters=6)
    null = 0.1
    result = wild_cluster_bootstrap(
        y, X, groups, 1, null=null, weights="rademacher", impose_null=impose_null, seed=0
    )
    beta, *_ = np.linalg.lstsq(X, y, rcond=None)
    if impose_null:
        level = np.mean(y - null * X[:, 1])
        fitted = level + null * X[:, 1]
    else:
        fitted = X @ beta
    residuals = y - fitted
    centre = null if impose_null else beta[1]
    stars = []
    for pattern in range(2**6):
        signs = np.array([1.0 if pattern >> g & 1 else -1.0 for g in range(6)])
        stars.append(brute_t(fitted + signs[groups] * residuals, X, groups, centre))
    t = brute_t(y, X, groups, null)
    assert result.enumerated
    assert result.n_draws == 64
    assert result.statistic == pytest.approx(t, rel=1e-10)
    assert result.p_value == np.mean(np.abs(stars) >= abs(t) - 1e-9)


def test_size_with_eight_clusters_where_the_normal_test_fails():
    # 400 samples, 5% test: a right test rejects 11 to 31 times (binomial, 99.9%).
    rng = np.random.default_rng(2)
    rejected = normal = 0
    for seed in range(400):
        y, X, groups = sample(rng)
        result = wild_cluster_bootstrap(y, X, groups, 1, draws=199, seed=seed)
        rejected += result.p_value < 0.05
        normal += abs(result.statistic) > 1.96
    low, high = stats.binom.interval(0.999, 400, 0.05)
    assert low <= rejected <= high
    assert normal > high


def test_interval_holds_the_values_not_rejected():
    y, X, groups = sample(np.random.default_rng(3), clusters=14, slope=1.0)
    result = wild_cluster_bootstrap(y, X, groups, 1, draws=999, seed=4)
    low, high = result.interval()
    assert low < result.estimate < high
    for end, outwards in ((low, -1), (high, 1)):
        step = 1e-3 * (high - low) * outwards
        inside = wild_cluster_bootstrap(y, X, groups, 1, null=end - step, draws=999, seed=4)
        outside = wild_cluster_bootstrap(y, X, groups, 1, null=end + step, draws=999, seed=4)
        assert inside.p_value > 0.05 >= outside.p_value


def test_webb_weights_have_mean_zero_and_variance_one():
    from regiometrics.panel.bootstrap import WEBB

    points = np.concatenate([-WEBB, WEBB])
    assert points.mean() == pytest.approx(0, abs=1e-15)
    assert (points**2).mean() == pytest.approx(1)
    y, X, groups = sample(np.random.default_rng(5))
    assert wild_cluster_bootstrap(y, X, groups, 1, draws=99, seed=0).weights == "webb"


def test_the_seed_alone_decides():
    y, X, groups = sample(np.random.default_rng(6))
    first, again, other = (
        wild_cluster_bootstrap(y, X, groups, 1, draws=999, seed=seed).p_value for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"groups": np.zeros(80)}, "1 clusters"),
        ({"groups": np.zeros(3)}, "one row each"),
        ({"weights": "normal"}, "rademacher or webb"),
        ({"X": np.ones((80, 2))}, "collinear"),
        ({"draws": 0}, "draws is 0; expected a whole number"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(change, sentence):
    y, X, groups = sample(np.random.default_rng(7))
    arguments = {"y": y, "X": X, "groups": groups, "term": 1, "seed": 0} | change
    with pytest.raises(PanelError, match=sentence):
        wild_cluster_bootstrap(**arguments)


@pytest.mark.parametrize("level", [95, 0, 1.0, float("nan"), "0.95"])
def test_levels_are_between_zero_and_one(level):
    y, X, groups = sample(np.random.default_rng(7))
    result = wild_cluster_bootstrap(y, X, groups, 1, draws=99, seed=0)
    with pytest.raises(PanelError, match="expected a number between 0 and 1"):
        result.conf_int(level)
