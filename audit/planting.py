"""Plant faults of every kind in clean data, and measure what is found and what is emptied."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from . import Cache, proposals
from .common import KEYS, Tables, key_text
from .faults import FAULTS, ODDITIES, PLANTED, Fault, Oddity
from .judgement import decisions
from .later_faults import LATER_FAULTS, LATER_ODDITIES
from .moved_faults import MOVED_FAULTS, MOVED_ODDITIES

Cell = tuple[str, str, str]
KINDS: tuple[Fault, ...] = (*FAULTS, *LATER_FAULTS, *MOVED_FAULTS)
ODD: tuple[Oddity, ...] = (*ODDITIES, *LATER_ODDITIES, *MOVED_ODDITIES)
#: Tables in which faults are planted, or beside which they are judged, by their unit.
TABLES = {
    "city_code": (
        "city_accounts",
        "city_accounts_2022_2023",
        "city_growth_and_sectors",
        "city_growth_targets",
        "city_growth_targets_2008_2022",
        "city_infrastructure_land",
        "city_investment_fiscal",
        "city_population_labour",
        "city_resident_population",
        "city_retail",
        "city_road_area",
        "city_sector_employment",
        "city_total_tax",
    ),
    "county_code": ("county_panel",),
    "province_code": ("province_accounts", "province_cpi"),
    "region_code": ("city_lgfv_debt",),
}
#: A replaced figure is right within this (relative): identities know printed digits only.
RIGHT = 0.02
#: Cleaning again what the first cleaning laid bare, so many times.
CLEANED = 8


def of_provinces(tables: Tables, provinces: Collection[str]) -> dict[str, pd.DataFrame]:
    """Return the rows of some provinces (first two digits of codes) of the tables of `TABLES`."""
    return {
        name: tables[name][tables[name][unit].str[:2].isin(list(provinces))]
        for unit, names in TABLES.items()
        for name in names
    }


def clean(tables: Tables, found: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables with every proposed cell set to missing.

    A table without proposals stays the same object, so that no check is run on it again.
    """
    out = dict(tables)
    for table, part in found.groupby("table"):
        frame = out[table] = out[table].copy()
        labels = pd.Series(frame.index, index=key_text(table, frame))
        for column, cells in part.groupby("column"):
            frame[column] = frame[column].astype(float)
            frame.loc[labels[cells["key"]].to_numpy(), column] = np.nan
    return out


def plant_and_measure(
    tables: Tables,
    seed: int,
    faults: Sequence[Fault] = KINDS,
    oddities: Sequence[Oddity] = ODD,
) -> pd.DataFrame:
    """Plant faults of every kind in cleaned data; measure what is found and what is emptied.

    The data are cleaned of what the checks propose in them as they are, so that what is
    proposed afterwards is a planted cell, or a false alarm. Each kind is planted alone; the
    checks whose tables have not changed are not run again.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Raw (or corrected) tables.
    seed : int
        Seed of the places chosen.
    faults, oddities : sequence, optional
        Kinds to plant; all of them by default.

    Returns
    -------
    DataFrame
        One row a kind, then a row "no fault", then a row a kind of honest oddity: planted, found,
        share_found, share_found_in_row (a fault of an identity may be proposed on another member
        of its row), false_alarms_per_1000, corrected (cells that the rules correct), restored
        (planted cells given back their true value), emptied, emptied_good (cells emptied, or
        replaced by a wrong value, that were not planted), share_emptied_good.
    """
    cache = Cache()
    base = {name: frame.reset_index(drop=True) for name, frame in tables.items()}
    quiet = proposals(base, cache=cache)
    for _ in range(CLEANED):
        base = clean(base, quiet)
        quiet = proposals(base, cache=cache)
        if not _corrected(quiet):
            break
    known = _cells(quiet)
    settled = _corrected(quiet)
    cells = sum(
        int(frame[c].notna().sum())
        for name, frame in base.items()
        for c in frame.columns
        if name in KEYS and c not in KEYS[name] and frame[c].dtype.kind == "f"
    )
    rows = []
    for number, fault in enumerate(faults):
        rng = np.random.default_rng([seed, number])
        planted: set[Cell] = set()
        changed = dict(base)
        each = max(PLANTED // len(fault.places), 1)
        for table, column in fault.places:
            frame = changed[table].copy()
            planted |= {(table, *cell) for cell in fault.plant(frame, table, column, rng, each)}
            changed[table] = frame
        found = proposals(changed, cache=cache)
        hits = _cells(found)
        in_row = {(t, k) for t, k, _ in hits - known}
        places = {(t, k) for t, k, _ in planted}
        extra = {cell for cell in hits - known - planted if (cell[0], cell[1]) not in places}
        rows.append(
            {
                "kind": fault.kind,
                "planted": len(planted),
                "found": len(planted & hits),
                "share_found": len(planted & hits) / len(planted),
                "share_found_in_row": np.mean(
                    [(t, k) in in_row or (t, k, c) in hits for t, k, c in sorted(planted)]
                ),
                "false_alarms_per_1000": 1000 * len(extra) / cells,
                **_emptied(found, settled, planted, base),
            }
        )
    nothing = {"planted": 0, "found": 0, "share_found": np.nan, "share_found_in_row": np.nan}
    rows.append(
        {
            "kind": "no fault",
            **nothing,
            "false_alarms_per_1000": 1000 * len(known) / cells,
            **_emptied(quiet, {}, set(), base),
        }
    )
    for number, oddity in enumerate(oddities):
        rng = np.random.default_rng([seed, 1000 + number])
        changed = dict(base)
        touched = oddity.plant(changed, rng)
        found = proposals(changed, cache=cache)
        rows.append(
            {
                "kind": oddity.kind,
                **nothing,
                "planted": touched,
                "false_alarms_per_1000": 1000 * len(_cells(found) - known) / cells,
                **_emptied(found, settled, set(), base),
            }
        )
    return pd.DataFrame(rows)


def _cells(found: pd.DataFrame) -> set[Cell]:
    return set(zip(found["table"], found["key"], found["column"], strict=True))


def _corrected(found: pd.DataFrame) -> dict[Cell, float]:
    """Return the value used of every cell that the rules correct."""
    return {
        cell: verdict.used for cell, verdict in decisions(found) if verdict.status == "corrected"
    }


def _emptied(
    found: pd.DataFrame,
    settled: Mapping[Cell, float],
    planted: set[Cell],
    base: Mapping[str, pd.DataFrame],
) -> dict[str, float]:
    """Count the cells that the rules correct beyond the settled ones, and the good among them."""
    used = {cell: value for cell, value in _corrected(found).items() if cell not in settled}
    emptied = {cell for cell, value in used.items() if np.isnan(value)}
    truth = _values(base, set(used) & planted)
    replaced = {cell: value for cell, value in used.items() if cell not in emptied}
    right = {
        cell
        for cell, value in replaced.items()
        if cell in planted and abs(value - truth[cell]) <= RIGHT * abs(truth[cell])
    }
    good = (set(used) - planted) | (set(replaced) - right)
    return {
        "corrected": len(used),
        "restored": len(right),
        "emptied": len(emptied),
        "emptied_good": len(good),
        "share_emptied_good": len(good) / len(used) if used else 0.0,
    }


def _values(base: Mapping[str, pd.DataFrame], cells: set[Cell]) -> dict[Cell, float]:
    """Return the figures of cells before anything was planted."""
    out = {}
    for table in {cell[0] for cell in cells}:
        frame = base[table].set_index(key_text(table, base[table]))
        out |= {(t, k, c): float(frame.at[k, c]) for t, k, c in cells if t == table}
    return out
