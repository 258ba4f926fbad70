"""Which placebo zones count: the choice of what is left out, made once and varied."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from guantian.geography.zones import Zone
from regiometrics.placebo.zones import placebo_zones, units_near
from regiometrics.weights.adjacency import check_adjacency, components

#: What each set of placebo zones leaves out.
SETS = {
    "main": "members and neighbours of the zone, and members of other approved zones",
    "zone": "members and neighbours of the zone",
    "wide": "members and neighbours of the zone and of other approved zones",
}

#: What the sets are called where their results are shown.
SET_TITLES = {
    "main": "approved zones left out",
    "zone": "approved zones kept",
    "wide": "approved zones and their neighbours left out",
}

#: Groups of more units are too many to list; the chain that draws them stays in one part.
LISTED_UP_TO = 7


def placebo_sets(
    adjacency,
    cities: Sequence[str],
    zone: Collection[str],
    others: Mapping[str, Zone],
    kinds: Collection[str],
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Draw the placebo zones of every set of `SETS`.

    Parameters
    ----------
    adjacency
        Symmetric matrix in the order of `cities`.
    cities
        Codes that may be drawn.
    zone
        Codes of the zone's members; groups have as many.
    others
        All approved zones by id; the one with the zone's own members does not count.
    kinds
        Kinds of zones that count as approved.
    draws
        Groups a set. Drawn with replacement, so a small set repeats groups.
    seed
        Of the first set; each further one takes the next number.

    Returns
    -------
    DataFrame
        Columns `set`, `draw`, `member_1`, ... (codes, ascending within a row). Zones of more than
        `LISTED_UP_TO` members are drawn from the largest part that the left-out units leave.

    Raises
    ------
    ValueError
        If a member of the zone is not among the cities, or a set leaves too few of them.
    """
    index = pd.Index(cities)
    missing = sorted(set(zone) - set(index))
    if missing:
        raise ValueError(f"The zone's member {missing[0]} is not among the cities that are drawn.")
    own = index.get_indexer(sorted(zone))
    approved = {
        code
        for other in others.values()
        if other.kind in kinds and set(other.codes) != set(zone)
        for code in other.codes
    }
    rest = index.get_indexer(sorted(approved & set(index)))
    near_zone = units_near(adjacency, own)
    left_out = {
        "main": np.union1d(near_zone, rest),
        "zone": near_zone,
        "wide": np.union1d(near_zone, units_near(adjacency, rest)),
    }
    members = [f"member_{number}" for number in range(1, len(own) + 1)]
    frames = []
    for number, name in enumerate(SETS):
        exclude = left_out[name]
        if len(own) > LISTED_UP_TO:
            exclude = _all_but_largest_part(adjacency, exclude)
        drawn = placebo_zones(adjacency, len(own), draws, seed + number, exclude=exclude)
        frame = pd.DataFrame(index.to_numpy()[np.sort(drawn, axis=1)], columns=members)
        frame.insert(0, "draw", np.arange(len(frame)))
        frame.insert(0, "set", name)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _all_but_largest_part(adjacency, exclude: np.ndarray) -> np.ndarray:
    matrix = check_adjacency(adjacency)
    units = np.setdiff1d(np.arange(matrix.shape[0]), exclude)
    parts = components(matrix[units][:, units], list(units))
    return np.union1d(exclude, parts.index[parts != 0].to_numpy())


def members_of(sets: pd.DataFrame, name: str = "main") -> np.ndarray:
    """Return the codes of one set's placebo zones, shape (draws, size)."""
    chosen = sets[sets["set"] == name]
    if chosen.empty:
        raise ValueError(f"There is no set {name!r} of placebo zones; expected {', '.join(SETS)}.")
    return chosen.filter(like="member_").to_numpy(dtype=object)
