"""Which member of a failed identity is to blame.

When an identity fails, one of its members is wrong. The member blamed is the one whose
replacement by what the identity implies brings it closest to its own neighbours in time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .common import Panel, detrended, gather, level, log, median, propose, shifted

#: A value implied by an identity is proposed where it lies this near (logs) to the level
#: of the years around.
SUPPORTED = 0.25
#: A member is named where its replacement mends this part of the gap, ...
MENDED = 0.6
#: ... while each other member is away from its own years by less than this part of it; ...
AT_HOME = 0.35
#: ... or where all the others are this near to theirs, and it is the only one left.
CALM = 0.25
WIDE = 0.25
#: Three shares rounded to 0.1 sum to within 0.15 of 100.
SHARES_GAP = 0.16


@dataclass(frozen=True)
class Blame:
    """Which member of a failed identity is at fault, over the marked cells.

    Attributes
    ----------
    member : ndarray of int
        Index of the member that its replacement brings nearest to its own years.
    gain, rest : ndarray of float
        By how much (logs) it comes nearer, and how far it still is.
    decided : ndarray of bool
        The evidence names this member and no other: its replacement mends most of the gap while
        the others agree with their own years.
    """

    member: np.ndarray
    gain: np.ndarray
    rest: np.ndarray
    decided: np.ndarray


def blame(
    panel_logs: Mapping[str, tuple[np.ndarray, np.ndarray]],
    where: np.ndarray,
    residual: np.ndarray,
) -> Blame:
    """Return which member of a failed identity is at fault in each marked cell.

    Parameters
    ----------
    panel_logs : mapping of name to (seen, implied)
        Logs (units x years) as printed and as the other members imply; an implied value that is
        missing clears its member.
    where : ndarray of bool
        Cells in which the identity fails.
    residual : ndarray
        By how much it fails (logs, units x years).
    """
    gains, rests, aways, noises = [], [], [], []
    for seen, implied in panel_logs.values():
        clean = np.where(where, np.nan, seen)
        expected = level(detrended(clean)) + (seen - detrended(seen))
        shift = np.nan_to_num(median(expected - seen, axis=0))
        expected = expected - shift
        gain = np.abs(seen - expected) - np.abs(implied - expected)
        gains.append(gain[where])
        rests.append(np.abs(implied - expected)[where])
        away = np.where(np.isfinite(implied), np.abs(seen - expected), 0.0)
        aways.append(away[where])
        # A member that leaves its own years in ordinary years as well shows nothing by it.
        usual = np.where(where, np.nan, np.abs(seen - expected))
        noise = (1.4826 * median(usual, axis=1))[:, None] * np.ones(where.shape)
        noises.append(np.where(np.isfinite(implied), noise, 0.0)[where])
    gap = np.abs(residual[where])
    stacked = np.nan_to_num(np.array(gains), nan=-np.inf)
    member = stacked.argmax(axis=0)
    best, cells = stacked.max(axis=0), np.arange(len(member))
    away = np.array(aways)
    at_home = np.ones(len(member), dtype=bool)
    calm = np.ones(len(member), dtype=bool)
    for number in range(len(aways)):
        mine = member == number
        loud = noises[number] > AT_HOME * gap
        at_home &= np.where(mine, ~loud, (away[number] < AT_HOME * gap) & ~loud)
        calm &= mine | (away[number] < CALM * gap) & ~loud
    # The only one left is named where it is off too, or the gap is wider than any revision.
    calm &= np.isfinite(best) & ((away[member, cells] > AT_HOME * gap) | (gap > WIDE))
    decided = (best > MENDED * gap) & at_home | calm
    return Blame(member, best, np.array(rests)[member, cells], decided)


def blamed(
    name: str,
    panel: Panel,
    residual: np.ndarray,
    where: np.ndarray,
    members: Mapping[str, np.ndarray],
    tolerance: float,
    clear: np.ndarray | None = None,
    exact: np.ndarray | None = None,
) -> pd.DataFrame:
    """Propose, in every marked cell, the member to blame, or all where none is.

    Members map a column to its implied values in ``panel``'s order. ``clear`` tells where what
    the identity takes from other tables is in order, and ``exact`` where it holds to rounding in
    the years around, so that it determines a figure (everywhere, where they are not given).
    """
    if not where.any():
        return gather([])
    everywhere = np.ones(where.shape, dtype=bool)
    clear = everywhere if clear is None else clear
    exact = everywhere if exact is None else exact
    seen = {column: panel.matrix(column) for column in members}
    logs = {column: (log(seen[column]), log(implied)) for column, implied in members.items()}
    found = blame(logs, where, residual)
    decided = found.decided & clear[where]
    units, years = np.nonzero(where)
    parts = []
    for number, (column, implied) in enumerate(members.items()):
        mine = found.member == number
        pick = mine | (~decided & np.isfinite(implied[units, years]))
        if not pick.any():
            continue
        i, j = units[pick], years[pick]
        rows = pd.DataFrame({panel.unit: panel.units[i], "year": panel.years[j]})
        rows[column] = seen[column][i, j]
        facts = {
            "gap_pct": 100 * np.expm1(residual[i, j]),
            "implied": implied[i, j],
            "nearer_pct": 100 * np.where(mine, found.gain, np.nan)[pick],
            "decided": decided[pick],
        }
        score = np.abs(residual[i, j]) / tolerance * np.where(decided[pick], 1.0, 0.5)
        # A proposed value needs the years' support: half of the gap is gone, and what is
        # left is no more than ordinary years differ by.
        sure = decided & (found.gain > MENDED * np.abs(residual[where])) & exact[where]
        sure &= found.rest < SUPPORTED
        value = np.where(sure[pick], implied[i, j], np.nan)
        parts.append(propose(name, panel.table, rows, column, score, facts, value))
    return gather(parts)


def series(panel: Panel, column: str) -> pd.Series:
    """Return a column as a series on (unit, year)."""
    return panel.frame.set_index([panel.unit, "year"])[column]


def unusual(gap: np.ndarray) -> np.ndarray:
    """Return the gap less the nearest gap of the two years before and after.

    A difference of vintage or scope lasts, and is the same next year: only what no
    neighbouring year shares is unusual.
    """
    near = np.stack([gap - shifted(gap, k) for k in (-2, -1, 1, 2)])
    distance = np.where(np.isfinite(near), np.abs(near), np.inf)
    pick = distance.argmin(axis=0)[None]
    nearest = np.take_along_axis(near, pick, axis=0)[0]
    return np.where(np.isfinite(nearest), nearest, gap)


def shares_sum(
    panel: Panel,
    names: tuple[str, str, str],
    check: str,
    given: Sequence[np.ndarray] | None = None,
) -> pd.DataFrame:
    """Check that three shares sum to 100.

    The member to blame is the one that a second identity (``given``: the three shares, units x
    years) does not give while it gives the other two, or else the one furthest from its own years.
    """
    values = [panel.matrix(name) for name in names]
    residual = sum(values) - 100
    where = np.abs(residual) > SHARES_GAP
    away = np.array([np.abs(v - level(np.where(where, np.nan, v)))[where] for v in values])
    away = np.nan_to_num(away)
    culprit = away.argmax(axis=0)
    units, years = np.nonzero(where)
    gap = np.abs(residual[where])
    others = np.sort(away, axis=0)[:-1].max(axis=0)
    mended = np.zeros(len(units), dtype=bool)
    steady = np.ones(len(units), dtype=bool)
    for number in range(len(names)):
        clean = np.where(where, np.nan, values[number])
        noise = 1.4826 * median(np.abs(clean - level(clean)), axis=1)
        steady &= ~(noise[units] > CALM * gap)
        implied = values[number][where] - residual[where]
        expected = level(np.where(where, np.nan, values[number]))[where]
        mended |= (culprit == number) & (np.abs(implied - expected) < MENDED * gap)
    # One share has moved and the others have not, or not so far.
    decided = mended & steady & (others < AT_HOME * gap)
    if given is not None:
        off = np.array([np.abs(v - g)[where] for v, g in zip(values, given, strict=True)])
        told = ((off < SHARES_GAP).sum(axis=0) == len(names) - 1) & (off.max(axis=0) > SHARES_GAP)
        culprit = np.where(told, np.nan_to_num(off).argmax(axis=0), culprit)
        decided |= told
    parts = []
    for number, column in enumerate(names):
        pick = (culprit == number) | ~decided
        i, j = units[pick], years[pick]
        rows = pd.DataFrame({panel.unit: panel.units[i], "year": panel.years[j]})
        rows[column] = values[number][i, j]
        implied = rows[column].to_numpy() - residual[i, j]
        sure = decided[pick]
        facts = {"total": 100 + residual[i, j], "implied": implied, "decided": sure}
        parts.append(
            propose(
                check,
                panel.table,
                rows,
                column,
                np.abs(residual[i, j]) / SHARES_GAP,
                facts,
                np.where(sure & (implied >= 0), implied, np.nan),
            )
        )
    return gather(parts)
