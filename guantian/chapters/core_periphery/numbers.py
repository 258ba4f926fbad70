"""The numbers of the chapter's text, declared: from which row each is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from guantian.present.format import (
    MISSING,
    Format,
    bounds,
    count,
    either,
    fixed,
    p_format,
    placed,
    rank,
)
from guantian.present.numbers import Number, evaluate, family, merge
from guantian.results import rows

INTERVAL = ("conf_low", "conf_high")
RANK = ("rank", "n_draws", "rank_from")
PLACE = placed(0, ("below", "within the range of", "above"))
SIGN = placed(0, ("backwash", "neither spread nor backwash", "spread"))
GDP = {"analysis": "hierarchy_rank", "outcome": "current_gdp", "term": "primacy"}
GRID, PERCENT = {"analysis": "grid"}, fixed(0, 100)
SHARE, BOUNDS = ("estimate", PERCENT), (INTERVAL, bounds(0, 100))
SHARE_1, BOUNDS_1 = ("estimate", fixed(1, 100)), (INTERVAL, bounds(1, 100))


def _ranked(prefix: str, key: Mapping, *, only: tuple[str, ...], form: Format) -> Iterator[Number]:
    """Numbers of a statistic that is ranked among placebo zones."""
    known = {
        "value": ("own_value", form),
        "p": ("p_value", p_format()),
        "rank": (RANK, rank()),
        "said": (INTERVAL, PLACE),
    }
    return family(prefix, over={}, select=key, numbers={name: known[name] for name in only})


NUMBERS = (
    *_ranked(
        "primacy.gdp_last",
        GDP | {"variant": "level"},
        only=("value", "rank", "said"),
        form=fixed(1, 100),
    ),
    *family(
        "primacy.gdp_change",
        over={},
        select=GDP | {"variant": "change"},
        numbers={"value": ("own_value", fixed(1, 100)), "interval": (INTERVAL, bounds(1, 100))},
    ),
    *_ranked(
        "functional",
        {"analysis": "hierarchy_rank", "term": "functional_polycentricity"},
        only=("value", "rank", "said"),
        form=fixed(3),
    ),
    *(
        number
        for variant, only in (
            ("before", ("value", "p", "said")),
            ("after", ("value",)),
            ("change", ("p", "rank")),
        )
        for number in _ranked(
            f"step.correlation_{variant}",
            {"analysis": "comovement", "term": "correlation", "variant": variant},
            only=only,
            form=fixed(2),
        )
    ),
    *family(
        "spread.{variable}",
        over={"variable": ("km", "links")},
        select={"analysis": "spread_backwash", "horizon": 0},
        numbers={
            "value": ("estimate", fixed(2)),
            "interval": (INTERVAL, bounds(2)),
            "said": (INTERVAL, SIGN),
        },
    ),
    Number(
        "spread.km.cities",
        {"analysis": "spread_backwash", "horizon": 0, "variable": "km"},
        "n_units",
        count(),
    ),
    *(
        number
        for name, group in (("all", "all"), ("home", "home_province"))
        for number in family(
            f"value.{name}",
            over={},
            select={"analysis": "value", "group": group},
            numbers={"value": ("estimate", fixed(2)), "interval": (INTERVAL, bounds(2))},
        )
    ),
    Number(
        "value.without_core.value",
        {"analysis": "value", "group": "without_core"},
        format=fixed(2),
    ),
    Number(
        "stable_said",
        {"analysis": "properties", "term": "core", "measure": "holds"},
        format=either("not empty", "empty"),
    ),
    Number(
        "stable_share",
        {"analysis": "properties", "term": "core", "measure": "share_of_draws"},
        format=fixed(0, 100),
    ),
    Number("sweep.points", GRID | {"term": "core"}, "n_obs", count(), "series"),
    Number("sweep.core", GRID | {"term": "core"}, "value", PERCENT, "series"),
    Number("sweep.superadditive", GRID | {"term": "superadditive"}, "value", PERCENT, "series"),
)


def _of_city(prefix: str, unit: str, methods: tuple[str, ...], share, limits) -> Iterator[Number]:
    """Numbers of a city's share in the gain, by solution."""
    return family(
        f"{prefix}.{{method}}",
        over={"method": methods},
        select={"analysis": "shares", "unit": unit},
        numbers={"value": share, "interval": limits},
    )


def _of_total(prefix: str, unit: str, variable: str, form: Format) -> Number:
    key = {"analysis": "shares", "unit": unit, "variable": variable}
    return Number(f"{prefix}.{variable}.value", key, "value", form, "series")


def core_periphery_numbers(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    names: Mapping[str, str],
    core: str,
    choices: Mapping[str, Any],
) -> tuple[dict, dict]:
    """Return the numbers of the chapter's text, nested, and where each comes from.

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
    others = shapley.drop(core, errors="ignore").dropna()
    least = others.idxmin() if len(others) else MISSING  # no city has that code: dashes
    printed, keys = evaluate(
        (
            *NUMBERS,
            *_of_city("share_core", core, ("shapley", "nucleolus"), SHARE, BOUNDS),
            _of_total("share_core", core, "gdp", fixed(0, 100)),
            *_of_city("share_least", least, ("shapley", "nucleolus", "gately"), SHARE_1, BOUNDS_1),
            _of_total("share_least", least, "gdp", fixed(1, 100)),
            _of_total("share_least", least, "population", fixed(1, 100)),
        ),
        {"estimates": estimates, "series": series},
    )
    chosen = {
        "core": names[core],
        "least": names.get(least, MISSING),
        "least_said": _paid_for(rows(estimates, analysis="shares", unit=least)),
        "first": str(choices["levels"]["first"]),
        "last": str(choices["levels"]["last"]),
        "growth_first": str(choices["years"]["first"]),
        "growth_last": str(choices["years"]["last"]),
        "split": str(choices["windows"]["after"][0]),
        "radius": f"{choices['spread_backwash']['radius_km']:g}",
        "rho": {"sample": choices["rho"]["sample"]},
    }
    return merge(printed, chosen), keys


def _paid_for(found: pd.DataFrame) -> str:
    """Say whether a city's cooperation has to be paid for, by the solutions' intervals."""
    if found["estimate"].isna().all():
        return "the zone has no game of gains"
    below = int((found["conf_high"] < 0).sum())
    if below == len(found):
        return "by every solution its cooperation has to be paid for"
    if below:
        return "the solutions part on whether its cooperation has to be paid for"
    if (found["conf_low"] > 0).all():
        return "by every solution it gains"
    return "no solution puts it surely below zero, so that who would pay whom is open"
