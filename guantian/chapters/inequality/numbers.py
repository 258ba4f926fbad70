"""The numbers of the chapter's text: those that a row has are declared in ``numbers.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from guantian.chapters.inequality.tables import SAMPLES
from guantian.present.cells import value
from guantian.present.declared import read_numbers
from guantian.present.format import Format, count_word, interval, number
from guantian.present.numbers import evaluate, merge
from guantian.results import find, rows
from regiometrics.inference import SIGNIFICANT


def _unusual(p: float, difference: float) -> str:
    if p >= SIGNIFICANT:
        return "not unusual"
    return "unusually low" if difference < 0 else "unusually high"


FORMATS = {
    "unusual": Format(_unusual, "left"),
    "word": Format(lambda count: count_word(int(count)), "left"),
}


def inequality_numbers(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    specs: Mapping[str, Any],
    series_specs: pd.DataFrame,
) -> dict[str, Any]:
    """Return the numbers of the text by topic, as text; what a zone lacks is missing.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    specs
        The chapter's specifications, read.
    series_specs
        Specifications of the series, indexed by name.
    """
    known = "reported" in series_specs.index
    given = {end: int(series_specs.at["reported", end]) if known else -1 for end in ENDS}
    given["first_share"] = specs["combination"]["signal_shares"][0]
    printed, _ = evaluate(
        read_numbers(__file__, FORMATS, **given), {"estimates": estimates, "series": series}
    )
    growth = rows(estimates, analysis="placebo_growth", placebo_set="main", term="growth")
    others = {
        "growth": {"real_growth": _years(specs["growth"]["real_growth"]), **_count(growth)},
        "placebo": _count(rows(estimates, analysis="placebo", placebo_set="main"), digits=True),
        "windows": {"reported_before": {"last": str(specs["windows"]["reported_before"]["last"])}},
        "lights": _lights(estimates, specs),
        "curve": {sample: _null(estimates, sample) for sample in SAMPLES},
    }
    return merge(printed, others, {"curve": {"zone": {"said": _said(estimates)}}})


ENDS = ("first", "last")


def _years(how: Mapping[str, Any]) -> dict[str, str]:
    return {end: str(how[end]) for end in ENDS}


def _count(ranks: pd.DataFrame, *, digits: bool = False) -> dict[str, str]:
    """How many ranks among placebo zones there are, and how many are unusual."""
    known = ranks.dropna(subset="estimate")
    return {
        "n": number(len(known), 0) if digits else count_word(len(known)),
        "unusual": count_word(int((known["p_value"] < SIGNIFICANT).sum())),
    }


def _lights(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> dict[str, Any]:
    found = rows(estimates, analysis="lights_combination", sample="zone", term="initial")
    shares = specs["combination"]["signal_shares"]
    numbers: dict[str, Any] = {
        "lowest": number(min(shares), 1),
        "highest": number(max(shares), 1),
        "main": number(specs["combination"]["main"], 1),
    }
    for name, how in specs["combinations"].items():
        slopes = 100 * rows(found, variant=name)["estimate"].dropna()
        ends = {"low": number(slopes.min(), 2), "high": number(slopes.max(), 2)}
        numbers[name] = _years(how) | {"zone": ends}
    return numbers


def _null(estimates: pd.DataFrame, sample: str) -> dict[str, str]:
    """The range of the curve's median where there is no slope."""
    joint = rows(estimates, analysis="specification_curve_joint", sample=sample, term="median")
    ends = (100 * value(find(joint, measure=f"null_{end}")) for end in ("low", "high"))
    return {"null": interval(*ends, 2)}


def _said(estimates: pd.DataFrame) -> str:
    """Say what the zone's curve as a whole shows, by its joint test and who holds China's slope."""
    joint = rows(estimates, analysis="specification_curve_joint", sample="zone")
    p = value(find(joint, term="median", measure=""), "p_value")
    if pd.isna(p):
        return "there is no curve"
    if p < SIGNIFICANT:
        return "as a whole it shows a slope"
    if value(find(joint, term="share_holding_nation")) > 0.5:
        return "it shows no slope, and could hardly have told the nation's from none"
    return "it shows no slope, and most of its intervals exclude the nation's"
