"""Figures in the wrong place: rows shifted between units, columns permuted in a row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from .common import Panel, detrended, gather, key_text, level, propose, sides, spike

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

#: A permutation of columns must bring a row nearer to its own years by this much in
#: total (logs), and leave at most this part of the distance: two columns each wrong by a
#: factor of two gain 1.4.
ROW_GAIN = 1.6
ROW_REST = 0.30

#: Where the yearbook's new order of four sectors (2012 revision of the classification)
#: was read under the old headings, the heading on the left holds the sector on the right.
NEW_ORDER = {
    "transport_post": "trade",
    "information": "transport_post",
    "trade": "hotels_catering",
    "hotels_catering": "information",
}
NEW_ORDER_YEARS = (2012, 2013)
#: The pattern is known, so a smaller gain decides than for any permutation at all.
NEW_ORDER_GAIN = 0.6
NEW_ORDER_REST = 0.65


def expected(logs: np.ndarray) -> np.ndarray:
    """Return the log level that each unit's other years suggest."""
    flat = detrended(logs)
    return level(flat) + logs - flat


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
            there = member[
                np.isfinite(flat[member, year]) & np.isfinite(own_level[member, year])
            ]
            if len(there) < 3:
                continue
            distance = np.abs(
                flat[there, year][:, None] - own_level[there, year][None, :]
            )
            rows, cols = linear_sum_assignment(np.minimum(distance, 1.0))
            moved = rows != cols
            better = distance[rows, rows] - distance[rows, cols]
            moved &= (
                (distance[rows, cols] < near) & (better > own) & off[there, year][rows]
            )
            if moved.sum() < 2:
                continue
            # cols[k] is the unit whose level figure k fits.
            rival = np.where(
                np.eye(len(there), dtype=bool)[cols], np.inf, distance
            ).min(axis=1)
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
    text = [
        f"the figure fits {panel.units[f[2]] if f[2] >= 0 else 'no unit of the province'}, not "
        f"this unit's own years "
        f"({100 * np.expm1(f[4]):.0f} per cent away)"
        + (
            f"; this unit's own figure stands in the row of {panel.units[f[3]]}"
            if f[3] >= 0
            else ""
        )
        for f in found
    ]
    parts = [
        propose(
            "shifted_row",
            panel.table,
            rows,
            column,
            [f[4] / own for f in found],
            text,
            proposed,
        )
    ]
    parts += [beside(panel, column, name, found) for name in BESIDE.get(column, ())]
    return gather(parts)


def beside(panel: Panel, column: str, name: str, found: list[tuple]) -> pd.DataFrame:
    """Propose the column beside a shifted one, in the rows where it moved with it."""
    ratio = panel.log(name) - panel.log(column)
    shifted_cells = np.zeros(ratio.shape, dtype=bool)
    for unit, year, *_ in found:
        shifted_cells[unit, year] = True
    usual = level(np.where(shifted_cells, np.nan, ratio))
    values, kept = panel.matrix(name), []
    for unit, year, owner, home, far in found:
        fits_owner = (
            owner < 0 or np.abs(ratio[unit, year] - usual[owner, year]) < BESIDE_FIT
        )
        if fits_owner:
            fits_home = (
                home >= 0 and np.abs(ratio[home, year] - usual[unit, year]) < BESIDE_FIT
            )
            kept.append((unit, year, owner, home if fits_home else -1, far))
    rows = pd.DataFrame(
        {
            panel.unit: [panel.units[k[0]] for k in kept],
            "year": [panel.years[k[1]] for k in kept],
            name: [values[k[0], k[1]] for k in kept],
        }
    )
    text = [
        f"{column} of this row is "
        + (
            f"that of {panel.units[k[2]]}, and the ratio of the two columns is that unit's too"
            if k[2] >= 0
            else "no unit's of the province, and this column stands beside it"
        )
        + (
            f"; this unit's own pair stands in the row of {panel.units[k[3]]}"
            if k[3] >= 0
            else ""
        )
        for k in kept
    ]
    return propose(
        "shifted_row",
        panel.table,
        rows,
        name,
        [k[4] / OWN_DEFAULT for k in kept],
        text,
        [values[k[3], k[1]] if k[3] >= 0 else np.nan for k in kept],
    )


def permuted_columns(panel: Panel) -> pd.DataFrame:
    """Propose rows whose columns, permuted, agree with the unit's own years."""
    sectors = [
        c for c in panel.frame.columns if c not in (panel.unit, "year", "units_total")
    ]
    seen = np.array([panel.log(c) for c in sectors])
    levels = np.array([expected(x) for x in seen])
    cost = np.nansum(np.minimum(np.abs(seen - levels), 2.0), axis=0)
    usual = np.nanmedian(cost[cost > 0])
    found = []
    for unit, year in np.argwhere(cost > max(ROW_GAIN, 0.5 * usual)):
        there = np.flatnonzero(
            np.isfinite(seen[:, unit, year]) & np.isfinite(levels[:, unit, year])
        )
        if len(there) < 3:
            continue
        distance = np.minimum(
            np.abs(
                seen[there, unit, year][:, None] - levels[there, unit, year][None, :]
            ),
            2.0,
        )
        # Moving a column has a price: a chance resemblance does not pay for it.
        priced = distance + 0.30 * (1 - np.eye(len(there)))
        rows, cols = linear_sum_assignment(priced)
        moved = rows != cols
        if not moved.any():
            continue
        for cycle in cycles(rows, cols):
            gain = distance[cycle, cycle].sum() - sum(
                distance[r, cols[r]] for r in cycle
            )
            rest = sum(distance[r, cols[r]] for r in cycle)
            if gain > ROW_GAIN and rest < ROW_REST * distance[cycle, cycle].sum():
                into = {int(cols[r]): int(r) for r in cycle}
                for r in cycle:
                    found.append(
                        (
                            sectors[there[r]],
                            unit,
                            year,
                            sectors[there[cols[r]]],
                            sectors[there[into[int(r)]]],
                            gain,
                        )
                    )
    parts = []
    for column in sectors:
        mine = [f for f in found if f[0] == column]
        if not mine:
            continue
        values = panel.matrix(column)
        rows = pd.DataFrame(
            {
                panel.unit: [panel.units[f[1]] for f in mine],
                "year": [panel.years[f[2]] for f in mine],
                column: [values[f[1], f[2]] for f in mine],
            }
        )
        proposed = [panel.matrix(f[4])[f[1], f[2]] for f in mine]
        text = [
            f"the figure fits {f[3]} and that under {f[4]} fits here: the columns, permuted, come "
            f"{f[5]:.1f} nearer (logs, in total) to the unit's own years"
            for f in mine
        ]
        parts.append(
            propose(
                "permuted_columns",
                panel.table,
                rows,
                column,
                [f[5] / ROW_GAIN for f in mine],
                text,
                proposed,
            )
        )
    return gather(parts)


def new_order(panel: Panel) -> pd.DataFrame:
    """Propose rows of 2012 and 2013 in which four sectors stand in the new order.

    The later year is judged by the years after it (coverage widened in 2013), the earlier
    by the year before and the later one, as repaired.
    """
    names = list(NEW_ORDER)
    if (
        not set(names) <= set(panel.frame.columns)
        or panel.years[-1] <= NEW_ORDER_YEARS[1]
    ):
        return gather([])
    logs = {name: panel.log(name).copy() for name in names}
    parts = []
    for year in sorted(NEW_ORDER_YEARS, reverse=True):
        at = year - panel.years[0]
        if at < 1 or at >= len(panel.years):
            continue
        as_is = np.zeros(len(panel.units))
        repaired = np.zeros(len(panel.units))
        for heading, sector in NEW_ORDER.items():
            for total, name in ((as_is, heading), (repaired, sector)):
                before, after = sides(logs[name], 2)
                near = (
                    after
                    if year >= 2013
                    else level(
                        np.stack(
                            [
                                logs[name][:, at - 1],
                                np.full(len(total), np.nan),
                                logs[name][:, at + 1],
                            ],
                            axis=1,
                        ),
                        1,
                    )[:, 1]
                )
                target = near[:, at] if near.ndim == 2 else near
                total += np.abs(logs[heading][:, at] - target)
        gain = as_is - repaired
        found = (gain > NEW_ORDER_GAIN) & (repaired < NEW_ORDER_REST * as_is)
        units = np.flatnonzero(found)
        source = {sector: heading for heading, sector in NEW_ORDER.items()}
        for name in names:
            rows = pd.DataFrame({panel.unit: panel.units[units], "year": year})
            rows[name] = panel.matrix(name)[units, at]
            text = [
                f"four sectors read in the new order come {g:.1f} nearer (logs, in total) to the "
                f"unit's own years; the figure for {name} stands under {source[name]}"
                for g in gain[units]
            ]
            parts.append(
                propose(
                    "permuted_columns",
                    panel.table,
                    rows,
                    name,
                    gain[units] / NEW_ORDER_GAIN * 2,
                    text,
                    panel.matrix(source[name])[units, at],
                )
            )
        moved = {name: logs[source[name]][units, at].copy() for name in names}
        for name in names:
            logs[name][units, at] = moved[name]
    return gather(parts)


def repaired(panel: Panel, found: pd.DataFrame) -> Panel:
    """Return the panel of the rows whose columns were permuted, put in order."""
    labels = key_text(panel.table, panel.frame)
    rows = labels.isin(found["key"])
    frame = panel.frame[rows].copy()
    place = pd.Series(frame.index, index=labels[rows])
    for column, part in found.groupby("column"):
        frame.loc[place[part["key"]].to_numpy(), column] = part[
            "proposed_value"
        ].to_numpy()
    return Panel(panel.table, frame)


def cycles(rows: np.ndarray, cols: np.ndarray) -> list[list[int]]:
    """Split a permutation into its cycles, leaving out the fixed points."""
    left = {int(r): int(c) for r, c in zip(rows, cols, strict=True) if r != c}
    out = []
    while left:
        start = next(iter(left))
        cycle, at = [start], left.pop(start)
        while at != start:
            cycle.append(at)
            at = left.pop(at)
        out.append(cycle)
    return out


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Run shifted rows on steady columns and permuted columns on employment by sector."""
    parts = []
    for table, columns in ROW_COLUMNS.items():
        if table in panels:
            parts += [
                shifted_rows(panels[table], c) for c in columns if c in panels[table]
            ]
    if "city_sector_employment" in panels:
        sectors = panels["city_sector_employment"]
        known, other = new_order(sectors), permuted_columns(sectors)
        # A row whose permutation is known is not asked again for any other.
        other = other[~other["key"].isin(known["key"])]
        parts += [known, other]
    return gather(parts)
