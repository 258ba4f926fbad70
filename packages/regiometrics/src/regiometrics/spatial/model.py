"""The spatial panel model: specification and fit by (quasi) maximum likelihood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from regiometrics.options import check_seed
from regiometrics.panel.within import to_array
from regiometrics.spatial.along_time import TRANSFORMS, check_transform, within_of
from regiometrics.spatial.covariances import CovarianceOptions
from regiometrics.spatial.errors import NonNormalisedWeightsError, SpecificationError
from regiometrics.spatial.fixed_effects import FixedEffectsFit
from regiometrics.spatial.formula import formula_effects, read_formula
from regiometrics.spatial.gaps import (
    find_gaps,
    mean_weights,
    read_by_period,
    select,
    warn_of_gaps,
)
from regiometrics.spatial.logdet import LogDet, log_determinant
from regiometrics.spatial.logdet.choose import METHODS
from regiometrics.spatial.panel_data import (
    TERMS,
    Design,
    build_design,
    check_frames,
    choose,
    read_durbin,
    read_effects,
)
from regiometrics.spatial.random_effects import fit_random
from regiometrics.spatial.results import ROBUST_RANDOM, SpatialPanelResult, Specification
from regiometrics.spatial.serial import fit_serial
from regiometrics.spatial.small_samples import reason, warn_of_small_sample
from regiometrics.spatial.unbalanced import fit_selected, fit_unbalanced, split_missing
from regiometrics.spatial.weights import SpatialWeights
from regiometrics.spatial.weights_checks import is_mapping, panel_weights

DYNAMICS = (None, "time", "space-time")
CORRECTIONS = (None, "lee-yu", "lee-yu-transform", "lee-yu-direct")


class SpatialPanel:
    """A linear panel model with spatial lags of outcome, regressors or errors.

    y_t = rho W y_t + gamma y_{t-1} + eta W y_{t-1} + X_t beta + W X_t theta + mu + alpha_t 1 + u_t,
    u_t = lambda M u_t + e_t, with the terms that `model`, `effects` and `dynamic` name.

    Parameters
    ----------
    dependent : pandas.Series
        The outcome on a MultiIndex (unit, period). Rows that outcome and regressors lack together
        are allowed in static models without random effects, with a warning: spatial lags are then
        over the neighbours observed (:mod:`regiometrics.spatial.selection`). Model "slx" may lack
        outcomes alone.
    exog : pandas.DataFrame
        Regressors on the same index. With effects "none" and "random" a constant called "const"
        is added unless one is there.
    weights : scipy sparse matrix, numpy array, DataFrame, libpysal Graph or W
        W, n × n; need not be row-standardised. Labels are matched to the panel's units. Without
        labels the panel must be sorted by unit, and the matrix be in that order. A mapping of
        each period to its own weights is for static models without random effects; impacts are
        then averages over the periods.
    model : {"sdm", "slx", "sar", "sem", "sdem", "sac", "gns"}
        The spatial terms of the model, by its usual name.
    effects : {"twoway", "none", "unit", "time", "random", "between", "first-difference", "factors"}
        "random": unit effects drawn from a normal distribution, independent of the regressors.
        "between": unit means. "first-difference": changes, whose errors are independent where
        levels are random walks; cluster by unit otherwise. "factors": common factors with an
        effect of each unit's own, by cross-section averages (CCE, Pesaran 2006); components that
        are orthogonal to them take the place of periods.
    durbin : bool, str or sequence of str, optional
        Regressors that enter spatially lagged in "slx", "sdm", "sdem", "gns": True and None mean
        all, False none.
    dynamic : {None, "time", "space-time"}
        Adds y_{t-1}, or y_{t-1} and W y_{t-1}; the first period becomes the initial condition.
    error_weights : optional
        M where it differs from W; same forms as `weights`.
    random_errors : {"baltagi", "kkp"}
        The form of random effects with a spatial error: whether u alone follows the spatial process
        (Anselin, Le Gallo and Jayet 2008), or mu too (Kapoor, Kelejian and Prucha 2007).
    islands : bool, optional
        Whether units without neighbours are kept; their spatial lags are zero. None keeps them,
        with a warning, in "slx", whose least squares need no more; False refuses them always.
    serial : {None, "ar1"}
        Errors e_it = psi e_i,t-1 + v_it (:mod:`regiometrics.spatial.serial`); effects "none",
        "time" or "random" ("kkp" where there is a spatial error too).
    entity_effects, time_effects : bool, optional
        linearmodels' way of saying `effects`: True and True are "twoway", and so on.

    Raises
    ------
    SpatialError, PanelError
        A class for each fault, with a sentence that names unit, period, variable and value.

    Examples
    --------
    >>> import numpy as np
    >>> from regiometrics.spatial import SpatialPanel, simulate_panel
    >>> data = simulate_panel(n=49, T=10, model="sdm", effects="twoway", rho=0.4, seed=1)
    >>> result = SpatialPanel(data.dependent, data.exog, data.weights).fit()
    >>> bool(abs(result.rho - 0.4) < 0.15)
    True
    """

    def __init__(
        self,
        dependent: pd.Series,
        exog: pd.DataFrame,
        weights: object,
        *,
        model: str = "sdm",
        effects: str | None = None,
        durbin: bool | str | Sequence[str] | None = None,
        dynamic: str | None = None,
        error_weights: object | None = None,
        random_errors: str = "baltagi",
        islands: bool | None = None,
        entity_effects: bool | None = None,
        time_effects: bool | None = None,
        serial: str | None = None,
    ) -> None:
        choose("model", model, tuple(TERMS))
        effects = read_effects(effects, entity_effects, time_effects)
        choose("dynamic", dynamic, DYNAMICS)
        choose("random_errors", random_errors, ("baltagi", "kkp"))
        choose("islands", islands, (None, True, False))
        choose("serial", serial, (None, "ar1"))
        self.model, self.effects, self.dynamic = model, effects, dynamic
        self.serial = serial
        self.random_errors = random_errors
        self.has_lag, has_durbin, self.has_error = TERMS[model]
        if effects == "random" and dynamic is not None:
            raise SpecificationError(
                "A dynamic model with random effects was asked for; expected unit or two-way "
                "effects: the initial observation depends on the random effect."
            )
        check_transform(effects, dynamic, serial)
        if serial is not None:
            _check_serial(effects, dynamic, random_errors, self.has_error)
        if durbin is not None and not has_durbin and read_durbin(durbin):
            raise SpecificationError(
                f"durbin is given with model '{model}', which lags no regressor; expected 'slx', "
                "'sdm', 'sdem' or 'gns'."
            )
        self.observed: np.ndarray | None = None
        dependent, exog = check_frames(dependent, exog)
        static = dynamic is None and serial is None and effects not in ("random", *TRANSFORMS)
        gaps = find_gaps(dependent, exog) if static else None
        if gaps is not None:
            dependent, exog, self.observed = gaps.dependent, gaps.exog, gaps.observed
        elif model == "slx" and static and exog.shape[1]:
            dependent, self.observed = split_missing(dependent, exog, weights)
        keep = model == "slx" and dynamic is None if islands is None else islands
        by_period = None
        if is_mapping(weights):
            by_period = self._by_period(weights, dependent, error_weights, keep)
            weights = mean_weights(by_period)
        self.design: Design = build_design(
            dependent, exog, weights, effects, durbin, has_durbin, dynamic, keep
        )
        if gaps is not None or by_period is not None:
            everywhere = np.ones(self.design.y.shape, dtype=bool)
            observed = everywhere if gaps is None else gaps.observed
            self.design = select(self.design, observed, by_period)
        if gaps is not None:
            warn_of_gaps(gaps.observed, self.design.weights)
        self.error_weights: SpatialWeights | None = None
        if self.has_error:
            self.error_weights = (
                self.design.weights
                if error_weights is None
                else panel_weights(error_weights, self.design.units, islands)
            )
        elif error_weights is not None:
            raise SpecificationError(
                f"error_weights are given with model '{model}', which has no spatial error; "
                "expected 'sem', 'sdem', 'sac' or 'gns'."
            )

    @property
    def entity_effects(self) -> bool:
        """Whether unit effects are taken out."""
        return within_of(self.effects) in ("unit", "twoway")

    @property
    def time_effects(self) -> bool:
        """Whether period effects are taken out."""
        return self.effects in ("time", "twoway")

    @property
    def nobs(self) -> int:
        """Observations in use."""
        return int(np.isfinite(self.design.y).sum())

    @classmethod
    def from_formula(
        cls,
        formula: str,
        data: pd.DataFrame,
        weights: object,
        *,
        index: Sequence[str] | None = None,
        **options: Any,
    ) -> SpatialPanel:
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
        SpatialPanel

        Raises
        ------
        SpecificationError, PanelError
            If the formula cannot be read, or the data do not fit it.

        Examples
        --------
        >>> from regiometrics.spatial import SpatialPanel, simulate_panel
        >>> drawn = simulate_panel(n=25, T=5, seed=1)
        >>> data = drawn.exog.assign(y=drawn.dependent)
        >>> model = SpatialPanel.from_formula("y ~ x1 + x2 | unit + time", data, drawn.weights)
        >>> model.effects
        'twoway'
        """
        dependent, exog, effects = read_formula(formula, data, index)
        return cls(dependent, exog, weights, **formula_effects(effects, options, formula))

    def fit(
        self,
        bias_correction: str | None = "lee-yu",
        cov_type: str = "classical",
        logdet: str = "auto",
        seed: int = 0,
        *,
        information: str | None = None,
        clusters: str | pd.Series | None = None,
        lags: int | None = None,
        kernel: object | None = None,
        debiased: bool = True,
        bandwidth: int | None = None,
        cluster_entity: bool = False,
        cluster_time: bool = False,
    ) -> SpatialPanelResult:
        """Estimate by (quasi) maximum likelihood, or robustly to heteroskedasticity.

        A sample so small that simulated tests of 5% reject more often is said in a
        `SmallSampleWarning` (:mod:`regiometrics.spatial.small_samples`).

        Parameters
        ----------
        bias_correction : {"lee-yu", "lee-yu-transform", "lee-yu-direct", None}
            None: the direct estimator, effects as parameters. "lee-yu-transform": the likelihood
            of the data transformed so that effects are gone (needs rows of equal sum where there
            are time effects). "lee-yu-direct": the direct estimator minus its analytic bias.
            "lee-yu": the transformation, or the direct correction where rows do not sum to one
            number; in a dynamic model with unit effects, minus the bias of order 1/T as well.
        cov_type : str
            "classical" (also "unadjusted"): inverse information; errors of equal variance.
            "qml": the sandwich that holds for equal variances and any distribution.
            "robust": independent errors of any variances. For "slx" White's HC1 (also "HC0",
            "HC2", "HC3"). For models with a spatial lag or spatial errors, whose quasi-likelihood
            is not consistent then, the estimates are those of the modified quasi-likelihood of
            Liu and Yang (2015, 2020) with its own sandwich; fixed effects only.
            "clustered": dependence within clusters; for models with spatial terms within units.
            "newey-west", "driscoll-kraay" (also "kernel"), "conley": model "slx".
        logdet : {"auto", "dense", "banded", "sparse", "cholmod", "chebyshev"}
            The method of the log-determinant: :func:`regiometrics.spatial.logdet.log_determinant`.
        seed : int
            The seed of the random signs that estimate traces where they are not exact.
        information : {None, "expected", "observed"}
            The information of cov_type "classical". None: expected; observed with random effects
            and "baltagi" spatial errors, as in splm.
        clusters : {"unit", "time", "twoway"} or pandas.Series, optional
            The clusters, by unit or by observation; default "unit". `cluster_entity` and
            `cluster_time` are linearmodels' names.
        lags : int, optional
            The lags of "newey-west", "driscoll-kraay", "conley"; `bandwidth` is linearmodels' name.
        kernel : optional
            The kernel of "conley": :func:`regiometrics.panel.covariance.distance_kernel`; or
            "bartlett".
        debiased : bool, default True
            Small-sample factors where scores are summed: N / (N - K), for clusters
            G / (G - 1) (N - 1) / (N - K), K counting effects that clusters do not nest.

        Returns
        -------
        SpatialPanelResult

        Raises
        ------
        SpatialError
            If options do not go together, regressors are collinear or the maximum is not found.
        """
        choose("bias_correction", bias_correction, CORRECTIONS)
        choose("logdet", logdet, METHODS)
        options = CovarianceOptions.read(
            cov_type,
            clusters,
            lags,
            kernel,
            debiased,
            information,
            bandwidth,
            cluster_entity,
            cluster_time,
        )
        check_seed(seed, SpecificationError)
        correction = self._correction(bias_correction)
        specification = self._specification(correction, options.kind)
        T, n = self.design.y.shape
        k = len(self.design.names) + self.has_lag + self.has_error
        corrected = self.dynamic is not None and correction is not None
        method = "" if self.has_lag or self.has_error else "ols"
        effects = within_of(self.effects)
        warn_of_small_sample(
            reason(
                n, T, effects, k, options.kind, dynamic=corrected, method=method, model=self.model
            )
        )
        if options.of_scores and (self.has_lag or self.has_error):
            self._check_robust(options.kind)
        if self.observed is not None and not (self.has_lag or self.has_error):
            return fit_unbalanced(specification, self.design, self.observed, options)
        if (self.has_lag or self.has_error) and (
            self.observed is not None or self.design.by_period is not None
        ):
            return self._fit_selected(specification, options, logdet)
        lag, error = self._log_determinants(logdet)
        if self.serial is not None:
            return fit_serial(specification, self.design, lag, error, seed, options)
        if self.effects == "random":
            if options.kind != "classical":
                raise SpecificationError(ROBUST_RANDOM.format(options.kind))
            return fit_random(
                specification, self.design, lag, error, self.random_errors, seed, options
            )
        return FixedEffectsFit(specification, self.design, lag, error, options, logdet, seed).run()

    def _log_determinants(self, method: str) -> tuple[LogDet | None, LogDet | None]:
        """Those of lag and error, where the model has them."""
        M = self.error_weights
        return (
            log_determinant(self.design.weights, method) if self.has_lag else None,
            None if M is None else log_determinant(M, method),
        )

    def _fit_selected(
        self, specification: Specification, options: CovarianceOptions, logdet: str
    ) -> SpatialPanelResult:
        observed = self.observed
        if observed is None:
            observed = np.ones(self.design.y.shape, dtype=bool)
        return fit_selected(
            replace(specification, bias_correction="adjusted scores"),
            self.design,
            self.error_weights,
            observed,
            self._log_determinants(logdet),
            options,
        )

    def _by_period(
        self,
        weights: Mapping,
        dependent: pd.Series,
        error_weights: object | None,
        islands: bool,
    ) -> list[SpatialWeights]:
        """Read weights by period, or refuse a mapping where they have no theory here."""
        changed = self.effects in ("random", *TRANSFORMS)
        static = self.dynamic is None and self.serial is None and not changed
        if not static or error_weights is not None:
            raise SpecificationError(
                "Weights are a mapping, one matrix per period, in a dynamic model, with effects "
                f"'{self.effects}' or with error_weights; expected one matrix. For several "
                "weights by name use SeveralLags or Spatial2SLS."
            )
        panel = to_array(pd.Series(0.0, index=dependent.index))
        return read_by_period(weights, panel.periods, panel.units, islands)

    def _check_robust(self, kind: str) -> None:
        """Refuse robust errors where no estimator here holds under heteroskedasticity."""
        if self.effects == "random":
            raise SpecificationError(ROBUST_RANDOM.format(kind))
        if self._is_dynamic_fe():
            raise SpecificationError(
                f"cov_type is '{kind}' in a dynamic model with {self.effects} effects; expected "
                "'classical' or 'qml' (equal variances), or Spatial2SLS with "
                f"dynamic='{self.dynamic}', whose errors are robust: no quasi-likelihood here is "
                "both bias-corrected and robust to heteroskedasticity."
            )
        if kind not in ("robust", "clustered"):
            raise SpecificationError(
                f"cov_type is '{kind}' with model '{self.model}', which has a spatial lag or "
                "spatial errors; expected 'robust' or 'clustered' by unit, or Spatial2SLS, whose "
                "errors may be clustered otherwise, 'driscoll-kraay', 'newey-west' or 'conley'."
            )

    def _is_dynamic_fe(self) -> bool:
        return self.dynamic is not None and self.effects in ("unit", "twoway")

    def _correction(self, asked: str | None) -> str | None:
        """Which correction applies, given effects and weights."""
        if self.serial is not None:
            return "lee-yu-transform" if self.effects == "time" else None
        if asked is None or within_of(self.effects) == "none":
            return None
        time = within_of(self.effects) in ("time", "twoway")
        matrices = [self.design.weights] if self.has_lag or self.dynamic else []
        matrices += [] if self.error_weights is None else [self.error_weights]
        normalised = all(W.row_sum is not None for W in matrices)
        if asked == "lee-yu-transform" and time and not normalised:
            raise NonNormalisedWeightsError(
                "bias_correction is 'lee-yu-transform' with time effects and weights whose rows "
                "sum to different numbers; expected equal row sums: row-standardise the weights "
                "or use 'lee-yu-direct'."
            )
        if self._is_dynamic_fe():
            if time and not normalised:
                raise NonNormalisedWeightsError(
                    "A bias correction is asked for in a dynamic model with two-way effects and "
                    "weights whose rows sum to different numbers; expected equal row sums: "
                    "row-standardise the weights, or use bias_correction=None."
                )
            return "lee-yu-transform"
        if asked == "lee-yu":
            return "lee-yu-transform" if normalised or not time else "lee-yu-direct"
        return asked

    def _specification(self, correction: str | None, cov_type: str) -> Specification:
        kind = self.random_errors if self.effects == "random" and self.has_error else None
        return Specification(
            self.model, self.effects, self.dynamic, correction, cov_type, kind, self.serial
        )


def _check_serial(effects: str, dynamic: str | None, random_errors: str, has_error: bool) -> None:
    """Refuse what has no likelihood with serially correlated errors here."""
    if effects in ("unit", "twoway") or dynamic is not None:
        raise SpecificationError(
            f"serial is 'ar1' with effects '{effects}' and dynamic {dynamic!r}; expected effects "
            "'none', 'time' or 'random' and no time lag: unit means bias psi in short panels. Use "
            "errors clustered by unit, which allow any serial correlation."
        )
    if effects == "random" and has_error and random_errors != "kkp":
        raise SpecificationError(
            "serial is 'ar1' with random effects and random_errors 'baltagi'; expected 'kkp': unit "
            "effects that share the errors' spatial process."
        )
