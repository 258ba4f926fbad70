"""Tables of what the plan did, from the chapter's results."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from guantian.chapters.plan.names import HEADLINE, NOT_AVAILABLE, SHORT, PlanNames, known
from guantian.geography.placebo_sets import SET_TITLES
from guantian.present.format import MISSING, interval, number, p_value
from guantian.present.tables import Table
from guantian.results import find, one, rows
from regiometrics.counterfactuals.synthetic import METHODS
from regiometrics.inference import POWER

RANK_NOTE = (
    "Effect: the zone minus its counterfactual, mean over the years after. Minus median: the "
    "effect minus the median of the placebo zones; its interval is the effect minus their "
    "quantiles; p is a rank, and overlapping zones make it rest on as few separate groups as "
    "the column Disjoint says. MDE: the effect that a test at the interval's level "
    f"finds with power {POWER:g}, were the placebo effects normal with these quantiles."
)


def plan_tables(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    tests: pd.DataFrame,
    names: PlanNames,
    confidence: float,
) -> list[Table]:
    """Return the chapter's tables.

    Parameters
    ----------
    estimates, series, tests
        Results of the chapter.
    names
        What things are called.
    confidence
        Of the intervals, named in the heads.
    """
    level = f"{100 * confidence:g}% interval"
    return [
        Table(
            "plan_effects",
            "Effect of the plan by outcome, synthetic difference-in-differences",
            _frame(_outcome_rows(estimates, names, level)),
            RANK_NOTE,
            group="Outcome",
            text=("Base",),
        ),
        Table(
            "plan_methods",
            "Effect of the plan on log real GDP by method",
            _frame(_method_rows(estimates, series, names, level)),
            RANK_NOTE + " Fit: root mean squared gap before the plan.",
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
            _frame(_staggered_rows(estimates, series, level)),
            "Years since approval compared with the year before; errors clustered by zone, or by "
            "province for cities never in a zone. Clusters: treated / all.",
            group="Estimator",
            text=("Term",),
        ),
        Table(
            "plan_sensitivity",
            "Parallel trends: power of the test before, and robust intervals",
            _frame(_sensitivity_rows(estimates, series, tests, level)),
            "Differences in differences of log real GDP, covariance of the placebo zones. M bounds "
            "a step of the violation after the plan by M times the largest step before "
            "(relative), or the change of its slope in a year (smoothness).",
            group="Part",
            text=("What",),
        ),
        Table(
            "plan_acts",
            "Later agreements and events: growth of the cities concerned and of the others",
            _frame(_act_rows(estimates, series, names)),
            "Mean reported growth in the years before and after, the event's own left out; "
            "difference: change of the cities concerned minus that of the others; rank among all "
            "choices of as many cities; hours: modelled rail time to the core a year before and "
            "after. Descriptions: several things happened at once.",
            text=("Event", "Cities"),
        ),
    ]


def _frame(cells: Iterator[dict]) -> pd.DataFrame:
    body = pd.DataFrame(list(cells))
    return body.fillna(MISSING) if len(body) else pd.DataFrame({"What": [NOT_AVAILABLE]})


def _rank_cells(row: pd.Series, level: str, decimals: int = 3) -> dict[str, str]:
    return {
        "Effect": number(row["own_value"], decimals),
        "Minus median": number(row["estimate"], decimals),
        level: interval(row["conf_low"], row["conf_high"], decimals),
        "p (rank)": p_value(row["p_value"]),
        "Placebo": number(row["n_draws"], 0),
        "Disjoint": number(row["n_disjoint"], 0),
    }


def _outcome_rows(estimates: pd.DataFrame, names: PlanNames, level: str) -> Iterator[dict]:
    effects = rows(known(estimates), analysis="effect", term="effect")
    labels = {**names.outcomes.to_dict(), "dispersion": "Dispersion of real GDP per resident"}
    for outcome, label in labels.items():
        method = "did" if outcome == "dispersion" else "sdid"
        decimals = 2 if outcome in ("growth", "secondary") else 3
        for base in names.choices["bases"]:
            row = find(effects, outcome=outcome, method=method, base=base)
            if row:
                yield {
                    "Outcome": label,
                    "Base": names.base(base),
                    **_rank_cells(row, level, decimals),
                    "MDE": number(row.mde, decimals),
                }


def _method_rows(
    estimates: pd.DataFrame, series: pd.DataFrame, names: PlanNames, level: str
) -> Iterator[dict]:
    for base in names.choices["bases"]:
        for method in METHODS:
            key = HEADLINE | {"base": base, "method": method}
            row = find(known(estimates), **key)
            if row:
                yield {
                    "Base": names.base(base),
                    "Method": SHORT[method],
                    **_rank_cells(row, level),
                    "MDE": number(row.mde, 3),
                    "Fit": number(one(series, **key | {"term": "fit"}).value, 4),
                }


def _check_rows(estimates: pd.DataFrame, names: PlanNames, level: str) -> Iterator[dict]:
    parts = (
        ("placebo_set", "Placebo set", ["placebo_set", "variant"], _set_title),
        ("city", "Single cities", ["unit"], lambda row: names.city(row["unit"])),
        ("ring", "Rings around the zone", ["setting"], lambda row: f"ring {row['setting']:g}"),
        ("date", "Earlier dates", ["year"], lambda row: str(row["year"])),
        ("completion", "Matrix completion", [], lambda row: f"base {names.base(row['base'])}"),
        ("zones", "Approved zones, each at its date", ["year", "group"], names.approval),
    )
    for analysis, label, order, name in parts:
        key = {"analysis": analysis, "term": "effect", "base": 0, "method": ["sdid", "completion"]}
        found = rows(known(estimates), **key)
        for _, row in (found.sort_values(order) if order else found).iterrows():
            yield {"Check": label, "What": name(row), **_rank_cells(row, level)}


def _set_title(row: pd.Series) -> str:
    """Name a set of placebo zones; a variant leaves provinces out of one."""
    title = SET_TITLES[row["placebo_set"]].capitalize()
    return f"{title}; {row['variant']}" if row["variant"] else title


def _staggered_rows(estimates: pd.DataFrame, series: pd.DataFrame, level: str) -> Iterator[dict]:
    found = rows(known(estimates), analysis="staggered").sort_values(["method", "horizon"])
    for _, row in found.iterrows():
        key = {"analysis": "staggered", "method": row["method"], "term": "treated_clusters"}
        treated = one(series, **key).value
        yield {
            "Estimator": row["estimator"],
            "Term": number(row["horizon"], 0) if row["term"] == "event" else "all years after",
            "Estimate": number(row["estimate"], 4),
            "Error": number(row["std_error"], 4),
            level: interval(row["conf_low"], row["conf_high"], 4),
            "p": p_value(row["p_value"]),
            "Clusters": f"{treated:g} / {row['n_clusters']}",
        }


def _sensitivity_rows(
    estimates: pd.DataFrame, series: pd.DataFrame, tests: pd.DataFrame, level: str
) -> Iterator[dict]:
    before = {"Part": "Before the plan"}
    for _, row in rows(tests, analysis="pretrend").iterrows():
        yield {**before, "What": "joint test, p (rank)", "Value": p_value(row["p_value"])}
    key = {"analysis": "pretrend", "parameter": "power"}
    for power in sorted(rows(series, **key)["setting"].unique()):
        for term, what in (
            ("slope", f"trend a year found with power {power:g}"),
            ("bias", f"mean spurious effect of that trend, power {power:g}"),
        ):
            value = one(series, **key, setting=power, term=term).value
            yield {**before, "What": what, "Value": number(value, 3)}
    labels = {"relative_magnitude": "Relative magnitude", "smoothness": "Smoothness"}
    found = rows(estimates, analysis="sensitivity").sort_values(["method", "setting"])
    for _, row in found.iterrows():
        yield {
            "Part": labels[row["method"]],
            "What": f"M = {row['setting']:g}",
            "Value": number(row["own_value"], 3),
            level: interval(row["conf_low"], row["conf_high"], 3),
        }


def _act_rows(estimates: pd.DataFrame, series: pd.DataFrame, names: PlanNames) -> Iterator[dict]:
    for act in names.acts:
        key = {"analysis": "acts", "group": act.id}
        difference = find(known(estimates), **key, term="difference")
        if difference is None:
            continue
        values = rows(series, **key).set_index("term")["value"]
        members = [code for code in act.cities if code in names.zone.codes]
        hours = (values.get(f"hours_{side}", float("nan")) for side in ("before", "after"))
        yield {
            "Event": f"{act.title}, {act.year}",
            "Cities": ", ".join(names.city(code) for code in members),
            "Before": number(values["before"], 1),
            "After": number(values["after"], 1),
            "Others before": number(values["rest_before"], 1),
            "Others after": number(values["rest_after"], 1),
            "Difference": number(difference.estimate, 1),
            "p (rank)": p_value(difference.p_value),
            "Choices": number(difference.n_draws, 0),
            "Hours": " → ".join(number(value, 1) for value in hours),
        }
