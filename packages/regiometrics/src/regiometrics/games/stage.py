"""The stage game of two cities: who pushes a development programme in fields that both share.

A programme in city i is worth one (its gross gain where the rival stays put) minus its cost. If the
rival pushes as well, the own programme loses d of that (duplication); whatever the rival pushes,
city i receives e from it: what spills over minus the business that is stolen. With x = 1 for
pushing, city i's pay-off is x_i (g_i - d_i x_j) + e_i x_j, and the signs of g and of g - d decide
the game. All functions work elementwise on arrays that broadcast against each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regiometrics._arguments import numbers
from regiometrics._optional import require

Array = np.ndarray

#: Kinds of the stage game, by code; `MODE_OF` says which of the three modes each belongs to.
KINDS = (
    "harmony",  # both push whatever happens, and neither is worse off for it
    "dilemma",  # both push whatever happens, and both would be better off had neither
    "one_sided",  # both push whatever happens; one gains and the other loses by it
    "anti_coordination",  # each pushes only if the other does not
    "stag_hunt",  # each pushes only if the other does
    "free_riding",  # neither pushes, and both would be better off if both did
    "idle",  # neither pushes, and both pushing would not help both
    "unequal",  # the two cities' motives differ in kind
)
MODE_OF = {
    "harmony": "cooperative",
    "stag_hunt": "cooperative",
    "dilemma": "confrontational",
    "anti_coordination": "differentiated",
}


@dataclass(frozen=True, eq=False)
class Stage:
    """A pair's stage game in units of a programme's gross gain.

    Attributes
    ----------
    own : array_like, shape (..., 2)
        g: what is left of each city's own programme after its cost, the rival staying put.
    loss : array_like, shape (..., 2)
        d: what the own programme loses where the rival pushes too; negative where the two
        programmes complete each other.
    external : array_like, shape (..., 2)
        e: what each city receives from the rival's programme, spillover minus stolen business.

    Examples
    --------
    >>> stage = Stage([0.5, 0.4], [0.2, 0.3], [0.1, 0.1])
    >>> stage.own.shape, mixed_equilibrium(stage).shape
    ((2,), (2,))
    """

    own: Array
    loss: Array
    external: Array

    def __post_init__(self):
        """Broadcast the parts against each other."""
        names = ("own", "loss", "external")
        parts = np.broadcast_arrays(
            *(numbers(name, p, missing=True) for name, p in zip(names, self._parts(), strict=True))
        )
        if parts[0].shape[-1:] != (2,):
            raise ValueError(
                f"The stage game has the shape {parts[0].shape}; expected a last axis of two."
            )
        for name, part in zip(("own", "loss", "external"), parts, strict=True):
            object.__setattr__(self, name, part)

    def _parts(self):
        return self.own, self.loss, self.external

    @property
    def together(self) -> Array:
        """Pay-off of each city where both push, shape (..., 2); where neither does it is zero."""
        return self.own - self.loss + self.external

    def payoffs(self) -> tuple[Array, Array]:
        """Return the two cities' matrices, rows and columns (push, stay put), shape (..., 2, 2)."""
        first, second = (
            np.stack(
                [
                    np.stack([self.together[..., i], self.own[..., i]], axis=-1),
                    np.stack([self.external[..., i], np.zeros_like(self.own[..., i])], axis=-1),
                ],
                axis=-2,
            )
            for i in range(2)
        )
        return first, np.swapaxes(second, -1, -2)

    def kind(self) -> Array:
        """Give the position in `KINDS` of each game, by the signs of g, g - d and g - d + e."""
        own, loss = self.own, self.loss
        alone, joined = own > 0, own - loss > 0  # the motive to push: rival still, rival pushing
        gains = self.together >= 0
        push, stay = (alone & joined).all(-1), (~alone & ~joined).all(-1)
        both, none = gains.all(-1), (~gains).all(-1)
        # A city that pushes whatever happens may face one that yields: only one will push.
        substitutes = ((alone & ~joined) | (alone & joined)).all(-1) & ~push
        complements = (~alone & joined).all(-1)
        conditions = [
            push & both,
            push & none,
            push,
            substitutes,
            complements,
            stay & both,
            stay,
        ]
        return np.select(conditions, range(len(conditions)), default=len(KINDS) - 1)


def programme_effects(substitution, size) -> tuple[Array, Array]:
    """Stolen business and duplication from competition between the two cities' producers.

    Producers of both cities sell differentiated goods in quantities (Singh and Vives 1984,
    Rand Journal of Economics 15, sec. 2): with demand intercepts a_i and substitutability γ, the
    profit of city i is ((2 a_i - γ a_j) / (4 - γ²))². A programme raises its city's intercept from
    1 to 1 + u. The effects below are exact, not first-order.

    Parameters
    ----------
    substitution
        γ in [0, 1]: 0 where nothing that the two sell competes, 1 where all does.
    size
        u > 0: the size of the programme relative to what is there already.

    Returns
    -------
    stolen, duplication : ndarray
        What the rival loses by a programme, and what two programmes lose by meeting, in units of
        the gross gain of a programme alone: γ (2 (2 - γ) - γ u) / (4 (2 - γ + u)) and
        γ u / (2 - γ + u).

    Raises
    ------
    ValueError
        If γ is outside [0, 1], or u is not above zero or so large that a rival that stays put
        would be driven out (γ (1 + u) > 2).
    """
    substitution, size = numbers("substitution", substitution), numbers("size", size)
    gamma, u = substitution, size
    if (gamma < 0).any() or (gamma > 1).any():
        raise ValueError(
            f"Substitutability is {gamma.min():g} to {gamma.max():g}; expected 0 to 1."
        )
    if (u <= 0).any() or (gamma * (1 + u) > 2).any():
        raise ValueError(
            f"Programmes are {u.min():g} to {u.max():g} of what is there already; expected more "
            "than 0 and no rival driven out, γ (1 + u) <= 2."
        )
    slack = 2 - gamma
    stolen = gamma * (2 * slack - gamma * u) / (4 * (slack + u))
    return stolen, gamma * u / (slack + u)


def stage_game(cost, substitution, size, spillover) -> Stage:
    """Build a stage game from a programme's cost, substitutability, size and spillovers.

    Parameters
    ----------
    cost
        Share of the gross gain, shape (...).
    substitution, size
        The degree of substitution and the size of a programme, as for `programme_effects`, shape
        (...).
    spillover
        What each city receives from the rival's programme, shape (..., 2).
    """
    cost = numbers("cost", cost)
    spillover = numbers("spillover", spillover)
    if spillover.shape[-1:] != (2,):
        raise ValueError(f"spillover has shape {spillover.shape}; expected a last axis of two.")
    stolen, duplication = programme_effects(substitution, size)
    own = 1 - cost
    return Stage(own[..., None], duplication[..., None], spillover - stolen[..., None])


def cost_bounds(loss, external) -> tuple[Array, Array]:
    """Costs between which two like cities are in a prisoners' dilemma.

    Below the first both push and are better off; between the two both push and are worse off;
    above the second only one pushes. Equal where the spillover makes up for the stolen business.

    Parameters
    ----------
    loss, external
        d and e of `Stage`, in units of the gross gain; d not negative.

    Returns
    -------
    lower, upper : ndarray
        min(1 - d + e, 1 - d) and 1 - d, none below zero: g = 1 - cost crosses d - e and d.
    """
    loss = numbers("loss", loss, missing=True)
    external = numbers("external", external, missing=True)
    loss, external = np.broadcast_arrays(loss, external)
    upper = np.clip(1 - loss, 0, None)
    return np.clip(np.minimum(1 - loss + external, upper), 0, None), upper


def mixed_equilibrium(stage: Stage) -> Array:
    """Probability with which each city pushes where both mix: g/d of the *other*, shape (..., 2).

    Missing where that is not a probability: then there is no equilibrium in which both mix.
    """
    _check_stage(stage)
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = (stage.own / stage.loss)[..., ::-1]
    return np.where(((odds > 0) & (odds < 1)).all(-1, keepdims=True), odds, np.nan)


def pair_equilibria(stage: Stage) -> Array:
    """Find all equilibria of one pair's game by support enumeration (nashpy).

    Parameters
    ----------
    stage
        One game: parts of shape (2,).

    Returns
    -------
    ndarray, shape (equilibria, 2)
        Probability with which each city pushes, sorted. Not-generic games (g = 0 or g = d) may
        have further equilibria, which are left out.

    Raises
    ------
    ValueError
        If more than one game is given.
    """
    _check_stage(stage)
    if stage.own.shape != (2,):
        raise ValueError(f"The games have the shape {stage.own.shape}; expected one pair, (2,).")
    nashpy = require("nashpy", extra="games")

    found = nashpy.Game(*stage.payoffs()).support_enumeration(non_degenerate=True)
    return np.array(sorted((float(first[0]), float(second[0])) for first, second in found))


def _check_stage(stage: object) -> None:
    if not isinstance(stage, Stage):
        raise ValueError(f"stage is of type {type(stage).__name__}; expected a Stage.")
