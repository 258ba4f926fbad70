"""Random unit effects: y = rho W y + Z delta + mu + u, mu and e independent normal.

Two forms of a spatial error: u alone follows the process, u = lambda M u + e (Anselin, Le Gallo
and Jayet 2008; "baltagi"), or mu too, R (mu + u) = mu' + e (Kapoor, Kelejian and Prucha 2007;
"kkp"). Without a spatial error they are one model. phi is the variance of mu over that of e.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from regiometrics.spatial.covariances import CovarianceOptions
from regiometrics.spatial.crossproducts import CrossProducts
from regiometrics.spatial.effect_prediction import predicted_effects
from regiometrics.spatial.errors import ConvergenceError, EdgeWarning
from regiometrics.spatial.information import Information, Structure, information
from regiometrics.spatial.likelihood import (
    ConcentratedLikelihood,
    Determinant,
    Maximum,
    local_error,
)
from regiometrics.spatial.logdet import LogDet
from regiometrics.spatial.panel_data import Design
from regiometrics.spatial.random_likelihoods import (
    CommonFilter,
    ErrorsOnly,
    expected_errors_only,
    observed_random,
)
from regiometrics.spatial.rank import Basis, check_fit, check_rank, loses_digits

if TYPE_CHECKING:
    from regiometrics.spatial.results import SpatialPanelResult, Specification

_MAX_ROUNDS = 1000


class _WeightedProducts:
    """Within cross products plus theta² times those between units."""

    def __init__(self, within: CrossProducts, between: CrossProducts, weight: float) -> None:
        self._parts = ((within, 1.0), (between, weight))

    def matrix(self, lam: float = 0.0) -> np.ndarray:
        return sum((weight * part.matrix(lam) for part, weight in self._parts), np.zeros(()))

    def derivative(self, lam: float) -> np.ndarray:
        return sum((weight * part.derivative(lam) for part, weight in self._parts), np.zeros(()))


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
        The model that was asked for.
    design : Design
        The outcome, regressors and weights.
    lag, error : LogDet or None
        The log-determinants of lag and error; None where the model has none.
    random_errors : {"baltagi", "kkp"}
        The form of the spatial error with random effects.
    seed : int
        The seed of the random draws.
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
    parts = [None if d is None else Determinant(d, T, None) for d in (lag, error)]
    interval = parts[0].interval if parts[0] is not None else (0.0, 0.0)
    check_fit(products, k, squares, design.outcome, None if basis is None else data, interval)
    M = None if error is None else error.weights
    mean = data.mean(axis=0, keepdims=True)
    inner = CrossProducts(data - mean, False).matrix()
    check_fit(inner, k, squares, design.outcome, interval=interval)
    within = CrossProducts(data - mean, False, M)
    between_data = np.sqrt(T) * mean
    between = CrossProducts(between_data, False, M)
    best, phi = _common_filter(within, between, parts, n, T)
    structure_of = _structures(lag, error, seed)
    errors_only = error is not None and random_errors == "baltagi"
    if errors_only and M is not None:
        problem = ErrorsOnly(within, between_data[0], M, parts, n, T)
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
            problem.loglik if errors_only else CommonFilter(within, between, parts, n, T).loglik
        )
        info = observed_random(loglik, best, phi, lag is not None, error is not None)
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


def fit_random_components(y: np.ndarray, Z: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Maximum likelihood with random effects and no spatial term.

    Parameters
    ----------
    y : numpy.ndarray, shape (T, n)
        The outcome, one row per period.
    Z : numpy.ndarray, shape (T, n, k)
        The regressors, one row per period.

    Returns
    -------
    delta : numpy.ndarray, shape (k,)
    sigma2, phi : float
        Variance of e, and that of mu over it.
    """
    T, n = y.shape
    data = np.concatenate([y[:, :, None], Z], axis=2)
    mean = data.mean(axis=0, keepdims=True)
    within = CrossProducts(data - mean, False)
    between = CrossProducts(np.sqrt(T) * mean, False)
    best, phi = _common_filter(within, between, [None, None], n, T)
    return best.delta, best.sigma2, phi


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


def _innovations_errors_only(
    u: np.ndarray, best: Maximum, phi: float, at: Structure, T: int
) -> np.ndarray:
    """Errors minus the best predictor of mu, filtered."""
    return at.filter(u - predicted_effects(u, at, phi, "baltagi"))
