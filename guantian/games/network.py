"""The stage game of all cities at once: equilibria, what is efficient, what coalitions can secure.

City i's pay-off is x_i (g_i - sum_j d_ij x_j) + sum_j e_ij x_j. Where d is symmetric the game has
the potential sum_i g_i x_i - sum_{i<j} d_ij x_i x_j, so that an equilibrium in pure strategies
exists and the maximum of the potential is one (Monderer and Shapley 1996, Games and Economic
Behavior 14, Lemma 2.1). All profiles are enumerated: 2^n for pure strategies, 3^n for mixed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

Array = np.ndarray
MAX_CITIES = 12
TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class NetworkGame:
    """The stage game of n cities; leading axes hold points of parameters.

    Attributes
    ----------
    own : ndarray, shape (..., n)
        g: net gain of the own programme where nobody else pushes.
    loss : ndarray, shape (..., n, n)
        d: what i's programme loses where j pushes too; zero diagonal.
    external : ndarray, shape (..., n, n)
        e: what i receives from j's programme; zero diagonal.
    """

    own: Array
    loss: Array
    external: Array

    def __post_init__(self):
        """Check the shapes."""
        n = self.own.shape[-1]
        for name in ("loss", "external"):
            matrix = getattr(self, name)
            if matrix.shape[-2:] != (n, n):
                raise ValueError(
                    f"{name} has the shape {matrix.shape}; expected its last axes to be {(n, n)}."
                )
            if np.diagonal(matrix, axis1=-2, axis2=-1).any():
                raise ValueError(f"{name} has a diagonal other than zero; a city is not its rival.")
        if n > MAX_CITIES:
            raise ValueError(f"The game has {n} cities; expected at most {MAX_CITIES}.")

    @property
    def n(self) -> int:
        """Number of cities."""
        return self.own.shape[-1]

    @property
    def profiles(self) -> Array:
        """Who pushes, shape (2^n, n): bit i of the row's number is city i."""
        return profiles(self.n)

    def motives(self, strategies: Array) -> Array:
        """Gain of pushing over staying put, given the others', shape (..., profiles, n)."""
        return self.own[..., None, :] - strategies @ np.swapaxes(self.loss, -1, -2)

    def payoffs(self, strategies: Array) -> Array:
        """Expected pay-offs of independent strategies, shape (..., profiles, n)."""
        return strategies * self.motives(strategies) + strategies @ np.swapaxes(
            self.external, -1, -2
        )

    def pure_equilibria(self) -> Array:
        """Whether each profile is a Nash equilibrium, shape (..., 2^n); indifference holds."""
        x = self.profiles
        return (np.where(x > 0, 1, -1) * self.motives(x) >= -TOLERANCE).all(-1)

    def potential(self) -> Array:
        """Potential of each profile, shape (..., 2^n); ValueError where d is not symmetric."""
        if not np.allclose(self.loss, np.swapaxes(self.loss, -1, -2)):
            raise ValueError("loss is not symmetric, so that the game has no exact potential.")
        x = self.profiles
        return (x * (self.own[..., None, :] + self.motives(x)) / 2).sum(-1)

    def equilibrium(self) -> Array:
        """Row of `profiles` of the equilibrium with the largest potential, shape (...)."""
        return self.potential().argmax(-1)

    def efficient(self) -> Array:
        """Row of `profiles` with the largest sum of pay-offs, shape (...)."""
        return self.payoffs(self.profiles).sum(-1).argmax(-1)


def profiles(n: int) -> Array:
    """All pure profiles of n cities, shape (2^n, n), zeros and ones."""
    return ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(float)


def all_equilibria(game: NetworkGame) -> Array:
    """Find every equilibrium, pure and mixed, of one game by enumeration of supports.

    Each city stays put, pushes, or mixes and is then indifferent: the motives are linear in
    the others' probabilities, so that each of the 3^n supports asks for one linear system.

    Parameters
    ----------
    game
        One point of parameters; up to eight cities.

    Returns
    -------
    ndarray, shape (equilibria, n)
        Probabilities of pushing, sorted. A support whose system is singular holds a continuum or
        nothing and is left out (not generic).
    """
    if game.own.ndim != 1 or game.n > 8:
        raise ValueError(
            f"The game has the shape {game.own.shape}; expected one game of at most eight cities."
        )
    supports = np.array(list(product((0, 1, 2), repeat=game.n)))
    found = []
    for mixing in range(game.n + 1):
        chosen = supports[(supports == 2).sum(1) == mixing]
        found.append(_solve_supports(game, chosen, mixing))
    strategies = np.concatenate(found)
    motive = game.motives(strategies)
    ok = np.where(strategies >= 1, motive >= -TOLERANCE, True)
    ok &= np.where(strategies <= 0, motive <= TOLERANCE, True)
    strategies = strategies[ok.all(-1)]
    return strategies[np.lexsort(strategies.T[::-1])]


def _solve_supports(game: NetworkGame, supports: Array, mixing: int) -> Array:
    """Probabilities that make the mixing cities indifferent, where they are probabilities."""
    strategies = (supports == 1).astype(float)
    if mixing == 0:
        return strategies
    who = np.nonzero(supports == 2)[1].reshape(len(supports), mixing)
    matrix = game.loss[who[:, :, None], who[:, None, :]]
    target = np.take_along_axis(game.motives(strategies), who, axis=1)
    regular = np.abs(np.linalg.det(matrix)) > TOLERANCE
    matrix, target, who, strategies = (part[regular] for part in (matrix, target, who, strategies))
    answer = np.linalg.solve(matrix, target[..., None])[..., 0]
    np.put_along_axis(strategies, who, answer, axis=1)
    return strategies[((answer > 0) & (answer < 1)).all(1)]


def nearest_equilibrium(game: NetworkGame, start: Array) -> Array:
    """Find an equilibrium from a start by root-finding on p = clip(p + motive(p), 0, 1).

    Parameters
    ----------
    game
        One point of parameters.
    start
        Probabilities of pushing, shape (n,).

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    RuntimeError
        If no root is found from this start.
    """
    from scipy.optimize import root

    def gap(p):
        return p - np.clip(p + game.motives(p[None])[0], 0, 1)

    answer = root(gap, np.asarray(start, float), method="hybr", options={"xtol": 1e-13})
    if np.abs(gap(answer.x)).max() > 1e-9:
        raise RuntimeError(f"No equilibrium was found from {start}: {answer.message}")
    return np.clip(answer.x, 0, 1)


def coalition_values(game: NetworkGame, outside: Array | None = None) -> Array:
    """What each coalition secures while everybody else keeps to an action.

    v(S) = max over the members' actions of the sum of their pay-offs, outsiders acting as given.

    Parameters
    ----------
    game
        Leading axes (...) hold points of parameters.
    outside
        Rows of `profiles` from which outsiders do not move, shape (...); the equilibrium if None.

    Returns
    -------
    ndarray, shape (..., 2^n)
        Bit i of the position says whether city i is a member, as in `guantian.games.Game`.
    """
    rows = np.asarray(game.equilibrium() if outside is None else outside)
    numbers = np.arange(2**game.n)
    payoffs = game.payoffs(game.profiles)
    totals = payoffs @ game.profiles.T  # (..., profile, coalition)
    # Within S a profile may differ from the outsiders' action only in the members' bits.
    allowed = ((numbers[:, None] ^ rows[..., None, None]) & ~numbers[None, :]) == 0
    values = np.where(allowed, totals, -np.inf).max(-2)
    values[..., 0] = 0.0
    return values


def symmetric_mixed_probability(own: float, loss: float, n: int) -> float:
    """Closed form for n like cities that all mix: p = g / ((n - 1) d), where that is below one."""
    probability = own / ((n - 1) * loss)
    if not 0 < probability < 1:
        raise ValueError(
            f"g / ((n - 1) d) is {probability:g}; expected a probability, 0 < g < (n - 1) d."
        )
    return probability
