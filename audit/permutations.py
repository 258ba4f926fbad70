"""Columns permuted within a row of employment by sector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from .blocks import BLOCKS, rows_moved
from .common import Panel, detrended, gather, key_text, level, log, median, propose, shifted
from .shifted_columns import shifted_columns

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


#: The three shares of employment, and the sectors that are not of the third.
SHARES = ("employment_primary_pct", "employment_secondary_pct", "employment_tertiary_pct")
GROUP = {"agriculture": 0, "mining": 1, "manufacturing": 1, "utilities": 1, "construction": 1}
#: Printed shares and a row's own sums are the same within this (points), and differ beyond that.
SHARE_SAME = 0.06
SHARE_OFF = 0.10
#: A share goes on from year to year within this (logs).
SHARE_STEADY = 0.35
#: Two figures this near to each other (10 000 persons) are exchanged for nothing.
SWAP_LEAST = 0.05
#: A row whose columns that stay are this far (logs, the median) from their own years is not the
#: unit's, and nothing in it is put right by its columns.
STRANGE = 0.35
#: A distance that no permutation takes.
BARRED = 9.0
#: An exchange that the printed shares tell needs this much of the own years' support (logs).
SWAP_GAIN = 0.3
#: ... and this much more than any other exchange that mends them.
SWAP_LEAD = 0.5


def expected(logs: np.ndarray) -> np.ndarray:
    """Return the log level that each unit's other years suggest."""
    flat = detrended(logs)
    return level(flat) + logs - flat


def printed_shares(panel: Panel, labour: Panel | None) -> np.ndarray:
    """Return how far the printed shares are from the row's own sums (3 x units x years, points).

    A row whose printed shares equal its sums has no figure on the wrong side of their borders.
    """
    sectors = sectors_of(panel)
    groups = np.array([GROUP.get(name, 2) for name in sectors])
    cube = np.nan_to_num(np.array([panel.matrix(name) for name in sectors]))
    total = np.where(cube.sum(axis=0) > 0, cube.sum(axis=0), np.nan)
    gaps = np.full((3, *total.shape), np.nan)
    for group, column in enumerate(SHARES):
        if labour is not None and column in labour:
            printed = panel.spread(labour.frame.set_index([labour.unit, "year"])[column])
            gaps[group] = printed - 100 * cube[groups == group].sum(axis=0) / total
    return gaps


def sectors_of(panel: Panel) -> list[str]:
    """Return the nineteen sectors."""
    return [c for c in panel.frame.columns if c not in (panel.unit, "year", "units_total")]


def cubes_by_group(panel: Panel) -> np.ndarray:
    """Return the three groups' parts of the row (3 x units x years)."""
    sectors = sectors_of(panel)
    groups = np.array([GROUP.get(name, 2) for name in sectors])
    cube = np.nan_to_num(np.array([panel.matrix(name) for name in sectors]))
    total = np.where(cube.sum(axis=0) > 0, cube.sum(axis=0), np.nan)
    return np.array([cube[groups == group].sum(axis=0) / total for group in range(3)])


def steady_shares(panel: Panel, shares: np.ndarray) -> np.ndarray:
    """Return where a share is that of the year before or after (bool, 3 x units x years).

    A printed share may have been computed from a permuted row; one that goes on from year to year
    was not.
    """
    near = np.fmin(
        *(np.abs(log(shares) - log(np.array([shifted(x, k) for x in shares]))) for k in (-1, 1))
    )
    return near < SHARE_STEADY


def swapped_by_shares(panel: Panel, gaps: np.ndarray) -> pd.DataFrame:
    """Propose two columns, exchanged, with which the row gives its printed shares.

    The shares were printed from the right row: one exchange across their borders that mends all
    of them, and brings the row nearer to its own years, is the one that was made.
    """
    sectors = sectors_of(panel)
    groups = np.array([GROUP.get(name, 2) for name in sectors])
    cube = np.nan_to_num(np.array([panel.matrix(name) for name in sectors]))
    seen = np.array([panel.log(name) for name in sectors])
    levels = np.array([expected(x) for x in seen])
    total = cube.sum(axis=0)
    far = np.abs(gaps) > SHARE_OFF
    found = []
    for unit, year in np.argwhere(far.any(axis=0) & np.isfinite(gaps).all(axis=0)):
        row, want = cube[:, unit, year], gaps[:, unit, year] * total[unit, year] / 100
        best: list[tuple[float, int, int]] = []
        for one in range(len(sectors)):
            for two in range(one + 1, len(sectors)):
                if groups[one] == groups[two] or not min(row[one], row[two]) > 0:
                    continue
                change = row[two] - row[one]
                if abs(change) < SWAP_LEAST:
                    continue
                moved = want.copy()
                moved[groups[one]] -= change
                moved[groups[two]] += change
                if np.abs(moved).max() > SHARE_SAME / 100 * total[unit, year]:
                    continue
                pair = [one, two]
                as_is = np.abs(seen[pair, unit, year] - levels[pair, unit, year]).sum()
                swapped = np.abs(seen[pair[::-1], unit, year] - levels[pair, unit, year]).sum()
                if as_is - swapped > SWAP_GAIN:
                    best.append((as_is - swapped, one, two))
        best.sort(reverse=True)
        if best and (len(best) == 1 or best[0][0] > best[1][0] + SWAP_LEAD):
            gain, one, two = best[0]
            for here, there in ((one, two), (two, one)):
                found.append((sectors[here], unit, year, sectors[there], sectors[there], gain))
    return _proposals(panel, sectors, found, SWAP_GAIN / 2)


def permuted_columns(panel: Panel, gaps: np.ndarray) -> pd.DataFrame:
    """Propose rows whose columns, permuted, agree with the unit's own years."""
    sectors = sectors_of(panel)
    groups = np.array([GROUP.get(name, 2) for name in sectors])
    holds = (np.abs(gaps) < SHARE_SAME) & steady_shares(panel, cubes_by_group(panel))
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
        # No figure crosses a border that the printed shares confirm.
        border = groups[there]
        shut = holds[border, unit, year]
        crossing = border[:, None] != border[None, :]
        distance = np.where(crossing & shut[:, None] & shut[None, :], BARRED, distance)
        # Moving a column has a price: a chance resemblance does not pay for it.
        priced = distance + 0.30 * (1 - np.eye(len(there)))
        rows, cols = linear_sum_assignment(priced)
        moved = rows != cols
        stay = np.diag(distance)[~moved]
        if not moved.any() or (len(stay) > 1 and np.median(stay) > STRANGE):
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
    return _proposals(panel, sectors, found, ROW_GAIN)


#: Column, unit, year, the column that the figure fits, the one whose figure fits here, gain.
Found = tuple[str, int, int, str, str, float]


def _proposals(
    panel: Panel, sectors: Sequence[str], found: Sequence[Found], gain: float
) -> pd.DataFrame:
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
        score = [f[5] / gain for f in mine]
        parts.append(propose("permuted_columns", panel.table, rows, column, score, facts, proposed))
    return gather(parts)


def later_order(panel: Panel, known: pd.DataFrame) -> pd.DataFrame:
    """Propose any order of the four sectors in the years after the known ones.

    The years beside, those of the new order put right and of the wider coverage only, tell the
    order that brings the four nearest to them.
    """
    names = list(NEW_ORDER)
    if not set(names) <= set(panel.frame.columns):
        return gather([])
    logs = {name: panel.log(name).copy() for name in names}
    place = {unit: k for k, unit in enumerate(panel.units)}
    for name, unit, year, value in zip(
        known.get("column", ()),
        known.get("unit", ()),
        known.get("year", ()),
        known.get("proposed_value", ()),
        strict=True,
    ):
        logs[name][place[unit], year - panel.years[0]] = np.log(value)
    cube = np.array([logs[name] for name in names])
    first = NEW_ORDER_YEARS[-1] - panel.years[0]
    orders = np.array(list(permutations(range(4))))
    found: list[Found] = []
    for year in range(max(first + 1, 1), cube.shape[2]):
        beside = [k for k in (year - 1, year + 1, year + 2) if first <= k < cube.shape[2]]
        near = median(cube[:, :, beside], axis=2)
        for unit in np.flatnonzero(np.isfinite(cube[:, :, year] + near).all(axis=0)):
            cost = np.abs(cube[orders, unit, year] - near[None, :, unit]).sum(axis=1)
            as_is, best = cost[0], int(cost.argmin())
            if as_is - cost[best] > ROW_GAIN and cost[best] < ROW_REST * as_is:
                cube[:, unit, year] = cube[orders[best], unit, year]
                for here, under in enumerate(orders[best]):
                    goes = int(np.flatnonzero(orders[best] == here)[0])
                    if here != under:
                        move = (names[here], unit, year, names[goes], names[under])
                        found.append((*move, float(as_is - cost[best])))
    return _proposals(panel, names, found, ROW_GAIN / 2)


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


def without_moved_rows(panel: Panel) -> Panel:
    """Return the table without the rows that are another unit's: they say nothing of columns."""
    block = next(block for block in BLOCKS if block.table == panel.table)
    if not set(block.core) <= set(panel.frame.columns):
        return panel
    keys = set(rows_moved(panel, block)["key"])
    if not keys:
        return panel
    frame = panel.frame.copy()
    hit = key_text(panel.table, frame).isin(keys)
    frame.loc[hit, list(block.core)] = np.nan
    return Panel(panel.table, frame)


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Look for permuted columns in employment by sector."""
    if "city_sector_employment" not in panels:
        return gather([])
    sectors = without_moved_rows(panels["city_sector_employment"])
    gaps = printed_shares(sectors, panels.get("city_population_labour"))
    names = sectors_of(sectors)
    levels = np.array([expected(sectors.log(name)) for name in names])
    moved = shifted_columns(sectors, names, levels)
    found = new_order(sectors)
    # Four sectors of a longer run that is one column away may look like those of the new order.
    found = found[~found["key"].isin(set(moved["key"]))]
    # A row whose permutation is known is not asked again for any other.
    for other in (
        later_order(sectors, found),
        moved,
        swapped_by_shares(sectors, gaps),
        permuted_columns(sectors, gaps),
    ):
        found = gather([found, other[~other["key"].isin(set(found["key"]))]])
    return found
