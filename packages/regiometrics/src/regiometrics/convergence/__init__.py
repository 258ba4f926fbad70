"""Convergence: dispersion, catching up and convergence clubs.

Panels are DataFrames with periods in rows and units in columns, in levels; those of log t, its
clubs and the filters hold logs.
"""

from regiometrics.convergence.beta import (
    BetaResult,
    ImpliedSpeed,
    beta_convergence,
    growth_and_initial,
    implied_speed,
)
from regiometrics.convergence.beta_trend import BetaTrendResult, beta_trend
from regiometrics.convergence.clubs import ClubResult, club_convergence, transition_paths
from regiometrics.convergence.filters import hamilton, hodrick_prescott, remove_common_trend, trend
from regiometrics.convergence.log_t import LogTResult, log_t_test, relative_transition
from regiometrics.convergence.sensitivity import log_t_sensitivity
from regiometrics.convergence.sigma import SigmaResult, pitman_morgan, sigma_convergence
from regiometrics.convergence.trends import TrendResult, newey_west_trend
from regiometrics.convergence.weak_sigma import WeakSigmaResult, weak_sigma_test
from regiometrics.inequality.decomposition import theil_decomposition

__all__ = [
    "BetaResult",
    "BetaTrendResult",
    "ClubResult",
    "ImpliedSpeed",
    "LogTResult",
    "SigmaResult",
    "TrendResult",
    "WeakSigmaResult",
    "beta_convergence",
    "beta_trend",
    "club_convergence",
    "growth_and_initial",
    "hamilton",
    "hodrick_prescott",
    "implied_speed",
    "log_t_sensitivity",
    "log_t_test",
    "newey_west_trend",
    "pitman_morgan",
    "relative_transition",
    "remove_common_trend",
    "sigma_convergence",
    "theil_decomposition",
    "transition_paths",
    "trend",
    "weak_sigma_test",
]
