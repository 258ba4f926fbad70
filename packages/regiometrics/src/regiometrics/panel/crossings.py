"""Where a bootstrap test turns to rejection as the tested value moves, found without a search."""

from __future__ import annotations

import numpy as np

Array = np.ndarray
TIES = 1e-9  # draws as large as the statistic up to this share count as larger
REAL = 1e-7  # imaginary part below which a root is real, relative to its size
BATCH = 100_000


def first_rejection(
    shift: Array, shift_slope: Array, square: Array, cross: Array, curve: Array, size: float
) -> float:
    """Return the smallest distance at which no more than a share of draws exceeds the statistic.

    At the distance x (in standard errors) from the estimate the statistic is x in absolute value,
    and that of a draw (shift + shift_slope x) / sqrt(square + 2 cross x + curve x²). The draw is
    the larger one where (shift + shift_slope x)² >= x² (square + 2 cross x + curve x²), which
    changes at the roots of a polynomial of degree four. All roots of all draws, sorted, give the
    share at every distance.

    Parameters
    ----------
    shift, shift_slope, square, cross, curve : ndarray, shape (draws,)
        The coefficients of each draw's statistic as a function of the null.
    size : float
        Share of draws at or below which the test rejects.

    Returns
    -------
    float
        Infinite where the share stays above.

    Examples
    --------
    >>> none = np.zeros(4)
    >>> found = first_rejection(np.arange(1.0, 5.0), none, none + 1, none, none, 0.25)
    >>> round(found, 6)
    3.0
    """
    counted = (square > 0) | (curve > 0)
    shift, shift_slope, square, cross, curve = (
        part[counted] for part in (shift, shift_slope, square, cross, curve)
    )
    # A draw that is the sample itself has no shift at the estimate but rounding.
    small = 1e-12 * np.sqrt(np.maximum(square, shift_slope**2))
    shift = np.where(np.abs(shift) <= small, 0.0, shift)
    draws = len(shift)
    slack = (1 - TIES) ** 2
    c = np.stack(
        [
            -slack * curve,
            -2 * slack * cross,
            shift_slope**2 - slack * square,
            2 * shift * shift_slope,
            shift**2,
        ],
        axis=1,
    )
    # Just beside zero the lowest term that is not zero decides which of the two is larger.
    lowest = np.select([c[:, 4] > 0, c[:, 3] != 0], [c[:, 4], c[:, 3]], c[:, 2])
    larger = lowest >= 0
    at, change = [], []
    for start in range(0, draws, BATCH):
        roots = _positive_roots(c[start : start + BATCH])
        # Each root of a draw turns its state.
        first = np.where(larger[start : start + BATCH], -1, 1)
        known = np.isfinite(roots)
        at.append(roots[known])
        change.append((first[:, None] * np.array([1, -1, 1, -1]))[known])
    at, change = np.concatenate(at), np.concatenate(change)
    order = np.lexsort((-change, at))
    at, left = at[order], larger.sum() + np.cumsum(change[order])
    if larger.sum() <= size * draws:
        return 0.0
    # Draws that turn at the same distance turn together.
    last = np.append(at[1:] > at[:-1] * (1 + 1e-12), True) if len(at) else np.zeros(0, bool)
    rejected = np.flatnonzero(last & (left <= size * draws * (1 + 1e-12)))
    return float(at[rejected[0]]) if len(rejected) else np.inf


def _positive_roots(c: Array) -> Array:
    """Positive real roots of polynomials of degree four, ascending, missing ones infinite."""
    scale = np.abs(c).max(axis=1, keepdims=True)
    c = c / np.where(scale > 0, scale, 1.0)
    roots = np.full((len(c), 4), np.inf, dtype=complex)
    whole = np.abs(c[:, 0]) > 1e-12
    companion = np.zeros((int(whole.sum()), 4, 4))
    companion[:, [1, 2, 3], [0, 1, 2]] = 1.0
    companion[:, 0] = -c[whole, 1:] / c[whole, :1]
    roots[whole] = np.linalg.eigvals(companion)
    # Without the leading terms: (shift + slope x)² = square x², two roots.
    rest = ~whole
    if rest.any():
        a, b, d = (c[rest, k] for k in (2, 3, 4))
        with np.errstate(divide="ignore", invalid="ignore"):
            root = np.sqrt((b**2 - 4 * a * d).astype(complex))
            both = np.stack([(-b + root) / (2 * a), (-b - root) / (2 * a)], axis=1)
            linear = np.stack([-d / b, np.full(len(b), np.inf)], axis=1)
        roots[rest, :2] = np.where(np.abs(a[:, None]) > 1e-12, both, linear)
    with np.errstate(invalid="ignore"):
        real = np.abs(roots.imag) <= REAL * (1 + np.abs(roots.real))
        good = real & (roots.real > TIES) & np.isfinite(roots.real)
    return np.sort(np.where(good, roots.real, np.inf), axis=1)
