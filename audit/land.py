"""Areas that move without a boundary change."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .common import Panel, gather, log, median, propose, shifted

#: Land is surveyed, not estimated: what goes and comes back within three years by more
#: than 0.05 per cent is a slip of the pen.
LAND_BACK = 0.0005
LAND_YEARS = 3


def neighbours(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the last area before each year, and the first one from each year on."""
    wide = pd.DataFrame(values)
    return shifted(wide.ffill(axis=1).to_numpy(), 1), wide.bfill(axis=1).to_numpy()


def slips(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where the area leaves and comes back, and what it comes back to.

    The second matrix is NaN where the areas before and after differ in the last digits:
    they do not determine the one between.
    """
    last, coming = neighbours(values)
    found = np.zeros(values.shape, dtype=bool)
    back = np.full(values.shape, np.nan)
    for length in range(1, LAND_YEARS + 1):
        # The area of the year before is there again after ``length`` years.
        ahead = shifted(coming, -length)
        returns = (np.abs(log(ahead) - log(last)) < LAND_BACK).astype(float)
        for step in range(length):
            cell = shifted(returns, step) == 1
            base, next_base = shifted(last, step), shifted(ahead, step)
            new = cell & (np.abs(log(values) - log(base)) > LAND_BACK) & ~found
            found |= new
            back = np.where(new, np.where(base == next_base, base, np.nan), back)
    return found, back


def settled(values: np.ndarray) -> np.ndarray:
    """Return the area of every year, slips taken out and gaps carried over."""
    clean = pd.DataFrame(np.where(slips(values)[0], np.nan, values))
    return clean.ffill(axis=1).bfill(axis=1).to_numpy()


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose areas that leave the unit's area and come back to it."""
    if "city_resident_population" not in panels:
        return gather([])
    panel = panels["city_resident_population"]
    values = panel.matrix("land_area_km2")
    found, back = slips(values)
    last, coming = neighbours(np.where(found, np.nan, values))
    rows = panel.rows(found)
    area = panel.at(back)[rows.index]
    beside = panel.at(median(np.stack([last, coming]), axis=0))[rows.index]
    away = np.abs(np.log(rows["land_area_km2"].to_numpy(float) / beside))
    return propose(
        "land_is_constant",
        panel.table,
        rows,
        "land_area_km2",
        1 + 100 * away,
        {"beside": beside},
        area,
    )
