"""The chapter's tables, declared in ``tables.yaml`` but for one with a column per solution."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guantian.labels import keys, label
from guantian.present.captions import caption
from guantian.present.declared import read_tables
from guantian.present.format import (
    as_text,
    estimate_with_interval,
)
from guantian.present.tables import Column, Table, TableSpec, build
from guantian.results import rows

GROUPS = {
    "all": "All",
    "home_province": "Those of the core's province",
    "without_core": "Without the core",
    "core_and": "Core and {}",
    "without": "Without {}",
}
SPECS = read_tables(__file__)
SHARES = TableSpec(
    "gains_shares",
    select={"analysis": "shares"},
    index={"unit": None},
    columns=(
        Column("city", "City", as_text()),
        *(
            Column(
                ("estimate", "conf_low", "conf_high"),
                label("solution", method, "short"),
                estimate_with_interval(1, 100),
                where={"method": method},
            )
            for method in keys("solution")
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
    values = {"level": level, "confidence": level, "zone": label("sample", "zone")}
    return [
        build(spec, found, caption("core_periphery", spec.name, "tables"), **values)
        for spec in (*SPECS.values(), SHARES)
    ]


def shares_of_totals(series: pd.DataFrame) -> pd.DataFrame:
    """Return shares in output and residents as the shares in the gain are kept, by method."""
    found = rows(series, analysis="shares")
    return found.rename(columns={"value": "estimate"}).assign(method=found["variable"])
