"""What a fitted spatial panel model gives: named estimates, covariance, fit, impacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics.inference import Inference
from regiometrics.options import check_count, check_level, check_number
from regiometrics.spatial.along_time import within_of
from regiometrics.spatial.covariances import (
    CovarianceOptions,
    information_covariance,
    least_squares_covariance,
    warn_of_few_clusters,
)
from regiometrics.spatial.errors import SpecificationError
from regiometrics.spatial.impacts import choose_variables, impact_table
from regiometrics.spatial.information import Information, Structure
from regiometrics.spatial.likelihood import ConcentratedLikelihood, Determinant, Maximum
from regiometrics.spatial.panel_data import Design, take_out, take_out_observed
from regiometrics.spatial.panel_output import PanelOutput
from regiometrics.spatial.paths import impact_path
from regiometrics.spatial.prediction import SpatialPrediction
from regiometrics.spatial.profile import profile_interval, profile_loglik
from regiometrics.spatial.rank import Basis

ROBUST_RANDOM = (
    "cov_type is '{}' with random effects; expected 'classical': the likelihood rests on the "
    "effects' normal distribution. Under heteroskedasticity use effects 'unit', or Spatial2SLS "
    "with effects='random' and error='ar'."
)


@dataclass(frozen=True)
class Specification:
    """What was asked for.

    Attributes
    ----------
    model, effects, cov_type : str
        The names of model, effects and covariance.
    dynamic, bias_correction : str or None
        The lags of the outcome in the model, and the bias correction.
    random_errors : str or None
        The form of the spatial error with random effects.
    serial : str or None
        "ar1" where errors are serially correlated.
    """

    model: str
    effects: str
    dynamic: str | None
    bias_correction: str | None
    cov_type: str
    random_errors: str | None = None
    serial: str | None = None


@dataclass(frozen=True, eq=False)
class SpatialPanelResult(SpatialPrediction, PanelOutput, Inference):
    """A fitted model.

    Attributes
    ----------
    specification : Specification
        The model that was asked for.
    params : pandas.Series
        Regressors' coefficients, then "rho" and "lambda" where the model has them.
    cov : pandas.DataFrame
        Covariance of `params`, by `cov_type`.
    sigma2 : float
        Variance of the errors.
    loglik : float
        Maximum of the log-likelihood; of the transformed one under "lee-yu-transform", before a
        bias of order 1/T or 1/n is subtracted.
    nobs, n_units, n_periods : int
        Periods are those used: one fewer than given in a dynamic model.
    df_effective : int
        Observations less those that a transformation of the effects uses up.
    errors : numpy.ndarray, shape (T, n)
        e; `resids` and `fitted` (y - e) carry labels.
    variance_ratio : float or None
        Random effects: variance of mu over variance of e.
    logdet_method : str or None
        The method of the log-determinant; None without spatial parameters.
    approximation_error : dict
        "loglik": error of the log-determinant in units of the log-likelihood (zero: exact to
        rounding); "traces": relative error of the information matrix's traces: a standard
        error where they are estimated, a bound where they are differences.
    design : Design
        The outcome, regressors and weights.
    structure : Structure
        The spatial structure, effects and parameters.
    information : Information
        The information of (params, sigma²), in the sample.
    likelihood : ConcentratedLikelihood or None
        The likelihood, if `params` are its maximum.
    basis : Basis or None
        The basis, if regressors were too close to collinear for cross products.
    options : CovarianceOptions
        What was asked of the covariance.
    notes : tuple of str
        Limits that the summary prints: edges of ranges, units without neighbours.
    n_groups : int or None
        Clusters or periods whose number gives the t distribution its degrees of freedom.

    Examples
    --------
    >>> from regiometrics.spatial import SpatialPanel, simulate_panel
    >>> data = simulate_panel(n=25, T=8, model="sdm", rho=0.4, seed=1)
    >>> fit = SpatialPanel(data.dependent, data.exog, data.weights).fit()
    >>> fit.params.index.tolist()
    ['x1', 'x2', 'W.x1', 'W.x2', 'rho']
    >>> bool(fit.impacts().loc[("x1", "total"), "estimate"] > fit.params["x1"])
    True
    """

    specification: Specification
    params: pd.Series
    cov: pd.DataFrame
    sigma2: float
    loglik: float
    nobs: int
    n_units: int
    n_periods: int
    df_effective: int
    errors: np.ndarray = field(repr=False)
    variance_ratio: float | None
    logdet_method: str | None
    approximation_error: dict[str, float]
    design: Design = field(repr=False)
    structure: Structure = field(repr=False)
    information: Information = field(repr=False)
    likelihood: ConcentratedLikelihood | None = field(repr=False)
    basis: Basis | None = field(default=None, repr=False)
    options: CovarianceOptions = field(default_factory=CovarianceOptions, repr=False)
    notes: tuple[str, ...] = ()
    n_groups: int | None = None

    @classmethod
    def assemble(
        cls,
        specification: Specification,
        design: Design,
        maximum: Maximum,
        loglik: float,
        information: Information,
        residuals: np.ndarray,
        structure: Structure,
        effective: int,
        logdet_error: float,
        variance_ratio: float | None = None,
        likelihood: ConcentratedLikelihood | None = None,
        basis: Basis | None = None,
        options: CovarianceOptions | None = None,
        cov: np.ndarray | None = None,
        notes: tuple[str, ...] = (),
        rows: int | None = None,
        extra: dict[str, float] | None = None,
    ) -> SpatialPanelResult:
        """Name the estimates and compute their covariance."""
        options = options or CovarianceOptions()
        labels, values = list(design.names), list(maximum.delta)
        if structure.lag is not None:
            labels.append("rho")
            values.append(maximum.rho)
        if structure.error is not None:
            labels.append("lambda")
            values.append(maximum.lambda_)
        for name, value in (extra or {}).items():
            labels.append(name)
            values.append(value)
        index = pd.Index(labels)
        T, n = design.y.shape
        some = structure.lag or structure.error
        islands = len(design.weights.islands)
        if islands:
            notes = (*notes, f"{islands} unit(s) without neighbours: their spatial lags are zero")
        if basis is not None:
            notes = (*notes, "regressors or outcome nearly collinear: estimated by QR")
        result = cls(
            specification=specification,
            params=pd.Series(values, index=index, name="estimate", dtype=float),
            cov=pd.DataFrame(np.nan, index=index, columns=index),
            sigma2=maximum.sigma2,
            loglik=loglik,
            nobs=T * n if rows is None else rows,
            n_units=n,
            n_periods=T,
            df_effective=effective,
            errors=residuals,
            variance_ratio=variance_ratio,
            logdet_method=None if some is None else some.method,
            approximation_error={"loglik": logdet_error, "traces": information.error},
            design=design,
            structure=structure,
            information=information,
            likelihood=likelihood,
            basis=basis,
            options=options,
            notes=notes,
        )
        return result._with(options, cov)

    def _with(
        self, options: CovarianceOptions, cov: np.ndarray | None = None
    ) -> SpatialPanelResult:
        """Give the covariance that the options ask for, or the one that came with estimates."""
        labels, groups = self.params.index, None
        if cov is not None and not options.of_scores:
            frame = pd.DataFrame(cov, index=labels, columns=labels)
        elif options.of_scores:
            dependence = options.dependence(
                self.errors.shape, self.design.units, self.design.periods
            )
            groups = dependence.n_groups
            warn_of_few_clusters(dependence)
            if cov is None:
                cov, _ = least_squares_covariance(
                    *self._least_squares(),
                    options,
                    dependence,
                    within_of(self.specification.effects),
                )
            frame = pd.DataFrame(cov, index=labels, columns=labels)
        else:
            frame = information_covariance(self.information, options.kind, labels)
        return replace(
            self,
            specification=replace(self.specification, cov_type=options.kind),
            cov=frame,
            options=options,
            n_groups=groups,
        )

    def _least_squares(self) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Regressors and residuals, effects taken out, and which outcomes are observed."""
        at, design = self.structure, self.design
        gaps = ~np.isfinite(design.y)
        if not gaps.any():
            return take_out(design.Z, at.unit_effects, at.time_effects), self.errors, None
        within = take_out_observed(design.Z, ~gaps, at.unit_effects, at.time_effects)
        return within, self.errors, ~gaps

    @property
    def _distribution(self) -> object:
        return laws.norm() if self.n_groups is None else laws.t(self.n_groups - 1)

    @property
    def is_modified(self) -> bool:
        """Whether estimates are those of the modified, not the quasi-likelihood."""
        spatial = self.structure.lag is not None or self.structure.error is not None
        return spatial and self.options.of_scores

    @property
    def rho(self) -> float | None:
        """Coefficient of W y, or None."""
        return float(self.params["rho"]) if "rho" in self.params.index else None

    @property
    def lambda_(self) -> float | None:
        """Coefficient of W u, or None."""
        return float(self.params["lambda"]) if "lambda" in self.params.index else None

    @property
    def n_params(self) -> int:
        """Parameters of the likelihood: `params`, the error variance and the variance ratio."""
        return len(self.params) + 1 + (self.variance_ratio is not None)

    @property
    def aic(self) -> float:
        """Akaike's criterion; effects are not counted, so compare like with like."""
        return 2 * self.n_params - 2 * self.loglik

    @property
    def bic(self) -> float:
        """Schwarz's criterion with `df_effective` observations."""
        return float(np.log(self.df_effective)) * self.n_params - 2 * self.loglik

    @property
    def resids(self) -> pd.Series:
        """Errors e on the panel's index."""
        return self._labelled(self.errors, "residual")

    @property
    def fitted(self) -> pd.Series:
        """Outcome minus errors, on the panel's index; also called `fitted_values`."""
        return self._labelled(self.design.y - self.errors, "fitted")

    def _labelled(self, values: np.ndarray, name: str) -> pd.Series:
        return pd.Series(values.T.ravel(), index=self.design.index, name=name)

    @cached_property
    def rsquared(self) -> float:
        """One less the share of the outcome's variance, effects included, left in the errors."""
        y = self.design.y
        # Only an unbalanced model has outcomes that are missing.
        return float(1 - np.nansum(self.errors**2) / np.nansum((y - np.nanmean(y)) ** 2))

    def with_covariance(self, cov_type: str, **options: Any) -> SpatialPanelResult:
        """Give the same estimates with another covariance, without fitting again.

        Parameters
        ----------
        cov_type : str
            The name of the covariance.
        **options
            Options, as :meth:`SpatialPanel.fit` takes them.

        Raises
        ------
        SpecificationError
            If the estimates are not those to which the covariance belongs: with a spatial lag or
            spatial errors, "robust" and "clustered" have their own; or the information asked for
            is not at hand.
        """
        asked = CovarianceOptions.read(cov_type, **options)
        if asked.kind != "classical" and self.specification.effects == "random":
            raise SpecificationError(ROBUST_RANDOM.format(asked.kind))
        if asked.kind != "classical" and self.specification.serial is not None:
            raise SpecificationError(
                f"cov_type is '{asked.kind}' with serial='ar1'; expected 'classical', or a model "
                "without serial correlation and cov_type 'clustered', which allows any."
            )
        spatial = self.structure.lag is not None or self.structure.error is not None
        if spatial and (asked.of_scores or self.is_modified):
            raise SpecificationError(
                f"cov_type '{asked.kind}' was asked of estimates made with "
                f"'{self.specification.cov_type}'; expected fit(cov_type='{asked.kind}'): "
                "estimates that are robust to heteroskedasticity are not those of the "
                "quasi-likelihood."
            )
        if asked.information not in (None, self.information.kind):
            raise SpecificationError(
                f"The {asked.information} information was asked of estimates that carry the "
                f"{self.information.kind} one; expected fit(information='{asked.information}')."
            )
        if asked.kind == "qml" and self.information.kind != "expected":
            raise SpecificationError(
                f"cov_type 'qml' was asked of estimates that carry the {self.information.kind} "
                "information; expected fit(cov_type='qml')."
            )
        return self._with(asked)

    def profile_loglik(self, name: str, value: float) -> float:
        """Give the log-likelihood with one parameter held and all others at their best.

        Parameters
        ----------
        name : str
            The name of one of `params`.
        value : float
            The value at which the parameter is held.

        Raises
        ------
        SpecificationError
            If there is no such parameter, a spatial one is not admissible, or the estimates are
            not the maximum of a concentrated likelihood (random effects, an unbalanced panel, a
            bias subtracted).
        """
        check_number("value", value, SpecificationError)
        likelihood, place = self._profiled(name)
        parts: dict[str | int, Determinant | None]
        parts = {"rho": likelihood.lag, "lambda": likelihood.error}
        part = parts.get(place)
        if part is not None and not part.interval[0] <= value <= part.interval[1]:
            low, high = part.interval
            raise SpecificationError(
                f"{name} is held at {value:g}; expected a value between {low:.4f} and {high:.4f}."
            )
        return profile_loglik(likelihood, place, value)

    def profile_interval(self, name: str, level: float = 0.95) -> tuple[float, float]:
        """Invert the likelihood-ratio test: an interval that needs no quadratic likelihood.

        Rests on normal errors, as the classical covariance does.

        Parameters
        ----------
        name : str
            The name of one of `params`.
        level : float, default 0.95
            The confidence level, strictly between zero and one.

        Returns
        -------
        tuple of float
            Lower and upper end.

        Raises
        ------
        SpecificationError
            As for `profile_loglik`, or if the level is not between zero and one.
        """
        check_level(level, SpecificationError)
        likelihood, place = self._profiled(name)
        error = float(self._with(self.options.classical()).std_errors[name])
        estimate = float(self.params[name])
        return profile_interval(likelihood, place, estimate, error, self.loglik, level)

    def _profiled(self, name: str) -> tuple[ConcentratedLikelihood, str | int]:
        """Return the likelihood, and the parameter's place in it."""
        if self.likelihood is None:
            raise SpecificationError(
                "A profile is asked of estimates that are not the maximum of a concentrated "
                "likelihood; expected fixed effects, a balanced panel and no bias subtracted."
            )
        if not isinstance(name, str) or name not in self.params.index:
            raise SpecificationError(
                f"The model has no parameter '{name}'; expected one of "
                f"{', '.join(self.params.index)}."
            )
        if self.basis is not None and name in self.design.names:
            raise SpecificationError(
                f"A profile is asked of '{name}', whose regressors are nearly collinear; expected "
                "centred or rescaled regressors, or a spatial parameter."
            )
        names = self.design.names
        return self.likelihood, names.index(name) if name in names else name

    def impacts(
        self,
        method: str = "delta",
        level: float = 0.95,
        draws: int = 1000,
        seed: int = 0,
        variables: Sequence[str] | str | None = None,
    ) -> pd.DataFrame:
        """Average direct, indirect and total impacts with errors (LeSage and Pace 2009).

        Parameters
        ----------
        method : {"delta", "simulation"}
            Errors by the delta method, or from draws of the estimates' normal distribution.
        level : float
            The confidence level of the intervals.
        draws, seed : int
            The draws of "simulation", two or more, and their seed.
        variables : str or sequence of str, optional
            Regressors wanted, by default all.

        Returns
        -------
        pandas.DataFrame
            Indexed (variable, effect), or (horizon, variable, effect) with horizons "short" and
            "long" where dynamic; columns estimate, std_error, statistic, p_value, conf_low,
            conf_high. `attrs` holds the number of draws that were not admissible.
        """
        check_count("draws", draws, 2, SpecificationError)
        table = impact_table(self, method, level, draws, seed)
        return table if variables is None else choose_variables(table, variables)

    def impact_path(
        self, horizons: int = 10, *, cumulative: bool = False, level: float = 0.95
    ) -> pd.DataFrame:
        """Give impacts period by period in a dynamic model (Debarsy, Ertur and LeSage 2012).

        Parameters
        ----------
        horizons : int, default 10
            Periods after the change.
        cumulative : bool, default False
            Whether the change lasts: impacts then rise to those of the long run.
        level : float
            The confidence level of the intervals, by the delta method.

        Returns
        -------
        pandas.DataFrame
            Indexed (horizon, variable, effect); columns estimate, std_error, conf_low, conf_high.

        Raises
        ------
        SpecificationError
            If the model is static.
        WeightsError
            Above 2000 units (6000 with dense weights), whose eigenvalues are not computed.
        """
        return impact_path(self, horizons, cumulative, level)
