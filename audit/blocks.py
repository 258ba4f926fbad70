"""Whole blocks of a province's year in the wrong rows or columns.

The figures of one row of a yearbook move together: several columns at once tell whose row it is,
where one column alone would not. The unit's own figures then often stand in another row, and are
recovered from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from .common import Panel, detrended, gather, level, log, propose, shifted, sides


@dataclass(frozen=True)
class Block:
    """Columns that tell whose a row is, and columns that may have moved with them.

    Two columns of money are few to tell a unit by: there a row must be the next unit's. Where a
    core has many columns, ``least`` of them are enough, and the distances those of noisier series.
    """

    table: str
    core: tuple[str, ...]
    beside: tuple[str, ...] = ()
    next_only: bool = False
    least: int = 0
    doubtful: float = 0.20
    near: float = 0.13


SECTORS = ("primary_10k_yuan", "secondary_10k_yuan", "tertiary_10k_yuan")
SHARES = ("primary_share_pct", "secondary_share_pct", "tertiary_share_pct")
EMPLOYED = (
    "units_total",
    "agriculture",
    "mining",
    "manufacturing",
    "utilities",
    "construction",
    "transport_post",
    "information",
    "trade",
    "hotels_catering",
    "finance",
    "real_estate",
    "leasing_business",
    "research_technical",
    "water_environment",
    "resident_services",
    "education",
    "health_social",
    "culture_sports",
    "public_management",
)
BLOCKS = (
    Block("city_accounts", ("gdp_100m_yuan", *SECTORS), (*SHARES, "gdp_per_capita_yuan")),
    Block(
        "city_population_labour",
        ("registered_population_10k", "nonrural_population_10k"),
        ("density_per_km2",),
    ),
    Block(
        "city_investment_fiscal",
        ("budget_revenue_100m_yuan", "budget_expenditure_100m_yuan"),
        next_only=True,
    ),
    Block(
        "city_investment_fiscal",
        ("loans_100m_yuan", "deposits_100m_yuan"),
        next_only=True,
    ),
    Block("city_sector_employment", EMPLOYED, least=12, doubtful=0.40, near=0.25),
)
#: A unit, a year, the unit whose figures stand in the row, and the row that holds the unit's own
#: (both -1 where there is none).
Moved = tuple[int, int, int, int]
#: A row is doubtful so far (logs, mean over the core) from its unit's own years as its block says
#: (``doubtful``), and is another unit's so near to that unit's as ``near`` says, and at most this
#: part as far as from its own.
PART = 0.5
#: Two columns so near (logs, mean) to the mean of the years beside are the unit's own.
STEADY = 0.08
#: One of two columns so far (logs) from its own years, the other not, is a slip of its own.
GROSS = 2.0
#: The next doubtful unit must be this much further away (further at all, from the unit beside).
RIVAL = 0.04
#: Beside rows that moved, a row nearer than that is doubtful too where the next unit's years fit
#: it this well.
CHAIN = 0.06
CHAIN_OWN = 0.12
#: Rows so moved in one province and year, at the least.
ROWS = 2
#: A column beside the core moves with it where it is this much nearer in its new row.
BESIDE_GAIN = 0.02
#: Rows of printed shares belong to the city whose value added gives them: points.
SHARE_OFF = 1.5
SHARE_NEAR = 0.25
#: Growth of two tables is the same where they are equal to rounding (points).
GROWTH_SAME = 0.06
#: GDP printed under a sector (the row moved by a column): logs from the unit's own years.
COLUMN_NEAR = 0.20
COLUMN_OFF = 1.0


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose every cell of rows, shares and columns that stand in another place."""
    parts = []
    for block in BLOCKS:
        panel = panels.get(block.table)
        if panel is not None and set(block.core) <= set(panel.frame.columns):
            parts.append(rows_moved(panel, block, panels.get("city_growth_targets")))
    accounts = panels.get("city_accounts")
    if accounts is not None:
        parts += [
            shares_moved(accounts, panels.get("city_growth_targets")),
            columns_moved(accounts),
        ]
    return gather(parts)


def filled(panel: Panel, column: str) -> np.ndarray:
    """Return the logs of a column, value added that is not printed from its share of GDP."""
    logs = panel.log(column)
    if panel.table == "city_accounts" and column in SECTORS:
        share = panel.log(SHARES[SECTORS.index(column)])
        return np.where(np.isfinite(logs), logs, share + panel.log("gdp_100m_yuan") + np.log(100))
    return logs


def rows_moved(panel: Panel, block: Block, targets: Panel | None = None) -> pd.DataFrame:
    """Propose the cells of rows that hold another unit's figures, with the unit's own."""
    flat = np.array([detrended(filled(panel, column)) for column in block.core])
    levels = np.array([level(x) for x in flat])
    for k, x in enumerate(flat):
        before, after = sides(x)
        levels[k] = np.where(np.isfinite(before) & np.isfinite(after), levels[k], np.nan)
    steady = between_its_years(panel, block)
    found: list[Moved] = []
    for code in np.unique(panel.provinces):
        member = np.flatnonzero(panel.provinces == code)
        for year in range(len(panel.years)):
            seen, usual = flat[:, member, year], levels[:, member, year]
            for unit, owner, home in matched(seen, usual, block, steady[member, year]):
                places = [-1 if k < 0 else int(member[k]) for k in (unit, owner, home)]
                found.append((places[0], year, places[1], places[2]))
    if targets is not None and "gdp_growth_reported" in panel:
        theirs = panel.spread(targets.frame.set_index([targets.unit, "year"])["growth_actual_pct"])
        growth = [cells_moved(panel, "gdp_growth_reported", _growth_too(panel, theirs, found))]
    else:
        growth = []
    beside = [column for column in block.beside if column in panel]
    return gather(
        [
            *(cells_moved(panel, column, found) for column in block.core),
            *(cells_moved(panel, column, moved_too(panel, column, found)) for column in beside),
            *growth,
        ]
    )


def between_its_years(panel: Panel, block: Block) -> np.ndarray:
    """Say which rows of few columns lie between the unit's years beside, whatever the others do.

    A fault in many units moves what is common to all, and with it every level of that year.
    """
    logs = np.array([filled(panel, column) for column in block.core])
    off = np.abs(logs - (shifted(logs, 1) + shifted(logs, -1)) / 2)
    known = np.isfinite(off).all(axis=0)
    return known & (off.mean(axis=0) < STEADY) & block.next_only


def matched(
    seen: np.ndarray, levels: np.ndarray, block: Block, steady: np.ndarray | None = None
) -> list[tuple[int, int, int]]:
    """Match the doubtful rows of a province's year with the units whose years they fit.

    Parameters
    ----------
    seen, levels : ndarray, columns x units
        Logs as printed, and as each unit's other years suggest.
    block : Block
        How near a row must be to a unit, and whether it may be that of a unit beside it only.
    steady : ndarray of bool, optional
        Rows that are no other unit's.

    Returns
    -------
    list of (unit, owner, home)
        ``owner`` is the unit whose figures stand in the row, ``home`` the row in which the unit's
        own stand; -1 where there is none.
    """
    next_only = block.next_only
    away = np.abs(seen[:, :, None] - levels[:, None, :])
    known = np.isfinite(away).sum(axis=0)
    mean = np.nansum(away, axis=0) / np.maximum(known, 1)
    distance = np.where(known >= (block.least or len(seen)), mean, np.nan)
    cost = np.where(np.isfinite(distance), np.minimum(distance, 3.0), 3.0)
    own = np.diag(distance)
    steady = np.zeros(len(own), dtype=bool) if steady is None else steady
    doubtful = own > block.doubtful
    if len(seen) == 2:
        # One figure of two in another unit of measure makes its row no other unit's.
        each = np.abs(seen - levels)
        doubtful &= ~((each.max(axis=0) > GROSS) & (each.min(axis=0) < block.doubtful))
    if doubtful.sum() < ROWS:
        return []
    number = np.arange(len(own))
    beside = np.abs(number[:, None] - number[None, :]) == 1
    # In a chain of rows that moved by one, a unit much like the next has moved as well.
    doubtful |= (own > CHAIN_OWN) & (np.where(beside, cost, 3.0).min(axis=1) < CHAIN)
    rows = np.flatnonzero(doubtful)
    # A unit without a row that year may have its figures in another's, and a unit's figures may
    # stand in the row before as well as in its own.
    absent = np.isnan(seen).all(axis=0) & np.isfinite(levels).all(axis=0)
    units = np.flatnonzero(doubtful | absent | beside[rows].any(axis=0))
    rivals = np.flatnonzero(doubtful | absent)
    part = cost[np.ix_(rows, units)]
    if next_only:
        part = np.where(beside[np.ix_(rows, units)] | (rows[:, None] == units[None, :]), part, 3.0)
    lines, columns = linear_sum_assignment(part)
    owners = {}
    for line, column in zip(rows[lines], units[columns], strict=True):
        others = cost[line, rivals[(rivals != column) & (rivals != line)]]
        near = cost[line, column]
        bound = block.near if doubtful[column] or absent[column] else CHAIN
        # Of two columns both must have moved: neither fits its own unit, nor fits it better.
        own_way = np.abs(seen[:, line] - levels[:, line])
        strays = np.abs(seen[:, line] - levels[:, column]) - own_way
        strays = np.where(own_way < BESIDE_GAIN, np.inf, strays)
        if (
            line != column
            and not steady[line]
            and (len(seen) > 2 or (strays < BESIDE_GAIN).all())
            and near < bound
            and near < PART * distance[line, line]
            and (beside[line, column] or not next_only)
            and (next_only or others.min(initial=3.0) > near + RIVAL * (not beside[line, column]))
        ):
            owners[int(line)] = int(column)
    if len(owners) < ROWS:
        return []
    homes = {owner: line for line, owner in owners.items()}
    # A unit whose own figures stand elsewhere, and fit it much better than those of its row.
    for unit, line in list(homes.items()):
        better = cost[line, unit] < PART * own[unit] - BESIDE_GAIN
        if not doubtful[unit] and not better:
            del homes[unit]
    return [
        (unit, owners.get(unit, -1), homes.get(unit, -1))
        for unit in sorted({*owners, *homes})
        if not absent[unit]
    ]


def moved_too(panel: Panel, column: str, found: Sequence[Moved]) -> list[Moved]:
    """Keep the blocks of rows in which a column beside the core moved with it.

    The rows of a province and year decide together: most of them must be nearer to the years of
    the unit whose figures they hold than to their own.
    """
    flat = detrended(panel.log(column))
    moved = np.zeros(flat.shape, dtype=bool)
    for unit, year, *_ in found:
        moved[unit, year] = True
    usual = level(np.where(moved, np.nan, flat))
    votes: dict[tuple[str, int], list[bool]] = {}
    for unit, year, owner, home in found:
        own = abs(flat[unit, year] - usual[unit, year])
        other = abs(flat[unit, year] - usual[owner, year]) if owner >= 0 else np.nan
        at_home = abs(flat[home, year] - usual[unit, year]) if home >= 0 else np.nan
        nearest = np.fmin(other, at_home)
        if np.isfinite(own) and np.isfinite(nearest):
            block = (panel.provinces[unit], year)
            votes.setdefault(block, []).append(bool(nearest < own - BESIDE_GAIN))
    return [f for f in found if np.mean(votes.get((panel.provinces[f[0]], f[1]), [0])) > PART]


def cells_moved(panel: Panel, column: str, found: Sequence[Moved]) -> pd.DataFrame:
    """Propose a column of rows that moved, with the unit's own figure where it stands."""
    if not found:
        return gather([])
    values = panel.matrix(column)
    unit, year, owner, home = (np.array(x) for x in zip(*found, strict=True))
    rows = pd.DataFrame({panel.unit: panel.units[unit], "year": panel.years[year]})
    rows[column] = values[unit, year]
    facts = {
        "owner": ["" if k < 0 else panel.units[k] for k in owner],
        "home": ["" if k < 0 else panel.units[k] for k in home],
    }
    own = np.where(home >= 0, values[home, year], np.nan)
    same = own == rows[column].to_numpy()
    out = propose("block_of_rows", panel.table, rows, column, 10.0, facts, own)
    return out[~same[out.index]]


def shares_moved(panel: Panel, targets: Panel | None) -> pd.DataFrame:
    """Propose rows of printed shares that are those of another city's value added.

    Reported growth is printed beside the shares: where the other table's growth says that it
    moved with them, it is put back too.
    """
    gdp = panel.matrix("gdp_100m_yuan")
    printed = np.array([panel.matrix(name) for name in SHARES])
    implied = np.array([panel.matrix(name) / gdp / 100 for name in SECTORS])
    found = []
    for code in np.unique(panel.provinces):
        member = np.flatnonzero(panel.provinces == code)
        for year in range(len(panel.years)):
            seen, true = printed[:, member, year], implied[:, member, year]
            distance = np.abs(seen[:, :, None] - true[:, None, :]).max(axis=0)
            off = np.flatnonzero(np.diag(distance) > SHARE_OFF)
            if len(off) < ROWS:
                continue
            part = distance[np.ix_(off, off)]
            lines, columns = linear_sum_assignment(np.where(np.isfinite(part), part, 99.0))
            pairs = [
                (off[a], off[b])
                for a, b in zip(lines, columns, strict=True)
                if a != b and part[a, b] < SHARE_NEAR
            ]
            if len(pairs) >= ROWS:
                homes = {owner: line for line, owner in pairs}
                owners = dict(pairs)
                found += [
                    (
                        int(member[unit]),
                        year,
                        int(member[owners[unit]]) if unit in owners else -1,
                        int(member[homes[unit]]) if unit in homes else -1,
                    )
                    for unit in sorted({*owners, *homes})
                ]
    parts = [cells_moved(panel, column, found) for column in SHARES]
    if targets is not None and "gdp_growth_reported" in panel:
        theirs = panel.spread(targets.frame.set_index([targets.unit, "year"])["growth_actual_pct"])
        parts.append(cells_moved(panel, "gdp_growth_reported", _growth_too(panel, theirs, found)))
    return gather(parts)


def _growth_too(panel: Panel, theirs: np.ndarray, found: Sequence[Moved]) -> list[Moved]:
    """Keep the blocks in which growth equals the other table's of the rows' owners."""
    growth = panel.matrix("gdp_growth_reported")
    votes: dict[tuple[str, int], list[bool]] = {}
    for unit, year, owner, _ in found:
        if owner >= 0 and np.isfinite(growth[unit, year] + theirs[owner, year]):
            agrees = abs(growth[unit, year] - theirs[owner, year]) <= GROWTH_SAME
            votes.setdefault((panel.provinces[unit], year), []).append(bool(agrees))
    return [f for f in found if np.mean(votes.get((panel.provinces[f[0]], f[1]), [0])) > PART]


def columns_moved(panel: Panel) -> pd.DataFrame:
    """Propose rows of the accounts that stand one column to the right.

    GDP (in 10 000 yuan) then stands under the primary sector and the primary sector under the
    secondary; what is under the tertiary is a part of the secondary, which has no column.
    """
    gdp = log(panel.matrix("gdp_100m_yuan") * 1e4)
    one, two, _ = (panel.log(name) for name in SECTORS)
    expected = {
        "gdp": level(detrended(gdp)) + gdp - detrended(gdp),
        "one": level(detrended(one)) + one - detrended(one),
    }
    # The trend of a column cannot be had from a cell that is in another place.
    near = (np.abs(one - _beside(gdp)) < COLUMN_NEAR) & (np.abs(two - _beside(one)) < COLUMN_NEAR)
    off = (np.abs(gdp - expected["gdp"]) > COLUMN_OFF) | ~np.isfinite(gdp)
    off &= np.abs(one - expected["one"]) > COLUMN_OFF / 2
    mask = near & off
    rows = panel.rows(mask)
    if rows.empty:
        return gather([])
    right = {
        "gdp_100m_yuan": rows["primary_10k_yuan"] / 1e4,
        "primary_10k_yuan": rows["secondary_10k_yuan"],
        "secondary_10k_yuan": np.nan,
        "tertiary_10k_yuan": np.nan,
    }
    under = ("primary_10k_yuan", "secondary_10k_yuan", "", "")
    return gather(
        [
            propose("block_of_columns", panel.table, rows, column, 10.0, {"under": name}, value)
            for (column, value), name in zip(right.items(), under, strict=True)
        ]
    )


def _beside(values: np.ndarray) -> np.ndarray:
    """Return the middle (logs) of the years beside each year, without the year itself."""
    out = np.full(values.shape, np.nan)
    out[:, 1:-1] = (values[:, :-2] + values[:, 2:]) / 2
    return out
