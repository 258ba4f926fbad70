"""The core and what lies in it, by linear programmes over all coalitions."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regiometrics.errors import EstimationError
from regiometrics.games.coalition import Game, Value

Array = np.ndarray
# A multiplier above this is positive; the largest of a vertex is at least 1/(n + 1).
POSITIVE = 1e-6
# Multipliers and shares of the scaled game, to the solver's tightest tolerance.
SOLVER = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@dataclass(frozen=True, eq=False)
class LeastCore:
    """The allocations under which the largest excess is smallest.

    Attributes
    ----------
    epsilon : float
        That excess: what every coalition must be charged for leaving, at least, for an
        allocation to hold; above zero the core is empty. Proper coalitions only.
    allocation : pandas.Series
        One of them, a vertex.

    Examples
    --------
    >>> found = least_core(["a", "b", "c"], lambda group: {0: 0, 1: 0, 2: 4, 3: 5}[len(group)])
    >>> round(found.epsilon, 4), found.allocation.round(4).tolist()
    (0.6667, [1.6667, 1.6667, 1.6667])
    """

    epsilon: float
    allocation: pd.Series


@dataclass(frozen=True, eq=False)
class Balancedness:
    """The Bondareva-Shapley condition with its witness.

    Attributes
    ----------
    balanced : bool
        Whether the core is not empty.
    worth : float
        The most that a balanced family of coalitions is worth together.
    value : float
        The value of all players; balanced where no less.
    weights : pandas.Series
        That family: share of its time that each coalition (frozenset) works; each player's
        coalitions sum to one.

    Examples
    --------
    >>> found = balanced(["a", "b", "c"], lambda group: {0: 0, 1: 0, 2: 2, 3: 4}[len(group)])
    >>> found.balanced, round(found.worth, 6), found.value
    (True, 4.0, 4.0)
    """

    balanced: bool
    worth: float
    value: float
    weights: pd.Series


def balanced(players: Sequence[Hashable], value: Value) -> Balancedness:
    """Test whether the game is balanced (Bondareva 1963; Shapley 1967).

    Parameters
    ----------
    players : sequence of hashable
        The players, each once.
    value : mapping, callable or numpy.ndarray
        The characteristic function, in a form of :mod:`regiometrics.games.coalition`.

    Returns
    -------
    Balancedness

    Raises
    ------
    ValueError
        If the game is incomplete.

    Examples
    --------
    >>> majority = lambda members: float(len(members) >= 2)
    >>> result = balanced("abc", majority)
    >>> result.balanced, round(result.worth, 6)
    (False, 1.5)
    """
    game = Game.build(players, value)
    gains, scale = _scaled(game)
    members = game.membership[1:]
    solution = _solve(-gains[1:], A_eq=members.T, b_eq=np.ones(game.n), bounds=(0, None))
    worth = -solution.fun * scale + game.alone.sum()
    used = solution.x > POSITIVE
    index = pd.Index(
        [c for c, u in zip(game.coalitions[1:], used, strict=True) if u],
        dtype=object,
        name="coalition",
        tupleize_cols=False,
    )
    return Balancedness(
        balanced=bool(worth <= game.together + game.slack),
        worth=float(worth),
        value=game.together,
        weights=pd.Series(solution.x[used], index, name="weight"),
    )


def least_core(players: Sequence[Hashable], value: Value) -> LeastCore:
    """Find the smallest largest excess (Maschler, Peleg and Shapley 1979).

    Parameters
    ----------
    players : sequence of hashable, at least two
        The players, each once.
    value : mapping, callable or numpy.ndarray
        The characteristic function, in a form of :mod:`regiometrics.games.coalition`.

    Returns
    -------
    LeastCore

    Raises
    ------
    ValueError
        If the game is incomplete or has one player.
    """
    game = Game.build(players, value)
    if game.n < 2:
        raise ValueError("There is one player; expected at least two, so that some can leave.")
    gains, scale = _scaled(game)
    members, proper = game.membership, np.arange(1, 2**game.n - 1)
    solution = _minimise_excess(
        members[proper], gains[proper], np.ones(len(proper)), members[-1:], gains[-1:], None
    )
    return LeastCore(
        epsilon=float(solution.x[-1] * scale),
        allocation=game.series(solution.x[:-1] * scale + game.alone, "least_core"),
    )


def core_is_empty(players: Sequence[Hashable], value: Value) -> bool:
    """Whether every allocation of the value of all leaves some coalition better off apart.

    Parameters
    ----------
    players : sequence of hashable
        The players, each once.
    value : mapping, callable or numpy.ndarray
        The characteristic function, in a form of :mod:`regiometrics.games.coalition`.

    Returns
    -------
    bool
        A lack of no more than 1e-9 of the largest gain is rounding and counts as none.

    Raises
    ------
    ValueError
        If the game is incomplete.
    """
    return not balanced(players, value).balanced


def nucleolus(
    players: Sequence[Hashable],
    value: Value,
    *,
    imputations: bool = True,
    per_capita: bool = False,
) -> pd.Series:
    """Allocate so that the largest excess is smallest, then the next, and so on (Schmeidler 1969).

    Parameters
    ----------
    players : sequence of hashable
        The players, each once.
    value : mapping, callable or numpy.ndarray
        The characteristic function, in a form of :mod:`regiometrics.games.coalition`.
    imputations : bool, default True
        Nobody gets less than alone. False gives the prenucleolus, which exists for every game.
    per_capita : bool, default False
        Divide excesses by the number of members.

    Returns
    -------
    pandas.Series
        By player; sums to the value of all. In the core where that is not empty.

    Raises
    ------
    ValueError
        If the game is incomplete, or there are no imputations because the players have less
        together than alone.

    Notes
    -----
    A sequence of linear programmes. In each, a coalition with a positive multiplier is tight in
    every optimum (complementary slackness), so that its excess is settled; whatever else is
    always tight stays and is settled by a later programme with the same optimum. Coalitions whose
    indicator is spanned by settled ones have a constant excess and are set aside. Multipliers sum
    to one over the others, so that each programme settles at least one direction more: n - 1
    programmes at most.
    """
    game = Game.build(players, value)
    lack = game.alone.sum() - game.together
    if imputations and lack > game.slack:
        raise EstimationError(
            f"Alone the players have {lack:.6g} more than together, so that no imputation exists; "
            "expected no less together, or imputations=False."
        )
    gains, scale = _scaled(game)
    members = game.membership
    size = members.sum(axis=1) if per_capita else np.ones(len(members))
    # Gains of all may fall short of zero by rounding: everybody's lower bound gives way by as much.
    bound = min(0.0, gains[-1] / game.n) if imputations else None
    settled, shares_of = members[-1:], gains[-1:]
    basis = members[-1:] / np.sqrt(game.n)
    open_ = np.arange(1, 2**game.n - 1)
    while len(basis) < game.n:
        rest = members[open_] - members[open_] @ basis.T @ basis
        open_ = open_[(rest**2).sum(axis=1) > 1e-9]
        solution = _minimise_excess(
            members[open_], gains[open_], size[open_], settled, shares_of, bound
        )
        tight = open_[-solution.ineqlin.marginals * size[open_] > POSITIVE]
        for mask in tight:
            residual = members[mask] - basis.T @ (basis @ members[mask])
            if residual @ residual > 1e-9:
                basis = np.vstack([basis, residual / np.sqrt(residual @ residual)])
                settled = np.vstack([settled, members[mask]])
                share = gains[mask] - size[mask] * solution.x[-1]
                shares_of = np.append(shares_of, share)
    shares = np.linalg.solve(settled, shares_of)
    return game.series(shares * scale + game.alone, "nucleolus")


def _scaled(game: Game) -> tuple[Array, float]:
    """Gains over the largest of them, so that the solver's tolerances mean something."""
    scale = float(np.abs(game.gains).max())
    if scale <= game.slack:
        return np.zeros_like(game.gains), 1.0
    return game.gains / scale, scale


def _minimise_excess(
    members: Array, gains: Array, size: Array, fixed: Array, amounts: Array, bound: float | None
):
    """Minimise e over shares x with x(S) + size e >= gains, and the fixed amounts."""
    n = members.shape[1]
    return _solve(
        np.append(np.zeros(n), 1.0),
        A_ub=-np.column_stack([members, size]),
        b_ub=-gains,
        A_eq=np.column_stack([fixed, np.zeros(len(fixed))]),
        b_eq=amounts,
        bounds=[(bound, None)] * n + [(None, None)],
    )


def _solve(cost: Array, **constraints):
    from scipy.optimize import linprog

    solution = linprog(cost, method="highs-ds", options=SOLVER, **constraints)
    if not solution.success:
        raise EstimationError(
            f"The linear programme was not solved: {solution.message} Expected values of one order."
        )
    return solution
