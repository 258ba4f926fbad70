"""Placebo borders, placebo zones and placebo attributes of cities, drawn on the study's own map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from regiometrics.gravity.grid import Array

Places = NDArray[np.intp]


def placebo_provinces(
    distance: Array, groups: int, draws: int, rng: np.random.Generator
) -> Iterator[Places]:
    """Divide the map among randomly chosen cities: each city joins the nearest of them.

    The groups are contiguous, as provinces are, and as many; their borders are no true ones except
    by chance (a Voronoi partition).

    Parameters
    ----------
    distance
        Between cities, shape (n, n).
    groups
        Number of groups.
    draws
        Number of partitions.
    rng
        Source of random numbers.

    Yields
    ------
    ndarray, shape (n,)
        Group of each city.
    """
    for _ in range(draws):
        seats = rng.choice(len(distance), groups, replace=False)
        reach = distance[:, seats].copy()
        reach[seats, np.arange(groups)] = -1.0
        yield reach.argmin(axis=1)


def grown_zone(
    neighbours: Sequence[Sequence[int]],
    size: int,
    rng: np.random.Generator,
    provinces: NDArray | None = None,
    tries: int = 200,
) -> Places:
    """Grow a contiguous group of cities from a random one, by one random neighbour at a time.

    Parameters
    ----------
    neighbours
        Positions of each city's neighbours.
    size
        Number of members.
    rng
        Source of random numbers.
    provinces
        Where given, only a group that crosses a provincial border is accepted.
    tries
        Groups that are begun before giving up.

    Raises
    ------
    ValueError
        If no group was found.
    """
    for _ in range(tries):
        chances = rng.random(size)
        first = int(chances[0] * len(neighbours))
        member, edge, seen = [first], list(neighbours[first]), {first, *neighbours[first]}
        while len(member) < size and edge:
            chosen = edge.pop(int(chances[len(member)] * len(edge)))
            member.append(chosen)
            fresh = [city for city in neighbours[chosen] if city not in seen]
            edge += fresh
            seen.update(fresh)
        found = np.array(sorted(member), dtype=np.intp)
        if len(found) == size and (provinces is None or len(set(provinces[found])) > 1):
            return found
    raise ValueError(f"No contiguous group of {size} cities was found in {tries} tries.")


def turned(places: Array, draws: int, rng: np.random.Generator) -> Iterator[Places]:
    """Give each city the attributes of another by turning the map about its centre.

    The map is turned by a random angle, mirrored or not, and laid over itself; each city takes the
    place of one other, near its image (`laid_over`). Nearby cities keep attributes that were near
    each other: what an attribute owes to space remains, as a permutation of cities at random would
    not have it, and its relation to flows is broken.

    Parameters
    ----------
    places
        Coordinates of the cities, in one unit, shape (n, 2).
    draws
        Number of turns.
    rng
        Source of random numbers.

    Yields
    ------
    ndarray, shape (n,)
        The city whose attributes each city takes; a permutation.
    """
    centred = places - places.mean(axis=0)
    scaled = centred / centred.std(axis=0)  # a round map covers itself better
    for _ in range(draws):
        angle = rng.uniform(0, 2 * np.pi)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        image = scaled @ turn * np.array([rng.choice([-1.0, 1.0]), 1.0])
        yield laid_over(image, scaled)


def laid_over(one: Array, other: Array) -> Places:
    """Match two sets of points one to one, so that points near each other have near matches.

    Both sets are cut at their medians, by one coordinate and then by the other, until each part is
    a single point; parts in the same position belong together.

    Parameters
    ----------
    one, other
        Coordinates, shape (n, 2).

    Returns
    -------
    ndarray, shape (n,)
        The point of the other set that belongs to each of the first.

    Examples
    --------
    >>> points = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 3.0], [5.0, 3.0]])
    >>> laid_over(points, points[::-1]).tolist()
    [3, 2, 1, 0]
    """
    n = len(one)
    sides = [(one, np.arange(n)), (other, np.arange(n))]
    part, axis = np.zeros(n, dtype=np.intp), 0
    while part[-1] < n - 1:
        sides = [
            (points, order[np.lexsort((points[order, axis], part))]) for points, order in sides
        ]
        size = np.bincount(part)
        start = np.cumsum(size) - size
        late = np.arange(n) - start[part] >= (size[part] + 1) // 2
        part = np.unique(2 * part + late, return_inverse=True)[1]
        axis = 1 - axis
    matched = np.empty(n, dtype=np.intp)
    matched[sides[0][1]] = sides[1][1]
    return matched
