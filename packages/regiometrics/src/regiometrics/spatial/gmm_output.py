"""What a result of spatial two-stage least squares says of itself: one row, heading, tests."""

from __future__ import annotations

from typing import Any

import pandas as pd

from regiometrics.spatial.errors import SpatialError
from regiometrics.spatial.output import SpatialOutput


class TwoStageOutput(SpatialOutput):
    """Output of a result of :class:`regiometrics.spatial.Spatial2SLS`."""

    def glance(self: Any) -> pd.DataFrame:
        """Describe the whole model in one row: estimator, size and fit."""
        row = {
            "estimator": "spatial " + self.method,
            "effects": self.effects,
            "cov_type": self.cov_type,
            "n_obs": self.nobs,
            "n_units": self.n_units,
            "n_periods": self.n_periods,
            "n_instruments": len(self.instruments),
            "rsquared": self.rsquared,
        }
        return pd.DataFrame([row])

    def _effects_name(self: Any) -> str:
        return self.effects

    def _outcome_name(self: Any) -> str:
        return self._design.outcome

    def _cov_name(self: Any) -> str:
        groups = f" ({self.n_groups} clusters)" if self.cov_type == "clustered" else ""
        return self.cov_type + groups

    def _heading(self: Any) -> dict[str, str]:
        design = self._design
        units = ", ".join(str(unit) for unit in design.units[:3])
        dropped = len(self.dropped_instruments)
        heading = {
            "Estimator": f"Spatial {self.method.upper()}",
            "Outcome": design.outcome,
            "Effects": self.effects,
            "Spatial errors": self.error or "not modelled",
            "Covariance": self._cov_name(),
            "Units × periods": f"{self.n_units} × {self.n_periods} ({units}, …)",
        }
        for name, W in design.weights.items():
            heading[f"Weights {name}"] = W.standardisation
        if self.instruments:
            spanned = f" ({dropped} spanned, dropped)" if dropped else ""
            heading["Instruments"] = f"{len(self.instruments)} excluded{spanned}"
        heading["R², within"] = f"{self.rsquared:.4f}, {self.rsquared_within:.4f}"
        return heading

    def _footing(self: Any) -> list[str]:
        lines = []
        if self._equation.n_endog:
            try:
                stage = self.first_stage.to_string(float_format="{:.4g}".format).split("\n")
                lines += [*stage, f"Kleibergen-Paap F {self.kleibergen_paap:.4g}"]
                J = self.overidentification
                lines.append(f"J {J['statistic']:.4g}, df {J['df']:.0f}, p {J['p_value']:.4g}")
            except SpatialError as error:
                lines.append(f"Tests of the instruments are not available: {error}")
        return lines + [f"{name} {value:.4g}" for name, value in self.variance_components.items()]
