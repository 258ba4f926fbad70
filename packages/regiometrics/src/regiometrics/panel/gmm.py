"""Difference and system GMM for dynamic panels with many units and few periods."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral

import numpy as np
import pandas as pd

from regiometrics._arguments import switch
from regiometrics.errors import PanelError
from regiometrics.options import check_choice
from regiometrics.panel.dynamic_design import (
    check_lags,
    deviation_matrices,
    difference_matrices,
    lag_instruments,
    level_instruments,
    period_dummies,
    regressors,
    to_grid,
    transform,
)
from regiometrics.panel.dynamic_results import DynamicPanelResult, chi_squared
from regiometrics.panel.gmm_steps import (
    Moments,
    Step,
    serial_correlation,
    symmetric_inverse,
    windmeijer_covariance,
)

Array = np.ndarray
FEW_UNITS = 40  # below them tests reject too often, and a warning says so
TRANSFORMS = {"difference": difference_matrices, "orthogonal": deviation_matrices}
INITIAL_WEIGHTS = ("full", "block", "identity")


@dataclass(frozen=True, eq=False)
class DynamicPanelGMMResult(DynamicPanelResult):
    """A fitted dynamic panel.

    Attributes
    ----------
    n_instruments : int
        Columns of Z that are not all zero.
    hansen : pandas.Series
        statistic, df, p_value: the two-step criterion at the two-step estimates. Robust to
        heteroskedasticity; weak where instruments are many for the units.
    sargan : pandas.Series
        The one-step criterion over the error variance: not robust, not weakened by many
        instruments.
    serial_correlation : pandas.DataFrame
        Index 1, 2 (order); statistic (normal), p_value: Arellano and Bond's test in first
        differences. Order 1 is expected to be rejected; order 2 should not be.
    sigma2 : float
        Variance of the errors in levels, from the one-step transformed residuals.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> index = pd.MultiIndex.from_product([range(40), range(9)], names=["unit", "year"])
    >>> y = pd.Series(rng.normal(size=360), index, name="y")
    >>> fit = DynamicPanelGMM(y, collapse=True).fit()
    >>> fit.n_instruments, fit.hansen.index.tolist(), fit.serial_correlation.index.tolist()
    (7, ['statistic', 'df', 'p_value'], [1, 2])
    """

    n_instruments: int
    hansen: pd.Series
    sargan: pd.Series
    serial_correlation: pd.DataFrame
    sigma2: float
    moments: Moments = field(repr=False)
    step: Step = field(repr=False)

    @property
    def summary(self) -> str:
        """Estimates and tests as text."""
        ar = self.serial_correlation
        return "\n".join(
            [
                f"{self.estimator}, {self.cov_type} errors",
                f"{self.nobs} observations, {self.n_units} units, {self.n_periods} periods, "
                f"{self.n_instruments} instruments",
                "",
                self.table.to_string(float_format="{:.4g}".format),
                "",
                *(
                    f"{name}: chi2({test['df']:.0f}) = {test['statistic']:.4f}, "
                    f"p = {test['p_value']:.4f}"
                    for name, test in (("Hansen", self.hansen), ("Sargan", self.sargan))
                ),
                *(
                    f"AR({order}): z = {row['statistic']:.4f}, p = {row['p_value']:.4f}"
                    for order, row in ar.iterrows()
                ),
            ]
        )


class DynamicPanelGMM:
    """Dynamic panel by difference or system GMM; gaps allowed.

    y_it = Σ a_l y_i,t-l + x_it'b + unit effect + (period effects) + e_it.

    Parameters
    ----------
    dependent : pandas.Series
        The outcome on (unit, period); periods are whole numbers.
    exog : pandas.DataFrame, optional
        Regressors, lags of them as columns of their own. Missing values are gaps; what is
        known beside them still serves as instrument.
    lags : int or sequence of int, default 1
        Lags of the dependent variable: 2 means 1 and 2.
    gmm : mapping of str to (int, int or None), optional
        First and last lag of each variable (the dependent's name, or a column of `exog` or
        `instruments`) whose levels are instruments of the transformed equation. Two for
        endogenous, one for predetermined variables. By default the dependent from lag two on.
    iv : sequence of str, optional
        The strictly exogenous variables, which are their own instruments. The default is all of
        `exog` that `gmm` does not name.
    instruments : pandas.DataFrame, optional
        Variables outside the equation for `gmm` and `iv` to name.
    system : bool, default False
        Add the equation in levels, instrumented by lagged differences (Blundell and Bond 1998),
        and a constant.
    iv_equation : {"both", "transformed"}
        System GMM: whether `iv` instrument the levels too. Where they are correlated with the
        unit effects they must not, and the Hansen test need not notice.
    transform : {"difference", "orthogonal"}
        First differences, or forward orthogonal deviations, which lose less to gaps.
    time_effects : bool, default False
        Dummies for all periods after the first; in system GMM they instrument themselves in
        the levels only.
    collapse : bool, default False
        One instrument a lag in place of one a lag and period.
    initial_weights : {"full", "block", "identity"}
        First-step covariance of the errors: exact under independent errors without unit
        effects (Stata's xtabond2, R's plm), without the terms between transformed and level
        equations (DPD for Ox, gretl), or the identity. The first two differ in system GMM only.

    Raises
    ------
    PanelError
        If data, names, lags or options cannot be used.

    Notes
    -----
    Arellano and Bond (1991), Arellano and Bover (1995), Blundell and Bond (1998), Roodman
    (2009). Made for many units: with seven, two-step weights and tests mean nothing (see
    :mod:`regiometrics.panel.lsdvc`).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> e = rng.normal(size=(200, 12)).cumsum(axis=1)  # a = 1 and no unit effects
    >>> index = pd.MultiIndex.from_product([range(200), range(12)], names=["unit", "year"])
    >>> y = pd.Series(e.ravel(), index, name="y")
    >>> fit = DynamicPanelGMM(y, system=True, collapse=True).fit()
    >>> abs(fit.params["L1.y"] - 1) < 3 * fit.std_errors["L1.y"]
    np.True_
    """

    def __init__(
        self,
        dependent: pd.Series,
        exog: pd.DataFrame | None = None,
        lags: int | Sequence[int] = 1,
        gmm: Mapping[str, tuple[int, int | None]] | None = None,
        iv: Sequence[str] | None = None,
        *,
        instruments: pd.DataFrame | None = None,
        system: bool = False,
        iv_equation: str = "both",
        transform: str = "difference",
        time_effects: bool = False,
        collapse: bool = False,
        initial_weights: str = "full",
    ) -> None:
        _among("transform", transform, TRANSFORMS)
        _among("iv_equation", iv_equation, ("both", "transformed"))
        _among("initial_weights", initial_weights, INITIAL_WEIGHTS)
        _series(dependent)
        self.name = "y" if dependent.name is None else str(dependent.name)
        switches = {"system": system, "time_effects": time_effects, "collapse": collapse}
        for name, value in switches.items():
            switch(name, value)
        self.exog = regressors(exog)
        self.lags = _lags(lags)
        if not self.lags or self.lags[0] < 1:
            raise PanelError(f"The lags are {lags}; expected whole numbers of at least one.")
        self.gmm = {self.name: (2, None)} if gmm is None else dict(gmm)
        self.iv = [x for x in self.exog if x not in self.gmm] if iv is None else list(iv)
        check_lags(self.gmm, self.name)
        self.grid = to_grid(dependent, exog, instruments)
        for name in [*self.gmm, *self.iv]:
            _among("An instrument", name, self.grid.values)
        self.system, self.transform, self.time_effects = system, transform, time_effects
        self.iv_equation = iv_equation
        self.collapse, self.initial_weights = collapse, initial_weights
        self.moments, self.terms = self._moments()
        if np.linalg.matrix_rank(np.einsum("irl,irk->lk", self.moments.Z, self.moments.X)) < len(
            self.terms
        ):
            raise PanelError(
                f"{self.moments.Z.shape[2]} instruments do not identify {len(self.terms)} "
                f"coefficients ({', '.join(self.terms)}); expected instruments for each."
            )

    def fit(
        self,
        steps: int = 2,
        windmeijer: bool = True,
        robust: bool = True,
        debiased: bool = False,
    ) -> DynamicPanelGMMResult:
        """Estimate.

        Parameters
        ----------
        steps : {1, 2}
            Whether the weighting matrix is the initial one or is estimated from first-step
            residuals.
        windmeijer : bool, default True
            Two steps: errors corrected for estimated weights (Windmeijer 2005, equation 3.3).
            Without it they are far too small in small samples.
        robust : bool, default True
            One step: errors robust to heteroskedasticity and serial correlation within units.
        debiased : bool, default False
            Divide the sum of squares by N - K, not N, in the variance that the Sargan test and
            classical errors use (gretl and DPD do, xtabond2 does not).

        Returns
        -------
        DynamicPanelGMMResult

        Raises
        ------
        PanelError
            If `steps` is neither 1 nor 2.
        """
        if isinstance(steps, bool) or not isinstance(steps, Integral) or steps not in (1, 2):
            raise PanelError(f"There are {steps!r} steps; expected 1 or 2.")
        switches = {"windmeijer": windmeijer, "robust": robust, "debiased": debiased}
        for name, value in switches.items():
            switch(name, value)
        m, L = self.moments, self.moments.Z.shape[2]
        n_units = int(m.used.any(axis=1).sum())
        if n_units < L:
            warnings.warn(
                f"{L} instruments exceed {n_units} units: two-step weights are singular and the "
                "Hansen test is void; collapse the instruments or limit their lags.",
                stacklevel=2,
            )
        if n_units < FEW_UNITS:
            warnings.warn(
                f"The moments' weights are estimated from {n_units} units; with fewer than "
                f"{FEW_UNITS} tests of 5% reject in up to 11% of samples.",
                stacklevel=2,
            )
        if n_units < 2:
            raise PanelError(f"{n_units} unit has usable rows; expected two or more.")
        try:
            first = Step.solve(m, m.weights())
        except np.linalg.LinAlgError:
            raise PanelError(
                "The instruments' weights are singular; expected fewer instruments (collapse them "
                "or limit their lags) or more variation."
            ) from None
        scale = np.nanmean(np.square(self.grid.values[self.name]))
        if self._variance(first, debiased) <= 1e-20 * scale:
            raise PanelError(
                "The regressors reproduce the outcome exactly; no error can be estimated."
            )
        products = first.scores.T @ first.scores
        second = Step.solve(m, symmetric_inverse(products))
        sigma2 = self._variance(first, debiased)
        robust_first = first.projection @ products @ first.projection.T
        if steps == 1:
            step, cov_type = first, "robust" if robust else "classical"
            cov = robust_first if robust else sigma2 * first.bread
        else:
            step, cov_type = second, "windmeijer" if windmeijer else "two-step"
            cov = second.bread
            if windmeijer:
                cov = windmeijer_covariance(m, first, second, robust_first)
        # The last block: levels in system GMM, otherwise the transformed equation.
        rows = m.used[:, -m.n_periods :]
        df = L - len(self.terms)
        return DynamicPanelGMMResult(
            params=pd.Series(step.params, self.terms, name="estimate"),
            cov=pd.DataFrame((cov + cov.T) / 2, self.terms, self.terms),
            nobs=int(rows.sum()),
            n_units=n_units,
            n_periods=int(rows.any(axis=0).sum()),
            cov_type=cov_type,
            estimator=f"{'system' if self.system else self.transform} GMM, {steps} step(s)",
            n_instruments=L,
            hansen=chi_squared(second.objective, df),
            sargan=chi_squared(first.objective / sigma2, df),
            serial_correlation=serial_correlation(
                m, step, cov, homoskedastic=sigma2 if cov_type == "classical" else None
            ),
            sigma2=sigma2,
            moments=m,
            step=step,
        )

    def one_step_params(self) -> Array:
        """Estimates of the first step alone, in the order of `terms`."""
        return Step.solve(self.moments, self.moments.weights()).params

    def _variance(self, first: Step, debiased: bool) -> float:
        """Variance of the errors in levels, from the transformed equation's residuals."""
        m = self.moments
        T = m.n_periods
        count = m.used[:, :T].sum() - debiased * len(self.terms)
        if count <= 0:
            raise PanelError(
                f"{m.used[:, :T].sum()} observations leave no degree of freedom for "
                f"{len(self.terms)} terms."
            )
        # A first difference has twice the variance; orthogonal deviations keep it.
        scale = 2 if self.transform == "difference" else 1
        return float((first.residuals[:, :T] ** 2).sum() / (scale * count))

    def _moments(self) -> tuple[Moments, list[str]]:
        grid = self.grid
        y = grid.values[self.name]
        regressors = [grid.lag(self.name, lag) for lag in self.lags]
        regressors += [grid.values[x] for x in self.exog]
        own = [grid.values[name] for name in self.iv]
        complete = np.isfinite(np.stack([y, *regressors, *own])).all(axis=0)
        difference = difference_matrices(complete)
        M = TRANSFORMS[self.transform](complete)
        used = (M != 0).any(axis=2)
        if not used.any():
            raise PanelError(
                "No unit has two complete observations in succession, lags included; "
                "expected at least one that has."
            )
        common, names = self._common_terms(complete)
        X = np.concatenate([np.stack(regressors, axis=-1), common], axis=-1)
        others = np.stack(own, axis=-1) if own else np.zeros((*complete.shape, 0))
        Z = self._instruments(M, used, complete, others, common)
        yM, XM, H = transform(M, y, complete), transform(M, X, complete), M @ M.transpose(0, 2, 1)
        if self.system:
            yM = np.concatenate([yM, np.where(complete, y, 0.0)], axis=1)
            XM = np.concatenate([XM, np.where(complete[..., None], X, 0.0)], axis=1)
            cross = M if self.initial_weights == "full" else np.zeros_like(M)
            levels = np.eye(complete.shape[1]) * complete[:, None]
            H = np.block([[H, cross], [cross.transpose(0, 2, 1), levels]])
            used = np.concatenate([used, complete], axis=1)
        if self.initial_weights == "identity":
            H = np.eye(used.shape[1]) * used[:, None]
        moments = Moments(
            y=yM,
            X=XM,
            Z=Z[:, :, (Z != 0).any(axis=(0, 1))],
            H=H,
            used=used,
            y_diff=transform(difference, y, complete),
            X_diff=transform(difference, X, complete),
            differenced=(difference != 0).any(axis=2),
        )
        return moments, [f"L{lag}.{self.name}" for lag in self.lags] + self.exog + names

    def _common_terms(self, complete: Array) -> tuple[Array, list[str]]:
        """Terms without variation across units: period dummies, and a constant in the levels."""
        blocks = [np.zeros((*complete.shape, 0))]
        names: list[str] = []
        if self.time_effects:
            dummies, names = period_dummies(complete, self.grid.periods)
            blocks.append(dummies)
        if self.system:
            blocks.append(np.ones((*complete.shape, 1)))
            names = [*names, "const"]
        return np.concatenate(blocks, axis=-1), names

    def _instruments(
        self, M: Array, used: Array, complete: Array, own: Array, common: Array
    ) -> Array:
        """Instruments of all equations, shape (n, R, L)."""
        values = self.grid.values
        lagged = _join(
            [
                lag_instruments(values[x], used, *window, self.collapse)
                for x, window in self.gmm.items()
            ],
            complete,
        )
        own_transformed = transform(M, own, complete)
        if not self.system:
            return np.concatenate(
                [lagged, own_transformed, transform(M, common, complete)], axis=-1
            )
        differences = _join(
            [
                level_instruments(values[x], complete, first, self.collapse)
                for x, (first, _) in self.gmm.items()
            ],
            complete,
        )
        alone = np.concatenate([differences, np.where(complete[..., None], common, 0.0)], axis=-1)
        own = np.where(complete[..., None], own, 0.0) * (self.iv_equation == "both")
        top = np.concatenate([lagged, own_transformed, np.zeros_like(alone)], axis=-1)
        bottom = np.concatenate([np.zeros_like(lagged), own, alone], axis=-1)
        return np.concatenate([top, bottom], axis=1)


def _join(blocks: list[Array], complete: Array) -> Array:
    return np.concatenate([np.zeros((*complete.shape, 0)), *blocks], axis=-1)


def _among(what: str, value: object, allowed: Collection) -> None:
    check_choice(what, value, allowed)


def _lags(lags) -> list[int]:
    """Lags as a list: 2 means 1 and 2."""
    if isinstance(lags, Integral) and not isinstance(lags, bool):
        return list(range(1, int(lags) + 1))
    try:
        found = list(lags)
    except TypeError:
        found = [lags]
    if any(not isinstance(lag, Integral) or isinstance(lag, bool) for lag in found):
        raise PanelError(f"The lags are {lags!r}; expected whole numbers of at least one.")
    if len(set(found)) < len(found):
        raise PanelError(f"The lags are {lags!r}; expected each once.")
    return sorted(int(lag) for lag in found)


def _series(dependent) -> None:
    if not isinstance(dependent, pd.Series):
        raise PanelError(
            f"The dependent variable is of type {type(dependent).__name__}; expected a Series on "
            "(unit, period)."
        )
