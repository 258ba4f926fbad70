"""Flows inside approved zones, from one year to another (claim S1.1b)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.linkage.estimate.calibration import (
    Calibration,
    calibrate,
    described,
    inferred,
)
from guantian.chapters.linkage.estimate.change import ChangeFit, change_fit
from guantian.chapters.linkage.estimate.own_zone import rank_among
from guantian.chapters.linkage.estimate.placebo_draws import grown_zone
from guantian.chapters.linkage.estimate.prediction import known_draws
from guantian.chapters.linkage.estimate.primary_inputs import CONTROLS, Primary
from guantian.chapters.linkage.estimate.regressors import together
from regiometrics.gravity.grid import Array
from regiometrics.inference import inference_row

Row = dict[str, Any]
CLAIM = "S1.1b"
TERM, OWN, SHARE = "same_zone", "own_zone", "own_share"
SEED = 11
FEWEST = 20  # placebo zones that a size needs
SMALLEST = 3  # members of whom one can be left out
ESTIMATOR = "PPML with pair, origin-year and destination-year effects"


def share_rows(
    data: Primary,
    approved: Mapping[str, Collection[str]],
    zone: Collection[str],
    sets: pd.DataFrame,
) -> Iterator[Row]:
    """Estimate whether flows inside approved zones grew more than those of similar pairs.

    China: the coefficient of being in one approved zone in the later year, in a Poisson model of
    both years with effects of pairs and of origins and destinations by year; distance, adjacency,
    province, dialect and trains may change their coefficients, so that zone pairs are compared
    with pairs similar in these. Placebo zones (`grown_zone`) are sets of contiguous groups of the
    same sizes, added to the model at fixed weights.

    The zone: the log change of the share of its members' flows that stays inside, with a jackknife
    over members. Its size is that of the same jackknife on the placebo zones of the study, whose
    changes are taken about their median: the national change of shares is no error.

    Parameters
    ----------
    data
        Flows and regressors.
    approved
        Members of each approved zone.
    zone
        Members of the zone under study.
    sets
        Placebo zones of the study, of which the set ``main`` is used.

    Yields
    ------
    dict
        Estimates of the analyses ``primary``, ``secondary`` and ``falsification``.
    """
    first, last = data.options["change"]["first"], data.options["change"]["last"]
    yield from _china(data, approved, first, last)
    yield from _own_share(data, zone, sets, first, last)


def _china(
    data: Primary, approved: Mapping[str, Collection[str]], first: int, last: int
) -> Iterator[Row]:
    inside = together(approved.values(), data.grid.codes)
    fit = _change(data, ("travel", first, last), {TERM: inside})
    sizes = [int(np.isin(data.grid.codes, list(each)).sum()) for each in approved.values()]
    placebos = _placebo_sets(data, fit, sizes)
    calibration = calibrate(*placebos, fit.n_cities - 1)
    key = {"variant": CLAIM, "sample": "china", "term": TERM}
    period = {"first_year": first, "last_year": last}
    error = float(np.sqrt(fit.cov.loc[TERM, TERM]))
    yield {
        **key,
        **period,
        **_counts(fit),
        "analysis": "primary",
        "outcome": "travel",
        **inferred(fit.params[TERM], error, fit.n_cities - 1, calibration, data.confidence),
        **described(calibration, "dyadic"),
    }
    plain = {"analysis": "secondary", "outcome": "travel", "method": "without_controls"}
    bare = _change(data, ("travel", first, last), {TERM: inside}, ())
    yield {**key, **period, **plain, **_scaled(bare, TERM, calibration, data.confidence)}
    for kind, analysis, until in (
        *(("travel", "secondary", year) for year in data.options["change_others"]),
        ("search", "falsification", last),
    ):
        other = _change(data, (kind, first, until), {TERM: inside})
        yield {
            **key,
            "first_year": first,
            "last_year": until,
            "analysis": analysis,
            "outcome": kind,
            **_scaled(other, TERM, calibration, data.confidence),
        }
    yield {**key, **period, **_raw_share(data, inside, sizes, first, last)}


def _change(
    data: Primary,
    flow: tuple[str, int, int],
    extra: Mapping[str, Array],
    controls: Sequence[str] = CONTROLS,
) -> ChangeFit:
    kind, first, last = flow
    one, other = f"{kind}_{first}", f"{kind}_{last}"
    grid = replace(data.grid, regressors={**data.grid.regressors, **extra})
    mask = data.mask(one, other)
    earlier, later = (np.nan_to_num(data.flows[name]) for name in (one, other))
    return change_fit(grid, (*controls, *extra), earlier, later, mask)


def _placebo_sets(data: Primary, fit: ChangeFit, sizes: Sequence[int]) -> tuple[Array, Array]:
    rng, found = data.random(SEED), []
    for _ in range(data.options["draws"]):
        params, cov = fit.working.add(_placebo_pairs(data, sizes, rng)[None])
        found.append((params[0], np.sqrt(cov[0, 0])))
    estimates, errors = np.array(found).T
    return estimates, errors


def _placebo_pairs(data: Primary, sizes: Sequence[int], rng: np.random.Generator) -> Array:
    pairs = np.zeros((len(data.grid.codes),) * 2)
    for size in sizes:
        members = grown_zone(data.neighbours, size, rng)
        pairs[np.ix_(members, members)] = 1.0
    np.fill_diagonal(pairs, 0.0)
    return pairs


def _raw_share(data: Primary, inside: Array, sizes: Sequence[int], first: int, last: int) -> Row:
    """Log change of the share of China's flows inside approved zones, minus the placebo median."""
    one, other, mask = _two_years(data, first, last)
    rng = data.random(SEED + 1)

    def change(pairs: Array) -> float:
        counted = mask & (pairs > 0)
        return float(
            np.log(other[counted].sum() / other.sum()) - np.log(one[counted].sum() / one.sum())
        )

    placebo = np.array(
        [change(_placebo_pairs(data, sizes, rng)) for _ in range(data.options["draws"])]
    )
    own = change(inside)
    tail = (1 - data.confidence) / 2
    low, middle, high = np.quantile(placebo, [tail, 0.5, 1 - tail])
    ends = (placebo >= own).sum(), (placebo <= own).sum()
    return {
        "analysis": "secondary",
        "outcome": "travel",
        "method": "share_minus_placebo_median",
        "estimate": own - middle,
        "own_value": own,
        "benchmark": middle,
        "conf_low": own - high,
        "conf_high": own - low,
        "p_value": min(1.0, 2 * (1 + min(ends)) / (1 + len(placebo))),
        "n_draws": len(placebo),
        "estimator": "placebo zones",
        "cov_type": "rank",
        **rank_among(own, placebo),
    }


def _two_years(data: Primary, first: int, last: int) -> tuple[Array, Array, Array]:
    names = f"travel_{first}", f"travel_{last}"
    mask = np.isfinite(data.flows[names[0]]) & np.isfinite(data.flows[names[1]])
    one, other = (np.where(mask, data.flows[name], 0.0) for name in names)
    return one, other, mask


def _own_share(
    data: Primary, zone: Collection[str], sets: pd.DataFrame, first: int, last: int
) -> Iterator[Row]:
    """Change of the share that stays inside the zone, jackknifed; and the zone's term."""
    one, other, _ = _two_years(data, first, last)
    members = np.flatnonzero(np.isin(data.grid.codes, list(zone)))
    if len(members) < SMALLEST:
        return
    draws = known_draws(data.grid.codes, sets, "main")[: data.options["draws"]]
    changes, errors = share_changes(one, other, draws)
    known = np.isfinite(changes) & np.isfinite(errors)
    changes, errors = changes[known], errors[known]
    own, error = (values[0] for values in share_changes(one, other, members[None]))
    if len(changes) < FEWEST or not np.isfinite(error):
        return
    calibration = calibrate(changes - np.median(changes), errors, len(members) - 1)
    key = {"variant": CLAIM, "sample": "zone", "first_year": first, "last_year": last}
    yield {
        **key,
        "analysis": "primary",
        "outcome": "travel",
        "term": SHARE,
        "n_obs": len(members) * (len(members) - 1),
        "n_units": len(members),
        "n_clusters": len(members),
        "estimator": "log change of the share of members' flows inside",
        **inferred(own, error, len(members) - 1, calibration, data.confidence),
        **described(calibration, "jackknife over members"),
        **rank_among(own, changes),
    }
    inside = together([zone], data.grid.codes)
    fit = _change(data, ("travel", first, last), {OWN: inside})
    rest = inference_row(
        fit.params[OWN],
        float(np.sqrt(fit.cov.loc[OWN, OWN])),
        data.confidence,
        len(members) - 1,
    )
    yield {**key, "analysis": "secondary", "outcome": "travel", "term": OWN, **_counts(fit)} | {
        **rest,
        "n_clusters": len(members),
        "df": len(members) - 1,
        "cov_type": "dyadic",
    }


def share_changes(earlier: Array, later: Array, groups: Array) -> tuple[Array, Array]:
    """Return the log change of the share of members' flows that stay inside, and its error.

    The share is of all flows that begin or end at a member. The error is the jackknife's over
    members.

    Parameters
    ----------
    earlier, later
        Flows of two years, shape (n, n), zero where not known.
    groups
        Positions of the members, shape (d, size).

    Returns
    -------
    changes, errors : ndarray, shape (d,)

    Examples
    --------
    >>> before, after = np.ones((6, 6)), np.ones((6, 6))
    >>> after[:3, :3] *= 2
    >>> changes, errors = share_changes(before, after, np.array([[0, 1, 2]]))
    >>> bool(np.exp(changes[0]) > 1.5)
    True
    """
    size = groups.shape[1]
    sets = [np.arange(size)] + [np.delete(np.arange(size), i) for i in range(size)]
    logs = []
    for flow in (earlier, later):
        out, into = flow.sum(axis=1), flow.sum(axis=0)
        block = flow[groups[:, :, None], groups[:, None, :]]
        found = []
        for kept in sets:
            within = block[:, kept[:, None], kept].sum(axis=(1, 2))
            touching = (out + into)[groups[:, kept]].sum(axis=1) - within
            with np.errstate(divide="ignore", invalid="ignore"):  # a group without a flow inside
                found.append(np.log(within / touching))
        logs.append(np.array(found))
    with np.errstate(invalid="ignore"):
        change = logs[1] - logs[0]
        left_out = change[1:]
        spread = ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0)
    return change[0], np.sqrt((size - 1) / size * spread)


def _counts(fit: ChangeFit) -> Row:
    cities = {"n_units": fit.n_cities, "n_clusters": fit.n_cities}
    return {"n_obs": 2 * fit.n_obs, **cities, "estimator": ESTIMATOR}


def _scaled(fit: ChangeFit, term: str, calibration: Calibration, confidence: float) -> Row:
    error = float(np.sqrt(fit.cov.loc[term, term])) * calibration.factor
    return {
        **_counts(fit),
        **inference_row(fit.params[term], error, confidence, fit.n_cities - 1),
        "df": fit.n_cities - 1,
        "cov_type": described(calibration, "dyadic")["cov_type"],
    }
