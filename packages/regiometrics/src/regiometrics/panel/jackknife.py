"""Half-panel jackknife of fixed effects, for dynamic panels with regressors that respond to y."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics.errors import PanelError
from regiometrics.panel.dynamic_design import period_dummies, regressors, to_grid
from regiometrics.panel.dynamic_results import DynamicPanelResult

Array = np.ndarray
SHORTEST = 4  # complete observations of a unit: each half needs two
FEW_PERIODS = 10  # below these the remaining bias is not negligible
FEW_UNITS = 10  # below these leaving out one is a rough guide to the error
MANY_UNITS = 10  # per period; with more the error is as small as the remaining bias


@dataclass(frozen=True, eq=False)
class HalfPanelResult(DynamicPanelResult):
    """A jackknifed fixed-effects estimate; inference from t of units - 1.

    Attributes
    ----------
    least_squares : pandas.Series
        The uncorrected fixed-effects estimates.
    halves : pandas.DataFrame
        The mean estimates of the first and the second halves, columns "first" and "second".

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> index = pd.MultiIndex.from_product([range(40), range(9)], names=["unit", "year"])
    >>> y = pd.Series(rng.normal(size=360), index, name="y")
    >>> fit = HalfPanelJackknife(y).fit()
    >>> fit.n_units, fit.halves.columns.tolist(), fit.least_squares.index.tolist()
    (40, ['first', 'second'], ['L1.y'])
    """

    least_squares: pd.Series
    halves: pd.DataFrame

    @property
    def _distribution(self):
        return laws.t(self.n_units - 1)


@dataclass(frozen=True)
class _Part:
    """Fixed-effects least squares on some observations.

    `without` holds the estimates less one unit each, shape (n, K).
    """

    params: Array
    without: Array

    @classmethod
    def fit(cls, y: Array, W: Array, rows: Array, time_effects: bool) -> _Part:
        """Take out unit effects and, if asked, period effects; then least squares."""
        X = _within(W, rows)
        if time_effects:
            D = _within(period_dummies(rows, range(rows.shape[1]))[0], rows)
            flat, basis = X.reshape(rows.size, -1), D.reshape(rows.size, -1)
            flat = flat - basis @ np.linalg.lstsq(basis, flat, rcond=None)[0]
            X = flat.reshape(X.shape)
        if np.linalg.matrix_rank(X.reshape(rows.size, -1)) < X.shape[2]:
            raise PanelError(
                "The regressors are collinear within units in the panel or a half of it; expected "
                "variation of each in both halves."
            )
        Q = np.einsum("itk,itl->ikl", X, X)
        S = np.einsum("itk,it->ik", X, np.where(rows, y, 0.0))
        total, score = Q.sum(axis=0), S.sum(axis=0)
        left = total - Q
        if (np.linalg.matrix_rank(left, hermitian=True) < X.shape[2]).any():
            raise PanelError(
                "One unit alone varies in a regressor; expected variation of each in two units."
            )
        without = np.linalg.solve(left, (score - S)[..., None])[..., 0]
        return cls(np.linalg.solve(total, score), without)


@dataclass
class HalfPanelJackknife:
    """Fixed effects, corrected by the estimates of the two halves of the periods.

    y_it = g y_i,t-1 + x_it'b + unit effect + (period effects) + e_it. The estimate is twice that of
    the whole panel minus the mean of those of its halves, which removes the bias of order 1/T
    whatever its form. Regressors may respond to past outcomes.

    Parameters
    ----------
    dependent : pandas.Series
        The outcome on (unit, period), periods whole numbers; gaps allowed.
    exog : pandas.DataFrame, optional
        Regressors, strictly or weakly exogenous.
    lag : bool, default True
        Whether the outcome of the period before is a regressor.
    time_effects : bool, default False
        Effects of periods, of the whole panel and of each half.

    Raises
    ------
    PanelError
        If the data cannot be used, no unit has four complete observations, there are fewer than two
        units, or a regressor does not vary in a half.

    Notes
    -----
    Dhaene and Jochmans (2015, *Review of Economic Studies* 82); Chudik, Pesaran and Yang (2018,
    *Journal of Applied Econometrics* 33) for weakly exogenous regressors. A unit's complete
    observations are split in its middle; where their number is odd, both splits are averaged. Units
    with fewer than four are left out. Errors are from estimates that leave out one unit each, which
    count that the halves' denominators vary, with t of units - 1.

    When to use which estimator of a dynamic panel. With strictly exogenous regressors or none, the
    interval of :class:`BiasCorrectedLSDV` for the slope of the lag inverts a test whose
    distribution is simulated at each value (a grid bootstrap): it holds in short panels and at a
    unit root. With regressors that respond to y, or errors of unequal variances, use this class
    where there are ten periods or more and up to ten units per period; slopes of the lag up to 0.9
    do no harm, at one its intervals miss in 9% of samples. Many units over few periods are for
    :class:`DynamicPanelGMM`.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> y = np.zeros((60, 60))
    >>> for t in range(1, 60):
    ...     y[:, t] = 0.5 * y[:, t - 1] + rng.normal(size=60)
    >>> index = pd.MultiIndex.from_product([range(60), range(20)], names=["unit", "year"])
    >>> fit = HalfPanelJackknife(pd.Series(y[:, 40:].ravel(), index, name="y")).fit()
    >>> bool(fit.least_squares["L1.y"] < fit.params["L1.y"])
    True
    """

    dependent: pd.Series
    exog: pd.DataFrame | None = None
    lag: bool = True
    time_effects: bool = False
    terms: list[str] = field(init=False)

    def __post_init__(self) -> None:
        """Lay the panel over a grid and split it."""
        if not isinstance(self.dependent, pd.Series):
            raise PanelError(
                f"The dependent variable is of type {type(self.dependent).__name__}; expected a "
                "Series on (unit, period)."
            )
        for name in ("lag", "time_effects"):
            if not isinstance(getattr(self, name), bool | np.bool_):
                raise PanelError(f"{name} is {getattr(self, name)!r}; expected True or False.")
        name = "y" if self.dependent.name is None else str(self.dependent.name)
        names = regressors(self.exog)
        grid = to_grid(self.dependent, self.exog)
        past = [grid.lag(name, 1)] if self.lag else []
        columns = [*past, *(grid.values[x] for x in names)]
        self.terms = [f"L1.{name}"] * bool(self.lag) + names
        if not columns:
            raise PanelError("There is no regressor; expected the lag or one in `exog`.")
        self._y, self._W = grid.values[name], np.stack(columns, axis=-1)
        rows = np.isfinite(self._y) & np.isfinite(self._W).all(axis=-1)
        rows &= rows.sum(axis=1, keepdims=True) >= SHORTEST
        self._rows = rows
        units = int(rows.any(axis=1).sum())
        if units < 2:
            raise PanelError(
                f"{units} unit(s) have {SHORTEST} or more complete observations; expected two "
                "units or more."
            )

    def fit(self) -> HalfPanelResult:
        """Estimate.

        Returns
        -------
        HalfPanelResult

        Raises
        ------
        PanelError
            If the regressors are collinear within units in the panel or in a half of it.

        Warns
        -----
        UserWarning
            If there are fewer than ten periods or units, more than ten units per period, or a unit
            root within one standard error.
        """
        y, W, rows = self._y, self._W, self._rows
        whole = _Part.fit(y, W, rows, self.time_effects)
        splits = [
            [_Part.fit(y, W, half, self.time_effects) for half in pair] for pair in _halves(rows)
        ]
        pairs = np.array([[half.params for half in pair] for pair in splits])
        rest = (y[..., None] - W @ whole.params[: W.shape[-1], None])[..., 0]
        rest = np.where(rows, rest, np.nan)
        rest = rest - np.nanmean(rest, axis=1, keepdims=True)
        if np.nanmax(np.abs(rest)) <= 1e-10 * np.nanmax(np.abs(np.where(rows, y, np.nan))):
            raise PanelError(
                "The regressors reproduce the outcome exactly; no error can be estimated."
            )
        params = 2 * whole.params - pairs.mean(axis=(0, 1))
        without = 2 * whole.without - np.mean(
            [half.without for pair in splits for half in pair], axis=0
        )
        used = rows.any(axis=1)
        n, periods = int(used.sum()), rows[used].sum(axis=1).mean()
        gap = (without - params)[used]
        cov = (n - 1) / n * gap.T @ gap
        if periods < FEW_PERIODS or n > MANY_UNITS * periods:
            warnings.warn(
                f"There are {n} units with {periods:.0f} periods: the bias of order 1/T² that the "
                "jackknife leaves is not small beside the error, and intervals of 95% miss the "
                "slope of the lag in 6 to 10% of samples. Without regressors that respond to y, "
                "BiasCorrectedLSDV has an interval that holds.",
                stacklevel=2,
            )
        near = self.lag and params[0] + np.sqrt(cov[0, 0]) > 1
        if n < FEW_UNITS or near:
            warnings.warn(
                f"The estimate rests on {n} units"
                f"{' and a unit root is near' if near else ''}: with fewer than {FEW_UNITS} "
                "units, or at a unit root, intervals of 95% miss the slope of the lag in 9% of "
                "samples. Without regressors that respond to y, BiasCorrectedLSDV has an interval "
                "that holds.",
                stacklevel=2,
            )
        means = pairs.mean(axis=0)
        return HalfPanelResult(
            params=pd.Series(params, self.terms, name="estimate"),
            cov=pd.DataFrame(cov, self.terms, self.terms),
            nobs=int(rows.sum()),
            n_units=n,
            n_periods=int(rows.any(axis=0).sum()),
            cov_type="jackknife by unit",
            estimator="half-panel jackknife",
            least_squares=pd.Series(whole.params, self.terms, name="least squares"),
            halves=pd.DataFrame({"first": means[0], "second": means[1]}, self.terms),
        )


def _halves(rows: Array) -> list[tuple[Array, Array]]:
    """Split each unit's observations in the middle: one pair, two where some number is odd."""
    count, order = rows.sum(axis=1, keepdims=True), rows.cumsum(axis=1)
    pairs = []
    for middle in (count // 2, (count + 1) // 2):
        first = rows & (order <= middle)
        pairs.append((first, rows & ~first))
    return pairs if (count % 2).any() else pairs[:1]


def _within(values: Array, rows: Array) -> Array:
    """Subtract means over the rows used; zero elsewhere. Shape (n, T, k)."""
    mask = rows[..., None]
    values = np.where(mask, values, 0.0)
    count = np.maximum(rows.sum(axis=1), 1)[:, None, None]
    return np.where(mask, values - values.sum(axis=1, keepdims=True) / count, 0.0)
