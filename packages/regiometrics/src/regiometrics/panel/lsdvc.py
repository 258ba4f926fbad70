"""Bias-corrected least squares with dummy variables, for dynamic panels of few units."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from regiometrics._arguments import real, switch
from regiometrics.errors import PanelError
from regiometrics.options import check_choice, check_count, check_level
from regiometrics.panel.dynamic_design import period_dummies, regressors, to_grid
from regiometrics.panel.dynamic_results import DynamicPanelResult
from regiometrics.panel.gmm import DynamicPanelGMM
from regiometrics.panel.lag_test import LagTest

Array = np.ndarray
INITIAL = ("iterated", "anderson-hsiao", "arellano-bond", "blundell-bond")
ERRORS = ("normal", "wild")
MAX_ITERATIONS = 200
TOLERANCE = 1e-9
LARGEST = 10.0  # slope, in absolute value, that is tested: each hundredth on the way counts
PERSISTENT = 0.85  # slope of the lag above which the bootstrap's standard error is too small
MOST_UNSETTLED = 0.05  # of the bootstrap's draws, above which a warning says so
FEW_PERIODS = 10  # below which such a slope is estimated below it in half of the samples


@dataclass(frozen=True, eq=False)
class LSDVCResult(DynamicPanelResult):
    """A bias-corrected dynamic panel; errors from the bootstrap.

    The interval and the p-value of the lag's slope invert a score test that holds at and near one
    (:class:`regiometrics.panel.lag_test.LagTest`); those of the other coefficients are normal.
    Near a unit root the bootstrap's standard error of the lag is about half of the estimator's
    spread: the interval does not use it.

    Attributes
    ----------
    lsdv : pandas.Series
        The uncorrected least-squares estimates.
    bias : pandas.Series
        Approximate bias that was subtracted.
    gamma_initial : float
        Slope of the lag at which the bias was evaluated, at most one in absolute value.
    sigma2 : float
        Variance of the errors at the corrected estimates, N - units - K degrees of freedom.
    draws : pandas.DataFrame
        Bootstrap estimates, one row per draw.
    converged : bool
        Whether the iteration of "iterated" settled; True for other initial estimators.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> index = pd.MultiIndex.from_product([range(40), range(9)], names=["unit", "year"])
    >>> y = pd.Series(rng.normal(size=360), index, name="y")
    >>> fit = BiasCorrectedLSDV(y).fit(draws=20, seed=0)
    >>> fit.converged, bool(fit.params["L1.y"] > fit.lsdv["L1.y"])
    (True, True)
    """

    lsdv: pd.Series
    bias: pd.Series
    gamma_initial: float
    sigma2: float
    draws: pd.DataFrame
    converged: bool
    _lag: LagTest = field(repr=False)

    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Give confidence intervals, columns "lower" and "upper".

        Parameters
        ----------
        level : float, default 0.95
            Strictly between zero and one.

        Returns
        -------
        pandas.DataFrame
            The lag's interval holds the slopes that the score test does not reject; an end is
            infinite where -1 or 1.5, the last slopes tried, is not rejected, and both are
            missing where every slope is.

        Raises
        ------
        PanelError
            If the level is not between zero and one.
        """
        check_level(level)
        table = super().conf_int(level)
        table.iloc[0] = self._lag.interval(level)
        return table

    @property
    def pvalues(self) -> pd.Series:
        """Two-sided; that of the lag from the score test."""
        values = super().pvalues
        values.iloc[0] = self.lag_test(0.0)["p_value"]
        return values

    def lag_test(self, value: float) -> pd.Series:
        """Test a value of the lag's slope, for instance a unit root.

        Parameters
        ----------
        value : float
            The slope under the null.

        Returns
        -------
        pandas.Series
            statistic, p_value (two-sided; the level at which :meth:`conf_int` just leaves the
            value out).

        Raises
        ------
        ValueError
            If the value is no number between -10 and 10.
        """
        value = real("value", value, -LARGEST, LARGEST)
        statistic, p_value = self._lag.statistic(value), self._lag.dual_p_value(value)
        return pd.Series({"statistic": statistic, "p_value": p_value})


@dataclass(frozen=True, eq=False)
class WithinPanel:
    """A dynamic panel with unit means taken out.

    Attributes
    ----------
    y, W : numpy.ndarray, shapes (n, T), (n, T, K)
        Demeaned; the lag first; zero where incomplete.
    complete, alive : numpy.ndarray of bool, shape (n, T)
        Observations used; periods from the first of these on, gaps included.
    """

    y: Array
    W: Array
    complete: Array
    alive: Array

    @classmethod
    def build(cls, y: Array, X: Array, complete: Array) -> WithinPanel:
        """Take out unit means over complete observations."""
        lag = np.full_like(y, np.nan)
        lag[:, 1:] = y[:, :-1]
        W = np.concatenate([lag[..., None], X], axis=-1)
        return cls(
            _within(y[..., None], complete)[..., 0],
            _within(W, complete),
            complete,
            np.maximum.accumulate(complete, axis=1),
        )

    @property
    def df(self) -> int:
        """Observations less units less regressors."""
        return int(self.complete.sum() - self.complete.any(axis=1).sum() - self.W.shape[2])

    def least_squares(self) -> Array:
        """LSDV estimates, shape (K,)."""
        W = self.W.reshape(-1, self.W.shape[2])
        return np.linalg.lstsq(W, self.y.ravel(), rcond=None)[0]

    def variance(self, gamma: float) -> float:
        """Error variance given the slope of the lag, the other slopes by least squares."""
        partial = (self.y - gamma * self.W[..., 0]).ravel()
        X = self.W[..., 1:].reshape(len(partial), -1)
        residuals = partial - X @ np.linalg.lstsq(X, partial, rcond=None)[0]
        return float(residuals @ residuals) / self.df

    def bias(self, gamma: float, sigma2: float, order: int) -> Array:
        """Approximate the bias of LSDV (Bruno 2005; Bun and Kiviet 2003 where balanced).

        Parameters
        ----------
        gamma, sigma2 : float
            Slope of the lag, variance of the errors.
        order : {1, 2, 3}
            Terms to O(1/T), O(1/(NT)) and O(1/(NT²)).

        Returns
        -------
        numpy.ndarray, shape (K,)

        Notes
        -----
        With Π = A L Γ, Q = E(W'AW)⁻¹ and W̄ the part of W that is given, Bruno's terms are

        c1 = σ² tr(Π) q,
        c2 = -σ² [Q W̄'ΠAW̄ + tr(Q W̄'ΠAW̄) + 2 σ² q₁ tr(Π'ΠΠ)] q,
        c3 = σ⁴ tr(Π) {2 q₁ Q W̄'ΠΠ'W̄ q + [q'W̄'ΠΠ'W̄q + q₁ tr(Q W̄'ΠΠ'W̄)
        + 2 σ² tr(Π'ΠΠ'Π) q₁²] q},

        q being the first column of Q. W̄ is not observed, W is: E(W'ΠAW) = W̄'ΠAW̄ +
        σ² tr(Π'ΠΠ) e₁e₁' and E(W'ΠΠ'W) = W̄'ΠΠ'W̄ + σ² tr(Π'ΠΠ'Π) e₁e₁', so that with W in
        their place the third term of c2 cancels and the last of c3 turns negative. Q is taken at
        the sample's (W'AW)⁻¹, whose own expectation already exceeds E(W'AW)⁻¹ by what c3 corrects:
        c3 on top counts it twice, so that order 2 comes nearest to the simulated bias.
        """
        K, T = self.W.shape[2], self.y.shape[1]
        gap = np.arange(T)[:, None] - np.arange(T) - 1
        lag_of_sums = np.where(gap >= 0, float(gamma) ** np.maximum(gap, 0), 0.0)
        # Shocks before a unit's first observation are part of its given start.
        Pi = _within(lag_of_sums * self.alive[:, None, :], self.complete)
        W = self.W.reshape(-1, K)
        Q = np.linalg.inv(W.T @ W)
        q, trace = Q[:, 0], np.trace(Pi, axis1=1, axis2=2).sum()
        total = sigma2 * trace * q
        if order >= 2:
            M = W.T @ (Pi @ self.W).reshape(-1, K)
            total = total - sigma2 * (Q @ M @ q + np.trace(Q @ M) * q)
        if order >= 3:
            P = (Pi.transpose(0, 2, 1) @ self.W).reshape(-1, K)
            M = P.T @ P
            fourth = ((Pi.transpose(0, 2, 1) @ Pi) ** 2).sum()
            inner = q @ M @ q + q[0] * np.trace(Q @ M) - 2 * sigma2 * fourth * q[0] ** 2
            total = total + sigma2**2 * trace * (2 * q[0] * Q @ M @ q + inner * q)
        return total


class BiasCorrectedLSDV:
    """Dynamic panel with unit effects by least squares, less its approximate bias.

    y_it = g y_i,t-1 + x_it'b + unit effect + (period effects) + e_it.

    Parameters
    ----------
    dependent : pandas.Series
        The outcome on (unit, period), periods whole numbers; gaps allowed.
    exog : pandas.DataFrame, optional
        Strictly exogenous regressors.
    time_effects : bool, default False
        Dummies for all periods after the first.

    Raises
    ------
    PanelError
        If the data cannot be used, or leave no degree of freedom.

    Notes
    -----
    Kiviet (1995, 1999), Bun and Kiviet (2003), Bruno (2005, Economics Letters 87) for
    unbalanced panels. Errors are taken as independent over units and periods and of equal
    variance. One lag only.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> y = np.zeros((7, 70))
    >>> for t in range(1, 70):
    ...     y[:, t] = 0.6 * y[:, t - 1] + rng.normal(size=7)
    >>> index = pd.MultiIndex.from_product([range(7), range(2000, 2020)], names=["city", "year"])
    >>> panel = pd.Series(y[:, 50:].ravel(), index, name="y")
    >>> fit = BiasCorrectedLSDV(panel).fit(draws=50, seed=0)
    >>> bool(fit.params["L1.y"] > fit.lsdv["L1.y"])
    True
    """

    def __init__(
        self,
        dependent: pd.Series,
        exog: pd.DataFrame | None = None,
        *,
        time_effects: bool = False,
    ) -> None:
        if not isinstance(dependent, pd.Series):
            raise PanelError(
                f"The dependent variable is of type {type(dependent).__name__}; expected a Series "
                "on (unit, period)."
            )
        self.name = "y" if dependent.name is None else str(dependent.name)
        switch("time_effects", time_effects)
        grid = to_grid(dependent, exog)
        names = regressors(exog)
        y = grid.values[self.name]
        X = np.stack([y, grid.lag(self.name, 1), *(grid.values[x] for x in names)], axis=-1)
        complete = np.isfinite(X).all(axis=-1)
        # One observation of a unit is nothing but its mean.
        complete &= complete.sum(axis=1, keepdims=True) >= 2
        X = X[..., 2:]
        if time_effects:
            dummies, labels = period_dummies(complete, grid.periods)
            X, names = np.concatenate([X, dummies], axis=-1), names + labels
        self.grid, self.y, self.X, self.complete = grid, y, X, complete
        self.terms = [f"L1.{self.name}", *names]
        self.within = WithinPanel.build(y, X, complete)
        if self.within.df < 1:
            raise PanelError(
                f"{complete.sum()} complete observations of {complete.any(axis=1).sum()} units "
                f"leave no degree of freedom for {len(self.terms)} regressors."
            )
        W = self.within.W.reshape(-1, len(self.terms))
        if np.linalg.matrix_rank(W) < len(self.terms):
            raise PanelError(
                f"The regressors {', '.join(self.terms)} are collinear within units; "
                "expected variation of each that no other has."
            )

    def fit(
        self,
        initial: str = "iterated",
        order: int = 2,
        *,
        draws: int = 200,
        errors: str = "normal",
        seed: int,
    ) -> LSDVCResult:
        """Estimate.

        Parameters
        ----------
        initial : {"iterated", "anderson-hsiao", "arellano-bond", "blundell-bond"}
            The slope of the lag at which the bias is evaluated: the corrected estimate itself
            (iterated until it settles: the choice for few units, for which the others, made for
            many, are noise), or a GMM estimate with collapsed instruments, as in Bruno's xtlsdvc,
            there with all instruments. Slopes beyond one count as one.
        order : {1, 2, 3}, default 2
            The order of the approximation; see the notes of :meth:`WithinPanel.bias` on the third.
        draws : int, default 200
            Bootstrap panels, at least two.
        errors : {"normal", "wild"}
            Their errors: normal (Bruno), or residuals with random signs, which keeps unequal
            variances.
        seed : int
            The seed of the bootstrap.

        Returns
        -------
        LSDVCResult

        Raises
        ------
        PanelError
            If an option is unknown.
        """
        for what, value, allowed in (
            ("initial estimator", initial, INITIAL),
            ("order", order, (1, 2, 3)),
            ("bootstrap's errors", errors, ERRORS),
        ):
            check_choice(f"The {what}", value, allowed)
        check_count("draws", draws, 2)
        check_count("seed", seed, 0)
        params, gamma, bias, converged = self._correct(self.y, self.within, initial, order)
        if not converged:
            warnings.warn(
                f"The bias correction did not settle in {MAX_ITERATIONS} iterations; the slope "
                f"of the lag is left at {params[0]:.4f}.",
                stacklevel=2,
            )
        if params[0] > PERSISTENT:
            warnings.warn(
                f"The slope of the lag is {params[0]:.3f}: near one its bootstrap standard error "
                "is about half of what it should be. Its interval and p-value are those of a "
                "score test that holds there.",
                stacklevel=2,
            )
        elif (periods := int(self.complete.any(axis=0).sum())) < FEW_PERIODS:
            warnings.warn(
                f"There are {periods} periods: a slope of the lag near one is then often estimated "
                f"below {PERSISTENT:g}, and its bootstrap standard error is about half of what it "
                "should be. Its interval and p-value are those of a score test that holds there.",
                stacklevel=2,
            )
        if self.within.variance(params[0]) <= 1e-20 * float(
            np.square(self.y[self.complete]).mean()
        ):
            raise PanelError(
                "The regressors reproduce the outcome exactly; no error can be estimated."
            )
        sigma2, stars = self._bootstrap(params, initial, order, draws, errors, seed)
        return LSDVCResult(
            params=pd.Series(params, self.terms, name="estimate"),
            cov=pd.DataFrame(np.atleast_2d(np.cov(stars.T)), self.terms, self.terms),
            nobs=int(self.complete.sum()),
            n_units=int(self.complete.any(axis=1).sum()),
            n_periods=int(self.complete.any(axis=0).sum()),
            cov_type=f"bootstrap ({errors}, {draws} draws)",
            estimator=f"bias-corrected LSDV, {initial}, order {order}",
            lsdv=pd.Series(self.within.least_squares(), self.terms, name="lsdv"),
            bias=pd.Series(bias, self.terms, name="bias"),
            gamma_initial=float(gamma),
            sigma2=sigma2,
            draws=pd.DataFrame(stars, columns=self.terms).rename_axis("draw"),
            converged=converged,
            _lag=LagTest(
                self.y,
                self.grid.lag(self.name, 1),
                self.X,
                self.complete,
                self.within.alive,
                errors == "wild",
                seed,
            ),
        )

    def _correct(
        self, y: Array, within: WithinPanel, initial: str, order: int
    ) -> tuple[Array, float, Array, bool]:
        """Corrected estimates, the slope and bias they rest on, and whether they settled."""
        lsdv = within.least_squares()
        if initial != "iterated":
            gamma = _stable(self._gmm_slope(y, initial))
            bias = within.bias(gamma, within.variance(gamma), order)
            return lsdv - bias, gamma, bias, True
        gamma = _stable(lsdv[0])
        for _ in range(MAX_ITERATIONS):
            bias = within.bias(gamma, within.variance(gamma), order)
            change = _stable(lsdv[0] - bias[0]) - gamma
            if abs(change) < TOLERANCE:
                return lsdv - bias, gamma, bias, True
            gamma += change
        return lsdv - bias, gamma, bias, False

    def _gmm_slope(self, y: Array, initial: str) -> float:
        index = pd.MultiIndex.from_product([self.grid.units, self.grid.periods])
        exog = pd.DataFrame(self.X.reshape(len(index), -1), index, self.terms[1:])
        model = DynamicPanelGMM(
            pd.Series(y.ravel(), index, name=self.name),
            exog,
            gmm={self.name: (2, 2 if initial == "anderson-hsiao" else None)},
            system=initial == "blundell-bond",
            iv_equation="transformed",
            collapse=True,
        )
        return float(model.one_step_params()[0])

    def _bootstrap(
        self, params: Array, initial: str, order: int, draws: int, errors: str, seed: int
    ) -> tuple[float, Array]:
        rng = np.random.default_rng(seed)
        given = np.where(self.complete, self.X @ params[1:] if self.X.shape[2] else 0.0, 0.0)
        lag = np.where(self.complete, self.grid.lag(self.name, 1), 0.0)
        rest = np.where(self.complete, self.y - params[0] * lag - given, 0.0)
        count = np.maximum(self.complete.sum(axis=1, keepdims=True), 1)
        effect = rest.sum(axis=1, keepdims=True) / count
        residuals = np.where(self.complete, rest - effect, 0.0)
        sigma2 = float((residuals**2).sum()) / self.within.df
        residuals *= np.sqrt(self.complete.sum() / self.within.df)
        stars, settled = np.empty((draws, len(params))), 0
        for draw in range(draws):
            if errors == "normal":
                shocks = np.sqrt(sigma2) * rng.standard_normal(self.y.shape)
            else:
                shocks = residuals * rng.choice([-1.0, 1.0], size=self.y.shape)
            # Each unit starts from what was observed, and does so again after a gap.
            y = self.y.copy()
            for t in range(1, y.shape[1]):
                step = params[0] * y[:, t - 1] + given[:, t] + effect[:, 0] + shocks[:, t]
                y[:, t] = np.where(self.complete[:, t], step, y[:, t])
            within = WithinPanel.build(y, self.X, self.complete)
            stars[draw], _, _, done = self._correct(y, within, initial, order)
            settled += done
        if draws - settled > MOST_UNSETTLED * draws:
            warnings.warn(
                f"The bias correction did not settle in {MAX_ITERATIONS} iterations in "
                f"{draws - settled} of {draws} bootstrap draws: their spread is no measure of the "
                "error.",
                stacklevel=3,
            )
        return sigma2, stars


def _stable(gamma: float) -> float:
    """Nearest slope at which the approximation, made for stable processes, can be evaluated."""
    return float(np.clip(gamma, -1.0, 1.0))


def _within(values: Array, complete: Array) -> Array:
    """Less the means over complete observations, axis 1; zero elsewhere. Shape (n, T, k)."""
    mask = complete[..., None]
    values = np.where(mask, values, 0.0)
    count = np.maximum(complete.sum(axis=1), 1)[:, None, None]
    return np.where(mask, values - values.sum(axis=1, keepdims=True) / count, 0.0)
