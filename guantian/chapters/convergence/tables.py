"""The chapter's tables: two are declared in ``tables.yaml``."""

from __future__ import annotations

from functools import partial

import pandas as pd

from guantian.data.samples import SAMPLES
from guantian.labels import label
from guantian.present.captions import caption
from guantian.present.declared import read_tables
from guantian.present.regression_table import TERM, Model, Term, regression_body
from guantian.present.tables import Table, build, captioned, together
from guantian.results import rows

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
    ends = [
        _end(specs.loc[variant], year) if variant in specs.index else ""
        for variant, year in zip(series["variant"], series["year"], strict=True)
    ]
    shown = together(estimates=estimates, series=series.assign(end=ends))
    return [
        _built("sigma", shown, specs, level=percent, confidence=percent),
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


def _end(spec: pd.Series, year: int) -> str:
    """Tell whether a year is the first or the last of a specification."""
    return {spec["first"]: "first", spec["last"]: "last"}.get(year, "")


def titles_of(specs: pd.DataFrame) -> pd.Series:
    """Title of each specification, with its years."""
    first, last = (specs[end].astype("str") for end in ("first", "last"))
    return specs["label"] + ", " + first + "–" + last


def _built(name: str, found: pd.DataFrame, specs: pd.DataFrame, **values: str) -> Table:
    """Build a declared table, its rows in the order of the specifications."""
    spec = read_tables(__file__, specs=tuple(specs.index))[name]
    titled = found.assign(title=found["variant"].map(titles_of(specs)))
    return build(spec, titled, caption("convergence", name, "tables"), **values)


def excluded_table(excluded: pd.DataFrame, specs: pd.DataFrame) -> Table:
    """Return the table of the cities that each comparison leaves out, with the reason."""
    compared = titles_of(specs).groupby(specs["comparison"]).agg("; ".join)
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
    return _built("changed", together(corrected=estimates, raw=uncorrected), specs)


def _beta_body(
    estimates: pd.DataFrame, specs: pd.DataFrame, method: str, effects: str, errors: str
) -> pd.DataFrame:
    """Lay slopes out: one panel per sample, one column per outcome and period."""
    chosen = rows(estimates, analysis="beta", method=method)
    facts = {"Effects": effects, "Weights": "none", "Errors": errors}
    panels: dict[str, list[Model]] = {}
    titles = titles_of(specs)
    for sample in SAMPLES:
        for spec, head in titles.items():
            found = rows(chosen, variant=spec, sample=sample)
            if len(found):
                panels.setdefault(label("sample", sample), []).append(Model(head, found, facts))
    return regression_body(panels, BETA_TERMS, group="Sample", closing="All samples")
