"""Effects, predictions and forecasts against dense matrices."""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from regiometrics.errors import PanelError
from regiometrics.spatial import SpatialPanel, simulate_panel
from regiometrics.spatial.errors import SpecificationError, UnsupportedPanelError
from regiometrics.spatial.simulate import rook_lattice

N, T = 25, 6
A = rook_lattice(5, 5).toarray()


def drawn(model, effects, seed=3, **options):
    return simulate_panel(N, T, model, effects, rho=0.4, lambda_=0.3, seed=seed, **options)


def fitted(model, effects, **options):
    data = drawn(model, effects)
    return SpatialPanel(
        data.dependent, data.exog, data.weights, model=model, effects=effects, **options
    ).fit()


def dense(result):
    rho, lam = result.rho or 0.0, result.lambda_ or 0.0
    return np.eye(N) - rho * A, np.eye(N) - lam * A


@pytest.mark.parametrize("model", ["slx", "sar", "sem", "sdm", "gns"])
@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
def test_effects_are_those_of_dummies(model, effects):
    """Generalised least squares of what is left on dummies, by its normal equations."""
    result = fitted(model, effects)
    design = result.design
    S, R = dense(result)
    inner = design.y @ S.T - design.Z @ result.params[list(design.names)].to_numpy()
    units = np.kron(np.ones((T, 1)), np.eye(N))
    times = np.kron(np.eye(T), np.ones((N, 1)))
    D = np.hstack(
        [units] * (effects in ("unit", "twoway")) + [times] * (effects in ("time", "twoway"))
        or [np.zeros((N * T, 1))]
    )
    full = np.kron(np.eye(T), R)
    coefficients = np.linalg.lstsq(full @ D, full @ inner.ravel(), rcond=None)[0]
    wanted = (D @ coefficients).reshape(T, N).T.ravel()
    assert_allclose(result.estimated_effects["estimated_effects"], wanted, atol=1e-10)
    assert_allclose(result.time_effects.sum() if effects == "twoway" else 0.0, 0, atol=1e-10)
    # What is left are the errors.
    left = inner - wanted.reshape(N, T).T
    assert_allclose(left @ R.T, result.errors, atol=1e-9)


@pytest.mark.parametrize("model", ["sar", "sem", "sac"])
@pytest.mark.parametrize("kind", ["baltagi", "kkp"])
def test_random_effects_are_predicted_best(model, kind):
    """E(mu | y) under normality, by the dense covariance of mu + u."""
    data = drawn(model, "random")
    result = SpatialPanel(
        data.dependent,
        data.exog,
        data.weights,
        model=model,
        effects="random",
        random_errors=kind,
    ).fit()
    S, R = dense(result)
    design = result.design
    inner = design.y @ S.T - design.Z @ result.params[list(design.names)].to_numpy()
    own = np.linalg.inv(R.T @ R)
    of_mu = own if kind == "kkp" and model != "sar" else np.eye(N)
    phi = result.variance_ratio
    V = np.kron(np.eye(T), own) + phi * np.kron(np.ones((T, T)), of_mu)
    cross = phi * np.kron(np.ones((1, T)), of_mu)
    assert_allclose(
        result.unit_effects, cross @ np.linalg.solve(V, inner.ravel()), rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize("model", ["sar", "sem", "sdm", "gns"])
def test_predictors_in_the_sample(model):
    result = fitted(model, "twoway")
    design = result.design
    S, R = dense(result)
    mean = design.Z @ result.params[list(design.names)].to_numpy()
    mean = mean + result.unit_effects.to_numpy() + result.time_effects.to_numpy()[:, None]
    trend = np.linalg.solve(S, mean.T).T
    assert_allclose(result.predict().unstack(0), trend, rtol=1e-9)
    # Signal: all but the own error.
    signal = result.predict(method="TS").unstack(0).to_numpy()
    assert_allclose(design.y - signal, result.errors, atol=1e-9)
    assert_allclose(result.predict(method="TS"), result.fitted, atol=1e-9)
    # Best: the mean of each outcome given all others, under normality.
    V = np.linalg.inv(S.T @ R.T @ R @ S)
    i, t = 7, 2
    rest = np.delete(np.arange(N), i)
    gap = (design.y - trend)[t, rest]
    wanted = trend[t, i] + V[i, rest] @ np.linalg.solve(V[np.ix_(rest, rest)], gap)
    best = result.predict(method="BP").unstack(0).to_numpy()
    assert best[t, i] == pytest.approx(wanted, rel=1e-9)
    loss = [((design.y - values) ** 2).mean() for values in (best, trend)]
    assert loss[0] < loss[1]


def after(periods=(T,), units=range(N), seed=0):
    index = pd.MultiIndex.from_product([units, periods], names=["unit", "period"])
    values = np.random.default_rng(seed).standard_normal((len(index), 2))
    return pd.DataFrame(values, index, ["x1", "x2"])


def test_new_periods_and_what_is_known_of_them():
    result = fitted("sar", "twoway")
    exog = after()
    S, R = dense(result)
    mean = exog.to_numpy() @ result.params[["x1", "x2"]].to_numpy() + result.unit_effects.to_numpy()
    trend = np.linalg.solve(S, mean)
    assert_allclose(result.predict(exog), trend, rtol=1e-9)
    shifted = result.predict(exog, time_effects=pd.Series({T: 2.0}))
    assert_allclose(shifted, np.linalg.solve(S, mean + 2), rtol=1e-9)
    known = np.arange(N) % 2 == 0
    seen = pd.Series(trend[known] + 1, exog.index[known])
    best = result.predict(
        exog[~known].iloc[:0].reindex(exog.index).fillna(exog), method="BP", observed=seen
    )
    V = np.linalg.inv(S.T @ R.T @ R @ S)
    wanted = trend[~known] + V[np.ix_(~known, known)] @ np.linalg.solve(
        V[np.ix_(known, known)], np.ones(known.sum())
    )
    assert_allclose(best[~known], wanted, rtol=1e-8)
    assert_allclose(best[known], seen, rtol=1e-12)
    signal = result.predict(exog, method="TS", observed=seen)
    y = np.where(known, trend + 1, 0.0)
    assert_allclose(signal, mean + result.rho * (A @ y), rtol=1e-9)


def test_what_would_have_been_in_the_sample():
    result = fitted("sdm", "unit")
    row = pd.DataFrame(
        {"x1": [5.0], "x2": [0.0]},
        pd.MultiIndex.from_tuples([(12, 3)], names=["unit", "period"]),
    )
    X = result.design.Z[3, :, :2].copy()
    X[12] = [5.0, 0.0]
    mean = X @ result.params[["x1", "x2"]] + (A @ X) @ result.params[["W.x1", "W.x2"]]
    S, _ = dense(result)
    wanted = np.linalg.solve(
        S, mean.to_numpy() if hasattr(mean, "to_numpy") else mean + result.unit_effects.to_numpy()
    )
    assert result.predict(row).iloc[0] == pytest.approx(wanted[12], rel=1e-9)


@pytest.mark.parametrize(
    ("model", "effects"), [("sar", "time"), ("sdm", "random"), ("sem", "none")]
)
def test_new_units_with_their_weights(model, effects):
    """Goulard, Laurent and Thomas-Agnan (2017): out of the sample, given the sample."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = fitted(model, effects)
    more = rook_lattice(5, 6).toarray()
    # The sixth column of the lattice is new; labels tell which.
    labels = [100 + k // 6 if k % 6 == 5 else 5 * (k // 6) + k % 6 for k in range(30)]
    both = pd.DataFrame(more, labels, labels)
    exog = after([2], units=range(100, 105))
    order = [*range(N), *range(100, 105)]
    B = both.loc[order, order].to_numpy()
    design, params = result.design, result.params
    X = np.vstack(
        [
            design.Z[2][:, [design.names.index(name) for name in ("x1", "x2")]],
            exog.to_numpy(),
        ]
    )
    mean = X @ params[["x1", "x2"]].to_numpy()
    if "const" in params:
        mean = mean + params["const"]
    if model == "sdm":
        mean = mean + (B @ X) @ params[["W.x1", "W.x2"]].to_numpy()
    mean = mean + np.append(result.unit_effects, np.zeros(5)) + result.time_effects.iloc[2]
    rho, lam = result.rho or 0.0, result.lambda_ or 0.0
    S, R = np.eye(30) - rho * B, np.eye(30) - lam * B
    trend = np.linalg.solve(S, mean)
    assert_allclose(result.predict(exog, weights=both), trend[N:], rtol=1e-9)
    V = np.linalg.inv(S.T @ R.T @ R @ S)
    gap = design.y[2] - trend[:N]
    best = trend[N:] + V[N:, :N] @ np.linalg.solve(V[:N, :N], gap)
    assert_allclose(result.predict(exog, weights=both, method="BP"), best, rtol=1e-8)
    with pytest.raises(SpecificationError, match="are new and no weights are given"):
        result.predict(exog)
    with pytest.raises(SpecificationError, match="have no labels"):
        result.predict(exog, weights=more)


def test_new_units_need_their_fixed_effects():
    result = fitted("sar", "unit")
    both = pd.DataFrame(rook_lattice(1, 26).toarray())
    exog = after([2], units=[25])
    with pytest.raises(SpecificationError, match="its fixed effect is not known"):
        result.predict(exog, weights=both)
    known = result.predict(exog, weights=both, unit_effects=pd.Series({25: 1.0}))
    assert np.isfinite(known).all()


@pytest.mark.parametrize("dynamic", ["time", "space-time"])
def test_forecasts_carry_the_outcome_forward(dynamic):
    data = drawn("sar", "unit", gamma=0.4, eta=0.1)
    result = SpatialPanel(
        data.dependent, data.exog, data.weights, model="sar", effects="unit", dynamic=dynamic
    ).fit()
    exog = after([T, T + 1])
    S, _ = dense(result)
    p = result.params
    eta = p.get("W.L.y", 0.0)
    y = result.design.y[-1]
    V = np.zeros((N, N))
    step = np.linalg.solve(S, p["L.y"] * np.eye(N) + eta * A)
    table = result.forecast(exog, level=0.95)
    for period in (T, T + 1):
        rows = exog.xs(period, level="period")
        mean = rows.to_numpy() @ p[["x1", "x2"]].to_numpy() + result.unit_effects.to_numpy()
        y = np.linalg.solve(S, mean) + step @ y
        V = step @ V @ step.T + result.sigma2 * np.linalg.inv(S) @ np.linalg.inv(S).T
        now = table.xs(period, level="period")
        assert_allclose(now["forecast"], y, rtol=1e-8)
        assert_allclose(now["std_error"], np.sqrt(np.diag(V)), rtol=1e-8)
    width = table["conf_high"] - table["forecast"]
    assert_allclose(width, 1.959964 * table["std_error"], rtol=1e-6)
    with pytest.raises(SpecificationError, match=r"expected forecast\(exog\)"):
        result.predict(exog)
    with pytest.raises(UnsupportedPanelError, match="expected equal distances"):
        result.forecast(after([T + 1]))
    with pytest.raises(UnsupportedPanelError, match="is in the sample"):
        result.forecast(after([T - 1]))


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda x: x.iloc[1:], UnsupportedPanelError, "Unit 0 has no regressors in period 6"),
        (lambda x: x[["x1"]], PanelError, "lack 'x2', which the model has"),
        (lambda x: x * np.nan, PanelError, "'x1' is nan for unit 0 in period 6"),
        (lambda x: x.to_numpy(), PanelError, "regressors are a ndarray"),
    ],
)
def test_regressors_that_do_not_do(change, error, says):
    result = fitted("sar", "unit")
    for use in (result.predict, result.forecast):
        with pytest.raises(error, match=says):
            use(change(after()))
    with pytest.raises(SpecificationError, match="method is 'best'; expected 'TC'"):
        result.predict(method="best")
