"""The numbers and the words of the chapter on inequality, printed once, from the estimates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.inequality.numbers_missing import filled
from guantian.chapters.inequality.tables import MEASURES, SAMPLES, outcome_rows, slopes_of
from guantian.present.format import count_word, interval, number, p_value, per_cent, verdict
from regiometrics.inference import SIGNIFICANT

SLOPES = ("convergence", "no detectable convergence", "divergence")


def inequality_numbers(
    estimates: pd.DataFrame,
    curve: pd.DataFrame,
    specs: Mapping[str, Any],
    series: pd.DataFrame,
) -> dict[str, Any]:
    """Return every number of the chapter's text, by topic.

    Parameters
    ----------
    estimates, curve
        Tidy estimates of the chapter, and of its specification curve.
    specs
        config/specs/inequality.yaml, read.
    series
        Specifications of the series, indexed by spec.
    """
    numbers = {
        "growth": _growth(estimates, specs),
        "placebo": _placebo(estimates),
        "change": _change(estimates, specs, series),
        "theil": _theil(estimates, series),
        "outcomes": _outcomes(estimates, specs),
        "windows": _windows(estimates, specs),
        "dynamic": _dynamic(estimates, specs),
        "lights": _lights(estimates, specs),
        "counties": _counties(estimates),
        "curve": _curve(curve),
    }
    return filled(numbers, specs)


def _growth(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> dict[str, Any]:
    rows = estimates[(estimates["analysis"] == "growth") & (estimates["term"] == "mean")]
    rows = rows.set_index(["spec", "sample"])["estimate"]
    ranks = estimates[estimates["analysis"] == "placebo_growth"].set_index("spec")
    numbers = {}
    for name, how in specs["growth"].items():
        key = f"{name}.main"
        if key not in ranks.index or np.isnan(ranks.at[key, "estimate"]):
            continue
        numbers[name] = {
            **{s: number(rows.get((name, s), np.nan), 1) for s in SAMPLES},
            "first": str(how["first"]),
            "last": str(how["last"]),
            **_rank(ranks.loc[key], 1, 1),
        }
    rows = ranks[ranks.index.str.endswith(".main")].dropna(subset=["estimate"])
    unusual = (rows["p_value"] < SIGNIFICANT).sum()
    numbers["n"] = count_word(len(rows))
    numbers["unusual"] = count_word(unusual)
    return numbers


def _placebo(estimates: pd.DataFrame) -> dict[str, Any]:
    rows = estimates[estimates["analysis"] == "placebo"].dropna(subset=["estimate"])
    numbers: dict[str, Any] = {}
    for row in rows[rows["spec"].str.endswith(".main")].itertuples():
        scale, decimals = (100, 2) if row.term == "beta" else (1, 3)
        name = row.spec.removesuffix(".main")
        numbers.setdefault(name, {})[row.term] = _rank(pd.Series(row._asdict()), scale, decimals)
    main = rows[rows["spec"].str.endswith(".main")]
    unusual = (main["p_value"] < SIGNIFICANT).sum()
    every = rows["p_value"].min()
    return numbers | {
        "n": number(len(main), 0),
        "unusual": count_word(unusual),
        "smallest": p_value(every),
    }


def _rank(row: pd.Series, scale: float, decimals: int) -> dict[str, str]:
    low, high = scale * row["conf_low"], scale * row["conf_high"]
    return {
        "value": number(scale * row["statistic"], decimals),
        "difference": number(scale * row["estimate"], decimals),
        "interval": interval(low, high, decimals),
        "p": p_value(row["p_value"]),
        "verdict": "not unusual"
        if row["p_value"] >= SIGNIFICANT
        else ("unusually low" if row["estimate"] < 0 else "unusually high"),
        "side": "below" if row["estimate"] < 0 else "above",
        "draws": number(row["n_obs"], 0),
    }


def _change(
    estimates: pd.DataFrame, specs: Mapping[str, Any], series: pd.DataFrame
) -> dict[str, Any]:
    """By specification, sample and measure: weighted and not."""
    rows = estimates[estimates["analysis"].isin(["inequality", "inequality_weighted"])]
    rows = rows.set_index(["spec", "sample", "analysis", "term"]).sort_index()
    words = ("fell", "shows no detectable trend", "rose")
    numbers: dict[str, Any] = {}
    for spec in specs["placebo"]:
        for sample in SAMPLES:
            for measure in MEASURES:
                for analysis in ("inequality", "inequality_weighted"):
                    key = (spec, sample, analysis)
                    if (*key, f"{measure}.trend") not in rows.index:
                        continue
                    trend = rows.loc[(*key, f"{measure}.trend")]
                    name = measure + analysis.removeprefix("inequality")
                    ends = [
                        rows.at[(*key, f"{measure}[{series.at[spec, end]}]"), "estimate"]
                        for end in ("first", "last")
                    ]
                    said = {
                        "first": number(ends[0], 3),
                        "last": number(ends[1], 3),
                        "change": number(ends[1] - ends[0], 3),
                        "trend": number(100 * trend["estimate"], 2),
                        "interval": interval(100 * trend["conf_low"], 100 * trend["conf_high"], 2),
                        "p": p_value(trend["p_value"]),
                        "verdict": verdict(trend["conf_low"], trend["conf_high"], 0, words),
                    }
                    numbers.setdefault(spec, {}).setdefault(sample, {})[name] = said
    return numbers


def _theil(estimates: pd.DataFrame, series: pd.DataFrame) -> dict[str, Any]:
    numbers: dict[str, Any] = {}
    for analysis in ("theil_core", "theil_provinces"):
        rows = estimates[estimates["analysis"] == analysis]
        rows = rows.set_index(["spec", "sample", "term"])["estimate"]
        for spec, sample in sorted(set(rows.index.droplevel("term"))):
            first, last = series.at[spec, "first"], series.at[spec, "last"]
            shares = {
                name: per_cent(rows[(spec, sample, f"T.share[{year}]")])
                for name, year in (("first", first), ("last", last))
            }
            place = numbers.setdefault(analysis.removeprefix("theil_"), {})
            place.setdefault(spec, {})[sample] = shares
    return numbers


def _windows(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> dict[str, Any]:
    """Absolute beta by span and sample, and the last year of the span."""
    numbers: dict[str, Any] = {
        name: {"last": str(how["last"])} for name, how in specs["windows"].items()
    }
    for (spec, sample), row in slopes_of(estimates, "beta_conditional").iterrows():
        window, _, controls = spec.partition(".")
        if controls == "none" and not np.isnan(row["estimate"]):
            numbers.setdefault(window, {})[sample] = {
                "slope": number(100 * row["estimate"], 2),
                "interval": interval(100 * row["conf_low"], 100 * row["conf_high"], 2),
                "verdict": verdict(row["conf_low"], row["conf_high"], 0, SLOPES),
            }
    return numbers


def _outcomes(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> dict[str, Any]:
    """Slopes by outcome side by side: how many are negative and sure, by sample."""
    found = [row for label, row in outcome_rows(estimates, specs) if "Counties" not in label]
    numbers = {}
    for sample in SAMPLES:
        rows = [row[sample] for row in found if sample in row]
        sure = [row for row in rows if row["conf_high"] < 0]
        numbers[sample] = {
            "n": number(len(rows), 0),
            "negative": number(sum(row["estimate"] < 0 for row in rows), 0),
            "sure": count_word(len(sure)),
            "low": number(100 * min((row["estimate"] for row in rows), default=np.nan), 2),
            "high": number(100 * max((row["estimate"] for row in rows), default=np.nan), 2),
        }
    return numbers


def _dynamic(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> dict[str, Any]:
    rows = estimates[estimates["analysis"] == "beta_dynamic"]
    rows = rows.set_index(["spec", "sample", "term"])
    numbers: dict[str, Any] = {}
    for spec, sample in sorted(set(rows.index.droplevel("term"))):
        initial = rows.loc[(spec, sample, "initial")]
        outcome, estimator = spec.split(".")
        said = {"slope": number(100 * initial["estimate"], 1), "note": initial["note"]}
        if not np.isnan(initial["estimate"]):
            half_life = rows.loc[(spec, sample, "half_life")]
            said |= {
                "interval": interval(100 * initial["conf_low"], 100 * initial["conf_high"], 1),
                "half_life": number(half_life["estimate"], 1),
                "half_life_interval": interval(half_life["conf_low"], half_life["conf_high"], 1),
                "verdict": verdict(initial["conf_low"], initial["conf_high"], 0, SLOPES),
            }
        for test in ("hansen", "ar2"):
            if (spec, sample, test) in rows.index:
                said[test] = p_value(rows.at[(spec, sample, test), "p_value"])
        numbers.setdefault(outcome, {}).setdefault(sample, {})[estimator] = said
    return numbers | {"gmm": _gmm(rows)}


def _gmm(rows: pd.DataFrame) -> dict[str, str]:
    """How many GMM fits pass their own tests and lie between the bounds of least squares."""
    fits = [key[:2] for key in rows.index if key[2] == "hansen"]
    passed = between = 0
    for spec, sample in fits:
        outcome = spec.split(".")[0]
        estimate = rows.at[(spec, sample, "initial"), "estimate"]
        low = rows.at[(f"{outcome}.within", sample, "initial"), "estimate"]
        high = rows.at[(f"{outcome}.pooled", sample, "initial"), "estimate"]
        tests = [rows.at[(spec, sample, test), "p_value"] for test in ("hansen", "ar2")]
        good = min(tests) >= SIGNIFICANT
        passed += good
        between += good and low <= estimate <= high
    return {
        "n": number(len(fits), 0),
        "passed": count_word(passed),
        "between": count_word(between),
    }


def _lights(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> dict[str, Any]:
    rows = estimates[estimates["analysis"] == "lights_combination"]
    rows = rows.set_index(["spec", "sample", "term"])
    shares = specs["combination"]["signal_shares"]
    numbers: dict[str, Any] = {
        "lowest": number(min(shares), 1),
        "highest": number(max(shares), 1),
        "main": number(specs["combination"]["main"], 1),
    }
    for name, how in specs["combinations"].items():
        mine = [f"{name}.{share:g}" for share in shares]
        if (mine[0], "nation", "correlation") not in rows.index:
            continue
        said: dict[str, Any] = {
            "correlation": number(rows.at[(mine[0], "nation", "correlation"), "estimate"], 2),
            "first": str(how["first"]),
            "last": str(how["last"]),
        }
        for sample in SAMPLES:
            slopes = [
                100 * rows.at[(spec, sample, "initial"), "estimate"]
                for spec in mine
                if (spec, sample, "initial") in rows.index
            ]
            slopes = [value for value in slopes if not np.isnan(value)]
            if slopes:
                said[sample] = {
                    "low": number(min(slopes), 2),
                    "high": number(max(slopes), 2),
                }
        numbers[name] = said
    return numbers


def _counties(estimates: pd.DataFrame) -> dict[str, Any]:
    rows = estimates[estimates["analysis"].isin(["county_beta", "county_sigma"])]
    rows = rows.set_index(["spec", "sample", "outcome", "term"])
    numbers: dict[str, Any] = {}
    for spec, sample, outcome in sorted(set(rows.index.droplevel("term"))):
        here = (spec, sample, outcome)
        if (*here, "initial") not in rows.index:
            continue
        initial, half_life = rows.loc[(*here, "initial")], rows.loc[(*here, "half_life")]
        said = {
            "n": number(initial["n_units"], 0),
            "slope": number(100 * initial["estimate"], 2),
            "interval": interval(100 * initial["conf_low"], 100 * initial["conf_high"], 2),
            "p": p_value(initial["p_value"]),
            "half_life": number(half_life["estimate"], 0),
            "half_life_interval": interval(half_life["conf_low"], half_life["conf_high"], 0),
            "detectable": number(100 * rows.at[(*here, "detectable"), "estimate"], 2),
            "verdict": verdict(initial["conf_low"], initial["conf_high"], 0, SLOPES),
        }
        if (*here, "ratio") in rows.index:
            ratio = rows.loc[(*here, "ratio")]
            said |= {
                "ratio": number(ratio["estimate"], 2),
                "ratio_interval": interval(ratio["conf_low"], ratio["conf_high"], 2),
                "ratio_verdict": verdict(
                    ratio["conf_low"],
                    ratio["conf_high"],
                    1,
                    ("fell", "did not change detectably", "rose"),
                ),
            }
        numbers.setdefault(sample, {}).setdefault(spec, {})[outcome] = said
    return numbers


def _curve(curve: pd.DataFrame) -> dict[str, Any]:
    numbers: dict[str, Any] = {}
    nation = curve.query("analysis == 'specification_curve_joint' and sample == 'nation'")
    steep = nation.set_index("term")["estimate"].get("median", np.nan)
    for sample in SAMPLES:
        fits = curve.query("analysis == 'specification_curve' and sample == @sample")
        joint = curve.query("analysis == 'specification_curve_joint' and sample == @sample")
        joint = joint.set_index("term")
        if fits.empty:
            continue
        low, high = (joint.at[f"median.null_{end}", "estimate"] for end in ("low", "high"))
        p = joint.at["median", "p_value"]
        holds = ((fits["conf_low"] <= steep) & (steep <= fits["conf_high"])).mean()
        numbers[sample] = {
            "n": number(len(fits), 0),
            "median": number(100 * joint.at["median", "estimate"], 2),
            "null": interval(100 * low, 100 * high, 2),
            "negative": per_cent((fits["estimate"] < 0).mean()),
            "significant": per_cent(joint.at["share_significant", "estimate"]),
            "p_median": p_value(p),
            "p_share": p_value(joint.at["share_significant", "p_value"]),
            "p_statistic": p_value(joint.at["mean_statistic", "p_value"]),
            "holds_nation": per_cent(holds),
            "said": _said(p, holds),
            "verdict": "more than chance gives" if p < SIGNIFICANT else "no more than chance gives",
        }
    return numbers


def _said(p: float, holds_nation: float) -> str:
    """What a curve as a whole says, given its joint test and the share that hold the nation's."""
    if p < SIGNIFICANT:
        return "as a whole it shows a slope"
    if holds_nation > 0.5:
        return "it shows no slope, and could hardly have told the nation's from none"
    return "it shows no slope, and most of its intervals exclude the nation's"
