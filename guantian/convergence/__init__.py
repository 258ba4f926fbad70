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
from guantian.convergence.log_t import LogTResult, log_t_test, relative_transition
from guantian.convergence.sensitivity import log_t_sensitivity
from guantian.convergence.sigma import SigmaResult, sigma_convergence

__all__ = [
    "BetaResult",
    "ClubResult",
    "LogTResult",
    "SigmaResult",
    "TheilDecomposition",
    "beta_convergence",
    "between_rank",
    "club_convergence",
    "inequality",
    "log_t_sensitivity",
    "log_t_test",
    "relative_transition",
    "remove_common_trend",
    "sigma_convergence",
    "spatial_gini",
    "theil_decomposition",
    "transition_paths",
    "trend",
]
