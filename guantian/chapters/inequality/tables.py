"""Tables of inequality, beta convergence and placebo ranks, from the chapter's results."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from guantian.labels import label
from guantian.present.cells import (
    count_cell,
    interval_cell,
    p_cell,
    value,
    value_cell,
    with_interval,
)
from guantian.present.format import number
from guantian.present.tables import Table, captioned
from guantian.results import Row, find, rows

SAMPLES = ("zone", "region", "nation")
MEASURES = {
    name: label("measure", name, "short")
    for name in ("std_log", "cv", "gini", "theil_t", "theil_l")
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
    name: label("estimator", name) for name in ("pooled", "within", "lsdvc", "difference", "system")
}


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
    percent = f"{100 * confidence:g}"
    table = partial(captioned, "inequality", confidence=percent)
    return [
        table("inequality_outcomes", _outcomes(estimates, specs), "Outcome"),
        table(
            "inequality_dynamic",
            _dynamic(estimates, tests, specs, f"{percent}% interval"),
            "Sample",
            "Estimator",
            group="Outcome",
        ),
        table(
            "inequality_change",
            _change(estimates, specs["placebo"], series_specs),
            "Measure",
            "Weights",
            group="Outcome",
        ),
        table("inequality_conditional", _conditional(estimates, specs), "Controls", group="Period"),
        table("inequality_placebo", _placebo(estimates, specs), "Statistic", group="Outcome"),
    ]


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


def _dynamic(
    estimates: pd.DataFrame, tests: pd.DataFrame, specs: Mapping[str, Any], level: str
) -> pd.DataFrame:
    fits = rows(estimates, analysis="beta_dynamic")
    body = []
    for outcome, how in specs["dynamic"].items():
        for sample, name in _sample_names().items():
            mine = rows(fits, variant=outcome, sample=sample)
            tested = rows(tests, variant=outcome, sample=sample)
            for method, said in ESTIMATORS.items():
                lags = rows(mine, method=method)[["setting", "setting_2"]].drop_duplicates()
                for first, last in lags.itertuples(index=False):
                    known = first == first
                    key = {"method": method}
                    key |= {"setting": first, "setting_2": last} if known else {}
                    cells = {"Outcome": _period(how), "Sample": name}
                    cells["Estimator"] = f"{said}, lags {first:g}–{last:g}" if known else said
                    body.append(
                        cells | _dynamic_cells(rows(mine, **key), rows(tested, **key), level)
                    )
    return pd.DataFrame(body)


def _dynamic_cells(fit: pd.DataFrame, tests: pd.DataFrame, level: str) -> dict[str, str]:
    initial, half_life = find(fit, term="initial"), find(fit, term="half_life")
    return {
        "Slope": value_cell(initial, 1, scale=100),
        level: interval_cell(initial, 1, scale=100),
        "Half-life": value_cell(half_life, 1),
        "Its interval": interval_cell(half_life, 1),
        "Instruments": count_cell(find(fit, term="n_instruments"), "estimate"),
        "AR(2)": p_cell(find(tests, term="ar2")),
        "Hansen": p_cell(find(tests, term="hansen")),
        "Cities": count_cell(initial),
    }


def _change(estimates: pd.DataFrame, chosen: list[str], series_specs: pd.DataFrame) -> pd.DataFrame:
    found = rows(estimates, analysis="inequality")
    body = []
    for variant in chosen:
        if variant not in series_specs.index:
            continue
        for measure, title in MEASURES.items():
            for weights, said in (("none", "none"), ("population", "people")):
                cells = {
                    "Outcome": _period(series_specs.loc[variant]),
                    "Measure": title,
                    "Weights": said,
                }
                for sample, name in _sample_names().items():
                    key = {"variant": variant, "sample": sample}
                    key |= {"measure": measure, "weights": weights}
                    change, trend = (find(found, **key, term=term) for term in ("change", "trend"))
                    cells[f"{name}: change"] = value_cell(change, 3)
                    cells[f"{name}: trend"] = value_cell(trend, 2, scale=100)
                    cells[f"{name}: p"] = p_cell(trend)
                body.append(cells)
    return pd.DataFrame(body)


def _conditional(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> pd.DataFrame:
    slopes = rows(estimates, analysis="beta_conditional", term="initial")
    body = []
    for window, how in specs["windows"].items():
        for controls in specs["controls"]:
            by = by_sample(rows(slopes, variant=window, group=controls))
            if by:
                cells = {"Period": _period(how), "Controls": controls}
                body.append(cells | {n: _slope(by.get(s)) for s, n in _sample_names().items()})
    return pd.DataFrame(body)


def _placebo(estimates: pd.DataFrame, specs: Mapping[str, Any]) -> pd.DataFrame:
    ranks = rows(estimates, analysis=["placebo", "placebo_growth"])
    labels = {name: specs["windows"][name] for name in specs["placebo"]} | dict(specs["growth"])
    body = []
    for name, how in labels.items():
        for term, said in RANKED.items():
            mine = rows(ranks, variant=name, term=term)
            row = find(mine, placebo_set="main")
            if pd.isna(value(row)):
                continue
            scale = 100 if term == "beta" else 1
            outcome = how["label"] if term != "growth" else f"Growth: {how['label']}"
            body.append(
                {
                    "Outcome": f"{outcome}, {how['first']}–{how['last']}",
                    "Statistic": said,
                    label("sample", "zone"): value_cell(row, 3, scale=scale, column="own_value"),
                    "Median": value_cell(row, 3, scale=scale, column="benchmark"),
                    **{
                        f"p, {heading}": p_cell(find(mine, placebo_set=other))
                        for other, heading in HEADS.items()
                    },
                    "Groups": number(row.n_draws, 0),
                    "Disjoint": count_cell(row, "n_disjoint"),
                }
            )
    return pd.DataFrame(body)
