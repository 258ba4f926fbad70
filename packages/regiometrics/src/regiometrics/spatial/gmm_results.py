"""What spatial two-stage least squares gives: estimates, strength of instruments, tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import SimpleNamespace

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics.inference import Inference
from regiometrics.options import check_count, check_number, check_seed
from regiometrics.panel.dependence import Dependence
from regiometrics.spatial.along_time import within_of
from regiometrics.spatial.covariances import CovarianceOptions
from regiometrics.spatial.errors import ExplosiveProcessError, SpecificationError
from regiometrics.spatial.familiar import TestStatistic
from regiometrics.spatial.gmm_output import TwoStageOutput
from regiometrics.spatial.gmm_prediction import TwoStagePrediction
from regiometrics.spatial.impacts import impact_table
from regiometrics.spatial.instruments import IVDesign
from regiometrics.spatial.iv import (
    Equation,
    IVFit,
    iv_covariance,
    overidentification,
    two_stage,
)
from regiometrics.spatial.weak import (
    anderson_rubin_set,
    anderson_rubin_test,
    first_stage,
    kleibergen_paap,
)
from regiometrics.spatial.wild import WildTest, wild_spatial_test


@dataclass(frozen=True, eq=False)
class Spatial2SLSResult(TwoStagePrediction, TwoStageOutput, Inference):
    """An estimated reaction function.

    Attributes
    ----------
    params : pandas.Series
        "rho" (with several weights "rho.<name>"), lags of y, endogenous and exogenous
        regressors, spatial lags of regressors, and "lambda" where its error is estimated.
    cov : pandas.DataFrame
        The covariance of the estimates.
    nobs, n_units, n_periods : int
        The number of observations, units and periods.
    effects, method, cov_type : str
        The names of effects, method and covariance.
    error : str or None
        The process of the errors; None without one.
    small_sample_factor : float
        The factor by which `cov` was multiplied.
    resids : pandas.Series
        The residuals of the equation as estimated (effects, spatial errors and random effects taken
        out).
    dropped_instruments : tuple of str
        Spanned by the others.
    instruments : tuple of str
        Excluded instruments in use.
    variance_components : dict of str to float
        What carries no error here: lambda by the earlier moments, random effects, and J of
        linear and quadratic moments together.

    Examples
    --------
    >>> from regiometrics.spatial import Spatial2SLS, simulate_panel
    >>> data = simulate_panel(n=25, T=8, model="sdm", rho=0.4, seed=1)
    >>> fit = Spatial2SLS(data.dependent, data.exog, data.weights).fit()
    >>> fit.cov_type, fit.first_stage.index.tolist()
    ('clustered', ['rho'])
    >>> bool(fit.kleibergen_paap > 10)
    True
    """

    params: pd.Series
    cov: pd.DataFrame
    nobs: int
    n_units: int
    n_periods: int
    effects: str
    error: str | None
    method: str
    cov_type: str
    small_sample_factor: float
    resids: pd.Series = field(repr=False)
    instruments: tuple[str, ...] = field(repr=False)
    dropped_instruments: tuple[str, ...] = field(repr=False)
    variance_components: dict[str, float]
    _design: IVDesign = field(repr=False)
    _equation: Equation = field(repr=False)
    _dependence: Dependence = field(repr=False)

    @classmethod
    def assemble(
        cls,
        design: IVDesign,
        effects: str,
        error: str | None,
        method: str,
        dependence: Dependence,
        equation: Equation,
        fit: IVFit,
        cov: np.ndarray,
        factor: float,
        extra: dict[str, float],
        notes: dict[str, float],
    ) -> Spatial2SLSResult:
        """Name the estimates."""
        labels = [*_labels(design), *design.exog.names, *extra]
        T, n = design.y.shape
        names = [design.units.name, design.periods.name]
        index = pd.MultiIndex.from_product([design.units, design.periods], names=names)
        residuals = fit.residuals.reshape(T, n).T.ravel()
        return cls(
            params=pd.Series([*fit.params, *extra.values()], index=labels, name="parameter"),
            cov=pd.DataFrame(cov, index=labels, columns=labels),
            nobs=T * n,
            n_units=n,
            n_periods=T,
            effects=effects,
            error=error,
            method=method,
            cov_type=dependence.kind,
            small_sample_factor=factor,
            resids=pd.Series(residuals, index=index, name="resids"),
            instruments=design.excluded.names,
            dropped_instruments=design.dropped,
            variance_components=notes,
            _design=design,
            _equation=equation,
            _dependence=dependence,
        )

    @property
    def rho(self) -> pd.Series:
        """Slopes in the neighbours' outcomes, one per weights matrix."""
        return self.params.iloc[: self._design.n_lags]

    @property
    def lambda_(self) -> float | None:
        """Spatial parameter of the errors, or None."""
        return self.params.get("lambda", self.variance_components.get("lambda"))

    @property
    def _distribution(self) -> object:
        groups = self._dependence.n_groups
        return laws.norm() if groups is None else laws.t(groups - 1)

    @cached_property
    def _df(self) -> int:
        T, n = self.n_periods, self.n_units
        absorbed = {"none": 0, "random": 0, "unit": n, "time": T, "twoway": T + n - 1}
        return self.nobs - self._equation.F.shape[1] - absorbed[within_of(self.effects)]

    @cached_property
    def first_stage(self) -> pd.DataFrame:
        """Strength of the instruments: see :func:`regiometrics.spatial.weak.first_stage`."""
        names = tuple(_labels(self._design))
        return first_stage(self._equation, self._dependence, self._df, names)

    @cached_property
    def kleibergen_paap(self) -> float:
        """Rank F of the first stages; below 10, and surely below 4, inference by t fails."""
        return kleibergen_paap(self._equation, self._dependence, self._df)

    @cached_property
    def overidentification(self) -> pd.Series:
        """Hansen's J (Sargan's where unadjusted): statistic, df, p_value.

        From two-step GMM under the same dependence; without restrictions to test, df is 0 and
        the rest not a number.
        """
        equation = self._equation
        df = equation.F.shape[1] - equation.D.shape[1]
        statistic = p_value = np.nan
        if df:
            statistic = overidentification(equation, two_stage(equation), self._dependence)
            p_value = laws.chi2.sf(statistic, df)
        return pd.Series({"statistic": statistic, "df": df, "p_value": p_value}, name="J")

    @property
    def j_stat(self) -> TestStatistic:
        """`overidentification` by linearmodels' name."""
        return TestStatistic(self.overidentification.astype(object), name="J")

    def anderson_rubin(self, level: float = 0.95) -> list[tuple[float, float]]:
        """Values of the one instrumented slope not rejected, however weak the instruments.

        Parameters
        ----------
        level : float, default 0.95
            The confidence level, strictly between zero and one.

        Returns
        -------
        list of tuple of float
            Disjoint intervals, perhaps none or infinite.

        Raises
        ------
        SpecificationError
            If several regressors are instrumented, or the level is not between zero and one.
        """
        return anderson_rubin_set(self._equation, self._dependence, level)

    def anderson_rubin_test(self, values: dict[str, float] | pd.Series) -> pd.Series:
        """Test values of all instrumented slopes at once, however weak the instruments.

        Parameters
        ----------
        values : mapping of str to float
            The coefficients under the null, by the names of `first_stage`.

        Returns
        -------
        pandas.Series
            statistic, df, p_value.

        Raises
        ------
        SpecificationError
            If a slope is missing or unknown.
        """
        names = _labels(self._design)
        if not isinstance(values, Mapping | pd.Series):
            raise SpecificationError(
                f"The values are {values!r}; expected a mapping or a Series for {', '.join(names)}."
            )
        given = dict(values)
        if set(names) != set(given):
            raise SpecificationError(
                f"Values are given for {', '.join(map(str, given))}; expected {', '.join(names)}."
            )
        for name in names:
            check_number(name, given[name], SpecificationError)
        point = np.array([given[name] for name in names])
        statistic, df = anderson_rubin_test(self._equation, point, self._dependence)
        return pd.Series(
            {"statistic": statistic, "df": df, "p_value": laws.chi2.sf(statistic, df)},
            name="anderson_rubin",
        )

    def wild_bootstrap(
        self,
        term: str = "rho",
        null: float = 0.0,
        draws: int = 999,
        *,
        weights: str | None = None,
        seed: int,
    ) -> WildTest:
        """Test one slope by the wild cluster bootstrap: for few clusters.

        Parameters
        ----------
        term : str, default "rho"
            The name of the coefficient.
        null : float, default 0
            The coefficient under the null.
        draws : int, default 999
            The number of draws.
        weights : {"rademacher", "webb"}, optional
            The weights of the clusters; by default Webb's below 12 clusters.
        seed : int
            The seed of the random draws.

        Returns
        -------
        WildTest

        Raises
        ------
        SpecificationError
            If the model is other than static two-stage least squares with clustered errors,
            or has no such term.
        """
        if self.method != "2sls" or self.error is not None:
            raise SpecificationError(
                f"The bootstrap is for method='2sls' without spatial errors; these are "
                f"{self.method} and {self.error}."
            )
        check_seed(seed, SpecificationError)
        check_number("null", null, SpecificationError)
        if not isinstance(term, str) or term not in self.params.index:
            raise SpecificationError(
                f"There is no slope '{term}'; expected one of {', '.join(self.params.index)}."
            )
        place = int(self.params.index.get_loc(term))
        return wild_spatial_test(
            self._design,
            self._equation,
            within_of(self.effects),
            self._dependence,
            place,
            null,
            draws,
            weights,
            seed,
        )

    def impacts(
        self, method: str = "delta", level: float = 0.95, draws: int = 1000, seed: int = 0
    ) -> pd.DataFrame:
        """Average direct, indirect and total impacts, short and long run where dynamic.

        Parameters
        ----------
        method, level, draws, seed
            How intervals are made, as in
            :meth:`regiometrics.spatial.results.SpatialPanelResult.impacts`.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        SpecificationError
            If there are several weights matrices: no one multiplier exists.
        ExplosiveProcessError
            If rho is not admissible: instruments do not keep it within the interval.
        """
        if len(self._design.weights) > 1:
            raise SpecificationError("There are several weights matrices; expected one.")
        low, high = next(iter(self._design.weights.values())).admissible_interval
        rho = self.params.get("rho", 0.0)
        if not low < rho < high:
            raise ExplosiveProcessError(
                f"rho is {rho:.4g}; expected a value between {low:.4g} and {high:.4g}, outside of "
                "which neighbours' answers do not settle and impacts do not exist."
            )
        check_count("draws", draws, 2, SpecificationError)
        return impact_table(self._impact_view(), method, level, draws, seed)

    def _impact_view(self) -> SimpleNamespace:
        """Show this result as impacts of likelihood models read theirs."""
        design = self._design
        return SimpleNamespace(
            params=self.params,
            cov=self.cov,
            specification=SimpleNamespace(dynamic=design.dynamic),
            structure=SimpleNamespace(lag=None),
            design=SimpleNamespace(
                base=design.variables,
                lagged=design.durbin,
                outcome=design.outcome,
                weights=next(iter(design.weights.values())),
            ),
        )

    @property
    def n_groups(self) -> int | None:
        """Clusters or periods whose number gives the t distribution its degrees of freedom."""
        return self._dependence.n_groups

    @cached_property
    def fitted(self) -> pd.Series:
        """Outcome minus residuals, on the panel's index: effects are in it."""
        y = self._design.y.T.ravel()
        return pd.Series(y - self.resids.to_numpy(), index=self.resids.index, name="fitted")

    @cached_property
    def rsquared(self) -> float:
        """One minus the residuals' share of the outcome's variance, effects included."""
        y = self._design.y
        return float(1 - (self.resids**2).sum() / ((y - y.mean()) ** 2).sum())

    @cached_property
    def rsquared_within(self) -> float:
        """As `rsquared`, of outcome and residuals minus their units' means."""
        y = self._design.y - self._design.y.mean(axis=0)
        e = self.resids.to_numpy().reshape(self.n_units, self.n_periods).T
        e = e - e.mean(axis=0)
        return float(1 - (e**2).sum() / (y**2).sum())

    def with_covariance(
        self,
        cov_type: str,
        *,
        clusters: str | pd.Series | None = None,
        lags: int | None = None,
        kernel: object | None = None,
        debiased: bool = True,
    ) -> Spatial2SLSResult:
        """Give the same estimates with another covariance, without fitting again.

        Parameters
        ----------
        cov_type, clusters, lags, kernel, debiased
            The covariance, as in :meth:`regiometrics.spatial.Spatial2SLS.fit`.

        Raises
        ------
        SpecificationError
            If estimates themselves depend on the covariance: with GMM weights or spatial errors.
        """
        if self.method != "2sls" or self.error is not None:
            raise SpecificationError(
                f"Another covariance was asked of method '{self.method}' with errors "
                f"{self.error!r}; expected two-stage least squares without spatial errors: the "
                "other estimates depend on it, so fit again."
            )
        dependence = dependence_of(self._design, cov_type, clusters, lags, kernel)
        fit = two_stage(self._equation)
        factor = dependence.factor(len(fit.params), within_of(self.effects)) if debiased else 1.0
        cov = factor * iv_covariance(self._equation, fit, dependence)
        labels = self.params.index
        return replace(
            self,
            cov=pd.DataFrame(cov, index=labels, columns=labels),
            cov_type=dependence.kind,
            small_sample_factor=factor,
            _dependence=dependence,
        )


def dependence_of(
    design: IVDesign,
    cov_type: str,
    clusters: str | pd.Series | None = None,
    lags: int | None = None,
    kernel: object | None = None,
    bandwidth: int | None = None,
    cluster_entity: bool = False,
    cluster_time: bool = False,
) -> Dependence:
    """Read what errors may depend on, by our names or linearmodels'.

    Raises
    ------
    SpecificationError, PanelError
        If an option does not exist or options do not go together.
    """
    if cov_type in ("qml", "HC0", "HC2", "HC3"):
        raise SpecificationError(
            f"cov_type is {cov_type!r} with Spatial2SLS; expected 'robust', 'unadjusted', "
            "'clustered', 'newey-west', 'driscoll-kraay' or 'conley'."
        )
    options = CovarianceOptions.read(
        cov_type,
        clusters,
        lags,
        kernel,
        bandwidth=bandwidth,
        cluster_entity=cluster_entity,
        cluster_time=cluster_time,
    )
    kind = {"classical": "unadjusted", "HC1": "robust"}.get(options.kind, options.kind)
    return Dependence(
        kind,
        design.y.shape,
        options.clusters,
        options.lags,
        options.kernel,
        design.units,
        design.periods,
    )


def _labels(design: IVDesign) -> list[str]:
    """Name instrumented regressors; spatial lags of y come first, one per matrix."""
    m = design.n_lags
    rho = ["rho"] if m == 1 else [f"rho.{name}" for name in design.weights][:m]
    return [*rho, *design.endog.names[m:]]
