"""Cross-section regressions in bulk: weighted least squares, three kinds of errors, null draws.

A specification curve asks for hundreds of fits and, of each, a thousand draws under the null
hypothesis; packages take milliseconds to seconds for one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regiometrics.errors import EstimationError
from regiometrics.inference import inference_row
from regiometrics.panel.covariance import small_sample_factor

Array = np.ndarray
ERRORS = ("HC3", "cluster", "conley")
FULL = 1 - 1e-9  # leverage of an observation that has a parameter of its own


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """A fit of which one coefficient is asked.

    Attributes
    ----------
    X, residuals : numpy.ndarray, shapes (n, k), (n,)
        Times the root of the weights.
    params, bread : numpy.ndarray, shapes (k,), (k, k)
    direction : numpy.ndarray, shape (n,)
        What each (weighted) residual adds to the coefficient asked for.
    leverage : numpy.ndarray, shape (n,)
    term : int
    """

    X: Array
    residuals: Array
    params: Array
    bread: Array
    direction: Array
    leverage: Array
    term: int

    @property
    def df(self) -> int:
        """Observations less parameters."""
        return self.X.shape[0] - self.X.shape[1]


def least_squares(y: Array, X: Array, term: int, weights: Array | None = None) -> LeastSquares:
    """Fit by weighted least squares.

    Parameters
    ----------
    y, X : numpy.ndarray, shapes (n,), (n, k)
    term : int
        Column of X whose coefficient is asked.
    weights : numpy.ndarray, shape (n,), optional
        Positive; equal where not given.

    Raises
    ------
    ValueError
        If the regressors are collinear, or no degree of freedom is left.
    """
    n, k = X.shape
    if n <= k:
        raise EstimationError(f"{n} observations leave no degree of freedom for {k} regressors.")
    if np.linalg.matrix_rank(X) < k:
        raise EstimationError(f"The {k} regressors of {n} observations are collinear.")
    root = np.ones(n) if weights is None else np.sqrt(np.asarray(weights) / np.mean(weights))
    y, X = y * root, X * root[:, None]
    bread = np.linalg.inv(X.T @ X)
    params = bread @ (X.T @ y)
    direction = X @ bread[term]
    leverage = ((X @ bread) * X).sum(axis=1)
    return LeastSquares(X, y - X @ params, params, bread, direction, leverage, term)


@dataclass(frozen=True, eq=False)
class Errors:
    """How errors are computed.

    Attributes
    ----------
    kind : str
        One of `ERRORS`: MacKinnon and White (1985), clustered with factor
        G/(G - 1) × (n - 1)/(n - k), or Conley (1999) with factor n/(n - k).
    groups : numpy.ndarray of int, shape (n,), optional
        Codes 0, 1, ... of the clusters.
    kernel : numpy.ndarray, shape (n, n), optional
        Weights of pairs, one on the diagonal.
    """

    kind: str
    groups: Array | None = None
    kernel: Array | None = None

    def of(self, fit: LeastSquares, residuals: Array) -> Array:
        """Standard errors of the fit's coefficient for rows of residuals, shape (draws, n)."""
        if self.kind == "HC3":
            own = fit.leverage >= FULL  # its residual is zero whatever the data
            shrink = np.where(own, 0.0, 1 / (1 - np.where(own, 0.0, fit.leverage)))
            return np.sqrt(((residuals * (fit.direction * shrink)) ** 2).sum(axis=-1))
        scores = residuals * fit.direction
        n, k = fit.X.shape
        if self.kind == "cluster":
            G = int(self.groups.max()) + 1
            sums = scores @ np.eye(G)[self.groups]
            return np.sqrt(small_sample_factor(n, k, G) * (sums**2).sum(axis=-1))
        if self.kind == "conley":
            variance = ((scores @ self.kernel) * scores).sum(axis=-1)
            # The kernel is not positive definite on every set of places.
            return np.sqrt(small_sample_factor(n, k) * np.where(variance > 0, variance, np.nan))
        raise ValueError(f"Errors are {self.kind!r}; expected one of {', '.join(ERRORS)}.")

    def df(self, fit: LeastSquares) -> int:
        """Degrees of freedom of the t distribution: clusters less one, else those of the fit."""
        return int(self.groups.max()) if self.kind == "cluster" else fit.df


def inference(fit: LeastSquares, errors: Errors, confidence: float) -> dict[str, float]:
    """Estimate, error, statistic, p-value and interval of the coefficient asked for."""
    estimate = float(fit.params[fit.term])
    error = float(errors.of(fit, fit.residuals[None])[0])
    return inference_row(estimate, error, confidence, errors.df(fit))


def null_residuals(fit: LeastSquares, multipliers: Array) -> tuple[Array, Array]:
    """Draw the coefficient under the hypothesis that it is zero, and the residuals of each draw.

    Parameters
    ----------
    fit
        As estimated.
    multipliers : numpy.ndarray, shape (draws, n)
        Of the residuals of the fit without the term (wild bootstrap with the null imposed).

    Returns
    -------
    numpy.ndarray, shape (draws,)
        The coefficient.
    numpy.ndarray, shape (draws, n)
        The residuals of each draw's own fit, for :meth:`Errors.of`.
    """
    # Leaving the term out adds back what it alone explains.
    estimate, variance = fit.params[fit.term], fit.bread[fit.term, fit.term]
    restricted = fit.residuals + estimate * fit.direction / variance
    drawn = multipliers * restricted
    return drawn @ fit.direction, drawn - (drawn @ fit.X) @ fit.bread @ fit.X.T
