"""Provincial borders and flows at equal distance and dialect (claim S1.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guantian.chapters.linkage.estimate.calibration import (
    Calibration,
    calibrate,
    described,
    inferred,
)
from guantian.chapters.linkage.estimate.fixed_weights import FixedWeights, fixed_weights
from guantian.chapters.linkage.estimate.placebo_draws import placebo_provinces
from guantian.chapters.linkage.estimate.primary_inputs import CONTROLS, EPIDEMIC, Primary
from regiometrics.gravity.errors_dyadic import covariance, dyadic_meat
from regiometrics.gravity.grid import Array
from regiometrics.gravity.ppml import PoissonFit
from regiometrics.inference import inference_row

Row = dict[str, Any]
CLAIM = "S1.2"
TERM = "same_province"
ESTIMATOR = "PPML, two-way effects"
RULES = "January to June 2021: national rules restrained travel in the epidemic."
SEED = 12


def border_rows(data: Primary) -> Iterator[Row]:
    """Estimate what a provincial border costs in flows, in China.

    The estimate is the coefficient of being in one province: log points of flow that a border
    loses at equal distance, adjacency, dialect and trains. Size and expected error come from
    placebo provinces (`placebo_provinces`) in the same model with the true provinces in it, at
    fixed weights: as many contiguous groups as provinces, whose borders ask for no permission.
    The slope on log distance bends at the knots of the options: a placebo border then has an
    expected error of 0.066, with a single slope one of 0.075 (``log_distance``, secondary).

    Parameters
    ----------
    data
        Flows and regressors.

    Yields
    ------
    dict
        Estimates of the analyses ``primary``, ``secondary`` and ``falsification``.
    """
    flow = data.options["flow"]
    grid, fit = data.fit(data.controls, flow, data.mask(flow))
    working = fixed_weights(grid, fit)
    placebos = _placebos(data, working)
    df = fit.n_cities - 1
    nation = calibrate(*placebos, df)
    error = np.sqrt(fit.cov_dyadic.loc[TERM, TERM])
    key = {"variant": CLAIM, "sample": "china", "term": TERM, "outcome": flow}
    counts = counts_of(fit)
    yield {
        **key,
        **counts,
        "analysis": "primary",
        **inferred(fit.params[TERM], error, df, nation, data.confidence),
        **described(nation, "dyadic"),
    }
    plain = inference_row(fit.params[TERM], error, data.confidence, df)
    yield {
        **key,
        **counts,
        **plain,
        "analysis": "secondary",
        "method": "unscaled",
        "cov_type": "dyadic",
    }
    yield _placebo_border(key, nation, data.confidence)
    yield from _others(data, nation)
    yield _net_of_search(data, nation)


def _placebos(data: Primary, working: FixedWeights) -> tuple[Array, Array]:
    """Estimates and errors of placebo provinces."""
    rng, found = data.random(SEED), []
    groups = len(set(data.provinces))
    for group in placebo_provinces(data.distance, groups, data.options["draws"], rng):
        params, cov = working.add(together_in(group)[None])
        found.append((params[0], np.sqrt(cov[0, 0])))
    estimates, errors = np.array(found).T
    return estimates, errors


def together_in(group: NDArray) -> Array:
    """Return 1 for pairs of two cities of one group, shape (n, n)."""
    same = (group[:, None] == group).astype("float64")
    np.fill_diagonal(same, 0.0)
    return same


def _net_of_search(data: Primary, calibration: Calibration) -> Row:
    """The border in travel minus that in search, on the pairs and cities of both.

    Search shows what people of a province have to do with each other at equal distance; what the
    border costs travel beyond it is nearer to what authorities could forbid. Errors are from the
    difference of both models' influence of each pair.
    """
    flow, search = data.options["flow"], data.options["searches"][0]
    mask = data.mask(flow, search)
    place = data.controls.index(TERM)
    estimates, influences, cities = [], [], []
    for name in (flow, search):
        grid, fit = data.fit(data.controls, name, mask)
        working = fixed_weights(grid, fit)
        full = np.zeros(mask.shape)
        full[np.ix_(working.rows, working.rows)] = working.influence()[place]
        influences.append(full)
        estimates.append(fit.params[TERM])
        cities.append(working.n_cities)
    difference = (influences[0] - influences[1])[None]
    n_obs, n_cities = int(mask.sum()), min(cities)
    cov = covariance(np.eye(1), dyadic_meat(difference), n_obs, n_cities)
    error = float(np.sqrt(cov[0, 0])) * calibration.factor
    return {
        "analysis": "secondary",
        "variant": CLAIM,
        "sample": "china",
        "term": TERM,
        "outcome": flow,
        "method": "net_of_search",
        "n_obs": n_obs,
        "n_units": n_cities,
        "n_clusters": n_cities,
        "df": n_cities - 1,
        "estimator": ESTIMATOR,
        "cov_type": described(calibration, "dyadic")["cov_type"],
        **inference_row(estimates[0] - estimates[1], error, data.confidence, n_cities - 1),
    }


def _others(data: Primary, calibration: Calibration) -> Iterator[Row]:
    """The same border under other flows and specifications, errors scaled as in the primary."""
    flow = data.options["flow"]
    near = data.options["near_km"]
    without = {
        f"without_{name}": tuple(each for each in data.controls if each != name)
        for name in ("dialect_distance", "fast_trains")
    }
    mask, distance = data.mask(flow), data.distance
    touching = np.nan_to_num(data.grid.regressors["adjacent"]) > 0
    beside = tuple(name for name in CONTROLS if name != "adjacent")
    specs: list[tuple[Row, dict[str, Any]]] = [
        ({"method": "log_distance"}, {"names": CONTROLS}),
        *(({"method": name}, {"names": names}) for name, names in without.items()),
        ({"method": "absent_as_zero"}, {"absent": 0.0, "mask": data.mask()}),
        ({"method": "adjacent_pairs"}, {"names": beside, "mask": mask & touching}),
        *(
            (
                {"method": "near_pairs", "parameter": "near_km", "setting": km},
                {"mask": mask & (distance <= km)},
            )
            for km in near
        ),
    ]
    key = {"variant": CLAIM, "sample": "china", "term": TERM}
    for label, choice in specs:
        yield {
            **key,
            **label,
            "analysis": "secondary",
            "outcome": flow,
            **_fitted(data, flow, calibration, **choice),
        }
    for name in (*data.options["other_flows"], *data.options["searches"]):
        note = {"note": RULES} if name == EPIDEMIC else {}
        fitted = _fitted(data, name, calibration)
        yield {**key, "analysis": analysis_of(data, name), "outcome": name, **fitted, **note}
        if name in data.options["searches"]:
            fitted = _fitted(data, name, calibration, CONTROLS)
            label = {"analysis": "falsification", "method": "log_distance"}
            yield {**key, **label, "outcome": name, **fitted}


def _fitted(
    data: Primary,
    flow: str,
    calibration: Calibration,
    names: Sequence[str] | None = None,
    mask: NDArray[np.bool_] | None = None,
    **choice: Any,
) -> Row:
    names, mask = names or data.controls, data.mask(flow) if mask is None else mask
    _, fit = data.fit(names, flow, mask, **choice)
    error = np.sqrt(fit.cov_dyadic.loc[TERM, TERM]) * calibration.factor
    return {
        **counts_of(fit),
        **inference_row(fit.params[TERM], error, data.confidence, fit.n_cities - 1),
        "df": fit.n_cities - 1,
        "cov_type": described(calibration, "dyadic")["cov_type"],
    }


def _placebo_border(key: Row, calibration: Calibration, confidence: float) -> Row:
    """The mean placebo border, which must cost nothing, with the error of a single one."""
    return {
        **key,
        "analysis": "falsification",
        "method": "placebo_provinces",
        "n_draws": calibration.draws,
        "estimator": "mean of placebo borders",
        "cov_type": "standard deviation over placebo borders",
        **inference_row(calibration.centre, calibration.expected, confidence),
    }


def analysis_of(data: Primary, flow: str) -> str:
    """Name the analysis of a flow: primary, secondary, or falsification where it is search."""
    if flow == data.options["flow"]:
        return "primary"
    return "falsification" if flow in data.options["searches"] else "secondary"


def counts_of(fit: PoissonFit) -> Row:
    """Count pairs and cities of a fit."""
    cities = {"n_units": fit.n_cities, "n_clusters": fit.n_cities}
    return {"n_obs": fit.n_obs, **cities, "estimator": ESTIMATOR}
