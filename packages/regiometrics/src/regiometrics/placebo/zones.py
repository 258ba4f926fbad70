"""Placebo zones: random contiguous groups of units, each group equally likely.

Every connected group of `size` units is reached exactly once by the ESU tree of Wernicke (2006,
IEEE/ACM Transactions on Computational Biology and Bioinformatics 3, 347-359, algorithm
ENUMERATESUBGRAPH). The tree is built one level short of the groups themselves; the sizes of the
last extensions then number all groups, and drawing numbers draws groups uniformly, without weights,
rejections or convergence to judge. Where the tree is too large, a Metropolis chain takes over
(`regiometrics.placebo.chain`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from regiometrics._arguments import numbers, one_of, several, whole
from regiometrics.placebo.chain import draw_by_chain
from regiometrics.weights.adjacency import check_adjacency

#: The largest level of the tree that is kept in memory: about 0.3 GB.
MAX_STATES = 3_000_000


@dataclass(frozen=True)
class GroupIndex:
    """All connected groups of one size, numbered from 0 to `total` - 1.

    Attributes
    ----------
    size, total : int
        The number of units in a group, and the number of groups.
    units : ndarray of int
        The positions, in the adjacency given, of the units that may be drawn.

    Examples
    --------
    >>> line = np.diag(np.ones(4), 1) + np.diag(np.ones(4), -1)
    >>> groups = index_groups(line, size=3)
    >>> groups.total, groups.size
    (3, 3)
    """

    size: int
    total: int
    units: np.ndarray
    _stems: np.ndarray  # (states, size - 1): units of the groups' common stems
    _extensions: np.ndarray  # (states, words): bits of the units that complete a stem
    _ends: np.ndarray  # (states,): how many groups the stems up to here hold

    def groups(self, numbers: Sequence[int] | np.ndarray) -> np.ndarray:
        """Return the groups with these numbers, one row each, positions ascending.

        Raises
        ------
        ValueError
            If a number is not between 0 and `total` - 1.
        """
        numbers = np.asarray(numbers, dtype=np.int64)
        if len(numbers) and not (numbers.min() >= 0 and numbers.max() < self.total):
            raise ValueError(f"Group numbers run from 0 to {self.total - 1}; expected those only.")
        state = np.searchsorted(self._ends, numbers, side="right")
        before = np.where(state > 0, self._ends[state - 1], 0)
        bits = _unpack(self._extensions[state], len(self.units))
        nth = (numbers - before + 1)[:, None]
        last = (np.cumsum(bits, axis=1, dtype=np.int16) == nth).argmax(axis=1)
        rows = np.column_stack([self._stems[state], last]).astype(np.int64)
        return np.sort(self.units[rows], axis=1)


def index_groups(
    adjacency, size: int, exclude: Iterable[int] = (), max_states: int = MAX_STATES
) -> GroupIndex | None:
    """Give every connected group of `size` units a number.

    Parameters
    ----------
    adjacency
        A symmetric matrix, dense or sparse; entries other than zero link units.
    size
        The number of units in a group.
    exclude
        The positions of units that no group may contain.
    max_states
        The number of stems that may be kept in memory.

    Returns
    -------
    GroupIndex or None
        None if there are more stems than `max_states`.

    Raises
    ------
    ValueError
        If the adjacency is not symmetric or links a unit to itself, the size is not between 1
        and the number of units that are left, or an excluded position does not exist.
    """
    size, max_states = whole("size", size), whole("max_states", max_states)
    matrix = check_adjacency(_matrix(adjacency))
    units = _allowed(matrix.shape[0], size, exclude)
    dense = matrix[units][:, units].toarray().astype(bool)
    n = len(units)
    neighbours = _pack(dense)
    above = _pack(np.triu(np.ones((n, n), bool), k=1))  # row i: the units after i

    # A state is a connected stem, its first unit (the root), the units that may extend it
    # (after the root, adjacent to the stem, not passed over) and the stem's closed neighbourhood.
    stems = np.arange(n, dtype=np.int16)[:, None]
    roots = np.arange(n)
    extensions = neighbours & above
    closed = neighbours | _pack(np.eye(n, dtype=bool))
    for _ in range(size - 2):
        if int(np.bitwise_count(extensions).sum()) > max_states:
            return None
        parent, chosen = np.nonzero(_unpack(extensions, n))
        exclusive = neighbours[chosen] & above[roots[parent]] & ~closed[parent]
        extensions = (extensions[parent] & above[chosen]) | exclusive
        closed = closed[parent] | neighbours[chosen]
        stems = np.column_stack([stems[parent], chosen.astype(np.int16)])
        roots = roots[parent]
    if size == 1:
        stems, extensions = np.empty((1, 0), np.int16), _pack(np.ones((1, n), bool))
    ends = np.cumsum(np.bitwise_count(extensions).sum(axis=1, dtype=np.int64))
    total = int(ends[-1]) if len(ends) else 0
    return GroupIndex(size, total, units, stems, extensions, ends)


def placebo_zones(
    adjacency,
    size: int,
    draws: int,
    seed: int | np.random.Generator,
    *,
    exclude: Iterable[int] = (),
    accept: Callable[[np.ndarray], np.ndarray] | None = None,
    method: str = "auto",
) -> np.ndarray:
    """Draw contiguous groups of units at random, every group with the same probability.

    Draws are independent and with replacement. To leave out groups that touch a zone, exclude
    its units and their neighbours (`units_near`).

    Parameters
    ----------
    adjacency
        A symmetric matrix, dense or sparse, units by units.
    size
        The number of units in a group.
    draws
        The number of groups to draw.
    seed
        A seed for `numpy.random.default_rng`, or a generator.
    exclude
        The positions of units that no group may contain.
    accept
        A function that takes groups (an array as returned here) and tells for each whether it may
        stay, for example by `widths_km`; draws go on until enough have stayed. Those that may stay
        remain equally likely.
    method
        "exact" draws from the numbered list of all groups; "chain" runs a Metropolis chain;
        "auto" is exact where the list fits in memory (sizes up to 7 or 8 for China's
        prefectures), and the chain otherwise.

    Returns
    -------
    ndarray of int64, shape (draws, size)
        Positions in the adjacency, ascending in each row.

    Raises
    ------
    ValueError
        If an argument is out of range, no connected group of this size exists, "exact" is asked
        for and the list does not fit, or `accept` lets almost none stay.

    Examples
    --------
    >>> import numpy as np
    >>> path = np.diag([1, 1, 1], 1) + np.diag([1, 1, 1], -1)
    >>> placebo_zones(path, size=3, draws=2, seed=0).shape
    (2, 3)
    """
    size, draws = whole("size", size), whole("draws", draws, 0)
    one_of("method", method, ("auto", "exact", "chain"))
    if not isinstance(seed, np.random.Generator):
        seed = whole("seed", seed, 0)
    exclude = (
        several("exclude", exclude) if not isinstance(exclude, tuple | list) else list(exclude)
    )
    draw = _sampler(adjacency, size, np.random.default_rng(seed), list(exclude), method)
    if accept is None:
        return draw(draws)
    kept, count, tried = [np.empty((0, size), np.int64)], 0, 0
    while count < draws:
        groups = draw(max(draws, 1000))
        kept.append(groups[np.asarray(accept(groups), bool)])
        count, tried = count + len(kept[-1]), tried + len(groups)
        if count * 10_000 < tried and tried >= 100_000:
            raise ValueError(f"accept let {count} of {tried} groups stay; expected 1 in 10 000.")
    return np.concatenate(kept)[:draws]


def _sampler(adjacency, size, random, exclude, method) -> Callable[[int], np.ndarray]:
    if method != "chain":
        index = index_groups(adjacency, size, exclude)
        if index is not None:
            if index.total == 0:
                raise ValueError(f"No {size} of the units form a connected group.")
            return lambda draws: index.groups(random.integers(index.total, size=draws))
        if method == "exact":
            raise ValueError(
                f"The groups of {size} units are too many to list; expected method 'chain'."
            )
    matrix = check_adjacency(_matrix(adjacency))
    units = _allowed(matrix.shape[0], size, exclude)
    inner = matrix[units][:, units]
    return lambda draws: units[draw_by_chain(inner, size, draws, random)]


def widths_km(zones: np.ndarray, distances) -> np.ndarray:
    """Return each group's largest distance between two of its units.

    Parameters
    ----------
    zones
        Positions, shape (draws, size).
    distances
        Square, units by units, in km.
    """
    distances = numbers("distances", distances, (None, None), infinite=True)
    zones = np.asarray(zones)
    if zones.ndim != 2 or zones.dtype.kind not in "iu" or distances.shape[0] != distances.shape[1]:
        raise ValueError(
            f"zones has shape {zones.shape} and type {zones.dtype}, distances shape "
            f"{distances.shape}; expected positions (draws, size) and a square matrix."
        )
    if zones.size and not (zones.min() >= 0 and zones.max() < len(distances)):
        raise ValueError(
            f"zones runs from {zones.min()} to {zones.max()}; expected positions below "
            f"{len(distances)}."
        )
    zones, table = np.asarray(zones), np.asarray(distances, float)
    return table[zones[:, :, None], zones[:, None, :]].max(axis=(1, 2))


def units_near(adjacency, members: Iterable[int], steps: int = 1) -> np.ndarray:
    """Return the positions of units within `steps` links of the members, members included.

    With `steps=0` only groups that overlap the members are left out of a draw, with 1 also those
    that border on them.
    """
    steps = whole("steps", steps, 0)
    members = [whole("A member", member, 0) for member in several("members", members)]
    matrix = check_adjacency(_matrix(adjacency))
    near = np.zeros(matrix.shape[0], bool)
    if members and max(members) >= len(near):
        raise ValueError(f"A member is {max(members)}; expected positions below {len(near)}.")
    near[members] = True
    for _ in range(steps):
        near |= (matrix @ near.astype(np.int32)) > 0
    return np.flatnonzero(near)


def _allowed(n: int, size: int, exclude: Iterable[int]) -> np.ndarray:
    exclude = np.asarray([whole("An excluded position", place, 0) for place in exclude], "int64")
    if len(exclude) and not (exclude.min() >= 0 and exclude.max() < n):
        raise ValueError(f"An excluded position is not between 0 and {n - 1}.")
    units = np.setdiff1d(np.arange(n), exclude)
    if not 1 <= size <= len(units):
        raise ValueError(f"size is {size}; expected between 1 and {len(units)}, the units left.")
    return units


def _pack(bits: np.ndarray) -> np.ndarray:
    """Pack rows of booleans into rows of 64-bit words."""
    rows, n = bits.shape
    words = np.zeros((rows, -(-n // 64) * 8), np.uint8)
    packed = np.packbits(bits, axis=1, bitorder="little")
    words[:, : packed.shape[1]] = packed
    return words.view("<u8")


def _unpack(words: np.ndarray, n: int) -> np.ndarray:
    """Undo `_pack` for rows of `n` bits."""
    octets = np.ascontiguousarray(words).view(np.uint8)
    return np.unpackbits(octets, axis=1, count=n, bitorder="little").astype(bool)


def _matrix(adjacency):
    """Pass sparse matrices on; read anything else as a matrix of numbers."""
    if sparse.issparse(adjacency):
        return adjacency
    values = numbers("adjacency", adjacency, (None, None))
    if isinstance(adjacency, pd.DataFrame):
        return pd.DataFrame(values, adjacency.index, adjacency.columns)
    return values
