"""Fits of spatial models as rows of estimates."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from regiometrics.spatial import SpatialPanelResult
from regiometrics.spatial.errors import BoundaryError, ConvergenceError, ExplosiveProcessError


def fitted(rows: Callable[[], list[dict]]) -> list[dict]:
    """Rows of a fit; where a small sample has no admissible estimate, that is the result."""
    try:
        return rows()
    except (BoundaryError, ConvergenceError, ExplosiveProcessError) as error:
        return [{"term": "rho", "note": str(error)}]


def fit_rows(fit: SpatialPanelResult, confidence: float) -> list[dict]:
    """Coefficients, impacts by the delta method, log-likelihood and AIC."""
    interval = fit.conf_int(confidence)
    rows = [
        coefficient_row(
            name,
            fit.params[name],
            fit.std_errors[name],
            fit.pvalues[name],
            interval.loc[name].to_numpy(),
        )
        for name in fit.params.index
    ]
    impacts = fit.impacts(method="delta", level=confidence)
    for (variable, effect), impact in impacts.iterrows():
        limits = impact[["conf_low", "conf_high"]].to_numpy()
        estimate, error = impact["estimate"], impact["std_error"]
        term = f"{effect}.{variable}"
        rows.append(coefficient_row(term, estimate, error, impact["p_value"], limits))
    rows.append({"term": "loglik", "estimate": fit.loglik})
    rows.append({"term": "aic", "estimate": fit.aic})
    return rows


def comparison_rows(tests: pd.DataFrame) -> list[dict]:
    """Tests between models, as :func:`regiometrics.spatial.select_model` returns them."""
    return [
        {
            "term": f"{'up' if route.startswith('specific') else 'down'}.{test}",
            "statistic": row["statistic"],
            "p_value": row["p_value"],
            "note": f"{row['alternative']}",
        }
        for (route, test), row in tests.iterrows()
    ]


def coefficient_row(
    term: str, estimate: float, error: float, p_value: float, limits: np.ndarray
) -> dict:
    """One coefficient."""
    return {
        "term": term,
        "estimate": estimate,
        "std_error": error,
        "statistic": estimate / error if error > 0 else float("nan"),
        "p_value": p_value,
        "conf_low": limits[0],
        "conf_high": limits[1],
    }
