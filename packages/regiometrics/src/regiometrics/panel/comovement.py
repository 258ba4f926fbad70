"""Co-movement of growth: measures for all pairs at once, then averaged over groups."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regiometrics._arguments import frame, numbers, real
from regiometrics._checks import check_even_steps


def correlations(growth: pd.DataFrame) -> np.ndarray:
    """Correlation of every pair of cities.

    Parameters
    ----------
    growth
        Years in rows, cities in columns; a city with a missing year has no correlation.

    Returns
    -------
    ndarray, shape (cities, cities)
    """
    growth = frame("growth", growth, missing=True)
    values = growth.to_numpy(float)
    centred = values - values.mean(axis=0)
    scale = np.sqrt((centred**2).sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        return centred.T @ centred / np.outer(scale, scale)


def concordance(growth: pd.DataFrame) -> np.ndarray:
    """Share of years in which two cities are both above or both below their own mean.

    Harding and Pagan (2002, Journal of Monetary Economics 49, 365-381), with growth above the
    city's own mean as the state: recessions in levels hardly occur in these data.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [4.5, 1.0, 5.0, 6.0]})
    >>> concordance(frame).tolist()
    [[1.0, 0.75], [0.75, 1.0]]
    """
    growth = frame("growth", growth, missing=True)
    values = growth.to_numpy(float)
    known = ~np.isnan(values).any(axis=0)
    above = (values > values.mean(axis=0)).astype(float)
    share = (above.T @ above + (1 - above).T @ (1 - above)) / len(values)
    share[~known] = np.nan
    share[:, ~known] = np.nan
    return share


def dynamic_correlations(growth: pd.DataFrame, shortest: float, longest: float) -> np.ndarray:
    """Correlation of every pair over cycles of given lengths.

    Parameters
    ----------
    growth
        Years in rows, cities in columns.
    shortest, longest
        Lengths of cycles in years, at least two.

    Returns
    -------
    ndarray, shape (cities, cities)
        Croux, Forni and Reichlin (2001, Review of Economics and Statistics 83, 232-241): the real
        part of the cross-spectrum over the band, over the square roots of both spectra there.

    Raises
    ------
    ValueError
        If no frequency of the sample falls into the band, or the years are no numbers.
    EstimationError
        If a year is missing between the first and the last.
    """
    growth = frame("growth", growth, missing=True).sort_index()
    check_even_steps(growth.index)
    shortest = real("shortest", shortest, 2.0)
    longest = real("longest", longest, shortest)
    values = growth.to_numpy(float)
    T = len(values)
    frequencies = np.fft.rfftfreq(T)
    band = (frequencies >= 1 / longest - 1e-12) & (frequencies <= 1 / shortest + 1e-12)
    if not band.any():
        raise ValueError(
            f"{T} years have no cycle between {shortest:g} and {longest:g} years; expected some."
        )
    # The periodogram's ordinates over the band are the estimate: no kernel, few years.
    waves = np.fft.rfft(values - values.mean(axis=0), axis=0)[band]
    cross = (waves.conj().T @ waves).real
    power = np.sqrt(np.diag(cross))
    with np.errstate(invalid="ignore", divide="ignore"):
        return cross / np.outer(power, power)


def mean_within(matrix: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Mean over the pairs of each group, missing where a pair is.

    Parameters
    ----------
    matrix
        Symmetric, units by units.
    groups
        Positions, shape (draws, size).
    """
    matrix = numbers("matrix", matrix, (None, None), missing=True)
    groups = np.asarray(groups)
    if groups.ndim != 2 or groups.shape[1] < 2 or groups.dtype.kind not in "iu":
        raise ValueError(
            f"groups has shape {groups.shape} and type {groups.dtype}; expected positions, shape "
            "(draws, size), a size of two or more."
        )
    if matrix.shape[0] != matrix.shape[1] or (groups.size and groups.max() >= len(matrix)):
        raise ValueError(
            f"matrix has shape {matrix.shape} and the largest position is {groups.max()}; "
            "expected a "
            "square matrix of all units."
        )
    size = groups.shape[1]
    blocks = matrix[groups[:, :, None], groups[:, None, :]]
    row, column = np.triu_indices(size, k=1)
    return blocks[:, row, column].mean(axis=1)
