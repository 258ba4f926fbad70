"""What a fitted spatial panel model says of itself: fit within units, one row, heading, notes."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from regiometrics.spatial.output import SpatialOutput


class PanelOutput(SpatialOutput):
    """Output of a result of :class:`regiometrics.spatial.SpatialPanel`."""

    @cached_property
    def rsquared_within(self: Any) -> float:
        """As `rsquared`, of outcome and errors minus their units' means."""
        e, y = self.errors, self.design.y
        e, y = e - np.nanmean(e, axis=0), y - np.nanmean(y, axis=0)
        return float(1 - np.nansum(e**2) / np.nansum(y**2))

    def glance(self: Any) -> pd.DataFrame:
        """Describe the whole model in one row: specification, size and fit."""
        s = self.specification
        row = {
            "model": s.model,
            "estimator": self._estimator_name(),
            "effects": s.effects,
            "cov_type": s.cov_type,
            "n_obs": self.nobs,
            "n_units": self.n_units,
            "n_periods": self.n_periods,
            "sigma2": self.sigma2,
            "rsquared": self.rsquared,
            "loglik": self.loglik,
            "aic": self.aic,
            "bic": self.bic,
        }
        return pd.DataFrame([row])

    def _estimator_name(self: Any) -> str:
        s = self.specification
        spatial = self.structure.lag is not None or self.structure.error is not None
        if not spatial and s.effects != "random" and s.serial is None:
            return "least squares"
        if self.information.kind == "adjusted-score":
            return "adjusted quasi-scores on the observed rows"
        if self.is_modified:
            return "modified quasi-likelihood, robust to heteroskedasticity (Liu and Yang 2015)"
        return "quasi-maximum likelihood"

    def _effects_name(self: Any) -> str:
        return self.specification.effects

    def _outcome_name(self: Any) -> str:
        return self.design.outcome

    def _cov_name(self: Any) -> str:
        kind = self.specification.cov_type
        if kind == "classical":
            return f"classical ({self.information.kind} information)"
        if kind == "clustered":
            return f"clustered ({self.n_groups} clusters)"
        return {"robust": "robust (heteroskedasticity)", "qml": "qml (sandwich)"}.get(kind, kind)

    def _heading(self: Any) -> dict[str, str]:
        s, W = self.specification, self.design.weights
        units = ", ".join(str(unit) for unit in self.design.units[:3])
        heading = {
            "Model": s.model.upper() + (f", dynamic ({s.dynamic})" if s.dynamic else ""),
            "Estimator": self._estimator_name(),
            "Effects": s.effects + (f" ({s.random_errors})" if s.random_errors else ""),
            **({"Serial correlation": "AR(1)"} if s.serial else {}),
            "Bias correction": s.bias_correction or "none",
            "Covariance": self._cov_name(),
            "Outcome": self.design.outcome,
            "Units × periods": f"{self.n_units} × {self.n_periods} ({units}, …)",
            "Weights": W.standardisation,
            "Log-likelihood": f"{self.loglik:.4f}",
            "AIC, BIC": f"{self.aic:.2f}, {self.bic:.2f}",
            "sigma²": f"{self.sigma2:.6g}",
            "R², within": f"{self.rsquared:.4f}, {self.rsquared_within:.4f}",
        }
        if self.nobs != self.n_units * self.n_periods:
            heading["Observations"] = f"{self.nobs} (unbalanced)"
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
        return heading

    def _footing(self: Any) -> list[str]:
        return [f"Note: {note}." for note in self.notes]
