"""Effects and predictions of spatial two-stage least squares, as likelihood models give theirs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import pandas as pd

from regiometrics.spatial.errors import SpecificationError
from regiometrics.spatial.panel_data import Design
from regiometrics.spatial.prediction import SpatialPrediction


@dataclass(frozen=True, eq=False)
class _View(SpatialPrediction):
    """A result as `SpatialPrediction` reads one."""

    design: Design
    params: pd.Series
    sigma2: float
    specification: SimpleNamespace
    structure: SimpleNamespace
    variance_ratio: None = None

    @property
    def rho(self) -> float | None:
        return float(self.params["rho"]) if "rho" in self.params.index else None

    @property
    def lambda_(self) -> None:
        return None

    @property
    def n_units(self) -> int:
        return self.design.y.shape[1]

    @property
    def n_periods(self) -> int:
        return self.design.y.shape[0]


class TwoStagePrediction:
    """Delegates to :class:`regiometrics.spatial.prediction.SpatialPrediction`."""

    @cached_property
    def _view(self: Any) -> _View:
        own = self._design
        if len(own.weights) > 1 or len(own.endog.names) > own.n_lags + _past(own.dynamic):
            raise SpecificationError(
                "Predictions were asked of several weights matrices or of other endogenous "
                "regressors; expected one matrix and exogenous regressors, whose reduced form is "
                "known."
            )
        if self.error is not None:
            raise SpecificationError(
                f"Predictions were asked with spatial errors '{self.error}'; expected error=None, "
                "or a likelihood model."
            )
        W = next(iter(own.weights.values()))
        past = own.endog.take(own.endog.names[own.n_lags :])
        both = past + own.exog
        design = Design(
            y=own.y,
            Wy=W.lag(own.y),
            Z=both.values,
            names=both.names,
            base=own.variables,
            lagged=own.durbin,
            weights=W,
            units=own.units,
            periods=own.periods,
            outcome=own.outcome,
            dynamic=own.dynamic,
        )
        freedom = max(1, self.df_resid)
        return _View(
            design,
            self.params,
            float((self.resids**2).sum()) / freedom,
            SimpleNamespace(
                effects=self.effects, dynamic=own.dynamic, serial=None, random_errors=None
            ),
            SimpleNamespace(lag=None, error=None, lambda_=0.0),
        )

    @property
    def unit_effects(self: Any) -> pd.Series:
        """See :attr:`regiometrics.spatial.SpatialPanelResult.unit_effects`."""
        return self._view.unit_effects

    @property
    def time_effects(self: Any) -> pd.Series:
        """See :attr:`regiometrics.spatial.SpatialPanelResult.time_effects`."""
        return self._view.time_effects

    @property
    def estimated_effects(self: Any) -> pd.DataFrame:
        """See :attr:`regiometrics.spatial.SpatialPanelResult.estimated_effects`."""
        return self._view.estimated_effects

    def predict(self: Any, exog: pd.DataFrame | None = None, **options: object) -> pd.Series:
        """Predict outcomes; see :meth:`regiometrics.spatial.SpatialPanelResult.predict`.

        Raises
        ------
        SpecificationError
            With several weights, other endogenous regressors or spatial errors: their reduced
            form is not known.
        """
        return self._view.predict(exog, **options)

    def forecast(self: Any, exog: pd.DataFrame, **options: object) -> pd.DataFrame:
        """Carry outcomes forward; see :meth:`regiometrics.spatial.SpatialPanelResult.forecast`."""
        return self._view.forecast(exog, **options)


def _past(dynamic: str | None) -> int:
    return {None: 0, "time": 1, "space-time": 2}[dynamic]
