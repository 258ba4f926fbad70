"""The chapter's tables, declared by their columns."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guantian.labels import keys, label
from guantian.present.captions import caption
from guantian.present.format import (
    as_text,
    bounds,
    count,
    estimate_with_interval,
    fixed,
    labelled,
    p_format,
    rank,
)
from guantian.present.tables import Column, Table, TableSpec, build
from guantian.results import rows

INTERVAL = ("conf_low", "conf_high")
RANK = ("rank", "n_draws", "rank_from")
GROUPS = {
    "all": "All",
    "home_province": "Those of the core's province",
    "without_core": "Without the core",
    "core_and": "Core and {}",
    "without": "Without {}",
}
SLOPE, RANKED = {"analysis": "spread_backwash"}, {"analysis": "spread_backwash_rank"}

SPECS = (
    TableSpec(
        "core_periphery",
        select={"analysis": ("hierarchy_rank", "comovement")},
        order={"term": "measure", "variant": "period", "outcome": "outcome"},
        group="Measure",
        columns=(
            Column("term", "Measure", labelled("measure")),
            Column("outcome", "Of", labelled("outcome", "short")),
            Column("variant", "What", labelled("period")),
            Column("own_value", label("sample", "zone"), fixed(3)),
            Column("estimate", "Minus median", fixed(3)),
            Column(INTERVAL, "{level}% interval", bounds(3)),
            Column("p_value", "p (rank)", p_format()),
            Column(RANK, "Rank", rank()),
        ),
    ),
    TableSpec(
        "spread_backwash",
        select={"analysis": ("spread_backwash", "spread_backwash_rank")},
        index={"variable": "exposure", "horizon": None},
        group="Exposure",
        columns=(
            Column("variable", "Exposure", labelled("exposure")),
            Column("horizon", "Horizon", count()),
            Column("estimate", "Slope", fixed(2), where=SLOPE),
            Column("std_error", "Error", fixed(2), where=SLOPE),
            Column(INTERVAL, "{level}% interval", bounds(2), where=SLOPE),
            Column("p_value", "p", p_format(), where=SLOPE),
            Column("size_at_5pct", "Size", fixed(3), where=SLOPE),
            Column("n_units", "Cities", count(), where=SLOPE),
            Column(RANK, "Rank", rank(), where=RANKED),
        ),
    ),
    TableSpec(
        "gains_shares",
        select={"analysis": "shares"},
        index={"unit": None},
        columns=(
            Column("city", "City", as_text()),
            *(
                Column(
                    ("estimate", *INTERVAL),
                    label("solution", method, "short"),
                    estimate_with_interval(1, 100),
                    where={"method": method},
                )
                for method in keys("solution")
            ),
        ),
    ),
    TableSpec(
        "gains_values",
        select={"analysis": "value"},
        columns=(
            Column("coalition", "Coalition", as_text()),
            Column("n_units", "Cities", count()),
            Column("estimate", "Value", fixed(2)),
            Column(INTERVAL, "{level}% interval", bounds(2)),
        ),
    ),
)


def core_periphery_tables(
    estimates: pd.DataFrame, series: pd.DataFrame, names: Mapping[str, str], confidence: float
) -> list[Table]:
    """Return the tables.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    names
        City code to its English name.
    confidence
        Of the intervals, named in the headers.
    """
    found = pd.concat([estimates, shares_of_totals(series)], ignore_index=True)
    found = found.sort_values("n_units", ascending=False, kind="stable")
    city = found["unit"].map(names).fillna("")
    group = found["group"].map(GROUPS).fillna("")
    coalition = [form.format(name) for form, name in zip(group, city, strict=True)]
    found = found.assign(city=city, coalition=coalition)
    found = found.sort_values(["analysis", "unit"], kind="stable").sort_values(
        "n_units", ascending=False, kind="stable", key=lambda sizes: sizes.fillna(0)
    )
    level = f"{100 * confidence:g}"
    values = {"level": level, "confidence": level}
    return [
        build(spec, found, caption("core_periphery", spec.name, "tables"), **values)
        for spec in SPECS
    ]


def shares_of_totals(series: pd.DataFrame) -> pd.DataFrame:
    """Return shares in output and residents as the shares in the gain are kept, by method."""
    found = rows(series, analysis="shares")
    return found.rename(columns={"value": "estimate"}).assign(method=found["variable"])
