"""Boundaries, adjacency, spatial weights and placebo zones."""

from guantian.geography.adjacency import (
    adjacency_matrix,
    components,
    is_contiguous,
    islands,
)
from guantian.geography.builders import (
    economic_weights,
    flow_weights,
    inverse_distance_weights,
    nearest_weights,
    queen_weights,
    travel_time_weights,
)
from guantian.geography.pairs import pair_matrix
from guantian.geography.placebo import placebo_zones, units_near, widths_km
from guantian.geography.placebo_sets import members_of, placebo_sets
from guantian.geography.primacy import primacy
from guantian.geography.ranks import PlaceboRank, disjoint_zones, placebo_rank, rank_row
from guantian.geography.weights import Weights
from guantian.geography.zones import Member, Zone, read_zone, read_zones

__all__ = [
    "Member",
    "PlaceboRank",
    "Weights",
    "Zone",
    "adjacency_matrix",
    "components",
    "disjoint_zones",
    "economic_weights",
    "flow_weights",
    "inverse_distance_weights",
    "is_contiguous",
    "islands",
    "members_of",
    "nearest_weights",
    "pair_matrix",
    "placebo_rank",
    "placebo_sets",
    "placebo_zones",
    "primacy",
    "queen_weights",
    "rank_row",
    "read_zone",
    "read_zones",
    "travel_time_weights",
    "units_near",
    "widths_km",
]
