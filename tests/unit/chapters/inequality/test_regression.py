"""Fits in bulk: against statsmodels, by hand, and draws under the null."""

import numpy as np
import pytest

from guantian.chapters.inequality.estimate.regression import (
    Errors,
    inference,
    least_squares,
    null_residuals,
)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(11)
    X = np.column_stack([rng.normal(size=(40, 2)), np.ones(40)])
    groups = np.repeat(np.arange(8), 5)
    y = X @ [-0.3, 0.2, 1.0] + rng.normal(size=40) + rng.normal(size=8)[groups]
    return y, X, groups, rng.uniform(0.5, 3, 40)


@pytest.mark.parametrize("weighted", [False, True])
def test_as_statsmodels(data, weighted):
    """The same least squares and sandwiches; 1e-9 leaves room for rounding only."""
    from statsmodels.api import WLS

    y, X, groups, weights = data
    weights = weights if weighted else np.ones(40)
    fit = least_squares(y, X, 0, weights)
    oracle = WLS(y, X, weights=weights)
    np.testing.assert_allclose(fit.params, oracle.fit().params, rtol=1e-9)
    hc3 = Errors("HC3").of(fit, fit.residuals[None])[0]
    assert hc3 == pytest.approx(oracle.fit(cov_type="HC3").bse[0], rel=1e-9)
    clustered = Errors("cluster", groups=groups).of(fit, fit.residuals[None])[0]
    theirs = oracle.fit(cov_type="cluster", cov_kwds={"groups": groups})
    assert clustered == pytest.approx(theirs.bse[0], rel=1e-9)


def test_conley_with_distant_places_is_white(data):
    """Nobody is near anybody else: HC1 remains."""
    from statsmodels.api import OLS

    y, X, _, _ = data
    fit = least_squares(y, X, 0)
    mine = Errors("conley", kernel=np.eye(40)).of(fit, fit.residuals[None])[0]
    assert mine == pytest.approx(OLS(y, X).fit(cov_type="HC1").bse[0], rel=1e-9)


def test_slope_by_hand():
    """Three cities at 0, 1, 2 that grow by 3, 2, 1: slope -1 and no residual."""
    X = np.column_stack([[0.0, 1, 2], np.ones(3)])
    fit = least_squares(np.array([3.0, 2, 1]), X, 0)
    assert fit.params[0] == pytest.approx(-1)
    np.testing.assert_allclose(fit.residuals, 0, atol=1e-12)


def test_own_dummy_does_not_blow_up_hc3(data):
    """A city with a dummy of its own has no residual; HC3 is that of the others."""
    y, X, _, _ = data
    dummy = np.eye(40)[:, [7]]
    with_dummy = least_squares(y, np.column_stack([X, dummy]), 0)
    keep = np.arange(40) != 7
    without = least_squares(y[keep], X[keep], 0)
    assert Errors("HC3").of(with_dummy, with_dummy.residuals[None])[0] == pytest.approx(
        Errors("HC3").of(without, without.residuals[None])[0], rel=1e-9
    )


def test_null_draws_are_fits_of_drawn_growth(data):
    """Draw growth under the null, fit it the long way: the same slope and residuals."""
    y, X, groups, weights = data
    fit = least_squares(y, X, 0, weights)
    rng = np.random.default_rng(2)
    multipliers = rng.choice([-1.0, 1.0], size=(3, 8))[:, groups]
    slopes, residuals = null_residuals(fit, multipliers)
    restricted = least_squares(y, X[:, 1:], 0, weights)
    root = np.sqrt(weights / weights.mean())
    for draw in range(3):
        fitted = X[:, 1:] @ restricted.params
        drawn = fitted + multipliers[draw] * restricted.residuals / root
        again = least_squares(drawn, X, 0, weights)
        assert slopes[draw] == pytest.approx(again.params[0], abs=1e-12)
        np.testing.assert_allclose(residuals[draw], again.residuals, atol=1e-12)


def test_refusals(data):
    y, X, _, _ = data
    with pytest.raises(ValueError, match="collinear"):
        least_squares(y, np.column_stack([X, X[:, 0]]), 0)
    with pytest.raises(ValueError, match="no degree of freedom"):
        least_squares(y[:3], X[:3], 0)
    fit = least_squares(y, X, 0)
    with pytest.raises(ValueError, match="'HC9'"):
        inference(fit, Errors("HC9"), 0.95)
