"""Counterfactuals: synthetic controls, synthetic difference in differences, and their inference."""

from regiometrics.counterfactuals.conformal import (
    ConformalTest,
    conformal_test,
)
from regiometrics.counterfactuals.covariates import (
    without_covariates,
)
from regiometrics.counterfactuals.effect_errors import (
    EffectResult,
    effect_with_error,
)
from regiometrics.counterfactuals.predictors import (
    PredictorControl,
    predictor_control,
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
    "EffectResult",
    "PredictorControl",
    "conformal_test",
    "counterfactuals",
    "effect_with_error",
    "optimality_gap",
    "predictor_control",
    "simplex_weights",
    "without_covariates",
]
