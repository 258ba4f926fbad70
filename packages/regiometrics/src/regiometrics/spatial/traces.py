"""Traces of the operators in the information matrix.

With R = I - lambda M these are G = R W (I - rho W)^(-1) R^(-1) of the lag and
H = M (I - lambda M)^(-1) of the error. With dense log-determinants they are formed; with banded
ones the traces of a single operator are derivatives of log-determinants. Otherwise tr(X'Y), tr(XY)
and diagonals come from Hutchinson's estimator with random signs (Girard 1989; Hutchinson 1990),
after the leading powers of W, whose traces are exact, are taken out as control variates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
import scipy.sparse as sp

from regiometrics.spatial.logdet import BandedLogDet
from regiometrics.spatial.solvers import Solver
from regiometrics.spatial.weights import SpatialWeights

_PROBES = 32
# Below this the differences of log-determinants lose digits, and the powers of W taken out leave
# nothing to estimate.
_SMALL = 1e-2
_MOST_ERROR = 1e-6
# Up to this number of units the operators are formed: n solves cost less than they err.
FORMED = 1000
# Up to this number of units all probes go at once, of more so many that arrays are no larger; at
# least a few, since a factor is read once for all of them.
_WIDE, _FEW = 50_000, 4


@dataclass(frozen=True)
class OperatorTraces:
    """What the information matrix needs to know of the operators X_a, a = 1..p.

    Attributes
    ----------
    product : numpy.ndarray, shape (p, p)
        tr(X_a X_b); its diagonal is left out where estimated, being a second derivative of the
        log-determinant.
    inner : numpy.ndarray, shape (p, p)
        The traces of X_a' X_b.
    diagonal : numpy.ndarray, shape (p, n)
        The diagonal of each operator.
    column_sums : numpy.ndarray, shape (p, n)
        The column sums 1' X_a of each operator.
    error : float
        Largest standard error of an entry (a, b) of `inner` or `product`, relative to the norms
        of X_a and X_b.
    """

    product: np.ndarray
    inner: np.ndarray
    diagonal: np.ndarray
    column_sums: np.ndarray
    error: float


@dataclass(frozen=True)
class Operator:
    """X = M_0 (I - rW)^(-1) or its transform, known by what it does to vectors.

    Attributes
    ----------
    apply, apply_transpose : callable
        (n, m) array to (n, m) array.
    weights : SpatialWeights or None
        W where X = W (I - rW)^(-1) is a function of W; None otherwise.
    parameter : float
        The spatial parameter r.
    """

    apply: Callable[[np.ndarray], np.ndarray]
    apply_transpose: Callable[[np.ndarray], np.ndarray]
    weights: SpatialWeights | None
    parameter: float


def lag_operator(weights: SpatialWeights, r: float, solve: Solver) -> Operator:
    """W (I - rW)^(-1)."""
    W = weights.dense if weights.is_dense else weights.matrix
    return Operator(
        lambda v: W @ solve.solve(v), lambda v: solve.solve_transpose(W.T @ v), weights, r
    )


def filtered(inner: Operator, weights: SpatialWeights, lam: float, solve: Solver) -> Operator:
    """R X R^(-1) with R = I - lambda M."""
    M = weights.dense if weights.is_dense else weights.matrix

    def apply(v: np.ndarray) -> np.ndarray:
        x = inner.apply(solve.solve(v))
        return x - lam * (M @ x)

    def apply_transpose(v: np.ndarray) -> np.ndarray:
        return solve.solve_transpose(inner.apply_transpose(v - lam * (M.T @ v)))

    return Operator(apply, apply_transpose, None, inner.parameter)


def operator_traces(
    operators: list[Operator], n: int, exact: bool, seed: int = 0
) -> OperatorTraces:
    """Compute the traces.

    Parameters
    ----------
    operators : list of Operator, length p
        The operators whose traces are wanted.
    n : int
        Number of units.
    exact : bool
        Whether to form the operators; n × n each.
    seed : int
        The seed of the random signs.
    """
    if exact:
        return _exact(operators, n)
    return _stochastic(operators, n, np.random.default_rng(seed))


def banded_traces(logdet: BandedLogDet, operator: Operator) -> OperatorTraces | None:
    """Compute the traces of W (I - rW)^(-1) from banded factors, or None where differences fail."""
    r, W = operator.parameter, logdet.weights
    assert W.scaling is not None  # only such weights have a band
    if abs(r) * W.spectral_bound < _SMALL:
        return None
    inner, error = logdet.band.inner_trace(r, logdet.reach(r))
    # Very unequal D leave no step that serves all units.
    if not 0 <= error <= _MOST_ERROR * inner:
        return None
    # (I - rW)^(-1) = I + rG.
    diagonal = (logdet.band.inverse_diagonal(r) - 1) / r
    return OperatorTraces(
        product=np.array([[logdet.local(r).trace_square(r)]]),
        inner=np.array([[inner]]),
        diagonal=diagonal[None],
        # G' = D G D^(-1).
        column_sums=(W.scaling * np.asarray(operator.apply(1 / W.scaling)))[None],
        error=float(error / inner),
    )


def _exact(operators: list[Operator], n: int) -> OperatorTraces:
    p = len(operators)
    dense = [op.apply(np.eye(n)) for op in operators]
    product, inner = np.empty((p, p)), np.empty((p, p))
    for a in range(p):
        for b in range(p):
            product[a, b] = np.vdot(dense[a].T, dense[b])
            inner[a, b] = np.vdot(dense[a], dense[b])
    diagonal = np.array([x.diagonal() for x in dense]).reshape(p, n)
    column_sums = np.array([x.sum(axis=0) for x in dense]).reshape(p, n)
    return OperatorTraces(product, inner, diagonal, column_sums, 0.0)


def _stochastic(operators: list[Operator], n: int, rng: np.random.Generator) -> OperatorTraces:
    p = len(operators)
    # One byte a sign, and some probes at a time: millions of units fit memory.
    signs = rng.choice(np.array([-1, 1], dtype=np.int8), size=(n, _PROBES))
    leading = _leading_parts(operators, n)
    # X = P + E with P explicit: only products with the remainder E are estimated.
    inner_draws, product_draws = np.zeros((2, p, p, _PROBES))
    diagonal = np.zeros((p, n))
    block = _PROBES if n <= _WIDE else max(_FEW, _PROBES * _WIDE // n)
    for first in range(0, _PROBES, block):
        now = slice(first, min(first + block, _PROBES))
        some = signs[:, now].astype(float)
        P_signs = [P @ some for P in leading]
        rest = [op.apply(some) - P for op, P in zip(operators, P_signs, strict=True)]
        if p > 1:
            Pt_signs = [P.T @ some for P in leading]
            rest_t = [
                op.apply_transpose(some) - P for op, P in zip(operators, Pt_signs, strict=True)
            ]
        for a in range(p):
            diagonal[a] += (some * rest[a]).sum(axis=1)
            for b in range(p):
                inner_draws[a, b, now] = _products(rest[a], P_signs[b], P_signs[a], rest[b])
                if a != b:
                    product_draws[a, b, now] = _products(
                        rest_t[a], P_signs[b], Pt_signs[a], rest[b]
                    )
    product, inner = np.full((p, p), np.nan), np.empty((p, p))
    errors, cross_errors = np.zeros((p, p)), np.zeros((p, p))
    for a in range(p):
        for b in range(p):
            exact = leading[a].data @ leading[a].data if a == b else (leading[a] * leading[b]).sum()
            inner[a, b], errors[a, b] = _mean(inner_draws[a, b], float(exact))
            if a != b:
                product[a, b], cross_errors[a, b] = _mean(
                    product_draws[a, b], float((leading[a] * leading[b].T).sum())
                )
    # A mixed trace can be nearly zero: its error counts beside the operators' own sizes.
    size = np.sqrt(np.outer(inner.diagonal(), inner.diagonal()))
    error = float((np.maximum(errors, cross_errors) / size).max())
    inner, product = (inner + inner.T) / 2, (product + product.T) / 2
    diagonal = np.array([P.diagonal() for P in leading]).reshape(p, n) + diagonal / _PROBES
    ones = np.ones((n, 1))
    column_sums = np.array([op.apply_transpose(ones)[:, 0] for op in operators]).reshape(p, n)
    return OperatorTraces(product, inner, diagonal, column_sums, error)


def _products(E_a: np.ndarray, P_b: np.ndarray, P_a: np.ndarray, E_b: np.ndarray) -> np.ndarray:
    """Sums over units of E_a P_b + P_a E_b + E_a E_b, one per probe."""
    return (E_a * P_b + P_a * E_b + E_a * E_b).sum(axis=0)


def _mean(totals: np.ndarray, exact: float) -> tuple[float, float]:
    estimate = exact + totals.mean()
    spread = totals.std(ddof=1) / np.sqrt(len(totals))
    return estimate, spread


def _leading_parts(operators: list[Operator], n: int) -> list[sp.csr_array]:
    """Add r^(j-1) W^j over the first powers, of those operators that are functions of W."""
    parts = []
    for op in operators:
        if op.weights is None:
            parts.append(sp.csr_array((n, n)))
            continue
        # Each power's pattern lies in that of a later one of its parity: sum these from the last,
        # odd and even ones apart, which on a bipartite graph share no place.
        sums: list[sp.csr_array] = []
        for parity in (0, 1):
            for j, power in reversed(list(enumerate(op.weights.powers))):
                if j % 2 != parity:
                    continue
                # Places are shared, not copied.
                places = power.indices, power.indptr
                term = sp.csr_array((op.parameter**j * power.data, *places), shape=power.shape)
                if len(sums) == parity:
                    sums.append(term)
                else:
                    sums[parity] = sums[parity] + term
        parts.append(sp.csr_array(reduce(add, sums)))
    return parts
