"""Columns of employment by sector that stand one place to the right, or to the left, in a row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .common import Panel, gather, propose

#: Columns that stand in another place, at the least.
LEAST = 5
#: Moved back they are nearer to the unit's own years by this much (logs, in total), and keep at
#: most this part of their distance.
GAIN = 4.0
REST = 0.40
#: A distance (logs) counts up to this.
CAP = 2.0
#: A column at an end of the run gains so much (logs).
END = 0.25
#: The column before the run is wrong too where it is this far (logs) from its own years.
OFF = 0.30


def shifted_columns(panel: Panel, sectors: list[str], levels: np.ndarray) -> pd.DataFrame:
    """Propose rows in which a run of columns stands one place to the right, or to the left.

    Each column's own figure is then under the heading beside it, and that of the last is lost. The
    run is the one that brings the row nearest to its own years.

    Parameters
    ----------
    panel : Panel
        Employment by sector.
    sectors : list of str
        The columns in the order of the table.
    levels : ndarray, columns x units x years
        Logs that each unit's other years suggest.

    Returns
    -------
    DataFrame
        Proposals, with the figure that stands under the heading beside (missing for the last).
    """
    seen = np.array([panel.log(name) for name in sectors])
    own = np.minimum(np.abs(seen - levels), CAP)
    values = np.array([panel.matrix(name) for name in sectors])
    found: dict[str, list[tuple[int, int, str, str, float, float]]] = {c: [] for c in sectors}
    for unit, year in np.argwhere(np.nansum(own, axis=0) > GAIN):
        run = best_run(seen[:, unit, year], levels[:, unit, year], own[:, unit, year])
        if run is None:
            continue
        gain, first, stop, step = run
        wrong = list(range(first, stop))
        edge = first - 1 if step == 1 else stop
        if own[edge, unit, year] > OFF:
            wrong.append(edge)
        for column in wrong:
            under = column + step
            inside = first <= under < stop
            value = values[under, unit, year] if inside else np.nan
            if value == values[column, unit, year]:
                continue
            fits = sectors[column - step] if first <= column < stop else ""
            beside = sectors[under] if inside else ""
            found[sectors[column]].append((unit, year, fits, beside, gain, value))
    parts = []
    for number, column in enumerate(sectors):
        if not found[column]:
            continue
        unit, year, fits, under, gain, value = zip(*found[column], strict=True)
        rows = pd.DataFrame({panel.unit: panel.units[list(unit)], "year": panel.years[list(year)]})
        rows[column] = values[number][list(unit), list(year)]
        facts = {"fits": fits, "under": under, "gain": gain}
        score = np.array(gain) / GAIN + 1.0
        parts.append(propose("shifted_columns", panel.table, rows, column, score, facts, value))
    return gather(parts)


def best_run(
    here: np.ndarray, levels: np.ndarray, as_is: np.ndarray
) -> tuple[float, int, int, int] | None:
    """Return (gain, first, stop, step) of the run that brings a row nearest to its own years.

    ``step`` is 1 where the figures stand one place to the right; None where no run is good enough.
    """
    best = None
    for step in (1, -1):
        beside = np.full(len(here), np.nan)
        if step == 1:
            beside[1:] = levels[:-1]
        else:
            beside[:-1] = levels[1:]
        moved = np.minimum(np.abs(here - beside), CAP)
        # What has no figure, or no years, speaks neither way.
        gain = np.nan_to_num(as_is - moved)
        gain[[0 if step == 1 else -1]] = -CAP
        added = np.r_[0.0, np.cumsum(gain)]
        spans = added[None, :] - added[:, None]
        spans[~np.triu(np.ones(spans.shape, dtype=bool), LEAST)] = -np.inf
        first, stop = (int(k) for k in np.unravel_index(int(spans.argmax()), spans.shape))
        # A column at an end that gains little may as well be in its place.
        while stop - first > LEAST and gain[stop - 1] < END:
            stop -= 1
        while stop - first > LEAST and gain[first] < END:
            first += 1
        size, rest = float(spans[first, stop]), np.nansum(moved[first:stop])
        enough = size > GAIN and rest < REST * np.nansum(as_is[first:stop])
        if enough and (best is None or size > best[0]):
            best = (size, first, stop, step)
    return best
