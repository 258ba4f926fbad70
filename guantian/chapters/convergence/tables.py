"""The chapter's tables, from its estimates and series."""

from __future__ import annotations

from functools import partial

import pandas as pd

from guantian.data.samples import SAMPLES
from guantian.labels import label
from guantian.present.format import MISSING, interval, number, p_value
from guantian.present.regression_table import TERM, Model, Term, regression_body
from guantian.present.tables import Table, captioned
from guantian.results import find, one, rows

BETA_TERMS = (
    Term("initial", "Initial level × 100", 100, 2, p=True),
    Term("half_life", "Half-life", decimals=1, error=False),
    Term("initial", "MDE × 100", 100, 2, error=False, span=False, column="mde"),
)


def convergence_tables(
    estimates: pd.DataFrame, series: pd.DataFrame, specs: pd.DataFrame, confidence: float
) -> list[Table]:
    """Return the tables of sigma and beta convergence.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    specs
        Index spec; columns ``label``, ``first``, ``last``, in the order of the table.
    confidence
        Of the intervals, named in the heads.
    """
    percent = f"{100 * confidence:g}"
    table = partial(captioned, "convergence", confidence=percent)
    return [
        table(
            "sigma",
            _sigma_body(estimates, series, specs, f"{percent}% interval"),
            "Sample",
            group="Outcome",
        ),
        table(
            "beta_cross_section",
            _beta_body(estimates, specs, "cross-section", "none", "HC3"),
            TERM,
            group="Sample",
        ),
        table(
            "beta_two_way",
            _beta_body(estimates, specs, "two-way", "city, year", "by city"),
            TERM,
            group="Sample",
        ),
    ]


def excluded_table(excluded: pd.DataFrame, specs: pd.DataFrame) -> Table:
    """Return the table of the cities that each comparison leaves out, with the reason."""
    labels = (
        specs["label"] + ", " + specs["first"].astype("str") + "–" + specs["last"].astype("str")
    )
    compared = labels.groupby(specs["comparison"]).agg("; ".join)
    where = excluded["in_zone"].map({1: "zone"}).fillna(excluded["in_region"].map({1: "region"}))
    body = pd.DataFrame(
        {
            "Comparison": excluded["comparison"].map(compared),
            "City": excluded["name_en"].fillna(excluded["city_code"]),
            "Sample": where.fillna("nation").map(partial(label, "sample")),
            "Why": excluded["reason"],
        }
    )
    return captioned("convergence", "excluded", body, "City", "Sample", "Why", group="Comparison")


def changed_table(estimates: pd.DataFrame, uncorrected: pd.DataFrame, specs: pd.DataFrame) -> Table:
    """Return the headline estimates with and without the errata, side by side."""
    shown = (
        ({"analysis": "sigma", "term": "ratio"}, "Ratio", 1, 3),
        ({"analysis": "beta", "method": "cross-section", "term": "initial"}, "Slope", 100, 2),
    )
    body = []
    for spec in specs.itertuples():
        for sample in SAMPLES:
            cells = {"Outcome": f"{spec.label}, {spec.first}–{spec.last}"}
            cells["Sample"] = label("sample", sample)
            for key, name, scale, decimals in shown:
                for when, frame in (("raw", uncorrected), ("corrected", estimates)):
                    row = find(frame, variant=spec.Index, sample=sample, **key)
                    cells[f"Cities, {when}"] = number(row.n_units, 0) if row else MISSING
                    cells[f"{name}, {when}"] = (
                        number(scale * row.estimate, decimals) if row else MISSING
                    )
            body.append(cells)
    return captioned("convergence", "changed", body, "Sample", group="Outcome")


def _sigma_body(estimates, series, specs, level: str) -> pd.DataFrame:
    body = []
    for spec in specs.itertuples():
        for sample in SAMPLES:
            key = {"analysis": "sigma", "variant": spec.Index, "sample": sample}
            ratio = find(estimates, **key, term="ratio")
            if ratio is None:
                continue
            trend = one(estimates, **key, term="trend")
            first, last = (
                one(series, **key, measure="std_log", year=year).value
                for year in (spec.first, spec.last)
            )
            body.append(
                {
                    "Outcome": f"{spec.label}, {spec.first}–{spec.last}",
                    "Sample": label("sample", sample),
                    "Cities": number(ratio.n_units, 0),
                    "First": number(first, 3),
                    "Last": number(last, 3),
                    "Ratio": number(ratio.estimate, 3),
                    level: interval(ratio.conf_low, ratio.conf_high, 2),
                    "p": p_value(ratio.p_value),
                    "Trend × 100": number(100 * trend.estimate, 2),
                    "Trend interval": interval(100 * trend.conf_low, 100 * trend.conf_high, 2),
                }
            )
    return pd.DataFrame(body)


def _beta_body(
    estimates: pd.DataFrame, specs: pd.DataFrame, method: str, effects: str, errors: str
) -> pd.DataFrame:
    """Lay slopes out: one panel per sample, one column per outcome and period."""
    chosen = rows(estimates, analysis="beta", method=method)
    facts = {"Effects": effects, "Weights": "none", "Errors": errors}
    panels: dict[str, list[Model]] = {}
    for sample in SAMPLES:
        for spec in specs.itertuples():
            found = rows(chosen, variant=spec.Index, sample=sample)
            if len(found):
                head = f"{spec.label}, {spec.first}–{spec.last}"
                panels.setdefault(label("sample", sample), []).append(Model(head, found, facts))
    return regression_body(panels, BETA_TERMS, group="Sample", closing="All samples")
