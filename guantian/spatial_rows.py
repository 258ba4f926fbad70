"""Fits of spatial models as typed rows of results."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from guantian.labels import label
from regiometrics.spatial import SpatialPanelResult
from regiometrics.spatial.errors import (
    BoundaryError,
    CollinearRegressorsError,
    ConvergenceError,
    ExplosiveProcessError,
    FlatLikelihoodError,
    PerfectFitError,
    UnsupportedPanelError,
)

#: Where a sample is too small, the library refuses the estimate with one of these.
NO_ESTIMATE = (
    BoundaryError,
    CollinearRegressorsError,
    ConvergenceError,
    ExplosiveProcessError,
    FlatLikelihoodError,
    PerfectFitError,
    UnsupportedPanelError,
)
UP, DOWN = "specific to general", "general to specific"  # routes between models
#: Route and test between models, to its heading in tables.
TESTS = {
    (route, test): label("spatial_test", test, "short")
    for route, tests in (
        (UP, ("lm_lag", "lm_error", "robust_lm_lag", "robust_lm_error")),
        (DOWN, ("lr_sar", "lr_sem", "lr_slx", "wald_sar", "wald_sem")),
    )
    for test in tests
}
LAG = "W."  # how the library names the spatial lag of a regressor


def fitted(rows: Callable[[], Iterator[dict]]) -> list[dict]:
    """Return the rows of a fit; where there is no admissible estimate, one row that says why."""
    try:
        return list(rows())
    except NO_ESTIMATE as error:
        return [{"term": "rho", "note": str(error)}]


def fit_rows(fit: SpatialPanelResult, confidence: float) -> Iterator[dict]:
    """Give the coefficients, the impacts by the delta method, log-likelihood and AIC.

    The term is ``rho``, ``lambda``, ``coefficient``, ``impact``, ``loglik`` or ``aic``; of a
    coefficient or impact ``variable`` is the regressor and ``effect`` says ``own`` or ``lagged``
    (coefficients), ``direct``, ``indirect`` or ``total`` (impacts).
    """
    interval = fit.conf_int(confidence)
    for name in fit.params.index:
        if name in ("rho", "lambda"):
            key = {"term": name}
        else:
            effect = "lagged" if name.startswith(LAG) else "own"
            variable = name.removeprefix(LAG)
            key = {"term": "coefficient", "variable": variable, "effect": effect}
        yield key | _row(
            fit.params[name], fit.std_errors[name], fit.pvalues[name], *interval.loc[name]
        )
    impacts = fit.impacts(method="delta", level=confidence)
    for (variable, effect), impact in impacts.iterrows():
        yield {"term": "impact", "variable": variable, "effect": effect} | _row(
            *impact[["estimate", "std_error", "p_value", "conf_low", "conf_high"]]
        )
    yield {"term": "loglik", "estimate": fit.loglik}
    yield {"term": "aic", "estimate": fit.aic}


def comparison_rows(tests: pd.DataFrame) -> Iterator[dict]:
    """Give tests between models, as :func:`regiometrics.spatial.select_model` returns them.

    ``group`` is the route: from the specific model to the general one, or the reverse.
    """
    for (route, test), row in tests.iterrows():
        yield {
            "group": "specific to general"
            if route.startswith("specific")
            else "general to specific",
            "term": test,
            "statistic": row["statistic"],
            "p_value": row["p_value"],
            "resolution": f"{row['alternative']}",
        }


def _row(estimate: float, error: float, p_value: float, low: float, high: float) -> dict:
    return {
        "estimate": estimate,
        "std_error": error,
        "statistic": estimate / error if error > 0 else float("nan"),
        "p_value": p_value,
        "conf_low": low,
        "conf_high": high,
    }
