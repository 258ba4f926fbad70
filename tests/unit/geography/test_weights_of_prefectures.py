"""Weights and placebo zones of the real prefectures."""

import time

import pytest

from guantian.geography.boundaries import distances_km, representative_points
from regiometrics.placebo import index_groups, placebo_zones
from regiometrics.weights import is_contiguous, nearest_weights, queen_weights


def test_prefectures(adjacency, prefectures):
    ids = list(prefectures.index)
    queen = queen_weights(adjacency, ids).standardise()
    report = queen.describe()
    assert queen.islands == ["330900", "460300", "710000"]
    assert report["links"] == adjacency.nnz
    # Row-standardised: the largest eigenvalue is one, by Perron and Frobenius.
    assert report["max_eigenvalue"] == pytest.approx(1, abs=1e-12)
    assert -1 <= report["min_eigenvalue"] < 0
    distances = distances_km(representative_points(prefectures))
    nearest = nearest_weights(distances, 5)
    assert (nearest.matrix.sum(axis=1) == 5).all()
    assert not nearest.describe()["symmetric"]


def test_imports_stay_light():
    import subprocess
    import sys

    heavy = (
        "geopandas",
        "shapely",
        "pyproj",
        "libpysal",
        "yaml",
        "statsmodels",
        "matplotlib",
    )
    code = f"import sys, guantian.geography; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_prefectures_are_drawn_in_time(adjacency):
    start = time.perf_counter()
    zones = placebo_zones(adjacency, 7, 10_000, seed=20090625)
    # The budget is 3 s; about half a second was measured on two cores.
    assert time.perf_counter() - start < 3
    assert all(is_contiguous(adjacency, zone) for zone in zones[:200])
    assert zones.shape == (10_000, 7)
    # The number of groups of 8 units' stems is the number of groups of 7: two counts of one thing.
    assert index_groups(adjacency, 7).total == len(index_groups(adjacency, 8)._ends)
