"""Whether cities grow together: sigma and beta convergence.

Panels are DataFrames with periods in rows and units in columns, in levels.
"""

from guantian.convergence.beta import BetaResult, beta_convergence
from guantian.convergence.sigma import SigmaResult, sigma_convergence

__all__ = ["BetaResult", "SigmaResult", "beta_convergence", "sigma_convergence"]
