"""Panel tools on arrays: within transforms and covariances robust to dependence.

Arrays of a balanced panel have shape (T, n, k): periods, units, variables. Everything that
estimates a spatial model stands one floor up, in :mod:`regiometrics.spatial`.
"""

from regiometrics.errors import (
    DuplicateObservationError,
    NonFiniteValueError,
    PanelError,
    UnbalancedPanelError,
)
from regiometrics.panel.bootstrap import WildBootstrapResult, wild_cluster_bootstrap
from regiometrics.panel.covariance import distance_kernel
from regiometrics.panel.dependence import Dependence
from regiometrics.panel.within import EFFECTS, PanelArray, demean, orthonormal, to_array

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
