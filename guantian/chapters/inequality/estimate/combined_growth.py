"""Spans of growth in which reported output and night lights are combined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.inequality.estimate.growth_data import (
    GrowthWindow,
    controls_of,
    growth_frame,
    level,
)
from guantian.chapters.inequality.estimate.lights import Combination, combine_growth


def combined_window(
    panel: pd.DataFrame, specs: Mapping[str, Any], name: str, signal_share: float
) -> tuple[GrowthWindow, Combination] | None:
    """Build one span of combined growth per head.

    Parameters
    ----------
    panel
        Index (city_code, year).
    specs
        ``combinations``, ``combination`` and ``variables`` of config/specs/inequality.yaml.
    name
        One of ``combinations``.
    signal_share
        See :func:`guantian.chapters.inequality.estimate.lights.combine_growth`.

    Returns
    -------
    GrowthWindow, Combination; or None where the panel does not reach the years

    Notes
    -----
    Totals are combined, because the errors of two figures per head share that of the population.
    The growth of the population is taken off afterwards. The weights are estimated on all
    cities of the nation that have both measures.
    """
    window, how = specs["combinations"][name], specs["combination"]
    first, last = window["first"], window["last"]
    panel = panel[panel["in_nation"] == 1]
    if not {first, last} <= set(panel.index.unique("year")):
        return None
    grown = {
        key: level(panel, how[key], last) - level(panel, how[key], first)
        for key in ("output", "lights", "population")
    }
    both = grown["output"].notna() & grown["lights"].notna()
    if both.sum() < 10:
        return None
    combination = combine_growth(grown["output"][both], grown["lights"][both], signal_share)
    data = growth_frame(
        panel,
        (combination.growth - grown["population"]) / (last - first),
        level(panel, how["initial"], first),
        np.exp(level(panel, how["population"], first)),
        controls_of(panel, specs["variables"], first),
    )
    return GrowthWindow(name, window["label"], "combined", first, last, data), combination


def combined_windows(
    panel: pd.DataFrame, specs: Mapping[str, Any]
) -> Iterator[tuple[GrowthWindow, Combination]]:
    """Every span at every share of signal."""
    for name in specs["combinations"]:
        for share in specs["combination"]["signal_shares"]:
            made = combined_window(panel, specs, name, share)
            if made is not None:
                yield made
