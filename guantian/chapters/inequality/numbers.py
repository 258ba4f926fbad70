"""The numbers of the chapter's text, from its results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from guantian.chapters.inequality.tables import SAMPLES
from guantian.present.cells import (
    count_cell,
    interval_cell,
    p_cell,
    share_cell,
    value,
    value_cell,
)
from guantian.present.format import count_word, interval, number, p_value, verdict
from guantian.results import Row, find, rows
from regiometrics.inference import SIGNIFICANT

SLOPES = ("convergence", "no detectable convergence", "divergence")
TRENDS = ("fell", "shows no detectable trend", "rose")
#: What the text names, and so what is printed: a test compares both ways.
NAMED = (
    "change.reported.nation.gini_weighted.verdict",
    "change.reported.zone.gini_weighted.{first,last,verdict}",
    "counties.provinces.all.total.{interval,n,slope}",
    "counties.zone.all.per_resident.{interval,n,ratio,ratio_interval,ratio_verdict,slope,verdict}",
    "counties.zone.all.total.{detectable,interval,slope,verdict}",
    "counties.zone.without.per_resident.{interval,slope}",
    "curve.nation.{median,n,null,p_median,p_share,significant,verdict}",
    "curve.region.{median,null,p_median}",
    "curve.zone.{holds_nation,median,n,null,p_median,said,significant,verdict}",
    "dynamic.gmm.{between,n,passed}",
    "dynamic.reported.zone.lsdvc.{interval,slope}",
    "dynamic.reported.zone.within.{half_life,slope}",
    "growth.real_growth.{difference,first,interval,last,nation,p,region,verdict,zone}",
    "growth.{deflated_growth,lights_growth_first,lights_growth_second}.{difference,interval,verdict}",
    "lights.combined_first.zone.{high,low}",
    "lights.combined_second.zone.{high,low}",
    "lights.{combined_first,combined_second}.{correlation,first,last}",
    "lights.{highest,lowest,main}",
    "outcomes.{nation,region,zone}.{n,sure}",
    "placebo.chained.sigma_change.{difference,interval,value}",
    "placebo.reported.sigma_change.{difference,interval,value}",
    "theil.core.reported.zone.{first,last}",
    "theil.provinces.reported.zone.{first,last}",
    "windows.reported_after.nation.slope",
    "windows.reported_after.{region,zone}.{interval,slope}",
    "windows.reported_before.last",
    "windows.reported_before.nation.slope",
    "windows.reported_before.{region,zone}.{interval,slope}",
    "{growth,placebo}.{n,unusual}",
)


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
    return {
        "growth": _growth(estimates, series, specs),
        "placebo": _placebo(estimates),
        "change": _change(estimates, series, series_specs),
        "theil": _theil(series, series_specs),
        "outcomes": _outcomes(estimates),
        "windows": _windows(estimates, specs),
        "dynamic": _dynamic(estimates),
        "lights": _lights(estimates, specs),
        "counties": _counties(estimates),
        "curve": {sample: _curve(estimates, sample) for sample in SAMPLES},
    }


def _growth(
    estimates: pd.DataFrame, series: pd.DataFrame, specs: Mapping[str, Any]
) -> dict[str, Any]:
    ranks = rows(estimates, analysis="placebo_growth", placebo_set="main", term="growth")
    means = rows(series, analysis="growth", term="mean")
    numbers: dict[str, Any] = {}
    for name, how in specs["growth"].items():
        numbers[name] = {
            **{
                sample: value_cell(find(means, variant=name, sample=sample), 1, column="value")
                for sample in SAMPLES
            },
            "first": str(how["first"]),
            "last": str(how["last"]),
            **_rank(find(ranks, variant=name), 1),
        }
    known = ranks.dropna(subset="estimate")
    numbers["n"] = count_word(len(known))
    numbers["unusual"] = count_word(int((known["p_value"] < SIGNIFICANT).sum()))
    return numbers


def _placebo(estimates: pd.DataFrame) -> dict[str, Any]:
    ranks = rows(estimates, analysis="placebo").dropna(subset="estimate")
    main = rows(ranks, placebo_set="main")
    numbers: dict[str, Any] = {}
    for variant in ("reported", "chained", "lights_first", "lights_second"):
        for term in ("sigma_level", "sigma_change"):
            row = find(main, variant=variant, term=term)
            numbers.setdefault(variant, {})[term] = _rank(row, 3)
    return numbers | {
        "n": number(len(main), 0),
        "unusual": count_word(int((main["p_value"] < SIGNIFICANT).sum())),
        "smallest": p_value(ranks["p_value"].min()),
    }


def _rank(row: Row | None, decimals: int) -> dict[str, str]:
    p, difference = value(row, "p_value"), value(row)
    if pd.isna(p):
        said = "not ranked"
    elif p >= SIGNIFICANT:
        said = "not unusual"
    else:
        said = "unusually low" if difference < 0 else "unusually high"
    return {
        "value": value_cell(row, decimals, column="own_value"),
        "difference": value_cell(row, decimals),
        "interval": interval_cell(row, decimals),
        "p": p_cell(row),
        "verdict": said,
        "side": "below" if difference < 0 else "above",
        "draws": count_cell(row, "n_draws"),
    }


def _change(
    estimates: pd.DataFrame, series: pd.DataFrame, series_specs: pd.DataFrame
) -> dict[str, Any]:
    """The weighted Gini of reported output: first and last year, and the trend."""
    key = {"analysis": "inequality", "variant": "reported", "measure": "gini"}
    key["weights"] = "population"
    numbers: dict[str, Any] = {}
    for sample in ("zone", "nation"):
        trend = find(estimates, **key, sample=sample, term="trend")
        ends = {
            end: value_cell(
                find(series, **key, sample=sample, year=_year(series_specs, "reported", end)),
                3,
                column="value",
            )
            for end in ("first", "last")
        }
        said = verdict(value(trend, "conf_low"), value(trend, "conf_high"), 0, TRENDS)
        numbers[sample] = {"gini_weighted": {**ends, "verdict": said}}
    return {"reported": numbers}


def _year(series_specs: pd.DataFrame, variant: str, end: str) -> int:
    return int(series_specs.at[variant, end]) if variant in series_specs.index else -1


def _theil(series: pd.DataFrame, series_specs: pd.DataFrame) -> dict[str, Any]:
    key = {"analysis": "theil", "variant": "reported", "sample": "zone", "measure": "T"}
    return {
        group: {
            "reported": {
                "zone": {
                    end: share_cell(
                        find(
                            series,
                            **key,
                            group=group,
                            variable="share",
                            year=_year(series_specs, "reported", end),
                        ),
                        column="value",
                    )
                    for end in ("first", "last")
                }
            }
        }
        for group in ("core", "provinces")
    }


def _outcomes(estimates: pd.DataFrame) -> dict[str, Any]:
    """How many slopes of absolute beta there are, and how many are surely negative, by sample."""
    counts = rows(estimates, analysis="absolute_slopes")
    return {
        sample: {
            "n": count_cell(find(counts, sample=sample, term="slopes"), "estimate"),
            "sure": count_word(
                int(value(find(counts, sample=sample, term="significantly_below_zero")))
            ),
        }
        for sample in SAMPLES
    }


def _windows(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> dict[str, Any]:
    """Absolute beta by period and sample, and the last year of the period."""
    slopes = rows(estimates, analysis="beta_conditional", group="none", term="initial")
    numbers: dict[str, Any] = {}
    for name in ("reported_before", "reported_after"):
        numbers[name] = {"last": str(specs["windows"][name]["last"])}
        for sample in SAMPLES:
            row = find(slopes, variant=name, sample=sample)
            numbers[name][sample] = {
                "slope": value_cell(row, 2, scale=100),
                "interval": interval_cell(row, 2, scale=100),
            }
    return numbers


def _dynamic(estimates: pd.DataFrame) -> dict[str, Any]:
    found = rows(estimates, analysis="beta_dynamic", variant="reported", sample="zone")
    numbers = {}
    for method in ("within", "lsdvc"):
        initial = find(found, method=method, term="initial")
        numbers[method] = {
            "slope": value_cell(initial, 1, scale=100),
            "interval": interval_cell(initial, 1, scale=100),
            "half_life": value_cell(find(found, method=method, term="half_life"), 1),
        }
    fits = rows(estimates, analysis="gmm_fits")
    passed, between = (
        count_word(int(value(find(fits, term=term)))) for term in ("passed", "between")
    )
    gmm = {"n": count_cell(find(fits, term="fits"), "estimate")}
    return {"reported": {"zone": numbers}, "gmm": {**gmm, "passed": passed, "between": between}}


def _lights(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> dict[str, Any]:
    found = rows(estimates, analysis="lights_combination")
    shares = specs["combination"]["signal_shares"]
    numbers: dict[str, Any] = {
        "lowest": number(min(shares), 1),
        "highest": number(max(shares), 1),
        "main": number(specs["combination"]["main"], 1),
    }
    for name, how in specs["combinations"].items():
        mine = rows(found, variant=name)
        slopes = 100 * rows(mine, sample="zone", term="initial")["estimate"].dropna()
        correlation = find(mine, term="correlation", setting=shares[0])
        numbers[name] = {
            "correlation": value_cell(correlation, 2),
            "first": str(how["first"]),
            "last": str(how["last"]),
            "zone": {"low": number(slopes.min(), 2), "high": number(slopes.max(), 2)},
        }
    return numbers


def _counties(estimates: pd.DataFrame) -> dict[str, Any]:
    slopes = rows(estimates, analysis="county_beta", errors="cluster")
    ratios = rows(estimates, analysis="county_sigma", term="ratio")
    numbers: dict[str, Any] = {}
    for sample in ("zone", "provinces"):
        for variant in ("all", "without"):
            for outcome in ("per_resident", "total"):
                key = {"variant": variant, "sample": sample}
                initial, half_life = (
                    find(slopes, **key, outcome=outcome, term=term)
                    for term in ("initial", "half_life")
                )
                ratio = find(ratios, **key) if outcome == "per_resident" else None
                changes = ("fell", "did not change significantly", "rose")
                said = {
                    "n": count_cell(initial),
                    "slope": value_cell(initial, 2, scale=100),
                    "interval": interval_cell(initial, 2, scale=100),
                    "p": p_cell(initial),
                    "half_life": value_cell(half_life, 0),
                    "half_life_interval": interval_cell(half_life, 0),
                    "detectable": value_cell(initial, 2, scale=100, column="mde"),
                    "verdict": _position(initial, 0, SLOPES, "not estimated"),
                    "ratio": value_cell(ratio, 2),
                    "ratio_interval": interval_cell(ratio, 2),
                    "ratio_verdict": _position(ratio, 1, changes, "is not known"),
                }
                numbers.setdefault(sample, {}).setdefault(variant, {})[outcome] = said
    return numbers


def _position(row: Row | None, reference: float, words: tuple, absent: str) -> str:
    low, high = value(row, "conf_low"), value(row, "conf_high")
    return absent if pd.isna(low) else verdict(low, high, reference, words)


def _curve(estimates: pd.DataFrame, sample: str) -> dict[str, str]:
    joint = rows(estimates, analysis="specification_curve_joint", sample=sample)
    median, significant = (
        find(joint, term=term, measure="") for term in ("median", "share_significant")
    )
    low, high = (
        100 * value(find(joint, term="median", measure=f"null_{end}")) for end in ("low", "high")
    )
    holds, p = value(find(joint, term="share_holding_nation")), value(median, "p_value")
    return {
        "n": count_cell(median, "n_obs"),
        "median": value_cell(median, 2, scale=100),
        "null": interval(low, high, 2),
        "significant": share_cell(significant),
        "p_median": p_cell(median),
        "p_share": p_cell(significant),
        "holds_nation": share_cell(find(joint, term="share_holding_nation")),
        "said": _said(p, holds),
        "verdict": "more than chance gives" if p < SIGNIFICANT else "no more than chance gives",
    }


def _said(p: float, holds_nation: float) -> str:
    """Say what a curve as a whole shows, given its joint test and who holds the nation's slope."""
    if pd.isna(p):
        return "there is no curve"
    if p < SIGNIFICANT:
        return "as a whole it shows a slope"
    if holds_nation > 0.5:
        return "it shows no slope, and could hardly have told the nation's from none"
    return "it shows no slope, and most of its intervals exclude the nation's"
