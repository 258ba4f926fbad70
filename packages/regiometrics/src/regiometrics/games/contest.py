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
    rank = np.asarray(prize, float) * density
    if (rank < 0).any() or (np.asarray(own_value) <= 0).any():
        raise ValueError("Prize and density must not be negative, the own value above zero.")
    return rank / (own_value + rank)


def survives(gain, rival_gain, weight) -> Array:
    """Whether an official takes part: own gain minus λ times the rival's is not negative."""
    return np.asarray(gain, float) - weight * np.asarray(rival_gain, float) >= 0


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
    gain, rival = np.broadcast_arrays(np.asarray(gain, float), np.asarray(rival_gain, float))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = gain / rival
    return np.where(gain <= 0, 0.0, np.where(rival > 0, ratio, np.inf))


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
    gains = np.asarray(gains, float)
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
    own, loss, external = (np.asarray(part, float) for part in (own, loss, external))
    weight = np.asarray(weight, float)[..., None]
    rival = slice(None, None, -1)
    return (
        own - weight * external[..., rival],
        loss - weight * loss[..., rival],
        external - weight * own[..., rival],
    )
