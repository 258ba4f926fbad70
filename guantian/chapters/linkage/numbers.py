"""Numbers and words of the chapter's text: words that depend on a result are chosen here."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from guantian.chapters.linkage.tables import PLACEBO_TERMS
from guantian.estimates import with_detectable
from guantian.present.format import MISSING, interval, number, p_value, per_cent
from regiometrics.inference import SIGNIFICANT

PARTS = ("all", "output", "population", "time")
ABSENT = {"value": MISSING, "said": "not to be had"}
# A rank that cannot be had has every key of one that can: sentences ask for them.
NO_RANK = ABSENT | {
    **dict.fromkeys(("percent", "ratio", "median", "median_percent", "median_ratio"), MISSING),
    **dict.fromkeys(("p", "rank", "difference", "draws"), MISSING),
    "interval": "",
    "side": "not ranked against",
}


def linkage_numbers(
    gravity: pd.DataFrame,
    linkage: pd.DataFrame,
    pairs: pd.DataFrame,
    acts: pd.DataFrame,
    provinces: Mapping[str, str],
    zone_provinces: list[str],
    since: int,
    confidence: float,
    core: str,
) -> dict:
    """Return the numbers of the text, printed.

    Parameters
    ----------
    gravity, linkage
        Tidy estimates.
    pairs
        The zone's pairs, seen and predicted.
    acts
        Dated acts.
    provinces
        Province to English name.
    zone_provinces
        Codes of the provinces of the zone.
    since
        Year of the zone's plan.
    confidence
        Of the intervals.
    core
        Name of the core.
    """
    gravity = with_detectable(gravity, confidence)
    return {
        "core": core,
        "confidence": number(100 * confidence, 0),
        "gravity": _gravity(gravity),
        "borders": _borders(gravity, provinces, zone_provinces),
        "ranks": _ranks(pd.concat([gravity, linkage])),
        "exact": _exact(gravity),
        "pairs": _pairs(pairs),
        "change": _change(linkage),
        "likeness": _likeness(linkage),
        "communities": _communities(linkage),
        "lockdown": _lockdown(linkage),
        "acts": _acts(acts, since),
    }


def _row(rows: pd.DataFrame, **key: str) -> pd.Series | None:
    chosen = rows
    for column, value in key.items():
        chosen = chosen[chosen[column] == value]
    return chosen.iloc[0] if len(chosen) else None


def _gravity(gravity: pd.DataFrame) -> dict:
    """Coefficients of the text by name: value, interval, and the per cent they mean."""
    wanted = {
        "distance": ("main", "log_distance"),
        "adjacent": ("main", "adjacent"),
        "province": ("main", "same_province"),
        "province_censored": ("censored", "same_province"),
        "province_near": ("near", "same_province"),
        "province_listed": ("listed", "same_province"),
        "province_threshold": ("threshold", "same_province"),
        "own_zone": ("zones", "own_zone"),
        "same_zone": ("zones", "same_zone"),
        "trains": ("trains", "fast_trains"),
        "similar_2016": ("similar_2016", "similarity_2016"),
        "similar_2020": ("similar_2020", "similarity_2020"),
        "similar_near": ("similar_2020_near", "similarity_2020"),
        "income": ("income", "income_gap"),
        "income_near": ("income_near", "income_gap"),
        "income_full": ("full", "income_gap"),
    }
    found = {}
    for name, (spec, term) in wanted.items():
        row = _row(gravity, analysis="gravity", spec=spec, term=term)
        if row is None:
            found[name] = ABSENT | {"interval": "", "times": MISSING, "pairs": MISSING}
            continue
        found[name] = {
            "value": number(row["estimate"], 2),
            "interval": interval(row["conf_low"], row["conf_high"], 2),
            "times": number(np.exp(row["estimate"]), 1),
            "times_interval": interval(np.exp(row["conf_low"]), np.exp(row["conf_high"]), 1),
            "said": _sign(row, "raises", "lowers", "cannot be told to change"),
            "found": _sign(row, "higher", "lower", "neither higher nor lower for certain"),
            "detectable": number(row["detectable"], 2),
            "pairs": number(row["n_obs"], 0),
            "cities": number(row["n_units"], 0),
        }
    return found


def _sign(row: pd.Series, above: str, below: str, between: str) -> str:
    if row["conf_low"] > 0:
        return above
    return below if row["conf_high"] < 0 else between


def _factor(row: pd.Series | None) -> dict:
    if row is None:
        return ABSENT | {"interval": ""}
    return {
        "value": number(np.exp(row["estimate"]), 2),
        "interval": interval(np.exp(row["conf_low"]), np.exp(row["conf_high"]), 2),
    }


def _borders(gravity: pd.DataFrame, provinces: Mapping[str, str], own: list[str]) -> dict:
    rows = gravity[gravity["analysis"] == "gravity"]
    single = rows[rows["term"].str.startswith("border_log_distance_")]
    said = []
    for code in own:
        row = _row(single, term=f"border_log_distance_{code}")
        if row is not None:
            factor = _factor(row)
            place = 1 + int((single["estimate"] > row["estimate"]).sum())
            said.append(
                f"{provinces[code]} {factor['value']} {factor['interval']}, "
                f"place {place} of {len(single)}"
            )
    return {
        "main": _factor(_row(rows, spec="main", term="border_log_distance")),
        "censored": _factor(_row(rows, spec="censored", term="border_log_distance")),
        "near": _factor(_row(rows, spec="near", term="border_log_distance")),
        "said": _everywhere(rows),
        "times": _times(rows),
        "own": "; ".join(said) or "the zone's provinces have too few cities",
        "count": number(len(single), 0),
        "above_one": number(int((single["conf_low"] > 0).sum()), 0),
    }


def _times(rows: pd.DataFrame) -> dict:
    """Flow within a province over flow across its border: the censored model, and all models."""
    terms = rows[rows["term"] == "same_province"]
    times = np.exp(terms["estimate"].dropna())
    return {
        "censored": _factor(_row(terms, spec="censored")),
        "low": number(times.min(), 1) if len(times) else MISSING,
        "high": number(times.max(), 1) if len(times) else MISSING,
        "count": number(len(times), 0),
    }


def _everywhere(rows: pd.DataFrame) -> str:
    """Say whether the border stands under every treatment of pairs that are not listed."""
    terms = rows[rows["term"] == "same_province"]
    terms = terms[terms["conf_low"].notna()]
    if terms.empty:
        return "Whether there is a border cannot be told."
    if (terms["conf_low"] > 0).all():
        return "The border stands in every specification; its size depends on the model."
    if (terms["conf_low"] > 0).any():
        return "The border does not stand in every specification."
    return "No specification tells the border from nought."


def _ranks(estimates: pd.DataFrame) -> dict:
    found: dict = {}
    for sample in ("main", "compact"):
        rows = estimates[estimates["sample"] == sample].set_index(["analysis", "spec", "term"])
        for analysis, spec, term in PLACEBO_TERMS:
            name = "_".join((analysis.split("_")[0], spec, term))
            name = name if sample == "main" else f"{name}_compact"
            if (analysis, spec, term) not in rows.index:
                found[name] = dict(NO_RANK)
                continue
            row = rows.loc[(analysis, spec, term)]
            median = row["statistic"] - row["estimate"]
            found[name] = {
                "value": number(row["statistic"], 2),
                "percent": per_cent(row["statistic"]),
                "ratio": number(np.exp(row["statistic"]), 2),
                "median": number(median, 2),
                "median_percent": per_cent(median),
                "median_ratio": number(np.exp(median), 2),
                "p": p_value(row["p_value"]),
                "rank": row["note"].split(";")[0],
                "difference": number(row["estimate"], 2),
                "interval": interval(row["conf_low"], row["conf_high"], 2),
                "draws": number(row["n_obs"], 0),
                "side": "above" if row["estimate"] > 0 else "below",
                "said": "unusual" if row["p_value"] < SIGNIFICANT else "not unusual",
            }
    return found


def _exact(gravity: pd.DataFrame) -> dict:
    found = {}
    for spec in ("main", "flexible"):
        for term in ("all", "without_core", "across_border"):
            row = _row(gravity, analysis="zone_prediction_exact", spec=spec, term=term)
            value = MISSING if row is None else number(np.exp(row["estimate"]), 2)
            closed = MISSING if row is None else number(np.exp(row["statistic"]), 2)
            found[f"{spec}_{term}"] = {"value": value, "closed": closed}
    row = _row(gravity, analysis="leave_out_check")
    if row is not None:
        found["check"] = {
            "low": number(row["conf_low"], 2),
            "high": number(row["conf_high"], 2),
            "correlation": number(row["statistic"], 3),
            "draws": number(row["n_obs"], 0),
        }
    return found


def _pairs(pairs: pd.DataFrame) -> dict:
    total = pairs["flow"].sum()
    return {
        "count": number(len(pairs), 0),
        "above": number(int((pairs["ratio"] > 1).sum()), 0),
        "outside": number(int(((pairs["ratio_low"] > 1) | (pairs["ratio_high"] < 1)).sum()), 0),
        "largest_percent": per_cent(pairs["flow"].max() / total),
        "across": number(int((pairs["same_province"] == 0).sum()), 0),
        "across_percent": number(
            100 * pairs.loc[pairs["same_province"] == 0, "flow"].sum() / total, 1
        ),
    }


def _change(linkage: pd.DataFrame) -> dict:
    rows = linkage[(linkage["analysis"] == "linkage_change") & (linkage["sample"] == "zone")]
    found = {}
    for distance in ("circle", "hours"):
        part = rows[rows["spec"] == f"{distance}_whole"].set_index("term")
        if part.empty:
            found[distance] = dict.fromkeys(
                [*PARTS, "times", "years", "time_percent", "output_percent"], MISSING
            )
            continue
        values = part["estimate"]
        found[distance] = {term: number(values[term], 2) for term in values.index} | {
            "times": number(np.exp(values["all"]), 0),
            "time_percent": per_cent(values["time"] / values["all"]),
            "output_percent": per_cent(values["output"] / values["all"]),
            "years": part["note"].iloc[0].split(",")[0].replace("-", " to "),
        }
    return found


def _likeness(linkage: pd.DataFrame) -> dict:
    rows = linkage[linkage["analysis"] == "linkage_flows"]
    found = {}
    for sample in ("zone", "nation"):
        for distance in ("circle", "road", "rail", "hours"):
            row = _row(rows, sample=sample, spec=f"root_{distance}", term="pearson_log")
            found[f"{sample}_{distance}"] = {
                "value": MISSING if row is None else number(row["estimate"], 2),
                "p": MISSING if row is None else p_value(row["p_value"]),
            }
    return found


def _communities(linkage: pd.DataFrame) -> dict:
    rows = linkage[linkage["analysis"] == "communities_placebo"]
    rows = rows[pd.to_numeric(rows["spec"], errors="coerce").notna()]
    together = rows[rows["term"] == "together"]
    together = together.assign(resolution=together["spec"].astype(float)).sort_values("resolution")
    whole = together[together["statistic"] > 0.999]
    split = together[together["statistic"] < 0.999]
    split = split[split["resolution"] > whole["resolution"].max()] if len(whole) else split
    described = linkage[linkage["analysis"] == "communities"]
    rand = described[described["term"] == "rand_province"].set_index("spec")["estimate"]
    zones = described[described["term"] == "rand_zones"].set_index("spec")["estimate"]
    infomap = _row(linkage, analysis="communities_placebo", spec="infomap", term="together")
    return {
        "whole_to": number(whole["resolution"].max(), 1) if len(whole) else MISSING,
        "split_from": number(split["resolution"].min(), 1) if len(split) else MISSING,
        "split_share": per_cent(split["statistic"].iloc[0]) if len(split) else MISSING,
        "rand_low": number(rand.min(), 2),
        "rand_high": number(rand.max(), 2),
        "zones_high": number(zones.max(), 2) if len(zones) else MISSING,
        "infomap": MISSING if infomap is None else per_cent(infomap["statistic"]),
    }


def _lockdown(linkage: pd.DataFrame) -> dict:
    found = {}
    for month, name in ((202002, "february"), (202003, "march"), (202004, "april")):
        row = _row(linkage, analysis="lockdown", spec=str(month), term="mean")
        core = _row(linkage, analysis="lockdown", spec=str(month), term="core_less_others")
        if row is None:
            found[name] = ABSENT | {"interval": "", "pairs": MISSING, "core": MISSING}
            continue
        low, high = (100 * np.exp(row[end]) for end in ("conf_low", "conf_high"))
        found[name] = {
            "value": number(100 * np.exp(row["estimate"]), 0),
            "interval": interval(low, high, 0),
            "pairs": number(row["n_obs"], 0),
            "core": MISSING if core is None else number(core["estimate"], 2),
        }
    return found


def _acts(acts: pd.DataFrame, since: int) -> dict:
    cooperation = acts[acts["kind"] != "railway"]
    before = cooperation["time"] < since
    return {
        "count": number(len(cooperation), 0),
        "before": number(int(before.sum()), 0),
        "since": number(int((~before).sum()), 0),
        "railways": number(int((acts["kind"] == "railway").sum()), 0),
    }
