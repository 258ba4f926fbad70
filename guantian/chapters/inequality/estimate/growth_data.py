"""Cross-sections of growth: one row per city, with initial level, controls, weight and place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

SAMPLES = ("zone", "region", "nation")
PLACE = ["province_code", "in_zone", "in_region"]


@dataclass(frozen=True)
class GrowthWindow:
    """One span of growth.

    Attributes
    ----------
    name, label, outcome
        Names; the outcome is a variable of the panel per head, or a combination.
    first, last
        Years of the levels.
    data : DataFrame
        By city_code: ``growth`` (mean annual log growth), ``initial`` (log level), ``population``
        (in the first year, that the outcome implies), the controls, ``province_code``,
        ``in_zone``, ``in_region``. Complete, cities of the nation only.
    """

    name: str
    label: str
    outcome: str
    first: int
    last: int
    data: pd.DataFrame

    @property
    def span(self) -> int:
        """Years between the levels."""
        return self.last - self.first

    def sample(self, name: str) -> pd.DataFrame:
        """Cities of the zone, the region or the nation."""
        return self.data if name == "nation" else self.data[self.data[f"in_{name}"] == 1]


def level(panel: pd.DataFrame, variable: str, year: int) -> pd.Series:
    """Log of a positive variable in one year by city; missing where it is not positive."""
    values = panel[variable].xs(year, level="year").astype("float64")
    return np.log(values.where(values > 0))


def implied_population(panel: pd.DataFrame, outcome: str, totals: Mapping[str, str]) -> pd.Series:
    """The population by which a total was divided, up to the units; gaps from the nearest year.

    Parameters
    ----------
    panel
        Index (city_code, year).
    outcome, totals
        A figure per head and, by figure per head, the variable of its total.

    Returns
    -------
    Series
        On the panel's index, per city relative to what all others have in the same unit.
    """
    implied = (panel[totals[outcome]] / panel[outcome]).astype("float64")
    implied = implied.where(np.isfinite(implied) & (implied > 0))
    cities = implied.groupby(level="city_code")
    return cities.ffill().groupby(level="city_code").bfill()


def controls_of(
    panel: pd.DataFrame, variables: Mapping[str, Mapping[str, str]], year: int
) -> pd.DataFrame:
    """Log of each control, a variable over another, in one year; one row per city."""
    return pd.DataFrame(
        {
            name: level(panel, how["variable"], year) - level(panel, how["over"], year)
            for name, how in variables.items()
        }
    )


def growth_windows(panel: pd.DataFrame, specs: Mapping[str, Any]) -> dict[str, GrowthWindow]:
    """Build the spans of growth that the specifications name.

    Parameters
    ----------
    panel
        Index (city_code, year).
    specs
        ``windows``, ``totals`` and ``variables``, as in config/specs/inequality.yaml.

    Returns
    -------
    dict of str to GrowthWindow
        Periods outside the panel's years are left out;
        `guantian.chapters.inequality.estimate.run.periods_left_out` names them.
    """
    years = panel.index.unique("year")
    panel = panel[panel["in_nation"] == 1]
    populations = {
        outcome: implied_population(panel, outcome, specs["totals"])
        for outcome in sorted({window["outcome"] for window in specs["windows"].values()})
    }
    windows = {}
    for name, window in specs["windows"].items():
        first, last, outcome = window["first"], window["last"], window["outcome"]
        if not {first, last} <= set(years):
            continue
        initial = level(panel, outcome, first)
        population = populations[outcome].xs(first, level="year")
        data = growth_frame(
            panel,
            (level(panel, outcome, last) - initial) / (last - first),
            initial,
            population,
            controls_of(panel, specs["variables"], first),
        )
        windows[name] = GrowthWindow(name, window["label"], outcome, first, last, data)
    return windows


def growth_frame(
    panel: pd.DataFrame,
    growth: pd.Series,
    initial: pd.Series,
    population: pd.Series,
    controls: pd.DataFrame,
) -> pd.DataFrame:
    """Join growth, initial level, weight, controls and place; complete rows only."""
    place = panel.groupby(level="city_code")[PLACE].first()
    frame = pd.DataFrame({"growth": growth, "initial": initial, "population": population})
    return frame.join(controls).join(place).dropna().sort_index()
