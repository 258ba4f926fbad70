"""Impacts over time, and predictions of two-stage least squares, by dense matrices."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from regiometrics.spatial import Spatial2SLS, SpatialPanel, rook_lattice, simulate_panel
from regiometrics.spatial.errors import SpecificationError

N = 25
A = rook_lattice(5, 5).toarray()


def dynamic(weights, **options):
    data = simulate_panel(
        N, 10, "sdm", "unit", rho=0.3, gamma=0.4, eta=0.1, seed=2, weights=rook_lattice(5, 5)
    )
    return SpatialPanel(
        data.dependent, data.exog, weights, effects="unit", dynamic="space-time", **options
    ).fit()


@pytest.mark.parametrize("standardised", [True, False])
@pytest.mark.parametrize("cumulative", [True, False])
def test_paths_are_powers_of_the_process(standardised, cumulative):
    W = rook_lattice(5, 5, standardised=standardised)
    if not standardised:
        W = W / 4
    fit = dynamic(W)
    table = fit.impact_path(4, cumulative=cumulative)
    p, M = fit.params, W.toarray()
    S = np.eye(N) - p["rho"] * M
    step = np.linalg.solve(S, p["L.y"] * np.eye(N) + p["W.L.y"] * M)
    now = np.linalg.solve(S, p["x1"] * np.eye(N) + p["W.x1"] * M)
    total = np.zeros((N, N))
    for horizon in range(5):
        total = total + now if cumulative else now
        row = table.loc[horizon].loc["x1", "estimate"]
        assert row["direct"] == pytest.approx(np.trace(total) / N, rel=1e-9)
        assert row["total"] == pytest.approx(total.sum() / N, rel=1e-9)
        now = step @ now


def test_paths_begin_in_the_short_run_and_end_in_the_long():
    fit = dynamic(rook_lattice(5, 5))
    both = fit.impacts()
    path = fit.impact_path(200, cumulative=True)
    columns = ["estimate", "std_error"]
    for variable in ("x1", "x2"):
        for horizon, name in ((0, "short"), (200, "long")):
            assert_allclose(
                path.loc[horizon].loc[variable, columns],
                both.loc[name].loc[variable, columns],
                rtol=1e-4,
            )
    static = SpatialPanel(*_panel(), model="sar").fit()
    with pytest.raises(SpecificationError, match="of a static model"):
        static.impact_path()


def test_impacts_of_some_regressors():
    fit = dynamic(rook_lattice(5, 5))
    every, some = fit.impacts(), fit.impacts(variables="x2")
    assert some.index.get_level_values("variable").unique().tolist() == ["x2"]
    assert_allclose(some.loc["long"], every.loc["long"].loc[["x2"]])
    with pytest.raises(SpecificationError, match="Impacts of 'x9'"):
        fit.impacts(variables=["x9"])


def _panel():
    data = simulate_panel(N, 6, "sar", "unit", rho=0.3, seed=1)
    return data.dependent, data.exog, data.weights


def test_two_stage_predictions():
    y, X, W = _panel()
    last = X.index.get_level_values(1) == 5
    fit = Spatial2SLS(y[~last], X[~last], W, effects="unit").fit()
    b, rho = fit.params[["x1", "x2"]], fit.params["rho"]
    Y, mean = y[~last].unstack(1).to_numpy(), (X[~last] @ b).unstack(1).to_numpy()
    mu = (Y - rho * (W @ Y) - mean).mean(axis=1)
    assert_allclose(fit.unit_effects, mu, rtol=1e-9)
    wanted = np.linalg.solve(np.eye(N) - rho * A, (X[last] @ b).to_numpy() + mu)
    assert_allclose(fit.predict(X[last]), wanted, rtol=1e-9)
    assert_allclose(fit.forecast(X[last])["forecast"], wanted, rtol=1e-9)
    assert_allclose(fit.predict(method="TS"), fit.fitted, rtol=1e-8)
    moving = Spatial2SLS(y, X, W, effects="unit", dynamic="time").fit()
    index = pd.MultiIndex.from_product([range(N), [6]], names=["unit", "period"])
    future = pd.DataFrame(0.0, index, ["x1", "x2"])
    p = moving.params
    right = p["L.y"] * y.xs(5, level=1).to_numpy() + moving.unit_effects.to_numpy()
    wanted = np.linalg.solve(np.eye(N) - p["rho"] * A, right)
    assert_allclose(moving.forecast(future)["forecast"], wanted, rtol=1e-9)
    with pytest.raises(SpecificationError, match="several weights"):
        Spatial2SLS(
            y,
            X,
            W,
            effects="unit",
            endog=(X["x1"] ** 2).rename("d"),
            instruments=(X["x2"] ** 2).rename("z"),
        ).fit().predict()
    with pytest.raises(SpecificationError, match="with spatial errors 'ar'"):
        Spatial2SLS(y, X, W, error="ar", effects="unit").fit("robust").predict()
