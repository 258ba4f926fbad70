"""Random unit effects: y = rho W y + Z delta + mu + u, mu and e independent normal.

Two forms of a spatial error: u alone follows the process, u = lambda M u + e (Anselin, Le Gallo
and Jayet 2008; "baltagi"), or mu too, R (mu + u) = mu' + e (Kapoor, Kelejian and Prucha 2007;
"kkp"). Without a spatial error they are one model. phi is the variance of mu over that of e.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy import optimize
from scipy.sparse.linalg import splu

from regiometrics.spatial.crossproducts import CrossProducts
from regiometrics.spatial.errors import ConvergenceError
from regiometrics.spatial.information import Information, Structure, information
from regiometrics.spatial.likelihood import (
    ConcentratedLikelihood,
    Determinant,
    Maximum,
    local_error,
)
from regiometrics.spatial.logdet import LogDet
from regiometrics.spatial.panel_data import Design
from regiometrics.spatial.weights import SpatialWeights

if TYPE_CHECKING:
    from regiometrics.spatial.results import SpatialPanelResult, Specification

_MAX_ROUNDS = 1000


class _WeightedProducts:
    """Within cross products plus theta² times those between units."""

    def __init__(self, within: CrossProducts, between: CrossProducts, weight: float) -> None:
        self._parts = ((within, 1.0), (between, weight))

    def matrix(self, lam: float = 0.0) -> np.ndarray:
        return sum(weight * part.matrix(lam) for part, weight in self._parts)

    def derivative(self, lam: float) -> np.ndarray:
        return sum(weight * part.derivative(lam) for part, weight in self._parts)


def fit_random(
    specification: Specification,
    design: Design,
    lag: LogDet | None,
    error: LogDet | None,
    random_errors: str,
    seed: int,
) -> SpatialPanelResult:
    """Maximise the likelihood with random unit effects.

    Parameters
    ----------
    specification : Specification
    design : Design
    lag, error : LogDet or None
    random_errors : {"baltagi", "kkp"}
    seed : int

    Returns
    -------
    SpatialPanelResult

    Notes
    -----
    Covariances come from the analytic information matrix, but for "baltagi" with a spatial error
    from the likelihood's second differences.
    """
    from regiometrics.spatial.results import SpatialPanelResult

    T, n = design.y.shape
    data = np.concatenate(
        [design.y[:, :, None], *([design.Wy[:, :, None]] if lag is not None else []), design.Z],
        axis=2,
    )
    parts = [d and Determinant(d, T, None) for d in (lag, error)]
    M = error and error.weights
    mean = data.mean(axis=0, keepdims=True)
    within = CrossProducts(data - mean, False, M)
    between_data = np.sqrt(T) * mean
    between = CrossProducts(between_data, False, M)
    best, phi = _common_filter(within, between, parts, n, T)
    structure_of = _structures(lag, error, seed)
    if error is not None and random_errors == "baltagi":
        problem = _ErrorsOnly(within, between_data[0], M, parts, n, T)
        best, phi, matrix = problem.solve(best, phi)
        info = Information(matrix, matrix, 0.0, 0.0, 0.0)
        at = structure_of(best)
        residuals = _innovations_errors_only(data, best, phi, at, T)
    else:
        at = structure_of(best)
        shrink = 1 / (1 + T * phi)
        quasi = data - (1 - np.sqrt(shrink)) * mean
        k = len(best.delta)
        u = at.filter(_residuals(quasi, best, lag is not None))
        info = information(quasi[:, :, -k:], best.delta, best.sigma2, u, at)
        info = _marginal(info, phi, parts, best, n, T)
        e = at.filter(_residuals(data, best, lag is not None))
        residuals = e - (1 - shrink) * e.mean(axis=0)
    present = [
        (p, r) for p, r in zip(parts, (best.rho, best.lambda_), strict=True) if p is not None
    ]
    return SpatialPanelResult.assemble(
        specification=specification,
        design=design,
        maximum=best,
        loglik=best.loglik,
        information=info,
        residuals=residuals,
        structure=at,
        effective=n * T,
        logdet_error=local_error([p for p, _ in present], [r for _, r in present]),
        variance_ratio=phi,
    )


def _structures(lag: LogDet | None, error: LogDet | None, seed: int):
    def at(best: Maximum) -> Structure:
        return Structure(lag, error, best.rho, best.lambda_, False, False, False, False, seed)

    return at


def _residuals(data: np.ndarray, best: Maximum, has_lag: bool) -> np.ndarray:
    head = data[:, :, 0] - data[:, :, data.shape[2] - len(best.delta) :] @ best.delta
    return head - best.rho * data[:, :, 1] if has_lag else head


def _common_filter(
    within: CrossProducts,
    between: CrossProducts,
    parts: list[Determinant | None],
    n: int,
    T: int,
) -> tuple[Maximum, float]:
    """Alternate between theta² = 1 / (1 + T phi) and the rest (Breusch 1987); "kkp" form."""
    shrink, best = 1.0, None
    for _ in range(_MAX_ROUNDS):
        products = _WeightedProducts(within, between, shrink)
        likelihood = ConcentratedLikelihood(products, n * T, *parts)
        start = None if best is None else (best.rho, best.lambda_)
        best = likelihood.maximise(start)
        first = [1.0, -best.rho] if parts[0] is not None else [1.0]
        v = np.concatenate([first, -best.delta])
        own = v @ within.matrix(best.lambda_) @ v / (n * (T - 1))
        across = v @ between.matrix(best.lambda_) @ v / n
        following = min(1.0, own / across)
        done = abs(following - shrink) <= 1e-13
        shrink = following
        if done:
            loglik = best.loglik + 0.5 * n * np.log(shrink)
            phi = (1 / shrink - 1) / T
            return (
                Maximum(best.rho, best.lambda_, best.delta, best.sse, best.sigma2, loglik),
                float(phi),
            )
    raise ConvergenceError(
        f"The variance ratio did not settle in {_MAX_ROUNDS} rounds; expected it to."
    )


def _marginal(
    info: Information,
    phi: float,
    parts: list[Determinant | None],
    best: Maximum,
    n: int,
    T: int,
) -> Information:
    """Information net of phi: the Schur complement of its row and column."""
    spread = 1 + T * phi
    p = len(info.matrix)
    cross = np.zeros(p)
    cross[p - 1] = n * T / (2 * best.sigma2 * spread)
    place = len(best.delta)
    for part, r in zip(parts, (best.rho, best.lambda_), strict=True):
        if part is not None:
            cross[place] = T * part.trace(r) / spread
            place += 1
    own = n * T**2 / (2 * spread**2)
    matrix = info.matrix - np.outer(cross, cross) / own
    return Information(matrix, matrix, info.kurtosis, info.skewness, info.error)


class _ErrorsOnly:
    """The likelihood where u alone follows the spatial process.

    Unit means have covariance sigma² [phi T I + (B'B)^(-1)] / T with B = I - lambda M, so that

        l = -N/2 ln(2 pi sigma²) + T ln|I - rho W| + T ln|B|
            - ln|I + T phi B B'| / 2 - SSE / (2 sigma²)

    with between part (B a)' (I + T phi B B')^(-1) (B a), a = sqrt(T) times the unit means.
    """

    def __init__(
        self,
        within: CrossProducts,
        between_data: np.ndarray,
        M: SpatialWeights,
        parts: list[Determinant | None],
        n: int,
        T: int,
    ) -> None:
        self.within, self.between_data, self.M = within, between_data, M
        self.parts, self.n, self.T = parts, n, T
        self.head = 2 if parts[0] is not None else 1

    def _products(self, lam: float, phi: float) -> tuple[np.ndarray, float]:
        B = sp.csc_array(sp.eye_array(self.n) - lam * self.M.matrix)
        K = sp.csc_array(sp.eye_array(self.n) + self.T * phi * (B @ B.T))
        lu = splu(K, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
        filtered = B @ self.between_data
        C = self.within.matrix(lam) + filtered.T @ lu.solve(filtered)
        return C, float(np.log(np.abs(lu.U.diagonal())).sum())

    def _determinants(self, rho: float, lam: float) -> float:
        return sum(
            part.value(r)
            for part, r in zip(self.parts, (rho, lam), strict=True)
            if part is not None
        )

    def loglik(self, theta: np.ndarray, k: int) -> float:
        """Full log-likelihood at (delta, rho, lambda, sigma², phi)."""
        delta, rest = theta[:k], list(theta[k:])
        rho = rest.pop(0) if self.head == 2 else 0.0
        lam, sigma2, phi = rest
        C, logdet = self._products(lam, phi)
        v = np.concatenate([[1.0, -rho][: self.head], -delta])
        N = self.n * self.T
        gauss = -0.5 * N * np.log(2 * np.pi * sigma2) - v @ C @ v / (2 * sigma2)
        return gauss + self._determinants(rho, lam) - 0.5 * logdet

    def _concentrated(self, point: np.ndarray) -> tuple[float, np.ndarray, float]:
        *rho, lam, root = point
        rho = rho[0] if rho else 0.0
        C, logdet = self._products(lam, root**2)
        h = self.head
        first = np.array([1.0, -rho][:h])
        delta = np.linalg.solve(C[h:, h:], C[h:, :h] @ first)
        v = np.concatenate([first, -delta])
        sse, N = float(v @ C @ v), self.n * self.T
        value = -0.5 * N * (np.log(2 * np.pi) + 1 + np.log(sse / N))
        return value + self._determinants(rho, lam) - 0.5 * logdet, delta, sse

    def solve(self, start: Maximum, phi: float) -> tuple[Maximum, float, np.ndarray]:
        """Maximise, and give the information net of phi by second differences."""
        bounds = [p.interval for p in self.parts if p is not None]
        x0 = [start.rho] * (self.head == 2) + [start.lambda_, np.sqrt(phi) + 1e-3]

        def loss(x: np.ndarray) -> float:
            if any(not low < r < high for r, (low, high) in zip(x, bounds, strict=False)):
                return np.inf
            return -self._concentrated(x)[0]

        found = optimize.minimize(
            loss,
            x0,
            method="Nelder-Mead",
            options={"xatol": 1e-9, "fatol": 1e-9, "maxiter": 4000, "maxfev": 4000},
        )
        if not found.success:
            raise ConvergenceError(
                f"The likelihood with random effects was not maximised: {found.message}"
            )
        loglik, delta, sse = self._concentrated(found.x)
        rho = float(found.x[0]) if self.head == 2 else 0.0
        lam, phi = float(found.x[-2]), float(found.x[-1] ** 2)
        sigma2 = sse / (self.n * self.T)
        best = Maximum(rho, lam, delta, sse, sigma2, float(loglik))
        theta = np.concatenate([delta, [rho] * (self.head == 2), [lam, sigma2, phi]])
        k = len(delta)
        H = -_second_differences(lambda t: self.loglik(t, k), theta)
        if self.head == 1:
            # Without a lag regression coefficients are independent of the rest (Magnus 1978).
            H[:k, k:] = H[k:, :k] = 0.0
        matrix = H[:-1, :-1] - np.outer(H[:-1, -1], H[-1, :-1]) / H[-1, -1]
        return best, phi, matrix


def _innovations_errors_only(
    data: np.ndarray, best: Maximum, phi: float, at: Structure, T: int
) -> np.ndarray:
    """Errors less the best predictor of mu, phi T B' (I + T phi B B')^(-1) B u-bar, filtered."""
    u = _residuals(data, best, at.lag is not None)
    n = u.shape[1]
    B = sp.csc_array(sp.eye_array(n) - best.lambda_ * at.error.weights.matrix)
    K = sp.csc_array(sp.eye_array(n) + T * phi * (B @ B.T))
    mu = phi * T * (B.T @ splu(K).solve(B @ u.mean(axis=0)))
    return at.filter(u - mu)


def _second_differences(f, theta: np.ndarray) -> np.ndarray:
    """Central second differences; steps balance truncation and rounding."""
    p = len(theta)
    h = 2e-4 * np.maximum(np.abs(theta), 1e-2)
    out = np.empty((p, p))
    for i in range(p):
        for j in range(i, p):
            a, b = np.zeros(p), np.zeros(p)
            a[i], b[j] = h[i], h[j]
            value = f(theta + a + b) - f(theta + a - b) - f(theta - a + b) + f(theta - a - b)
            out[i, j] = out[j, i] = value / (4 * h[i] * h[j])
    return out
