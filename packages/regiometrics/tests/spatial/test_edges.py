"""Where the spatial estimators refuse, stop or fall back, and what they say."""

import numpy as np
import pandas as pd
import pytest

from regiometrics.spatial import (
    SeveralLags,
    Spatial2SLS,
    SpatialPanel,
    compare_weights,
    rook_lattice,
    simulate_panel,
)
from regiometrics.spatial.errors import ConvergenceError, PerfectFitError, SpecificationError

N, T = 25, 6


def drawn(model="sar", effects="twoway", seed=1, **options):
    return simulate_panel(N, T, model, effects, seed=seed, **options)


def perfect():
    """An outcome far below zero that is a regressor but for a number."""
    data = drawn()
    y = (3 * data.exog["x1"] - 50).rename("y")
    return y, data.exog, data.weights


@pytest.mark.parametrize(
    ("model", "effects", "options"),
    [
        ("sar", "twoway", {}),
        ("slx", "unit", {}),
        ("sem", "random", {}),
        ("sar", "random", {}),
        ("sem", "none", {"serial": "ar1"}),
    ],
)
def test_an_outcome_made_of_regressors_is_refused(model, effects, options):
    y, X, W = perfect()
    with pytest.raises(PerfectFitError, match="reproduce the outcome 'y'"):
        SpatialPanel(y, X, W, model=model, effects=effects, **options).fit()


def test_other_estimators_refuse_it_too():
    y, X, W = perfect()
    with pytest.raises(PerfectFitError, match="reproduce the outcome 'y'"):
        Spatial2SLS(y, X, W).fit()
    with pytest.raises(PerfectFitError, match="reproduce the outcome 'y'"):
        compare_weights(y, X, {"rook": W}, models="sar")
    other = np.roll(np.eye(N), 1, axis=1)
    with pytest.raises(PerfectFitError, match="reproduce the outcome 'y'"):
        SeveralLags(y, X, {"rook": W, "ring": other}).fit()
    with (
        pytest.warns(UserWarning, match="1 of 150 observations are missing"),
        pytest.raises(PerfectFitError, match="reproduce the outcome 'y'"),
    ):
        SpatialPanel(y.drop(y.index[3]), X.drop(X.index[3]), W, model="sar").fit()


@pytest.mark.parametrize("models", [[], (), 5, None])
def test_models_to_compare_are_named(models):
    data = drawn()
    with pytest.raises(SpecificationError, match="expected names of models"):
        compare_weights(data.dependent, data.exog, {"rook": data.weights}, models=models)


def test_models_to_compare_exist():
    data = drawn()
    with pytest.raises(SpecificationError, match="models is 'sdx'; expected one of 'slx'"):
        compare_weights(data.dependent, data.exog, {"rook": data.weights}, models="sdx")
    with pytest.raises(SpecificationError, match="whose flat priors do not cancel"):
        compare_weights(data.dependent, data.exog, {"rook": data.weights}, models=["sdm", "sar"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model", "sarar"),
        ("effects", "fixed"),
        ("dynamic", "space"),
        ("random_errors", "kkp2"),
        ("islands", "yes"),
        ("serial", "ar2"),
        ("serial", 1),
    ],
)
def test_an_option_that_does_not_exist_is_named(name, value):
    data = drawn()
    with pytest.raises(SpecificationError, match=f"{name} is {value!r}; expected one of"):
        SpatialPanel(data.dependent, data.exog, data.weights, **{name: value})


@pytest.mark.parametrize("horizons", [-1, 1.5])
def test_horizons_are_counts(horizons):
    data = drawn("sdm", "unit", rho=0.2, gamma=0.3)
    fit = SpatialPanel(
        data.dependent, data.exog, data.weights, effects="unit", dynamic="time"
    ).fit()
    with pytest.raises(SpecificationError, match="horizons"):
        fit.impact_path(horizons)
    assert fit.impact_path(0).index.get_level_values(0).unique().tolist() == [0]


def test_a_search_that_stops_on_a_slope_is_refused():
    data = drawn(rho=0.3)
    likelihood = SpatialPanel(data.dependent, data.exog, data.weights, model="sar").fit().likelihood
    # Curvature without end makes the first step the last.
    likelihood._hessian = lambda point: np.array([[-1e30]])
    with pytest.raises(ConvergenceError, match="expected zero: it was not maximised"):
        likelihood.maximise(start=(-0.5, 0.0))


def test_a_random_effect_without_variance_leaves_the_errors_of_no_effect():
    """Units' means whose variance is below what errors alone give: phi is zero."""
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product([range(N), range(T)], names=["unit", "period"])
    X = pd.DataFrame({"x1": rng.standard_normal(N * T)}, index)
    e = rng.standard_normal((N, T))
    e = e - 0.9 * e.mean(axis=1, keepdims=True)
    y = (1 + X["x1"] + e.ravel()).rename("y")
    W = rook_lattice(5, 5)
    none = SpatialPanel(y, X, W, model="slx", effects="none", serial="ar1").fit()
    with pytest.warns(UserWarning, match="estimated as zero"):
        random = SpatialPanel(y, X, W, model="slx", effects="random", serial="ar1").fit()
    assert random.loglik == pytest.approx(none.loglik, abs=1e-6)
    np.testing.assert_allclose(random.std_errors, none.std_errors, rtol=1e-3)
    found = none.information
    assert (found.kurtosis, found.skewness, found.error, found.kind) == (0, 0, 0, "observed")
    assert none.approximation_error["traces"] == 0.0


def test_shocks_of_periods_are_errors_beside_random_effects():
    """Unit and period effects would leave nothing; random effects of units leave the periods'."""
    data = drawn("sem", "random", lambda_=0.2)
    rng = np.random.default_rng(0)
    shocks = np.add.outer(rng.standard_normal(N), rng.standard_normal(T)).ravel()
    y = (3 * data.exog["x1"] + shocks).rename("y")
    fit = SpatialPanel(y, data.exog, data.weights, model="slx", effects="random").fit()
    assert fit.params["x1"] == pytest.approx(3.0, abs=0.5)
