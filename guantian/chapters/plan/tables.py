"""Tables of what the plan did, declared by their columns."""

from __future__ import annotations

import pandas as pd

from guantian.chapters.plan import checks
from guantian.chapters.plan.names import HEADLINE, PlanNames, known
from guantian.present.captions import caption
from guantian.present.format import as_text, bounds, by, count, fixed, labelled, number, p_format
from guantian.present.tables import Column, Table, TableSpec, build
from guantian.results import rows

INTERVAL = ("conf_low", "conf_high")
POINTS = ("growth", "secondary")  # outcomes in points; the others are in logs
BOUNDS = {"relative_magnitude": "Relative magnitude", "smoothness": "Smoothness"}
#: National designs whose parallel trends are bounded, by the statement that they test.
NATIONAL = {
    "S1.10": "all zones, output",
    "S2.5": "all zones, core minus periphery",
    "S2.6": "zones within minus across provinces, output",
}


def _decimals(form) -> object:
    """Two decimals for outcomes in points, three for the others."""
    return by(dict.fromkeys(POINTS, form(2)), otherwise=form(3))


RANKED = (
    Column(("outcome", "own_value"), "Effect", _decimals(fixed)),
    Column(("outcome", "estimate"), "Minus median", _decimals(fixed)),
    Column(("outcome", *INTERVAL), "{level}% interval", _decimals(bounds)),
    Column("p_value", "p (rank)", p_format()),
    Column("n_draws", "Placebo", count()),
    Column("n_disjoint", "Disjoint", count()),
)
MDE = Column(("outcome", "mde"), "MDE", _decimals(fixed))
EFFECTS = TableSpec(
    "plan_effects",
    group="Outcome",
    columns=(
        Column("label", "Outcome", as_text()),
        Column("base_year", "Base", as_text()),
        *RANKED,
        MDE,
    ),
)
METHODS = TableSpec(
    "plan_methods",
    order={"base": None, "method": "method"},
    group="Base",
    columns=(
        Column("base_year", "Base", as_text()),
        Column("method", "Method", labelled("method", "short")),
        *RANKED,
        MDE,
        Column("fit", "Fit", fixed(4)),
    ),
)
CHECKS = TableSpec(
    "plan_checks",
    group="Check",
    columns=(Column("check", "Check", as_text()), Column("what", "What", as_text()), *RANKED),
)
STAGGERED = TableSpec(
    "plan_staggered",
    order={"method": "estimator", "horizon": None},
    group="Estimator",
    columns=(
        Column("method", "Estimator", labelled("estimator")),
        Column("when", "Term", as_text()),
        Column("estimate", "Estimate", fixed(4)),
        Column("std_error", "Error", fixed(4)),
        Column(INTERVAL, "{level}% interval", bounds(4)),
        Column("p_value", "p", p_format()),
        Column("clusters", "Clusters", as_text()),
    ),
)
PARTS = ("S1.10", "S2.5", "S1.9a", "S2.6")  # the core's share is in points, the others in logs
APPROVALS = TableSpec(
    "plan_approvals",
    group="Effect on",
    columns=(
        Column("variant", "Effect on", labelled("effect_of_approvals")),
        Column("what", "Estimator", as_text()),
        Column("outcome", "Output", labelled("outcome")),
        Column("n_clusters", "Clusters", count()),
        Column(("variant", "estimate"), "Estimate", by({"S1.9a": fixed(2)}, fixed(4))),
        Column(("variant", "std_error"), "Error", by({"S1.9a": fixed(2)}, fixed(4))),
        Column(("variant", *INTERVAL), "{level}% interval", by({"S1.9a": bounds(2)}, bounds(3))),
        Column("p_value", "p", p_format()),
        Column(
            ("variant", "expected_std_error"), "Expected error", by({"S1.9a": fixed(2)}, fixed(4))
        ),
        Column("size_at_5pct", "Size at 5%", fixed(3)),
    ),
)
SENSITIVITY = TableSpec(
    "plan_sensitivity",
    group="Part",
    columns=(
        Column("part", "Part", as_text()),
        Column("what", "What", as_text()),
        Column(("form", "shown"), "Value", by({"p": p_format()}, fixed(3))),
        Column(INTERVAL, "{level}% interval", bounds(3)),
    ),
)
ACTS = TableSpec(
    "plan_acts",
    columns=(
        Column("event", "Event", as_text()),
        Column("cities", "Cities", as_text()),
        Column("before", "Before", fixed(1)),
        Column("after", "After", fixed(1)),
        Column("rest_before", "Others before", fixed(1)),
        Column("rest_after", "Others after", fixed(1)),
        Column("estimate", "Difference", fixed(1)),
        Column("p_value", "p (rank)", p_format()),
        Column("n_draws", "Choices", count()),
        Column("hours_before", "Hours before", fixed(1)),
        Column("hours_after", "Hours after", fixed(1)),
    ),
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
        Of the intervals, named in the headers.
    """
    found = known(estimates)
    effects = rows(found, analysis="effect", term="effect")
    years = {base: names.base(base) for base in names.choices["bases"]}
    effects = effects.assign(base_year=effects["base"].map(years))
    level = f"{100 * confidence:g}"
    return [
        build(spec, each, caption("plan", spec.name, "tables"), level=level)
        for spec, each in (
            (EFFECTS, _by_outcome(effects, names)),
            (METHODS, _with_fit(rows(effects, outcome="gdp"), series)),
            (CHECKS, _checks(found, names)),
            (STAGGERED, _with_clusters(rows(found, analysis="staggered"), series)),
            (APPROVALS, listed_approvals(found, names)),
            (SENSITIVITY, _parallel_trends(estimates, series, tests)),
            (ACTS, _acts(found, series, names)),
        )
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
