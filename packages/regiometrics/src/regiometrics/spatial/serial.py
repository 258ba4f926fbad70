"""First-order serial correlation of the errors: e_it = psi e_i,t-1 + v_it.

Along time the errors of a unit have covariance sigma² V with V_ts = psi^|t-s| / (1 - psi²), plus
phi J where random effects share the spatial process (Baltagi and Li 1991; Lee and Yu 2012). V is
the same for all units, so that a Cholesky factor of it along time turns the model into one without
serial correlation, of which the spatial likelihood is known:

    l(psi, phi, ...) = l_spatial(L^(-1) y, L^(-1) Z) - n ln|L|,  L L' = V + phi J.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize
from scipy.linalg import solve_triangular

from regiometrics.spatial.covariances import CovarianceOptions
from regiometrics.spatial.crossproducts import CrossProducts
from regiometrics.spatial.effect_prediction import time_factor
from regiometrics.spatial.errors import (
    BoundaryError,
    ConvergenceError,
    EdgeWarning,
    NonNormalisedWeightsError,
    SpecificationError,
)
from regiometrics.spatial.information import Information, Structure
from regiometrics.spatial.likelihood import (
    ConcentratedLikelihood,
    Determinant,
    Maximum,
    local_error,
)
from regiometrics.spatial.logdet import LogDet
from regiometrics.spatial.observed import second_differences
from regiometrics.spatial.panel_data import Design, take_out
from regiometrics.spatial.rank import check_fit, check_rank

if TYPE_CHECKING:
    from regiometrics.spatial.results import SpatialPanelResult, Specification

Array = np.ndarray
_LARGEST = 0.999
_STARTS = (-0.4, 0.0, 0.4, 0.8)


def fit_serial(
    specification: Specification,
    design: Design,
    lag: LogDet | None,
    error: LogDet | None,
    seed: int,
    options: CovarianceOptions,
) -> SpatialPanelResult:
    """Maximise the likelihood with serially correlated errors.

    Parameters
    ----------
    specification : Specification
        Effects "none", "time" or "random".
    design : Design
        The outcome, regressors and weights.
    lag, error : LogDet or None
        The log-determinants of lag and error; None where the model has none.
    seed : int
        The seed of the random draws.
    options : CovarianceOptions
        Classical: the observed information, by second differences.

    Returns
    -------
    SpatialPanelResult
        `params` end in "psi"; `errors` are those before serial correlation is taken out, effects
        and spatial errors out.

    Raises
    ------
    BoundaryError, ConvergenceError
        If psi is at plus or minus one, or the search does not settle.
    NonNormalisedWeightsError
        If time effects meet weights with rows of different sums.
    """
    from regiometrics.spatial.results import SpatialPanelResult

    T, n = design.y.shape
    k, random = len(design.names), specification.effects == "random"
    time = specification.effects == "time"
    if options.kind != "classical" or options.information == "expected":
        raise SpecificationError(
            f"cov_type is '{options.kind}' with serial='ar1'; expected 'classical' by the observed "
            "information, or model 'slx' or Spatial2SLS with cov_type 'clustered', which allows "
            "any serial correlation."
        )
    for part in (lag, error):
        if time and part is not None and part.weights.row_sum is None:
            raise NonNormalisedWeightsError(
                "The rows of the weights have different sums; expected one sum with time effects "
                "and serial='ar1': row-standardise the weights."
            )
    heads = [design.y[:, :, None], *([design.Wy[:, :, None]] if lag is not None else [])]
    data = take_out(np.concatenate([*heads, design.Z], axis=2), False, time)
    check_rank(design.Z, data[:, :, data.shape[2] - k :], design.names, specification.effects)
    check_fit(CrossProducts(data, False).matrix(), k, float((design.y**2).sum()), design.outcome)
    parts = [
        None if d is None else Determinant(d, T, d.weights.row_sum if time else None)
        for d in (lag, error)
    ]
    width, N = n - time, T * (n - time)
    M = None if error is None else error.weights

    def whitened(psi: float, phi: float) -> tuple[ConcentratedLikelihood, float]:
        L = time_factor(psi, phi, T)
        flat = solve_triangular(L, data.reshape(T, -1), lower=True)
        products = CrossProducts(flat.reshape(data.shape), False, M)
        log = float(np.log(L.diagonal()).sum())
        return ConcentratedLikelihood(products, N, *parts), width * log

    last: dict[str, tuple[float, float] | None] = {"start": None}

    def best_at(psi: float, phi: float) -> tuple[Maximum, float]:
        likelihood, log = whitened(psi, phi)
        best = likelihood.maximise(last["start"])
        last["start"] = best.rho, best.lambda_
        return best, best.loglik - log

    psi, phi = _search(lambda x: -best_at(*_read(x, random))[1], random)
    if abs(psi) > _LARGEST - 1e-3:
        raise BoundaryError(
            f"The likelihood is highest at psi = {psi:.4f}, the end of its range: the errors are "
            "close to a unit root; expected a model in differences or with a time lag."
        )
    best, loglik = best_at(psi, phi)
    theta = np.concatenate(
        [
            best.delta,
            [best.rho] * (lag is not None),
            [best.lambda_] * (error is not None),
            [psi, best.sigma2],
            [phi] * random,
        ]
    )

    def full(t: Array) -> float:
        delta, rest = t[:k], list(t[k:])
        rho = rest.pop(0) if lag is not None else 0.0
        lam = rest.pop(0) if error is not None else 0.0
        now, sigma2 = rest[:2]
        likelihood, log = whitened(now, rest[2] if random else 0.0)
        v = np.concatenate([[1.0, -rho][: 1 + (lag is not None)], -delta])
        squares = float(v @ likelihood.products.matrix(lam) @ v)
        determinants = sum(
            part.value(r) for part, r in zip(parts, (rho, lam), strict=True) if part is not None
        )
        return -0.5 * N * np.log(2 * np.pi * sigma2) - squares / (2 * sigma2) + determinants - log

    notes = ()
    if random and phi * T < 1e-6:
        notes = ("the variance of the unit effects is at its edge, zero",)
        warnings.warn(
            "The variance of the random unit effects is estimated as zero, the edge of its range.",
            EdgeWarning,
            stacklevel=4,
        )
        theta = theta[:-1]
        inner = full
        full = lambda t: inner(np.append(t, 0.0))  # noqa: E731
    matrix = -second_differences(full, theta, positive=[len(theta) - 1 - (random and not notes)])
    at = Structure(lag, error, best.rho, best.lambda_, False, time, False, time, seed)
    residuals = data[:, :, 0] - data[:, :, data.shape[2] - k :] @ best.delta
    if lag is not None:
        residuals = residuals - best.rho * data[:, :, 1]
    present = [
        (p, r) for p, r in zip(parts, (best.rho, best.lambda_), strict=True) if p is not None
    ]
    return SpatialPanelResult.assemble(
        specification=specification,
        design=design,
        maximum=best,
        loglik=loglik,
        information=Information(matrix, matrix, 0.0, 0.0, 0.0, kind="observed"),
        residuals=at.filter(residuals),
        structure=at,
        effective=N,
        logdet_error=local_error([p for p, _ in present], [r for _, r in present]),
        variance_ratio=phi if random else None,
        options=options,
        notes=notes,
        extra={"psi": psi},
    )


def _read(x: Array, random: bool) -> tuple[float, float]:
    """psi by its inverse hyperbolic tangent, phi by its root."""
    return float(np.tanh(x[0])) * _LARGEST, float(x[1] ** 2) if random else 0.0


def _search(loss, random: bool) -> tuple[float, float]:
    starts = [
        [np.arctanh(psi), *([root] if random else [])]
        for psi in _STARTS
        for root in ((0.3, 1.0) if random else (0.0,))
    ]
    first = min(starts, key=lambda x: loss(np.array(x)))
    options = {"xatol": 1e-9, "fatol": 1e-10, "maxiter": 2000}
    found = optimize.minimize(lambda x: loss(x), first, method="Nelder-Mead", options=options)
    again = optimize.minimize(lambda x: loss(x), found.x, method="Nelder-Mead", options=options)
    if not again.success or found.fun - again.fun > 1e-5:
        raise ConvergenceError(
            f"The likelihood with serial correlation was not maximised: {again.message}"
        )
    return _read(again.x, random)
