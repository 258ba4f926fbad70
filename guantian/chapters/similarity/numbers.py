"""The numbers of the text on likeness, markets, duplication and burden, printed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import pandas as pd

from guantian.chapters.similarity.rows import (
    cell,
    described,
    detectable,
    find,
    has_estimate,
    p_cell,
    range_cell,
    words,
)
from guantian.estimates import with_detectable
from guantian.present.format import MISSING, interval, joined, number, p_value, per_cent

ALIKE = ("became more alike", "did not change detectably", "grew apart")
AGAINST = ("below those of", "not told from those of", "above those of")
STRUCTURE_RANKS = ("similarity", "specialisation")


def similarity_numbers(
    similarity: pd.DataFrame,
    segmentation: pd.DataFrame,
    burden: pd.DataFrame,
    series: pd.DataFrame,
    specs: pd.DataFrame,
    provinces: Mapping[str, str],
    markets: pd.DataFrame,
    confidence: float,
) -> dict:
    """Return the numbers of the chapter's text: part → name → text.

    Parameters
    ----------
    similarity, segmentation, burden
        Tidy estimates.
    series
        ``outcome``, ``year``, ``zone``, ``median``: the gap and the investment rate by year.
    specs
        Specifications of likeness, indexed by ``spec``.
    provinces
        Code to name.
    markets
        ``province_a``, ``province_b``, ``zone``, ``year``, ``variance``.
    confidence
        Of the intervals.
    """
    similarity, burden = (with_detectable(rows, confidence) for rows in (similarity, burden))
    return {
        "similarity": {
            spec: _structure(similarity, spec) | _span(row) for spec, row in specs.iterrows()
        },
        "unusual": _unusual(similarity),
        "sets": dict.fromkeys(specs.index, MISSING) | _sets(similarity),
        "counties": _counties(similarity),
        "markets": _markets(segmentation, provinces, markets),
        "rounding": _rounding(segmentation),
        "duplication": _duplication(burden),
        "fiscal": _fiscal(burden, series),
        "slopes": _slopes(burden, specs.index),
    }


def _in_turn(said: Iterable[str]) -> str:
    """Join what is said of several rows; once where it is the same of all."""
    said = list(dict.fromkeys(said))
    return joined(said) if len(said) == 1 else f"{joined(said)}, in turn"


def _span(row: pd.Series) -> dict[str, str]:
    return {"first": str(row["first"]), "last": str(row["last"])}


def _structure(estimates: pd.DataFrame, spec: str) -> dict:
    """Level and trend of Krugman's index with and without farming."""
    parts = {}
    for name, suffix in (("with", ""), ("without", "_no_agriculture")):
        key = {"analysis": "similarity", "spec": spec + suffix, "outcome": "krugman"}
        rows = {
            term: find(estimates, term=term, **key)
            for term in ("own_level", "own_trend", "level", "trend")
        }
        own = rows["own_level"]
        parts[name] = {
            "level": described(own, 2, ALIKE),
            "moved": per_cent(own["estimate"] / 2) if has_estimate(own) else MISSING,
            "trend": described(rows["own_trend"], 2, ALIKE, 100),
            "level_rank": described(rows["level"], 2, AGAINST),
            "trend_rank": described(rows["trend"], 2, AGAINST, 100),
        }
    return parts


def _unusual(estimates: pd.DataFrame) -> dict[str, str]:
    """How many ranked levels and trends lie outside the placebo zones' interval."""
    counts = {}
    for term in ("level", "trend"):
        chosen = estimates["analysis"].isin(STRUCTURE_RANKS) & (estimates["term"] == term)
        rows = estimates[chosen & estimates["estimate"].notna()]
        outside = (rows["conf_low"] > 0) | (rows["conf_high"] < 0)
        counts |= {f"{term}s": str(len(rows)), f"{term}s_outside": str(int(outside.sum()))}
        counts[f"{term}s_were"] = "lies" if outside.sum() == 1 else "lie"
    return counts


def _sets(estimates: pd.DataFrame) -> dict[str, str]:
    """Least and greatest p-value of the ranks of trends over the sets of placebo zones."""
    rows = estimates[estimates["analysis"] == "similarity_sets"]
    rows = rows[rows["term"].str.startswith("trend.") & rows["estimate"].notna()]
    return {
        spec: f"{p_value(group['p_value'].min())} to {p_value(group['p_value'].max())}"
        for spec, group in rows.groupby("spec")
    }


def _counties(estimates: pd.DataFrame) -> dict:
    rows = estimates[estimates["analysis"] == "county_similarity"]
    parts = {}
    for spec in ("same_city", "other_city"):
        for name, suffix in (("with", ""), ("without", "_no_agriculture")):
            key = {"outcome": "krugman", "term": "change", "spec": spec + suffix}
            parts[f"{spec}_{name}"] = described(find(rows, **key), 3, ALIKE)
    counties = rows["n_units"].dropna()
    return parts | {"n": number(counties.max(), 0) if len(counties) else MISSING}


def _markets(estimates: pd.DataFrame, provinces: Mapping[str, str], markets: pd.DataFrame) -> dict:
    """The zone's pairs of provinces among all neighbouring pairs."""
    own = markets.loc[markets["zone"], ["province_a", "province_b"]].drop_duplicates()
    names = ["–".join(provinces[code] for code in pair) for pair in own.to_numpy()]
    others = markets.loc[~markets["zone"], ["province_a", "province_b"]].drop_duplicates()
    parts = {
        "pairs": ", ".join(names) or "no pair of neighbouring provinces",
        "others": str(len(others)),
        "first": str(markets["year"].min()),
        "last": str(markets["year"].max()),
    }
    for spec in ("all_goods", "one_decimal", "all_goods_early", "all_goods_late"):
        key = {"analysis": "segmentation", "spec": spec}
        level = find(estimates, term="level", **key)
        parts[spec] = {
            "ratio": _ratio(level),
            "p": p_cell(level),
            "said": words(level, AGAINST),
            "own": _percent(find(estimates, term="own_trend", **key)),
            "national": _percent(find(estimates, term="national_trend", **key)),
            "relative": _percent(find(estimates, term="relative_trend", **key)),
            "trend_p": p_cell(find(estimates, term="trend", **key)),
        }
    return parts


def _ratio(row: pd.Series | None) -> dict[str, str]:
    """A difference of logs as a ratio."""
    if not has_estimate(row):
        return {"value": MISSING, "interval": MISSING}
    ends = (math.exp(row["conf_low"]), math.exp(row["conf_high"]))
    return {"value": number(math.exp(row["estimate"]), 2), "interval": interval(*ends, 2)}


def _percent(row: pd.Series | None) -> dict[str, str]:
    """A slope of logs in log points times 100."""
    said = ("fell", "did not change detectably", "rose")
    return {
        "value": cell(row, "estimate", 1, 100),
        "interval": range_cell(row, 1, 100),
        "said": words(row, said),
    }


def _rounding(estimates: pd.DataFrame) -> dict[str, str]:
    """What rounding alone does to the variance of relative prices."""
    rows = estimates[estimates["analysis"] == "rounding"].set_index("term")
    values = rows["estimate"]
    parts = {
        "floor": number(100 * values["floor"] / values["observed"], 2),
        "floor_least": number(100 * values["floor"] / values["observed_least"], 1),
        "late": MISSING,
        "level": MISSING,
        "trend": MISSING,
    }
    if "late_ratio" in values:
        parts["late"] = number(100 * abs(values["late_ratio"] - 1), 2)
    for term, scale, decimals in (("level", 1, 2), ("trend", 100, 1)):
        if term in rows.index:
            parts[term] = range_cell(rows.loc[term], decimals, scale)
    return parts


def _duplication(estimates: pd.DataFrame) -> dict:
    rates = estimates[(estimates["analysis"] == "investment_rate") & (estimates["term"] == "level")]
    parts = {
        name: described(find(estimates, analysis="co_movement", spec=name), 2, AGAINST)
        for name in ("pearson", "spearman")
    }
    for name, outcome in (
        ("rate", "investment_over_gdp"),
        ("benchmarked", "investment_benchmarked"),
    ):
        rows = rates[rates["outcome"] == outcome].sort_values("spec")
        for end, (_, row) in zip(("first", "last"), rows.iterrows(), strict=True):
            labels = {"year": row["spec"], "note": row["note"]}
            parts[f"{name}_{end}"] = described(row, 0, AGAINST, 100) | labels
    for window in ("early", "late"):
        for other in ("population", "lights"):
            key = {"analysis": "outgrowth", "spec": window, "outcome": f"land_per_{other}"}
            parts[f"{other}_{window}"] = described(find(estimates, **key), 2, AGAINST, 100)
    said = (parts[f"population_{window}"]["said"] for window in ("early", "late"))
    parts["land_said"] = _in_turn(said)
    for outcome in ("log_icor", "output_per_capital"):
        row = find(estimates, analysis="capital_efficiency", outcome=outcome)
        parts[outcome] = described(row, 2, AGAINST)
    return parts


def _fiscal(estimates: pd.DataFrame, series: pd.DataFrame) -> dict:
    """The gap at its ends, its rank and that of its trend."""
    parts: dict = {}
    for outcome in ("gap", "gap_gdp"):
        known = series[(series["outcome"] == outcome) & series["zone"].notna()].sort_values("year")
        ends = {"first": known.iloc[0], "last": known.iloc[-1]} if len(known) else {}
        key = {"analysis": "fiscal_gap", "outcome": outcome}
        parts[outcome] = {
            "level": described(find(estimates, term="level", **key), 1, AGAINST),
            "trend": described(find(estimates, term="trend", **key), 2, AGAINST),
        }
        for name in ("first", "last"):
            row = ends.get(name)
            parts[outcome][name] = {
                "year": MISSING if row is None else str(int(row["year"])),
                "zone": MISSING if row is None else number(row["zone"], 0),
                "sufficiency": MISSING if row is None else number(100 - row["zone"], 0),
                "median": MISSING if row is None else number(row["median"], 0),
            }
    return parts


def _slopes(estimates: pd.DataFrame, specs: Iterable[str]) -> dict:
    parts: dict = {spec: _slope(estimates, spec) for spec in specs}
    told = [part["wild_said"] for part in parts.values() if part["value"] != MISSING]
    return parts | {"said": _in_turn(told) if told else "cannot be told"}


def _slope(estimates: pd.DataFrame, spec: str) -> dict[str, str]:
    """Slope of the gap on likeness to neighbours, with every kind of error."""
    said = ("below nought", "not told from nought", "above nought")
    key = {"analysis": "burden", "term": "overlap"}
    rows = {
        kind: find(estimates, spec=f"{spec}.{kind}", **key)
        for kind in ("province", "wild", "driscoll_kraay", "conley")
    }
    parts = described(rows["province"], 2, said)
    for kind, row in rows.items():
        parts[f"{kind}_interval"] = range_cell(row, 2)
        parts[f"{kind}_said"] = words(row, said)
    return parts | {
        "wild_p": p_cell(rows["wild"]),
        # Few clusters: the wild bootstrap's interval is the one that the text and the ledger use.
        "detectable": detectable(rows["wild"], 2),
        "cities": cell(rows["province"], "n_units", 0),
    }
