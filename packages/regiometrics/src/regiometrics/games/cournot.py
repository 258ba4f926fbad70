"""The stage game of all cities from competition between their producers.

Producers of n cities sell differentiated goods in quantities (Singh and Vives 1984, for n goods):
with intercepts a and substitutabilities γ_ij, quantities solve 2 q_i = max(0, a_i - sum_j γ_ij q_j)
and profits are q_i². A programme raises its city's intercept from 1 to 1 + u. Where nobody is
driven out, the motive to push is linear in what the others do and `NetworkGame` holds exactly; two
cities give `programme_effects`.
"""

from __future__ import annotations

import numpy as np

from regiometrics._arguments import numbers
from regiometrics.errors import EstimationError
from regiometrics.games.network import NetworkGame, profiles

Array = np.ndarray
ROUNDS = 500
ROUNDING = 1e-12


def programme_game(cost, substitution: Array, size, response: Array) -> NetworkGame:
    """Build the stage game of all cities.

    Parameters
    ----------
    cost
        The cost of a programme as a share of its gross gain where nobody else pushes, shape (...).
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
    cost, size = numbers("cost", cost), _positive(size)
    substitution, response = _matrices(substitution, response)
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
    try:
        own = np.broadcast_to(1 - cost[..., None], gross.shape)
    except ValueError:
        raise ValueError(
            f"cost has shape {cost.shape}; expected that of the games, {gross.shape[:-1]}, or one "
            "number."
        ) from None
    return NetworkGame(own, loss, received, mine / gross)


def programme_payoffs(cost, substitution: Array, size, response: Array) -> Array:
    """Tabulate the stage game of all cities, those driven out of the market included.

    Parameters
    ----------
    cost : array_like, shape (costs,)
        Costs of a programme as shares of its gross gain.
    substitution, size, response
        The parameters of the market, as for `programme_game`.

    Returns
    -------
    ndarray, shape (..., costs, 2^n, n)
        Pay-offs in units of the gross gain of each city's own programme.
    """
    cost, size = numbers("cost", cost), _positive(size)
    substitution, response = _matrices(substitution, response)
    if substitution.min() < 0 or substitution.max() > 1:
        raise ValueError(
            f"substitution runs from {substitution.min():g} to {substitution.max():g}; expected 0 "
            "to 1."
        )
    n = substitution.shape[-1]
    apart = 1 - np.eye(n)
    gamma, theta = substitution * apart, response * apart
    x = profiles(n)
    u = np.asarray(size, float)[..., None, None]
    won = _quantities(1 + u * x, gamma) ** 2
    won = won - won[..., :1, :]
    gross = np.stack([won[..., 1 << i, i] for i in range(n)], axis=-1)
    spilled = (x * gross[..., None, :]) @ np.swapaxes(theta, -1, -2)
    table = (won + spilled) / gross[..., None, :]
    return table[..., None, :, :] - np.asarray(cost, float)[..., None, None] * x


def _quantities(intercepts: Array, gamma: Array) -> Array:
    """Quantities of Cournot's equilibrium with none below zero, by Gauss and Seidel's rounds.

    The problem is a linear complementarity with the symmetric positive definite matrix 2 I + Γ, for
    which the projected rounds converge to the one solution (Cottle, Pang and Stone 1992, ch. 5).
    """
    shape = np.broadcast_shapes(intercepts.shape, (*gamma.shape[:-2], 1, gamma.shape[-1]))
    q = np.full(shape, 1 / (2 + gamma.shape[-1] - 1))
    for _ in range(ROUNDS):
        before = q.copy()
        for i in range(shape[-1]):
            rivals = (q * gamma[..., None, i, :]).sum(-1)
            q[..., i] = np.clip(intercepts[..., i] - rivals, 0, None) / 2
        if np.abs(q - before).max() < ROUNDING:
            return q
    raise EstimationError(
        f"Quantities did not settle in {ROUNDS} rounds; expected goods that are no near-perfect "
        "substitutes."
    )


def _positive(size) -> Array:
    size = numbers("size", size)
    if not (size > 0).all():
        raise ValueError(f"size holds {size.min():g}; expected programmes above zero.")
    return size


def _matrices(substitution, response) -> tuple[Array, Array]:
    """Check that both are square matrices of the same cities."""
    found = []
    for name, value in (("substitution", substitution), ("response", response)):
        value = numbers(name, value)
        if value.ndim < 2 or value.shape[-1] != value.shape[-2]:
            raise ValueError(f"{name} has shape {value.shape}; expected (..., n, n).")
        found.append(value)
    if found[0].shape[-1] != found[1].shape[-1]:
        raise ValueError(
            f"substitution has shape {found[0].shape} and response {found[1].shape}; expected the "
            "same cities."
        )
    return found[0], found[1]
