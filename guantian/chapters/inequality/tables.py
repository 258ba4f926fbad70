"""Tables of inequality, beta convergence and placebo ranks, from the estimates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.present.format import MISSING, interval, number, p_value
from guantian.present.tables import Table

SAMPLES = {"zone": "Zone", "region": "Region", "nation": "Nation"}
MEASURES = {
    "std_log": "SD of logs",
    "cv": "CV",
    "gini": "Gini",
    "theil_t": "Theil T",
    "theil_l": "Theil L",
}
RANKED = {
    "sigma_level": "SD of logs, last year",
    "sigma_change": "Change of log SD of logs",
    "gini_change": "Change of Gini",
    "gini_weighted_change": "Change of Gini, weighted",
    "theil_t_weighted_change": "Change of Theil T, weighted",
    "theil_l_weighted_change": "Change of Theil L, weighted",
    "beta": "Slope on the initial level × 100",
    "growth": "Mean growth, per cent a year",
}
#: Sets of placebo zones by what they do with approved zones, short enough for a head.
HEADS = {"main": "left out", "zone": "kept", "wide": "with neighbours out"}
ESTIMATORS = {
    "pooled": "OLS, year effects",
    "within": "LSDV, city and year effects",
    "lsdvc": "Bias-corrected LSDV",
    "difference": "Difference GMM",
    "system": "System GMM",
}


def inequality_tables(
    estimates: pd.DataFrame, specs: Mapping[str, Any], series: pd.DataFrame, confidence: float
) -> list[Table]:
    """Return the chapter's tables.

    Parameters
    ----------
    estimates
        Tidy estimates of the chapter.
    specs
        config/specs/inequality.yaml, read.
    series
        Specifications of the series, indexed by spec.
    confidence
        Of the intervals, named in the heads.
    """
    level = f"{100 * confidence:g}% interval"
    return [
        Table(
            "inequality_outcomes",
            "Absolute beta convergence by outcome",
            _outcomes(estimates, specs),
            f"Slope of mean annual log growth on the initial log level, times 100, with {level}, "
            "and number of units. Cities: HC3 errors; counties: clustered by prefecture, interval "
            "by wild cluster bootstrap. Combined growth takes the share of signal "
            f"{specs['combination']['main']:g}.",
            text=("Outcome",),
        ),
        Table(
            "inequality_dynamic",
            "Beta convergence as a dynamic panel",
            _dynamic(estimates, specs, level),
            "Slope times 100 of annual growth on the level of the year before; half-life in years. "
            "GMM with collapsed instruments, lags as named, Windmeijer's errors; p-values of "
            "Arellano and Bond's test of second order and of Hansen's test.",
            group="Outcome",
            text=("Sample", "Estimator"),
        ),
        Table(
            "inequality_change",
            "Change and trend of inequality between cities",
            _change(estimates, specs["placebo"], series),
            "Change from the first to the last year; trend a year times 100, with its p-value "
            "(Newey–West, t with T − 2 degrees of freedom).",
            group="Outcome",
            text=("Measure", "Weights"),
        ),
        Table(
            "inequality_conditional",
            "Conditional beta convergence",
            _conditional(estimates, specs),
            f"Slope on the initial log level times 100 with {level}, HC3 errors; all sets of "
            "controls see the same cities; – where the cities are too few for the controls.",
            group="Span",
            text=("Controls",),
        ),
        Table(
            "inequality_placebo",
            "The zone among placebo zones",
            _placebo(estimates, specs),
            "The zone's statistic, the median of placebo zones, and twice the share of placebo "
            "zones beyond it (p) where approved zones are left out, kept, or left out with their "
            "neighbours; the median, the groups with enough figures and those that share no city "
            "(disjoint) are of the first.",
            group="Outcome",
            text=("Statistic",),
        ),
    ]


def slopes_of(estimates: pd.DataFrame, analysis: str, term: str = "initial") -> pd.DataFrame:
    """Rows of one term of one analysis, by (spec, sample)."""
    chosen = estimates[(estimates["analysis"] == analysis) & (estimates["term"] == term)]
    return chosen.set_index(["spec", "sample"])


def slope(row: pd.Series | None, scale: float = 100, decimals: int = 2) -> str:
    """Print a slope with its interval; missing where there is none."""
    if row is None or np.isnan(row["estimate"]):
        return MISSING
    limits = interval(scale * row["conf_low"], scale * row["conf_high"], decimals)
    return f"{number(scale * row['estimate'], decimals)} {limits}"


def outcome_rows(
    estimates: pd.DataFrame, specs: Mapping[str, Any]
) -> list[tuple[str, Mapping[str, pd.Series]]]:
    """Label and rows by sample of absolute beta, by outcome side by side."""
    cities = slopes_of(estimates, "beta_conditional")
    combined = slopes_of(estimates, "lights_combination")
    main = f"{specs['combination']['main']:g}"
    found = []
    for name, window in specs["windows"].items():
        label = f"{window['label']}, {window['first']}–{window['last']}"
        found.append((label, _by_sample(cities, f"{name}.none")))
    for name, window in specs["combinations"].items():
        label = f"{window['label']}, {window['first']}–{window['last']}"
        found.append((label, _by_sample(combined, f"{name}.{main}")))
    for outcome, said in (("per_resident", "per resident"), ("total", "output alone")):
        rows = estimates[estimates["outcome"] == outcome]
        counties = slopes_of(rows, "county_beta")
        for spec, which in (("all", ""), ("without", ", without Xixian's")):
            by = _by_sample(counties, spec)
            if by:
                years = f"{specs['counties']['first']}–{specs['counties']['last']}"
                found.append((f"Counties{which}: {said}, {years}", by))
    return [(label, rows) for label, rows in found if rows]


def _by_sample(rows: pd.DataFrame, spec: str) -> dict[str, pd.Series]:
    """Rows of a specification by sample; counties of two provinces stand with the region."""
    named = {"zone": "zone", "region": "region", "nation": "nation", "provinces": "region"}
    return {
        place: rows.loc[(spec, sample)]
        for sample, place in named.items()
        if (spec, sample) in rows.index and not np.isnan(rows.at[(spec, sample), "estimate"])
    }


def _outcomes(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> pd.DataFrame:
    body = []
    for label, rows in outcome_rows(estimates, specs):
        cells = {"Outcome": label}
        for sample, name in SAMPLES.items():
            cells[name] = slope(rows.get(sample))
            cells[f"n {name.lower()}"] = (
                number(rows[sample]["n_units"], 0) if sample in rows else MISSING
            )
        body.append(cells)
    return pd.DataFrame(body)


def _dynamic(estimates: pd.DataFrame, specs: Mapping[str, Any], level: str) -> pd.DataFrame:
    rows = estimates[estimates["analysis"] == "beta_dynamic"].set_index(["spec", "sample", "term"])
    body = []
    for outcome, how in specs["dynamic"].items():
        for sample, name in SAMPLES.items():
            mine = rows[rows.index.get_level_values("sample") == sample]
            for kind, label in ESTIMATORS.items():
                keys = [
                    spec
                    for spec in mine.index.unique("spec")
                    if spec.split(".")[0] == outcome and spec.split(".")[1].split("_")[0] == kind
                ]
                for spec in keys:
                    lags = spec.split(".")[1].split("_")[1:]
                    said = f"{label}, lags {lags[0]}–{lags[1]}" if lags else label
                    cells = {"Outcome": f"{how['label']}, {how['first']}–{how['last']}"}
                    cells |= {"Sample": name, "Estimator": said}
                    body.append(cells | _dynamic_cells(mine, spec, sample, level))
    return pd.DataFrame(body)


def _dynamic_cells(rows: pd.DataFrame, spec: str, sample: str, level: str) -> dict[str, str]:
    def cell(term: str, column: str) -> float:
        key = (spec, sample, term)
        return rows.at[key, column] if key in rows.index else np.nan

    initial = rows.loc[(spec, sample, "initial")]
    half_life = [cell("half_life", column) for column in ("estimate", "conf_low", "conf_high")]
    units = initial["n_units"]
    return {
        "Slope": number(100 * initial["estimate"], 1),
        level: interval(100 * initial["conf_low"], 100 * initial["conf_high"], 1),
        "Half-life": number(half_life[0], 1),
        "Its interval": interval(*half_life[1:], 1),
        "Instruments": number(cell("n_instruments", "estimate"), 0),
        "AR(2)": p_value(cell("ar2", "p_value")),
        "Hansen": p_value(cell("hansen", "p_value")),
        "Cities": MISSING if pd.isna(units) else number(units, 0),
    }


def _change(estimates: pd.DataFrame, chosen: list[str], series: pd.DataFrame) -> pd.DataFrame:
    rows = estimates[estimates["analysis"].isin(["inequality", "inequality_weighted"])]
    rows = rows.set_index(["analysis", "spec", "sample", "term"])
    body = []
    for spec in chosen:
        if spec not in series.index:
            continue
        how = series.loc[spec]
        for measure, label in MEASURES.items():
            for analysis, weights in (("inequality", "none"), ("inequality_weighted", "people")):
                cells = {
                    "Outcome": f"{how['label']}, {how['first']}–{how['last']}",
                    "Measure": label,
                    "Weights": weights,
                }
                for sample, name in SAMPLES.items():
                    change = (analysis, spec, sample, f"{measure}.change")
                    trend = (analysis, spec, sample, f"{measure}.trend")
                    here = change in rows.index
                    cells[f"{name}: change"] = (
                        number(rows.at[change, "estimate"], 3) if here else MISSING
                    )
                    cells[f"{name}: trend"] = (
                        number(100 * rows.at[trend, "estimate"], 2) if here else MISSING
                    )
                    cells[f"{name}: p"] = p_value(rows.at[trend, "p_value"]) if here else MISSING
                body.append(cells)
    return pd.DataFrame(body)


def _conditional(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> pd.DataFrame:
    rows = slopes_of(estimates, "beta_conditional")
    body = []
    for window, how in specs["windows"].items():
        for controls in specs["controls"]:
            by = _by_sample(rows, f"{window}.{controls}")
            if by:
                span = f"{how['label']}, {how['first']}–{how['last']}"
                cells = {"Span": span, "Controls": controls}
                body.append(cells | {n: slope(by.get(s)) for s, n in SAMPLES.items()})
    return pd.DataFrame(body)


def _placebo(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> pd.DataFrame:
    rows = estimates[estimates["analysis"].isin(["placebo", "placebo_growth"])]
    rows = rows.dropna(subset=["estimate"]).set_index(["spec", "term"])
    labels = {name: specs["windows"][name] for name in specs["placebo"]} | dict(specs["growth"])
    body = []
    for name, how in labels.items():
        for term, said in RANKED.items():
            key = (f"{name}.main", term)
            if key not in rows.index:
                continue
            row = rows.loc[key]
            scale = 100 if term == "beta" else 1
            outcome = how["label"] if term != "growth" else f"Growth: {how['label']}"
            cells = {
                "Outcome": f"{outcome}, {how['first']}–{how['last']}",
                "Statistic": said,
                "Zone": number(scale * row["statistic"], 3),
                "Median": number(scale * (row["statistic"] - row["estimate"]), 3),
            }
            for other in ("main", "zone", "wide"):
                p = rows["p_value"].get((f"{name}.{other}", term), np.nan)
                cells[f"p, {HEADS[other]}"] = p_value(p)
            cells["Groups"] = number(row["n_obs"], 0)
            cells["Disjoint"] = row["note"].partition("; ")[2].partition(" ")[0] or MISSING
            body.append(cells)
    return pd.DataFrame(body)
