"""Connected groups by a Metropolis chain, for sizes whose groups cannot be listed."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

#: Swaps between two draws, and before the first, as multiples of the group's size.
THINNING = 10
BURN_IN = 500


def draw_by_chain(
    adjacency: sparse.csr_array, size: int, draws: int, random: np.random.Generator
) -> np.ndarray:
    """Draw connected groups from a chain whose stationary law is uniform over all of them.

    From a group S a unit u of S and a unit v of its boundary (the units outside S with a
    neighbour in S) are drawn uniformly. S - u + v is taken if it is connected, with probability
    min(1, b(S) / b(S - u + v)), where b counts the boundary (Metropolis, Hastings 1970): a swap
    is proposed with probability 1 / (size b(S)), and its reverse with 1 / (size b(S - u + v)).
    It reaches every group: to go from S to T, grow a connected piece of T by a unit at a time, and
    give up a leaf outside that piece of any spanning tree of S that contains it.
    The chain cannot pass between unconnected parts of the graph, so exactly one part may be large
    enough for a group.

    Parameters
    ----------
    adjacency
        Symmetric 0-1 matrix.
    size, draws
        Units a group and groups to draw. Successive draws are `THINNING` x `size` proposals
        apart and not independent.
    random
        Source of random numbers.

    Returns
    -------
    ndarray of int64, shape (draws, size)
        Positions, ascending in each row.

    Raises
    ------
    ValueError
        If no part of the graph, or more than one, has as many units as a group.
    """
    part = _only_part(adjacency, size)
    inner = sparse.csr_array(adjacency)[part][:, part]
    masks = [
        sum(1 << int(unit) for unit in inner.indices[start:end])
        for start, end in zip(inner.indptr[:-1], inner.indptr[1:], strict=True)
    ]
    group = _grow(masks, size, random)
    if size == len(part):
        return np.tile(part, (draws, 1))
    proposals = BURN_IN * size + draws * THINNING * size
    result = np.empty((draws, size), np.int64)
    members = sum(1 << unit for unit in group)
    boundary = _bits(_boundary(masks, group, members))
    filled, done = 0, 0
    while done < proposals:
        block = min(50_000, proposals - done)
        picks = random.integers(size, size=block).tolist()
        places = random.random(block).tolist()
        coins = random.random(block).tolist()
        for pick, place, coin in zip(picks, places, coins, strict=True):
            leaving, entering = group[pick], boundary[int(place * len(boundary))]
            proposal = members ^ (1 << leaving) | (1 << entering)
            if _connected(masks, proposal):
                group[pick] = entering
                wider = _bits(_boundary(masks, group, proposal))
                if coin * len(wider) < len(boundary):
                    members, boundary = proposal, wider
                else:
                    group[pick] = leaving
            done += 1
            if done > BURN_IN * size and (done - BURN_IN * size) % (THINNING * size) == 0:
                result[filled] = part[sorted(group)]
                filled += 1
    return result


def _only_part(adjacency, size: int) -> np.ndarray:
    _, label = csgraph.connected_components(adjacency, directed=False)
    large = np.flatnonzero(np.bincount(label) >= size)
    if len(large) == 0:
        raise ValueError(f"No {size} of the units form a connected group.")
    if len(large) > 1:
        raise ValueError(
            f"{len(large)} unconnected parts of the adjacency hold groups of {size} units, and "
            "a chain cannot pass between them; exclude all parts but one."
        )
    return np.flatnonzero(label == large[0])


def _grow(masks: list[int], size: int, random: np.random.Generator) -> list[int]:
    start = int(random.integers(len(masks)))
    group, members = [start], 1 << start
    while len(group) < size:
        options = _bits(_boundary(masks, group, members))
        group.append(options[int(random.integers(len(options)))])
        members |= 1 << group[-1]
    return group


def _boundary(masks: list[int], group: list[int], members: int) -> int:
    near = 0
    for unit in group:
        near |= masks[unit]
    return near & ~members


def _connected(masks: list[int], members: int) -> bool:
    """Flood the group from its lowest unit."""
    reached = new = members & -members
    while new:
        near = 0
        while new:
            low = new & -new
            near |= masks[low.bit_length() - 1]
            new ^= low
        new = near & members & ~reached
        reached |= new
    return reached == members


def _bits(mask: int) -> list[int]:
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
