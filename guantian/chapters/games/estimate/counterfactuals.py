"""What each measure would change: output, cooperating pairs, the critical discount factor.

What no data tell (a programme's cost, the chance that a breach is seen, the weight of relative
rank) is averaged over the grids of `Sweep`; a measure moves one of them, or the estimated
effects, and everything else stays. Draws of the parameters carry the estimates' uncertainty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from guantian.chapters.games.estimate.calibration import Effects, effects
from guantian.chapters.games.estimate.pairs import (
    PairGames,
    cooperating,
    discount_thresholds,
    earned,
    pair_games,
)
from guantian.chapters.games.estimate.setting import Setting
from regiometrics.games.cournot import programme_payoffs
from regiometrics.games.normal_form import at_rows, efficient, settle

Array = np.ndarray
#: Measures and the claims that they belong to.
MEASURES = {
    "supervision": "S2.6",
    "sanction": "S2.6",
    "evaluation": "S2.d",
    "consumption_tax": "S2.e",
    "border": "S2.b",
    "transfers": "S2.f",
    "body": "S1.10",
}


@dataclass(frozen=True, eq=False)
class Sweep:
    """Declared grids of what is not estimated.

    Attributes
    ----------
    cost : ndarray
        Of a programme, as a share of its gross gain.
    detection : ndarray
        Chance that a breach is seen.
    rank_weight : ndarray
        λ between cities of one province.
    penalty : float
        Fine under the measure *sanction*, as a share of what breaking wins.
    tax_motive : float
        σ t: what a unit of product brings in shared tax.
    """

    cost: Array
    detection: Array
    rank_weight: Array
    penalty: float
    tax_motive: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """What follows from one rule, for each draw.

    Attributes
    ----------
    gain : ndarray, shape (draws, n)
        Mean pay-off of each city over its pairs and the grids, in gross gains of a programme.
    pairs : ndarray, shape (draws,)
        Expected number of cooperating pairs.
    discount : ndarray, shape (draws,)
        Mean of the smallest discount factor over the games that ask for restraint; one where no
        discount factor suffices. Missing where no game does.
    """

    gain: Array
    pairs: Array
    discount: Array


def evaluate(
    setting: Setting, found: Effects, sweep: Sweep, factor: Array, measure: str = ""
) -> Outcome:
    """Evaluate a measure over all draws and grids.

    Parameters
    ----------
    setting, found
        The cities, and the effects of all draws.
    sweep
        The grids.
    factor : ndarray, shape (draws,)
        Discount factor of those who govern.
    measure
        One of `MEASURES` other than *border* and *body*, or "" for what is.
    """
    detection = np.ones(1) if measure == "supervision" else sweep.detection
    weights = np.zeros(1) if measure == "evaluation" else sweep.rank_weight
    cost = sweep.cost + (sweep.tax_motive if measure == "consumption_tax" else 0.0)
    penalty = sweep.penalty if measure == "sanction" else 0.0
    transfers = measure == "transfers"
    inside = setting.inside[setting.pairs]
    parts = []
    for weight in weights:
        games = pair_games(found, setting.pairs, cost, weight * inside)
        if measure != "consumption_tax":
            games = _with_tax_paid(games, sweep.tax_motive)
        restraint, threshold = _restraint(games, factor, detection, penalty, transfers)
        paid = earned(games, restraint, transfers).mean(1)
        number = cooperating(games, restraint).sum(-1).mean(-1)
        parts.append((_by_city(paid, setting), number, threshold))
    gain, pairs, discount = (np.mean(part, axis=0) for part in zip(*parts, strict=True))
    return Outcome(gain, pairs, discount)


def evaluate_all(
    setting: Setting, drawn: Mapping[str, Array], sweep: Sweep, factor: Array
) -> dict[str, Outcome]:
    """Evaluate what is (key "") and every measure; *body* gives gains only.

    Returns
    -------
    dict
        Measure to outcome. *border* takes the estimated effects without borders of provinces
        between the cities; *body* is `grand_coalition`.
    """
    found = effects(setting, drawn)
    outcomes = {"": evaluate(setting, found, sweep, factor)}
    for measure in MEASURES:
        if measure == "border":
            opened = effects(setting, drawn, open_border=True)
            outcomes[measure] = evaluate(setting, opened, sweep, factor)
        elif measure != "body":
            outcomes[measure] = evaluate(setting, found, sweep, factor, measure)
    apart, joined = grand_coalition(setting, found, sweep.cost)
    none = np.full(len(factor), np.nan)
    base = outcomes[""].gain
    outcomes["body"] = Outcome(base + (joined - apart).mean(1), none, none)
    return outcomes


def grand_coalition(setting: Setting, found: Effects, cost: Array) -> tuple[Array, Array]:
    """Pay-offs of all cities at once: where each decides alone, and what is best for all.

    Parameters
    ----------
    setting, found
        The cities, and the effects of all draws.
    cost : ndarray, shape (costs,)

    Returns
    -------
    apart, joined : ndarray, shape (draws, costs, n)
        At the equilibrium to which best replies lead from all pushing (missing where they lead to
        none), and at the profile with the largest sum weighted by output.
    """
    table = programme_payoffs(cost, found.substitution, found.size, found.response)
    rows = settle(table)
    apart = np.where(rows[..., None] >= 0, at_rows(table, np.maximum(rows, 0)), np.nan)
    return apart, at_rows(table, efficient(table, setting.output))


def _restraint(games: PairGames, factor, detection, penalty, transfers):
    """Chance that restraint holds over the grid of detection, and the mean threshold."""
    holds, thresholds = [], []
    for mu in detection:
        threshold = discount_thresholds(games, detection=mu, penalty=penalty, transfers=transfers)
        holds.append(threshold <= factor[:, None, None])
        known = ~np.isnan(threshold)
        total = np.where(known, np.minimum(threshold, 1.0), 0).sum((1, 2))
        with np.errstate(invalid="ignore"):
            thresholds.append(total / known.sum((1, 2)))
    return np.mean(holds, axis=0), np.mean(thresholds, axis=0)


def _with_tax_paid(games: PairGames, motive: float) -> PairGames:
    """Officials count shared tax as their own; output does not grow by it: it costs others."""
    stage = games.stage
    return PairGames(type(stage)(stage.own - motive, stage.loss, stage.external), games.seen)


def _by_city(paid: Array, setting: Setting) -> Array:
    """Mean pay-off over a city's pairs, shape (draws, n), from (draws, pairs, 2)."""
    first, second = setting.pairs
    total = np.zeros((len(paid), setting.n))
    for k in range(len(first)):
        total[:, first[k]] += paid[:, k, 0]
        total[:, second[k]] += paid[:, k, 1]
    return total / (setting.n - 1)
