"""Choose between spatial panel models: nested tests, Hausman's test, selection in one table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics.options import check_level
from regiometrics.spatial.diagnostics import lm_tests
from regiometrics.spatial.errors import ConvergenceError, SpecificationError
from regiometrics.spatial.model import SpatialPanel
from regiometrics.spatial.nesting import (
    check_common_factors,
    check_hausman,
    check_likelihood_model,
    check_nested,
    nests_errors,
)
from regiometrics.spatial.panel_data import check_frames
from regiometrics.spatial.results import SpatialPanelResult

# A full model fitted worse by more than this, relative to its log-likelihood, was not maximised.
_WORSE = 1e-6


def lr_test(restricted: SpatialPanelResult, full: SpatialPanelResult) -> pd.Series:
    """Likelihood-ratio test of a nested model.

    Parameters
    ----------
    restricted, full : SpatialPanelResult
        Two fits of the same data and weights, effects and bias correction.

    Returns
    -------
    pandas.Series
        statistic, df, p_value (chi-squared).

    Raises
    ------
    SpecificationError
        If the likelihoods are not of the same data or the models are not nested: the spatial error
        model is a case of a Durbin model that lags every regressor by the same weights, whose
        rows have one sum where there are time effects or a constant.
    ConvergenceError
        If the full model's likelihood is below the restricted one's: it was not maximised.
    """
    check_likelihood_model(restricted, full)
    a, b = restricted.specification, full.specification
    if (a.effects, a.dynamic, a.bias_correction) != (b.effects, b.dynamic, b.bias_correction):
        raise SpecificationError(
            f"The models differ in effects, dynamics or bias correction ({a} and {b}); expected "
            "the same: their likelihoods are of different data."
        )
    if "direct" in str(a.bias_correction) or (a.dynamic and a.bias_correction):
        raise SpecificationError(
            "A likelihood-ratio test of bias-corrected estimates was asked for; expected "
            "uncorrected or transformed ones: use wald_test."
        )
    for result in (restricted, full):
        if result.is_modified or result.information.kind == "adjusted-score":
            raise SpecificationError(
                f"A likelihood-ratio test was asked of estimates by {result._estimator_name()}, "
                "which maximise no likelihood; expected cov_type 'classical' or 'qml' on a "
                "balanced panel, or wald_test."
            )
    if restricted.nobs != full.nobs:
        raise SpecificationError(
            f"The models have {restricted.nobs} and {full.nobs} observations; expected the same."
        )
    check_nested(restricted, full)
    df = full.n_params - restricted.n_params
    if df <= 0:
        raise SpecificationError(
            f"The restricted model has {restricted.n_params} parameters, the full one "
            f"{full.n_params}; expected fewer in the restricted one."
        )
    gain = full.loglik - restricted.loglik
    slack = _WORSE * max(1.0, abs(full.loglik)) + sum(
        result.approximation_error["loglik"] for result in (restricted, full)
    )
    if gain < -slack:
        raise ConvergenceError(
            f"The log-likelihood is {restricted.loglik:.6f} in the restricted model and "
            f"{full.loglik:.6f} in the full one; expected no less there: it was not maximised."
        )
    return _chi2(max(0.0, 2 * gain), df)


def wald_test(result: SpatialPanelResult, against: str) -> pd.Series:
    """Wald test of a spatial Durbin model against a model that it nests.

    Parameters
    ----------
    result : SpatialPanelResult
        A fit of model "sdm"; its covariance is used, so that a robust one gives a robust test.
    against : {"sar", "sem", "slx"}
        theta = 0; theta = -rho beta (common factors); rho = 0.

    Returns
    -------
    pandas.Series
        statistic, df, p_value (chi-squared).

    Raises
    ------
    SpecificationError
        If the model is no Durbin model, has no spatial lag of a regressor to test, or does not
        nest the other (see :func:`lr_test`).

    Notes
    -----
    The common-factor restrictions are non-linear; their covariance is by the delta method
    (Burridge 1981; Elhorst 2014, eq. 2.22).
    """
    check_likelihood_model(result)
    if result.specification.model != "sdm":
        raise SpecificationError(
            f"The model is '{result.specification.model}'; expected 'sdm', which nests the others."
        )
    if against not in ("sar", "sem", "slx"):
        raise SpecificationError(f"against is {against!r}; expected 'sar', 'sem' or 'slx'.")
    params = result.params
    if against == "slx":
        value, jacobian = np.array([params["rho"]]), pd.DataFrame(0.0, [0], params.index)
        jacobian.loc[0, "rho"] = 1.0
    else:
        lagged = list(result.design.lagged)
        if not lagged:
            raise SpecificationError(
                "The Durbin model has no spatial lag of a regressor; expected one or more to test."
            )
        if against == "sem":
            check_common_factors(result, result.design.base)
        names = [f"W.{name}" for name in lagged]
        value = params[names].to_numpy()
        jacobian = pd.DataFrame(0.0, names, params.index)
        for name in names:
            jacobian.loc[name, name] = 1.0
        if against == "sem":
            value = value + params["rho"] * params[lagged].to_numpy()
            for name, base in zip(names, lagged, strict=True):
                jacobian.loc[name, base] = params["rho"]
                jacobian.loc[name, "rho"] = params[base]
    R = jacobian.to_numpy()
    spread = R @ result.cov.to_numpy() @ R.T
    return _chi2(float(value @ np.linalg.solve(spread, value)), len(value))


def hausman_test(fixed: SpatialPanelResult, random: SpatialPanelResult) -> pd.Series:
    """Test random against fixed unit effects in a spatial panel.

    Parameters
    ----------
    fixed : SpatialPanelResult
        The fit with unit effects.
    random : SpatialPanelResult
        The fit with random effects, same model, data and weights; regressors that do not vary over
        time may be here alone.

    Returns
    -------
    pandas.Series
        statistic, df, p_value (chi-squared), and `definite`: whether the difference of the
        covariances is positive definite. Where it is not, directions of no positive variance
        are left out and df is what remains.

    Raises
    ------
    SpecificationError
        If effects are others, the models or data differ, or the test does not exist.

    Notes
    -----
    Mutl and Pfaffermayr (2011). The slopes common to both are compared; under random effects the
    difference has covariance V_fixed - V_random, V_random at the error variance of the fixed
    fit. With each fit's own variance the difference is of the size of these variances' own error,
    and a test of 5% rejects in 15 to 23% of samples. The spatial parameters are left out: effects
    that are correlated with regressors hardly move them, and the two fits' covariances of them are
    nearly equal.
    """
    check_likelihood_model(fixed, random)
    check_hausman(fixed, random)
    spatial = ("rho", "lambda")
    names = [
        name for name in fixed.params.index if name in random.params.index and name not in spatial
    ]
    gap = (fixed.params[names] - random.params[names]).to_numpy()
    ratio = fixed.sigma2 / random.sigma2
    spread = (fixed.cov.loc[names, names] - ratio * random.cov.loc[names, names]).to_numpy()
    # Correlation scale, so that "zero" means the same in every direction.
    scale = 1 / fixed.std_errors[names].to_numpy()
    values, vectors = np.linalg.eigh(spread * np.outer(scale, scale))
    kept = values > 1e-8
    if not kept.any():
        raise SpecificationError(
            "The random-effects estimates are nowhere more precise than the fixed-effects ones; "
            "expected a positive difference of covariances: the test does not exist."
        )
    projected = vectors.T @ (gap * scale)
    test = _chi2(float((projected[kept] ** 2 / values[kept]).sum()), int(kept.sum()))
    test["definite"] = bool(kept.all())
    return test


def select_model(
    dependent: pd.Series,
    exog: pd.DataFrame,
    weights: object,
    effects: str = "twoway",
    bias_correction: str | None = "lee-yu",
    level: float = 0.05,
) -> pd.DataFrame:
    """Select a model by both usual routes, in one table.

    Specific to general: LM tests on the model without spatial terms; the robust ones decide where
    both plain ones reject. General to specific: the spatial Durbin model, reduced to SAR, SEM or
    SLX where its restrictions are not rejected by likelihood-ratio and Wald tests (Elhorst 2014,
    section 2.6). Errors are left out of the latter where the rows of W have different sums and
    there are time effects or a constant: the Durbin model does not nest them then.

    Parameters
    ----------
    dependent, exog, weights
        The data and weights, as in :class:`SpatialPanel`.
    effects : {"none", "unit", "time", "twoway"}
        The fixed effects that are taken out.
    bias_correction : {"lee-yu", "lee-yu-transform", None}
        The bias correction of the fits.
    level : float
        Size of the tests, such as 0.05: below one half.

    Returns
    -------
    pandas.DataFrame
        Indexed (route, test); columns null, alternative, statistic, df, p_value, rejected. The
        rows "selected" hold each route's model in column alternative.

    Raises
    ------
    PanelError, SpatialError
        From the models and tests; without a regressor that varies there is no Durbin model.
    """
    check_level(level, SpecificationError)
    if level > 0.5:
        raise SpecificationError(
            f"The level is {level}; expected the tests' size, such as 0.05, below one half."
        )
    _, columns = check_frames(dependent, exog)
    if not (columns.nunique() > 1).any():
        raise SpecificationError(
            "No regressor varies; expected one or more: without them there is no Durbin model to "
            "select from, and lm_tests is what remains."
        )
    rows: list[dict] = []

    def add(route: str, test: str, null: str, alternative: str, values: pd.Series) -> bool:
        rejected = bool(values["p_value"] < level)
        rows.append(
            {"route": route, "test": test, "null": null, "alternative": alternative}
            | {key: float(values[key]) for key in ("statistic", "df", "p_value")}
            | {"rejected": rejected}
        )
        return rejected

    upward = "specific to general"
    lm = lm_tests(dependent, exog, weights, effects, "lee-yu" if bias_correction else None)
    verdicts = {
        name: add(upward, name, "ols", "sem" if "error" in name else "sar", lm.loc[name])
        for name in ("lm_lag", "lm_error", "robust_lm_lag", "robust_lm_error")
    }
    rows.append({"route": upward, "test": "selected", "alternative": _from_lm(verdicts, lm)})

    downward = "general to specific"
    results = {
        model: SpatialPanel(dependent, exog, weights, model=model, effects=effects).fit(
            bias_correction=bias_correction
        )
        for model in ("sdm", "sar", "sem", "slx")
    }
    kept = {}
    for model in _restrictions(results["sdm"]):
        ratio = add(downward, f"lr_{model}", model, "sdm", lr_test(results[model], results["sdm"]))
        wald = add(downward, f"wald_{model}", model, "sdm", wald_test(results["sdm"], model))
        if not (ratio or wald):
            kept[model] = results[model].bic
    chosen = min(kept, key=lambda model: kept[model]) if kept else "sdm"
    rows.append({"route": downward, "test": "selected", "alternative": chosen})
    return pd.DataFrame(rows).set_index(["route", "test"])


def _restrictions(durbin: SpatialPanelResult) -> list[str]:
    """List the models that the Durbin model nests."""
    errors = nests_errors(durbin.design, durbin.specification.effects)
    return [model for model in ("sar", "sem", "slx") if model != "sem" or errors]


def _from_lm(rejected: dict[str, bool], lm: pd.DataFrame) -> str:
    lag, error = rejected["lm_lag"], rejected["lm_error"]
    if not lag and not error:
        return "ols"
    if lag != error:
        return "sar" if lag else "sem"
    robust_lag, robust_error = rejected["robust_lm_lag"], rejected["robust_lm_error"]
    if robust_lag and robust_error:
        # Both remain: the Durbin model nests either (LeSage and Pace 2009, section 2.7).
        return "sdm"
    if robust_lag != robust_error:
        return "sar" if robust_lag else "sem"
    return "sar" if lm.loc["lm_lag", "statistic"] >= lm.loc["lm_error", "statistic"] else "sem"


def _chi2(statistic: float, df: int) -> pd.Series:
    return pd.Series(
        {"statistic": statistic, "df": df, "p_value": float(laws.chi2.sf(statistic, df))},
        dtype=object,
    )
