"""The numbers of the chapter's text: those that a row has are declared in ``numbers.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from guantian.present.declared import read_numbers
from guantian.present.format import MISSING, either
from guantian.present.numbers import evaluate, merge
from guantian.results import rows


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
    formats = {"empty": either("not empty", "empty")}
    printed, keys = evaluate(
        read_numbers(__file__, formats, core=core, least=least),
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
