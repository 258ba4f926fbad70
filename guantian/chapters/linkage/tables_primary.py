"""The table of borders and flows: primary tests, what must not be found, and other choices."""

from __future__ import annotations

import pandas as pd

from guantian.present.captions import caption
from guantian.present.format import as_text, bounds, fixed, labelled, p_format
from guantian.present.tables import Column, Table, TableSpec, build
from guantian.results import rows

BORDERS_AND_FLOWS = TableSpec(
    "borders_and_flows",
    select={"analysis": ("primary", "falsification", "secondary")},
    order={
        "variant": None,
        "sample": "sample",
        "analysis": "test_role",
        "term": "gravity_term",
        "outcome": "flow",
        "method": None,
        "last_year": None,
    },
    group="Claim",
    columns=(
        Column("variant", "Claim", as_text()),
        Column("sample", "Sample", labelled("sample")),
        Column("analysis", "Test", labelled("test_role")),
        Column("term", "Term", labelled("gravity_term", "short")),
        Column("outcome", "Outcome", labelled("flow")),
        Column("method", "Check", labelled("flow_check")),
        Column("estimate", "Estimate", fixed(3)),
        Column("std_error", "Error", fixed(3)),
        Column(("conf_low", "conf_high"), "{level}% interval", bounds(2)),
        Column("p_value", "p", p_format()),
        Column("expected_std_error", "Expected error", fixed(3)),
        Column("size_at_5pct", "Size at 5%", fixed(3)),
    ),
)


def primary_table(estimates: pd.DataFrame, confidence: float) -> Table:
    """Return the table of borders and flows; terms of single zones and of groups are left out.

    Parameters
    ----------
    estimates
        Results of the chapter.
    confidence
        Of the intervals, named in the header.
    """
    whole = rows(estimates, group=None)
    said = caption("linkage", BORDERS_AND_FLOWS.name, "tables")
    return build(BORDERS_AND_FLOWS, whole, said, level=f"{100 * confidence:g}")
