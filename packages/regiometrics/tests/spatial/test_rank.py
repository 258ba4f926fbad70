"""Regressors close to collinear, and samples that leave no error to measure."""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from regiometrics.spatial import Spatial2SLS, SpatialPanel, lm_tests, simulate_panel
from regiometrics.spatial.errors import (
    AbsorbedRegressorError,
    CollinearRegressorsError,
    PerfectFitError,
    SpatialError,
)

DATA = simulate_panel(36, 8, "sdm", "none", rho=0.3, seed=6)
y, X, W = DATA.dependent, DATA.exog, DATA.weights
MODELS = ("slx", "sar", "sem", "sdm", "sac")


@pytest.mark.parametrize("gap", [1e-4, 1e-6, 1e-8])
@pytest.mark.parametrize("effects", ["none", "twoway"])
def test_nearly_collinear_regressors_keep_their_digits(gap, effects):
    """x3 = x1 + gap z has the coefficient of z over the gap, exactly."""
    z = np.random.default_rng(0).standard_normal(len(X))
    near = X.assign(x3=X["x1"] + gap * z)
    # What x3 holds of z, rounding included.
    apart = X.assign(z=(near["x3"] - X["x1"]) / gap)
    for model in ("slx", "sar", "sem"):
        options = {"model": model, "effects": effects}
        options |= {"durbin": False} if model == "slx" else {}
        a, b = (SpatialPanel(y, frame, W, **options).fit() for frame in (near, apart))
        # Rounding of x3 itself is 1e-16 over the gap.
        digits = max(1e-9, 1e-14 / gap)
        assert a.params["x3"] * gap == pytest.approx(b.params["z"], rel=digits)
        assert a.std_errors["x3"] * gap == pytest.approx(b.std_errors["z"], rel=max(1e-7, digits))
        assert a.loglik == pytest.approx(b.loglik, rel=1e-10)
        assert_allclose(a.resids, b.resids, rtol=1e-6, atol=1e-8)
        if a.rho is not None:
            assert a.rho == pytest.approx(b.rho, rel=1e-8)
            impacts = [fit.impacts().loc[("x2", "indirect")] for fit in (a, b)]
            assert_allclose(impacts[0], impacts[1], rtol=1e-6)


def test_robust_and_observed_errors_near_collinearity():
    z = np.random.default_rng(0).standard_normal(len(X))
    near, apart = X.assign(x3=X["x1"] + 1e-6 * z), X.assign(z=z)
    for options in ({"cov_type": "robust"}, {"information": "observed"}, {"cov_type": "qml"}):
        for model in ("slx", "sar", "sem", "sac"):
            a, b = (
                SpatialPanel(y, frame, W, model=model, effects="unit").fit(**options)
                for frame in (near, apart)
            )
            name = "z" if model == "slx" else "z"
            assert a.std_errors["x3"] * 1e-6 == pytest.approx(b.std_errors[name], rel=1e-4)
            assert any("QR" in note for note in a.notes)


def test_dynamic_models_near_collinearity():
    z = np.random.default_rng(0).standard_normal(len(X))
    a, b = (
        SpatialPanel(y, frame, W, model="sar", effects="unit", dynamic="time").fit()
        for frame in (X.assign(x3=X["x1"] + 1e-5 * z), X.assign(z=z))
    )
    assert a.params["L.y"] == pytest.approx(b.params["L.y"], rel=1e-6)
    assert a.rho == pytest.approx(b.rho, rel=1e-6)


def test_large_levels_lose_no_digits():
    a, b = (
        SpatialPanel(outcome, X, W, model="sar", effects="none").fit() for outcome in (y, y + 1e7)
    )
    # A constant outcome is its own lag: the constant takes it up, and nothing else moves.
    assert a.rho == pytest.approx(b.rho, rel=1e-6)
    assert a.params["x1"] == pytest.approx(b.params["x1"], rel=1e-6)


def test_the_last_of_a_collinear_set_is_named():
    """As Stata and R drop it: the lag of a dummy, not the dummy."""
    region = X.index.get_level_values(0).to_numpy() % 2 == 0
    frame = X.assign(even=region.astype(float))
    # A checkerboard's even cells have odd neighbours only, and rows sum to one.
    board = pd.Series((np.add.outer(np.arange(6), np.arange(6)) % 2).ravel(), range(36))
    frame["even"] = board.reindex(X.index.get_level_values(0)).to_numpy(float)
    with pytest.raises(CollinearRegressorsError, match=r"'W.even' .* \('const', 'even'\)"):
        SpatialPanel(y, frame, W, effects="none")
        SpatialPanel(y, frame, W, effects="none").fit()
    with pytest.raises(CollinearRegressorsError, match="leave 'W.even' out"):
        SpatialPanel(y, frame, W, effects="random", model="sdm").fit()


@pytest.mark.parametrize("model", MODELS)
def test_equal_regressors_are_refused_by_name(model):
    with pytest.raises(CollinearRegressorsError, match=r"'again' .* \('x1'\)"):
        SpatialPanel(y, X.assign(again=X["x1"]), W, model=model).fit()
    with pytest.raises(CollinearRegressorsError, match=r"'again' .* \('x1'\)"):
        Spatial2SLS(y, X.assign(again=X["x1"]), W)
    with pytest.raises(CollinearRegressorsError):
        lm_tests(y, X.assign(again=3 * X["x1"] - 2 * X["x2"]), W)


def test_without_effects_none_are_said_to_be_taken_out():
    with pytest.raises(CollinearRegressorsError) as caught:
        SpatialPanel(y, X.assign(again=X["x1"]), W, effects="none", model="sar").fit()
    assert "once" not in str(caught.value) and "none effects" not in str(caught.value)
    year = X.index.get_level_values(1).to_numpy(float)
    with pytest.raises(AbsorbedRegressorError, match="once unit and time effects are taken out"):
        SpatialPanel(y, X.assign(year=year), W, model="sar").fit()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("effects", ["none", "unit", "twoway", "random"])
def test_a_perfect_fit_is_refused(model, effects):
    exact = (2 * X["x1"] - X["x2"] + 3).rename("exact")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PerfectFitError, match="reproduce the outcome 'exact'"):
            SpatialPanel(exact, X, W, model=model, effects=effects).fit()
        if effects != "random":
            with pytest.raises(SpatialError):
                # Equal parts: the regressor is the outcome.
                SpatialPanel(y, X.assign(same=y), W, model=model, effects=effects).fit()


def test_an_exact_spatial_process_is_refused():
    n, T = 36, 8
    mean = (X @ [1.0, -0.5]).unstack().to_numpy()
    made = np.linalg.solve(np.eye(n) - 0.4 * W.toarray(), mean)
    exact = pd.Series(made.ravel(), X.index, name="exact")
    for effects in ("none", "twoway"):
        with pytest.raises(PerfectFitError):
            SpatialPanel(exact, X, W, model="sar", effects=effects).fit()
    noisy = exact + 1e-6 * np.random.default_rng(0).standard_normal(n * T)
    fit = SpatialPanel(noisy, X, W, model="sar", effects="none").fit()
    assert fit.rho == pytest.approx(0.4, abs=1e-5)
    assert fit.sigma2 == pytest.approx(1e-12, rel=0.3)


def test_units_that_fit_within_are_refused_with_random_effects():
    level = pd.Series(np.arange(36) / 7, range(36)).reindex(X.index.get_level_values(0))
    exact = (X["x1"] + level.to_numpy()).rename("exact")
    with pytest.raises(PerfectFitError):
        SpatialPanel(exact, X, W, model="sar", effects="random").fit()


def test_two_stage_least_squares_by_orthogonal_factors():
    year = X.index.get_level_values(1).to_numpy() + 2001.0
    z = np.random.default_rng(0).standard_normal(len(X))
    near = X.assign(x3=X["x1"] + 1e-6 * z, year=year, year2=year**2)
    apart = X.assign(z=(near["x3"] - X["x1"]) * 1e6, year=year - 2005, year2=(year - 2005) ** 2)
    least, same = (
        Spatial2SLS(y, frame, W, effects="none", lag=False).fit() for frame in (near, apart)
    )
    assert least.params["year2"] == pytest.approx(same.params["year2"], rel=1e-6)
    assert least.params["x3"] * 1e-6 == pytest.approx(same.params["z"], rel=1e-7)
