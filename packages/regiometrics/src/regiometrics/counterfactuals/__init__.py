"""Counterfactuals: synthetic controls, synthetic difference in differences, and their inference."""

from regiometrics.counterfactuals.conformal import (
    ConformalTest,
    conformal_test,
)
from regiometrics.counterfactuals.simplex import (
    optimality_gap,
    simplex_weights,
)
from regiometrics.counterfactuals.synthetic import (
    METHODS,
    Counterfactuals,
    counterfactuals,
)

__all__ = [
    "METHODS",
    "ConformalTest",
    "Counterfactuals",
    "conformal_test",
    "counterfactuals",
    "optimality_gap",
    "simplex_weights",
]
