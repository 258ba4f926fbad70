"""Spatial weights: adjacency, builders and their spectrum."""

from regiometrics.weights.adjacency import (
    adjacency_matrix,
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
from regiometrics.weights.pairs import (
    pair_matrix,
)
from regiometrics.weights.weights import (
    Weights,
)

__all__ = [
    "Weights",
    "adjacency_matrix",
    "components",
    "economic_weights",
    "flow_weights",
    "inverse_distance_weights",
    "is_contiguous",
    "islands",
    "nearest_weights",
    "pair_matrix",
    "queen_weights",
    "travel_time_weights",
]
