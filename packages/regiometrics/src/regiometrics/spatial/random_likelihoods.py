"""Likelihoods with random unit effects as functions of all parameters, and their information."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from scipy import optimize
from scipy.sparse.linalg import splu

from regiometrics.spatial.crossproducts import CrossProducts
from regiometrics.spatial.errors import BoundaryError, ConvergenceError, SpecificationError
from regiometrics.spatial.information import Information, Structure
from regiometrics.spatial.likelihood import Determinant, Maximum
from regiometrics.spatial.observed import second_differences
from regiometrics.spatial.weights import DENSE_LIMIT, SpatialWeights


class ErrorsOnly:
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

    def solve(self, start: Maximum, phi: float) -> tuple[Maximum, float]:
        """Maximise over (rho, lambda, phi)."""
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
        for r, (low, high) in zip(found.x, bounds, strict=False):
            if min(r - low, high - r) <= 1e-4 * (high - low):
                raise BoundaryError(
                    f"The maximum of the likelihood has a spatial parameter of {r:.6f}, at the end "
                    f"of its admissible interval ({low:.4f}, {high:.4f}): the model does not fit "
                    "these data."
                )
        loglik, delta, sse = self._concentrated(found.x)
        rho = float(found.x[0]) if self.head == 2 else 0.0
        lam, phi = float(found.x[-2]), float(found.x[-1] ** 2)
        sigma2 = sse / (self.n * self.T)
        return Maximum(rho, lam, delta, sse, sigma2, float(loglik)), phi


class CommonFilter:
    """The likelihood without a spatial error or where mu follows it too."""

    def __init__(
        self,
        within: CrossProducts,
        between: CrossProducts,
        parts: list[Determinant | None],
        n: int,
        T: int,
    ) -> None:
        self.within, self.between, self.parts, self.n, self.T = within, between, parts, n, T
        self.head = 2 if parts[0] is not None else 1

    def loglik(self, theta: np.ndarray, k: int) -> float:
        """Full log-likelihood at (delta, [rho], [lambda], sigma², phi)."""
        delta, rest = theta[:k], list(theta[k:])
        rho = rest.pop(0) if self.head == 2 else 0.0
        lam = rest.pop(0) if self.parts[1] is not None else 0.0
        sigma2, phi = rest
        v = np.concatenate([[1.0, -rho][: self.head], -delta])
        shrink, N = 1 / (1 + self.T * phi), self.n * self.T
        squares = v @ (self.within.matrix(lam) + shrink * self.between.matrix(lam)) @ v
        determinants = sum(
            part.value(r)
            for part, r in zip(self.parts, (rho, lam), strict=True)
            if part is not None
        )
        return (
            -0.5 * N * np.log(2 * np.pi * sigma2)
            + 0.5 * self.n * np.log(shrink)
            + determinants
            - squares / (2 * sigma2)
        )


def observed_random(
    loglik: Callable[[np.ndarray, int], float],
    best: Maximum,
    phi: float,
    has_lag: bool,
    has_error: bool,
) -> Information:
    """Second differences in all parameters, phi last.

    Coefficients and variances are independent in expectation, not in a sample: their cross terms
    stay (without them lambda's error is that of known coefficients).
    """
    k = len(best.delta)
    theta = np.concatenate(
        [
            best.delta,
            [best.rho] * has_lag,
            [best.lambda_] * has_error,
            [best.sigma2, phi],
        ]
    )
    matrix = -second_differences(lambda t: loglik(t, k), theta, positive=[len(theta) - 2])
    return Information(matrix, matrix, 0.0, 0.0, 0.0, kind="observed")


def expected_errors_only(
    data: np.ndarray, best: Maximum, phi: float, at: Structure, u: np.ndarray
) -> Information:
    """Expected information net of phi where u alone follows the spatial process.

    With S = I - rho W the covariance of S y is sigma² P_w within units, P_w = (B'B)^(-1), and
    sigma² P_b between them, P_b = T phi I + P_w. Each parameter's derivative D of sigma² P gives
    tr(P^(-1) D P^(-1) D) / 2 once between and T - 1 times within (Magnus 1978).

    Raises
    ------
    SpecificationError
        For more than 2000 units: n × n matrices are formed.
    """
    T, n, _ = data.shape
    if n > DENSE_LIMIT:
        raise SpecificationError(
            f"The expected information with random_errors='baltagi' was asked for {n} units; "
            f"expected at most {DENSE_LIMIT}: use information='observed'."
        )
    k, s2 = len(best.delta), best.sigma2
    assert at.error is not None  # it is what the errors follow
    M = at.error.weights.matrix.toarray()
    B = np.eye(n) - best.lambda_ * M
    P_w = np.linalg.inv(B.T @ B)
    P_b = T * phi * np.eye(n) + P_w
    slope = P_w @ (M.T @ B + B.T @ M) @ P_w
    columns = [data[:, :, data.shape[2] - k :]]
    derivatives: list[tuple[np.ndarray, np.ndarray]] = []
    if at.lag is not None:
        W = at.lag.weights.matrix.toarray()
        G = W @ np.linalg.inv(np.eye(n) - best.rho * W)
        # All of W y that is not G u is G Z delta.
        columns.append((data[:, :, 1] - u @ G.T)[:, :, None])
        derivatives.append((G @ P_w + P_w @ G.T, G @ P_b + P_b @ G.T))
    else:
        columns.append(np.zeros((T, n, 0)))
    derivatives.append((slope, slope))
    derivatives.append((P_w / s2, P_b / s2))
    derivatives.append((np.zeros((n, n)), T * np.eye(n)))
    linear = np.concatenate(columns, axis=2)
    mean = linear.mean(axis=0)
    inner = (linear - mean).reshape(T, n, -1)
    inv_w, inv_b = np.linalg.inv(P_w), np.linalg.inv(P_b)
    q, m = linear.shape[2], len(derivatives)
    p = k + m
    matrix = np.zeros((p, p))
    weighted = np.einsum("tik,ij,tjl->kl", inner, inv_w, inner, optimize=True)
    matrix[:q, :q] = (weighted + T * mean.T @ inv_b @ mean) / s2
    scaled = [(inv_w @ a, inv_b @ b) for a, b in derivatives]
    for i, (a, b) in enumerate(scaled):
        for j, (c, d) in enumerate(scaled):
            trace = (T - 1) * np.vdot(a.T, c) + np.vdot(b.T, d)
            matrix[k + i, k + j] += trace / 2
    own = matrix[-1, -1]
    matrix = matrix[:-1, :-1] - np.outer(matrix[:-1, -1], matrix[-1, :-1]) / own
    return Information(matrix, matrix, 0.0, 0.0, 0.0)
