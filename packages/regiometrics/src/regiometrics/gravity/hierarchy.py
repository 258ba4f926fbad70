"""Hierarchy of cities: rank and size, polycentricity."""

from __future__ import annotations

import numpy as np

from regiometrics._arguments import confidence as check_confidence
from regiometrics._arguments import numbers, real
from regiometrics.inference import inference_row


def rank_size(sizes: np.ndarray, confidence: float = 0.95) -> dict:
    """Slope of log(rank - 1/2) on log size, with the error that ranks ask for.

    Parameters
    ----------
    sizes
        Positive, shape (n,).
    confidence
        The confidence level of the interval, between zero and one.

    Returns
    -------
    dict
        `estimate` (zeta, positive: 1 is Zipf's law), `std_error` = zeta sqrt(2/n), `statistic` and
        `p_value` against 1, `conf_low`, `conf_high`, `n_units`.

    Raises
    ------
    ValueError
        If fewer than three sizes are given or one is not positive.

    Notes
    -----
    Gabaix and Ibragimov (2011, Journal of Business and Economic Statistics 29, 24-39): the shift by
    one half removes the bias of order 1/n; least squares' own error is far too small.
    """
    sizes, confidence = numbers("sizes", sizes, (None,)), check_confidence(confidence)
    if len(sizes) < 3 or not (sizes > 0).all():
        raise ValueError(f"{len(sizes)} sizes are given; expected three or more, all positive.")
    if np.ptp(sizes) == 0:
        raise ValueError(f"All sizes are {sizes[0]:g}; expected them to differ.")
    ranks = np.argsort(np.argsort(-sizes, kind="stable")) + 1.0
    slope = -np.polyfit(np.log(sizes), np.log(ranks - 0.5), 1)[0]
    error = slope * np.sqrt(2 / len(sizes))
    return inference_row(slope, error, confidence, null=1.0) | {"n_units": len(sizes)}


def polycentricity(sizes: np.ndarray) -> np.ndarray:
    """Morphological polycentricity, one where all units are equal, zero where one is everything.

    Parameters
    ----------
    sizes
        Not negative, shape (..., size): populations, outputs, or centralities in a network.

    Returns
    -------
    ndarray
        1 - s / s_max with s the standard deviation of the sizes, and s_max that of a group of two
        in which one has the largest size and the other nothing (Green 2007, Urban Studies 44,
        2077-2103, equation 1).

    Examples
    --------
    >>> float(polycentricity(np.array([1.0, 1.0, 1.0])))
    1.0
    """
    sizes = numbers("sizes", sizes, missing=True)
    if sizes.ndim < 1 or (sizes < 0).any() or (sizes.max(axis=-1) == 0).any():
        raise ValueError(
            f"sizes has shape {sizes.shape}; expected groups of sizes, none below zero, one above "
            "it "
            "in each group."
        )
    # The population standard deviation of (0, m) is m / 2.
    return 1 - sizes.std(axis=-1) / (sizes.max(axis=-1) / 2)


def functional_polycentricity(flows: np.ndarray, ceiling: float) -> np.ndarray:
    """Polycentricity of what cities receive from each other, times the network's density.

    Parameters
    ----------
    flows
        The flows from row to column, with a zero diagonal, shape (..., size, size).
    ceiling
        Largest flow between two cities that can be thought of: the density is the mean flow over
        it.

    Returns
    -------
    ndarray
        Green (2007, equations 2 to 4): (1 - s / s_max) of the sums of columns, times density.
    """
    flows = numbers("flows", flows, missing=True)
    ceiling = real("ceiling", ceiling, above=0)
    if flows.ndim < 2 or flows.shape[-1] != flows.shape[-2] or flows.shape[-1] < 2:
        raise ValueError(f"flows has shape {flows.shape}; expected (..., size, size), two or more.")
    if (flows < 0).any():
        raise ValueError(f"flows holds {np.nanmin(flows):g}; expected none below zero.")
    size = flows.shape[-1]
    density = flows.sum(axis=(-2, -1)) / (size * (size - 1)) / ceiling
    return polycentricity(flows.sum(axis=-2)) * density
