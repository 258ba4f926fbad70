"""Best predictors of random unit effects, and the covariance along time that they share."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.linalg import cho_solve
from scipy.sparse.linalg import splu

from regiometrics.spatial.information import Structure

Array = np.ndarray


def time_factor(psi: float, phi: float, T: int) -> Array:
    """Lower Cholesky factor of V + phi J, shape (T, T).

    Examples
    --------
    >>> time_factor(0.0, 0.0, 2)
    array([[1., 0.],
           [0., 1.]])
    """
    gap = np.abs(np.subtract.outer(np.arange(T), np.arange(T)))
    return np.linalg.cholesky(psi**gap / (1 - psi**2) + phi)


def predicted_serial_effects(u: Array, psi: float, phi: float) -> Array:
    """Best predictor phi 1'(V + phi J)^(-1) u of the random effects with serial correlation.

    Late and early periods weigh more than those between.

    Parameters
    ----------
    u : numpy.ndarray, shape (T, n)
        The outcome minus spatial lag and regressors: y - rho W y - Z delta.
    psi : float
        The first-order serial correlation of the errors.
    phi : float
        The variance of the effects over that of the innovations.

    Returns
    -------
    numpy.ndarray, shape (n,)

    Examples
    --------
    >>> predicted_serial_effects(np.array([[1.0], [3.0]]), 0.0, 0.5)
    array([1.])
    """
    factor = time_factor(psi, phi, len(u))
    return phi * cho_solve((factor, True), np.ones(len(u))) @ u


def predicted_effects(u: Array, at: Structure, phi: float, random_errors: str | None) -> Array:
    """Best predictor of the random effects from mu + u.

    Parameters
    ----------
    u : numpy.ndarray, shape (T, n)
        y - rho W y - Z delta.
    at : Structure
        The spatial structure at the estimates.
    phi : float
        The variance of the effects over that of the innovations.
    random_errors : {"baltagi", "kkp", None}
        The form of the spatial error with random effects.

    Returns
    -------
    numpy.ndarray, shape (n,)
        phi T B' (I + T phi B B')^(-1) B u-bar for "baltagi"; otherwise T phi / (1 + T phi) u-bar.
    """
    T, n = u.shape
    mean = u.mean(axis=0)
    if random_errors != "baltagi" or at.error is None:
        return T * phi / (1 + T * phi) * mean
    B = sp.csc_array(sp.eye_array(n) - at.lambda_ * at.error.weights.matrix)
    K = sp.csc_array(sp.eye_array(n) + T * phi * (B @ B.T))
    return phi * T * (B.T @ splu(K).solve(B @ mean))
