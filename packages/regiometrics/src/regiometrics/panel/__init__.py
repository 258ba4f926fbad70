"""Panel tools: within transforms, robust covariances, dynamic panels, unit roots.

Arrays of a balanced panel have shape (T, n, k): periods, units, variables. Everything that
estimates a spatial model is in :mod:`regiometrics.spatial`, which builds on this package.
"""

from regiometrics.errors import (
    DuplicateObservationError,
    NonFiniteValueError,
    PanelError,
    UnbalancedPanelError,
)
from regiometrics.panel.bootstrap import WildBootstrapResult, wild_cluster_bootstrap, wild_weights
from regiometrics.panel.comovement import (
    concordance,
    correlations,
    dynamic_correlations,
    mean_within,
)
from regiometrics.panel.covariance import (
    cluster_meat,
    conley_meat,
    distance_kernel,
    driscoll_kraay_meat,
    newey_west_meat,
    sandwich,
    small_sample_factor,
    white_meat,
)
from regiometrics.panel.dependence import Dependence
from regiometrics.panel.dynamic_results import DynamicPanelResult
from regiometrics.panel.gmm import DynamicPanelGMM, DynamicPanelGMMResult
from regiometrics.panel.jackknife import HalfPanelJackknife, HalfPanelResult
from regiometrics.panel.lsdvc import BiasCorrectedLSDV, LSDVCResult
from regiometrics.panel.mean_group import MeanGroupResult, mean_group
from regiometrics.panel.unit_root import UnitRootResult, im_pesaran_shin, pesaran_cips
from regiometrics.panel.within import EFFECTS, PanelArray, demean, orthonormal, to_array

__all__ = [
    "EFFECTS",
    "BiasCorrectedLSDV",
    "Dependence",
    "DuplicateObservationError",
    "DynamicPanelGMM",
    "DynamicPanelGMMResult",
    "DynamicPanelResult",
    "HalfPanelJackknife",
    "HalfPanelResult",
    "LSDVCResult",
    "MeanGroupResult",
    "NonFiniteValueError",
    "PanelArray",
    "PanelError",
    "UnbalancedPanelError",
    "UnitRootResult",
    "WildBootstrapResult",
    "cluster_meat",
    "concordance",
    "conley_meat",
    "correlations",
    "demean",
    "distance_kernel",
    "driscoll_kraay_meat",
    "dynamic_correlations",
    "im_pesaran_shin",
    "mean_group",
    "mean_within",
    "newey_west_meat",
    "orthonormal",
    "pesaran_cips",
    "sandwich",
    "small_sample_factor",
    "to_array",
    "white_meat",
    "wild_cluster_bootstrap",
    "wild_weights",
]
