"""Tables of what the plan did, from the estimates."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from guantian.chapters.plan.estimate.names import SHORT, PlanNames
from guantian.chapters.plan.numbers import plan_numbers
from guantian.estimates import with_detectable
from guantian.geography.placebo_sets import SET_TITLES
from guantian.present.format import MISSING, interval, number, p_value
from guantian.present.tables import Table
from regiometrics.counterfactuals.synthetic import METHODS
from regiometrics.inference import POWER

__all__ = ["plan_numbers", "plan_tables"]

HEADLINE = "gdp"


def plan_tables(estimates: pd.DataFrame, names: PlanNames, confidence: float) -> list[Table]:
    """Return the chapter's tables.

    Parameters
    ----------
    estimates
        Tidy estimates of the chapter.
    names
        What things are called.
    confidence
        Of the intervals, named in the heads.
    """
    level = f"{100 * confidence:g}% interval"
    rank_note = (
        "Effect: the zone less its counterfactual, mean over the years after. Less median: the "
        "effect less the median of the placebo zones; its interval is the effect less their "
        "quantiles; p is a rank, and overlapping zones make it rest on as few separate groups as "
        "the column Disjoint says. Detectable: the effect that a test at the interval's level "
        f"finds with power {POWER:g}, were the placebo effects normal with these quantiles."
    )
    estimates = with_detectable(estimates, confidence)
    return [
        Table(
            "plan_effects",
            "Effect of the plan by outcome, synthetic difference-in-differences",
            _frame(_outcome_rows(estimates, names, level)),
            rank_note,
            group="Outcome",
            text=("Base",),
        ),
        Table(
            "plan_methods",
            "Effect of the plan on log real GDP by method",
            _frame(_method_rows(estimates, names, level)),
            rank_note + " Fit: root mean squared gap before the plan.",
            group="Base",
            text=("Method",),
        ),
        Table(
            "plan_checks",
            "Effect on log real GDP: cities, rings, earlier dates, other placebo and other zones",
            _frame(_check_rows(estimates, names, level)),
            "Synthetic difference-in-differences but for matrix completion. Cities are ranked "
            "among single donor cities; all others among placebo zones of the zone's size.",
            group="Check",
            text=("What",),
        ),
        Table(
            "plan_staggered",
            "Approvals of all zones as staggered treatments: log real GDP",
            _frame(_staggered_rows(estimates, level)),
            "Years since approval against the year before; errors clustered by zone, or by "
            "province for cities never in a zone.",
            group="Estimator",
            text=("Term",),
        ),
        Table(
            "plan_sensitivity",
            "Parallel trends: power of the test before, and robust intervals",
            _frame(_sensitivity_rows(estimates, level)),
            "Differences in differences of log real GDP, covariance of the placebo zones. M bounds "
            "a step of the violation after the plan by M times the largest step before "
            "(relative), or the change of its slope in a year (smoothness).",
            group="Part",
            text=("What",),
        ),
        Table(
            "plan_acts",
            "Later acts: growth of the cities concerned and of the zone's others",
            _frame(_act_rows(estimates, names)),
            "Mean reported growth in the years before and after, the act's own left out; "
            "difference: change of the cities concerned less that of the others; rank among all "
            "choices of as many cities; hours: modelled rail time to the core a year before and "
            "after. Descriptions: several things happened at once.",
            text=("Act", "Cities"),
        ),
    ]


def _frame(rows: Iterator[dict]) -> pd.DataFrame:
    body = pd.DataFrame(list(rows))
    return body.fillna(MISSING) if len(body) else pd.DataFrame({"What": ["not to be had"]})


def _rank_cells(row: pd.Series, level: str, decimals: int = 3) -> dict[str, str]:
    groups = row["note"].partition("; ")[2].removesuffix(" disjoint groups")
    return {
        "Effect": number(row["statistic"], decimals),
        "Less median": number(row["estimate"], decimals),
        level: interval(row["conf_low"], row["conf_high"], decimals),
        "p (rank)": p_value(row["p_value"]),
        "Placebo": number(float(row["n_obs"]), 0),
        "Disjoint": groups or MISSING,
    }


def _cell(rows: pd.DataFrame, spec: str, outcome: str, term: str) -> pd.Series | None:
    chosen = rows[(rows["spec"] == spec) & (rows["outcome"] == outcome) & (rows["term"] == term)]
    return None if chosen.empty or pd.isna(chosen["estimate"].iloc[0]) else chosen.iloc[0]


def _outcome_rows(estimates: pd.DataFrame, names: PlanNames, level: str) -> Iterator[dict]:
    effects = estimates[estimates["analysis"] == "plan_effect"]
    labels = {**names.outcomes.to_dict(), "dispersion": "Dispersion of real GDP per resident"}
    for outcome, label in labels.items():
        method = "did" if outcome == "dispersion" else "sdid"
        for base in names.choices["bases"]:
            spec = f"{method}_base{base}"
            row = _cell(effects, spec, outcome, "effect")
            if row is None:
                continue
            wide = outcome in ("growth", "secondary")
            yield {
                "Outcome": label,
                "Base": names.base(spec),
                **_rank_cells(row, level, 2 if wide else 3),
                "Detectable": number(row["detectable"], 2 if wide else 3),
            }


def _method_rows(estimates: pd.DataFrame, names: PlanNames, level: str) -> Iterator[dict]:
    effects = estimates[estimates["analysis"] == "plan_effect"]
    for base in names.choices["bases"]:
        for method in METHODS:
            spec = f"{method}_base{base}"
            row = _cell(effects, spec, HEADLINE, "effect")
            if row is None:
                continue
            yield {
                "Base": names.base(spec),
                "Method": SHORT[method],
                **_rank_cells(row, level),
                "Detectable": number(row["detectable"], 3),
                "Fit": number(_value(effects, spec, "fit"), 4),
            }


def _set_title(spec: str) -> str:
    """Name a set of placebo zones; a check may leave places out of one."""
    name, _, without = spec.partition(", without ")
    title = SET_TITLES[name].capitalize()
    return f"{title}; without struck provinces" if without else title


def _value(rows: pd.DataFrame, spec: str, term: str) -> float:
    row = _cell(rows, spec, HEADLINE, term)
    return float("nan") if row is None else float(row["estimate"])


def _check_rows(estimates: pd.DataFrame, names: PlanNames, level: str) -> Iterator[dict]:
    parts = (
        ("plan_placebo_set", "Placebo set", lambda row: _set_title(row["spec"])),
        ("plan_city", "Single cities", lambda row: names.sample(row["sample"])),
        ("plan_ring", "Rings around the zone", lambda row: row["spec"].replace("ring", "ring ")),
        ("plan_date", "Earlier dates", lambda row: row["spec"]),
        ("plan_completion", "Matrix completion", lambda row: f"base {names.base(row['spec'])}"),
        (
            "plan_zones",
            "Approved zones, each at its date",
            lambda row: f"{names.sample(row['sample'])}, {row['spec']}",
        ),
    )
    for analysis, label, name in parts:
        chosen = estimates[
            (estimates["analysis"] == analysis)
            & (estimates["term"] == "effect")
            & estimates["estimate"].notna()
            & ~estimates["spec"].isin(["sc_base0", "sc_base1", "sdid_base1"])
        ]
        for _, row in chosen.iterrows():
            yield {"Check": label, "What": name(row), **_rank_cells(row, level)}


def _staggered_rows(estimates: pd.DataFrame, level: str) -> Iterator[dict]:
    chosen = estimates[
        (estimates["analysis"] == "plan_staggered") & estimates["estimate"].notna()
    ].copy()
    is_event = chosen["term"].str.startswith("event.")
    chosen["order"] = chosen["term"].str.removeprefix("event.").where(is_event, "99").astype(int)
    for _, row in chosen.sort_values(["spec", "order"]).iterrows():
        yield {
            "Estimator": row["estimator"],
            "Term": number(row["order"], 0) if row["order"] != 99 else "all years after",
            "Estimate": number(row["estimate"], 4),
            "Error": number(row["std_error"], 4),
            level: interval(row["conf_low"], row["conf_high"], 4),
            "p": p_value(row["p_value"]),
            "Clusters": row["note"].replace(" treated clusters of ", " / "),
        }


def _sensitivity_rows(estimates: pd.DataFrame, level: str) -> Iterator[dict]:
    before = estimates[estimates["analysis"] == "plan_pretrend"]
    for _, row in before[before["spec"] == "joint"].iterrows():
        yield {
            "Part": "Before the plan",
            "What": "joint test, p (rank)",
            "Value": p_value(row["p_value"]),
        }
    powers = before[before["spec"].str.startswith("power")]
    for spec, rows in powers.groupby("spec"):
        values = rows.set_index("term")["estimate"]
        yield {
            "Part": "Before the plan",
            "What": f"trend a year found with power {spec.removeprefix('power')}",
            "Value": number(values["slope"], 3),
        }
        yield {
            "Part": "Before the plan",
            "What": f"mean effect that it would feign, power {spec.removeprefix('power')}",
            "Value": number(values["bias"], 3),
        }
    chosen = estimates[estimates["analysis"] == "plan_sensitivity"].copy()
    chosen["bound"] = chosen["term"].astype(float)
    for _, row in chosen.sort_values(["spec", "bound"]).iterrows():
        yield {
            "Part": row["spec"].replace("_", " ").capitalize(),
            "What": f"M = {row['term']}",
            "Value": number(row["statistic"], 3),
            level: interval(row["conf_low"], row["conf_high"], 3),
        }


def _act_rows(estimates: pd.DataFrame, names: PlanNames) -> Iterator[dict]:
    acts = estimates[estimates["analysis"] == "plan_acts"]
    for act in names.acts:
        rows = acts[acts["spec"] == act.id].set_index("term")
        if "before" not in rows.index:
            continue
        values = rows["estimate"]
        members = [code for code in act.cities if code in names.zone.codes]
        known = [values.get(f"hours_{side}", float("nan")) for side in ("before", "after")]
        yield {
            "Act": f"{act.title}, {act.year}",
            "Cities": ", ".join(names.sample(code) for code in members),
            "Before": number(values["before"], 1),
            "After": number(values["after"], 1),
            "Others before": number(values["rest_before"], 1),
            "Others after": number(values["rest_after"], 1),
            "Difference": number(values["difference"], 1),
            "p (rank)": p_value(rows.at["difference", "p_value"]),
            "Choices": number(float(rows.at["difference", "n_obs"]), 0),
            "Hours": " → ".join(number(hours, 1) for hours in known),
        }
