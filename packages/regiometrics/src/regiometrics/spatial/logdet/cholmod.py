"""Sparse Cholesky factors of I - rS by CHOLMOD, through the optional package cvxopt.

Chen, Davis, Hager and Rajamanickam (2008, *ACM Transactions on Mathematical Software* 35(3)).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from regiometrics._optional import require
from regiometrics.spatial.errors import SpecificationError
from regiometrics.spatial.logdet.exact import SparseLogDet
from regiometrics.spatial.weights import SpatialWeights


class SymmetricFactor:
    """Factors of I - rS at one r after the other, on one symbolic analysis.

    S = D^(1/2) W D^(-1/2) is the symmetric matrix similar to W; within the admissible interval
    I - rS is positive definite.
    """

    def __init__(self, weights: SpatialWeights) -> None:
        if weights.symmetric is None or weights.scaling is None:
            raise SpecificationError(
                "logdet is 'cholmod' with weights that are similar to no symmetric matrix; "
                "expected weights of a symmetric relation, row-standardised or not: use 'sparse'."
            )
        self._cholmod = require("cvxopt.cholmod", extra="cholmod")
        self._matrix = require("cvxopt", extra="cholmod").matrix
        n = weights.n
        lower = sp.csc_array(sp.tril(weights.symmetric, -1) + sp.eye_array(n))
        lower.sort_indices()
        columns = np.repeat(np.arange(n), np.diff(lower.indptr))
        self._ones = (lower.indices == columns).astype(float)
        self._values = np.where(self._ones == 1, 0.0, lower.data)
        self.root = np.sqrt(weights.scaling)[:, None]
        places = (self._matrix(lower.indices.astype(np.int64)), self._matrix(columns))
        spmatrix = require("cvxopt", extra="cholmod").spmatrix
        self._system = spmatrix(self._matrix(lower.data), *places, (n, n))
        self._factor: Any = self._cholmod.symbolic(self._system)
        self._at: float | None = None

    def at(self, r: float) -> None:
        """Factor I - rS, where this is not the last one that was factored."""
        if self._at != r:
            self._system.V = self._matrix(self._ones - r * self._values)
            self._cholmod.numeric(self._system, self._factor)
            self._at = r

    def logdet(self, r: float) -> float:
        """ln|I - rS| = ln|I - rW|."""
        self.at(r)
        return 2 * float(np.log(np.array(self._cholmod.diag(self._factor))).sum())

    def solve(self, r: float, b: np.ndarray) -> np.ndarray:
        """(I - rS)^(-1) b for b of shape (n, m)."""
        self.at(r)
        out = self._matrix(np.asfortranarray(b))
        self._cholmod.solve(self._factor, out)
        return np.array(out)


class CholmodLogDet(SparseLogDet):
    """Exact, from CHOLMOD's factors: weights similar to a symmetric matrix."""

    method, dear = "cholmod", True

    def __init__(self, weights: SpatialWeights) -> None:
        self._symmetric: SymmetricFactor | None = SymmetricFactor(weights)
        super().__init__(weights)

    def __getstate__(self) -> dict:
        """Leave the factor out, which cannot be pickled; it is made again when asked for."""
        return {**super().__getstate__(), "_symmetric": None}

    @property
    def symmetric(self) -> SymmetricFactor:
        """The factor."""
        if self._symmetric is None:
            self._symmetric = SymmetricFactor(self.weights)
        return self._symmetric

    def _keep(self, r: float) -> None:
        """Leave it to the factor, which holds on to its last."""

    def _factored(self, r: float) -> float:
        return self.symmetric.logdet(r)
