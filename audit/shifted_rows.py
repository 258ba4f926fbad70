"""Rows shifted between the units of a province: each figure beside another's name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from . import blocks
from .common import Panel, detrended, gather, level, propose, sides, spike

#: Columns steady enough for a figure to show whose it is. Money grows too fast, and too
#: alike between units, for a stranger's figure to be told from a bad year.
ROW_COLUMNS = {
    "city_population_labour": ("registered_population_10k", "staff_average_10k"),
    "city_resident_population": ("resident_population_10k",),
    "city_accounts": ("gdp_100m_yuan",),
    "city_retail": ("retail_sales_100m_yuan",),
}

#: Columns beside the one that shows the shift, printed in the same block of the yearbook:
#: they move with it where the ratio of the two says so.
BESIDE = {"registered_population_10k": ("nonrural_population_10k",)}
#: The ratio must then agree with the unit's own years within this (logs).
BESIDE_FIT = 0.20

#: A figure must be this far (logs) from its own level, and ...
OWN = {"registered_population_10k": 0.03, "resident_population_10k": 0.03}
OWN_DEFAULT = 0.25
#: ... this near to the level of the unit whose figure it is; and no other unit's level
#: may be as near as twice that, or the owner is not evident.
THEIRS = 0.02
THEIRS_DEFAULT = 0.05


def shifted_rows(panel: Panel, column: str) -> pd.DataFrame:
    """Propose figures that belong to another unit of the same province and year.

    Within a province and year the figures are matched with the levels of the units'
    other years (least total distance). A figure matched away from its own unit is in the
    wrong row; where another row of the year holds this unit's own figure, it is proposed.
    """
    seen = panel.log(column)
    flat = detrended(seen)
    own_level = level(flat)
    own = OWN.get(column, OWN_DEFAULT)
    near = THEIRS if column in OWN else THEIRS_DEFAULT
    # Years on both sides are needed: at the end of a series a step looks like a shift.
    inner = np.isfinite(sides(flat)[0]) & np.isfinite(sides(flat)[1])
    off = inner & (np.abs(spike(flat)) > own)
    found = []
    for province in np.unique(panel.provinces):
        member = np.flatnonzero(panel.provinces == province)
        for year in np.flatnonzero(off[member].sum(axis=0) >= 2):
            there = member[np.isfinite(flat[member, year]) & np.isfinite(own_level[member, year])]
            if len(there) < 3:
                continue
            distance = np.abs(flat[there, year][:, None] - own_level[there, year][None, :])
            rows, cols = linear_sum_assignment(np.minimum(distance, 1.0))
            moved = rows != cols
            better = distance[rows, rows] - distance[rows, cols]
            moved &= (distance[rows, cols] < near) & (better > own) & off[there, year][rows]
            if moved.sum() < 2:
                continue
            # cols[k] is the unit whose level figure k fits.
            rival = np.where(np.eye(len(there), dtype=bool)[cols], np.inf, distance).min(axis=1)
            home = {
                int(there[c]): int(there[r])
                for r, c in zip(rows[moved], cols[moved], strict=True)
                if rival[r] > 2 * near
            }
            for r, c in zip(rows[moved], cols[moved], strict=True):
                unit = int(there[r])
                found.append(
                    (
                        unit,
                        int(year),
                        int(there[c]),
                        home.get(unit, -1),
                        float(distance[r, r]),
                    )
                )
            # A unit whose own figure stands elsewhere, while its cell holds a stranger's.
            known = {f[0] for f in found if f[1] == int(year)}
            for k, unit in enumerate(there):
                if int(unit) in home and int(unit) not in known and off[unit, year]:
                    found.append(
                        (
                            int(unit),
                            int(year),
                            -1,
                            home[int(unit)],
                            float(distance[k, k]),
                        )
                    )
    if not found:
        return gather([])
    values = panel.matrix(column)
    rows = pd.DataFrame(
        {
            panel.unit: [panel.units[f[0]] for f in found],
            "year": [panel.years[f[1]] for f in found],
            column: [values[f[0], f[1]] for f in found],
        }
    )
    proposed = [values[f[3], f[1]] if f[3] >= 0 else np.nan for f in found]
    facts = {
        "owner": [panel.units[f[2]] if f[2] >= 0 else "" for f in found],
        "home": [panel.units[f[3]] if f[3] >= 0 else "" for f in found],
        "away_pct": [100 * np.expm1(f[4]) for f in found],
        "beside": "",
    }
    parts = [
        propose(
            "shifted_row",
            panel.table,
            rows,
            column,
            [f[4] / own for f in found],
            facts,
            proposed,
        )
    ]
    parts += [beside(panel, column, n, found) for n in BESIDE.get(column, ()) if n in panel]
    return gather(parts)


def beside(panel: Panel, column: str, name: str, found: list[tuple]) -> pd.DataFrame:
    """Propose the column beside a shifted one, in the rows where it moved with it."""
    moved = {f[:2] for f in blocks.moved_too(panel, name, [f[:4] for f in found])}
    found = [f for f in found if f[:2] in moved]
    ratio = panel.log(name) - panel.log(column)
    shifted_cells = np.zeros(ratio.shape, dtype=bool)
    for unit, year, *_ in found:
        shifted_cells[unit, year] = True
    usual = level(np.where(shifted_cells, np.nan, ratio))
    values, kept = panel.matrix(name), []
    for unit, year, owner, home, far in found:
        fits_owner = owner < 0 or np.abs(ratio[unit, year] - usual[owner, year]) < BESIDE_FIT
        if fits_owner:
            fits_home = home >= 0 and np.abs(ratio[home, year] - usual[unit, year]) < BESIDE_FIT
            kept.append((unit, year, owner, home if fits_home else -1, far))
    rows = pd.DataFrame(
        {
            panel.unit: [panel.units[k[0]] for k in kept],
            "year": [panel.years[k[1]] for k in kept],
            name: [values[k[0], k[1]] for k in kept],
        }
    )
    facts = {
        "owner": [panel.units[k[2]] if k[2] >= 0 else "" for k in kept],
        "home": [panel.units[k[3]] if k[3] >= 0 else "" for k in kept],
        "beside": column,
    }
    return propose(
        "shifted_row",
        panel.table,
        rows,
        name,
        [k[4] / OWN_DEFAULT for k in kept],
        facts,
        [values[k[3], k[1]] if k[3] >= 0 else np.nan for k in kept],
    )


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Look for shifted rows in the steady columns."""
    return gather(
        [
            shifted_rows(panels[table], column)
            for table, columns in ROW_COLUMNS.items()
            if table in panels
            for column in columns
            if column in panels[table]
        ]
    )
