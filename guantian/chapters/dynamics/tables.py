"""Tables of clubs, distribution dynamics and unit roots, from the chapter's results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import product

import pandas as pd

from guantian.chapters.dynamics.estimate.clubs_study import KEPT, REMOVED
from guantian.chapters.dynamics.estimate.cross_section import MODELS
from guantian.data.samples import SAMPLES
from guantian.labels import keys, label
from guantian.present.captions import caption
from guantian.present.cells import with_p
from guantian.present.declared import read_tables
from guantian.present.format import MISSING, Format, number, per_cent
from guantian.present.tables import Table, build, captioned, together
from guantian.results import find, rows
from guantian.spatial_rows import TESTS

FORMATS = {
    "with_t": Format(lambda slope, t: f"{number(slope, 2)} ({number(t, 1)})"),
    "model": Format(str.upper, "left"),
}
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
    found = together(estimates=estimates, series=series, tests=tests)
    found = found.assign(title=found["variant"].map(labels), sample_said=_samples(found, labels))
    # The error model has no spillover: its indirect impact is zero by construction.
    found = found[~((found["method"] == "sem") & (found["effect"] == "indirect"))]
    given = {"specs": tuple(labels), "samples": SAMPLES, "models": tuple(MODELS)}
    specs = read_tables(__file__, FORMATS, **given, kept=KEPT, removed=REMOVED)
    heads = {test: head for (_, test), head in TESTS.items()}
    return [
        *(
            build(spec, found, caption("dynamics", name, "tables"), confidence=percent, **heads)
            for name, spec in specs.items()
        ),
        table(
            "dynamics_sensitivity",
            _sensitivity(sensitivity),
            "Unit, common trend",
            group="Filter",
            heads=("Filter", "Unit, common trend", "Ends"),
        ),
        table(
            "dynamics_transitions",
            _transitions(estimates, series, main),
            "From",
            group="Neighbours",
            heads=("Neighbours", "From", "Moves"),
        ),
        table(
            "dynamics_unit_roots",
            _unit_roots(tests, labels),
            "Sample",
            group="Outcome",
            heads=("Outcome", "Sample", "Cities", "Years"),
        ),
    ]


def _samples(found: pd.DataFrame, labels: Mapping[str, str]) -> list[str]:
    """Name the specification and the sample of each row, with the number of cities."""
    return [
        f"{labels.get(variant, variant)}, {label('sample', sample) if sample else ''}, {n} cities"
        for variant, sample, n in zip(
            found["variant"], found["sample"], found["n_units"], strict=True
        )
    ]


def titles_of(specs: pd.DataFrame, chosen: Sequence[str]) -> dict[str, str]:
    """Chosen specifications -> their titles with years; specs indexed by spec."""
    return {
        name: f"{specs.at[name, 'label']}, {specs.at[name, 'first']}–{specs.at[name, 'last']}"
        for name in chosen
    }


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
