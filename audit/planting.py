"""Plant faults of every kind in clean data and measure what the checks find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from . import proposals
from .common import KEYS, Tables, key_text

#: Cells planted a kind, spread over the tables named with it.
PLANTED = 40


@dataclass(frozen=True)
class Fault:
    """A kind of fault: where it is planted, and what it does to a table."""

    kind: str
    places: tuple[tuple[str, str], ...]
    plant: Callable[[pd.DataFrame, str, str, np.random.Generator, int], list[tuple[str, str]]]


def interior(frame: pd.DataFrame, unit: str, column: str) -> np.ndarray:
    """Return rows with three figures of the unit on either side, none of them missing."""
    ordered = frame.sort_values([unit, "year"])
    there = ordered[column].notna().groupby(ordered[unit])
    before = there.transform(lambda x: x.shift(1, fill_value=False).rolling(3, 1).sum())
    after = there.transform(lambda x: x[::-1].shift(1, fill_value=False).rolling(3, 1).sum()[::-1])
    good = ordered[column].notna() & (before >= 3) & (after >= 3) & (ordered[column] > 0)
    return ordered.index[good].to_numpy()


def _pick(
    frame: pd.DataFrame, unit: str, column: str, rng: np.random.Generator, number: int
) -> np.ndarray:
    rows = interior(frame, unit, column)
    return rng.choice(rows, size=min(number, len(rows)), replace=False)


def _scaled(factor: float) -> Callable[..., list[tuple[str, str]]]:
    def plant(frame, table, column, rng, number):
        rows = _pick(frame, KEYS[table][0], column, rng, number)
        signs = rng.choice([-1.0, 1.0], size=len(rows)) if factor < 10 else np.ones(len(rows))
        frame.loc[rows, column] *= factor**signs
        return [(key, column) for key in key_text(table, frame.loc[rows])]

    return plant


def _copied_year(frame, table, column, rng, number):
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
    out: list[tuple[str, str]] = []
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
    Fault("factor of 10", MONEY, _scaled(10.0)),
    Fault("factor of 100", MONEY, _scaled(100.0)),
    Fault("factor of 10 000", MONEY, _scaled(1e4)),
    Fault(
        "lost decimal point",
        (
            ("city_sector_employment", "utilities"),
            ("city_sector_employment", "finance"),
        ),
        _scaled(100.0),
    ),
    Fault("output off by half", MONEY, _scaled(1.5)),
    Fault("population off by a tenth", PEOPLE, _scaled(1.1)),
    Fault(
        "value added off by a tenth",
        (
            ("city_accounts", "secondary_10k_yuan"),
            ("city_accounts", "tertiary_10k_yuan"),
        ),
        _scaled(1.1),
    ),
    Fault(
        "average wage off by a tenth",
        (("city_population_labour", "staff_average_wage_yuan"),),
        _scaled(1.1),
    ),
    Fault(
        "density off by a tenth",
        (("city_population_labour", "density_per_km2"),),
        _scaled(1.1),
    ),
    Fault(
        "sector share off by six points",
        (
            ("city_accounts", "secondary_share_pct"),
            ("city_population_labour", "employment_secondary_pct"),
        ),
        _points,
    ),
    Fault("copied year", (*MONEY[:3], PEOPLE[1]), _copied_year),
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
        _scaled(1.1),
    ),
)


def clean(tables: Tables, found: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables with every proposed cell set to missing."""
    out = {name: frame.reset_index(drop=True).copy() for name, frame in tables.items()}
    for table, part in found.groupby("table"):
        frame = out[table]
        labels = pd.Series(frame.index, index=key_text(table, frame))
        for column, cells in part.groupby("column"):
            frame[column] = frame[column].astype(float)
            frame.loc[labels[cells["key"]].to_numpy(), column] = np.nan
    return out


def plant_and_measure(tables: Tables, seed: int, faults: Sequence[Fault] = FAULTS) -> pd.DataFrame:
    """Plant faults of every kind in cleaned data; measure the share found.

    The data are cleaned of what the checks propose in them as they are, so that what is
    proposed afterwards is a planted cell, or a false alarm. Each kind is planted alone.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Raw (or corrected) tables.
    seed : int
        Seed of the places chosen.
    faults : sequence of Fault, optional
        Kinds to plant; all of them by default.

    Returns
    -------
    DataFrame
        One row a kind: planted, found, share_found, share_found_in_row (a fault of an
        identity may be proposed on another member of its row), and a last row "no fault"
        with false_alarms_per_1000 in the cleaned data.
    """
    base = clean(tables, proposals(tables))
    quiet = proposals(base)
    cells = sum(
        int(frame[c].notna().sum())
        for name, frame in base.items()
        for c in frame.columns
        if name in KEYS and c not in KEYS[name] and frame[c].dtype.kind == "f"
    )
    known = set(zip(quiet["table"], quiet["key"], quiet["column"], strict=True))
    rows = []
    for number, fault in enumerate(faults):
        rng = np.random.default_rng([seed, number])
        planted: list[tuple[str, str, str]] = []
        changed = dict(base)
        each = max(PLANTED // len(fault.places), 1)
        for table, column in fault.places:
            frame = changed[table].copy()
            planted += [(table, *cell) for cell in fault.plant(frame, table, column, rng, each)]
            changed[table] = frame
        found = proposals(changed)
        hits = set(zip(found["table"], found["key"], found["column"], strict=True))
        in_row = {(t, k) for t, k, _ in hits - known}
        place = set(planted)
        extra = {
            cell
            for cell in hits - known - place
            if (cell[0], cell[1]) not in {(t, k) for t, k, _ in place}
        }
        rows.append(
            {
                "kind": fault.kind,
                "planted": len(place),
                "found": len(place & hits),
                "share_found": len(place & hits) / len(place),
                "share_found_in_row": np.mean(
                    [(t, k) in in_row or (t, k, c) in hits for t, k, c in sorted(place)]
                ),
                "false_alarms_per_1000": 1000 * len(extra) / cells,
            }
        )
    rows.append(
        {
            "kind": "no fault",
            "planted": 0,
            "found": 0,
            "share_found": np.nan,
            "share_found_in_row": np.nan,
            "false_alarms_per_1000": 1000 * len(known) / cells,
        }
    )
    return pd.DataFrame(rows)
