"""Counts and ranges over the chapter's estimates, of which the text speaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from guantian.results import find, rows


def summary_rows(estimates: pd.DataFrame, before: int) -> Iterator[dict[str, Any]]:
    """Count over the estimates of the plan's effect.

    Parameters
    ----------
    estimates
        Of the chapter, with minimum detectable effects.
    before
        Years before the approval in the headline's window.

    Yields
    ------
    dict
        Series of the analysis ``summary``: the term says what is counted.
    """
    found = estimates[estimates["estimate"].notna()]
    effects = rows(found, analysis="effect", outcome="gdp", term="effect")
    headline = find(effects, method="sdid", base=0)
    if headline is not None:
        after = headline.n_periods - before
        yield _row("mde_in_placebo_deviations", headline.mde / headline.std_error)
        # A gain in growth of so many points each year has this mean over the years after.
        yield _row("mde_as_growth", 100 * headline.mde / ((after + 1) / 2))
    for name, chosen in (
        ("methods", effects),
        ("dates", rows(found, analysis="date")),
        ("cities", rows(found, analysis="city", method="sdid", base=0)),
        ("curve", rows(found, analysis="curve", term="effect")),
        ("placebo_sets", rows(found, analysis="placebo_set", term="effect")),
    ):
        if len(chosen):
            low, high = chosen["conf_low"] > 0, chosen["conf_high"] < 0
            for term, value in (
                ("count", len(chosen)),
                ("lowest", chosen["estimate"].min()),
                ("highest", chosen["estimate"].max()),
                ("smallest_p", chosen["p_value"].min()),
                ("above_zero", low.sum()),
                ("below_zero", high.sum()),
                ("containing_zero", (~low & ~high).sum()),
            ):
                yield _row(term, value, group=name)


def _row(term: str, value: float, **key: str) -> dict[str, Any]:
    return {"analysis": "summary", "term": term, "value": float(value), **key}
