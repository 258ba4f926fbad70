"""The table of county convergence, declared in ``tables.yaml``."""

from __future__ import annotations

import pandas as pd

from guantian.present.captions import caption
from guantian.present.declared import read_tables
from guantian.present.tables import Table, build

SPECS = read_tables(__file__)


def county_tables(estimates: pd.DataFrame, confidence: float) -> list[Table]:
    """Return the chapter's tables.

    Parameters
    ----------
    estimates
        Results of the chapter.
    confidence
        Of the intervals.
    """
    level = f"{100 * confidence:g}"
    return [
        build(spec, estimates, caption("counties", name, "tables"), confidence=level)
        for name, spec in SPECS.items()
    ]
