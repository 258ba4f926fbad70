"""The chapter's main table: the declared tests, with what they could find and their size."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guantian.labels import label
from guantian.present.captions import caption
from guantian.present.format import bounds, by, count, fixed, labelled, p_format
from guantian.present.tables import Column, Table, TableSpec, build
from guantian.results import rows

#: Digits after the point and scale of each part: hundredths of the index, and points of GDP.
UNITS = {"S1.2": (1, 100), "S1.3": (2, 100), "S1.5": (2, 1)}
FIXED = {part: fixed(*unit) for part, unit in UNITS.items()}
SIZES = ("estimate", "expected_std_error", "mde")
#: Structures that are in no specification of similarity.
SOURCES = {
    "districts": "Cities' districts, 19 sectors",
    "units": "Urban units, 19 sectors",
}
SHOWN = ("primary", "falsification", "secondary")

TESTS = TableSpec(
    "similarity_tests",
    select={"analysis": SHOWN, "variant": tuple(UNITS)},
    order={"variant": None, "sample": "sample", "analysis": "test_kind"},
    group="Claim",
    columns=(
        Column("variant", "Claim"),
        Column("analysis", "Test", labelled("test_kind")),
        Column("sample", "Sample", labelled("sample")),
        Column("outcome", "Outcome", labelled("outcome")),
        Column("structure", "Structures or goods"),
        Column("first_year", "From"),
        Column("last_year", "To"),
        Column(("variant", "estimate"), "Estimate", by(FIXED)),
        Column(
            ("variant", "conf_low", "conf_high"),
            "{level}% interval",
            by({part: bounds(*unit) for part, unit in UNITS.items()}),
        ),
        Column("p_value", "p", p_format()),
        Column(("variant", "expected_std_error"), "Expected error", by(FIXED)),
        Column(("variant", "mde"), "MDE", by(FIXED)),
        Column("size_at_5pct", "Size at 5%", fixed(1, 100)),
        Column("n_units", "Units", count()),
    ),
)


def declared_table(
    estimates: pd.DataFrame, structures: Mapping[str, str], confidence: float
) -> Table:
    """Return the table of the declared tests.

    Parameters
    ----------
    estimates
        Results of the chapter.
    structures
        Specification of structure to its title.
    confidence
        Of the intervals, named in the headers.
    """
    known = dict(structures) | SOURCES
    chosen = rows(estimates, analysis=list(SHOWN), variant=list(UNITS))
    chosen = chosen[chosen["errors"].isin(["", "province"])]
    chosen = chosen[chosen["effect"].isin(["", "two_way"])]
    chosen = chosen[chosen["measure"].isin(["", "krugman", "all_goods"])]
    chosen = chosen[~chosen["term"].isin(["turn", "turn_test"])]
    chosen = chosen[chosen["group"].isin(["", "with"])]
    prices = chosen["outcome"] == "price_dispersion"
    named = chosen["variable"].map(known).fillna("")
    named[prices] = chosen.loc[prices, "measure"].map(lambda measure: label("goods", measure))
    changes = named.where(chosen["method"] != "differences", named + ", annual changes")
    by_year = chosen["effect"] == "two_way"
    chosen = chosen.assign(structure=changes.where(~by_year, changes + ", year effects"))
    level = f"{100 * confidence:g}"
    return build(TESTS, chosen, caption("similarity", TESTS.name, "tables"), level=level)
