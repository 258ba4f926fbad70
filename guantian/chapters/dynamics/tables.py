"""Tables of clubs, distribution dynamics and unit roots, from the chapter's results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import product

import pandas as pd

from guantian.chapters.dynamics.estimate.clubs_study import KEPT, REMOVED
from guantian.data.samples import SAMPLES
from guantian.labels import keys, label
from guantian.present.cells import (
    count_cell,
    p_cell,
    share_cell,
    value_cell,
    with_interval,
    with_p,
)
from guantian.present.format import MISSING, number, per_cent
from guantian.present.tables import Table, captioned
from guantian.results import find, rows

FILTERS = {name: label("trend_filter", name) for name in keys("trend_filter")}


def dynamics_tables(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    tests: pd.DataFrame,
    sensitivity: pd.DataFrame,
    labels: Mapping[str, str],
    main: str,
    confidence: float,
) -> list[Table]:
    """Return the tables of log t, its sensitivity, transitions, mobility and unit roots.

    Parameters
    ----------
    estimates, series, tests
        Results of the chapter.
    sensitivity
        Log t under other choices, one row per combination and sample.
    labels
        Specification -> title, in order.
    main
        The specification looked at most closely.
    confidence
        Of the intervals.
    """
    percent = f"{100 * confidence:g}"
    table = partial(captioned, "dynamics", confidence=percent)
    return [
        table(
            "dynamics_log_t",
            _log_t(estimates, labels),
            "Sample",
            group="Outcome",
            heads=HEADS["log_t"],
        ),
        table(
            "dynamics_trends",
            _trends(estimates, labels),
            "Sample",
            group="Outcome",
            heads=HEADS["trends"],
        ),
        table(
            "dynamics_sensitivity",
            _sensitivity(sensitivity),
            "Unit, common trend",
            group="Filter",
            heads=HEADS["sensitivity"],
        ),
        table(
            "dynamics_transitions",
            _transitions(estimates, series, main),
            "From",
            group="Neighbours",
            heads=HEADS["transitions"],
        ),
        table(
            "dynamics_mobility",
            _mobility(estimates, tests, labels),
            "Sample",
            group="Outcome",
            heads=HEADS["mobility"],
        ),
        table(
            "dynamics_unit_roots",
            _unit_roots(tests, labels),
            "Sample",
            group="Outcome",
            heads=HEADS["unit_roots"],
        ),
    ]


HEADS = {
    "log_t": (
        *("Outcome", "Sample", "Cities", "Slope", "Trend removed", "Clubs before merging"),
        *("Phillips–Sul", "von Lyncker–Thoennessen", "Diverging", "Choices, %"),
    ),
    "trends": ("Outcome", "Sample", "Cities", "Weak sigma", "Beta", "Trend of beta"),
    "sensitivity": ("Filter", "Unit, common trend", "Ends"),
    "transitions": ("Neighbours", "From", "Moves"),
    "mobility": (
        *("Outcome", "Sample", "Cities", "Shorrocks", "Half-life", "Change"),
        *("Periods, p", "Neighbours, p", "Rank"),
    ),
    "unit_roots": ("Outcome", "Sample", "Cities", "Years"),
}


def titles_of(specs: pd.DataFrame, chosen: Sequence[str]) -> dict[str, str]:
    """Chosen specifications -> their titles with years; specs indexed by spec."""
    return {
        name: f"{specs.at[name, 'label']}, {specs.at[name, 'first']}–{specs.at[name, 'last']}"
        for name in chosen
    }


def _log_t(estimates: pd.DataFrame, labels: Mapping[str, str]) -> Iterator[dict]:
    for spec, sample in product(labels, SAMPLES):
        found = rows(estimates, variant=spec, sample=sample)
        slope, free = (
            find(found, analysis="log_t", term="slope", method=method) for method in (KEPT, REMOVED)
        )
        if slope is None:
            continue
        clubs = rows(found, analysis="clubs")
        rejecting = find(found, analysis="log_t_sensitivity", term="share_rejecting", method="all")
        before, phillips, lyncker = (
            count_cell(find(clubs, term="clubs", method=method), "estimate")
            for method in ("initial", "phillips-sul", "von-lyncker-thoennessen")
        )
        yield {
            "Outcome": labels[spec],
            "Sample": label("sample", sample),
            "Cities": count_cell(slope),
            "Slope": _slope(slope),
            "Trend removed": _slope(free),
            "Clubs before merging": before,
            "Phillips–Sul": phillips,
            "von Lyncker–Thoennessen": lyncker,
            "Diverging": count_cell(find(clubs, term="diverging"), "estimate"),
            "Choices, %": share_cell(rejecting),
        }


def _trends(estimates: pd.DataFrame, labels: Mapping[str, str]) -> Iterator[dict]:
    for spec, sample in product(labels, SAMPLES):
        found = rows(estimates, variant=spec, sample=sample)
        sigma = find(found, analysis="weak_sigma", term="trend")
        if sigma is None:
            continue
        beta, change = (find(found, analysis="beta_trend", term=t) for t in ("beta", "trend"))
        dispersion = value_cell(sigma, 2, scale=1000)
        yield {
            "Outcome": labels[spec],
            "Sample": label("sample", sample),
            "Cities": count_cell(sigma),
            "Weak sigma": f"{dispersion} ({p_cell(sigma)})",
            "Beta": with_interval(beta, 2, scale=100),
            "Trend of beta": with_interval(change, 2, scale=100),
        }


def _slope(row) -> str:
    return f"{value_cell(row, 2)} ({value_cell(row, 1, column='statistic')})"


def _sensitivity(table: pd.DataFrame) -> Iterator[dict]:
    if table.empty:
        return
    zone = table[table["sample"] == "zone"]
    last = zone["last"].max()
    keys = ["filter", "unit", "common_trend"]
    for name, unit, common in product(*(zone[key].unique() for key in keys)):
        chosen = zone[(zone[keys] == [name, unit, common]).all(axis=1)]
        cells = {
            "Filter": FILTERS[name],
            "Unit, common trend": f"{unit}, {common}",
        }
        for trim, row in chosen[chosen["last"] == last].sort_values("trim").groupby("trim"):
            first = row.iloc[0]
            cells[f"r = {trim:.2f}"] = (
                MISSING
                if pd.isna(first["t"])
                else f"{number(first['t'], 1)} "
                f"({first['n_clubs']:.0f} + {first['n_diverging']:.0f})"
            )
        cells["Ends"] = f"{number(chosen['t'].min(), 1)} to {number(chosen['t'].max(), 1)}"
        yield cells


def _transitions(estimates: pd.DataFrame, series: pd.DataFrame, main: str) -> Iterator[dict]:
    key = {"variant": main, "sample": "nation"}
    whole = rows(estimates, analysis="markov", term="transition", **key)
    near = rows(estimates, analysis="spatial_markov", term="transition", **key)
    if whole.empty:
        return
    classes = sorted(whole["group"].unique())
    groups = {"All": whole} | {
        f"Class {lag}": rows(near, neighbours=lag) for lag in sorted(near["neighbours"].unique())
    }
    for title, chosen in groups.items():
        for start in classes:
            moves = rows(chosen, group=start).set_index("target")
            yield {
                "Neighbours": title,
                "From": start,
                **{end: per_cent(moves.at[end, "estimate"], 1) for end in classes},
                "Moves": number(moves["n_obs"].sum(), 0),
            }
    shares = rows(series, analysis="markov", term="share", **key)
    long_run = rows(estimates, analysis="markov", term="ergodic", **key)
    first, last = (rows(shares, year=year) for year in sorted(shares["year"].unique()))
    for title, chosen, column in (
        ("First year", first, "value"),
        ("Last year", last, "value"),
        ("Long run", long_run, "estimate"),
    ):
        by_class = chosen.set_index("group")[column]
        yield {
            "Neighbours": "Share of cities",
            "From": title,
            **{end: per_cent(by_class.get(end, float("nan")), 1) for end in classes},
            "Moves": "",
        }


def _mobility(
    estimates: pd.DataFrame, tests: pd.DataFrame, labels: Mapping[str, str]
) -> Iterator[dict]:
    for spec, sample in product(labels, SAMPLES):
        chain = rows(estimates, analysis="markov", variant=spec, sample=sample)
        if chain.empty:
            continue
        same = rows(tests, analysis="markov_homogeneity", variant=spec, sample=sample)
        yield {
            "Outcome": labels[spec],
            "Sample": label("sample", sample),
            "Cities": number(chain["n_units"].iloc[0], 0),
            "Shorrocks": with_interval(find(chain, term="shorrocks"), 3),
            "Half-life": with_interval(find(chain, term="half_life"), 0),
            "Change": with_interval(find(chain, term="shorrocks_change"), 3),
            "Periods, p": p_cell(find(same, term="periods")),
            "Neighbours, p": p_cell(find(same, term="neighbours")),
            "Rank": p_cell(find(same, term="neighbours_rank")),
        }


def _unit_roots(tests: pd.DataFrame, labels: Mapping[str, str]) -> Iterator[dict]:
    for spec, sample in product(labels, SAMPLES):
        found = rows(tests, analysis="unit_root", variant=spec, sample=sample)
        if found.empty:
            continue
        cells = {
            "Outcome": labels[spec],
            "Sample": label("sample", sample),
            "Cities": number(found["n_units"].iloc[0], 0),
            "Years": number(found["n_periods"].iloc[0], 0),
        }
        for method, lags, term in product(
            ("constant", "trend"), sorted(found["lags"].unique()), ("cips", "ips")
        ):
            test = find(found, method=method, lags=lags, term=term)
            known = test is not None and test.statistic == test.statistic
            head = f"{term.upper()}({lags}), {method}"
            cells[head] = with_p(test, 2, column="statistic") if known else MISSING
        yield cells
