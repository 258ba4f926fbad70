"""Distribution dynamics: Markov chains, spatial Markov chains, kernels and autocorrelation."""

from regiometrics.distribution.autocorrelation import (
    global_autocorrelation,
    lisa_by_period,
    lisa_chain,
    local_moran,
)
from regiometrics.distribution.kernels import (
    StochasticKernel,
    density_by_period,
    even_grid,
    silverman_bandwidth,
    stochastic_kernel,
)
from regiometrics.distribution.markov import (
    HomogeneityResult,
    MarkovChain,
    chains_by_span,
    classify,
    ergodic_distribution,
    homogeneity_test,
    markov_chain,
    mean_first_passage,
    mobility,
    prais,
    quantile_cutoffs,
    relative,
)
from regiometrics.distribution.markov_bootstrap import bootstrap_chain
from regiometrics.distribution.spatial_markov import (
    QuadrantResult,
    SpatialMarkovResult,
    neighbour_rank,
    quadrant_markov,
    spatial_lag,
    spatial_markov,
)
from regiometrics.distribution.spatial_unit_root import (
    SpatialUnitRootResult,
    spatial_stationarity_test,
    spatial_unit_root_test,
)

__all__ = [
    "HomogeneityResult",
    "MarkovChain",
    "QuadrantResult",
    "SpatialMarkovResult",
    "SpatialUnitRootResult",
    "StochasticKernel",
    "bootstrap_chain",
    "chains_by_span",
    "classify",
    "density_by_period",
    "ergodic_distribution",
    "even_grid",
    "global_autocorrelation",
    "homogeneity_test",
    "lisa_by_period",
    "lisa_chain",
    "local_moran",
    "markov_chain",
    "mean_first_passage",
    "mobility",
    "neighbour_rank",
    "prais",
    "quadrant_markov",
    "quantile_cutoffs",
    "relative",
    "silverman_bandwidth",
    "spatial_lag",
    "spatial_markov",
    "spatial_stationarity_test",
    "spatial_unit_root_test",
    "stochastic_kernel",
]
