"""Cases that users reported: each failed once, and says what is right."""

import time
import warnings

import numpy as np
import pandas as pd
import pytest

from regiometrics.spatial import Spatial2SLS, SpatialPanel, lm_tests, moran_test, simulate_panel
from regiometrics.spatial.errors import (
    IslandError,
    IslandWarning,
    UnbalancedWarning,
    UnlabelledWeightsError,
    WeightsOrderWarning,
)
from regiometrics.spatial.simulate import rook_lattice
from regiometrics.weights import Weights


def panel(n=49, T=10, **options):
    data = simulate_panel(
        n=n, T=T, **({"model": "sdm", "effects": "twoway", "rho": 0.4, "seed": 1} | options)
    )
    return data.dependent, data.exog, data.weights


def test_robust_errors_of_least_squares_hold_under_heteroskedasticity():
    """spdep#69, spatialreg#25: the nominal 95% covered 76% of heteroskedastic panels."""
    W, (n, T) = rook_lattice(7, 7), (49, 10)
    index = pd.MultiIndex.from_product([range(n), range(T)], names=["unit", "t"])
    held = {"slx": [], "2sls": []}
    for seed in range(200):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((n, T))
        u = rng.standard_normal((n, T)) * np.abs(x) * 1.5
        y = pd.Series((x + u).ravel(), index, name="y")
        X = pd.DataFrame({"x": x.ravel()}, index)
        fits = {
            "slx": SpatialPanel(y, X, W, model="slx", durbin=False).fit(cov_type="robust"),
            "2sls": Spatial2SLS(y, X, W, lag=False).fit("robust"),
        }
        for name, fit in fits.items():
            held[name].append(abs(fit.params["x"] - 1) < 1.96 * fit.std_errors["x"])
        # One formula by two routes.
        assert fits["slx"].std_errors["x"] == pytest.approx(fits["2sls"].std_errors["x"], rel=1e-10)
    # 200 panels: a standard error of 1.5 points.
    assert 0.9 < np.mean(held["slx"]) < 0.99


@pytest.mark.parametrize(("T", "first"), [(5, 2015), (10, 2001), (17, 1970)])
@pytest.mark.parametrize("effects", ["none", "random"])
def test_a_calendar_year_and_its_square_are_estimated(T, first, effects):
    y, X, W = panel(T=T, model="sar", effects="none")
    year = X.index.get_level_values(1).to_numpy() + float(first)
    centred = np.column_stack([np.ones(len(X)), X, year - year.mean(), (year - year.mean()) ** 2])
    raw = X.assign(year=year, year2=year**2)
    middle = X.assign(year=year - year.mean(), year2=(year - year.mean()) ** 2)
    for model in ("slx", "sar", "sem"):
        options = {"model": model, "effects": effects}
        options |= {"durbin": False} if model == "slx" else {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # no random effects are in these data
            a, b = (SpatialPanel(y, x, W, **options).fit() for x in (raw, middle))
        assert a.params["year2"] == pytest.approx(b.params["year2"], rel=1e-6)
        assert a.std_errors["year2"] == pytest.approx(b.std_errors["year2"], rel=1e-5)
        assert a.loglik == pytest.approx(b.loglik, rel=1e-8)
        if model == "slx" and effects == "none":
            exact = np.linalg.lstsq(centred, y.to_numpy(), rcond=None)[0][-1]
            assert a.params["year2"] == pytest.approx(exact, rel=1e-6)
    two = Spatial2SLS(y, raw, W, effects="none").fit()
    same = Spatial2SLS(y, middle, W, effects="none").fit()
    assert two.params["year2"] == pytest.approx(same.params["year2"], rel=1e-5)


def test_weights_without_labels_need_sorted_units():
    """pysal#1014, esda#192, libpysal#184: another order of rows gave other estimates silently."""
    y, X, W = panel()
    rho = SpatialPanel(y, X, W).fit().rho
    order = np.random.default_rng(5).permutation(len(y))
    mixed = y.iloc[order], X.iloc[order]
    for model in (SpatialPanel, Spatial2SLS):
        with pytest.raises(UnlabelledWeightsError, match="not sorted: the rows have 7, 25, 8"):
            model(*mixed, W)
    with pytest.raises(UnlabelledWeightsError):
        lm_tests(*mixed, W)
    labelled = pd.DataFrame(W.toarray(), range(49), range(49))
    assert SpatialPanel(*mixed, labelled).fit().rho == pytest.approx(rho, rel=1e-8)
    names = {k: f"r{k}" for k in range(49)}
    named = [frame.rename(index=names, level=0).sort_index() for frame in (y, X)]
    with pytest.warns(WeightsOrderWarning, match="'r0', 'r1', 'r10'"):
        SpatialPanel(*named, W)
    labelled = labelled.rename(index=names, columns=names)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert SpatialPanel(*named, labelled).fit().rho == pytest.approx(rho, rel=1e-8)


def test_residuals_keep_the_names_of_the_index():
    y, X, W = panel()
    y, X = y.rename_axis(["city", "year"]), X.rename_axis(["city", "year"])
    for result in (SpatialPanel(y, X, W).fit(), Spatial2SLS(y, X, W).fit()):
        joined = X.join(result.resids).join(result.fitted)
        assert joined.index.names == ["city", "year"]
        assert joined.notna().all(axis=None)
        np.testing.assert_allclose(joined.iloc[:, -2:].sum(axis=1), y, rtol=1e-12)


def test_dense_weights_of_two_thousand_units_cost_one_decomposition():
    n, T = 2010, 5
    rng = np.random.default_rng(0)
    xy = rng.random((n, 2))
    distance = np.sqrt(((xy[:, None] - xy) ** 2).sum(-1))
    np.fill_diagonal(distance, np.inf)
    W = 1 / distance
    W /= W.sum(axis=1, keepdims=True)
    x = rng.standard_normal((T, n))
    y = np.linalg.solve(np.eye(n) - 0.5 * W, x.T + rng.standard_normal((n, T))).T
    index = pd.MultiIndex.from_product([range(n), range(T)], names=["u", "t"])
    outcome = pd.Series(y.T.ravel(), index, name="y")
    start = time.process_time()
    result = SpatialPanel(outcome, pd.DataFrame({"x": x.T.ravel()}, index), W, model="sar").fit()
    fit = time.process_time() - start
    start = time.process_time()
    np.linalg.eigvals(W)
    once = time.process_time() - start
    assert result.approximation_error["traces"] < 0.01
    assert result.approximation_error["loglik"] < 1e-6
    assert fit < 3 * once


def test_the_next_period_is_predicted_with_unit_effects():
    """stats.stackexchange 653220 and ten more threads; linearmodels#281, #282, #392."""
    y, X, W = panel(model="sar", effects="unit")
    last = X.index.get_level_values(1) == 9
    result = SpatialPanel(y[~last], X[~last], W, model="sar", effects="unit").fit()
    A, b = y[~last].unstack(1).to_numpy(), result.params[["x1", "x2"]]
    mean = (X[~last] @ b).unstack(1).to_numpy()
    mu = (A - result.rho * (W @ A) - mean).mean(axis=1)
    wanted = np.linalg.solve(np.eye(49) - result.rho * W.toarray(), (X[last] @ b).to_numpy() + mu)
    np.testing.assert_allclose(result.predict(X[last]), wanted, rtol=1e-9)
    np.testing.assert_allclose(result.forecast(X[last])["forecast"], wanted, rtol=1e-9)
    np.testing.assert_allclose(result.unit_effects, mu, rtol=1e-9)
    effects = result.estimated_effects
    assert list(effects.columns) == ["estimated_effects"]
    np.testing.assert_allclose(effects["estimated_effects"].groupby(level=0).mean(), mu, rtol=1e-9)


def test_maketables_takes_results():
    """export#50, broom#97, #841, #955, texreg#60."""
    maketables = pytest.importorskip("maketables")
    y, X, W = panel()
    results = [SpatialPanel(y, X, W).fit(), Spatial2SLS(y, X, W).fit()]
    text = str(maketables.ETable(results).df)
    for name in ("x1", "rho"):
        assert name in text


def test_weights_of_the_library_fit_panels_with_codes():
    y, X, W = panel()
    own = Weights(W, tuple(range(49)), "rook")
    wanted = SpatialPanel(y, X, W).fit().rho
    assert SpatialPanel(y, X, own).fit().rho == pytest.approx(wanted, rel=1e-12)
    as_text = [frame.rename(index=str, level=0) for frame in (y, X)]
    assert SpatialPanel(*as_text, own).fit().rho == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("model", ["slx", "sar", "sem", "sdm"])
def test_missing_rows_are_left_out_of_lags_and_said(model):
    """Stack Overflow 'SPML: Error in lag.listw, unbalanced panels'; xsmle's mi impute."""
    y, X, W = panel()
    kept = y.index.drop([(3, 2), (7, 9)])
    with pytest.warns(UnbalancedWarning, match="2 of 490 observations are missing"):
        result = SpatialPanel(y[kept], X.loc[kept], W, model=model).fit()
    whole = SpatialPanel(y, X, W, model=model).fit()
    assert result.nobs == 488
    gap = (result.params - whole.params).abs()
    assert (gap < 0.5 * whole.std_errors).all()
    np.testing.assert_allclose(result.std_errors, whole.std_errors, rtol=0.05)


def test_an_island_is_kept_where_theory_allows():
    """spdep#102, #126, #129, #136."""
    y, X, W = panel()
    A = W.toarray()
    A[5], A[:, 5] = 0, 0
    A /= np.where(A.sum(axis=1) > 0, A.sum(axis=1), 1)[:, None]
    with pytest.warns(IslandWarning, match=r"1 unit\(s\) have no neighbour \(5\) and are kept"):
        result = SpatialPanel(y, X, A, model="slx").fit()
    lagged = result.design.Z[:, 5, result.design.names.index("W.x1")]
    assert (lagged == 0).all()
    assert any("without neighbours" in note for note in result.notes)
    for model in ("sar", "sem", "sdm"):
        with pytest.raises(IslandError, match="islands=True"):
            SpatialPanel(y, X, A, model=model)
    with pytest.raises(IslandError):
        SpatialPanel(y, X, A, model="slx", islands=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IslandWarning)
        for model in ("sar", "sem", "sdm"):
            for effects in ("unit", "twoway"):
                fit = SpatialPanel(y, X, A, model=model, effects=effects, islands=True).fit()
                assert np.isfinite(fit.std_errors).all()
        assert np.isfinite(Spatial2SLS(y, X, A, islands=True).fit().std_errors).all()
        assert np.isfinite(lm_tests(y, X, A, islands=True)["statistic"]).all()
        assert np.isfinite(moran_test(y, X, A, islands=True)["z"])
