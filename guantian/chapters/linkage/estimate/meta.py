"""Random-effects meta-analysis of one estimate per zone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class MetaResult:
    """The mean of effects that differ among studies.

    Attributes
    ----------
    mean, error
        The mean effect and its standard error by Hartung and Knapp.
    df
        Degrees of freedom of the t distribution: one fewer than studies.
    tau
        Standard deviation of true effects among studies.
    """

    mean: float
    error: float
    df: int
    tau: float


def random_effects(estimates: ArrayLike, errors: ArrayLike) -> MetaResult:
    """Pool estimates by DerSimonian and Laird (1986) with the error of Hartung and Knapp (2001).

    The error is from the dispersion of the estimates themselves and referred to a t distribution,
    which holds its size with few studies where the normal approximation does not (IntHout,
    Ioannidis and Borm 2014, *BMC Medical Research Methodology* 14).

    Parameters
    ----------
    estimates, errors
        One per study, two studies or more.

    Raises
    ------
    ValueError
        If there are fewer than two studies, or an error is not above zero.

    Examples
    --------
    >>> found = random_effects([0.1, 0.3, 0.2], [0.1, 0.1, 0.1])
    >>> round(found.mean, 3), found.df, found.tau
    (0.2, 2, 0.0)
    """
    values, errors = (np.asarray(each, dtype="float64") for each in (estimates, errors))
    if len(values) < 2 or values.shape != errors.shape or not (errors > 0).all():
        raise ValueError(
            f"{len(values)} estimates with errors {errors}; expected two or more, each error above "
            "zero."
        )
    k = len(values)
    fixed = errors**-2.0
    centre = fixed @ values / fixed.sum()
    heterogeneity = fixed @ (values - centre) ** 2
    scale = fixed.sum() - (fixed**2).sum() / fixed.sum()
    tau2 = max(0.0, (heterogeneity - (k - 1)) / scale)
    weights = 1 / (errors**2 + tau2)
    mean = weights @ values / weights.sum()
    variance = weights @ (values - mean) ** 2 / ((k - 1) * weights.sum())
    return MetaResult(float(mean), float(np.sqrt(variance)), k - 1, float(np.sqrt(tau2)))
