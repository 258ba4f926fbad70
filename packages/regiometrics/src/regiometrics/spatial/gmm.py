"""Spatial two-stage least squares and GMM, for reaction functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from regiometrics.panel.dependence import Dependence
from regiometrics.panel.within import demean
from regiometrics.spatial.along_time import check_transform, within_of
from regiometrics.spatial.covariances import warn_of_few_clusters
from regiometrics.spatial.errors import BoundaryError, NonNormalisedWeightsError, SpecificationError
from regiometrics.spatial.formula import formula_effects, read_formula
from regiometrics.spatial.gmm_results import Spatial2SLSResult, dependence_of
from regiometrics.spatial.instruments import IVDesign, build_iv_design
from regiometrics.spatial.iv import (
    Equation,
    IVFit,
    iv_covariance,
    minimise_moments,
    optimal_weight,
    two_stage,
)
from regiometrics.spatial.moments import ErrorMoments, kapoor_kelejian_prucha, kelejian_prucha_1999
from regiometrics.spatial.panel_data import choose, read_effects
from regiometrics.spatial.quadratic import fit_quadratic
from regiometrics.spatial.rank import refuse_perfect
from regiometrics.spatial.small_samples import reason, warn_of_small_sample
from regiometrics.spatial.spatial_errors import fit_spatial_errors
from regiometrics.spatial.weights import SpatialWeights
from regiometrics.spatial.weights_checks import panel_weights

Array = np.ndarray
ERRORS = (None, "ar", "ar-homoskedastic")


@dataclass(frozen=True, eq=False)
class _Fitted:
    """An equation as it was estimated last, its estimate, and what was learnt of the errors."""

    equation: Equation
    fit: IVFit
    cov: Array
    names: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    notes: tuple[tuple[str, float], ...] = ()


class Spatial2SLS:
    """Spatial lags of the outcome, instrumented by the neighbours' exogenous characteristics.

    y_t = sum_m rho_m W_m y_t + X_t b + sum_m W_m X_t c_m + Y_t d + effects + u_t, instrumented
    by X and its spatial lags; u_t = lambda M u_t + e_t where `error` is given.

    Parameters
    ----------
    dependent : pandas.Series
        The outcome on a (unit, period) index, balanced.
    exog : pandas.DataFrame
        Exogenous regressors. A constant is added where effects are "none" or "random".
    weights : object or mapping of str to object
        One weights matrix (see :class:`regiometrics.spatial.SpatialPanel`), or several by
        name, such as rivals inside the province and across its border; in several, units
        without neighbours are let through.
    instruments_order : int, default 2
        Highest power of W whose lags of X instrument: all products where there are several.
    effects : {"twoway", "none", "unit", "time", "random", "between", "first-difference", "factors"}
        "random" needs `error`; the last three as in :class:`SpatialPanel`.
    durbin : bool, str or sequence of str, default False
        Exogenous regressors whose spatial lags enter the equation: True all, False and None none.
    endog : pandas.DataFrame, optional
        Endogenous regressors other than spatial lags.
    instruments : pandas.DataFrame, optional
        Outside instruments; spatially lagged like X.
    dynamic : {None, "time", "space-time"}
        Add L.y, or L.y and its spatial lags, instrumented by lags of the exogenous variables.
    lag : bool, default True
        Whether spatial lags of y enter; without them and `endog` this is least squares, with
        `error` the spatial error model.
    error : {None, "ar", "ar-homoskedastic"}
        Spatial autoregressive errors: by moments that hold under heteroskedasticity
        (Kelejian and Prucha 2010), or by the earlier ones that need equal variances (1999).
        With random effects, "ar" is the estimator of Kapoor, Kelejian and Prucha (2007).
    error_weights : object, optional
        M; by default the (first) weights matrix.
    islands : bool, optional
        Whether units without neighbours are kept; their spatial lags are zero. None keeps them
        in several matrices where each unit has a neighbour in one of them; False refuses them.
    entity_effects, time_effects : bool, optional
        linearmodels' way of saying `effects`.

    Raises
    ------
    PanelError, SpatialError
        With the unit, period, variable or option at fault.

    Notes
    -----
    Kelejian and Prucha (1998); with effects taken out by demeaning, Mutl and Pfaffermayr
    (2011). Demeaning over time makes L.y endogenous, which its instruments heal; no bias
    correction is needed then.

    Examples
    --------
    >>> from regiometrics.spatial.simulate import simulate_panel
    >>> data = simulate_panel(n=100, T=8, model="sar", effects="twoway", rho=0.4, seed=1)
    >>> result = Spatial2SLS(data.dependent, data.exog, data.weights).fit()
    >>> bool(abs(result.params["rho"] - 0.4) < 4 * result.std_errors["rho"])
    True
    """

    def __init__(
        self,
        dependent: pd.Series,
        exog: pd.DataFrame,
        weights: object | Mapping[str, object],
        *,
        instruments_order: int = 2,
        effects: str | None = None,
        durbin: bool | str | Sequence[str] | None = False,
        endog: pd.DataFrame | pd.Series | None = None,
        instruments: pd.DataFrame | pd.Series | None = None,
        dynamic: str | None = None,
        lag: bool = True,
        error: str | None = None,
        error_weights: object | None = None,
        islands: bool | None = None,
        entity_effects: bool | None = None,
        time_effects: bool | None = None,
    ) -> None:
        effects = read_effects(effects, entity_effects, time_effects)
        choose("islands", islands, (None, True, False))
        if error is not None and (not isinstance(error, str) or error not in ERRORS):
            raise SpecificationError(f"error is {error!r}; expected None, ar or ar-homoskedastic.")
        if effects == "random" and error != "ar":
            raise SpecificationError(f"Random effects go with error='ar' here; error is {error!r}.")
        self.effects, self.error = effects, error
        self._within = within_of(effects)
        check_transform(effects, dynamic, None)
        self.design: IVDesign = build_iv_design(
            dependent,
            exog,
            weights,
            effects,
            durbin,
            endog,
            instruments,
            instruments_order,
            dynamic,
            lag,
            islands,
        )
        self.error_weights: SpatialWeights | None = None
        if error is not None:
            first = next(iter(self.design.weights.values()))
            given = first if error_weights is None else error_weights
            self.error_weights = panel_weights(given, self.design.units, islands)
            if self._within in ("time", "twoway") and self.error_weights.row_sum is None:
                raise NonNormalisedWeightsError(
                    "The rows of the error weights have different sums; expected one sum where "
                    "time effects are taken out of spatial errors: row-normalise."
                )
        elif error_weights is not None:
            raise SpecificationError("Error weights are given without error; expected error='ar'.")

    @classmethod
    def from_formula(
        cls,
        formula: str,
        data: pd.DataFrame,
        weights: object,
        *,
        index: Sequence[str] | None = None,
        **options: Any,
    ) -> Spatial2SLS:
        """Write the model as a formula; needs the extra "formula".

        Parameters
        ----------
        formula : str
            Such as "y ~ x1 + log(x2) | unit + time": what is right of the bar are the effects, by
            these names or those of the index levels. Without a bar there are none, unless
            options say so.
        data : pandas.DataFrame
            The variables on (unit, period), or with these as the columns named by `index`.
        weights : object
            The weights, as the class takes them.
        index : sequence of str, optional
            The names of the columns with unit and period.
        **options
            Options, as the class takes them.

        Returns
        -------
        Spatial2SLS

        Raises
        ------
        SpecificationError, PanelError
            If the formula cannot be read, or the data do not fit it.

        Examples
        --------
        >>> from regiometrics.spatial import Spatial2SLS, simulate_panel
        >>> drawn = simulate_panel(n=25, T=5, seed=1)
        >>> data = drawn.exog.assign(y=drawn.dependent)
        >>> model = Spatial2SLS.from_formula("y ~ x1 + x2 | unit + time", data, drawn.weights)
        >>> model.effects
        'twoway'
        """
        dependent, exog, effects = read_formula(formula, data, index)
        return cls(dependent, exog, weights, **formula_effects(effects, options, formula))

    def fit(
        self,
        cov_type: str = "clustered",
        *,
        method: str = "2sls",
        clusters: str | pd.Series | None = None,
        lags: int | None = None,
        kernel: object | None = None,
        debiased: bool = True,
        bandwidth: int | None = None,
        cluster_entity: bool = False,
        cluster_time: bool = False,
    ) -> Spatial2SLSResult:
        """Estimate.

        Parameters
        ----------
        cov_type : {"clustered", "robust", "unadjusted", "newey-west", "driscoll-kraay", "conley"}
            What errors may depend on: see :class:`regiometrics.panel.dependence.Dependence`. With
            spatial errors by heteroskedastic moments: "clustered" (by unit) or "robust".
        method : {"2sls", "gmm", "gmm-quadratic"}
            "gmm" weights the moments by the inverse of their variance under `cov_type`, from
            two-stage residuals. "gmm-quadratic" adds that errors of different units are
            uncorrelated (:func:`regiometrics.spatial.quadratic.fit_quadratic`); "clustered" by
            unit or "robust".
        clusters, lags, kernel
            The details of the covariance, as in :class:`regiometrics.panel.dependence.Dependence`.
            linearmodels' names are taken too: `bandwidth` for lags, `cluster_entity` and
            `cluster_time` for clusters, and cov_type "kernel" for "driscoll-kraay".
        debiased : bool, default True
            Small-sample factor: G/(G - 1) (N - 1)/(N - K) for clusters, N/(N - K) otherwise,
            K counting absorbed effects that clusters do not nest.

        Returns
        -------
        Spatial2SLSResult

        Raises
        ------
        PanelError, SpatialError
            If options do not go together, or an estimate does not exist.
        """
        if method not in ("2sls", "gmm", "gmm-quadratic"):
            raise SpecificationError(
                f"The method is {method!r}; expected 2sls, gmm or gmm-quadratic."
            )
        if method != "2sls" and self.error is not None:
            raise SpecificationError("GMM weights go with error=None; expected method='2sls'.")
        design = self.design
        first = two_stage(self._equation()).residuals
        refuse_perfect(float((first**2).sum()), float((design.y**2).sum()), design.outcome)
        dependence = dependence_of(
            design, cov_type, clusters, lags, kernel, bandwidth, cluster_entity, cluster_time
        )
        if method == "gmm-quadratic":
            fitted = self._quadratic(dependence)
        elif self.error is None:
            fitted = self._linear(dependence, method)
        elif self.effects == "random":
            fitted = self._random(dependence)
        else:
            fitted = self._spatial_errors(dependence)
        warn_of_few_clusters(dependence)
        T, n = design.y.shape
        k = len(fitted.fit.params)
        weighted = "gmm" if self.error is not None else method
        warn_of_small_sample(reason(n, T, self._within, k, dependence.kind, method=weighted))
        factor = dependence.factor(len(fitted.fit.params), self._within) if debiased else 1.0
        return Spatial2SLSResult.assemble(
            design=design,
            effects=self.effects,
            error=self.error,
            method=method,
            dependence=dependence,
            equation=fitted.equation,
            fit=fitted.fit,
            cov=factor * fitted.cov,
            factor=factor,
            extra=dict(zip(fitted.names, fitted.values, strict=True)),
            notes=dict(fitted.notes),
        )

    def _linear(self, dependence: Dependence, method: str) -> _Fitted:
        equation = self._equation()
        fit = two_stage(equation)
        if method == "gmm":
            fit = minimise_moments(equation, optimal_weight(equation, fit.residuals, dependence))
            return _Fitted(equation, fit, fit.bread)
        return _Fitted(equation, fit, iv_covariance(equation, fit, dependence))

    def _quadratic(self, dependence: Dependence) -> _Fitted:
        _check_independent_units(dependence)
        weights = list(self.design.weights.values())
        if not self.design.n_lags:
            raise SpecificationError("Quadratic moments have no spatial lag; expected lag=True.")
        if self._within in ("time", "twoway") and any(W.row_sum is None for W in weights):
            raise NonNormalisedWeightsError(
                "The rows of the weights have different sums; expected one sum where time effects "
                "are taken out of quadratic moments: row-normalise."
            )
        equation = self._equation()
        moments = ErrorMoments.of(weights[0], self._within, *weights[1:])
        best = fit_quadratic(
            equation, moments, dependence, [W.admissible_interval for W in weights]
        )
        linear = two_stage(equation)
        fit = replace(linear, params=best.params, residuals=best.residuals)
        notes = (("J", best.statistic), ("J_df", float(best.df)))
        return _Fitted(equation, fit, best.cov, notes=notes)

    def _spatial_errors(self, dependence: Dependence) -> _Fitted:
        M = self.error_weights
        assert M is not None  # only asked for with spatial errors
        if self.error == "ar":
            _check_independent_units(dependence)
            best = fit_spatial_errors(self._equation, self._residuals, M, self._within, dependence)
            return _Fitted(best.equation, best.fit, best.cov, ("lambda",), (best.lambda_,))
        u, _ = self._residuals(two_stage(self._equation()).params)
        lam, _ = kelejian_prucha_1999(u, M, self._within)
        equation = self._equation(lam)
        fit = two_stage(equation)
        cov = iv_covariance(equation, fit, dependence)
        return _Fitted(equation, fit, cov, notes=(("lambda", lam),))

    def _random(self, dependence: Dependence) -> _Fitted:
        M = self.error_weights
        assert M is not None  # only asked for with spatial errors
        u, _ = self._residuals(two_stage(self._equation()).params)
        lam, sigma_v, sigma_1 = kapoor_kelejian_prucha(u, M)
        if not (sigma_v > 0 and sigma_1 > 0):
            raise BoundaryError(
                f"The variance components are {sigma_v:.4g} and {sigma_1:.4g}; expected positive "
                "ones: there are no random effects in these errors."
            )
        theta = max(0.0, 1 - np.sqrt(sigma_v / sigma_1))
        equation = self._equation(lam, theta)
        fit = two_stage(equation)
        T = len(self.design.y)
        notes = (
            ("lambda", lam),
            ("sigma2_within", sigma_v),
            ("sigma2_units", (sigma_1 - sigma_v) / T),
            ("theta", float(theta)),
        )
        return _Fitted(equation, fit, iv_covariance(equation, fit, dependence), notes=notes)

    def _equation(self, lam: float = 0.0, theta: float = 0.0) -> Equation:
        """Filter spatial errors with lambda, take out effects, quasi-demean by theta."""
        design, M = self.design, self.error_weights

        def clear(values: Array, lam: float) -> Array:
            if lam and M is not None:
                values = values - lam * M.lag(values)
            values = demean(values, self._within)
            return values - theta * values.mean(axis=0) if theta else values

        # Excluded instruments need no filter (Kelejian and Prucha 1998); filtered
        # regressors instrument themselves, so that least squares is a case.
        exog = clear(design.exog.values, lam)
        D = np.concatenate([clear(design.endog.values, lam), exog], axis=2)
        F = np.concatenate([exog, clear(design.excluded.values, 0.0)], axis=2)
        return Equation(
            clear(design.y, lam).ravel(),
            D.reshape(-1, D.shape[2]),
            F.reshape(-1, F.shape[2]),
            len(design.endog.names),
        )

    def _residuals(self, params: Array) -> tuple[Array, Array]:
        """Residuals u and their lag Mu, effects taken out of each."""
        design = self.design
        D = np.concatenate([design.endog.values, design.exog.values], axis=2)
        u = design.y - D @ params
        assert self.error_weights is not None  # only asked for with spatial errors
        return demean(u, self._within), demean(self.error_weights.lag(u), self._within)


def _check_independent_units(dependence: Dependence) -> None:
    labelled = isinstance(dependence.clusters, pd.Series)
    by_unit = dependence.kind == "clustered" and (
        not labelled and dependence.clusters in (None, "unit")
    )
    if dependence.kind != "robust" and not by_unit:
        raise SpecificationError(
            "With spatial errors or quadratic moments the covariance is robust or clustered by "
            "unit; expected one of these."
        )
