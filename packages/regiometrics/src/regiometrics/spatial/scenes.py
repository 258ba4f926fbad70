"""Where predictions are made: units and periods, their means, and the spatial process on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from regiometrics.errors import PanelError, label
from regiometrics.panel.within import LARGEST, check_levels
from regiometrics.spatial.errors import SpecificationError, UnsupportedPanelError
from regiometrics.spatial.panel_data import Design
from regiometrics.spatial.weights import SpatialWeights
from regiometrics.spatial.weights_checks import as_weights

Array = np.ndarray
#: Forecast intervals form matrices of shape (n, n) up to this number of units.
MOST_UNITS = 4000


class Space:
    """The spatial process of a result, on its own units or on more."""

    def __init__(
        self, W: SpatialWeights | None, rho: float, M: SpatialWeights | None, lam: float
    ) -> None:
        n = next((weights.n for weights in (W, M) if weights is not None), 0)
        eye = sp.eye_array(n, format="csc")
        self.W, self.rho, self.M, self.lam = W, rho, M, lam
        self.S = sp.csc_array(eye - rho * W.matrix) if W is not None and rho else eye
        self.R = sp.csc_array(eye - lam * M.matrix) if M is not None and lam else eye
        self._factor = splu(self.S) if rho else None

    @classmethod
    def of(cls, result: Any) -> Space:
        """Return the process on the sample's units."""
        at = result.structure
        M = None if at.error is None else at.error.weights
        return cls(result.design.weights, result.rho or 0.0, M, result.lambda_ or 0.0)

    def reduced(self, mean: Array) -> Array:
        """(I - rho W)^(-1) m."""
        return mean if self._factor is None else self._factor.solve(np.ascontiguousarray(mean))

    def predict(self, method: str, mean: Array, y: Array, known: Array, wanted: Array) -> Array:
        """Predict units where `wanted`, from outcomes where `known`."""
        if method == "TC":
            return self.reduced(mean)[wanted]
        if method == "TS":
            return self._signal(mean, y, known)[wanted]
        return self._best(mean, y, known, wanted)

    def _signal(self, mean: Array, y: Array, known: Array) -> Array:
        seen = np.where(known, y, 0.0)
        out = mean.copy()
        if self.W is not None and self.rho:
            out = out + self.rho * (self.W.matrix @ seen)
        if self.M is not None and self.lam:
            u = np.where(known, y - out, 0.0)
            out = out + self.lam * (self.M.matrix @ u)
        return out

    def _best(self, mean: Array, y: Array, known: Array, wanted: Array) -> Array:
        trend = self.reduced(mean)
        gap = np.where(known, y - trend, 0.0)
        Q = sp.csc_array((self.R @ self.S).T @ (self.R @ self.S))
        out = trend.copy()
        new = np.flatnonzero(~known)
        if len(new):
            # Units without an outcome: given all that are known.
            push = (Q @ gap)[new]
            out[new] = trend[new] - splu(sp.csc_array(Q[new][:, new])).solve(push)
        inside = known & wanted
        if inside.any():
            if len(new):
                raise SpecificationError(
                    "The best predictor is asked for units with an outcome in a period in which "
                    "others lack theirs; expected one or the other: give 'exog' for the units "
                    "without an outcome."
                )
            # Each unit given all others.
            own = Q.diagonal()
            out[inside] = (trend - ((Q @ gap) - own * gap) / own)[inside]
        return out[wanted]


class Scene:
    """Means of the units and periods that are wanted and of all that they depend on."""

    def __init__(
        self,
        result: Any,
        exog: pd.DataFrame,
        weights: object | None,
        error_weights: object | None,
        unit_effects: pd.Series | None,
        time_effects: pd.Series | None,
    ) -> None:
        design, self.result = result.design, result
        exog = _check_exog(exog, design)
        self.index = exog.index
        units = exog.index.get_level_values(0)
        new = pd.Index(units[~units.isin(design.units)].unique())
        self.units = design.units.append(new) if len(new) else design.units
        periods = exog.index.get_level_values(1).unique()
        self.periods = pd.Index(periods).sort_values()
        self.new_periods = self.periods[~self.periods.isin(design.periods)]
        self._check_complete(exog)
        W, M = self._weights(weights, error_weights, len(new) > 0)
        self.space = Space(W, result.rho or 0.0, M, result.lambda_ or 0.0)
        self.mean = self._means(exog, W)
        self.mean += self._unit_effects(new, unit_effects)
        self.mean += self._time_effects(time_effects)[:, None]

    def _check_complete(self, exog: pd.DataFrame) -> None:
        for period in self.new_periods:
            rows = exog.index[exog.index.get_level_values(1) == period]
            lacking = self.units[~self.units.isin(rows.get_level_values(0))]
            if len(lacking):
                raise UnsupportedPanelError(
                    f"Unit {label(lacking[0])} has no regressors in period {label(period)}; "
                    "expected a row for every unit: neighbours' outcomes depend on it."
                )
        new = self.units[len(self.result.design.units) :]
        rows = exog.index
        for period in self.periods:
            have = rows[rows.get_level_values(1) == period].get_level_values(0)
            lacking = new[~new.isin(have)]
            if len(lacking):
                raise UnsupportedPanelError(
                    f"Unit {label(lacking[0])} has no regressors in period {label(period)}; "
                    "expected a row for every new unit in each period asked for."
                )

    def _weights(
        self, weights: object | None, error_weights: object | None, more: bool
    ) -> tuple[SpatialWeights, SpatialWeights | None]:
        result = self.result
        W = result.design.weights
        M = None if result.structure.error is None else result.structure.error.weights
        if not more:
            if weights is not None or error_weights is not None:
                raise SpecificationError(
                    "Weights are given and no unit is new; expected none: the sample's are used."
                )
            return W, M
        if weights is None:
            raise SpecificationError(
                f"{len(self.units) - W.n} unit(s) are new and no weights are given; expected "
                "labelled weights of the sample's units and the new ones together."
            )
        if sp.issparse(weights) or isinstance(weights, np.ndarray):
            raise SpecificationError(
                "The weights of sample and new units have no labels; expected a DataFrame or "
                "another form with identifiers."
            )
        both = as_weights(weights, self.units, islands=True, warn=False)
        if M is None or M is W:
            return both, both if M is not None else None
        if error_weights is None:
            raise SpecificationError(
                "The model's error weights differ from its weights; expected error_weights of the "
                "sample's units and the new ones too."
            )
        return both, as_weights(error_weights, self.units, islands=True, warn=False)

    def _means(self, exog: pd.DataFrame, W: SpatialWeights) -> Array:
        result, design = self.result, self.result.design
        own = design.own_names
        T, n = len(self.periods), len(self.units)
        X = np.full((T, n, len(own)), np.nan)
        for j, name in enumerate(own):
            sample = pd.DataFrame(
                design.Z[:, :, design.names.index(name)], design.periods, design.units
            )
            X[:, :, j] = sample.reindex(index=self.periods, columns=self.units).to_numpy()
        t = self.periods.get_indexer(exog.index.get_level_values(1))
        i = self.units.get_indexer(exog.index.get_level_values(0))
        X[t, i] = exog[own].to_numpy() if own else np.empty((len(exog), 0))
        delta = result.params
        mean = X @ delta[own].to_numpy() if own else np.zeros((T, n))
        for name in design.lagged:
            lagged = W.lag(np.ascontiguousarray(X[:, :, own.index(name)]))
            mean = mean + delta[f"W.{name}"] * lagged
        return mean

    def _unit_effects(self, new: pd.Index, given: pd.Series | None) -> Array:
        result = self.result
        known = result.unit_effects
        given = _read_effects(given, new, "unit_effects", "unit")
        if len(new) and result.specification.effects in ("unit", "twoway"):
            lacking = new if given is None else new[~new.isin(given.index)]
            if len(lacking):
                raise SpecificationError(
                    f"Unit {label(lacking[0])} is new and its fixed effect is not known; expected "
                    "unit_effects for it, or a model with random effects or none."
                )
        more = pd.Series(0.0, index=new) if given is None else given.reindex(new).fillna(0.0)
        return np.concatenate([known.to_numpy(), more.to_numpy()])

    def _time_effects(self, given: pd.Series | None) -> Array:
        known = self.result.time_effects
        given = _read_effects(given, self.new_periods, "time_effects", "period")
        values = known.reindex(self.periods)
        if given is not None:
            values = values.fillna(given.reindex(self.periods))
        return values.fillna(known.mean()).to_numpy()

    def predict(self, method: str, observed: pd.Series | None) -> pd.Series:
        """Predict the rows of the regressors given."""
        design = self.result.design
        Y = pd.DataFrame(design.y, design.periods, design.units)
        Y = Y.reindex(index=self.periods, columns=self.units)
        if observed is not None:
            seen = _check_observed(observed, self)
            Y.update(seen)
        y = Y.to_numpy()
        t = self.periods.get_indexer(self.index.get_level_values(1))
        i = self.units.get_indexer(self.index.get_level_values(0))
        wanted = np.zeros(y.shape, dtype=bool)
        wanted[t, i] = True
        out = np.full(y.shape, np.nan)
        for period in range(len(y)):
            known, ask = np.isfinite(y[period]), wanted[period]
            if method == "BP" and (~known).any():
                # What is known already needs no prediction from the rest.
                ask = ask & ~known
                out[period, known] = y[period, known]
            row = self.space.predict(method, self.mean[period], y[period], known, ask)
            out[period, ask] = row
        return pd.Series(out[t, i], index=self.index, name="prediction")


class Spread:
    """Variance of forecasts from the errors: V_h = A V_{h-1} A' + sigma² B B'."""

    def __init__(self, space: Space, gamma: float, eta: float, W, sigma2: float) -> None:
        n = W.shape[0]
        if n > MOST_UNITS:
            raise SpecificationError(
                f"Forecast intervals were asked for {n} units; expected at most {MOST_UNITS}: use "
                "level=None."
            )
        S = space.S.toarray()
        self._A = np.linalg.solve(S, gamma * np.eye(n) + eta * W.toarray())
        B = np.linalg.inv((space.R @ space.S).toarray())
        self._own = sigma2 * B @ B.T
        self._V = np.zeros((n, n))

    def step(self) -> Array:
        """Standard errors one period further."""
        self._V = self._A @ self._V @ self._A.T + self._own
        return np.sqrt(self._V.diagonal())


def _check_exog(exog: object, design: Design) -> pd.DataFrame:
    """Refuse regressors that are no frame on (unit, period) with the model's columns."""
    if isinstance(exog, pd.Series):
        exog = exog.to_frame()
    if not isinstance(exog, pd.DataFrame):
        raise PanelError(
            f"The regressors are a {type(exog).__name__}; expected a pandas DataFrame on "
            "(unit, period)."
        )
    if not isinstance(exog.index, pd.MultiIndex) or exog.index.nlevels != 2 or not len(exog):
        raise PanelError(
            f"The regressors have {len(exog)} rows and an index of {exog.index.nlevels} level(s); "
            "expected some rows on a MultiIndex of two, unit and period."
        )
    check_levels(exog.index)
    if not exog.index.is_unique:
        unit, period = exog.index[exog.index.duplicated()][0]
        raise PanelError(
            f"Unit {label(unit)} has more than one row in period {label(period)}; expected one."
        )
    exog = exog.rename(columns=str)
    if not exog.columns.is_unique:
        twice = exog.columns[exog.columns.duplicated()][0]
        raise PanelError(f"Column '{twice}' occurs more than once; expected distinct names.")
    own = design.own_names
    if "const" in own and "const" not in exog.columns:
        exog = exog.assign(const=1.0)
    for name in own:
        if name not in exog.columns:
            raise PanelError(
                f"The regressors lack '{name}', which the model has; expected {', '.join(own)}."
            )
        if not pd.api.types.is_numeric_dtype(exog[name].dtype) or pd.api.types.is_complex_dtype(
            exog[name].dtype
        ):
            raise PanelError(f"Column '{name}' has type {exog[name].dtype}; expected real numbers.")
    exog = exog[own].astype(float)
    bad = ~(np.abs(exog.to_numpy()) < LARGEST)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        unit, period = exog.index[row]
        raise PanelError(
            f"Variable '{own[column]}' is {exog.iat[row, column]} for unit {label(unit)} in period "
            f"{label(period)}; expected a finite number below {LARGEST:g}."
        )
    return exog


def _read_effects(
    given: pd.Series | None, allowed: pd.Index, name: str, what: str
) -> pd.Series | None:
    if given is None:
        return None
    if not isinstance(given, pd.Series) or not np.isfinite(given.to_numpy(dtype=float)).all():
        raise SpecificationError(f"{name} is no Series of finite numbers; expected one by {what}.")
    strange = given.index[~given.index.isin(allowed)]
    if len(strange):
        raise SpecificationError(
            f"{name} names {label(strange[0])}, which is no new {what}; expected new ones only."
        )
    return given.astype(float)


def _check_observed(observed: object, scene: Scene) -> pd.DataFrame:
    if not isinstance(observed, pd.Series) or not isinstance(observed.index, pd.MultiIndex):
        raise PanelError(
            f"The outcomes observed are a {type(observed).__name__}; expected a pandas Series on "
            "(unit, period)."
        )
    table = observed.astype(float).unstack(0)
    for axis, known, what in (
        (table.index, scene.new_periods, "new period"),
        (table.columns, scene.units, "unit"),
    ):
        strange = axis[~axis.isin(known)]
        if len(strange):
            raise PanelError(
                f"The outcomes observed name {label(strange[0])}, which is no {what} of the "
                "regressors; expected those that are."
            )
    return table
