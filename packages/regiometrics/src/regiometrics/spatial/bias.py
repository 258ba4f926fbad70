"""Analytic bias corrections: the direct static estimator's and the dynamic one's."""

from __future__ import annotations

import numpy as np

from regiometrics.spatial.errors import ExplosiveProcessError
from regiometrics.spatial.information import Information
from regiometrics.spatial.likelihood import Determinant
from regiometrics.spatial.weights import SpatialWeights


def static_bias(
    info: Information | np.ndarray, k: int, row_effects: list[float], sigma2: float, n: int, T: int
) -> np.ndarray:
    """Bias of the direct estimator with time effects, of order 1/n.

    Parameters
    ----------
    info : Information or numpy.ndarray, shape (p, p)
        Information of (delta, rho, lambda, sigma²) in the sample.
    k : int
        Length of delta.
    row_effects : list of float
        1'X1/n for the operators X of rho and lambda: 1 / (1 - rho) where rows sum to one.
    sigma2 : float
        The variance of the errors.
    n, T : int
        The number of units and of periods.

    Returns
    -------
    numpy.ndarray, shape (p,)
        To be subtracted.

    Notes
    -----
    Lee and Yu (2010, Journal of Econometrics 154, section 3.2): b = -Sigma^(-1) a / n with
    a = (0, 1'G1/n, 1'H1/n, 1 / (2 sigma²)).
    """
    a = np.concatenate([np.zeros(k), row_effects, [1 / (2 * sigma2)]])
    return -_solve(info, n * T, a) / n


def dynamic_bias(
    info: Information | np.ndarray,
    lag: Determinant,
    error: Determinant | None,
    estimates: dict[str, float],
    positions: dict[str, int],
    n_effective: int,
    T: int,
) -> np.ndarray:
    """Bias of the dynamic estimator with unit effects, of order 1/T.

    Parameters
    ----------
    info : Information or numpy.ndarray, shape (p, p)
        Information of all parameters in the sample of n_effective × T observations.
    lag : Determinant
        The determinant of W, with the eigenvalue that the transform of the units removes; it serves
        where the model has no spatial lag too (rho = 0).
    error : Determinant or None
        The determinant of M, if there is one.
    estimates : dict
        "rho", "lambda", "sigma2", "time" and "space_time" (zero where absent).
    positions : dict
        Place in `info` of those of them that are estimated.
    n_effective, T : int
        The number of units that the transform leaves, and of periods.

    Returns
    -------
    numpy.ndarray, shape (p,)
        To be subtracted.

    Raises
    ------
    ExplosiveProcessError
        If the process is not stable.

    Notes
    -----
    Yu, de Jong and Lee (2008, eq. 13) for unit effects; Lee and Yu (2010, Econometric Theory 26,
    eq. 21) for both, after the time effects are transformed away. With
    K = [(1 - gamma) I - (rho + eta) W]^(-1) the score's mean is -n a, where a has
    tr(K)/n for gamma, tr(WK)/n for eta, tr[G (gamma I + eta W) K + G]/n for rho, tr(H)/n for
    lambda and 1 / (2 sigma²). Traces of products come from tr G at two points by partial
    fractions, so that no matrix is formed.
    """
    rho, gamma, eta = (estimates[key] for key in ("rho", "time", "space_time"))
    check_stable(lag.logdet.weights, rho, gamma, eta)
    r = (rho + eta) / (1 - gamma)
    trace_r, trace_rho = lag.trace(r), lag.trace(rho)
    identity = n_effective + r * trace_r
    # tr(G M) and tr(G W M) with M = (I - rW)^(-1), G = W (I - rho W)^(-1).
    if abs(rho - r) > 1e-5:
        gm = (n_effective + rho * trace_rho - identity) / (rho - r)
        gwm = (trace_rho - trace_r) / (rho - r)
    else:
        gwm = lag.trace_square(rho)
        gm = trace_rho + rho * gwm
    a = np.zeros(len(info.matrix if isinstance(info, Information) else info))
    a[positions["sigma2"]] = 1 / (2 * estimates["sigma2"])
    if "time" in positions:
        a[positions["time"]] = identity / (1 - gamma) / n_effective
    if "space_time" in positions:
        a[positions["space_time"]] = trace_r / (1 - gamma) / n_effective
    if "rho" in positions:
        through = (gamma * gm + eta * gwm) / (1 - gamma)
        a[positions["rho"]] = (through + trace_rho) / n_effective
    if "lambda" in positions and error is not None:
        a[positions["lambda"]] = error.trace(estimates["lambda"]) / n_effective
    return -_solve(info, n_effective * T, a) / T


def _solve(info: Information | np.ndarray, size: int, a: np.ndarray) -> np.ndarray:
    if isinstance(info, Information):
        if info.jacobian is not None:
            return size * (info.covariance @ a)
        info = info.matrix
    return np.linalg.solve(info / size, a)


def check_stable(weights: SpatialWeights, rho: float, gamma: float, eta: float) -> None:
    """Refuse a process whose autoregressive matrix has an eigenvalue of modulus one or more.

    The eigenvalues of (I - rho W)^(-1) (gamma I + eta W) are (gamma + eta w) / (1 - rho w); over
    an interval of real w the modulus is largest at an end (Elhorst 2014, section 4.2).
    """
    for w in weights.extreme_eigenvalues:
        modulus = abs((gamma + eta * w) / (1 - rho * w))
        if modulus >= 1:
            raise ExplosiveProcessError(
                f"The dynamic process has an eigenvalue of modulus {modulus:.4f} (coefficients: "
                f"time lag {gamma:.4f}, space-time lag {eta:.4f}, rho {rho:.4f}); expected less "
                "than one: there are no bias terms and no long-run impacts."
            )
