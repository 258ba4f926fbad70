"""The core's share of the zone's output, at constant territory, against no change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.plan.estimate.design import MIN_DRAWS
from guantian.chapters.plan.estimate.pooled import HOLDS
from guantian.chapters.plan.estimate.staggered import first_treated
from guantian.chapters.plan.estimate.study import Study
from guantian.results import placebo_columns
from regiometrics import _laws as laws
from regiometrics.placebo.ranks import placebo_rank

CURRENT = "gdp_100m_yuan"
PRINTED = "gdp_printed_10k_yuan"
LEAST = 3  # years of change, below which their dispersion says nothing
TEN_THOUSAND = 1e4  # county output is in 10 thousand yuan, city output in 100 million


def share_rows(
    study: Study, panel: pd.DataFrame, counties: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    """Change of the core's share of the zone's current output, in points.

    Parameters
    ----------
    study
        As `make_study` returns it; the option ``approvals.share_until`` gives the last years, the
        first of them that of the primary test.
    panel
        Index (city_code, year), with current output and changes of territory.
    counties
        Index (unit_code, year), constant territory, with output as printed and its status.

    Yields
    ------
    dict
        The change since the last year before the approval (``primary`` to the first last year),
        tested against zero by the year-to-year changes, with its rank among placebo zones (shares
        of their largest cities) as a description. Counties of other members of which part went
        to the core are counted with the core throughout, from the first year in which all of them
        are known. Zones whose territory changes otherwise have no row.

    Notes
    -----
    Changes by year have Student's t with years less one degrees of freedom. Its size is that of
    the placebo zones, whose changes are taken as deviations from their mean over all years since
    the first of the panel; as that mean has the window in it, the statistic is divided by
    sqrt(1 - window / years). Where the size does not hold, the error is multiplied by what makes
    it hold. The expected error is the median of the placebo zones'.
    """
    variable = study.choices["approvals"]["outcomes"][0]["variable"]
    yield from _current(study, panel, counties)
    yield from _real(study, panel[variable].unstack("year").reindex(study.cities.codes))


def _current(study, panel, counties) -> Iterator[dict[str, Any]]:
    """Changes of the share of current output."""
    start = first_treated(study.zone) - 1
    levels = panel[CURRENT].unstack("year").reindex(study.cities.codes)
    moved = panel["boundary_change"].unstack("year").reindex(study.cities.codes) == 1
    members = [code for code in study.zone.codes if code in levels.index]
    for place, until in enumerate(study.choices["approvals"]["share_until"]):
        if until not in levels or start not in levels or until - start < LEAST:
            continue
        split = parted_counties(counties, members, study.zone.core, until)
        began = _first_known(split, start)
        if until - began < LEAST:
            continue
        years = list(range(began, until + 1))
        if split.empty and moved.loc[members, years[1:]].any(axis=None):
            continue
        counted = split.reindex(columns=years).sum(min_count=len(split))
        added = 0.0 if split.empty else counted / TEN_THOUSAND
        path = _path(levels, members, study.zone.core, years, added)
        drawn = placebo_shares(levels, moved, study.placebo, began, until)
        yield from _row(study, path, drawn, "secondary" if place else "primary", "core_share")


def _real(study, levels) -> Iterator[dict[str, Any]]:
    """The same of chained output, whose growth is of unchanged territory."""
    start = first_treated(study.zone) - 1
    members = [code for code in study.zone.codes if code in levels.index]
    for until in study.choices["approvals"]["share_until"]:
        if until not in levels or start not in levels or until - start < LEAST:
            continue
        path = _path(levels, members, study.zone.core, list(range(start, until + 1)), 0.0)
        drawn = placebo_shares(levels, None, study.placebo, start, until)
        yield from _row(study, path, drawn, "secondary", "core_share_real")


def _path(levels, members, core: str, years: list[int], added) -> pd.Series:
    own = levels.loc[members, years]
    return 100 * (own.loc[core] + added) / own.sum(skipna=False)


def _row(study, path, drawn, analysis: str, outcome: str) -> Iterator[dict[str, Any]]:
    if path.isna().any() or len(drawn) < MIN_DRAWS:
        return
    yield {
        "analysis": analysis,
        "variant": "S1.9a",
        "sample": "zone",
        "outcome": outcome,
        "term": "change",
        "first_year": int(path.index[0]),
        "last_year": int(path.index[-1]),
        **drift(path.to_numpy(float), drawn, study.confidence),
        "n_units": len(study.zone.codes),
        "n_periods": len(path),
        "estimator": "change of the core's share of output, points",
    }


def drift(path: np.ndarray, drawn: np.ndarray, confidence: float) -> dict[str, Any]:
    """Test a path's change over its years against zero, in the columns of estimates.

    Parameters
    ----------
    path
        Shape (years,).
    drawn
        Paths of placebo groups, shape (groups, all years), which end with the path's years.
    confidence
        Of the interval.
    """
    window = len(path) - 1
    change, error = _change(path[None])
    steps = np.diff(drawn, axis=1)
    rest = steps - steps.mean(axis=1, keepdims=True)
    inflation = 1 / np.sqrt(1 - window / steps.shape[1]) if steps.shape[1] > window else np.inf
    placebo = _change(np.cumsum(np.insert(rest[:, -window:], 0, 0.0, axis=1), axis=1))
    limit = laws.t.ppf(0.975, window - 1)
    ratio = np.abs(placebo[0] / placebo[1]) * inflation / limit
    raw = float((ratio > 1).mean())
    held = HOLDS[0] <= raw <= HOLDS[1]
    half = len(ratio) // 2
    factor = 1.0 if held else float(np.quantile(ratio, 0.95))
    size = raw if held else float((ratio[half:] > np.quantile(ratio[:half], 0.95)).mean())
    changes, errors = _change(drawn[:, -window - 1 :])
    estimate, error = float(change[0]), factor * float(error[0])
    width = error * float(laws.t.ppf(0.5 + confidence / 2, window - 1))
    rank = placebo_columns(placebo_rank(estimate, changes), changes, confidence)
    return {
        "estimate": estimate,
        "std_error": error,
        "statistic": estimate / error,
        "df": window - 1,
        "p_value": float(2 * laws.t.sf(abs(estimate / error), window - 1)),
        "conf_low": estimate - width,
        "conf_high": estimate + width,
        "rank": rank["rank"],
        "rank_from": rank["rank_from"],
        "n_draws": len(drawn),
        "expected_std_error": factor * float(np.median(errors)),
        "size_at_5pct": size,
        "cov_type": "changes by year" + ("" if held else ", calibrated on placebo zones"),
        "note": f"size among placebo zones before calibration {raw:.3f}; factor of the error "
        f"{factor:.3f}; the rank is that of the change among theirs",
    }


def _change(paths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Total changes of paths, shape (groups, years), and their errors from the yearly changes."""
    steps = np.diff(paths, axis=1)
    return steps.sum(axis=1), steps.std(axis=1, ddof=1) * np.sqrt(steps.shape[1])


def placebo_shares(
    levels: pd.DataFrame, moved: pd.DataFrame | None, groups: np.ndarray, began: int, until: int
) -> np.ndarray:
    """Return shares of the largest city of each group in all years to the last, in per cent.

    Parameters
    ----------
    levels, moved
        Output and whether territory changed, cities in rows, years in columns; None where changes
        of territory do not count.
    groups
        Masks, shape (groups, cities).
    began
        Year in which the largest city is chosen.
    until
        Last year.

    Returns
    -------
    ndarray, shape (groups, years)
        Of the groups that have output in all years and no change of territory.
    """
    years = [year for year in levels.columns if year <= until]
    usable = levels[years].notna().all(axis=1)
    if moved is not None:
        usable &= ~moved[years[1:]].any(axis=1)
    chosen = groups[(~groups | usable.to_numpy()).all(axis=1)]
    values = levels[years].fillna(0.0).to_numpy(float)
    first = np.where(chosen, values[:, years.index(began)], -1.0).argmax(axis=1)
    return 100 * values[first] / (chosen.astype(float) @ values)


def parted_counties(
    counties: pd.DataFrame, members: list[str], core: str, until: int
) -> pd.DataFrame:
    """Return the printed output of counties of other members that lost part of their territory.

    Parameters
    ----------
    counties
        Index (unit_code, year).
    members
        Codes of the zone's cities.
    core
        Code of the core city.
    until
        Year in which what they print is of another territory.

    Returns
    -------
    DataFrame
        Units in rows, years in columns, 10 thousand yuan; empty where there are none.
    """
    others = counties[counties["city_code"].isin([code for code in members if code != core])]
    status = others["gdp_status"].unstack("year")
    if until not in status:
        return pd.DataFrame()
    lost = status.index[(status[until] == "territory") & (status == "ok").any(axis=1)]
    return others.loc[others.index.isin(lost, level="unit_code"), PRINTED].unstack("year")


def _first_known(split: pd.DataFrame, start: int) -> int:
    """First year from `start` on in which all the counties print output; else the last year."""
    if split.empty:
        return start
    known = split.columns[split.notna().all(axis=0) & (split.columns >= start)]
    return int(known[0] if len(known) else split.columns[-1])
