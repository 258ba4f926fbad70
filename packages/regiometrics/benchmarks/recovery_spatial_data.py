"""Simulated panels and verdicts that the recovery of the spatial models shares."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from regiometrics.spatial import as_weights, rook_lattice, simulate_panel
from regiometrics.spatial.errors import UnbalancedWarning
from regiometrics.spatial.simulate import SimulatedPanel
from regiometrics.spatial.weights import SpatialWeights

#: Rates of a nominal 5% test that count as right; coverage is one minus the rate.
GOOD = (0.035, 0.065)
NOMINAL = 0.05
#: Rows and columns of the lattices of 7, 25, 50 and 300 units.
LATTICES = {7: (1, 7), 25: (5, 5), 50: (5, 10), 300: (15, 20)}
RHO = 0.4
Rejections = dict[str, bool]
#: By name, what is done with the panel of a seed: the rows that one fit or test gives.
Pieces = dict[str, Callable[[int], Rejections]]


@cache
def lattice(n: int) -> SpatialWeights:
    """Rook contiguity of n cells, a ring where there are seven; its spectrum is computed once."""
    matrix = rook_lattice(*LATTICES[n])
    if n == 7:
        ring = np.roll(np.eye(7), 1, axis=1) + np.roll(np.eye(7), -1, axis=1)
        matrix = sparse.csr_array(ring / 2)
    return as_weights(matrix, pd.RangeIndex(n))


@cache
def wider(n: int) -> np.ndarray:
    """Weights of the same shape between cells that are no neighbours on the lattice."""
    order = np.random.default_rng(n).permutation(n)
    return lattice(n).matrix.toarray()[np.ix_(order, order)]


def misses(table: Any, value: float, low: str = "lower", high: str = "upper") -> bool:
    """Whether an interval does not hold a value."""
    return not float(table[low]) <= value <= float(table[high])


@lru_cache(maxsize=8)
def drawn(n: int, T: int, model: str, seed: int, **options) -> SimulatedPanel:
    """Draw a panel on the lattice of n cells."""
    return simulate_panel(n, T, model, weights=lattice(n), seed=seed, **options)


def true_impacts(data: SimulatedPanel) -> dict[str, float]:
    """Average direct, indirect and total effect of x1 that made a Durbin panel."""
    W = np.asarray(data.weights.toarray())
    p = data.parameters
    S = np.linalg.solve(
        np.eye(len(W)) - p.get("rho", 0.0) * W,
        p["x1"] * np.eye(len(W)) + p.get("W.x1", 0.0) * W,
    )
    direct, total = float(np.trace(S)) / len(W), float(S.sum()) / len(W)
    return {"direct": direct, "indirect": total - direct, "total": total}


def of_result(result, data: SimulatedPanel, name: str, terms: tuple[str, ...]) -> Rejections:
    """Which intervals of coefficients and impacts miss the truth."""
    table = result.conf_int()
    found = {f"{name}: {term}": misses(table.loc[term], data.parameters[term]) for term in terms}
    if "rho" in table.index:
        impacts = result.impacts()
        for effect, value in true_impacts(data).items():
            row = impacts.loc[("x1", effect)]
            found[f"{name}: {effect} impact"] = misses(row, value, "conf_low", "conf_high")
    return found


def of_terms(result, data: SimulatedPanel, name: str, terms: tuple[str, ...]) -> Rejections:
    """Which intervals of coefficients miss the truth."""
    table = result.conf_int()
    return {f"{name}: {term}": misses(table.loc[term], data.parameters[term]) for term in terms}


def rejects(test) -> bool:
    """Whether a test's p-value is below the level."""
    return bool(test["p_value"] <= NOMINAL)


def warned(caught: list[warnings.WarningMessage]) -> bool:
    """Whether the library said that the sample is small, beside what it says of gaps."""
    said = [each.category for each in caught if issubclass(each.category, UserWarning)]
    return any(not issubclass(each, UnbalancedWarning) for each in said)


def persistent(rng: np.random.Generator, n: int, T: int, rho: float = 0.5) -> np.ndarray:
    """Draw stationary autoregressions with unit variance, shape (n, T)."""
    e = rng.normal(size=(n, T + 20))
    for t in range(1, T + 20):
        e[:, t] = rho * e[:, t - 1] + np.sqrt(1 - rho**2) * e[:, t]
    return e[:, 20:]


def on_panel(values: np.ndarray, name: str = "y") -> pd.Series:
    """Lay an array of units by periods out on (unit, period)."""
    n, T = values.shape
    index = pd.MultiIndex.from_product([range(n), range(T)], names=["unit", "period"])
    return pd.Series(values.ravel(), index, name=name)


def verdict(rate: float, error: float, nominal: float = NOMINAL) -> str:
    """Say whether a rate is within its bounds, allowing for the error of the simulation."""
    low, high = (end / NOMINAL * nominal for end in GOOD)
    if rate > high + 2 * error:
        return "rejects too often"
    return "conservative" if rate < low - 2 * error else "holds"
