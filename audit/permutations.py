"""Columns permuted within a row of employment by sector."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from .common import Panel, detrended, gather, key_text, level, median, propose

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


def permuted_columns(panel: Panel) -> pd.DataFrame:
    """Propose rows whose columns, permuted, agree with the unit's own years."""
    sectors = [c for c in panel.frame.columns if c not in (panel.unit, "year", "units_total")]
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
            np.abs(seen[there, unit, year][:, None] - levels[there, unit, year][None, :]),
            2.0,
        )
        # Moving a column has a price: a chance resemblance does not pay for it.
        priced = distance + 0.30 * (1 - np.eye(len(there)))
        rows, cols = linear_sum_assignment(priced)
        moved = rows != cols
        if not moved.any():
            continue
        for cycle in cycles(rows, cols):
            gain = distance[cycle, cycle].sum() - sum(distance[r, cols[r]] for r in cycle)
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
        facts = {
            "fits": [f[3] for f in mine],
            "under": [f[4] for f in mine],
            "gain": [f[5] for f in mine],
        }
        parts.append(
            propose(
                "permuted_columns",
                panel.table,
                rows,
                column,
                [f[5] / ROW_GAIN for f in mine],
                facts,
                proposed,
            )
        )
    return gather(parts)


def new_order(panel: Panel) -> pd.DataFrame:
    """Propose rows of 2012 and 2013 in which four sectors stand in the new order.

    The later year is judged by the two years after it (coverage widened in 2013), the
    earlier by the year before and the later one, as repaired.
    """
    names = list(NEW_ORDER)
    source = {sector: heading for heading, sector in NEW_ORDER.items()}
    first, last = (year - panel.years[0] for year in NEW_ORDER_YEARS)
    if not set(names) <= set(panel.frame.columns) or first < 1 or last + 1 >= len(panel.years):
        return gather([])
    logs = {name: panel.log(name).copy() for name in names}
    parts = []
    for at, beside in ((last, (last + 1, last + 2)), (first, (first - 1, last))):
        near = {
            name: median(logs[name][:, [k for k in beside if k < len(panel.years)]], axis=1)
            for name in names
        }
        as_is = sum(np.abs(logs[name][:, at] - near[name]) for name in names)
        put_right = sum(np.abs(logs[source[name]][:, at] - near[name]) for name in names)
        gain = as_is - put_right
        units = np.flatnonzero((gain > NEW_ORDER_GAIN) & (put_right < NEW_ORDER_REST * as_is))
        for name in names:
            rows = pd.DataFrame({panel.unit: panel.units[units], "year": panel.years[at]})
            rows[name] = panel.matrix(name)[units, at]
            facts = {"fits": "", "under": source[name], "gain": gain[units]}
            score = 2 * gain[units] / NEW_ORDER_GAIN
            proposed = panel.matrix(source[name])[units, at]
            parts.append(
                propose("permuted_columns", panel.table, rows, name, score, facts, proposed)
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
        frame.loc[place[part["key"]].to_numpy(), column] = part["proposed_value"].to_numpy()
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
    """Look for permuted columns in employment by sector."""
    if "city_sector_employment" not in panels:
        return gather([])
    sectors = panels["city_sector_employment"]
    known, other = new_order(sectors), permuted_columns(sectors)
    # A row whose permutation is known is not asked again for any other.
    return gather([known, other[~other["key"].isin(known["key"])]])
