"""The stage game of all cities at once where motives are linear: all equilibria, the potential.

City i's pay-off is x_i (g_i - sum_j d_ij x_j) + r_i(x), where what it receives from the others,
r_i, does not depend on x_i. Where d_ij / w_i is symmetric for some weights w there is a weighted
potential, so that an equilibrium in pure strategies exists and the potential's maximum is one
(Monderer and Shapley 1996, Games and Economic Behavior 14, Lemma 2.1). All profiles are enumerated:
2^n for pure strategies, 3^n for mixed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from regiometrics._arguments import numbers, real, whole
from regiometrics.errors import EstimationError

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
    received : ndarray, shape (..., 2^n, n)
        r: what each city receives from the others' programmes in each profile.
    weight : ndarray, shape (..., n), or None
        w of the potential; ones if None.

    Examples
    --------
    >>> others = profiles(3) @ (1 - np.eye(3))
    >>> game = NetworkGame(np.array([0.5, 0.4, 0.3]), 0.1 * (1 - np.eye(3)), 0.1 * others)
    >>> game.payoffs().shape
    (8, 3)
    """

    own: Array
    loss: Array
    received: Array
    weight: Array | None = None

    def __post_init__(self):
        """Check the shapes."""
        for name in ("own", "loss", "received"):
            object.__setattr__(self, name, numbers(name, getattr(self, name)))
        n = self.n
        if n > MAX_CITIES:
            raise ValueError(f"The game has {n} cities; expected at most {MAX_CITIES}.")
        for name, shape in (("loss", (n, n)), ("received", (2**n, n))):
            part = getattr(self, name)
            if part.shape[-2:] != shape:
                raise ValueError(
                    f"{name} has the shape {part.shape}; expected its last axes to be {shape}."
                )
        if np.diagonal(self.loss, axis1=-2, axis2=-1).any():
            raise ValueError("loss has a diagonal other than zero; a city is not its rival.")

    @classmethod
    def linear(cls, own: Array, loss: Array, external: Array) -> NetworkGame:
        """Build a game in which i receives sum_j e_ij x_j; `external` has shape (..., n, n)."""
        if np.diagonal(external, axis1=-2, axis2=-1).any():
            raise ValueError("external has a diagonal other than zero; a city is not its rival.")
        return cls(own, loss, profiles(own.shape[-1]) @ np.swapaxes(external, -1, -2))

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

    def payoffs(self) -> Array:
        """Pay-offs in every profile, shape (..., 2^n, n)."""
        return self.profiles * self.motives(self.profiles) + self.received

    def potential(self) -> Array:
        """Potential of each profile, shape (..., 2^n); ValueError where there is none."""
        weight = np.ones(self.n) if self.weight is None else self.weight
        scaled = self.loss / weight[..., :, None]
        if not np.allclose(scaled, np.swapaxes(scaled, -1, -2)):
            raise ValueError("loss over weight is not symmetric, so that there is no potential.")
        x = self.profiles
        twice = (self.own[..., None, :] + self.motives(x)) / weight[..., None, :]
        return (x * twice).sum(-1) / 2

    def equilibrium(self) -> Array:
        """Row of `profiles` of the equilibrium with the largest potential, shape (...)."""
        return self.potential().argmax(-1)


def profiles(n: int) -> Array:
    """All pure profiles of n cities, shape (2^n, n), zeros and ones."""
    n = whole("n", n, 1, MAX_CITIES + 8)
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
    _check_game(game)
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
    EstimationError
        If no root is found from this start.
    """
    _check_game(game)
    if game.own.ndim != 1:
        raise ValueError(f"The game has the shape {game.own.shape}; expected one game.")
    start = numbers("start", start, (game.n,))
    if start.min() < 0 or start.max() > 1:
        raise ValueError(
            f"start runs from {start.min():g} to {start.max():g}; expected probabilities."
        )
    from scipy.optimize import root

    def gap(p):
        return p - np.clip(p + game.motives(p[None])[0], 0, 1)

    answer = root(gap, np.asarray(start, float), method="hybr", options={"xtol": 1e-13})
    if np.abs(gap(answer.x)).max() > 1e-9:
        raise EstimationError(
            f"No equilibrium was found from {start.tolist()}; expected another start to lead to "
            "one."
        )
    return np.clip(answer.x, 0, 1)


def symmetric_mixed_probability(own: float, loss: float, n: int) -> float:
    """Closed form for n like cities that all mix: p = g / ((n - 1) d), where that is below one."""
    own, loss = real("own", own), real("loss", loss, above=0)
    n = whole("n", n, 2)
    probability = own / ((n - 1) * loss)
    if not 0 < probability < 1:
        raise ValueError(
            f"g / ((n - 1) d) is {probability:g}; expected a probability, 0 < g < (n - 1) d."
        )
    return probability


def _check_game(game: object) -> None:
    if not isinstance(game, NetworkGame):
        raise ValueError(f"game is of type {type(game).__name__}; expected a NetworkGame.")
