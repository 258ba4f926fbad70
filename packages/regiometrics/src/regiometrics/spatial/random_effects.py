"""Random unit effects: y = rho W y + Z delta + mu + u, mu and e independent normal.

Two forms of a spatial error: u alone follows the process, u = lambda M u + e (Anselin, Le Gallo
and Jayet 2008; "baltagi"), or mu too, R (mu + u) = mu' + e (Kapoor, Kelejian and Prucha 2007;
"kkp"). Without a spatial error they are one model. phi is the variance of mu over that of e.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy import optimize
from scipy.sparse.linalg import splu

from regiometrics.spatial.covariances import CovarianceOptions
from regiometrics.spatial.crossproducts import CrossProducts
from regiometrics.spatial.errors import (
    BoundaryError,
    ConvergenceError,
    EdgeWarning,
    SpecificationError,
)
from regiometrics.spatial.information import Information, Structure, information
from regiometrics.spatial.likelihood import (
    ConcentratedLikelihood,
    Determinant,
    Maximum,
    local_error,
)
from regiometrics.spatial.logdet import LogDet
from regiometrics.spatial.observed import second_differences
from regiometrics.spatial.panel_data import Design
from regiometrics.spatial.rank import Basis, check_fit, check_rank, loses_digits
from regiometrics.spatial.weights import DENSE_LIMIT, SpatialWeights

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
    options: CovarianceOptions,
) -> SpatialPanelResult:
    """Maximise the likelihood with random unit effects.

    Parameters
    ----------
    specification : Specification
    design : Design
    lag, error : LogDet or None
    random_errors : {"baltagi", "kkp"}
    seed : int
    options : CovarianceOptions
        Its `information`: by default the expected one, but for "baltagi" with a spatial error the
        observed one, from the likelihood's second differences, as splm gives it.

    Returns
    -------
    SpatialPanelResult

    Warns
    -----
    EdgeWarning
        If the variance of the unit effects is estimated as zero.
    """
    from regiometrics.spatial.results import SpatialPanelResult

    T, n = design.y.shape
    k = len(design.names)
    data = np.concatenate(
        [design.y[:, :, None], *([design.Wy[:, :, None]] if lag is not None else []), design.Z],
        axis=2,
    )
    accurate = check_rank(design.Z, design.Z, design.names, "random")
    products = CrossProducts(data, False).matrix()
    basis = None
    if not accurate or loses_digits(products, k):
        basis, data = Basis.of(data, k)
        products = CrossProducts(data, False).matrix()
    squares = float((design.y**2).sum())
    parts = [d and Determinant(d, T, None) for d in (lag, error)]
    interval = parts[0].interval if parts[0] is not None else (0.0, 0.0)
    check_fit(products, k, squares, design.outcome, None if basis is None else data, interval)
    M = error and error.weights
    mean = data.mean(axis=0, keepdims=True)
    inner = CrossProducts(data - mean, False).matrix()
    check_fit(inner, k, squares, design.outcome, interval=interval)
    within = CrossProducts(data - mean, False, M)
    between_data = np.sqrt(T) * mean
    between = CrossProducts(between_data, False, M)
    best, phi = _common_filter(within, between, parts, n, T)
    structure_of = _structures(lag, error, seed)
    errors_only = error is not None and random_errors == "baltagi"
    if errors_only:
        problem = _ErrorsOnly(within, between_data[0], M, parts, n, T)
        best, phi = problem.solve(best, phi)
    at = structure_of(best)
    kind = options.information or ("observed" if errors_only else "expected")
    raw = _residuals(data, best, lag is not None)
    if errors_only:
        residuals = _innovations_errors_only(raw, best, phi, at, T)
    else:
        shrink = 1 / (1 + T * phi)
        e = at.filter(raw)
        residuals = e - (1 - shrink) * e.mean(axis=0)
    if kind == "observed":
        loglik = (
            problem.loglik if errors_only else _CommonFilter(within, between, parts, n, T).loglik
        )
        info = _observed(loglik, best, phi, lag is not None, error is not None)
    elif errors_only:
        info = expected_errors_only(data, best, phi, at, raw)
    else:
        quasi = data - (1 - np.sqrt(shrink)) * mean
        u = at.filter(_residuals(quasi, best, lag is not None))
        fitted = quasi[:, :, 0] - _residuals(quasi, best, lag is not None)
        if basis is not None and lag is not None:
            # The lag acts on Z delta as given, not on what the basis leaves of it.
            on_basis = basis.R @ basis.coefficients(best.delta, best.rho)
            fitted = quasi[:, :, data.shape[2] - k :] @ on_basis
            info = information(
                quasi[:, :, data.shape[2] - k :], best.delta, best.sigma2, u, at, mean=fitted
            )
        else:
            Z = quasi[:, :, data.shape[2] - k :]
            info = information(Z, best.delta, best.sigma2, u, at)
        info = _marginal(info, phi, parts, best, n, T)
    notes = ()
    if phi * T < 1e-8:
        notes = ("the variance of the unit effects is at its edge, zero",)
        warnings.warn(
            "The variance of the random unit effects is estimated as zero, the edge of its range: "
            "the model is that without effects, and errors of the variance ratio do not exist.",
            EdgeWarning,
            stacklevel=4,
        )
    if basis is not None:
        J = basis.jacobian(len(info.matrix), cleared=kind == "observed")
        info = replace(info, jacobian=J)
        best = replace(best, delta=basis.coefficients(best.delta, best.rho))
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
        basis=basis,
        options=options,
        notes=notes,
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


class _CommonFilter:
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


def _observed(
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
    matrix = -second_differences(lambda t: loglik(t, k), theta)
    return Information(matrix, matrix, 0.0, 0.0, 0.0, kind="observed")


def _innovations_errors_only(
    u: np.ndarray, best: Maximum, phi: float, at: Structure, T: int
) -> np.ndarray:
    """Errors minus the best predictor of mu, filtered."""
    return at.filter(u - predicted_effects(u, at, phi, "baltagi"))


def predicted_effects(
    u: np.ndarray, at: Structure, phi: float, random_errors: str | None
) -> np.ndarray:
    """Best predictor of the random effects from mu + u.

    Parameters
    ----------
    u : numpy.ndarray, shape (T, n)
        y - rho W y - Z delta.
    at : Structure
    phi : float
    random_errors : {"baltagi", "kkp", None}

    Returns
    -------
    numpy.ndarray, shape (n,)
        phi T B' (I + T phi B B')^(-1) B u-bar for "baltagi"; otherwise T phi / (1 + T phi) u-bar.
    """
    T, n = u.shape
    mean = u.mean(axis=0)
    if random_errors != "baltagi":
        return T * phi / (1 + T * phi) * mean
    B = sp.csc_array(sp.eye_array(n) - at.lambda_ * at.error.weights.matrix)
    K = sp.csc_array(sp.eye_array(n) + T * phi * (B @ B.T))
    return phi * T * (B.T @ splu(K).solve(B @ mean))


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
    has_lag = at.lag is not None
    M = at.error.weights.matrix.toarray()
    B = np.eye(n) - best.lambda_ * M
    P_w = np.linalg.inv(B.T @ B)
    P_b = T * phi * np.eye(n) + P_w
    slope = P_w @ (M.T @ B + B.T @ M) @ P_w
    columns = [data[:, :, data.shape[2] - k :]]
    derivatives: list[tuple[np.ndarray, np.ndarray]] = []
    if has_lag:
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
