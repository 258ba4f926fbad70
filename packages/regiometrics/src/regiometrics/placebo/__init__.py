"""Placebo zones: contiguous groups of units drawn at random, and ranks among them."""

from regiometrics.placebo.ranks import (
    PlaceboRank,
    disjoint_zones,
    placebo_rank,
    rank_row,
)
from regiometrics.placebo.zones import (
    placebo_zones,
    units_near,
    widths_km,
)

__all__ = [
    "PlaceboRank",
    "disjoint_zones",
    "placebo_rank",
    "placebo_zones",
    "rank_row",
    "units_near",
    "widths_km",
]
