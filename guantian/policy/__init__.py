"""What the plan did: counterfactuals for one treated zone, and inference by placebo zones."""

from guantian.policy.conformal import ConformalTest, conformal_test
from guantian.policy.estimates import run_acts, run_plan
from guantian.policy.names import SHORT, PlanNames
from guantian.policy.simplex import optimality_gap, simplex_weights
from guantian.policy.study import Study, make_study
from guantian.policy.synthetic import METHODS, Counterfactuals, counterfactuals

__all__ = [
    "METHODS",
    "SHORT",
    "ConformalTest",
    "Counterfactuals",
    "PlanNames",
    "Study",
    "conformal_test",
    "counterfactuals",
    "make_study",
    "optimality_gap",
    "run_acts",
    "run_plan",
    "simplex_weights",
]
