"""Gravity of flows: Poisson and tobit models on a grid of cities, networks and hierarchies."""

from regiometrics.gravity.communities import (
    Communities,
    agreement,
    find_communities,
    together_share,
    zone_labels,
)
from regiometrics.gravity.grid import FlowGrid, TwoWayEffects, flow_grid
from regiometrics.gravity.hierarchy import functional_polycentricity, polycentricity, rank_size
from regiometrics.gravity.matrices import matrix_correlation
from regiometrics.gravity.network import (
    city_measures,
    coreness,
    directed_graph,
    group_statistics,
    reciprocity,
)
from regiometrics.gravity.ppml import PoissonFit, poisson
from regiometrics.gravity.prediction import (
    log_ratios,
    predict_left_out,
    predict_left_out_fast,
    zone_pairs,
)
from regiometrics.gravity.results import GravityResult
from regiometrics.gravity.tobit import TobitFit, tobit

__all__ = [
    "Communities",
    "FlowGrid",
    "GravityResult",
    "PoissonFit",
    "TobitFit",
    "TwoWayEffects",
    "agreement",
    "city_measures",
    "coreness",
    "directed_graph",
    "find_communities",
    "flow_grid",
    "functional_polycentricity",
    "group_statistics",
    "log_ratios",
    "matrix_correlation",
    "poisson",
    "polycentricity",
    "predict_left_out",
    "predict_left_out_fast",
    "rank_size",
    "reciprocity",
    "tobit",
    "together_share",
    "zone_labels",
    "zone_pairs",
]
