"""Convergence: dispersion, catching up and convergence clubs.

Panels are DataFrames with periods in rows and units in columns, in levels; those of log t, its
clubs and the filters hold logs.
"""

from regiometrics.convergence.beta import (
    BetaResult,
    beta_convergence,
)
from regiometrics.convergence.beta_trend import (
    BetaTrendResult,
    beta_trend,
)
from regiometrics.convergence.clubs import (
    ClubResult,
    club_convergence,
    transition_paths,
)
from regiometrics.convergence.filters import (
    remove_common_trend,
    trend,
)
from regiometrics.convergence.log_t import (
    LogTResult,
    log_t_test,
    relative_transition,
)
from regiometrics.convergence.sensitivity import (
    log_t_sensitivity,
)
from regiometrics.convergence.sigma import (
    SigmaResult,
    sigma_convergence,
)
from regiometrics.convergence.weak_sigma import (
    WeakSigmaResult,
    weak_sigma_test,
)

__all__ = [
    "BetaResult",
    "BetaTrendResult",
    "ClubResult",
    "LogTResult",
    "SigmaResult",
    "WeakSigmaResult",
    "beta_convergence",
    "beta_trend",
    "club_convergence",
    "log_t_sensitivity",
    "log_t_test",
    "relative_transition",
    "remove_common_trend",
    "sigma_convergence",
    "transition_paths",
    "trend",
    "weak_sigma_test",
]
