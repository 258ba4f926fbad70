"""The largest unit's share of its group: asked by chapters that do not know each other."""

from __future__ import annotations

import numpy as np


def primacy(sizes: np.ndarray) -> np.ndarray:
    """Share of the largest unit in its group, shape (...,) from (..., size).

    Examples
    --------
    >>> float(primacy(np.array([6.0, 3.0, 1.0])))
    0.6
    """
    sizes = np.asarray(sizes, float)
    return sizes.max(axis=-1) / sizes.sum(axis=-1)
