"""Titles of weights in tables and figures."""

from __future__ import annotations

import re

TITLES = {
    "queen": "Shared borders",
    "economic": "Similar output per head",
    "flow": "Flows of people",
    "travel_time": "Hours by rail",
}


def weights_title(name: str) -> str:
    """Name weights in words; a name that is not known is kept, without underscores.

    Examples
    --------
    >>> weights_title("queen"), weights_title("nearest_5")
    ('Shared borders', '5 nearest')
    >>> weights_title("inverse_distance_300km")
    'Inverse distance to 300 km'
    """
    if name in TITLES:
        return TITLES[name]
    if found := re.fullmatch(r"nearest_(\d+)", name):
        return f"{found[1]} nearest"
    if found := re.fullmatch(r"inverse_distance_(\d+)km", name):
        return f"Inverse distance to {found[1]} km"
    return name.replace("_", " ")
