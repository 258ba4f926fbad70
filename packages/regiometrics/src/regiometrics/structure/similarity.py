"""Similarity of two places' structures: indices of pairs, from shares of sectors.

Every index takes shares, shape (n, k), one row per place, which add up to one; a row with a missing
share has missing pairs. The result has shape (n, n). Krugman and Hellinger measure distance (0: the
same structure), the cosine and the overlap similarity (1: the same).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.spatial.distance import cdist

from regiometrics._arguments import numbers

Array = np.ndarray


def krugman(shares: Array) -> Array:
    """Sum of absolute differences of shares, 0 to 2 (Krugman 1991).

    Half of it is the share of one place's workers who would have to change sector for both
    structures to be the same. It is twice Bray and Curtis's dissimilarity of shares.

    Examples
    --------
    >>> float(krugman(np.array([[0.2, 0.1, 0.7, 0, 0], [0, 0, 0, 0.6, 0.4]]))[0, 1].round(12))
    2.0
    """
    shares = _checked(shares)
    return cdist(shares, shares, "cityblock")


def cosine(shares: Array) -> Array:
    """Cosine of the angle between structures, 0 to 1 (UNIDO 1979)."""
    shares = _checked(shares)
    with np.errstate(invalid="ignore"):
        unit = shares / np.sqrt((shares**2).sum(axis=1, keepdims=True))
        return np.minimum(unit @ unit.T, 1.0)  # rounding may leave 1 + 2e-16


def bray_curtis(values: Array) -> Array:
    """Sum of absolute differences over the sum of both, 0 to 1 (Bray and Curtis 1957).

    Of shares it is half of :func:`krugman` and says nothing new; of counts it also measures the
    difference of size.
    """
    values = numbers("values", values, (None, None))
    if (values < 0).any() or not (values.sum(axis=1) > 0).all():
        raise ValueError(
            "values holds a negative number or a row without any; expected none below zero and a "
            "sum "
            "above it in each row."
        )
    total = values.sum(axis=1)
    return cdist(values, values, "cityblock") / (total[:, None] + total[None, :])


def hellinger(shares: Array) -> Array:
    """Euclidean distance of the roots of shares over root two, 0 to 1 (Hellinger 1909).

    Small sectors weigh more than in :func:`krugman`.
    """
    roots = np.sqrt(_checked(shares))
    return cdist(roots, roots, "euclidean") / np.sqrt(2)


def overlap(shares: Array) -> Array:
    """Share of workers in the same sectors, 0 to 1: one minus half of :func:`krugman`.

    Finger and Kreinin's (1979) index of similarity.
    """
    return 1 - krugman(shares) / 2


#: Indices of pairs that the study prints. Bray and Curtis's is left out: of shares it is Krugman's.
INDICES: dict[str, Callable[[Array], Array]] = {
    "krugman": krugman,
    "cosine": cosine,
    "hellinger": hellinger,
}


def _checked(shares: Array) -> Array:
    shares = numbers("shares", shares, (None, None), missing=True)
    total = shares.sum(axis=1)
    bad = (shares < 0).any(axis=1) | (np.abs(total - 1) > 1e-6)  # missing rows are neither
    if bad.any():
        row = int(bad.argmax())
        raise ValueError(
            f"Row {row} of the shares is {shares[row].tolist()}; expected shares from 0 to 1 that "
            "add up to 1."
        )
    return shares
