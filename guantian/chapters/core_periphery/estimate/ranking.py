"""A statistic of the zone ranked among placebo zones, as a row of results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from guantian.results import placebo_columns
from regiometrics.placebo.ranks import placebo_rank

Row = dict[str, Any]


def ranked(
    own: float, drawn: np.ndarray, placebo: np.ndarray, confidence: float, key: Mapping[str, Any]
) -> Iterator[Row]:
    """Rank a statistic; no row where it, or every placebo statistic, is missing.

    Parameters
    ----------
    own
        The zone's.
    drawn
        The placebo zones', shape (draws,).
    placebo
        Codes of the placebo zones, shape (draws, cities), to count disjoint ones.
    confidence
        Of the interval.
    key
        Key columns of the row.
    """
    if not (np.isnan(own) or np.isnan(drawn).all()):
        rank = placebo_rank(own, drawn, zones=placebo)
        found = placebo_columns(rank, drawn, confidence)
        yield {"sample": "zone", **key, **found, "n_units": placebo.shape[1]}
