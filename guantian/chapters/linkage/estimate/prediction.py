"""The zone's observed flows over predicted ones, ranked among placebo zones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from guantian.geography.placebo_sets import SETS, members_of
from guantian.results import placebo_columns
from regiometrics.gravity.grid import Array, FlowGrid
from regiometrics.gravity.ppml import PoissonFit
from regiometrics.gravity.prediction import (
    PARTS,
    log_ratios,
    predict_left_out,
    predict_left_out_fast,
    zone_pairs,
)
from regiometrics.placebo.ranks import placebo_rank

COMPACT = 1.25
COMMON = {"sample": "zone", "outcome": "flow_index"}
CHECKED = (0.05, 0.95)  # quantiles of closed form minus refit: a range, not a confidence interval
FEWEST = 19  # placebo zones for a rank that could be below one in ten, two-sided


def run_zone_prediction(
    grid: FlowGrid,
    fits: Mapping[str, PoissonFit],
    zone: Sequence[str],
    sets: pd.DataFrame,
    provinces: Mapping[str, str],
    exact_draws: int,
    confidence: float,
) -> tuple[list[dict], pd.DataFrame]:
    """Rank the zone's log of observed flow over flow predicted without its own pairs.

    Parameters
    ----------
    grid, fits
        Flows and the Poisson fits that predict, by specification; the first gives the pairs.
    zone
        Codes of the members.
    sets
        Placebo zones as `guantian.geography.placebo_sets` draws them.
    provinces
        City to province.
    exact_draws
        Placebo zones of the first set that are also refitted under the first specification, to
        check the closed form.
    confidence
        Of intervals.

    Returns
    -------
    rows
        Estimates. The variant is the specification, the group one of `PARTS`. Analysis
        ``zone_prediction``: ranks among a placebo set (compact: those of main no wider than the
        zone by much); ``zone_prediction_exact``: the zone refitted, and in closed form;
        ``leave_out_check``: the closed form minus the refit over placebo zones.
    pairs
        One row per pair of the zone, from the exact refit.
    """
    own = grid.positions(zone)
    province = np.array([provinces[code] for code in grid.codes])
    rows, pairs = [], None
    for spec, fit in fits.items():
        exact = predict_left_out(grid, fit, own)
        fast = predict_left_out_fast(grid, fit, own[None])
        refitted = log_ratios(grid, own[None], exact[None], province)
        statistic = log_ratios(grid, own[None], fast, province)
        rows += _exact_rows(spec, {"refit": refitted, "closed_form": statistic})
        for name in (*SETS, "compact"):
            draws = known_draws(grid.codes, sets, "main" if name == "compact" else name)
            if name == "compact":
                draws = compact(draws, own, np.exp(grid.regressors["log_distance"]))
            if len(draws) < FEWEST:
                continue
            predicted = predict_left_out_fast(grid, fit, draws)
            values = log_ratios(grid, draws, predicted, province)
            for part in PARTS:
                if np.isnan(statistic[part][0]) or np.isnan(values[part]).all():
                    continue
                rank = placebo_rank(statistic[part][0], values[part], draws)
                key = {"analysis": "zone_prediction", "variant": spec, "placebo_set": name}
                key |= {"group": part, "term": "log_ratio", "n_units": len(own)}
                rows.append(COMMON | key | placebo_columns(rank, values[part], confidence))
            if name == "main" and pairs is None:
                rows += _check_rows(grid, fit, spec, draws[:exact_draws], values, province)
                pairs = zone_pairs(grid, own, exact, draws, predicted, confidence)
    return rows, pairs


def known_draws(codes: Sequence[str], sets: pd.DataFrame, name: str) -> Array:
    """Positions of the placebo zones of a set all of whose members are among the codes."""
    drawn = members_of(sets, name)
    found = pd.Index(codes).get_indexer(drawn.ravel()).reshape(drawn.shape)
    found = found[(found >= 0).all(axis=1)]
    if not len(found):
        raise ValueError(f"No placebo zone of the set {name} has flows of all its members.")
    return found


def compact(draws: Array, own: Array, distance: Array) -> Array:
    """Keep the placebo zones whose mean distance between members is at most the zone's by 1.25.

    Groups drawn at random straggle, and what stays inside a group falls with its width.
    """
    one, other = np.triu_indices(len(own), 1)
    means = distance[draws[:, one], draws[:, other]].mean(axis=1)
    return draws[means <= COMPACT * distance[own[one], own[other]].mean()]


def _exact_rows(spec: str, methods: Mapping[str, Mapping]) -> list[dict]:
    estimators = {"refit": "PPML without the zone's pairs", "closed_form": "closed form"}
    key = COMMON | {"analysis": "zone_prediction_exact", "variant": spec, "term": "log_ratio"}
    return [
        key
        | {"method": method, "estimator": estimators[method]}
        | {"group": part, "estimate": values[part][0]}
        for part in PARTS
        if np.isfinite(methods["refit"][part][0])
        for method, values in methods.items()
    ]


def _check_rows(grid, fit, spec: str, draws, values: Mapping, province) -> list[dict]:
    """Closed form minus exact refit, over some placebo zones: quantiles of the difference."""
    if not len(draws):
        return []
    exact = np.array([predict_left_out(grid, fit, draw) for draw in draws])
    refitted = log_ratios(grid, draws, exact, province)["all"]
    closed = values["all"][: len(draws)]
    low, middle, high = np.nanquantile(closed - refitted, [CHECKED[0], 0.5, CHECKED[1]])
    key = COMMON | {"analysis": "leave_out_check", "variant": spec, "placebo_set": "main"}
    key |= {"group": "all", "n_draws": len(draws)}
    return [
        key
        | {
            "term": "closed_form_minus_refit",
            "estimate": middle,
            "conf_low": low,
            "conf_high": high,
            "estimator": "median over placebo zones",
            "note": f"interval: quantiles {CHECKED[0]:g} and {CHECKED[1]:g} over placebo zones",
        },
        key
        | {
            "term": "correlation",
            "estimate": np.corrcoef(closed, refitted)[0, 1],
            "estimator": "correlation of closed form and refit over placebo zones",
        },
    ]
