"""The chapter's estimates: parameters, pairs, measures, what matters; tidy rows and series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from guantian.chapters.games.estimate.calibration import (
    Effects,
    Parameter,
    at_end,
    draw_parameters,
    effects,
)
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
    pair_names,
    sharing_rows,
    spread_rows,
    summarise,
    tax_rows,
)
from guantian.chapters.games.estimate.pairs import between, bounds, discount_thresholds, pair_games
from guantian.chapters.games.estimate.setting import Setting
from guantian.results import tidy
from regiometrics.games.repeated import penalty_frontier
from regiometrics.games.stage import KINDS, MODE_OF

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Study:
    """All that the chapter's estimates are made of.

    Attributes
    ----------
    setting
        The cities.
    parameters
        Estimates by name: those of `calibration.effects`, and ``turnover``,
        ``promotion``, ``slope_inside``, ``slope_across``.
    sweep
        Grids of what is not estimated.
    choices
        Of the configuration: ``draws``, ``seed``, ``discount_rate``, ``selection``,
        ``imitation_draws``, ``coalition_draws``, ``elasticity``, ``capital_share``,
        ``cost_of_funds``, ``vat``.
    centres
        Codes of the centres, the first first.
    programme
        Net investment of a year, 100m yuan.
    confidence
        Of the intervals.
    alternatives
        The spillover as other samples give it.
    """

    setting: Setting
    parameters: Mapping[str, Parameter]
    sweep: Sweep
    choices: Mapping
    centres: Sequence[str]
    programme: float
    confidence: float
    alternatives: Sequence[Parameter] = ()

    def draw(self, parameters: Mapping[str, Parameter] | None = None, draws: int | None = None):
        """Draw the parameters (by default all, as many as configured)."""
        return draw_parameters(
            parameters or self.parameters,
            len(self.setting.similarity),
            self.choices["draws"] if draws is None else draws,
            self.choices["seed"],
        )

    def patience(self, drawn: Mapping[str, Array]) -> Array:
        """Discount factor of those who govern: staying on, over one plus the discount rate."""
        return (1 - drawn["turnover"]) / (1 + self.choices["discount_rate"])


def run_games(study: Study) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Compute everything.

    Parameters
    ----------
    study
        The cities, parameters and grids.

    Returns
    -------
    estimates : DataFrame
        Tidy.
    series : dict of DataFrame
        ``map`` (mode of each pair by cost), ``frontier`` (penalty by detection and patience),
        ``points`` (place of each pair in the diagram, with draws), for figures.
    """
    drawn = study.draw()
    found = effects(study.setting, drawn)
    patience = study.patience(drawn)
    mean_cost = np.mean(bounds(found, study.setting.pairs), axis=0)[0]
    setting, choices, level = study.setting, study.choices, study.confidence
    frames = [
        tidy(_parameter_rows(study), analysis="games_parameter"),
        tidy(_pair_rows(study, drawn, found, patience), analysis="games_pair"),
        tidy(_measure_rows(study, drawn, patience), analysis="games_measure"),
        tidy(_tornado_rows(study), analysis="games_tornado"),
    ]
    spread = spread_rows(
        setting, found, mean_cost, patience, choices["selection"], choices["imitation_draws"], level
    )
    rate = study.programme, np.full(len(patience), np.mean(choices["capital_share"]))
    for analysis, rows in (
        ("games_spread", spread),
        ("games_contest", contest_rows(setting, found, drawn["promotion"], level)),
        ("games_tax", tax_rows(choices["vat"], choices["capital_share"], choices["cost_of_funds"])),
        ("games_border", border_rows(setting, drawn, choices["elasticity"], level)),
        ("games_centres", centre_rows(setting, found, study.centres, *rate, level)),
        (
            "games_sharing",
            sharing_rows(setting, found, study.sweep.cost, choices["coalition_draws"], level),
        ),
    ):
        rows = list(rows)
        if rows:
            frames.append(tidy(rows, analysis=analysis))
    series = {
        "map": _mode_map(study, found),
        "frontier": _frontier(study, found, mean_cost),
        "points": _points(study, drawn, found),
    }
    return pd.concat(frames, ignore_index=True), series


def _parameter_rows(study: Study) -> Iterator[dict]:
    """What the games stand on, and the spillover as other samples have it."""
    reach = stats.norm.ppf(0.5 + study.confidence / 2)
    others = {f"spillover_{k}": other for k, other in enumerate(study.alternatives, 1)}
    for name, parameter in {**study.parameters, **others}.items():
        low, high = parameter.printed(reach)
        yield {
            "term": name,
            "estimate": parameter.value,
            "std_error": parameter.std_error,
            "conf_low": low,
            "conf_high": high,
            "note": f"{parameter.label}|{parameter.source}",
        }


def _pair_rows(study: Study, drawn, found: Effects, patience: Array) -> Iterator[dict]:
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
    slope = _slopes(study, drawn)
    columns = {
        "overlap": between(found.overlap, setting.pairs)[..., 0],
        "substitution": between(found.substitution, setting.pairs)[..., 0],
        "spillover_to_first": spill[..., 0],
        "spillover_to_second": spill[..., 1],
        "stolen": stolen[..., 0],
        "duplication": loss,
        "external": (spill - stolen).mean(-1),
        "behavioural": -2 * slope,
        "lower": lower,
        "upper": upper,
        "width": upper - lower,
        "discount": threshold,
        "sustained": np.where(np.isnan(threshold), np.nan, patience[:, None] - threshold),
    }
    for k, name in enumerate(pair_names(setting)):
        for term, values in columns.items():
            yield {"spec": name, "term": term, **summarise(values[:, k], study.confidence)}


def _parts(found: Effects):
    return (
        found.response,
        found.overlap,
        found.substitution,
        found.stolen,
        found.duplication,
        found.size,
    )


def _slopes(study: Study, drawn) -> Array:
    """Estimated reaction slope that applies to each pair, shape (draws, pairs)."""
    inside = study.setting.inside[study.setting.pairs]
    return np.where(inside, drawn["slope_inside"][:, None], drawn["slope_across"][:, None])


def _measure_rows(study: Study, drawn, patience: Array) -> Iterator[dict]:
    setting, level = study.setting, study.confidence
    outcomes = evaluate_all(setting, drawn, study.sweep, patience)
    size = setting.output / setting.output.sum()
    base = outcomes[""]
    for term, values in (("pairs", base.pairs), ("discount", base.discount)):
        yield {"spec": "status_quo", "sample": "zone", "term": term, **summarise(values, level)}
    yield {"spec": "status_quo", "sample": "zone", "term": "patience", **summarise(patience, level)}
    for measure in MEASURES:
        found = outcomes[measure]
        change = 100 * (found.gain - base.gain)
        for k, city in enumerate(setting.codes):
            row = {"spec": measure, "sample": city, "term": "gain"}
            yield row | summarise(change[:, k], level)
        zone = {"spec": measure, "sample": "zone"}
        yield {**zone, "term": "gain", **summarise(change @ size, level)}
        yield {**zone, "term": "pairs", **summarise(found.pairs - base.pairs, level)}
        yield {**zone, "term": "discount", **summarise(found.discount - base.discount, level)}


def _tornado_rows(study: Study) -> Iterator[dict]:
    """The number of cooperating pairs and the gain of all, each cause at the ends of its range."""
    reach = stats.norm.ppf(0.5 + study.confidence / 2)
    middle = _headline(study, study.parameters, study.sweep)
    for name in ("spillover", "distance", "province", "adjacency", "programme", "turnover"):
        ends = [
            _headline(study, parameters, study.sweep)
            for parameters in at_end(study.parameters, name, reach)
        ]
        yield from _swing(name, middle, ends, "estimate")
    if study.alternatives:
        others = [
            _headline(study, {**study.parameters, "spillover": other}, study.sweep)
            for other in study.alternatives
        ]
        yield from _swing("spillover_sample", middle, others, "estimate")
    shared = [
        _headline(study, study.parameters, study.sweep, measure)
        for measure in range(len(study.setting.similarity))
    ]
    yield from _swing("similarity", middle, shared, "estimate")
    for name in ("cost", "detection", "rank_weight"):
        grid = getattr(study.sweep, name)
        ends = []
        for part in (grid[: max(1, len(grid) // 2)], grid[-max(1, len(grid) // 2) :]):
            changed = {**vars(study.sweep), name: part}
            ends.append(_headline(study, study.parameters, Sweep(**changed)))
        yield from _swing(name, middle, ends, "swept")


def _headline(study: Study, parameters, sweep: Sweep, measure: int = -1) -> tuple[float, float]:
    drawn = study.draw(parameters, 0) | {"measure": np.array([measure])}
    found = effects(study.setting, drawn)
    pairs = evaluate(study.setting, found, sweep, study.patience(drawn)).pairs[0]
    apart, joined = grand_coalition(study.setting, found, sweep.cost)
    size = study.setting.output / study.setting.output.sum()
    return float(pairs), float(100 * np.nanmean((joined - apart)[0] @ size))


def _swing(name: str, middle, ends, kind: str) -> Iterator[dict]:
    for outcome, centre, values in zip(
        ("pairs", "gain"), middle, zip(*ends, strict=True), strict=True
    ):
        yield {
            "spec": name,
            "outcome": outcome,
            "term": "swing",
            "estimate": centre,
            "conf_low": min(*values, centre),
            "conf_high": max(*values, centre),
            "note": kind,
        }


def _mode_map(study: Study, found: Effects) -> pd.DataFrame:
    """Share of draws in which each pair is in each mode, by cost."""
    cost = np.linspace(study.sweep.cost[0], study.sweep.cost[-1], 4 * len(study.sweep.cost) - 3)
    kind = pair_games(found, study.setting.pairs, cost).kind
    rows = []
    for name in KINDS:
        share = (kind[1:] == KINDS.index(name)).mean(0)
        if share.any():
            frame = pd.DataFrame(share, cost, pair_names(study.setting))
            frame = frame.rename_axis(index="cost", columns="pair").stack().rename("share")
            rows.append(frame.reset_index().assign(kind=name, mode=MODE_OF.get(name, "mixed")))
    return pd.concat(rows, ignore_index=True)


def _frontier(study: Study, found: Effects, cost: Array) -> pd.DataFrame:
    """Smallest fine that sustains restraint, by detection and patience, at each pair's cost."""
    games = pair_games(found, study.setting.pairs, cost[None, :])
    stage = games.stage
    rows = []
    detection = np.linspace(0.05, 1, 39)
    central = study.patience({name: values[:1] for name, values in study.draw(draws=0).items()})
    for patience in sorted({0.0, 0.5, float(central[0]), 0.9}):
        for k, name in enumerate(pair_names(study.setting)):
            if not games.pushing[0, 0, k]:
                continue
            own = stage.own[0, 0, k][:, None]
            together = stage.together[0, 0, k][:, None]
            fine = penalty_frontier(own, 0.0, together, discount=patience, detection=detection)
            # The fine of the city that is harder to hold, over what breaking wins it.
            worst = (fine / own).max(0)
            rows.append(
                pd.DataFrame(
                    {"pair": name, "patience": patience, "detection": detection, "fine": worst}
                )
            )
    columns = ["pair", "patience", "detection", "fine"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)


def _points(study: Study, drawn, found: Effects) -> pd.DataFrame:
    """Draws of each pair's place: externality, duplication, and the slope's own answer."""
    setting = study.setting
    external = between(found.external, setting.pairs)
    loss = between(found.duplication, setting.pairs)[..., 0]
    slope = _slopes(study, drawn)
    draws = np.arange(len(loss))
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "pair": name,
                    "draw": draws,
                    "external_first": external[:, k, 0],
                    "external_second": external[:, k, 1],
                    "duplication": loss[:, k],
                    "slope": slope[:, k],
                }
            )
            for k, name in enumerate(pair_names(setting))
        ],
        ignore_index=True,
    )
