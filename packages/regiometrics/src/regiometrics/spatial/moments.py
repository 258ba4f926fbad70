"""Quadratic moments of spatial errors: traces under effects, and GM estimates of lambda.

With effects taken out a weights matrix W acts as JWJ, J demeaning along the units if there are
time effects, over T* periods (one fewer if there are unit effects). All traces below are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from regiometrics.panel.within import demean
from regiometrics.spatial.errors import ConvergenceError
from regiometrics.spatial.weights import SpatialWeights

Array = np.ndarray


def degrees(shape: tuple[int, int], effects: str) -> tuple[int, int]:
    """Periods and units left when effects are taken out.

    Parameters
    ----------
    shape : tuple of int
        The number of periods and of units.
    effects : {"none", "unit", "time", "twoway"}
        The fixed effects that are taken out.

    Returns
    -------
    tuple of int
        (T*, n*).
    """
    periods, units = shape
    return periods - (effects in ("unit", "twoway")), units - (effects in ("time", "twoway"))


def traces(W: sparse.csr_array, effects: str) -> tuple[float, float, float]:
    """tr V, tr VV, tr V'V with V = W, or JWJ where time effects are taken out.

    Parameters
    ----------
    W : scipy.sparse.csr_array, shape (n, n)
        The weights of the spatial lag.
    effects : {"none", "unit", "time", "twoway"}
        The fixed effects that are taken out.

    Returns
    -------
    tuple of float
    """
    trace = W.diagonal().sum()
    square, cross = (W * W.T).sum(), (W * W).sum()
    if effects not in ("time", "twoway"):
        return trace, square, cross
    n = W.shape[0]
    rows, columns = np.asarray(W.sum(axis=1)).ravel(), np.asarray(W.sum(axis=0)).ravel()
    mean = rows.sum() / n
    return (
        trace - mean,
        square - 2 * (columns @ rows) / n + mean**2,
        cross - (rows @ rows + columns @ columns) / n + mean**2,
    )


@dataclass(frozen=True, eq=False)
class ErrorMoments:
    """The moments of Kelejian and Prucha (2010) for errors u = lambda M u + e, two a matrix.

    e'Ae has mean zero for A = M and A = M'M less their diagonals, however the variances
    differ. Where time effects are demeaned away the diagonal of JAJ must vanish instead: A is
    given the diagonal that makes it so, which keeps the moments exact in small n.

    Attributes
    ----------
    matrices : tuple of scipy.sparse.csr_array
        Symmetric (A + A')/2.
    effects : str
        The effects of the model.
    """

    matrices: tuple[sparse.csr_array, ...]
    effects: str

    @classmethod
    def of(cls, M: SpatialWeights, effects: str, *more: SpatialWeights) -> ErrorMoments:
        """Build them from the weights of the errors, or of several spatial lags."""
        both = [A for V in (M, *more) for A in (sparse.csr_array(V.matrix.T @ V.matrix), V.matrix)]
        return cls(tuple(_without_diagonal((A + A.T) / 2, effects) for A in both), effects)

    def apply(self, e: Array) -> list[Array]:
        """(A + A')/2 e for each A, shape (T, n)."""
        return [(A @ e.T).T for A in self.matrices]

    def values(self, e: Array) -> Array:
        """e'Ae / N for each A."""
        return np.array([(e * Ae).sum() for Ae in self.apply(e)]) / e.size

    def slopes(self, e: Array, direction: Array) -> Array:
        """Derivatives of the moments as e moves along `direction`, shape (T, n) or (T, n, k)."""
        direction = direction.reshape(*e.shape, -1)
        each = [2 * np.einsum("ti,tik->k", Ae, direction) for Ae in self.apply(e)]
        return np.array(each) / e.size

    def variance(self, e: Array) -> Array:
        """Variance of the moments: units independent, any dependence over time within them."""
        pattern = sparse.coo_array(sum(abs(sparse.triu(A, 1)) for A in self.matrices))
        shared = np.einsum("tp,tp->p", e[:, pattern.row], e[:, pattern.col]) ** 2
        weights = np.array([np.asarray(A[pattern.row, pattern.col]).ravel() for A in self.matrices])
        return 4 * (weights * shared) @ weights.T / e.size**2


def _without_diagonal(A: sparse.csr_array, effects: str) -> sparse.csr_array:
    A = sparse.csr_array(A - sparse.diags_array(A.diagonal()))
    if effects not in ("time", "twoway"):
        return A
    n = A.shape[0]
    sums = np.asarray(A.sum(axis=1)).ravel()
    # diag(JAJ) = -2 r/n + mean(r)/n, r row sums; diag(JDJ) = d (1 - 2/n) + mean(d)/n.
    wanted = -2 * sums / n + sums.mean() / n
    mean = wanted.mean() * n / (n - 1)
    return sparse.csr_array(A - sparse.diags_array((wanted - mean / n) / (1 - 2 / n)))


def solve_moments(
    moments: Callable[[float], Array], weight: Array, interval: tuple[float, float]
) -> float:
    """Minimise m(lambda)' weight m(lambda), m quadratic in lambda, over an open interval.

    Parameters
    ----------
    moments : callable
        The moments as a function of lambda, shape (m,), each a quadratic polynomial.
    weight : numpy.ndarray, shape (m, m)
        The weight of the moments.
    interval : tuple of float
        The smallest and largest admissible lambda.

    Returns
    -------
    float

    Raises
    ------
    ConvergenceError
        If the objective has no interior minimum.

    Notes
    -----
    The objective is a quartic: its stationary points are roots of a cubic, found exactly.
    """
    low, zero, high = (moments(x) for x in (-1.0, 0.0, 1.0))
    a, b, c = (high + low) / 2 - zero, (high - low) / 2, zero
    quartic = [
        a @ weight @ a,
        2 * a @ weight @ b,
        b @ weight @ b + 2 * a @ weight @ c,
        2 * b @ weight @ c,
        c @ weight @ c,
    ]
    roots = np.roots(np.polyder(quartic))
    real = roots[np.abs(roots.imag) < 1e-9 * (1 + np.abs(roots.real))].real
    inside = real[(real > interval[0]) & (real < interval[1])]
    if not len(inside):
        raise ConvergenceError(
            f"The moments of the errors have no minimum within {interval[0]:.4g} and "
            f"{interval[1]:.4g}; expected one: the spatial error process does not fit."
        )
    return float(inside[np.argmin(np.polyval(quartic, inside))])


def kelejian_prucha_1999(u: Array, M: SpatialWeights, effects: str) -> tuple[float, float]:
    """Estimate lambda and sigma² of homoskedastic errors by three moments.

    Parameters
    ----------
    u : numpy.ndarray, shape (T, n)
        Residuals, effects taken out.
    M : SpatialWeights
        The weights of the spatial errors.
    effects : {"none", "unit", "time", "twoway"}
        The fixed effects that are taken out.

    Returns
    -------
    tuple of float

    Raises
    ------
    ConvergenceError
        If there is no minimum within the admissible interval.

    Notes
    -----
    Kelejian and Prucha (1999): e'e, (Me)'(Me) and e'Me, equally weighted; traces are those
    left by the effects, so that no bias of order 1/T or 1/n remains.
    """
    Mu = demean(M.lag(u), effects)
    MMu = demean(M.lag(Mu), effects)
    periods, units = degrees(u.shape, effects)
    trace, _, cross = traces(M.matrix, effects)
    target = np.array([1.0, cross / units, trace / units])
    size = periods * units

    def raw(lam: float) -> Array:
        e, Me = u - lam * Mu, Mu - lam * MMu
        return np.array([(e * e).sum(), (Me * Me).sum(), (e * Me).sum()]) / size

    # sigma² enters linearly: take its best value out, and the rest is a quartic in lambda.
    left = np.eye(3) - np.outer(target, target) / (target @ target)
    lam = solve_moments(raw, left, M.admissible_interval)
    return lam, float(target @ raw(lam) / (target @ target))


def kapoor_kelejian_prucha(
    u: Array, M: SpatialWeights, weights: str = "full"
) -> tuple[float, float, float]:
    """Estimate lambda and the variance components of random effects with spatial errors.

    Parameters
    ----------
    u : numpy.ndarray, shape (T, n)
        Residuals of a consistent estimate without effects.
    M : SpatialWeights
        The weights of the spatial errors.
    weights : {"full", "partial"}
        The weights of the six moments: their variance under normal errors, or only its two scales.

    Returns
    -------
    tuple of float
        lambda, sigma_v² and sigma_1² = sigma_v² + T sigma_mu².

    Raises
    ------
    ConvergenceError
        If the minimum is not found within the admissible interval.

    Notes
    -----
    Kapoor, Kelejian and Prucha (2007): three moments within units and three between, first the
    former alone, then all six, weighted by their variance under normal errors.
    """
    T, n = u.shape
    Mu = M.lag(u)
    MMu = M.lag(Mu)

    def split(values: Array) -> tuple[Array, Array]:
        mean = np.broadcast_to(values.mean(axis=0), values.shape)
        return values - mean, mean

    def six(lam: float) -> Array:
        e, Me = u - lam * Mu, Mu - lam * MMu
        (e0, e1), (f0, f1) = split(e), split(Me)
        within = [(e0 * e0).sum(), (f0 * f0).sum(), (e0 * f0).sum()]
        between = [(e1 * e1).sum(), (f1 * f1).sum(), (e1 * f1).sum()]
        return np.concatenate([np.array(within) / (n * (T - 1)), np.array(between) / n])

    A = sparse.csr_array(M.matrix.T @ M.matrix)
    cross = A.diagonal().sum() / n
    target = np.array([1.0, cross, 0.0])
    left = np.eye(3) - np.outer(target, target) / (target @ target)
    lam = solve_moments(lambda x: six(x)[:3], left, M.admissible_interval)
    start = six(lam)
    sigma_v = float(target @ start[:3] / (target @ target))
    sigma_1 = float(start[3])
    block = np.array(
        [
            [2.0, 2 * cross, 0.0],
            [2 * cross, 2 * (A * A).sum() / n, (A * (M.matrix + M.matrix.T)).sum() / n],
            [
                0.0,
                (A * (M.matrix + M.matrix.T)).sum() / n,
                ((M.matrix * M.matrix.T).sum() + (M.matrix * M.matrix).sum()) / n,
            ],
        ]
    )
    inverse = np.linalg.inv(block) if weights == "full" else np.eye(3)
    weight = np.zeros((6, 6))
    weight[:3, :3] = inverse * (T - 1) / sigma_v**2
    weight[3:, 3:] = inverse / sigma_1**2

    # Both variances enter linearly: take their best values out, and a quartic is left.
    targets = np.zeros((6, 2))
    targets[:3, 0], targets[3:, 1] = target, target
    best = np.linalg.solve(targets.T @ weight @ targets, targets.T @ weight)
    lam = solve_moments(six, weight - weight @ targets @ best, M.admissible_interval)
    sigma_v, sigma_1 = best @ six(lam)
    return lam, float(sigma_v), float(sigma_1)
