"""Spatial weights: one class, its builders and spectrum, and adjacency of units."""

from regiometrics.weights.adjacency import (
    adjacency_matrix,
    check_adjacency,
    components,
    is_contiguous,
    islands,
)
from regiometrics.weights.builders import (
    economic_weights,
    flow_weights,
    inverse_distance_weights,
    nearest_weights,
    queen_weights,
    travel_time_weights,
)
from regiometrics.weights.labels import match_labels
from regiometrics.weights.pairs import pair_matrix
from regiometrics.weights.weights import STANDARDISATIONS, Weights

__all__ = [
    "STANDARDISATIONS",
    "Weights",
    "adjacency_matrix",
    "check_adjacency",
    "components",
    "economic_weights",
    "flow_weights",
    "inverse_distance_weights",
    "is_contiguous",
    "islands",
    "match_labels",
    "nearest_weights",
    "pair_matrix",
    "queen_weights",
    "travel_time_weights",
]
