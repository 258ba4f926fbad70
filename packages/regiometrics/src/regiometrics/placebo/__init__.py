"""Placebo zones: contiguous groups of units drawn at random, and ranks among them."""

from regiometrics.placebo.chain import draw_by_chain
from regiometrics.placebo.ranks import PlaceboRank, disjoint_zones, placebo_rank, rank_row
from regiometrics.placebo.zones import (
    GroupIndex,
    index_groups,
    placebo_zones,
    units_near,
    widths_km,
)

__all__ = [
    "GroupIndex",
    "PlaceboRank",
    "disjoint_zones",
    "draw_by_chain",
    "index_groups",
    "placebo_rank",
    "placebo_zones",
    "rank_row",
    "units_near",
    "widths_km",
]
