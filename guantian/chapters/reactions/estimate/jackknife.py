"""Least squares with effects nested in provinces, jackknifed by province, for many regressors.

With effects nested in clusters (cities, province-years) the regression without a cluster is
the same sums without that cluster's, so that the jackknife (CV3 of MacKinnon, Nielsen and Webb
2023, Journal of Applied Econometrics 38), whose size holds with few and uneven clusters, is exact
and as cheap for hundreds of placebo regressors as for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

Array = np.ndarray


@dataclass(frozen=True)
class JackknifeFit:
    """Coefficients and jackknife errors of one or many regressions.

    Attributes
    ----------
    params, errors : ndarray, shape (k, D)
        Of k regressors in D regressions.
    df : int
        Clusters minus one.
    """

    params: Array
    errors: Array
    df: int

    @property
    def ratios(self) -> Array:
        """Coefficients over errors, shape (k, D)."""
        return self.params / self.errors


class NestedEffects:
    """Effects each of which lies within one cluster, taken out exactly.

    Parameters
    ----------
    clusters : Series or ndarray, shape (N,)
        Labels of provinces.
    effects
        Labels of each kind of effect, shape (N,).
    weights : ndarray, shape (N,), optional
        Of observations, above zero; by default one.

    Raises
    ------
    ValueError
        If an effect is found in two clusters.
    """

    def __init__(
        self, clusters: Sequence, effects: Sequence[Sequence], weights: Array | None = None
    ) -> None:
        self.codes = pd.factorize(np.asarray(clusters), sort=True)[0]
        self.count = int(self.codes.max()) + 1
        self._root = np.ones(len(self.codes)) if weights is None else np.sqrt(weights)
        self._blocks: list[tuple[Array, Array]] = []
        kinds = [pd.factorize(np.asarray(kind))[0] for kind in effects]
        for kind in kinds:
            if len(np.unique(np.column_stack([kind, self.codes]), axis=0)) > kind.max() + 1:
                raise ValueError("An effect is found in two clusters; expected nested effects.")
        for cluster in range(self.count):
            rows = np.flatnonzero(self.codes == cluster)
            dummies = [
                (kind[rows][:, None] == np.unique(kind[rows])).astype("float64") for kind in kinds
            ]
            scaled = self._root[rows, None] * np.hstack(dummies)
            U, size, _ = np.linalg.svd(scaled, full_matrices=False)
            self._blocks.append((rows, U[:, size > 1e-9 * size[0]]))

    def clear(self, values: Array) -> Array:
        """Take the effects out of columns times roots of weights, shape (N,) or (N, ...)."""
        flat = np.array(values, dtype="float64").reshape(len(self.codes), -1)
        flat *= self._root[:, None]
        for rows, basis in self._blocks:
            flat[rows] -= basis @ (basis.T @ flat[rows])
        return flat.reshape(np.shape(values))

    def fit(self, y: Array, X: Array) -> JackknifeFit:
        """Regress on k regressors, in D regressions at once.

        Parameters
        ----------
        y : ndarray, shape (N,) or (N, D)
        X : ndarray, shape (N, k, D)
        """
        X = self.clear(X)
        y = self.clear(y)
        y = y[:, None] if y.ndim == 1 else y
        k, draws = X.shape[1:]
        squares, products = np.empty((self.count, draws, k, k)), np.empty((self.count, draws, k))
        for cluster, (rows, _) in enumerate(self._blocks):
            block = X[rows]
            squares[cluster] = np.einsum("ikd,ijd->dkj", block, block, optimize=True)
            products[cluster] = np.einsum(
                "ikd,id->dk", block, np.broadcast_to(y[rows], (len(rows), draws)), optimize=True
            )
        total, sums = squares.sum(axis=0), products.sum(axis=0)
        params = np.linalg.solve(total, sums[..., None])[..., 0]
        without = np.linalg.solve(total - squares, (sums - products)[..., None])[..., 0]
        spread = np.square(without - params).sum(axis=0)
        errors = np.sqrt((self.count - 1) / self.count * spread)
        return JackknifeFit(params.T, errors.T, self.count - 1)
