"""Panel tools on arrays: within transforms and covariances robust to dependence.

Arrays of a balanced panel have shape (T, n, k): periods, units, variables. Everything that
estimates a spatial model stands one floor up, in :mod:`guantian.spatial`.
"""

from guantian.panel.bootstrap import WildBootstrapResult, wild_cluster_bootstrap
from guantian.panel.covariance import distance_kernel
from guantian.panel.dependence import Dependence
from guantian.panel.errors import (
    DuplicateObservationError,
    NonFiniteValueError,
    PanelError,
    UnbalancedPanelError,
)
from guantian.panel.within import EFFECTS, PanelArray, demean, orthonormal, to_array

__all__ = [
    "EFFECTS",
    "Dependence",
    "DuplicateObservationError",
    "NonFiniteValueError",
    "PanelArray",
    "PanelError",
    "UnbalancedPanelError",
    "WildBootstrapResult",
    "demean",
    "distance_kernel",
    "orthonormal",
    "to_array",
    "wild_cluster_bootstrap",
]
