"""The retrospective table of output, growth and sectors: its rows, and the accounts beside it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .blame import blamed, series, unusual
from .common import Panel, detrended, gather, log, median, propose, spike

TABLE = "city_growth_and_sectors"
OUTPUT, SECTOR_OUTPUT = "gdp_100m_yuan", "gdp_of_sector_table_100m_yuan"
SECTORS = ("primary_100m_yuan", "secondary_100m_yuan", "tertiary_100m_yuan")
INDEX = "gdp_index_previous_year_100"
#: Three sectors sum to the output printed beside them within this (two decimals at the least).
SUM = 0.005
#: A row of sectors is a unit's own where its output is the unit's within this (logs).
SAME = 0.001
#: A row's two figures of output part company by this much (logs), and by as much more than in the
#: years near: vintages differ by less, and last.
PARTED = 0.15
#: The one is off its own years by this part of the gap and the other by no more than that.
OFF = 0.5
AT_HOME = 0.25
#: One rate in so many cities of a province, in at least this part of them, and in this many times
#: as many as share one in the median year, is the province's.
SAME_RATE = 5
SAME_PART = 0.5
TIMES = 2.0
#: The accounts' growth is the city's own rate within this (points).
SAME_GROWTH = 0.25
#: The index and the growth that the accounts report part company by this many points.
POINTS = 5.0


def sector_output(panel: Panel) -> pd.DataFrame:
    """Propose, of a row's two figures of output that part company, the one off its own years.

    Where the sectors sum to the one that is off, they are of the same wrong row, and are
    proposed with it.
    """
    own, other = panel.log(OUTPUT), panel.log(SECTOR_OUTPUT)
    gap = other - own
    where = (np.abs(unusual(gap)) > PARTED) & (np.abs(gap) > PARTED)
    own_off, other_off = (np.abs(spike(detrended(x))) for x in (own, other))
    size = np.abs(gap)
    other_named = where & (other_off > OFF * size) & ~(own_off > AT_HOME * size)
    own_named = where & (own_off > OFF * size) & ~(other_off > AT_HOME * size)
    open_ = where & ~other_named & ~own_named
    added = sum(panel.matrix(name) for name in SECTORS)
    together = np.abs(log(added) - other) < SUM
    home = _homes(panel, other_named & together)
    parts = []
    for mask, column, decided in (
        (other_named, SECTOR_OUTPUT, True),
        *((other_named & together, name, True) for name in SECTORS),
        (own_named, OUTPUT, True),
        (open_, SECTOR_OUTPUT, False),
        (open_, OUTPUT, False),
    ):
        rows = panel.rows(mask)
        facts = {
            "one": panel.at(panel.matrix(SECTOR_OUTPUT))[rows.index],
            "other": panel.at(panel.matrix(OUTPUT))[rows.index],
            "decided": decided,
        }
        score = panel.at(size)[rows.index] / PARTED
        at = panel.at(home)[rows.index] if decided and column != OUTPUT else np.full(len(rows), -1)
        facts["home"] = [panel.units[k] if k >= 0 else "" for k in at]
        value = panel.matrix(column)[np.maximum(at, 0), panel.col[rows.index]]
        value = np.where(at >= 0, value, np.nan)
        parts.append(
            propose("sector_table_gives_output", panel.table, rows, column, score, facts, value)
        )
    return gather(parts)


def _homes(panel: Panel, wrong: np.ndarray) -> np.ndarray:
    """Return, for wrong rows of the table of sectors, the unit in whose row their own stand.

    It is another wrong row of the province and year, and the only one whose output is this
    unit's own; -1 where there is none.
    """
    home = np.full(wrong.shape, -1)
    own, other = panel.log(OUTPUT), panel.log(SECTOR_OUTPUT)
    for unit, year in np.argwhere(wrong):
        near = wrong[:, year] & (panel.provinces == panel.provinces[unit])
        near &= np.abs(other[:, year] - own[unit, year]) < SAME
        near[unit] = False
        if near.sum() == 1:
            home[unit, year] = int(np.flatnonzero(near)[0])
    return home


def sums(panel: Panel) -> pd.DataFrame:
    """Check that three sectors sum to the output of the table of sectors."""
    one, two, three = (panel.matrix(name) for name in SECTORS)
    whole = panel.matrix(SECTOR_OUTPUT)
    residual = log(one + two + three) - log(whole)
    members = {
        SECTORS[0]: whole - two - three,
        SECTORS[1]: whole - one - three,
        SECTORS[2]: whole - one - two,
        SECTOR_OUTPUT: one + two + three,
    }
    where = np.abs(residual) > SUM
    found = blamed("value_added_sums_to_gdp", panel, residual, where, members, SUM)
    # The figure that the sum implies is of the vintage of the others, which nothing confirms.
    return found.assign(proposed_value=np.nan)


def province_rate(panel: Panel, accounts: Panel | None) -> pd.DataFrame:
    """Propose a rate that is printed for most cities of a province, as in no ordinary year.

    A city may have that rate: its cell is named where the accounts, which give its rate in most
    years, give another.
    """
    values = panel.matrix(INDEX)
    theirs = np.full(values.shape, np.nan)
    if accounts is not None:
        theirs = panel.spread(series(accounts, "gdp_growth_reported"))
    gap = np.abs(values - 100 - theirs)
    usual_gap = median(gap, axis=1)[:, None]
    named = panel.at((gap > SAME_GROWTH) & (usual_gap < SAME_GROWTH))
    frame = panel.frame[[panel.unit, "year", INDEX]].dropna()
    province = frame[panel.unit].str[:2]
    alike = frame.groupby([province, "year", INDEX])[INDEX].transform("size")
    known = frame.groupby([province, "year"])[INDEX].transform("size")
    most = alike.groupby([province, frame["year"]]).max()
    usual = province.map(most.groupby(level=0).median())
    hit = (alike >= SAME_RATE) & (alike >= SAME_PART * known) & (alike >= TIMES * usual)
    rows = frame[hit]
    facts = {
        "cities": alike[hit],
        "known": known[hit],
        "usual": usual[hit],
        "decided": named[panel.frame.index.get_indexer(rows.index)],
    }
    return propose("rate_of_the_province", panel.table, rows, INDEX, 10.0, facts)


def growth(panel: Panel, accounts: Panel) -> pd.DataFrame:
    """Propose an index that parts company for a year with the growth that the accounts report."""
    reported = panel.spread(series(accounts, "gdp_growth_reported"))
    reported = np.where(reported > 60, reported - 100, reported)
    gap = panel.matrix(INDEX) - 100 - reported
    odd = unusual(gap)
    rows = panel.rows((np.abs(odd) > POINTS) & (np.abs(gap) > POINTS))
    facts = {
        "achieved": panel.at(panel.matrix(INDEX) - 100)[rows.index],
        "reported": panel.at(reported)[rows.index],
    }
    score = np.abs(panel.at(odd)[rows.index]) / POINTS
    return propose("growth_achieved_is_reported", panel.table, rows, INDEX, score, facts)


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Run the checks of the retrospective table; the accounts are read and never blamed."""
    panel, accounts = panels.get(TABLE), panels.get("city_accounts")
    if panel is None:
        return gather([])
    parts = [sector_output(panel), sums(panel), province_rate(panel, accounts)]
    if accounts is not None:
        parts.append(growth(panel, accounts))
    return gather(parts)
