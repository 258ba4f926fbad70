"""Counterfactuals: synthetic controls, synthetic difference in differences, and their inference."""

from regiometrics.counterfactuals.completion import (
    choose_penalty,
    complete_matrix,
    completed_effects,
)
from regiometrics.counterfactuals.conformal import ConformalTest, conformal_test
from regiometrics.counterfactuals.covariates import (
    without_covariates,
)
from regiometrics.counterfactuals.effect_errors import (
    EffectResult,
    effect_with_error,
)
from regiometrics.counterfactuals.imputation import imputed_gaps
from regiometrics.counterfactuals.intervals import (
    PredictionIntervals,
    prediction_intervals,
)
from regiometrics.counterfactuals.pooling import PooledEffects, pool_effects
from regiometrics.counterfactuals.predictors import PredictorControl, predictor_control
from regiometrics.counterfactuals.pretrends import (
    EventPath,
    detectable_slope,
    event_path,
    sensitivity,
    trend_bias,
)
from regiometrics.counterfactuals.simplex import optimality_gap, simplex_weights
from regiometrics.counterfactuals.synthetic import (
    METHOD_NAMES,
    METHODS,
    Counterfactuals,
    counterfactuals,
    donor_noise,
)

__all__ = [
    "METHODS",
    "METHOD_NAMES",
    "ConformalTest",
    "Counterfactuals",
    "EffectResult",
    "EventPath",
    "PooledEffects",
    "PredictionIntervals",
    "PredictorControl",
    "choose_penalty",
    "complete_matrix",
    "completed_effects",
    "conformal_test",
    "counterfactuals",
    "detectable_slope",
    "donor_noise",
    "effect_with_error",
    "event_path",
    "imputed_gaps",
    "optimality_gap",
    "pool_effects",
    "prediction_intervals",
    "predictor_control",
    "sensitivity",
    "simplex_weights",
    "trend_bias",
    "without_covariates",
]
