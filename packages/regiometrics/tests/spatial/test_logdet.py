"""Log-determinants, solvers and traces against dense linear algebra."""

import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from regiometrics.spatial import SpatialPanel, as_weights, rook_lattice, simulate_panel
from regiometrics.spatial.errors import BoundaryError, ConvergenceError, SpecificationError
from regiometrics.spatial.logdet import CholmodLogDet, log_determinant
from regiometrics.spatial.solvers import FactorSolver, SeriesSolver, solver
from regiometrics.spatial.traces import banded_traces, filtered, lag_operator, operator_traces


def lattice(rows=12, columns=15, standardised=True):
    return as_weights(rook_lattice(rows, columns, standardised), pd.RangeIndex(rows * columns))


def directed(n=150, seed=0):
    rng = np.random.default_rng(seed)
    A = np.zeros((n, n))
    for i in range(n):
        A[i, rng.choice(np.delete(np.arange(n), i), 5, replace=False)] = 0.2
    return as_weights(A, pd.RangeIndex(n))


@pytest.mark.parametrize("r", [-0.7, 0.0, 0.3, 0.9])
@pytest.mark.parametrize("weights", [lattice(), lattice(standardised=False), directed()])
def test_exact_methods_equal_numpy(weights, r):
    r = r / weights.spectral_bound
    W = weights.matrix.toarray()
    system = np.eye(weights.n) - r * W
    G = W @ np.linalg.inv(system)
    expected = np.linalg.slogdet(system)[1], np.trace(G), np.trace(G @ G)
    for method in ("dense", "sparse", *(["banded"] if weights.scaling is not None else [])):
        logdet = log_determinant(weights, method)
        local = logdet.local(r)
        values = local.value(r), local.trace(r), local.trace_square(r)
        # Sparse: slopes of an interpolation through five factors, exact to about 1e-7.
        np.testing.assert_allclose(values, expected, rtol=1e-6, atol=1e-6 * weights.n)
        np.testing.assert_allclose(logdet.value(r), expected[0], rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("weights", [lattice(30, 30), directed(600)])
def test_chebyshev_error_is_honest(weights):
    """The true error lies within four of the reported standard errors."""
    dense, approximate = (log_determinant(weights, m) for m in ("dense", "chebyshev"))
    for r in (-0.5, 0.2, 0.6):
        gap = abs(dense.value(r) - approximate.value(r))
        assert 0 < approximate.error(r) < 0.5
        assert gap <= 4 * approximate.error(r)


def test_automatic_choice():
    assert log_determinant(lattice(10, 10)).method == "dense"
    assert log_determinant(lattice(25, 25)).method == "banded"
    assert log_determinant(directed(450)).method == "sparse"
    full = (np.ones((450, 450)) - np.eye(450)) / 449
    assert log_determinant(as_weights(full, pd.RangeIndex(450))).method == "dense"
    many = sp.random_array((2500, 2500), density=0.02, rng=0)
    many = sp.csr_array(sp.triu(many, 1))
    many = sp.csr_array(many + many.T)
    assert log_determinant(as_weights(many, pd.RangeIndex(2500))).method == "chebyshev"


def test_dense_is_refused_above_its_limit():
    with pytest.raises(SpecificationError, match="2500 units; expected at most 2000"):
        log_determinant(lattice(50, 50), "dense")


def test_banded_is_refused_without_a_symmetric_relation():
    with pytest.raises(SpecificationError, match="similar to no symmetric matrix"):
        log_determinant(directed(), "banded")


def random_map(n=120, seed=3):
    """Weights in proportion to random sizes: D W symmetric with very unequal D."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(size=(n, 2))
    near = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) < 0.2
    A = near * rng.uniform(0.2, 5, n)[:, None] * rng.uniform(0.2, 5, n)[None]
    A = (A + A.T) / 2
    np.fill_diagonal(A, 0)
    return as_weights(A / A.sum(axis=1, keepdims=True), pd.RangeIndex(n))


@pytest.mark.parametrize("weights", [lattice(), lattice(9, 9, standardised=False), random_map()])
@pytest.mark.parametrize("share", [-0.8, -0.05, 0.02, 0.5, 0.97])
def test_banded_traces_equal_numpy(weights, share):
    logdet = log_determinant(weights, "banded")
    r = share * min(abs(end) for end in logdet.interval)
    W = weights.matrix.toarray()
    G = W @ np.linalg.inv(np.eye(weights.n) - r * W)
    traces = banded_traces(logdet, lag_operator(weights, r, solver(logdet, r)))
    assert abs(traces.inner[0, 0] / (G * G).sum() - 1) < traces.error < 1e-6
    np.testing.assert_allclose(traces.product, [[np.trace(G @ G)]], rtol=1e-6)
    np.testing.assert_allclose(traces.diagonal[0], G.diagonal(), rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(traces.column_sums[0], G.sum(axis=0), rtol=1e-9)


def test_banded_traces_leave_a_small_parameter_to_the_powers():
    logdet = log_determinant(lattice(), "banded")
    assert banded_traces(logdet, lag_operator(lattice(), 1e-3, solver(logdet, 1e-3))) is None


def test_a_band_knows_where_the_matrix_is_singular():
    with pytest.raises(BoundaryError, match="admissible interval"):
        log_determinant(lattice(), "banded").value(1.01)


@pytest.mark.parametrize("weights", [lattice(), directed()])
def test_solvers_agree(weights):
    b = np.random.default_rng(0).standard_normal((weights.n, 3))
    system = np.eye(weights.n) - 0.6 * weights.matrix.toarray()
    symmetric = ["banded"] if weights.scaling is not None else []
    for method in ("sparse", "chebyshev", *symmetric):
        solve = solver(log_determinant(weights, method), 0.6)
        # The series stop at 1e-12.
        np.testing.assert_allclose(solve.solve(b), np.linalg.solve(system, b), atol=1e-10)
        np.testing.assert_allclose(
            solve.solve_transpose(b), np.linalg.solve(system.T, b), atol=1e-10
        )
    with pytest.raises(ConvergenceError, match="does not converge"):
        SeriesSolver(weights, 1.2)


def test_estimated_traces_are_within_their_error():
    weights, other = lattice(30, 30), directed(900)
    lag, error = FactorSolver(weights, 0.5), FactorSolver(other, 0.4)
    G = filtered(lag_operator(weights, 0.5, lag), other, 0.4, error)
    H = lag_operator(other, 0.4, error)
    for operators in ([lag_operator(weights, 0.5, lag)], [G, H]):
        exact = operator_traces(operators, 900, exact=True)
        estimate = operator_traces(operators, 900, exact=False)
        assert exact.error == 0.0
        assert 0 < estimate.error < 0.03
        norms = np.sqrt(exact.inner.diagonal())
        scale = 4 * estimate.error * np.outer(norms, norms)
        assert (np.abs(estimate.inner - exact.inner) <= scale).all()
        np.testing.assert_allclose(estimate.column_sums, exact.column_sums, atol=1e-9)
    # Leading powers leave little to chance: squares of the diagonal to a thousandth.
    single = [lag_operator(weights, 0.5, lag)]
    a, b = (operator_traces(single, 900, exact=e).diagonal for e in (True, False))
    np.testing.assert_allclose((b**2).sum(), (a**2).sum(), rtol=1e-3)


@pytest.mark.parametrize("forward", [0.55, 0.525])
def test_very_unequal_scaling_falls_back_on_exact_traces(forward):
    """A chain whose D spans forty powers of ten: differences cannot serve, inverses can."""
    n = 450
    chain = np.diag(np.full(n - 1, forward), 1) + np.diag(np.full(n - 1, 1 - forward), -1)
    weights = as_weights(chain / chain.sum(axis=1, keepdims=True), pd.RangeIndex(n))
    logdet = log_determinant(weights)
    assert logdet.method == "banded"
    assert banded_traces(logdet, lag_operator(weights, 0.4, solver(logdet, 0.4))) is None


def test_cholmod_equals_superlu_in_a_fit():
    """Both are exact: estimates, errors and impacts agree to rounding."""
    pytest.importorskip("cvxopt")
    data = simulate_panel(100, 5, "sac", "twoway", rho=0.4, lambda_=0.2, seed=2)
    panel = SpatialPanel(data.dependent, data.exog, data.weights, model="sac")
    one, other = panel.fit(logdet="sparse"), panel.fit(logdet="cholmod")
    assert other.logdet_method == "cholmod"
    assert other.loglik == pytest.approx(one.loglik, rel=1e-10)
    # The maximum is found to 1e-8 of the parameters.
    np.testing.assert_allclose(other.params, one.params, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(other.cov, one.cov, rtol=1e-4, atol=1e-9)
    np.testing.assert_allclose(
        pickle.loads(pickle.dumps(other)).impacts(), one.impacts(), rtol=1e-4, atol=1e-8
    )


def test_cholmod_solves_with_the_matrix_and_its_transpose():
    pytest.importorskip("cvxopt")
    weights = random_map()
    logdet = CholmodLogDet(weights)
    dense, b = (
        np.eye(weights.n) - 0.6 * weights.matrix.toarray(),
        np.arange(2.0 * weights.n).reshape(-1, 2),
    )
    solve = solver(logdet, 0.6)
    logdet.value(-0.3)  # another factor in between
    assert solve.solve(b) == pytest.approx(np.linalg.solve(dense, b))
    assert solve.solve_transpose(b[:, 0]) == pytest.approx(np.linalg.solve(dense.T, b[:, 0]))
    assert logdet.value(0.6) == pytest.approx(np.linalg.slogdet(dense)[1])


def test_cholmod_is_refused_without_a_symmetric_relation():
    with pytest.raises(SpecificationError, match="similar to no symmetric matrix"):
        log_determinant(directed(), "cholmod")
