"""Bias and coverage of spatial 2SLS and GMM over simulated panels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from guantian.spatial.errors import SpatialError, SpecificationError
from guantian.spatial.gmm import Spatial2SLS
from guantian.spatial.simulate import rook_lattice, simulate_panel
from guantian.spatial.weights import as_weights

# Terms of the process: spatial lags of regressors, error model.
_MODELS = {
    "sar": (False, None),
    "sdm": (True, None),
    "sem": (False, "ar"),
    "sdem": (True, "ar"),
    "sac": (False, "ar"),
    "gns": (True, "ar"),
}


def monte_carlo_gmm(
    specifications: list[dict],
    replications: int = 500,
    *,
    n: int = 49,
    T: int = 10,
    errors: str = "normal",
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate simulated panels by instruments and count how often intervals hold the truth.

    Parameters
    ----------
    specifications : list of dict
        Each with "model" ("sar", "sdm", "sem", "sdem", "sac" or "gns") and, optionally,
        "effects", "dynamic", "method", "cov_type" (of the estimator), and "rho", "lambda_",
        "gamma", "eta" (of the process).
    replications : int
    n, T : int
        n a square number: a rook lattice.
    errors : {"normal", "gamma"}
    seed : int
        Replication r of every specification has seed + r.
    level : float
        Nominal coverage.

    Returns
    -------
    pandas.DataFrame
        A row a specification and parameter: model, effects, dynamic, method, cov_type, parameter,
        true, mean, bias, std_dev, mean_std_error, coverage, coverage_error (Monte Carlo
        standard error), replications, failures.

    Raises
    ------
    SpecificationError
        If a model is unknown.
    """
    side = round(np.sqrt(n))
    weights = as_weights(rook_lattice(side, side), pd.RangeIndex(n))
    rows = []
    for spec in specifications:
        if spec["model"] not in _MODELS:
            raise SpecificationError(
                f"The model is {spec['model']!r}; expected one of {', '.join(_MODELS)}."
            )
        durbin, error = _MODELS[spec["model"]]
        effects, dynamic = spec.get("effects", "twoway"), spec.get("dynamic")
        method, cov_type = spec.get("method", "2sls"), spec.get("cov_type", "clustered")
        process = {k: spec[k] for k in ("rho", "lambda_", "gamma", "eta") if k in spec}
        tables, failures = [], 0
        for r in range(replications):
            data = simulate_panel(
                n,
                T,
                spec["model"],
                effects,
                weights=weights,
                errors=errors,
                seed=seed + r,
                **process,
            )
            try:
                result = Spatial2SLS(
                    data.dependent,
                    data.exog,
                    weights,
                    effects=effects,
                    durbin=durbin,
                    dynamic=dynamic,
                    lag=spec["model"] not in ("sem", "sdem"),
                    error=error,
                ).fit(cov_type, method=method)
            except SpatialError:
                failures += 1
                continue
            tables.append(
                pd.concat([result.params, result.std_errors, result.conf_int(level)], axis=1)
            )
        about = {
            "model": spec["model"],
            "effects": effects,
            "dynamic": dynamic or "",
            "method": method,
            "cov_type": cov_type,
        }
        true = {k: v for k, v in data.parameters.items() if tables and k in tables[0].index}
        rows += [
            about | {"parameter": name} | _row(tables, name, value) | {"failures": failures}
            for name, value in true.items()
        ]
    return pd.DataFrame(rows)


def _row(tables: list[pd.DataFrame], name: str, true: float) -> dict[str, float]:
    estimates, errors, low, high = np.array([table.loc[name] for table in tables]).T
    coverage = float(((low <= true) & (true <= high)).mean())
    return {
        "true": true,
        "mean": estimates.mean(),
        "bias": estimates.mean() - true,
        "std_dev": estimates.std(ddof=1),
        "mean_std_error": errors.mean(),
        "coverage": coverage,
        "coverage_error": np.sqrt(coverage * (1 - coverage) / len(tables)),
        "replications": len(tables),
    }
