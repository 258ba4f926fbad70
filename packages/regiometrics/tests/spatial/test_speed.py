"""What makes fits fast leaves them as they are: factors are few, passes over the data exact."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from regiometrics.panel.within import demean
from regiometrics.spatial import SpatialPanel, as_weights, rook_lattice, simulate_panel
from regiometrics.spatial import panel_data as layout
from regiometrics.spatial.logdet import SparseLogDet, exact
from regiometrics.spatial.solvers import solver
from regiometrics.spatial.traces import Operator, _leading_parts


def weights(kind, n=36):
    if kind == "lattice":
        W = rook_lattice(6, 6).toarray()
    elif kind == "queen":
        rook = rook_lattice(6, 6, standardised=False).toarray()
        W = ((rook + rook @ rook) > 0) * (1.0 - np.eye(n))
        W = W / W.sum(axis=1, keepdims=True)
    else:
        rng = np.random.default_rng(0)
        W = np.zeros((n, n))
        for unit in range(n):
            places = rng.choice(np.delete(np.arange(n), unit), 3, replace=False)
            W[unit, places] = rng.uniform(0.1, 0.4, 3)
    return as_weights(W, pd.RangeIndex(n))


@pytest.mark.parametrize("kind", ["lattice", "queen", "directed"])
def test_traces_of_powers_are_those_of_dense_powers(kind):
    W = weights(kind)
    dense = W.matrix.toarray()
    traces, power = W.power_traces, np.eye(36)
    assert len(traces) == 2 * len(W.powers) + 1
    for j, value in enumerate(traces):
        assert value == pytest.approx(np.trace(power), abs=1e-10)
        if 0 < j <= len(W.powers):
            assert_allclose(W.powers[j - 1].toarray(), power, atol=1e-14)
        power = power @ dense
    assert W.is_bipartite == (kind == "lattice")


@pytest.mark.parametrize("kind", ["lattice", "queen", "directed"])
def test_the_leading_part_is_the_start_of_the_series(kind):
    W, r = weights(kind), 0.3
    dense, expected = W.matrix.toarray(), np.zeros((36, 36))
    for j in range(1, len(W.powers) + 1):
        expected += r ** (j - 1) * np.linalg.matrix_power(dense, j)
    known = Operator(None, None, W, r)
    (part, none) = _leading_parts([known, Operator(None, None, None, r)], 36)
    assert_allclose(part.toarray(), expected, atol=1e-14)
    assert none.nnz == 0


@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
def test_columns_side_by_side_are_demeaned_as_one_array(effects, monkeypatch):
    monkeypatch.setattr(layout, "_UNITS", 4)
    rng = np.random.default_rng(0)
    y, Z = 5 + rng.standard_normal((3, 10)), rng.standard_normal((3, 10, 2))
    unit, time = effects in ("unit", "twoway"), effects in ("time", "twoway")
    found = layout.side_by_side([y, Z], unit, time)
    assert_allclose(found, demean(np.concatenate([y[:, :, None], Z], axis=2), effects), atol=1e-14)
    assert layout.sum_of_squares(y[:, ::2]) == pytest.approx((y[:, ::2] ** 2).sum())


def test_a_fit_takes_three_factors_and_solves_with_the_last(monkeypatch):
    data = simulate_panel(2500, 4, "sdm", "twoway", rho=0.4, seed=1)
    taken, factor = [], exact.factor

    def count(weights, r):
        taken.append(r)
        return factor(weights, r)

    monkeypatch.setattr(exact, "factor", count)
    monkeypatch.setattr("regiometrics.spatial.solvers.factor", count)
    fit = SpatialPanel(data.dependent, data.exog, data.weights).fit(logdet="sparse")
    assert len(taken) == 3
    assert taken[-1] == pytest.approx(fit.rho, abs=1e-7)
    banded = SpatialPanel(data.dependent, data.exog, data.weights).fit(logdet="banded")
    assert fit.rho == pytest.approx(banded.rho, abs=1e-9)
    assert fit.loglik == pytest.approx(banded.loglik, abs=1e-6)
    assert fit.approximation_error["loglik"] < 1e-5


@pytest.mark.parametrize("r", [-0.6, 0.0, 0.2, 0.9])
def test_two_factors_give_the_slope_and_more_the_rest(r):
    W = weights("lattice")
    logdet = SparseLogDet(W)
    dense = W.matrix.toarray()
    G = dense @ np.linalg.inv(np.eye(36) - r * dense)
    near = logdet.near(r)
    assert near.trace(r) == pytest.approx(np.trace(G), abs=1e-3)
    assert logdet.settle(r) and not logdet.settle(r)
    assert logdet.near(r) is logdet.local(r)
    assert logdet.local(r).trace(r) == pytest.approx(np.trace(G), abs=1e-5)
    assert logdet.local(r).trace_square(r) == pytest.approx(np.trace(G @ G), rel=1e-6)
    kept = logdet.factor(r)
    assert logdet.factor(r + 1e-9) is kept and logdet.factor(r + 1e-3) is not kept
    b = np.arange(36.0 * 7).reshape(36, 7)
    for given in (b, b[:, 0]):
        found = solver(logdet, r)
        assert_allclose(found.solve(given), np.linalg.solve(np.eye(36) - r * dense, given))
        assert_allclose(
            found.solve_transpose(given), np.linalg.solve(np.eye(36) - r * dense.T, given)
        )


def test_a_search_that_ends_far_from_its_start_starts_a_new_window():
    logdet = SparseLogDet(weights("lattice"))
    low, high = logdet.near(0.3).window
    assert low < 0.3 < high
    end = 0.3 + 0.9 * (high - 0.3)
    low, high = logdet.local(end).window
    assert (low + high) / 2 == pytest.approx(end)


def test_moments_are_not_extrapolated_beyond_where_their_series_converges():
    """Admissible values far below minus one: a directed cycle of three and its mirror's sum."""
    n = 30
    W = np.zeros((n, n))
    for unit in range(n):
        W[unit, (unit + 1) % n] = 0.7
        W[unit, (unit + 2) % n] = 0.3
    logdet = SparseLogDet(as_weights(W, pd.RangeIndex(n)))
    low, _ = logdet.interval
    assert low < -1.5
    for r in (-1.4, -0.5, 0.5):
        system = np.eye(n) - r * W
        assert logdet.local(r).value(r) == pytest.approx(np.linalg.slogdet(system)[1], abs=1e-8)
        G = W @ np.linalg.inv(system)
        assert logdet.local(r).trace(r) == pytest.approx(np.trace(G), abs=1e-3)
