"""Flows of known gravity."""

import numpy as np
import pytest

from regiometrics.gravity.grid import FlowGrid

TRUE = {"log_distance": -1.2, "same_province": 0.8}


def simulated(n=40, noise=0.5, seed=1, threshold=None):
    """Cities in the plane in provinces of five, with flows of known gravity."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, 10, (n, 2))
    distance = np.hypot(*(places[:, None] - places).transpose(2, 0, 1)) + np.eye(n)
    province = np.arange(n) // 5
    regressors = {
        "log_distance": np.log(distance + 0.1),
        "same_province": (province[:, None] == province).astype(float),
    }
    index = sum(TRUE[name] * values for name, values in regressors.items())
    index = index + rng.normal(0, 0.7, n)[:, None] + rng.normal(0, 0.7, n)
    draws = rng.normal(0, noise, (n, n))
    log_flow = index + draws
    flow = np.exp(log_flow)
    np.fill_diagonal(flow, 0)
    listed = flow > 0
    if threshold is not None:
        listed &= log_flow > threshold
        flow = np.where(listed, flow, 0)
    return FlowGrid([f"{i:06d}" for i in range(n)], flow, listed, regressors)


@pytest.fixture(scope="module", name="simulated")
def simulated_fixture():
    return simulated
