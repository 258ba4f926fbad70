"""Weights: coercion, faults, spectrum. Tolerances are rounding of n = 4 to 900 eigenvalues."""

import types
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from regiometrics.spatial import as_weights, rook_lattice
from regiometrics.spatial.errors import (
    DisconnectedWeightsWarning,
    IslandError,
    WeightsError,
    WeightsMismatchError,
)
from regiometrics.weights import Weights

PATH = np.array([[0, 1, 0], [0.5, 0, 0.5], [0, 1, 0]])
UNITS = pd.Index(["a", "b", "c"])


def test_path_of_three_by_hand():
    """Row-standardised path: eigenvalues -1, 0, 1; D = diag(1, 2, 1) makes D W symmetric."""
    W = as_weights(PATH, UNITS)
    assert W.row_sum == 1.0
    np.testing.assert_allclose(W.eigenvalues, [-1, 0, 1], atol=1e-15)
    np.testing.assert_allclose(W.scaling / W.scaling[0], [1, 2, 1])
    assert W.admissible_interval == pytest.approx((-1, 1))


def test_interval_of_binary_triangle_is_not_minus_one_to_one():
    """Complete graph on three units: eigenvalues 2, -1, -1, so that r lies in (-1, 1/2)."""
    W = as_weights(np.ones((3, 3)) - np.eye(3), UNITS)
    assert W.admissible_interval == pytest.approx((-1.0, 0.5))
    standardised = as_weights((np.ones((3, 3)) - np.eye(3)) / 2, UNITS)
    assert standardised.admissible_interval == pytest.approx((-2.0, 1.0))


@pytest.mark.parametrize("standardised", [True, False])
def test_lanczos_agrees_with_all_eigenvalues(standardised):
    rows, columns = 24, 25
    lattice = rook_lattice(rows, columns, standardised=False)
    # Diagonal links break the two colours, so that the least eigenvalue is not minus the largest.
    extra = sp.coo_array(([1.0] * 24, (range(24), range(26, 50))), shape=(600, 600)).tocsr()
    A = sp.csr_array(lattice + extra + extra.T)
    if standardised:
        A = sp.csr_array(sp.diags_array(1 / A.sum(axis=1)) @ A)
    W = as_weights(A, pd.RangeIndex(600))
    exact = W.eigenvalues
    # Lanczos stops at a relative residual of 1e-7.
    np.testing.assert_allclose(W.extreme_eigenvalues, [exact[0], exact[-1]], rtol=1e-6)
    assert exact[0] > -exact[-1] + 1e-4


def test_bipartite_lattice_has_symmetric_spectrum():
    W = as_weights(rook_lattice(30, 30), pd.RangeIndex(900))
    assert W.extreme_eigenvalues == (-1.0, 1.0)


def test_directed_weights_have_no_scaling_and_complex_eigenvalues():
    ring = np.roll(np.eye(4), 1, axis=1)
    W = as_weights(ring, pd.RangeIndex(4))
    assert W.scaling is None
    # Eigenvalues 1, i, -1, -i: only the real ones bound r.
    assert W.admissible_interval == pytest.approx((-1.0, 1.0))


def test_labelled_weights_are_put_into_unit_order():
    frame = pd.DataFrame(PATH, index=["c", "b", "a"], columns=["c", "b", "a"])
    frame.loc["c", "b"] = 3.0
    W = as_weights(frame, UNITS)
    assert W.matrix[2, 1] == 3.0
    graph = types.SimpleNamespace(sparse=sp.csr_array(PATH), unique_ids=pd.Index(["b", "a", "c"]))
    assert as_weights(graph, UNITS).matrix[0, 1] == 0.5
    old = types.SimpleNamespace(sparse=sp.csr_array(PATH), id_order=["a", "b", "c"])
    np.testing.assert_array_equal(as_weights(old, UNITS).matrix.toarray(), PATH)


def test_lag_is_the_neighbours_mean():
    W = as_weights(PATH, UNITS)
    y = np.array([[1.0, 2.0, 5.0], [0.0, 1.0, 0.0]])
    np.testing.assert_allclose(W.lag(y), [[2, 3, 2], [1, 0, 1]])
    np.testing.assert_allclose(W.lag(y[:, :, None])[:, :, 0], W.lag(y))


@pytest.mark.parametrize(
    ("matrix", "error", "says"),
    [
        (np.ones((2, 2)) - np.eye(2), WeightsMismatchError, "2 × 2, the panel has 3 units"),
        (PATH * [1, np.nan, 1], WeightsError, "finite"),
        (-PATH, WeightsError, "unit 'b' for unit 'a' is -1"),
        (PATH + np.eye(3), WeightsError, "own neighbour"),
        (PATH * [[1], [1], [0]], IslandError, "no neighbour \\('c'\\)"),
        ("contiguity", WeightsError, "a str; expected"),
    ],
)
def test_faults_have_a_class_and_a_sentence(matrix, error, says):
    with pytest.raises(error, match=says):
        as_weights(matrix, UNITS)


def test_unknown_identifier_is_named():
    frame = pd.DataFrame(PATH, index=["a", "b", "x"])
    with pytest.raises(WeightsMismatchError, match="'c' of the panel is not in the weights"):
        as_weights(frame, UNITS)


def test_disconnected_graph_warns_but_works():
    block = np.ones((2, 2)) - np.eye(2)
    with pytest.warns(DisconnectedWeightsWarning, match="2 components"):
        W = as_weights(np.kron(np.eye(2), block), pd.RangeIndex(4))
    np.testing.assert_allclose(W.eigenvalues, [-1, -1, 1, 1], atol=1e-15)
    assert W.scaling is not None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        as_weights(PATH, UNITS)


def test_exact_power_traces():
    W = as_weights(rook_lattice(9, 11), pd.RangeIndex(99))
    traces = W.power_traces
    assert len(traces) >= 7
    exact = [np.sum(W.eigenvalues**j) for j in range(len(traces))]
    np.testing.assert_allclose(traces, exact, atol=1e-10)


def test_a_table_is_read_by_its_labels_on_both_sides():
    labels = list("abcd")
    W = np.array([[0, 1, 0, 0], [0.5, 0, 0.5, 0], [0, 0.2, 0, 0.8], [0, 0, 1, 0]])
    table = pd.DataFrame(W, labels, labels)
    units = pd.Index(list("dcab"))
    turned = as_weights(table.loc[::-1, ["b", "a", "d", "c"]], units).matrix.toarray()
    np.testing.assert_array_equal(turned, table.loc[units, units].to_numpy())
    with pytest.raises(WeightsMismatchError, match="'x' labels a row or a column"):
        as_weights(table.rename(columns={"d": "x"}), units)
    with pytest.raises(WeightsError, match="'a' appears twice"):
        as_weights(table.rename(index={"b": "a"}), units)


def test_an_object_with_a_matrix_and_ids_is_put_in_order():
    path = Weights(rook_lattice(1, 3), ("a", "b", "c"), "path")
    W = as_weights(path, pd.Index(["b", "a", "c"])).matrix.toarray()
    np.testing.assert_array_equal(W, [[0, 0.5, 0.5], [1, 0, 0], [1, 0, 0]])


def test_weights_with_codes_as_whole_numbers_fit_a_panel_with_such_codes():
    codes = [610100, 610300, 620500]
    W = as_weights(Weights(PATH, tuple(codes), "path"), pd.Index(codes[::-1]))
    np.testing.assert_array_equal(W.matrix.toarray(), PATH[::-1, ::-1])


def test_the_callers_matrix_is_left_alone():
    W = rook_lattice(3, 3)
    W.data[0] = 0.0
    W.data.setflags(write=False)
    assert as_weights(W, pd.RangeIndex(9)).matrix.nnz == W.nnz - 1
    assert W.nnz == rook_lattice(3, 3).nnz


def test_asymmetry_counts_against_each_edges_own_size():
    """A chain that lets D grow by powers of ten, joined to a ring that runs one way."""
    V = np.zeros((22, 22))
    for i in range(15):
        V[i, i + 1] = 0.1
        if i:
            V[i, i - 1] = 0.9
    for k in range(7):
        V[15 + k, 15 + (k + 1) % 7] += 0.9
        V[15 + k, 15 + (k - 1) % 7] += 0.1
    V[15, 14] = 0.5
    weights = as_weights(V / V.sum(axis=1, keepdims=True), pd.RangeIndex(22))
    assert weights.scaling is None
    assert weights.admissible_interval[1] == pytest.approx(1.0)


def test_row_sums_are_judged_in_their_own_unit():
    tiny = 1e-11 * rook_lattice(4, 4, standardised=False)
    assert as_weights(tiny, pd.RangeIndex(16)).row_sum is None
    assert as_weights(1e-11 * rook_lattice(4, 4), pd.RangeIndex(16)).row_sum == 1e-11
