"""Kinds of faults in which whole rows, runs of columns and years stand in another's place."""

from __future__ import annotations

from collections.abc import MutableMapping

import numpy as np
import pandas as pd

from .blocks import EMPLOYED
from .common import KEYS, key_text
from .faults import Cells, Fault, Oddity, interior
from .vintages import SHARED_FROM

BUDGET = "city_investment_fiscal"
BULLETINS, EMPLOYMENT = "city_accounts_2022_2023", "city_sector_employment"
#: Columns moved by one place, and rows of a province moved by one.
RUN = 12
ROWS = 4


def _carried_row(
    frame: pd.DataFrame, table: str, column: str, rng: np.random.Generator, number: int
) -> Cells:
    """Print the row of 2022 again in 2023."""
    del column
    names = [name for name in frame.columns if name not in KEYS[table]]
    full = frame[frame[names].notna().all(axis=1)]
    both = full[full["year"] == 2023]
    both = both[both["city_code"].isin(full.loc[full["year"] == 2022, "city_code"])]
    out: Cells = []
    for row in rng.permutation(both.index)[: number // len(names)]:
        before = full[(full["year"] == 2022) & (full["city_code"] == frame.loc[row, "city_code"])]
        frame.loc[row, names] = before[names].to_numpy()[0]
        out += [(key, name) for key in key_text(table, frame.loc[[row]]) for name in names]
    return out


def _total_of_the_region(
    frame: pd.DataFrame, table: str, column: str, rng: np.random.Generator, number: int
) -> Cells:
    """Print the sum of the province in the row of a city."""
    unit = KEYS[table][0]
    province = frame[unit].str[:2]
    size = frame[column].groupby([province, frame["year"]]).transform("count")
    total = frame[column].groupby([province, frame["year"]]).transform("sum")
    rows = interior(frame, unit, column)
    rows = rows[(size.loc[rows] >= 6) & (total.loc[rows] > 4 * frame.loc[rows, column])]
    # One in a province: a sum that holds another's sum is of no region.
    rows = pd.Index(rng.permutation(rows))
    rows = rows[~province.loc[rows].duplicated().to_numpy()][:number]
    frame.loc[rows, column] = total.loc[rows].round(2)
    return [(key, column) for key in key_text(table, frame.loc[rows])]


def _run_of_columns(
    frame: pd.DataFrame, table: str, column: str, rng: np.random.Generator, number: int
) -> Cells:
    """Move a run of sectors one column to the right, over the last of them."""
    names = list(EMPLOYED[1:])
    rows = interior(frame, KEYS[table][0], column)
    rows = rows[frame.loc[rows, names].gt(0).all(axis=1)]
    out: Cells = []
    for row in rng.permutation(rows)[: max(number // RUN, 1)]:
        first = int(rng.integers(0, len(names) - RUN))
        here = names[first : first + RUN + 1]
        true = frame.loc[row, here].to_numpy(dtype=float).copy()
        frame.loc[row, here[1:]] = true[:-1]
        key = key_text(table, frame.loc[[row]]).iloc[0]
        moved = zip(here[1:], true[:-1] != true[1:], strict=True)
        out += [(key, name) for name, changed in moved if changed]
    return out


def _rows_by_one(
    frame: pd.DataFrame, table: str, column: str, rng: np.random.Generator, number: int
) -> Cells:
    """Move the rows of neighbouring cities by one, all sectors at once."""
    unit, names = KEYS[table][0], list(EMPLOYED)
    inner = frame.loc[interior(frame, unit, column)]
    blocks = inner.groupby([inner[unit].str[:2], "year"]).size()
    blocks = blocks[blocks >= ROWS].index.to_numpy()
    out: Cells = []
    for code, year in rng.permutation(blocks)[: max(number // (ROWS * len(names)), 1)]:
        rows = inner[(inner[unit].str[:2] == code) & (inner["year"] == int(year))]
        rows = rows.sort_values(unit).index[:ROWS]
        true = frame.loc[rows, names].to_numpy(dtype=float).copy()
        frame.loc[rows, names] = np.roll(true, 1, axis=0)
        moved_here = np.roll(true, 1, axis=0)
        changed = (moved_here != true) & np.isfinite(moved_here)
        for key, row in zip(key_text(table, frame.loc[rows]), changed, strict=True):
            out += [(key, name) for name, moved in zip(names, row, strict=True) if moved]
    return out


def _later_year(
    frame: pd.DataFrame, table: str, column: str, rng: np.random.Generator, number: int
) -> Cells:
    """Let a province have the figures of two years later."""
    unit = KEYS[table][0]
    province = frame[unit].str[:2]
    inner = frame.loc[interior(frame, unit, column)]
    blocks = inner.groupby([province[inner.index], "year"]).size()
    blocks = blocks[blocks >= 8].index.to_numpy()
    out: Cells = []
    for code, year in rng.permutation(blocks):
        if len(out) >= number:
            break
        after = frame[(province == code) & (frame["year"] == int(year) + 2)].set_index(unit)[column]
        rows = frame.index[
            (province == code) & (frame["year"] == int(year)) & frame[column].notna()
        ]
        value = frame.loc[rows, unit].map(after)
        rows = rows[(value.notna() & (value != frame.loc[rows, column])).to_numpy()]
        if len(rows) < 8:
            continue
        frame.loc[rows, column] = value.loc[rows].to_numpy()
        out += [(key, column) for key in key_text(table, frame.loc[rows])]
    return out


def _two_years(
    frame: pd.DataFrame, table: str, column: str, rng: np.random.Generator, number: int
) -> Cells:
    """Double one side of a unit's budget for two years."""
    unit = KEYS[table][0]
    inner = frame.loc[interior(frame, unit, column)]
    inner = inner[inner["year"] >= SHARED_FROM]
    out: Cells = []
    for row in rng.permutation(inner.index):
        code, year = frame.loc[row, unit], frame.loc[row, "year"]
        years = frame.index[(frame[unit] == code) & frame["year"].between(year, year + 1)]
        if len(out) >= number:
            break
        if not years.isin(inner.index).all() or any(code in key for key, _ in out):
            continue
        frame.loc[years, column] *= 2.0
        out += [(key, column) for key in key_text(table, frame.loc[years])]
    return out


def _two_good_years(frames: MutableMapping[str, pd.DataFrame], rng: np.random.Generator) -> int:
    """Raise both sides of a unit's budget for two years by three fifths, as after an earthquake."""
    frame = frames[BUDGET].copy()
    names = ["budget_revenue_100m_yuan", "budget_expenditure_100m_yuan"]
    touched = 0
    for code in rng.choice(frame["city_code"].unique(), size=12, replace=False):
        year = int(rng.integers(2003, 2014))
        rows = frame.index[(frame["city_code"] == code) & frame["year"].between(year, year + 1)]
        frame.loc[rows, names] *= 1.6
        touched += int(frame.loc[rows, names].notna().sum().sum())
    frames[BUDGET] = frame
    return touched


MOVED_FAULTS: tuple[Fault, ...] = (
    Fault("a row of bulletins carried", ((BULLETINS, "gdp_100m_yuan"),), _carried_row),
    Fault(
        "the total of the region",
        (
            ("city_accounts", "gdp_100m_yuan"),
            ("city_investment_fiscal", "budget_revenue_100m_yuan"),
            ("city_resident_population", "resident_population_10k"),
        ),
        _total_of_the_region,
    ),
    Fault("a run of columns moved by one", ((EMPLOYMENT, "education"),), _run_of_columns),
    Fault("rows of employment moved by one", ((EMPLOYMENT, "education"),), _rows_by_one),
    Fault(
        "a later year in a province",
        (
            ("city_accounts", "gdp_100m_yuan"),
            ("city_investment_fiscal", "budget_expenditure_100m_yuan"),
        ),
        _later_year,
    ),
    Fault(
        "a budget off for two years",
        ((BUDGET, "budget_revenue_100m_yuan"), (BUDGET, "budget_expenditure_100m_yuan")),
        _two_years,
    ),
)
MOVED_ODDITIES: tuple[Oddity, ...] = (Oddity("a budget of two good years", _two_good_years),)
