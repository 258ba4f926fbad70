"""Robust intervals under bounds on relative magnitudes (Rambachan and Roth 2023).

The bound says that a step of the violation of parallel trends after the treatment is at most M
times the largest step before. Given in which year before the largest step falls and its sign, the
bound is a polyhedron; an effect is accepted where the conditional test with a least favourable
first stage (the hybrid "C-LF" of Andrews, Roth and Pakes 2023, *Review of Economic Studies* 90)
accepts it for one of these polyhedra.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from regiometrics.errors import EstimationError

Array = np.ndarray
FIRST_STAGE = 0.1  # share of the test's size that the least favourable stage takes
DRAWS = 10_000  # of the least favourable critical values
SEED = 0
GRID = 400  # effects tried on either side before ends are refined
WIDEST = 2.0**12  # standard errors tried before an end counts as infinite
TOLERANCE = 1e-6  # of the ends, in standard errors


def relative_magnitude_interval(
    effects: Array, cov: Array, before: int, loading: Array, bound: float, alpha: float
) -> tuple[float, float]:
    """Return the robust interval of a weighted mean of the effects after the treatment.

    Parameters
    ----------
    effects : ndarray, shape (years,)
        The effects by year relative to the last year before the treatment, that year left out.
    cov : ndarray, shape (years, years)
        The covariance of the effects.
    before : int
        How many of them lie before the reference year, at least one.
    loading : ndarray, shape (years - before,)
        Weights of the effects after.
    bound : float
        M, zero or more.
    alpha : float
        One minus the coverage.

    Returns
    -------
    tuple of float
        The smallest and largest effect accepted; infinite where the test accepts all effects.

    Raises
    ------
    EstimationError
        If the covariance is not positive definite.

    Notes
    -----
    Of the moments only those of the years after enter where there are several (the choice of the
    authors' R package HonestDiD). The nuisance parameters are the effects' other combinations. By
    duality the test statistic is the largest of a few normal statistics, the vertices of the dual
    program, which the first differences of the bound give in closed form: the two sides of the
    bound on the weighted mean, and one for each year after, which says that M times the largest
    step is not negative. Critical values of the first stage are simulated from a fixed seed.
    """
    eigenvalues = np.linalg.eigvalsh(cov)
    if not eigenvalues[0] > 1e-12 * eigenvalues[-1]:
        raise EstimationError(
            "The covariance of the path of effects is not positive definite; expected more placebo "
            "groups than years, and no year without variation."
        )
    normal = np.random.default_rng(SEED).standard_normal((DRAWS, len(effects)))
    root = np.linalg.cholesky(cov)
    tests = [
        _Test(effects, cov, normal @ root.T, before, loading, bound, year, sign, alpha)
        for year in range(before)
        for sign in (1.0, -1.0)
    ]
    weights = np.concatenate([np.zeros(before), loading])
    error = float(np.sqrt(weights @ cov @ weights))
    centre = float(weights @ effects)

    def accepted(values: Array) -> Array:
        return np.any([test.accepts(values) for test in tests], axis=0)

    width = 8.0 * error
    while True:
        grid = centre + width * np.linspace(-1, 1, 2 * GRID + 1)
        inside = accepted(grid)
        if not (inside[0] or inside[-1]) or width > WIDEST * error:
            break
        width *= 2
    if not inside.any():
        return np.nan, np.nan
    first, last = np.flatnonzero(inside)[[0, -1]]
    low = -np.inf if first == 0 else _refine(accepted, grid[first], grid[first - 1], error)
    high = np.inf if last == len(grid) - 1 else _refine(accepted, grid[last], grid[last + 1], error)
    return low, high


class _Test:
    """The hybrid test of an effect in one polyhedron: z = G b - value g, the largest of them."""

    def __init__(self, effects, cov, draws, before, loading, bound, year, sign, alpha):
        G, g = _vertices(cov, before, loading, bound, year, sign)
        self.level, self.slope = G @ effects, g
        self.cov = G @ cov @ G.T
        first = FIRST_STAGE * alpha
        self.size = (alpha - first) / (1 - first)
        self.limit = float(np.quantile((draws @ G.T).max(axis=1), 1 - first))

    def accepts(self, values: Array) -> Array:
        z = self.level - np.asarray(values)[:, None] * self.slope
        top = z.argmax(axis=1)
        rows = np.arange(len(z))
        largest, variance = z[rows, top], self.cov[top, top]
        with np.errstate(divide="ignore", invalid="ignore"):
            rho = self.cov[top] / variance[:, None]
            rest = z - rho * largest[:, None]
            edge = rest / (1 - rho)
            low = np.where(rho < 1 - 1e-9, edge, -np.inf).max(axis=1)
            high = np.where(rho > 1 + 1e-9, edge, np.inf).min(axis=1)
            sd = np.sqrt(variance)
            critical = _truncated_quantile(
                1 - self.size, low / sd, np.minimum(high, self.limit) / sd
            )
            rejected = (largest > self.limit) | (largest > sd * np.maximum(critical, 0.0))
        # Without sampling variation the moment itself decides.
        return ~np.where(variance > 1e-20 * self.cov.max(), rejected, largest > 0)


def _vertices(cov, before, loading, bound, year, sign) -> tuple[Array, Array]:
    """Vertices of the dual program: statistics G b - value g, each at most zero under the null."""
    after, years = len(loading), len(cov)
    path = np.insert(np.eye(years), before, 0.0, axis=0)  # the reference year is zero
    steps = np.diff(path, axis=0)
    largest = sign * steps[year]
    earlier, later = steps[:before], steps[before:]
    up, down = later - bound * largest, -later - bound * largest
    scale = [np.sqrt(np.einsum("ij,jk,ik->i", rows, cov, rows)) for rows in (up, down)]
    # The weighted mean of effects is the steps' sum with these weights.
    weights = np.cumsum(loading[::-1])[::-1]
    rising, falling = np.maximum(weights, 0), np.maximum(-weights, 0)
    rows, slopes = [], []
    for over, under, side in ((rising, falling, 1.0), (falling, rising, -1.0)):
        total = over @ scale[0] + under @ scale[1]
        rows.append((over @ up + under @ down) / total)
        slopes.append(side / total)
    if after > 1:
        pairs = scale[0] + scale[1]
        rows.extend((up + down)[pairs > 0] / pairs[pairs > 0, None])
        slopes.extend([0.0] * int((pairs > 0).sum()))
    else:
        for rest in (earlier - largest, -earlier - largest):
            size = np.sqrt(np.einsum("ij,jk,ik->i", rest, cov, rest))
            kept = size > 1e-10 * size.max(initial=0.0)
            rows.extend(rest[kept] / size[kept, None])
            slopes.extend([0.0] * int(kept.sum()))
    return np.array(rows), np.array(slopes)


def _truncated_quantile(share: float, low: Array, high: Array) -> Array:
    """Quantile of a standard normal inside [low, high], from the tail that keeps its digits."""
    flip = low > 0
    a, b = np.where(flip, -high, low), np.where(flip, -low, high)
    at = np.where(flip, 1 - share, share)
    below, above = ndtr(a), ndtr(b)
    value = np.clip(ndtri(below + at * (above - below)), a, b)
    # So far in a tail that both ends have no probability, the nearer one has all of it.
    value = np.where(above <= below, b, value)
    return np.where(flip, -value, value)


def _refine(accepted, inside: float, outside: float, error: float) -> float:
    while abs(outside - inside) > TOLERANCE * error:
        middle = (inside + outside) / 2
        if middle in (inside, outside):  # neighbouring numbers: errors are tiny beside effects
            break
        if accepted(np.array([middle]))[0]:
            inside = middle
        else:
            outside = middle
    return float(inside)
