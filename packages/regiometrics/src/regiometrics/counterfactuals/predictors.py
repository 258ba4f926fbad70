"""Synthetic control with predictors: weights of donors that match what foretells the outcome.

Abadie and Gardeazabal (2003), Abadie, Diamond and Hainmueller (2010, *JASA* 105; 2015).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from regiometrics._arguments import flags, numbers, whole
from regiometrics._labels import same_labels
from regiometrics.counterfactuals.simplex import simplex_weights
from regiometrics.errors import EstimationError

Array = np.ndarray
STEPS = 200  # of a search, for each predictor
STARTS = 6  # of the search for the predictors' weights, beside even ones
SEED = 0
TINY = 1e-8  # a ridge, relative to the predictors' spread, that makes donors' weights unique


@dataclass(frozen=True)
class PredictorControl:
    """A treated group and its synthetic control by predictors.

    Attributes
    ----------
    gaps : ndarray, shape (periods,)
        Outcome minus that of the synthetic control.
    effect : float
        Mean gap after the treatment.
    fit : float
        Root mean squared gap over the periods that the predictors' weights were chosen by.
    donor_weights : ndarray, shape (units,)
        The weight of each unit, zero for those that are no donors.
    predictor_weights : ndarray, shape (k,)
        V: sum to one.
    treated_predictors, synthetic_predictors : ndarray, shape (k,)
        The predictors of the treated group and of its synthetic control.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = rng.normal(size=(12, 15)).cumsum(axis=1)
    >>> first = np.arange(12) == 0
    >>> found = predictor_control(y, y[:, [0, 9]], first, ~first, before=10)
    >>> found.gaps.shape, bool(np.isclose(found.predictor_weights.sum(), 1))
    ((15,), True)
    """

    gaps: Array
    effect: float
    fit: float
    donor_weights: Array
    predictor_weights: Array
    treated_predictors: Array
    synthetic_predictors: Array


def predictor_control(
    outcomes: Array,
    predictors: Array,
    treated: Array,
    donors: Array,
    before: int,
    fit_from: int = 0,
    fit_to: int | None = None,
    importance: Array | None = None,
) -> PredictorControl:
    """Choose donors by predictors, and the predictors' importance by the fit before.

    Parameters
    ----------
    outcomes : ndarray, shape (units, periods)
        The outcomes without missing values.
    predictors : ndarray, shape (units, k)
        Complete for treated units and donors: means of covariates over periods before the
        treatment, or outcomes of single ones. Each is divided by its standard deviation over
        treated units and donors.
    treated : ndarray of bool, shape (units,)
        The treated group enters as its mean.
    donors : ndarray of bool, shape (units,)
        Which units are donors.
    before : int
        Periods before the treatment.
    fit_from, fit_to : int
        The first of the periods whose squared gaps choose the predictors' weights, and the one
        after the last; all before the treatment by default.

    importance : ndarray, shape (k,), optional
        V, not negative and not all zero, in place of the search: a published one, or even weights.

    Returns
    -------
    PredictorControl

    Raises
    ------
    ValueError
        If shapes do not fit, a value is missing or a number is out of range.
    EstimationError
        If there is no donor, or a predictor does not vary.

    Warns
    -----
    UserWarning
        If the search that ends lowest had not settled.

    Notes
    -----
    Given V, donors' weights solve min sum_k V_k (x_k - X_k w)² over the simplex. V minimises the
    squared gaps of the outcome over the fitting periods, by Nelder and Mead in logs from even
    weights and from six others. The objective has several minima and flat parts, and packages stop
    in different ones: for the Basque Country this search ends at a gap of 0.065 before, where the
    published weights have 0.094 (Becker and Klößner 2017, *Economics Letters* 161).
    """
    same_labels(outcomes=outcomes, predictors=predictors, treated=treated, donors=donors)
    outcomes = numbers("outcomes", outcomes, (None, None), least=(2, 2))
    n, periods = outcomes.shape
    treated, donors = flags("treated", treated, (n,)), flags("donors", donors, (n,))
    predictors = numbers("predictors", predictors, (n, None), missing=True)
    before = whole("before", before, 1, periods - 1)
    fit_from = whole("fit_from", fit_from, 0, before - 1)
    fit_to = before if fit_to is None else whole("fit_to", fit_to, fit_from + 1, before)
    if not treated.any() or not donors.any() or (treated & donors).any():
        raise EstimationError(
            f"{treated.sum()} units are treated, {donors.sum()} donors and "
            f"{(treated & donors).sum()} both; expected some of each and none of both."
        )
    numbers("predictors of treated units and donors", predictors[treated | donors])
    spread = predictors[treated | donors].std(axis=0, ddof=1)
    if not (spread > 0).all():
        raise EstimationError(
            f"Predictor {int(np.argmin(spread))} is the same for all units; expected variation."
        )
    x1, X0 = predictors[treated].mean(axis=0), predictors[donors]
    one, rest = (x1 / spread)[:, None], (X0 / spread).T
    series = outcomes[treated].mean(axis=0)
    early, late = series[fit_from:fit_to], outcomes[donors][:, fit_from:fit_to]

    def weights_of(logs: Array) -> tuple[Array, Array]:
        v = np.exp(logs - logs.max())
        root = np.sqrt(v / v.sum())[:, None]
        ridge = TINY * np.square(root * rest).sum() / rest.shape[1]
        return simplex_weights(root * rest, (root * one).T, ridge=ridge)[0], v / v.sum()

    def loss(logs: Array) -> float:
        return float(np.square(early - weights_of(logs)[0] @ late).mean())

    k = len(x1)
    if importance is not None:
        importance = numbers("importance", importance, (k,))
        if (importance < 0).any() or not importance.any():
            raise ValueError(
                f"importance runs from {importance.min():g}; expected none below zero and one "
                "above it."
            )
        inside, v = weights_of(np.log(np.maximum(importance, 1e-300)))
        return _result(outcomes, series, donors, before, fit_from, fit_to, inside, v, x1, X0)
    rng = np.random.default_rng(SEED)
    starts = [np.zeros(k), *rng.normal(0, 2, (STARTS, k))] if k > 1 else [np.zeros(1)]
    options = {"maxiter": STEPS * k, "maxfev": 2 * STEPS * k, "xatol": 1e-3, "fatol": 1e-10}
    found = [
        optimize.minimize(loss, start, method="Nelder-Mead", options=options) for start in starts
    ]
    best = min(found, key=lambda each: each.fun)
    if not best.success:
        warnings.warn(
            f"The search for the predictors' weights did not settle in {options['maxiter']} steps; "
            "expected a fit that still falls: compare it with weights given by `importance`.",
            stacklevel=2,
        )
    inside, v = weights_of(best.x)
    return _result(outcomes, series, donors, before, fit_from, fit_to, inside, v, x1, X0)


def _result(outcomes, series, donors, before, fit_from, fit_to, inside, v, x1, X0):
    weights = np.zeros(len(outcomes))
    weights[donors] = inside
    gaps = series - weights @ outcomes
    return PredictorControl(
        gaps=gaps,
        effect=float(gaps[before:].mean()),
        fit=float(np.sqrt(np.square(gaps[fit_from:fit_to]).mean())),
        donor_weights=weights,
        predictor_weights=v,
        treated_predictors=x1,
        synthetic_predictors=inside @ X0,
    )
