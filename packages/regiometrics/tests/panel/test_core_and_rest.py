"""Spillover from a core, hierarchy and co-movement: by hand, against dummies, simulated."""

import numpy as np
import pandas as pd
import pytest

from regiometrics.gravity.hierarchy import functional_polycentricity, polycentricity, rank_size
from regiometrics.panel.comovement import (
    concordance,
    correlations,
    dynamic_correlations,
    mean_within,
)
from regiometrics.panel.spread import Sphere, exposure_slope, local_cores, spheres


def test_hierarchy_by_hand():
    # (4, 0): deviation 2 over the ceiling of 2.
    assert polycentricity(np.array([4.0, 0.0])) == pytest.approx(0.0)
    flows = np.array([[0.0, 2.0], [2.0, 0.0]])
    assert functional_polycentricity(flows, ceiling=4.0) == pytest.approx(0.5)  # even, half dense


def test_zipf_is_recovered_and_few_sizes_are_refused():
    found = rank_size(1 / (np.arange(1, 2001) - 0.5))
    assert found["estimate"] == pytest.approx(1.0, abs=1e-9)  # exact by construction
    assert found["std_error"] == pytest.approx(np.sqrt(2 / 2000))
    with pytest.raises(ValueError, match="expected three or more, all positive"):
        rank_size(np.array([1.0, 0.0, 2.0]))


def simulated(slope, n=30, T=25, seed=1):
    rng = np.random.default_rng(seed)
    exposure = np.concatenate([[0.0], rng.normal(size=n)])
    growth = rng.normal(size=(T, n + 1)) * 0.5 + rng.normal(size=(T, 1))
    growth[:, 1:] += slope * growth[:, :1] * exposure[1:]
    return growth, exposure, Sphere(0, np.arange(1, n + 1))


@pytest.mark.parametrize("slope", [-0.8, 0.0, 0.5])
def test_slope_is_recovered(slope):
    b, error = exposure_slope(*simulated(slope))
    assert abs(b - slope) < 4 * error
    assert error < 0.1


@pytest.mark.parametrize("horizon", [0, 2])
def test_slope_is_that_of_dummies(horizon):
    growth, exposure, sphere = simulated(0.5, n=6, T=9)
    T, n = 9 - horizon, 6
    y = np.array([[growth[t : t + horizon + 1, i].sum() for i in range(1, 7)] for t in range(T)])
    x = growth[:T, :1] * exposure[None, 1:]
    units = np.tile(np.eye(n), (T, 1))
    years = np.repeat(np.eye(T), n, axis=0)[:, 1:]
    design = np.column_stack([x.ravel(), units, years])
    by_hand = np.linalg.lstsq(design, y.ravel(), rcond=None)[0][0]
    assert exposure_slope(growth, exposure, sphere, horizon)[0] == pytest.approx(by_hand)


def test_cores_are_the_largest_around():
    distances = np.abs(np.subtract.outer([0.0, 10.0, 100.0], [0.0, 10.0, 100.0]))
    sizes = np.array([5.0, 3.0, np.nan])
    assert local_cores(sizes, distances, 50.0).tolist() == [0]
    assert local_cores(np.array([5.0, 3.0, 1.0]), distances, 50.0).tolist() == [0, 2]
    complete = np.array([True, True, False])
    found = spheres(np.array([0, 2]), distances, 200.0, complete, least=1)
    assert [(s.core, s.around.tolist()) for s in found] == [(0, [1])]


def frame():
    t = np.arange(16)
    slow, fast = np.sin(2 * np.pi * t / 8), np.sin(2 * np.pi * t / 2.0 + 0.3)
    return pd.DataFrame({"a": slow + fast, "b": slow - fast, "c": -slow - fast})


def test_dynamic_correlation_looks_at_the_band_only():
    slow = dynamic_correlations(frame(), 4, 10)
    np.testing.assert_allclose(slow, [[1, 1, -1], [1, 1, -1], [-1, -1, 1]], atol=1e-10)
    with pytest.raises(ValueError, match="no cycle between 30 and 40"):
        dynamic_correlations(frame(), 30, 40)


def test_correlations_match_pandas_and_gaps_stay_missing():
    np.testing.assert_allclose(correlations(frame()), frame().corr().to_numpy(), atol=1e-12)
    gap = frame()
    gap.loc[3, "c"] = np.nan
    assert np.isnan(concordance(gap)[2]).all()
    assert np.isnan(mean_within(correlations(gap), np.array([[0, 1, 2]]))).all()


def test_mean_within_counts_each_pair_once():
    matrix = np.array([[1.0, 0.2, 0.4], [0.2, 1.0, 0.9], [0.4, 0.9, 1.0]])
    assert mean_within(matrix, np.array([[0, 1, 2], [2, 1, 0]])).tolist() == [0.5, 0.5]
