"""The numbers of the text on what the plan did, and the words that depend on them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from guantian.chapters.plan.estimate.names import PlanNames
from guantian.present.format import MISSING, count_word, interval, number, p_value, per_cent
from guantian.results import with_detectable
from regiometrics.counterfactuals.synthetic import METHODS

EMPTY = {
    "effect": MISSING,
    "relative": MISSING,
    "interval": MISSING,
    "p": MISSING,
    "groups": MISSING,
    "draws": MISSING,
    "detectable": MISSING,
    "median": MISSING,
    "said": "is not to be had from these figures",
}


Judge = Callable[[Mapping[str, str], pd.Series], Mapping[str, Any]]


def plan_numbers(
    estimates: pd.DataFrame, names: PlanNames, confidence: float, judge: Judge
) -> dict:
    """Return the numbers of the text, printed.

    Parameters
    ----------
    estimates
        Tidy estimates of the chapter.
    names
        What things are called.
    confidence
        Of the intervals.
    judge
        Place of a part of the ledger (``spec``, ``outcome``) and the estimate to put there, to
        ``word``, ``matters`` and ``end``.
    """
    estimates = with_detectable(estimates, confidence)
    effects = estimates[estimates["analysis"] == "plan_effect"]
    lights = next(
        (
            name
            for name in ("lights_first", "lights_second")
            if len(_known(effects, "sdid_base0", name))
        ),
        "lights_first",
    )
    chosen = {
        "headline": ("sdid_base0", "gdp"),
        "later_base": ("sdid_base1", "gdp"),
        "deflated": ("sdid_base0", "gdp_deflated"),
        "sc": ("sc_base0", "gdp"),
        "asc": ("asc_base0", "gdp"),
        "did": ("did_base0", "gdp"),
        "lights": ("sdid_base0", lights),
        "investment": ("sdid_base0", "investment"),
        "investment_later": ("sdid_base1", "investment"),
        "investment_did": ("did_base0", "investment"),
        "dispersion": ("did_base0", "dispersion"),
    }
    numbers: dict = {key: _effect(effects, *place) for key, place in chosen.items()}
    numbers |= {
        key: _effect(effects, "sdid_base0", outcome, 2)
        for key, outcome in (("growth", "growth"), ("secondary", "secondary"))
    }
    for key, analysis in (("ring1", "ring1"), ("ring2", "ring2")):
        rows = estimates[estimates["analysis"] == "plan_ring"]
        numbers[key] = _effect(rows, analysis, "gdp")
    numbers["completion"] = _effect(
        estimates[estimates["analysis"] == "plan_completion"], "base0", "gdp"
    )
    sets = estimates[estimates["analysis"] == "plan_placebo_set"]
    numbers["set_zone"], numbers["set_wide"] = (
        _effect(sets, name, "gdp") for name in ("zone", "wide")
    )
    numbers["set_struck"] = _effect(sets, "main, without struck", "gdp")
    share = _known(sets, "main", "gdp", "struck_share")["estimate"]
    numbers["struck_share"] = per_cent(share.iloc[0]) if len(share) else MISSING
    return numbers | {
        "year": str(names.year),
        "acts_span": number(names.choices["event_window"], 0),
        "multiple": _multiple(effects),
        "base": str(names.year - 1),
        "base_later": str(names.year),
        "first": _window(estimates, 0),
        "last": _window(estimates, -1),
        "detectable_growth": _as_growth(effects, names),
        "methods": _span(
            effects,
            [f"{method}_base{base}" for method in METHODS for base in names.choices["bases"]],
        ),
        "curve": _curve(estimates),
        "verdict": _verdicts(effects, sets, judge),
        "adjusted": _adjusted(estimates, "investment"),
        "conformal": _single(estimates, "plan_conformal", "base0", "p_value"),
        "staggered": _staggered(estimates),
        "pretrend": _pretrend(estimates),
        "sets_said": _sets(sets),
        "robust": _robust(estimates),
        "cities": _cities(estimates, names),
        "zones": _zones(estimates, names),
        "dates": _dates(estimates),
        "confidence": f"{100 * confidence:g}",
    }


def _known(rows: pd.DataFrame, spec: str, outcome: str, term: str = "effect") -> pd.DataFrame:
    return rows[
        (rows["spec"] == spec)
        & (rows["outcome"] == outcome)
        & (rows["term"] == term)
        & rows["estimate"].notna()
    ]


def _effect(rows: pd.DataFrame, spec: str, outcome: str, decimals: int = 3) -> dict[str, str]:
    found = _known(rows, spec, outcome)
    if found.empty:
        return dict(EMPTY)
    row = found.iloc[0]
    return {
        "effect": number(row["statistic"], decimals),
        "relative": number(row["estimate"], decimals),
        "median": number(row["statistic"] - row["estimate"], decimals),
        "interval": interval(row["conf_low"], row["conf_high"], decimals),
        "p": p_value(row["p_value"]),
        "draws": number(float(row["n_obs"]), 0),
        "groups": row["note"].partition("; ")[2].removesuffix(" disjoint groups") or MISSING,
        "detectable": number(row["detectable"], decimals),
        "said": _said(row),
    }


def _said(row: pd.Series) -> str:
    if row["conf_low"] > 0:
        return "lies above what placebo zones show"
    if row["conf_high"] < 0:
        return "lies below what placebo zones show"
    return "lies within what placebo zones show"


def _verdicts(effects: pd.DataFrame, sets: pd.DataFrame, judge: Judge) -> dict:
    """The headline's verdict by the ledger's rule, and what it would be by other choices."""
    wanted = {
        "headline": ("sdid_base0", effects, "sdid_base0"),
        "later_base": ("sdid_base1", effects, "sdid_base1"),
        "struck": ("sdid_base0", sets, "main, without struck"),
    }
    said: dict = {}
    for name, (part, rows, spec) in wanted.items():
        found = _known(rows, spec, "gdp")
        if found.empty:
            said[name] = {"word": "not to be had", "matters": MISSING, "end": MISSING}
            continue
        found = judge({"spec": part, "outcome": "gdp"}, found.iloc[0])
        said[name] = {
            "word": found["word"],
            "matters": number(found["matters"], 3),
            "end": number(found["end"], 3),
        }
    words = {value["word"] for value in said.values()}
    turns = "does not turn" if len(words) == 1 else "turns"
    return said | {"said": f"the verdict {turns} on these choices"}


def _window(estimates: pd.DataFrame, place: int) -> str:
    path = estimates[
        (estimates["analysis"] == "plan_path")
        & (estimates["spec"] == "sdid_base0")
        & (estimates["outcome"] == "gdp")
    ]
    years = sorted(path["term"])
    return years[place] if years else MISSING


def _multiple(effects: pd.DataFrame) -> str:
    """The smallest detectable effect in standard deviations of the placebo effects."""
    found = _known(effects, "sdid_base0", "gdp")
    if found.empty:
        return MISSING
    return number(found["detectable"].iloc[0] / found["std_error"].iloc[0], 1)


def _as_growth(effects: pd.DataFrame, names: PlanNames) -> str:
    """Growth a year, in points, whose mean gain is the smallest detectable effect."""
    found = _known(effects, "sdid_base0", "gdp")
    if found.empty:
        return MISSING
    after = int(found["n_periods"].iloc[0]) - names.choices["before"]
    return number(100 * found["detectable"].iloc[0] / ((after + 1) / 2), 1)


def _span(effects: pd.DataFrame, specs: list[str]) -> dict[str, str]:
    rows = effects[
        effects["spec"].isin(specs) & (effects["outcome"] == "gdp") & (effects["term"] == "effect")
    ]
    rows = rows[rows["estimate"].notna()]
    if rows.empty:
        return {"low": MISSING, "high": MISSING, "p_low": MISSING}
    return {
        "low": number(rows["estimate"].min(), 3),
        "high": number(rows["estimate"].max(), 3),
        "p_low": p_value(rows["p_value"].min()),
    }


def _curve(estimates: pd.DataFrame) -> dict[str, str]:
    rows = estimates[(estimates["analysis"] == "plan_curve") & estimates["estimate"].notna()]
    each, median = rows[rows["term"] == "effect"], rows[rows["term"] == "median"]
    if each.empty or median.empty:
        return dict.fromkeys(
            ("n", "low", "high", "median", "interval", "p", "above", "below"), MISSING
        )
    middle = median.iloc[0]
    return {
        "n": number(len(each), 0),
        "low": number(each["estimate"].min(), 3),
        "high": number(each["estimate"].max(), 3),
        "median": number(middle["estimate"], 3),
        "interval": interval(middle["conf_low"], middle["conf_high"], 3),
        "p": p_value(middle["p_value"]),
        "above": number(float((each["conf_low"] > 0).sum()), 0),
        "below": number(float((each["conf_high"] < 0).sum()), 0),
    }


def _single(estimates: pd.DataFrame, analysis: str, spec: str, column: str) -> str:
    rows = estimates[(estimates["analysis"] == analysis) & (estimates["spec"] == spec)]
    return p_value(rows[column].iloc[0]) if len(rows) else MISSING


def _adjusted(estimates: pd.DataFrame, outcome: str) -> str:
    rows = estimates[(estimates["analysis"] == "plan_adjusted") & (estimates["outcome"] == outcome)]
    return p_value(rows["p_value"].iloc[0]) if len(rows) else MISSING


def _staggered(estimates: pd.DataFrame) -> dict[str, str]:
    rows = estimates[
        (estimates["analysis"] == "plan_staggered")
        & (estimates["spec"] == "callaway_santanna")
        & (estimates["term"] == "overall")
        & estimates["estimate"].notna()
    ]
    if rows.empty:
        return dict.fromkeys(("estimate", "interval", "p", "clusters", "detectable"), MISSING)
    row = rows.iloc[0]
    return {
        "estimate": number(row["estimate"], 3),
        "interval": interval(row["conf_low"], row["conf_high"], 3),
        "p": p_value(row["p_value"]),
        "clusters": row["note"].partition(" ")[0],
        "detectable": number(row["detectable"], 3),
    }


def _pretrend(estimates: pd.DataFrame) -> dict[str, str]:
    rows = estimates[estimates["analysis"] == "plan_pretrend"]
    joint = rows[(rows["spec"] == "joint") & rows["p_value"].notna()]
    first = rows[rows["spec"] == "event"].sort_values("term")["estimate"]
    strong = rows[rows["spec"] == "power0.8"].set_index("term")["estimate"]
    return {
        "p": p_value(joint["p_value"].iloc[0]) if len(joint) else MISSING,
        "said": "moved" if first.empty else ("fell" if first.iloc[0] > 0 else "rose"),
        "slope": number(100 * strong.get("slope", math.nan), 1),
        "bias": number(strong.get("bias", math.nan), 2),
    }


def _sets(sets: pd.DataFrame) -> str:
    """In how many sets of placebo zones the interval holds zero."""
    known = sets[(sets["term"] == "effect") & sets["estimate"].notna()]
    holding = int(((known["conf_low"] <= 0) & (known["conf_high"] >= 0)).sum())
    if known.empty:
        return "whether these intervals hold zero cannot be told"
    if holding == len(known):
        return "every one of these intervals holds zero"
    return f"{count_word(holding)} of these {count_word(len(known))} intervals hold zero"


def _robust(estimates: pd.DataFrame) -> dict[str, str]:
    rows = estimates[
        (estimates["analysis"] == "plan_sensitivity") & (estimates["spec"] == "relative_magnitude")
    ]
    by_bound = {
        float(row["term"]): interval(row["conf_low"], row["conf_high"], 3)
        for _, row in rows.iterrows()
    }
    if not by_bound:
        return {"none": MISSING, "largest": MISSING, "bound": MISSING}
    return {
        "none": by_bound.get(0.0, MISSING),
        "largest": by_bound[max(by_bound)],
        "bound": f"{max(by_bound):g}",
    }


def _cities(estimates: pd.DataFrame, names: PlanNames) -> dict[str, str]:
    rows = estimates[
        (estimates["analysis"] == "plan_city")
        & (estimates["spec"] == "sdid_base0")
        & estimates["estimate"].notna()
    ].sort_values("estimate")
    if rows.empty:
        return dict.fromkeys(("lowest", "low", "highest", "high", "p_low", "n"), MISSING)
    return {
        "lowest": names.sample(rows["sample"].iloc[0]),
        "low": number(rows["statistic"].iloc[0], 3),
        "highest": names.sample(rows["sample"].iloc[-1]),
        "high": number(rows["statistic"].iloc[-1], 3),
        "p_low": p_value(rows["p_value"].min()),
        "n": number(len(rows), 0),
    }


def _zones(estimates: pd.DataFrame, names: PlanNames) -> dict[str, str]:
    rows = estimates[(estimates["analysis"] == "plan_zones") & estimates["estimate"].notna()]
    others = rows[rows["sample"] != names.zone.id]
    if others.empty:
        return dict.fromkeys(("n", "above"), MISSING)
    return {
        "n": number(len(others), 0),
        "above": number(float((others["statistic"] > 0).sum()), 0),
    }


def _dates(estimates: pd.DataFrame) -> dict[str, str]:
    rows = estimates[(estimates["analysis"] == "plan_date") & estimates["estimate"].notna()]
    if rows.empty:
        return {"low": MISSING, "high": MISSING, "p_low": MISSING}
    return {
        "low": number(rows["estimate"].min(), 3),
        "high": number(rows["estimate"].max(), 3),
        "p_low": p_value(rows["p_value"].min()),
    }
