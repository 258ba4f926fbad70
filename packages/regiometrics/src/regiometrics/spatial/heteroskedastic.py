"""Spatial models under heteroskedasticity of unknown form: modified quasi-likelihood.

The quasi-likelihood's score of a spatial parameter is e'Xe - sigma² tr X with X = G for the lag and
X = H for the errors. Where variances differ between observations its mean is not zero and the
maximum is not consistent (Lin and Lee 2010). With sigma² tr X replaced by e'De, D diagonal such
that both forms have one mean whatever the variances, the score is centred again (Liu and Yang
2015; with fixed effects Liu and Yang 2020). Its root is the estimate; the covariance is a sandwich.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize

from regiometrics.panel.dependence import Dependence
from regiometrics.panel.within import period_means
from regiometrics.spatial.errors import (
    BoundaryError,
    ConvergenceError,
    SpecificationError,
    UnsupportedPanelError,
)
from regiometrics.spatial.information import Structure, spatial_operators
from regiometrics.spatial.likelihood import ConcentratedLikelihood, Maximum

Array = np.ndarray
#: Operators of shape (n, n) are formed up to this number of units.
MOST_UNITS = 4000


@dataclass(frozen=True)
class ModifiedFit:
    """Where the centred scores are zero.

    Attributes
    ----------
    maximum : Maximum
        `loglik` is the quasi-likelihood there, which is not its maximum.
    cov : numpy.ndarray, shape (p, p)
        The covariance of (delta, [rho], [lambda]).
    factor : float
        Small-sample factor of its linear part.
    """

    maximum: Maximum
    cov: Array
    factor: float


def fit_modified(
    data: Array,
    likelihood: ConcentratedLikelihood,
    start: Maximum,
    structure: Structure,
    dependence: Dependence,
    effects: str,
    debiased: bool,
) -> ModifiedFit:
    """Solve the centred scores from the quasi-likelihood's maximum.

    Parameters
    ----------
    data : numpy.ndarray, shape (T, n, m)
        Outcome, its spatial lag if any, regressors; effects taken out.
    likelihood : ConcentratedLikelihood
        The likelihood in the spatial parameters.
    start : Maximum
        The maximum of the quasi-likelihood, where the search starts.
    structure : Structure
        The structure with its log-determinants and effects.
    dependence : Dependence
        "robust", or "clustered" by unit: any dependence over time within units.
    effects : str
        The effects of the model.
    debiased : bool
        Whether the covariance is scaled for estimated parameters.

    Returns
    -------
    ModifiedFit

    Raises
    ------
    SpecificationError
        For more than 4000 units, or dependence between units.
    UnsupportedPanelError
        For fewer than three units with time effects.
    ConvergenceError, BoundaryError
        If the scores have no root inside of the admissible interval near the start.
    """
    scores = _Scores(data, likelihood, structure)
    check_independent_units(dependence)
    if scores.n > MOST_UNITS:
        raise SpecificationError(
            f"cov_type '{dependence.kind}' forms n × n operators and the panel has {scores.n} "
            f"units; expected at most {MOST_UNITS}: use Spatial2SLS, whose errors are robust at "
            "any size."
        )
    if structure.time_effects and scores.n < 3:
        raise UnsupportedPanelError(
            f"The panel has {scores.n} units; expected three or more for robust errors with time "
            "effects."
        )
    parts = [p for p in (likelihood.lag, likelihood.error) if p is not None]
    x0 = np.array(scores.point(start.rho, start.lambda_))
    low, high = (np.array(ends) for ends in zip(*(p.interval for p in parts), strict=True))

    def spatial(x: Array) -> Array:
        inside = np.clip(x, low, high)
        delta, _ = likelihood.concentrate(*scores.pair(inside))
        # Beyond an end the score is continued, so that the search is sent back.
        return scores.spatial(delta, inside) - 10 * scores.size * (x - inside)

    found = optimize.root(spatial, x0, method="hybr", options={"xtol": 1e-11})
    x = found.x
    if not found.success and np.abs(spatial(x)).max() > 1e-7 * scores.size:
        raise ConvergenceError(
            f"The centred scores have no root near the quasi-likelihood's maximum "
            f"{x0.round(4).tolist()} ({found.message}); expected one: use Spatial2SLS, or "
            "cov_type 'qml' if variances are equal."
        )
    if ((x <= low) | (x >= high)).any():
        raise BoundaryError(
            f"The root of the centred scores is at {x.round(4).tolist()}, at the end of the "
            "admissible interval; expected it inside: the model does not fit these data."
        )
    rho, lam = scores.pair(x)
    best = likelihood.at(rho, lam)
    cov, factor = scores.covariance(best.delta, x, dependence, effects, debiased)
    return ModifiedFit(best, cov, factor)


def check_independent_units(dependence: Dependence) -> None:
    """Refuse dependence between units: neighbours' errors must be uncorrelated."""
    by_unit = dependence.kind == "clustered" and (
        dependence.clusters is None
        or (isinstance(dependence.clusters, str) and dependence.clusters == "unit")
    )
    if dependence.kind != "robust" and not by_unit:
        what = "other clusters than units" if dependence.kind == "clustered" else dependence.kind
        raise SpecificationError(
            f"A covariance for {what} was asked of a model with a spatial lag or spatial errors; "
            "expected 'robust' or 'clustered' by unit here, or Spatial2SLS(...).fit(cov_type=...), "
            "which has clusters, 'driscoll-kraay', 'newey-west' and 'conley'."
        )


class _Scores:
    """Centred scores, their derivative and variance."""

    def __init__(
        self, data: Array, likelihood: ConcentratedLikelihood, structure: Structure
    ) -> None:
        self.data, self.structure = data, structure
        self.has_lag, self.has_error = likelihood.lag is not None, likelihood.error is not None
        self.T, self.n, m = data.shape
        self.k = m - 1 - self.has_lag
        self.size = self.T * self.n
        self._formed: dict[tuple, tuple[Structure, list[Array]]] = {}

    def point(self, rho: float, lam: float) -> list[float]:
        return [rho] * self.has_lag + [lam] * self.has_error

    def pair(self, x: Array) -> tuple[float, float]:
        values = iter(x)
        rho = float(next(values)) if self.has_lag else 0.0
        return rho, float(next(values)) if self.has_error else 0.0

    def _at(self, x: Array) -> tuple[Structure, list[Array]]:
        """Structure and operators, formed, at given spatial parameters."""
        key = self.pair(x)
        if key not in self._formed:
            at = replace(self.structure, rho=key[0], lambda_=key[1])
            eye = np.eye(self.n)
            # One is kept: operators are large, and only slopes in delta come back to one.
            self._formed = {key: (at, [op.apply(eye) for op in spatial_operators(at)])}
        return self._formed[key]

    def _errors(self, delta: Array, rho: float) -> Array:
        u = self.data[:, :, 0] - self.data[:, :, self.data.shape[2] - self.k :] @ delta
        return u - rho * self.data[:, :, 1] if self.has_lag else u

    def _lags(self, at: Structure, u: Array) -> list[Array]:
        """What each score multiplies e by: R W y and M u."""
        out = []
        if self.has_lag:
            out.append(at.transform(self.data[:, :, 1]))
        if at.error is not None:
            lagged = at.error.weights.lag(u)
            out.append(lagged if at.demeaned else at.project(lagged))
        return out

    def _centre(self, X: Array) -> Array:
        """Diagonal of D: e'De has the mean of e'Xe, effects out of e, whatever the variances."""
        own = X.diagonal()
        if not self.structure.time_effects:
            return own
        n = self.n
        wanted = own - X.sum(axis=0) / n
        total = wanted.sum() / (1 - 1 / n)
        return (wanted - total / n**2) / (1 - 2 / n)

    def spatial(self, delta: Array, x: Array) -> Array:
        """Scores of rho and lambda."""
        at, operators = self._at(x)
        u = self._errors(delta, self.pair(x)[0])
        e = at.transform(u)
        squares = (e**2).sum(axis=0)
        return np.array(
            [
                (lag * e).sum() - self._centre(X) @ squares
                for lag, X in zip(self._lags(at, u), operators, strict=True)
            ]
        )

    def _all(self, theta: Array) -> Array:
        delta, x = theta[: self.k], theta[self.k :]
        rho, lam = self.pair(x)
        at = replace(self.structure, rho=rho, lambda_=lam)
        e = at.transform(self._errors(delta, rho))
        Z = at.transform(self.data[:, :, self.data.shape[2] - self.k :])
        return np.concatenate([np.einsum("tik,ti->k", Z, e), self.spatial(delta, x)])

    def covariance(
        self, delta: Array, x: Array, dependence: Dependence, effects: str, debiased: bool
    ) -> tuple[Array, float]:
        """Sandwich: the scores are linear forms plus quadratic ones without a diagonal."""
        at, operators = self._at(x)
        T, n, k = self.T, self.n, self.k
        u = self._errors(delta, self.pair(x)[0])
        e = at.transform(u)
        Z = at.transform(self.data[:, :, self.data.shape[2] - k :])
        linear = [Z]
        products = (e.T @ e) ** 2
        np.fill_diagonal(products, 0.0)
        quadratic = []
        for j, X in enumerate(operators):
            if j == 0 and self.has_lag:
                # What G makes of the mean: all of RWy that is not G e.
                rest = at.transform(self.data[:, :, 1]) - self._project(e @ X.T)
            else:
                rest = np.zeros_like(e)
            linear.append(rest[:, :, None])
            left = X - X.mean(axis=0) if self.structure.time_effects else X
            C = (left + left.T) / 2
            d = self._centre(X)
            if self.structure.time_effects:
                C += (d[:, None] + d[None, :]) / n - d.sum() / n**2
            # The diagonal is zero once D is taken off: `products` leaves it out.
            quadratic.append(C)
        flat = np.concatenate(linear, axis=2).reshape(T * n, -1)
        meat = dependence.meat(flat * e.reshape(-1, 1))
        factor = dependence.factor(k, effects) if debiased else 1.0
        variance = factor * meat
        for a, A in enumerate(quadratic):
            for b, B in enumerate(quadratic):
                variance[k + a, k + b] += 2 * float((A * B * products).sum())
        slope = self._slope(np.concatenate([delta, x]))
        bread = np.linalg.inv(slope)
        cov = bread @ variance @ bread.T
        return (cov + cov.T) / 2, factor

    def _project(self, values: Array) -> Array:
        return values - period_means(values) if self.structure.time_effects else values

    def _slope(self, theta: Array) -> Array:
        """Derivative of all scores: exact in delta, in which they are quadratic at most."""
        p = len(theta)
        out = np.empty((p, p))
        for j in range(p):
            scale = 1e-4 * max(1.0, abs(theta[j])) if j < self.k else 1e-5
            step = np.zeros(p)
            step[j] = scale
            out[:, j] = (self._all(theta + step) - self._all(theta - step)) / (2 * scale)
        return out
