"""Effects of staggered treatments by imputing untreated outcomes from two-way effects."""

from __future__ import annotations

import numpy as np

from regiometrics._arguments import flags, numbers
from regiometrics.errors import EstimationError

Array = np.ndarray


def imputed_gaps(outcomes: Array, untreated: Array) -> Array:
    """Return outcomes minus what the effects of unit and period of untreated cells predict.

    Parameters
    ----------
    outcomes : ndarray, shape (units, periods)
        Complete. The unit of the result is theirs.
    untreated : ndarray of bool, shape (units, periods) or (draws, units, periods)
        Cells that are not treated (nor exposed to what treated neighbours spill over), by which
        the effects are estimated: of every unit and every period at least one.

    Returns
    -------
    ndarray, shape of `untreated`
        In a treated cell the estimated effect; in an untreated one the residual. Their mean over
        treated cells is the estimator of the mean effect.

    Raises
    ------
    ValueError
        If shapes do not fit or a value is missing.
    EstimationError
        If a unit or period has no untreated cell, or cells do not connect all units and periods.

    Notes
    -----
    Borusyak, Jaravel and Spiess (2024, *Review of Economic Studies* 91, section 4, theorem 2). Two
    sorts of treated cells, such as treated units and their neighbours (Butts 2023), are told apart
    by the caller's masks: both are left out of `untreated`. Units are taken out of the normal
    equations, so that a draw costs one system in the periods.

    Examples
    --------
    >>> y = np.array([[1.0, 2.0, 3.0], [2.0, 3.0, 9.0]])
    >>> treated = np.array([[False] * 3, [False, False, True]])
    >>> float(imputed_gaps(y, ~treated)[1, 2].round(6))
    5.0
    """
    outcomes = numbers("outcomes", outcomes, (None, None), least=(2, 2))
    untreated = np.asarray(untreated)
    alone = untreated.ndim == 2
    if untreated.shape[-2:] != outcomes.shape or untreated.ndim not in (2, 3):
        raise ValueError(
            f"untreated has shape {untreated.shape}; expected {outcomes.shape}, or as many draws "
            "of that shape."
        )
    shape = (None, outcomes.size)
    flat = flags("untreated", untreated.reshape(-1, outcomes.size), shape)
    cells = flat.reshape(-1, *outcomes.shape).astype(float)
    by_unit, by_period = cells.sum(axis=2), cells.sum(axis=1)
    if not (by_unit.min() > 0 and by_period.min() > 0):
        kind = "unit" if not by_unit.min() > 0 else "period"
        raise EstimationError(f"A {kind} has no untreated cell; its effect cannot be estimated.")
    centred = outcomes - outcomes.mean()
    sums = (cells * centred).sum(axis=2)
    shares = cells / by_unit[:, :, None]
    system = -np.einsum("dit,dis->dts", cells, shares)
    periods = np.arange(outcomes.shape[1])
    system[:, periods, periods] += by_period
    right = (cells * centred).sum(axis=1) - np.einsum("dit,di->dt", shares, sums)
    # The first period's effect is zero: units have the level.
    part = system[:, 1:, 1:]
    if not (np.linalg.cond(part) < 1e12).all():
        raise EstimationError(
            "The untreated cells fall into parts without a common unit or period; expected cells "
            "that connect all of them."
        )
    effects = np.zeros_like(right)
    effects[:, 1:] = np.linalg.solve(part, right[:, 1:, None])[:, :, 0]
    levels = (sums - np.einsum("dit,dt->di", cells, effects)) / by_unit
    gaps = centred - levels[:, :, None] - effects[:, None, :]
    return gaps[0] if alone else gaps
