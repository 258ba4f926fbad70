"""Correlation of two matrices over the pairs of the same cities, with a permutation test."""

from __future__ import annotations

from itertools import permutations
from math import factorial

import numpy as np
import pandas as pd

from regiometrics._arguments import numbers, whole
from regiometrics._labels import in_order
from regiometrics.errors import EstimationError
from regiometrics.gravity.grid import Array

EXACT_UP_TO = 5040  # permutations: all of seven units


def matrix_correlation(
    one: Array, other: Array, ranks: bool, draws: int, seed: int
) -> tuple[float, float, int]:
    """Correlate two symmetric matrices over their pairs.

    Pairs share cities and are not independent, so the p-value comes from relabelling the cities
    of one matrix (Mantel 1967; the quadratic assignment procedure): all relabellings where there
    are at most `EXACT_UP_TO`, random ones beyond.

    Parameters
    ----------
    one, other
        Shape (n, n); pairs missing or infinite in either are left out.
    ranks
        Spearman's in place of Pearson's.
    draws
        The number of random relabellings where not all are run; zero for none.
    seed
        The seed of the relabellings.

    Returns
    -------
    correlation, p_value, n_pairs
        p two-sided, missing without relabellings.
    """
    if isinstance(one, pd.DataFrame):
        one, other = in_order("one", one, one.index), in_order("other", other, one.index)
    one = numbers("one", one, (None, None), missing=True, infinite=True)
    other = numbers("other", other, one.shape, missing=True, infinite=True)
    if one.shape[0] != one.shape[1] or len(one) < 3:
        raise ValueError(
            f"The matrices have shape {one.shape}; expected square ones of three or more."
        )
    for name, matrix in (("one", one), ("other", other)):
        if not np.allclose(matrix, matrix.T, equal_nan=True):
            raise ValueError(f"The matrix {name} is not symmetric; expected one value per pair.")
    if not isinstance(ranks, bool | np.bool_):
        raise ValueError(f"ranks is {ranks!r}; expected True or False.")
    draws, seed = whole("draws", draws, 0), whole("seed", seed, 0)
    n = len(one)
    upper = np.triu_indices(n, 1)
    known = np.isfinite(one[upper]) & np.isfinite(other[upper])
    complete = bool(known.all())
    values = [matrix[upper][known] for matrix in (one, other)]
    if ranks:
        values = [pd.Series(value).rank().to_numpy() for value in values]
    if known.sum() < 3 or min(np.ptp(value) for value in values) == 0:
        raise EstimationError(
            f"{known.sum()} pairs are known in both matrices, or all of one are equal; expected "
            "three or more that vary."
        )
    found = float(np.corrcoef(values[0], values[1])[0, 1])
    if not draws or not complete:
        return found, float("nan"), int(known.sum())
    full = np.zeros((n, n))
    full[upper] = (values[1] - values[1].mean()) / values[1].std()
    full = full + full.T
    fixed = (values[0] - values[0].mean()) / values[0].std()
    if factorial(min(n, 20)) <= EXACT_UP_TO:
        orders = np.array(list(permutations(range(n))))
    else:
        rng = np.random.default_rng(seed)
        drawn = np.array([rng.permutation(n) for _ in range(draws)])
        orders = np.vstack([np.arange(n), drawn])
    others = np.array([full[order[upper[0]], order[upper[1]]] @ fixed for order in orders])
    p_value = np.mean(np.abs(others) >= abs(found) * len(fixed) * (1 - 1e-12))
    return found, float(p_value), int(known.sum())
