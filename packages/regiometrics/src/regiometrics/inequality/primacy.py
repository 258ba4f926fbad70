"""Primacy: the largest unit's share of its group."""

from __future__ import annotations

import numpy as np

from regiometrics._arguments import numbers


def primacy(sizes: np.ndarray) -> np.ndarray:
    """Compute the share of the largest unit in its group.

    Parameters
    ----------
    sizes : ndarray, shape (..., size)
        Not negative, with a positive sum; a group with a missing size has none.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    ValueError
        If a size is negative or no number, or a group's sizes sum to zero.

    Examples
    --------
    >>> float(primacy(np.array([6.0, 3.0, 1.0])))
    0.6
    """
    sizes = numbers("sizes", sizes, missing=True)
    if sizes.ndim < 1 or (sizes < 0).any() or (sizes.sum(axis=-1) == 0).any():
        raise ValueError(
            f"sizes has shape {sizes.shape} and a minimum of {np.nanmin(sizes, initial=0):g}; "
            "expected "
            "groups of sizes, none below zero, with a positive sum."
        )
    return sizes.max(axis=-1) / sizes.sum(axis=-1)
