"""What a fitted spatial panel model gives: named estimates, covariance, fit, impacts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from regiometrics.inference import Inference
from regiometrics.options import check_count, check_level
from regiometrics.spatial.errors import SpecificationError
from regiometrics.spatial.impacts import impact_table
from regiometrics.spatial.information import Information, Structure
from regiometrics.spatial.likelihood import ConcentratedLikelihood, Maximum
from regiometrics.spatial.panel_data import Design
from regiometrics.spatial.profile import profile_interval, profile_loglik

ROBUST_RANDOM = (
    "cov_type is 'robust' with random effects; expected 'classical': the likelihood rests on the "
    "effects' normal distribution."
)


@dataclass(frozen=True)
class Specification:
    """What was asked for.

    Attributes
    ----------
    model, effects, cov_type : str
    dynamic, bias_correction : str or None
    random_errors : str or None
        Where random effects meet a spatial error.
    """

    model: str
    effects: str
    dynamic: str | None
    bias_correction: str | None
    cov_type: str
    random_errors: str | None = None


@dataclass(frozen=True, eq=False)
class SpatialPanelResult(Inference):
    """A fitted model.

    Attributes
    ----------
    specification : Specification
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
    approximation_error : dict
        "loglik": error of the log-determinant in units of the log-likelihood (zero: exact to
        rounding); "traces": relative error of the information matrix's traces: a standard
        error where they are estimated, a bound where they are differences.
    design : Design
    structure : Structure
    information : Information
        Of (params, sigma²), in the sample.
    likelihood : ConcentratedLikelihood or None
        Where `params` are its maximum.
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
    ) -> SpatialPanelResult:
        """Name the estimates and compute their covariance."""
        labels, values = list(design.names), list(maximum.delta)
        if structure.lag is not None:
            labels.append("rho")
            values.append(maximum.rho)
        if structure.error is not None:
            labels.append("lambda")
            values.append(maximum.lambda_)
        index = pd.Index(labels)
        T, n = design.y.shape
        some = structure.lag or structure.error
        return cls(
            specification=specification,
            params=pd.Series(values, index=index, name="estimate", dtype=float),
            cov=_covariance(information, specification.cov_type, index),
            sigma2=maximum.sigma2,
            loglik=loglik,
            nobs=T * n,
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
        )

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
        """Errors e on (unit, period)."""
        return self._labelled(self.errors, "residual")

    @property
    def fitted(self) -> pd.Series:
        """Outcome less errors, on (unit, period)."""
        return self._labelled(self.design.y - self.errors, "fitted")

    def _labelled(self, values: np.ndarray, name: str) -> pd.Series:
        levels = [self.design.units, self.design.periods]
        index = pd.MultiIndex.from_product(levels, names=["unit", "period"])
        return pd.Series(values.T.ravel(), index=index, name=name)

    @cached_property
    def rsquared(self) -> float:
        """One less the share of the outcome's variance, effects included, left in the errors."""
        y = self.design.y
        # Only an unbalanced model has outcomes that are missing.
        return float(1 - np.nansum(self.errors**2) / np.nansum((y - np.nanmean(y)) ** 2))

    def with_covariance(self, cov_type: str) -> SpatialPanelResult:
        """Give the same estimates with another covariance, without fitting again.

        Parameters
        ----------
        cov_type : {"classical", "robust"}
        """
        if cov_type not in ("classical", "robust"):
            raise SpecificationError(f"cov_type is {cov_type!r}; expected 'classical' or 'robust'.")
        if cov_type == "robust" and self.specification.effects == "random":
            raise SpecificationError(ROBUST_RANDOM)
        return replace(
            self,
            specification=replace(self.specification, cov_type=cov_type),
            cov=_covariance(self.information, cov_type, self.params.index),
        )

    def profile_loglik(self, name: str, value: float) -> float:
        """Give the log-likelihood with one parameter held and all others at their best.

        Parameters
        ----------
        name : str
            Of `params`.
        value : float

        Raises
        ------
        SpecificationError
            If there is no such parameter, a spatial one is not admissible, or the estimates are
            not the maximum of a concentrated likelihood (random effects, an unbalanced panel, a
            bias subtracted).
        """
        likelihood, place = self._profiled(name)
        part = {"rho": likelihood.lag, "lambda": likelihood.error}.get(place)
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
            Of `params`.
        level : float, default 0.95

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
        error = float(self.with_covariance("classical").std_errors[name])
        estimate = float(self.params[name])
        return profile_interval(likelihood, place, estimate, error, self.loglik, level)

    def _profiled(self, name: str) -> tuple[ConcentratedLikelihood, str | int]:
        """Return the likelihood, and the parameter's place in it."""
        if self.likelihood is None:
            raise SpecificationError(
                "A profile is asked of estimates that are not the maximum of a concentrated "
                "likelihood; expected fixed effects, a balanced panel and no bias subtracted."
            )
        if name not in self.params.index:
            raise SpecificationError(
                f"The model has no parameter '{name}'; expected one of "
                f"{', '.join(self.params.index)}."
            )
        names = self.design.names
        return self.likelihood, names.index(name) if name in names else name

    def impacts(
        self, method: str = "delta", level: float = 0.95, draws: int = 1000, seed: int = 0
    ) -> pd.DataFrame:
        """Average direct, indirect and total impacts with errors (LeSage and Pace 2009).

        Parameters
        ----------
        method : {"delta", "simulation"}
            Errors by the delta method, or from draws of the estimates' normal distribution.
        level : float
            Of the intervals.
        draws, seed : int
            For "simulation"; two draws or more.

        Returns
        -------
        pandas.DataFrame
            Indexed (variable, effect), or (horizon, variable, effect) with horizons "short" and
            "long" where dynamic; columns estimate, std_error, statistic, p_value, conf_low,
            conf_high. `attrs` holds the number of draws that were not admissible.
        """
        check_count("draws", draws, 2, SpecificationError)
        return impact_table(self, method, level, draws, seed)

    @property
    def summary(self) -> str:
        """Heading, coefficients and fit as text."""
        s = self.specification
        heading = {
            "Model": s.model.upper() + (f", dynamic ({s.dynamic})" if s.dynamic else ""),
            "Effects": s.effects,
            "Bias correction": s.bias_correction or "none",
            "Covariance": s.cov_type,
            "Outcome": self.design.outcome,
            "Units × periods": f"{self.n_units} × {self.n_periods}",
            "Log-likelihood": f"{self.loglik:.4f}",
            "AIC, BIC": f"{self.aic:.2f}, {self.bic:.2f}",
            "sigma²": f"{self.sigma2:.6g}",
            "R²": f"{self.rsquared:.4f}",
        }
        if self.variance_ratio is not None:
            heading["Variance ratio"] = f"{self.variance_ratio:.4f}"
        for name, part in (("rho", self.structure.lag), ("lambda", self.structure.error)):
            if part is not None:
                low, high = part.interval
                heading[f"Interval of {name}"] = f"({low:.4f}, {high:.4f})"
        if self.logdet_method is not None:
            errors = self.approximation_error
            heading["Log-determinant"] = (
                f"{self.logdet_method}, error {errors['loglik']:.2g} in the log-likelihood; "
                f"traces {errors['traces']:.2g} relative"
            )
        lines = [f"{key:<18}{value}" for key, value in heading.items()]
        return "\n".join([*lines, "", self.table.to_string(float_format=lambda v: f"{v:.5g}")])

    def __str__(self) -> str:
        """Return the summary."""
        return self.summary


def _covariance(information: Information, cov_type: str, labels: pd.Index) -> pd.DataFrame:
    bread = _inverse(information.matrix)
    if cov_type == "robust":
        bread = bread @ information.score_variance @ bread
    p = len(labels)
    cov = ((bread + bread.T) / 2)[:p, :p]
    return pd.DataFrame(cov, index=labels, columns=labels)


def _inverse(matrix: np.ndarray) -> np.ndarray:
    # Scaling to a unit diagonal keeps regressors in different units apart from rank.
    scale = 1 / np.sqrt(np.diag(matrix))
    return scale[:, None] * np.linalg.inv(matrix * np.outer(scale, scale)) * scale
