"""Counts and shares over the chapter's own results, which the text names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from guantian.results import rows

Row = dict[str, Any]
ALL_TOGETHER = 0.999  # share of pairs in one community from which on it is all of them


def summary_rows(
    estimates: pd.DataFrame, series: pd.DataFrame, acts: pd.DataFrame, since: int
) -> Iterator[Row]:
    """Summarise borders, the zone's pairs, communities, and agreements and events.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    acts
        As `guantian.data.acts.read_acts` returns them.
    since
        First year that counts as since the zone's plan.

    Yields
    ------
    dict
        Series of the analyses ``border``, ``pairs``, ``communities`` and ``events``. What cannot
        be computed is left out.
    """
    found = [*_border(estimates), *_pairs(series), *_communities(estimates, series)]
    yield from (row for row in found if np.isfinite(row["value"]))
    yield from _events(acts, since)


def _border(estimates: pd.DataFrame) -> Iterator[Row]:
    """Provinces in the order of their borders' cost, and how models agree on the border."""
    gravity = rows(estimates, analysis="gravity", errors="dyadic")
    borders = rows(gravity, term="border_log_distance")
    single = borders[borders["unit"] != ""]
    key = {"analysis": "border", "sample": "nation"}
    for unit, place in single.set_index("unit")["estimate"].rank(ascending=False).items():
        yield key | {"unit": unit, "term": "place", "value": place}
    terms = rows(gravity, term="same_province", unit=None).dropna(subset=["estimate"])
    counts = {
        "provinces": len(single),
        "provinces_above_one": (single["conf_low"] > 0).sum(),
        "models": len(terms),
        "models_above_one": (terms["conf_low"] > 0).sum(),
        "times_low": np.exp(terms["estimate"].min()),
        "times_high": np.exp(terms["estimate"].max()),
    }
    yield from (key | {"term": term, "value": float(value)} for term, value in counts.items())


def _pairs(series: pd.DataFrame) -> Iterator[Row]:
    """How many of the zone's pairs exceed their prediction, and what crosses the border."""
    found = rows(series, analysis="zone_pairs")
    pairs = found.pivot(index=["unit", "partner"], columns="term", values="value")
    across = pairs["same_province"] == 0
    counts = {
        "count": len(pairs),
        "above_predicted": (pairs["ratio"] > 1).sum(),
        "outside_range": ((pairs["ratio_low"] > 1) | (pairs["ratio_high"] < 1)).sum(),
        "across_border": across.sum(),
        "share_across_border": pairs.loc[across, "flow"].sum() / pairs["flow"].sum(),
    }
    key = {"analysis": "pairs", "sample": "zone"}
    yield from (key | {"term": term, "value": float(value)} for term, value in counts.items())


def _communities(estimates: pd.DataFrame, series: pd.DataFrame) -> Iterator[Row]:
    """Up to which resolution the zone is whole, and how far communities agree with borders."""
    key = {"analysis": "communities"}
    together = rows(estimates, analysis="communities_placebo", method="leiden", group="all")
    shares = together.set_index("setting")["own_value"].sort_index()
    whole = shares[(shares > ALL_TOGETHER).cummin()]  # until it first splits
    split = shares[shares < ALL_TOGETHER]
    if len(whole):
        yield key | {"sample": "zone", "term": "whole_to", "value": whole.index.max()}
    if len(split):
        yield key | {"sample": "zone", "term": "split_from", "value": split.index[0]}
        yield key | {"sample": "zone", "term": "split_share", "value": split.iloc[0]}
    agree = rows(series, analysis="communities", term="agreement", measure="adjusted_rand")
    for group, value in agree.groupby("group")["value"].max().items():
        of = {"sample": "nation", "term": "highest_agreement", "measure": "adjusted_rand"}
        yield key | of | {"group": group, "value": value}


def _events(acts: pd.DataFrame, since: int) -> Iterator[Row]:
    """Count agreements, plans and approvals before the plan and since, and railways."""
    railway = acts["kind"] == "railway"
    early = acts["time"] < since
    counts = {
        ("cooperation", "whole"): ~railway,
        ("cooperation", "before"): ~railway & early,
        ("cooperation", "since"): ~railway & ~early,
        ("railway", "whole"): railway,
    }
    for (group, variant), counted in counts.items():
        key = {"analysis": "events", "sample": "zone", "group": group, "variant": variant}
        yield key | {"term": "count", "value": float(counted.sum())}
