"""Slopes of several spatial lags by quadratic moments, and their placebo distributions.

The likelihood of a spatial lag is inconsistent where the variance of the errors differs between
cities, and its determinant is dear. The moments E[e' W_k e] = 0, one for each matrix, are right for
any variance (Lin and Lee 2010, Journal of Econometrics 157, 34-52) and cost a millisecond, so that
the same estimate can be made on hundreds of permuted networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

Array = np.ndarray
_STEPS, _SETTLED = 50, 1e-10


@dataclass(frozen=True)
class LagSlopes:
    """Slopes in the rivals' outcomes.

    Attributes
    ----------
    params : ndarray, shape (K,)
        One slope per matrix.
    cov : ndarray, shape (K, K)
        Clustered by pairs of provinces.
    df : int
        Provinces minus one.
    """

    params: Array
    cov: Array
    df: int

    @property
    def errors(self) -> Array:
        """Standard errors, shape (K,)."""
        return np.sqrt(np.diag(self.cov))

    @property
    def ratios(self) -> Array:
        """Slopes over their standard errors, shape (K,)."""
        return self.params / self.errors

    def equality(self) -> float:
        """Return the Wald statistic of equal slopes, chi-squared with K - 1 degrees of freedom."""
        contrast = np.eye(len(self.params))[1:] - np.eye(len(self.params))[:1]
        difference = contrast @ self.params
        return float(difference @ np.linalg.solve(contrast @ self.cov @ contrast.T, difference))


def quadratic_slopes(
    values: Array,
    weights: Sequence[sparse.csr_array],
    provinces: Array,
    cells: Array | None = None,
) -> LagSlopes:
    """Estimate y = sum_k rho_k W_k y + e from the moments E[e' W_k e] = 0.

    Parameters
    ----------
    values : ndarray, shape (n, T)
        The outcome without city effects, and without the mean of each of `cells` in each year.
    weights
        K matrices, n × n.
    provinces : ndarray of int, shape (n,)
        From 0; products of errors are clustered by pairs of provinces.
    cells : ndarray of int, shape (n,), optional
        The groups of which the yearly mean is taken out: by default all cities are one. A mean
        taken out of m cities makes their errors correlated by -1/(m - 1); the diagonal of each
        matrix is set so that its moment is zero nevertheless.

    Returns
    -------
    LagSlopes

    Raises
    ------
    LinAlgError
        If the slopes are not identified or the search does not settle.
    """
    n, periods = values.shape
    cells = np.zeros(n, dtype=int) if cells is None else cells
    pairs = [W.tocoo() for W in weights]
    shifts = [_shift(each, cells) for each in pairs]
    heads = np.hstack([values, *(W @ values for W in weights)])

    def by_head(block: Array) -> Array:
        return block.reshape(n, -1, periods).transpose(1, 0, 2).reshape(len(weights) + 1, -1)

    flat = by_head(heads)
    found = np.stack(
        [
            flat @ by_head(W @ heads + shift[:, None] * heads).T
            for W, shift in zip(weights, shifts, strict=True)
        ]
    )
    rho, slope = _solve(found + found.transpose(0, 2, 1))
    lags = heads.reshape(n, -1, periods)
    errors = lags[:, 0] - np.tensordot(lags[:, 1:], rho, axes=(1, 0))
    groups = int(provinces.max()) + 1
    squares = np.square(errors).sum(axis=1)
    scores = np.stack(
        [
            _by_pairs(each, errors, provinces, groups, shift * squares)
            for each, shift in zip(pairs, shifts, strict=True)
        ],
        axis=1,
    )
    inverse = np.linalg.inv(slope)
    cov = inverse @ (scores.T @ scores) @ inverse.T * groups / (groups - 1)
    return LagSlopes(rho, (cov + cov.T) / 2, groups - 1)


def _shift(pairs: sparse.coo_array, cells: Array) -> Array:
    """Diagonal with which the moment is zero for errors without the means of cells, shape (n,)."""
    same = cells[pairs.row] == cells[pairs.col]
    count = np.bincount(cells)
    total = np.bincount(cells[pairs.row[same]], pairs.data[same], minlength=len(count))
    shift = np.divide(total, count * (count - 1.0), out=np.zeros(len(count)), where=count > 1)
    return shift[cells]


def _solve(both: Array) -> tuple[Array, Array]:
    """Newton's method from zero; the derivative of the moments at the end."""
    rho = np.zeros(len(both))
    for _ in range(_STEPS):
        v = np.append(1.0, -rho)
        moments = np.einsum("a,kab,b->k", v, both, v) / 2
        slope = -np.einsum("kab,b->ka", both, v)[:, 1:]
        step = np.linalg.solve(slope, moments)
        rho = rho - step
        if np.abs(step).max() < _SETTLED:
            return rho, slope
    raise np.linalg.LinAlgError("The slopes of the spatial lags did not settle.")


def _by_pairs(
    pairs: sparse.coo_array, errors: Array, provinces: Array, groups: int, diagonal: Array
) -> Array:
    """Sum the products of errors, and a diagonal, by unordered pairs of provinces."""
    products = pairs.data * np.einsum("it,it->i", errors[pairs.row], errors[pairs.col])
    a, b = provinces[pairs.row], provinces[pairs.col]
    label = np.concatenate([np.minimum(a, b) * groups + np.maximum(a, b), provinces * (groups + 1)])
    return np.bincount(label, np.concatenate([products, diagonal]), minlength=groups * groups)


def permutations(n: int, draws: int, seed: int, groups: Array | None = None):
    """Yield permutations of cities' labels, within groups where these are given."""
    rng = np.random.default_rng(seed)
    codes = np.zeros(n, dtype=int) if groups is None else groups
    order = np.argsort(codes, kind="stable")
    for _ in range(draws):
        permutation = np.empty(n, dtype=int)
        # Sorting by group, then by noise, permutes within groups.
        permutation[order] = np.lexsort((rng.random(n), codes))
        yield permutation


def permuted_slopes(
    values: Array,
    weights: Sequence[sparse.csr_array],
    provinces: Array,
    draws: int,
    seed: int,
    *,
    cells: Array | None = None,
    within: Array | None = None,
) -> list[LagSlopes]:
    """Slopes where cities' outcomes are permuted over the network: no city has its true rivals.

    Parameters
    ----------
    values, weights, provinces, cells
        As `quadratic_slopes` takes them.
    draws, seed
        Of the permutations.
    within : ndarray of int, shape (n,), optional
        Permute within these groups only: with provinces, what a province's cities share is kept.
    """
    return [
        quadratic_slopes(values[permutation], weights, provinces, cells)
        for permutation in permutations(len(values), draws, seed, within)
    ]


def typed_weights(rows: Array, columns: Array, types: Array, n: int) -> list[sparse.csr_array]:
    """Row-standardised weights of the rivals of each type.

    Parameters
    ----------
    rows, columns, types : ndarray of int, shape (m,)
        Of each directed pair; types from 0.
    n
        Cities.

    Examples
    --------
    >>> first, second = typed_weights(
    ...     np.array([0, 0, 0]), np.array([1, 2, 3]), np.array([0, 0, 1]), 4
    ... )
    >>> first.toarray()[0].tolist(), second.toarray()[0].tolist()
    ([0.0, 0.5, 0.5, 0.0], [0.0, 0.0, 0.0, 1.0])
    """
    found = []
    for kind in range(int(types.max()) + 1):
        row, column = rows[types == kind], columns[types == kind]
        share = 1 / np.bincount(row, minlength=n)[row]
        found.append(sparse.csr_array((share, (row, column)), shape=(n, n)))
    return found
