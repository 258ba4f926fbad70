"""Co-movement of growth within the zone, net of all cities' mean, ranked among placebo zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from guantian.chapters.core_periphery.estimate.ranking import Row, ranked
from regiometrics.panel.comovement import (
    concordance,
    correlations,
    dynamic_correlations,
    mean_within,
)


def comovement_rows(
    growth: pd.DataFrame,
    zone: Sequence[str],
    placebo: np.ndarray,
    periods: Mapping[str, tuple[int, int]],
    cycles: tuple[float, float],
    confidence: float,
) -> Iterator[Row]:
    """Co-movement by period, and its change between the first two.

    Parameters
    ----------
    growth
        Annual growth, years in rows, cities in columns.
    zone
        Codes.
    placebo
        Codes of the placebo zones, shape (draws, cities).
    periods
        Name to first and last year.
    cycles
        Shortest and longest cycle of the dynamic correlation, in years.
    confidence
        Of the intervals.

    Yields
    ------
    dict
        Estimates of the analysis ``comovement``: the term is the measure, the variant the period
        or ``change``.
    """
    measures = {
        "correlation": correlations,
        "concordance": concordance,
        "dynamic_correlation": lambda frame: dynamic_correlations(frame, *cycles),
    }
    common = {"analysis": "comovement", "outcome": "gdp_growth_pct"}
    kept = {}
    for period, (first, last) in periods.items():
        window = growth.loc[first:last]
        net = window.sub(window.mean(axis=1), axis=0)
        own = net.columns.get_indexer(sorted(zone))[None, :]
        places = net.columns.get_indexer(placebo.ravel()).reshape(placebo.shape)
        unknown = (places < 0).any(axis=1)
        for term, measure in measures.items():
            matrix = measure(net)
            mine, drawn = mean_within(matrix, own)[0], mean_within(matrix, places)
            kept[term, period] = mine, np.where(unknown, np.nan, drawn)
            key = {**common, "term": term, "variant": period}
            key |= {"first_year": first, "last_year": last}
            yield from ranked(*kept[term, period], placebo, confidence, key)
    before, after = list(periods)[:2]
    for term in measures:
        (early, drawn_early), (late, drawn_late) = kept[term, before], kept[term, after]
        key = {**common, "term": term, "variant": "change"}
        yield from ranked(late - early, drawn_late - drawn_early, placebo, confidence, key)
