"""Parts of the spatial estimators against plain matrices."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from regiometrics.spatial import Spatial2SLS, error_component_tests, simulate_panel
from regiometrics.spatial.bias import dynamic_bias
from regiometrics.spatial.errors import SmallSampleWarning


def ring(n=6):
    """Weights of the two neighbours on a ring, uneven so that they are not symmetric."""
    W = np.roll(np.eye(n), 1, axis=1) * 0.7 + np.roll(np.eye(n), -1, axis=1) * 0.3
    return W / W.sum(axis=1, keepdims=True)


def determinant(W):
    """What the bias terms ask of a determinant, by inverses."""
    identity = np.eye(len(W))

    def inverse(r):
        return W @ np.linalg.inv(identity - r * W)

    return SimpleNamespace(
        logdet=SimpleNamespace(weights=SimpleNamespace(extreme_eigenvalues=(-1.0, 1.0))),
        trace=lambda r: np.trace(inverse(r)),
        trace_square=lambda r: np.trace(inverse(r) @ inverse(r)),
    )


@pytest.mark.parametrize("eta", [0.1, -0.06])  # (rho + eta) / (1 - gamma) is rho for the second
def test_the_dynamic_bias_is_that_of_plain_matrices(eta):
    """Lee and Yu (2010), with an error lag; the information is a multiple of one."""
    W, M, n, T = ring(), ring().T, 6, 9
    rho, gamma, lam, sigma2 = 0.2, 0.3, 0.4, 2.0
    estimates = {"rho": rho, "time": gamma, "space_time": eta, "lambda": lam, "sigma2": sigma2}
    positions = {"time": 0, "space_time": 1, "rho": 2, "lambda": 3, "sigma2": 4}
    found = dynamic_bias(
        n * T * np.eye(5), determinant(W), determinant(M), estimates, positions, n, T
    )
    identity = np.eye(n)
    K = np.linalg.inv((1 - gamma) * identity - (rho + eta) * W)
    G = W @ np.linalg.inv(identity - rho * W)
    H = M @ np.linalg.inv(identity - lam * M)
    traces = [K, W @ K, G @ (gamma * identity + eta * W) @ K + G, H]
    expected = [*(np.trace(each) / n for each in traces), 1 / (2 * sigma2)]
    np.testing.assert_allclose(found, -np.array(expected) / T, rtol=1e-6)


def test_the_tests_of_error_components_by_hand():
    data = simulate_panel(n=25, T=5, model="sem", effects="random", lambda_=0.3, seed=2)
    table = error_component_tests(data.dependent, data.exog, data.weights)["statistic"]
    y = data.dependent.unstack()
    X = np.stack([data.exog[name].unstack().to_numpy() for name in data.exog], axis=-1)
    y, (n, T) = y.to_numpy(), y.shape
    flat = np.column_stack([np.ones(n * T), X.reshape(n * T, -1)])
    u = y.ravel() - flat @ np.linalg.lstsq(flat, y.ravel(), rcond=None)[0]
    u = u.reshape(n, T)
    W = data.weights.toarray()
    b = np.trace(W @ W + W @ W.T)
    squares = (u**2).sum()
    A = np.square(u.sum(axis=1)).sum() / squares - 1
    F = (u[:, 1:] * u[:, :-1]).sum() / squares
    H = (u * (W @ u)).sum() / squares
    random, spatial = n * T / (2 * (T - 1)) * A**2, n**2 * T / b * H**2
    both = n * T**2 / (2 * (T - 1) * (T - 2)) * (A**2 - 4 * A * F + 2 * T * F**2)
    expected = {
        "random_effects": random,
        "spatial_errors": spatial,
        "serial_correlation": n * T**2 / (T - 1) * F**2,
        "random_and_spatial": random + spatial,
        "random_and_serial": both,
        "joint": both + spatial,
    }
    for name, value in expected.items():
        assert table[name] == pytest.approx(value), name


def test_moments_of_spatial_errors_are_warned_of_in_few_units_and_two_stages_are_not():
    data = simulate_panel(n=49, T=6, model="sar", effects="time", rho=0.3, seed=1)
    model = Spatial2SLS(data.dependent, data.exog, data.weights, effects="time")
    with warnings.catch_warnings():
        warnings.simplefilter("error", SmallSampleWarning)
        found = model.fit("unadjusted")
    assert found.__maketables_depvar__ == data.dependent.name
    with_errors = Spatial2SLS(data.dependent, data.exog, data.weights, effects="time", error="ar")
    with pytest.warns(SmallSampleWarning, match="the moments' weights are estimated from 49 units"):
        with_errors.fit("clustered")
