"""Factors of ten, a hundred and ten thousand, and lost decimal points."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .common import Panel, detrended, gather, level, propose, sides
from .neighbours_in_time import LOG_FLOOR, unit_scale

#: Powers of ten that printing, units of 10 000 and lost points produce.
POWERS = (-4, -3, -2, -1, 1, 2, 3, 4)

#: After division by the power the value must lie within this of its own years (logs):
#: log 10 is 2.30, so a tenth of it leaves no doubt about the power.
FIT = 0.25

#: Columns in which a factor of ten is an ordinary year.
TOO_ROUGH = {
    ("city_fdi", "fdi_utilised_10k_usd"),
    ("city_infrastructure_land", "land_revenue_yuan_per_capita"),
    ("city_infrastructure_land", "infrastructure_investment_yuan_per_capita"),
}


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose values a power of ten away from their own years, with the power undone."""
    parts = []
    for table, columns in LOG_FLOOR.items():
        if table not in panels:
            continue
        panel = panels[table]
        for column in columns:
            if column not in panel or (table, column) in TOO_ROUGH:
                continue
            raw = panel.log(column)
            flat = detrended(raw)
            before, after = sides(flat)
            away = flat - level(flat)
            power = np.round(away / np.log(10))
            rest = np.abs(away - power * np.log(10))
            # A steady unit may differ from its level by a few of its own steps.
            fits = rest < np.minimum(FIT, np.maximum(0.08, 3 * unit_scale(flat)))
            # Both sides must agree on the power, or a short series' only side.
            agree = (np.isnan(before) | (np.abs(flat - before - power * np.log(10)) < 0.7)) & (
                np.isnan(after) | (np.abs(flat - after - power * np.log(10)) < 0.7)
            )
            mask = fits & agree & np.isin(power, POWERS)
            rows = panel.rows(mask)
            if rows.empty:
                continue
            factor = 10.0 ** panel.at(np.nan_to_num(power))[rows.index]
            proposed = rows[column].to_numpy(float) / factor
            expected = np.exp(panel.at(raw - away)[rows.index])
            both = panel.at(np.isfinite(before) & np.isfinite(after))[rows.index]
            facts = {"factor": factor, "expected": expected, "two_sided": both}
            misfit = panel.at(rest)[rows.index]
            score = np.abs(np.log(factor)) / np.maximum(misfit, 0.02)
            parts.append(propose("factor_of_ten", table, rows, column, score, facts, proposed))
    return gather(parts)
