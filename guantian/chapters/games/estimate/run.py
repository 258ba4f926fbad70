"""The chapter's results: parameters, pairs, measures, illustrations and what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.games.estimate.calibration import Effects, at_end, effects
from guantian.chapters.games.estimate.counterfactuals import (
    MEASURES,
    Sweep,
    evaluate,
    evaluate_all,
    grand_coalition,
)
from guantian.chapters.games.estimate.illustrations import (
    border_rows,
    centre_rows,
    contest_rows,
    imitation_rows,
    pair_keys,
    sharing_rows,
    summarise,
    tax_rows,
)
from guantian.chapters.games.estimate.inputs import NoGameError, build_study
from guantian.chapters.games.estimate.pairs import between, bounds, discount_thresholds, pair_games
from guantian.chapters.games.estimate.polycentric_growth import polycentric_growth
from guantian.chapters.games.estimate.study import Study
from guantian.chapters.games.estimate.summary import summary_rows
from guantian.geography.zones import read_zones
from guantian.registry import Job
from guantian.results import estimates, series, write
from regiometrics import _laws as laws
from regiometrics.games.repeated import penalty_frontier
from regiometrics.games.stage import KINDS, MODE_OF
from regiometrics.weights.weights import Weights

Array = np.ndarray
Row = dict[str, Any]
COMMON = {"chapter": "games", "sample": "zone"}


def estimate(job: Job) -> None:
    """Calibrate the games on the estimates of other chapters, and solve them."""
    inputs, choices, zone = job.inputs, job.options["games"], job.options["zone"]
    tables = {
        name: pd.read_parquet(getattr(inputs, name))
        for name in ("panel", "residents", "pairs", "flows", "leaders")
    }
    sources = {
        name: pd.read_parquet(getattr(inputs, name))
        for name in ("spillovers", "gravity", "reactions", "similarity")
    }
    players = {"codes": sorted(member["code"] for member in zone["members"]), "core": zone["core"]}
    confidence = job.options["confidence"]
    weights = Weights.load(inputs.weights)
    try:
        study = build_study(tables, sources, weights, players, choices, confidence)
        estimated, described = run_games(study)
    except NoGameError as error:
        no_game = {**COMMON, "analysis": "measure", "variant": "none", "note": str(error)}
        estimated, described = estimates([no_game]), series([])
    output = tables["panel"]["real_gdp_100m_yuan"].unstack("city_code")
    zones = read_zones(Path(inputs.zones[0]).parent)
    slopes, centres = polycentric_growth(
        output, zones, **choices["polycentric"], confidence=confidence
    )
    association = {"chapter": "games", "analysis": "polycentricity"}
    slopes = estimates(slopes, **association, outcome="growth")
    by_zone = series(_zone_rows(centres), **association, sample="zones")
    write([estimated, slopes], job.outputs.estimates, confidence=confidence)
    write([described, by_zone], job.outputs.series)


def run_games(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compute everything.

    Parameters
    ----------
    study
        The cities, parameters and grids.

    Returns
    -------
    estimates, series
        Analyses ``parameter``, ``behaviour``, ``pair``, ``measure``, ``sensitivity``,
        ``imitation``, ``contest``, ``tax``, ``border``, ``centres`` and ``sharing``; modes of the
        pairs by cost (``mode``, ``mode_pairs``, ``mode_share``), the smallest fine (``frontier``)
        and counts over pairs and cities (``summary``).
    """
    drawn = study.draw()
    found = effects(study.setting, drawn)
    factor = study.discount_factor(drawn)
    mean_cost = np.mean(bounds(found, study.setting.pairs), axis=0)[0]
    setting, choices, level = study.setting, study.choices, study.confidence
    rate = study.programme, np.full(len(factor), np.mean(choices["capital_share"]))
    parts: dict[str, Iterable[Row]] = {
        "parameter": _parameter_rows(study),
        "behaviour": _behaviour_rows(study),
        "pair": _pair_rows(study, drawn, found, factor),
        "measure": _measure_rows(study, drawn, factor),
        "sensitivity": _sensitivity_rows(study),
        "imitation": imitation_rows(
            setting,
            found,
            mean_cost,
            factor,
            choices["selection"],
            choices["imitation_draws"],
            level,
        ),
        "contest": contest_rows(setting, found, drawn["promotion"], level),
        "tax": tax_rows(choices["vat"], choices["capital_share"], choices["cost_of_funds"]),
        "border": border_rows(setting, drawn, choices["elasticity"], level),
        "centres": centre_rows(setting, found, study.centres, *rate, level),
        "sharing": sharing_rows(
            setting, found, study.sweep.cost, choices["coalition_draws"], level
        ),
        "mode": _mode_rows(study, found),
        "frontier": _frontier_rows(study, found, mean_cost),
    }
    rows = [{**COMMON, "analysis": name, **row} for name, part in parts.items() for row in part]
    estimated = estimates(row for row in rows if "value" not in row)
    described = series(row for row in rows if "value" in row)
    summed = series(summary_rows(estimated, described), **COMMON)
    return estimated, pd.concat([described, summed], ignore_index=True)


def _parameter_rows(study: Study) -> Iterator[Row]:
    """What the games rest on, and the spillover as other samples give it."""
    reach = laws.norm.ppf(0.5 + study.confidence / 2)
    parameters = [*study.parameters.items()]
    parameters += [("spillover_elsewhere", other) for other in study.alternatives]
    for name, parameter in parameters:
        low, high = parameter.printed(reach)
        yield {
            "parameter": name,
            **parameter.source,
            "estimate": parameter.value,
            "std_error": parameter.std_error,
            "conf_low": low,
            "conf_high": high,
        }


def _behaviour_rows(study: Study) -> Iterator[Row]:
    """Duplication over net gain that a reaction slope implies: minus twice the slope."""
    reach = laws.norm.ppf(0.5 + study.confidence / 2)
    for side in ("inside", "across"):
        parameter = study.parameters[f"slope_{side}"]
        low, high = parameter.printed(reach)
        yield {
            "variant": side,
            "term": "duplication",
            "estimate": -2 * parameter.value,
            "std_error": 2 * parameter.std_error,
            "conf_low": -2 * high,
            "conf_high": -2 * low,
        }


def _pair_rows(
    study: Study, drawn: Mapping[str, Array], found: Effects, factor: Array
) -> Iterator[Row]:
    setting = study.setting
    spill, stolen = (between(part, setting.pairs) for part in (found.response, found.stolen))
    loss = between(found.duplication, setting.pairs)[..., 0]
    lower, upper = bounds(found, setting.pairs)
    middle = (lower + upper) / 2
    threshold = np.full(lower.shape, np.nan)
    for d in range(len(lower)):
        one = Effects(*(part[d : d + 1] for part in _parts(found)))
        games = pair_games(one, setting.pairs, middle[d][None, :])
        threshold[d] = np.minimum(discount_thresholds(games)[0, 0], 1.0)  # 1: none suffices
    columns = {
        "overlap": between(found.overlap, setting.pairs)[..., 0],
        "substitution": between(found.substitution, setting.pairs)[..., 0],
        "spillover_to_first": spill[..., 0],
        "spillover_to_second": spill[..., 1],
        "stolen": stolen[..., 0],
        "duplication": loss,
        "external": (spill - stolen).mean(-1),
        "behavioural": -2 * _slopes(study, drawn),
        "lower": lower,
        "upper": upper,
        "width": upper - lower,
        "critical_discount": threshold,
        "sustained": np.where(np.isnan(threshold), np.nan, factor[:, None] - threshold),
    }
    for k, pair in enumerate(pair_keys(setting)):
        for term, values in columns.items():
            yield {**pair, "term": term, **summarise(values[:, k], study.confidence)}


def _parts(found: Effects):
    return (
        found.response,
        found.overlap,
        found.substitution,
        found.stolen,
        found.duplication,
        found.size,
    )


def _slopes(study: Study, drawn: Mapping[str, Array]) -> Array:
    """Estimated reaction slope that applies to each pair, shape (draws, pairs)."""
    inside = study.setting.inside[study.setting.pairs]
    return np.where(inside, drawn["slope_inside"][:, None], drawn["slope_across"][:, None])


def _measure_rows(study: Study, drawn: Mapping[str, Array], factor: Array) -> Iterator[Row]:
    setting, level = study.setting, study.confidence
    outcomes = evaluate_all(setting, drawn, study.sweep, factor)
    size = setting.output / setting.output.sum()
    base = outcomes[""]
    for term, values in (
        ("pairs", base.pairs),
        ("critical_discount", base.discount),
        ("discount_factor", factor),
    ):
        yield {"variant": "status_quo", "term": term, **summarise(values, level)}
    for measure in MEASURES:
        found = outcomes[measure]
        change = 100 * (found.gain - base.gain)
        for city, values in zip(("", *setting.codes), (change @ size, *change.T), strict=True):
            yield {"variant": measure, "unit": city, "term": "gain", **summarise(values, level)}
        for term, values in (
            ("pairs", found.pairs - base.pairs),
            ("critical_discount", found.discount - base.discount),
        ):
            yield {"variant": measure, "term": term, **summarise(values, level)}


def _sensitivity_rows(study: Study) -> Iterator[Row]:
    """The number of cooperating pairs and the gain of all, each cause at the ends of its range."""
    reach = laws.norm.ppf(0.5 + study.confidence / 2)
    middle = _headline(study, study.parameters, study.sweep)
    for name in ("spillover", "distance", "province", "adjacency", "programme", "turnover"):
        ends = [
            _headline(study, parameters, study.sweep)
            for parameters in at_end(study.parameters, name, reach)
        ]
        yield from _swing(name, middle, ends, "estimated")
    if study.alternatives:
        others = [
            _headline(study, {**study.parameters, "spillover": other}, study.sweep)
            for other in study.alternatives
        ]
        yield from _swing("spillover_sample", middle, others, "estimated")
    shared = [
        _headline(study, study.parameters, study.sweep, measure)
        for measure in range(len(study.setting.similarity))
    ]
    yield from _swing("similarity", middle, shared, "estimated")
    for name in ("cost", "detection", "rank_weight"):
        grid = getattr(study.sweep, name)
        ends = []
        for part in (grid[: max(1, len(grid) // 2)], grid[-max(1, len(grid) // 2) :]):
            changed = {**vars(study.sweep), name: part}
            ends.append(_headline(study, study.parameters, Sweep(**changed)))
        yield from _swing(name, middle, ends, "grid")


def _headline(study: Study, parameters, sweep: Sweep, measure: int = -1) -> tuple[float, float]:
    drawn = study.draw(parameters, 0) | {"measure": np.array([measure])}
    found = effects(study.setting, drawn)
    pairs = evaluate(study.setting, found, sweep, study.discount_factor(drawn)).pairs[0]
    apart, joined = grand_coalition(study.setting, found, sweep.cost)
    size = study.setting.output / study.setting.output.sum()
    return float(pairs), float(100 * np.nanmean((joined - apart)[0] @ size))


def _swing(name: str, middle, ends, variant: str) -> Iterator[Row]:
    for outcome, centre, values in zip(
        ("pairs", "gain"), middle, zip(*ends, strict=True), strict=True
    ):
        yield {
            "parameter": name,
            "variant": variant,
            "outcome": outcome,
            "term": "swing",
            "estimate": centre,
            "conf_low": min(*values, centre),
            "conf_high": max(*values, centre),
        }


def _mode_rows(study: Study, found: Effects) -> Iterator[Row]:
    """Share of draws in which each pair is in each mode, by cost, and pairs by mode."""
    cost = np.linspace(study.sweep.cost[0], study.sweep.cost[-1], 4 * len(study.sweep.cost) - 3)
    kind = pair_games(found, study.setting.pairs, cost).kind
    pairs = pair_keys(study.setting)
    by_mode: dict[str, Array] = {}
    for name in KINDS:
        share = (kind[1:] == KINDS.index(name)).mean(0)
        if not share.any():
            continue
        mode = MODE_OF.get(name, "mixed")
        by_mode[mode] = by_mode.get(mode, 0.0) + share
        key = {"variant": name, "group": mode, "term": "share", "parameter": "cost"}
        for setting, shares in zip(cost, share, strict=True):
            for pair, value in zip(pairs, shares, strict=True):
                yield {**key, **pair, "setting": setting, "value": value}
    for mode, share in by_mode.items():
        yield {"analysis": "mode_share", "group": mode, "term": "share", "value": share.mean()}
        key = {"analysis": "mode_pairs", "group": mode, "term": "pairs", "parameter": "cost"}
        for setting, value in zip(cost, share.sum(1), strict=True):
            yield {**key, "setting": setting, "value": value}


def _frontier_rows(study: Study, found: Effects, cost: Array) -> Iterator[Row]:
    """Smallest fine that sustains restraint, by detection and discount factor, for each pair."""
    games = pair_games(found, study.setting.pairs, cost[None, :])
    stage = games.stage
    detection = np.linspace(0.05, 1, 39)
    point = {name: values[:1] for name, values in study.draw(draws=0).items()}
    central = float(study.discount_factor(point)[0])
    key = {"term": "fine", "parameter": "detection, discount_factor"}
    for factor in sorted({0.0, 0.5, central, 0.9}):
        variant = "estimated" if factor == central else "assumed"
        for k, pair in enumerate(pair_keys(study.setting)):
            if not games.pushing[0, 0, k]:
                continue
            own = stage.own[0, 0, k][:, None]
            together = stage.together[0, 0, k][:, None]
            fine = penalty_frontier(own, 0.0, together, discount=factor, detection=detection)
            # The fine of the city that is harder to hold, over what breaking wins it.
            for setting, value in zip(detection, (fine / own).max(0), strict=True):
                row = {**key, **pair, "variant": variant, "value": value}
                yield row | {"setting": setting, "setting_2": factor}


def _zone_rows(centres: pd.DataFrame) -> Iterator[Row]:
    for zone, row in centres.iterrows():
        for term, value in row.items():
            yield {"group": zone, "term": "disjoint" if term == "apart" else term, "value": value}
