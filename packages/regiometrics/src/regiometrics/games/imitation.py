"""Imitation on a network of few cities: whether one example spreads (exact Moran process).

Each step a city, drawn evenly, reconsiders and copies the action of another, drawn with the weight
of the link from it times that other's fitness exp(s x pay-off) (death-birth updating on a weighted
directed graph: Lieberman, Hauert and Nowak 2005, Nature 433; Ohtsuki et al. 2006, Nature 441). All
2^n states are solved for at once.
"""

from __future__ import annotations

import numpy as np

from regiometrics._arguments import numbers, real, whole
from regiometrics.errors import EstimationError
from regiometrics.games.network import profiles

Array = np.ndarray
MAX_CITIES = 10


def switch_probabilities(links: Array, payoffs: Array, selection: float) -> Array:
    """Probability that each city, if it reconsiders, takes up the action 1.

    Parameters
    ----------
    links : ndarray, shape (n, n)
        Weight of j as an example for i; not negative, zero diagonal, no row without a link.
    payoffs : ndarray, shape (states, n)
        Pay-off of each city in each of the 2^n states, in the order of
        `regiometrics.games.network.profiles`.
    selection
        s >= 0: 0 is imitation without regard to success.

    Returns
    -------
    ndarray, shape (states, n)

    Raises
    ------
    ValueError
        If the links are not as described.
    """
    payoffs, selection = _payoffs(payoffs), real("selection", selection, 0.0)
    links = numbers("links", links, (payoffs.shape[1],) * 2)
    bad = (links < 0).any() or np.diag(links).any() or (links.sum(1) <= 0).any()
    if links.shape != (payoffs.shape[-1],) * 2 or bad:
        raise ValueError(
            f"The links (shape {links.shape}) must be a square matrix in the order of the cities, "
            "not negative, with a zero diagonal and at least one link a row."
        )
    if len(payoffs) != 2 ** len(links):
        raise ValueError(
            f"Pay-offs are given for {len(payoffs)} states; expected {2 ** len(links)}."
        )
    state = profiles(len(links))
    fitness = np.exp(selection * (payoffs - payoffs.max(-1, keepdims=True)))
    heard = fitness @ links.T
    if not (heard > 0).all():
        raise EstimationError(
            f"Selection of {selection:g} leaves a city no example that counts: pay-offs differ by "
            f"{np.ptp(payoffs, axis=-1).max():g}; expected weaker selection."
        )
    return ((state * fitness) @ links.T) / heard


def fixation_probabilities(links: Array, payoffs: Array, selection: float) -> Array:
    """Probability, from each state, that all cities end with the action 1.

    Parameters
    ----------
    links, payoffs, selection
        The network, the pay-offs and the strength of selection, as for `switch_probabilities`;
        every city must be reached by some other's example.

    Returns
    -------
    ndarray, shape (2^n,)
        0 for the state in which nobody has the action, 1 for that in which all have.

    Raises
    ------
    ValueError
        If there are more than ten cities, or the network falls apart so that neither action need
        win.
    """
    payoffs = _payoffs(payoffs)
    n = payoffs.shape[-1]
    if n > MAX_CITIES:
        raise ValueError(f"There are {n} cities; expected at most {MAX_CITIES}.")
    moves = _transitions(switch_probabilities(links, payoffs, selection))
    inner = slice(1, 2**n - 1)
    heard = np.linalg.matrix_power((np.asarray(links) > 0) + np.eye(n), n) > 0
    if not heard.all(0).any():
        raise ValueError("The network falls into parts that never imitate each other.")
    system = np.eye(2**n - 2) - moves[inner, inner]
    answer = np.zeros(2**n)
    answer[-1] = 1.0
    answer[inner] = np.linalg.solve(system, moves[inner, -1])
    return answer


def fixation_from_one(links: Array, payoffs: Array, selection: float) -> Array:
    """Probability that the action 1 spreads to all from each city alone, shape (n,)."""
    payoffs = _payoffs(payoffs)
    found = fixation_probabilities(links, payoffs, selection)
    return found[1 << np.arange(payoffs.shape[-1])]


def simulate_fixation(
    links: Array,
    payoffs: Array,
    selection: float,
    start: int,
    runs: int,
    seed: int,
    *,
    limit: int = 100_000,
) -> float:
    """Share of simulated runs in which all end with the action 1 (to check the exact answer).

    Parameters
    ----------
    links, payoffs, selection
        The network, the pay-offs and the strength of selection, as for `switch_probabilities`.
    start
        Number of the first state.
    runs, seed
        The number of simulated runs and the seed of the generator.
    limit
        The most steps of a run.

    Raises
    ------
    EstimationError
        If a run is undecided after so many steps.
    """
    payoffs = _payoffs(payoffs)
    start = whole("start", start, 0, len(payoffs) - 1)
    runs, seed, limit = whole("runs", runs), whole("seed", seed, 0), whole("limit", limit)
    n = payoffs.shape[-1]
    adopt = switch_probabilities(links, payoffs, selection)
    random = np.random.default_rng(seed)
    state = np.full(runs, start)
    for _ in range(limit):
        open_ = np.flatnonzero((state > 0) & (state < 2**n - 1))
        if not len(open_):
            return float((state == 2**n - 1).mean())
        city = random.integers(n, size=len(open_))
        takes = random.random(len(open_)) < adopt[state[open_], city]
        cleared = state[open_] & ~(1 << city)
        state[open_] = cleared | (takes.astype(np.int64) << city)
    raise EstimationError(
        f"{len(open_)} of {runs} runs are undecided after {limit} steps; expected a larger limit, "
        "or weaker selection."
    )


def pairwise_payoffs(links: Array, adopted: Array, other: Array) -> Array:
    """Mean pay-off of each city over its partners, in every state.

    Parameters
    ----------
    links : ndarray, shape (n, n)
        How much i has to do with j; rows are scaled to one.
    adopted, other : ndarray, shape (2, n, n)
        Pay-off of i in the game with j where i has the action 1, or 0; the first axis is j's
        action (0, 1).

    Returns
    -------
    ndarray, shape (2^n, n)
    """
    links = numbers("links", links)
    if links.ndim != 2 or links.shape[0] != links.shape[1]:
        raise ValueError(f"links has shape {links.shape}; expected a square matrix.")
    if (links < 0).any() or (links.sum(1) <= 0).any():
        raise ValueError("links holds a negative weight or a row without one; expected neither.")
    n = len(links)
    adopted, other = numbers("adopted", adopted, (2, n, n)), numbers("other", other, (2, n, n))
    weights = links / links.sum(1, keepdims=True)
    x = profiles(len(links))

    def against(matrices):
        still, acting = matrices * weights
        return (1 - x) @ still.T + x @ acting.T

    return x * against(adopted) + (1 - x) * against(other)


def _transitions(adopt: Array) -> Array:
    """Matrix of one-step probabilities between the states, shape (2^n, 2^n)."""
    states, n = adopt.shape
    numbers = np.arange(states)
    moves = np.zeros((states, states))
    for city in range(n):
        bit = 1 << city
        np.add.at(moves, (numbers, numbers | bit), adopt[:, city] / n)
        np.add.at(moves, (numbers, numbers & ~bit), (1 - adopt[:, city]) / n)
    return moves


def _payoffs(payoffs) -> Array:
    payoffs = numbers("payoffs", payoffs, (None, None))
    if len(payoffs) != 2 ** payoffs.shape[1]:
        raise ValueError(
            f"Pay-offs are given for {len(payoffs)} states; expected {2 ** payoffs.shape[1]}."
        )
    return payoffs
