"""Whether cities grow together: dispersion, catching up, clubs and the whole distribution.

Panels are DataFrames with periods in rows and units in columns, in levels; those of log t, its
clubs and the filters hold logs.
"""

from guantian.convergence.beta import BetaResult, beta_convergence
from guantian.convergence.clubs import ClubResult, club_convergence, transition_paths
from guantian.convergence.decomposition import (
    TheilDecomposition,
    between_rank,
    theil_decomposition,
)
from guantian.convergence.filters import remove_common_trend, trend
from guantian.convergence.inequality import inequality, spatial_gini
from guantian.convergence.kernels import (
    StochasticKernel,
    density_by_period,
    stochastic_kernel,
)
from guantian.convergence.log_t import LogTResult, log_t_test, relative_transition
from guantian.convergence.markov import (
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
    relative,
)
from guantian.convergence.sensitivity import log_t_sensitivity
from guantian.convergence.sigma import SigmaResult, sigma_convergence
from guantian.convergence.spatial_markov import (
    QuadrantResult,
    SpatialMarkovResult,
    quadrant_markov,
    spatial_markov,
)

__all__ = [
    "BetaResult",
    "ClubResult",
    "HomogeneityResult",
    "LogTResult",
    "MarkovChain",
    "QuadrantResult",
    "SigmaResult",
    "SpatialMarkovResult",
    "StochasticKernel",
    "TheilDecomposition",
    "beta_convergence",
    "between_rank",
    "chains_by_span",
    "classify",
    "club_convergence",
    "density_by_period",
    "ergodic_distribution",
    "homogeneity_test",
    "inequality",
    "log_t_sensitivity",
    "log_t_test",
    "markov_chain",
    "mean_first_passage",
    "mobility",
    "prais",
    "quadrant_markov",
    "relative",
    "relative_transition",
    "remove_common_trend",
    "sigma_convergence",
    "spatial_gini",
    "spatial_markov",
    "stochastic_kernel",
    "theil_decomposition",
    "transition_paths",
    "trend",
]
