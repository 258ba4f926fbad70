"""Every estimate of the plan's effect, as typed results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from guantian.chapters.plan.checks import CHECKS
from guantian.chapters.plan.estimate import robustness
from guantian.chapters.plan.estimate.acts import describe_acts, describe_times
from guantian.chapters.plan.estimate.design import compare, effect_rows
from guantian.chapters.plan.estimate.dispersion import dispersion_rows
from guantian.chapters.plan.estimate.other_estimators import other_rows
from guantian.chapters.plan.estimate.primary import approvals_of, primary_rows
from guantian.chapters.plan.estimate.published import published_rows
from guantian.chapters.plan.estimate.shares import share_rows
from guantian.chapters.plan.estimate.study import HEADLINE, Study, make_study
from guantian.chapters.plan.estimate.summary import summary_rows
from guantian.data.acts import Act, pick_acts, read_acts
from guantian.geography.zones import read_zones
from guantian.registry import Job
from guantian.results import estimates, series, tests, with_mde, write
from regiometrics.counterfactuals.synthetic import METHODS
from regiometrics.inference import holm

Row = Mapping[str, Any]


def estimate(job: Job) -> None:
    """Estimate from the panel, the zones and the placebo zones."""
    inputs, options = job.inputs, job.options
    panel = pd.read_parquet(inputs.panel)
    study = make_study(
        panel,
        pd.read_parquet(inputs.pairs),
        pd.read_parquet(inputs.placebo_zones),
        pd.read_parquet(inputs.prices),
        read_zones(Path(inputs.zones[0]).parent),
        pd.read_csv(inputs.specs, sep="\t"),
        zone=options["zone"]["id"],
        kinds=options["placebo.kinds"],
        choices=options["plan"],
        confidence=options["confidence"],
    )
    acts = pick_acts(read_acts(inputs.acts), study.choices["events"])
    estimated, described, tested = run_plan(study, acts, pd.read_parquet(inputs.times))
    primary = run_primary(study, panel, pd.read_parquet(inputs.counties))
    write([estimated, primary], job.outputs.estimates)
    write([described], job.outputs.series)
    write([tested], job.outputs.tests)


def run_primary(study: Study, panel: pd.DataFrame, counties: pd.DataFrame) -> pd.DataFrame:
    """Return the primary tests and what belongs to them, as estimates.

    Parameters
    ----------
    study
        As `make_study` returns it.
    panel, counties
        The panels of cities and of counties on constant territory.
    """
    main = study.choices["approvals"]["outcomes"][0]
    rows = [
        *primary_rows(study, panel),
        *share_rows(study, panel, counties),
        *other_rows(study, approvals_of(study, panel, main["variable"]), main["name"]),
        *published_rows(study, panel),
    ]
    return with_mde(estimates(rows, chapter="plan"), study.confidence)


def run_plan(
    study: Study, acts: Sequence[Act], times: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Estimate everything.

    Parameters
    ----------
    study
        As `make_study` returns it.
    acts
        Later agreements and events that are described.
    times
        Travel times between the cities by year.

    Returns
    -------
    estimates, series, tests
        Analyses ``effect`` and ``path`` (by outcome, method and base), ``placebo_set``, ``city``,
        ``ring``, ``date``, ``zones``, ``staggered``, ``curve``, ``conformal``, ``completion``,
        ``event_study``, ``sensitivity`` and ``acts``; effects on placebo groups (``placebo``),
        shares, counts and other values; the joint test of the paths before the plan (``pretrend``).
    """
    parts: dict[str, Callable[[Study], Iterable[Row]]] = {
        "effect": _effects,
        "dispersion": _dispersion,
        **{check.analysis: check.estimate for check in CHECKS},
        "staggered": robustness.staggered,
        "curve": robustness.curve,
        "conformal": robustness.conformal,
        "pretrend": robustness.pretrends,
        "acts": lambda study: _acts(study, acts, times),
    }
    common = {"chapter": "plan", "sample": "zone", "outcome": HEADLINE}
    rows = [
        {**common, "analysis": name, **row} for name, part in parts.items() for row in part(study)
    ]
    described = [row for row in rows if "value" in row]
    tested = [row for row in rows if row["analysis"] == "pretrend" and "value" not in row]
    estimated = [row for row in rows if "value" not in row and row["analysis"] != "pretrend"]
    found = with_mde(estimates(_adjusted(estimated)), study.confidence)
    described += [{**common, **row} for row in summary_rows(found, study.choices["before"])]
    return found, series(described), tests(tested)


def _adjusted(rows: list[Row]) -> list[Row]:
    """Add Holm's p-values over the outcomes, for the headline's method and base."""
    family = [
        place
        for place, row in enumerate(rows)
        if (row["analysis"], row["term"], row.get("method"), row.get("base"))
        == ("effect", "effect", "sdid", 0)
        and row["outcome"] != "gdp_deflated"  # the headline's other measure, not another part
        and "p_value" in row
    ]
    p_values = holm(pd.Series([rows[place]["p_value"] for place in family], dtype="float64"))
    adjusted = dict(zip(family, p_values, strict=True))
    return [
        {**row, "p_adjusted": adjusted[place]} if place in adjusted else row
        for place, row in enumerate(rows)
    ]


def _acts(study: Study, acts: Sequence[Act], times: pd.DataFrame) -> Iterator[Row]:
    growth, span = study.outcomes["growth"], study.choices["event_window"]
    for row in [
        *describe_acts(growth, acts, study.zone.codes, span),
        *describe_times(times, acts, study.zone.core, "rail_hours_modelled"),
    ]:
        yield {"outcome": "growth", **row}


def _methods(outcome: str, base: int) -> tuple[str, ...]:
    if outcome == HEADLINE:
        return METHODS
    return ("did", "sc", "sdid") if base == 0 else ("did", "sdid")


def _effects(study: Study) -> Iterator[Row]:
    for outcome in study.outcomes:
        if outcome == "per_head":
            continue
        for base in study.choices["bases"]:
            for method in _methods(outcome, base):
                key = {"outcome": outcome, "base": base, "method": method}
                for row in _zone_effect(study, outcome, base, method):
                    yield {**row, **key}


def _zone_effect(study: Study, outcome: str, base: int, method: str) -> Iterator[Row]:
    """Rows of one outcome, base and method, and the effects on the placebo groups."""
    nothing = {"analysis": "effect", "term": "effect", "donors": "main"}
    window = study.window(outcome, base)
    if window is None:
        yield {**nothing, "note": "the outcome has no years on both sides"}
        return
    limit = study.choices["n_placebos_slow"] if method == "asc" else None
    groups = study.groups(window, limit)
    result = compare(window, study.cities, groups, method) if study.holds(window) else None
    if result is None:
        yield {**nothing, "note": "the zone or its donors have no complete data"}
        return
    yield from effect_rows(result, groups[1:], window, study.confidence, "main")
    for draw, effect in enumerate(result.effects):
        # The draw 0 is the zone itself.
        key = {"analysis": "placebo", "parameter": "draw", "setting": draw, "term": "effect"}
        yield {**key, "donors": "main", "value": float(effect)}


def _dispersion(study: Study) -> Iterator[Row]:
    for base in study.choices["bases"]:
        key = {"outcome": "dispersion", "method": "did", "base": base}
        window = study.window("per_head", base)
        if window is None or (study.groups(window)[0] & window.keep).sum() < 2:
            note = "fewer than two members have the data"
            yield {**key, "analysis": "effect", "term": "effect", "note": note}
            continue
        for row in dispersion_rows(window, study.groups(window), study.confidence):
            yield {**row, **key}
