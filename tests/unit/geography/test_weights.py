"""Spatial weights: by hand on toys, by theory on rings, and on the prefectures."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from guantian.geography.boundaries import distances_km, representative_points
from regiometrics.weights import spectrum
from regiometrics.weights.builders import (
    economic_weights,
    flow_weights,
    inverse_distance_weights,
    nearest_weights,
    queen_weights,
    travel_time_weights,
)
from regiometrics.weights.weights import Weights

IDS = ("a", "b", "c", "d")
# a - b - c in a row, d far off.
ADJACENCY = np.array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
DISTANCES = pd.DataFrame(
    [[0.0, 10, 20, 100], [10, 0, 10, 90], [20, 10, 0, 80], [100, 90, 80, 0]],
    index=IDS,
    columns=IDS,
)


def ring(n):
    links = np.roll(np.eye(n), 1, axis=1)
    return Weights(links + links.T, tuple(map(str, range(n))), "ring")


def dense(weights):
    return weights.matrix.toarray()


def test_queen_and_row_standardisation():
    raw = queen_weights(ADJACENCY, IDS)
    assert (dense(raw) == ADJACENCY).all()
    assert raw.standardisation == "none"
    row = raw.standardise()
    assert dense(row).tolist() == [
        [0, 1, 0, 0],
        [0.5, 0, 0.5, 0],
        [0, 1, 0, 0],
        [0, 0, 0, 0],
    ]
    assert row.islands == raw.islands == ["d"]


def test_spectral_standardisation_keeps_symmetry():
    scaled = queen_weights(ADJACENCY, IDS).standardise("spectral")
    # The largest eigenvalue of a path of three is the root of two.
    np.testing.assert_allclose(dense(scaled), ADJACENCY / np.sqrt(2), rtol=1e-12)


def test_nearest_breaks_ties_by_order():
    assert dense(nearest_weights(DISTANCES, 1)).tolist() == [
        [0, 1, 0, 0],
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
    ]
    assert (nearest_weights(DISTANCES, 2).matrix.sum(axis=1) == 2).all()


def test_inverse_distance_with_cutoff():
    weights = inverse_distance_weights(DISTANCES, cutoff_km=20, power=2)
    expected = np.zeros((4, 4))
    expected[[0, 1, 1, 2], [1, 0, 2, 1]] = 1 / 100
    expected[[0, 2], [2, 0]] = 1 / 400
    np.testing.assert_allclose(dense(weights), expected, rtol=1e-15)
    assert weights.islands == ["d"]


def test_economic_distance():
    output = pd.Series([np.e, np.e**2, np.e**4, np.e], index=list(IDS))
    weights = economic_weights(output, floor=0.5)
    assert dense(weights)[0] == pytest.approx([0, 1, 1 / 3, 2])
    within = economic_weights(output, 0.5, within=queen_weights(ADJACENCY, IDS).standardise())
    assert dense(within)[1] == pytest.approx([1, 0, 1 / 2, 0])
    assert within.islands == ["d"]


def test_flows_both_ways():
    flows = pd.DataFrame(
        {
            "o": ["a", "b", "a", "x"],
            "d": ["b", "a", "c", "a"],
            "f": [2.0, 4.0, 1.0, 9.0],
        }
    )
    mean = flow_weights(flows, IDS, columns=("o", "d", "f"))
    assert dense(mean)[:3, :3].tolist() == [[0, 3, 0.5], [3, 0, 0], [0.5, 0, 0]]
    directed = flow_weights(flows, IDS, columns=("o", "d", "f"), symmetric=False)
    assert dense(directed)[:3, :3].tolist() == [[0, 2, 1], [4, 0, 0], [0, 0, 0]]


def test_travel_time():
    times = pd.DataFrame({"p": ["a", "b"], "q": ["b", "c"], "h": [0.5, 2.0]})
    weights = travel_time_weights(times, IDS, columns=("p", "q", "h"))
    assert dense(weights)[:3, :3].tolist() == [[0, 2, 0], [2, 0, 0.5], [0, 0.5, 0]]


def test_subset_standardises_anew():
    row = queen_weights(ADJACENCY, IDS).standardise()
    kept = row.subset(["c", "b"])
    assert kept.ids == ("c", "b")
    assert dense(kept).tolist() == [[0, 1], [1, 0]]
    assert row.subset(["a", "c"]).islands == ["a", "c"]
    raw = queen_weights(ADJACENCY, IDS).subset(["c", "b"])
    assert raw.standardisation == "none"


def test_description_of_a_ring():
    report = ring(6).standardise().describe()
    # Eigenvalues of a row-standardised ring are cos(2 pi k / n): from -1 to 1 for even n.
    assert report["n"] == 6
    assert report["links"] == 12
    assert report["density"] == pytest.approx(12 / 30)
    assert report["mean_neighbours"] == 2
    assert (report["islands"], report["components"]) == (0, 1)
    # 1e-12: rounding of an eigenvalue routine on a matrix of norm one.
    assert report["rho_low"] == pytest.approx(-1, abs=1e-12)
    assert report["rho_high"] == pytest.approx(1, abs=1e-12)
    odd = ring(5).standardise().describe()
    assert odd["min_eigenvalue"] == pytest.approx(np.cos(4 * np.pi / 5), abs=1e-12)


def test_only_real_eigenvalues_bound_an_asymmetric_matrix():
    # A directed ring of three: eigenvalues are the cube roots of one, only 1 is real.
    turn = Weights(np.roll(np.eye(3), 1, axis=1), ("a", "b", "c"), "turn")
    report = turn.describe()
    assert report["spectral_radius"] == pytest.approx(1, abs=1e-12)
    assert report["rho_low"] == -np.inf
    assert report["rho_high"] == pytest.approx(1, abs=1e-12)


def test_nilpotent_weights_bound_nothing():
    chain = Weights(np.diag([1.0, 1.0], 1), ("a", "b", "c"), "chain")
    report = chain.describe()
    assert (report["rho_low"], report["rho_high"]) == (-np.inf, np.inf)
    with pytest.raises(ValueError, match="spectral radius is 0"):
        chain.standardise("spectral")


@settings(deadline=None, max_examples=60)
@given(n=st.integers(2, 12), chance=st.floats(0.05, 1), seed=st.integers(0, 2**32 - 1))
def test_spectrum_by_symmetry_equals_the_general_one(n, chance, seed):
    random = np.random.default_rng(seed)
    upper = np.triu(random.random((n, n)) * (random.random((n, n)) < chance), k=1)
    weights = Weights(upper + upper.T, tuple(map(str, range(n))), "random").standardise()
    general = np.sort(np.linalg.eigvals(weights.matrix.toarray()).real)
    symmetric = spectrum.eigenvalues(weights.matrix)
    assert np.isrealobj(symmetric)
    # Weights as small as 1e-17 of others make the general routine lose digits: 1e-6 is allowed.
    np.testing.assert_allclose(np.sort(symmetric), general, atol=1e-6)


@pytest.mark.parametrize("directed", [False, True])
def test_large_matrices_give_the_same_ends(monkeypatch, directed):
    weights = ring(41)
    if directed:
        extra = sparse.csr_array(([2.0], ([0], [5])), shape=(41, 41))
        weights = Weights(weights.matrix + extra, weights.ids, "ring")
    weights = weights.standardise()
    all_of_them = weights.describe()
    monkeypatch.setattr(spectrum, "DENSE_LIMIT", 10)
    ends = weights.describe()
    for key in ("min_eigenvalue", "max_eigenvalue", "spectral_radius"):
        # ARPACK stops at machine precision by default; 1e-8 allows for its last steps.
        assert ends[key] == pytest.approx(all_of_them[key], abs=1e-8)


def test_saved_weights_come_back_and_bytes_are_stable(tmp_path, monkeypatch):
    weights = inverse_distance_weights(DISTANCES, 50).standardise()
    weights.save(tmp_path / "first.npz")
    monkeypatch.setattr("time.time", lambda: 2e9)
    monkeypatch.setattr("time.localtime", lambda *_: (2033, 5, 18, 3, 33, 20, 2, 138, 0))
    weights.save(tmp_path / "second.npz")
    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()
    back = Weights.load(tmp_path / "first.npz")
    assert (back.ids, back.name, back.note) == (weights.ids, weights.name, weights.note)
    assert back.standardisation == "row"
    assert (back.matrix != weights.matrix).nnz == 0


def test_a_file_that_holds_no_weights_is_refused(tmp_path):
    path = tmp_path / "other.npz"
    np.savez(path, x=np.zeros(2))
    with pytest.raises(ValueError, match=r"other\.npz: no weights"):
        Weights.load(path)
    path.write_bytes(b"text")
    with pytest.raises(ValueError, match=r"other\.npz: no weights"):
        Weights.load(path)
    with pytest.raises(FileNotFoundError):
        Weights.load(tmp_path / "absent.npz")


PAIRS = pd.DataFrame({"p": ["a", "a"], "q": ["b", "b"], "h": [1.0, 2.0]})


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (
            lambda: Weights(np.zeros((2, 2)), IDS, "w"),
            r"shape \(2, 2\); expected 4 by 4",
        ),
        (lambda: Weights(np.zeros((2, 2)), ("a", "a"), "w"), "a stands twice"),
        (lambda: Weights(-ADJACENCY, IDS, "w"), "the weight of b for a is -1.0"),
        (lambda: Weights(ADJACENCY * np.nan, IDS, "w"), "is nan; expected a finite"),
        (lambda: Weights(np.eye(4), IDS, "w"), "a has a weight for itself"),
        (
            lambda: Weights(ADJACENCY, IDS, "w", "", "column"),
            "standardisation 'column'",
        ),
        (
            lambda: queen_weights(ADJACENCY, IDS).standardise("column"),
            "kind is 'column'",
        ),
        (lambda: queen_weights(ADJACENCY, IDS).subset(["x"]), "no unit x"),
        (lambda: nearest_weights(DISTANCES, 4), "k is 4; expected between 1 and 3"),
        (lambda: nearest_weights(DISTANCES.iloc[:2], 1), "rows and columns differ"),
        (lambda: inverse_distance_weights(DISTANCES * 0, 5), "between a and b is 0.0"),
        (lambda: economic_weights(pd.Series({"a": 1.0, "b": 0.0})), "head of b is 0.0"),
        (lambda: economic_weights(pd.Series({"a": 1.0}), floor=0), "floor is 0"),
        (lambda: flow_weights(PAIRS, IDS), "no column origin_code"),
        (lambda: flow_weights(PAIRS, IDS, ("p", "q", "h")), "pair a, b stands twice"),
        (
            lambda: travel_time_weights(PAIRS.iloc[:1] * [1, 1, 0], IDS, ("p", "q", "h")),
            "0.0",
        ),
    ],
)
def test_bad_input_is_refused_with_a_sentence(build, sentence):
    with pytest.raises(ValueError, match=sentence):
        build()


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
