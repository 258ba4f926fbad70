"""Effects, predictions and forecasts of fitted spatial models.

Names after Goulard, Laurent and Thomas-Agnan (2017, Spatial Economic Analysis 12): the trend
corrected for space, "TC", is the reduced form (I - rho W)^(-1) m with m the mean Z delta + effects;
the trend plus signal, "TS", takes the neighbours' outcomes as they were observed; "BP" is the best
predictor given all observed outcomes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from regiometrics.errors import label
from regiometrics.options import check_level
from regiometrics.spatial.along_time import TRANSFORMS
from regiometrics.spatial.effect_prediction import (
    predicted_effects,
    predicted_serial_effects,
)
from regiometrics.spatial.errors import (
    ConvergenceError,
    SpecificationError,
    UnsupportedPanelError,
)
from regiometrics.spatial.scenes import Scene, Space, Spread
from regiometrics.spatial.spacing import check_spacing

Array = np.ndarray
METHODS = ("TC", "TS", "BP")
_MAX_ROUNDS = 10_000


class SpatialPrediction:
    """Estimated effects, `predict` and `forecast` of a likelihood model."""

    def _mean_without_effects(self: Any) -> Array:
        """Return y - rho W y - Z delta, effects and errors, shape (T, n)."""
        design = self.design
        out = design.y - design.Z @ self.params[list(design.names)].to_numpy()
        return out - self.rho * design.Wy if self.rho is not None else out

    @property
    def unit_effects(self: Any) -> pd.Series:
        """Effects mu of the units, on the units: fixed ones estimated, random ones predicted.

        With fixed effects they hold the level; zero where the model has none.
        """
        effects, inner = self.specification.effects, self._mean_without_effects()
        if effects in ("unit", "twoway"):
            values = np.nanmean(inner, axis=0) if effects == "unit" else self._two_way()[0]
        elif effects == "random" and self.specification.serial is not None:
            values = predicted_serial_effects(inner, self.params["psi"], self.variance_ratio)
        elif effects == "random":
            kind = self.specification.random_errors
            values = predicted_effects(inner, self.structure, self.variance_ratio, kind)
        else:
            values = np.zeros(self.n_units)
        return pd.Series(values, index=self.design.units, name="unit_effects")

    @property
    def time_effects(self: Any) -> pd.Series:
        """Effects alpha of the periods, on the periods; with unit effects they sum to zero."""
        effects = self.specification.effects
        if effects == "twoway":
            values = self._two_way()[1]
        elif effects == "time":
            values = self._period_effects(self._mean_without_effects())
        else:
            values = np.zeros(self.n_periods)
        return pd.Series(values, index=self.design.periods, name="time_effects")

    def _two_way(self: Any) -> tuple[Array, Array]:
        inner = self._mean_without_effects()
        observed = np.isfinite(inner)
        if observed.all():
            units = inner.mean(axis=0)
            return units, self._period_effects(inner - units)
        # Alternate least squares: without spatial terms each mean is over what is observed.
        units, periods = np.zeros(self.n_units), np.zeros(self.n_periods)
        for _ in range(_MAX_ROUNDS):
            before = units
            units = np.nanmean(inner - periods[:, None], axis=0)
            periods = np.nanmean(inner - units, axis=1)
            if np.abs(units - before).max() <= 1e-13 * np.nanmax(np.abs(inner)):
                shift = periods.mean()
                return units + shift, periods - shift
        raise ConvergenceError(
            f"The two-way effects did not settle in {_MAX_ROUNDS} rounds; expected units and "
            "periods that more observations connect."
        )

    def _period_effects(self: Any, inner: Array) -> Array:
        error = self.structure.error
        if error is None or not np.isfinite(inner).all():
            return np.nanmean(inner, axis=1)
        # Least squares on the filtered equation: alpha_t multiplies R 1.
        direction = 1 - self.structure.lambda_ * error.weights.row_sums
        return self.structure.filter(inner) @ direction / (direction @ direction)

    @property
    def estimated_effects(self: Any) -> pd.DataFrame:
        """Sum of unit and time effects for each observation, as linearmodels gives it."""
        units, periods = self.unit_effects.to_numpy(), self.time_effects.to_numpy()
        values = (units[:, None] + periods[None, :]).ravel()
        return pd.DataFrame({"estimated_effects": values}, index=self.design.index)

    def predict(
        self: Any,
        exog: pd.DataFrame | None = None,
        *,
        method: str = "TC",
        weights: object | None = None,
        error_weights: object | None = None,
        observed: pd.Series | None = None,
        unit_effects: pd.Series | None = None,
        time_effects: pd.Series | None = None,
    ) -> pd.Series:
        """Predict outcomes in the sample, in new periods, or of new units.

        Parameters
        ----------
        exog : pandas.DataFrame, optional
            Regressors on (unit, period) of the outcomes wanted. None: the sample. In periods of
            the sample rows of the sample's units replace theirs, for what would have been; in new
            periods every unit needs a row.
        method : {"TC", "TS", "BP"}
            "TC": the reduced form, given regressors and effects alone. "TS": given the observed
            outcomes of the neighbours. "BP": the best predictor given every other observed
            outcome.
        weights : optional
            Labelled weights of the sample's units and the new ones together, where `exog` has new
            units; `error_weights` likewise where they differ.
        observed : pandas.Series, optional
            Outcomes already known in new periods, on (unit, period), for "TS" and "BP".
        unit_effects, time_effects : pandas.Series, optional
            Effects of new units and new periods. New units need theirs where unit effects are
            fixed; random ones are zero by default, and new periods have the mean of the sample's
            time effects.

        Returns
        -------
        pandas.Series
            "prediction", on the rows of `exog` or of the sample.

        Raises
        ------
        SpatialError, PanelError
            If regressors, effects or weights that are needed are missing, or the model is
            dynamic and `exog` is given (see `forecast`).

        Examples
        --------
        >>> from regiometrics.spatial import SpatialPanel, simulate_panel
        >>> data = simulate_panel(n=25, T=6, model="sar", effects="unit", seed=1)
        >>> past = data.exog.index.get_level_values("period") < 5
        >>> model = SpatialPanel(data.dependent[past], data.exog[past], data.weights,
        ...                      model="sar", effects="unit")
        >>> len(model.fit().predict(data.exog[~past]))
        25
        """
        self._check_levels_known()
        if method not in METHODS:
            raise SpecificationError(f"method is {method!r}; expected 'TC', 'TS' or 'BP'.")
        if exog is None:
            unused = (weights, error_weights, observed, unit_effects, time_effects)
            if any(value is not None for value in unused):
                raise SpecificationError(
                    "Weights, outcomes or effects are given without exog; expected the regressors "
                    "of the outcomes wanted."
                )
            return self._in_sample(method)
        if self.specification.dynamic is not None:
            raise SpecificationError(
                "A dynamic model was asked to predict from regressors alone; expected "
                "forecast(exog), which carries the outcome forward, or predict() in the sample."
            )
        if self.design.by_period is not None:
            raise SpecificationError(
                "Predictions were asked of a model with weights by period; expected one matrix."
            )
        scene = Scene(self, exog, weights, error_weights, unit_effects, time_effects)
        return scene.predict(method, observed)

    def _check_levels_known(self: Any) -> None:
        if self.specification.effects in TRANSFORMS:
            raise SpecificationError(
                f"Predictions were asked of a model with effects '{self.specification.effects}', "
                "which does not estimate levels; expected effects 'none', 'unit', 'time', 'twoway' "
                "or 'random'."
            )

    def _in_sample(self: Any, method: str) -> pd.Series:
        design = self.design
        if design.by_period is not None and self.rho is not None:
            raise SpecificationError(
                "Predictions were asked of a model with weights by period; expected one matrix."
            )
        if design.gaps is not None:
            raise UnsupportedPanelError(
                "Predictions were asked of a sample with missing rows, whose neighbours' "
                "regressors are not known; expected the regressors of every unit in a new period."
            )
        mean = design.Z @ self.params[list(design.names)].to_numpy()
        mean = mean + self.unit_effects.to_numpy() + self.time_effects.to_numpy()[:, None]
        space = Space.of(self)
        out = np.empty_like(mean)
        for t in range(len(mean)):
            known = np.isfinite(design.y[t])
            wanted = np.ones(len(known), dtype=bool)
            out[t] = space.predict(method, mean[t], design.y[t], known, wanted)
        return pd.Series(out.T.ravel(), index=design.index, name="prediction")

    def forecast(
        self: Any,
        exog: pd.DataFrame,
        *,
        level: float | None = None,
        time_effects: pd.Series | None = None,
    ) -> pd.DataFrame:
        """Carry the outcome forward over the periods after the sample.

        Parameters
        ----------
        exog : pandas.DataFrame
            Regressors of every unit in each of the next periods, on (unit, period).
        level : float, optional
            The level of intervals from the errors' variance; the estimates' own errors are not in
            them.
        time_effects : pandas.Series, optional
            The effects of the new periods; by default the mean of the sample's.

        Returns
        -------
        pandas.DataFrame
            On the rows of `exog`: forecast and, with a level, std_error, conf_low, conf_high.

        Raises
        ------
        SpatialError, PanelError
            If a row is missing, or the periods do not follow the sample's at equal distances.

        Notes
        -----
        y_{T+h} = (I - rho W)^(-1) (gamma y_{T+h-1} + eta W y_{T+h-1} + X delta + effects): the
        conditional mean in static and dynamic models; with serial correlation psi^h times the
        last errors is added.
        """
        self._check_levels_known()
        scene = Scene(self, exog, None, None, None, time_effects)
        design, params = self.design, self.params
        if not len(scene.new_periods) or len(scene.periods) > len(scene.new_periods):
            raise UnsupportedPanelError(
                f"Period {label(scene.periods[0])} is in the sample; expected the periods after it."
            )
        if scene.periods[0] <= design.periods[-1]:
            raise UnsupportedPanelError(
                f"Period {label(scene.periods[0])} comes before the end of the sample, "
                f"{label(design.periods[-1])}; expected the periods after it."
            )
        dynamic = self.specification.dynamic
        if dynamic is not None:
            check_spacing(design.periods.append(scene.periods))
        gamma = params[f"L.{design.outcome}"] if dynamic is not None else 0.0
        eta = params[f"W.L.{design.outcome}"] if dynamic == "space-time" else 0.0
        space, W = Space.of(self), design.weights.matrix
        y, spread = design.y[-1], None
        if level is not None:
            check_level(level, SpecificationError)
            spread = Spread(space, gamma, eta, W, self.sigma2)
        rows, carried = {}, np.zeros(self.n_units)
        if self.specification.serial is not None:
            if level is not None:
                raise SpecificationError(
                    "Intervals of forecasts were asked with serial='ar1'; expected level=None."
                )
            carried = (self._mean_without_effects() - self.unit_effects.to_numpy())[-1]
            carried = carried - self.time_effects.iloc[-1]
        for t, period in enumerate(scene.periods):
            if self.specification.serial is not None:
                carried = self.params["psi"] * carried
            y = space.reduced(scene.mean[t] + carried + gamma * y + eta * (W @ y))
            row = {"forecast": y}
            if spread is not None:
                row["std_error"] = spread.step()
            rows[period] = pd.DataFrame(row, index=design.units)
        table = pd.concat(rows, names=["__period", "__unit"])
        table = table.reorder_levels([1, 0]).rename_axis(list(scene.index.names))
        table = table.loc[scene.index]
        if level is not None:
            half_width = ndtri(0.5 + level / 2) * table["std_error"]
            table["conf_low"] = table["forecast"] - half_width
            table["conf_high"] = table["forecast"] + half_width
        return table
