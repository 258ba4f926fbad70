"""Tables of clubs, distribution dynamics and unit roots, from the estimates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

import pandas as pd

from guantian.present.format import MISSING, interval, number, p_value, per_cent
from guantian.present.tables import Table

SAMPLES = ("zone", "region", "nation")
FILTERS = {
    "hodrick-prescott": "Hodrick–Prescott",
    "hamilton": "Hamilton",
    "none": "No filter",
}


def dynamics_tables(
    estimates: pd.DataFrame,
    sensitivity: pd.DataFrame,
    labels: Mapping[str, str],
    main: str,
    confidence: float,
) -> list[Table]:
    """Return the tables of log t, its sensitivity, transitions, mobility and unit roots.

    Parameters
    ----------
    estimates
        Tidy estimates of dynamics.
    sensitivity
        Log t under other choices, a row a combination and sample.
    labels
        Specification -> title, in order.
    main
        The specification looked at most closely.
    confidence
        Of the intervals.
    """
    level = f"{100 * confidence:g}%"
    return [
        Table(
            "dynamics_log_t",
            "Log t test and convergence clubs",
            body_of(_log_t(estimates, labels), HEADS["log_t"]),
            "Slope on log t with t in brackets: convergence of all cities is rejected where t is "
            "at most the critical value. Trend removed: each year's mean log subtracted first, "
            "which makes the test the same in every unit of measurement. The errors take the "
            "filtered series as given and are too small. Choices: share of the combinations of "
            "unit, trimming, end year, filter and common trend that reject.",
            group="Outcome",
            text=("Sample",),
        ),
        Table(
            "dynamics_sensitivity",
            "Log t of the zone under other choices",
            body_of(_sensitivity(sensitivity), HEADS["sensitivity"]),
            "t of the log t slope, and in brackets clubs + diverging cities, by share r of the "
            "first years left out, at the last year; Ends: least and greatest t over the end years "
            "tried, all r. Without the common trend the unit of measurement makes no difference to "
            "the test of all cities (to clubs it may: their means still move).",
            group="Filter",
            text=("Unit, common trend",),
        ),
        Table(
            "dynamics_transitions",
            "Transitions between classes of relative output, nation",
            body_of(_transitions(estimates, main), HEADS["transitions"]),
            "Shares of yearly moves from the class of the row to that of the column, in per cent; "
            "quantile classes of output relative to the year's mean, all years pooled; by the "
            "class of the neighbours' mean when the move starts. Long run: the distribution to "
            "which the chain tends, no forecast.",
            group="Neighbours",
            text=("From",),
        ),
        Table(
            "dynamics_mobility",
            "Mobility, and tests that transitions are the same",
            body_of(_mobility(estimates, labels), HEADS["mobility"]),
            f"Shorrocks' index (0 = nobody moves), half-life in years, with {level} intervals from "
            "resampling cities with their histories. Spans: before and after the break year. "
            "Chi-squared p-values take moves as independent and are too small; the rank among "
            "random maps keeps each city's history.",
            group="Outcome",
            text=("Sample",),
        ),
        Table(
            "dynamics_unit_roots",
            "Unit roots in output relative to the nation",
            body_of(_unit_roots(estimates, labels), HEADS["unit_roots"]),
            "Mean t-ratio with p-value, simulated for the panel's own size, in brackets; the null "
            "is a unit root in every city. IPS takes cities as independent, CIPS allows one common "
            "factor. – where the panel is too short.",
            group="Outcome",
            text=("Sample",),
        ),
    ]


HEADS = {
    "log_t": (
        *("Outcome", "Sample", "Cities", "Slope", "Trend removed", "Clubs before merging"),
        *("Phillips–Sul", "von Lyncker–Thoennessen", "Diverging", "Choices, %"),
    ),
    "sensitivity": ("Filter", "Unit, common trend", "Ends"),
    "transitions": ("Neighbours", "From", "Moves"),
    "mobility": (
        *("Outcome", "Sample", "Cities", "Shorrocks", "Half-life", "Change"),
        *("Spans, p", "Neighbours, p", "Rank"),
    ),
    "unit_roots": ("Outcome", "Sample", "Cities", "Years"),
}


def body_of(rows: Iterable[dict], heads: Sequence[str]) -> pd.DataFrame:
    """Rows as a table's body; one row of dashes where nothing could be estimated."""
    body = pd.DataFrame(rows)
    return pd.DataFrame([dict.fromkeys(heads, MISSING)]) if body.empty else body


def titles_of(specs: pd.DataFrame, chosen: Sequence[str]) -> dict[str, str]:
    """Chosen specifications -> their titles with years; specs indexed by spec."""
    return {
        name: f"{specs.at[name, 'label']}, {specs.at[name, 'first']}–{specs.at[name, 'last']}"
        for name in chosen
    }


def cells_of(estimates: pd.DataFrame, analysis: str, spec: str, sample: str) -> pd.DataFrame:
    """Rows of one analysis, specification and sample, by term."""
    rows = estimates[
        (estimates["analysis"] == analysis)
        & (estimates["spec"] == spec)
        & (estimates["sample"] == sample)
    ]
    return rows.set_index("term")


def value_of(rows: pd.DataFrame, term: str, column: str = "estimate") -> float:
    """One number of the rows, missing where there is none."""
    return float(rows.at[term, column]) if term in rows.index else float("nan")


def with_interval(rows: pd.DataFrame, term: str, decimals: int) -> str:
    """An estimate with its interval; a dash where there is none."""
    if pd.isna(value_of(rows, term)):
        return MISSING
    low, high = (value_of(rows, term, name) for name in ("conf_low", "conf_high"))
    return f"{number(value_of(rows, term), decimals)} {interval(low, high, decimals)}".strip()


def _log_t(estimates: pd.DataFrame, labels: Mapping[str, str]) -> Iterator[dict]:
    for spec in labels:
        for sample in SAMPLES:
            test = cells_of(estimates, "log_t", spec, sample)
            if test.empty:
                continue
            clubs = cells_of(estimates, "clubs", spec, sample)
            tried = cells_of(estimates, "log_t_sensitivity", spec, sample)
            yield {
                "Outcome": labels[spec],
                "Sample": sample.capitalize(),
                "Cities": number(test["n_units"].iloc[0], 0),
                "Slope": _slope(test, "slope"),
                "Trend removed": _slope(test, "slope_unit_free"),
                "Clubs before merging": number(value_of(clubs, "clubs[initial]"), 0),
                "Phillips–Sul": number(value_of(clubs, "clubs[phillips-sul]"), 0),
                "von Lyncker–Thoennessen": number(
                    value_of(clubs, "clubs[von-lyncker-thoennessen]"), 0
                ),
                "Diverging": number(value_of(clubs, "diverging"), 0),
                "Choices, %": per_cent(value_of(tried, "share_rejecting[all]")),
            }


def _slope(rows: pd.DataFrame, term: str) -> str:
    t = value_of(rows, term, "statistic")
    return f"{number(value_of(rows, term), 2)} ({number(t, 1)})"


def _sensitivity(table: pd.DataFrame) -> Iterator[dict]:
    if table.empty:
        return
    zone = table[table["sample"] == "zone"]
    last = zone["last"].max()
    keys = ["filter", "unit", "common_trend"]
    for name, unit, common in product(*(zone[key].unique() for key in keys)):
        rows = zone[(zone[keys] == [name, unit, common]).all(axis=1)]
        cells = {
            "Filter": FILTERS[name],
            "Unit, common trend": f"{unit}, {common}",
        }
        for trim, row in rows[rows["last"] == last].sort_values("trim").groupby("trim"):
            first = row.iloc[0]
            cells[f"r = {trim:.2f}"] = (
                "–"
                if pd.isna(first["t"])
                else f"{number(first['t'], 1)} "
                f"({first['n_clubs']:.0f} + {first['n_diverging']:.0f})"
            )
        cells["Ends"] = f"{number(rows['t'].min(), 1)} to {number(rows['t'].max(), 1)}"
        yield cells


def _transitions(estimates: pd.DataFrame, main: str) -> Iterator[dict]:
    whole = cells_of(estimates, "markov", main, "nation")
    near = cells_of(estimates, "spatial_markov", main, "nation")
    if whole.empty:
        return
    classes = sorted({term.split(">")[0] for term in whole.index if ">" in term})
    lags = sorted({term.split("|")[0] for term in near.index})
    groups = {"All": ("", whole)} | {f"Class {lag}": (f"{lag}|", near) for lag in lags}
    for group, (prefix, rows) in groups.items():
        for start in classes:
            terms = [f"{prefix}{start}>{end}" for end in classes]
            yield {
                "Neighbours": group,
                "From": f"{start}",
                **{
                    end: per_cent(value_of(rows, term), 1)
                    for end, term in zip(classes, terms, strict=True)
                },
                "Moves": number(sum(value_of(rows, term, "n_obs") for term in terms), 0),
            }
    for name, title in (("first", "First year"), ("last", "Last year"), ("ergodic", "Long run")):
        yield {
            "Neighbours": "Share of cities",
            "From": title,
            **{end: per_cent(value_of(whole, f"{name}[{end}]"), 1) for end in classes},
            "Moves": "",
        }


def _mobility(estimates: pd.DataFrame, labels: Mapping[str, str]) -> Iterator[dict]:
    for spec in labels:
        for sample in SAMPLES:
            chain = cells_of(estimates, "markov", spec, sample)
            if chain.empty:
                continue
            tests = cells_of(estimates, "markov_homogeneity", spec, sample)
            yield {
                "Outcome": labels[spec],
                "Sample": sample.capitalize(),
                "Cities": number(chain["n_units"].iloc[0], 0),
                "Shorrocks": with_interval(chain, "shorrocks", 3),
                "Half-life": with_interval(chain, "half_life", 0),
                "Change": with_interval(tests, "spans.shorrocks", 3),
                "Spans, p": p_value(value_of(tests, "spans", "p_value")),
                "Neighbours, p": p_value(value_of(tests, "neighbours", "p_value")),
                "Rank": p_value(value_of(tests, "neighbours.rank", "p_value")),
            }


def _unit_roots(estimates: pd.DataFrame, labels: Mapping[str, str]) -> Iterator[dict]:
    for spec in labels:
        for sample in SAMPLES:
            rows = cells_of(estimates, "unit_root", spec, sample)
            if rows.empty:
                continue
            cells = {
                "Outcome": labels[spec],
                "Sample": sample.capitalize(),
                "Cities": number(rows["n_units"].iloc[0], 0),
                "Years": number(rows["n_periods"].iloc[0], 0),
            }
            for term in sorted(rows.index, key=lambda term: term.split(",")[1]):
                name, rest = term[:-1].split("[")
                lags, kind = rest.split(",")
                head = f"{name.upper()}({lags}), {kind}"
                statistic = value_of(rows, term, "statistic")
                p = p_value(value_of(rows, term, "p_value"))
                cells[head] = "–" if pd.isna(statistic) else f"{number(statistic, 2)} ({p})"
            yield cells
