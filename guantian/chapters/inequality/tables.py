"""Tables of inequality, beta convergence and placebo ranks, from the chapter's results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from guantian.labels import label
from guantian.present.captions import caption
from guantian.present.cells import count_cell, with_interval
from guantian.present.declared import read_tables
from guantian.present.format import Format
from guantian.present.tables import Table, build, captioned, together
from guantian.results import Row, rows

SAMPLES = ("zone", "region", "nation")


def _estimator(method: str, first: float, last: float) -> str:
    """Name an estimator, with the lags that are its instruments."""
    said = label("estimator", method)
    return said if pd.isna(first) else f"{said}, lags {first:g}–{last:g}"


FORMATS = {"estimator": Format(_estimator, "left")}


def inequality_tables(
    estimates: pd.DataFrame,
    tests: pd.DataFrame,
    specs: Mapping[str, Any],
    series_specs: pd.DataFrame,
    confidence: float,
) -> list[Table]:
    """Return the chapter's tables.

    Parameters
    ----------
    estimates, tests
        Results of the chapter.
    specs
        config/specs/inequality.yaml, read.
    series_specs
        Specifications of the series, indexed by name.
    confidence
        Of the intervals, named in the heads.
    """
    level = f"{100 * confidence:g}"
    found = together(estimates=estimates, tests=tests).assign(
        known=lambda all: all["estimate"].notna()
    )
    slopes = found["term"] == "beta"
    found.loc[slopes, ["own_value", "benchmark"]] *= 100
    titles = {
        "inequality_dynamic": {name: _period(how) for name, how in specs["dynamic"].items()},
        "inequality_change": {
            name: _period(series_specs.loc[name])
            for name in specs["placebo"]
            if name in series_specs.index
        },
        "inequality_conditional": {name: _period(how) for name, how in specs["windows"].items()},
        "inequality_placebo": {name: _period(specs["windows"][name]) for name in specs["placebo"]}
        | {name: f"Growth: {_period(how)}" for name, how in specs["growth"].items()},
    }
    outcomes = _outcomes(estimates, specs)
    controls = tuple(specs["controls"])
    return [
        captioned("inequality", "inequality_outcomes", outcomes, "Outcome", confidence=level),
        *(_built(name, found, titled, controls, level) for name, titled in titles.items()),
    ]


def _built(
    name: str, found: pd.DataFrame, titles: Mapping[str, str], controls: tuple[str, ...], level: str
) -> Table:
    """Build a declared table of the specifications that have titles."""
    given = {"outcomes": tuple(titles), "controls": controls}
    spec = read_tables(__file__, FORMATS, **given)[name]
    titled = found.assign(title=found["variant"].map(titles))
    values = {"level": level, "confidence": level, **_sample_names()}
    return build(spec, titled, caption("inequality", name, "tables"), **values)


def outcome_rows(
    estimates: pd.DataFrame, specs: Mapping[str, Any]
) -> list[tuple[str, Mapping[str, Row]]]:
    """Label and rows by sample of absolute beta, by outcome side by side."""
    slopes = rows(estimates, term="initial")
    cities = rows(slopes, analysis="beta_conditional", group="none")
    main = specs["combination"]["main"]
    combined = rows(slopes, analysis="lights_combination", setting=main)
    found = []
    for kind, frame in (("windows", cities), ("combinations", combined)):
        for name, window in specs[kind].items():
            found.append((_period(window), by_sample(rows(frame, variant=name))))
    counties = rows(slopes, analysis="county_beta", errors="cluster")
    years = f"{specs['counties']['first']}–{specs['counties']['last']}"
    for outcome, said in (("per_resident", "per resident"), ("total", "output alone")):
        for variant, which in (("all", ""), ("without", ", without Xixian's")):
            by = by_sample(rows(counties, outcome=outcome, variant=variant))
            found.append((f"Counties{which}: {said}, {years}", by))
    return [(title, by) for title, by in found if by]


def _sample_names() -> dict[str, str]:
    return {name: label("sample", name) for name in SAMPLES}


def _period(how: Mapping[str, Any]) -> str:
    return f"{how['label']}, {how['first']}–{how['last']}"


def by_sample(frame: pd.DataFrame) -> dict[str, Row]:
    """Rows with an estimate by sample; counties of two provinces appear with the region."""
    places = {**{name: name for name in SAMPLES}, "provinces": "region"}
    known = frame.dropna(subset="estimate")
    return {places[row["sample"]]: Row(row) for row in known.to_dict("records")}


def _slope(row: Row | None) -> str:
    return with_interval(row, 2, scale=100)


def _outcomes(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> pd.DataFrame:
    body = []
    for title, found in outcome_rows(estimates, specs):
        cells = {"Outcome": title}
        for sample, name in _sample_names().items():
            cells[name] = _slope(found.get(sample))
            cells[f"n, {name}"] = count_cell(found.get(sample))
        body.append(cells)
    return pd.DataFrame(body)
