"""Inequality between units in each period, weighted by population or not.

Every measure takes a DataFrame (periods in rows, units in columns; a Series by period comes back)
or an array whose last axis holds the units (an array without that axis comes back), so that
thousands of groups of units can be measured in one call. Values are levels per head. A group is
described, not sampled: all moments divide by the sum of weights, never by n - 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeVar

import numpy as np
import pandas as pd

from regiometrics._arguments import frame, numbers, real
from regiometrics._labels import in_order
from regiometrics._values import positive_panel

Values = TypeVar("Values", pd.DataFrame, np.ndarray)
PopulationWeights: TypeAlias = pd.DataFrame | pd.Series | np.ndarray | None


def std_log(values: Values, weights: PopulationWeights = None):
    """Measure the standard deviation of natural logs, divisor the sum of weights.

    Parameters
    ----------
    values : DataFrame, shape (T, n), or ndarray, shape (..., n)
        Positive levels per head, complete.
    weights : DataFrame, Series by unit, or ndarray that broadcasts to ``values``; optional
        Positive, usually population; equal where not given.

    Returns
    -------
    Series by period, or ndarray of shape (...)

    Raises
    ------
    ValueError
        Naming period, unit and value where a value or weight is missing or not positive.
    """

    def measure(x, p):
        logs = np.log(x)
        centred = logs - _mean(logs, p)
        return np.sqrt((p * centred**2).sum(axis=-1))

    return _apply(measure, values, weights, "std_log")


def coefficient_of_variation(values: Values, weights: PopulationWeights = None):
    """Divide standard deviation by mean; with population weights Williamson's (1965) V_w.

    Parameters, returns and errors as :func:`std_log`.
    """

    def measure(x, p):
        mean = _mean(x, p)
        return np.sqrt((p * (x / mean - 1) ** 2).sum(axis=-1))

    return _apply(measure, values, weights, "cv")


def gini(values: Values, weights: PopulationWeights = None):
    """Gini coefficient: half the mean absolute difference over the mean.

    Parameters, returns and errors as :func:`std_log`. No factor n / (n - 1), so the largest value
    of n units of equal weight is 1 - 1/n.

    Examples
    --------
    >>> float(gini(np.array([10.0, 10, 10, 20, 50])).round(2))
    0.36
    """

    def measure(x, p):
        order = np.argsort(x, axis=-1, kind="stable")
        p = np.take_along_axis(p, order, axis=-1)
        income = p * np.take_along_axis(x, order, axis=-1)
        lorenz = np.cumsum(income, axis=-1)
        # Twice the area under the Lorenz curve, by trapezoids.
        area = (p * (2 * lorenz - income)).sum(axis=-1) / lorenz[..., -1]
        return np.maximum(1 - area, 0.0)

    return _apply(measure, values, weights, "gini")


def generalised_entropy(values: Values, alpha: float, weights: PopulationWeights = None):
    """Generalised entropy GE(alpha) (Shorrocks 1980): Theil T at 1, Theil L at 0.

    Parameters, returns and errors as :func:`std_log`; half the squared coefficient of variation
    at ``alpha`` 2.
    """
    alpha = real("alpha", alpha)

    def measure(x, p):
        ratio = x / _mean(x, p)
        if alpha == 0:
            terms = -np.log(ratio)
        elif alpha == 1:
            terms = ratio * np.log(ratio)
        else:
            terms = (ratio**alpha - 1) / (alpha * (alpha - 1))
        return np.maximum((p * terms).sum(axis=-1), 0.0)  # rounding may leave -1e-17

    return _apply(measure, values, weights, f"ge_{alpha:g}")


def theil_t(values: Values, weights: PopulationWeights = None):
    """Theil's T, weights of groups are shares of income. As :func:`std_log` otherwise."""
    return _named(generalised_entropy(values, 1, weights), "theil_t")


def theil_l(values: Values, weights: PopulationWeights = None):
    """Theil's L, the mean log deviation, weights of groups are shares of population.

    As :func:`std_log` otherwise.

    Examples
    --------
    >>> float(theil_l(np.array([10.0, 10, 10, 20, 50])).round(7))
    0.2326302
    """
    return _named(generalised_entropy(values, 0, weights), "theil_l")


MEASURES: dict[str, Callable] = {
    "std_log": std_log,
    "cv": coefficient_of_variation,
    "gini": gini,
    "theil_t": theil_t,
    "theil_l": theil_l,
}


def inequality(values: pd.DataFrame, weights: PopulationWeights = None) -> pd.DataFrame:
    """All of `MEASURES` by period.

    Parameters
    ----------
    values : DataFrame, shape (T, n)
        Positive levels per head, complete.
    weights
        The population weights, as for :func:`std_log`.

    Returns
    -------
    DataFrame, shape (T, 5)
    """
    return pd.DataFrame({name: measure(values, weights) for name, measure in MEASURES.items()})


def spatial_gini(values: pd.DataFrame, adjacency: np.ndarray) -> pd.DataFrame:
    """Gini coefficient split between pairs that are neighbours and pairs that are not.

    Parameters
    ----------
    values : DataFrame, shape (T, n)
        Positive levels, complete.
    adjacency : shape (n, n)
        Symmetric; not zero where two units are neighbours, in the order of the columns.

    Returns
    -------
    DataFrame, shape (T, 3)
        ``gini``, and its parts ``neighbours`` and ``others`` (Rey and Smith 2013).
    """
    values = positive_panel(values, units=2, periods=1)
    adjacency = in_order("adjacency", adjacency, values.columns)
    adjacency = numbers("adjacency", adjacency, (None, None))
    near = np.asarray(adjacency) != 0
    n = values.shape[1]
    if near.shape != (n, n) or (near != near.T).any():
        raise ValueError(f"The adjacency is not a symmetric matrix of {n} by {n} units.")
    if near.diagonal().any():
        unit = values.columns[int(near.diagonal().argmax())]
        raise ValueError(f"Unit {unit} is adjacent to itself; expected a zero diagonal.")
    x = values.to_numpy(dtype="float64")
    gaps = np.abs(x[:, :, None] - x[:, None, :])
    scale = 2 * n**2 * x.mean(axis=1)
    total = gaps.sum(axis=(1, 2)) / scale
    part = (gaps * near).sum(axis=(1, 2)) / scale
    return pd.DataFrame(
        {"gini": total, "neighbours": part, "others": total - part}, index=values.index
    )


def shares(values: pd.DataFrame, weights: PopulationWeights) -> pd.DataFrame:
    """Weights of the panel's units as shares that add up to one in each period, checked."""
    if not isinstance(values, pd.DataFrame):
        raise ValueError(f"values is of type {type(values).__name__}; expected a DataFrame.")
    if not (weights is None or isinstance(weights, pd.Series | pd.DataFrame)):
        raise ValueError(
            f"weights is of type {type(weights).__name__}; expected a DataFrame, a Series by unit "
            "or "
            "None."
        )
    for labels in () if weights is None else weights.axes:
        if labels.has_duplicates:
            twice = labels[labels.duplicated()][0]
            raise ValueError(f"The label {twice!r} occurs more than once in weights.")
    if weights is None:
        return pd.DataFrame(1 / values.shape[1], index=values.index, columns=values.columns)
    if isinstance(weights, pd.Series):
        weights = weights.reindex(values.columns).to_numpy()
        weights = np.broadcast_to(weights, values.shape)
    # A table of weights is put into the order of the values by its labels.
    table = pd.DataFrame(weights, index=values.index, columns=values.columns)
    table = frame("weights", table, missing=True, infinite=True)
    bad = ~(np.isfinite(table.to_numpy()) & (table.to_numpy() > 0))
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise ValueError(
            f"Period {values.index[row]}, unit {values.columns[column]}: the weight is "
            f"{table.iat[row, column]} where a positive number was expected."
        )
    return table.div(table.sum(axis=1), axis=0)


def _apply(measure: Callable, values: Values, weights: PopulationWeights, name: str):
    if isinstance(values, pd.DataFrame):
        panel = positive_panel(values, units=2, periods=1)
        result = measure(panel.to_numpy(dtype="float64"), shares(panel, weights).to_numpy())
        return pd.Series(result, index=panel.index, name=name)
    x = np.atleast_1d(numbers("values", values, missing=True, infinite=True))
    w = np.ones_like(x)
    if weights is not None:
        w = numbers("weights", weights, missing=True, infinite=True)
        try:
            w = np.broadcast_to(w, x.shape)
        except ValueError:
            raise ValueError(
                f"weights has shape {w.shape} and values {x.shape}; expected shapes that fit."
            ) from None
    for what, array in (("value", x), ("weight", w)):
        bad = ~(np.isfinite(array) & (array > 0))
        if bad.any():
            at = tuple(int(i) for i in np.argwhere(bad)[0])
            raise ValueError(f"The {what} at {at} is {array[at]}; a positive number was expected.")
    return measure(x, w / w.sum(axis=-1, keepdims=True))


def _mean(x: np.ndarray, p: np.ndarray) -> np.ndarray:
    return (p * x).sum(axis=-1, keepdims=True)


def _named(result, name: str):
    return result.rename(name) if isinstance(result, pd.Series) else result
