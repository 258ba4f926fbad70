"""Figures of what the plan did, from the chapter's results."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from guantian import labels
from guantian.chapters.plan.checks import CHECKS
from guantian.chapters.plan.names import HEADLINE, PlanNames, known, lights
from guantian.present.figures import (
    canvas,
    curve,
    draw_band,
    draw_distribution,
    draw_forest,
    forest,
    gather,
    legend,
    title,
)
from guantian.present.figures.band import name_lines
from guantian.results import rows

Drawn = tuple[Figure, pd.DataFrame]
BASES = {0: "estimate", 1: "alternative"}  # roles
MEDIAN = "Minus the placebo median"


def draw_effect(estimates: pd.DataFrame, series: pd.DataFrame, names: PlanNames) -> Drawn:
    """Draw the headline: path, placebo effects, and the effect by method.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    names
        What things are called.
    """
    figure, axes = canvas(2, 2, height=4.6)
    shown = {}
    for letter, outcome in (("a", "gdp"), ("b", lights(estimates) or "growth")):
        path = rows(
            known(estimates), **HEADLINE | {"analysis": "path", "term": "gap", "outcome": outcome}
        )
        events = {names.year - 0.5: "Plan"} if len(path) else {}
        shown[letter] = draw_band(
            axes[letter],
            _with_placebo(path),
            line="sample",
            line_kind="sample",
            reference=0,
            events=events,
        )
        title(axes[letter], f"{labels.label('outcome', outcome, 'short')}, SDID", letter)
    axes["a"].set_ylabel("Zone minus counterfactual (log)")
    draws = rows(series, **HEADLINE | {"analysis": "placebo"}).rename(columns={"value": "estimate"})
    draws["sample"] = draws["sample"].where(draws["setting"] == 0, "placebo")
    shown["c"] = draw_distribution(axes["c"], draws)
    axes["c"].set_xlabel("Mean effect on log real GDP")
    title(axes["c"], "Placebo zones and the zone, SDID", "c")
    found = rows(known(estimates), analysis="effect", outcome="gdp", term="effect")
    shown["d"] = draw_forest(
        axes["d"],
        found.assign(role=found["base"].map(BASES)),
        row="method",
        row_kind="method",
        role="role",
    )
    axes["d"].set_xlabel(MEDIAN)
    title(axes["d"], "By method and base year", "d")
    data = gather(shown)
    bases = [(_handle(BASES[base]), f"Base {names.base(base)}") for base in names.choices["bases"]]
    _legend_of_band(figure, shown["a"], bases)
    return figure, data


def _with_placebo(path: pd.DataFrame) -> pd.DataFrame:
    """The zone's gap by year, and the median and range of placebo zones'."""
    gap = path["own_value"]
    # The interval of a rank is the zone's gap minus the quantiles of the placebo zones.
    low, high = gap - path["conf_high"], gap - path["conf_low"]
    placebo = path.assign(
        sample="placebo", estimate=path["benchmark"], conf_low=low, conf_high=high
    )
    own = path.assign(estimate=gap, conf_low=float("nan"), conf_high=float("nan"))
    columns = ["sample", "year", "estimate", "conf_low", "conf_high"]
    return pd.concat([own[columns], placebo[columns]], ignore_index=True)


def _handle(role: str) -> Line2D:
    style = labels.style(role)
    return Line2D([], [], color=style.colour, marker=style.mark, markersize=4.5, linewidth=1.2)


def _legend_of_band(figure: Figure, shown: pd.DataFrame, others: list) -> None:
    from matplotlib.patches import Patch

    median = Line2D([], [], color=labels.colour("placebo_median"), linestyle=":")
    fill = Patch(facecolor=labels.colour("placebo"), linewidth=0)
    zone = Line2D([], [], color=labels.colour("zone"))
    band = [(zone, labels.label("sample", "zone")), ((fill, median), "Placebo zones")]
    legend(figure, [], others=[*(band if len(shown) else []), *others])


def draw_curve(estimates: pd.DataFrame, names: PlanNames) -> Drawn:
    """Draw every specification's effect in ascending order, and the medians behind each choice.

    Parameters
    ----------
    estimates
        Estimates of the chapter.
    names
        What things are called.
    """
    found = rows(known(estimates), analysis="curve", term="effect")
    found = found.rename(columns={"horizon": "after"})
    declared = names.choices["curve"] | {"base": names.choices["bases"]}
    options = {
        "method": {key: labels.label("method", key) for key in declared["method"]},
        "base": {key: names.base(key) for key in declared["base"]},
        "donors": {key: labels.label("donor_set", key, "short") for key in declared["donors"]},
        "after": {key: str(key) for key in declared["after"]},
        "outcome": {key: labels.label("outcome", key) for key in declared["outcome"]},
        "members": {key: key.capitalize() for key in declared["members"]},
    }
    headline = {"after": names.choices["after"], "donors": "main", "members": "all"}
    headline |= {name: HEADLINE[name] for name in ("method", "base", "outcome")}
    first = pd.concat([found[name] == value for name, value in headline.items()], axis=1)
    return curve(
        found.assign(headline=first.all(axis=1)),
        choices=list(options),
        choice_labels=options,
        y_label="Effect minus placebo\nmedian (log)",
        headline="headline",
    )


def draw_events(estimates: pd.DataFrame, names: PlanNames) -> Drawn:
    """Draw the zone's event study, those of all approvals, and the sensitivity of the first.

    Parameters
    ----------
    estimates
        Estimates of the chapter.
    names
        What things are called.
    """
    figure, axes = canvas(1, 3, height=2.7, widths=[1, 1, 0.9])
    study = rows(estimates, analysis="event_study")
    events = {names.year - 0.5: "Plan"} if len(study) else {}
    shown = {
        "a": draw_band(
            axes["a"], study, line="sample", line_kind="sample", reference=0, events=events
        ),
        "b": draw_band(
            axes["b"],
            rows(known(estimates), analysis="staggered", term="event"),
            line="method",
            line_kind="estimator",
            x="horizon",
            reference=0,
            empty="Not estimated.",
        ),
    }
    bounds = rows(estimates, analysis="sensitivity").sort_values(["method", "setting"])
    kinds = {"relative_magnitude": "Relative magnitude", "smoothness": "Smoothness"}
    bounds = bounds.assign(
        estimate=bounds["own_value"],
        kind=bounds["method"].map(kinds),
        bound=[f"M = {value:g}" for value in bounds["setting"]],
    )
    shown["c"] = draw_forest(axes["c"], bounds, row="bound", group="kind")
    title(axes["a"], "The zone, two-way", "a")
    title(axes["b"], "All approved zones", "b")
    title(axes["c"], "Robust intervals", "c")
    axes["a"].set_ylabel("Log real GDP, base year = 0")
    axes["b"].set_xlabel("Years since approval")
    axes["c"].set_xlabel("Mean effect")
    data = gather(shown)
    if len(shown["b"]):
        name_lines(figure, shown["b"], "method", "estimator")
    return figure, data


def draw_checks(estimates: pd.DataFrame, names: PlanNames) -> Drawn:
    """Draw the effect in cities, rings and other zones, and at earlier dates.

    Parameters
    ----------
    estimates
        Estimates of the chapter.
    names
        What things are called.
    """
    found = known(estimates)
    drawn = pd.concat(
        [
            each.assign(
                check=one.drawn_title,
                what=[one.drawn_name(row, names) for _, row in each.iterrows()],
            )
            for one in CHECKS
            if one.drawn_name
            for each in [one.rows(found).sort_values(["year", "unit", "setting"])]
        ],
        ignore_index=True,
    )
    own = drawn["group"] == names.zone.id
    drawn = drawn.assign(role=own.map({True: "zone", False: "other_zones"}))
    zones = drawn["analysis"] == "zones"
    figure, axes = canvas(1, 2, height=4.2)
    shown = {
        "a": draw_forest(axes["a"], drawn[~zones], row="what", group="check"),
        "b": draw_forest(axes["b"], drawn[zones], row="what", role="role", wrap=30),
    }
    for letter, text in (("a", "Checks"), ("b", "Approved zones")):
        title(axes[letter], text, letter)
        axes[letter].set_xlabel(MEDIAN)
    return figure, gather(shown)


def draw_zones(estimates: pd.DataFrame, names: PlanNames) -> Drawn:
    """Draw the effects of approvals zone by zone, and their mean over zones.

    Parameters
    ----------
    estimates
        Estimates of the chapter.
    names
        What things are called.
    """
    found = rows(known(estimates), sample="china", method="sdid", term="effect")
    single = rows(found, analysis="secondary", group=list(names.zones)).sort_values(
        ["year", "group"]
    )
    single = single.assign(
        what=[names.approval(row) for _, row in single.iterrows()],
        sample=(single["group"] == names.zone.id).map({True: "zone", False: "zones"}),
    )
    mean = rows(found, analysis="primary").assign(
        what=labels.label("effect_of_approvals", "pooled")
    )
    drawn = pd.concat([mean, single], ignore_index=True)
    parts = ["S1.10", "S2.5", "S1.9a"]
    points = {part: "points" if part == "S1.9a" else "log_points" for part in parts}
    return forest(
        rows(drawn, variant=parts).sort_values("year", kind="stable", na_position="first"),
        row="what",
        panel="variant",
        panel_kind="effect_of_approvals",
        columns=3,
        role="sample",
        role_kind="sample",
        x_label={part: labels.label("axis", unit) for part, unit in points.items()},
    )
