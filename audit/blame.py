"""Which member of a failed identity is to blame.

When an identity fails, one of its members is wrong. The member blamed is the one whose
replacement by what the identity implies brings it closest to its own neighbours in time.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .common import Panel, detrended, gather, level, log, median, propose, shifted

#: A value implied by an identity is proposed where it lies this near (logs) to the level
#: of the years around.
SUPPORTED = 0.25
#: Three shares rounded to 0.1 sum to within 0.15 of 100.
SHARES_GAP = 0.16


def blame(
    panel_logs: Mapping[str, tuple[np.ndarray, np.ndarray]], where: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which member of a failed identity is at fault in each marked cell.

    Parameters
    ----------
    panel_logs : mapping of name to (seen, implied)
        Logs (units x years) as printed and as the other members imply.
    where : ndarray of bool
        Cells in which the identity fails.

    Returns
    -------
    (member, gain, rest) : ndarrays over the marked cells
        Index of the member, by how much (in logs) its replacement brings it nearer to its
        own years, and how far the replacement still is from them. The gain is not
        positive where no member's years decide.
    """
    gains, rests = [], []
    for seen, implied in panel_logs.values():
        clean = np.where(where, np.nan, seen)
        expected = level(detrended(clean)) + (seen - detrended(seen))
        shift = np.nan_to_num(median(expected - seen, axis=0))
        expected = expected - shift
        gain = np.abs(seen - expected) - np.abs(implied - expected)
        gains.append(gain[where])
        rests.append(np.abs(implied - expected)[where])
    stacked = np.nan_to_num(np.array(gains), nan=-np.inf)
    member = stacked.argmax(axis=0)
    return member, stacked.max(axis=0), np.array(rests)[member, np.arange(len(member))]


def blamed(
    name: str,
    panel: Panel,
    residual: np.ndarray,
    where: np.ndarray,
    members: Mapping[str, np.ndarray],
    tolerance: float,
    home: Mapping[str, Panel] | None = None,
) -> pd.DataFrame:
    """Propose, in every marked cell, the member to blame with its implied value.

    Members map a column to its implied values in ``panel``'s order; ``home`` gives the
    panel of a column that stands in another table.
    """
    if not where.any():
        return gather([])
    home = home or {}
    seen = {
        column: (
            panel.spread(series(home[column], column)) if column in home else panel.matrix(column)
        )
        for column in members
    }
    logs = {column: (log(seen[column]), log(implied)) for column, implied in members.items()}
    culprit, gain, rest = blame(logs, where)
    units, years = np.nonzero(where)
    parts = []
    for number, (column, implied) in enumerate(members.items()):
        pick = culprit == number
        if not pick.any():
            continue
        owner = home.get(column, panel)
        i, j = units[pick], years[pick]
        rows = pd.DataFrame({owner.unit: panel.units[i], "year": panel.years[j]})
        rows[column] = seen[column][i, j]
        facts = {
            "gap_pct": 100 * np.expm1(residual[i, j]),
            "implied": implied[i, j],
            "nearer_pct": 100 * gain[pick],
            "decided": np.isfinite(gain[pick]) & (gain[pick] > 0),
        }
        score = np.abs(residual[i, j]) / tolerance * np.where(gain[pick] > 0, 1.0, 0.5)
        # A proposed value needs the years' support: half of the gap is gone, and what is
        # left is no more than ordinary years differ by.
        sure = (gain[pick] > 0.5 * np.abs(residual[i, j])) & (rest[pick] < SUPPORTED)
        value = np.where(sure, implied[i, j], np.nan)
        parts.append(propose(name, owner.table, rows, column, score, facts, value))
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


def shares_sum(panel: Panel, names: tuple[str, str, str], check: str) -> pd.DataFrame:
    """Check that three shares sum to 100; the member furthest from its own years is to blame."""
    values = [panel.matrix(name) for name in names]
    residual = sum(values) - 100
    where = np.abs(residual) > SHARES_GAP
    away = np.array([np.abs(v - level(np.where(where, np.nan, v)))[where] for v in values])
    away = np.nan_to_num(away)
    culprit = away.argmax(axis=0)
    units, years = np.nonzero(where)
    parts = []
    for number, column in enumerate(names):
        i, j = units[culprit == number], years[culprit == number]
        rows = pd.DataFrame({panel.unit: panel.units[i], "year": panel.years[j]})
        rows[column] = values[number][i, j]
        implied = rows[column].to_numpy() - residual[i, j]
        expected = level(np.where(where, np.nan, values[number]))[i, j]
        sure = np.abs(implied - expected) < 0.5 * np.abs(residual[i, j])
        facts = {"total": 100 + residual[i, j], "implied": implied}
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
