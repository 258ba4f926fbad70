"""The promotion contest: the weight of relative rank at which a joint project dies.

An official earns the city's own result and, by promotion, its lead over the rival: u_i = y_i -
λ y_j. With a prize V, noise of density f(0) in the comparison (Lazear and Rosen 1981, Journal of
Political Economy 89, eq. 6) and a value v of the own result, a lead of one unit raises the chance
of promotion by f(0): λ = V f(0) / (v + V f(0)) after scaling the own result's total weight to one.
What spills over to the rival then counts against the project (Zhou 2004, Economic Research
Journal 6, sec. 3).
"""

from __future__ import annotations

import numpy as np

from regiometrics._arguments import numbers

Array = np.ndarray


def rank_weight(prize, density, own_value=1.0) -> Array:
    """Weight on the rival's result in units of the own: V f(0) / (v + V f(0)).

    Parameters
    ----------
    prize
        V: what promotion is worth, in the unit in which v is.
    density
        f(0): by how much a unit of lead raises its probability.
    own_value
        v: what a unit of the own result is worth without a contest.

    Returns
    -------
    ndarray
        In [0, 1): 0 without a contest, near 1 where only rank counts.
    """
    prize, density = numbers("prize", prize), numbers("density", density)
    own_value = numbers("own_value", own_value)
    rank = prize * density
    if (prize < 0).any() or (density < 0).any() or (own_value <= 0).any():
        raise ValueError(
            f"prize is at least {prize.min():g}, density {density.min():g} and own_value "
            f"{own_value.min():g}; expected none below zero and a value above it."
        )
    return rank / (own_value + rank)


def survives(gain, rival_gain, weight) -> Array:
    """Whether an official takes part: own gain minus λ times the rival's is not negative."""
    gain, rival_gain = numbers("gain", gain), numbers("rival_gain", rival_gain)
    weight = numbers("weight", weight)
    return gain - weight * rival_gain >= 0


def critical_weight(gain, rival_gain) -> Array:
    """Weight λ above which an official lets a project die that gives both something.

    Parameters
    ----------
    gain, rival_gain
        Net gains of the official's city and of the rival, elementwise.

    Returns
    -------
    ndarray
        gain / rival_gain; 0 where the own city gains nothing or loses, infinity where it
        gains and the rival does not.
    """
    gain = numbers("gain", gain, missing=True)
    rival_gain = numbers("rival_gain", rival_gain, missing=True)
    gain, rival = np.broadcast_arrays(gain, rival_gain)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = gain / rival
    found = np.where(gain <= 0, 0.0, np.where(rival > 0, ratio, np.inf))
    return np.where(np.isnan(gain) | np.isnan(rival), np.nan, found)


def joint_critical_weight(gains) -> Array:
    """Weight above which one of two partners lets their joint project die: the smaller ratio.

    Parameters
    ----------
    gains : array_like, shape (..., 2)
        Net gains of the two.

    Returns
    -------
    ndarray, shape (...)
        At most one where both gain: equal gains survive every contest short of pure rank.
    """
    gains = _pairs("gains", gains)
    return critical_weight(gains, gains[..., ::-1]).min(-1)


def contested_stage(own, loss, external, weight) -> tuple[Array, Array, Array]:
    """The stage game as officials with weight λ on rank see it.

    City i's pay-off minus λ times the rival's: pushing hurts the rival by -e, which now counts
    for i, and the rival's programme is worth g to it, which now counts against i.

    Parameters
    ----------
    own, loss, external : array_like, shape (..., 2)
        Parts of `regiometrics.games.Stage`.
    weight
        λ, elementwise over the leading axes.

    Returns
    -------
    own, loss, external : ndarray, shape (..., 2)
    """
    own, loss, external = (
        _pairs(name, part) for name, part in (("own", own), ("loss", loss), ("external", external))
    )
    weight = numbers("weight", weight, missing=True)
    weight = weight[..., None]
    rival = slice(None, None, -1)
    return (
        own - weight * external[..., rival],
        loss - weight * loss[..., rival],
        external - weight * own[..., rival],
    )


def _pairs(name: str, values) -> Array:
    values = numbers(name, values, missing=True)
    if values.shape[-1:] != (2,):
        raise ValueError(f"{name} has shape {values.shape}; expected a last axis of two.")
    return values
