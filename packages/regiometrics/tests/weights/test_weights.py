"""Spatial weights: by hand on toys, by theory on rings, and against libpysal."""

import types

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from regiometrics.errors import WeightsError, WeightsMismatchError
from regiometrics.spatial import as_weights
from regiometrics.weights import Weights, spectrum
from regiometrics.weights.builders import (
    economic_weights,
    flow_weights,
    inverse_distance_weights,
    nearest_weights,
    queen_weights,
    travel_time_weights,
)

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


def test_subset_standardises_again():
    row = queen_weights(ADJACENCY, IDS).standardise()
    kept = row.subset(["c", "b"])
    assert kept.ids.tolist() == ["c", "b"]
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
    assert (back.name, back.note) == (weights.name, weights.note)
    assert back.ids.equals(weights.ids)
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
        (lambda: Weights(np.zeros((2, 2)), ("a", "a"), "w"), "a appears twice"),
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
        (lambda: flow_weights(PAIRS, IDS, ("p", "q", "h")), "pair a, b appears twice"),
        (
            lambda: travel_time_weights(PAIRS.iloc[:1] * [1, 1, 0], IDS, ("p", "q", "h")),
            "0.0",
        ),
    ],
)
def test_bad_input_is_refused_with_a_sentence(build, sentence):
    with pytest.raises(ValueError, match=sentence):
        build()


CODES = [610100, 610300, 620500]
LINE = np.array([[0, 1.0, 0], [2, 0, 3], [0, 4, 0]])


def test_whole_numbers_stay_whole_numbers(tmp_path):
    weights = Weights(LINE, CODES, "line")
    assert weights.ids.tolist() == CODES and weights.ids.dtype.kind == "i"
    assert weights.standardise().subset(CODES[:2]).ids.dtype.kind == "i"
    weights.save(tmp_path / "line.npz")
    assert Weights.load(tmp_path / "line.npz").ids.equals(weights.ids)


def test_without_ids_the_units_are_numbered():
    assert Weights(LINE).ids.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "asked",
    [
        ["620500", "610300"],
        pd.Categorical([620500, 610300]),
        pd.Categorical(["620500", "610300"]),
        np.array([620500.0, 610300.0]),
        pd.Series([620500, 610300]),
    ],
)
def test_numbers_their_text_and_categories_match(asked):
    kept = Weights(LINE, CODES).subset(asked)
    assert kept.ids.tolist() == [620500, 610300]
    assert dense(kept).tolist() == [[0, 4], [3, 0]]
    kept = Weights(LINE, list(map(str, CODES))).reindex(asked)
    assert dense(kept).tolist() == [[0, 4], [3, 0]]


def test_text_that_differs_does_not_match():
    """The code "007" is not the number 7, and two labels of one text are told apart as they are."""
    with pytest.raises(WeightsMismatchError, match="no unit 7; expected ids such as '007'"):
        Weights(LINE, ["007", "8", "9"]).subset([7])
    mixed = Weights(LINE, pd.Index([1, "1", 2], dtype=object))
    assert dense(mixed.subset(["1", 2])).tolist() == [[0, 3], [4, 0]]


SOURCES = {
    "frame": pd.DataFrame(LINE, CODES, CODES).iloc[::-1, [1, 0, 2]],
    "series": pd.DataFrame(LINE, CODES, CODES).stack().loc[lambda values: values > 0],
    "graph": types.SimpleNamespace(sparse=sparse.coo_array(LINE), unique_ids=pd.Index(CODES)),
    "w": types.SimpleNamespace(sparse=sparse.csr_array(LINE), id_order=CODES),
    "own": Weights(LINE, CODES),
    "panel": as_weights(LINE, pd.Index(CODES)),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_every_form_gives_the_same_weights(source):
    made = Weights.of(source, list(map(str, CODES)))
    assert made.ids.tolist() == CODES
    np.testing.assert_array_equal(dense(made), LINE)


def test_a_matrix_takes_the_labels_it_is_given():
    made = Weights.of(sparse.csr_array(LINE), CODES, name="line")
    assert (made.ids.tolist(), made.name) == (CODES, "line")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("contiguity", "are a str; expected a scipy sparse matrix"),
        (pd.DataFrame(LINE, list("abc"), list("abd")), "'d' labels a row or a column"),
        (pd.DataFrame(LINE, list("aba"), list("abd")), "'a' appears twice"),
        (pd.Series([1.0, 2.0], pd.MultiIndex.from_tuples([("a", "b")] * 2)), "is given twice"),
    ],
)
def test_other_sources_are_refused_with_a_sentence(source, sentence):
    with pytest.raises(WeightsError, match=sentence):
        Weights.of(source)


def test_libpysal_goes_both_ways():
    libpysal = pytest.importorskip("libpysal")
    graph = Weights(LINE, CODES).to_graph()
    np.testing.assert_array_equal(dense(Weights.of(graph)), LINE)
    old = libpysal.weights.lat2W(3, 3)
    assert Weights.of(old, name="queen").ids.tolist() == list(range(9))


def test_plain_builders_agree_with_libpysal():
    """Ours take distances of any kind, libpysal's from coordinates: where both apply, equal."""
    graph = pytest.importorskip("libpysal.graph").Graph
    rng = np.random.default_rng(3)
    points = rng.uniform(0, 100, (40, 2))
    apart = np.sqrt(((points[:, None] - points) ** 2).sum(axis=2))
    distances = pd.DataFrame(apart)
    theirs = Weights.of(graph.build_knn(points, k=5))
    np.testing.assert_array_equal(dense(nearest_weights(distances, 5)), dense(theirs))
    with np.errstate(divide="ignore"):  # of a point to itself, which libpysal then drops
        near = graph.build_distance_band(points, 30, binary=False, alpha=-2)
    ours = inverse_distance_weights(distances, 30, power=2)
    # Two ways of computing the same distance differ by rounding.
    np.testing.assert_allclose(dense(ours), dense(Weights.of(near)), rtol=1e-12)
    assert ours.islands == list(near.isolates)
