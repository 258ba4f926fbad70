"""Weights of the real prefectures."""

import pytest

from guantian.geography.boundaries import distances_km, representative_points
from regiometrics.weights import nearest_weights, queen_weights


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
