"""Games between governments."""

from regiometrics.games.coalition import (
    convex,
    excesses,
    gately_value,
    in_core,
    propensity_to_disrupt,
    shapley_value,
    superadditive,
    tau_value,
)
from regiometrics.games.core import (
    Balancedness,
    LeastCore,
    balanced,
    core_is_empty,
    least_core,
    nucleolus,
)

__all__ = [
    "Balancedness",
    "LeastCore",
    "balanced",
    "convex",
    "core_is_empty",
    "excesses",
    "gately_value",
    "in_core",
    "least_core",
    "nucleolus",
    "propensity_to_disrupt",
    "shapley_value",
    "superadditive",
    "tau_value",
]
