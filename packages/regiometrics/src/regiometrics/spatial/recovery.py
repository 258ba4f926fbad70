"""Monte Carlo experiments: whether the estimators find what was put into simulated panels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics.options import check_count, check_level, check_seed
from regiometrics.spatial.errors import SpatialError, SpecificationError
from regiometrics.spatial.gmm import Spatial2SLS
from regiometrics.spatial.model import SpatialPanel
from regiometrics.spatial.panel_data import TERMS
from regiometrics.spatial.simulate import (
    SimulatedPanel,
    check_one_of,
    simulate_panel,
    square_lattice,
)
from regiometrics.spatial.weights import SpatialWeights

_PROCESS = ("rho", "lambda_", "gamma", "eta")
# Terms of the process: spatial lags of regressors, error model.
_MODELS = {
    "sar": (False, None),
    "sdm": (True, None),
    "sem": (False, "ar"),
    "sdem": (True, "ar"),
    "sac": (False, "ar"),
    "gns": (True, "ar"),
}
# From a specification and a panel: estimate, std_error and covers, one row per parameter.
_Estimator = Callable[[dict, SimulatedPanel, SpatialWeights, float], pd.DataFrame]


def monte_carlo(
    specifications: list[dict],
    replications: int = 500,
    *,
    n: int = 49,
    T: int = 10,
    errors: str = "normal",
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Bias and coverage of the (quasi) maximum-likelihood estimators over simulated panels.

    Parameters
    ----------
    specifications : list of dict
        Each with "model" and, optionally, "effects", "dynamic", "bias_correction", "cov_type",
        "interval" ("wald" or "profile": which intervals are to hold the truth) of the estimator,
        and ``"gamma"``, ``"eta"``, ``"rho"``, ``"lambda_"`` of the process. No other key is read.
    replications : int
        The number of simulated panels.
    n, T : int
        n a square number: a rook lattice.
    errors : {"normal", "gamma", "heteroskedastic"}
        The distribution of the errors.
    seed : int
        Replication r of every specification has seed + r: the same draws across estimators.
    level : float
        The nominal coverage of the intervals.

    Returns
    -------
    pandas.DataFrame
        One row per specification and parameter: model, effects, dynamic, bias_correction, cov_type,
        interval, parameter, true, mean, bias, std_dev, mean_std_error, coverage, coverage_error
        (Monte Carlo standard error), replications, failures.

    Raises
    ------
    SpecificationError, PanelError
        If an option is unknown, or the estimator refuses options that do not go together. What
        fails because of the data is counted.
    """
    defaults: dict[str, object] = {
        "effects": "twoway",
        "dynamic": None,
        "bias_correction": "lee-yu",
        "cov_type": "classical",
        "interval": "wald",
    }
    specifications = _complete(specifications, defaults, tuple(TERMS))
    for spec in specifications:
        check_one_of("interval", spec["interval"], ("wald", "profile"))
    return _experiment(
        specifications, list(defaults), _by_likelihood, replications, n, T, errors, seed, level
    )


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
    """Bias and coverage of spatial 2SLS and GMM over simulated panels.

    Parameters
    ----------
    specifications : list of dict
        Each with "model" ("sar", "sdm", "sem", "sdem", "sac" or "gns") and, optionally,
        "effects", "dynamic", "method", "cov_type" of the estimator, and "rho", ``"lambda_"``,
        "gamma", "eta" of the process.
    replications, n, T, errors, seed, level
        The design of the experiment, as in :func:`monte_carlo`.

    Returns
    -------
    pandas.DataFrame
        As `monte_carlo` gives it, with "method" for "bias_correction" and "interval".

    Raises
    ------
    SpecificationError, PanelError
        As for `monte_carlo`.
    """
    defaults: dict[str, object] = {
        "effects": "twoway",
        "dynamic": None,
        "method": "2sls",
        "cov_type": "clustered",
    }
    specifications = _complete(specifications, defaults, tuple(_MODELS))
    return _experiment(
        specifications, list(defaults), _by_moments, replications, n, T, errors, seed, level
    )


def _complete(
    specifications: list[dict], defaults: dict[str, object], models: tuple[str, ...]
) -> list[dict]:
    """Add defaults; refuse keys that nothing would read, and models without an estimator."""
    if isinstance(specifications, str | Mapping) or not isinstance(specifications, Iterable):
        raise SpecificationError(
            f"The specifications are {specifications!r}; expected a list of dicts with a model."
        )
    specifications = list(specifications)
    if not specifications or not all(isinstance(spec, Mapping) for spec in specifications):
        raise SpecificationError(
            f"The specifications are {specifications!r}; expected one or more dicts with a model."
        )
    known = ("model", *defaults, *_PROCESS)
    for spec in specifications:
        for key in spec:
            if key not in known:
                raise SpecificationError(
                    f"A specification has the key '{key}'; expected some of {', '.join(known)}."
                )
        if "model" not in spec:
            raise SpecificationError(
                f"The specification {spec} has no model; expected one of {', '.join(models)}."
            )
        check_one_of("model", spec["model"], models)
    return [defaults | spec for spec in specifications]


def _by_likelihood(
    spec: dict, data: SimulatedPanel, weights: SpatialWeights, level: float
) -> pd.DataFrame:
    result = SpatialPanel(
        data.dependent,
        data.exog,
        weights,
        model=spec["model"],
        effects=spec["effects"],
        dynamic=spec["dynamic"],
    ).fit(spec["bias_correction"], spec["cov_type"])
    table = _covering(result, data, level)
    if spec["interval"] == "profile":
        quantile = laws.chi2.ppf(level, 1)
        table["covers"] = [
            float(
                2 * (result.loglik - result.profile_loglik(name, data.parameters[name])) <= quantile
            )
            for name in table.index
        ]
    table.loc["sigma2"] = [result.sigma2, np.nan, np.nan]
    return table


def _by_moments(
    spec: dict, data: SimulatedPanel, weights: SpatialWeights, level: float
) -> pd.DataFrame:
    durbin, error = _MODELS[spec["model"]]
    result = Spatial2SLS(
        data.dependent,
        data.exog,
        weights,
        effects=spec["effects"],
        durbin=durbin,
        dynamic=spec["dynamic"],
        lag=spec["model"] not in ("sem", "sdem"),
        error=error,
    ).fit(spec["cov_type"], method=spec["method"])
    return _covering(result, data, level)


def _covering(result, data: SimulatedPanel, level: float) -> pd.DataFrame:
    """Estimates whose true values are known, and whether their intervals hold these."""
    known = [name for name in result.params.index if name in data.parameters]
    true = pd.Series(data.parameters)[known]
    interval = result.conf_int(level).loc[known]
    covers = (interval["lower"] <= true) & (true <= interval["upper"])
    return pd.DataFrame(
        {
            "estimate": result.params[known],
            "std_error": result.std_errors[known],
            "covers": covers.astype(float),
        }
    )


def _experiment(
    specifications: list[dict],
    described: list[str],
    estimate: _Estimator,
    replications: int,
    n: int,
    T: int,
    errors: str,
    seed: int,
    level: float,
) -> pd.DataFrame:
    check_count("replications", replications, 1, SpecificationError)
    check_level(level, SpecificationError)
    check_seed(seed, SpecificationError)
    weights = square_lattice(n)
    rows = []
    for spec in specifications:
        process = {key: spec[key] for key in _PROCESS if key in spec}
        tables, failures = [], 0
        for r in range(replications):
            data = simulate_panel(
                n,
                T,
                spec["model"],
                spec["effects"],
                weights=weights,
                errors=errors,
                seed=seed + r,
                **process,
            )
            try:
                tables.append(estimate(spec, data, weights, level))
            except SpecificationError:
                raise  # Of what was asked for, whatever the data.
            except SpatialError:
                failures += 1
        about = {"model": spec["model"]} | {
            name: "" if name == "dynamic" and spec[name] is None else str(spec[name])
            for name in described
        }
        rows += [
            about | {"parameter": name} | _row(tables, name, value) | {"failures": failures}
            for name, value in data.parameters.items()
            # Where every replication failed that is the finding.
            if not tables or name in tables[0].index
        ]
    return pd.DataFrame(rows)


def _row(tables: list[pd.DataFrame], name: str, true: float) -> dict[str, float]:
    if not tables:
        unknown = ("mean", "bias", "std_dev", "mean_std_error", "coverage", "coverage_error")
        return {"true": true} | dict.fromkeys(unknown, np.nan) | {"replications": 0}
    estimates, errors, covers = np.array([table.loc[name] for table in tables], dtype=float).T
    coverage = float(covers.mean())
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
