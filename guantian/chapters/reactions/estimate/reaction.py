"""Reaction functions: how a local government's outcome responds to its rivals'."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from guantian.chapters.reactions.estimate.rows import Rows
from regiometrics import _laws as laws
from regiometrics.errors import PanelError
from regiometrics.inference import Inference
from regiometrics.spatial import Spatial2SLS, Spatial2SLSResult, SpatialPanel
from regiometrics.spatial.errors import SpatialError

CLASSES = ("imitation", "none", "differentiation")
LAG, OWN_LAG = "W.", "L."  # how the library names spatial lags, and the lag of the outcome


@dataclass(frozen=True)
class ReactionSettings:
    """What is common to all reaction functions.

    Attributes
    ----------
    confidence : float
        Of the intervals.
    band : float
        Slopes within plus or minus this count as no response.
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
    apart by the common trend, which common year effects cannot take out: what is lagged are
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
    return [{"analysis": "reaction", **row, **labels} for row in attempt(fit, term="rho")]


def instrument_rows(
    outcome: pd.Series,
    controls: pd.DataFrame,
    weights: Mapping[str, sparse.csr_array],
    provinces: pd.Series,
    settings: ReactionSettings,
    dynamic: str | None = None,
    thorough: bool = False,
) -> Rows:
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
    Rows
        Estimates: analysis ``reaction``, parameters. Series: ``class_probability``, of each slope
        (variable: its rivals); ``anderson_rubin_set``, with one matrix, ends of its pieces. Tests:
        ``instruments``, of each slope ``first_stage`` (F), ``sanderson_windmeijer`` and ``wild``,
        and ``kleibergen_paap``, ``overidentification``, and ``anderson_rubin``, that all slopes
        are zero.

    Notes
    -----
    With one matrix W X and W² X are the instruments, with several only their W X: as many
    instruments, where the clusters are few.
    """
    several = len(weights) > 1
    found, single = Rows(), next(iter(weights))

    def fit() -> list[dict]:
        clean = deviations(pd.concat([outcome.rename("outcome"), controls], axis=1))
        model = Spatial2SLS(
            clean["outcome"],
            clean[controls.columns],
            dict(weights) if several else weights[single],
            effects="twoway",
            instruments_order=1 if several else 2,
            dynamic=dynamic,
        )
        cities = outcome.index.unique(0)
        result = model.fit(clusters=provinces.reindex(cities))
        found.add(_qualifying_rows(result, single, settings, thorough))
        return parameter_rows(result, settings, single)

    labels = {
        "estimator": "spatial 2SLS, two-way effects" + ", dynamic" * (dynamic is not None),
        "cov_type": "clustered by province",
    }
    found.estimates = [
        {"analysis": "reaction", **row, **labels} for row in attempt(fit, term=single)
    ]
    found.tests = [{"analysis": "instruments", **row, **labels} for row in found.tests]
    return found


def attempt(rows: Callable[[], list[dict]], **key: str) -> list[dict]:
    """Rows of a fit; where the sample has no such estimate, a row with this key that says why."""
    try:
        return rows()
    except (SpatialError, PanelError) as error:
        return [{**key, "note": str(error)}]
    except np.linalg.LinAlgError:
        return [{**key, "note": "The data of this sample do not tell the slopes apart."}]


def parameter_rows(
    result: Inference, settings: ReactionSettings, single: str = "rho"
) -> list[dict]:
    """One row per parameter.

    The term of a slope is its weights' name, or `single` where there is one matrix; that of a
    control's coefficient is ``coefficient``, its effect ``own`` or ``lagged`` in space; that of
    the outcome of the year before is ``own_lag``.
    """
    limits = result.conf_int(settings.confidence)
    return [
        {
            **_key(name, single),
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
    law = laws.t(df) if np.isfinite(df) else laws.norm()
    above = float(law.sf((band - estimate) / std_error))
    below = float(law.cdf((-band - estimate) / std_error))
    return dict(zip(CLASSES, (above, 1 - above - below, below), strict=True))


def _rivals(name: str, single: str) -> str:
    return single if name == "rho" else name.removeprefix("rho.")


def _key(name: str, single: str) -> dict[str, str]:
    """Key of a parameter that the library names."""
    if name.startswith("rho"):
        return {"term": _rivals(name, single)}
    if name.startswith(OWN_LAG):
        return {"term": "own_lag"}
    effect = "lagged" if name.startswith(LAG) else "own"
    return {"term": "coefficient", "variable": name.removeprefix(LAG), "effect": effect}


def _qualifying_rows(
    result: Spatial2SLSResult, single: str, settings: ReactionSettings, thorough: bool
) -> Rows:
    found = Rows()
    groups = result._dependence.n_groups
    for name in result.rho.index:
        rivals = _rivals(name, single)
        strength = result.first_stage.loc[name]
        for term, column in (
            ("first_stage", "f_statistic"),
            ("sanderson_windmeijer", "sanderson_windmeijer"),
        ):
            found.tests.append({"term": term, "variable": rivals, "statistic": strength[column]})
        shares = class_probabilities(
            result.params[name], result.std_errors[name], settings.band, groups - 1
        )
        found.series += [
            {"analysis": "class_probability", "variable": rivals, "term": kind, "value": share}
            for kind, share in shares.items()
        ]
        if thorough:
            wild = result.wild_bootstrap(name, draws=settings.draws, seed=settings.seed)
            found.tests.append(
                {
                    "term": "wild",
                    "variable": rivals,
                    "statistic": wild.statistic,
                    "p_value": wild.p_value,
                    "n_draws": wild.n_draws,
                    "n_clusters": wild.n_clusters,
                    "note": f"{wild.weights} weights",
                }
            )
    J = result.overidentification
    joint = result.anderson_rubin_test(dict.fromkeys(result.first_stage.index, 0.0))
    found.tests += [
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
        found.add(set_rows(result.anderson_rubin(settings.confidence)))
    return found


def set_rows(pieces: Sequence[tuple[float, float]]) -> Rows:
    """Lay out an Anderson–Rubin set: the ends of its pieces as series, their number as a test.

    Parameters
    ----------
    pieces
        Lower and upper end of each; none where the overidentifying restrictions fail.

    Examples
    --------
    >>> [row["value"] for row in set_rows([(-1.0, 2.0)]).series]
    [-1.0, 2.0]
    """
    kind = ("empty", "one interval")[len(pieces)] if len(pieces) < 2 else "several intervals"
    ends = [
        {"analysis": "anderson_rubin_set", "setting": piece, "term": term, "value": value}
        for piece, (low, high) in enumerate(pieces, start=1)
        for term, value in (("low", low), ("high", high))
    ]
    return Rows(series=ends, tests=[{"term": "anderson_rubin_set", "resolution": kind}])
