"""Log-determinants and traces from banded Cholesky factors, for W similar to a symmetric matrix.

With D^(1/2) W D^(-1/2) = S symmetric, |I - rW| = |I - rS|, and in the order of reverse Cuthill and
McKee (1969) the neighbours of a map lie in a narrow band: a factor costs n b² with b about the
square root of n. Everything the information matrix needs of G = W (I - rW)^(-1) is then a
derivative of

    f(l) = ln|I - L S|,  L = diag(l),

in the units' own multipliers l at l = r: with K = S (I - rS)^(-1), df/dl_i = -k_ii = -g_ii, and
along directions e and d the mixed derivative is -tr(diag(e) K diag(d) K). That is -tr(G'G) for
e = D, d = 1/D, since G = D^(-1/2) K D^(1/2).
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csgraph

from regiometrics.spatial.errors import BoundaryError
from regiometrics.spatial.weights import SpatialWeights

# Step of a difference, as a share of the way to where I - LS is singular: truncation (its fourth
# power) and rounding (its inverse square) then both stay below 1e-8 of the trace.
_STEP = 1e-2


class Band:
    """I - L S in banded order.

    Parameters
    ----------
    weights : SpatialWeights
        Weights that have a `scaling`.

    Attributes
    ----------
    order : numpy.ndarray, shape (n,)
        Unit at each place.
    width : int
        Greatest distance between the places of two neighbours.
    """

    def __init__(self, weights: SpatialWeights) -> None:
        W = weights.matrix
        self.n = weights.n
        self.order = csgraph.reverse_cuthill_mckee(W, symmetric_mode=True)
        assert weights.scaling is not None  # only such weights have a band
        self._scaling = weights.scaling[self.order]
        place = np.empty(self.n, dtype=int)
        place[self.order] = np.arange(self.n)
        rows = np.repeat(place, np.diff(W.indptr))
        columns = place[W.indices]
        below = rows > columns
        self._rows, self._columns = rows[below], columns[below]
        ratio = self._scaling[self._rows] / self._scaling[self._columns]
        self._data = W.data[below] * np.sqrt(ratio)
        self.width = int((self._rows - self._columns).max(initial=0))

    @property
    def square_trace(self) -> float:
        """Trace of W²."""
        return 2 * float(self._data @ self._data)

    @property
    def cost(self) -> float:
        """Multiplications of a factor, n b²."""
        return self.n * float(self.width) ** 2

    def factor(self, multipliers: float | np.ndarray) -> np.ndarray:
        """Lower Cholesky factor of I - L^(1/2) S L^(1/2), L positive or negative throughout.

        Parameters
        ----------
        multipliers : float or numpy.ndarray, shape (n,)
            l, in banded order.

        Returns
        -------
        numpy.ndarray, shape (width + 1, n)
            LAPACK's lower banded form.

        Raises
        ------
        BoundaryError
            If the matrix is not positive definite.
        """
        return self._cholesky(self._entries(multipliers))

    def logdet(self, multipliers: float | np.ndarray) -> float:
        """ln|I - LS|."""
        return 2 * float(np.log(self.factor(multipliers)[0]).sum())

    def solve(self, factor: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Solve with a factor; b of shape (n, m) in the units' own order."""
        solution, _ = lapack.dpbtrs(factor, b[self.order], lower=1, overwrite_b=1)
        out = np.empty_like(solution)
        out[self.order] = solution
        return out

    def inner_trace(self, r: float, reach: float) -> tuple[float, float]:
        """tr(G'G) and a bound of the error of its differences; both may be nan or infinite.

        Parameters
        ----------
        r : float
            The spatial parameter, not zero.
        reach : float
            Distance from r to the nearest end of the admissible interval.
        """
        # Both directions are scaled to the same length, which leaves the product as it is.
        e = self._scaling / np.sqrt(self._scaling.max() * self._scaling.min())
        d = 1 / e
        step = min(_STEP * reach, 0.3 * abs(r)) / (e.max() + d.max())

        def mixed(h: float) -> float:
            return (
                self.logdet(r + h * (e + d))
                - self.logdet(r + h * (e - d))
                - self.logdet(r - h * (e - d))
                + self.logdet(r - h * (e + d))
            ) / (4 * h**2)

        fine, coarse = mixed(step), mixed(2 * step)
        with np.errstate(all="ignore"):
            # Richardson's extrapolation leaves terms of the square of what it removes.
            truncated = 3 * (coarse - fine) ** 2 / abs(fine)
            return (coarse - 4 * fine) / 3, truncated + np.finfo(float).eps * self.n / step**2

    def inverse_diagonal(self, r: float) -> np.ndarray:
        """Diagonal of (I - rS)^(-1) by the units' own order, shape (n,).

        A block of the band touches only the next, so that the diagonal blocks of the inverse
        follow from those of the elimination backwards (Takahashi, Fagan and Chin 1973).
        """
        own, below = self._blocks(r)
        inverses, links = [_inverse(own[0])], []
        for block, link in zip(own[1:], below, strict=True):
            links.append(link @ inverses[-1])
            inverses.append(_inverse(block - links[-1] @ link.T))
        block = inverses.pop()
        diagonals = [block.diagonal()]
        for inverse, link in zip(inverses[::-1], links[::-1], strict=True):
            block = inverse + link.T @ block @ link
            diagonals.append(block.diagonal())
        out = np.empty(self.n)
        out[self.order] = np.concatenate(diagonals[::-1])[: self.n]
        return out

    @cached_property
    def _cells(self) -> np.ndarray:
        """Places of the weights in the flattened band."""
        return self._columns * (self.width + 1) + self._rows - self._columns

    def _entries(self, multipliers: float | np.ndarray) -> np.ndarray:
        """Weights below the diagonal of I - LS made symmetric."""
        if not isinstance(multipliers, np.ndarray):
            return -multipliers * self._data
        root = np.sqrt(np.abs(multipliers))
        return -np.sign(multipliers[0]) * root[self._rows] * root[self._columns] * self._data

    def _cholesky(self, entries: np.ndarray) -> np.ndarray:
        band = np.zeros((self.n, self.width + 1))
        band[:, 0] = 1.0
        band.ravel()[self._cells] = entries
        # LAPACK reads by columns: the transpose is in its order.
        lower, info = lapack.dpbtrf(band.T, lower=1, overwrite_ab=1)
        if info > 0:
            raise BoundaryError(
                "I - rW is not positive definite; expected r inside its admissible interval."
            )
        return lower

    def _blocks(self, r: float) -> tuple[np.ndarray, np.ndarray]:
        """Diagonal blocks of I - rS and those below them, filled up by an identity."""
        b = max(self.width, 1)
        count = -(-self.n // b)
        own = np.tile(np.eye(b), (count, 1, 1))
        below = np.zeros((count - 1, b, b))
        i, j = self._rows // b, self._columns // b
        value = -r * self._data
        same = i == j
        rows, columns = self._rows[same] % b, self._columns[same] % b
        own[i[same], rows, columns] = value[same]
        own[i[same], columns, rows] = value[same]
        below[j[~same], self._rows[~same] % b, self._columns[~same] % b] = value[~same]
        return own, below


def _inverse(block: np.ndarray) -> np.ndarray:
    """Invert by the one route on which BLAS libraries do not wake threads for a small block."""
    factors, pivots, _ = lapack.dgetrf(block)
    return lapack.dgetri(factors, pivots)[0]
