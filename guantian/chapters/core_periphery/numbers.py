"""The numbers of the chapter's text, from its results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from guantian.chapters.core_periphery.tables import GAINS, rank_text
from guantian.present.format import MISSING, interval, number, p_value, per_cent, verdict
from guantian.results import find, one, rows

PLACES = ("below", "within the range of", "above")
SIGNS = ("backwash", "neither spread nor backwash", "spread")
RANKED = ("value", "interval", "p", "rank", "said")


def core_periphery_numbers(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    names: Mapping[str, str],
    core: str,
    choices: Mapping[str, Any],
) -> dict:
    """Return the numbers of the chapter's text, nested, texts at the leaves.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    names
        City code to its English name.
    core
        Code of the core.
    choices
        The configuration's section.
    """
    shapley = rows(estimates, analysis="shares", method="shapley").set_index("unit")["estimate"]
    least = shapley.drop(core).idxmin()
    primacy = {"analysis": "hierarchy_rank", "outcome": "gdp", "term": "primacy"}
    correlation = {"analysis": "comovement", "term": "correlation"}
    functional = {"analysis": "hierarchy_rank", "term": "functional_polycentricity"}
    stable = {
        measure: one(estimates, analysis="properties", term="core", measure=measure).estimate
        for measure in ("holds", "share_of_draws")
    }
    grid = {term: one(series, analysis="grid", term=term) for term in ("core", "superadditive")}
    return {
        "core": names[core],
        "first": str(choices["levels"]["first"]),
        "last": str(choices["levels"]["last"]),
        "growth_first": str(choices["years"]["first"]),
        "growth_last": str(choices["years"]["last"]),
        "split": str(choices["windows"]["after"][0]),
        "radius": f"{choices['spread_backwash']['radius_km']:g}",
        "primacy": {
            "gdp_last": _rank(
                estimates, primacy | {"variant": "level"}, 1, ("value", "rank", "said"), 100
            ),
            "gdp_change": _rank(
                estimates, primacy | {"variant": "change"}, 1, ("value", "interval"), 100
            ),
        },
        "functional": _rank(estimates, functional, 3, ("value", "rank", "said")),
        "step": {
            f"correlation_{variant}": _rank(estimates, correlation | {"variant": variant}, 2, shown)
            for variant, shown in (
                ("before", ("value", "p", "said")),
                ("after", ("value",)),
                ("change", ("p", "rank")),
            )
        },
        "spread": {
            "km": _slope(estimates, "km", ("value", "interval", "cities", "said")),
            "links": _slope(estimates, "links", ("value", "interval", "said")),
        },
        "value": {
            "all": _value(estimates, "all"),
            "home": _value(estimates, "home_province"),
            "without_core": {"value": _value(estimates, "without_core")["value"]},
        },
        "stable_said": "not empty" if stable["holds"] == 1 else "empty",
        "stable_share": per_cent(stable["share_of_draws"]),
        "sweep": {
            "points": number(grid["core"].n_obs, 0),
            **{term: per_cent(row.value) for term, row in grid.items()},
        },
        "rho": {name: choices["rho"][name] for name in ("sample", "weights")},
        "share_core": {
            **{name: _share(estimates, name, core, 0) for name in ("shapley", "nucleolus")},
            "gdp": _total(series, "gdp", core, 0),
        },
        "least": names[least],
        "share_least": {
            **{name: _share(estimates, name, least, 1) for name in GAINS},
            **{name: _total(series, name, least, 1) for name in ("gdp", "population")},
        },
        "least_said": _paid_for(rows(estimates, analysis="shares", unit=least)),
    }


def _paid_for(found: pd.DataFrame) -> str:
    """Say whether a city's cooperation has to be paid for, by the solutions' intervals."""
    below = int((found["conf_high"] < 0).sum())
    if below == len(found):
        return "by every solution its cooperation has to be paid for"
    if below:
        return "the solutions part on whether its cooperation has to be paid for"
    if (found["conf_low"] > 0).all():
        return "by every solution it gains"
    return "no solution puts it surely below zero, so that who would pay whom is open"


def _rank(
    estimates: pd.DataFrame,
    key: Mapping[str, Any],
    decimals: int,
    shown: Sequence[str],
    scale: float = 1,
) -> dict[str, str]:
    row = find(estimates, **key)
    if row is None:
        printed = dict.fromkeys(RANKED, MISSING) | {"said": "cannot be ranked"}
    else:
        low, high = scale * row.conf_low, scale * row.conf_high
        printed = {
            "value": number(scale * row.own_value, decimals),
            "interval": interval(low, high, decimals),
            "p": p_value(row.p_value),
            "rank": rank_text(row),
            "said": verdict(low, high, 0, PLACES),
        }
    return {name: printed[name] for name in shown}


def _slope(estimates: pd.DataFrame, variable: str, shown: Sequence[str]) -> dict[str, str]:
    row = find(estimates, analysis="spread_backwash", variable=variable, horizon=0)
    if row is None or pd.isna(row.estimate):
        printed = dict.fromkeys(shown, MISSING) | {"said": "missing"}
    else:
        printed = {
            "value": number(row.estimate, 2),
            "interval": interval(row.conf_low, row.conf_high, 2),
            "cities": number(row.n_units, 0),
            "said": verdict(row.conf_low, row.conf_high, 0, SIGNS),
        }
    return {name: printed[name] for name in shown}


def _value(estimates: pd.DataFrame, group: str) -> dict[str, str]:
    row = one(estimates, analysis="value", group=group)
    return {
        "value": number(row.estimate, 2),
        "interval": interval(row.conf_low, row.conf_high, 2),
    }


def _share(estimates: pd.DataFrame, method: str, unit: str, decimals: int) -> dict[str, str]:
    row = one(estimates, analysis="shares", method=method, unit=unit)
    return {
        "value": per_cent(row.estimate, decimals),
        "interval": interval(100 * row.conf_low, 100 * row.conf_high, decimals),
    }


def _total(series: pd.DataFrame, variable: str, unit: str, decimals: int) -> dict[str, str]:
    row = one(series, analysis="shares", variable=variable, unit=unit)
    return {"value": per_cent(row.value, decimals)}
