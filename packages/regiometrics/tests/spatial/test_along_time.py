"""Unit means, first differences and common factors."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from regiometrics.spatial import Spatial2SLS, SpatialPanel, rook_lattice, simulate_panel
from regiometrics.spatial.errors import SpecificationError, UnsupportedPanelError

DATA = simulate_panel(25, 6, "sar", "none", rho=0.3, seed=1)
y, X, W = DATA.dependent, DATA.exog, DATA.weights


def test_means_and_differences_are_those_of_linearmodels():
    linearmodels = pytest.importorskip("linearmodels")
    means = SpatialPanel(y, X, W, model="slx", durbin=False, effects="between").fit()
    known = linearmodels.BetweenOLS(y, X.assign(const=1.0)).fit()
    assert_allclose(means.params[known.params.index], known.params, rtol=1e-10)
    changes = SpatialPanel(y, X, W, model="slx", durbin=False, effects="first-difference").fit(
        cov_type="clustered", debiased=False
    )
    known = linearmodels.FirstDifferenceOLS(y, X).fit(
        cov_type="clustered", cluster_entity=True, debiased=False
    )
    assert_allclose(changes.params, known.params, rtol=1e-10)
    assert_allclose(changes.std_errors, known.std_errors, rtol=1e-10)


@pytest.mark.parametrize("model", ["sar", "sem", "sdm"])
def test_transforms_are_models_of_transformed_data(model):
    """Spatial lags and transforms along time commute."""
    mean = SpatialPanel(y, X, W, model=model, effects="between").fit()
    last = pd.MultiIndex.from_product([range(25), [0]], names=["unit", "period"])
    by_hand = [frame.groupby(level=0).mean().set_axis(last) for frame in (y, X)]
    one = SpatialPanel(*by_hand, W, model=model, effects="none").fit()
    assert_allclose(mean.params, one.params, rtol=1e-8)
    assert_allclose(mean.std_errors, one.std_errors, rtol=1e-6)
    changed = SpatialPanel(y, X, W, model=model, effects="first-difference")
    wide = y.unstack(0).diff().dropna()
    assert_allclose(changed.design.y, wide, atol=1e-12)
    assert_allclose(changed.design.Wy, wide.to_numpy() @ W.toarray().T, atol=1e-12)
    assert "const" not in changed.fit().params


def with_factors(seed, n=49, T=15):
    rng = np.random.default_rng(seed)
    factors = 0.5 * rng.standard_normal((T, 2)).cumsum(axis=0)
    x = factors @ rng.normal(1, 0.5, (2, n)) + rng.standard_normal((T, n))
    mean = x + factors @ rng.normal(1, 0.5, (2, n)) + rng.standard_normal(n)
    matrix = rook_lattice(7, 7)
    u = mean + rng.standard_normal((T, n))
    outcome = np.linalg.solve(np.eye(n) - 0.3 * matrix.toarray(), u.T).T
    index = pd.MultiIndex.from_product([range(n), range(T)], names=["unit", "year"])
    return (
        pd.Series(outcome.T.ravel(), index, name="y"),
        pd.DataFrame({"x": x.T.ravel()}, index),
        matrix,
    )


def test_common_factors_are_taken_out():
    found = {"ml": [], "2sls": [], "twoway": []}
    for seed in range(40):
        panel = with_factors(seed)
        found["ml"].append(SpatialPanel(*panel, model="sar", effects="factors").fit())
        found["2sls"].append(Spatial2SLS(*panel, effects="factors").fit("robust"))
        found["twoway"].append(SpatialPanel(*panel, model="sar", effects="twoway").fit())
    for name in ("ml", "2sls"):
        fits = found[name]
        for term, true in (("rho", 0.3), ("x", 1.0)):
            gaps = np.array([fit.params[term] - true for fit in fits])
            # Averages are proxies: a bias of order 1/n is left.
            assert abs(gaps.mean()) < 4 * gaps.std() / np.sqrt(40) + 0.01
    spread = {name: np.std([fit.params["x"] for fit in fits]) for name, fits in found.items()}
    assert spread["ml"] < spread["twoway"]
    fit = found["ml"][0]
    assert fit.resids.index.names == ["unit", "year_component"]
    # A constant, the average outcome and the average regressor are gone.
    assert fit.n_periods == 15 - 3
    assert_allclose(fit.design.y.mean(axis=1), 0, atol=1e-12)


@pytest.mark.parametrize("effects", ["between", "first-difference", "factors"])
def test_what_transforms_along_time_refuse(effects):
    fit = SpatialPanel(y, X, W, model="sar", effects=effects).fit()
    with pytest.raises(SpecificationError, match="does not estimate levels"):
        fit.predict()
    for options in ({"dynamic": "time"}, {"serial": "ar1"}):
        with pytest.raises(SpecificationError, match="expected a static model"):
            SpatialPanel(y, X, W, model="sar", effects=effects, **options)
    with pytest.raises(SpecificationError, match="expected a static model"):
        Spatial2SLS(y, X, W, effects=effects, dynamic="time")


def test_factors_need_periods():
    first = y.index.get_level_values(1) < 4
    with pytest.raises(UnsupportedPanelError, match="averages are proxies"):
        SpatialPanel(y[first], X[first], W, model="sar", effects="factors")
