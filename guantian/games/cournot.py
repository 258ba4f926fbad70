"""The stage game of all cities from competition between their producers.

Producers of n cities sell differentiated goods in quantities (Singh and Vives 1984, for n goods):
with intercepts a and substitutabilities γ_ij, quantities are q = (2 I + Γ)^-1 a and profits q_i². A
programme raises its city's intercept from 1 to 1 + u. The motive to push is then linear in what the
others do, so that `NetworkGame` holds exactly; two cities give `programme_effects`.
"""

from __future__ import annotations

import numpy as np

from guantian.games.network import NetworkGame, profiles

Array = np.ndarray


def programme_game(cost, substitution: Array, size, response: Array) -> NetworkGame:
    """Build the stage game of all cities.

    Parameters
    ----------
    cost
        Of a programme, as a share of its gross gain where nobody else pushes, shape (...).
    substitution : ndarray, shape (..., n, n)
        γ, symmetric, in [0, 1]; the diagonal is not read.
    size
        u, shape (...).
    response : ndarray, shape (..., n, n)
        What i receives of a unit of gain that j's programme brings to j; the diagonal is not read.

    Returns
    -------
    NetworkGame
        In units of the gross gain of each city's own programme.

    Raises
    ------
    ValueError
        If γ is not symmetric in [0, 1], or a programme would drive some city out.
    """
    n = substitution.shape[-1]
    apart = 1 - np.eye(n)
    gamma, theta = substitution * apart, response * apart
    if gamma.min() < 0 or gamma.max() > 1 or not np.allclose(gamma, np.swapaxes(gamma, -1, -2)):
        raise ValueError("Substitutability must be symmetric and lie in [0, 1].")
    u = np.asarray(size, float)[..., None]
    inverse = np.linalg.inv(2 * np.eye(n) + gamma)
    mine = np.diagonal(inverse, axis1=-2, axis2=-1)
    before = inverse.sum(-1)
    x = profiles(n)
    # Quantity of i where the others act as in the profile and i stays put.
    still = before[..., None, :] + u[..., None] * (x @ np.swapaxes(inverse * apart, -1, -2))
    if still.min() < 0:
        raise ValueError(
            "A programme of this size would drive a rival that stays put out of the market; "
            "expected a smaller programme or goods that differ more."
        )
    gross = 2 * u * mine * before + (u * mine) ** 2
    loss = -2 * u[..., None] ** 2 * mine[..., :, None] * inverse * apart / gross[..., :, None]
    spilled = (x * gross[..., None, :]) @ np.swapaxes(theta, -1, -2)
    received = (still**2 - before[..., None, :] ** 2 + spilled) / gross[..., None, :]
    own = np.broadcast_to(1 - np.asarray(cost, float)[..., None], gross.shape)
    return NetworkGame(own, loss, received, mine / gross)
