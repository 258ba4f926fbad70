"""Serial correlation, tests of error components, and marginal likelihoods, by dense matrices."""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from regiometrics.spatial import (
    SpatialPanel,
    compare_weights,
    error_component_tests,
    lr_test,
    rook_lattice,
    simulate_panel,
)
from regiometrics.spatial.errors import (
    NonNormalisedWeightsError,
    SpecificationError,
    UnsupportedPanelError,
)

N, T = 25, 6
W = rook_lattice(5, 5)
A = W.toarray()
INDEX = pd.MultiIndex.from_product([range(N), range(T)], names=["unit", "period"])


def drawn(seed, psi=0.5, mu=0.0, lam=0.0, rho=0.0, T=T):
    rng = np.random.default_rng(seed)
    x, e = rng.standard_normal((2, T, N))
    v = np.empty((T, N))
    v[0] = e[0] / np.sqrt(1 - psi**2)
    for t in range(1, T):
        v[t] = psi * v[t - 1] + e[t]
    v = v + mu * rng.standard_normal(N)
    u = np.linalg.solve(np.eye(N) - lam * A, v.T).T
    y = np.linalg.solve(np.eye(N) - rho * A, (1 + x + u).T).T
    index = pd.MultiIndex.from_product([range(N), range(T)], names=["unit", "period"])
    return pd.Series(y.T.ravel(), index, name="y"), pd.DataFrame({"x": x.T.ravel()}, index)


@pytest.mark.parametrize(
    ("model", "effects"), [("sar", "none"), ("sem", "random"), ("sar", "random"), ("slx", "none")]
)
def test_the_likelihood_is_that_of_the_whole_covariance(model, effects):
    y, X = drawn(3, mu=1.0 * (effects == "random"), rho=0.3 * (model == "sar"))
    options = {"model": model, "effects": effects, "random_errors": "kkp"}
    panel = SpatialPanel(y, X, W, serial="ar1", **options)
    fit = panel.fit()
    design, params = panel.design, fit.params
    gap = np.abs(np.subtract.outer(np.arange(T), np.arange(T)))

    def loglik(theta):
        p = pd.Series(theta[: len(params)], params.index)
        s2, phi = theta[len(params)], theta[len(params) + 1] if effects == "random" else 0.0
        S = np.eye(N) - p.get("rho", 0.0) * A
        B = np.linalg.inv(S) @ np.linalg.inv(np.eye(N) - p.get("lambda", 0.0) * A)
        V = s2 * np.kron(p["psi"] ** gap / (1 - p["psi"] ** 2) + phi, B @ B.T)
        mean = np.kron(np.eye(T), np.linalg.inv(S)) @ (
            design.Z.reshape(N * T, -1) @ p[list(design.names)].to_numpy()
        )
        e = design.y.ravel() - mean
        return -0.5 * (
            N * T * np.log(2 * np.pi) + np.linalg.slogdet(V)[1] + e @ np.linalg.solve(V, e)
        )

    theta = np.array([*params, fit.sigma2, *([fit.variance_ratio] if effects == "random" else [])])
    assert loglik(theta) == pytest.approx(fit.loglik, rel=1e-9)
    steps = np.eye(len(theta)) * 1e-5
    gradient = np.array([(loglik(theta + h) - loglik(theta - h)) / 2e-5 for h in steps])
    assert np.abs(gradient).max() < 2e-2
    h = 1e-3
    curved = np.array(
        [
            [
                loglik(theta + h * (a + b)) - loglik(theta + h * (a - b))
                - loglik(theta - h * (a - b)) + loglik(theta - h * (a + b))
                for b in np.eye(len(theta))
            ]
            for a in np.eye(len(theta))
        ]
    )  # fmt: skip
    errors = np.sqrt(np.diag(np.linalg.inv(-curved / (4 * h**2))))[: len(params)]
    assert_allclose(fit.std_errors, errors, rtol=1e-3)
    plain = SpatialPanel(y, X, W, **options).fit()
    assert lr_test(plain, fit)["df"] == 1 and fit.loglik > plain.loglik
    if effects == "random":
        own = np.linalg.inv(np.eye(N) - (fit.lambda_ or 0.0) * A)
        V = fit.params["psi"] ** gap / (1 - fit.params["psi"] ** 2) + fit.variance_ratio
        inner = fit._mean_without_effects()
        full = np.kron(V, own @ own.T)
        cross = fit.variance_ratio * np.kron(np.ones((1, T)), own @ own.T)
        assert_allclose(fit.unit_effects, cross @ np.linalg.solve(full, inner.ravel()), rtol=1e-6)


def test_forecasts_carry_errors_forward():
    y, X = drawn(3, rho=0.3)
    fit = SpatialPanel(y, X, W, model="sar", effects="none", serial="ar1").fit()
    index = pd.MultiIndex.from_product([range(N), [T, T + 1]], names=["unit", "period"])
    future = pd.DataFrame({"x": 0.0}, index)
    last = fit._mean_without_effects()[-1]
    S = np.eye(N) - fit.rho * A
    table = fit.forecast(future)["forecast"].unstack("period")
    for step, period in enumerate((T, T + 1), start=1):
        mean = fit.params["const"] + fit.params["psi"] ** step * last
        assert_allclose(table[period], np.linalg.solve(S, mean), rtol=1e-9)


def test_serial_correlation_is_recovered():
    gaps, held = [], []
    for seed in range(20):
        fit = SpatialPanel(
            *drawn(seed, mu=0.7), W, model="sem", effects="random", serial="ar1",
            random_errors="kkp",
        ).fit()  # fmt: skip
        gaps.append(fit.params["psi"] - 0.5)
        held.append(abs(gaps[-1]) < 1.96 * fit.std_errors["psi"])
    assert abs(np.mean(gaps)) < 4 * np.std(gaps) / np.sqrt(20) + 0.02
    # The error of a coverage over 20 draws is 5 points.
    assert np.mean(held) >= 0.8


@pytest.mark.parametrize(
    ("options", "fit", "error", "says"),
    [
        ({"effects": "unit"}, {}, SpecificationError, "unit means bias psi"),
        ({"dynamic": "time"}, {}, SpecificationError, "no time lag"),
        ({"model": "sem", "effects": "random"}, {}, SpecificationError, "expected 'kkp'"),
        ({"effects": "none"}, {"cov_type": "qml"}, SpecificationError, "observed information"),
    ],
)
def test_where_serial_correlation_has_no_likelihood(options, fit, error, says):
    with pytest.raises(error, match=says):
        SpatialPanel(*drawn(1), W, serial="ar1", **options).fit(**fit)


def test_component_tests_have_their_size_and_power():
    share = {}
    for name, options in {"none": {}, "random": {"mu": 0.7}, "space": {"lam": 0.5}}.items():
        tables = [
            error_component_tests(*drawn(seed, **({"psi": 0.0} | options)), W)["p_value"] < 0.05
            for seed in range(200)
        ]
        share[name] = pd.concat(tables, axis=1).mean(axis=1)
    # The error of a size of 5% over 200 draws is 1.5 points.
    assert (share["none"] < 0.095).all()
    assert share["random"][["random_effects", "joint", "random_and_serial"]].min() > 0.95
    assert share["random"]["spatial_given_random"] < 0.095
    assert share["space"][["spatial_errors", "joint", "spatial_given_random"]].min() > 0.9
    with pytest.raises(UnsupportedPanelError, match="three or more"):
        error_component_tests(*drawn(1, T=2), W)


def test_component_statistics_by_their_formulas():
    y, X = drawn(5)
    Z = np.column_stack([np.ones(N * T), X["x"]])
    u = (y.to_numpy() - Z @ np.linalg.lstsq(Z, y.to_numpy(), rcond=None)[0]).reshape(N, T).T.ravel()
    J, band = np.ones((T, T)), np.eye(T, k=1) + np.eye(T, k=-1)
    A_ = u @ np.kron(J, np.eye(N)) @ u / (u @ u) - 1
    F = u @ np.kron(band, np.eye(N)) @ u / (u @ u) / 2
    H = u @ np.kron(np.eye(T), A + A.T) @ u / (u @ u) / 2
    b = np.trace((A + A.T) @ (A + A.T)) / 2
    both = N * T**2 / (2 * (T - 1) * (T - 2)) * (A_**2 - 4 * A_ * F + 2 * T * F**2)
    joint = both + N**2 * T / b * H**2
    table = error_component_tests(y, X, W)
    assert table.loc["joint", "statistic"] == pytest.approx(joint, rel=1e-10)
    assert table.loc["random_effects", "statistic"] == pytest.approx(
        N * T / (2 * (T - 1)) * A_**2, rel=1e-10
    )


@pytest.mark.parametrize(
    ("model", "effects"), [("sar", "none"), ("sem", "unit"), ("sar", "twoway")]
)
def test_marginal_likelihoods_by_a_fine_grid(model, effects):
    from scipy.special import gammaln, logsumexp

    data = simulate_panel(N, T, model, effects, rho=0.4, lambda_=0.4, seed=2)
    line = rook_lattice(1, N)
    table = compare_weights(
        data.dependent, data.exog, {"rook": W, "line": line}, models=model, effects=effects
    )
    unit, time = effects in ("unit", "twoway"), effects == "twoway"
    logs, means = {}, {}
    for name, matrix in {"rook": A, "line": line.toarray()}.items():
        design = SpatialPanel(
            data.dependent, data.exog, matrix, model=model, effects=effects
        ).design
        tau, df = T - unit, (T - unit) * (N - time) - len(design.names)
        grid = np.linspace(-1, 1, 4001)[1:-1]
        values = []
        for r in grid:
            S = np.eye(N) - r * matrix
            y = design.y @ S.T
            Z = design.Z if model == "sar" else np.einsum("ij,tjk->tik", S, design.Z)
            both = np.concatenate([y[:, :, None], Z], axis=2)
            both = both - both.mean(axis=0) * unit
            both = both - both.mean(axis=1, keepdims=True) * time
            flat = both.reshape(N * T, -1)
            e = flat[:, 0] - flat[:, 1:] @ np.linalg.lstsq(flat[:, 1:], flat[:, 0], rcond=None)[0]
            log = np.linalg.slogdet(S)[1] - np.log(1 - r) * time
            values.append(
                tau * log - 0.5 * df * np.log(np.pi * e @ e)
                - 0.5 * np.linalg.slogdet(flat[:, 1:].T @ flat[:, 1:])[1]
            )  # fmt: skip
        values = np.array(values)
        logs[name] = gammaln(df / 2) + logsumexp(values) + np.log(grid[1] - grid[0]) - np.log(2)
        means[name] = np.exp(values - logsumexp(values)) @ grid
    for name in logs:
        row = table.loc[(name, model)]
        assert row["log_marginal"] == pytest.approx(logs[name], abs=1e-3)
        assert row["spatial_mean"] == pytest.approx(means[name], abs=1e-3)
    assert table["probability"].sum() == pytest.approx(1)


def test_what_cannot_be_compared():
    data = simulate_panel(N, T, "sar", "unit", seed=2)
    both = {"rook": W, "line": rook_lattice(1, N)}
    with pytest.raises(SpecificationError, match="differ in the number of coefficients"):
        compare_weights(data.dependent, data.exog, both, models=("sar", "sdm"))
    with pytest.raises(SpecificationError, match="expected a mapping"):
        compare_weights(data.dependent, data.exog, W)
    binary = {"binary": rook_lattice(5, 5, standardised=False)}
    with pytest.raises(NonNormalisedWeightsError, match="'binary' have different sums"):
        compare_weights(data.dependent, data.exog, binary)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = compare_weights(data.dependent, data.exog, binary, models="sar", effects="unit")
    assert np.isfinite(table.to_numpy(float)).all()
