"""The bulletins of 2022 and 2023: two years, judged by the yearbook's last and by each other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .blocks import Block, Moved, cells_moved, matched
from .common import Panel, gather, log, median, propose
from .repeats import digits

SECTORS = ("primary", "secondary", "tertiary")
TABLE = "city_accounts_2022_2023"
#: A row of GDP and sectors, and how near (logs) it is to the years beside.
ROW = Block(
    TABLE,
    ("gdp_100m_yuan", *(f"{sector}_100m_yuan" for sector in SECTORS)),
    doubtful=0.12,
    near=0.07,
)
#: Sectors and GDP are printed to a million yuan or better: an honest sum is off by less.
SUM_GAP = 0.002
#: A figure this far (logs) from the year before and from the year after is not the city's.
BOTH_SIDES = 0.30
#: At the end of the series, one side only: no city's output moves so far in a year.
ONE_SIDE = 0.92
#: A figure within this (logs) of the sum of the region's other cities and of the city itself is
#: the region's.
REGION = 0.06
#: Cities of a province whose sectors exceed GDP alike, for GDP to be of another vintage.
ALIKE = 3
#: Figures of the year before, in the digits that this year prints: so many digits in the whole row,
#: or in one figure, are no chance.
ROW_DIGITS = 10
FIGURE_DIGITS = 4
#: A sum of sectors is on the way where it grows into the next year by no more than this (logs).
ON_THE_WAY = (-0.10, 0.25)
#: Shares move by less than this from year to year (points), and one that moved by more is wrong.
SHARE_STEADY = 1.5


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Run the checks of the bulletins."""
    if TABLE not in panels:
        return gather([])
    panel = panels[TABLE]
    before = panels.get("city_accounts")
    return gather(
        [
            off_their_years(panel, before),
            carried_rows(panel, before),
            rows_moved(panel, before),
            sums(panel, before),
        ]
    )


def rows_moved(panel: Panel, before: Panel | None) -> pd.DataFrame:
    """Propose rows that hold another city's figures, with the city's own where they stand."""
    cube = np.array([log(continued(panel, column, before)) for column in ROW.core])
    flat = np.array([logs - _path(logs, panel.provinces) for logs in cube])
    beside = np.full((2, *flat.shape), np.nan)
    beside[0, :, :, 1:], beside[1, :, :, :-1] = flat[:, :, :-1], flat[:, :, 1:]
    # At the end of the series the year before must itself agree with the one before it.
    steps = np.abs(np.diff(flat, axis=2)).mean(axis=0)
    beside[0, :, :, 2:] = np.where(
        np.isfinite(beside[1, :, :, 2:]) | (steps[:, :-1] < ROW.doubtful),
        beside[0, :, :, 2:],
        np.nan,
    )
    levels = median(beside, axis=0)
    found: list[Moved] = []
    for code in np.unique(panel.provinces):
        member = np.flatnonzero(panel.provinces == code)
        for year in range(len(panel.years)):
            seen, usual = flat[:, member, year + 1], levels[:, member, year + 1]
            for places in matched(seen, usual, ROW):
                unit, owner, home = (-1 if k < 0 else int(member[k]) for k in places)
                found.append((unit, year, owner, home))
    return gather([cells_moved(panel, column, found) for column in ROW.core])


def repeats_before(values: np.ndarray) -> np.ndarray:
    """Return which figures are those of the year before, in the digits printed (units x years)."""
    same = np.zeros(values.shape, dtype=bool)
    for i, j in np.argwhere(np.isfinite(values[:, 1:])):
        now, then = values[i, j + 1], values[i, j]
        _, _, decimals = f"{now:.10g}".partition(".")
        same[i, j + 1] = abs(now - then) <= 0.5001 * 10.0 ** -len(decimals)
    return same


def carried_rows(panel: Panel, before: Panel | None) -> pd.DataFrame:
    """Propose rows that print GDP and sectors of the year before."""
    columns = ("gdp_100m_yuan", *(f"{s}_100m_yuan" for s in SECTORS))
    cube = np.array([continued(panel, column, before) for column in columns])
    same = np.array([repeats_before(values) for values in cube])
    count = np.zeros(cube.shape, dtype=int)
    count[same] = digits(cube[same])
    hit = same[0] & (same[1:].sum(axis=0) >= 2) & (count.sum(axis=0) >= ROW_DIGITS)
    parts = []
    for column, values, equal in zip(columns, cube, same, strict=True):
        i, j = np.nonzero((hit & equal)[:, 1:])
        rows = pd.DataFrame({panel.unit: panel.units[i], "year": panel.years[j]})
        rows[column] = values[i, j + 1]
        facts = {"columns": same.sum(axis=0)[i, j + 1], "other_year": panel.years[j] - 1}
        parts.append(propose("row_of_the_year_before", TABLE, rows, column, 20.0, facts))
    return gather(parts)


def continued(panel: Panel, column: str, before: Panel | None) -> np.ndarray:
    """Return a column with the yearbook's years before it (units x years, 100 million yuan)."""
    values = panel.matrix(column)
    earlier = np.full((len(panel.units), 1), np.nan)
    if before is not None:
        name = column if column == "gdp_100m_yuan" else column.replace("100m", "10k")
        scale = 1.0 if column == "gdp_100m_yuan" else 1e4
        year = before.frame[before.frame["year"] == panel.years[0] - 1]
        known = year.set_index(before.unit)[name].reindex(panel.units)
        earlier = known.to_numpy(dtype=float)[:, None] / scale
    return np.hstack([earlier, values])


def off_their_years(panel: Panel, before: Panel | None) -> pd.DataFrame:
    """Propose figures far from the years on both sides, net of the province's growth."""
    parts = []
    for column in ("gdp_100m_yuan", *(f"{s}_100m_yuan" for s in SECTORS)):
        values = continued(panel, column, before)
        logs = log(values)
        flat = logs - _path(logs, panel.provinces)
        left, right = np.full(flat.shape, np.nan), np.full(flat.shape, np.nan)
        left[:, 1:], right[:, :-1] = flat[:, 1:] - flat[:, :-1], flat[:, :-1] - flat[:, 1:]
        both = (
            (np.fmin(np.abs(left), np.abs(right)) > BOTH_SIDES)
            & (np.sign(left) == np.sign(right))
            & np.isfinite(left)
            & np.isfinite(right)
        )
        # At the end the year before must itself agree with the one before it.
        calm = np.full(flat.shape, False)
        calm[:, 2:] = np.abs(flat[:, 1:-1] - flat[:, :-2]) < BOTH_SIDES / 2
        last = calm & (np.abs(left) > ONE_SIDE) & ~np.isfinite(right)
        for mask, decided in ((both, True), (last, True)):
            i, j = np.nonzero(mask[:, 1:])
            rows = pd.DataFrame({panel.unit: panel.units[i], "year": panel.years[j]})
            rows[column] = panel.matrix(column)[i, j]
            own = np.exp(logs - flat + np.where(np.isfinite(left), flat - left, flat))
            facts = {
                "before": values[i, j],
                "after": [
                    values[a, b + 2] if b + 2 < values.shape[1] else np.nan
                    for a, b in zip(i, j, strict=True)
                ],
                "region": _region(panel, column, i, j, own[i, j + 1]),
                "decided": decided,
            }
            score = np.fmax(np.abs(left), np.abs(right))[i, j + 1] / BOTH_SIDES
            parts.append(propose("bulletin_off_its_years", TABLE, rows, column, score, facts))
    return gather(parts)


def _path(logs: np.ndarray, provinces: np.ndarray) -> np.ndarray:
    """Return the cumulated median growth of each unit's province (of all where it is small)."""
    change = np.diff(logs, axis=1)
    out = np.zeros(logs.shape)
    nation = np.nan_to_num(median(change, axis=0))
    for code in np.unique(provinces):
        member = provinces == code
        many = np.isfinite(change[member]).sum(axis=0) >= 4
        out[member, 1:] = np.cumsum(np.where(many, median(change[member], axis=0), nation))
    return out


def _region(
    panel: Panel, column: str, i: np.ndarray, j: np.ndarray, expected: np.ndarray
) -> list[bool]:
    """Say which figures are the sum of the region's cities rather than the city's own."""
    values = panel.matrix(column)
    found = []
    for unit, year, own in zip(i, j, expected, strict=True):
        member = (panel.provinces == panel.provinces[unit]) & (panel.units != panel.units[unit])
        total = np.nansum(values[member, year]) + np.nan_to_num(own)
        found.append(bool(abs(np.log(values[unit, year] / total)) < REGION) if total > 0 else False)
    return found


def sums(panel: Panel, before: Panel | None) -> pd.DataFrame:
    """Propose the member that is wrong where three sectors do not sum to GDP."""
    gdp = continued(panel, "gdp_100m_yuan", before)
    sectors = np.array([continued(panel, f"{s}_100m_yuan", before) for s in SECTORS])
    added = sectors.sum(axis=0)
    gap = np.log(added / gdp)
    off = np.abs(gap) > SUM_GAP
    carried = np.array([repeats_before(values) for values in sectors])
    equal = carried.copy()
    carried[carried] = digits(sectors[carried]) >= FIGURE_DIGITS
    # Beside two such figures a third of fewer digits is no chance either.
    carried |= equal & (carried.sum(axis=0) >= 2)
    rows = []
    for unit, year in np.argwhere(off[:, 1:]):
        alike = _alike(panel, gap, unit, year + 1)
        blamed = _members(gdp[unit], sectors[:, unit], carried[:, unit], year + 1, alike)
        rows += [(panel.units[unit], int(panel.years[year]), *member) for member in blamed]
    parts = []
    for column in ("gdp_100m_yuan", *(f"{s}_100m_yuan" for s in SECTORS)):
        mine = [r for r in rows if r[2] == column]
        if not mine:
            continue
        index = {unit: k for k, unit in enumerate(panel.units)}
        at = [(index[r[0]], r[1] - panel.years[0]) for r in mine]
        frame = pd.DataFrame({panel.unit: [r[0] for r in mine], "year": [r[1] for r in mine]})
        frame[column] = [panel.matrix(column)[a, b] for a, b in at]
        facts = {
            "form": "recent",
            "sum_pct": [100 * np.exp(gap[a, b + 1]) for a, b in at],
            "implied": [r[3] for r in mine],
            "because": [r[4] for r in mine],
            "decided": [r[4] != "" for r in mine],
        }
        score = [abs(gap[a, b + 1]) / SUM_GAP for a, b in at]
        value = np.round([r[3] if r[4] not in ("", "copied") else np.nan for r in mine], 4)
        parts.append(propose("value_added_sums_to_gdp", TABLE, frame, column, score, facts, value))
    return gather(parts)


#: Column, the value that the other members imply, and why it is to blame ("" where undecided).
Member = tuple[str, float, str]


def _alike(panel: Panel, gap: np.ndarray, unit: int, year: int) -> bool:
    """Say whether several cities of the province have sectors above (or below) GDP that year."""
    member = panel.provinces == panel.provinces[unit]
    same = np.sign(gap[:, year]) == np.sign(gap[unit, year])
    return bool((member & same & (np.abs(gap[:, year]) > SUM_GAP)).sum() >= ALIKE)


def _members(
    gdp: np.ndarray, sectors: np.ndarray, carried: np.ndarray, year: int, alike: bool
) -> list[Member]:
    """Return the members of one failed sum that are to blame, or all where none is.

    ``gdp`` (years), ``sectors`` and ``carried`` (3 x years; which are the year before's) are one
    city's, the yearbook's last year first.
    """
    names = [f"{sector}_100m_yuan" for sector in SECTORS]
    added, now = sectors[:, year].sum(), gdp[year]
    implied = {name: now - added + sectors[k, year] for k, name in enumerate(names)}
    after = gdp[year + 1] if year + 1 < len(gdp) else np.nan
    copied, same = now == gdp[year - 1], carried[:, year]
    if not copied and same.any():
        # The figure of the year before is named, and given only where it is alone in the row.
        why = "carried" if same.sum() == 1 else "copied"
        return [(name, implied[name], why) for k, name in enumerate(names) if same[k]]
    on_the_way = ON_THE_WAY[0] < np.log(after / added) < ON_THE_WAY[1]
    if (copied or alike) and (on_the_way or np.isnan(after)):
        return [("gdp_100m_yuan", added, "last_year" if copied else "province")]
    for other in (year + 1, year - 1):
        if not other < len(gdp) or np.isnan(gdp[other]):
            continue
        usual = sectors[:, other] / gdp[other]
        moved = 100 * np.abs(sectors[:, year] / now - usual)
        off = np.flatnonzero(moved > SHARE_STEADY)
        if len(off) == 1 and 100 * abs(implied[names[off[0]]] / now - usual[off[0]]) < SHARE_STEADY:
            return [(names[off[0]], implied[names[off[0]]], "shares")]
    return [("gdp_100m_yuan", added, ""), *((name, implied[name], "") for name in names)]
