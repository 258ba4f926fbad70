"""Spatial models on unbalanced panels and with weights by period, under heteroskedasticity.

With M the projection that takes effects out, the score of a spatial parameter holds e'Xe with the
mean sum_i sigma_i² (MX)_ii for the lag and sum_i sigma_i² (MXM)_ii for the errors. In place of
sigma² times a trace the quadratic form e'De is taken off, whose mean is sum_i sigma_i² (MDM)_ii: D
diagonal with (M o M) d equal to the diagonal wanted, so that both have one mean whatever the
variances (Liu and Yang 2015, 2020; o multiplies entries). On a balanced panel with one matrix it is
:mod:`regiometrics.spatial.heteroskedastic`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from regiometrics.spatial.errors import SpecificationError, UnsupportedPanelError
from regiometrics.spatial.selection import SelectedModel, _State

Array = np.ndarray
#: Matrices of shape (N, N) are formed up to this number of observations.
MOST_ROWS = 4000
_SINGULAR = 1e-7


class RobustSelectedModel(SelectedModel):
    """A spatial model on the observed rows whose scores are centred whatever the variances."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        if self.N > MOST_ROWS:
            raise SpecificationError(
                f"cov_type 'robust' forms N × N matrices on an unbalanced panel or with weights by "
                f"period, and the panel has {self.N} observations; expected at most {MOST_ROWS}."
            )
        self._held: dict[float, tuple[Array, Any, Array]] = {}

    def _squares(self, s: _State) -> tuple[Array, Any, Array]:
        """M, a factor of M o M, and the rows that effects do not use up."""
        key = s.lam if self.error is not None else 0.0
        if key not in self._held:
            M = np.eye(self.N) - s.A @ (s.inverse @ s.A.T)
            left = M.diagonal() > _SINGULAR
            squares = np.where(np.outer(left, left), M**2, 0.0)
            squares[~left, ~left] = 1.0
            try:
                factor = linalg.cho_factor(squares, lower=True)
            except linalg.LinAlgError:
                factor = None
            if factor is None or factor[0].diagonal().min() < np.sqrt(_SINGULAR):
                raise UnsupportedPanelError(
                    "Effects leave too little of some units or periods to tell their variances "
                    "apart (a unit with two observations has two equal squared residuals); "
                    "expected three or more of each for cov_type 'robust': leave them out, or use "
                    "'classical'."
                )
            self._held = {key: (M, factor, left)}
        return self._held[key]

    def _solved(self, s: _State, wanted: Array) -> Array:
        _, factor, left = self._squares(s)
        return linalg.cho_solve(factor, np.where(left, wanted, 0.0))

    def _kernels(self, s: _State) -> list[Array]:
        """Matrices K of the forms e'Ke in the errors: MX for the lag, MXM for the errors."""
        M = self._squares(s)[0]
        out = []
        for j, blocks in enumerate(self._operators(s)):
            K = self._apply(blocks, M, transpose=True).T
            out.append(K if j == 0 and self.lag is not None else K @ M)
        return out

    def _wanted(self, s: _State) -> list[Array]:
        """Diagonals of the kernels, without forming those of the lag."""
        M = self._squares(s)[0]
        out = []
        for j, blocks in enumerate(self._operators(s)):
            turned = self._apply(blocks, M, transpose=True)  # (MX)'
            lagged = j == 0 and self.lag is not None
            out.append(turned.diagonal() if lagged else np.einsum("ji,ji->i", turned, M))
        return out

    def spatial_scores(self, x: Array, delta: Array | None = None) -> Array:
        """Scores of rho and lambda, centred whatever the variances."""
        s = self._state(x, delta)
        squares = s.e**2
        return np.array(
            [
                form @ s.e - self._solved(s, wanted) @ squares
                for form, wanted in zip(self._forms(s), self._wanted(s), strict=True)
            ]
        )

    def _variances(self, s: _State) -> Array:
        """Unbiased squares of the errors, effects counted; plain ones where these fail.

        (M o M)^(-1) e² has the mean sigma_i² (Hartley, Rao and Kiefer 1969; Cattaneo, Jansson and
        Newey 2018): White's errors beside unit effects are too small in short panels.
        """
        own = self._solved(s, s.e**2) * (self.df / self.df_errors)
        meat = (s.Z * own[:, None]).T @ s.Z
        if len(meat) and np.linalg.eigvalsh(meat).min() <= 0:
            return s.e**2 * (self.N / self.df_errors)
        return own

    def _covariance(self, s: _State) -> Array:
        """Sandwich of linear forms and quadratic ones whose diagonal is zero."""
        k, M = self.k, self._squares(s)[0]
        operators, variances = self._operators(s), self._variances(s)
        linear, quadratic = [s.Z], []
        for j, (K, blocks) in enumerate(zip(self._kernels(s), operators, strict=True)):
            rest = np.zeros(self.N)
            if j == 0 and self.Wy is not None:
                rest = s.clear(self._filtered(self.Wy, s.lam) - self._apply(blocks, s.e))
            linear.append(rest[:, None])
            C = (K + K.T) / 2 - (M * self._solved(s, K.diagonal())) @ M
            np.fill_diagonal(C, 0.0)
            quadratic.append(C)
        flat = np.concatenate(linear, axis=1)
        variance = (flat * variances[:, None]).T @ flat
        for a, first in enumerate(quadratic):
            for b, second in enumerate(quadratic):
                variance[k + a, k + b] += 2 * float(variances @ (first * second) @ variances)
        bread = np.linalg.inv(self._slope(s))
        cov = bread @ variance @ bread.T
        return (cov + cov.T) / 2

    def _all(self, theta: Array) -> Array:
        delta, x = theta[: self.k], theta[self.k :]
        s = self._state(x, delta)
        return np.concatenate([s.Z.T @ s.e, self.spatial_scores(x, delta)])

    def _slope(self, s: _State) -> Array:
        """Derivative of all scores: exact in delta, in which they are quadratic at most."""
        spatial = [s.rho] * (self.lag is not None) + [s.lam] * (self.error is not None)
        theta = np.concatenate([s.delta, spatial])
        out = np.empty((len(theta), len(theta)))
        for j, value in enumerate(theta):
            step = np.zeros(len(theta))
            step[j] = 1e-4 * max(1.0, abs(value)) if j < self.k else 1e-5
            out[:, j] = (self._all(theta + step) - self._all(theta - step)) / (2 * step[j])
        return out
