"""Coalition games with transferable utility: values, properties, objections.

A game is given by its players and the value of each coalition: a mapping or a callable from
frozensets of players to numbers, or an array of 2^n numbers in which bit i of the position says
whether player i belongs. Coalitions are worked on as bit masks, all at once; up to 16 players.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import factorial
from typing import Any

import numpy as np
import pandas as pd

from regiometrics._arguments import numbers, real
from regiometrics.errors import EstimationError

Array = np.ndarray
Value = Mapping[frozenset, float] | Callable[[frozenset], float] | Array
MAX_PLAYERS = 16
# Rounding allowed in a comparison, as a share of the largest gain from cooperation.
TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Game:
    """A game as an array over bit masks.

    Attributes
    ----------
    players : tuple
        The players, in the order of the bits of a coalition's mask.
    values : numpy.ndarray, shape (2^n,)
        Value of each coalition; that of nobody is zero.

    Examples
    --------
    >>> game = Game.build(["a", "b"], lambda group: float(len(group) == 2))
    >>> game.values.tolist()
    [0.0, 0.0, 0.0, 1.0]
    """

    players: tuple[Hashable, ...]
    values: Array

    @classmethod
    def build(cls, players: Sequence[Hashable], value: Value) -> Game:
        """Tabulate a game.

        Parameters
        ----------
        players : sequence of hashable
            The players, each once.
        value : mapping, callable or numpy.ndarray
            The characteristic function; the module's docstring describes its three forms.

        Returns
        -------
        Game

        Raises
        ------
        ValueError
            If there are no players, too many or one twice, a coalition has no value or none that
            is finite, or nobody's value is not zero.
        """
        try:
            players = tuple(players)
            distinct = len(set(players))
        except TypeError:
            raise ValueError(
                f"The players are {players!r}; expected a sequence of names, each once."
            ) from None
        n = len(players)
        if not 1 <= n <= MAX_PLAYERS or distinct < n:
            raise ValueError(
                f"The players are {players}; expected 1 to {MAX_PLAYERS} of them, each once."
            )
        if isinstance(value, np.ndarray):
            if value.shape != (2**n,):
                raise ValueError(f"The values have shape {value.shape}; expected {(2**n,)}.")
            values = numbers("value", value, missing=True, infinite=True)
        elif not isinstance(value, Mapping) and not callable(value):
            raise ValueError(
                f"value is of type {type(value).__name__}; expected a mapping, a function or an "
                "array."
            )
        else:
            values = np.array([_look_up(players, mask, value) for mask in range(2**n)])
        bad = ~np.isfinite(values)
        if bad.any():
            mask = int(bad.argmax())
            raise ValueError(
                f"The value of {_name(players, mask)} is {values[mask]}; expected a finite number."
            )
        if values[0] != 0:
            raise ValueError(f"The value of no players is {values[0]}; expected zero.")
        return cls(players, values)

    @property
    def n(self) -> int:
        """Number of players."""
        return len(self.players)

    @property
    def alone(self) -> Array:
        """Value of each player alone, shape (n,)."""
        return self.values[1 << np.arange(self.n)]

    @property
    def together(self) -> float:
        """Value of all players."""
        return float(self.values[-1])

    @property
    def gains(self) -> Array:
        """Values minus those of the members alone, shape (2^n,)."""
        return self.values - self.membership @ self.alone

    @property
    def membership(self) -> Array:
        """Who belongs to which coalition, shape (2^n, n), zeros and ones."""
        return ((np.arange(2**self.n)[:, None] >> np.arange(self.n)) & 1).astype(float)

    @property
    def slack(self) -> float:
        """Rounding allowed in comparisons."""
        return TOLERANCE * float(max(np.abs(self.gains).max(), np.abs(self.values).max() * 1e-4))

    @property
    def coalitions(self) -> list[frozenset]:
        """Members by bit mask, length 2^n."""
        return [_members(self.players, mask) for mask in range(2**self.n)]

    def series(self, values: Array, name: str) -> pd.Series:
        """Values by player."""
        return pd.Series(values, pd.Index(self.players, name="player"), name=name)

    def shares(self, allocation: Mapping[Hashable, float] | pd.Series) -> Array:
        """Read an allocation in the order of the players; raise ValueError if one is missing."""
        if not isinstance(allocation, Mapping | pd.Series):
            raise ValueError(
                f"allocation is of type {type(allocation).__name__}; expected shares by player."
            )
        absent = [player for player in self.players if player not in allocation]
        if absent:
            raise ValueError(
                f"Player {absent[0]!r} has no share; expected one for each of {self.players}."
            )
        return np.array(
            [real(f"The share of {player}", allocation[player]) for player in self.players]
        )


def shapley_value(players: Sequence[Hashable], value: Value) -> pd.Series:
    """Mean marginal contribution over all orders of arrival (Shapley 1953).

    Parameters
    ----------
    players : sequence of hashable, length n
        The players, each once.
    value : mapping, callable or numpy.ndarray
        The characteristic function; the module's docstring describes its three forms.

    Returns
    -------
    pandas.Series
        By player; sums to the value of all.

    Raises
    ------
    ValueError
        If the game is incomplete.

    Examples
    --------
    >>> glove = lambda members: float("right" in members and len(members) > 1)
    >>> shapley_value(["left", "other left", "right"], glove).round(4).tolist()
    [0.1667, 0.1667, 0.6667]
    """
    game = Game.build(players, value)
    masks = np.arange(2**game.n)
    size = np.bitwise_count(masks)
    n_orders = factorial(game.n)
    weight = np.array([factorial(s) * factorial(game.n - s - 1) / n_orders for s in range(game.n)])
    shares = []
    for i in range(game.n):
        without = masks[(masks >> i) & 1 == 0]
        marginal = game.values[without | (1 << i)] - game.values[without]
        shares.append(weight[size[without]] @ marginal)
    return game.series(np.array(shares), "shapley_value")


def gately_value(players: Sequence[Hashable], value: Value) -> pd.Series:
    """Shares that equalise all players' propensity to disrupt (Gately 1974).

    Parameters
    ----------
    players : sequence of hashable
        The players, each once.
    value : mapping, callable or numpy.ndarray
        The characteristic function; the module's docstring describes its three forms.

    Returns
    -------
    pandas.Series
        Each player's value alone, and the joint gain in proportion to what each brings to all
        others beyond that.

    Raises
    ------
    ValueError
        If contributions to all others sum to zero or less, so that no proportion is defined.
    """
    game = Game.build(players, value)
    brought = _contributions(game) - game.alone
    if brought.sum() <= game.slack:
        raise EstimationError(
            f"The players bring {brought.sum():.6g} to all others in sum; expected more than zero."
        )
    gain = game.together - game.alone.sum()
    return game.series(game.alone + gain * brought / brought.sum(), "gately_value")


def tau_value(players: Sequence[Hashable], value: Value) -> pd.Series:
    """Compromise between what players can ask for at most and at least (Tijs 1981).

    Parameters
    ----------
    players : sequence of hashable
        The players, each once.
    value : mapping, callable or numpy.ndarray
        The characteristic function; the module's docstring describes its three forms.

    Returns
    -------
    pandas.Series
        By player: the point between the vector of minimal rights and that of utopia pay-offs (each
        player's contribution to all others) that shares out the value of all.

    Raises
    ------
    ValueError
        If the game is incomplete.
    EstimationError
        If the game is not quasi-balanced, so that no such point exists.

    Notes
    -----
    A minimal right is the most that a coalition leaves to a member after paying the others their
    utopia pay-offs: max over S containing i of v(S) - sum of M_j over the others in S.

    Examples
    --------
    >>> worth = {1: 0.0, 2: 0.0, 3: 0.0, 12: 2.0, 13: 2.5, 23: 3.0, 123: 5.0}
    >>> game = {frozenset(map(int, str(name))): v for name, v in worth.items()}
    >>> tau_value([1, 2, 3], game).round(4).tolist()
    [1.2857, 1.6071, 2.1071]
    """
    game = Game.build(players, value)
    utopia = _contributions(game)
    members = game.membership
    left = game.values - members @ utopia  # of a coalition, after its members' utopia pay-offs
    rights = np.array([left[members[:, i] > 0].max() + utopia[i] for i in range(game.n)])
    low, high = rights.sum(), utopia.sum()
    if (rights > utopia + game.slack).any() or not (
        low - game.slack <= game.together <= high + game.slack
    ):
        raise EstimationError(
            f"Minimal rights sum to {low:.6g}, utopia pay-offs to {high:.6g} and all have "
            f"{game.together:.6g}; expected the last between the two (a quasi-balanced game)."
        )
    share = 0.0 if high - low <= game.slack else (game.together - low) / (high - low)
    return game.series(rights + share * (utopia - rights), "tau_value")


def propensity_to_disrupt(
    players: Sequence[Hashable], value: Value, allocation: Mapping[Hashable, float] | pd.Series
) -> pd.Series:
    """Divide what the others lose by a player's leaving by what the player loses (Gately 1974).

    Parameters
    ----------
    players : sequence of hashable
        The players, each once.
    value : mapping, callable or numpy.ndarray
        The characteristic function; the module's docstring describes its three forms.
    allocation : mapping or pandas.Series
        Share of each player.

    Returns
    -------
    pandas.Series
        Infinite where a player has nothing to lose and others have, missing where neither has.
        Negative where either gains by the leaving.

    Raises
    ------
    ValueError
        If a player has no share.
    """
    game = Game.build(players, value)
    shares = game.shares(allocation)
    others = shares.sum() - shares - (game.together - _contributions(game))
    own = shares - game.alone
    others, own = (np.where(np.abs(x) <= game.slack, 0.0, x) for x in (others, own))
    with np.errstate(divide="ignore", invalid="ignore"):
        return game.series(others / own, "propensity_to_disrupt")


def superadditive(players: Sequence[Hashable], value: Value) -> bool:
    """Whether no two disjoint coalitions lose by joining.

    Parameters
    ----------
    players : sequence of hashable
        The players, each once.
    value : mapping, callable or numpy.ndarray
        The characteristic function; the module's docstring describes its three forms.

    Returns
    -------
    bool
    """
    game = Game.build(players, value)
    masks, v = np.arange(2**game.n), game.values
    for mask in range(1, 2**game.n):
        # Each pair once: the partner has the smaller mask.
        apart = masks[1:mask][masks[1:mask] & mask == 0]
        if (v[apart | mask] < v[apart] + v[mask] - game.slack).any():
            return False
    return True


def convex(players: Sequence[Hashable], value: Value) -> bool:
    """Whether a player brings the more, the larger the coalition (Shapley 1971).

    Parameters
    ----------
    players : sequence of hashable
        The players, each once.
    value : mapping, callable or numpy.ndarray
        The characteristic function; the module's docstring describes its three forms.

    Returns
    -------
    bool
    """
    game = Game.build(players, value)
    masks, v = np.arange(2**game.n), game.values
    for i in range(game.n):
        for j in range(i):
            pair = (1 << i) | (1 << j)
            rest = masks[masks & pair == 0]
            gain = v[rest | pair] - v[rest | (1 << i)] - v[rest | (1 << j)] + v[rest]
            if (gain < -game.slack).any():
                return False
    return True


def excesses(
    players: Sequence[Hashable], value: Value, allocation: Mapping[Hashable, float] | pd.Series
) -> pd.Series:
    """Give each coalition's gain from leaving: its value minus its members' shares.

    Parameters
    ----------
    players : sequence of hashable
        The players, each once.
    value : mapping, callable or numpy.ndarray
        The characteristic function; the module's docstring describes its three forms.
    allocation : mapping or pandas.Series
        What each player receives.

    Returns
    -------
    pandas.Series
        By frozenset of members, nobody and everybody left out, largest first.
    """
    game = Game.build(players, value)
    excess = game.values - game.membership @ game.shares(allocation)
    index = pd.Index(game.coalitions, dtype=object, name="coalition", tupleize_cols=False)
    return pd.Series(excess, index, name="excess")[1:-1].sort_values(ascending=False, kind="stable")


def in_core(
    players: Sequence[Hashable], value: Value, allocation: Mapping[Hashable, float] | pd.Series
) -> bool:
    """Whether an allocation shares out the value of all and no coalition gains by leaving.

    Parameters
    ----------
    players : sequence of hashable
        The players, each once.
    value : mapping, callable or numpy.ndarray
        The characteristic function; the module's docstring describes its three forms.
    allocation : mapping or pandas.Series
        What each player receives.

    Returns
    -------
    bool
    """
    game = Game.build(players, value)
    shares = game.shares(allocation)
    efficient = abs(shares.sum() - game.together) <= game.slack
    return bool(efficient and (game.values - game.membership @ shares <= game.slack).all())


def _contributions(game: Game) -> Array:
    """Value of all minus that of all but one, for each player."""
    return game.together - game.values[(2**game.n - 1) ^ (1 << np.arange(game.n))]


def _members(players: tuple, mask: int) -> frozenset:
    return frozenset(player for i, player in enumerate(players) if mask >> i & 1)


def _name(players: tuple, mask: int) -> str:
    return "{" + ", ".join(str(p) for i, p in enumerate(players) if mask >> i & 1) + "}"


def _look_up(players: tuple, mask: int, value: Mapping | Callable) -> float:
    if mask == 0 and (callable(value) or frozenset() not in value):
        return 0.0
    members = _members(players, mask)
    if callable(value):
        return _worth(players, mask, value(members))
    if members not in value:
        raise ValueError(
            f"Coalition {_name(players, mask)} has no value; expected one for each of the "
            f"{2 ** len(players) - 1} coalitions."
        )
    return _worth(players, mask, value[members])


def _worth(players: tuple, mask: int, worth: Any) -> float:
    try:
        return float(worth)
    except (TypeError, ValueError):
        raise ValueError(
            f"The value of {_name(players, mask)} is {worth!r}; expected a finite number."
        ) from None
