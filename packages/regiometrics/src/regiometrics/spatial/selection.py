"""Spatial models on unbalanced panels: every period has the weights of the units observed in it.

With D_t the rows of the identity of the units observed in period t the equation is

    y_t = rho W_t y_t + Z_t delta + D_t mu + alpha_t 1 + u_t,  u_t = lambda M_t u_t + e_t,

W_t = D_t W D_t', its rows scaled to their sums in W where these are all equal. What is lost: a
neighbour that is not observed has no influence, and its share goes to the neighbours that are.
That is exact where units enter and leave, and an approximation where outcomes exist and were not
recorded.

Effects are taken out by projection. The score of a spatial parameter has then the mean
sigma² tr(M X), M the projection and X = G or H, which is taken off exactly (adjusted quasi-scores:
Yang 2018; Baltagi, Pirotte and Yang 2021): no bias of order 1/T or 1/n remains.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy import optimize

from regiometrics.errors import label
from regiometrics.spatial.covariances import CovarianceOptions
from regiometrics.spatial.errors import (
    BoundaryError,
    ConvergenceError,
    SpecificationError,
    UnsupportedPanelError,
)
from regiometrics.spatial.panel_data import check_size
from regiometrics.spatial.weights import SpatialWeights

Array = np.ndarray
#: Dense blocks of this many units at most, a block for each set of units observed together.
MOST_UNITS = 2000
_EDGE = 1e-4


class SelectedWeights:
    """Weights among the units observed in each period, one matrix for all or one per period.

    Parameters
    ----------
    weights : SpatialWeights or sequence of SpatialWeights
        The weights of all periods, or those of each.
    observed : numpy.ndarray of bool, shape (T, n)
        Whether unit and period are observed.
    """

    def __init__(self, weights: SpatialWeights | Sequence[SpatialWeights], observed: Array) -> None:
        T, n = observed.shape
        if n > MOST_UNITS:
            raise UnsupportedPanelError(
                f"The panel has {n} units, and gaps or weights by period; expected at most "
                f"{MOST_UNITS} units with spatial lags of the outcome or of errors, or a balanced "
                "panel with one matrix."
            )
        self.weights = weights
        each = [weights] * T if isinstance(weights, SpatialWeights) else list(weights)
        self.blocks: list[sp.csr_array] = []
        self.of_period: list[int] = []
        seen: dict[tuple[int, bytes], int] = {}
        for W, row in zip(each, observed, strict=True):
            key = id(W), row.tobytes()
            if key not in seen:
                seen[key] = len(self.blocks)
                self.blocks.append(_block(W, np.flatnonzero(row)))
            self.of_period.append(seen[key])
        self.matrix = sp.csr_array(
            sp.block_diag([self.blocks[k] for k in self.of_period], format="csr")
        )
        self.counts = np.bincount(self.of_period, minlength=len(self.blocks))

    @cached_property
    def eigenvalues(self) -> list[Array]:
        """Of each block."""
        return [np.linalg.eigvals(block.toarray()) for block in self.blocks]

    @cached_property
    def interval(self) -> tuple[float, float]:
        """Where I - r W_t is non-singular in every period."""
        real = np.concatenate(
            [w.real[np.abs(w.imag) <= 1e-9 * max(1.0, np.abs(w).max())] for w in self.eigenvalues]
        )
        low, high = real.min(initial=0.0), real.max(initial=0.0)
        low = 1 / low if low < 0 else -10.0
        return low, 1 / high if high > 0 else 10.0

    def logdet(self, r: float) -> float:
        """Sum over periods of ln|I - r W_t|."""
        return float(
            sum(
                count * np.log(np.abs(1 - r * w)).sum()
                for count, w in zip(self.counts, self.eigenvalues, strict=True)
            )
        )

    def operators(self, r: float) -> list[Array]:
        """W_t (I - r W_t)^(-1) for each pattern."""
        return [
            np.linalg.solve((np.eye(b.shape[0]) - r * b.toarray()).T, b.toarray().T).T
            for b in self.blocks
        ]

    def lag(self, values: Array) -> Array:
        """Spatial lag of observed rows, periods outermost, shape (N,) or (N, k)."""
        return self.matrix @ values


def _block(weights: SpatialWeights, units: Array) -> sp.csr_array:
    """Weights among some units, rows scaled to the sum that all rows share."""
    block = sp.csr_array(weights.matrix[units][:, units])
    c = weights.row_sum
    if c is None or len(units) == weights.n:
        return block
    sums = np.asarray(block.sum(axis=1)).ravel()
    scale = np.divide(c, sums, out=np.zeros_like(sums), where=sums > 0)
    return sp.csr_array(sp.diags_array(scale) @ block)


@dataclass(frozen=True)
class SelectedFit:
    """Estimates on an unbalanced panel.

    Attributes
    ----------
    delta : numpy.ndarray, shape (k,)
        The coefficients of the regressors.
    rho, lambda_, sigma2, loglik : float
        The spatial parameters, the variance of the errors and the log-likelihood.
    cov : numpy.ndarray, shape (p, p)
        The covariance of (delta, [rho], [lambda]).
    residuals : numpy.ndarray, shape (N,)
        The residual of each observation.
    df : int
        Observations minus absorbed effects, coefficients and spatial parameters.
    """

    delta: Array
    rho: float
    lambda_: float
    sigma2: float
    loglik: float
    cov: Array
    residuals: Array
    df: int


class SelectedModel:
    """A spatial model on the observed rows, effects projected out.

    Parameters
    ----------
    y : numpy.ndarray, shape (N,)
        Observed rows, periods outermost.
    Z : numpy.ndarray, shape (N, k)
        The regressors of each observation.
    lag, error : SelectedWeights or None
        The weights of lag and error among observed units; None where the model has none.
    observed : numpy.ndarray of bool, shape (T, n)
        Whether unit and period are observed.
    effects : {"none", "unit", "time", "twoway"}
        The fixed effects that are taken out.
    """

    def __init__(
        self,
        y: Array,
        Z: Array,
        lag: SelectedWeights | None,
        error: SelectedWeights | None,
        observed: Array,
        effects: str,
    ) -> None:
        self.y, self.Z, self.lag, self.error = y, Z, lag, error
        self.k, self.N = Z.shape[1], len(y)
        self.Wy = None if lag is None else lag.lag(y)
        self.dummies = _dummies(observed, effects)
        self.rank = _rank(observed, effects)
        self.df = self.N - self.rank
        # Coefficients and spatial parameters use up degrees of freedom too.
        self.df_errors = self.df - self.k - (lag is not None) - (error is not None)
        chosen = lag or error
        if chosen is None:
            raise SpecificationError("There is no spatial term; expected a spatial lag or error.")
        self.selection = chosen

    def _pair(self, x: Array) -> tuple[float, float]:
        values = iter(x)
        rho = float(next(values)) if self.lag is not None else 0.0
        return rho, float(next(values)) if self.error is not None else 0.0

    def _head(self, rho: float) -> Array:
        """The outcome, minus rho times its spatial lag where the model has one."""
        return self.y if self.Wy is None else self.y - rho * self.Wy

    def _filtered(self, values: Array, lam: float) -> Array:
        return values if self.error is None else values - lam * self.error.lag(values)

    def _projection(self, lam: float) -> tuple[Array, Array]:
        """R D and the pseudo-inverse of (R D)'(R D)."""
        filtered: Any = self._filtered(self.dummies, lam)
        A = filtered.toarray() if sp.issparse(filtered) else filtered
        return A, np.linalg.pinv(A.T @ A, rcond=1e-11, hermitian=True)

    def _state(self, x: Array, delta: Array | None = None) -> _State:
        rho, lam = self._pair(x)
        A, inverse = self._projection(lam)

        def clear(values: Array) -> Array:
            return values - A @ (inverse @ (A.T @ values))

        Z = clear(self._filtered(self.Z, lam))
        target = clear(self._filtered(self._head(rho), lam))
        if delta is None:
            delta = np.linalg.lstsq(Z, target, rcond=None)[0]
        e = target - Z @ delta
        return _State(rho, lam, A, inverse, Z, delta, e, clear)

    def _operators(self, s: _State) -> list[list[Array]]:
        """G (transformed by R) and H, a dense block for each pattern."""
        out = []
        if self.lag is not None:
            blocks = self.lag.operators(s.rho)
            if self.error is not None and self.error.weights is not self.lag.weights:
                blocks = [
                    _turned(G, M, s.lam) for G, M in zip(blocks, self.error.blocks, strict=True)
                ]
            out.append(blocks)
        if self.error is not None:
            out.append(self.error.operators(s.lam))
        return out

    def _apply(self, blocks: list[Array], values: Array, transpose: bool = False) -> Array:
        out = np.empty_like(values)
        start = 0
        for k in self.selection.of_period:
            block = blocks[k].T if transpose else blocks[k]
            stop = start + len(block)
            out[start:stop] = block @ values[start:stop]
            start = stop
        return out

    def _trace(self, blocks: list[Array]) -> float:
        counts = self.selection.counts
        return float(sum(c * np.trace(b) for c, b in zip(counts, blocks, strict=True)))

    def _forms(self, s: _State) -> list[Array]:
        """What each score multiplies e by: R W y and M u, effects out."""
        out = []
        if self.Wy is not None:
            out.append(s.clear(self._filtered(self.Wy, s.lam)))
        if self.error is not None:
            u = self._head(s.rho) - self.Z @ s.delta
            if self.dummies.shape[1]:
                # Effects at this lambda: the errors are what they leave.
                u = u - self.dummies @ (s.inverse @ (s.A.T @ self._filtered(u, s.lam)))
            out.append(s.clear(self.error.lag(u)))
        return out

    def spatial_scores(self, x: Array, delta: Array | None = None) -> Array:
        """Adjusted scores of rho and lambda."""
        s = self._state(x, delta)
        sigma2 = s.e @ s.e / self.df
        out = []
        for form, blocks in zip(self._forms(s), self._operators(s), strict=True):
            mean = self._trace(blocks)
            if self.dummies.shape[1]:
                mean -= float((s.inverse * (s.A.T @ self._apply(blocks, s.A))).sum())
            out.append(form @ s.e - sigma2 * mean)
        return np.array(out)

    def loglik(self, x: Array) -> float:
        """Quasi-log-likelihood with effects as parameters."""
        s = self._state(x)
        value = -0.5 * self.N * (np.log(2 * np.pi * (s.e @ s.e) / self.N) + 1)
        for part, r in ((self.lag, s.rho), (self.error, s.lam)):
            value += 0.0 if part is None else part.logdet(r)
        return float(value)

    def fit(self) -> SelectedFit:
        """Solve the adjusted scores from the maximum of the likelihood on a grid.

        Raises
        ------
        BoundaryError, ConvergenceError
            If there is no root inside of the admissible interval.
        """
        parts = [part for part in (self.lag, self.error) if part is not None]
        x = np.empty(0)
        if parts:
            grids = [np.linspace(*part.interval, 23)[1:-1] for part in parts]
            mesh = np.array(np.meshgrid(*grids, indexing="ij")).reshape(len(parts), -1).T
            start = mesh[int(np.argmax([self.loglik(point) for point in mesh]))]
            x = self._root(start, parts)
        s = self._state(x)
        return SelectedFit(
            s.delta,
            s.rho,
            s.lam,
            float(s.e @ s.e / self.df_errors),
            self.loglik(x),
            self._covariance(s),
            s.e,
            self.df_errors,
        )

    def _root(self, start: Array, parts: list[SelectedWeights]) -> Array:
        low, high = (np.array(ends) for ends in zip(*(p.interval for p in parts), strict=True))
        edge = _EDGE * (high - low)
        low, high = low + edge, high - edge

        def scores(x: Array) -> Array:
            inside = np.clip(x, low, high)
            return self.spatial_scores(inside) / self.N - 10 * (x - inside)

        if len(parts) == 1:
            return self._bracketed(scores, float(start[0]), float(low[0]), float(high[0]))
        found = optimize.root(scores, start, method="hybr", options={"xtol": 1e-10})
        if np.abs(found.fun).max() > 1e-8:
            found = optimize.root(scores, start, method="lm", options={"xtol": 1e-12})
        if np.abs(found.fun).max() > 1e-8:
            raise ConvergenceError(
                f"The adjusted scores have no root near {start.round(3).tolist()} "
                f"({found.message}); expected one: the model does not fit these data."
            )
        if ((found.x <= low) | (found.x >= high)).any():
            raise BoundaryError(
                f"The root of the adjusted scores is at {found.x.round(4).tolist()}, at the end "
                "of the admissible interval; expected it inside: the model does not fit."
            )
        return found.x

    @staticmethod
    def _bracketed(
        scores: Callable[[Array], Array], start: float, low: float, high: float
    ) -> Array:
        """Find the root nearest to the start at which the score falls through zero."""

        def score(r: float) -> float:
            return float(scores(np.array([r]))[0])

        grid = np.linspace(low, high, 25)
        values = np.array([score(r) for r in grid])
        falls = np.flatnonzero((values[:-1] > 0) & (values[1:] <= 0))
        if not len(falls):
            raise BoundaryError(
                f"The adjusted score does not change its sign between {low:.4f} and {high:.4f}; "
                "expected a root inside of the admissible interval: the model does not fit."
            )
        middle = (grid[falls] + grid[falls + 1]) / 2
        j = falls[int(np.argmin(np.abs(middle - start)))]
        return np.array([optimize.brentq(score, grid[j], grid[j + 1], xtol=1e-12)])

    def _covariance(self, s: _State) -> Array:
        """Inverse of the scores' variance under normal errors, which is their slope too."""
        k, sigma2 = self.k, float(s.e @ s.e / self.df_errors)
        operators = self._operators(s)
        linear = [s.Z]
        for j, blocks in enumerate(operators):
            if j == 0 and self.Wy is not None:
                # What G makes of the mean: all of RWy that is not G e.
                form = s.clear(self._filtered(self.Wy, s.lam) - self._apply(blocks, s.e))
                linear.append(form[:, None])
            else:
                linear.append(np.zeros((self.N, 1)))
        flat = np.concatenate(linear, axis=1)
        information = flat.T @ flat / sigma2
        for a, X in enumerate(operators):
            for b, Y in enumerate(operators):
                information[k + a, k + b] += self._quadratic(s, X, Y)
        scale = 1 / np.sqrt(np.diag(information))
        cov = scale[:, None] * np.linalg.inv(information * np.outer(scale, scale)) * scale
        return (cov + cov.T) / 2

    def _quadratic(self, s: _State, X: list[Array], Y: list[Array]) -> float:
        """Covariance of e'MXe and e'MYe, each less its share of e'Me, over sigma⁴."""
        counts = self.selection.counts
        own = sum(
            c * (np.vdot(a.T, b) + np.vdot(a, b)) for c, a, b in zip(counts, X, Y, strict=True)
        )
        first = [self._trace(X), self._trace(Y)]
        if self.dummies.shape[1]:
            XA, YA = self._apply(X, s.A), self._apply(Y, s.A)
            XtA, YtA = self._apply(X, s.A, True), self._apply(Y, s.A, True)
            Pi = s.inverse
            first[0] -= float((Pi * (s.A.T @ XA)).sum())
            first[1] -= float((Pi * (s.A.T @ YA)).sum())
            PX, PY = Pi @ (s.A.T @ XA), Pi @ (s.A.T @ YA)
            # tr(MXMY) and tr(X'MY), M = I - A Pi A'.
            own -= float((Pi * (XtA.T @ YA)).sum() + (Pi * (YtA.T @ XA)).sum())
            own += float(np.vdot(PX.T, PY))
            own -= float((Pi * (XtA.T @ YtA)).sum())
        return own - 2 * first[0] * first[1] / self.df


@dataclass(frozen=True)
class _State:
    rho: float
    lam: float
    A: Array
    inverse: Array
    Z: Array
    delta: Array
    e: Array
    clear: Callable[[Array], Array]


def _turned(G: Array, M: sp.csr_array, lam: float) -> Array:
    """R G R^(-1)."""
    R = np.eye(len(G)) - lam * M.toarray()
    return R @ np.linalg.solve(R.T, G.T).T


def _dummies(observed: Array, effects: str) -> sp.csr_array:
    """Columns of the effects on observed rows, periods outermost."""
    t, i = np.nonzero(observed)
    N = len(t)
    blocks = []
    for used, codes, size in (
        (effects in ("unit", "twoway"), i, observed.shape[1]),
        (effects in ("time", "twoway"), t, observed.shape[0]),
    ):
        if used:
            blocks.append(sp.csr_array((np.ones(N), (np.arange(N), codes)), shape=(N, size)))
    return sp.csr_array(sp.hstack(blocks)) if blocks else sp.csr_array((N, 0))


def _rank(observed: Array, effects: str) -> int:
    T, n = observed.shape
    if effects != "twoway":
        return {"none": 0, "unit": n, "time": T}[effects]
    # One dimension is lost for each set of units and periods that observations connect.
    parts, _ = sp.csgraph.connected_components(
        sp.block_array([[None, sp.csr_array(observed)], [sp.csr_array(observed.T), None]]),
        directed=False,
    )
    return n + T - parts


def check_selection(
    observed: Array, effects: str, k: int, units: pd.Index, periods: pd.Index
) -> None:
    """Refuse panels with units or periods that their own effect uses up, and too few rows.

    Raises
    ------
    UnsupportedPanelError
    """
    for used, axis, labels, what in (
        (effects in ("unit", "twoway"), 0, units, "Unit"),
        (effects in ("time", "twoway"), 1, periods, "Period"),
    ):
        empty = ~observed.any(axis=axis)
        if used and empty.any():
            raise UnsupportedPanelError(
                f"{what} {label(labels[int(np.argmax(empty))])} has no observation; expected at "
                "least one to estimate its effect: leave it out."
            )
    check_size(observed.shape, int(observed.sum()), effects, k)


def check_options(options: CovarianceOptions, model: str) -> None:
    """Refuse covariances that an unbalanced panel with spatial terms does not have here."""
    if options.kind not in ("classical", "robust") or options.information == "observed":
        raise SpecificationError(
            f"cov_type is '{options.kind}' with model '{model}' on an unbalanced panel or with "
            "weights by period; expected 'classical' (errors of equal variance, the expected "
            "information) or 'robust' (any variances): drop units or periods until the panel is "
            "balanced for other covariances."
        )
