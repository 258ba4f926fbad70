"""Effects of several treated groups pooled with random effects."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regiometrics._arguments import numbers
from regiometrics._labels import same_labels
from regiometrics.errors import EstimationError

Array = np.ndarray


@dataclass(frozen=True)
class PooledEffects:
    """Means of effects over groups, one per draw.

    Attributes
    ----------
    means : ndarray, shape (draws,)
        The pooled effects, in the unit of the effects.
    std_errors : ndarray, shape (draws,)
        Their standard errors, for Student's t with `df` degrees of freedom.
    between : ndarray, shape (draws,)
        The variance of the true effects between groups, zero or more.
    weights : ndarray, shape (draws, groups)
        The weight of each group, which sum to one.
    df : int
        Groups less one.

    Examples
    --------
    >>> found = pool_effects([0.1, 0.3, 0.2], [0.1, 0.2, 0.1])
    >>> found.df, found.weights.round(2).tolist()
    (2, [[0.44, 0.11, 0.44]])
    """

    means: Array
    std_errors: Array
    between: Array
    weights: Array
    df: int


def pool_effects(effects: Array, std_errors: Array) -> PooledEffects:
    """Pool the effects of several groups, whose true effects may differ.

    Parameters
    ----------
    effects : ndarray, shape (groups,) or (draws, groups)
        The estimates, at least two groups.
    std_errors : ndarray, shape (groups,) or (draws, groups)
        Their standard errors, positive, in the same unit.

    Returns
    -------
    PooledEffects

    Raises
    ------
    ValueError
        If shapes do not fit, a value is missing, or there is only one group.
    EstimationError
        If a standard error is not positive.

    Notes
    -----
    The variance between groups is the moment estimator of DerSimonian and Laird (1986,
    *Controlled Clinical Trials* 7, equation 8). The error of the mean is that of Hartung and Knapp
    (2001, *Statistics in Medicine* 20, equation 2.5): the weighted variance of the effects about
    their mean over groups less one, with Student's t. It holds its size with few groups, where
    the normal interval of DerSimonian and Laird does not.

    Examples
    --------
    >>> pooled = pool_effects([0.1, 0.3, 0.2], [0.1, 0.1, 0.1])
    >>> float(pooled.means[0].round(3)), float(pooled.std_errors[0].round(3)), pooled.df
    (0.2, 0.058, 2)
    """
    if isinstance(effects, pd.Series):
        same_labels(effects=effects, std_errors=std_errors)
    effects = np.atleast_2d(numbers("effects", effects))
    errors = numbers("std_errors", std_errors)
    if effects.ndim != 2 or effects.shape[1] < 2:
        raise ValueError(
            f"effects has shape {effects.shape}; expected (groups,) or (draws, groups), two groups "
            "or more."
        )
    if errors.shape not in (effects.shape, effects.shape[1:]):
        raise ValueError(
            f"std_errors has shape {errors.shape}; expected {effects.shape[1:]} or {effects.shape}."
        )
    if not (errors > 0).all():
        raise EstimationError(
            f"A standard error is {errors.min():g}; expected all above zero, as a group without "
            "sampling error has no finite weight."
        )
    if not errors.min() > 1e-8 * errors.max():
        raise EstimationError(
            f"The standard errors run from {errors.min():g} to {errors.max():g}; expected numbers "
            "of one order: the group with the smallest would have all the weight."
        )
    errors = np.broadcast_to(errors, effects.shape)
    df = effects.shape[1] - 1
    fixed = 1 / np.square(errors)
    total = fixed.sum(axis=1)
    centre = (fixed * effects).sum(axis=1) / total
    dispersion = (fixed * np.square(effects - centre[:, None])).sum(axis=1)
    between = (dispersion - df) / (total - np.square(fixed).sum(axis=1) / total)
    between = np.maximum(between, 0.0)
    weights = 1 / (np.square(errors) + between[:, None])
    weights = weights / weights.sum(axis=1, keepdims=True)
    means = (weights * effects).sum(axis=1)
    variances = (weights * np.square(effects - means[:, None])).sum(axis=1) / df
    equal = np.ptp(effects, axis=1) <= 1e-10 * np.abs(effects).max(axis=1)
    if equal.any():
        variances = np.where(equal, np.nan, variances)
        warnings.warn(
            "The effects of all groups are equal: they have no dispersion, and the error of their "
            "mean is missing.",
            stacklevel=2,
        )
    return PooledEffects(means, np.sqrt(variances), between, weights, df)
