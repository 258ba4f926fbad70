"""Each pair of cities in its stage game over a range of costs: mode, thresholds, pay-offs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from guantian.chapters.games.estimate.calibration import Effects
from regiometrics.games.contest import contested_stage
from regiometrics.games.repeated import dilemma_payoffs, monitored_discount
from regiometrics.games.stage import KINDS, Stage, cost_bounds

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class PairGames:
    """The stage games of all pairs; axes are draws, costs, pairs, (two cities).

    Attributes
    ----------
    stage : Stage
        Parts of shape (draws, costs, pairs, 2), as the cities' output has it.
    seen : Stage
        The same as the officials see it, whom relative rank concerns.
    """

    stage: Stage
    seen: Stage

    @property
    def kind(self) -> Array:
        """Position in `KINDS`, shape (draws, costs, pairs)."""
        return self.seen.kind()

    @property
    def pushing(self) -> Array:
        """Whether both push where nothing is agreed, and one at least is the worse for it."""
        return np.isin(self.kind, [KINDS.index("dilemma"), KINDS.index("one_sided")])


def between(matrix: Array, pairs: tuple[Array, Array]) -> Array:
    """Both directions of each pair, (i, j) then (j, i), shape (..., pairs, 2)."""
    first, second = pairs
    return np.stack([matrix[..., first, second], matrix[..., second, first]], axis=-1)


def pair_games(
    effects: Effects, pairs: tuple[Array, Array], cost: Array, rank_weight: Array | None = None
) -> PairGames:
    """Set up the stage games of all pairs.

    Parameters
    ----------
    effects
        Of all draws.
    pairs
        Positions of the two cities.
    cost : ndarray, shape (costs,) or (costs, pairs)
        Of a programme, as a share of its gross gain.
    rank_weight : ndarray, shape (pairs,), or None
        λ of `regiometrics.games.contest`; none if None.
    """
    cost = np.asarray(cost, float)
    own = (1 - (cost[:, None] if cost.ndim == 1 else cost))[None, ..., None]
    loss = between(effects.duplication, pairs)[:, None]
    external = between(effects.external, pairs)[:, None]
    stage = Stage(own, loss, external)
    weight = np.zeros(len(pairs[0])) if rank_weight is None else rank_weight
    return PairGames(stage, Stage(*contested_stage(stage.own, stage.loss, stage.external, weight)))


def bounds(effects: Effects, pairs: tuple[Array, Array]) -> tuple[Array, Array]:
    """Costs between which both of a pair lose by pushing, shape (draws, pairs) each.

    The lower bound is that of the city that loses less: below it one gains at least.
    """
    lower, upper = cost_bounds(
        between(effects.duplication, pairs), between(effects.external, pairs)
    )
    return lower.max(-1), upper.min(-1)


def discount_thresholds(
    games: PairGames, *, detection=1.0, penalty=0.0, transfers: bool = False
) -> Array:
    """Discount factor from which restraint holds in each game, shape (draws, costs, pairs).

    Parameters
    ----------
    games
        The games.
    detection
        Probability that a breach is seen.
    penalty
        Fine as a share of what breaking wins.
    transfers
        Whether the winner may pay the loser, so that the two gains and losses are pooled.

    Returns
    -------
    ndarray
        The larger of the two cities' thresholds; infinity where none suffices; missing
        where there is nothing to restrain.
    """
    temptation, reward, punishment = dilemma_payoffs(
        games.seen.own, games.seen.loss, games.seen.external
    )
    if transfers:
        temptation, reward, punishment = (
            part.sum(-1, keepdims=True) for part in (temptation, reward, punishment)
        )
    threshold = monitored_discount(
        temptation,
        reward,
        punishment,
        detection=detection,
        penalty=penalty * np.clip(temptation - reward, 0, None),
    ).max(-1)
    return np.where(games.pushing, threshold, np.nan)


def cooperating(games: PairGames, restraint: Array) -> Array:
    """Chance that a pair cooperates, shape (draws, costs, pairs).

    Parameters
    ----------
    games
        The games.
    restraint
        Chance that restraint holds where both would push to somebody's loss.

    Returns
    -------
    ndarray
        One in harmony and in a stag hunt, that chance in a dilemma, zero elsewhere.
    """
    kind = games.kind
    together = np.isin(kind, [KINDS.index("harmony"), KINDS.index("stag_hunt")])
    return np.where(together, 1.0, np.where(games.pushing, restraint, 0.0))


def earned(games: PairGames, restraint: Array, transfers: bool = False) -> Array:
    """Expected pay-off of both cities, shape (draws, costs, pairs, 2).

    Parameters
    ----------
    games
        The games; pay-offs are those of output, whatever the officials see.
    restraint
        Chance that restraint holds where both would push to somebody's loss.
    transfers
        Whether what restraint saves is then shared evenly.

    Returns
    -------
    ndarray
        Where only one pushes, the mean of the two equilibria.
    """
    stage = games.stage
    both = stage.together
    kept = np.zeros_like(both)
    if transfers:
        kept = both - both.mean(-1, keepdims=True)  # threat plus half of the surplus
    chance = restraint[..., None]
    alone = (stage.own + stage.external) / 2
    firm = (games.seen.own > 0) & (games.seen.own - games.seen.loss > 0)
    single = np.where(firm, stage.own, 0) + np.where(firm[..., ::-1], stage.external, 0)
    single = single - np.where(firm.all(-1, keepdims=True), stage.loss, 0)
    kind = games.kind[..., None]

    def among(*names):
        return np.isin(kind, [KINDS.index(name) for name in names])

    return np.select(
        [
            among("harmony", "stag_hunt"),
            games.pushing[..., None],
            among("anti_coordination"),
            among("unequal"),
        ],
        [both, chance * kept + (1 - chance) * both, alone, single],
        default=0.0,
    )
