"""Growth with spillovers: the spatial Durbin panel on nested samples and several weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from guantian.data.samples import SAMPLES
from guantian.files import write_csv
from guantian.registry import Job
from guantian.results import estimates, tests, write
from guantian.spatial_rows import NO_ESTIMATE, comparison_rows, fit_rows, fitted
from regiometrics.inference import inference_row
from regiometrics.spatial import SpatialPanel, SpatialPanelResult, pesaran_cd
from regiometrics.spatial.comparison import select_model
from regiometrics.weights.weights import Weights

MODELS = ("slx", "sar", "sem", "sdm")
INITIAL = "initial"
SMALLEST = 2  # cities: one alone has no neighbour


@dataclass(frozen=True)
class GrowthSpec:
    """The growth model.

    Attributes
    ----------
    outcome
        Variable of the panel in levels; its annual log growth is explained.
    controls
        Variables of the panel in levels; their logs of the year before enter.
    first, last
        Years of the outcome, the first as starting level.
    """

    outcome: str
    controls: Sequence[str]
    first: int
    last: int


def estimate(job: Job) -> None:
    """Estimate from the panel under every weights matrix."""
    options = job.options["spillovers"]
    spec = GrowthSpec(options["outcome"], options["controls"], **options["years"])
    weights = [replace(Weights.load(path), name=Path(path).stem) for path in job.inputs.weights]
    confidence = job.options["confidence"]
    estimated, tested, excluded = run_spillovers(
        pd.read_parquet(job.inputs.panel), weights, spec, confidence
    )
    write([estimated], job.outputs.estimates, confidence=confidence)
    write([tested], job.outputs.tests)
    write_csv(excluded, job.outputs.excluded)


def run_spillovers(
    panel: pd.DataFrame, weights: Sequence[Weights], spec: GrowthSpec, confidence: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Estimate growth with spillovers for zone, region and nation under each weights matrix.

    Parameters
    ----------
    panel
        Index (city_code, year).
    weights
        Over all cities, row-standardised; cut to each sample and standardised again.
    spec
        Outcome, controls and years.
    confidence
        Level of the intervals.

    Returns
    -------
    estimates
        Analysis ``growth`` (coefficients, impacts and fit of each model, named by ``variant``) and
        ``dynamic`` (the Durbin model as a dynamic panel, corrected for Nickell's bias).
    tests
        Selection between models, and cross-section dependence of the Durbin model's residuals.
    excluded
        City and reason: values missing, or no neighbour left under some weights.

    Notes
    -----
    g_t = rho W g_t + beta ln y_{t-1} + theta W ln y_{t-1} + X_{t-1} b + W X_{t-1} c
    + mu + alpha_t + e, with two-way effects removed by the transformation of Lee and Yu (2010).
    The same model with ln y_t on the left is a dynamic panel with gamma = 1 + beta and
    eta = theta - rho; there the bias of order 1/T is removed as in Yu, de Jong and
    Lee (2008) and Lee and Yu (2010).
    """
    data, excluded = _complete(panel, weights, spec)
    flags = panel.groupby(level="city_code")[[f"in_{sample}" for sample in SAMPLES]].first()
    codes = data.index.get_level_values("city_code")
    estimated, tested = [], []
    for sample in SAMPLES:
        chosen = data[codes.map(flags[f"in_{sample}"]).to_numpy() == 1]
        for matrix in weights:
            cities = list(chosen.index.unique("city_code"))
            cut = matrix.subset(cities)
            common = {
                "chapter": "spillovers",
                "sample": sample,
                "outcome": spec.outcome,
                "weights": matrix.name,
                "n_units": len(cities),
                "n_periods": chosen.index.unique("year").size,
                "n_obs": len(chosen),
            }
            if len(cities) < SMALLEST:
                said = {**common, "analysis": "growth", "note": too_few(len(cities))}
                estimated += [{**said, "variant": model, "term": "rho"} for model in MODELS]
                tested.append({**said, "variant": "sdm", "term": "none"})
                continue
            estimated += [{**common, **row} for row in _fits(chosen, cut, confidence)]
            tested += [
                {**common, "analysis": "growth", "variant": "sdm", **row}
                for row in _tests(chosen, cut)
            ]
    return estimates(estimated), tests(tested), excluded


def too_few(count: int) -> str:
    """Say why a sample has no estimate."""
    return (
        f"{count} of the sample's cities have all values in every year and a neighbour; "
        f"expected at least {SMALLEST}"
    )


def _complete(
    panel: pd.DataFrame, weights: Sequence[Weights], spec: GrowthSpec
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Growth and regressors of the cities that have all of them, and a neighbour in each sample."""
    window = panel.loc[pd.IndexSlice[:, spec.first : spec.last], :]
    window = window[window["in_nation"] == 1]
    columns = [spec.outcome, *spec.controls]
    levels = window[columns].astype("float64")
    logs = np.log(levels.where(levels > 0))
    lagged = logs.groupby(level="city_code").shift()
    data = lagged.rename(columns={spec.outcome: INITIAL})
    data.insert(0, "growth", logs[spec.outcome] - lagged[spec.outcome])
    data = data[data.index.get_level_values("year") > spec.first]
    reasons = {}
    for column in columns:
        # Of a control only the years before the last enter.
        asked = levels[column].unstack("city_code")
        asked = asked if column == spec.outcome else asked.iloc[:-1]
        gaps = asked.isna() | (asked <= 0)
        for code in gaps.columns[gaps.any()]:
            years = ", ".join(map(str, gaps.index[gaps[code]]))
            reasons.setdefault(code, f"{column} has no positive value in {years}")
    kept = [code for code in data.index.unique("city_code") if code not in reasons]
    kept, islands = _without_islands(kept, weights, window)
    reasons |= islands
    excluded = pd.DataFrame(sorted(reasons.items()), columns=["city_code", "reason"])
    names = window["name_en"].groupby(level="city_code").first()
    excluded.insert(1, "name_en", excluded["city_code"].map(names))
    return data.loc[kept], excluded


def _without_islands(
    cities: list[str], weights: Sequence[Weights], window: pd.DataFrame
) -> tuple[list[str], dict[str, str]]:
    """Leave out cities without a neighbour, repeatedly, until every city has one."""
    flags = window[["in_zone", "in_region"]].groupby(level="city_code").first()
    reasons: dict[str, str] = {}
    while True:
        found: dict[str, str] = {}
        for sample in ("nation", "region", "zone"):
            chosen = (
                cities if sample == "nation" else [c for c in cities if flags.at[c, f"in_{sample}"]]
            )
            for matrix in weights:
                for code in matrix.subset(chosen).islands:
                    said = f"no neighbour with data in the {sample}, {matrix.name} weights"
                    found.setdefault(code, said)
        if not found:
            return cities, reasons
        reasons |= found
        cities = [code for code in cities if code not in found]


def _fits(data: pd.DataFrame, matrix, confidence: float) -> Iterator[dict]:
    growth, exog = data["growth"], data.drop(columns="growth")
    for model in MODELS:
        panel = SpatialPanel(growth, exog, matrix, model=model, effects="twoway")
        for row in fitted(lambda panel=panel: fit_rows(_fit(panel), confidence)):
            yield {
                "analysis": "growth",
                "variant": model,
                "estimator": f"{model.upper()}, QML, two-way effects, Lee-Yu",
                "cov_type": "QML sandwich",
                **row,
            }
    for row in fitted(lambda: _dynamic_rows(data, matrix, confidence)):
        yield {
            "analysis": "dynamic",
            "variant": "sdm",
            "estimator": "dynamic SDM, QML, two-way effects, bias-corrected",
            "cov_type": "QML sandwich",
            **row,
        }


def _tests(data: pd.DataFrame, matrix) -> Iterator[dict]:
    growth, exog = data["growth"], data.drop(columns="growth")
    durbin = SpatialPanel(growth, exog, matrix, model="sdm", effects="twoway")
    try:
        yield from comparison_rows(select_model(growth, exog, matrix, effects="twoway"))
        dependence = pesaran_cd(_fit(durbin).resids)
        yield {
            "term": "cd",
            "statistic": dependence["statistic"],
            "p_value": dependence["p_value"],
            "note": "Pesaran's CD of the residuals of the spatial Durbin model",
        }
    except NO_ESTIMATE as error:
        yield {"term": "none", "note": str(error)}


def _fit(panel: SpatialPanel) -> SpatialPanelResult:
    return panel.fit(bias_correction="lee-yu", cov_type="qml")


def _dynamic_rows(data: pd.DataFrame, matrix, confidence: float) -> Iterator[dict]:
    """Give bias-corrected rho, beta = gamma - 1 and theta = eta + rho of the same growth model."""
    # ln y_t is growth plus the level before; the first level of each city leads the series.
    level = data["growth"] + data[INITIAL]
    first = data.groupby(level="city_code").head(1)
    start = first[INITIAL].rename(index=lambda year: year - 1, level="year")
    log_level = pd.concat([start, level]).sort_index().rename("log_level")
    controls = data.drop(columns=["growth", INITIAL])
    # The first period is the initial condition: its regressors do not enter.
    padding = controls.groupby(level="city_code").head(1)
    padding = padding.rename(index=lambda year: year - 1, level="year")
    exog = pd.concat([padding, controls]).sort_index()
    model = SpatialPanel(
        log_level, exog, matrix, model="sdm", effects="twoway", dynamic="space-time"
    )
    fit = _fit(model)
    names = list(fit.params.index)
    lag, space_lag = _lag_names(names)
    initial = {"term": "coefficient", "variable": INITIAL}
    for key, parts, shift in (
        ({"term": "rho"}, {"rho": 1.0}, 0.0),
        ({**initial, "effect": "own"}, {lag: 1.0}, -1.0),
        ({**initial, "effect": "lagged"}, {space_lag: 1.0, "rho": 1.0}, 0.0),
    ):
        loading = np.array([parts.get(name, 0.0) for name in names])
        value = float(loading @ fit.params.to_numpy()) + shift
        error = float(np.sqrt(loading @ fit.cov.to_numpy() @ loading))
        yield {**key, **inference_row(value, error, confidence)}


def _lag_names(names: list[str]) -> tuple[str, str]:
    """Names of the lagged and of the spatially lagged lagged outcome among the parameters."""
    (lag,) = [name for name in names if "log_level" in name and not name.startswith("W.")]
    (space_lag,) = [name for name in names if "log_level" in name and name.startswith("W.")]
    return lag, space_lag
