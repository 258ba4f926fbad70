"""Spatial panel models: estimation, tests, impacts.

>>> from guantian.spatial import SpatialPanel
"""

from guantian.spatial.model import SpatialPanel
from guantian.spatial.results import SpatialPanelResult
from guantian.spatial.simulate import monte_carlo, rook_lattice, simulate_panel
from guantian.spatial.weights import SpatialWeights, as_weights

__all__ = [
    "SpatialPanel",
    "SpatialPanelResult",
    "SpatialWeights",
    "as_weights",
    "monte_carlo",
    "rook_lattice",
    "simulate_panel",
]
