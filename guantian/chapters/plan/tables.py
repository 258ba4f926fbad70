"""Tables of what the plan did, declared in ``tables.yaml``."""

from __future__ import annotations

import pandas as pd

from guantian.chapters.plan import checks
from guantian.chapters.plan.names import HEADLINE, PlanNames, known
from guantian.present.captions import caption
from guantian.present.declared import read_tables
from guantian.present.format import bounds, by, fixed, number, p_format
from guantian.present.tables import Table, build
from guantian.results import rows

POINTS = ("growth", "secondary")  # outcomes in points; the others are in logs
BOUNDS = {"relative_magnitude": "Relative magnitude", "smoothness": "Smoothness"}
#: National designs whose parallel trends are bounded, by the statement that they test.
NATIONAL = {
    "S1.10": "all zones, output",
    "S2.5": "all zones, core minus periphery",
    "S2.6": "zones within minus across provinces, output",
}


PARTS = ("S1.10", "S2.5", "S1.9a", "S2.6")  # the core's share is in points, the others in logs
FORMATS = {
    "by_outcome": by(dict.fromkeys(POINTS, fixed(2)), otherwise=fixed(3)),
    "bounds_by_outcome": by(dict.fromkeys(POINTS, bounds(2)), otherwise=bounds(3)),
    "by_part": by({"S1.9a": fixed(2)}, fixed(4)),
    "bounds_by_part": by({"S1.9a": bounds(2)}, bounds(3)),
    "p_or_value": by({"p": p_format()}, fixed(3)),
}
SPECS = read_tables(__file__, FORMATS)


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
        Of the intervals, named in the headers.
    """
    found = known(estimates)
    effects = rows(found, analysis="effect", term="effect")
    years = {base: names.base(base) for base in names.choices["bases"]}
    effects = effects.assign(base_year=effects["base"].map(years))
    level = f"{100 * confidence:g}"
    shown = {
        "plan_effects": _by_outcome(effects, names),
        "plan_methods": _with_fit(rows(effects, outcome="gdp"), series),
        "plan_checks": _checks(found, names),
        "plan_staggered": _with_clusters(rows(found, analysis="staggered"), series),
        "plan_approvals": listed_approvals(found, names),
        "plan_sensitivity": _parallel_trends(estimates, series, tests),
        "plan_acts": _acts(found, series, names),
    }
    return [
        build(SPECS[name], each, caption("plan", name, "tables"), level=level)
        for name, each in shown.items()
    ]


def _by_outcome(effects: pd.DataFrame, names: PlanNames) -> pd.DataFrame:
    """The headline's method for every outcome; of dispersion, differences in differences."""
    title = {**names.outcomes.to_dict(), "dispersion": "Dispersion of real GDP per resident"}
    shown = pd.concat(
        [rows(effects, method="sdid"), rows(effects, method="did", outcome="dispersion")]
    )
    place = {outcome: number for number, outcome in enumerate(title)}
    order = pd.DataFrame({"outcome": shown["outcome"].map(place), "base": shown["base"]})
    shown = shown.loc[order.sort_values(["outcome", "base"]).index]
    return shown.assign(label=shown["outcome"].map(title))


def _with_fit(effects: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    key = ["method", "base"]
    fit = rows(series, analysis="effect", term="fit", outcome=HEADLINE["outcome"])
    return effects.merge(fit.rename(columns={"value": "fit"})[[*key, "fit"]], on=key, how="left")


def _checks(found: pd.DataFrame, names: PlanNames) -> pd.DataFrame:
    return pd.concat(
        [
            each.assign(check=one.title, what=[one.name(row, names) for _, row in each.iterrows()])
            for one in checks.CHECKS
            for each in [one.rows(found).sort_values(list(one.order))]
        ]
    )


def _with_clusters(found: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """Treated clusters of all; the mean over all years after is named in words."""
    treated = rows(series, analysis="staggered", term="treated_clusters").set_index("method")
    counts = found["method"].map(treated["value"])
    return found.assign(
        clusters=[f"{a:g} / {b}" for a, b in zip(counts, found["n_clusters"], strict=True)],
        when=[
            number(h, 0) if t == "event" else "all years after"
            for t, h in zip(found["term"], found["horizon"], strict=True)
        ],
    )


def listed_approvals(found: pd.DataFrame, names: PlanNames) -> pd.DataFrame:
    """Every pooled estimate of the approvals of all zones, the primary one of a part first."""
    kinds = ("primary", "secondary", "falsification")
    shown = rows(found, sample="china", analysis=list(kinds), variant=list(PARTS))
    shown = shown[~shown["group"].isin(list(names.zones)) & (shown["term"] != "event")]
    place = pd.DataFrame(
        {
            "variant": shown["variant"].map({part: n for n, part in enumerate(PARTS)}),
            "analysis": shown["analysis"].map({kind: n for n, kind in enumerate(kinds)}),
        }
    )
    shown = shown.loc[place.sort_values(["variant", "analysis"], kind="stable").index]
    return shown.assign(what=[_estimator(row) for _, row in shown.iterrows()])


def _estimator(row: pd.Series) -> str:
    """Name an estimator of the approvals with what is special about it."""
    said = [row["estimator"]]
    if row["term"] == "trend_before":
        said.append("trend a year before")
    if row["term"] == "neighbours":
        said.append("effect on neighbours")
    if row["parameter"] == "years_earlier":
        said.append(f"dated {row['setting']:g} years early")
    said += [row[name] for name in ("donors", "members") if row[name]]
    return "; ".join(said)


def _parallel_trends(
    estimates: pd.DataFrame, series: pd.DataFrame, tests: pd.DataFrame
) -> pd.DataFrame:
    """The test of paths before the plan, what it could detect, and robust intervals."""
    joint = rows(tests, analysis="pretrend")
    joint = joint.assign(form="p", shown=joint["p_value"], what="joint test, p (rank)")
    power = rows(series, analysis="pretrend", parameter="power")
    power = power.sort_values(["setting", "term"], ascending=[True, False])
    said = {
        "slope": "trend a year found with power {:g}",
        "bias": "mean spurious effect of that trend, power {:g}",
    }
    power = power.assign(
        shown=power["value"],
        what=[said[t].format(s) for t, s in zip(power["term"], power["setting"], strict=True)],
    )
    robust = rows(estimates, analysis="sensitivity").sort_values(["method", "setting"])
    robust = robust.assign(
        part=robust["method"].map(BOUNDS),
        what=[f"M = {bound:g}" for bound in robust["setting"]],
        shown=robust["own_value"],
    )
    whole = rows(estimates, analysis="secondary", parameter="M", variant=tuple(NATIONAL))
    whole = whole.sort_values(["variant", "method", "setting"])
    whole = whole.assign(
        part=[
            f"{BOUNDS[method]}, {NATIONAL[variant]}"
            for method, variant in zip(whole["method"], whole["variant"], strict=True)
        ],
        what=[f"M = {bound:g}" for bound in whole["setting"]],
        shown=whole["own_value"],
    )
    found = pd.concat([joint, power, robust, whole], ignore_index=True)
    return found.assign(
        part=found["part"].fillna("Before the plan"), form=found["form"].fillna("number")
    )


def _acts(found: pd.DataFrame, series: pd.DataFrame, names: PlanNames) -> pd.DataFrame:
    """One row per later agreement or event, in the order of the configuration."""
    difference = rows(found, analysis="acts", term="difference").set_index("group")
    values = rows(series, analysis="acts").pivot(index="group", columns="term", values="value")
    columns = ["before", "after", "rest_before", "rest_after", "hours_before", "hours_after"]
    joined = difference.join(values.reindex(columns=columns))
    acts = [act for act in names.acts if act.id in joined.index]
    members = set(names.zone.codes)
    return joined.loc[[act.id for act in acts]].assign(
        event=[f"{act.title}, {act.year}" for act in acts],
        cities=[
            ", ".join(names.city(code) for code in act.cities if code in members) for act in acts
        ],
    )
