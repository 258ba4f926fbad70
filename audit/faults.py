"""Kinds of faults, and of honest oddities, that are planted in clean data.

A fault changes cells that a check should find; beside it stand the good cells of its row. An
oddity is good though it is unusual: a boundary change, a restatement, a boom.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .common import KEYS, key_text

Cells = list[tuple[str, str]]

#: Cells planted a kind, spread over the tables named with it.
PLANTED = 40


@dataclass(frozen=True)
class Fault:
    """A kind of fault: where it is planted, and what it does to a table."""

    kind: str
    places: tuple[tuple[str, str], ...]
    plant: Callable[[pd.DataFrame, str, str, np.random.Generator, int], Cells]


@dataclass(frozen=True)
class Oddity:
    """A kind of good cells that look odd: what happens to which tables (nothing is to be emptied).

    ``plant`` changes the frames given by name, and returns how many cells it touched.
    """

    kind: str
    plant: Callable[[MutableMapping[str, pd.DataFrame], np.random.Generator], int]


def interior(frame: pd.DataFrame, unit: str, column: str) -> np.ndarray:
    """Return rows with three figures of the unit on either side, none of them missing."""
    ordered = frame.sort_values([unit, "year"])
    codes = pd.factorize(ordered[unit])[0]
    there = ordered[column].notna().to_numpy()
    good = there & (ordered[column] > 0).to_numpy()
    for away in (1, 2, 3):
        beside = np.zeros(
            len(ordered), dtype=bool
        )  # the row so far below is of the unit, and there
        beside[:-away] = there[away:] & (codes[away:] == codes[:-away])
        above = np.zeros(len(ordered), dtype=bool)
        above[away:] = there[:-away] & (codes[:-away] == codes[away:])
        good &= beside & above
    return ordered.index[good].to_numpy()


def _pick(
    frame: pd.DataFrame, unit: str, column: str, rng: np.random.Generator, number: int
) -> np.ndarray:
    """Return rows of different units, as many as there are up to the number."""
    rows = rng.permutation(interior(frame, unit, column))
    first = ~frame.loc[rows, unit].duplicated().to_numpy()
    return np.r_[rows[first], rows[~first]][:number]


def scaled(factor: float) -> Callable[..., Cells]:
    """Return a fault that multiplies figures, or divides them where the factor is below ten."""

    def plant(frame, table, column, rng, number):
        rows = _pick(frame, KEYS[table][0], column, rng, number)
        signs = rng.choice([-1.0, 1.0], size=len(rows)) if factor < 10 else np.ones(len(rows))
        frame.loc[rows, column] *= factor**signs
        return [(key, column) for key in key_text(table, frame.loc[rows])]

    return plant


def _jittered(frame, table, column, rng, number):
    """Move figures by about a tenth, each by another part."""
    rows = _pick(frame, KEYS[table][0], column, rng, number)
    signs = rng.choice([-1.0, 1.0], size=len(rows))
    frame.loc[rows, column] *= 1 + signs * rng.uniform(0.08, 0.12, size=len(rows))
    return [(key, column) for key in key_text(table, frame.loc[rows])]


def _scaled_up(factor: float) -> Callable[..., Cells]:
    def plant(frame, table, column, rng, number):
        rows = _pick(frame, KEYS[table][0], column, rng, number)
        frame.loc[rows, column] *= factor
        return [(key, column) for key in key_text(table, frame.loc[rows])]

    return plant


def copied_year(frame, table, column, rng, number):
    """Print last year's figure again."""
    unit = KEYS[table][0]
    rows = _pick(frame, unit, column, rng, number)
    before = frame.assign(year=frame["year"] + 1).set_index([unit, "year"])[column]
    for row in rows:
        frame.loc[row, column] = before.get((frame.loc[row, unit], frame.loc[row, "year"]), np.nan)
    rows = rows[frame.loc[rows, column].notna()]
    return [(key, column) for key in key_text(table, frame.loc[rows])]


def _another_units(frame, table, column, rng, number):
    unit = KEYS[table][0]
    rows = _pick(frame, unit, column, rng, number)
    for row in rows:
        year = frame.loc[row, "year"]
        others = frame.index[
            (frame["year"] == year) & (frame[unit] != frame.loc[row, unit]) & frame[column].notna()
        ]
        frame.loc[row, column] = frame.loc[rng.choice(others), column]
    return [(key, column) for key in key_text(table, frame.loc[rows])]


def _shifted_rows(frame, table, column, rng, number):
    unit = KEYS[table][0]
    province = frame[unit].str[:2]
    inner = frame.loc[interior(frame, unit, column)]
    blocks = inner.groupby([province[inner.index], "year"]).size()
    blocks = blocks[blocks >= 6].index.to_numpy()
    out: Cells = []
    for k in rng.permutation(len(blocks)):
        if len(out) >= number:
            break
        code, year = blocks[k]
        rows = inner.index[(province[inner.index] == code) & (inner["year"] == year)]
        rows = rows[frame.loc[rows, unit].argsort()]
        start = int(rng.integers(0, len(rows) - 5))
        block = rows[start : start + 5]
        values = frame.loc[block, column].to_numpy()
        frame.loc[block, column] = np.roll(values, -1)
        out += [(key, column) for key in key_text(table, frame.loc[block])]
    return out


def _permuted(frame, table, column, rng, number):
    del column
    unit = KEYS[table][0]
    names = ["transport_post", "information", "trade", "hotels_catering"]
    rows = np.intersect1d(
        interior(frame, unit, "trade"),
        frame.index[frame[names].gt(0).all(axis=1) & frame["year"].isin([2012, 2013])],
    )
    rows = rng.choice(rows, size=min(number // 4, len(rows)), replace=False)
    # The new order under the old headings: trade, transport, hotels, information.
    frame.loc[rows, names] = frame.loc[
        rows, ["trade", "transport_post", "hotels_catering", "information"]
    ].to_numpy()
    return [(key, name) for key in key_text(table, frame.loc[rows]) for name in names]


def _swapped(frame, table, column, rng, number):
    del column
    unit = KEYS[table][0]
    names = ("manufacturing", "education")
    rows = _pick(frame, unit, names[0], rng, number // 2)
    frame.loc[rows, list(names)] = frame.loc[rows, list(names[::-1])].to_numpy()
    return [(key, name) for key in key_text(table, frame.loc[rows]) for name in names]


def _index(frame, table, column, rng, number):
    rows = _pick(frame, KEYS[table][0], column, rng, number)
    frame.loc[rows, column] += 100
    return [(key, column) for key in key_text(table, frame.loc[rows])]


def _points(frame, table, column, rng, number):
    rows = _pick(frame, KEYS[table][0], column, rng, number)
    frame.loc[rows, column] += rng.choice([-6.0, 6.0], size=len(rows))
    return [(key, column) for key in key_text(table, frame.loc[rows])]


def _zero(frame, table, column, rng, number):
    rows = _pick(frame, KEYS[table][0], column, rng, number)
    frame.loc[rows, column] = 0.0
    return [(key, column) for key in key_text(table, frame.loc[rows])]


def _rows_exchanged(frame, table, column, rng, number):
    """Exchange whole rows of two neighbouring cities of a province, all columns but the key."""
    unit = KEYS[table][0]
    names = [c for c in frame.columns if c not in KEYS[table]]
    inner = frame.loc[interior(frame, unit, column)]
    inner = inner[inner[names[: len(names)]].notna().sum(axis=1) >= 4]
    out: Cells = []
    for k in rng.permutation(len(inner)):
        if len(out) >= number:
            break
        row = inner.iloc[k]
        near = inner[
            (inner["year"] == row["year"])
            & (inner[unit].str[:2] == row[unit][:2])
            & (inner[unit] > row[unit])
        ].sort_values(unit)
        if near.empty or abs(np.log(near[column].iloc[0] / row[column])) < 0.4:
            continue
        pair = [inner.index[k], near.index[0]]
        frame.loc[pair, names] = frame.loc[pair[::-1], names].to_numpy()
        keys = key_text(table, frame.loc[pair])
        out += [(key, name) for key in keys for name in names]
    return out


def _repeated_year(frame, table, column, rng, number):
    """Let a province repeat its figures of two years before."""
    unit = KEYS[table][0]
    province = frame[unit].str[:2]
    out: Cells = []
    blocks = frame[frame[column].notna()].groupby([province, "year"]).size()
    blocks = blocks[blocks >= 8].index.to_numpy()
    for k in rng.permutation(len(blocks)):
        if len(out) >= number:
            break
        code, year = blocks[k]
        before = frame[(province == code) & (frame["year"] == year - 2)].set_index(unit)[column]
        rows = frame.index[(province == code) & (frame["year"] == year)]
        value = frame.loc[rows, unit].map(before)
        rows, value = rows[value.notna()], value[value.notna()]
        if len(rows) < 8 or value.nunique() < 5:
            continue
        frame.loc[rows, column] = value.to_numpy()
        out += [(key, column) for key in key_text(table, frame.loc[rows])]
    return out


MONEY = (
    ("city_accounts", "gdp_100m_yuan"),
    ("city_investment_fiscal", "budget_revenue_100m_yuan"),
    ("city_retail", "retail_sales_100m_yuan"),
    ("city_population_labour", "staff_wage_bill_10k_yuan"),
)
PEOPLE = (
    ("city_population_labour", "registered_population_10k"),
    ("city_resident_population", "resident_population_10k"),
)

FAULTS: tuple[Fault, ...] = (
    Fault("factor of 10", MONEY, scaled(10.0)),
    Fault("factor of 100", MONEY, scaled(100.0)),
    Fault("factor of 10 000", MONEY, scaled(1e4)),
    Fault(
        "lost decimal point",
        (
            ("city_sector_employment", "utilities"),
            ("city_sector_employment", "finance"),
        ),
        scaled(100.0),
    ),
    Fault("output off by half", MONEY, scaled(1.5)),
    Fault("population off by a tenth", PEOPLE, scaled(1.1)),
    Fault(
        "value added off by a tenth",
        (
            ("city_accounts", "secondary_10k_yuan"),
            ("city_accounts", "tertiary_10k_yuan"),
        ),
        scaled(1.1),
    ),
    Fault(
        "average wage off by a tenth",
        (("city_population_labour", "staff_average_wage_yuan"),),
        scaled(1.1),
    ),
    Fault(
        "density off by a tenth",
        (("city_population_labour", "density_per_km2"),),
        scaled(1.1),
    ),
    Fault(
        "sector share off by six points",
        (
            ("city_accounts", "secondary_share_pct"),
            ("city_population_labour", "employment_secondary_pct"),
        ),
        _points,
    ),
    Fault("copied year", (*MONEY[:3], PEOPLE[1]), copied_year),
    Fault("another city's figure", (*MONEY, *PEOPLE), _another_units),
    Fault("shifted rows", (PEOPLE[0],), _shifted_rows),
    Fault(
        "permuted columns (new order)",
        (("city_sector_employment", "trade"),),
        _permuted,
    ),
    Fault("two columns swapped", (("city_sector_employment", "education"),), _swapped),
    Fault(
        "index among percentages",
        (
            ("city_accounts", "gdp_growth_reported"),
            ("city_growth_targets", "growth_actual_pct"),
        ),
        _index,
    ),
    Fault(
        "zero for a gap",
        (
            ("city_infrastructure_land", "land_revenue_yuan_per_capita"),
            ("city_investment_fiscal", "loans_100m_yuan"),
        ),
        _zero,
    ),
    Fault(
        "land slips by a tenth",
        (("city_resident_population", "land_area_km2"),),
        _jittered,
    ),
    Fault(
        "revenue of all receipts",
        (("city_investment_fiscal", "budget_revenue_100m_yuan"),),
        _scaled_up(2.0),
    ),
    Fault(
        "staff above the employed",
        (("city_population_labour", "staff_average_10k"),),
        _scaled_up(1.5),
    ),
    Fault("two rows exchanged", (("city_accounts", "gdp_100m_yuan"),), _rows_exchanged),
    Fault(
        "a year repeated by a province",
        (("city_accounts", "gdp_growth_reported"),),
        _repeated_year,
    ),
)


def _boundary(frames: MutableMapping[str, pd.DataFrame], rng: np.random.Generator) -> int:
    """Let cities take in a neighbour: people and land step for good."""
    labour = frames["city_population_labour"].copy()
    resident = frames["city_resident_population"].copy()
    units = rng.choice(labour["city_code"].unique(), size=8, replace=False)
    touched = 0
    for code in units:
        year = int(rng.integers(2001, 2016))
        factor = float(rng.uniform(1.1, 1.4))
        for frame, names in (
            (labour, ("registered_population_10k", "nonrural_population_10k")),
            (resident, ("resident_population_10k", "land_area_km2")),
        ):
            rows = frame.index[(frame["city_code"] == code) & (frame["year"] >= year)]
            frame.loc[rows, list(names)] = (frame.loc[rows, list(names)] * factor).round(2)
            touched += int(frame.loc[rows, list(names)].notna().sum().sum())
    frames["city_population_labour"], frames["city_resident_population"] = labour, resident
    return touched


OUTPUT = (
    "gdp_100m_yuan",
    "primary_10k_yuan",
    "secondary_10k_yuan",
    "tertiary_10k_yuan",
    "gdp_per_capita_yuan",
)


def _restated(frames: MutableMapping[str, pd.DataFrame], rng: np.random.Generator) -> int:
    """Let provinces restate their output from a year on."""
    accounts = frames["city_accounts"].copy()
    province = accounts["city_code"].str[:2]
    touched = 0
    for code in rng.permutation(province.unique())[:3]:
        year = int(rng.integers(2004, 2016))
        rows = accounts.index[(province == code) & (accounts["year"] >= year)]
        accounts.loc[rows, list(OUTPUT)] *= float(rng.uniform(0.8, 0.9))
        touched += int(accounts.loc[rows, list(OUTPUT)].notna().sum().sum())
    frames["city_accounts"] = accounts
    return touched


def _boom(frames: MutableMapping[str, pd.DataFrame], rng: np.random.Generator) -> int:
    """Let cities boom for two years and fall back, with growth that says so."""
    accounts, targets = frames["city_accounts"].copy(), frames["city_growth_targets"].copy()
    rows = interior(accounts, "city_code", "gdp_growth_reported")
    rows = rng.choice(rows, size=min(12, len(rows)), replace=False)
    keys = accounts.set_index(["city_code", "year"]).index
    touched = 0
    for row in rows:
        code, year = accounts.loc[row, "city_code"], accounts.loc[row, "year"]
        factor = float(rng.uniform(1.12, 1.2))
        for offset in (0, 1):
            here = np.flatnonzero(keys == (code, year + offset))
            accounts.loc[accounts.index[here], list(OUTPUT)] *= factor
            touched += len(here) * len(OUTPUT)
        for offset, times in ((0, factor), (2, 1 / factor)):
            here = accounts.index[np.flatnonzero(keys == (code, year + offset))]
            there = targets.index[
                (targets["city_code"] == code) & (targets["year"] == year + offset)
            ]
            for frame, at, name in (
                (accounts, here, "gdp_growth_reported"),
                (targets, there, "growth_actual_pct"),
            ):
                frame.loc[at, name] = 100 * ((1 + frame.loc[at, name] / 100) * times - 1)
    frames["city_accounts"], frames["city_growth_targets"] = accounts, targets
    return touched


def _staff_and_sectors(frames: MutableMapping[str, pd.DataFrame], rng: np.random.Generator) -> int:
    """Let staff be counted by another scope for years, beside employed that the sectors give."""
    labour = frames["city_population_labour"].copy()
    units = rng.choice(labour["city_code"].unique(), size=8, replace=False)
    touched = 0
    for code in units:
        year = int(rng.integers(2006, 2012))
        rows = labour.index[(labour["city_code"] == code) & labour["year"].between(year, year + 4)]
        names = ["staff_average_10k", "staff_wage_bill_10k_yuan"]
        labour.loc[rows, names] *= 1.35
        touched += int(labour.loc[rows, names].notna().sum().sum())
    frames["city_population_labour"] = labour
    return touched


ODDITIES = (
    Oddity("a boundary change", _boundary),
    Oddity("output restated by a province", _restated),
    Oddity("a boom that growth tells too", _boom),
    Oddity("staff of another scope", _staff_and_sectors),
)
