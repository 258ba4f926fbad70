"""Fits on unbalanced panels.

Where only outcomes of model "slx" are missing, theory needs no model of what is missing: X and W X
are known for every unit and period, and least squares on the observed rows is the likelihood's
maximum. Where whole rows are missing, spatial lags are over what is observed: see
:mod:`regiometrics.spatial.selection`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from regiometrics.errors import PanelError, label
from regiometrics.panel.within import to_array
from regiometrics.spatial.covariances import CovarianceOptions
from regiometrics.spatial.crossproducts import CrossProducts
from regiometrics.spatial.errors import UnsupportedPanelError
from regiometrics.spatial.information import Information, Structure
from regiometrics.spatial.likelihood import Maximum
from regiometrics.spatial.logdet import LogDet
from regiometrics.spatial.panel_data import (
    Design,
    check_frames,
    check_outcome,
    check_size,
    take_out_observed,
)
from regiometrics.spatial.rank import (
    Basis,
    check_fit,
    check_rank,
    loses_digits,
    refuse_perfect,
)
from regiometrics.spatial.selection import (
    SelectedModel,
    SelectedWeights,
    check_options,
    check_selection,
)
from regiometrics.spatial.selection_robust import RobustSelectedModel
from regiometrics.spatial.weights import SpatialWeights

if TYPE_CHECKING:
    from regiometrics.spatial.results import SpatialPanelResult, Specification


def split_missing(
    dependent: pd.Series, exog: pd.DataFrame, weights: object
) -> tuple[pd.Series, np.ndarray | None]:
    """Complete the outcome's index to that of the regressors.

    Parameters
    ----------
    dependent : pandas.Series
        The outcome on (unit, period).
    exog : pandas.DataFrame
        The regressors on (unit, period).
    weights : object
        The weights as given: without labels they are in the order of the outcome's units.

    Returns
    -------
    dependent : pandas.Series
        On the regressors' rows, its own units in their order; zero where not observed, to be
        masked.
    observed : numpy.ndarray of bool, shape (T, n), or None
        None where nothing is missing.

    Raises
    ------
    PanelError, UnsupportedPanelError
        If a frame is none, a row is there twice, regressors are missing, or rows of the outcome
        are and its units are in another order than the regressors': that of weights without
        labels is not known then.
    """
    dependent, exog = check_frames(dependent, exog)
    extra = dependent.index.difference(exog.index)
    if len(extra):
        unit, period = extra[0]
        raise UnsupportedPanelError(
            f"Unit {label(unit)} in period {label(period)} is missing from exog; "
            "expected regressors for every unit and period: their spatial lags need the "
            "neighbours' values."
        )
    whole = len(dependent) == len(exog)
    if whole and not dependent.isna().any():
        return dependent, None
    if not pd.api.types.is_numeric_dtype(dependent.dtype):
        raise PanelError(f"Column '{dependent.name}' has type {dependent.dtype}; expected numbers.")
    # Nullable columns, logical ones among them, hold no zero and no NaN of their own.
    values = dependent.to_numpy(dtype=float, na_value=np.nan)
    known = pd.Series(values, index=dependent.index, name=dependent.name)
    if not whole:
        if sparse.issparse(weights) or isinstance(weights, np.ndarray):  # without labels
            _check_order(dependent.index, exog.index)
        known = known.reindex(exog.index)
    seen = known.notna()
    return known.fillna(0.0), to_array(seen.astype(float)).values[:, :, 0] == 1


def _check_order(some: pd.MultiIndex, every: pd.MultiIndex) -> None:
    """Refuse units in two orders: rows left out can change that in which units first appear."""
    if (np.diff(every.get_indexer(some)) > 0).all():
        return
    units = some.get_level_values(0).unique()
    order = every.get_level_values(0).unique().get_indexer(units)
    if (np.diff(order) < 0).any():
        k = int(np.argmax(np.diff(order) < 0))
        raise UnsupportedPanelError(
            f"Unit {label(units[k])} appears before unit {label(units[k + 1])} in the outcome and "
            "after it in the regressors, and the outcome lacks rows; expected one order, that of "
            "the weights: sort both in the same way, give missing outcomes as missing values, or "
            "label the weights."
        )


def fit_unbalanced(
    specification: Specification,
    design: Design,
    observed: np.ndarray,
    options: CovarianceOptions,
) -> SpatialPanelResult:
    """Least squares with effects on the observed rows.

    Parameters
    ----------
    specification : Specification
        The model that was asked for.
    design : Design
        The design, with any value in y where it is not observed.
    observed : numpy.ndarray of bool, shape (T, n)
        Whether unit and period are observed.
    options : CovarianceOptions
        The covariance that was asked for.

    Raises
    ------
    UnsupportedPanelError
        If a unit or period whose effect is asked for has no observed outcome.
    """
    from regiometrics.spatial.results import SpatialPanelResult

    unit = specification.effects in ("unit", "twoway")
    time = specification.effects in ("time", "twoway")
    for used, axis, labels, what in (
        (unit, 0, design.units, "Unit"),
        (time, 1, design.periods, "Period"),
    ):
        empty = ~observed.any(axis=axis)
        if used and empty.any():
            raise UnsupportedPanelError(
                f"{what} {label(labels[int(np.argmax(empty))])} has no observed outcome; expected "
                "at least one to estimate its effect: leave it out."
            )
    k, rows = len(design.names), int(observed.sum())
    check_size(observed.shape, rows, specification.effects, k)
    data = np.concatenate([np.nan_to_num(design.y)[:, :, None], design.Z], axis=2)
    within = take_out_observed(data, observed, unit, time)
    left = within[:, :, 0][observed]
    check_outcome(left, design.y[observed], design.outcome, specification.effects)
    accurate = check_rank(design.Z, within[:, :, 1:], design.names, specification.effects)
    basis, columns = None, within
    products = CrossProducts(columns, False).matrix()
    if not accurate or loses_digits(products, k):
        basis, columns = Basis.of(within, k)
        products = CrossProducts(columns, False).matrix()
    check_fit(products, k, float((design.y[observed] ** 2).sum()), design.outcome)
    delta = np.linalg.solve(products[1:, 1:], products[1:, 0])
    residuals = columns[:, :, 0] - columns[:, :, 1:] @ delta
    sse = float((residuals**2).sum())
    J = None
    if basis is not None:
        J = basis.jacobian(k + 1)
        delta = basis.coefficients(delta, 0.0)
    N = rows
    if specification.bias_correction is not None:
        # Effects' degrees of freedom, as the transformation would take them.
        lost = unit * len(design.units) + time * len(design.periods) - (unit and time)
        N -= int(lost)
    sigma2 = sse / N
    loglik = -0.5 * N * (np.log(2 * np.pi * sigma2) + 1)
    matrix = np.zeros((k + 1, k + 1))
    matrix[:k, :k] = products[1:, 1:] / sigma2
    matrix[k, k] = N / (2 * sigma2**2)
    missing = np.where(observed, 0.0, np.nan)
    return SpatialPanelResult.assemble(
        specification=specification,
        design=replace(design, y=design.y + missing),
        maximum=Maximum(0.0, 0.0, delta, sse, sigma2, loglik),
        loglik=loglik,
        information=Information(matrix, matrix, 0.0, 0.0, 0.0, J),
        residuals=residuals + missing,
        structure=Structure(None, None, 0.0, 0.0, unit, time, False, False),
        effective=N,
        logdet_error=0.0,
        basis=basis,
        options=options,
        rows=rows,
    )


def fit_selected(
    specification: Specification,
    design: Design,
    error_weights: SpatialWeights | None,
    observed: np.ndarray,
    logdets: tuple[LogDet | None, LogDet | None],
    options: CovarianceOptions,
) -> SpatialPanelResult:
    """Fit a model with a spatial lag or spatial errors where whole rows are missing.

    Parameters
    ----------
    specification : Specification
        The model that was asked for.
    design : Design
        Lags over observed neighbours: :func:`regiometrics.spatial.gaps.select`.
    error_weights : SpatialWeights or None
        The weights of the errors; None without spatial errors.
    observed : numpy.ndarray of bool, shape (T, n)
        Whether unit and period are observed.
    logdets : tuple of LogDet or None
        The log-determinants of the weights of all units, for impacts and intervals.
    options : CovarianceOptions
        The covariance that was asked for.

    Raises
    ------
    SpatialError
        If covariances are asked for that do not exist here, or there is no estimate.
    """
    from regiometrics.spatial.results import SpatialPanelResult

    effects, k = specification.effects, len(design.names)
    check_options(options, specification.model)
    check_selection(observed, effects, k, design.units, design.periods)
    lag, error = logdets
    own = design.by_period or design.weights
    chosen = None if lag is None else SelectedWeights(own, observed)
    of_errors = None
    if error is not None:
        same = error_weights is design.weights
        if chosen is None or not same:
            other = own if same or error_weights is None else error_weights
            of_errors = SelectedWeights(other, observed)
        else:
            of_errors = chosen
    unit, time = effects in ("unit", "twoway"), effects in ("time", "twoway")
    y, Z = design.y[observed], design.Z[observed]
    data = np.concatenate([design.y[:, :, None], design.Z], axis=2)
    within = take_out_observed(np.nan_to_num(data), observed, unit, time)
    check_outcome(within[:, :, 0][observed], y, design.outcome, effects)
    check_rank(design.Z * observed[:, :, None], within[:, :, 1:], design.names, effects)
    kind = RobustSelectedModel if options.kind == "robust" else SelectedModel
    fit = kind(y, Z, chosen, of_errors, observed, effects).fit()
    refuse_perfect(fit.sigma2 * fit.df, float(y @ y), design.outcome)
    p = len(fit.cov)
    matrix = np.zeros((p + 1, p + 1))
    matrix[:p, :p] = np.linalg.inv(fit.cov)
    matrix[p, p] = fit.df / (2 * fit.sigma2**2)
    residuals = np.full(observed.shape, np.nan)
    residuals[observed] = fit.residuals
    missing = int((~observed).sum())
    return SpatialPanelResult.assemble(
        specification=specification,
        design=design,
        maximum=Maximum(
            fit.rho, fit.lambda_, fit.delta, fit.sigma2 * fit.df, fit.sigma2, fit.loglik
        ),
        loglik=fit.loglik,
        information=Information(matrix, matrix, 0.0, 0.0, 0.0, kind="adjusted-score"),
        residuals=residuals,
        structure=Structure(lag, error, fit.rho, fit.lambda_, unit, time, False, False),
        effective=fit.df,
        logdet_error=0.0,
        options=options,
        cov=fit.cov,
        notes=(
            *(
                ("weights differ between periods: impacts are averages over them",)
                * (design.by_period is not None)
            ),
            *(
                (
                    f"{missing} of {observed.size} observations missing: spatial lags are over the "
                    "neighbours observed in the same period",
                )
                * (missing > 0)
            ),
        ),
        rows=int(observed.sum()),
    )
