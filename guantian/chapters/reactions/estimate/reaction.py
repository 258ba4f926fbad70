"""Reaction functions: how a local government's outcome answers its rivals'."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse, stats

from regiometrics.errors import PanelError
from regiometrics.inference import Inference
from regiometrics.spatial import Spatial2SLS, Spatial2SLSResult, SpatialPanel
from regiometrics.spatial.errors import SpatialError

CLASSES = ("imitation", "none", "differentiation")


@dataclass(frozen=True)
class ReactionSettings:
    """What is common to all reaction functions.

    Attributes
    ----------
    confidence : float
        Of the intervals.
    band : float
        Slopes within plus or minus this count as no answer.
    draws : int
        Of the wild cluster bootstrap.
    seed : int
    """

    confidence: float
    band: float
    draws: int
    seed: int


def deviations(values: pd.DataFrame) -> pd.DataFrame:
    """Take city and year means out of a balanced panel on (city_code, year).

    Cities without rivals of a kind have rows of zeros in W. Lags of levels would then set them
    apart by the nation's trend, which common year effects cannot take out: what is lagged are
    therefore deviations from city and year means. Where every row of W sums to one this changes
    nothing.
    """
    city = values.groupby(level=0).transform("mean")
    year = values.groupby(level=1).transform("mean")
    return values - city - year + values.mean()


def likelihood_rows(
    outcome: pd.Series,
    controls: pd.DataFrame,
    weights: sparse.csr_array,
    settings: ReactionSettings,
    dynamic: str | None = None,
) -> list[dict]:
    """Rows of the spatial Durbin panel by quasi maximum likelihood, two-way effects, Lee and Yu.

    Parameters
    ----------
    outcome, controls
        On (city_code, year), balanced.
    weights
        Row-standardised, n × n.
    settings
        Confidence of the intervals.
    dynamic
        None or "time": the outcome of the year before enters.
    """

    def fit() -> list[dict]:
        model = SpatialPanel(outcome, controls, weights, model="sdm", dynamic=dynamic)
        result = model.fit(bias_correction="lee-yu", cov_type="qml")
        return parameter_rows(result, settings)

    labels = {
        "estimator": "SDM, QML, two-way effects, Lee-Yu" + ", dynamic" * (dynamic is not None),
        "cov_type": "QML sandwich",
    }
    return [{**row, **labels} for row in attempt(fit, "rho")]


def instrument_rows(
    outcome: pd.Series,
    controls: pd.DataFrame,
    weights: Mapping[str, sparse.csr_array],
    provinces: pd.Series,
    settings: ReactionSettings,
    dynamic: str | None = None,
    thorough: bool = False,
) -> tuple[list[dict], list[dict]]:
    """Rows of spatial two-stage least squares, clustered by province, and of what qualifies it.

    Parameters
    ----------
    outcome, controls
        On (city_code, year), balanced.
    weights
        One matrix or several by name; slopes are named after them.
    provinces
        City to province, the clusters.
    settings
        Confidence, band, draws and seed.
    dynamic
        None or "time".
    thorough
        Whether each slope's wild cluster bootstrap and, with one matrix, the Anderson–Rubin set
        are computed: they take half a second.

    Returns
    -------
    estimates, tests
        Tests are, for each slope, `first_stage.x` (F), `sanderson_windmeijer.x` and class
        probabilities; `kleibergen_paap`, `overidentification`, the Anderson–Rubin test that all
        slopes are zero and, with one matrix, the Anderson–Rubin set; `wild.x`.

    Notes
    -----
    With one matrix W X and W² X are the instruments, with several only their W X: as many
    instruments, where the clusters are few.
    """
    several = len(weights) > 1
    tests: list[dict] = []

    def fit() -> list[dict]:
        clean = deviations(pd.concat([outcome.rename("outcome"), controls], axis=1))
        model = Spatial2SLS(
            clean["outcome"],
            clean[controls.columns],
            dict(weights) if several else next(iter(weights.values())),
            effects="twoway",
            instruments_order=1 if several else 2,
            dynamic=dynamic,
        )
        cities = outcome.index.unique(0)
        result = model.fit(clusters=provinces.reindex(cities))
        tests.extend(_test_rows(result, next(iter(weights)), settings, thorough))
        return parameter_rows(result, settings, next(iter(weights)))

    labels = {
        "estimator": "spatial 2SLS, two-way effects" + ", dynamic" * (dynamic is not None),
        "cov_type": "clustered by province",
    }
    estimates = attempt(fit, next(iter(weights)))
    return [{**row, **labels} for row in estimates], [{**row, **labels} for row in tests]


def attempt(rows: Callable[[], list[dict]], term: str) -> list[dict]:
    """Rows of a fit; where the sample has no such estimate, a row that says why."""
    try:
        return rows()
    except (SpatialError, PanelError) as error:
        return [{"term": term, "note": str(error)}]
    except np.linalg.LinAlgError:
        return [{"term": term, "note": "The figures of this sample do not tell the slopes apart."}]


def parameter_rows(
    result: Inference, settings: ReactionSettings, single: str = "rho"
) -> list[dict]:
    """One row a parameter; slopes carry their weights' name, or `single` where there is one."""
    limits = result.conf_int(settings.confidence)
    return [
        {
            "term": _named(name, single),
            "estimate": result.params[name],
            "std_error": result.std_errors[name],
            "statistic": result.tstats[name],
            "p_value": result.pvalues[name],
            "conf_low": limits.loc[name].iloc[0],
            "conf_high": limits.loc[name].iloc[1],
        }
        for name in result.params.index
    ]


def class_probabilities(
    estimate: float, std_error: float, band: float, df: float = np.inf
) -> dict[str, float]:
    """Probability that a slope is above, within and below a band around zero.

    The confidence distribution of the slope (t around the estimate) is read as the uncertainty of
    its class: > band imitation (strategic complements), < -band differentiation (substitutes).

    Examples
    --------
    >>> round(class_probabilities(0.3, 0.1, 0.1)["imitation"], 3)
    0.977
    """
    law = stats.t(df) if np.isfinite(df) else stats.norm()
    above = float(law.sf((band - estimate) / std_error))
    below = float(law.cdf((-band - estimate) / std_error))
    return dict(zip(CLASSES, (above, 1 - above - below, below), strict=True))


def _named(name: str, single: str) -> str:
    if name == "rho":
        return single
    return name.removeprefix("rho.")


def _test_rows(
    result: Spatial2SLSResult, single: str, settings: ReactionSettings, thorough: bool
) -> list[dict]:
    rows = []
    groups = result._dependence.n_groups
    slopes = list(result.rho.index)
    for name in slopes:
        short = _named(name, single)
        strength = result.first_stage.loc[name]
        rows += [
            {"term": f"first_stage.{short}", "statistic": strength["f_statistic"]},
            {
                "term": f"sanderson_windmeijer.{short}",
                "statistic": strength["sanderson_windmeijer"],
            },
        ]
        shares = class_probabilities(
            result.params[name], result.std_errors[name], settings.band, groups - 1
        )
        rows += [
            {"term": f"probability.{short}.{kind}", "estimate": share}
            for kind, share in shares.items()
        ]
        if thorough:
            wild = result.wild_bootstrap(name, draws=settings.draws, seed=settings.seed)
            rows.append(
                {
                    "term": f"wild.{short}",
                    "statistic": wild.statistic,
                    "p_value": wild.p_value,
                    "note": f"{wild.n_draws} draws, {wild.n_clusters} clusters, {wild.weights}",
                }
            )
    J = result.overidentification
    joint = _joint_zero(result)
    rows += [
        {"term": "kleibergen_paap", "statistic": result.kleibergen_paap},
        {"term": "overidentification", "statistic": J["statistic"], "p_value": J["p_value"]},
        {
            "term": "anderson_rubin",
            "statistic": joint["statistic"],
            "p_value": joint["p_value"],
            "note": "that all instrumented slopes are zero",
        },
    ]
    if thorough and len(result.first_stage) == 1:
        rows.append(_set_row(result, settings))
    return rows


def _joint_zero(result: Spatial2SLSResult) -> pd.Series:
    return result.anderson_rubin_test(dict.fromkeys(result.first_stage.index, 0.0))


def _set_row(result: Spatial2SLSResult, settings: ReactionSettings) -> dict:
    pieces = result.anderson_rubin(settings.confidence)
    row = {"term": "anderson_rubin_set", "estimate": result.rho.iloc[0]}
    if len(pieces) == 1 and pieces[0][0] <= row["estimate"] <= pieces[0][1]:
        return {**row, "conf_low": pieces[0][0], "conf_high": pieces[0][1]}
    said = " and ".join(f"{low:.3g} to {high:.3g}" for low, high in pieces)
    return {**row, "note": said or "empty: the overidentifying restrictions fail"}
