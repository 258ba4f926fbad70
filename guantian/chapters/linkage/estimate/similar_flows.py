"""Earlier similarity of structures, and gaps in output, on later flows (claims S2.3 and S2.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from guantian.chapters.linkage.estimate.borders import ESTIMATOR, RULES, analysis_of
from guantian.chapters.linkage.estimate.calibration import (
    Calibration,
    calibrate,
    described,
    inferred,
)
from guantian.chapters.linkage.estimate.fixed_weights import fixed_weights
from guantian.chapters.linkage.estimate.placebo_draws import turned
from guantian.chapters.linkage.estimate.primary_inputs import CONTROLS, EPIDEMIC, Primary
from guantian.chapters.linkage.estimate.regressors import standardised
from regiometrics.gravity.grid import Array
from regiometrics.inference import inference_row

Row = dict[str, Any]
TERM, GAP = "similarity", "output_gap"
CENSUS = ("similarity_census", "similarity_census_non_farm")
SEED = {TERM: 23, GAP: 24}


def similarity_rows(data: Primary) -> Iterator[Row]:
    """Estimate what similarity of structures nine years before is associated with in flows.

    The coefficient is in log points per standard deviation over pairs, of employment in urban
    units by 19 sectors. Size and expected error come from turned maps (`turned`): each city takes
    the structure of another, and neighbours those of neighbours, in the same model with the true
    similarity in it, at fixed weights. The slope on distance bends, which lowers the expected
    error; the model with a single slope is secondary (``log_distance``).

    Parameters
    ----------
    data
        Flows and regressors.

    Yields
    ------
    dict
        Estimates of the analyses ``primary``, ``secondary`` and ``falsification`` of S2.3.
    """
    flow = data.options["flow"]
    first, calibration = _tested(data, "S2.3", TERM, "primary", per_deviation=True)
    yield first
    names = *data.options["other_flows"], *data.options["searches"]
    for name in names:
        yield _other(data, "S2.3", TERM, name, calibration, {})
    for measure in CENSUS:
        yield _other(data, "S2.3", measure, flow, calibration, {"method": measure})
    label = {"method": "with_output_gap"}
    yield _other(data, "S2.3", TERM, flow, calibration, label, beside=(GAP,))
    label = {"method": "log_distance"}
    yield _other(data, "S2.3", TERM, flow, calibration, label, bent=False)
    for km in data.options["near_km"]:
        label = {"method": "near_pairs", "parameter": "near_km", "setting": km}
        yield _other(data, "S2.3", TERM, flow, calibration, label, within=km)


def gap_rows(data: Primary) -> Iterator[Row]:
    """Estimate what an earlier gap in log output per head is associated with in flows.

    Secondary evidence on S2.4, whose primary test is of joint membership in a zone.

    Parameters
    ----------
    data
        Flows and regressors.

    Yields
    ------
    dict
        Estimates of the analysis ``secondary`` of S2.4, term ``output_gap``; per log point.
    """
    first, calibration = _tested(data, "S2.4", GAP, "secondary", per_deviation=False)
    yield first
    for name in data.options["other_flows"]:
        yield _other(data, "S2.4", GAP, name, calibration, {})


def _values(data: Primary, term: str, mask: Array) -> Array:
    values = data.grid.regressors[term]
    return values if term == GAP else standardised(values, mask)


def _tested(
    data: Primary, variant: str, term: str, analysis: str, *, per_deviation: bool
) -> tuple[Row, Calibration]:
    """The term on the primary flow, with its size on turned maps."""
    flow, values = data.options["flow"], data.grid.regressors[term]
    mask = data.mask(flow) & np.isfinite(values)
    values = _values(data, term, mask)
    grid, fit = data.fit((*data.controls, term), flow, mask, {term: values})
    working = fixed_weights(grid, fit)
    known = np.flatnonzero(np.isfinite(values).any(axis=1))
    square = values[np.ix_(known, known)]
    np.fill_diagonal(square, np.nan_to_num(np.nanmax(square)) if per_deviation else 0.0)
    rng, found, draws = data.random(SEED[term]), [], data.draws(analysis)
    for taken in turned(data.places[known], draws, rng):
        placebo = np.zeros(values.shape)
        placebo[np.ix_(known, known)] = square[np.ix_(taken, taken)]
        params, cov = working.add(placebo[None])
        found.append((params[0], np.sqrt(cov[0, 0])))
    df = fit.n_cities - 1
    calibration = calibrate(*np.array(found).T, df)
    error = float(np.sqrt(fit.cov_dyadic.loc[term, term]))
    return {
        "analysis": analysis,
        "variant": variant,
        "sample": "china",
        "term": term,
        "outcome": flow,
        "estimator": ESTIMATOR,
        "n_obs": fit.n_obs,
        "n_units": fit.n_cities,
        "n_clusters": fit.n_cities,
        **inferred(fit.params[term], error, df, calibration, data.confidence),
        **described(calibration, "dyadic"),
    }, calibration


def _other(
    data: Primary,
    variant: str,
    measure: str,
    flow: str,
    calibration: Calibration,
    label: Row,
    beside: tuple[str, ...] = (),
    within: float = np.inf,
    bent: bool = True,
) -> Row:
    """The term of another measure, flow or sample, its error scaled as in the primary test."""
    mask = data.mask(flow) & (data.distance <= within)
    for name in (measure, *beside):
        mask = mask & np.isfinite(data.grid.regressors[name])
    term = GAP if measure == GAP else TERM
    extra = {term: _values(data, measure, mask)}
    controls = data.controls if bent else CONTROLS
    _, fit = data.fit((*controls, *beside, term), flow, mask, extra)
    error = float(np.sqrt(fit.cov_dyadic.loc[term, term])) * calibration.factor
    df = fit.n_cities - 1
    return {
        **label,
        "analysis": "secondary" if label else analysis_of(data, flow),
        "variant": variant,
        "sample": "china",
        "term": term,
        "outcome": flow,
        "estimator": ESTIMATOR,
        "n_obs": fit.n_obs,
        "n_units": fit.n_cities,
        "n_clusters": fit.n_cities,
        "df": df,
        **inference_row(fit.params[term], error, data.confidence, df),
        "cov_type": described(calibration, "dyadic")["cov_type"],
        **({"note": RULES} if flow == EPIDEMIC else {}),
    }
