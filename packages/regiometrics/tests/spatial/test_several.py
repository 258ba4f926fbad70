"""Several weights: by name in one likelihood, and one matrix per period."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from regiometrics.spatial import SeveralLags, SpatialPanel, simulate_panel
from regiometrics.spatial.errors import (
    BoundaryError,
    NonNormalisedWeightsError,
    SpecificationError,
    WeightsMismatchError,
)
from regiometrics.spatial.simulate import rook_lattice

N, T = 25, 6
NEAR = rook_lattice(5, 5).toarray()
RNG = np.random.default_rng(0)
FAR = np.zeros((N, N))
for unit in range(N):
    FAR[unit, RNG.choice(np.delete(np.arange(N), unit), 4, replace=False)] = 0.25
INDEX = pd.MultiIndex.from_product([range(N), range(T)], names=["unit", "period"])


def drawn(seed, effects="twoway"):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((T, N))
    mean = x + 0.5 * x @ NEAR.T + rng.standard_normal(N) * (effects in ("unit", "twoway"))
    mean = mean + np.arange(T)[:, None] * (effects == "twoway") + rng.standard_normal((T, N))
    S = np.eye(N) - 0.3 * NEAR - 0.2 * FAR
    y = np.linalg.solve(S, mean.T).T
    return pd.Series(y.T.ravel(), INDEX, name="y"), pd.DataFrame({"x": x.T.ravel()}, INDEX)


@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
def test_the_maximum_and_its_errors_by_dense_matrices(effects):
    """Gradient zero, and the information is the covariance of the scores over drawn errors."""
    y, X = drawn(1, effects)
    model = SeveralLags(y, X, {"near": NEAR, "far": FAR}, effects=effects, durbin=True)
    result = model.fit()
    unit, time = effects in ("unit", "twoway"), effects in ("time", "twoway")
    tau, N_eff = T - unit, (T - unit) * (N - time)
    Y = y.unstack(0).to_numpy()
    Z = model.columns.values

    def clear(values):
        values = values - values.mean(axis=0) * unit
        return values - values.mean(axis=1, keepdims=True) * time

    def loglik(theta):
        rho, delta, s2 = theta[:2], theta[2:-1], theta[-1]
        system = np.eye(N) - rho[0] * NEAR - rho[1] * FAR
        e = clear(Y @ system.T - Z @ delta)
        log = np.linalg.slogdet(system)[1] - np.log1p(-rho.sum()) * time
        return -0.5 * N_eff * np.log(2 * np.pi * s2) + tau * log - (e**2).sum() / (2 * s2)

    theta = np.append(result.params.to_numpy(), result.sigma2)
    assert loglik(theta) == pytest.approx(result.loglik, rel=1e-10)
    p = len(theta)
    steps = np.eye(p) * 1e-5
    gradient = [(loglik(theta + h) - loglik(theta - h)) / 2e-5 for h in steps]
    assert np.abs(gradient).max() < 1e-3
    # In expectation minus the Hessian: average over outcomes drawn at the estimate.
    rng = np.random.default_rng(0)
    total = np.zeros((p, p))
    system = np.eye(N) - result.rho.iloc[0] * NEAR - result.rho.iloc[1] * FAR
    draws = 60
    for _ in range(draws):
        e = np.sqrt(result.sigma2) * rng.standard_normal((T, N))
        Y = np.linalg.solve(system, (Z @ theta[2:-1] + e).T).T
        for i in range(2):
            for j in range(2):
                a, b = np.eye(p)[i] * 1e-3, np.eye(p)[j] * 1e-3
                total[i, j] -= (
                    loglik(theta + a + b) - loglik(theta + a - b)
                    - loglik(theta - a + b) + loglik(theta - a - b)
                ) / 4e-6 / draws  # fmt: skip
    sums = np.ones(2)
    dense = [NEAR, FAR]
    info = model._information(
        result.rho.to_numpy(), theta[2:-1], result.sigma2, dense, sums, clear(Z), tau, N_eff
    )
    # Sixty draws leave some percent of error.
    assert_allclose(info[:2, :2], total[:2, :2], rtol=0.2, atol=0.1 * info[0, 0])


def test_two_lags_are_recovered():
    gaps, held = [], []
    for seed in range(60):
        try:
            fit = SeveralLags(*drawn(seed), {"near": NEAR, "far": FAR}, durbin=True).fit()
        except BoundaryError:
            continue  # so few units that the likelihood can rise to its end
        gaps.append(fit.rho.to_numpy() - [0.3, 0.2])
        held.append(np.abs(gaps[-1]) < 1.96 * fit.std_errors.iloc[:2].to_numpy())
    assert len(gaps) >= 58
    gaps = np.array(gaps)
    assert (np.abs(gaps.mean(axis=0)) < 4 * gaps.std(axis=0) / np.sqrt(60)).all()
    assert (np.mean(held, axis=0) > 0.85).all()


def test_one_lag_is_a_case():
    y, X = drawn(2)
    both = SeveralLags(y, X, {"near": NEAR, "far": FAR}).fit()
    one = SpatialPanel(y, X, NEAR, model="sar").fit()
    assert both.loglik > one.loglik
    # A second matrix that lags nothing: no unit of it is a neighbour of many.
    assert both.wald_test("`rho.far` = 0")["df"] == 1
    impacts = both.impacts()
    S = np.eye(N) - both.rho.iloc[0] * NEAR - both.rho.iloc[1] * FAR
    V = np.linalg.inv(S) * both.params["x"]
    assert impacts.loc[("x", "direct"), "estimate"] == pytest.approx(np.trace(V) / N, rel=1e-10)
    assert impacts.loc[("x", "total"), "estimate"] == pytest.approx(V.sum() / N, rel=1e-10)
    assert "rho.far" in both.to_latex() and "several spatial lags" in str(both.summary)


def test_what_several_lags_refuse():
    y, X = drawn(2)
    with pytest.raises(SpecificationError, match="two names or more"):
        SeveralLags(y, X, NEAR)
    with pytest.raises(NonNormalisedWeightsError, match="'far' have different sums"):
        SeveralLags(y, X, {"near": NEAR, "far": FAR * np.arange(1, 26)[:, None]})
    with pytest.raises(SpecificationError, match="or Spatial2SLS with the same"):
        SeveralLags(y, X, {"near": NEAR, "far": FAR}).fit("robust")
    with pytest.raises(SpecificationError, match="durbin names 'z'"):
        SeveralLags(y, X, {"near": NEAR, "far": FAR}, durbin="z")


def by_period(seed):
    rng = np.random.default_rng(seed)
    out = {}
    for period in range(T):
        W = (NEAR > 0) * rng.uniform(0.2, 2, NEAR.shape)
        out[period] = W / W.sum(axis=1, keepdims=True)
    return out


@pytest.mark.parametrize("model", ["slx", "sar", "sem", "sdm", "sac"])
def test_one_matrix_in_every_period_is_a_case(model):
    data = simulate_panel(N, T, "sdm", "twoway", rho=0.3, seed=2)
    y, X = data.dependent, data.exog
    many = SpatialPanel(y, X, dict.fromkeys(range(T), NEAR), model=model).fit()
    one = SpatialPanel(y, X, NEAR, model=model).fit()
    assert_allclose(many.params, one.params, rtol=1e-5, atol=1e-7)
    assert_allclose(many.std_errors, one.std_errors, rtol=0.05)
    if one.rho is not None or model == "slx":
        assert_allclose(many.impacts()["estimate"], one.impacts()["estimate"], rtol=1e-4)


def test_weights_that_change_are_used_in_their_period():
    weights = by_period(3)
    gaps, held = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x, mu = rng.standard_normal((T, N)), rng.standard_normal(N)
        e = rng.standard_normal((T, N))
        y = [
            np.linalg.solve(
                np.eye(N) - 0.4 * weights[t], x[t] + 0.5 * weights[t] @ x[t] + mu + e[t]
            )
            for t in range(T)
        ]
        panel = (
            pd.Series(np.array(y).T.ravel(), INDEX, name="y"),
            pd.DataFrame({"x": x.T.ravel()}, INDEX),
        )
        fit = SpatialPanel(*panel, weights, effects="unit").fit()
        gaps.append([fit.rho - 0.4, fit.params["W.x"] - 0.5])
        held.append(abs(fit.rho - 0.4) < 1.96 * fit.std_errors["rho"])
    gaps = np.array(gaps)
    assert (np.abs(gaps.mean(axis=0)) < 4 * gaps.std(axis=0) / np.sqrt(60)).all()
    assert np.mean(held) > 0.85
    lag = fit.design.Z[2, :, fit.design.names.index("W.x")]
    assert_allclose(lag, weights[2] @ x[2], rtol=1e-12)
    table = fit.impacts()
    each = [np.linalg.inv(np.eye(N) - fit.rho * W) for W in weights.values()]
    x_own, x_lag = fit.params["x"], fit.params["W.x"]
    direct = np.mean(
        [
            np.trace(V @ (x_own * np.eye(N) + x_lag * W)) / N
            for V, W in zip(each, weights.values(), strict=True)
        ]
    )
    assert table.loc[("x", "direct"), "estimate"] == pytest.approx(direct, rel=1e-8)


@pytest.mark.parametrize(
    ("weights", "options", "error", "says"),
    [
        ({0: NEAR}, {}, WeightsMismatchError, "period 1 has none"),
        (dict.fromkeys(range(9), NEAR), {}, WeightsMismatchError, "6 is no period"),
        ({"a": NEAR, "b": FAR}, {}, WeightsMismatchError, "use SeveralLags or Spatial2SLS"),
        (dict.fromkeys(range(6), NEAR), {"dynamic": "time"}, SpecificationError, "one matrix"),
        (dict.fromkeys(range(6), NEAR), {"effects": "random"}, SpecificationError, "one matrix"),
    ],
)
def test_mappings_that_do_not_fit(weights, options, error, says):
    with pytest.raises(error, match=says):
        SpatialPanel(*drawn(2), weights, **options)
