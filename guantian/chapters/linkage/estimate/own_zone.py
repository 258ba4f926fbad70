"""Flows inside the zone and across its provinces, and its prediction (claim S1.8, the zone)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.linkage.estimate.borders import ESTIMATOR, RULES, analysis_of
from guantian.chapters.linkage.estimate.calibration import calibrate, described, inferred
from guantian.chapters.linkage.estimate.prediction import FEWEST, known_draws
from guantian.chapters.linkage.estimate.primary_inputs import (
    EPIDEMIC,
    Primary,
    flexible,
)
from guantian.chapters.linkage.estimate.regressors import together
from guantian.chapters.linkage.estimate.zone_terms import (
    BY_PAIR,
    CLAIM,
    SEED,
    TERM,
    ZoneModel,
    placebo_zones,
)
from guantian.results import placebo_columns
from regiometrics.gravity.grid import Array
from regiometrics.gravity.prediction import (
    PARTS,
    log_ratios,
    predict_left_out,
    predict_left_out_fast,
)
from regiometrics.placebo.ranks import placebo_rank

Row = dict[str, Any]
OWN = "own_zone"
KNOWN = 0.5  # of the placebo zones that must have an estimate


def own_zone_rows(
    data: Primary, model: ZoneModel, zone: Collection[str], sets: pd.DataFrame
) -> Iterator[Row]:
    """Estimate whether the zone's flows across provinces exceed what gravity predicts.

    The model is that of all zones; where an earlier zone holds some of the zone's pairs, it is
    fitted again with all of them in the zone's own term. Size and expected error come from
    contiguous groups of as many cities across a provincial border, added at fixed weights; the
    zone's rank among them is printed beside. Secondary: the log of flows observed over flows
    predicted by a model that never saw the zone's pairs, and its rank among the study's placebo
    zones.

    Parameters
    ----------
    data
        Flows and regressors.
    model
        With a term for each approved zone.
    zone
        Members of the zone under study.
    sets
        Placebo zones of the study, of which the set ``main`` is used.

    Yields
    ------
    dict
        Estimates of the analyses ``primary``, ``secondary`` and ``falsification``, sample
        ``zone``; none where the zone lies in one province.
    """
    model, own = _with_own(data, model, zone)
    if own is None:
        return
    flow, members, calibration = data.options["flow"], model.size(own), None
    for name in (flow, *data.options["other_flows"], *data.options["searches"]):
        fit = model.fit(name)
        if own not in fit.params.index:
            continue
        ranked = {}
        if calibration is None:
            rng = np.random.default_rng([data.options["seed"], SEED, members])
            placebo = placebo_zones(data, fit.working, members, data.options["draws"], rng)
            if len(placebo[0]) < KNOWN * data.options["draws"]:
                return
            calibration = calibrate(*placebo, members - 1)
            ranked = rank_among(fit.params[own], placebo[0])
        yield {
            "analysis": analysis_of(data, name),
            "variant": CLAIM,
            "sample": "zone",
            "term": TERM,
            "outcome": name,
            "estimator": ESTIMATOR,
            "n_obs": fit.working.n_obs,
            "n_units": members,
            "n_clusters": members,
            **inferred(fit.params[own], fit.errors[own], members - 1, calibration, data.confidence),
            **described(calibration, BY_PAIR),
            **ranked,
            **({"note": RULES} if name == EPIDEMIC else {}),
        }
    yield from _out_of_sample(data, zone, sets)


def _with_own(
    data: Primary, model: ZoneModel, zone: Collection[str]
) -> tuple[ZoneModel, str | None]:
    """The model in which the zone has all its pairs across provinces, and its name there."""
    same = data.provinces[:, None] == data.provinces
    pairs = together([zone], data.grid.codes) * ~same
    for name, values in model.terms.items():
        if set(model.approved[name]) == set(zone) and (values == pairs).all():
            return model, name
    others: Mapping[str, Collection[str]] = {
        name: members for name, members in model.approved.items() if set(members) != set(zone)
    }
    again = ZoneModel.of(data, {OWN: zone, **others})
    return again, OWN if OWN in again.terms else None


def _out_of_sample(data: Primary, zone: Collection[str], sets: pd.DataFrame) -> Iterator[Row]:
    """Rank the log of observed over predicted flow among placebo zones with all pairs known."""
    flow = data.options["flow"]
    bent, mask = flexible(data.grid), data.mask(flow)
    grid, fit = data.fit((*data.controls, *bent), flow, mask, bent)
    known = fit.mask | np.eye(len(mask), dtype=bool)
    draws = known_draws(grid.codes, sets, "main")
    draws = draws[known[draws[:, :, None], draws[:, None, :]].all(axis=(1, 2))]
    own = np.flatnonzero(np.isin(grid.codes, list(zone)))
    if len(draws) < FEWEST or not known[np.ix_(own, own)].all():
        return
    exact = log_ratios(grid, own[None], predict_left_out(grid, fit, own)[None], data.provinces)
    values = log_ratios(grid, draws, predict_left_out_fast(grid, fit, draws), data.provinces)
    for part in PARTS:
        if np.isfinite(exact[part][0]) and np.isfinite(values[part]).any():
            rank = placebo_rank(exact[part][0], values[part], draws)
            yield {
                "analysis": "secondary",
                "variant": CLAIM,
                "sample": "zone",
                "term": "out_of_sample_log_ratio",
                "outcome": flow,
                "group": part,
                "n_units": len(own),
                **placebo_columns(rank, values[part], data.confidence),
            }


def rank_among(value: float, placebo: Array) -> Row:
    """Return the rank of a value among placebo values, from the nearer end.

    Parameters
    ----------
    value
        The zone's.
    placebo
        Of placebo zones; missing ones do not count.
    """
    known = placebo[np.isfinite(placebo)]
    above, below = int((known >= value).sum()), int((known <= value).sum())
    return {"rank": 1 + min(above, below), "rank_from": "below" if below < above else "above"}
